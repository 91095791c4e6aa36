"""Why a datagram came to nothing. Each reason is a counter of `Endpoint.drops`."""

import enum


class Drop(enum.StrEnum):
    """The closed list of reasons."""

    MALFORMED = "malformed"  # the IKE header or a cleartext payload cannot be read
    UNKNOWN_VERSION = "unknown version"
    UNKNOWN_IKE_SPI = "unknown IKE SPI"
    UNEXPECTED_EXCHANGE = "exchange not legal in this state"
    WRONG_DIRECTION = "initiator flag does not fit the SPIs"
    OUTSIDE_WINDOW = "message ID outside the window"
    NOT_ENCRYPTED = "not encrypted where it must be"
    INTEGRITY = "integrity check failed"
    BAD_FRAGMENT = "fragment does not fit"
    HALF_OPEN_LIMIT = "too many half-open IKE SAs"
    BAD_COOKIE = "cookie is wrong or too old"
    HINT_ONLY = "an unprotected message proves nothing"
    NO_KEYS_YET = "encrypted, and there are no keys yet"
    NOT_DECRYPTABLE = "what it decrypts to makes no sense"
    BAD_HASH = "its hash does not prove it"
    USED_MESSAGE_ID = "message ID of an exchange that is over"
    NOT_TO_BEGIN = "its first message, and it is for us to begin"
    AGGRESSIVE_MODE = "aggressive mode is not accepted"
    TOO_MANY_EXCHANGES = "more exchanges at once than anyone needs"
    STRAY_RESPONSE = "response to nothing that waits"
