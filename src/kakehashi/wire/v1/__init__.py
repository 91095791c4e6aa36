"""IKEv1 (RFC 2407, RFC 2408, RFC 2409): messages, payloads and their octets.

`message` holds the codec of whole messages; each payload stands in a file of its own.
"""

from kakehashi.wire.v1.attributes import Attribute
from kakehashi.wire.v1.certificate import Certificate, CertificateRequest
from kakehashi.wire.v1.configuration import Configuration
from kakehashi.wire.v1.delete import Delete
from kakehashi.wire.v1.fragment import Fragment
from kakehashi.wire.v1.hash import Hash
from kakehashi.wire.v1.header import Header
from kakehashi.wire.v1.identification import Identification
from kakehashi.wire.v1.ke import KeyExchange
from kakehashi.wire.v1.message import Message
from kakehashi.wire.v1.nat_d import NatDetection
from kakehashi.wire.v1.nat_oa import NatOriginalAddress
from kakehashi.wire.v1.nonce import Nonce
from kakehashi.wire.v1.notification import Notification
from kakehashi.wire.v1.payloads import Decoded, Payload
from kakehashi.wire.v1.sa import Proposal, SecurityAssociation, Transform
from kakehashi.wire.v1.signature import Signature
from kakehashi.wire.v1.unknown import Unknown
from kakehashi.wire.v1.vendor_id import VendorId

__all__ = [
    "Attribute",
    "Certificate",
    "CertificateRequest",
    "Configuration",
    "Decoded",
    "Delete",
    "Fragment",
    "Hash",
    "Header",
    "Identification",
    "KeyExchange",
    "Message",
    "NatDetection",
    "NatOriginalAddress",
    "Nonce",
    "Notification",
    "Payload",
    "Proposal",
    "SecurityAssociation",
    "Signature",
    "Transform",
    "Unknown",
    "VendorId",
]
