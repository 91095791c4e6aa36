"""The laptop's half of PPP: LCP, a login, IPCP (RFC 1661, RFC 1994, RFC 2759, RFC 1334, RFC 1332)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import md5
from ipaddress import IPv4Address

from kakehashi.ppp.mschapv2 import nt_password_hash, nt_response
from kakehashi.ppp.wire.authentication import decode_chap_response, encode_chap_challenge
from kakehashi.ppp.wire.frame import decode_frame, encode_frame
from kakehashi.ppp.wire.option import Option, decode_options, encode_options
from kakehashi.ppp.wire.packet import Packet
from kakehashi.ppp.wire.registry import (
    ChapAlgorithm,
    ChapCode,
    Code,
    IpcpOption,
    LcpOption,
    PapCode,
    Protocol,
)

_MD5 = Protocol.CHAP.to_bytes(2, "big") + bytes((ChapAlgorithm.MD5,))
_MS_CHAP_V2 = Protocol.CHAP.to_bytes(2, "big") + bytes((ChapAlgorithm.MS_CHAP_V2,))
_PAP = Protocol.PAP.to_bytes(2, "big")
METHODS = {_MS_CHAP_V2: "MS-CHAPv2", _MD5: "CHAP", _PAP: "PAP"}
_MRU = 1400
_NOTHING = bytes(4)


@dataclass
class _Half:
    """One control protocol: what is asked for, and who has agreed."""

    wanted: dict[int, bytes]
    identifier: int = 1
    agreed: bool = False
    acknowledged: bool = False
    peer: dict[int, bytes] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        return self.agreed and self.acknowledged


class Client:
    """Frames to send gather in `out`, IPv4 packets that came in `packets`. `failure`: why it is over.

    It takes any login that the server asks for. `entropy(n)`: n random octets.
    """

    def __init__(self, user: str, password: bytes, entropy: Callable[[int], bytes]) -> None:
        self.out: list[bytes] = []
        self.packets: list[bytes] = []
        self.failure = ""
        self.method = ""
        self._user, self._password, self._entropy = user.encode(), password, entropy
        self._lcp = _Half({LcpOption.MRU: _MRU.to_bytes(2, "big"), LcpOption.MAGIC_NUMBER: entropy(4)})
        self._ipcp = _Half(
            dict.fromkeys((IpcpOption.IP_ADDRESS, IpcpOption.PRIMARY_DNS, IpcpOption.SECONDARY_DNS), _NOTHING)
        )
        self._is_in = False
        self._answer = b""

    @property
    def address(self) -> IPv4Address | None:
        """What the server has lent."""
        return IPv4Address(self._ipcp.wanted[IpcpOption.IP_ADDRESS]) if self._ipcp.is_open else None

    @property
    def dns(self) -> tuple[IPv4Address, ...]:
        """The name servers that it has told."""
        found = (
            self._ipcp.wanted.get(k, _NOTHING) for k in (IpcpOption.PRIMARY_DNS, IpcpOption.SECONDARY_DNS)
        )
        return tuple(IPv4Address(octets) for octets in found if octets != _NOTHING)

    @property
    def mtu(self) -> int:
        """Octets of the largest packet that the server takes (RFC 1661 section 6.1)."""
        return int.from_bytes(self._lcp.peer.get(LcpOption.MRU, b"\x05\xdc"), "big")

    def send(self, packet: bytes) -> None:
        """Send an IPv4 packet."""
        self.out.append(encode_frame(Protocol.IPV4, packet))

    def tick(self) -> None:
        """Whatever has no answer goes again."""
        if self.failure:
            return
        if not self._lcp.agreed:
            self._request(Protocol.LCP, self._lcp)
        elif self._lcp.is_open and not self._is_in:
            self._log_in()
        elif self._is_in and not self._ipcp.agreed:
            self._request(Protocol.IPCP, self._ipcp)

    def receive(self, frame: bytes) -> None:
        """Take a frame. Raises Malformed if it is none."""
        protocol, information = decode_frame(frame)
        if protocol == Protocol.IPV4:
            self.packets.append(information)
            return
        packet = Packet.decode(information)
        if protocol == Protocol.LCP:
            self._negotiate(Protocol.LCP, self._lcp, packet)
        elif protocol == Protocol.IPCP and self._is_in:
            self._negotiate(Protocol.IPCP, self._ipcp, packet)
        elif protocol == Protocol.CHAP:
            self._chap(packet)
        elif protocol == Protocol.PAP:
            self._verdict(packet.code == PapCode.AUTHENTICATE_ACK, packet.data[1:])

    def _negotiate(self, protocol: int, half: _Half, packet: Packet) -> None:
        same = packet.identifier == half.identifier
        match packet.code:
            case Code.CONFIGURE_REQUEST:
                half.peer = {option.type: option.value for option in decode_options(packet.data)}
                half.acknowledged = True
                self._send(protocol, Code.CONFIGURE_ACK, packet.identifier, packet.data)
            case Code.CONFIGURE_ACK if same:
                half.agreed = True
                if protocol == Protocol.LCP and half.is_open:
                    self._log_in()
            case Code.CONFIGURE_NAK if same:
                half.wanted |= {o.type: o.value for o in decode_options(packet.data) if o.type in half.wanted}
                self._anew(protocol, half)
            case Code.CONFIGURE_REJECT if same:
                for option in decode_options(packet.data):
                    half.wanted.pop(option.type, None)
                self._anew(protocol, half)
            case Code.TERMINATE_REQUEST:
                text = packet.data.decode("utf-8", "replace")
                self.failure = self.failure or f"the server has hung up{f': {text}' if text else ''}"
                self._send(protocol, Code.TERMINATE_ACK, packet.identifier)
            case Code.ECHO_REQUEST:
                magic = half.wanted.get(LcpOption.MAGIC_NUMBER, _NOTHING)
                self._send(protocol, Code.ECHO_REPLY, packet.identifier, magic + packet.data[4:])

    def _anew(self, protocol: int, half: _Half) -> None:
        half.identifier = (half.identifier + 1) % 256
        self._request(protocol, half)

    def _request(self, protocol: int, half: _Half) -> None:
        options = encode_options(Option(kind, value) for kind, value in half.wanted.items())
        self._send(protocol, Code.CONFIGURE_REQUEST, half.identifier, options)

    def _log_in(self) -> None:
        """PAP begins here; CHAP answers, again if need be."""
        method = self._lcp.peer.get(LcpOption.AUTHENTICATION_PROTOCOL, b"")
        self.method = METHODS.get(method, self.method)
        if not method:
            self._is_in = True
        elif method == _PAP:
            data = bytes((len(self._user),)) + self._user + bytes((len(self._password),)) + self._password
            self._send(Protocol.PAP, PapCode.AUTHENTICATE_REQUEST, 1, data)
        elif self._answer:
            self.out.append(self._answer)

    def _chap(self, packet: Packet) -> None:
        if packet.code != ChapCode.CHALLENGE:
            self._verdict(packet.code == ChapCode.SUCCESS, packet.data)
            return
        challenge, _ = decode_chap_response(packet.data)
        if self._lcp.peer.get(LcpOption.AUTHENTICATION_PROTOCOL) == _MS_CHAP_V2:
            own, user = self._entropy(16), self._user.rpartition(b"\\")[2]
            hashed = nt_password_hash(self._password.decode("utf-8", "replace"))
            value = own + bytes(8) + nt_response(challenge, own, user, hashed) + b"\0"
        else:
            said = bytes((packet.identifier,)) + self._password + challenge
            value = md5(said, usedforsecurity=False).digest()
        data = encode_chap_challenge(value, self._user)
        self._send(Protocol.CHAP, ChapCode.RESPONSE, packet.identifier, data)
        self._answer = self.out[-1]

    def _verdict(self, is_in: bool, message: bytes) -> None:
        if is_in:
            self._is_in = True
            self._request(Protocol.IPCP, self._ipcp)
        else:
            text = message.decode("utf-8", "replace")
            self.failure = f"the login is refused{f': {text}' if text else ''}"

    def _send(self, protocol: int, code: int, identifier: int, data: bytes = b"") -> None:
        self.out.append(encode_frame(protocol, Packet(code, identifier, data).encode()))
