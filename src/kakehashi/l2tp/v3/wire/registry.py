"""Layer Two Tunneling Protocol "L2TP", https://www.iana.org/assignments/l2tp-parameters: what version 3 uses.

Names are those of RFC 3931. Values without a name survive as `UNKNOWN_n` (see `OpenIntEnum`).
"""

from kakehashi.wire.registry.open_enum import OpenIntEnum

VERSION = 3


class MessageType(OpenIntEnum):
    """What a control message says (RFC 3931 section 3.1)."""

    SCCRQ = 1
    SCCRP = 2
    SCCCN = 3
    STOPCCN = 4
    HELLO = 6
    OCRQ = 7
    OCRP = 8
    OCCN = 9
    ICRQ = 10
    ICRP = 11
    ICCN = 12
    CDN = 14
    WEN = 15
    SLI = 16
    ACK = 20


class AvpType(OpenIntEnum):
    """The attributes of vendor 0 (RFC 3931 section 5.4)."""

    MESSAGE_TYPE = 0
    RESULT_CODE = 1
    TIE_BREAKER = 5  # of a control connection, and of a session
    HOST_NAME = 7
    VENDOR_NAME = 8
    RECEIVE_WINDOW_SIZE = 10
    SERIAL_NUMBER = 15
    PHYSICAL_CHANNEL_ID = 25
    CIRCUIT_ERRORS = 34
    RANDOM_VECTOR = 36
    MESSAGE_DIGEST = 59
    ROUTER_ID = 60
    ASSIGNED_CONNECTION_ID = 61
    PSEUDOWIRE_CAPABILITIES = 62
    LOCAL_SESSION_ID = 63
    REMOTE_SESSION_ID = 64
    ASSIGNED_COOKIE = 65
    REMOTE_END_ID = 66
    PSEUDOWIRE_TYPE = 68
    SUBLAYER_TYPE = 69
    DATA_SEQUENCING = 70
    CIRCUIT_STATUS = 71
    PREFERRED_LANGUAGE = 72
    NONCE = 73
    TX_CONNECT_SPEED = 74
    RX_CONNECT_SPEED = 75


class PseudowireKind(OpenIntEnum):
    """Pseudowire types (RFC 4719 section 2.1)."""

    ETHERNET_VLAN = 0x0004
    ETHERNET = 0x0005


class DigestType(OpenIntEnum, bits=8):
    """How a Message Digest is made (RFC 3931 section 5.4.1)."""

    HMAC_MD5 = 0
    HMAC_SHA1 = 1


class SublayerType(OpenIntEnum):
    """What stands between the cookie and the frame (RFC 3931 section 5.4.4)."""

    NONE = 0
    DEFAULT = 1


class Sequencing(OpenIntEnum):
    """Which data messages have to have a sequence number (RFC 3931 section 5.4.4)."""

    NONE = 0
    NON_IP = 1
    ALL = 2


class CallResult(OpenIntEnum):
    """Result codes of CDN (RFC 3931 section 5.4.2)."""

    LOST_CARRIER = 1
    GENERAL_ERROR = 2
    ADMINISTRATIVE = 3
    NO_FACILITIES_NOW = 4
    NO_FACILITIES = 5
    LOST_TIE = 13
    UNSUPPORTED_TYPE = 14
    SEQUENCING_WITHOUT_SUBLAYER = 15
    FSM_ERROR = 16


# Circuit Status (RFC 3931 section 5.4.5).
CIRCUIT_ACTIVE = 1
CIRCUIT_NEW = 2
