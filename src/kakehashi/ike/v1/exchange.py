"""An exchange of an ISAKMP SA, and the messages that it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from kakehashi.model.address import Path
from kakehashi.wire.registry.ikev1 import ExchangeType, NotifyType
from kakehashi.wire.v1.header import Header
from kakehashi.wire.v1.notification import Notification
from kakehashi.wire.v1.payloads import Decoded, Payload

if TYPE_CHECKING:
    from kakehashi.ike.v1.flight import Flight
    from kakehashi.ike.v1.isakmp_sa import IsakmpSa

MAX_EXCHANGES = 64  # of one ISAKMP SA that are under way or may still be repeated

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Received:
    """A message of the peer, decrypted if it was encrypted, and not yet believed: see `IsakmpSa.believe`.

    `raw`: each payload with its generic header. `after_hash`: all octets behind the first payload, without
    padding, which is what HASH(1) and HASH(2) cover. `digest` knows the datagram again. `next_iv`: the IV of
    the message that follows this one, empty if it was not encrypted.
    """

    responder_cookie: bytes
    exchange_type: ExchangeType
    message_id: int
    payloads: tuple[Payload, ...]
    raw: tuple[bytes, ...]
    after_hash: bytes
    path: Path
    digest: bytes
    encrypted: bool = True
    commit: bool = False
    next_iv: bytes = b""

    @classmethod
    def of(
        cls, header: Header, decoded: Decoded, digest: bytes, path: Path, next_iv: bytes = b""
    ) -> Received:
        """What came behind a header. `next_iv` is not empty if it was encrypted."""
        return cls(
            responder_cookie=header.responder_cookie,
            exchange_type=header.exchange_type,
            message_id=header.message_id,
            payloads=decoded.payloads,
            raw=decoded.raw,
            after_hash=decoded.after(0),
            path=path,
            digest=digest,
            encrypted=bool(next_iv),
            commit=header.commit,
            next_iv=next_iv,
        )

    def maybe(self, kind: type[P]) -> P | None:
        """The first payload of a kind, or None."""
        return next((p for p in self.payloads if isinstance(p, kind)), None)

    def all(self, kind: type[P]) -> list[P]:
        """The payloads of a kind, in their order."""
        return [p for p in self.payloads if isinstance(p, kind)]

    def body(self, payload: Any) -> bytes:
        """The octets of that very payload as they came, without its generic header: SAi_b, IDii_b."""
        return next(raw[4:] for p, raw in zip(self.payloads, self.raw, strict=True) if p is payload)

    def notification(self, kind: NotifyType) -> Notification | None:
        """The first notification of a type, or None."""
        return next((n for n in self.all(Notification) if n.type == kind), None)

    @property
    def error(self) -> Notification | None:
        """The first notification of an error, or None."""
        return next((n for n in self.all(Notification) if n.type.is_error), None)


class Exchange(Protocol):
    """What has one message ID, from its first message until nobody can repeat its last."""

    kind: ExchangeType
    message_id: int
    flight: Flight

    def start(self, sa: IsakmpSa, now: float) -> None:
        """Send the first message. Called by `IsakmpSa.begin` alone, for exchanges that we begin."""

    def receive(self, sa: IsakmpSa, received: Received, now: float) -> None:
        """Take the next message: never a repeated one, that is what `flight` is for."""

    def next_timeout(self) -> float | None:
        """When `run` wants to be called, monotonic seconds."""

    def run(self, sa: IsakmpSa, now: float) -> None:
        """Do what is due."""

    def ended(self, sa: IsakmpSa, reason: str, now: float) -> None:
        """The ISAKMP SA has ended, and the exchange with it."""
