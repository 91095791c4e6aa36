"""The server's side: registrations are taken, and questions answered or passed on (RFC 2332 section 5.2)."""

from dataclasses import replace
from ipaddress import ip_network

from kakehashi.model.address import IPAddress, IPNetwork
from kakehashi.nhrp.cache import Entry
from kakehashi.nhrp.drops import Drop
from kakehashi.nhrp.effects import EventName, Origin
from kakehashi.nhrp.forwarding import forward
from kakehashi.nhrp.purges import Purges
from kakehashi.nhrp.registrar import Registrar
from kakehashi.nhrp.replies import reply_to
from kakehashi.nhrp.shared import Shared
from kakehashi.nhrp.wire.cie import Cie
from kakehashi.nhrp.wire.nat import outside_of
from kakehashi.nhrp.wire.packet import Packet
from kakehashi.nhrp.wire.registry import (
    WHOLE_ADDRESS,
    Code,
    ErrorCode,
    PacketType,
    Registration,
    Resolution,
)


class Server:
    """Answers for those who have registered, and for what is behind us."""

    def __init__(self, shared: Shared, registrar: Registrar, purges: Purges) -> None:
        self._shared = shared
        self._registrar = registrar
        self._purges = purges

    def registration(self, packet: Packet, origin: IPAddress, now: float) -> None:
        """A Registration Request has come from the NBMA address `origin`."""
        shared = self._shared
        # Who does not know the server's address says its own, and learns it from the reply (RFC 2332 section
        # 5.2.3): Cisco's `nhs dynamic`.
        if packet.destination not in (shared.settings.address, packet.source):
            shared.drop(Drop.UNREACHABLE)
            shared.complain(packet, ErrorCode.UNREACHABLE, origin, now)
            return
        if not packet.entries:
            shared.drop(Drop.NO_ENTRY)
            shared.complain(packet, ErrorCode.PROTOCOL_ERROR, origin, now)
            return
        codes = [self._register(packet, entry, origin, now) for entry in packet.entries]
        entries = tuple(
            Cie(
                code=code,
                prefix_length=entry.prefix_length,
                mtu=entry.mtu,
                holding_time=entry.holding_time,
                preference=entry.preference,
                nbma=entry.nbma,
                address=entry.address,
            )
            for code, entry in zip(codes, packet.entries, strict=True)
        )
        outside = None
        if origin != packet.source_nbma:
            outside = Cie(prefix_length=shared.host_length, nbma=origin, address=packet.source)
        reply = reply_to(packet, PacketType.REGISTRATION_REPLY, entries, outside, shared)
        shared.send(replace(reply, destination=shared.settings.address), origin)

    def question(self, packet: Packet, origin: IPAddress, now: float) -> None:
        """A Resolution Request has come."""
        shared = self._shared
        destination = packet.destination
        if not shared.is_possible(destination) or not shared.is_possible(packet.source):
            shared.drop(Drop.IMPOSSIBLE)
            return
        if destination == shared.settings.address:
            self._answer(packet, self._host(destination), origin, now)
            return
        entry = shared.cache.get(destination)
        if entry is not None and entry.origin is Origin.REGISTERED and not shared.settings.redirect:
            self._answer_for(entry, packet, origin, now)
            return
        way = shared.lookup(destination)
        if way is not None and way.next_hop is None:
            self._answer(packet, way.network, origin, now)
            return
        next_hop = destination if entry is not None or way is None else way.next_hop
        self._pass_on(packet, next_hop, origin, now)

    def _register(self, packet: Packet, entry: Cie, origin: IPAddress, now: float) -> Code:
        """Take one registration, or say why not."""
        shared = self._shared
        address = entry.address or packet.source
        if address == shared.settings.address or not shared.is_possible(address):
            shared.drop(Drop.IMPOSSIBLE)
            return self._refuse(address, origin, "nobody can register this address", Code.PROHIBITED, now)
        if address != packet.source or entry.prefix_length not in (WHOLE_ADDRESS, shared.host_length):
            why = "a station registers its own address, and nothing else"
            return self._refuse(address, origin, why, Code.PROHIBITED, now)
        before = shared.cache.get(address)
        if before is not None and before.nbma != origin and (before.stays or before.unique):
            why = f"it is that of {before.nbma}"
            return self._refuse(address, origin, why, Code.ALREADY_REGISTERED, now)
        if before is not None and before.stays:
            return Code.SUCCESS
        if not shared.cache.has_room(address):
            shared.drop(Drop.FULL)
            return self._refuse(address, origin, "there is no room", Code.NO_RESOURCES, now)
        is_new = before is None or before.nbma != origin or before.origin is not Origin.REGISTERED
        if before is not None and before.nbma != origin:
            self._purges.withdraw(self._host(address), now)
        shared.learn(
            Entry(
                address=address,
                nbma=origin,
                claimed=packet.source_nbma,
                origin=Origin.REGISTERED,
                expires=now + min(max(entry.holding_time, 1), shared.settings.limits.longest),
                unique=bool(packet.flags & Registration.UNIQUE),
                multicast=shared.settings.multicast,
                mtu=entry.mtu,
            )
        )
        if is_new:
            self._tell_new(address, origin, packet)
        return Code.SUCCESS

    def _tell_new(self, address: IPAddress, origin: IPAddress, packet: Packet) -> None:
        nat = "" if origin == packet.source_nbma else f", behind a NAT, inside at {packet.source_nbma}"
        self._shared.tell(EventName.REGISTERED, f"{address} has registered from {origin}{nat}", origin)

    def _refuse(self, address: IPAddress, origin: IPAddress, why: str, code: Code, now: float) -> Code:
        message = f"the registration of {address} from {origin} is refused: {why}"
        self._shared.warn(EventName.REFUSED, message, origin, now)
        return code

    def _answer(self, packet: Packet, network: IPNetwork, origin: IPAddress, now: float) -> None:
        """It is ours, or behind us. The answer goes to who asks, not back by the servers: it is on that way
        that packets are to go, and if there is none, there is no shortcut.
        """
        shared, settings = self._shared, self._shared.settings
        asker = outside_of(packet, packet.source) or packet.source_nbma
        direct = shared.cache.get(packet.source)
        if direct is not None:
            asker = direct.nbma
        entry = Cie(
            prefix_length=network.prefixlen,
            mtu=settings.mtu,
            holding_time=settings.holding_time,
            nbma=settings.nbma,
            address=settings.address,
        )
        outside = None
        if shared.outside is not None:
            outside = Cie(prefix_length=shared.host_length, nbma=shared.outside, address=settings.address)
        self._remember(packet, asker, origin, now)
        self._purges.answered(network, packet.source, asker, now + settings.holding_time)
        self._send(packet, entry, outside, asker)

    def _answer_for(self, entry: Entry, packet: Packet, origin: IPAddress, now: float) -> None:
        """It is an address that has been registered here."""
        if packet.flags & Resolution.UNIQUE and not entry.unique:
            self._send(packet, Cie(code=Code.NOT_UNIQUE), None, origin)
            return
        left = max(int((entry.expires or now) - now), 1)
        answer = Cie(
            prefix_length=self._shared.host_length,
            mtu=entry.mtu,
            holding_time=left,
            nbma=entry.claimed,
            address=entry.address,
        )
        outside = None
        if entry.claimed != entry.nbma:
            outside = Cie(prefix_length=self._shared.host_length, nbma=entry.nbma, address=entry.address)
        self._purges.answered(self._host(entry.address), packet.source, origin, now + left)
        self._send(packet, answer, outside, origin)

    def _pass_on(self, packet: Packet, next_hop: IPAddress | None, origin: IPAddress, now: float) -> None:
        """Somebody else knows, or nobody."""
        entry = None if next_hop is None else self._shared.cache.get(next_hop)
        to = self._registrar.best() if entry is None else entry.nbma
        if to is None or to == origin:
            self._shared.drop(Drop.UNREACHABLE)
            self._send(packet, Cie(code=Code.NO_BINDING), None, origin)
        else:
            forward(packet, origin, to, now, self._shared)

    def _remember(self, packet: Packet, asker: IPAddress, origin: IPAddress, now: float) -> None:
        """Who asks is about to send to us, and will be answered. What is known already is not overwritten:
        a question is no proof of an address.
        """
        cache = self._shared.cache
        if not packet.entries or cache.get(packet.source) is not None or not cache.has_room(packet.source):
            return
        holding_time = min(max(packet.entries[0].holding_time, 1), self._shared.settings.limits.longest)
        self._shared.learn(
            Entry(
                address=packet.source,
                nbma=asker,
                claimed=packet.source_nbma,
                origin=Origin.RESOLVED,
                expires=now + holding_time,
                mtu=packet.entries[0].mtu,
                told_by=origin,
            )
        )

    def _send(self, packet: Packet, entry: Cie, outside: Cie | None, to: IPAddress) -> None:
        self._shared.send(reply_to(packet, PacketType.RESOLUTION_REPLY, (entry,), outside, self._shared), to)

    def _host(self, address: IPAddress) -> IPNetwork:
        return ip_network((address, self._shared.host_length))
