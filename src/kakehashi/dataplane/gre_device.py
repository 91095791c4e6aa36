"""A tunnel's device where the kernel does GRE (RFC 2784, RFC 2890): one of its own, between two ends.

What it wraps is a packet of this host between the ends, and so the kernel's policies choose it.
"""

import struct
from ipaddress import ip_address
from zlib import crc32

from kakehashi.dataplane.links import DATA, GETLINK, HEADER_SIZE, KIND, LINK_INFO, MTU, NEWLINK, named, remove
from kakehashi.dataplane.netlink import F_CREATE, F_EXCLUSIVE, NetlinkSocket, attribute, attributes
from kakehashi.dataplane.xfrm_messages import Ends
from kakehashi.model.gre import Gre
from kakehashi.model.policy import DfBit

_ALIAS = 20
_IN_FLAGS, _OUT_FLAGS, _IN_KEY, _OUT_KEY, _LOCAL, _REMOTE = 2, 3, 4, 5, 6, 7
_TTL, _PATH_MTU_DISCOVERY, _FLAGS, _IGNORE_DF = 8, 10, 13, 19
_NO_ENCAPSULATION_LIMIT = 0x01
_KINDS = {4: b"gre", 6: b"ip6gre"}
_CHECKSUM, _KEY, _SEQUENCE = 0x8000, 0x2000, 0x1000  # of the header's first two octets
_OURS = b"made by kakehashi"  # as its alias, so that we know it again
_HOPS = 64


def nobody(device: str, version: int = 4) -> Ends:
    """Ends where nobody is: packets that a device between these two wraps do not leave the host.

    With IPv4 they are those of this device alone, for the kernel has no two of the same ends and key.
    """
    if version == 6:
        return ip_address("::1"), ip_address("::1")
    return ip_address("127.71.82.1"), ip_address(0x7F80_0000 | crc32(device.encode()) & 0x7F_FFFF)


def add(links: NetlinkSocket, device: str, mtu: int, gre: Gre, ends: Ends, df: DfBit = DfBit.COPY) -> None:
    """Make it, in the place of one that a killed gateway left. OSError."""
    told = named(device) + attribute(MTU, struct.pack("=I", mtu)) + _info(gre, ends, df)
    try:
        links.request(NEWLINK, told, F_CREATE | F_EXCLUSIVE)
    except FileExistsError:
        if not _is_ours(links, device):
            raise
        remove(links, device)
        links.request(NEWLINK, told, F_CREATE | F_EXCLUSIVE)
    # With what makes a device the kernel takes no alias.
    links.request(NEWLINK, named(device) + attribute(_ALIAS, _OURS))


def change(links: NetlinkSocket, device: str, gre: Gre, ends: Ends, df: DfBit) -> None:
    """Let it go between other ends of the same IP version. OSError."""
    links.request(NEWLINK, named(device) + _info(gre, ends, df))


def _info(gre: Gre, ends: Ends, df: DfBit) -> bytes:
    flags = (_CHECKSUM if gre.checksum else 0) | (_SEQUENCE if gre.sequence else 0)
    flags |= 0 if gre.key is None else _KEY
    version = ends[0].version
    data = attribute(_IN_FLAGS, flags.to_bytes(2)) + attribute(_OUT_FLAGS, flags.to_bytes(2))
    if gre.key is not None:
        data += attribute(_IN_KEY, gre.key.to_bytes(4)) + attribute(_OUT_KEY, gre.key.to_bytes(4))
    data += attribute(_LOCAL, ends[0].packed) + attribute(_REMOTE, ends[1].packed)
    data += attribute(_TTL, bytes([_HOPS]))
    if version == 4:
        # Without this the DF bit is copied; where it is to be cleared, that is too.
        data += attribute(_PATH_MTU_DISCOVERY, bytes([df is DfBit.SET]))
        data += attribute(_IGNORE_DF, bytes([df is DfBit.CLEAR]))
    else:
        # An option of RFC 2473 section 4.1.1 would stand in front of GRE, and no policy know it as that.
        data += attribute(_FLAGS, struct.pack("=I", _NO_ENCAPSULATION_LIMIT))
    return attribute(LINK_INFO, attribute(KIND, _KINDS[version]) + attribute(DATA, data))


def _is_ours(links: NetlinkSocket, device: str) -> bool:
    found = (attributes(told, HEADER_SIZE) for told in links.request(GETLINK, named(device)))
    return any(told.get(_ALIAS, b"").rstrip(b"\0") == _OURS for told in found)
