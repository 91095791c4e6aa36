"""`ip napt`, `ip nat` and `ip filter` of an interface."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

from kakehashi.dialects.blocks import Block
from kakehashi.dialects.document import Statement
from kakehashi.dialects.nec_ix.words import SERVICES
from kakehashi.dialects.report import Report
from kakehashi.dialects.spelling import close
from kakehashi.model.access_list import AccessList, PacketFilter
from kakehashi.model.gateway import Interface
from kakehashi.model.translation import (
    ICMP,
    TCP,
    UDP,
    SourceTranslation,
    StaticTranslation,
    Timeouts,
    Translation,
)

# Seconds; those that the device says nothing of are the host's.
DEFAULT_TIMEOUTS = Timeouts(tcp=900, tcp_opening=30, tcp_closing=60, udp=300)
_TIMES = {
    "ip napt translation tcp-timeout": "tcp",
    "ip napt translation syn-timeout": "tcp_opening",
    "ip napt translation finrst-timeout": "tcp_closing",
    "ip napt translation udp-timeout": "udp",
}
_ALL = (
    "ip napt static",
    "ip napt service",
    "ip nat static",
    "ip napt inside list",
    "ip napt address",
    "ip napt hairpinning",
    *_TIMES,
)
_OTHER_TIMES = tuple(f"ip napt translation {name}-timeout" for name in ("icmp", "dns", "gre", "other"))


def translation(block: Block, report: Report) -> Translation | None:
    """What `ip napt` and `ip nat` of an interface come to; None without `enable`."""
    napt, nat = block.last("ip napt enable"), block.last("ip nat enable")
    found = sorted(_statics(block, report), key=lambda s: s.source.line if s.source else 0)
    static = tuple(found)
    for key in _OTHER_TIMES:
        if line := block.last(key):
            report.info(line.line, "the-hosts", f"`{line.command.words}`: the host's own time holds")
    if napt is None and nat is None:
        for line in _standing(block):
            report.info(
                line.line,
                "napt-off",
                f"{block.name} does not translate: `{line.command.words}` has no effect there",
                "add `ip napt enable`",
            )
        return None
    enabled = napt or nat
    return Translation(
        sources=(_source(block, napt, report),) if napt else (),
        static=static,
        closed=napt is not None,
        hairpinning=block.last("ip napt hairpinning") is not None,
        timeouts=_timeouts(block) if napt else Timeouts(),
        source=report.source(enabled.line) if enabled else None,
    )


def _standing(block: Block) -> Iterator[Statement]:
    """The lines about translation that count as soon as it is enabled."""
    for key in _ALL:
        yield from block.all(key)


def filters(block: Block, report: Report) -> tuple[PacketFilter, ...]:
    """What packets must pass: the lists of each direction by their numbers. The device looks at what it sends
    itself too, and lets pass what an entry permits, no more.
    """
    found: dict[tuple[int, bool], dict[int, Statement]] = {}
    for statement in block.lines:
        if statement.key not in ("ip filter", "ipv6 filter"):
            continue
        version = 4 if statement.key == "ip filter" else 6
        place = (version, bool(statement.get("inbound")))
        if statement.negated:
            lines = {n: s for n, s in found.get(place, {}).items() if not _same(statement, s)}
            found[place] = lines
        else:
            found.setdefault(place, {})[statement.get("sequence", 0)] = statement
    return tuple(
        PacketFilter(
            lists=tuple(dict.fromkeys(str(lines[n].get("list")) for n in sorted(lines))),
            inbound=inbound,
            version=version,
            own=True,
            neighbours=False,
            missing_passes=False,
            source=report.source(lines[min(lines)].line),
        )
        for (version, inbound), lines in found.items()
        if lines
    )


def lists_in_use(
    lists: Mapping[str, AccessList], interfaces: Iterable[Interface], report: Report
) -> tuple[AccessList, ...]:
    """The lists that filter or translate; of those that are not there it is told."""
    used: dict[str, AccessList] = {}
    for interface in interfaces:
        for f in interface.filters:
            for name in f.lists:
                if name not in lists and f.source:
                    report.warning(
                        f.source.line,
                        "undefined-access-list",
                        f"{interface.name} filters with the access list `{name}`, and there is none: it "
                        "permits nothing",
                        _meant(name, lists) or f"add `ip access-list {name} permit ...`",
                    )
        for source in interface.translation.sources if interface.translation else ():
            if source.access_list is not None and source.access_list not in lists and source.source:
                report.warning(
                    source.source.line,
                    "undefined-access-list",
                    f"{interface.name} translates what the access list `{source.access_list}` permits, and "
                    "there is none: nothing is translated",
                    _meant(source.access_list, lists),
                )
        used |= {name: lists[name] for name in interface.lists if name in lists}
    return tuple(used.values())


def _meant(name: str, known: Iterable[str]) -> str:
    near = close(name, known)
    return f"did you mean `{near}`?" if near else ""


def _same(negative: Statement, statement: Statement) -> bool:
    return all(statement.values.get(name) == value for name, value in negative.values.items())


def _source(block: Block, napt: Statement, report: Report) -> SourceTranslation:
    inside, address = block.last("ip napt inside list"), block.last("ip napt address")
    pool: IPv4Address | None = address.get("address") if address else None
    return SourceTranslation(
        access_list=inside.get("list") if inside else None,
        pool=(pool, pool) if pool else None,
        source=report.source((inside or napt).line),
    )


def _timeouts(block: Block) -> Timeouts:
    times = DEFAULT_TIMEOUTS
    for key, field in _TIMES.items():
        if line := block.last(key):
            times = replace(times, **{field: line.get("seconds")})
    return times


def _statics(block: Block, report: Report) -> Iterator[StaticTranslation]:
    address = block.last("ip napt address")
    outside: IPv4Address | None = address.get("address") if address else None
    for statement in block.all("ip napt static"):
        named = statement.get("interface", block.name)
        if named != block.name:
            report.warning(
                statement.line,
                "wrong-interface",
                f"`ip napt static` of {block.name} names {named}; what arrives here does not match it",
                f"write `ip napt static {block.name}`",
            )
            continue
        yield StaticTranslation(
            protocol=statement.get("protocol", 0),
            port=statement.get("port"),
            last_port=statement.get("last port"),
            inside=statement.get("inside"),
            outside=outside,
            source=report.source(statement.line),
        )
    for statement in block.all("ip napt service"):
        service = _service(statement, report)
        if service is not None:
            yield replace(service, outside=outside)
    for statement in block.all("ip nat static"):
        entry = _one_to_one(statement, report)
        if entry is not None:
            yield entry


def _service(statement: Statement, report: Report) -> StaticTranslation | None:
    name = str(statement.get("name"))
    protocol, port = statement.get("protocol"), statement.get("port")
    if protocol is None and name not in SERVICES:
        report.warning(
            statement.line,
            "incomplete",
            f"`ip napt service {name}` says neither protocol nor port, and no service is known by that name",
            "write its protocol and port",
        )
        return None
    if protocol is None:
        protocol, port = SERVICES[name]
    if protocol not in (ICMP, TCP, UDP) or protocol == ICMP:
        port = None
    return StaticTranslation(
        protocol=protocol,
        port=port,
        last_port=statement.get("last port") if port is not None else None,
        inside=statement.get("inside"),
        inside_port=statement.get("inside port") if port is not None else None,
        name=name,
        source=report.source(statement.line),
    )


def _one_to_one(statement: Statement, report: Report) -> StaticTranslation | None:
    inside: IPv4Network = statement.get("inside")
    outside: IPv4Network = statement.get("outside")
    if inside.prefixlen != outside.prefixlen:
        report.error(
            statement.line,
            "invalid-value",
            f"`ip nat static`: {inside} and {outside} are not of one size",
            "write both with the same prefix",
        )
        return None
    is_host = inside.prefixlen == inside.max_prefixlen
    return StaticTranslation(
        inside=inside[0] if is_host else inside,
        outside=outside[0] if is_host else outside,
        reversed=True,
        source=report.source(statement.line),
    )
