"""What we do not accept, with what the peer is told and what the log says."""

from collections.abc import Mapping

from kakehashi.wire.registry.ikev2 import NotifyType, ProtocolId
from kakehashi.wire.v2.notify import Notify


class Refusal(Exception):  # noqa: N818 (it says what happened)
    """A request that is answered with an error, or a response that ends the exchange.

    `sentence` is for our log alone: what the peer is told is only `notify`, so that a wrong key and an
    unknown identity look alike on the wire (RFC 7296 section 2.21.2). `expected`: a part of normal life that
    is no failure, such as a collision (section 2.25).
    """

    def __init__(
        self,
        notify: NotifyType,
        sentence: str,
        *,
        data: bytes = b"",
        spi: bytes = b"",
        protocol: ProtocolId = ProtocolId.ESP,
        details: Mapping[str, str] | None = None,
        expected: bool = False,
    ) -> None:
        super().__init__(sentence)
        self.notify = notify
        self.sentence = sentence
        self.details = dict(details or {})
        self.expected = expected
        self._data = data
        self._spi = spi
        self._protocol = protocol

    def payload(self) -> Notify:
        """The Notify for the peer."""
        protocol = self._protocol if self._spi else ProtocolId.NONE
        return Notify(self.notify, protocol, self._spi, self._data)
