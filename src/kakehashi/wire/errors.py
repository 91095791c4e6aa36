"""Why a message is refused."""

import enum
from typing import Final

from kakehashi.wire.registry.ikev2 import NotifyType
from kakehashi.wire.registry.open_enum import OpenIntEnum


class Reason(enum.Enum):
    """Every reason there is; the name is for machines and tests, the value is for people."""

    MESSAGE_TOO_SHORT = "shorter than an IKE header"
    MESSAGE_TOO_LONG = "longer than a UDP datagram can be"
    MESSAGE_LENGTH = "the length in the header is not the length of the datagram"
    MAJOR_VERSION_TOO_HIGH = "a version of IKE above 2"
    MAJOR_VERSION_TOO_LOW = "a version of IKE below 2"
    MAJOR_VERSION_NOT_1 = "not version 1 of IKE"
    MINOR_VERSION_TOO_HIGH = "a version of ISAKMP above 1.0"
    ENCRYPTED_WITHOUT_KEY = "encrypted, where nothing is to be encrypted"

    TOO_MANY_PAYLOADS = "more payloads than anyone needs"
    PAYLOAD_TRUNCATED = "cut off within its generic header"
    PAYLOAD_LENGTH = "its length is less than its header or more than what is left of the message"
    PAYLOAD_TOO_SHORT = "too short for its fixed fields"
    RESERVED_FIELD = "a reserved field of a generic header is not zero"
    TRAILING_OCTETS = "octets follow the last payload"
    UNSUPPORTED_CRITICAL = "unknown, and marked critical"
    ENCRYPTED_NOT_LAST = "the message goes on after its Encrypted payload"
    ENCRYPTED_NESTED = "an Encrypted payload within an Encrypted payload"
    FRAGMENT_NUMBER = "a fragment number that is zero, or above the total"

    DOI = "a domain of interpretation that is not IPsec's"
    SITUATION = "a situation that is more than the identity of the peer"
    LAST_SUBSTRUCTURE = "the marker of the last proposal or transform is wrong"
    TOO_MANY_PROPOSALS = "more proposals than anyone needs"
    PROPOSAL_LENGTH = "the length of a proposal is wrong"
    TOO_MANY_TRANSFORMS = "more transforms than anyone needs"
    TRANSFORM_COUNT = "a proposal does not have as many transforms as it says"
    TRANSFORM_LENGTH = "the length of a transform is wrong"
    TOO_MANY_ATTRIBUTES = "more attributes than anyone needs"
    ATTRIBUTE_LENGTH = "the length of an attribute is wrong"
    SPI_SIZE = "the size of an SPI does not fit its protocol or the payload"
    SPI_COUNT = "not as many SPIs as it says"

    IDENTIFICATION_LENGTH = "an address of the wrong length"
    NONCE_LENGTH = "not between 16 and 256 octets"
    NONCE_LENGTH_V1 = "not between 8 and 256 octets"
    SELECTOR_COUNT = "not as many traffic selectors as it says, or none"
    SELECTOR_LENGTH = "the length of a traffic selector is wrong"
    EAP_LENGTH = "the length of the EAP message is not the length of the payload"


# Without a header to be trusted there is nobody to answer; fragments that make no sense are silently
# discarded (RFC 7383 section 2.6).
_UNANSWERED: Final = frozenset(
    {
        Reason.MESSAGE_TOO_SHORT,
        Reason.MESSAGE_TOO_LONG,
        Reason.MESSAGE_LENGTH,
        Reason.MAJOR_VERSION_TOO_LOW,
        Reason.FRAGMENT_NUMBER,
    }
)


class WireError(Exception):
    """The peer's fault: these octets are no message. `payload_type` names the payload, if it is in one.

    It is of the PayloadType of the version of IKE that was read. `notify` and `notify_data` speak IKEv2;
    `wire.v1.refusal` says the same in IKEv1.
    """

    def __init__(self, reason: Reason, payload_type: OpenIntEnum | None = None) -> None:
        super().__init__(reason, payload_type)
        self.reason: Final = reason
        self.payload_type: Final = payload_type

    @property
    def notify(self) -> NotifyType | None:
        """What RFC 7296 section 3.10.1 says to a peer that sends this; None: say nothing."""
        match self.reason:
            case Reason.MAJOR_VERSION_TOO_HIGH:
                return NotifyType.INVALID_MAJOR_VERSION
            case Reason.UNSUPPORTED_CRITICAL:
                return NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD
            case reason:
                return None if reason in _UNANSWERED else NotifyType.INVALID_SYNTAX

    @property
    def notify_data(self) -> bytes:
        """The Notification Data that goes with `notify`: the one octet of the type that is not supported."""
        if self.reason is Reason.UNSUPPORTED_CRITICAL and self.payload_type is not None:
            return bytes([self.payload_type])
        return b""

    def __str__(self) -> str:
        where = "" if self.payload_type is None else f"{self.payload_type} payload: "
        return where + self.reason.value
