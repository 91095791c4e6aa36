"""What the tunnels of one LNS have in common."""

from collections import Counter
from collections.abc import Callable

from kakehashi.l2tp.drops import Drop
from kakehashi.l2tp.effects import Effect
from kakehashi.l2tp.settings import Settings
from kakehashi.per_second import PerSecond


class Shared:
    """Settings, randomness, counters, effects. `sessions`: how many there are in all tunnels."""

    def __init__(self, settings: Settings, entropy: Callable[[int], bytes]) -> None:
        self.settings = settings
        self.entropy = entropy
        self.drops: Counter[Drop] = Counter()
        self.effects: list[Effect] = []
        self.sessions = 0
        self._answers = PerSecond()

    @property
    def secret(self) -> bytes:
        """The tunnel's secret; b"" if there is none."""
        return self.settings.secret.octets if self.settings.secret else b""

    def emit(self, effect: Effect) -> None:
        """Hand an effect to the driver."""
        self.effects.append(effect)

    def drop(self, reason: Drop) -> None:
        """Count a message that came to nothing."""
        self.drops[reason] += 1

    def may_answer(self, now: float) -> bool:
        """May one more stranger be refused in words in this second?"""
        return self._answers.take(self.settings.limits.answers_per_second, now)

    def new_id(self, taken: Callable[[int], bool]) -> int:
        """A random ID that is not zero and not taken; there are far fewer taken than 65535."""
        while (number := int.from_bytes(self.entropy(2), "big")) == 0 or taken(number):
            pass
        return number
