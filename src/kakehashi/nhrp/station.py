"""One NHRP station without sockets or clock: packets and time in, effects out.

A station is both client and server, as routers are: it registers with the servers of its settings, takes the
registrations of others, answers for what is behind it, passes on what is not. Nothing that the network sends
raises out of `receive`: what comes to nothing is counted in `drops`.
"""

from collections import Counter
from collections.abc import Callable

from kakehashi.model.address import IPAddress, IPNetwork
from kakehashi.nhrp.cache import Entry
from kakehashi.nhrp.drops import Drop, Malformed
from kakehashi.nhrp.effects import Effect, EventName, Origin
from kakehashi.nhrp.forwarding import forward
from kakehashi.nhrp.indications import Indications
from kakehashi.nhrp.limiter import Limiter
from kakehashi.nhrp.purges import Purges
from kakehashi.nhrp.registrar import Registrar
from kakehashi.nhrp.resolver import Resolver
from kakehashi.nhrp.server import Server
from kakehashi.nhrp.settings import Lookup, Settings
from kakehashi.nhrp.shared import Shared
from kakehashi.nhrp.wire.authentication import proves
from kakehashi.nhrp.wire.packet import Packet
from kakehashi.nhrp.wire.registry import ErrorCode, ExtensionType, PacketType

_REPLIES = frozenset({PacketType.REGISTRATION_REPLY, PacketType.RESOLUTION_REPLY, PacketType.PURGE_REPLY})


class Station:
    """One multipoint interface and one version of IP in it.

    `lookup(address)`: how the routing table sends packets for it now. It leaves out what packets out of the
    tunnel are not let through to: for that we answer nobody. `entropy(n)` returns n random octets; `now` is
    monotonic seconds.
    """

    def __init__(
        self, settings: Settings, lookup: Lookup, entropy: Callable[[int], bytes], now: float
    ) -> None:
        self._shared = Shared(settings, lookup, entropy)
        self._limiter = Limiter(settings.limits.packets_per_second, settings.limits.burst)
        self._registrar = Registrar(self._shared, now)
        for mapping in settings.mappings:
            if self._shared.cache.get(mapping.address) is None:
                self._shared.learn(
                    Entry(
                        address=mapping.address,
                        nbma=mapping.nbma,
                        claimed=mapping.nbma,
                        origin=Origin.STATIC,
                        multicast=mapping.multicast,
                    )
                )
        self._resolver = Resolver(self._shared, self._registrar)
        self._purges = Purges(self._shared, self._resolver)
        self._server = Server(self._shared, self._registrar, self._purges)
        self._indications = Indications(self._shared, self._resolver)

    @property
    def drops(self) -> Counter[Drop]:
        """How many packets came to nothing, by the reason."""
        return self._shared.drops

    @property
    def peers(self) -> tuple[Entry, ...]:
        """Everybody who is known."""
        return tuple(self._shared.cache)

    @property
    def shortcuts(self) -> tuple[tuple[IPNetwork, IPAddress], ...]:
        """The networks that are reached by a shortcut, with their next hops in the tunnel."""
        return self._resolver.shortcuts

    def is_registered(self, server: IPAddress) -> bool:
        """Has this server, by its tunnel address, taken our registration?"""
        return self._registrar.is_up(server)

    def receive(self, data: bytes, origin: IPAddress, now: float) -> None:
        """Take an NHRP packet out of GRE, from the NBMA address that the outer header says: with IPsec, of
        the peer whose SA it came by. Never raises for what it reads.
        """
        if not self._limiter.allows(origin, now):
            self._shared.drop(Drop.RATE)
            return
        try:
            packet = Packet.decode(data)
            if self._is_acceptable(packet, origin, now):
                self._dispatch(packet, origin, now)
        except Malformed as malformed:
            self._shared.drop(malformed.drop)

    def resolve(self, destination: IPAddress, now: float) -> bool:
        """A packet has a next hop that nobody knows: ask. Until the answer comes, it may go to a server.
        False: nothing is asked, or it is being asked already.
        """
        return self._resolver.resolve(destination, now)

    def forwarded(self, packet: bytes, origin: IPAddress, now: float) -> None:
        """A packet came out of the tunnel from `origin`, NBMA, and goes back into it (its header is enough).
        With `redirect` the sender is told of the shorter way.
        """
        self._indications.forwarded(packet, origin, now)

    def used(self, next_hop: IPAddress) -> None:
        """Packets have gone to this next hop in the last minute: its shortcuts are renewed in time."""
        self._resolver.used(next_hop)

    def lost(self, nbma: IPAddress, reason: str, now: float) -> None:
        """The IPsec peer at this NBMA address is gone: so is what was learnt by asking, and servers there
        hear of us again. Registrations stay until their time.
        """
        for entry in self._shared.cache.at(nbma):
            if entry.origin is Origin.RESOLVED:
                self._purges.gone(entry, now)
                self._shared.forget(entry.address, reason)
        self._registrar.lost(nbma, reason, now)

    def moved(self, server: IPAddress, nbma: IPAddress, now: float) -> None:
        """The name of a server has another address now."""
        self._registrar.moved(server, nbma, now)

    def withdraw(self, network: IPNetwork, now: float) -> None:
        """A network is behind us no more: those who were told otherwise hear of it."""
        self._purges.withdraw(network, now)

    def shutdown(self) -> None:
        """Take our registrations back. There is no need to wait for answers."""
        self._registrar.shutdown()

    def handle_timeout(self, now: float) -> None:
        """Do what is due. To be called at `next_timeout`, or later."""
        self._registrar.handle_timeout(now)
        self._resolver.handle_timeout(now)
        self._purges.handle_timeout(now)
        for entry in self._shared.cache.expired(now):
            self._purges.gone(entry, now)
            self._shared.lost(entry, "its holding time has passed")

    def next_timeout(self) -> float | None:
        """When `handle_timeout` wants to be called, monotonic seconds."""
        times = (
            self._registrar.next_timeout(),
            self._resolver.next_timeout(),
            self._purges.next_timeout(),
            self._shared.cache.next_timeout(),
        )
        return min((t for t in times if t is not None), default=None)

    def effects(self) -> list[Effect]:
        """Take what is to be done, in this order."""
        taken, self._shared.effects = self._shared.effects, []
        return taken

    def _is_acceptable(self, packet: Packet, origin: IPAddress, now: float) -> bool:
        shared, secret = self._shared, self._shared.settings.authentication
        if packet.source.version != shared.version:
            shared.drop(Drop.OTHER_PROTOCOL)
            return False
        is_reply = packet.type in _REPLIES
        if packet.source == shared.settings.address and not is_reply:
            shared.drop(Drop.OWN)
            return False
        # An Error Indication is only a hint, and about a wrong string it can have none that is right.
        needs_proof = secret is not None and packet.type is not PacketType.ERROR_INDICATION
        proof = packet.extension(ExtensionType.AUTHENTICATION)
        if needs_proof and secret is not None and not proves(proof, secret.octets):
            self._not_authentic(packet, origin, now)
            return False
        if any(e.compulsory and not e.is_known for e in packet.extensions):
            shared.drop(Drop.UNRECOGNIZED_EXTENSION)
            shared.complain(packet, ErrorCode.UNRECOGNIZED_EXTENSION, origin, now)
            return False
        return True

    def _not_authentic(self, packet: Packet, origin: IPAddress, now: float) -> None:
        self._shared.drop(Drop.AUTHENTICATION)
        self._shared.warn(
            EventName.AUTHENTICATION,
            f"{packet.source} at {origin} has not the authentication string of this interface",
            origin,
            now,
        )
        self._shared.complain(packet, ErrorCode.AUTHENTICATION_FAILURE, origin, now)

    def _dispatch(self, packet: Packet, origin: IPAddress, now: float) -> None:
        mine = packet.source == self._shared.settings.address
        match packet.type:
            case PacketType.REGISTRATION_REQUEST:
                self._server.registration(packet, origin, now)
            case PacketType.RESOLUTION_REQUEST:
                self._server.question(packet, origin, now)
            case PacketType.PURGE_REQUEST if packet.destination == self._shared.settings.address:
                self._purges.request(packet, origin, now)
            case PacketType.PURGE_REQUEST:
                self._pass_to(packet.destination, packet, origin, now)
            case PacketType.ERROR_INDICATION:
                self._indications.error(packet, origin, now)
            case PacketType.TRAFFIC_INDICATION:
                self._indications.redirect(packet, origin, now)
            case _ if not mine:
                self._pass_to(packet.source, packet, origin, now)
            case PacketType.REGISTRATION_REPLY:
                self._registrar.reply(packet, origin, now)
            case PacketType.RESOLUTION_REPLY:
                self._resolver.reply(packet, origin, now)
            case PacketType.PURGE_REPLY:
                self._purges.reply(packet, origin)

    def _pass_to(self, address: IPAddress, packet: Packet, origin: IPAddress, now: float) -> None:
        """It is for another station, which has to be one that we know."""
        entry = self._shared.cache.get(address)
        if entry is None:
            self._shared.drop(Drop.UNREACHABLE)
        else:
            forward(packet, origin, entry.nbma, now, self._shared)
