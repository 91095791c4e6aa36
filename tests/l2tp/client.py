"""A client that is its own LAC, for tests. It shares nothing with what is tested: it writes octets by itself."""

import hashlib
import struct

from tests.ppp.client import Client

SCCRQ, SCCRP, SCCCN, STOPCCN, HELLO, OCRQ, ICRQ, ICRP, ICCN, CDN = 1, 2, 3, 4, 6, 7, 10, 11, 12, 14


def avp(kind: int, value: bytes, mandatory: bool = True, vendor: int = 0) -> bytes:
    return struct.pack("!HHH", mandatory << 15 | (6 + len(value)), vendor, kind) + value


def n16(kind: int, number: int) -> bytes:
    return avp(kind, struct.pack("!H", number))


def n32(kind: int, number: int) -> bytes:
    return avp(kind, struct.pack("!I", number))


def avps_of(body: bytes) -> dict[int, bytes]:
    found = {}
    while body:
        length = struct.unpack("!H", body[:2])[0] & 0x3FF
        found[struct.unpack("!H", body[4:6])[0]] = body[6:length]
        body = body[length:]
    return found


class Lac:
    """One tunnel with one call. Messages leave one after the other; each goes again until it is acknowledged."""

    def __init__(
        self, ppp: Client | None = None, tunnel: int = 77, session: int = 5, secret: bytes = b""
    ) -> None:
        self.ppp = ppp
        self.tunnel, self.session, self.secret = tunnel, session, secret
        self.out: list[bytes] = []
        self.heard: list[int] = []
        self.results: list[tuple[int, int, str]] = []
        self.peer_tunnel = self.peer_session = 0
        self.ns = self.nr = 0
        self.queue: list[tuple[int, bytes]] = []
        self.challenge = b"challenge"
        self.extra = b""  # AVPs of the SCCRQ
        self.sequencing = False
        self.is_up = False
        self.ended = ""
        self.silent = False
        self.dials = True

    def begin(self) -> None:
        body = n16(2, 0x100) + n32(3, 3) + avp(7, b"laptop") + n16(9, self.tunnel) + n16(10, 8)
        if self.secret:
            body += avp(11, self.challenge)
        self.say(SCCRQ, body + self.extra)

    def say(self, kind: int, body: bytes = b"", session: int = 0) -> None:
        self.queue.append((session, n16(0, kind) + body))
        if len(self.queue) == 1:
            self.transmit()

    def transmit(self) -> None:
        if self.queue:
            self.packet(*self.queue[0])

    def packet(self, session: int, body: bytes) -> None:
        header = struct.pack("!HHHH", 0xC802, 12 + len(body), self.peer_tunnel, session)
        self.out.append(header + struct.pack("!HH", self.ns, self.nr) + body)

    def tick(self) -> None:
        if self.silent:
            return
        self.transmit()
        if self.is_up and self.ppp and not self.ended:
            self.ppp.tick()
            self.frames()

    def frames(self) -> None:
        assert self.ppp is not None
        for frame in self.ppp.out:
            self.out.append(struct.pack("!HHH", 2, self.peer_tunnel, self.peer_session) + frame)
        self.ppp.out.clear()

    def receive(self, datagram: bytes) -> None:
        if self.silent:
            return
        flags = struct.unpack("!H", datagram[:2])[0]
        if not flags & 0x8000:
            tunnel, session = struct.unpack("!HH", datagram[2:6])
            assert tunnel == self.tunnel
            if self.ppp and session == self.session:
                self.ppp.receive(datagram[10:] if flags & 0x0800 else datagram[6:])
                self.frames()
            return
        length, tunnel, _, ns, nr = struct.unpack("!HHHHH", datagram[2:12])
        assert (flags, length, tunnel) == (0xC802, len(datagram), self.tunnel)
        if self.queue and nr == (self.ns + 1) & 0xFFFF:
            self.queue.pop(0)
            self.ns = nr
            if not (self.ns == 1 and not self.peer_tunnel):
                self.transmit()
        body = datagram[12:]
        if not body:
            return
        if ns != self.nr:
            if ns < self.nr:
                self.packet(0, b"")
            return
        self.nr = (ns + 1) & 0xFFFF
        before = len(self.out)
        self.understand(avps_of(body))
        if len(self.out) == before:
            self.packet(0, b"")

    def understand(self, avps: dict[int, bytes]) -> None:
        kind = struct.unpack("!H", avps[0])[0]
        self.heard.append(kind)
        match kind:
            case 2:
                self.peer_tunnel = struct.unpack("!H", avps[9])[0]
                answer = b""
                if self.secret and 13 in avps:
                    assert avps[13] == hashlib.md5(b"\2" + self.secret + self.challenge).digest()
                if 11 in avps:
                    answer = avp(13, hashlib.md5(b"\3" + self.secret + avps[11]).digest())
                self.say(SCCCN, answer)
                if self.dials:
                    self.dial()
            case 11:
                self.peer_session = struct.unpack("!H", avps[14])[0]
                more = avp(39, b"") if self.sequencing else b""
                self.say(ICCN, n32(24, 10**8) + n32(19, 1) + more, self.peer_session)
                self.is_up = True
            case 4 | 14:
                value = avps[1]
                error = struct.unpack("!H", value[2:4])[0] if len(value) > 2 else 0
                self.results.append((struct.unpack("!H", value[:2])[0], error, value[4:].decode()))
                self.ended = {4: "StopCCN", 14: "CDN"}[kind]
                if kind == 4:
                    self.queue.clear()

    def dial(self) -> None:
        self.say(ICRQ, n16(14, self.session) + n32(15, 1) + avp(22, b"laptop of ada"))
