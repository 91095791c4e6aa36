"""AH between two hosts, alone and around ESP, in both modes and over both IP versions (RFC 4302)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from kakehashi.dataplane.protocol import Sizes, Undecryptable, UnknownSpi
from kakehashi.model.algorithms import Cipher
from kakehashi.model.child_sa import ChildSa, EspKeys
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.secret import Secret
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId
from tests.dataplane.sites import Sites, kernel_counter, two_sites
from tests.dataplane.test_native_transport import OPTIONS, build, seen, watch
from tests.dataplane.test_native_tunnels import inbound, outbound, transfer
from tests.dataplane.world import CBC, GCM, Host, Pair, child_pair, settles, wait_for

pytestmark = pytest.mark.root

MODES = {mode.value: mode for mode in EncapsulationMode}
SHA1, SHA2 = IntegrityId.AUTH_HMAC_SHA1_96, IntegrityId.AUTH_HMAC_SHA2_256_128
KEY_SIZES = {IntegrityId.AUTH_HMAC_MD5_96: 16, SHA1: 20, SHA2: 32, IntegrityId.AUTH_HMAC_SHA2_512_256: 64}
ENCRYPTION_ALONE = (Cipher(EncryptionId.ENCR_AES_CBC, 128), IntegrityId.NONE, 16, 0)
# AH alone; ESP inside, whose SPIs are others than those of AH; ESP that leaves integrity to AH.
INSIDE = {"alone": None, "gcm": GCM, "cbc": CBC, "encryption-alone": ENCRYPTION_ALONE}


@pytest.fixture
def sites() -> Iterator[Sites]:
    with two_sites() as made:
        yield made


def protected(
    pair: Pair, inside: Any = None, ah: IntegrityId = SHA1, **changes: Any
) -> tuple[ChildSa, ChildSa]:
    """The two ends' views of a Child SA with AH."""
    # Our SPIs are the same for both protocols; those of the other end need not be, but here they are.
    ends = child_pair(pair, suite=inside or GCM, ah=ah, **changes)

    def with_key(keys: EspKeys, spi: int) -> EspKeys:
        return replace(keys, ah=Secret(bytes([spi >> 8 | 0x80]) * KEY_SIZES[ah]))

    left, right = (
        replace(
            sa,
            cipher=sa.cipher if inside else None,
            ah_spi_out=sa.spi_out if inside else None,
            keys_in=with_key(sa.keys_in, sa.spi_in),
            keys_out=with_key(sa.keys_out, sa.spi_out),
        )
        for sa in ends
    )
    return left, right


def install(pair: Pair, inside: Any = None, **changes: Any) -> tuple[ChildSa, ChildSa]:
    left, right = protected(pair, inside, **changes)
    pair.right.call("install", right, True)
    pair.left.call("install", left, True)
    return left, right


def bare(host: Host, peer: Host) -> None:
    """What is AH already does not go into the device. A socket that makes its headers itself sends 255 to older
    kernels.
    """
    for version in peer.addresses:
        ends = ("from", host.addresses[version], "to", peer.addresses[version])
        for protocol in ("51", "255"):
            words = ("ipproto", protocol, "table", "main", "pref", "1")
            host.run("ip", f"-{version}", "rule", "add", *ends, *words)


def build_transport(pair: Pair) -> None:
    build(pair)
    bare(pair.left, pair.right)
    bare(pair.right, pair.left)


@pytest.mark.parametrize("inside", INSIDE)
@pytest.mark.parametrize("outer", [4, 6])
def test_transport_mode(pair, outer, inside):
    build_transport(pair)
    install(pair, INSIDE[inside], outer=outer, mode=EncapsulationMode.TRANSPORT)
    clear = {4: "ip protocol icmp", 6: "ip6 nexthdr icmpv6 icmpv6 type echo-request"}
    watch(pair.right, f'iifname "wan" {clear[outer]}')
    assert pair.left.reaches(pair.right.addresses[outer], "-Q", "0xb8", "-t", "33"), pair.right.call(
        "counters"
    )
    wait_for(lambda: outbound(pair.left).packets == inbound(pair.left).packets == 3)
    assert seen(pair.right) == 0, "a packet went without AH"
    transfer(pair, 2, pair.right.addresses[outer])


@pytest.mark.parametrize("ah", KEY_SIZES)
@pytest.mark.parametrize("inside", INSIDE)
@pytest.mark.parametrize("outer", [4, 6])
def test_tunnel_mode_carries_both_versions(pair, outer, inside, ah):
    for number, host in enumerate((pair.left, pair.right), 1):
        host.add_tunnel("tun0", f"10.9.0.{number}/24", f"fd09::{number}/64")
    install(pair, INSIDE[inside], ah=ah, outer=outer, esn=True)
    for target in ("10.9.0.2", "fd09::2"):
        assert pair.left.reaches(target), pair.right.call("counters")
    transfer(pair, 2, "10.9.0.2")


@pytest.mark.parametrize("outer", [4, 6])
def test_options_for_the_way_stand_in_front_and_are_covered(pair, outer):
    build_transport(pair)
    install(pair, outer=outer, mode=EncapsulationMode.TRANSPORT)
    ah = {4: "ip hdrlength 6 ip protocol ah", 6: "ip6 nexthdr hopopt meta l4proto ah"}
    watch(pair.right, ah[outer])
    pair.left.run("python3", "-c", OPTIONS, pair.right.addresses[outer])
    wait_for(lambda: inbound(pair.right).packets == 1)
    assert seen(pair.right) == 1


@pytest.mark.parametrize("outer", [4, 6])
def test_what_is_changed_on_the_way_is_dropped(pair, outer):
    build_transport(pair)
    install(pair, outer=outer, mode=EncapsulationMode.TRANSPORT)
    pair.right.run("nft", "add table netdev t")
    hook = 'type filter hook ingress device "wan" priority 0'
    pair.right.run("nft", "add chain netdev t c { " + hook + "; }")
    # The first octet of what AH protects, behind 24 octets of AH and the header.
    start = {4: "@nh,352,8", 6: "@nh,512,8"}
    match = {4: "ip protocol ah", 6: "ip6 nexthdr ah"}
    pair.right.run("nft", f"add rule netdev t c {match[outer]} {start[outer]} set 0")
    assert "0 received" in pair.left.ping(pair.right.addresses[outer]).stdout
    wait_for(lambda: inbound(pair.right).integrity_failure == 3)


def test_esp_that_should_be_inside_ah_is_nobodys_without(pair):
    """The peer leaves AH out: whoever has the keys of ESP alone is not believed."""
    for number, host in enumerate((pair.left, pair.right), 1):
        host.add_tunnel("tun0", f"10.9.0.{number}/24")
    left, right = protected(pair, GCM)
    pair.right.call("install", right, True)
    without = replace(left, ah=IntegrityId.NONE, ah_spi_out=None)
    pair.left.call("install", without, True)
    assert "0 received" in pair.left.ping("10.9.0.2").stdout
    settles(lambda: pair.right.call("counters").drops["invalid_sa"], 3)


def test_an_unknown_spi_is_told_with_its_protocol(pair):
    for number, host in enumerate((pair.left, pair.right), 1):
        host.add_tunnel("tun0", f"10.9.0.{number}/24")
    left, right = protected(pair)
    pair.left.call("install", left, True)
    pair.left.ping("10.9.0.2")
    told = pair.right.until(lambda event: isinstance(event, UnknownSpi))
    assert (told.spi, told.in_ah) == (right.spi_in, True)
    pair.right.call("install", right, True)
    wrong = replace(left, keys_out=replace(left.keys_out, ah=Secret(bytes(20))))
    pair.left.call("install", wrong, True)
    pair.left.ping("10.9.0.2")
    told = pair.right.until(lambda event: isinstance(event, Undecryptable))
    assert told.spi_in == right.spi_in


@pytest.mark.parametrize("inside", ["alone", "gcm"])
@pytest.mark.parametrize("outer", [4, 6])
def test_what_is_too_large_is_fragmented_after_ah(sites: Sites, outer, inside):
    left, right = protected(sites.pair, INSIDE[inside], outer=outer)
    sites.pair.right.call("install", right, True)
    sites.pair.left.call("install", left, True)
    sites.fit(Sizes(1380, mtu_ignore=True))
    before = kernel_counter(sites.pair.right, outer, "ReasmOKs")
    result = sites.send(4, range(1300, 4000, 300), dont_fragment=False)
    assert result["answered"] == list(range(1300, 4000, 300)), result
    assert kernel_counter(sites.pair.right, outer, "ReasmOKs") > before
