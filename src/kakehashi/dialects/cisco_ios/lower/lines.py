"""What is to be said about each line by itself: wrong, not understood, not there yet, the host's, foreign."""

from dataclasses import dataclass, field

from kakehashi.dialects.cisco_ios.grammar import ACCESS_LIST_MODES, CRYPTO_MODES, GRAMMAR
from kakehashi.dialects.cisco_ios.interfaces import interface_of
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
_OF_FIREWALLS = (
    "nameif",
    "security-level",
    "tunnel-group",
    "group-policy",
    "crypto ikev1",
    "access-group",
    "asa version",
    "same-security-traffic",
)
# Tunnels of other kinds, and what only they have.
_STAYS_DOWN = ("tunnel mode",)
_OF_THAT_TUNNEL = ("nhrp", "tunnel vxlan")  # and what begins so


@dataclass(slots=True)
class _Walk:
    """One pass over the lines. `lists`: the access lists that the VPN or a filter uses."""

    report: Report
    lists: frozenset[str]
    indented: bool
    foreign: list[int] = field(default_factory=list)
    hosts: list[int] = field(default_factory=list)


def report_lines(
    document: Document, lists: frozenset[str], report: Report, taken: frozenset[int] = frozenset()
) -> None:
    """Say what became of every line that reaches nobody; each line once. `taken`: lines that are ours in this
    configuration, and in others the host's or nobody's.
    """
    walk = _Walk(report, lists, any(is_indented(item) for item in document.walk()))
    _walk(document.items, Support.OURS, None, walk)
    walk.foreign = [line for line in walk.foreign if line not in taken]
    walk.hosts = [line for line in walk.hosts if line not in taken]
    if walk.foreign:
        report.info(
            walk.foreign[0],
            "not-ours",
            f"{count(walk.foreign)} not about the VPN and left alone: {ranges(walk.foreign)}",
        )
    if walk.hosts:
        report.info(
            walk.hosts[0],
            "the-hosts",
            f"{count(walk.hosts)} the host's, which brings the line up (PPP, PPPoE): {ranges(walk.hosts)}",
        )


def tell_of_firewalls(document: Document, report: Report) -> None:
    """Firewalls of the same maker have a language that looks much the same, and is another."""
    for item in document.walk():
        if not isinstance(item, Unknown):
            continue
        words = " ".join(item.failure.words[:2]).lower()
        sign = next((sign for sign in _OF_FIREWALLS if words.startswith(sign)), None)
        if sign is not None:
            report.warning(
                item.line,
                "asa",
                f"`{sign}` is a command of Cisco ASA, a firewall with a language of its own: what is read of "
                "the file here may be wrong",
            )
            return


def lists_in_use(document: Document) -> frozenset[str]:
    """The access lists that maps, tunnels, filters and translation name."""
    keys = (
        "match address",
        "ip access-group",
        "ipv6 traffic-filter",
        "tunnel protection ipsec policy",
        "ip nat inside source",
        "match ip address",
    )
    return frozenset(
        str(name)
        for item in document.walk()
        if isinstance(item, Statement) and item.key in keys
        for name in (item.get("list") if isinstance(item.get("list"), tuple) else (item.get("list"),))
    )


def _walk(items: tuple[Item, ...], inherited: Support, opener: Statement | None, walk: _Walk) -> None:
    down = any(isinstance(i, Statement) and i.key in _STAYS_DOWN and not i.negated for i in items)
    for item in items:
        match item:
            case Comment():
                continue
            case Statement() if _goes_without_saying(item, down):
                continue
            case Statement() if item.key == "keepalive" and not _is_tunnel(opener):
                walk.foreign.append(item.line)
            case Statement():
                _statement(item, inherited, walk)
            case Unknown():
                _unknown(item, inherited, opener, walk)


def _is_tunnel(opener: Statement | None) -> bool:
    name = interface_of(opener, "name") if opener is not None else None
    return bool(name and name.startswith("Tunnel"))


def _statement(item: Statement, inherited: Support, walk: _Walk) -> None:
    support = item.command.support if inherited is Support.OURS else inherited
    match support:
        case Support.NOT_YET:
            if inherited is Support.OURS:
                walk.report.add(_not_yet(item, walk.report))
            return
        case Support.NOT_OURS:
            walk.foreign.append(item.line)
        case Support.THE_HOSTS:
            walk.hosts.append(item.line)
    _walk(item.body, support, item, walk)


def _unknown(item: Unknown, inherited: Support, opener: Statement | None, walk: _Walk) -> None:
    if inherited is not Support.OURS:
        {Support.THE_HOSTS: walk.hosts}.get(inherited, walk.foreign).append(item.line)
        return
    finding = diagnose(item, opener, walk)
    if finding is None:
        walk.foreign.append(item.line)
        walk.foreign += [line.line for line in item.body if not isinstance(line, Comment)]
        return
    walk.report.add(finding)
    _walk(item.body, Support.OURS, None, walk)


def _goes_without_saying(statement: Statement, down: bool) -> bool:
    """`no` before what is not there yet, and what is about a tunnel that stays down."""
    if statement.command.support is not Support.NOT_YET:
        return False
    return statement.negated or (down and statement.key.startswith(_OF_THAT_TUNNEL))


def _not_yet(statement: Statement, report: Report) -> Finding:
    what = none_have_effect(statement.body)
    if statement.key in _STAYS_DOWN:
        what = "the tunnel stays down"
    return Finding(
        Severity.WARNING,
        "not-yet",
        f"`{statement.key}` is not there yet ({statement.command.help}); {what}",
        report.source(statement.line),
    )


def diagnose(unknown: Unknown, opener: Statement | None, walk: _Walk) -> Finding | None:
    """Why a line was not understood, and what is close to it. None: it is not about the VPN."""
    if unknown.mode.name in ACCESS_LIST_MODES and not _is_listed(unknown, opener, walk):
        return None
    vital = _is_vpn(unknown, walk)
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
    if words[0] == "access-list":
        return len(words) > 1 and words[1] in walk.lists
    if unknown.mode.name in ACCESS_LIST_MODES:
        return True
    if unknown.mode.name not in CRYPTO_MODES:
        return False
    # Whoever indents means the mode; a line at the margin is a root command that we do not know.
    return unknown.text[:1].isspace() or not walk.indented


def _is_listed(unknown: Unknown, opener: Statement | None, walk: _Walk) -> bool:
    """Is it a line of an access list that somebody of ours uses, and not one at the margin after it?"""
    if opener is None or not (unknown.text[:1].isspace() or not walk.indented):
        return False
    if unknown.mode.name in ("object-group", "service-group"):
        return True
    if not walk.indented and unknown.failure.position == 0:
        return False
    return opener.get("name") in walk.lists
