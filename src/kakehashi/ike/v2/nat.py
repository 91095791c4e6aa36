"""NAT detection and traversal (RFC 7296 section 2.23)."""

import hashlib

from kakehashi.ike.v2.contents import Contents
from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.status import NatSide
from kakehashi.wire.registry.ikev2 import NotifyType
from kakehashi.wire.v2.notify import Notify


def detection(spi_i: bytes, spi_r: bytes, path: Path) -> tuple[Notify, Notify]:
    """What tells the peer by which addresses this message left."""
    return (
        Notify(NotifyType.NAT_DETECTION_SOURCE_IP, data=_hash(spi_i, spi_r, path.local)),
        Notify(NotifyType.NAT_DETECTION_DESTINATION_IP, data=_hash(spi_i, spi_r, path.remote)),
    )


def detect(contents: Contents, spi_i: bytes, spi_r: bytes, path: Path) -> NatSide | None:
    """Who is behind a NAT, by a message that came in on `path`. None: the peer does not traverse NATs."""
    sources = [n.data for n in contents.notifies if n.type == NotifyType.NAT_DETECTION_SOURCE_IP]
    destinations = [n.data for n in contents.notifies if n.type == NotifyType.NAT_DETECTION_DESTINATION_IP]
    if not sources or not destinations:
        return None
    side = NatSide.NONE
    if _hash(spi_i, spi_r, path.remote) not in sources:
        side |= NatSide.REMOTE
    if _hash(spi_i, spi_r, path.local) not in destinations:
        side |= NatSide.LOCAL
    return side


def _hash(spi_i: bytes, spi_r: bytes, address: SocketAddress) -> bytes:
    data = spi_i + spi_r + address.ip.packed + address.port.to_bytes(2, "big")
    return hashlib.sha1(data, usedforsecurity=False).digest()
