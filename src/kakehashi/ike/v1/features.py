"""Vendor IDs: what we announce, and what the peer announces (RFC 2408 section 3.16)."""

from collections.abc import Iterable

from kakehashi.ike.v1.suite import Features
from kakehashi.model.ikev1 import Ikev1Peer
from kakehashi.model.status import NatMethod
from kakehashi.wire.v1 import vendor_ids
from kakehashi.wire.v1.payloads import Payload
from kakehashi.wire.v1.vendor_id import VendorId
from kakehashi.wire.v1.vendor_ids import Capability, capability

# Best first. Of the two forms of draft 02 the one with the line feed is what is met.
NAT_METHODS: tuple[tuple[NatMethod, Capability, bytes], ...] = (
    (NatMethod.RFC_3947, Capability.NAT_T_RFC3947, vendor_ids.NAT_T_RFC3947),
    (NatMethod.DRAFT_03, Capability.NAT_T_DRAFT_03, vendor_ids.NAT_T_DRAFT_03),
    (NatMethod.DRAFT_02_N, Capability.NAT_T_DRAFT_02_N, vendor_ids.NAT_T_DRAFT_02_N),
    (NatMethod.DRAFT_02, Capability.NAT_T_DRAFT_02, vendor_ids.NAT_T_DRAFT_02),
)

MAX_UNKNOWN = 16  # vendor IDs of a peer that are kept


def announced(peer: Ikev1Peer, nat_method: NatMethod | None = None) -> list[Payload]:
    """Our vendor IDs. `nat_method`: the one that a responder has chosen, NONE if there is none in common;
    None: an initiator announces all (NT-01).
    """
    found = []
    if peer.nat_traversal:
        found += [octets for method, _, octets in NAT_METHODS if nat_method in (None, method)]
    found.append(vendor_ids.DPD)
    if peer.fragmentation:
        found.append(vendor_ids.FRAGMENTATION_CAPABILITIES)
    if peer.remote_access is not None:
        found += [vendor_ids.XAUTH, vendor_ids.CISCO_UNITY]
    found += [octets for octets in peer.vendor_ids if octets not in found]
    return [VendorId(octets) for octets in found]


def heard(payloads: Iterable[Payload]) -> Features:
    """What the vendor IDs of a message tell."""
    octets = [p.data for p in payloads if isinstance(p, VendorId)]
    told = {capability(data) for data in octets}
    return Features(
        dpd=Capability.DPD in told,
        fragmentation=Capability.FRAGMENTATION in told,
        xauth=Capability.XAUTH in told,
        unity=Capability.CISCO_UNITY in told,
        nat_methods=tuple(method for method, known_as, _ in NAT_METHODS if known_as in told),
        unknown=tuple(data for data in octets if capability(data) is None)[:MAX_UNKNOWN],
    )


def nat_method(peer: Ikev1Peer, features: Features) -> NatMethod:
    """The best way to traverse NATs that both sides know."""
    return features.nat_methods[0] if peer.nat_traversal and features.nat_methods else NatMethod.NONE
