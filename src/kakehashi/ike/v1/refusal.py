"""What we do not accept of phase 1, with what the peer is told and what the log says."""

from collections.abc import Mapping

from kakehashi.wire.registry.ikev1 import NotifyType


class Refusal(Exception):  # noqa: N818 (it says what happened)
    """A message of the peer's that is not taken.

    `sentence` is for our log alone; the peer is told only `notify`, nothing if that is None. `proved`: the
    peer has the keys, so this is no stranger's doing and ends the negotiation.
    """

    def __init__(
        self,
        notify: NotifyType | None,
        sentence: str,
        *,
        details: Mapping[str, str] | None = None,
        proved: bool = False,
    ) -> None:
        super().__init__(sentence)
        self.notify = notify
        self.sentence = sentence
        self.details = dict(details or {})
        self.proved = proved

    @property
    def cause(self) -> str:
        """For machines."""
        return "refused" if self.notify is None else self.notify.name
