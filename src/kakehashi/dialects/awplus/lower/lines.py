"""What is to be said about each line by itself: wrong, not understood, not there yet, the host's, foreign."""

from dataclasses import dataclass, field

from kakehashi.dialects.awplus.grammar import CRYPTO_MODES, GRAMMAR
from kakehashi.dialects.diagnosis import (
    count,
    is_indented,
    is_ours,
    left_out,
    none_have_effect,
    ranges,
    reason,
    remedy,
)
from kakehashi.dialects.document import Comment, Document, Item, Statement, Unknown
from kakehashi.dialects.grammar import Support
from kakehashi.dialects.report import Report
from kakehashi.dialects.spelling import close
from kakehashi.model.finding import Finding, Severity

_VPN_WORDS = ("crypto",)
# What only tunnels of other kinds have.
_OF_THAT_TUNNEL = (
    "tunnel openvpn",
    "tunnel wireguard",
    "tunnel destination network",
)


@dataclass(slots=True)
class _Walk:
    """One pass over the lines. `indented`: does the file indent what belongs to a block?"""

    report: Report
    indented: bool
    foreign: list[int] = field(default_factory=list)
    hosts: list[int] = field(default_factory=list)


def report_lines(document: Document, report: Report) -> None:
    """Say what became of every line that reaches nobody; each line once."""
    walk = _Walk(report, any(is_indented(item) for item in document.walk()))
    _walk(document.items, Support.OURS, walk)
    for lines, code, what in (
        (walk.foreign, "not-ours", "not about the VPN and left alone"),
        (walk.hosts, "the-hosts", "the host's own to do (PPP, tags of VLANs, filtering, translation)"),
    ):
        if lines:
            report.info(lines[0], code, f"{count(lines)} {what}: {ranges(lines)}")


def _walk(items: tuple[Item, ...], inherited: Support, walk: _Walk) -> None:
    down = any(isinstance(i, Statement) and _is_other_mode(i) and not i.negated for i in items)
    for item in items:
        match item:
            case Comment():
                continue
            case Statement() if _goes_without_saying(item, down):
                continue
            case Statement():
                _statement(item, inherited, walk)
            case Unknown():
                _unknown(item, inherited, walk)


def _statement(item: Statement, inherited: Support, walk: _Walk) -> None:
    support = item.command.support if inherited is Support.OURS else inherited
    match support:
        case Support.NOT_YET:
            if inherited is Support.OURS:
                walk.report.add(_not_yet(item, walk.report))
        case Support.NOT_OURS:
            walk.foreign.append(item.line)
        case Support.THE_HOSTS:
            walk.hosts.append(item.line)
    _walk(item.body, support, walk)


def _unknown(item: Unknown, inherited: Support, walk: _Walk) -> None:
    if inherited is Support.NOT_YET:
        return  # told of with its block
    if inherited in (Support.NOT_OURS, Support.THE_HOSTS):
        (walk.hosts if inherited is Support.THE_HOSTS else walk.foreign).append(item.line)
        return
    finding = diagnose(item, walk)
    if finding is None:
        walk.foreign.append(item.line)
    else:
        walk.report.add(finding)
    _walk(item.body, Support.OURS if finding else Support.NOT_OURS, walk)


def _is_other_mode(statement: Statement) -> bool:
    return statement.key.startswith("tunnel mode") and statement.command.support is Support.NOT_YET


def _goes_without_saying(statement: Statement, down: bool) -> bool:
    """`no` before what is not there yet, and what is about a tunnel that stays down."""
    if statement.command.support is not Support.NOT_YET:
        return False
    return statement.negated or (down and statement.key in _OF_THAT_TUNNEL)


def _not_yet(statement: Statement, report: Report) -> Finding:
    what = none_have_effect(statement.body)
    if statement.key.startswith("tunnel mode"):
        what = "the tunnel stays down"
    return Finding(
        Severity.WARNING,
        "not-yet",
        f"`{statement.key}` is not there yet ({statement.command.help}); {what}",
        report.source(statement.line),
    )


def diagnose(unknown: Unknown, walk: _Walk) -> Finding | None:
    """Why a line was not understood, and what is close to it. None: it is not about the VPN."""
    vital = _is_vpn(unknown, walk)
    if unknown.mode is GRAMMAR.root and unknown.text[:1].isspace() and not vital:
        return None  # it belongs to a command that is not ours
    why = reason(unknown, vital)
    advice = remedy(unknown, GRAMMAR, CRYPTO_MODES | {"interface"})
    partly = why.code != "unknown-command" and bool(unknown.failure.said) and is_ours(unknown)
    if not (vital or advice or partly):
        return None
    message = why.sentence + left_out(unknown.body)
    return Finding(why.severity, why.code, message, walk.report.source(unknown.line), advice)


def _is_vpn(unknown: Unknown, walk: _Walk) -> bool:
    words = [w.lower() for w in unknown.failure.words if w.lower() != "no"]
    if not words:
        return False
    if words[0] in _VPN_WORDS or (len(words) > 1 and close(words[0], _VPN_WORDS)):
        return True
    if words[0] == "tunnel" and unknown.mode.name == "interface":
        return True
    if unknown.mode.name not in CRYPTO_MODES:
        return False
    # Whoever indents means the mode; a line at the margin is a root command that we do not know.
    return unknown.text[:1].isspace() or not walk.indented
