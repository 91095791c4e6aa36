"""Address translation: `ip nat`, and how it meets the tunnels."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv4Network

from kakehashi.dialects.blocks import Block, all_lines, last_line
from kakehashi.dialects.cisco_ios.defaults import NAT_TIMEOUTS
from kakehashi.dialects.cisco_ios.interfaces import interface_of
from kakehashi.dialects.cisco_ios.lower.access_list import Lists
from kakehashi.dialects.cisco_ios.lower.names import undefined
from kakehashi.dialects.cisco_ios.lower.route_map import list_of_route_map
from kakehashi.dialects.document import Document, Statement
from kakehashi.dialects.report import Report
from kakehashi.model.access_list import AccessList, Packet
from kakehashi.model.gateway import Interface
from kakehashi.model.translation import SourceTranslation, StaticTranslation, Timeouts, Translation
from kakehashi.model.tunnel import Tunnel

_SOURCE, _STATIC = "ip nat inside source", "ip nat inside source static"
_TIMES = {
    "tcp-timeout": "tcp",
    "udp-timeout": "udp",
    "finrst-timeout": "tcp_closing",
    "syn-timeout": "tcp_opening",
}


@dataclass(slots=True)
class _Reading:
    """The device's lines about translation while they are read; `made`: by outside interface."""

    document: Document
    blocks: Mapping[str, Block]
    interfaces: Mapping[str, Interface]
    lists: Lists
    report: Report
    sources: dict[str, list[SourceTranslation]] = field(default_factory=dict)
    static: dict[str, list[StaticTranslation]] = field(default_factory=dict)
    firsts: dict[str, Statement] = field(default_factory=dict)
    made: dict[str, AccessList] = field(default_factory=dict)

    def side(self, side: str) -> tuple[str, ...]:
        """The interfaces that are the inside, or the outside."""
        return tuple(name for name in self.interfaces if _side(self.blocks.get(name)) == side)

    def outside(self, statement: Statement) -> tuple[str, ...]:
        """Where a line counts: on the interface that it names, or on all that are the outside."""
        name = interface_of(statement, "interface")
        if name is None:
            return self.side("outside")
        if name not in self.interfaces:
            remedy = f"add `interface {name}`"
            undefined(self.report, statement.line, "interface", name, "ip nat", self.interfaces, remedy)
            return ()
        if name not in self.side("outside"):
            self.report.warning(
                statement.line,
                "nat-outside",
                f"{name} is not the outside of translation: nothing is translated",
                f"add `ip nat outside` to {name}",
            )
            return ()
        return (name,)


def with_translation(
    document: Document,
    blocks: Mapping[str, Block],
    interfaces: Mapping[str, Interface],
    lists: Lists,
    report: Report,
) -> tuple[dict[str, Interface], Lists]:
    """The interfaces, with what is translated at those that are the outside; and the lists, with those that
    stand for route maps.
    """
    reading = _Reading(document, blocks, interfaces, lists, report)
    pools = {str(s.get("name")): s for s in all_lines(document, "ip nat pool")}
    for statement in all_lines(document, _SOURCE):
        source = _source(reading, statement, pools)
        if source is None:
            continue
        for name in reading.outside(statement):
            reading.sources.setdefault(name, []).append(source)
            reading.firsts.setdefault(name, statement)
    for statement in all_lines(document, _STATIC):
        static = _static(statement, report)
        if static is None:
            continue
        for name in reading.outside(statement):
            reading.static.setdefault(name, []).append(static)
            reading.firsts.setdefault(name, statement)
    _tell_unused(reading)
    inside = reading.side("inside")
    if reading.firsts and not inside:
        report.warning(
            next(iter(reading.firsts.values())).line,
            "nat-inside",
            "no interface is the inside of translation: nothing is translated",
            "add `ip nat inside` to the interface of the LAN",
        )
    result = dict(interfaces)
    for name, statement in reading.firsts.items():
        made = Translation(
            sources=tuple(reading.sources.get(name, ())),
            static=tuple(reading.static.get(name, ())),
            inside=inside,
            timeouts=_timeouts(document),
            source=report.source(statement.line),
        )
        result[name] = replace(result[name], translation=made)
    return result, replace(lists, by_name={**reading.made, **lists.by_name})


def _tell_unused(reading: _Reading) -> None:
    """Pools, times and route maps that change nothing."""
    document, report = reading.document, reading.report
    lines = [s for s in all_lines(document, _SOURCE) if reading.firsts]
    used = {str(s.get(word)) for s in lines for word in ("pool", "route map") if s.get(word) is not None}
    for statement in (*all_lines(document, "ip nat pool"), *document.statements("route-map")):
        if str(statement.get("name")) not in used and not statement.negated:
            what = "pool" if statement.key == "ip nat pool" else "route map"
            name = statement.get("name")
            report.info(statement.line, "unused-nat", f"the {what} {name} translates nothing")
    for name in _TIMES:
        line = last_line(document, f"ip nat translation {name}")
        if line is not None and not reading.firsts:
            report.info(line.line, "unused-nat", "nothing is translated, so that no time counts")


def check_translation(document: Document, tunnels: tuple[Tunnel, ...], lists: Lists, report: Report) -> None:
    """The device translates before it looks at the crypto map: what it translates, no tunnel takes."""
    for statement in all_lines(document, _SOURCE):
        rules = lists.get(_list_name(statement))
        outside = interface_of(statement, "interface")
        if rules is None:
            continue
        for tunnel in tunnels:
            by = tunnel.outgoing.interface if tunnel.policy_based and tunnel.outgoing else None
            if by is not None and outside in (by, None):
                _check(statement, rules, tunnel, report)


def _source(
    reading: _Reading, statement: Statement, pools: Mapping[str, Statement]
) -> SourceTranslation | None:
    """What a line translates; None where it cannot be done, of which it is told."""
    report, line = reading.report, statement.line
    name = _list_name(statement)
    if (route_map := statement.get("route map")) is not None:
        rules = list_of_route_map(reading.document, str(route_map), reading.lists, line, report)
        if rules is None:
            return None
        reading.made.setdefault(rules.name, rules)
        name = rules.name
    elif reading.lists.get(name) is None:
        remedy = f"add `access-list {name} permit ...`"
        undefined(report, line, "access list", name, "ip nat", reading.lists.by_name, remedy)
        return None
    pool: tuple[IPv4Address, IPv4Address] | None = None
    if (called := statement.get("pool")) is not None:
        if called not in pools:
            remedy = f"add `ip nat pool {called} FIRST LAST netmask MASK`"
            undefined(report, line, "pool", called, "ip nat", pools, remedy)
            return None
        pool = (pools[called].get("first"), pools[called].get("last"))
    return SourceTranslation(
        access_list=name,
        pool=pool,
        ports=pool is None or "overload" in statement.values,
        source=report.source(line),
    )


def _list_name(statement: Statement) -> str:
    return str(statement.get("list", statement.get("route map", "")))


def _static(statement: Statement, report: Report) -> StaticTranslation | None:
    host: IPv4Address = statement.get("inside")
    seen: IPv4Address | None = statement.get("outside")
    inside: IPv4Address | IPv4Network = host
    outside: IPv4Address | IPv4Network | None = seen
    if "route map" in statement.values:
        report.warning(
            statement.line,
            "not-yet",
            "the route map of a fixed translation is not there yet: all that the host sends is translated",
        )
    if "network mask" in statement.values or "prefix length" in statement.values:
        length = statement.get("network mask") or _length(str(statement.get("prefix length")))
        if length is None or seen is None:
            report.error(statement.line, "invalid-value", "a prefix is written as /24", "write its length so")
            return None
        inside = IPv4Network((int(host), length), strict=False)
        outside = IPv4Network((int(seen), length), strict=False)
    return StaticTranslation(
        protocol=statement.get("protocol"),
        port=statement.get("outside port"),
        inside=inside,
        inside_port=statement.get("inside port"),
        outside=outside,
        reversed=True,
        source=report.source(statement.line),
    )


def _length(text: str) -> int | None:
    digits = text.removeprefix("/")
    return int(digits) if digits.isdigit() and len(digits) < 3 and int(digits) <= 32 else None


def _timeouts(document: Document) -> Timeouts:
    times = NAT_TIMEOUTS
    for name, of in _TIMES.items():
        if line := last_line(document, f"ip nat translation {name}"):
            times = replace(times, **{of: line.get("seconds")})
    return times


def _check(statement: Statement, rules: AccessList, tunnel: Tunnel, report: Report) -> None:
    for local, remote in zip(tunnel.ipsec.local_selectors, tunnel.ipsec.remote_selectors, strict=False):
        if local.start == local.end or int(local.end) - int(local.start) >= 1 << 31:
            continue  # the device itself, or all of the world: nothing that translation is about
        probe = Packet(
            source_address=local.start + 1, destination_address=remote.start + 1, protocol=local.protocol or 1
        )
        if rules.permits(probe):
            report.warning(
                statement.line,
                "nat-before-crypto",
                f"the access list {rules.name} also translates what {tunnel.interface} should take "
                f"({local} to "
                f"{remote}): the device translates first, and then the packets fit no tunnel; here "
                "they go into "
                "the tunnel untranslated",
                f"deny {local} to {remote} before it permits",
            )
            return


def _side(block: Block | None) -> str:
    line = block.last("ip nat") if block else None
    return line.get("side") if line else ""
