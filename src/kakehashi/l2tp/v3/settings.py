"""What a control connection endpoint (LCCE) is told to do."""

from dataclasses import dataclass, field

from kakehashi.l2tp.effects import Carrier
from kakehashi.l2tp.settings import Limits, Timing
from kakehashi.l2tp.v3.wire.registry import DigestType, PseudowireKind
from kakehashi.model.pseudowire import ControlChannel, Digest, L2tpv3, PseudowireType, Transport

_MOST_EARLY = 64
_DIGESTS = {Digest.MD5: DigestType.HMAC_MD5, Digest.SHA1: DigestType.HMAC_SHA1}
_KINDS = {
    PseudowireType.ETHERNET: PseudowireKind.ETHERNET,
    PseudowireType.VLAN: PseudowireKind.ETHERNET_VLAN,
}


@dataclass(frozen=True, slots=True)
class Wire:
    """A pseudowire by the name of its port, unique in the LCCE."""

    name: str
    how: L2tpv3

    @property
    def end_id(self) -> bytes:
        """What both ends call it."""
        return self.how.end_id.encode()

    @property
    def kind(self) -> PseudowireKind:
        """Its number on the wire."""
        return _KINDS[self.how.type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another LCCE and the wires to it.

    `carrier`: the two addresses; over IP protocol 115 the ports are 0. `control`: None where every wire is
    static.
    """

    carrier: Carrier
    wires: tuple[Wire, ...] = ()
    transport: Transport = Transport.IP
    control: ControlChannel | None = None

    @property
    def over_udp(self) -> bool:
        """Does UDP carry it?"""
        return self.transport is Transport.UDP

    @property
    def window(self) -> int:
        """How many control messages we take at once; what comes early is kept for so long."""
        return min(max(self.control.window, 1), _MOST_EARLY) if self.control else 4

    @property
    def secret(self) -> bytes:
        """Of its control messages; b"" if they are not authenticated."""
        return self.control.secret.octets if self.control and self.control.secret else b""

    @property
    def digest(self) -> DigestType:
        """How they are authenticated."""
        return _DIGESTS[self.control.digest] if self.control else DigestType.HMAC_MD5

    @property
    def negotiated(self) -> tuple[Wire, ...]:
        """The wires that a control connection makes."""
        return tuple(w for w in self.wires if w.how.static is None)

    @property
    def timing(self) -> Timing:
        """Of its control connection."""
        control = self.control or ControlChannel()
        return Timing(
            first_wait=control.first_wait,
            longest_wait=control.longest_wait,
            retries=control.retries,
            hello=control.hello or float("inf"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One LCCE. `router_id`: 32 bits that tell it from others (RFC 3931 section 5.4.3).

    `turn`: seconds that the end which was called leaves to the other one to ask for sessions, so that ties
    are rare. `longest_pause`: seconds between attempts, at most.
    """

    host_name: str = "lcce"
    vendor_name: str = "kakehashi"
    router_id: int = 1
    peers: tuple[Peer, ...] = ()
    turn: float = 3
    longest_pause: float = 60
    limits: Limits = field(default_factory=Limits)
