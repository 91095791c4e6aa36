"""What is to be said about each line by itself: not understood, wrong, not there yet, not ours."""

from kakehashi.dialects.diagnosis import count, left_out, none_have_effect, ranges, reason, wanted
from kakehashi.dialects.document import Comment, Document, Item, Statement, Unknown
from kakehashi.dialects.grammar import Argument, Support, Word
from kakehashi.dialects.matching import MASK, Match, match_line
from kakehashi.dialects.nec_ix.grammar import GRAMMAR
from kakehashi.dialects.report import Report
from kakehashi.dialects.spelling import close
from kakehashi.model.finding import Finding, Severity

OTHER_KIND = "tunnel mode"  # than IPsec alone
_FEW = 6  # words that a remedy names
VPN_WORDS = ("ikev2", "ike", "ipsec", "tunnel", "pki", "l2tp")


def report_lines(document: Document, report: Report) -> None:
    """Say what became of every line that reaches nobody; each line once."""
    foreign: list[int] = []
    _report(document.items, Support.OURS, foreign, report)
    if foreign:
        sentence = f"{count(foreign)} not about the VPN and left alone: {ranges(foreign)}"
        report.info(foreign[0], "not-ours", sentence)


def _report(items: tuple[Item, ...], inherited: Support, foreign: list[int], report: Report) -> None:
    other_kind = any(isinstance(i, Statement) and i.key == OTHER_KIND and not i.negated for i in items)
    for item in items:
        match item:
            case Comment():
                continue
            case Statement() if item.command.support is Support.NOT_YET:
                if not _goes_without_saying(item, inherited, other_kind):
                    report.add(_not_yet(item, report))
            case Statement():
                if item.command.support is Support.NOT_OURS:
                    foreign.append(item.line)
                _report(item.body, item.command.support, foreign, report)
            case Unknown() if inherited in (Support.NOT_OURS, Support.THE_HOSTS):
                foreign.append(item.line)
            case Unknown():
                finding = diagnose(item, report)
                if finding is None:
                    foreign.append(item.line)
                else:
                    report.add(finding)
                _report(item.body, Support.OURS if finding else Support.NOT_OURS, foreign, report)


def _goes_without_saying(statement: Statement, inherited: Support, other_kind: bool) -> bool:
    """`no` before what is not there yet, and what another line has been told of with it."""
    of_tunnel = other_kind and statement.key in ("tunnel", "map-e", "ip address map-e")
    return statement.negated or of_tunnel or inherited is Support.NOT_YET


def _not_yet(statement: Statement, report: Report) -> Finding:
    what = none_have_effect(statement.body)
    if statement.key == OTHER_KIND:
        what = "the tunnel stays down"
    words, sentence = statement.key, statement.command.help
    return Finding(
        Severity.WARNING,
        "not-yet",
        f"`{words}` is not there yet ({sentence}); {what}",
        report.source(statement.line),
    )


def diagnose(unknown: Unknown, report: Report) -> Finding | None:
    """Why a line was not understood, and what is close to it. None: it is not about the VPN."""
    vpn = _looks_like_vpn(unknown)
    why = reason(unknown, vpn)
    remedy = _remedy(unknown, _suggestion(unknown))
    if not (vpn or remedy or (why.code != "unknown-command" and unknown.failure.said)):
        return None
    message = why.sentence + left_out(unknown.body)
    remedy = remedy or _what_else(unknown)
    return Finding(why.severity, why.code, message, report.source(unknown.line), remedy)


def _suggestion(unknown: Unknown) -> str:
    """The word that was meant, or ""."""
    failure = unknown.failure
    if failure.incomplete or failure.word == MASK:
        return ""
    candidates = [t.text for t in failure.expected if isinstance(t, Word)]
    candidates += [word for t in failure.expected if isinstance(t, Argument) for word, _ in t.kind.words]
    if failure.position == 0:
        candidates += [c.words.split()[0] for c in GRAMMAR.root.commands if c.support is not Support.NOT_OURS]
    return close(failure.word, candidates)


def _remedy(unknown: Unknown, meant: str) -> str:
    """What to do about it."""
    words = list(unknown.failure.words)
    if unknown.mode.name == "interface" and _fits(["ikev2", *words], "interface"):
        return "on an interface the command begins with `ikev2`"
    if (
        unknown.mode.name == "ikev2 profile"
        and words[0].lower() == "ikev2"
        and _fits(words[1:], "ikev2 profile")
    ):
        return "in a profile the command stands without `ikev2`"
    if unknown.mode is GRAMMAR.root and (_fits(words, "interface") or _fits(words, "ikev2 profile")):
        return "the command belongs below `interface`, `ikev2 profile` or `ikev2 default-profile`"
    if len(unknown.failure.ambiguous) > 1:
        return "write more of it"
    return f"did you mean `{meant}`?" if meant else ""


def _what_else(unknown: Unknown) -> str:
    """What could stand where a word fits nothing, where those are few."""
    failure = unknown.failure
    told = failure.incomplete or failure.excess or failure.wants_value or len(failure.ambiguous) > 1
    if told or not failure.said or not 0 < len(failure.expected) <= _FEW:
        return ""
    return f"there could stand {wanted(failure.expected)}"


def _fits(words: list[str], mode: str) -> bool:
    return isinstance(match_line(words, GRAMMAR.mode(mode).commands), Match)


def _looks_like_vpn(unknown: Unknown) -> bool:
    words = [w.lower() for w in unknown.failure.words if w.lower() != "no"]
    if not words:
        return False
    if words[0] in VPN_WORDS or close(words[0], VPN_WORDS):
        return True
    # Whoever indents means the mode; a line at the margin may be a root command that we do not know.
    return unknown.mode.name == "ikev2 profile" and unknown.text[:1].isspace()
