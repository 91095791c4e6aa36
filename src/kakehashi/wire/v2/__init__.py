"""IKEv2 (RFC 7296, RFC 7383): messages, payloads and their octets.

`message` holds the codec of whole messages; each payload stands in a file of its own.
"""

from kakehashi.wire.v2.authentication import Authentication
from kakehashi.wire.v2.certificate import Certificate, CertificateRequest
from kakehashi.wire.v2.configuration import Configuration, ConfigurationAttribute
from kakehashi.wire.v2.delete import Delete
from kakehashi.wire.v2.eap import Eap
from kakehashi.wire.v2.encrypted import Encrypted, EncryptedFragment
from kakehashi.wire.v2.header import Header
from kakehashi.wire.v2.identification import Identification, IdentificationInitiator, IdentificationResponder
from kakehashi.wire.v2.ke import KeyExchange
from kakehashi.wire.v2.message import Message
from kakehashi.wire.v2.nonce import Nonce
from kakehashi.wire.v2.notify import Notify
from kakehashi.wire.v2.payloads import Payload
from kakehashi.wire.v2.sa import Attribute, Proposal, SecurityAssociation, Transform
from kakehashi.wire.v2.traffic_selector import (
    Selector,
    TrafficSelectors,
    TrafficSelectorsInitiator,
    TrafficSelectorsResponder,
    UnknownSelector,
)
from kakehashi.wire.v2.unknown import Unknown
from kakehashi.wire.v2.vendor_id import VendorId

__all__ = [
    "Attribute",
    "Authentication",
    "Certificate",
    "CertificateRequest",
    "Configuration",
    "ConfigurationAttribute",
    "Delete",
    "Eap",
    "Encrypted",
    "EncryptedFragment",
    "Header",
    "Identification",
    "IdentificationInitiator",
    "IdentificationResponder",
    "KeyExchange",
    "Message",
    "Nonce",
    "Notify",
    "Payload",
    "Proposal",
    "SecurityAssociation",
    "Selector",
    "TrafficSelectors",
    "TrafficSelectorsInitiator",
    "TrafficSelectorsResponder",
    "Transform",
    "Unknown",
    "UnknownSelector",
    "VendorId",
]
