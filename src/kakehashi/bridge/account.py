"""What became of every line of the source. Each is taken out once: what changes without it, it says.

A line whose absence changes the result is carried. One whose absence changes nothing in the model says what
holds anyway. One that the model has and the result does not is impossible there, and the reason is the loss
that goes away with it.
"""

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kakehashi.dialects.document import Comment, Document, Item, Statement, lines_of
from kakehashi.dialects.grammar import Support
from kakehashi.dialects.rendering import Loss
from kakehashi.model.finding import Finding, Severity
from kakehashi.model.gateway import Gateway

_OF_A_WIRE = "it is of a pseudowire, of which nothing is written"
OF_A_CLOUD = "it is of a tunnel of many peers, of which nothing is written"
_OF_A_SERVER = "it is of what people dial in to, of which nothing is written"
_MOST_LINES = 400  # each is tried; beyond that only blocks are


class Fate(enum.Enum):
    """What becomes of a line."""

    CARRIED = "carried"
    DEFAULT = (
        "default"  # it says what holds anyway; where the other device's default differs, that is written
    )
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the source. `words`: its leading keywords, never a key. `reason`: "" if nothing is lost."""

    line: int
    words: str
    fate: Fate
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a text becomes: its model, what of it is `left` to be written, and what is written."""

    gateway: Gateway
    left: Gateway
    text: str
    losses: tuple[Loss, ...]
    notes: tuple[str, ...] = ()

    @property
    def told(self) -> tuple[str, ...]:
        """What is otherwise than it was, in words."""
        return tuple(dict.fromkeys((*(f"{x.what}: {x.why}" for x in self.losses), *self.notes)))

    @property
    def said(self) -> tuple[object, ...]:
        """What is compared: the lines, and which tunnels are on."""
        enabled = tuple(sorted((t.interface, t.enabled) for t in self.left.tunnels))
        return tuple(x for x in self.text.splitlines() if not x.startswith("!")), enabled

    @property
    def things(self) -> tuple[int, ...]:
        """How many tunnels, peers, interfaces and servers there are."""
        found = self.gateway
        return len(found.tunnels), len(found.ikev1_peers), len(found.interfaces), len(found.l2tp_servers)

    @property
    def unwritten(self) -> frozenset[str]:
        """The pseudowires, the tunnels of many peers and what people dial in to that are not written."""
        return _named(self.gateway) - _named(self.left)


def _named(gateway: Gateway) -> frozenset[str]:
    wires, clouds = gateway.pseudowires, gateway.multipoints
    return frozenset(
        [w.interface for w in wires]
        + [m.interface for m in clouds]
        + [s.interface for s in gateway.l2tp_servers]
    )


def account(
    document: Document,
    lines: Sequence[str],
    findings: Sequence[Finding],
    outcome: Callable[[str], Outcome],
    carries_foreign: bool,
    ours: frozenset[int] = frozenset(),
) -> tuple[Line, ...]:
    """Every line that says something, in its order. `outcome`: what a text becomes; `ours`: lines that are
    ours in this text though their commands need not be.
    """
    whole = outcome("\n".join(lines))
    told = {f.source.line: f for f in findings if f.source and f.severity is not Severity.INFO}
    items = list(lines_of(document.items))
    only_blocks = len(items) > _MOST_LINES
    return tuple(
        _line(
            item,
            foreign and item.line not in ours,
            item.line in ours,
            lines,
            told,
            whole,
            outcome,
            carries_foreign,
            only_blocks,
        )
        for item, foreign in items
    )


def _line(
    item: Item,
    foreign: bool,
    taken: bool,
    lines: Sequence[str],
    told: dict[int, Finding],
    whole: Outcome,
    outcome: Callable[[str], Outcome],
    carries_foreign: bool,
    only_blocks: bool,
) -> Line:
    words = _words(item)
    is_ours = isinstance(item, Statement) and item.command.support is Support.OURS
    if foreign or not (is_ours or taken):
        if carries_foreign:
            return Line(item.line, words, Fate.CARRIED)
        finding = told.get(item.line)
        return Line(item.line, words, Fate.IMPOSSIBLE, finding.message if finding else _reason(item))
    opens = isinstance(item, Statement) and item.command.enters is not None
    if only_blocks and not isinstance(item, Comment) and not item.body and not opens:
        loss = next((x for x in whole.losses if x.source and x.source.line == item.line), None)
        return Line(item.line, words, Fate.CARRIED, f"in part: {loss.what}: {loss.why}" if loss else "")
    gone = {item.line}
    if not isinstance(item, Comment):
        gone |= {inner.line for inner, _ in lines_of(item.body)}
    without = outcome("\n".join("!" if n in gone else text for n, text in enumerate(lines, start=1)))
    gone_too = [text for text in whole.told if text not in without.told]
    reasons = "; ".join(gone_too)
    if whole.unwritten - without.unwritten:
        return Line(item.line, words, Fate.IMPOSSIBLE, reasons)
    if whole.unwritten and without.gateway != whole.gateway and without.left == whole.left:
        return Line(item.line, words, Fate.IMPOSSIBLE, reasons or _of_what(whole.gateway))
    if without.said != whole.said:
        # Without a tunnel all that is otherwise about it is gone: that is not this line's doing.
        partly = bool(reasons) and without.things == whole.things
        return Line(item.line, words, Fate.CARRIED, f"in part: {reasons}" if partly else "")
    if without.gateway == whole.gateway and not is_ours and words.startswith("username"):
        return Line(item.line, words, Fate.IMPOSSIBLE, _reason(item))
    if without.gateway == whole.gateway and taken and not is_ours and whole.unwritten:
        return Line(item.line, words, Fate.IMPOSSIBLE, _OF_A_SERVER)
    if without.gateway == whole.gateway:
        finding = told.get(item.line)
        if finding is not None:
            return Line(item.line, words, Fate.IMPOSSIBLE, finding.message)
        return Line(item.line, words, Fate.DEFAULT, "it says what holds anyway")
    if not reasons and any(text not in whole.told for text in without.told):
        return Line(item.line, words, Fate.DEFAULT, "the other device does so by itself")
    return Line(item.line, words, Fate.IMPOSSIBLE, reasons or "the other device has no setting for it")


def _of_what(gateway: Gateway) -> str:
    """What a line is of that only what is not written needs."""
    if gateway.multipoints:
        return OF_A_CLOUD
    return _OF_A_WIRE if gateway.pseudowires else _OF_A_SERVER


def _reason(item: Item) -> str:
    """Why a line of which nothing is said goes nowhere."""
    if isinstance(item, Statement) and item.command.support is Support.NOT_YET:
        return f"{item.command.help}: not there yet"
    return "it is not about the VPN: the other device has its own words"


def _words(item: Item) -> str:
    if isinstance(item, Statement):
        return ("no " if item.negated else "") + (item.command.words or item.key)
    return item.failure.words[0] if not isinstance(item, Comment) and item.failure.words else ""
