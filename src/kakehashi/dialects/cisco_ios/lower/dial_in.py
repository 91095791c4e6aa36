"""`vpdn-group` with `accept-dialin`, its Virtual-Template and users become a server to dial in to.

Without that they are lines of PPPoE, which the host brings up (CI-11), and users of the device itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

from kakehashi.dialects.blocks import Block, read_blocks
from kakehashi.dialects.cisco_ios.interfaces import interface_of
from kakehashi.dialects.cisco_ios.lower.aaa import lines_of_aaa, read_asked
from kakehashi.dialects.cisco_ios.lower.dial_in_ipv6 import lines_of_pools, prefixes_of, speaks_ipv6
from kakehashi.dialects.cisco_ios.lower.interim import interim_of
from kakehashi.dialects.cisco_ios.lower.said import Said, address_of, password_of, said_in
from kakehashi.dialects.document import Document, Statement
from kakehashi.dialects.report import Report
from kakehashi.model.l2tp_server import AddressRange, Caller, L2tpServer, LoginMethod
from kakehashi.model.secret import Secret

_METHODS = {
    "ms-chap-v2": LoginMethod.MS_CHAP_V2,
    "chap": LoginMethod.CHAP,
    "pap": LoginMethod.PAP,
}
_WORDS_OF_AUTHENTICATION = {
    *_METHODS, "ms-chap", "eap", "callin", "callout", "callback", "if-needed", "one-time", "optional",
}  # fmt: skip
_ADD_USER = "add `username NAME password 0 PASSWORD`"
_MRU = 1500
KEEPALIVE = 10, 5  # seconds and how many (command reference, `keepalive`)
_OF_TEMPLATE = ("ppp", "peer default ip", "peer default ipv6", "keepalive")


@dataclass(frozen=True, slots=True)
class DialIn:
    """The group that people dial in by, and the block of its template. `lines`: all that say how."""

    group: Statement
    said: tuple[Said, ...]
    template: Block | None
    lines: frozenset[int]

    def last(self, *words: str) -> Said | None:
        """The last line that begins so."""
        found = [s for s in self.said if s.words[: len(words)] == words]
        return found[-1] if found else None


def find_dial_in(document: Document) -> DialIn | None:
    """The first group that accepts L2TP, None if there is none."""
    for group in _accepting(document):
        said = tuple(said_in(group.body))
        blocks = read_blocks(document, "interface", lambda s: interface_of(s, "name"))
        number = next((s.words[1] for s in said if s.words[0] == "virtual-template" and len(s.words) > 1), "")
        template = blocks.get(f"Virtual-Template{number}")
        lines = {group.line, *(s.line for s in said)}
        lines |= {s.line for s in document.statements("vpdn enable")}
        lines |= {s.line for s in document.statements("ip local", "username")}
        lines |= lines_of_aaa(document) | lines_of_pools(document)
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
    for other in _accepting(document)[1:]:
        report.warning(
            other.line,
            "second-group",
            "people dial in by one group: this one, the second that accepts L2TP, has no effect here",
            "take out the group that is not meant",
        )
    if dial_in.template is None:
        report.error(
            line,
            "undefined-virtual-template",
            "the group's callers have no interface to be made after",
            "add `virtual-template 1` below `accept-dialin`, and `interface Virtual-Template1`",
        )
    template = _Template(dial_in.template, document, report) if dial_in.template else None
    asked = read_asked(*(template.authentication_list() if template else ("default", line)), document, report)
    callers = tuple(_callers(document, report))
    if asked.local and not asked.radius and not callers:
        report.warning(line, "no-users", "nobody can dial in: no user is known", _ADD_USER)
    if asked.local_last and callers:
        who = ", ".join(caller.name for caller in callers)
        report.info(
            line,
            "local-first",
            f"the device asks RADIUS before its own users; here its own users ({who}) are never asked about "
            "elsewhere, and come in whatever RADIUS says",
            "take the users out whom RADIUS knows",
        )
    name, hello = dial_in.last("local", "name"), dial_in.last("l2tp", "tunnel", "hello")
    limit = dial_in.last("session-limit")
    echo, failures = template.keepalive() if template else KEEPALIVE
    return L2tpServer(
        interface=interface,
        methods=template.methods() if template else (LoginMethod.CHAP,),
        callers=callers,
        pool=template.pool() if template else None,
        lender=template.lender() if template else None,
        dns=template.dns() if template else (),
        mru=template.mtu() if template else _MRU,
        idle=template.idle() if template else 0,
        echo=echo,
        echo_failures=failures,
        hello=_number(hello, 3, 60),
        secret=_tunnel_secret(dial_in, report),
        host_name=name.typed[2] if name and len(name.typed) > 2 else hostname,
        sessions=_number(limit, 1, 0),
        local_users=asked.local,
        radius=asked.radius,
        accounting=asked.accounting,
        interim=interim_of(document),
        ipv6=template is not None and speaks_ipv6(template.block),
        prefixes=prefixes_of(template.block, document, report) if template else None,
        name="".join(dial_in.group.get("rest", ())[:1]),
        source=report.source(line),
    )


def _accepting(document: Document) -> list[Statement]:
    """The groups that accept L2TP."""
    found = []
    for group in document.statements("vpdn-group"):
        begins = {words[:n] for s in said_in(group.body) for words in [s.words] for n in (1, 2)}
        is_l2tp = not begins.isdisjoint({("protocol", "l2tp"), ("protocol", "any")})
        if is_l2tp and ("accept-dialin",) in begins and not group.negated:
            found.append(group)
    return found


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

    def authentication_list(self) -> tuple[str, int]:
        """Which list of AAA is asked, and where that is said."""
        line, words = self._said("ppp", "authentication")
        other = [w for w in words if w.lower() not in _WORDS_OF_AUTHENTICATION]
        return (other[-1] if other else "default"), line.line if line else self.block.line

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
        return tuple(a for word in words if (a := address_of(word)) is not None)

    def mtu(self) -> int:
        line = self.block.last("ip mtu") or self.block.last("mtu")
        return min(line.get("mtu"), _MRU) if line else _MRU

    def keepalive(self) -> tuple[int, int]:
        """`keepalive [SECONDS [RETRIES]]`."""
        lines = [line for line in self.block.lines if line.key == "keepalive"]
        if not lines:
            return KEEPALIVE
        if lines[-1].negated:
            return 0, KEEPALIVE[1]
        return lines[-1].get("period", KEEPALIVE[0]), lines[-1].get("retries", KEEPALIVE[1])

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


def _pools(document: Document, report: Report) -> Iterator[tuple[str, AddressRange]]:
    """`ip local pool NAME FIRST [LAST]`."""
    for line in document.statements("ip local"):
        words = line.get("rest", ())
        if line.negated or len(words) < 3 or words[0].lower() != "pool":
            continue
        first = address_of(words[2])
        last = address_of(words[3]) if len(words) > 3 else first
        if first is None or last is None or first > last:
            report.error(
                line.line, "invalid-value", f"the pool {words[1]} holds no address", "write FIRST and LAST"
            )
            continue
        yield words[1], AddressRange(first, last)


def _callers(document: Document, report: Report) -> Iterator[Caller]:
    """`username NAME ... password [0|7] WORD`; of a `secret` nobody knows the password, and CHAP needs it
    (RFC 1994 section 2.2).
    """
    lines: Mapping[str, Statement] = {
        s.get("rest")[0]: s for s in document.statements("username") if s.get("rest") and not s.negated
    }
    for name, line in lines.items():
        words = list(line.get("rest"))
        if "password" in words[1:-1]:
            kind, password = password_of(words[words.index("password", 1) + 1 :])
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
        elif "secret" in words[1:-1]:
            report.info(
                line.line,
                "hashed-password",
                f"of {name} only a hash of the password is kept: {name} logs in to the device, and cannot "
                "dial in by CHAP or MS-CHAPv2",
                f"add `username {name} password 0 PASSWORD` if {name} is to dial in",
                name=name,
            )


def _tunnel_secret(dial_in: DialIn, report: Report) -> Secret | None:
    """L2TP's own authentication: on unless switched off."""
    line = dial_in.last("l2tp", "tunnel", "password")
    off = dial_in.last("no", "l2tp", "tunnel")
    if off is not None and off.words[3:4] == ("authentication",):
        return None
    if line is not None:
        return password_of(line.typed[3:])[1]
    report.warning(
        dial_in.group.line,
        "tunnel-authentication",
        "L2TP's own authentication is on and has no password, so the device refuses laptops and phones; "
        "here it is not asked for",
        "add `no l2tp tunnel authentication`",
    )
    return None


def _number(said: Said | None, place: int, default: int) -> int:
    return int(said.words[place]) if said and said.words[place:] and said.words[place].isdigit() else default
