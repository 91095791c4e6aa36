"""UDP 500 and 4500 for IKE where the kernel does ESP, and takes ESP in UDP out of the second by itself."""

import socket
import struct
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address

from kakehashi.dataplane import xfrm_messages
from kakehashi.dataplane.protocol import Datagram
from kakehashi.model.address import IKE_PORT, NAT_T_PORT, IPAddress, Path, SocketAddress

NON_ESP_MARKER = bytes(4)  # RFC 3948 section 2.2
_LARGEST = 65535
_AT_ONCE = 64
_BUFFER = 4 << 20
_UDP_ENCAP, _UDP_ENCAP_ESPINUDP = 100, 2  # linux/udp.h
_IP_PKTINFO, _IP_MTU_DISCOVER, _IP_PMTUDISC_DONT = 8, 10, 0  # linux/in.h
_IP_XFRM_POLICY, _IPV6_XFRM_POLICY = 17, 35
_SO_RCVBUFFORCE = 33
_ANCILLARY = 128


class IkeSockets:
    """One socket for each port and IP version. OSError: a port is taken, or forbidden."""

    def __init__(self, listen_ipv4: bool, listen_ipv6: bool) -> None:
        self.failed_sends = 0
        self._sockets: dict[int, tuple[socket.socket, int]] = {}  # by descriptor, with the port
        self._by_kind: dict[tuple[int, int], socket.socket] = {}  # by IP version and port
        try:
            for version, wanted in ((4, listen_ipv4), (6, listen_ipv6)):
                for port in (IKE_PORT, NAT_T_PORT) if wanted else ():
                    opened = _open(version, port)
                    self._sockets[opened.fileno()] = (opened, port)
                    self._by_kind[version, port] = opened
        except BaseException:
            self.close()
            raise

    def filenos(self) -> list[int]:
        """Of all sockets."""
        return list(self._sockets)

    def read(self, descriptor: int) -> Iterator[Datagram]:
        """What waits at one of them, some at a time."""
        opened, port = self._sockets[descriptor]
        for _ in range(_AT_ONCE):
            try:
                data, ancillary, _, source = opened.recvmsg(_LARGEST, _ANCILLARY)
            except OSError:
                return  # nothing more; or an ICMP error about something that we sent
            local, interface = _arrived_at(ancillary)
            if local is None or (port == NAT_T_PORT and not data.startswith(NON_ESP_MARKER)):
                continue
            remote = SocketAddress(ip_address(source[0].split("%")[0]), source[1])
            path = Path(SocketAddress(local, port), remote, interface if local.is_link_local else "")
            yield Datagram(data[4:] if port == NAT_T_PORT else data, path)

    def send(self, datagram: bytes, path: Path) -> None:
        """An IKE message; a failure is counted, not raised."""
        marked = NON_ESP_MARKER + datagram if path.local.port == NAT_T_PORT else datagram
        self.send_raw(marked, path)

    def send_raw(self, octets: bytes, path: Path) -> None:
        """The same without a marker."""
        local, remote = path.local.ip, path.remote
        opened = self._by_kind.get((local.version, path.local.port))
        try:
            if opened is None:
                raise OSError("no socket")
            index = socket.if_nametoindex(path.interface) if path.interface else 0
            if local.version == 4:
                # struct in_pktinfo: device, the address to send from, and one that counts inbound only
                told = (socket.IPPROTO_IP, _IP_PKTINFO, struct.pack("=i4s4x", index, local.packed))
                to: tuple[str, int] | tuple[str, int, int, int] = (str(remote.ip), remote.port)
            else:
                told = (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, struct.pack("=16si", local.packed, index))
                to = (str(remote.ip), remote.port, 0, index)
            opened.sendmsg([octets], [told], 0, to)
        except OSError:
            self.failed_sends += 1

    def close(self) -> None:
        """Close all."""
        for opened, _ in self._sockets.values():
            opened.close()
        self._sockets.clear()
        self._by_kind.clear()


def _open(version: int, port: int) -> socket.socket:
    family = socket.AF_INET if version == 4 else socket.AF_INET6
    opened = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    try:
        opened.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
        if version == 4:
            opened.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
            # IKE's own fragments may still be larger than some link on the way.
            opened.setsockopt(socket.IPPROTO_IP, _IP_MTU_DISCOVER, _IP_PMTUDISC_DONT)
        else:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        _exempt(opened, version, family)
        opened.bind(("0.0.0.0" if version == 4 else "::", port))  # noqa: S104
        if port == NAT_T_PORT:
            opened.setsockopt(socket.IPPROTO_UDP, _UDP_ENCAP, _UDP_ENCAP_ESPINUDP)
    except OSError as error:
        opened.close()
        raise OSError(error.errno, f"UDP port {port} of IPv{version}: {error.strerror}") from error
    return opened


def _exempt(opened: socket.socket, version: int, family: int) -> None:
    """IKE goes past all policies (RFC 4301 section 4.4.1: BYPASS), those that take everything, too."""
    level = socket.IPPROTO_IP if version == 4 else socket.IPPROTO_IPV6
    option = _IP_XFRM_POLICY if version == 4 else _IPV6_XFRM_POLICY
    for direction in (xfrm_messages.IN, xfrm_messages.OUT):
        opened.setsockopt(level, option, xfrm_messages.socket_policy(family, direction))


def _arrived_at(ancillary: list[tuple[int, int, bytes]]) -> tuple[IPAddress | None, str]:
    """The address that the datagram was sent to, and the device it came by."""
    for level, kind, content in ancillary:
        if (level, kind) == (socket.IPPROTO_IP, _IP_PKTINFO) and len(content) >= 12:
            return IPv4Address(content[8:12]), _device(struct.unpack_from("=i", content)[0])
        if (level, kind) == (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO) and len(content) >= 20:
            return IPv6Address(content[:16]), _device(struct.unpack_from("=i", content, 16)[0])
    return None, ""


def _device(index: int) -> str:
    try:
        return socket.if_indextoname(index)
    except OSError:
        return ""
