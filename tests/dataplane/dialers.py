"""Those who dial in to an L2TP server at the left host, as scapy speaks: ESP in UDP, from behind one NAT.

Their packets come from the right host's address and a port of each; what is inside is the same for all.
"""

import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from ipaddress import ip_address, ip_network
from pathlib import Path as FilePath

from scapy.layers.inet import IP, UDP
from scapy.layers.ipsec import ESP, SecurityAssociation
from scapy.layers.l2tp import L2TP
from scapy.layers.ppp import HDLC, PPP
from scapy.packet import Packet, Raw

from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.child_sa import ChildSa
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.l2tp import PORT, L2tpSession
from kakehashi.model.selector import TrafficSelector
from tests.dataplane.world import PATIENCE, Pair, child_pair

RELAY = str(FilePath(__file__).with_name("relay.py"))
SERVER, CLIENT = "192.0.2.1", "192.0.2.2"
L2TP_ONLY = (TrafficSelector(ip_address("0.0.0.0"), ip_address("255.255.255.255"), 17, PORT, PORT),)


@dataclass
class Dialer:
    """Number `number` behind the NAT; its session has the IDs 100 + number and 200 + number with us, and with
    itself 7 and 8, as all others' have. Its address in the tunnel is 10.9.0.(10 + number).
    """

    pair: Pair
    number: int
    process: subprocess.Popen[bytes]
    port: int = 0
    generation: int = -1
    ns: int = 0

    @property
    def peer(self) -> str:
        return f"client {self.number}"

    @property
    def address(self) -> str:
        return f"10.9.0.{10 + self.number}"

    def session(self, **changes: object) -> L2tpSession:
        """As the server has it."""
        whole = L2tpSession(
            tunnel_id=100 + self.number, session_id=200 + self.number, peer_tunnel_id=7, peer_session_id=8,
            peer=self.peer, networks=(ip_network(self.address), ip_network(f"fd09:{self.number}::/64")),
        )  # fmt: skip
        return replace(whole, **changes)  # type: ignore[arg-type]

    def install_session(self, **changes: object) -> None:
        self.pair.left.call("install_session", "lns", self.session(**changes))

    def install(self, peer: str | None = None) -> ChildSa:
        """The next Child SA with this client; the one before stays. Gives it as the server has it. `peer`: if not
        the client's name.
        """
        self.generation += 1
        spi = 0x1000 * (1 + self.number) + self.generation
        left, _ = child_pair(
            self.pair, encapsulation=True, tunnel="lns", spis=(spi, spi + 0x800),
            mode=EncapsulationMode.TRANSPORT, local_selectors=L2TP_ONLY, remote_selectors=L2TP_ONLY,
            peer=self.peer if peer is None else peer,
        )  # fmt: skip
        ends = Path(left.path.local, SocketAddress(left.path.remote.ip, self.port))
        left = replace(left, path=ends)
        self.pair.left.call("install", left, True)
        self.there, self.back = _association(left, inbound=True), _association(left, inbound=False)
        return left

    def send_udp(self, datagram: bytes, protocol: int = 17) -> None:
        """Send what ESP protects."""
        self.send_sealed(self.seal(datagram, protocol))

    def seal(self, datagram: bytes, protocol: int = 17) -> bytes:
        whole = self.there.encrypt(IP(src=CLIENT, dst=SERVER, proto=protocol) / Raw(datagram))
        return bytes(whole[ESP])

    def send_sealed(self, octets: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(octets.hex().encode() + b"\n")
        self.process.stdin.flush()

    def send(self, message: Packet | bytes, port: int = PORT) -> None:
        """Send an L2TP message, from `port`."""
        udp = IP(src=CLIENT, dst=SERVER) / UDP(sport=port, dport=PORT) / Raw(bytes(message))
        self.send_udp(bytes(udp)[20:])

    def send_frame(self, frame: Packet | bytes, flags: str = "", **fields: int) -> None:
        """Send a PPP frame in the session."""
        ids = {"tunnel_id": 100 + self.number, "session_id": 200 + self.number}
        self.send(L2TP(hdr=flags, **{**ids, **fields}) / frame)

    def send_packet(self, packet: Packet) -> None:
        """Send an IP packet in the session."""
        self.send_frame(HDLC() / PPP(proto=0x21 if packet.version == 4 else 0x57) / packet)

    def receive_sealed(self) -> bytes:
        assert self.process.stdout
        assert select.select([self.process.stdout], [], [], PATIENCE)[0], "nothing comes"
        return bytes.fromhex(self.process.stdout.readline().decode())

    def receive(self) -> Packet:
        """The next UDP datagram that comes, as IP has it."""
        outer = IP(src=SERVER, dst=CLIENT) / UDP(sport=4500, dport=4500) / Raw(self.receive_sealed())
        opened = self.back.decrypt(IP(bytes(outer)))
        return IP(src=SERVER, dst=CLIENT) / UDP(bytes(opened)[20:])

    def until(self, layer: type[Packet]) -> Packet:
        """The next datagram that has `layer` in it."""
        while layer not in (found := self.receive()):
            pass
        return found


def _association(left: ChildSa, *, inbound: bool) -> SecurityAssociation:
    keys = left.keys_in if inbound else left.keys_out
    return SecurityAssociation(
        ESP, spi=left.spi_in if inbound else left.spi_out, crypt_algo="AES-GCM",
        crypt_key=keys.encryption.octets, crypt_icv_size=16, nat_t_header=None if inbound else UDP(sport=4500, dport=4500),
    )  # fmt: skip


@contextmanager
def dialers(pair: Pair, count: int) -> Iterator[list[Dialer]]:
    """An L2TP server `lns` at the left host, and clients that have an SA each, but no session."""
    pair.left.call("add_l2tp_server", "lns", "lns0", 1400)
    pair.left.run("ip", "link", "set", "lns0", "up")
    pair.left.add_address("10.9.0.1/24", "lns0")
    with ExitStack() as stack:
        found = []
        for number in range(count):
            port = 30_000 + number
            words = [sys.executable, RELAY, CLIENT, str(port), SERVER, "4500"]
            process = subprocess.Popen(
                ["ip", "netns", "exec", pair.right.namespace, *words],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
            )  # fmt: skip
            stack.callback(_end, process)
            assert process.stdout
            assert process.stdout.readline() == b"ready\n"
            one = Dialer(pair, number, process, port)
            one.install()
            found.append(one)
        yield found


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()
