"""The commit bit: neither side uses the SA before both have it (RFC 2408 section 3.1, V1-16).

The responder sets it in the second message, and tells CONNECTED when it has taken the third. That stands in
an informational exchange which has the message ID of quick mode, or is quick mode's fourth message; its hash
is that of an informational exchange in both forms. The IV is chained to quick mode's in both, for the message
ID is the same.
"""

from kakehashi.ike.v1.exchange import Received
from kakehashi.model.ikev1 import CommitBit
from kakehashi.wire.registry.ikev1 import ExchangeType, NotifyType, ProtocolId
from kakehashi.wire.v1.notification import Notification


def connected(protocol: ProtocolId, spi: bytes) -> Notification:
    """The responder's word that it has the SA."""
    return Notification(NotifyType.CONNECTED, protocol, spi)


def exchange_type(style: CommitBit) -> ExchangeType:
    """What CONNECTED is sent as."""
    return ExchangeType.QUICK if style is CommitBit.QUICK_MODE else ExchangeType.INFORMATIONAL


def is_connected(received: Received) -> bool:
    """Is it CONNECTED, in either form?"""
    return received.notification(NotifyType.CONNECTED) is not None
