"""The outer header around what rides on ESP in GRE, L2TP and pseudowires (RFC 4301 section 5.1.2, RFC 6040)."""

from collections.abc import Callable
from typing import Any

import pytest

from kakehashi.dataplane.protocol import Sizes
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gre import Gre
from kakehashi.model.policy import DfBit
from kakehashi.model.pseudowire import EtherIp, L2tpv3, Transport
from tests.dataplane.sites import Sites
from tests.dataplane.test_native_gre import build as build_gre
from tests.dataplane.test_native_outer import count, counted
from tests.dataplane.test_native_pseudowire import l2tpv3, protect
from tests.dataplane.test_native_transport_sizes import gre, inside, l2tp, multipoint
from tests.dataplane.world import Pair

pytestmark = [pytest.mark.root, pytest.mark.timeout(120)]


def gre_in_tunnel_mode(pair: Pair, **changes: Any) -> Sites:
    build_gre(pair, Gre(key=7), mode=EncapsulationMode.TUNNEL, **changes)
    return inside(pair, "10.9.0.2", "fd09::2")


CARRIED = {"GRE": gre, "GRE in tunnel mode": gre_in_tunnel_mode, "multipoint": multipoint, "L2TP": l2tp}
ALL = pytest.mark.parametrize("build", CARRIED.values(), ids=CARRIED)
OUTER = pytest.mark.parametrize("outer", [4, 6])
HOPS = {4: "ip ttl", 6: "ip6 hoplimit"}
WORD = {4: "ip", 6: "ip6"}
# AF31 and ECT(0).
MARKED = ("-Q", "0x6a", "-t", "20")
# What a host says to its neighbours is smaller.
LARGE, IS_LARGE = ("-s", "400"), "meta length > 400"


def reaches(sites: Sites, inner: int, *options: str) -> bool:
    target = sites.hosts[1].addresses[inner]
    return sites.pair.left.reaches(target, *LARGE, *options)


@ALL
@OUTER
def test_dscp_and_ecn_are_those_of_the_packet_inside_and_its_ttl_is_not(
    pair: Pair, build: Callable[..., Sites], outer: int
) -> None:
    sites = build(pair, outer=outer)
    around = f"meta l4proto esp {WORD[outer]}"
    ttl = f"meta l4proto esp {IS_LARGE} {HOPS[outer]} 64"
    count(pair.right, "wan", dscp=f"{around} dscp af31", ecn=f"{around} ecn ect0", ttl=ttl)
    for inner in (4, 6):
        assert reaches(sites, inner, *MARKED)
    assert counted(pair.right) == {"dscp": 6, "ecn": 6, "ttl": 6}


@ALL
@OUTER
def test_what_the_path_marks_is_seen_inside(pair: Pair, build: Callable[..., Sites], outer: int) -> None:
    """RFC 6040 section 4.2."""
    sites = build(pair, outer=outer, encapsulation=True)
    marks = {"ce": "ce", "ect1": "ect1", "not-ect": "ect0"}
    names = {mark: mark.replace("-", "_") for mark in marks}
    rules = {
        f"{names[mark]}_{inner}": f"{WORD[inner]} ecn {inside} {WORD[inner]} dscp af31"
        for mark, inside in marks.items()
        for inner in (4, 6)
    }
    count(pair.right, "tun0", **rules)
    pair.left.run("nft", "table inet m { chain c { type filter hook output priority 0; }; }")
    for mark in marks:
        pair.left.run("nft", "flush chain inet m c")
        pair.left.run("nft", f"add rule inet m c udp dport 4500 {WORD[outer]} ecn set {mark}")
        for inner in (4, 6):
            assert reaches(sites, inner, *MARKED)
            assert counted(pair.right)[f"{names[mark]}_{inner}"] == 3


@ALL
@pytest.mark.parametrize(
    ("df_bit", "set_inside", "of_ipv6"),
    [(DfBit.COPY, True, True), (DfBit.CLEAR, False, False), (DfBit.SET, True, True)],
)
def test_the_df_bit(
    pair: Pair, build: Callable[..., Sites], df_bit: DfBit, set_inside: bool, of_ipv6: bool
) -> None:
    sites = build(pair)
    pair.left.call("set_sizes", "tun0", Sizes(1300, df_bit=df_bit))
    esp = f"ip protocol esp {IS_LARGE}"
    count(pair.right, "wan", on=f"{esp} ip frag-off & 0x4000 == 0x4000", all=esp)
    for options, inner, expected in (
        (("-M", "do"), 4, set_inside),
        (("-M", "dont"), 4, df_bit is DfBit.SET),
        ((), 6, of_ipv6),
    ):
        before = counted(pair.right)
        assert reaches(sites, inner, *options)
        after = counted(pair.right)
        assert after["all"] - before["all"] == 3
        assert after["on"] - before["on"] == (3 if expected else 0), (options, inner)


@OUTER
@pytest.mark.parametrize("wire", [EtherIp(), l2tpv3(Transport.IP), l2tpv3(Transport.UDP)], ids=str)
def test_a_frame_says_nothing_of_the_header_around_it(pair: Pair, wire: EtherIp | L2tpv3, outer: int) -> None:
    """Whatever is in it: it may be cut, and has no mark that somebody on the way could change."""
    protect(pair, wire, outer=outer, mode=EncapsulationMode.TRANSPORT)
    esp, word = "meta l4proto esp", WORD[outer]
    count(
        pair.right, "wan", all=esp, ttl=f"{esp} {HOPS[outer]} 64", dscp=f"{esp} {word} dscp != 0",
        ecn=f"{esp} {word} ecn != 0", df=f"{esp} ip frag-off & 0x4000 != 0",
    )  # fmt: skip
    assert pair.left.reaches("10.9.0.2", *MARKED, "-M", "do")
    seen = counted(pair.right)
    # ARP goes along.
    assert seen == {"all": seen["ttl"], "ttl": max(seen["ttl"], 3), "dscp": 0, "ecn": 0, "df": 0}
