"""The transaction exchange: a question and its answer (draft-ietf-ipsec-isakmp-mode-cfg-04 section 3).

    ISAKMP_CFG_REQUEST  -->            ISAKMP_CFG_SET  -->
                   <--  ISAKMP_CFG_REPLY           <--  ISAKMP_CFG_ACK

What is asked and answered is in `xauth` and `mode_config`.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable

from kakehashi.crypto.ikev1.key_schedule import hash_1
from kakehashi.ike.drops import Drop
from kakehashi.ike.known import known
from kakehashi.ike.v1.exchange import Received
from kakehashi.ike.v1.flight import Flight
from kakehashi.ike.v1.isakmp_sa import IsakmpSa
from kakehashi.wire.registry.ikev1 import ConfigurationType, ExchangeType
from kakehashi.wire.v1.configuration import Configuration
from kakehashi.wire.v1.hash import Hash

Answered = Callable[[IsakmpSa, Configuration, float], None]
Unanswered = Callable[[IsakmpSa, float], None]
Answering = Callable[[IsakmpSa, Configuration, float], "Configuration | None"]

_ANSWERS = {
    ConfigurationType.REQUEST: ConfigurationType.REPLY,
    ConfigurationType.SET: ConfigurationType.ACK,
}


class Question:
    """A transaction that we begin. `answered` gets the answer, `unanswered` is told that there is none."""

    kind = ExchangeType.TRANSACTION

    def __init__(
        self,
        message_id: int,
        configuration: Configuration,
        answered: Answered,
        unanswered: Unanswered,
    ) -> None:
        self.message_id = message_id
        self.flight = Flight()
        self._configuration = configuration
        self._answered, self._unanswered = answered, unanswered

    def start(self, sa: IsakmpSa, now: float) -> None:
        datagrams = sa.seal(self.kind, self.message_id, [self._configuration], hashed=True)
        self.flight.send(sa, datagrams, now, sa.waits)

    def receive(self, sa: IsakmpSa, received: Received, now: float) -> None:
        answer = proved(sa, received)
        if answer is None or answer.type != _ANSWERS[self._configuration.type]:
            sa.host.drop(Drop.BAD_HASH if answer is None else Drop.UNEXPECTED_EXCHANGE, received.path)
            return
        sa.believe(received, now)
        self.flight.answered()
        sa.end(self)
        self._answered(sa, answer, now)

    def next_timeout(self) -> float | None:
        return self.flight.due

    def run(self, sa: IsakmpSa, now: float) -> None:
        if not self.flight.run(sa, now, "a question about XAUTH or addresses"):
            sa.end(self)
            self._unanswered(sa, now)

    def ended(self, sa: IsakmpSa, reason: str, now: float) -> None:
        """Who waits for the SA is told of its end elsewhere."""


class Answer:
    """A transaction that the peer began. Some peers ask all their questions in one exchange."""

    kind = ExchangeType.TRANSACTION

    def __init__(self, message_id: int, answering: Answering) -> None:
        self.message_id = message_id
        self.flight = Flight()
        self._answering = answering
        self._forget_at: float | None = None

    def start(self, sa: IsakmpSa, now: float) -> None:
        """It begins with a message of the peer."""

    def receive(self, sa: IsakmpSa, received: Received, now: float) -> None:
        question = proved(sa, received)
        if question is None or question.type not in _ANSWERS:
            sa.host.drop(Drop.BAD_HASH if question is None else Drop.UNEXPECTED_EXCHANGE, received.path)
            return
        sa.exchanges[self.message_id] = self
        sa.believe(received, now)
        self.flight.heard(received.digest)
        self._forget_at = now + sum(sa.waits)
        answer = self._answering(sa, question, now)
        if answer is not None:
            datagrams = sa.seal(self.kind, self.message_id, [answer], hashed=True)
            self.flight.send(sa, datagrams, now)

    def next_timeout(self) -> float | None:
        return self._forget_at

    def run(self, sa: IsakmpSa, now: float) -> None:
        if self._forget_at is not None and self._forget_at <= now:
            sa.end(self)

    def ended(self, sa: IsakmpSa, reason: str, now: float) -> None:
        """Nobody waits."""


def proved(sa: IsakmpSa, received: Received) -> Configuration | None:
    """The Attributes payload, if HASH(1) proves it."""
    found = received.maybe(Hash)
    expected = hash_1(sa.hash, known(sa.skeyids).skeyid_a, received.message_id, received.after_hash)
    if found is None or found is not received.payloads[0] or not hmac.compare_digest(found.data, expected):
        return None
    return received.maybe(Configuration)
