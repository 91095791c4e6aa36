"""Point-to-Point (PPP) Protocol Field Assignments, https://www.iana.org/assignments/ppp-numbers: what we use.

Values without a name survive as `UNKNOWN_n` (see `OpenIntEnum`).
"""

from kakehashi.wire.registry.open_enum import OpenIntEnum


class Protocol(OpenIntEnum):
    """The Protocol field (RFC 1661 section 2)."""

    IPV4 = 0x0021
    IPV6 = 0x0057
    IPCP = 0x8021
    IPV6CP = 0x8057
    CCP = 0x80FD
    LCP = 0xC021
    PAP = 0xC023
    CHAP = 0xC223
    EAP = 0xC227


class Code(OpenIntEnum, bits=8):
    """The Code field of LCP and the NCPs (RFC 1661 section 5)."""

    CONFIGURE_REQUEST = 1
    CONFIGURE_ACK = 2
    CONFIGURE_NAK = 3
    CONFIGURE_REJECT = 4
    TERMINATE_REQUEST = 5
    TERMINATE_ACK = 6
    CODE_REJECT = 7
    PROTOCOL_REJECT = 8
    ECHO_REQUEST = 9
    ECHO_REPLY = 10
    DISCARD_REQUEST = 11


class LcpOption(OpenIntEnum, bits=8):
    """Configuration options of LCP (RFC 1661 section 6, RFC 1570, RFC 1662)."""

    MRU = 1
    ACCM = 2
    AUTHENTICATION_PROTOCOL = 3
    QUALITY_PROTOCOL = 4
    MAGIC_NUMBER = 5
    PFC = 7
    ACFC = 8
    CALLBACK = 13


class IpcpOption(OpenIntEnum, bits=8):
    """Configuration options of IPCP (RFC 1332 section 3, RFC 1877)."""

    IP_ADDRESSES = 1
    IP_COMPRESSION = 2
    IP_ADDRESS = 3
    PRIMARY_DNS = 129
    PRIMARY_NBNS = 130
    SECONDARY_DNS = 131
    SECONDARY_NBNS = 132


class Ipv6cpOption(OpenIntEnum, bits=8):
    """Configuration options of IPV6CP (RFC 5072 section 4)."""

    INTERFACE_IDENTIFIER = 1


class PapCode(OpenIntEnum, bits=8):
    """The Code field of PAP (RFC 1334 section 2.2)."""

    AUTHENTICATE_REQUEST = 1
    AUTHENTICATE_ACK = 2
    AUTHENTICATE_NAK = 3


class ChapCode(OpenIntEnum, bits=8):
    """The Code field of CHAP (RFC 1994 section 4)."""

    CHALLENGE = 1
    RESPONSE = 2
    SUCCESS = 3
    FAILURE = 4


class ChapAlgorithm(OpenIntEnum, bits=8):
    """How a CHAP Response is made (RFC 1994 section 3, RFC 2759 section 2)."""

    MD5 = 5
    MS_CHAP = 128
    MS_CHAP_V2 = 129
