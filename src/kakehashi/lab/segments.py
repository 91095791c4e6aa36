"""A UDP packet that left its socket in one piece, as the datagrams that the wire would have seen.

A link inside one machine passes what UDP_SEGMENT made whole; to whoever reads a capture it is one datagram of
many ESP packets, which nothing can decrypt.
"""

import struct
from collections.abc import Iterator

from kakehashi.wire.internet_checksum import internet_checksum

_GSO_UDP_L4 = 5  # VIRTIO_NET_HDR_GSO_UDP_L4
_ETHERNET = 14
_IPV6_HEADER = 40
_UDP_HEADER = 8
_UDP = 17


def segments(frame: bytes, gso_type: int, gso_size: int) -> Iterator[bytes]:
    """The frames of `frame`: itself, unless it is UDP with segments of `gso_size` octets."""
    version = frame[_ETHERNET] >> 4 if len(frame) > _ETHERNET else 0
    size = (frame[_ETHERNET] & 0x0F) * 4 if version == 4 else _IPV6_HEADER
    start = _ETHERNET + size + _UDP_HEADER
    if gso_type & 0x7F != _GSO_UDP_L4 or not gso_size or version not in (4, 6) or len(frame) <= start:
        yield frame
        return
    for number, at in enumerate(range(start, len(frame), gso_size)):
        payload = frame[at : at + gso_size]
        ip, udp = (
            bytearray(frame[_ETHERNET : start - _UDP_HEADER]),
            bytearray(frame[start - _UDP_HEADER : start]),
        )
        struct.pack_into("!HH", udp, 4, _UDP_HEADER + len(payload), 0)
        if version == 4:
            identification = int.from_bytes(ip[4:6]) + number & 0xFFFF
            struct.pack_into("!HH", ip, 2, len(ip) + len(udp) + len(payload), identification)
            struct.pack_into("!H", ip, 10, 0)
            struct.pack_into("!H", ip, 10, internet_checksum(bytes(ip)))
            pseudo = bytes(ip[12:20])
        else:
            struct.pack_into("!H", ip, 4, len(udp) + len(payload))
            pseudo = bytes(ip[8:40])
        whole = pseudo + struct.pack("!HH", _UDP, len(udp) + len(payload)) + bytes(udp) + payload
        struct.pack_into("!H", udp, 6, internet_checksum(whole) or 0xFFFF)
        yield frame[:_ETHERNET] + bytes(ip) + bytes(udp) + payload
