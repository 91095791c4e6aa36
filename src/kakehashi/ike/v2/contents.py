"""The payloads of one message, and which are legal in which message."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from kakehashi.ike.v2.refusal import Refusal
from kakehashi.wire.registry.ikev2 import ExchangeType, NotifyType
from kakehashi.wire.v2.authentication import Authentication
from kakehashi.wire.v2.identification import IdentificationInitiator, IdentificationResponder
from kakehashi.wire.v2.ke import KeyExchange
from kakehashi.wire.v2.nonce import Nonce
from kakehashi.wire.v2.notify import Notify
from kakehashi.wire.v2.payloads import Payload
from kakehashi.wire.v2.sa import SecurityAssociation
from kakehashi.wire.v2.traffic_selector import TrafficSelectorsInitiator, TrafficSelectorsResponder

P = TypeVar("P")

_Counts = Mapping[type[Any], tuple[int, int]]  # at least, at most

_ONE = (1, 1)
_OPTIONAL = (0, 1)

# Notify, Vendor ID and types that we do not use may stand anywhere and any number of times (RFC 7296 section
# 1.2 and appendix C); types that have no place in a message are ignored.
LEGAL: Mapping[tuple[ExchangeType, bool], _Counts] = {
    (ExchangeType.IKE_SA_INIT, False): {
        SecurityAssociation: _ONE,
        KeyExchange: _ONE,
        Nonce: _ONE,
    },
    (ExchangeType.IKE_SA_INIT, True): {
        SecurityAssociation: _ONE,
        KeyExchange: _ONE,
        Nonce: _ONE,
    },
    (ExchangeType.IKE_AUTH, False): {
        IdentificationInitiator: _ONE,
        IdentificationResponder: _OPTIONAL,
        # Without AUTH the initiator asks for EAP (section 2.16), which gets a refusal of its own.
        Authentication: _OPTIONAL,
        SecurityAssociation: _ONE,
        TrafficSelectorsInitiator: _ONE,
        TrafficSelectorsResponder: _ONE,
    },
    (ExchangeType.IKE_AUTH, True): {
        IdentificationResponder: _ONE,
        Authentication: _ONE,
        SecurityAssociation: _OPTIONAL,
        TrafficSelectorsInitiator: _OPTIONAL,
        TrafficSelectorsResponder: _OPTIONAL,
    },
    (ExchangeType.CREATE_CHILD_SA, False): {
        SecurityAssociation: _ONE,
        Nonce: _ONE,
        KeyExchange: _OPTIONAL,
        TrafficSelectorsInitiator: _OPTIONAL,
        TrafficSelectorsResponder: _OPTIONAL,
    },
    (ExchangeType.CREATE_CHILD_SA, True): {
        SecurityAssociation: _ONE,
        Nonce: _ONE,
        KeyExchange: _OPTIONAL,
        TrafficSelectorsInitiator: _OPTIONAL,
        TrafficSelectorsResponder: _OPTIONAL,
    },
    (ExchangeType.INFORMATIONAL, False): {},
    (ExchangeType.INFORMATIONAL, True): {},
}

_NO_COUNTS: _Counts = {}


class Contents:
    """The payloads of one message, by their classes."""

    __slots__ = ("_by_class", "notifies")

    def __init__(self, payloads: Iterable[Payload]) -> None:
        self._by_class: dict[type[Any], list[Any]] = {}
        for payload in payloads:
            self._by_class.setdefault(type(payload), []).append(payload)
        self.notifies: list[Notify] = self._by_class.get(Notify, [])

    def one(self, kind: type[P]) -> P:
        """The payload of a kind. Refusal with INVALID_SYNTAX if there is none."""
        found = self.maybe(kind)
        if found is None:
            raise Refusal(NotifyType.INVALID_SYNTAX, f"the {kind.__name__} payload is missing")
        return found

    def maybe(self, kind: type[P]) -> P | None:
        """The payload of a kind, or None."""
        found = self._by_class.get(kind)
        return found[0] if found else None

    def all(self, kind: type[P]) -> list[P]:
        """The payloads of a kind, in their order."""
        return self._by_class.get(kind, [])

    def notify(self, kind: NotifyType) -> Notify | None:
        """The first Notify of a type, or None."""
        return next((n for n in self.notifies if n.type == kind), None)

    @property
    def error(self) -> Notify | None:
        """The first Notify that is an error, or None."""
        return next((n for n in self.notifies if n.type.is_error), None)

    def check(self, exchange: ExchangeType, is_response: bool) -> None:
        """Refusal with INVALID_SYNTAX for missing or surplus payloads. An error Notify excuses all."""
        if is_response and self.error is not None:
            return
        legal = LEGAL.get((exchange, is_response), _NO_COUNTS)
        for kind, (least, most) in legal.items():
            count = len(self._by_class.get(kind, ()))
            if not least <= count <= most:
                raise Refusal(
                    NotifyType.INVALID_SYNTAX,
                    f"{count} {kind.payload_type.name} payloads in an {exchange.name} "
                    f"{'response' if is_response else 'request'}",
                )
