"""NAT detection and traversal (RFC 3947 and draft-ietf-ipsec-nat-t-ike-02 and -03)."""

import hmac

from kakehashi.crypto.ikev1.hashes import Hash
from kakehashi.crypto.ikev1.key_schedule import nat_detection_hash
from kakehashi.ike.v1.exchange import Received
from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.status import NatMethod, NatSide
from kakehashi.wire.registry.ikev1 import PayloadType
from kakehashi.wire.v1.nat_d import NatDetection
from kakehashi.wire.v1.payloads import Payload

Cookies = tuple[bytes, bytes]

MAX_NAT_D = 16  # of a message that are looked at; a host has as many as addresses


def payload_type(method: NatMethod) -> PayloadType:
    """The number of the NAT-D payload: IANA's, or that for private use of the drafts."""
    return PayloadType.NAT_D if method is NatMethod.RFC_3947 else PayloadType.NAT_D_DRAFTS


def detection(method: NatMethod, hash_: Hash, cookies: Cookies, path: Path) -> list[Payload]:
    """What tells the peer by which addresses we send: the destination first (RFC 3947 section 3.2)."""
    if method is NatMethod.NONE:
        return []
    kind = payload_type(method)
    return [NatDetection(_hash(hash_, cookies, end), kind) for end in (path.remote, path.local)]


def detect(method: NatMethod, hash_: Hash, cookies: Cookies, received: Received) -> NatSide:
    """Who is behind a NAT, by a message of the peer. Without two NAT-D payloads nothing is known."""
    kind = payload_type(method)
    found = [d.data for d in received.all(NatDetection) if d.payload_type == kind][:MAX_NAT_D]
    if method is NatMethod.NONE or len(found) < 2:
        return NatSide.NONE
    side = NatSide.NONE
    if not hmac.compare_digest(found[0], _hash(hash_, cookies, received.path.local)):
        side |= NatSide.LOCAL
    if _hash(hash_, cookies, received.path.remote) not in found[1:]:
        side |= NatSide.REMOTE
    return side


def _hash(hash_: Hash, cookies: Cookies, end: SocketAddress) -> bytes:
    return nat_detection_hash(hash_, *cookies, end.ip.packed, end.port)
