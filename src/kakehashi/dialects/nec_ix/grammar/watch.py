"""Path monitoring (V1-22): `watch-group`, what stands below it, and `network-monitor`."""

from kakehashi.dialects.grammar import Argument, Command, Either, Optional, Support, Word
from kakehashi.dialects.kinds import Address, Number, Prefix, Text
from kakehashi.dialects.nec_ix.interfaces import InterfaceName

_REST = Argument("rest", Text("anything"), rest=True)
_NUMBER = Argument("number", Number(1, 65535), "Its number")

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
        pattern=(
            Word("network-monitor", "Path monitoring"),
            Argument("name", Text("the name of a watch group"), "The watch group"),
            Word("enable", "Switch it on"),
        ),
        help="Switch a watch group on",
    ),
    Command(
        key="network-monitor others",
        pattern=(Word("network-monitor", "Path monitoring"), _REST),
        help="settings of path monitoring",
        support=Support.NOT_YET,
    ),
)

IN_GROUP: tuple[Command, ...] = (
    Command(
        key="event",
        pattern=(
            Word("event", "What is watched"),
            _NUMBER,
            Word("ip", "IPv4"),
            Word("unreach-host", "A host that does not answer"),
            Argument("host", Address(4), "The host"),
            Argument("interface", InterfaceName(), "By this interface"),
            Optional(
                Word("source", "From the address of"), Argument("source", InterfaceName(), "This interface")
            ),
        ),
        help="A host that does not answer",
    ),
    Command(
        key="action",
        pattern=(
            Word("action", "What is done"),
            _NUMBER,
            Word("ip", "IPv4"),
            Word("shutdown-route", "Withdraw a route"),
            Either(
                (Word("default", "To everywhere", sets=("prefix", Prefix(4).read("0.0.0.0/0"))),),
                (Argument("prefix", Prefix(4), "The destination"),),
            ),
            Either(
                (Argument("interface", InterfaceName(), "By this interface"),),
                (Argument("next_hop", Address(4), "By this next hop"),),
            ),
        ),
        help="Withdraw a route",
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
            key=word,
            pattern=(Word(word, "How often it is asked"), _REST),
            help="the rhythm of path monitoring",
            support=Support.NOT_YET,
        )
        for word in ("probe-counter", "probe-timer")
    ),
)
