"""One router as `check` looks at it: its model with what is looked up often, and where its packets go."""

from dataclasses import dataclass, field
from functools import cached_property

from kakehashi.model.access_list import AccessList
from kakehashi.model.address import IPAddress, IPInterface
from kakehashi.model.gateway import Gateway, Interface, InterfaceKind, Route
from kakehashi.model.ikev1 import Ikev1Peer, Ikev1Tunnel
from kakehashi.model.prefixes import PrefixTable
from kakehashi.model.tunnel import Tunnel


@dataclass(frozen=True)
class Device:
    """A gateway under the name of its file. Names are looked up in constant time."""

    name: str
    gateway: Gateway = field(repr=False)

    @cached_property
    def interfaces(self) -> dict[str, Interface]:
        """By name."""
        return {i.name: i for i in reversed(self.gateway.interfaces)}

    @cached_property
    def tunnels(self) -> dict[str, Tunnel]:
        """By the name of the interface."""
        return {t.interface: t for t in reversed(self.gateway.tunnels)}

    @cached_property
    def peers(self) -> dict[str, Ikev1Peer]:
        """Those of IKEv1, by name."""
        return {p.name: p for p in reversed(self.gateway.ikev1_peers)}

    @cached_property
    def access_lists(self) -> dict[str, AccessList]:
        """By name."""
        return {a.name: a for a in reversed(self.gateway.access_lists)}

    @cached_property
    def physical(self) -> tuple[Interface, ...]:
        """The interfaces that are neither a tunnel's nor loopbacks."""
        return tuple(i for i in self.gateway.interfaces if i.kind is InterfaceKind.PHYSICAL)

    @cached_property
    def peers_of_unknown_address(self) -> tuple[Ikev1Peer, ...]:
        """Those of IKEv1 that can only come to us."""
        return tuple(peer for peer in self.gateway.ikev1_peers if not peer.is_fixed)

    def peers_of(self, tunnel: Tunnel) -> tuple[Ikev1Peer, ...]:
        """The IKEv1 peers whose phase 1 may carry the tunnel; where it names none, all of unknown address."""
        if not isinstance(tunnel, Ikev1Tunnel):
            return ()
        if tunnel.peers:
            return tuple(self.peers[name] for name in tunnel.peers if name in self.peers)
        return self.peers_of_unknown_address

    def holder(self, address: IPAddress) -> Interface | None:
        """The interface that has `address`."""
        return self._holders.get(address)

    def is_on_link(self, address: IPAddress) -> bool:
        """Is `address` in a network of one of our interfaces?"""
        return any(own.version == address.version and address in own.network for _, own in self._connected)

    def addresses_of(self, name: str, version: int) -> tuple[IPAddress, ...]:
        """The addresses of an interface, its own or borrowed ones."""
        interface = self.interfaces.get(name)
        if interface is None:
            return ()
        own = tuple(a.ip for a in interface.addresses if a.version == version)
        lender = interface.unnumbered if version == 4 else interface.unnumbered_ipv6
        if own or not lender or lender == name or lender not in self.interfaces:
            return own
        return tuple(a.ip for a in self.interfaces[lender].addresses if a.version == version)

    def own_address(self, tunnel: Tunnel, version: int) -> IPAddress | None:
        """The address that the configuration itself gives our end of a tunnel; None: the routes decide."""
        source = tunnel.source_address
        if isinstance(source, str):
            return next(iter(self.addresses_of(source, version)), None)
        if source is not None:
            return source if source.version == version else None
        if tunnel.outgoing is not None:
            return next(iter(self.addresses_of(tunnel.outgoing.interface, version)), None)
        return None

    def way_to(self, address: IPAddress) -> Interface | None:
        """The interface by which packets for `address` leave, by networks on link and static routes.

        None where no line says so.
        """
        return self._way(address, 2)

    def ways_to(self, address: IPAddress) -> frozenset[str]:
        """The interfaces by which packets for `address` may leave, now or when better ways are gone."""
        routes = [route for found in self._routes.matching(address) for route in found]
        hops = [address, *(r.next_hop for r in routes if r.interface is None and r.next_hop is not None)]
        linked = {name for hop in hops for names in self._networks.matching(hop) for name in names}
        return frozenset(linked | {r.interface for r in routes if r.interface is not None})

    def switched_off_way_to(self, address: IPAddress) -> Interface | None:
        """The interface that is shut down, and by which packets for `address` would leave else."""
        route = self.route_to(address)
        if route is not None and route.interface is not None:
            return self.interfaces.get(route.interface)
        wanted = address if route is None or route.next_hop is None else route.next_hop
        return next(
            (
                i
                for i in self.gateway.interfaces
                if any(own.version == wanted.version and wanted in own.network for own in i.addresses)
            ),
            None,
        )

    @cached_property
    def tells_all_addresses(self) -> bool:
        """Does every interface towards the world say its address? A part of a configuration does not."""
        on = [i for i in self.physical if i.enabled]
        return any(i.addresses for i in self.physical) and not any(
            i.dhcp or not (i.addresses or i.unnumbered or i.ipv6_enabled) for i in on
        )

    def _way(self, address: IPAddress, depth: int) -> Interface | None:
        on_link = [
            (own.network.prefixlen, interface)
            for interface, own in self._connected
            if own.version == address.version and address in own.network
        ]
        if on_link:
            return max(on_link, key=lambda found: found[0])[1]
        route = self.route_to(address)
        if route is None:
            return next((i for i in self.gateway.interfaces if i.dhcp_default_route), None)
        if route.interface is not None:
            return self.interfaces.get(route.interface)
        if route.next_hop is not None and depth:
            return self._way(route.next_hop, depth - 1)
        return None

    def route_to(self, address: IPAddress) -> Route | None:
        """The static route that is best for `address`."""
        best = next(self._routes.matching(address), None)
        return min(best, key=lambda route: route.metric) if best else None

    def wan(self, tunnel: Tunnel, peer: IPAddress | None) -> Interface | None:
        """The interface that carries the tunnel's protected packets; None where no line says so."""
        if tunnel.outgoing is not None:
            return self.interfaces.get(tunnel.outgoing.interface)
        source = tunnel.source_address
        if isinstance(source, str) and self._carries(source):
            return self.interfaces[source]
        if peer is not None and (found := self.way_to(peer)) is not None and self._carries(found.name):
            return found
        if source is not None and not isinstance(source, str):
            return next(
                (i for i, own in self._connected if own.ip == source and i.kind is InterfaceKind.PHYSICAL),
                None,
            )
        return None

    def _carries(self, name: str) -> bool:
        found = self.interfaces.get(name)
        return found is not None and found.kind is InterfaceKind.PHYSICAL

    @cached_property
    def _connected(self) -> tuple[tuple[Interface, IPInterface], ...]:
        return tuple(
            (interface, own)
            for interface in self.gateway.interfaces
            if interface.enabled
            for own in interface.addresses
        )

    @cached_property
    def _holders(self) -> dict[IPAddress, Interface]:
        return {own.ip: interface for interface, own in reversed(self._connected)}

    @cached_property
    def _networks(self) -> PrefixTable[str]:
        """The names of interfaces, those that are shut down among them, by the networks that they are in."""
        table: PrefixTable[str] = PrefixTable()
        for interface in self.gateway.interfaces:
            for own in interface.addresses:
                table.add(own.network, interface.name)
        return table

    @cached_property
    def _routes(self) -> PrefixTable[Route]:
        table: PrefixTable[Route] = PrefixTable()
        for route in self.gateway.routes:
            table.add(route.destination, route)
        return table
