"""Between NHRP, IKE and the data plane: messages in, effects carried out in order, a timer armed.

A peer that NHRP has found is one to have an SA with: one is asked for as soon as something is to be sent
to it, or packets are to take the shorter way. When it is forgotten, its SA goes. A peer whose last SA is gone
has to be found again, but for what it has registered. Without IPsec there are no SAs, and whoever is known is
sent to.
"""

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from ipaddress import IPv4Address, IPv6Address

from kakehashi.dataplane.protocol import (
    DataPlane,
    DataPlaneEvent,
    NextHopWanted,
    NhrpMessage,
    PeerWanted,
    Returning,
)
from kakehashi.gateway.alarm import Alarm
from kakehashi.gateway.guard import guarded
from kakehashi.gateway.host.facts import Facts
from kakehashi.gateway.log import Log
from kakehashi.gateway.multipoint.standing import Standing
from kakehashi.gateway.multipoint.ways import next_hops, way_to
from kakehashi.ike.effects import Level
from kakehashi.model.address import IKE_PORT, Hostname, IPAddress, Path, SocketAddress
from kakehashi.model.child_sa import ChildSa
from kakehashi.model.gateway import Gateway
from kakehashi.model.multipoint import Multipoint, NextHopServer
from kakehashi.nhrp.configured import moved_servers, settings_of
from kakehashi.nhrp.effects import (
    Effect,
    Event,
    EventName,
    Origin,
    PeerKnown,
    PeerLost,
    Send,
    ShortcutDown,
    ShortcutUp,
)
from kakehashi.nhrp.indications import ends_of
from kakehashi.nhrp.settings import Settings, Way
from kakehashi.nhrp.station import Station

LOOK_PERIOD = 30.0  # seconds between two looks at which peers are in use
HOLD_DOWN = 1.0  # seconds between two attempts that packets begin
_IN_USE = 60.0
_UNSPECIFIED: Mapping[int, IPAddress] = {4: IPv4Address(0), 6: IPv6Address(0)}
_PROTOCOL_TYPES = {b"\x08\x00": 4, b"\x86\xdd": 6}  # of the fixed header (RFC 2332 section 5.2.0.1)
_LOUD = (EventName.AUTHENTICATION, EventName.REFUSED, EventName.SERVER_DOWN, EventName.LOOP)


class Multipoints:
    """Every interface of many peers. Runs on one loop.

    `facts`: the host as it was seen last. `candidates`: the addresses of a name, as far as they are known.
    `connect`: begin a negotiation with the end of a path, for a
    tunnel; `disconnect`: end the SAs of a tunnel with a peer.
    """

    def __init__(
        self,
        dataplane: DataPlane,
        log: Log,
        *,
        facts: Callable[[], Facts],
        candidates: Callable[[Hostname], list[IPAddress]],
        connect: Callable[[str, Path], None],
        disconnect: Callable[[str, IPAddress], None],
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self.standing: dict[str, Standing] = {}
        self._dataplane = dataplane
        self._log = log
        self._facts = facts
        self._candidates = candidates
        self._connect = connect
        self._disconnect = disconnect
        self._entropy = entropy
        self._gateway: Gateway | None = None
        self._devices: Mapping[str, str] = {}
        self._loop = asyncio.get_running_loop()
        self._alarm = Alarm(self._timeout)
        self._looking: asyncio.TimerHandle | None = None
        self._is_leaving = False

    def configure(self, gateway: Gateway, devices: Mapping[str, str]) -> None:
        """What counts from now on. An interface that has changed begins anew."""
        self._gateway, self._devices = gateway, devices
        wanted = {m.interface: m for m in gateway.multipoints if _runs(gateway, m)}
        for name, standing in list(self.standing.items()):
            if wanted.get(name) != standing.multipoint:
                self._end(standing)
        self.follow()

    def follow(self) -> None:
        """The host has other addresses or routes than before."""
        if self._gateway is None:
            return
        for multipoint in self._gateway.multipoints:
            if _runs(self._gateway, multipoint) and multipoint.interface in self._devices:
                guarded(self._log, self._follow, multipoint, self._gateway)
        self._step()

    def heard(self, event: DataPlaneEvent) -> None:
        """Take what the data plane tells."""
        now = self._loop.time()
        match event:
            case PeerWanted(tunnel, peer):
                if standing := self.standing.get(tunnel):
                    self._reach(standing, peer)
            case NextHopWanted(tunnel, destination):
                if standing := self.standing.get(tunnel):
                    self._resolve(standing, destination, now)
            case NhrpMessage(tunnel, message, peer):
                station = self._station(tunnel, _PROTOCOL_TYPES.get(message[2:4], 0))
                if station is not None:
                    station.receive(message, peer, now)
            case Returning(tunnel, header, peer):
                self._returning(tunnel, header, peer, now)
        self._step()

    def installed(self, sa: ChildSa, use_outbound: bool) -> None:
        """A peer has an SA."""
        standing = self.standing.get(sa.tunnel)
        if standing is None:
            return
        standing.sas[sa.spi_in] = sa.path.remote.ip
        if use_outbound:
            self.usable(sa.tunnel, sa.spi_in)

    def usable(self, tunnel: str, spi_in: int) -> None:
        """Packets may leave by an SA: what waited for it does."""
        standing = self.standing.get(tunnel)
        nbma = standing.sas.get(spi_in) if standing else None
        if standing is None or nbma is None:
            return
        standing.usable.add(spi_in)
        for message in standing.held.pop(nbma, ()):
            self._dataplane.send_nhrp(tunnel, nbma, message)
        self._loop.call_soon(self._step)

    def moved(self, tunnel: str, spi_in: int, path: Path) -> None:
        """IPsec has found a peer elsewhere."""
        standing = self.standing.get(tunnel)
        if standing is not None and spi_in in standing.sas:
            standing.sas[spi_in] = path.remote.ip
            self._loop.call_soon(self._step)

    def removed(self, tunnel: str, spi_in: int, reason: str) -> None:
        """An SA is gone; without any its peer has to be found again."""
        standing = self.standing.get(tunnel)
        nbma = standing.sas.pop(spi_in, None) if standing else None
        if standing is None or nbma is None:
            return
        standing.usable.discard(spi_in)
        if nbma not in standing.sas.values():
            self._loop.call_soon(self._lost, tunnel, nbma, reason)

    def failed(self, tunnel: str, path: Path | None) -> bool:
        """A negotiation came to nothing. True: it was with a peer of such an interface."""
        standing = self.standing.get(tunnel)
        if standing is None or path is None:
            return standing is not None
        standing.held.pop(path.remote.ip, None)
        # Not at once: the next packet would begin the next attempt.
        self._loop.call_later(HOLD_DOWN, self._dataplane.discard_for, tunnel, path.remote.ip)
        return True

    def clear(self, tunnel: str | None = None) -> int:
        """Forget what was learnt of others, of one interface or all; how many peers (`clear ip nhrp`)."""
        count = 0
        for name, standing in list(self.standing.items()):
            if tunnel not in (None, name):
                continue
            learnt = [p for p in standing.peers.values() if p.origin in (Origin.REGISTERED, Origin.RESOLVED)]
            count += len(learnt)
            for nbma in {p.nbma for p in learnt if standing.multipoint.protected}:
                self._disconnect(name, nbma)
            self._restart(standing)
        self._step()
        return count

    def shutdown(self) -> None:
        """Take our registrations back. Nobody is sought from now on."""
        for standing in self.standing.values():
            for station in standing.stations.values():
                station.shutdown()
        self._step()
        self._is_leaving = True

    def stop(self) -> None:
        """Nothing more is done."""
        self._alarm.stop()
        if self._looking:
            self._looking.cancel()
        self._looking = None
        self.standing.clear()

    # How an interface stands.

    def _follow(self, multipoint: Multipoint, gateway: Gateway) -> None:
        name, facts = multipoint.interface, self._facts()
        device = self._devices[name]
        nbma = _own_nbma(multipoint, self._devices, facts)
        standing = self.standing.get(name)
        if nbma is None:
            if standing is not None:
                self._end(standing)
            return
        if standing is not None and (standing.nbma, standing.device) != (nbma, device):
            self._end(standing)
            standing = None
        if standing is None:
            standing = self.standing[name] = Standing(multipoint, device, nbma)
            if not multipoint.protected:
                self._dataplane.connect(name, _anywhere(nbma), standing.senders)
            if multipoint.endpoints:
                self._restart(standing)
        standing.turn(self._candidates)
        self._adopt(standing, gateway)
        behind = frozenset(r.destination for r in facts.main_routes() if r.device != device)
        for gone in standing.behind - behind:
            for version, station in standing.stations.items():
                if gone.version == version:
                    station.withdraw(gone, self._loop.time())
        standing.behind = behind

    def _adopt(self, standing: Standing, gateway: Gateway) -> None:
        """Let other settings count: a server may be elsewhere without anything else being forgotten."""
        before, wanted = standing.settings, dict(_settings(standing, gateway))
        if wanted == before:
            return
        standing.settings = wanted
        moved = {
            version: moved_servers(before[version], wanted[version]) for version in before & wanted.keys()
        }
        if before.keys() != wanted.keys() or None in moved.values():
            self._restart(standing)
            return
        for version, servers in moved.items():
            for server in servers or ():
                old = standing.peers.get(server.address)
                standing.stations[version].moved(server.address, server.nbma, self._loop.time())
                if old is not None and old.nbma in standing.sas.values():
                    self._loop.call_soon(self._disconnect, standing.name, old.nbma)

    def _restart(self, standing: Standing) -> None:
        """Begin NHRP anew: what was learnt is forgotten."""
        standing.peers.clear()
        standing.since.clear()
        standing.shortcuts.clear()
        standing.held.clear()
        standing.stations = {
            version: Station(settings, partial(self._lookup, standing), self._entropy, self._loop.time())
            for version, settings in standing.settings.items()
        }
        for hop in standing.multipoint.endpoints:
            standing.since[hop.address] = self._loop.time()
        self._look_soon()
        self._reach_endpoints(standing)

    def _reach_endpoints(self, standing: Standing) -> None:
        """Nothing tells of a peer that is written down: there is an SA with it before there is traffic."""
        if standing.multipoint.protected:
            for nbma in standing.endpoints:
                self._reach(standing, nbma)

    def _end(self, standing: Standing) -> None:
        for station in standing.stations.values():
            station.shutdown()
        self._step()
        if not standing.multipoint.protected:
            self._dataplane.disconnect(standing.name)
        self.standing.pop(standing.name, None)

    def _lookup(self, standing: Standing, address: IPAddress) -> Way | None:
        return way_to(address, standing.device, self._facts())

    # What comes.

    def _station(self, tunnel: str, version: int) -> Station | None:
        standing = self.standing.get(tunnel)
        return standing.stations.get(version) if standing else None

    def _resolve(self, standing: Standing, destination: IPAddress, now: float) -> None:
        """Ask for the next hop of a packet, which may be its destination itself."""
        station = standing.stations.get(destination.version)
        way = way_to(destination, standing.device, self._facts())
        if station is not None and way is not None and way.next_hop is not None:
            station.resolve(way.next_hop, now)

    def _returning(self, tunnel: str, header: bytes, peer: IPAddress, now: float) -> None:
        standing = self.standing.get(tunnel)
        version = header[0] >> 4 if header else 0
        station, ends = self._station(tunnel, version), ends_of(header, version)
        if standing is None or station is None or ends is None:
            return
        way = way_to(ends[1], standing.device, self._facts())
        if way is not None and way.next_hop is not None:
            station.forwarded(header, peer, now)

    def _lost(self, tunnel: str, nbma: IPAddress, reason: str) -> None:
        standing = self.standing.get(tunnel)
        if standing is None or nbma in standing.sas.values():
            return  # it has another by now
        for station in standing.stations.values():
            station.lost(nbma, reason, self._loop.time())
        self._step()

    # What is to be done.

    def _step(self) -> None:
        """Carry out what the stations ask, tell where packets go, and arm the timer."""
        for standing in list(self.standing.values()):
            for station in list(standing.stations.values()):
                while effects := station.effects():
                    for effect in effects:
                        guarded(self._log, self._carry_out, standing, effect)
            guarded(self._log, self._tell, standing)
        self._arm()

    def _carry_out(self, standing: Standing, effect: Effect) -> None:
        match effect:
            case Send(packet, to):
                self._send(standing, packet, to)
            case PeerKnown(address=address, nbma=nbma):
                standing.peers[address] = effect
                standing.since.setdefault(address, self._loop.time())
                if effect.origin is Origin.RESOLVED:
                    self._reach(standing, nbma)
            case PeerLost(address, nbma, reason):
                self._forget(standing, address, nbma, reason)
            case ShortcutUp(destination, next_hop):
                standing.shortcuts[destination] = next_hop
                self._log.say(Level.NOTICE, f"{destination} by {next_hop}", standing.name, "nhrp-shortcut-up")
            case ShortcutDown(destination, reason):
                standing.shortcuts.pop(destination, None)
                text = f"{destination} goes by the routing table again: {reason}"
                self._log.say(Level.NOTICE, text, standing.name, "nhrp-shortcut-down")
            case Event(name, message, _):
                level = Level.WARNING if name in _LOUD else Level.NOTICE
                self._log.say(level, message, standing.name, str(name))

    def _send(self, standing: Standing, packet: bytes, to: IPAddress) -> None:
        if standing.reaches(to):
            self._dataplane.send_nhrp(standing.name, to, packet)
        else:
            standing.hold(packet, to)
            self._reach(standing, to)

    def _reach(self, standing: Standing, nbma: IPAddress) -> None:
        """Ask for an SA, if there is none. Not at once: this may be called amid what IKE does."""
        if self._is_leaving:
            return
        if not standing.reaches(nbma) and nbma.version == standing.nbma.version:
            ends = SocketAddress(standing.nbma, IKE_PORT), SocketAddress(nbma, IKE_PORT)
            self._loop.call_soon(self._connect, standing.name, Path(*ends))

    def _forget(self, standing: Standing, address: IPAddress, nbma: IPAddress, reason: str) -> None:
        standing.peers.pop(address, None)
        standing.since.pop(address, None)
        self._log.say(Level.NOTICE, f"{address} at {nbma} is forgotten: {reason}", standing.name, "nhrp-lost")
        if nbma in standing.sas.values() and all(p.nbma != nbma for p in standing.peers.values()):
            self._loop.call_soon(self._disconnect, standing.name, nbma)

    def _tell(self, standing: Standing) -> None:
        told = next_hops(standing.device, self._facts(), standing.known()), standing.multicast()
        if told != standing.told:
            standing.told = told
            self._dataplane.set_next_hops(standing.name, *told, standing.tells_returning)

    # Time.

    def _arm(self) -> None:
        stations = (s for standing in self.standing.values() for s in standing.stations.values())
        times = (station.next_timeout() for station in stations)
        self._alarm.set(times)

    def _timeout(self) -> None:
        for standing in list(self.standing.values()):
            for station in standing.stations.values():
                guarded(self._log, station.handle_timeout, self._loop.time())
        self._step()

    def _look_soon(self) -> None:
        if self._looking is None:
            self._looking = self._loop.call_later(LOOK_PERIOD, self._look)

    def _look(self) -> None:
        """Which peers are in use? What leads to them is renewed in time."""
        self._looking = None
        idle = {a.spi_in: a.outbound_idle for a in self._dataplane.activity()}
        for standing in self.standing.values():
            seconds = {nbma: idle.get(spi) for spi, nbma in standing.sas.items()}
            used = {nbma for nbma, last in seconds.items() if last is not None and last < _IN_USE}
            for peer in standing.peers.values():
                station = standing.stations.get(peer.address.version)
                if station is not None and peer.nbma in used:
                    station.used(peer.address)
            standing.turn(self._candidates, is_next=True)
            if self._gateway is not None:
                self._adopt(standing, self._gateway)
            self._reach_endpoints(standing)
        self._step()
        if self.standing:
            self._look_soon()


def _runs(gateway: Gateway, multipoint: Multipoint) -> bool:
    tunnel = gateway.tunnel(multipoint.interface)
    return multipoint.enabled and tunnel is not None and tunnel.enabled


def _own_nbma(multipoint: Multipoint, devices: Mapping[str, str], facts: Facts) -> IPAddress | None:
    """Our address below the tunnel; None: the host does not have it now."""
    source = multipoint.source_address
    if isinstance(source, IPv4Address | IPv6Address):
        return source if facts.has_address(source) else None
    link = facts.links.get(devices.get(source or "", ""))
    return (link.address(4) or link.address(6)) if link else None


def _anywhere(nbma: IPAddress) -> Path:
    """From our address below the tunnel to any other."""
    return Path(SocketAddress(nbma, 0), SocketAddress(_UNSPECIFIED[nbma.version], 0))


def _settings(standing: Standing, gateway: Gateway) -> Iterable[tuple[int, Settings]]:
    interface = gateway.interface(standing.name)
    for nhrp in standing.multipoint.nhrp:
        addresses = [a.ip for a in interface.addresses if a.version == nhrp.version] if interface else []
        if addresses:
            servers = tuple(_found(server, standing.turned_to) for server in nhrp.servers)
            yield nhrp.version, settings_of(replace(nhrp, servers=servers), addresses[0], standing.nbma)


def _found(server: NextHopServer, turned_to: Mapping[Hostname, IPAddress]) -> NextHopServer:
    """The server with the address that its name has, if it is known by name and the address is known."""
    if isinstance(server.nbma, Hostname):
        return replace(server, nbma=turned_to.get(server.nbma, server.nbma))
    return server
