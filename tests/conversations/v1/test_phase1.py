"""Main mode and aggressive mode between two of our own: what is agreed on, and who is told what."""

from dataclasses import replace
from typing import Any

import pytest

from kakehashi.ike.drops import Drop
from kakehashi.ike.effects import EventName
from kakehashi.model.address import Hostname
from kakehashi.model.ikev1 import ExchangeMode, PeerIdentity
from kakehashi.model.status import IkeSaState, NatMethod, Phase1Step, Role
from kakehashi.wire.registry.ikev1 import ExchangeType, HashAlgorithm
from kakehashi.wire.registry.ikev2 import IdType, KeyExchangeId
from kakehashi.wire.v1 import vendor_ids
from kakehashi.wire.v1.ke import KeyExchange
from kakehashi.wire.v1.message import decode, encode
from kakehashi.wire.v1.vendor_id import VendorId
from tests.conversations.v1.gateways import (
    AES_CBC_128,
    AES_CBC_256,
    AGGRESSIVE,
    ANY,
    DES,
    MAIN,
    OLD_PHASE1,
    PHASE1,
    SITE1,
    SITE2,
    TRIPLE_DES,
    TUNNEL,
    IPv4Network,
    gateway,
    identity,
    ikev1_tunnel,
    peer,
    site,
)
from tests.conversations.v1.stories import settled, two_sites
from tests.conversations.wire import Conditions, Node, Wire

BOTH = pytest.mark.parametrize("mode", [MAIN, AGGRESSIVE], ids=lambda m: m.value)
AES_192 = replace(AES_CBC_256, key_bits=192)

CIPHERS = (DES, TRIPLE_DES, AES_CBC_128, AES_192, AES_CBC_256)
HASHES = (
    HashAlgorithm.MD5,
    HashAlgorithm.SHA,
    HashAlgorithm.SHA2_256,
    HashAlgorithm.SHA2_384,
    HashAlgorithm.SHA2_512,
)
GROUPS = tuple(KeyExchangeId(n) for n in (1, 2, 5, 14, 15, 16, 17, 18, 19, 20, 21, 24))
# Every algorithm once, and every cipher with every hash: a short hash must be stretched for a long key.
SUITES = [
    *((c, h, KeyExchangeId.ECP_256) for c in CIPHERS for h in HASHES),
    *((AES_CBC_128, HashAlgorithm.SHA, g) for g in GROUPS if g not in (17, 18)),
]


def met(mode: ExchangeMode, one: dict[str, Any] | None = None, other: dict[str, Any] | None = None):
    """Two sites; the first begins in `mode`."""
    wire = Wire()
    a, b = two_sites(wire, {"mode": mode} | (one or {}), other)
    a.initiate(TUNNEL, b)
    wire.run(3)
    return wire, a, b


def phase1_messages(wire: Wire) -> list[tuple[str, int]]:
    kinds = (ExchangeType.IDENTITY_PROTECTION, ExchangeType.AGGRESSIVE)
    return [(who, datagram[18]) for _, who, datagram, _ in wire.sent if datagram[18] in kinds]


def test_main_mode_has_six_messages() -> None:
    wire, a, b = met(MAIN)
    settled(a, b)
    assert [who for who, _ in phase1_messages(wire)] == ["a", "b", "a", "b", "a", "b"]
    assert not a.endpoint.drops
    assert not b.endpoint.drops
    ours, theirs = a.isakmp_sas()[0], b.isakmp_sas()[0]
    assert (ours.role, theirs.role) == (Role.INITIATOR, Role.RESPONDER)
    assert (ours.mode, ours.step) == (MAIN, Phase1Step.ESTABLISHED)
    assert ours.encryption_key == theirs.encryption_key
    assert ours.peer_identity == theirs.local_identity
    assert a.endpoint.half_open() == b.endpoint.half_open() == 0


def test_aggressive_mode_has_three_messages_whatever_the_responder_would_begin_with() -> None:
    wire, a, b = met(AGGRESSIVE, None, {"mode": MAIN})
    settled(a, b)
    assert [who for who, _ in phase1_messages(wire)] == ["a", "b", "a"]
    assert b.isakmp_sas()[0].mode is AGGRESSIVE


@BOTH
@pytest.mark.parametrize(("cipher", "hash_id", "group"), SUITES, ids=str)
def test_every_algorithm(mode: ExchangeMode, cipher, hash_id, group) -> None:
    proposals = {"proposals": (replace(PHASE1, cipher=cipher, hash=hash_id, group=group),)}
    _, a, b = met(mode, proposals, proposals)
    settled(a, b)
    status = b.isakmp_sas()[0]
    assert (status.cipher, status.hash, status.group) == (cipher, hash_id, group)
    assert status.encryption_key == a.isakmp_sas()[0].encryption_key


@BOTH
def test_the_first_of_the_initiators_proposals_that_fits_is_taken(mode: ExchangeMode) -> None:
    """Not the responder's first: the order is the initiator's."""
    second = replace(PHASE1, cipher=AES_CBC_128)
    third = replace(PHASE1, hash=HashAlgorithm.SHA)
    _, a, b = met(mode, {"proposals": (PHASE1, second, third)}, {"proposals": (third, second)})
    settled(a, b)
    assert a.isakmp_sas()[0].cipher == AES_CBC_128


def test_in_aggressive_mode_only_proposals_of_one_group_are_offered() -> None:
    """The public value goes with the offer, so there is nothing to choose (RFC 2409 section 5)."""
    other_group = replace(PHASE1, group=KeyExchangeId.MODP_1024)
    _, a, b = met(AGGRESSIVE, {"proposals": (PHASE1, other_group)}, {"proposals": (other_group,)})
    assert not b.isakmp_sas()
    assert any("group ECP-256" in f and "allows MODP-1024" in f for f in b.failures())
    _, a, b = met(MAIN, {"proposals": (PHASE1, other_group)}, {"proposals": (other_group,)})
    settled(a, b)


@BOTH
@pytest.mark.parametrize(("ours", "theirs"), [(3600, 86400), (86400, 3600), (3600, 3600)])
def test_the_shorter_lifetime_counts_on_both_sides(mode: ExchangeMode, ours: int, theirs: int) -> None:
    proposals = [{"proposals": (replace(PHASE1, lifetime=n),)} for n in (ours, theirs)]
    _, a, b = met(mode, *proposals)
    settled(a, b)
    for node in (a, b):
        assert node.isakmp_sas()[0].lifetime == min(ours, theirs)
        assert node.isakmp_sas()[0].remaining == pytest.approx(min(ours, theirs) - 3, abs=1)


def test_a_lifetime_of_more_than_16_bits_and_one_in_kilobytes() -> None:
    proposals = [
        {"proposals": (replace(PHASE1, lifetime=n, kilobytes=k),)} for n, k in ((86400, 9), (90000, None))
    ]
    _, a, b = met(MAIN, *proposals)
    settled(a, b)
    assert a.isakmp_sas()[0].lifetime == b.isakmp_sas()[0].lifetime == 86400


@BOTH
@pytest.mark.parametrize("id_type", [IdType.ID_FQDN, IdType.ID_RFC822_ADDR, IdType.ID_KEY_ID], ids=str)
def test_identities_of_every_type(mode: ExchangeMode, id_type: IdType) -> None:
    one, other = identity("one.example", id_type), identity("other@example", id_type)
    _, a, b = met(
        mode,
        {"local_identity": one, "peer_identity": other},
        {"local_identity": other, "peer_identity": one},
    )
    settled(a, b)
    assert b.isakmp_sas()[0].peer_identity == one
    assert a.isakmp_sas()[0].peer_identity == other


@BOTH
def test_a_peer_may_be_known_by_name(mode: ExchangeMode) -> None:
    """The name is resolved through the tunnel that names the peer."""
    wire = Wire()
    name = {"address": Hostname("site1.example"), "tunnel": {"address": Hostname("site1.example")}}
    a, b = two_sites(wire, {"mode": mode}, name)
    a.initiate(TUNNEL, b)
    wire.run(40)
    assert not b.isakmp_sas()
    b.endpoint.set_peer_addresses(TUNNEL, frozenset({a.address}))
    a.initiate(TUNNEL, b)
    wire.run(3)
    settled(a, b)


@pytest.mark.parametrize("address", [ANY, IPv4Network("10.0.0.0/8")], ids=str)
@BOTH
def test_a_peer_of_unknown_address_has_its_key(mode: ExchangeMode, address: object) -> None:
    wire = Wire()
    a = wire.node("a", site(1, mode=mode), SITE1)
    tunnel = ikev1_tunnel(2, address=ANY)
    b = wire.node("b", gateway(peer(2, address=address, peer_identity=PeerIdentity.ANYTHING), tunnel), SITE2)
    a.initiate(TUNNEL, b)
    wire.run(3)
    settled(a, b)


def test_in_main_mode_the_nearest_address_has_the_key() -> None:
    """Fixed before network, the narrower network before the wider, any at last; not the configured order."""
    everyone = [
        peer(2, name="any", address=ANY, secret="wrong"),
        peer(2, name="wide", address=IPv4Network("10.0.0.0/8"), secret="wrong"),
        peer(2, name="narrow", address=IPv4Network("10.1.0.0/24"), secret="wrong"),
        peer(2, name="fixed"),
    ]
    while everyone:
        nearest = everyone[-1] = replace(
            everyone[-1], secret=peer(1).secret, peer_identity=PeerIdentity.ANYTHING
        )
        wire = Wire()
        a = wire.node("a", site(1), SITE1)
        b = wire.node("b", gateway(*everyone, ikev1_tunnel(2, peers=tuple(p.name for p in everyone))), SITE2)
        a.initiate(TUNNEL, b)
        wire.run(3)
        assert [s.peer for s in b.isakmp_sas()] == [nearest.name], b.failures()
        everyone.pop()


def test_in_aggressive_mode_the_identity_has_the_key() -> None:
    """Many sites of unknown address, each with its own key ID and key (V1-36)."""
    wire = Wire()
    sites = [f"site-{n}" for n in range(5)]
    peers = [
        peer(2, name=s, address=ANY, secret=f"key of {s}", peer_identity=identity(s), proposals=(OLD_PHASE1,))
        for s in sites
    ]
    b = wire.node("b", gateway(*peers, ikev1_tunnel(2, address=ANY, peers=tuple(sites))), SITE2)
    nodes = []
    for n, s in enumerate(sites):
        own = site(
            1, mode=AGGRESSIVE, secret=f"key of {s}", local_identity=identity(s), proposals=(OLD_PHASE1,)
        )
        nodes.append(wire.node(s, own, f"10.1.0.{n + 1}"))
        nodes[-1].initiate(TUNNEL, b)
    wire.run(5)
    assert sorted(s.peer for s in b.isakmp_sas()) == sites
    assert all(len(node.isakmp_sas()) == 1 for node in nodes)


def test_in_aggressive_mode_who_is_named_comes_before_whose_address_fits() -> None:
    wire = Wire()
    by_address = peer(2, name="by address", secret="wrong", peer_identity=PeerIdentity.ANYTHING)
    by_name = peer(2, name="by name", address=ANY, peer_identity=identity("branch"))
    a = wire.node("a", site(1, mode=AGGRESSIVE, local_identity=identity("branch")), SITE1)
    b = wire.node("b", gateway(by_address, by_name, ikev1_tunnel(2, peers=("by name",))), SITE2)
    a.initiate(TUNNEL, b)
    wire.run(3)
    assert [s.peer for s in b.isakmp_sas()] == ["by name"]


def test_in_aggressive_mode_what_one_farther_away_would_rather_take_does_not_count() -> None:
    """The initiator's first proposal is that of a policy for anybody: still the nearest address has the key."""
    wire = Wire()
    anybody = peer(2, name="anybody", address=ANY, secret="wrong", peer_identity=PeerIdentity.ANYTHING)
    fixed = peer(2, name="fixed", proposals=(replace(PHASE1, cipher=AES_CBC_128),))
    offered = (PHASE1, replace(PHASE1, cipher=AES_CBC_128))
    a = wire.node("a", site(1, mode=AGGRESSIVE, proposals=offered), SITE1)
    b = wire.node("b", gateway(anybody, fixed, ikev1_tunnel(2, peers=("fixed",))), SITE2)
    a.initiate(TUNNEL, b)
    wire.run(3)
    assert [s.peer for s in b.isakmp_sas()] == ["fixed"]


def test_in_main_mode_peers_with_one_key_are_told_apart_by_identity() -> None:
    wire = Wire()
    peers = [peer(2, name=n, address=ANY, peer_identity=identity(n)) for n in ("north", "south")]
    a = wire.node("a", site(1, local_identity=identity("south")), SITE1)
    b = wire.node("b", gateway(*peers, ikev1_tunnel(2, peers=("north", "south"))), SITE2)
    a.initiate(TUNNEL, b)
    wire.run(3)
    assert [s.peer for s in b.isakmp_sas()] == ["south"]


def test_in_main_mode_who_is_named_comes_before_who_may_be_called_anything() -> None:
    wire = Wire()
    anybody = peer(2, name="anybody", address=ANY, peer_identity=PeerIdentity.ANYTHING)
    south = peer(2, name="south", address=ANY, peer_identity=identity("south"))
    a = wire.node("a", site(1, local_identity=identity("south")), SITE1)
    b = wire.node("b", gateway(anybody, south, ikev1_tunnel(2, peers=("south",))), SITE2)
    a.initiate(TUNNEL, b)
    wire.run(3)
    assert [s.peer for s in b.isakmp_sas()] == ["south"]


def test_in_main_mode_nobody_is_taken_for_a_peer_whose_key_he_has_not_proved() -> None:
    """North's key, and the name of south."""
    wire = Wire()
    north = peer(2, name="north", address=ANY, peer_identity=identity("north"), secret="north's")
    south = peer(2, name="south", address=ANY, peer_identity=identity("south"), secret="south's")
    a = wire.node("a", site(1, local_identity=identity("south"), secret="north's"), SITE1)
    b = wire.node("b", gateway(north, south, ikev1_tunnel(2, peers=("north", "south"))), SITE2)
    a.initiate(TUNNEL, b)
    wire.run(3)
    assert not b.isakmp_sas()
    assert any("says it is ID_KEY_ID south" in f for f in b.failures())


def test_the_initiator_says_that_it_knows_of_no_sa_and_a_second_time_it_does_not() -> None:
    wire, a, b = met(MAIN)
    assert [sa.peer_starts_anew for sa in b.endpoint.v1.all_sas()] == [True]
    wire.run(28800 - 100)
    assert len(a.isakmp_sas()) == 1
    wire.run(100)
    newest = b.endpoint.v1.all_sas()[-1]
    assert newest.role is Role.RESPONDER
    assert not newest.peer_starts_anew


def test_what_is_not_to_be_announced_is_not() -> None:
    plain = {"nat_traversal": False, "fragmentation": False}
    _, a, b = met(MAIN, plain)
    settled(a, b)
    there = b.endpoint.v1.all_sas()[0]
    assert there.features.dpd
    assert not there.features.fragmentation
    assert not there.features.nat_methods
    assert there.nat_method is NatMethod.NONE


def test_what_is_announced_with_the_public_value_counts_too() -> None:
    """Cisco IOS tells of DPD, XAUTH and Unity in messages 3 and 4."""
    wire = Wire()
    a, b = two_sites(wire)
    late = VendorId(vendor_ids.DPD), VendorId(vendor_ids.CISCO_UNITY), VendorId(b"something of its own")

    def moves_them(node: Node, datagram: bytes) -> bool:
        message = None if datagram[19] & 1 else decode(datagram)
        if message is None or message.exchange_type != ExchangeType.IDENTITY_PROTECTION:
            return True
        payloads = [
            p for p in message.payloads if not isinstance(p, VendorId) or p.data == vendor_ids.NAT_T_RFC3947
        ]
        if any(isinstance(p, KeyExchange) for p in payloads):
            payloads += late
        victim = b if node is a else a
        victim.endpoint.receive(
            encode(replace(message, payloads=tuple(payloads))), victim.path_to(node.address), wire.now
        )
        wire.at(wire.now, lambda: wire.carry_out(victim))
        return False

    wire.filter = moves_them
    a.initiate(TUNNEL, b)
    wire.run(3)
    settled(a, b)
    for node in (a, b):
        features = node.endpoint.v1.all_sas()[0].features
        assert features.dpd
        assert features.unity
        assert not features.fragmentation
        assert features.unknown == (b"something of its own",)


@BOTH
def test_over_ipv6(mode: ExchangeMode) -> None:
    wire = Wire()
    one, other = "2001:db8:1::1", "2001:db8:2::1"
    a = wire.node("a", site(1, mode=mode, address=other, tunnel={"address": other}), one)
    b = wire.node("b", site(2, address=one, tunnel={"address": one}), other)
    a.initiate(TUNNEL, b)
    wire.run(3)
    settled(a, b)
    assert str(b.isakmp_sas()[0].peer_identity) == f"ID_IPV6_ADDR {one}"


@BOTH
def test_a_peer_without_waits_is_not_waited_for_without_end(mode: ExchangeMode) -> None:
    wire = Wire()
    a = wire.node("a", site(1, mode=mode, retransmit=()), SITE1)
    a.initiate(TUNNEL, SITE2)
    wire.run(60)
    assert not a.endpoint.isakmp_sas(wire.now)
    assert a.failures()


def test_a_device_announces_what_its_persona_does() -> None:
    persona = bytes.fromhex("0123456789abcdef") * 2
    _, _, b = met(AGGRESSIVE, {"vendor_ids": (persona,)})
    assert b.endpoint.v1.all_sas()[0].features.unknown == (persona,)


@pytest.mark.parametrize("seed", range(30))
@BOTH
def test_loss_duplicates_and_reordering(mode: ExchangeMode, seed: int) -> None:
    """As long as the wire is rough and somebody keeps at it, and then one SA at both ends."""
    wire = Wire(seed, Conditions(loss=0.3, duplication=0.2, latency=0.03, jitter=0.5))
    a, b = two_sites(wire, {"mode": mode})
    wire.keep_up(a, TUNNEL, b)
    wire.run(300)
    wire.conditions = Conditions()
    wire.run(60)
    assert a.isakmp_sas()
    ends = [{s.initiator_cookie for s in node.isakmp_sas()} for node in (a, b)]
    assert ends[0] & ends[1]


@BOTH
def test_every_message_twice_is_as_good_as_once(mode: ExchangeMode) -> None:
    wire = Wire(conditions=Conditions(duplication=1.0))
    a, b = two_sites(wire, {"mode": mode})
    a.initiate(TUNNEL, b)
    wire.run(60)
    settled(a, b)
    assert b.endpoint.half_open() == 0


@BOTH
@pytest.mark.parametrize("lost", range(6))
def test_whichever_message_is_lost(mode: ExchangeMode, lost: int) -> None:
    wire = Wire()
    a, b = two_sites(wire, {"mode": mode})
    seen: list[bytes] = []

    def once(node: Node, datagram: bytes) -> bool:
        if datagram[18] in (ExchangeType.IDENTITY_PROTECTION, ExchangeType.AGGRESSIVE):
            seen.append(datagram)
            return len(seen) != lost + 1
        return True

    wire.filter = once
    a.initiate(TUNNEL, b)
    wire.run(30)
    settled(a, b)


@BOTH
def test_both_ends_begin_at_once(mode: ExchangeMode) -> None:
    """Two SAs stand; both ends prefer the same one."""
    for seed in range(8):
        wire = Wire(seed)
        a, b = two_sites(wire, {"mode": mode}, {"mode": mode})
        a.initiate(TUNNEL, b)
        b.initiate(TUNNEL, a)
        wire.run(10)
        preferred = [{s.initiator_cookie for s in node.isakmp_sas()} for node in (a, b)]
        assert preferred[0] == preferred[1]
        assert len(preferred[0]) == 1
        assert {s.state for s in a.endpoint.isakmp_sas(wire.now)} == {
            IkeSaState.ESTABLISHED,
            IkeSaState.DELETING,
        }


def test_nothing_that_is_told_holds_a_secret() -> None:
    _, a, b = met(MAIN, {"secret": "hush hush"}, {"secret": "hush hush"})
    for node in (a, b):
        for event in node.events:
            assert "hush" not in f"{event}"
        key = node.isakmp_sas()[0].encryption_key.octets.hex()
        assert all(key not in f"{event}" for event in node.events)
        assert node.told(EventName.KEYS)


def test_a_disabled_tunnel_does_not_keep_a_peer_from_coming_but_other_addresses_of_ours_do() -> None:
    wire = Wire()
    a, b = two_sites(wire)
    b.endpoint.set_local_addresses(TUNNEL, frozenset({a.address}))
    a.initiate(TUNNEL, b)
    wire.run(40)
    assert not b.isakmp_sas()
    assert any("no policy is for a peer at 10.1.0.1 that comes to 10.2.0.1" in f for f in b.failures())
    assert Drop.HINT_ONLY in a.endpoint.drops
