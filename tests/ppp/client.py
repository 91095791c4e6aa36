"""A PPP client for tests that shares nothing with what is tested: it reads and writes octets by itself."""

import hashlib
import struct
from dataclasses import dataclass, field

LCP, PAP, CHAP, IPCP, IPV6CP, CCP = 0xC021, 0xC023, 0xC223, 0x8021, 0x8057, 0x80FD
REQUEST, ACK, NAK, REJECT, TERMINATE, TERMINATED = 1, 2, 3, 4, 5, 6


def options_of(data: bytes) -> list[tuple[int, bytes]]:
    found = []
    while data:
        found.append((data[0], data[2 : data[1]]))
        data = data[data[1] :]
    return found


def options(*pairs: tuple[int, bytes]) -> bytes:
    return b"".join(bytes([kind, 2 + len(value)]) + value for kind, value in pairs)


@dataclass
class Half:
    """One control protocol of the client: what it asks for, and who has agreed to what."""

    wanted: dict[int, bytes]
    identifier: int = 10
    agreed: bool = False  # the server has acknowledged us
    acknowledged: bool = False  # we have acknowledged the server
    asked: bytes = b""
    peer: dict[int, bytes] = field(default_factory=dict)
    last: tuple[int, bytes] = (0, b"")

    @property
    def is_open(self) -> bool:
        return self.agreed and self.acknowledged


class Client:
    """A client that wants `method` ("mschapv2", "md5" or "pap"). Frames to send gather in `out`."""

    def __init__(self, user: str, password: str, method: str = "mschapv2") -> None:
        self.user, self.password, self.method = user.encode(), password, method
        self.out: list[bytes] = []
        self.packets: list[bytes] = []
        self.messages: list[str] = []
        self.rejected: list[int] = []
        self.ended = b""
        self.lcp = Half({1: struct.pack("!H", 1400), 5: b"\x12\x34\x56\x78", 7: b"", 8: b"", 13: b"\x06"})
        self.ipcp = Half({2: b"\x00\x2d\x0f\x01", 3: bytes(4), 129: bytes(4), 130: bytes(4), 131: bytes(4)})
        self.ipv6cp: Half | None = None
        self.is_in = False
        self.proved: bytes | None = None
        self.challenge: tuple[int, bytes] | None = None
        self.answer = b""
        self.answers_echo = True
        self.wrong: list[str] = []

    @property
    def address(self) -> bytes:
        return self.ipcp.wanted.get(3, b"") if self.ipcp.is_open else b""

    def send(self, protocol: int, code: int, identifier: int, data: bytes = b"") -> None:
        packet = struct.pack("!BBH", code, identifier, 4 + len(data)) + data
        self.out.append(b"\xff\x03" + struct.pack("!H", protocol) + packet)

    def ip(self, packet: bytes) -> None:
        self.out.append(b"\x21" + packet)  # as after PFC and ACFC

    def tick(self) -> None:
        """Once in a second: whatever has no answer goes again."""
        if self.ended:
            return
        if not self.lcp.agreed:
            self.request(LCP, self.lcp)
        elif self.lcp.is_open and not self.is_in:
            if self.method == "pap":
                self.pap()
            elif self.answer:
                self.out.append(self.answer)
        elif self.is_in:
            for protocol, half in ((IPCP, self.ipcp), (IPV6CP, self.ipv6cp)):
                if half is not None and not half.agreed:
                    self.request(protocol, half)

    def request(self, protocol: int, half: Half) -> None:
        half.asked = options(*half.wanted.items())
        self.send(protocol, REQUEST, half.identifier, half.asked)

    def pap(self) -> None:
        password = (self.wrong[0] if self.wrong else self.password).encode()
        data = bytes([len(self.user)]) + self.user + bytes([len(password)]) + password
        self.send(PAP, 1, 50 + len(self.wrong), data)

    def receive(self, frame: bytes) -> None:
        assert frame[:2] == b"\xff\x03"
        protocol, packet = struct.unpack("!H", frame[2:4])[0], frame[4:]
        if protocol in (0x0021, 0x0057):
            self.packets.append(packet)
            return
        code, identifier, length = struct.unpack("!BBH", packet[:4])
        assert length == len(packet)
        data = packet[4:]
        if protocol == PAP and self.lcp.agreed:
            self.in_or_not(code == 2, data[1:])
        elif protocol == CHAP and self.lcp.agreed:
            self.chap(code, identifier, data)
        elif protocol == LCP:
            self.control(LCP, self.lcp, code, identifier, data)
        elif self.is_in and protocol == IPCP:
            self.control(IPCP, self.ipcp, code, identifier, data)
        elif self.is_in and protocol == IPV6CP and self.ipv6cp is not None:
            self.control(IPV6CP, self.ipv6cp, code, identifier, data)

    def control(self, protocol: int, half: Half, code: int, identifier: int, data: bytes) -> None:
        match code:
            case 1:
                self.judge(protocol, half, identifier, data)
            case 2 if identifier == half.identifier and data == half.asked:
                half.agreed = True
            case 3 if identifier == half.identifier:
                half.wanted.update(options_of(data))
                self.anew(protocol, half)
            case 4 if identifier == half.identifier:
                for kind, _ in options_of(data):
                    half.wanted.pop(kind, None)
                self.anew(protocol, half)
            case 5:
                self.ended = data or b"terminated"
                self.send(protocol, TERMINATED, identifier)
            case 8:
                self.rejected.append(struct.unpack("!H", data[:2])[0])
            case 9 if self.answers_echo:
                self.send(protocol, 10, identifier, half.wanted[5] + data[4:])

    def anew(self, protocol: int, half: Half) -> None:
        half.identifier += 1
        self.request(protocol, half)

    def judge(self, protocol: int, half: Half, identifier: int, data: bytes) -> None:
        methods = {"mschapv2": b"\xc2\x23\x81", "md5": b"\xc2\x23\x05", "pap": b"\xc0\x23"}
        half.peer = dict(options_of(data))
        if protocol == LCP and half.peer.get(3) != methods[self.method]:
            self.send(LCP, NAK, identifier, options((3, methods[self.method])))
            return
        if half.is_open and half.last != (identifier, data):
            half.agreed = False  # as RFC 1661 section 4.3 has it: the server has begun anew
            self.anew(protocol, half)
        half.acknowledged = True
        half.last = (identifier, data)
        self.send(protocol, ACK, identifier, data)

    def chap(self, code: int, identifier: int, data: bytes) -> None:
        if code == 1:
            if self.is_in or self.challenge == (identifier, data):
                return
            self.challenge = (identifier, data)
            self.respond(identifier, data[1 : 1 + data[0]])
        elif code == 4 and b"R=1" in data and self.wrong:
            self.messages.append(data.decode())
            self.wrong.pop(0)
            challenge = bytes.fromhex(data.decode().split("C=")[1][:32])
            self.respond((identifier + 1) % 256, challenge)
        elif self.answer and identifier == self.answer[5]:
            self.in_or_not(code == 3, data)

    def respond(self, identifier: int, challenge: bytes) -> None:
        password = self.wrong[0] if self.wrong else self.password
        if self.method == "md5":
            value = hashlib.md5(bytes([identifier]) + password.encode() + challenge).digest()
        else:
            from kakehashi.ppp.mschapv2 import nt_password_hash, nt_response

            peer = bytes(range(16))
            name = self.user.rpartition(b"\\")[2]
            value = peer + bytes(8) + nt_response(challenge, peer, name, nt_password_hash(password)) + b"\0"

        self.send(CHAP, 2, identifier, bytes([len(value)]) + value + self.user)
        self.answer = self.out[-1]

    def in_or_not(self, is_in: bool, message: bytes) -> None:
        self.messages.append(message.decode())
        if is_in:
            self.is_in = True
        elif self.wrong:
            self.wrong.pop(0)
