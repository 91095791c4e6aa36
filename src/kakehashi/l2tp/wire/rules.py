"""What is legal, as data: the size and marks of each AVP, and which AVPs a message must have (RFC 2661)."""

from dataclasses import dataclass
from typing import Final

from kakehashi.l2tp.wire.registry import AvpType, MessageType
from kakehashi.wire.registry.open_enum import OpenIntEnum

MAX_VALUE: Final = 1017  # what 10 bits of length leave after 6 octets of header (section 4.1)


@dataclass(frozen=True, slots=True)
class Rule:
    """An AVP's value has `least` to `most` octets; `mandatory` is its M bit, `hideable` whether H may be."""

    least: int
    most: int
    mandatory: bool = True
    hideable: bool = True


# RFC 2661 section 4.4.
RULES: Final[dict[int, Rule]] = {
    AvpType.MESSAGE_TYPE: Rule(2, 2, hideable=False),
    AvpType.RESULT_CODE: Rule(2, MAX_VALUE, hideable=False),
    AvpType.PROTOCOL_VERSION: Rule(2, 2, hideable=False),
    AvpType.FRAMING_CAPABILITIES: Rule(4, 4),
    AvpType.BEARER_CAPABILITIES: Rule(4, 4),
    AvpType.TIE_BREAKER: Rule(8, 8, mandatory=False, hideable=False),
    AvpType.FIRMWARE_REVISION: Rule(2, 2, mandatory=False),
    AvpType.HOST_NAME: Rule(1, MAX_VALUE, hideable=False),
    AvpType.VENDOR_NAME: Rule(0, MAX_VALUE, mandatory=False),
    AvpType.ASSIGNED_TUNNEL_ID: Rule(2, 2),
    AvpType.RECEIVE_WINDOW_SIZE: Rule(2, 2, hideable=False),
    AvpType.CHALLENGE: Rule(1, MAX_VALUE),
    AvpType.Q931_CAUSE_CODE: Rule(3, MAX_VALUE, hideable=False),
    AvpType.CHALLENGE_RESPONSE: Rule(16, 16),
    AvpType.ASSIGNED_SESSION_ID: Rule(2, 2),
    AvpType.CALL_SERIAL_NUMBER: Rule(4, 4),
    AvpType.MINIMUM_BPS: Rule(4, 4),
    AvpType.MAXIMUM_BPS: Rule(4, 4),
    AvpType.BEARER_TYPE: Rule(4, 4),
    AvpType.FRAMING_TYPE: Rule(4, 4),
    AvpType.CALLED_NUMBER: Rule(0, MAX_VALUE),
    AvpType.CALLING_NUMBER: Rule(0, MAX_VALUE),
    AvpType.SUB_ADDRESS: Rule(0, MAX_VALUE),
    AvpType.TX_CONNECT_SPEED: Rule(4, 4),
    AvpType.PHYSICAL_CHANNEL_ID: Rule(4, 4, mandatory=False),
    AvpType.INITIAL_RECEIVED_LCP_CONFREQ: Rule(0, MAX_VALUE, mandatory=False),
    AvpType.LAST_SENT_LCP_CONFREQ: Rule(0, MAX_VALUE, mandatory=False),
    AvpType.LAST_RECEIVED_LCP_CONFREQ: Rule(0, MAX_VALUE, mandatory=False),
    AvpType.PROXY_AUTHEN_TYPE: Rule(2, 2, mandatory=False),
    AvpType.PROXY_AUTHEN_NAME: Rule(0, MAX_VALUE, mandatory=False),
    AvpType.PROXY_AUTHEN_CHALLENGE: Rule(0, MAX_VALUE, mandatory=False),
    AvpType.PROXY_AUTHEN_ID: Rule(2, 2, mandatory=False),
    AvpType.PROXY_AUTHEN_RESPONSE: Rule(0, MAX_VALUE, mandatory=False),
    AvpType.CALL_ERRORS: Rule(26, 26),
    AvpType.ACCM: Rule(10, 10),
    AvpType.RANDOM_VECTOR: Rule(1, MAX_VALUE, hideable=False),
    AvpType.PRIVATE_GROUP_ID: Rule(0, MAX_VALUE, mandatory=False),
    AvpType.RX_CONNECT_SPEED: Rule(4, 4, mandatory=False),
    AvpType.SEQUENCING_REQUIRED: Rule(0, 0, hideable=False),
}

# RFC 2661 section 6. Framing and bearer capabilities, connect speeds and the like are for a LAC with modems:
# clients that are their own LAC leave some out, and nothing here depends on them.
REQUIRED: Final[dict[int, frozenset[OpenIntEnum]]] = {
    MessageType.SCCRQ: frozenset({AvpType.PROTOCOL_VERSION, AvpType.HOST_NAME, AvpType.ASSIGNED_TUNNEL_ID}),
    MessageType.SCCRP: frozenset({AvpType.PROTOCOL_VERSION, AvpType.HOST_NAME, AvpType.ASSIGNED_TUNNEL_ID}),
    MessageType.SCCCN: frozenset(),
    MessageType.STOPCCN: frozenset({AvpType.ASSIGNED_TUNNEL_ID, AvpType.RESULT_CODE}),
    MessageType.HELLO: frozenset(),
    MessageType.ICRQ: frozenset({AvpType.ASSIGNED_SESSION_ID, AvpType.CALL_SERIAL_NUMBER}),
    MessageType.ICRP: frozenset({AvpType.ASSIGNED_SESSION_ID}),
    MessageType.ICCN: frozenset(),
    MessageType.OCRQ: frozenset({AvpType.ASSIGNED_SESSION_ID, AvpType.CALL_SERIAL_NUMBER}),
    MessageType.OCRP: frozenset({AvpType.ASSIGNED_SESSION_ID}),
    MessageType.OCCN: frozenset(),
    MessageType.CDN: frozenset({AvpType.RESULT_CODE, AvpType.ASSIGNED_SESSION_ID}),
    MessageType.WEN: frozenset({AvpType.CALL_ERRORS}),
    MessageType.SLI: frozenset({AvpType.ACCM}),
}

# Of the connection, not of a session: an error in one of these ends the tunnel (section 7.1).
OF_THE_TUNNEL: Final = frozenset(
    {
        MessageType.SCCRQ,
        MessageType.SCCRP,
        MessageType.SCCCN,
        MessageType.STOPCCN,
        MessageType.HELLO,
    }
)
