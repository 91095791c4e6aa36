"""Which of the configured peers the one at an address may be."""

from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network

from kakehashi.model.address import ANY, Hostname, IPAddress, Path
from kakehashi.model.gateway import Gateway
from kakehashi.model.ikev1 import Ikev1Peer, Ikev1Tunnel

Tier = tuple[Ikev1Peer, ...]


class Candidates:
    """The IKEv1 peers of a gateway by their addresses, each kind in the configured order.

    `resolved(tunnel)`: what the host name of the tunnel's peer resolves to; a peer is resolved through the
    tunnels that name it. `reachable(tunnel, address)`: may the tunnel be reached at this address of ours?
    """

    def __init__(
        self,
        gateway: Gateway,
        resolved: Callable[[Ikev1Tunnel], frozenset[IPAddress]],
        reachable: Callable[[Ikev1Tunnel, IPAddress], bool],
    ) -> None:
        self._resolved, self._reachable = resolved, reachable
        self._fixed: dict[IPAddress, list[Ikev1Peer]] = {}
        self._named: list[Ikev1Peer] = []
        self._networks: list[Ikev1Peer] = []
        self._any: list[Ikev1Peer] = []
        self._tunnels: dict[str, list[Ikev1Tunnel]] = {}
        for peer in gateway.ikev1_peers:
            match peer.address:
                case Hostname():
                    self._named.append(peer)
                case IPv4Network() | IPv6Network():
                    self._networks.append(peer)
                case _ if peer.address is ANY:
                    self._any.append(peer)
                case address:
                    self._fixed.setdefault(address, []).append(peer)
        self._networks.sort(key=_narrowest_first)
        for tunnel in gateway.tunnels:
            if isinstance(tunnel, Ikev1Tunnel) and tunnel.enabled:
                for name in tunnel.peers:
                    self._tunnels.setdefault(name, []).append(tunnel)

    def tunnels_of(self, peer: Ikev1Peer) -> tuple[Ikev1Tunnel, ...]:
        """The enabled tunnels that name the peer, in the configured order."""
        return tuple(self._tunnels.get(peer.name, ()))

    def tiers(self, path: Path) -> list[Tier]:
        """Who may be at the end of `path`: by address or name, by network, any; nearest match first."""
        remote = path.remote.ip
        fixed = [*self._fixed.get(remote, ()), *(p for p in self._named if remote in self.addresses(p))]
        tiers = [fixed, *([p] for p in self._networks if _contains(p, remote)), self._any]
        return [tier for tier in (self._at(t, path.local.ip) for t in tiers) if tier]

    def addresses(self, peer: Ikev1Peer) -> frozenset[IPAddress]:
        """What the host name of a peer resolves to."""
        return frozenset().union(*(self._resolved(tunnel) for tunnel in self.tunnels_of(peer)))

    def _at(self, peers: list[Ikev1Peer], local: IPAddress) -> Tier:
        """Without those that may only be met at other addresses of ours."""
        return tuple(p for p in peers if self._is_met_at(p, local))

    def _is_met_at(self, peer: Ikev1Peer, local: IPAddress) -> bool:
        tunnels = self._tunnels.get(peer.name)
        return not tunnels or any(self._reachable(tunnel, local) for tunnel in tunnels)


def _narrowest_first(peer: Ikev1Peer) -> int:
    return -peer.address.prefixlen if isinstance(peer.address, IPv4Network | IPv6Network) else 0


def _contains(peer: Ikev1Peer, remote: IPAddress) -> bool:
    network = peer.address
    return (
        isinstance(network, IPv4Network | IPv6Network)
        and remote.version == network.version
        and remote in network
    )
