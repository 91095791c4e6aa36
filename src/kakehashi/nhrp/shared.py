"""What the parts of one station have in common."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from kakehashi.model.address import IPAddress
from kakehashi.nhrp.cache import Cache, Entry
from kakehashi.nhrp.drops import Drop
from kakehashi.nhrp.effects import Effect, Event, EventName, PeerKnown, PeerLost, Send
from kakehashi.nhrp.settings import Lookup, Settings
from kakehashi.nhrp.wire.address import LENGTHS
from kakehashi.nhrp.wire.authentication import authentication
from kakehashi.nhrp.wire.cie import Cie
from kakehashi.nhrp.wire.packet import Packet, error_fields
from kakehashi.nhrp.wire.registry import WHOLE_ADDRESS, ErrorCode, ExtensionType, PacketType
from kakehashi.per_second import PerSecond

_WITHOUT_ANSWER = frozenset({PacketType.ERROR_INDICATION, PacketType.TRAFFIC_INDICATION})
_SHOWN = 128  # octets of a packet that an error is about; enough for its mandatory part
_REQUEST_IDS = 1 << 32


class Shared:
    """Settings, the cache, counters and effects. `outside`: our NBMA address as the servers see it."""

    def __init__(self, settings: Settings, lookup: Lookup, entropy: Callable[[int], bytes]) -> None:
        self.settings = settings
        self.lookup = lookup
        self.cache = Cache(settings.limits.peers)
        self.drops: Counter[Drop] = Counter()
        self.effects: list[Effect] = []
        self.outside: IPAddress | None = None
        self._errors = PerSecond()
        self._warnings = PerSecond()
        # RFC 2332 section 5.2.1 would begin with 0. Whoever cannot read our packets is not to guess them.
        self._request_id = int.from_bytes(entropy(4), "big")

    @property
    def version(self) -> int:
        """Of IP in the tunnel."""
        return self.settings.address.version

    @property
    def host_length(self) -> int:
        """Bits of an address in the tunnel."""
        return 8 * LENGTHS[self.version]

    def emit(self, effect: Effect) -> None:
        """Hand an effect to the driver."""
        self.effects.append(effect)

    def tell(self, name: EventName, message: str, nbma: IPAddress) -> None:
        """Tell the operator."""
        self.emit(Event(name, message, nbma))

    def warn(self, name: EventName, message: str, nbma: IPAddress, now: float) -> None:
        """Tell the operator of what the network may cause as often as it likes: only so often."""
        if self._warnings.take(self.settings.limits.errors_per_second, now):
            self.tell(name, message, nbma)

    def drop(self, reason: Drop) -> None:
        """Count a packet that came to nothing."""
        self.drops[reason] += 1

    def is_possible(self, address: IPAddress) -> bool:
        """Can a station of this interface have it?"""
        return address.version == self.version and not (
            address.is_multicast or address.is_unspecified or address.is_loopback
        )

    def new_id(self) -> int:
        """The next request's."""
        self._request_id = (self._request_id + 1) % _REQUEST_IDS
        return self._request_id

    def send(self, packet: Packet, to: IPAddress) -> None:
        """Send a packet of ours; the authentication string is added here alone."""
        secret = self.settings.authentication
        if secret is not None and packet.extension(ExtensionType.AUTHENTICATION) is None:
            packet = replace(packet, extensions=(*packet.extensions, authentication(secret.octets)))
        self.emit(Send(packet.encode(), to))

    def ourselves(self) -> Cie:
        """Our own entry in the records of a packet that passes (RFC 2332 section 5.3)."""
        return Cie(
            prefix_length=WHOLE_ADDRESS,
            mtu=self.settings.mtu,
            holding_time=self.settings.holding_time,
            nbma=self.settings.nbma,
            address=self.settings.address,
        )

    def complain(self, packet: Packet, code: ErrorCode, to: IPAddress, now: float) -> None:
        """Send an Error Indication about a packet (RFC 2332 section 5.2.7), never about one of its kind."""
        if packet.type in _WITHOUT_ANSWER:
            return
        if not self._errors.take(self.settings.limits.errors_per_second, now):
            self.drop(Drop.ERRORS_LIMIT)
            return
        # Nobody learns a string from us that is not ours.
        kept = tuple(e for e in packet.extensions if e.type is not ExtensionType.AUTHENTICATION)
        error = Packet(
            type=PacketType.ERROR_INDICATION,
            source_nbma=self.settings.nbma,
            source=self.settings.address,
            destination=packet.source,
            request_id=error_fields(code),
            payload=replace(packet, extensions=kept).encode()[:_SHOWN],
        )
        # Without our authentication string: it may be for somebody who does not know it.
        self.emit(Send(error.encode(), to))

    def learn(self, entry: Entry) -> None:
        """Remember a peer, and say so if something has changed."""
        before = self.cache.put(entry)
        known = _known(entry)
        if before is None or _known(before) != known:
            self.emit(known)

    def forget(self, address: IPAddress, reason: str) -> None:
        """A peer counts no more."""
        entry = self.cache.remove(address)
        if entry is not None:
            self.lost(entry, reason)

    def lost(self, entry: Entry, reason: str) -> None:
        """Say that a peer is in the cache no more."""
        self.emit(PeerLost(entry.address, entry.nbma, reason))


def _known(entry: Entry) -> PeerKnown:
    return PeerKnown(
        address=entry.address,
        nbma=entry.nbma,
        claimed=entry.claimed,
        origin=entry.origin,
        multicast=entry.multicast,
    )
