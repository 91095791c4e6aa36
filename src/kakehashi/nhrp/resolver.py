"""The asking side of resolution, and the shortcuts that come of it (RFC 2332 sections 5.2.1 and 5.2.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_network

from kakehashi.model.address import IPAddress, IPNetwork
from kakehashi.nhrp.cache import Entry
from kakehashi.nhrp.drops import Drop
from kakehashi.nhrp.effects import EventName, Origin, ShortcutDown, ShortcutUp
from kakehashi.nhrp.registrar import Registrar
from kakehashi.nhrp.shared import Shared
from kakehashi.nhrp.wire.cie import Cie
from kakehashi.nhrp.wire.nat import nat_address, outside_of
from kakehashi.nhrp.wire.packet import Packet
from kakehashi.nhrp.wire.registry import Code, ErrorCode, PacketType, Resolution
from kakehashi.nhrp.wire.responder import responder
from kakehashi.nhrp.wire.transit import forward_transit, reverse_transit

_RENEW_BEFORE = 120.0  # seconds before the end of what is in use it is asked for again
_NAMES = {
    Code.PROHIBITED: "that is not allowed",
    Code.NO_RESOURCES: "there is no room",
    Code.NO_BINDING: "nobody has registered for it",
    Code.NOT_UNIQUE: "there are several ways",
}


@dataclass(slots=True)
class _Asked:
    """A Resolution Request without an answer."""

    request: int
    to: IPAddress
    due: float
    tries: int = 1


@dataclass(slots=True)
class _Shortcut:
    """What an answer has led to. `asked`: what was asked for; `told_by`: who has answered, NBMA."""

    network: IPNetwork
    next_hop: IPAddress
    asked: IPAddress
    told_by: IPAddress
    expires: float
    renew: float | None

    @property
    def is_route(self) -> bool:
        """Is it more than the peer itself?"""
        return self.network.num_addresses > 1 or self.network.network_address != self.next_hop


class Resolver:
    """What is being asked, what nobody knew, and the shortcuts that stand."""

    def __init__(self, shared: Shared, registrar: Registrar) -> None:
        self._shared = shared
        self._registrar = registrar
        self._asked: dict[IPAddress, _Asked] = {}
        self._unknown: dict[IPAddress, float] = {}
        self._shortcuts: dict[IPNetwork, _Shortcut] = {}
        self._used: set[IPAddress] = set()

    @property
    def shortcuts(self) -> tuple[tuple[IPNetwork, IPAddress], ...]:
        """The networks that are reached by a shortcut, with their next hops."""
        return tuple((s.network, s.next_hop) for s in self._shortcuts.values() if s.is_route)

    def resolve(self, destination: IPAddress, now: float, to: IPAddress | None = None) -> bool:
        """Ask for the shorter way to an address, of a server or of `to`, NBMA. False: it is not asked."""
        shared = self._shared
        if destination in self._asked or self._unknown.get(destination, now) > now:
            shared.drop(Drop.REPEATED)
            return False
        whom = to or self._whom(destination)
        if whom is None:
            shared.drop(Drop.UNREACHABLE)
            return False
        if len(self._asked) >= shared.settings.limits.asked:
            shared.drop(Drop.FULL)
            return False
        asked = _Asked(shared.new_id(), whom, now + shared.settings.timing.first_wait)
        self._asked[destination] = asked
        shared.send(self._request(destination, asked), whom)
        return True

    def covers(self, destination: IPAddress) -> bool:
        """Is there a shortcut for it already?"""
        return any(destination in shortcut.network for shortcut in self._shortcuts.values())

    def used(self, next_hop: IPAddress) -> None:
        """Packets have gone to this next hop lately: what leads there is renewed before it ends."""
        if self._shared.cache.get(next_hop) is not None:
            self._used.add(next_hop)

    def reply(self, packet: Packet, origin: IPAddress, now: float) -> None:
        """A Resolution Reply has come."""
        asked = self._asked.get(packet.destination)
        if asked is None or asked.request != packet.request_id:
            self._shared.drop(Drop.NOT_ASKED)
            return
        if not packet.entries:
            self._shared.drop(Drop.NO_ENTRY)
            return
        entry = packet.entries[0]
        if entry.code is not Code.SUCCESS:
            self._give_up(packet.destination, _NAMES.get(entry.code, f"code {int(entry.code)}"), now)
            return
        next_hop = entry.address or packet.destination
        if next_hop == self._shared.settings.address or not self._shared.is_possible(next_hop):
            self._shared.drop(Drop.IMPOSSIBLE)
            self._shared.complain(packet, ErrorCode.INVALID_REPLY, origin, now)
            return
        if entry.nbma is None:
            self._shared.drop(Drop.ENTRY)
            return
        del self._asked[packet.destination]
        self._take(packet, entry, next_hop, entry.nbma, origin, now)

    def purge(self, networks: Sequence[IPNetwork], origin: IPAddress, reason: str) -> bool:
        """`origin`, NBMA, takes back what it has told of networks, or of itself. False: it told nothing."""
        theirs = [
            shortcut.network
            for shortcut in self._shortcuts.values()
            if origin in (shortcut.told_by, self._nbma(shortcut.next_hop))
            and any(shortcut.network.overlaps(network) for network in networks)
        ]
        for network in theirs:
            self._remove(network, reason)
        return bool(theirs)

    def lost(self, next_hop: IPAddress, reason: str) -> None:
        """A peer is gone, and what was reached by it."""
        self._used.discard(next_hop)
        for one in [s.network for s in self._shortcuts.values() if s.next_hop == next_hop]:
            self._remove(one, reason)

    def handle_timeout(self, now: float) -> None:
        """Ask again, renew, and forget what is too old."""
        for destination, asked in tuple(self._asked.items()):
            if asked.due <= now:
                self._again(destination, asked, now)
        for network, shortcut in tuple(self._shortcuts.items()):
            if shortcut.expires <= now:
                self._remove(network, "its holding time has passed")
            elif shortcut.renew is not None and shortcut.renew <= now:
                shortcut.renew = None
                if shortcut.next_hop in self._used:
                    self.resolve(shortcut.asked, now)
                self._used.discard(shortcut.next_hop)
        for destination, until in tuple(self._unknown.items()):
            if until <= now:
                del self._unknown[destination]

    def next_timeout(self) -> float | None:
        """When there is something to do."""
        times = [asked.due for asked in self._asked.values()]
        times += self._unknown.values()
        for shortcut in self._shortcuts.values():
            times.append(shortcut.expires if shortcut.renew is None else shortcut.renew)
        return min(times, default=None)

    def _whom(self, destination: IPAddress) -> IPAddress | None:
        server = self._registrar.best()
        if server is not None:
            return server
        way = self._shared.lookup(destination)
        if way is None or way.next_hop is None or way.next_hop == destination:
            return None
        return self._nbma(way.next_hop)

    def _nbma(self, address: IPAddress) -> IPAddress | None:
        entry = self._shared.cache.get(address)
        return None if entry is None else entry.nbma

    def _request(self, destination: IPAddress, asked: _Asked) -> Packet:
        shared, settings = self._shared, self._shared.settings
        entry = Cie(prefix_length=shared.host_length, mtu=settings.mtu, holding_time=settings.holding_time)
        outside = (
            None
            if shared.outside is None
            else Cie(prefix_length=shared.host_length, nbma=shared.outside, address=settings.address)
        )
        return Packet(
            type=PacketType.RESOLUTION_REQUEST,
            source_nbma=settings.nbma,
            source=settings.address,
            destination=destination,
            flags=Resolution.ROUTER | Resolution.AUTHORITATIVE | Resolution.SOURCE_STABLE | Resolution.NAT,
            request_id=asked.request,
            entries=(entry,),
            extensions=(responder(), forward_transit(), reverse_transit(), nat_address(outside)),
        )

    def _again(self, destination: IPAddress, asked: _Asked, now: float) -> None:
        timing = self._shared.settings.timing
        if asked.tries > timing.retries:
            self._give_up(destination, "there is no answer", now)
            return
        asked.due = now + timing.first_wait * 2**asked.tries
        asked.tries += 1
        self._shared.send(self._request(destination, asked), asked.to)

    def _give_up(self, destination: IPAddress, why: str, now: float) -> None:
        asked = self._asked.pop(destination)
        if len(self._unknown) < self._shared.settings.limits.shortcuts:
            self._unknown[destination] = now + self._shared.settings.timing.not_again
        self._shared.warn(EventName.NO_SHORTCUT, f"no shorter way to {destination}: {why}", asked.to, now)

    def _take(
        self, packet: Packet, entry: Cie, next_hop: IPAddress, nbma: IPAddress, origin: IPAddress, now: float
    ) -> None:
        shared, limits = self._shared, self._shared.settings.limits
        network = self._network(packet.destination, entry.prefix_length)
        if network not in self._shortcuts and len(self._shortcuts) >= limits.shortcuts:
            shared.drop(Drop.FULL)
            return
        holding_time = min(max(entry.holding_time, 1), limits.longest)
        outside = outside_of(packet, next_hop) or nbma
        known = shared.cache.get(next_hop)
        expires = now + holding_time
        if known is None or known.origin is Origin.RESOLVED:
            lasts = known.expires if known and known.nbma == outside and known.expires else expires
            if not shared.cache.has_room(next_hop):
                shared.drop(Drop.FULL)
                return
            shared.learn(
                Entry(
                    address=next_hop,
                    nbma=outside,
                    claimed=nbma,
                    origin=Origin.RESOLVED,
                    expires=max(lasts, expires),
                    mtu=entry.mtu,
                    told_by=origin,
                )
            )
        renew = expires - min(_RENEW_BEFORE, holding_time / 3)
        shortcut = _Shortcut(network, next_hop, packet.destination, origin, expires, renew)
        before = self._shortcuts.get(network)
        self._shortcuts[network] = shortcut
        if shortcut.is_route and (before is None or before.next_hop != next_hop):
            shared.emit(ShortcutUp(network, next_hop))

    def _network(self, destination: IPAddress, length: int) -> IPNetwork:
        """What the answer is about: never more than the route that it is to be shorter than."""
        way = self._shared.lookup(destination)
        least = 0 if way is None else way.network.prefixlen
        length = min(max(length, least), self._shared.host_length)
        return ip_network((destination, length), strict=False)

    def _remove(self, network: IPNetwork, reason: str) -> None:
        shortcut = self._shortcuts.pop(network)
        if shortcut.is_route:
            self._shared.emit(ShortcutDown(network, reason))
