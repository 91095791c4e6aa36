"""Many sites of one centre, all of which lost their tunnels and come back at once, again and again.

    python -m bench.initiator COUNT LOCAL REMOTE GROUP      run inside the namespace that has the address LOCAL

Sites say INITIAL_CONTACT: the responder lets the SA of the round before go. SITES of them are under way at once, few
enough that nobody demands cookies.
"""

import os
import selectors
import socket
import sys
import time
from collections.abc import Container
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
from kakehashi.model.tunnel import Ikev2Tunnel
from kakehashi.wire.registry.ikev2 import EncryptionId, IdType, IntegrityId, KeyExchangeId, PrfId

AES_128 = Cipher(EncryptionId.ENCR_AES_CBC, 128)
CHILD = ChildAlgorithms((AES_128,), (IntegrityId.AUTH_HMAC_SHA2_256_128,))
KEY = "one-secret-for-both"


SITES = 20
SOURCES = (
    10  # addresses that the sites share: more than two half-open SAs of one address would look like a flood
)


def site(number: int) -> str:
    """The identity of a site."""
    return f"site{number}"


def ike(group: KeyExchangeId) -> IkeAlgorithms:
    """What is offered for the IKE SA, and nothing else."""
    integrity, prf = IntegrityId.AUTH_HMAC_SHA2_256_128, PrfId.PRF_HMAC_SHA2_256
    return IkeAlgorithms((AES_128,), (integrity,), (prf,), (group,))


def gateway(remote: str, number: int, group: KeyExchangeId) -> Gateway:
    policy = IkePolicy(algorithms=ike(group), rekey=Rekey(86400, 30))
    lan = f"192.168.{100 + number}.0/24"
    tunnel = Ikev2Tunnel(
        interface="Tunnel0.0",
        enabled=True,
        peer_address=ip_address(remote),
        local=_key(site(number)),
        peer=_key("peer"),
        ike=policy,
        ipsec=IpsecPolicy(
            algorithms=CHILD,
            rekey=Rekey(28800, 60),
            local_selectors=(TrafficSelector.of(lan),),
            remote_selectors=(TrafficSelector.of("192.168.20.0/24"),),
        ),
    )
    return Gateway(dialect="nec-ix", unknown_peer_policy=policy, tunnels=(tunnel,))


def _key(name: str) -> Authentication:
    return Authentication(AuthenticationMethod.PSK, Identity.of(IdType.ID_KEY_ID, name), Secret(KEY.encode()))


class Site:
    """One site: its sockets, ports 500 and 4500 of its address, may be shared with other sites."""

    def __init__(
        self, number: int, sockets: dict[int, socket.socket], local: str, remote: str, group: KeyExchangeId
    ) -> None:
        self.sockets, self.gateway = sockets, gateway(remote, number, group)
        self.path = Path(
            SocketAddress(ip_address(local), IKE_PORT), SocketAddress(ip_address(remote), IKE_PORT)
        )
        self.endpoint = Endpoint(self.gateway, os.urandom)
        self.is_up = False

    def begin(self) -> None:
        self.endpoint = Endpoint(self.gateway, os.urandom)
        self.is_up = False
        self.endpoint.initiate("Tunnel0.0", self.path, time.monotonic())

    def receive(self, datagram: bytes, path: Path) -> None:
        self.endpoint.receive(datagram, path, time.monotonic())

    def send(self) -> int:
        """Send what the endpoint wants sent; how many messages."""
        sent = 0
        for effect in self.endpoint.effects():
            match effect:
                case InstallChildSa():
                    self.is_up = True
                case Send(datagram, way):
                    port = way.local.port
                    marker = bytes(4) if port == NAT_T_PORT else b""
                    self.sockets[port].sendto(marker + datagram, (str(way.remote.ip), way.remote.port))
                    sent += 1
        return sent


class Sites:
    """All of them, and who a message is for: the initiator's SPI says it."""

    def __init__(self, local: str, remote: str, group: KeyExchangeId) -> None:
        network = local.rsplit(".", 1)[0]
        self.sockets: dict[tuple[str, int], socket.socket] = {}
        self.selector = selectors.DefaultSelector()
        self.sites = []
        for number in range(SITES):
            address = f"{network}.{100 + number % SOURCES}"
            own = {port: self._socket(address, port) for port in (IKE_PORT, NAT_T_PORT)}
            self.sites.append(Site(number, own, address, remote, group))

    def _socket(self, address: str, port: int) -> socket.socket:
        if (address, port) not in self.sockets:
            udp = self.sockets[address, port] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            udp.bind((address, port))
            self.selector.register(udp, selectors.EVENT_READ, SocketAddress(ip_address(address), port))
        return self.sockets[address, port]

    def come_back(self) -> None:
        """One handshake of each site. AssertionError where one does not come up, TimeoutError."""
        for one in self.sites:
            one.begin()
        by_spi = {one.endpoint.ike_sas(0)[0].spi_i: one for one in self.sites}
        for _ in range(2):
            asked = sum(one.send() for one in self.sites)
            # All answers first, then the work on them: else both ends would work at once on what may be one core.
            for spi, data, path in self._answers(asked, by_spi):
                by_spi[spi].receive(data, path)
        for one in self.sites:
            one.send()
        assert all(one.is_up for one in self.sites), "a site has no Child SA"

    def _answers(self, count: int, spis: Container[bytes]) -> list[tuple[bytes, bytes, Path]]:
        answers: list[tuple[bytes, bytes, Path]] = []
        while len(answers) < count:
            ready = self.selector.select(5)
            if not ready:
                raise TimeoutError(f"{count - len(answers)} sites are not answered")
            for key, _ in ready:
                data, (address, port) = key.fileobj.recvfrom(65535)  # type: ignore[union-attr]
                data = data[4:] if key.data.port == NAT_T_PORT else data
                if data[:8] in spis and data[19] & 0x20:  # an answer, not a Delete of an older SA
                    answers.append((data[:8], data, Path(key.data, SocketAddress(ip_address(address), port))))
        return answers


def main() -> None:
    count, local, remote = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    sites = Sites(local, remote, KeyExchangeId[sys.argv[4]])
    for _ in range(count // SITES):
        sites.come_back()


if __name__ == "__main__":
    main()
