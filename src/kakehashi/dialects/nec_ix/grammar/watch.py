"""Path monitoring (V1-22): `watch-group`, what stands below it, and `network-monitor`."""

from kakehashi.dialects.grammar import Argument, Command, Either, Optional, Support, Word
from kakehashi.dialects.kinds import Address, Number, Prefix, Text
from kakehashi.dialects.nec_ix.interfaces import InterfaceName

_REST = Argument("rest", Text("anything"), rest=True)
_NUMBER = Argument("number", Number(1, 65535), "Its number")
_GROUP = Argument("name", Text("the name of a watch group"), "The watch group")
_WATCHING = Word("network-monitor", "Path monitoring")
_SECONDS = Argument("value", Number(1, 65535), "Seconds")
_TIMES = Argument("value", Number(1, 255), "Times")

WATCH: tuple[Command, ...] = (
    Command(
        key="watch-group",
        pattern=(
            Word("watch-group", "Path monitoring"),
            Argument("name", Text("the name of the group"), "Its name"),
            Argument("priority", Number(1, 65535), "Its priority"),
        ),
        help="What is watched, and what is done when it fails",
        enters="watch-group",
    ),
    Command(
        key="network-monitor",
        pattern=(_WATCHING, _GROUP, Word("enable", "Switch it on")),
        help="Switch a watch group on",
    ),
    Command(
        key="network-monitor startup-delay",
        pattern=(_WATCHING, _GROUP, Word("startup-delay", "Watch only after a while"), _SECONDS),
        help="How long after the start nothing is watched",
    ),
    Command(
        key="network-monitor directed-response",
        pattern=(_WATCHING, _GROUP, Word("directed-response", "Answers by the same interface only")),
        help="Answers count only on the interface by which the host is asked",
    ),
    Command(
        key="network-monitor others",
        pattern=(_WATCHING, _GROUP, _REST),
        help="settings of path monitoring",
        support=Support.NOT_YET,
    ),
)


def _event(word: str, version: int) -> Command:
    return Command(
        key=f"event {word}",
        pattern=(
            Word("event", "What is watched"),
            _NUMBER,
            Word(word, f"IPv{version}"),
            Either(
                (Word("unreach-host", "A host that does not answer", sets=("condition", "unreach-host")),),
                (Word("reach-host", "A host that answers", sets=("condition", "reach-host")),),
            ),
            Argument("host", Address(version), "The host"),
            Argument("interface", InterfaceName(), "By this interface"),
            Optional(
                Word("source", "From the address of"), Argument("source", InterfaceName(), "This interface")
            ),
        ),
        help="A host that does not answer, or that does",
    )


def _action(word: str, version: int) -> Command:
    everything = Prefix(version).read("0.0.0.0/0" if version == 4 else "::/0")
    return Command(
        key=f"action {word}",
        pattern=(
            Word("action", "What is done"),
            _NUMBER,
            Word(word, f"IPv{version}"),
            Either(
                (Word("shutdown-route", "Withdraw a route", sets=("resumes", False)),),
                (Word("resume-route", "Keep a route that others withdraw", sets=("resumes", True)),),
            ),
            Either(
                (Word("default", "To everywhere", sets=("prefix", everything)),),
                (Argument("prefix", Prefix(version), "The destination"),),
            ),
            Either(
                (Argument("interface", InterfaceName(), "By this interface"),),
                (Argument("next_hop", Address(version), "By this next hop"),),
            ),
        ),
        help="Withdraw a static route, or keep it",
    )


IN_GROUP: tuple[Command, ...] = (
    _event("ip", 4),
    _event("ipv6", 6),
    _action("ip", 4),
    _action("ipv6", 6),
    Command(
        key="action ipsec",
        pattern=(
            Word("action", "What is done"),
            _NUMBER,
            Word("ipsec", "IPsec"),
            Word("clear-sa", "Delete the SAs"),
            Argument("tunnel", InterfaceName("Tunnel"), "Of this tunnel interface"),
            Optional(
                Word("policy", "And of an IKE policy"), Argument("policy", Text("an IKE policy"), "Its name")
            ),
        ),
        help="Delete the SAs of a tunnel",
    ),
    *(
        Command(
            key=f"{word} others",
            pattern=(Word(word, sentence), _NUMBER, _REST),
            help=f"other kinds of `{word}`",
            support=Support.NOT_YET,
        )
        for word, sentence in (("event", "What is watched"), ("action", "What is done"))
    ),
    *(
        Command(
            key=f"probe-counter {word}",
            pattern=(Word("probe-counter", "How often it is asked"), Word(word, sentence), _TIMES),
            help=sentence,
        )
        for word, sentence in (
            ("watch", "Echo requests of a round"),
            ("variance", "Rounds in a row until the event has occurred"),
            ("restorer", "Rounds in a row until it is over"),
        )
    ),
    *(
        Command(
            key=f"probe-timer {word}",
            pattern=(Word("probe-timer", "How often it is asked"), Word(word, sentence), _SECONDS),
            help=sentence,
        )
        for word, sentence in (
            ("variance", "From round to round, until the event has occurred"),
            ("restorer", "From round to round, until it is over"),
            ("wait", "For an answer"),
        )
    ),
    *(
        Command(
            key=f"{word} others",
            pattern=(Word(word, "How often it is asked"), _REST),
            help="the rhythm of path monitoring",
            support=Support.NOT_YET,
        )
        for word in ("probe-counter", "probe-timer", "probe-mode")
    ),
)
