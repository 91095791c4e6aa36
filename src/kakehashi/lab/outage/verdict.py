"""Was traffic back when the configurations say that it should be?"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from kakehashi.lab.outage.gaps import Direction, Gap
from kakehashi.lab.outage.implied import Implications, Implied
from kakehashi.lab.outage.nouns import Outage

# Two requests that are lost, the answer of a neighbour (ARP), and a machine that has other things to do.
SLACK_SECONDS = 3.0
_BEFORE = 0.5  # an outage takes a moment to be brought about, and a packet may have been sent before it


class Verdict(enum.Enum):
    """What is to be said of it."""

    NOT_LOST = "not lost"
    AS_IMPLIED = "as implied"
    TOO_LATE = "too late"
    NOT_BACK = "not back"
    NOT_EXPECTED = "not expected back"
    NOT_JUDGED = "the lab ended before it had to be back"

    @property
    def ok(self) -> bool:
        """Is it as the files say?"""
        return self not in (Verdict.TOO_LATE, Verdict.NOT_BACK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One outage and one direction of traffic. `outage` None: nothing was to blame for the gaps."""

    outage: Outage | None
    direction: Direction
    gaps: tuple[Gap, ...]
    implied: Implied | None
    verdict: Verdict

    @property
    def seconds(self) -> float | None:
        """The longest time without traffic; None: it was not over at the end, or there was none."""
        lengths = [gap.seconds for gap in self.gaps]
        known = [length for length in lengths if length is not None]
        return max(known) if known and len(known) == len(lengths) else None


def judge(
    outages: Sequence[Outage], directions: Sequence[Direction], implications: Implications, ended: float
) -> tuple[Judgement, ...]:
    """Every outage with every direction that it could touch, or did. `ended`: when the traffic ended."""
    found: list[Judgement] = []
    for direction in directions:
        implied = {
            outage: implications.of(outage, direction.source_address, direction.destination_address)
            for outage in outages
        }
        of: dict[Outage | None, list[Gap]] = {outage: [] for outage in outages}
        for gap in direction.gaps:
            of.setdefault(_blamed(gap, implied), []).append(gap)
        for outage, gaps in of.items():
            if outage is None:
                if gaps:
                    found.append(_unexplained(direction, gaps))
            elif implied[outage] is not None or gaps:
                allowed = implied[outage]
                verdict = _verdict(outage, gaps, allowed, _deadline(outage, implied), ended)
                found.append(
                    Judgement(
                        outage=outage, direction=direction, gaps=tuple(gaps), implied=allowed, verdict=verdict
                    )
                )
    return tuple(found)


def _unexplained(direction: Direction, gaps: Sequence[Gap]) -> Judgement:
    verdict = Verdict.TOO_LATE if all(gap.ended is not None for gap in gaps) else Verdict.NOT_BACK
    return Judgement(outage=None, direction=direction, gaps=tuple(gaps), implied=None, verdict=verdict)


def _blamed(gap: Gap, implied: dict[Outage, Implied | None]) -> Outage | None:
    """The last outage that had begun, and that touches this traffic; else the last one at all."""
    begun = [outage for outage in implied if outage.at <= gap.begun + _BEFORE]
    touching = [outage for outage in begun if implied[outage] is not None]
    return max(touching or begun, key=lambda outage: outage.at, default=None)


def _deadline(outage: Outage, implied: dict[Outage, Implied | None]) -> float | None:
    """When traffic has to be back: an outage that is on at the same time may keep it away longer."""
    allowed = implied[outage]
    if allowed is None:
        return outage.at
    if allowed.seconds is None:
        return None
    deadline = outage.at + allowed.seconds
    for other, theirs in implied.items():
        if theirs is None or other is outage:
            continue
        end = other.at + (theirs.seconds if theirs.seconds is not None else float("inf"))
        if other.at <= deadline and end > outage.at:
            deadline = max(deadline, end)
    return None if deadline == float("inf") else deadline


def _verdict(
    outage: Outage, gaps: Sequence[Gap], implied: Implied | None, deadline: float | None, ended: float
) -> Verdict:
    if not gaps:
        return Verdict.NOT_LOST
    worst = Verdict.AS_IMPLIED
    for gap in gaps:
        until = deadline
        if implied is not None and outage.end is not None and gap.begun > outage.end:
            until = max(deadline or 0.0, outage.end + implied.later)
        if until is None:
            worst = Verdict.NOT_EXPECTED if gap.ended is None else worst
        elif gap.ended is None:
            return Verdict.NOT_BACK if ended > until + SLACK_SECONDS else Verdict.NOT_JUDGED
        elif gap.ended > until + SLACK_SECONDS:
            return Verdict.TOO_LATE
    return worst
