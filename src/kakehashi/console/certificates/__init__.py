"""How a person handles certificates: what is pasted, what is shown, and what is asked then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kakehashi.console.certificates.awplus import AwPlusCertificates
from kakehashi.console.certificates.cisco_ios import CiscoIosCertificates
from kakehashi.console.certificates.dialogue import Dialogue
from kakehashi.console.certificates.nec_ix import NecIxCertificates

if TYPE_CHECKING:
    from kakehashi.console.session import Session

_DIALOGUES: dict[str, type[Dialogue]] = {
    "awplus": AwPlusCertificates,
    "cisco-ios": CiscoIosCertificates,
    "nec-ix": NecIxCertificates,
}


def dialogue_of(session: Session) -> Dialogue:
    """That of the session's device."""
    return _DIALOGUES.get(session.dialect.name, Dialogue)(session)
