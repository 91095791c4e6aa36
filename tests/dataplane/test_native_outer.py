"""The outer header: what it takes from the packet inside, and what comes back from it (RFC 4301 section 5.1.2)."""

import re
from collections.abc import Iterator

import pytest

from kakehashi.dataplane.protocol import Sizes
from kakehashi.model.policy import DfBit
from tests.dataplane.sites import Sites, two_sites
from tests.dataplane.world import Host, settles

pytestmark = [pytest.mark.root, pytest.mark.timeout(120)]


@pytest.fixture
def sites() -> Iterator[Sites]:
    with two_sites() as made:
        yield made


def count(host: Host, device: str, **rules: str) -> None:
    """Count what arrives by the device, by names of our own."""
    chain = "{ type filter hook prerouting priority -400; }"
    lines = ["add table inet t", f"add chain inet t c {chain}"]
    for name, rule in rules.items():
        lines += [
            f"add counter inet t n_{name}",
            f'add rule inet t c iifname "{device}" {rule} counter name n_{name}',
        ]
    host.run("nft", "\n".join(lines))


def counted(host: Host) -> dict[str, int]:
    listed = host.run("nft", "list", "counters").stdout
    return {name: int(n) for name, n in re.findall(r"counter n_(\w+) \{\s+packets (\d+)", listed)}


OUTER = {"esp": "ip protocol esp", "udp": "udp dport 4500"}


@pytest.mark.parametrize("way", OUTER)
@pytest.mark.parametrize(
    ("df_bit", "set_inside", "of_ipv6"),
    [(DfBit.COPY, True, True), (DfBit.CLEAR, False, False), (DfBit.SET, True, True)],
)
def test_the_df_bit(sites: Sites, df_bit: DfBit, set_inside: bool, of_ipv6: bool, way: str) -> None:
    sites.install(encapsulation=way == "udp")
    sites.fit(Sizes(1400, df_bit=df_bit))
    outer = OUTER[way]
    count(sites.pair.right, "wan", on=f"{outer} ip frag-off & 0x4000 == 0x4000", all=outer)
    for options, target, expected in (
        (("-M", "do"), "10.2.0.10", set_inside),
        (("-M", "dont"), "10.2.0.10", df_bit is DfBit.SET),
        ((), "fd02::10", of_ipv6),
    ):
        before = counted(sites.pair.right)
        assert sites.hosts[0].reaches(target, *options)
        after = counted(sites.pair.right)
        assert after["all"] - before["all"] == 3
        assert after["on"] - before["on"] == (3 if expected else 0), (options, target)


def test_ike_messages_may_always_be_fragmented(sites: Sites) -> None:
    """They share their socket with ESP, whose packets may have DF."""
    left, _ = sites.install(encapsulation=True)
    sites.fit(Sizes(1400, df_bit=DfBit.SET))
    assert sites.hosts[0].reaches("10.2.0.10")
    count(sites.pair.right, "wan", on="udp dport 4500 @th,64,32 0 ip frag-off & 0x4000 == 0x4000")
    sites.pair.left.call("send_ike", bytes(3000), left.path)
    assert sites.hosts[0].reaches("10.2.0.10")
    sites.pair.left.call("send_ike", b"short", left.path)
    sites.pair.right.until(lambda event: getattr(event, "data", b"") == b"short")
    assert [len(event.data) for event in sites.pair.right.events if hasattr(event, "data")] == [3000, 5]
    assert counted(sites.pair.right) == {"on": 0}


@pytest.mark.parametrize("outer", [4, 6])
@pytest.mark.parametrize("target", ["10.2.0.10", "fd02::10"])
def test_dscp_and_ecn_are_those_of_the_packet_inside_and_its_ttl_is_not(
    sites: Sites, outer: int, target: str
) -> None:
    sites.install(outer=outer, encapsulation=True)
    word, hops = ("ip", "ip ttl") if outer == 4 else ("ip6", "ip6 hoplimit")
    count(
        sites.pair.right,
        "wan",
        dscp=f"udp dport 4500 {word} dscp af31",
        ecn=f"udp dport 4500 {word} ecn ect0",
        ttl=f"udp dport 4500 {hops} 64",
    )
    # AF31 and ECT(0); what comes out has been forwarded twice, whatever is between.
    inside = "ip ttl 18" if "." in target else "ip6 hoplimit 18"
    marks = "ip dscp af31 ip ecn ect0" if "." in target else "ip6 dscp af31 ip6 ecn ect0"
    count(sites.hosts[1], "eth0", same=f"{inside} {marks}")
    assert sites.hosts[0].reaches(target, "-Q", "0x6a", "-t", "20")
    assert counted(sites.pair.right) == {"dscp": 3, "ecn": 3, "ttl": 3}
    assert counted(sites.hosts[1]) == {"same": 3}


@pytest.mark.parametrize(("mark", "inside"), [("ce", "ce"), ("ect1", "ect1"), ("not-ect", "ect0")])
def test_what_the_path_marks_reaches_the_host(sites: Sites, mark: str, inside: str) -> None:
    """RFC 6040 section 4.2."""
    sites.install(encapsulation=True)
    rule = f"table inet m {{ chain c {{ type filter hook output priority 0; udp dport 4500 ip ecn set {mark}; }}; }}"
    sites.pair.left.run("nft", rule)
    count(sites.hosts[1], "eth0", marked=f"ip ecn {inside}")
    assert sites.hosts[0].reaches("10.2.0.10", "-Q", "2")
    assert counted(sites.hosts[1]) == {"marked": 3}


def test_a_congestion_mark_that_nobody_would_understand_drops_the_packet_by_name(sites: Sites) -> None:
    sites.install(encapsulation=True)
    rule = "table inet m { chain c { type filter hook output priority 0; udp dport 4500 ip ecn set ce; }; }"
    sites.pair.left.run("nft", rule)
    assert "0 received" in sites.hosts[0].ping("10.2.0.10", "-W", "0.1").stdout

    def dropped() -> tuple[int, int]:
        into = sites.pair.right.call("counters").tunnels["tun0"][1]
        return into.congestion, into.misc_error

    settles(dropped, (3, 3))
