"""An exchange that we begin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from kakehashi.ike.v2.contents import Contents
from kakehashi.wire.registry.ikev2 import ExchangeType
from kakehashi.wire.v2.payloads import Payload

if TYPE_CHECKING:
    from kakehashi.ike.v2.ike_sa import IkeSa


class Exchange(Protocol):
    """One request of ours, from its wish to its response. It waits in the SA's queue for its turn."""

    kind: ExchangeType

    @property
    def concerns_child(self) -> bool:
        """Does it make, rekey or delete a Child SA? Such a one keeps the peer from rekeying the IKE SA."""

    def request(self, sa: IkeSa, now: float) -> Sequence[Payload] | None:
        """The payloads, when its turn has come. None: it has become pointless."""

    def response(self, sa: IkeSa, contents: Contents, now: float) -> None:
        """The peer's answer, decrypted and legal. Refusal where it does not fit the request."""

    def failed(self, sa: IkeSa, why: str | None, now: float) -> None:
        """There will be no answer, for the IKE SA ends. Tell it where someone waits for more than the SA.

        `why` it ends; None: because this request was not answered.
        """


class Disregarded:
    """What is left of a request when nobody wants its outcome: the next one has to wait for its response
    (RFC 7296 section 2.3).
    """

    concerns_child = False

    def __init__(self, kind: ExchangeType) -> None:
        self.kind = kind

    def request(self, sa: IkeSa, now: float) -> Sequence[Payload] | None:
        return None

    def response(self, sa: IkeSa, contents: Contents, now: float) -> None:
        """Whatever it says."""

    def failed(self, sa: IkeSa, why: str | None, now: float) -> None:
        """Nobody waits for it."""
