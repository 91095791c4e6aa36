"""The client's side of registration: we tell each next hop server where we are (RFC 2332 section 5.2.3)."""

from dataclasses import dataclass, replace

from kakehashi.model.address import IPAddress
from kakehashi.nhrp.cache import Entry
from kakehashi.nhrp.drops import Drop
from kakehashi.nhrp.effects import EventName, Origin
from kakehashi.nhrp.settings import Mapping
from kakehashi.nhrp.shared import Shared
from kakehashi.nhrp.wire.cie import Cie
from kakehashi.nhrp.wire.nat import nat_address, outside_of
from kakehashi.nhrp.wire.packet import Packet
from kakehashi.nhrp.wire.registry import (
    WHOLE_ADDRESS,
    Code,
    PacketType,
    Purge,
    Registration,
)
from kakehashi.nhrp.wire.responder import responder
from kakehashi.nhrp.wire.transit import forward_transit, reverse_transit

_REASONS = {
    Code.PROHIBITED: "it does not let us",
    Code.NO_RESOURCES: "it has no room for us",
    Code.ALREADY_REGISTERED: "another station has registered this address",
}


@dataclass(slots=True)
class _Server:
    """One server. `request`: the ID of a registration without an answer; `tries`: how often it was sent."""

    at: Mapping
    due: float
    request: int | None = None
    tries: int = 0
    is_up: bool = False


class Registrar:
    """Registers with every server, for ever."""

    def __init__(self, shared: Shared, now: float) -> None:
        self._shared = shared
        self._servers = {server.address: _Server(server, now) for server in shared.settings.servers}
        for server in self._servers.values():
            self._know(server.at)

    def is_up(self, address: IPAddress) -> bool:
        """Is it a server that has taken our registration?"""
        server = self._servers.get(address)
        return server is not None and server.is_up

    def best(self) -> IPAddress | None:
        """The NBMA address of the first server that is up, in the order of the configuration."""
        return next((server.at.nbma for server in self._servers.values() if server.is_up), None)

    def reply(self, packet: Packet, origin: IPAddress, now: float) -> None:
        """A Registration Reply has come."""
        server = self._servers.get(packet.destination)
        if server is None or server.request is None or server.request != packet.request_id:
            self._shared.drop(Drop.NOT_ASKED)
        elif origin != server.at.nbma:
            self._shared.drop(Drop.NOT_A_PEER)
        elif not packet.entries:
            self._shared.drop(Drop.NO_ENTRY)
        elif packet.entries[0].code is Code.SUCCESS:
            self._registered(server, packet, now)
        else:
            self._refused(server, packet.entries[0].code, now)

    def lost(self, nbma: IPAddress, reason: str, now: float) -> None:
        """What carries packets to this NBMA address is gone: its servers are to hear of us again."""
        for server in self._servers.values():
            if server.at.nbma == nbma:
                self._down(server, reason)
                server.request, server.tries, server.due = None, 0, now

    def moved(self, address: IPAddress, nbma: IPAddress, now: float) -> None:
        """A server is at another NBMA address, as its name says now."""
        server = self._servers.get(address)
        if server is None or server.at.nbma == nbma:
            return
        self._down(server, f"it is at {nbma} now")
        self._servers[address] = _Server(replace(server.at, nbma=nbma), now)
        self._know(self._servers[address].at)

    def handle_timeout(self, now: float) -> None:
        """Send what is due."""
        for server in self._servers.values():
            if server.due <= now:
                self._send(server, now)

    def next_timeout(self) -> float | None:
        """When the next registration is due."""
        return min((server.due for server in self._servers.values()), default=None)

    def shutdown(self) -> None:
        """Take our address back from every server, which need not answer (RFC 2332 section 5.2.5)."""
        settings = self._shared.settings
        for server in self._servers.values():
            if server.is_up:
                entry = Cie(prefix_length=self._shared.host_length, address=settings.address)
                purge = Packet(
                    type=PacketType.PURGE_REQUEST,
                    source_nbma=settings.nbma,
                    source=settings.address,
                    destination=server.at.address,
                    flags=Purge.NO_REPLY,
                    request_id=self._shared.new_id(),
                    entries=(entry,),
                )
                self._shared.send(purge, server.at.nbma)

    def _know(self, server: Mapping) -> None:
        entry = Entry(
            address=server.address,
            nbma=server.nbma,
            claimed=server.nbma,
            origin=Origin.SERVER,
            multicast=server.multicast,
        )
        self._shared.learn(entry)

    def _send(self, server: _Server, now: float) -> None:
        timing = self._shared.settings.timing
        if server.request is None:
            server.request, server.tries = self._shared.new_id(), 0
        elif server.tries == timing.down_after:
            self._down(server, f"it has not answered {server.tries} registrations")
        # A request that is sent again keeps its ID (RFC 2332 section 5.2.1).
        self._shared.send(self._request(server), server.at.nbma)
        wait = min(timing.first_wait * 2 ** min(server.tries, 16), timing.longest_wait)
        server.due = now + wait
        server.tries += 1

    def _request(self, server: _Server) -> Packet:
        settings = self._shared.settings
        unique = settings.unique
        entry = Cie(
            prefix_length=WHOLE_ADDRESS if unique else self._shared.host_length,
            mtu=settings.mtu,
            holding_time=settings.holding_time,
        )
        return Packet(
            type=PacketType.REGISTRATION_REQUEST,
            source_nbma=settings.nbma,
            source=settings.address,
            destination=server.at.address,
            flags=Registration.NAT | (Registration.UNIQUE if unique else 0),
            request_id=server.request or 0,
            entries=(entry,),
            extensions=(responder(), forward_transit(), reverse_transit(), nat_address()),
        )

    def _registered(self, server: _Server, packet: Packet, now: float) -> None:
        shared = self._shared
        outside = outside_of(packet, shared.settings.address)
        server.request, server.tries = None, 0
        server.due = now + max(shared.settings.registration or shared.settings.holding_time / 3, 1)
        if outside == shared.settings.nbma:
            outside = None
        if outside != shared.outside:
            shared.outside = outside
            if outside is not None:
                shared.tell(
                    EventName.BEHIND_NAT,
                    f"we are behind a NAT: {server.at.address} sees us at {outside}",
                    server.at.nbma,
                )
        if not server.is_up:
            server.is_up = True
            shared.tell(
                EventName.SERVER_UP,
                f"next hop server {server.at.address} at {server.at.nbma} has taken our registration of "
                f"{shared.settings.address}",
                server.at.nbma,
            )

    def _refused(self, server: _Server, code: Code, now: float) -> None:
        why = _REASONS.get(code, f"code {int(code)}")
        self._shared.warn(
            EventName.REFUSED,
            f"next hop server {server.at.address} at {server.at.nbma} refuses our registration of "
            f"{self._shared.settings.address}: {why}",
            server.at.nbma,
            now,
        )
        self._down(server, why)
        server.request, server.tries = None, 0
        server.due = now + self._shared.settings.timing.longest_wait

    def _down(self, server: _Server, reason: str) -> None:
        if server.is_up:
            server.is_up = False
            self._shared.tell(
                EventName.SERVER_DOWN,
                f"next hop server {server.at.address} at {server.at.nbma} is down: {reason}",
                server.at.nbma,
            )
