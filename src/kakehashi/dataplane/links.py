"""Devices of the kernel's own for tunnels, by rtnetlink: what they have in common."""

import errno
import struct

from kakehashi.dataplane.netlink import NetlinkSocket, attribute

NEWLINK, DELLINK, GETLINK = 16, 17, 18
NAME, MTU, LINK_INFO, KIND, DATA = 3, 4, 18, 1, 2
_LINK = struct.Struct("=BxHiII")
HEADER_SIZE = _LINK.size


def named(device: str) -> bytes:
    """What a request about a device begins with: the header that says nothing, and the name."""
    return _LINK.pack(0, 0, 0, 0, 0) + attribute(NAME, device.encode() + b"\0")


def remove(links: NetlinkSocket, device: str) -> None:
    """Take it away; one that has gone already is none of our business. OSError."""
    try:
        links.request(DELLINK, named(device))
    except OSError as error:
        if error.errno != errno.ENODEV:
            raise
