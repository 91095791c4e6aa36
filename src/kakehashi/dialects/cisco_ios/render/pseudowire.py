"""`xconnect` with its `pseudowire-class` and `l2tp-class`: Ethernet to another site by L2TPv3."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address

from kakehashi.dialects.cisco_ios.defaults import L2TP_CONTROL
from kakehashi.dialects.cisco_ios.render.book import Book
from kakehashi.dialects.cisco_ios.render.vti import holder
from kakehashi.dialects.rendering import Losses, plain_secret
from kakehashi.model.gateway import InterfaceKind
from kakehashi.model.pseudowire import (
    ControlChannel,
    Digest,
    L2tpv3,
    Pseudowire,
    PseudowireSession,
    PseudowireType,
    Transport,
)

_OTHERWISE = "L2TPV3"  # a class that has no name
_LOW_HALF = 4


@dataclass(slots=True)
class Wires:
    """What is written of them. `classes`: whole blocks; `of_port`: the last lines of an interface's block,
    since what follows `xconnect` may be taken for its own.
    """

    classes: list[str] = field(default_factory=list, repr=False)
    of_port: dict[str, list[str]] = field(default_factory=dict, repr=False)


@dataclass(slots=True)
class _Classes:
    """Blocks of one command: those with the same lines are one."""

    command: str
    book: Book
    names: dict[tuple[str, tuple[str, ...]], str] = field(default_factory=dict, repr=False)

    def name(self, wanted: str, lines: list[str]) -> str:
        """The name of the block with these lines."""
        key = wanted, tuple(lines)
        if key not in self.names:
            self.names[key] = self.book.name(self.command, wanted or _OTHERWISE, _OTHERWISE)
        return self.names[key]

    def blocks(self) -> Iterator[str]:
        for (_, lines), name in self.names.items():
            yield f"{self.command} {name}"
            yield from (f" {line}" for line in lines)


def write_pseudowires(book: Book) -> Wires:
    """Those that the device has words for; the others are remembered."""
    wires = Wires()
    controls, kinds = _Classes("l2tp-class", book), _Classes("pseudowire-class", book)
    for wire in book.gateway.pseudowires:
        how = wire.encapsulation
        if not _can_say(wire, book) or not isinstance(how, L2tpv3):
            continue
        name = kinds.name(wire.name, [*_of_class(wire, how, controls, book)])
        wires.of_port[wire.interface] = [*_xconnect(wire, how, name)]
    wires.classes += [*controls.blocks(), *kinds.blocks()]
    return wires


def _can_say(wire: Pseudowire, book: Book) -> bool:
    how = wire.encapsulation
    interface = book.gateway.interface(wire.interface)
    plain = (
        isinstance(how, L2tpv3)
        and (how.transport, how.type) == (Transport.IP, PseudowireType.ETHERNET)
        and (how.static is None or _is_plain(how.static))
    )
    own = interface is not None and interface.kind is not InterfaceKind.TUNNEL
    number = isinstance(how, L2tpv3) and how.end_id.isdecimal()
    return book.losses.unless(
        plain and own and number and isinstance(wire.peer, IPv4Address | IPv6Address),
        wire.source,
        f"pseudowire {wire.interface} by {how}",
        "the device has L2TPv3 over IP alone, with a number, for all frames of a port, to a fixed address",
    )


def _is_plain(static: PseudowireSession) -> bool:
    """Has it nothing but its IDs and cookies?"""
    return static == PseudowireSession(
        local_id=static.local_id,
        remote_id=static.remote_id,
        local_cookie=static.local_cookie,
        remote_cookie=static.remote_cookie,
    )


def _of_class(wire: Pseudowire, how: L2tpv3, controls: _Classes, book: Book) -> Iterator[str]:
    yield "encapsulation l2tpv3"
    if "." in wire.interface:
        # Frames of a subinterface are whole Ethernet at the other end in this way alone.
        yield "interworking ethernet"
    if how.static is not None:
        yield "protocol none"
    else:
        control = how.control or L2TP_CONTROL
        lines = [*_of_control(wire, how, control, book.losses)]
        if lines or control.name:
            yield f"protocol l2tpv3 {controls.name(control.name, lines)}"
    source = wire.source_address
    local = source if source is None or isinstance(source, str) else holder(source, book)
    if local is not None:
        yield f"ip local interface {local}"
    elif source is not None:
        book.losses.add(wire.source, f"our address {source}", "no interface has it")
    if how.sequencing:
        yield "sequencing both"


def _of_control(wire: Pseudowire, how: L2tpv3, control: ControlChannel, losses: Losses) -> Iterator[str]:
    losses.unless(
        control.begins,
        wire.source,
        f"the control connection of {wire.interface} waits for the peer",
        "either end begins",
    )
    secret = plain_secret(control.secret) if control.secret else None
    losses.unless(
        secret is not None or control.secret is None,
        wire.source,
        f"the secret of the control connection of {wire.interface}",
        "it is not one word",
    )
    digest = ["secret", "0", secret] if secret is not None else []
    digest += ["hash", "sha"] if control.digest is Digest.SHA1 else []
    yield from [" ".join(("digest", *digest))] if digest else []
    yield from ["hidden"] if control.hidden else []
    if control.host_name:
        yield f"hostname {control.host_name}"
    for words, value, usual in (
        ("cookie size", how.cookie_size, 0),
        ("hello", control.hello, L2TP_CONTROL.hello),
        ("receive-window", control.window, L2TP_CONTROL.window),
        ("retransmit retries", control.retries, L2TP_CONTROL.retries),
        ("retransmit timeout max", control.longest_wait, L2TP_CONTROL.longest_wait),
        ("retransmit timeout min", control.first_wait, L2TP_CONTROL.first_wait),
    ):
        if value != usual:
            yield f"{words} {value:g}"


def _xconnect(wire: Pseudowire, how: L2tpv3, name: str) -> Iterator[str]:
    words = f"xconnect {wire.peer} {how.end_id}"
    static = how.static
    if static is None:
        yield f"{words} pw-class {name}"
        return
    yield f"{words} encapsulation l2tpv3 manual pw-class {name}"
    yield f" l2tp id {static.local_id} {static.remote_id}"
    for side, cookie in (("local", static.local_cookie), ("remote", static.remote_cookie)):
        if cookie:
            yield f" l2tp cookie {side} {_halves(cookie)}"


def _halves(cookie: bytes) -> str:
    """Its size, and its halves with the low one, which is sent last, first."""
    low, high = cookie[-_LOW_HALF:], cookie[:-_LOW_HALF]
    return " ".join((str(len(cookie)), *(str(int.from_bytes(half, "big")) for half in (low, high) if half)))
