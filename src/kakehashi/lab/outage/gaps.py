"""When traffic did not pass, out of which packets arrived."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kakehashi.lab.outage.traffic import Flow
from kakehashi.model.address import IPAddress

_LEAST = 2  # packets lost in a row before anybody speaks of an outage
_UNLIKELY = 1e-6
_LAST = 1.0  # seconds: what was sent later may be on its way when the traffic ends
_LATE = 5.0  # seconds: what waited longer, in the queues of a gateway that stands still, has not arrived


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A time without traffic, in seconds after its beginning. `ended` None: it was not over at the end."""

    begun: float
    ended: float | None
    lost: int

    @property
    def seconds(self) -> float | None:
        """How long it was; None: it was not over."""
        return None if self.ended is None else self.ended - self.begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Direction:
    """The traffic from one host to another. `answers`: seen by the answers to requests of the other way."""

    source: str
    destination: str
    source_address: IPAddress
    destination_address: IPAddress
    gaps: tuple[Gap, ...]
    sent: int
    arrived: int
    answers: bool = False

    def __str__(self) -> str:
        return f"{self.source} > {self.destination}"


def directions(flows: Sequence[Flow], start: float, loss: float) -> tuple[Direction, ...]:
    """Both directions between all hosts. `loss`: at random, which is no gap; 0 to 1."""
    least = _least(loss)
    found = []
    both = {(f.probe.source_address, f.probe.destination_address) for f in flows}
    for flow in flows:
        probe = flow.probe
        found.append(
            Direction(
                source=probe.source,
                destination=probe.destination,
                source_address=probe.source_address,
                destination_address=probe.destination_address,
                gaps=gaps(flow.sent, flow.arrived, start, least),
                sent=len(flow.sent),
                arrived=len(flow.arrived),
            )
        )
        if (probe.destination_address, probe.source_address) not in both:
            # Nobody begins there: what comes back says how the way back is.
            found.append(
                Direction(
                    source=probe.destination,
                    destination=probe.source,
                    source_address=probe.destination_address,
                    destination_address=probe.source_address,
                    gaps=gaps(flow.arrived, flow.answered, start, least),
                    sent=len(flow.arrived),
                    arrived=len(flow.answered),
                    answers=True,
                )
            )
    return tuple(found)


def gaps(sent: dict[int, float], arrived: dict[int, float], start: float, least: int) -> tuple[Gap, ...]:
    """The times in which `least` packets in a row, or more, did not arrive. `start`: monotonic seconds."""
    found: list[Gap] = []
    lost: list[float] = []
    last = max(sent.values(), default=0.0)

    def close(ended: float | None) -> None:
        if len(lost) >= least:
            found.append(Gap(begun=lost[0] - start, ended=ended, lost=len(lost)))
        lost.clear()

    for number in sorted(sent):
        if number not in arrived or arrived[number] - sent[number] > _LATE:
            if sent[number] < last - _LAST or lost:
                lost.append(sent[number])
        else:
            close(max(arrived[number], lost[0]) - start if lost else None)
    close(None)
    return tuple(found)


def _least(loss: float) -> int:
    """So many in a row that are hardly lost by chance."""
    if not 0 < loss < 1:
        return _LEAST
    return max(_LEAST, math.ceil(math.log(_UNLIKELY) / math.log(loss)))
