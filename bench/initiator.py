"""Makes IKE SAs with a responder, one after another, each with a Child SA; the same for every responder.

Each says INITIAL_CONTACT, like a peer that has started anew: the responder lets the one before it go.

python -m bench.initiator COUNT LOCAL REMOTE      run inside the namespace that has the address LOCAL
"""

import os
import socket
import sys
import time
from ipaddress import ip_address

from kakehashi.ike.effects import InstallChildSa, Send
from kakehashi.ike.endpoint import Endpoint
from kakehashi.model.address import IKE_PORT, NAT_T_PORT, Path, SocketAddress
from kakehashi.model.algorithms import ChildAlgorithms, Cipher, IkeAlgorithms
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import Authentication, AuthenticationMethod, Identity
from kakehashi.model.policy import IkePolicy, IpsecPolicy, Rekey
from kakehashi.model.secret import Secret
from kakehashi.model.selector import TrafficSelector
from kakehashi.model.tunnel import Tunnel
from kakehashi.wire.registry.ikev2 import EncryptionId, IdType, IntegrityId, KeyExchangeId, PrfId

AES_128 = Cipher(EncryptionId.ENCR_AES_CBC, 128)
IKE = IkeAlgorithms(
    (AES_128,), (IntegrityId.AUTH_HMAC_SHA2_256_128,), (PrfId.PRF_HMAC_SHA2_256,), (KeyExchangeId.CURVE25519,)
)
CHILD = ChildAlgorithms((AES_128,), (IntegrityId.AUTH_HMAC_SHA2_256_128,))
KEY = "one-secret-for-both"


def gateway(remote: str) -> Gateway:
    policy = IkePolicy(algorithms=IKE, rekey=Rekey(86400, 30))
    tunnel = Tunnel(
        interface="Tunnel0.0",
        enabled=True,
        peer_address=ip_address(remote),
        local=_key("ours"),
        peer=_key("peer"),
        ike=policy,
        ipsec=IpsecPolicy(
            algorithms=CHILD,
            rekey=Rekey(28800, 60),
            local_selectors=(TrafficSelector.of("192.168.10.0/24"),),
            remote_selectors=(TrafficSelector.of("192.168.20.0/24"),),
        ),
    )
    return Gateway(dialect="nec-ix", unknown_peer_policy=policy, tunnels=(tunnel,))


def _key(name: str) -> Authentication:
    return Authentication(AuthenticationMethod.PSK, Identity.of(IdType.ID_KEY_ID, name), Secret(KEY.encode()))


class Initiator:
    """Two sockets, ports 500 and 4500, and one fresh endpoint a handshake."""

    def __init__(self, local: str, remote: str) -> None:
        self.local, self.remote = local, remote
        self.sockets = {}
        for port in (IKE_PORT, NAT_T_PORT):
            self.sockets[port] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.sockets[port].bind((local, port))
            self.sockets[port].settimeout(5)
        self.gateway = gateway(remote)

    def handshake(self) -> None:
        """One IKE_SA_INIT and IKE_AUTH. AssertionError if no Child SA comes of it, TimeoutError."""
        endpoint = Endpoint(self.gateway, os.urandom)
        path = Path(
            SocketAddress(ip_address(self.local), IKE_PORT), SocketAddress(ip_address(self.remote), IKE_PORT)
        )
        endpoint.initiate("Tunnel0.0", path, time.monotonic())
        for _ in range(4):
            port = 0
            for effect in endpoint.effects():
                match effect:
                    case InstallChildSa():
                        return
                    case Send(datagram, way):
                        port = way.local.port
                        marker = bytes(4) if port == NAT_T_PORT else b""
                        self.sockets[port].sendto(marker + datagram, (self.remote, way.remote.port))
            assert port, "the initiator has nothing more to say"
            self._receive(endpoint, port)
        raise AssertionError("no Child SA after four messages")

    def _receive(self, endpoint: Endpoint, port: int) -> None:
        data, (address, remote_port) = self.sockets[port].recvfrom(65535)
        endpoint.receive(
            data[4:] if port == NAT_T_PORT else data,
            Path(
                SocketAddress(ip_address(self.local), port), SocketAddress(ip_address(address), remote_port)
            ),
            time.monotonic(),
        )


def main() -> None:
    count, local, remote = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    initiator = Initiator(local, remote)
    for _ in range(count):
        initiator.handshake()


if __name__ == "__main__":
    main()
