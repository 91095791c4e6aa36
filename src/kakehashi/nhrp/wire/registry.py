"""Next Hop Resolution Protocol parameters, https://www.iana.org/assignments/nhrp-parameters.

Names are those of RFC 2332; what it does not have is marked as Cisco's. Values without a name survive as
`UNKNOWN_n` (see `OpenIntEnum`).
"""

import enum

from kakehashi.wire.registry.open_enum import OpenIntEnum

VERSION = 1  # ar$op.version
ETHERTYPE = 0x2001  # of GRE in front of NHRP (RFC 1701)
MAX_HOPS = 255
WHOLE_ADDRESS = 255  # a prefix length: the address alone, and nobody else may have it (section 5.2.0.1)


class AddressFamily(OpenIntEnum):
    """ar$afn, of NBMA addresses (IANA address family numbers)."""

    IPV4 = 1
    IPV6 = 2


class ProtocolType(OpenIntEnum):
    """ar$pro.type, of protocol addresses: an Ethertype."""

    IPV4 = 0x0800
    IPV6 = 0x86DD


class PacketType(OpenIntEnum, bits=8):
    """ar$op.type (section 5.1)."""

    RESOLUTION_REQUEST = 1
    RESOLUTION_REPLY = 2
    REGISTRATION_REQUEST = 3
    REGISTRATION_REPLY = 4
    PURGE_REQUEST = 5
    PURGE_REPLY = 6
    ERROR_INDICATION = 7
    TRAFFIC_INDICATION = 8  # Cisco: there is a shorter way (redirect)


class ExtensionType(OpenIntEnum):
    """The type of an extension, without the C and u bits (section 5.3)."""

    END = 0
    RESPONDER_ADDRESS = 3
    FORWARD_TRANSIT = 4
    REVERSE_TRANSIT = 5
    AUTHENTICATION = 7
    VENDOR_PRIVATE = 8
    NAT_ADDRESS = 9  # Cisco: the address outside of a NAT


class Code(OpenIntEnum, bits=8):
    """The code of a client information entry in a reply (sections 5.2.0.1 and 5.2.4)."""

    SUCCESS = 0
    PROHIBITED = 4
    NO_RESOURCES = 5
    NO_BINDING = 12
    NOT_UNIQUE = 13
    ALREADY_REGISTERED = 14


class ErrorCode(OpenIntEnum):
    """What an Error Indication complains of (section 5.2.7)."""

    UNRECOGNIZED_EXTENSION = 1
    LOOP = 3
    UNREACHABLE = 6
    PROTOCOL_ERROR = 7
    TOO_LARGE = 8
    INVALID_EXTENSION = 9
    INVALID_REPLY = 10
    AUTHENTICATION_FAILURE = 11
    HOPS_EXCEEDED = 15


class Resolution(enum.IntFlag):
    """Flags of Resolution Requests and Replies (section 5.2.1)."""

    ROUTER = 0x8000  # Q: who asks is a router
    AUTHORITATIVE = 0x4000  # A: only who serves the destination may answer
    DESTINATION_STABLE = 0x2000  # D
    UNIQUE = 0x1000  # U
    SOURCE_STABLE = 0x0800  # S
    NAT = 0x0002  # Cisco: the sender knows the NAT address extension


class Registration(enum.IntFlag):
    """Flags of Registration Requests and Replies (section 5.2.3)."""

    UNIQUE = 0x8000  # U: nobody else may register this address
    NAT = 0x0002  # Cisco


class Purge(enum.IntFlag):
    """Flags of Purge Requests (section 5.2.5)."""

    NO_REPLY = 0x8000  # N
