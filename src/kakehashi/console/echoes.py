"""Echo requests as IOS counts them on the screen, from what the host's ping tells."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

_ANSWER = re.compile(r"seq=(\d+) .*time=([0-9.]+) ms")
_MISSED = re.compile(r"no answer yet for icmp_seq=(\d+)")


def is_missed(line: str) -> bool:
    """Does ping say that nobody has answered yet?"""
    return _MISSED.match(line) is not None


@dataclass(slots=True)
class Echoes:
    """`count` are wanted; each is written as it comes: `!` for an answer, `.` for none."""

    count: int
    write: Callable[[str], None]
    told: int = 0
    times: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def hear(self, line: str) -> None:
        """A line of ping's."""
        if found := _ANSWER.search(line):
            number = min(int(found[1]), self.count)
            self.write("." * max(0, number - 1 - self.told) + ("!" if number > self.told else ""))
            self.told = max(self.told, number)
            self.times.append(float(found[2]))
        elif found := _MISSED.match(line):
            number = min(int(found[1]), self.count)
            self.write("." * max(0, number - self.told))
            self.told = max(self.told, number)
        elif line.startswith(("%", "ping:")):
            self.faults.append(line)

    def end(self, is_whole: bool = True) -> None:
        """What is left, and the sum. Not `is_whole`: it was broken off."""
        if self.faults:
            self.write("\n".join(self.faults) + "\n")
            return
        sent = self.count if is_whole else self.told
        self.write("." * (sent - self.told) + "\n")
        rate = 100 * len(self.times) // sent if sent else 0
        trip = ""
        if self.times:
            mean = sum(self.times) / len(self.times)
            low, high, middle = (max(1, round(t)) for t in (min(self.times), max(self.times), mean))
            trip = f", round-trip min/avg/max = {low}/{middle}/{high} ms"
        self.write(f"Success rate is {rate} percent ({len(self.times)}/{sent}){trip}\n")
