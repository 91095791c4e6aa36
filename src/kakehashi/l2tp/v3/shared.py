"""What the control connections of one LCCE have in common."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kakehashi.l2tp.drops import Drop
from kakehashi.l2tp.effects import Carrier, Event, EventName
from kakehashi.l2tp.v3.effects import Effect, WireDown, WireUp
from kakehashi.l2tp.v3.settings import Peer, Settings
from kakehashi.l2tp.v3.wire.digest import hiding_key
from kakehashi.l2tp.v3.wire.message import encode_message
from kakehashi.l2tp.v3.wire.registry import MessageType
from kakehashi.l2tp.v3.wire.rules import RULES
from kakehashi.l2tp.wire.avp import Avp, hidden
from kakehashi.model.pseudowire import PseudowireSession
from kakehashi.per_second import PerSecond

_VECTOR_OCTETS = 16


@dataclass(slots=True)
class Bound:
    """A session that frames pass through. `sent`, `expected`: the next sequence numbers."""

    name: str
    carrier: Carrier
    session: PseudowireSession
    sent: int = 0
    expected: int = 0


class Shared:
    """Settings, randomness, counters, effects, and the sessions: `bound` by our ID."""

    def __init__(self, settings: Settings, entropy: Callable[[int], bytes]) -> None:
        self.settings = settings
        self.entropy = entropy
        self.drops: Counter[Drop] = Counter()
        self.effects: list[Effect] = []
        self.bound: dict[int, Bound] = {}
        self.of_name: dict[str, Bound] = {}
        self.taken: set[int] = set()
        self.inactive: set[str] = set()
        self._answers = PerSecond()

    def emit(self, effect: Effect) -> None:
        """Hand an effect to the driver."""
        self.effects.append(effect)

    def drop(self, reason: Drop) -> None:
        """Count a message that came to nothing."""
        self.drops[reason] += 1

    def tell(self, name: EventName, text: str, carrier: Carrier, now: float) -> bool:
        """Tell an operator, and perhaps the peer, unless that was done often in this second."""
        if not self._answers.take(self.settings.limits.answers_per_second, now):
            self.drop(Drop.ANSWERS_LIMIT)
            return False
        self.emit(Event(name, text, carrier))
        return True

    def new_id(self, taken: Callable[[int], bool]) -> int:
        """A random ID of 32 bits that is not zero and not taken."""
        while (number := int.from_bytes(self.entropy(4), "big")) == 0 or taken(number):
            pass
        return number

    def bind(self, name: str, carrier: Carrier, session: PseudowireSession, active: bool) -> None:
        """Frames may pass."""
        bound = Bound(name, carrier, session)
        self.bound[session.local_id] = self.of_name[name] = bound
        self.emit(WireUp(name, carrier, session, active))

    def unbind(self, name: str, reason: str) -> None:
        """No more."""
        bound = self.of_name.pop(name, None)
        if bound is not None:
            del self.bound[bound.session.local_id]
            self.emit(WireDown(name, reason))

    def body(self, peer: Peer, kind: MessageType, avps: Iterable[Avp] = ()) -> bytes:
        """The body of a message, AVPs hidden where that is configured."""
        if peer.control is not None and peer.control.hidden and peer.secret:
            avps = hidden(avps, hiding_key(peer.secret), self.entropy(_VECTOR_OCTETS), RULES)
        return encode_message(kind, avps)
