"""Answers that count no more: Purge Requests and Replies, both ways (RFC 2332 section 5.2.5)."""

from dataclasses import dataclass, replace
from ipaddress import ip_network

from kakehashi.model.address import IPAddress, IPNetwork
from kakehashi.nhrp.cache import Entry
from kakehashi.nhrp.drops import Drop
from kakehashi.nhrp.resolver import Resolver
from kakehashi.nhrp.shared import Shared
from kakehashi.nhrp.wire.cie import Cie
from kakehashi.nhrp.wire.packet import Packet
from kakehashi.nhrp.wire.registry import PacketType, Purge


@dataclass(slots=True)
class _Asker:
    """Somebody who believes an answer of ours until then."""

    nbma: IPAddress
    until: float


@dataclass(slots=True)
class _Pending:
    """A Purge Request without a reply."""

    packet: Packet
    to: IPAddress
    due: float
    tries: int = 1


class Purges:
    """Who has been told what, and is to be told when that changes."""

    def __init__(self, shared: Shared, resolver: Resolver) -> None:
        self._shared = shared
        self._resolver = resolver
        self._told: dict[IPNetwork, dict[IPAddress, _Asker]] = {}
        self._pending: dict[int, _Pending] = {}

    def answered(self, network: IPNetwork, who: IPAddress, nbma: IPAddress, until: float) -> None:
        """`who`, at `nbma`, has been told something about `network` that counts until then."""
        limits = self._shared.settings.limits
        askers = self._told.pop(network, {})
        askers.pop(who, None)
        askers[who] = _Asker(nbma, until)
        if len(askers) > limits.askers:
            del askers[next(iter(askers))]
        self._told[network] = askers
        if len(self._told) > limits.shortcuts:
            del self._told[next(iter(self._told))]

    def withdraw(self, network: IPNetwork, now: float) -> None:
        """What we have told of this network, and of what is in it, is true no more."""
        for told in self._told_within(network):
            for who, asker in self._told.pop(told).items():
                if asker.until > now:
                    self._send(told, who, asker.nbma, now)

    def gone(self, entry: Entry, now: float) -> None:
        """A peer is about to be forgotten: so are the shortcuts by it, and others hear of it."""
        self._resolver.lost(entry.address, f"{entry.address} is gone")
        self.withdraw(ip_network((entry.address, self._shared.host_length)), now)

    def request(self, packet: Packet, origin: IPAddress, now: float) -> None:
        """Somebody takes back what it is itself, and what it has told us: one look at each peer for all."""
        networks: list[IPNetwork] = []
        for entry in packet.entries:
            if entry.address is None:
                self._shared.drop(Drop.ENTRY)
                continue
            length = min(entry.prefix_length, self._shared.host_length)
            networks.append(ip_network((entry.address, length), strict=False))
        reason = f"{packet.source} has taken it back"
        done = self._resolver.purge(networks, origin, reason)
        for peer in self._shared.cache:
            theirs = origin in (peer.nbma, peer.told_by) and not peer.stays
            if theirs and any(peer.address in network for network in networks):
                self.gone(peer, now)
                self._shared.forget(peer.address, reason)
                done = True
        if not done:
            self._shared.drop(Drop.NOT_A_PEER)
        if not packet.flags & Purge.NO_REPLY:
            self._shared.send(replace(packet, type=PacketType.PURGE_REPLY, extensions=()), origin)

    def reply(self, packet: Packet, origin: IPAddress) -> None:
        """Somebody has understood."""
        pending = self._pending.get(packet.request_id)
        if pending is None or pending.to != origin:
            self._shared.drop(Drop.NOT_ASKED)
        else:
            del self._pending[packet.request_id]

    def handle_timeout(self, now: float) -> None:
        """Send again what is due."""
        timing = self._shared.settings.timing
        for number, pending in tuple(self._pending.items()):
            if pending.due > now:
                continue
            if pending.tries > timing.retries:
                del self._pending[number]
                continue
            pending.due = now + timing.first_wait * 2**pending.tries
            pending.tries += 1
            self._shared.send(pending.packet, pending.to)

    def next_timeout(self) -> float | None:
        """When the next is due."""
        return min((pending.due for pending in self._pending.values()), default=None)

    def _told_within(self, network: IPNetwork) -> list[IPNetwork]:
        if network.num_addresses == 1:
            return [network] if network in self._told else []
        return [n for n in self._told if n.version == network.version and _within(n, network)]

    def _send(self, network: IPNetwork, who: IPAddress, nbma: IPAddress, now: float) -> None:
        settings = self._shared.settings
        packet = Packet(
            type=PacketType.PURGE_REQUEST,
            source_nbma=settings.nbma,
            source=settings.address,
            destination=who,
            request_id=self._shared.new_id(),
            entries=(Cie(prefix_length=network.prefixlen, address=network.network_address),),
        )
        if len(self._pending) < settings.limits.asked:
            self._pending[packet.request_id] = _Pending(packet, nbma, now + settings.timing.first_wait)
        self._shared.send(packet, nbma)


def _within(one: IPNetwork, other: IPNetwork) -> bool:
    return one.prefixlen >= other.prefixlen and one.network_address in other
