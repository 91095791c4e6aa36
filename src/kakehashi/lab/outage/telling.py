"""What happened, in sentences and as JSON."""

from typing import Any

from kakehashi.lab.outage.campaign import History
from kakehashi.lab.outage.gaps import Gap
from kakehashi.lab.outage.verdict import Judgement, Verdict


def sentence(each: Judgement) -> str:
    """What is to be said of one outage and one direction: how long, and how long it may be."""
    if each.outage is None:
        return f"traffic was lost though nothing was wrong: {gaps_text(each)}"
    parts = [f"{each.outage.text}: {gaps_text(each)}"]
    parts.append(implied_text(each) if each.implied else "this outage is none of its business")
    if each.verdict in (Verdict.TOO_LATE, Verdict.NOT_BACK):
        parts.append(each.verdict.value)
    return "; ".join(parts)


def gaps_text(each: Judgement) -> str:
    """`20.1 s (10.0 - 30.1)`, each gap."""
    return ", ".join(_gap(gap) for gap in each.gaps) or "nothing lost"


def implied_text(each: Judgement) -> str:
    """`at most 45 s: why, why`."""
    if each.implied is None:
        return ""
    why = "; ".join(each.implied.because)
    if each.implied.seconds is None:
        return f"not expected back: {why}"
    return f"at most {each.implied.seconds:.0f} s: {why}"


def _gap(gap: Gap) -> str:
    if gap.ended is None or gap.seconds is None:
        return f"from {gap.begun:.1f} s on"
    return f"{gap.seconds:.1f} s ({gap.begun:.1f} - {gap.ended:.1f})"


def history_json(history: History) -> dict[str, Any]:
    """Everything, with times in seconds after the traffic began."""
    return {
        "ok": history.ok,
        "seconds": round(history.seconds, 3),
        "timeline": [
            {
                "at": round(entry.at, 3),
                "what": entry.what.value,
                "device": entry.device or None,
                "tunnel": entry.tunnel or None,
                "name": entry.name or None,
                "text": entry.text,
                "times": entry.times,
                "until": None if entry.until is None else round(entry.until, 3),
            }
            for entry in history.entries
        ],
        "traffic": [
            {
                "from": direction.source,
                "to": direction.destination,
                "sent": direction.sent,
                "arrived": direction.arrived,
                "gaps": [_gap_json(gap) for gap in direction.gaps],
            }
            for direction in history.directions
        ],
        "outages": [
            {
                "outage": each.outage.text if each.outage else None,
                "from": each.direction.source,
                "to": each.direction.destination,
                "gaps": [_gap_json(gap) for gap in each.gaps],
                "implied_seconds": each.implied.seconds if each.implied else None,
                "because": list(each.implied.because) if each.implied else [],
                "verdict": each.verdict.value,
                "ok": each.verdict.ok,
            }
            for each in history.judgements
        ],
    }


def _gap_json(gap: Gap) -> dict[str, Any]:
    ended = None if gap.ended is None else round(gap.ended, 3)
    return {"begun": round(gap.begun, 3), "ended": ended, "lost": gap.lost}
