"""Addresses that the host's PPP, its DHCPv6 client or a router's advertisements bring."""

import asyncio
from dataclasses import replace

from kakehashi.gateway.desired import desired
from kakehashi.gateway.dhcp.devices import leased_devices, waiting_for_routers
from kakehashi.gateway.host.items import Sysctl
from kakehashi.gateway.host.solicitor import Solicitor
from kakehashi.gateway.interfaces import map_interfaces
from kakehashi.gateway.outgoing import NoWay, decide
from kakehashi.model.finding import Severity
from kakehashi.model.gateway import Gateway
from tests.gateway.builders import DEVICES, PEER, facts, gateway, interface, link, tunnel
from tests.gateway.virtual import play

LAN = interface("GigaEthernet1.0", "192.168.1.1/24")
BARE = replace(facts(link("eth0"), link("eth1", "192.168.1.1/24")), lookups={}, routes=())


def wan(**changes: object) -> Gateway:
    return gateway(interfaces=(interface("GigaEthernet0.0", **changes), LAN, interface("Tunnel0.0")))


PPP = wan(dhcp=True, negotiated=True)


def test_nobody_asks_by_dhcp_where_ppp_brings_the_address() -> None:
    assert leased_devices(wan(dhcp=True), DEVICES, BARE, ()) == {"eth0"}
    assert leased_devices(PPP, DEVICES, BARE, ()) == frozenset()


def test_the_device_of_a_line_may_come_later() -> None:
    maps = {"GigaEthernet0.0": "ppp0", "GigaEthernet1.0": "eth1"}
    (told,) = map_interfaces(PPP, maps, BARE.links).findings
    assert (told.severity, told.code) == (Severity.WARNING, "line-not-up")
    (missing,) = map_interfaces(wan(dhcp=True), maps, BARE.links).findings
    assert missing.severity is Severity.ERROR


def test_a_tunnel_says_what_it_waits_for() -> None:
    waiting = decide(tunnel(), PPP, BARE, DEVICES, PEER)
    assert isinstance(waiting, NoWay)
    assert waiting.reason.endswith("the host's PPP has not brought GigaEthernet0.0 up yet")
    waiting = decide(tunnel(), wan(dhcp=True), BARE, DEVICES, PEER)
    assert isinstance(waiting, NoWay)
    assert waiting.reason.endswith("no DHCP server has given GigaEthernet0.0 an address yet")


def settings(of: Gateway) -> dict[str, str]:
    found = [i for i in desired(of, DEVICES, {}, BARE) if isinstance(i, Sysctl)]
    keys = [item.key for item in found]
    assert len(keys) == len(set(keys)), "one setting, one value"
    start = "net/ipv6/conf/eth0/"
    return {i.key.removeprefix(start): i.value for i in found if i.key.startswith(start)}


def test_the_kernel_hears_advertisements_though_it_forwards() -> None:
    told = {"disable_ipv6": "0", "accept_ra": "2", "autoconf": "1", "accept_ra_defrtr": "0"}
    assert settings(wan(autoconfig=True)) == told
    assert settings(wan(autoconfig=True, autoconfig_default_route=True)) == {**told, "accept_ra_defrtr": "1"}
    # DHCPv6 tells no router (RFC 8415): that is in the advertisements.
    assert settings(wan(dhcp_ipv6=True)) == {**told, "autoconf": "0", "accept_ra_defrtr": "1"}
    assert settings(wan()) == {}


def test_routers_are_asked_where_an_address_is_missing() -> None:
    assert waiting_for_routers(wan(autoconfig=True), DEVICES, BARE) == {"eth0"}
    there = facts(link("eth0", "2001:db8::7/64"))
    assert waiting_for_routers(wan(autoconfig=True), DEVICES, there) == frozenset()
    own_link = facts(link("eth0", "fe80::7/64"))
    assert waiting_for_routers(wan(autoconfig=True), DEVICES, own_link) == {"eth0"}
    assert waiting_for_routers(wan(), DEVICES, BARE) == frozenset()
    down = facts(link("eth0", running=False))
    assert waiting_for_routers(wan(autoconfig=True), DEVICES, down) == frozenset()


def test_they_are_asked_three_times_and_again_when_the_device_has_been_away() -> None:
    asked: list[tuple[str, float]] = []

    async def story() -> None:
        loop = asyncio.get_running_loop()
        subject = Solicitor(lambda device: asked.append((device, loop.time())))
        subject.follow({"eth0"})
        await asyncio.sleep(1)
        subject.follow({"eth0", "eth1"})
        await asyncio.sleep(30)
        subject.follow(())
        subject.follow({"eth0"})
        subject.stop()
        await asyncio.sleep(30)

    play(story)
    assert asked == [
        ("eth0", 0), ("eth1", 1), ("eth0", 4), ("eth1", 5), ("eth0", 8), ("eth1", 9), ("eth0", 31),
    ]  # fmt: skip
