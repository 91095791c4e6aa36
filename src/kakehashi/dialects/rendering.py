"""What every dialect's `render` is made of: the text, and what could not be said in it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from kakehashi.model.address import IPInterface
from kakehashi.model.gateway import Gateway, Interface
from kakehashi.model.identity import Authentication
from kakehashi.model.pseudowire import Pseudowire
from kakehashi.model.secret import Secret
from kakehashi.model.source import Source

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Loss:
    """A part of the model that the text does not say, and why. `source`: the line that said it."""

    source: Source | None
    what: str
    why: str

    def __str__(self) -> str:
        where = f"{self.source}: " if self.source else ""
        return f"{where}{self.what}: {self.why}"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A configuration as its device would take it, and what of the model is not in it."""

    text: str = field(repr=False)
    losses: tuple[Loss, ...] = ()


@dataclass(slots=True)
class Losses:
    """Collects what cannot be said, each thing once."""

    found: dict[Loss, None] = field(default_factory=dict)

    def add(self, source: Source | None, what: str, why: str) -> None:
        """Remember one."""
        self.found[Loss(source, what, why)] = None

    def unless(self, fits: bool, source: Source | None, what: str, why: str) -> bool:
        """Remember one if it does not fit; does it?"""
        if not fits:
            self.add(source, what, why)
        return fits

    def within(self, value: int, low: int, high: int, source: Source | None, what: str) -> int:
        """The value, or the nearest one that the device takes, which is then remembered."""
        nearest = min(max(value, low), high)
        self.unless(
            nearest == value, source, f"{what} of {value}", f"it is {low} to {high}: {nearest} is written"
        )
        return nearest

    def words(
        self,
        values: Iterable[T],
        words: Mapping[str, tuple[object, str]],
        source: Source | None,
        what: str,
    ) -> list[str]:
        """The device's words for values; those that it has no word for are remembered."""
        found: list[str] = []
        for value in values:
            word = next((word for word, (known, _) in words.items() if known == value), None)
            if word is None:
                self.add(source, f"{what} {getattr(value, 'name', value)}", "the device does not have it")
            elif word not in found:
                found.append(word)
        return found


def tell_of_certificates(side: Authentication, losses: Losses) -> None:
    """What only a device with certificate maps can say of a side."""
    maps = side.certificates.attributes
    for fits, what, why in (
        (not side.by_subject, "the subject of our certificate as our name", "the device has no words for it"),
        (not side.anybody, "a peer that is known by its certificate alone", "the device wants its name"),
        (not maps, f"the certificate map {maps[0].name if maps else ''}", "the device has none"),
    ):
        losses.unless(fits, side.source, what, why)


@dataclass(slots=True)
class Names:
    """Gives each thing a name of its own that is one word."""

    taken: set[str] = field(default_factory=set)

    def of(self, wanted: str, otherwise: str) -> str:
        """`wanted` as one word, or `otherwise` where nothing is left of it; with a number if it is taken."""
        plain = "".join(c if c.isascii() and (c.isalnum() or c in "_.-") else "-" for c in wanted).strip("-")
        base = plain or otherwise
        name, number = base, 2
        while name.lower() in self.taken:
            name, number = f"{base}-{number}", number + 1
        self.taken.add(name.lower())
        return name


def without_frames(gateway: Gateway, wires: Iterable[Pseudowire]) -> Gateway:
    """The gateway without tunnels of frames, but for those of `wires`: as tunnels of packets they would be
    others.
    """
    said = {wire.interface for wire in wires}
    gone = {t.interface for t in gateway.tunnels if t.ipsec.ethernet is not None and t.interface not in said}
    return replace(
        gateway,
        tunnels=tuple(t for t in gateway.tunnels if t.interface not in gone),
        interfaces=tuple(i for i in gateway.interfaces if i.name not in gone),
    )


def address_lines(
    interface: Interface,
    from_dhcp: str,
    written: Callable[[IPInterface], str] = str,
    ipv6_from_outside: Iterable[str] = (),
) -> Iterator[str]:
    """The lines of an interface that say its addresses. `from_dhcp`: what asks for one by DHCP; `written`:
    how the device writes an IPv4 address with its prefix; `ipv6_from_outside`: what asks for one of IPv6.
    """
    if interface.dhcp:
        yield from_dhcp
    first = not interface.dhcp
    for address in interface.addresses:
        if address.version == 4:
            yield f"ip address {written(address)}" + ("" if first else " secondary")
            first = False
    if interface.unnumbered and first and not interface.dhcp:
        yield f"ip unnumbered {interface.unnumbered}"
    yield from ipv6_from_outside
    if interface.ipv6_enabled and not ipv6_from_outside:
        yield "ipv6 enable"
    for address in interface.addresses:
        if address.version == 6:
            yield f"ipv6 address {address}"
    if interface.unnumbered_ipv6:
        yield f"ipv6 unnumbered {interface.unnumbered_ipv6}"


def plain_secret(secret: Secret) -> str | None:
    """A key as it is typed; None where it is not text of one word."""
    try:
        text = secret.octets.decode()
    except UnicodeDecodeError:
        return None
    return text if is_word(text) else None


def is_word(text: str) -> bool:
    """Can a line hold it as one word?"""
    return bool(text) and text.isprintable() and not any(c.isspace() for c in text)


def without_servers(gateway: Gateway, losses: Losses) -> Gateway:
    """The gateway without what people dial in to: users, pools and PPP are not translated."""
    names = {server.interface for server in gateway.l2tp_servers}
    for server in gateway.l2tp_servers:
        losses.add(
            server.source,
            f"people dial in to {server.interface} by L2TP",
            "users, addresses and PPP are not translated: write them by hand",
        )
    if not names:
        return gateway
    return replace(
        gateway,
        l2tp_servers=(),
        tunnels=tuple(t for t in gateway.tunnels if t.interface not in names),
        interfaces=tuple(i for i in gateway.interfaces if i.name not in names),
    )
