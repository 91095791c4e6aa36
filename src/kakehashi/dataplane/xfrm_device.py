"""A tunnel's device where the kernel does ESP: an xfrm interface, which joins what it carries by a number.

Packets that are routed into it are asked about in the policies with its `if_id` alone, and packets of an SA
with that number come out of it.
"""

import struct

from kakehashi.dataplane.links import DATA, GETLINK, HEADER_SIZE, KIND, LINK_INFO, MTU, NEWLINK, named, remove
from kakehashi.dataplane.netlink import F_CREATE, F_EXCLUSIVE, NetlinkSocket, attribute, attributes

_IF_ID = 2
_KIND_NAME = b"xfrm"


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


def _add(links: NetlinkSocket, device: str, mtu: int, if_id: int) -> None:
    data = attribute(DATA, attribute(_IF_ID, struct.pack("=I", if_id)))
    told = named(device) + attribute(MTU, struct.pack("=I", mtu))
    told += attribute(LINK_INFO, attribute(KIND, _KIND_NAME) + data)
    links.request(NEWLINK, told, F_CREATE | F_EXCLUSIVE)


def _if_id(links: NetlinkSocket, device: str) -> int | None:
    """Its number, None for a device of another kind."""
    for told in links.request(GETLINK, named(device)):
        found = attributes(attributes(told, HEADER_SIZE).get(LINK_INFO, b""), 0)
        if found.get(KIND, b"").rstrip(b"\0") == _KIND_NAME:
            number = attributes(found.get(DATA, b""), 0).get(_IF_ID, b"")
            return int(struct.unpack("=I", number)[0]) if len(number) == 4 else None
    return None
