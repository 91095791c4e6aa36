"""Which payloads are legal in which message of phase 1 (RFC 2409 sections 5.1 and 5.4, RFC 3947 section 3.2).

Vendor IDs, notifications, NAT-D, certificates and requests for them, and what nobody knows may stand in every
message (RFC 2409 section 5); what has no place in one is ignored.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from kakehashi.ike.v1.exchange import Received
from kakehashi.ike.v1.refusal import Refusal
from kakehashi.wire.registry.ikev1 import ExchangeType, NotifyType
from kakehashi.wire.v1.hash import Hash
from kakehashi.wire.v1.identification import Identification
from kakehashi.wire.v1.ke import KeyExchange
from kakehashi.wire.v1.message import Message, encode
from kakehashi.wire.v1.nonce import Nonce
from kakehashi.wire.v1.notification import Notification
from kakehashi.wire.v1.payloads import Payload
from kakehashi.wire.v1.sa import SecurityAssociation
from kakehashi.wire.v1.signature import Signature

_MAIN, _AGGRESSIVE = ExchangeType.IDENTITY_PROTECTION, ExchangeType.AGGRESSIVE
_Counts = Mapping[type[Any], tuple[int, int]]  # at least, at most

_ONE = (1, 1)
_OPTIONAL = (0, 1)
_PROOF: _Counts = {Hash: _OPTIONAL, Signature: _OPTIONAL}

LEGAL: Mapping[tuple[ExchangeType, int], _Counts] = {
    (_MAIN, 1): {SecurityAssociation: _ONE},
    (_MAIN, 2): {SecurityAssociation: _ONE},
    (_MAIN, 3): {KeyExchange: _ONE, Nonce: _ONE},
    (_MAIN, 4): {KeyExchange: _ONE, Nonce: _ONE},
    (_MAIN, 5): {Identification: _ONE, **_PROOF},
    (_MAIN, 6): {Identification: _ONE, **_PROOF},
    (_AGGRESSIVE, 1): {SecurityAssociation: _ONE, KeyExchange: _ONE, Nonce: _ONE, Identification: _ONE},
    (_AGGRESSIVE, 2): {
        SecurityAssociation: _ONE,
        KeyExchange: _ONE,
        Nonce: _ONE,
        Identification: _ONE,
        **_PROOF,
    },
    (_AGGRESSIVE, 3): _PROOF,
}
"""By exchange and number of the message: how many payloads of a kind it has at least and at most."""


def check(received: Received, number: int) -> None:
    """Refusal for a message that has not what belongs into it."""
    kind = received.exchange_type
    for payload, (least, most) in LEGAL[kind, number].items():
        count = len(received.all(payload))
        if not least <= count <= most:
            name = payload.payload_type.name
            raise Refusal(NotifyType.PAYLOAD_MALFORMED, f"its message {number} has {count} {name} payloads")


def clear(
    cookies: tuple[bytes, bytes], kind: ExchangeType, payloads: Sequence[Payload], message_id: int = 0
) -> bytes:
    """The datagram of a message that is not encrypted."""
    return encode(Message(*cookies, kind, message_id, tuple(payloads)))


def error(cookies: tuple[bytes, bytes], notify: NotifyType, message_id: int) -> bytes:
    """The datagram of an error in clear: an informational exchange (RFC 2408 section 4.8)."""
    return clear(cookies, ExchangeType.INFORMATIONAL, [Notification(notify)], message_id)
