"""All rules, in the order in which they are asked."""

from collections.abc import Callable, Iterator

from kakehashi.check.device import Device
from kakehashi.check.report import Remark

Rule = Callable[[Device], Iterator[Remark]]
RULES: tuple[Rule, ...] = ()
