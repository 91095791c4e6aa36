"""A tunnel's device where the kernel does ESP: an xfrm interface, which joins what it carries by a number.

Packets that are routed into it are asked about in the policies with its `if_id` alone, and packets of an SA
with that number come out of it.
"""

import errno
import struct

from kakehashi.dataplane.netlink import F_CREATE, F_EXCLUSIVE, NetlinkSocket, attribute, attributes

_NEWLINK, _DELLINK, _GETLINK = 16, 17, 18
_NAME, _MTU, _LINK_INFO, _KIND, _DATA, _IF_ID = 3, 4, 18, 1, 2, 2
_KIND_NAME = b"xfrm"
_LINK = struct.Struct("=BxHiII")
_NO_LINK = _LINK.pack(0, 0, 0, 0, 0)


def add(links: NetlinkSocket, device: str, mtu: int, if_id: int) -> bool:
    """Make it; True where one had to go that a killed gateway left. OSError."""
    try:
        _add(links, device, mtu, if_id)
    except FileExistsError:
        if _if_id(links, device) != if_id:
            raise
        remove(links, device)
        _add(links, device, mtu, if_id)
        return True
    return False


def remove(links: NetlinkSocket, device: str) -> None:
    """Take it away; one that has gone already is none of our business. OSError."""
    try:
        links.request(_DELLINK, _NO_LINK + _name(device))
    except OSError as error:
        if error.errno != errno.ENODEV:
            raise


def _add(links: NetlinkSocket, device: str, mtu: int, if_id: int) -> None:
    data = attribute(_DATA, attribute(_IF_ID, struct.pack("=I", if_id)))
    told = _NO_LINK + _name(device) + attribute(_MTU, struct.pack("=I", mtu))
    told += attribute(_LINK_INFO, attribute(_KIND, _KIND_NAME) + data)
    links.request(_NEWLINK, told, F_CREATE | F_EXCLUSIVE)


def _if_id(links: NetlinkSocket, device: str) -> int | None:
    """Its number, None for a device of another kind."""
    for told in links.request(_GETLINK, _NO_LINK + _name(device)):
        found = attributes(attributes(told, _LINK.size).get(_LINK_INFO, b""), 0)
        if found.get(_KIND, b"").rstrip(b"\0") == _KIND_NAME:
            number = attributes(found.get(_DATA, b""), 0).get(_IF_ID, b"")
            return int(struct.unpack("=I", number)[0]) if len(number) == 4 else None
    return None


def _name(device: str) -> bytes:
    return attribute(_NAME, device.encode() + b"\0")
