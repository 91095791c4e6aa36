"""Who is asked about those who dial in: `aaa authentication ppp`, its list, groups and RADIUS servers.

A server is written as a block (`radius server NAME`) or as one line (`radius-server host ADDRESS`), a group
names servers of either kind or has its own (`server-private`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kakehashi.dialects.cisco_ios.lower.said import address_of, password_of, said_in
from kakehashi.dialects.document import Document, Statement
from kakehashi.dialects.report import Report
from kakehashi.model.l2tp_server import RadiusServer
from kakehashi.model.secret import Secret

_OLD_PORT = 1645  # the device's own, before IANA gave 1812
_LOCAL = {"local", "local-case"}
_OPTIONS = ("auth-port", "acct-port", "timeout", "retransmit", "key")


@dataclass(frozen=True, slots=True)
class Asked:
    """`local`: users of the configuration are known; `radius`: who is asked about others, and `accounting`:
    told. `local_last`: the device would ask others before. `lines`: those that say so.
    """

    local: bool
    radius: tuple[RadiusServer, ...]
    accounting: bool
    lines: frozenset[int]
    local_last: bool = False


def lines_of_aaa(document: Document) -> frozenset[int]:
    """What concerns who dials in; of what else AAA does nothing is ours."""
    lines = {s.line for s in document.statements("aaa") if rest_of(s)[:2] == ("authentication", "ppp")}
    lines |= {s.line for s in document.statements("aaa") if s.get("rest", ())[:1] == ("new-model",)}
    for statement in document.statements("aaa accounting"):
        if rest_of(statement)[:1] in (("network",), ("update",)):
            lines |= {statement.line, *(s.line for s in said_in(statement.body))}
    if any(_groups_of(methods) for _, methods in _lists(document)):
        for statement in document.statements("radius server", "aaa group", "radius-server"):
            lines |= {statement.line, *(s.line for s in said_in(statement.body))}
    return frozenset(lines)


def read_asked(name: str, line: int, document: Document, report: Report) -> Asked:
    """By the list of that name; `line`: where it is named."""
    lists = dict(_lists(document))
    if name not in lists and name != "default":
        report.warning(
            line,
            "undefined-list",
            f"there is no list `aaa authentication ppp {name}`: here the users of the configuration are "
            "known",
            f"add `aaa authentication ppp {name} METHOD`",
            name=name,
        )
    methods = lists.get(name)
    # Without a list for PPP the device asks itself (command reference, `aaa authentication ppp`).
    local = methods is None or not _LOCAL.isdisjoint(methods)
    groups = _groups_of(methods or ())
    radius = tuple(server for group in groups for server in _servers(group, document, report))
    local_last = local and bool(radius) and methods is not None and methods[:1] == ("group",)
    return Asked(local, radius, _accounts(document), lines_of_aaa(document), local_last)


def rest_of(statement: Statement) -> tuple[str, ...]:
    """The words behind the command's own."""
    rest: tuple[str, ...] = tuple(statement.get("rest", ()))
    return rest


def _lists(document: Document) -> Iterator[tuple[str, tuple[str, ...]]]:
    """`aaa authentication ppp LIST METHOD...`: the list with its methods."""
    for line in document.statements("aaa"):
        words = rest_of(line)
        if not line.negated and words[:2] == ("authentication", "ppp") and len(words) > 2:
            yield words[2], words[3:]


def _groups_of(methods: Sequence[str]) -> list[str]:
    """Names of groups of servers; `radius` alone, as older devices write it, is all of them."""
    found = [n for before, n in zip(("", *methods), methods, strict=False) if before == "group"]
    if "radius" in methods and "radius" not in found:
        found.append("radius")
    return found


def _accounts(document: Document) -> bool:
    """As one line, or as a block that newer devices write."""
    for statement in document.statements("aaa accounting"):
        words = rest_of(statement)
        if statement.negated or words[:1] != ("network",):
            continue
        said = {word for s in said_in(statement.body) for word in s.words} | set(words)
        if "group" in said and "none" not in said:
            return True
    return False


def _servers(group: str, document: Document, report: Report) -> Iterator[RadiusServer]:
    if group == "radius":
        yield from _all_servers(document, report)
        return
    blocks = [s for s in document.statements("aaa group") if rest_of(s)[:3] == ("server", "radius", group)]
    named = {name: server for name, server in _named(document, report) if server is not None}
    hosts = {str(server.address): server for server in _hosts(document, report)}
    for block in blocks:
        for said in said_in(block.body):
            match said.typed:
                case ("server", "name", name, *_) if name in named:
                    yield named[name]
                case ("server", address, *_) if address in hosts:
                    yield hosts[address]
                case ("server-private", address, *options):
                    server = _server(address, _read(options), said.line, document, report)
                    if server is not None:
                        yield server
    if not blocks:
        for line in document.statements("aaa"):
            if group in rest_of(line):
                report.warning(
                    line.line,
                    "undefined-group",
                    f"there is no group of RADIUS servers {group}: nobody asks it",
                    f"add `aaa group server radius {group}`",
                    name=group,
                )
                return


def _all_servers(document: Document, report: Report) -> Iterator[RadiusServer]:
    for _, server in _named(document, report):
        if server is not None:
            yield server
    yield from _hosts(document, report)


def _named(document: Document, report: Report) -> Iterator[tuple[str, RadiusServer | None]]:
    """`radius server NAME` with `address ipv4 A [auth-port N] [acct-port N]` and `key [0|7] WORD`."""
    for block in document.statements("radius server"):
        if block.negated:
            continue
        said = {s.words[0]: s.typed for s in said_in(block.body)}
        address = said.get("address", ())
        options = _read(address[3:])
        for key in ("timeout", "retransmit"):
            options |= {key: said[key][1]} if len(said.get(key, ())) > 1 else {}
        if len(said.get("key", ())) > 1:
            options["key"] = said["key"][1:]
        server = _server(address[2] if len(address) > 2 else "", options, block.line, document, report)
        yield "".join(rest_of(block)[:1]), server


def _hosts(document: Document, report: Report) -> Iterator[RadiusServer]:
    """`radius-server host ADDRESS [auth-port N] [acct-port N] [timeout N] [retransmit N] [key [0|7] WORD]`"""
    for line in document.statements("radius-server"):
        words = rest_of(line)
        if not line.negated and words[:1] == ("host",) and len(words) > 1:
            server = _server(words[1], _read(words[2:]), line.line, document, report)
            if server is not None:
                yield server


def _read(words: Sequence[str]) -> dict[str, Any]:
    """Options with a value each; the key takes the rest."""
    found: dict[str, Any] = {}
    left = list(words)
    while len(left) > 1:
        option = left.pop(0).lower()
        if option == "key":
            found["key"] = tuple(left)
            break
        if option in _OPTIONS:
            found[option] = left.pop(0)
    return found


def _server(
    address: str, options: dict[str, Any], line: int, document: Document, report: Report
) -> RadiusServer | None:
    """What it does not say itself, `radius-server key`, `timeout` and `retransmit` say for all."""
    of_all = {
        rest_of(s)[0]: rest_of(s)[1:]
        for s in document.statements("radius-server")
        if not s.negated and rest_of(s)[:1] in (("key",), ("timeout",), ("retransmit",))
    }
    found = address_of(address)
    key = options.get("key") or of_all.get("key", ())
    secret: Secret | None = password_of(key)[1] if key else None
    if found is None or not secret:
        report.warning(
            line,
            "radius-incomplete",
            "the RADIUS server has no address of IPv4, or no key that can be read: nobody asks it",
            "add `address ipv4 ADDRESS` and `key SECRET`",
        )
        return None
    return RadiusServer(
        address=found,
        secret=secret,
        port=_number(options.get("auth-port"), _OLD_PORT),
        accounting_port=_number(options.get("acct-port"), _OLD_PORT + 1),
        timeout=_number(options.get("timeout", "".join(of_all.get("timeout", ())[:1])), 5),
        retries=_number(options.get("retransmit", "".join(of_all.get("retransmit", ())[:1])), 3),
        source=report.source(line),
    )


def _number(word: str | None, default: int) -> int:
    return int(word) if word and word.isdigit() and int(word) < 65536 else default
