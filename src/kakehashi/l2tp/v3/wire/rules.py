"""What is legal, as data: the size and marks of each AVP, and which AVPs a message must have (RFC 3931)."""

from typing import Final

from kakehashi.l2tp.v3.wire.registry import AvpType, MessageType
from kakehashi.l2tp.wire.message import Rulebook
from kakehashi.l2tp.wire.rules import MAX_VALUE, Rule
from kakehashi.wire.registry.open_enum import OpenIntEnum

# RFC 3931 section 5.4. Reserved bits and values of a wrong size are dealt with by `Rulebook.lenient`.
RULES: Final[dict[int, Rule]] = {
    AvpType.MESSAGE_TYPE: Rule(2, 2, hideable=False),
    AvpType.RESULT_CODE: Rule(2, MAX_VALUE, hideable=False),
    AvpType.TIE_BREAKER: Rule(8, 8, hideable=False),
    AvpType.HOST_NAME: Rule(1, MAX_VALUE, hideable=False),
    AvpType.VENDOR_NAME: Rule(0, MAX_VALUE, mandatory=False),
    AvpType.RECEIVE_WINDOW_SIZE: Rule(2, 2, hideable=False),
    AvpType.SERIAL_NUMBER: Rule(4, 4, mandatory=False),
    AvpType.PHYSICAL_CHANNEL_ID: Rule(4, 4, mandatory=False),
    AvpType.CIRCUIT_ERRORS: Rule(26, 26),
    AvpType.RANDOM_VECTOR: Rule(1, MAX_VALUE, hideable=False),
    AvpType.MESSAGE_DIGEST: Rule(17, 21, hideable=False),
    AvpType.ROUTER_ID: Rule(4, 4, hideable=False),
    AvpType.ASSIGNED_CONNECTION_ID: Rule(4, 4),
    AvpType.PSEUDOWIRE_CAPABILITIES: Rule(2, MAX_VALUE),
    AvpType.LOCAL_SESSION_ID: Rule(4, 4),
    AvpType.REMOTE_SESSION_ID: Rule(4, 4),
    AvpType.ASSIGNED_COOKIE: Rule(0, 8),
    AvpType.REMOTE_END_ID: Rule(0, MAX_VALUE),
    AvpType.PSEUDOWIRE_TYPE: Rule(2, 2),
    AvpType.SUBLAYER_TYPE: Rule(2, 2),
    AvpType.DATA_SEQUENCING: Rule(2, 2),
    AvpType.CIRCUIT_STATUS: Rule(2, 2),
    AvpType.PREFERRED_LANGUAGE: Rule(0, MAX_VALUE, mandatory=False),
    AvpType.NONCE: Rule(1, MAX_VALUE, hideable=False),
    AvpType.TX_CONNECT_SPEED: Rule(8, 8, mandatory=False),
    AvpType.RX_CONNECT_SPEED: Rule(8, 8, mandatory=False),
}

_CONNECTION: Final = frozenset[OpenIntEnum](
    {
        AvpType.HOST_NAME,
        AvpType.ROUTER_ID,
        AvpType.ASSIGNED_CONNECTION_ID,
        AvpType.PSEUDOWIRE_CAPABILITIES,
    }
)
_SESSION: Final = frozenset[OpenIntEnum]({AvpType.LOCAL_SESSION_ID, AvpType.REMOTE_SESSION_ID})
_REQUEST: Final = _SESSION | {
    AvpType.SERIAL_NUMBER,
    AvpType.PSEUDOWIRE_TYPE,
    AvpType.REMOTE_END_ID,
    AvpType.CIRCUIT_STATUS,
}

# RFC 3931 section 6.
REQUIRED: Final[dict[int, frozenset[OpenIntEnum]]] = {
    MessageType.SCCRQ: _CONNECTION,
    MessageType.SCCRP: _CONNECTION,
    MessageType.SCCCN: frozenset(),
    MessageType.STOPCCN: frozenset({AvpType.RESULT_CODE}),
    MessageType.HELLO: frozenset(),
    MessageType.ICRQ: _REQUEST,
    MessageType.ICRP: _SESSION | {AvpType.CIRCUIT_STATUS},
    MessageType.ICCN: _SESSION,
    MessageType.OCRQ: _REQUEST,
    MessageType.OCRP: _SESSION,
    MessageType.OCCN: _SESSION,
    MessageType.CDN: _SESSION | {AvpType.RESULT_CODE},
    MessageType.WEN: _SESSION | {AvpType.CIRCUIT_ERRORS},
    MessageType.SLI: _SESSION,
    MessageType.ACK: frozenset(),
}

# Of the connection, not of a session: an error in one of these ends the connection (section 7.1).
OF_THE_CONNECTION: Final = frozenset(
    {
        MessageType.SCCRQ,
        MessageType.SCCRP,
        MessageType.SCCCN,
        MessageType.STOPCCN,
        MessageType.HELLO,
        MessageType.ACK,
    }
)

BOOK: Final = Rulebook(MessageType, AvpType, RULES, REQUIRED, lenient=True)
