"""Keyrings of IKEv2: which key is for whom."""

from dataclasses import dataclass

from kakehashi.model.address import Hostname, IPAddress, IPNetwork, PeerAddress
from kakehashi.model.identity import Identity
from kakehashi.model.secret import Secret


@dataclass(frozen=True, slots=True)
class KeyringPeer:
    """One `peer` of a keyring: who it is, and the keys that we and it sign with."""

    name: str
    addresses: tuple[IPNetwork, ...]
    hostname: Hostname | None
    identity: Identity | None
    local: Secret | None
    remote: Secret | None
    line: int

    def fits(self, peer: PeerAddress, identity: Identity | None) -> int:
        """How narrowly it is about such a peer; -1: not at all."""
        if identity is not None and self.identity == identity:
            return 1000
        if self.hostname is not None and peer == self.hostname:
            return 999
        if isinstance(peer, IPAddress):
            return max((n.prefixlen for n in self.addresses if peer in n), default=-1)
        return 0 if any(n.prefixlen == 0 for n in self.addresses) else -1


class Keyring:
    """The peers of a keyring; those of one address are found at once."""

    def __init__(self, peers: tuple[KeyringPeer, ...]) -> None:
        self._of_one: dict[IPAddress, list[KeyringPeer]] = {}
        self._others: list[KeyringPeer] = []
        for peer in peers:
            hosts = [n.network_address for n in peer.addresses if n.num_addresses == 1]
            for host in hosts:
                self._of_one.setdefault(host, []).append(peer)
            if len(hosts) < len(peer.addresses) or peer.hostname or peer.identity or not peer.addresses:
                self._others.append(peer)

    @property
    def hosts(self) -> tuple[IPAddress, ...]:
        """The addresses that entries are for, each alone."""
        return tuple(self._of_one)

    def find(self, peer: PeerAddress, identity: Identity | None) -> KeyringPeer | None:
        """The entry that is most narrowly about a peer."""
        asked = [*(self._of_one.get(peer, ()) if isinstance(peer, IPAddress) else ()), *self._others]
        fitting = [entry for entry in asked if entry.fits(peer, identity) >= 0]
        return max(fitting, key=lambda e: e.fits(peer, identity), default=None)
