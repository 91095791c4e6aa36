"""`vpdn-group` with `accept-dialin`, its Virtual-Template and users become a server to dial in to.

Without that they are lines of PPPoE, which the host brings up (CI-11), and users of the device itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from itertools import pairwise

from kakehashi.dialects.blocks import Block, read_blocks
from kakehashi.dialects.cisco_ios.interfaces import interface_of
from kakehashi.dialects.cisco_ios.passwords import reveal_type_7
from kakehashi.dialects.document import Comment, Document, Item, Statement
from kakehashi.dialects.report import Report
from kakehashi.model.l2tp_server import AddressRange, Caller, L2tpServer, LoginMethod, RadiusServer
from kakehashi.model.secret import Secret

_METHODS = {
    "ms-chap-v2": LoginMethod.MS_CHAP_V2,
    "chap": LoginMethod.CHAP,
    "pap": LoginMethod.PAP,
}
_MRU = 1500
_OLD_PORT = 1645  # the device's own, before IANA gave 1812
_OF_TEMPLATE = ("ppp", "peer default ip")


@dataclass(frozen=True, slots=True)
class _Said:
    """A line of a group, in words."""

    line: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DialIn:
    """The group that people dial in by, and the block of its template. `lines`: all that say how."""

    group: Statement
    said: tuple[_Said, ...]
    template: Block | None
    lines: frozenset[int]

    def last(self, *words: str) -> _Said | None:
        """The last line that begins so."""
        found = [s for s in self.said if s.words[: len(words)] == words]
        return found[-1] if found else None


def find_dial_in(document: Document) -> DialIn | None:
    """The first group that accepts L2TP, None if there is none."""
    for group in document.statements("vpdn-group"):
        said = tuple(_words(group.body))
        if group.negated or not any(s.words[:2] in (("protocol", "l2tp"), ("protocol", "any")) for s in said):
            continue
        if not any(s.words[:1] == ("accept-dialin",) for s in said):
            continue
        blocks = read_blocks(document, "interface", lambda s: interface_of(s, "name"))
        number = next((s.words[1] for s in said if s.words[0] == "virtual-template" and len(s.words) > 1), "")
        template = blocks.get(f"Virtual-Template{number}")
        lines = {group.line, *(s.line for s in said)}
        lines |= {s.line for s in document.statements("vpdn enable")}
        lines |= {s.line for s in document.statements("ip local", "username")}
        lines |= _lines_of_aaa(document)
        lines |= {s.line for s in template.lines if s.key in _OF_TEMPLATE} if template else set()
        return DialIn(group, said, template, frozenset(lines))
    return None


def read_server(
    dial_in: DialIn, interface: str, hostname: str, document: Document, report: Report
) -> L2tpServer:
    """The server whose callers come by the SAs of the tunnel `interface`."""
    line = dial_in.group.line
    if not any(not s.negated for s in document.statements("vpdn enable")):
        report.warning(line, "vpdn-off", "nobody can dial in: VPDN is off", "add `vpdn enable`")
    if dial_in.template is None:
        report.error(
            line,
            "undefined-virtual-template",
            "the group's callers have no interface to be made after",
            "add `virtual-template 1` below `accept-dialin`, and `interface Virtual-Template1`",
        )
    template = _Template(dial_in.template, document, report) if dial_in.template else None
    name, hello = dial_in.last("local", "name"), dial_in.last("l2tp", "tunnel", "hello")
    limit = dial_in.last("session-limit")
    return L2tpServer(
        interface=interface,
        methods=template.methods() if template else (LoginMethod.CHAP,),
        callers=tuple(_callers(document, report)),
        pool=template.pool() if template else None,
        lender=template.lender() if template else None,
        dns=template.dns() if template else (),
        mru=template.mtu() if template else _MRU,
        idle=template.idle() if template else 0,
        hello=_number(hello, 3, 60),
        secret=_tunnel_secret(dial_in, report),
        host_name=name.words[2] if name and len(name.words) > 2 else hostname,
        sessions=_number(limit, 1, 0),
        local_users=_is_local(document),
        radius=tuple(_radius(document, report)) if _asks_radius(document) else (),
        accounting=_accounts(document),
        name="".join(dial_in.group.get("rest", ())[:1]),
        source=report.source(line),
    )


@dataclass(slots=True)
class _Template:
    """`interface Virtual-TemplateN`."""

    block: Block
    document: Document
    report: Report

    def methods(self) -> tuple[LoginMethod, ...]:
        line, words = self._said("ppp", "authentication")
        found = tuple(dict.fromkeys(_METHODS[w] for w in words if w in _METHODS))
        if not found:
            self.report.warning(
                line.line if line else self.block.line,
                "no-login",
                f"{self.block.name} asks nobody who he is; here MS-CHAPv2 or CHAP is asked for all the same",
                "add `ppp authentication ms-chap-v2 chap`",
            )
            return (LoginMethod.MS_CHAP_V2, LoginMethod.CHAP)
        return found

    def pool(self) -> AddressRange | None:
        line, words = self._said("peer default ip", "address")
        name = words[1] if words[:1] == ["pool"] and len(words) > 1 else "default" if line else ""
        pools = dict(_pools(self.document, self.report))
        if name in pools:
            return pools[name]
        self.report.error(
            line.line if line else self.block.line,
            "no-pool",
            f"nobody can dial in: {self.block.name} has no addresses to lend",
            f"add `ip local pool {name} FIRST LAST`" if name else "add `peer default ip address pool NAME`",
        )
        return None

    def lender(self) -> str | None:
        line = self.block.last("ip unnumbered")
        return interface_of(line, "interface") if line else None

    def dns(self) -> tuple[IPv4Address, ...]:
        _, words = self._said("ppp", "ipcp", "dns")
        return tuple(a for word in words if (a := _address(word)) is not None)

    def mtu(self) -> int:
        line = self.block.last("ip mtu") or self.block.last("mtu")
        return min(line.get("mtu"), _MRU) if line else _MRU

    def idle(self) -> int:
        _, words = self._said("ppp", "timeout", "idle")
        return int(words[0]) if words and words[0].isdigit() else 0

    def _said(self, key: str, *more: str) -> tuple[Statement | None, list[str]]:
        """The last line that begins so, and what follows."""
        found: tuple[Statement | None, list[str]] = (None, [])
        for line in self.block.lines:
            words = [word.lower() for word in line.get("rest", ())]
            if line.key == key and tuple(words[: len(more)]) == more:
                # The names of pools have letters of both cases.
                rest = list(line.get("rest", ()))[len(more) :]
                found = (None, []) if line.negated else (line, rest)
        return found


def _words(items: Sequence[Item]) -> Iterator[_Said]:
    """The lines of a group and of the modes in it."""
    for item in items:
        if not isinstance(item, Comment):
            words = tuple(item.text.split())
            if words:
                yield _Said(item.line, tuple(w.lower() if n < 3 else w for n, w in enumerate(words)))
            yield from _words(item.body)


def _pools(document: Document, report: Report) -> Iterator[tuple[str, AddressRange]]:
    """`ip local pool NAME FIRST [LAST]`."""
    for line in document.statements("ip local"):
        words = line.get("rest", ())
        if line.negated or len(words) < 3 or words[0].lower() != "pool":
            continue
        first = _address(words[2])
        last = _address(words[3]) if len(words) > 3 else first
        if first is None or last is None or first > last:
            report.error(
                line.line, "invalid-value", f"the pool {words[1]} holds no address", "write FIRST and LAST"
            )
            continue
        yield words[1], AddressRange(first, last)


def _callers(document: Document, report: Report) -> Iterator[Caller]:
    """`username NAME ... password [0|7] WORD`; of a `secret` nobody knows the password."""
    lines: Mapping[str, Statement] = {
        s.get("rest")[0]: s for s in document.statements("username") if s.get("rest") and not s.negated
    }
    for name, line in lines.items():
        words = list(line.get("rest"))
        if "password" in words[1:-1]:
            kind, password = _password(words[words.index("password", 1) + 1 :])
            if password is not None:
                yield Caller(name=name, password=password, source=report.source(line.line))
                continue
            report.warning(
                line.line,
                "unreadable-password",
                f"the password of {name} is of type {kind}: it cannot be read, and {name} cannot dial in",
                "write it as `password 0`",
                name=name,
            )


def _asks_radius(document: Document) -> bool:
    return any("radius" in words for words in _of_ppp(document))


def _is_local(document: Document) -> bool:
    """Without a list for PPP the device asks itself."""
    lists = list(_of_ppp(document))
    return not lists or any("local" in words or "local-case" in words for words in lists)


def _accounts(document: Document) -> bool:
    lines = (s.get("rest", ()) for s in document.statements("aaa accounting") if not s.negated)
    return any(words[:1] == ("network",) and "radius" in words and "none" not in words for words in lines)


def _of_ppp(document: Document) -> Iterator[tuple[str, ...]]:
    """`aaa authentication ppp LIST METHOD...`, the methods."""
    for line in document.statements("aaa"):
        words = tuple(line.get("rest", ()))
        if not line.negated and words[:2] == ("authentication", "ppp"):
            yield words[3:]


def _lines_of_aaa(document: Document) -> set[int]:
    found = {
        s.line
        for s in document.statements("aaa")
        if tuple(s.get("rest", ()))[:2] == ("authentication", "ppp")
        or s.get("rest", ())[:1] == ("new-model",)
    }
    found |= {s.line for s in document.statements("aaa accounting") if s.get("rest", ())[:1] == ("network",)}
    if _asks_radius(document):
        for block in document.statements("radius server"):
            found |= {block.line, *(s.line for s in _words(block.body))}
    return found


def _radius(document: Document, report: Report) -> Iterator[RadiusServer]:
    """`radius server NAME` with `address ipv4 A [auth-port N] [acct-port N]` and `key [0|7] WORD`."""
    for block in document.statements("radius server"):
        said = {s.words[0]: s.words for s in _words(block.body)}
        words, key = said.get("address", ()), said.get("key", ())
        address = _address(words[2]) if len(words) > 2 else None
        secret = _password(key[1:])[1] if len(key) > 1 else None
        if block.negated or address is None or not secret:
            report.warning(
                block.line,
                "radius-incomplete",
                "the RADIUS server has no address of IPv4, or no key that can be read: nobody asks it",
                "add `address ipv4 ADDRESS` and `key SECRET`",
            )
            continue
        ports = dict(pairwise(words[3:]))
        yield RadiusServer(
            address=address,
            secret=secret,
            port=_port(ports.get("auth-port"), _OLD_PORT),
            accounting_port=_port(ports.get("acct-port"), _OLD_PORT + 1),
            timeout=_port(said.get("timeout", ("", ""))[1], 5),
            retries=_port(said.get("retransmit", ("", ""))[1], 3),
            source=report.source(block.line),
        )


def _port(word: str | None, default: int) -> int:
    return int(word) if word and word.isdigit() and int(word) < 65536 else default


def _password(words: Sequence[str]) -> tuple[str, Secret | None]:
    kind, rest = (words[0], words[1:]) if len(words) > 1 and words[0].isdigit() else ("0", words)
    secret = Secret(" ".join(rest).encode())
    if kind == "7":
        return kind, reveal_type_7(secret)
    return kind, secret if kind == "0" else None


def _tunnel_secret(dial_in: DialIn, report: Report) -> Secret | None:
    """L2TP's own authentication: on unless switched off."""
    line = dial_in.last("l2tp", "tunnel", "password")
    off = dial_in.last("no", "l2tp", "tunnel")
    if off is not None and off.words[3:4] == ("authentication",):
        return None
    if line is not None:
        return _password(line.words[3:])[1]
    report.warning(
        dial_in.group.line,
        "tunnel-authentication",
        "L2TP's own authentication is on and has no password, so the device refuses laptops and phones; "
        "here it is not asked for",
        "add `no l2tp tunnel authentication`",
    )
    return None


def _number(said: _Said | None, place: int, default: int) -> int:
    return int(said.words[place]) if said and said.words[place:] and said.words[place].isdigit() else default


def _address(word: str) -> IPv4Address | None:
    try:
        return IPv4Address(word)
    except ValueError:
        return None
