"""Why a datagram came to nothing. Each reason is a counter of `Lns.drops`."""

import enum
from typing import Final


class Drop(enum.StrEnum):
    """The closed list of reasons."""

    TOO_SHORT = "shorter than its header"
    TOO_LONG = "longer than any control message needs to be"
    VERSION = "not the version of L2TP that is spoken here"
    FLAGS = "the flags are not those of a control message"
    LENGTH = "the length in the header is not that of the datagram"
    OFFSET = "the offset leads out of the datagram"

    AVP_LENGTH = "the length of an AVP is less than its header or more than what is left"
    AVP_VALUE = "the value of an AVP is too short or too long for its type"
    TOO_MANY_AVPS = "more AVPs than anyone needs"
    NO_MESSAGE_TYPE = "the first AVP is not the Message Type"
    MISSING_AVP = "an AVP that the message must have is missing"
    UNKNOWN_MANDATORY = "an unknown AVP is marked mandatory"
    ZERO_ID = "a tunnel ID or session ID is zero where it must not be"

    NOT_PROTECTED = "it came without IPsec"
    UNKNOWN_TUNNEL = "no such tunnel"
    WRONG_CARRIER = "the tunnel is another peer's"
    UNKNOWN_SESSION = "no such session"
    NOT_ESTABLISHED = "data before the session is established"
    UNEXPECTED = "message not legal in this state"
    DUPLICATE = "a control message that came before"
    OUTSIDE_WINDOW = "a control message far ahead of those that came"
    BAD_ACKNOWLEDGMENT = "it acknowledges what was never sent"
    BACKLOG = "the peer acknowledges nothing of what it causes"
    STALE_DATA = "a data message behind those that came"
    HALF_OPEN_LIMIT = "its half-open tunnel made room for a newer one"
    UNKNOWN_PEER = "no peer of this address is configured"
    NOT_AUTHENTICATED = "a control message has no digest, or a wrong one"
    COOKIE = "the cookie is not that of the session"
    LOST_TIE = "both ends have begun, and the other one counts"
    ANSWERS_LIMIT = "more refusals in a second than are told"


class Malformed(Exception):  # noqa: N818 - a verdict on a message, not a fault of ours
    """The peer's fault: these octets are no message."""

    def __init__(self, drop: Drop) -> None:
        super().__init__(drop)
        self.drop: Final = drop
