"""Why a packet came to nothing. Each reason is a counter of `Station.drops`."""

import enum
from typing import Final


class Drop(enum.StrEnum):
    """The closed list of reasons."""

    TOO_SHORT = "shorter than its header"
    TOO_LONG = "longer than any NHRP packet needs to be"
    VERSION = "not version 1 of NHRP"
    LENGTH = "the length in the header is not that of the packet"
    CHECKSUM = "the checksum is wrong"
    FAMILY = "addresses that are neither of IPv4 nor of IPv6"
    ADDRESS = "an address of a length that its family does not have, or with a subaddress"
    UNKNOWN_TYPE = "a packet of an unknown type"
    EXTENSION = "an extension that does not fit"
    TOO_MANY_EXTENSIONS = "more extensions than anyone needs"
    ENTRY = "a client information entry that does not fit"
    TOO_MANY_ENTRIES = "more client information entries than anyone needs"
    NO_ENTRY = "the client information entry that it must have is missing"

    UNRECOGNIZED_EXTENSION = "an extension that must be understood and is not"
    OTHER_PROTOCOL = "of the other version of IP than this interface"
    AUTHENTICATION = "without the right authentication string"
    OWN = "a packet of our own that came back"
    RATE = "more packets of one peer than are taken"
    ERRORS_LIMIT = "more errors in a second than are told"
    HOPS = "its hops are used up"
    LOOP = "it has passed here before"
    UNREACHABLE = "for an address that nobody here serves"
    NOT_ASKED = "an answer to nothing that was asked"
    NOT_A_PEER = "from somebody who has no say in it"
    NO_SHORTCUTS = "a redirect, and this interface makes no shortcuts"
    PACKET_INSIDE = "the packet that it is about cannot be read"
    REPEATED = "a redirect for what is being asked already"
    FULL = "there is no room for one more"
    IMPOSSIBLE = "an address that nobody can have"


class Malformed(Exception):  # noqa: N818 - a verdict on a packet, not a fault of ours
    """The peer's fault: these octets are no packet."""

    def __init__(self, drop: Drop) -> None:
        super().__init__(drop)
        self.drop: Final = drop
