"""Why a frame came to nothing. Each reason is a counter of `Link.drops`."""

import enum
from typing import Final


class Drop(enum.StrEnum):
    """The closed list of reasons."""

    FRAME_TOO_SHORT = "no protocol in it"
    PROTOCOL_FIELD = "a protocol number that cannot be"
    PACKET_TOO_SHORT = "shorter than a control packet's header"
    PACKET_LENGTH = "the length in the header is less than the header or more than what is there"
    PACKET_TOO_LONG = "longer than any control packet needs to be"
    OPTION_LENGTH = "the length of an option is less than its header or more than what is left"
    TOO_MANY_OPTIONS = "more options than anyone needs"
    PAP = "an Authenticate-Request whose lengths do not fit"
    CHAP = "a Response whose lengths do not fit"

    WRONG_PHASE = "protocol not legal in this phase"
    UNKNOWN_PROTOCOL = "a protocol we do not speak"
    STRAY_ANSWER = "answer to no request that waits"
    NOT_WHAT_WAS_ASKED = "a Configure-Ack or Configure-Reject of other options than were sent"
    LOOPED = "our own magic number comes back"
    DUPLICATE = "an authentication request that is being looked at"
    REJECTS_LIMIT = "more rejects in a second than are told"
    LINK_DOWN = "the link is down"


class Malformed(Exception):  # noqa: N818 - a verdict on a frame, not a fault of ours
    """The peer's fault: these octets are no packet."""

    def __init__(self, drop: Drop) -> None:
        super().__init__(drop)
        self.drop: Final = drop
