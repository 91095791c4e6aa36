"""One interface of many peers as it runs."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from kakehashi.dataplane.protocol import Hop
from kakehashi.gateway.multipoint.ways import Known
from kakehashi.model.address import Hostname, IPAddress, IPNetwork
from kakehashi.model.multipoint import Multipoint
from kakehashi.nhrp.effects import Origin, PeerKnown
from kakehashi.nhrp.settings import Settings
from kakehashi.nhrp.station import Station

_HELD = 8  # messages for one peer that wait for an SA
_HELD_FOR = 256  # peers


@dataclass(slots=True)
class Standing:
    """An interface with its NHRP, by IP version in the tunnel. `nbma`: our address below it.

    `sas`: the NBMA address of each SA's peer, by inbound SPI; `usable`: those that packets may leave by.
    `turned_to`: of each server that is known by name, the address that counts now.
    `held`: messages for peers without an SA. `told`: what the data plane was told last. `since`: when a peer
    became known, monotonic seconds.
    """

    multipoint: Multipoint
    device: str
    nbma: IPAddress
    settings: dict[int, Settings] = field(default_factory=dict)
    stations: dict[int, Station] = field(default_factory=dict)
    peers: dict[IPAddress, PeerKnown] = field(default_factory=dict)
    since: dict[IPAddress, float] = field(default_factory=dict)
    shortcuts: dict[IPNetwork, IPAddress] = field(default_factory=dict)
    sas: dict[int, IPAddress] = field(default_factory=dict)
    usable: set[int] = field(default_factory=set)
    turned_to: dict[Hostname, IPAddress] = field(default_factory=dict)
    held: dict[IPAddress, deque[bytes]] = field(default_factory=dict)
    told: tuple[tuple[Hop, ...], tuple[IPAddress, ...]] | None = None
    behind: frozenset[IPNetwork] = frozenset()

    @property
    def name(self) -> str:
        """The interface's."""
        return self.multipoint.interface

    def turn(self, candidates: Callable[[Hostname], list[IPAddress]], is_next: bool = False) -> None:
        """Choose an address of each name: the one that it was while the name still has it. `is_next`: of a
        server that has not taken our registration the one after it, for this one is silent.
        """
        for host in self.multipoint.names:
            found = [address for address in candidates(host) if address.version == self.nbma.version]
            now = self.turned_to.get(host)
            if now not in found and found:
                self.turned_to[host] = found[0]
            elif now is not None and is_next and not self._is_registered_at(now):
                self.turned_to[host] = found[(found.index(now) + 1) % len(found)] if found else now

    def _is_registered_at(self, nbma: IPAddress) -> bool:
        return any(
            server.nbma == nbma and self.stations[version].is_registered(server.address)
            for version, settings in self.settings.items()
            for server in settings.servers
        )

    @property
    def tells_returning(self) -> bool:
        """Are senders told of shorter ways?"""
        return any(nhrp.redirect for nhrp in self.multipoint.nhrp)

    @property
    def endpoints(self) -> tuple[IPAddress, ...]:
        """The NBMA addresses of the peers that the configuration alone names."""
        return tuple(dict.fromkeys(hop.nbma for hop in self.multipoint.endpoints))

    @property
    def senders(self) -> tuple[IPAddress, ...] | None:
        """From whom alone packets are taken without IPsec; None: from everybody, for NHRP finds the peers."""
        return None if self.multipoint.nhrp else self.endpoints

    @property
    def reached(self) -> frozenset[IPAddress]:
        """The NBMA addresses that we have SAs with, by which packets may leave."""
        return frozenset(nbma for spi, nbma in self.sas.items() if spi in self.usable)

    def reaches(self, nbma: IPAddress) -> bool:
        """May we send to this address? Without IPsec to every one."""
        return not self.multipoint.protected or nbma in self.reached

    def known(self) -> Known:
        """What tells where packets go."""
        peers = self.peers.values()
        asked = frozenset(p.address for p in peers if p.origin is Origin.RESOLVED)
        reached = self.reached if self.multipoint.protected else frozenset(p.nbma for p in peers)
        return Known(
            peers={
                **{hop.address: hop.nbma for hop in self.multipoint.endpoints},
                **{p.address: p.nbma for p in peers},
            },
            shortcuts=dict(self.shortcuts),
            fallback=self._fallback(),
            reached=reached,
            asked=asked,
        )

    def multicast(self) -> tuple[IPAddress, ...]:
        """Who gets copies of multicast packets."""
        named = (address for nhrp in self.multipoint.nhrp for address in nhrp.multicast)
        registered = (peer.nbma for peer in self.peers.values() if peer.multicast)
        return tuple(dict.fromkeys((*named, *registered, *self.endpoints)))

    def hold(self, message: bytes, to: IPAddress) -> None:
        """Keep a message until there is an SA; the oldest go first."""
        if to not in self.held and len(self.held) >= _HELD_FOR:
            del self.held[next(iter(self.held))]
        self.held.setdefault(to, deque(maxlen=_HELD)).append(message)

    def _fallback(self) -> dict[int, IPAddress]:
        """By IP version: the first server that has taken our registration, else the first there is."""
        found: dict[int, IPAddress] = {}
        for version, settings in self.settings.items():
            up = [s for s in settings.servers if self.stations[version].is_registered(s.address)]
            for server in (up or settings.servers)[:1]:
                found[version] = server.nbma
        return found
