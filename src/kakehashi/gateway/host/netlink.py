"""The kernel's tables by rtnetlink(7), read into facts."""

from collections.abc import Iterable
from dataclasses import replace
from ipaddress import ip_address, ip_interface, ip_network
from types import TracebackType
from typing import Any

from pyroute2 import AsyncIPRoute
from pyroute2.netlink.exceptions import NetlinkError

from kakehashi.gateway.host.facts import Ends, Facts, HostRoute, HostRule, Link, Lookup
from kakehashi.gateway.host.items import PROTOCOL
from kakehashi.model.address import IPAddress, IPInterface

AF_INET, AF_INET6 = 2, 10
IFF_UP, IFF_RUNNING = 0x1, 0x40
LOCAL_TABLE = 255
FR_ACT_TO_TBL, FR_ACT_GOTO, FIB_RULE_INVERT = 1, 2, 2  # linux/fib_rules.h
# RTN_* of linux/rtnetlink.h
ROUTE_KINDS = {1: "unicast", 6: "blackhole", 7: "unreachable", 8: "prohibit", 9: "throw"}


class Netlink:
    """One netlink socket of the running loop. Every method may raise NetlinkError or OSError."""

    def __init__(self) -> None:
        self.ip = AsyncIPRoute()

    async def __aenter__(self) -> "Netlink":
        await self.ip.setup_endpoint()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ip.close()

    async def facts(self, asked: Iterable[IPAddress] = (), paths: Iterable[Ends] = ()) -> Facts:
        """Read everything. `asked`: the addresses to look up; `paths`: whose MTU is wanted."""
        links = await self._links()
        names = {link.index: link.name for link in links.values()}
        routes = [r for family in (AF_INET, AF_INET6) for r in await self._routes(family, names)]
        rules = [r for family in (AF_INET, AF_INET6) for r in await self._rules(family)]
        lookups = {}
        for address in sorted(set(asked), key=str):
            found = await self.lookup(address, names)
            if found is not None:
                lookups[address] = found
        path_mtus, route_mtus = {}, {}
        for ends in set(paths):
            mtu, is_learned = await self._path_mtu(ends)
            if mtu:
                path_mtus[ends] = mtu
                if not is_learned:
                    route_mtus[ends] = mtu
        return Facts(
            links=links,
            routes=tuple(routes),
            rules=tuple(rules),
            lookups=lookups,
            path_mtus=path_mtus,
            route_mtus=route_mtus,
        )

    async def lookup(self, address: IPAddress, names: dict[int, str]) -> Lookup | None:
        """How the kernel would reach the address, or None."""
        try:
            answers = list(await self.ip.route("get", dst=str(address)))
        except NetlinkError:
            return None
        for answer in answers:
            device, source = names.get(answer.get("oif"), ""), answer.get("prefsrc")
            if device and source:
                gateway = answer.get("gateway")
                return Lookup(device, ip_address(source), ip_address(gateway) if gateway else None)
        return None

    async def _path_mtu(self, ends: Ends) -> tuple[int, bool]:
        """What a route says of the way, or the kernel has learned: that ends at some time. 0: nothing."""
        try:
            answers = list(await self.ip.route("get", src=str(ends[0]), dst=str(ends[1])))
        except NetlinkError:
            return 0, False
        for answer in answers:
            metrics, cache = answer.get("metrics"), answer.get("cacheinfo")
            if metrics is not None and (mtu := metrics.get("mtu")):
                return mtu, bool(cache and cache.get("rta_expires"))
        return 0, False

    async def index(self, device: str) -> int:
        """The index of a device. OSError if it is not there."""
        found = await self.ip.link_lookup(ifname=device)
        if not found:
            raise OSError(f"no device {device}")
        return int(found[0])

    async def _links(self) -> dict[str, Link]:
        addresses: dict[int, list[IPInterface]] = {}
        async for message in await self.ip.get_addr():
            # Of a point-to-point address `address` is the other end (rtnetlink(7)).
            text = message.get("local") or message.get("address")
            if text:
                interface = ip_interface(f"{text}/{message['prefixlen']}")
                addresses.setdefault(message["index"], []).append(interface)
        links, masters = {}, {}
        async for message in await self.ip.get_links():
            flags, name = message["flags"], message.get("ifname")
            if master := message.get("master"):
                masters[name] = master
            links[name] = Link(
                index=message["index"],
                name=name,
                admin_up=bool(flags & IFF_UP),
                running=bool(flags & IFF_UP and flags & IFF_RUNNING),
                mtu=message.get("mtu") or 0,
                addresses=tuple(addresses.get(message["index"], ())),
                mac=message.get("address") or "",
            )
        names = {link.index: name for name, link in links.items()}
        for name, master in masters.items():
            links[name] = replace(links[name], master=names.get(master, ""))
        return links

    async def _routes(self, family: int, names: dict[int, str]) -> list[HostRoute]:
        return [
            _route(message, family, names)
            async for message in await self.ip.get_routes(family=family)
            if _table(message) != LOCAL_TABLE and message["type"] in ROUTE_KINDS
        ]

    async def _rules(self, family: int) -> list[HostRule]:
        return [_rule(message, family) async for message in await self.ip.get_rules(family=family)]


def _route(message: Any, family: int, names: dict[int, str]) -> HostRoute:
    destination = message.get("dst") or ("0.0.0.0" if family == AF_INET else "::")  # noqa: S104
    gateway = message.get("gateway")
    kind = ROUTE_KINDS[message["type"]]
    return HostRoute(
        destination=ip_network(f"{destination}/{message['dst_len']}"),
        next_hop=ip_address(gateway) if gateway else None,
        device=names.get(message.get("oif"), "") if kind == "unicast" else "",
        metric=message.get("priority") or 0,
        table=_table(message),
        kind=kind,
        protocol=message["proto"],
    )


def _rule(message: Any, family: int) -> HostRule:
    source, destination = message.get("src"), message.get("dst")
    return HostRule(
        version=4 if family == AF_INET else 6,
        priority=message.get("priority") or 0,
        table=_table(message),
        source=ip_network(f"{source}/{message['src_len']}") if source else None,
        destination=ip_network(f"{destination}/{message['dst_len']}") if destination else None,
        protocol=message.get("FRA_IP_PROTO") or 0,
        source_ports=_ports(message.get("FRA_SPORT_RANGE")),
        destination_ports=_ports(message.get("FRA_DPORT_RANGE")),
        own=message.get("iifname") == "lo",
        goto=message.get("goto") or 0,
        is_ours=message.get("FRA_PROTOCOL") == PROTOCOL,
        is_particular=_is_particular(message),
    )


def _ports(text: object) -> tuple[int, int] | None:
    low, _, high = str(text or "").partition(":")
    return (int(low), int(high or low)) if low else None


def _is_particular(message: Any) -> bool:
    """Does the rule ask for something that ours never do, or do something else than look up?"""
    asked = ("fwmark", "oifname", "FRA_UID_RANGE", "FRA_TUN_ID")
    return (
        any(message.get(name) is not None for name in asked)
        or message.get("iifname") not in (None, "lo")
        or message["action"] not in (FR_ACT_TO_TBL, FR_ACT_GOTO)
        or bool(message["flags"] & FIB_RULE_INVERT)
        or bool(message["tos"])
    )


def _table(message: Any) -> int:
    return int(message.get("table") or message["table"])
