"""A laptop that dials in by L2TP in the clear, over a UDP socket in a namespace of the test's. It has no kernel of its
own for that: its packets are made and read here, and it answers pings.
"""

import select
import socket
import struct
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv6Address, IPv6Network, ip_address

from pyroute2 import netns
from scapy.layers.inet import ICMP, IP
from scapy.layers.inet6 import ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6ND_RA, ICMPv6NDOptPrefixInfo, IPv6
from scapy.packet import Packet, Raw

from tests.l2tp.client import Lac
from tests.ppp.client import Client, Half

PORT = 1701
PATIENCE = 60.0


def socket_in(namespace: str, address: str = "0.0.0.0", port: int = 0) -> socket.socket:
    """A UDP socket belongs to the namespace that it was made in, whoever uses it."""

    def make() -> socket.socket:
        netns.setns(namespace)
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind((address, port))
        return made

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(make).result(10)


class Laptop:
    """`ipv6`: it speaks IPV6CP as well."""

    IDENTIFIER = bytes.fromhex("0211223344556677")

    def __init__(
        self,
        namespace: str,
        server: str,
        user: str = "ada",
        password: str = "Enigma-7",
        *,
        method: str = "mschapv2",
        ipv6: bool = False,
        number: int = 0,
    ) -> None:
        self.server = server
        self.socket = socket_in(namespace)
        self.ppp = Client(user, password, method)
        self.ppp.ipv6cp = Half({1: self.IDENTIFIER}) if ipv6 else None
        self.lac = Lac(self.ppp, tunnel=70 + number, session=5 + number)
        self.strays: list[bytes] = []  # what came for no tunnel of its own
        self._ticked = time.monotonic()
        self._replies: list[Packet] = []
        self._advertisements: list[Packet] = []

    def dial(self) -> "Laptop":
        self.lac.begin()
        self._speak()
        return self

    def close(self) -> None:
        self.socket.close()

    @property
    def address(self) -> str:
        return str(ip_address(self.ppp.address)) if self.ppp.address else ""

    @property
    def link_local(self) -> str:
        return str(IPv6Address(b"\xfe\x80" + bytes(6) + self.IDENTIFIER))

    @property
    def router(self) -> str:
        """The other end's link-local address."""
        half = self.ppp.ipv6cp
        return str(IPv6Address(b"\xfe\x80" + bytes(6) + half.peer[1])) if half and half.is_open else ""

    @property
    def prefix(self) -> IPv6Network | None:
        """As the last Router Advertisement has it."""
        for packet in reversed(self._advertisements):
            option = packet.getlayer(ICMPv6NDOptPrefixInfo)
            if option is not None:
                return IPv6Network((option.prefix, option.prefixlen))
        return None

    @property
    def address_6(self) -> str:
        """What it makes of the prefix."""
        return str(self.prefix[int.from_bytes(self.IDENTIFIER, "big")]) if self.prefix else ""

    @property
    def advertisements(self) -> list[Packet]:
        return self._advertisements

    def until(self, condition: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, (
                f"{what}: not within {seconds} s; {self.lac.results} {self.ppp.messages}"
            )
            self.pump(0.1)

    def come_in(self, seconds: float = PATIENCE) -> "Laptop":
        self.dial()
        self.until(lambda: self.address, "an address", seconds)
        return self

    def pump(self, seconds: float) -> None:
        """Take what comes, for so long."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if select.select([self.socket], [], [], left)[0]:
                self._take(self.socket.recv(65535))
            if time.monotonic() - self._ticked >= 1:
                self._ticked = time.monotonic()
                self.lac.tick()
            self._speak()

    def send(self, packet: Packet) -> None:
        """An IP packet into the session."""
        first = b"\x21" if packet.version == 4 else b"\x57"
        self.ppp.out.append(first + bytes(packet))
        self.lac.frames()
        self._speak()

    def ping(self, target: str, seconds: float = 20, size: int = 56) -> bool:
        """Does an echo come back?"""
        self._replies.clear()
        body = Raw(bytes(size))
        if ":" in target:
            source = self.link_local if target.startswith("fe80") else self.address_6
            question = IPv6(src=source, dst=target) / ICMPv6EchoRequest(id=7, seq=1) / body
        else:
            question = IP(src=self.address, dst=target) / ICMP(id=7, seq=1) / body
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.send(question)
            self.pump(0.3)
            if any(reply.src == target for reply in self._replies):
                return True
        return False

    def _take(self, datagram: bytes) -> None:
        flags, tunnel = struct.unpack("!H", datagram[:2])[0], self._tunnel_of(datagram)
        if tunnel != self.lac.tunnel:
            assert flags & 0x8000
            self.strays.append(datagram)
            return
        self.lac.receive(datagram)
        packets, self.ppp.packets = self.ppp.packets, []
        for packet in packets:
            self._understand(IP(packet) if packet[0] >> 4 == 4 else IPv6(packet))

    @staticmethod
    def _tunnel_of(datagram: bytes) -> int:
        at = 4 if datagram[0] & 0x40 else 2
        return int.from_bytes(datagram[at : at + 2], "big")

    def _understand(self, packet: Packet) -> None:
        if packet.haslayer(ICMPv6ND_RA):
            self._advertisements.append(packet)
        elif packet.haslayer(ICMPv6EchoReply) or (packet.haslayer(ICMP) and packet[ICMP].type == 0):
            self._replies.append(packet)
        elif packet.haslayer(ICMPv6EchoRequest):
            asked = packet[ICMPv6EchoRequest]
            answer = ICMPv6EchoReply(id=asked.id, seq=asked.seq, data=asked.data)
            self.send(IPv6(src=packet.dst, dst=packet.src) / answer)
        elif packet.haslayer(ICMP) and packet[ICMP].type == 8:
            asked = packet[ICMP]
            answer = ICMP(type=0, id=asked.id, seq=asked.seq) / asked.payload
            self.send(IP(src=packet.dst, dst=packet.src) / answer)

    def _speak(self) -> None:
        out, self.lac.out = list(self.lac.out), []
        for datagram in out:
            self.socket.sendto(datagram, (self.server, PORT))
