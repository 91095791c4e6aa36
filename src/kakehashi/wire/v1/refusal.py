"""What IKEv1 says to a peer whose message is refused (RFC 2408 section 5)."""

from collections.abc import Mapping
from typing import Final

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev1 import NotifyType

_NOTIFIES: Final[Mapping[Reason, NotifyType | None]] = {
    # Without a header to be trusted there is nobody to answer (RFC 2408 section 5.2).
    Reason.MESSAGE_TOO_SHORT: None,
    Reason.MESSAGE_TOO_LONG: None,
    Reason.ENCRYPTED_WITHOUT_KEY: None,
    # Nothing that came in pieces is answered before it is whole.
    Reason.FRAGMENT_NUMBER: None,
    Reason.MESSAGE_LENGTH: NotifyType.UNEQUAL_PAYLOAD_LENGTHS,
    Reason.MAJOR_VERSION_NOT_1: NotifyType.INVALID_MAJOR_VERSION,
    Reason.MINOR_VERSION_TOO_HIGH: NotifyType.INVALID_MINOR_VERSION,
    Reason.PAYLOAD_LENGTH: NotifyType.UNEQUAL_PAYLOAD_LENGTHS,
    Reason.TRAILING_OCTETS: NotifyType.UNEQUAL_PAYLOAD_LENGTHS,
    # RFC 2408 sections 5.4 to 5.6.
    Reason.DOI: NotifyType.DOI_NOT_SUPPORTED,
    Reason.SITUATION: NotifyType.SITUATION_NOT_SUPPORTED,
    Reason.LAST_SUBSTRUCTURE: NotifyType.BAD_PROPOSAL_SYNTAX,
    Reason.TOO_MANY_PROPOSALS: NotifyType.BAD_PROPOSAL_SYNTAX,
    Reason.PROPOSAL_LENGTH: NotifyType.BAD_PROPOSAL_SYNTAX,
    Reason.TOO_MANY_TRANSFORMS: NotifyType.BAD_PROPOSAL_SYNTAX,
    Reason.TRANSFORM_COUNT: NotifyType.BAD_PROPOSAL_SYNTAX,
    Reason.TRANSFORM_LENGTH: NotifyType.BAD_PROPOSAL_SYNTAX,
    # RFC 2408 section 5.8.
    Reason.IDENTIFICATION_LENGTH: NotifyType.INVALID_ID_INFORMATION,
}


def notify_for(error: WireError) -> NotifyType | None:
    """The notification that tells the peer, PAYLOAD-MALFORMED if no other fits; None: say nothing."""
    return _NOTIFIES.get(error.reason, NotifyType.PAYLOAD_MALFORMED)
