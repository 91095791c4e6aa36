"""The host's tables as the kernel has them: changed, found again after a crash, put back."""

import asyncio
import errno
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, ip_address, ip_interface, ip_network
from pathlib import Path

import pytest
from pyroute2.netlink.exceptions import NetlinkError

from kakehashi.gateway.host.facts import Facts
from kakehashi.gateway.host.filters import Clamp, Ruleset, render
from kakehashi.gateway.host.guards import Guard
from kakehashi.gateway.host.host import Host
from kakehashi.gateway.host.items import LAST_METRIC, Address, Item, LinkUp, Mtu, Route, Rule, Sysctl
from kakehashi.gateway.host.ledger import Ledger
from kakehashi.gateway.host.monitor import Monitor
from kakehashi.gateway.host.netlink import Netlink
from kakehashi.gateway.host.translation import Translator
from kakehashi.gateway.host.translation import render as render_translation
from kakehashi.model.address import IPAddress
from kakehashi.model.selector import ANY_IPV6, TrafficSelector
from kakehashi.model.translation import SourceTranslation, StaticTranslation, Timeouts, Translation
from tests.gateway.namespace import Namespace
from tests.gateway.two_routers import until

pytestmark = pytest.mark.root

LAN = ip_network("192.168.1.0/24")
OURS, PEER = ip_address("10.1.0.1"), ip_address("10.2.0.1")
NEXT_HOP = ip_address("10.1.0.254")
TABLE = 0x4B410001
EVERYTHING: tuple[Item, ...] = (
    Sysctl("net/ipv4/conf/wan0/forwarding", "1"),
    Sysctl("net/ipv6/conf/all/forwarding", "1"),
    Sysctl("net/ipv4/conf/not-there/forwarding", "1"),
    Mtu("lan0", 1400),
    LinkUp("wan0"),
    LinkUp("lan0"),
    Address("wan0", ip_interface("10.1.0.1/24")),
    Address("lan0", ip_interface("2001:db8:1::1/64")),
    Route(ip_network("0.0.0.0/0"), "wan0", NEXT_HOP, 1),
    Route(ip_network("192.168.2.0/24"), "lan0", metric=1, source=OURS),
    Route(ip_network("192.168.2.0/24"), "", metric=LAST_METRIC),
    Route(ip_network("2001:db8:2::/64"), "lan0", metric=1, source=ip_address("2001:db8:1::1")),
    Route(ip_network("2001:db8:2::/64"), "", metric=LAST_METRIC),
    Route(ip_network("0.0.0.0/0"), "wan0", NEXT_HOP, table=TABLE),
    Rule(OURS, PEER, TABLE, 4500),
    Rule(OURS, None, TABLE, 4501, 17, (500, 500)),
    Rule(OURS, None, TABLE, 4501, 50),
    Route(ip_network("192.168.7.0/24"), "", table=TABLE, throw=True),
    Route(ip_network("2001:db8:7::/64"), "", table=TABLE, throw=True),
    Rule(LAN, ip_network("192.168.2.0/24"), TABLE, 4000),
    Rule(LAN, ip_network("0.0.0.0/0"), TABLE, 4001, 6, (1024, 65534), destination_ports=(80, 81)),
    Rule(ip_network("0.0.0.0/0"), ip_network("192.168.2.7"), TABLE, 4001),
    Rule(ip_network("2001:db8:1::/64"), ip_network("::/0"), TABLE, 4001, 58),
    Rule(ip_network("::/0"), ip_network("::/0"), TABLE, 4002, 17, destination_ports=(53, 53)),
    Rule(OURS, PEER, TABLE, 3999, 50, own=True),
)
RULES = render(
    Ruleset(
        clamps=(Clamp("lan0", 4, 1360), Clamp("lan0", 6, 1340)),
        guards=(
            Guard("wan0", TrafficSelector.of(LAN, 17), TrafficSelector.of("192.168.2.0/24", 17, 53)),
            Guard("wan0", TrafficSelector.of("2001:db8:1::/64"), ANY_IPV6),
        ),
        tunnels=("lan0",),
    )
)
TRANSLATION = render_translation(
    [
        Translator(
            device="wan0",
            translation=Translation(
                sources=(SourceTranslation(),),
                static=(
                    StaticTranslation(protocol=17, port=500),
                    StaticTranslation(protocol=50),
                    StaticTranslation(protocol=6, port=8080, inside=LAN[5], inside_port=80),
                    StaticTranslation(inside=LAN, outside=ip_network("10.7.0.0/24"), reversed=True),
                ),
                closed=True,
                hairpinning=True,
                timeouts=Timeouts(tcp=900, udp=300),
            ),
            address=IPv4Address("10.1.0.1"),
            follows=True,
            own=(IPv4Address("10.1.0.1"),),
            lists=(None,),
        )
    ]
)


@pytest.fixture
def namespace() -> Iterator[Namespace]:
    with Namespace() as made:
        made.ip("link add wan0 type veth peer name wan1")
        made.ip("link add lan0 type veth peer name lan1")
        made.ip("link set wan1 up")
        made.ip("link set lan1 up")
        yield made


def picture(namespace: Namespace) -> str:
    """All that the gateway may change, in words."""
    commands = ("-4 addr show", "-4 route show table all", "-6 route show table all", "rule", "-6 rule")
    shown = [namespace.ip(f"-o {words}") for words in commands]
    shown += [namespace.ip(f"-o link show {name}").split("mtu")[0] for name in ("wan0", "lan0")]
    shown.append(namespace.inside("sysctl", "net.ipv4.conf.wan0.forwarding", "net.ipv6.conf.all.forwarding"))
    shown.append(namespace.inside("nft", "list", "ruleset"))
    # Link-local addresses and multicast are the kernel's own and come when it likes.
    lines = "\n".join(shown).splitlines()
    return "\n".join(line for line in lines if "fe80::" not in line and "ff00::" not in line)


async def apply(state: Path, wanted: tuple[Item, ...], rules: str = "") -> list[str]:
    async with Netlink() as netlink:
        host = Host(netlink, "test", state)
        translation = TRANSLATION if rules else ""
        problems, _ = await host.apply(wanted, rules, await host.facts(), (), translation)
        return problems


async def restore(state: Path) -> list[str]:
    async with Netlink() as netlink:
        return await Host(netlink, "test", state).restore()


def test_everything_is_set_and_set_back(namespace: Namespace, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    before = picture(namespace)
    assert namespace.play(lambda: apply(state, EVERYTHING, RULES)) == []
    after = picture(namespace)
    assert "10.1.0.1/24" in after
    assert "192.168.2.0/24 dev lan0 proto 75 scope link src 10.1.0.1 metric 1" in after
    assert "unreachable 192.168.2.0/24" in after
    assert "default via 10.1.0.254 dev wan0 table 1262551041" in after
    assert "from 10.1.0.1 to 10.2.0.1 lookup 1262551041 proto 75" in after
    assert "from 10.1.0.1 ipproto udp sport 500 lookup" in after
    assert "from 192.168.1.0/24 to 192.168.2.0/24 lookup" in after
    assert "from 192.168.1.0/24 ipproto tcp sport 1024-65534 dport 80-81 lookup" in after
    assert "from all to 192.168.2.7 lookup" in after
    assert "from 2001:db8:1::/64 ipproto ipv6-icmp lookup" in after
    assert "throw 192.168.7.0/24" in after
    assert "mtu 1400" in namespace.ip("link show lan0")
    assert "maxseg size set 1360" in after
    assert "masquerade" in after
    assert namespace.play(lambda: restore(state)) == []
    assert picture(namespace) == before
    assert not state.exists()


def test_what_is_set_already_is_left_alone(namespace: Namespace, tmp_path: Path) -> None:
    async def story() -> tuple[bool, bool]:
        async with Netlink() as netlink:
            host = Host(netlink, "test", tmp_path / "state.json")
            _, first = await host.apply(EVERYTHING, RULES, await host.facts())
            _, second = await host.apply(EVERYTHING, RULES, await host.facts())
            return first, second

    assert namespace.play(story) == (True, False)


def test_a_killed_gateway_is_cleaned_up_after(namespace: Namespace, tmp_path: Path) -> None:
    """The first one ends without a word; its successor wants something else, and then nothing."""
    state = tmp_path / "state.json"
    before = picture(namespace)
    namespace.play(lambda: apply(state, EVERYTHING, RULES))
    fewer = (LinkUp("wan0"), Address("wan0", ip_interface("10.1.0.1/24")))
    assert namespace.play(lambda: apply(state, fewer)) == []
    between = picture(namespace)
    assert "192.168.2.0/24" not in between
    assert "lookup 1262551041" not in between
    assert "10.1.0.1/24" in between
    assert namespace.play(lambda: restore(state)) == []
    assert picture(namespace) == before


def test_what_the_host_had_is_never_taken_away(namespace: Namespace, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    namespace.ip("addr add 10.1.0.1/24 dev wan0")
    namespace.ip("link set wan0 up")
    namespace.ip("route add 192.168.2.0/24 via 10.1.0.9 metric 1")
    before = picture(namespace)
    wanted = (
        Address("wan0", ip_interface("10.1.0.1/24")),
        Route(ip_network("192.168.2.0/24"), "wan0", NEXT_HOP, 1),
    )
    (problem,) = namespace.play(lambda: apply(state, wanted))
    assert "the host has its own route there by 10.1.0.9" in problem
    assert namespace.play(lambda: restore(state)) == []
    assert picture(namespace) == before


def test_what_the_kernel_refuses_is_said_and_the_rest_is_done(namespace: Namespace, tmp_path: Path) -> None:
    wanted = (LinkUp("wan0"), Route(ip_network("192.168.2.0/24"), "wan0", NEXT_HOP, 1), LinkUp("gone0"))
    problems = namespace.play(lambda: apply(tmp_path / "state.json", wanted))
    assert len(problems) == 2
    assert any("no device gone0" in p for p in problems)
    assert any("192.168.2.0/24 via 10.1.0.254" in p and "unreachable" in p.lower() for p in problems)
    assert "UP" in namespace.ip("link show wan0")


def test_a_full_disk_keeps_nothing_from_being_set_or_put_back(
    namespace: Namespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    async def story() -> tuple[list[str], list[str], list[str]]:
        async with Netlink() as netlink:
            host = Host(netlink, "test", tmp_path / "state.json")
            with monkeypatch.context() as patched:
                patched.setattr(Ledger, "save", full)
                first, _ = await host.apply(EVERYTHING, RULES, await host.facts())
            second, _ = await host.apply(EVERYTHING, RULES, await host.facts())
            assert (tmp_path / "state.json").exists(), "it is written when there is room"
            monkeypatch.setattr(Ledger, "save", full)
            return first, second, await host.restore()

    before = picture(namespace)
    first, second, third = namespace.play(story)
    assert [text for text in first if "No space left on device" in text] == first != []
    assert second == []
    assert [text for text in third if "No space left on device" in text] == third
    assert picture(namespace) == before


def test_nothing_is_changed_any_more_when_everything_has_been_put_back(
    namespace: Namespace, tmp_path: Path
) -> None:
    """A reload that was under way when the gateway was told to stop."""

    async def story() -> tuple[list[str], bool]:
        async with Netlink() as netlink:
            host = Host(netlink, "test", tmp_path / "state.json")
            await host.apply(EVERYTHING, RULES, await host.facts())
            late = await host.facts()
            await host.restore()
            return await host.apply(EVERYTHING, RULES, late)

    before = picture(namespace)
    assert namespace.play(story) == ([], False)
    assert picture(namespace) == before
    assert not (tmp_path / "state.json").exists()


def test_tables_that_change_while_they_are_read_are_put_back_too(
    namespace: Namespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> list[str]:
        async with Netlink() as netlink:
            host = Host(netlink, "test", tmp_path / "state.json")
            await host.apply(EVERYTHING, RULES, await host.facts())
            read, interruptions = netlink.facts, iter([True])

            async def facts(asked: Iterable[IPAddress] = ()) -> Facts:
                if next(interruptions, False):
                    raise NetlinkError(errno.EINTR, "dump interrupted")
                return await read(asked)

            monkeypatch.setattr(netlink, "facts", facts)
            return await host.restore()

    before = picture(namespace)
    assert namespace.play(story) == []
    assert picture(namespace) == before


def test_rules_that_could_not_be_set_are_tried_again(
    namespace: Namespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> tuple[list[str], list[str]]:
        async with Netlink() as netlink:
            host = Host(netlink, "test", tmp_path / "state.json")
            with monkeypatch.context() as patched:
                patched.setenv("PATH", str(tmp_path))
                first, _ = await host.apply((), RULES, await host.facts())
            second, _ = await host.apply((), RULES, await host.facts())
            return first, second

    (problem,), second = namespace.play(story)
    assert "nft is not installed" in problem
    assert second == []
    assert "maxseg" in picture(namespace)


def test_the_kernel_is_asked_for_the_way_to_a_peer(namespace: Namespace) -> None:
    namespace.ip("addr add 10.1.0.1/24 dev wan0")
    namespace.ip("link set wan0 up")
    namespace.ip("route add default via 10.1.0.254")
    # The kernel looks at the carrier when it has time.
    until(lambda: "state UP" in namespace.ip("-o link show wan0"), "the line")
    unknown = ip_address("2001:db8::1")

    async def story() -> Facts:
        async with Netlink() as netlink:
            return await netlink.facts([PEER, unknown])

    found = namespace.play(story)
    assert (found.lookups[PEER].device, found.lookups[PEER].source) == ("wan0", OURS)
    assert found.lookups[PEER].next_hop == NEXT_HOP
    assert unknown not in found.lookups
    assert found.default_next_hop("wan0", 4) == NEXT_HOP
    assert found.device_towards(ip_address("10.1.0.77")) == "wan0"
    assert found.links["wan0"].running
    assert not found.links["lan0"].running


def test_a_change_of_the_host_is_noticed(namespace: Namespace) -> None:
    async def story() -> bool:
        noticed = asyncio.Event()
        monitor = Monitor(noticed.set)
        await asyncio.to_thread(namespace.ip, "addr add 10.1.0.1/24 dev wan0")
        await asyncio.wait_for(noticed.wait(), 30)
        monitor.close()
        return True

    assert namespace.play(story)
