"""Which tunnels a peer may belong to, found without looking at all of them."""

from kakehashi.model.address import ANY, Hostname, IPAddress
from kakehashi.model.certificate import CertificateUse
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import AuthenticationMethod
from kakehashi.model.tunnel import Ikev2Tunnel


class Directory:
    """The enabled IKEv2 tunnels of a gateway by their peers' addresses, in the configured order."""

    def __init__(self, gateway: Gateway) -> None:
        self.fixed: dict[IPAddress, list[Ikev2Tunnel]] = {}
        self.named: list[Ikev2Tunnel] = []
        self.any_address: list[Ikev2Tunnel] = []
        self.any_address_by_peer: dict[tuple[int, bytes], list[Ikev2Tunnel]] = {}
        self.anybody: list[Ikev2Tunnel] = []  # of any address and by any name
        unknown: dict[CertificateUse, None] = {}
        for tunnel in gateway.tunnels:
            if not isinstance(tunnel, Ikev2Tunnel) or not tunnel.enabled:
                continue
            if tunnel.parties:
                for party in tunnel.parties:
                    towards = tunnel.towards(party.address) or tunnel
                    self.fixed.setdefault(party.address, []).append(towards)
            elif isinstance(tunnel.peer_address, Hostname):
                self.named.append(tunnel)
            elif tunnel.peer_address is ANY:
                self.any_address.append(tunnel)
                identity = tunnel.peer.identity
                if tunnel.peer.anybody:
                    self.anybody.append(tunnel)
                else:
                    self.any_address_by_peer.setdefault((identity.type, identity.data), []).append(tunnel)
                if tunnel.peer.method is AuthenticationMethod.SIGNATURE:
                    unknown[tunnel.peer.certificates] = None
            else:
                self.fixed.setdefault(tunnel.peer_address, []).append(tunnel)
        self.certificates_of_any = tuple(unknown)
