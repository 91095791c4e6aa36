"""Packets about packets: errors (RFC 2332 section 5.2.7), and Cisco's Traffic Indication, the redirect."""

from ipaddress import IPv4Address, IPv6Address

from kakehashi.model.address import IPAddress
from kakehashi.nhrp.drops import Drop
from kakehashi.nhrp.effects import EventName
from kakehashi.nhrp.resolver import Resolver
from kakehashi.nhrp.shared import Shared
from kakehashi.nhrp.wire.packet import Packet
from kakehashi.nhrp.wire.registry import ErrorCode, PacketType
from kakehashi.per_second import PerSecond

_SHOWN = 128  # octets of the packet that a redirect is about
_MAX_REMEMBERED = 4096
_SENTENCES = {
    ErrorCode.UNRECOGNIZED_EXTENSION: "it does not know an extension of ours",
    ErrorCode.LOOP: "our packet goes round",
    ErrorCode.UNREACHABLE: "it does not serve the address",
    ErrorCode.PROTOCOL_ERROR: "it does not understand our packet",
    ErrorCode.TOO_LARGE: "our packet is too large",
    ErrorCode.INVALID_EXTENSION: "it does not understand an extension of ours",
    ErrorCode.INVALID_REPLY: "it does not believe our answer",
    ErrorCode.AUTHENTICATION_FAILURE: "the authentication strings are not the same",
    ErrorCode.HOPS_EXCEEDED: "our packet has passed too many servers",
}


class Indications:
    """Redirects that we send and obey, errors that we are told of."""

    def __init__(self, shared: Shared, resolver: Resolver) -> None:
        self._shared = shared
        self._resolver = resolver
        self._recent: dict[tuple[IPAddress, IPAddress], float] = {}
        self._redirects = PerSecond()

    def forwarded(self, packet: bytes, origin: IPAddress, now: float) -> None:
        """A packet came out of the tunnel from `origin`, NBMA, and goes back into it."""
        shared, limits = self._shared, self._shared.settings.limits
        ends = ends_of(packet, shared.version)
        if not shared.settings.redirect or ends is None or not shared.cache.at(origin):
            return
        if now < self._recent.get(ends, now):
            return
        if not self._redirects.take(limits.redirects_per_second, now):
            return
        self._recent.pop(ends, None)
        self._recent[ends] = now + limits.redirect_again
        if len(self._recent) > _MAX_REMEMBERED:
            del self._recent[next(iter(self._recent))]
        indication = Packet(
            type=PacketType.TRAFFIC_INDICATION,
            source_nbma=shared.settings.nbma,
            source=shared.settings.address,
            destination=ends[0],
            payload=packet[:_SHOWN],
        )
        shared.send(indication, origin)

    def redirect(self, packet: Packet, origin: IPAddress, now: float) -> None:
        """There is a shorter way, somebody says: believed of those alone who carry such packets for us."""
        shared = self._shared
        if not shared.settings.shortcut:
            shared.drop(Drop.NO_SHORTCUTS)
            return
        ends = ends_of(packet.payload, shared.version)
        if ends is None:
            shared.drop(Drop.PACKET_INSIDE)
            return
        way = shared.lookup(ends[1])
        next_hop = None if way is None or way.next_hop is None else shared.cache.get(way.next_hop)
        if next_hop is None or next_hop.nbma != origin:
            shared.drop(Drop.NOT_A_PEER)
        elif self._resolver.covers(ends[1]):
            shared.drop(Drop.REPEATED)
        else:
            self._resolver.resolve(ends[1], now, origin)

    def error(self, packet: Packet, origin: IPAddress, now: float) -> None:
        """Somebody complains. It is a hint and no more: nothing proves that it was our packet."""
        shared = self._shared
        if not shared.cache.at(origin):
            shared.drop(Drop.NOT_A_PEER)
            return
        code, _ = packet.error
        sentence = _SENTENCES.get(code, f"error {int(code)}")
        shared.warn(EventName.ERROR, f"{packet.source} at {origin} complains: {sentence}", origin, now)


def ends_of(packet: bytes, version: int) -> tuple[IPAddress, IPAddress] | None:
    """Source and destination of an IP packet, of which the header is enough; None if it is none."""
    if not packet or packet[0] >> 4 != version:
        return None
    if version == 4:
        return (IPv4Address(packet[12:16]), IPv4Address(packet[16:20])) if len(packet) >= 20 else None
    return (IPv6Address(packet[8:24]), IPv6Address(packet[24:40])) if len(packet) >= 40 else None
