"""Pre-shared keys, and which ISAKMP profile is for whom: lines that name an address, a host or a tunnel
(AW-01, AW-07).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from kakehashi.dialects.awplus.lower.names import suggestion
from kakehashi.dialects.blocks import standing
from kakehashi.dialects.document import Document, Statement
from kakehashi.dialects.report import Report
from kakehashi.model.address import ANY, Hostname, IPAddress, PeerAddress
from kakehashi.model.secret import Secret

Whom = IPAddress | str | None  # an address, a host's name, "tunnelN"; None: whoever's address is unknown


@dataclass(frozen=True, slots=True)
class Party:
    """The peer of a tunnel, as keys and profiles may name it. `name`: what it says it is."""

    tunnel: str
    address: PeerAddress
    name: str

    def known_as(self) -> tuple[Whom, ...]:
        """What a line may call it, what counts most first."""
        called: list[Whom] = [self.tunnel]
        match self.address:
            case Hostname():
                called.append(self.address.name.lower())
            case address if address is not ANY:
                called.append(address)
        if self.name:
            called.append(self.name.lower())
        if self.address is ANY:
            called.append(None)
        return tuple(called)


@dataclass(slots=True)
class Register:
    """The lines with one key, by whom they are for, and which of them somebody asked for."""

    lines: dict[Whom, Statement]
    used: set[int] = field(default_factory=set)

    def find(self, party: Party) -> Statement | None:
        """The line for the peer of a tunnel: the one for the tunnel, its address, its name, at last the one
        for any of unknown address.
        """
        found = next((self.lines[who] for who in party.known_as() if who in self.lines), None)
        if found is not None:
            self.used.add(found.line)
        return found

    def unused(self) -> Iterator[tuple[str, Statement]]:
        """Those that nobody asked for, with whom they are for."""
        return ((called(who), s) for who, s in self.lines.items() if s.line not in self.used)

    def names(self) -> str:
        """Whom there is a line for, in words."""
        return ", ".join(called(who) for who in self.lines) or "nobody"

    def close_to(self, party: Party) -> str:
        """`did you mean X?`: whom a line names that is almost this peer, or ""."""
        known = [called(who) for who in self.lines]
        found = (suggestion(called(who), known) for who in party.known_as()[1:] if who is not None)
        return next((text for text in found if text), "")


def read_register(document: Document, key: str, what: str, report: Report) -> Register:
    """The lines with `key`; a later one for the same replaces an earlier one."""
    lines: dict[Whom, Statement] = {}
    for statement in standing(document.statements(key)):
        if statement.get("type") == "eap":
            report.warning(statement.line, "not-yet", "EAP is not there yet; the line has no effect")
            continue
        who = whom(statement)
        if key == "crypto isakmp key" and "secret" not in statement.values:
            report.error(
                statement.line,
                "incomplete",
                f"the key for {called(who)} is missing: `{key}` has it before whom it is for",
                f"write `{key} SECRET ...`",
            )
            continue
        before = lines.pop(who, None)
        if before is not None and _says(before) != _says(statement):
            report.warning(
                before.line,
                "replaced",
                f"the {what} for {called(who)} is set again in line {statement.line}, which holds",
            )
        lines[who] = statement
    return Register(lines)


def whom(statement: Statement) -> Whom:
    """Whom a line is for."""
    address: IPAddress | None = statement.get("address")
    if address is not None:
        return address
    hostname: Hostname | None = statement.get("hostname")
    return hostname.name.lower() if hostname else statement.get("policy")


def called(who: Whom) -> str:
    """The same in words."""
    return "peers of unknown address" if who is None else str(who)


def secret_of(line: Statement | None, report: Report) -> Secret | None:
    """The key that a line gives; None, and a finding, where the device has encrypted it."""
    if line is None:
        return None
    if line.get("encrypted"):
        report.warning(
            line.line,
            "encrypted-key",
            "the key is encrypted (`8`) by the device, and cannot be read here: its tunnels stay down",
            "write the key as it is",
        )
        return None
    secret: Secret = line.get("secret")
    return secret


def _says(statement: Statement) -> dict[str, object]:
    return {k: v for k, v in statement.values.items() if k in ("secret", "profile", "encrypted")}
