"""`syslog` and `logging`: which events are remembered, and which log hosts are told."""

from kakehashi.dialects.grammar import Argument, Command, Either, Optional, Pattern, Support, Word
from kakehashi.dialects.kinds import Address, Choice, Number, Text
from kakehashi.dialects.log_words import FACILITIES
from kakehashi.dialects.nec_ix.interfaces import InterfaceName
from kakehashi.model.logging import Severity

LEVELS: dict[str, tuple[Severity, str]] = {
    "error": (Severity.ERROR, "Errors"),
    "warn": (Severity.WARNING, "Warnings; an SA that is made or gone is one"),
    "notice": (Severity.NOTICE, "Negotiations that begin or end"),
    "info": (Severity.INFO, "DPD, cookies and such"),
    "debug": (Severity.DEBUG, "Every message"),
}
_SYSLOG = Word("syslog", "Log hosts")
_LOGGING = Word("logging", "What is remembered and told at terminals")
_IP = Word("ip", "By IPv4")
_REST = Argument("rest", Text("anything"), "Anything", rest=True)


def _function() -> tuple[Pattern, ...]:
    """Of which function, from which level on (V2-52)."""
    return (
        Argument("function", Text("all, ikev2, ike, IPsec or another function"), "The name of a function"),
        Argument("level", Choice(LEVELS), "The least bad events that are told"),
    )


LOG: tuple[Command, ...] = (
    Command(key="syslog ip enable", pattern=(_SYSLOG, _IP, Word("enable")), help="Tell the log hosts"),
    Command(
        key="syslog ip host",
        pattern=(
            _SYSLOG,
            _IP,
            Word("host", "A log host"),
            Argument("address", Address(4), "Its address"),
            Optional(Word("port", "Its UDP port"), Argument("port", Number(1, 65535), "The port")),
        ),
        help="A log host",
    ),
    Command(
        key="syslog ip source",
        pattern=(
            _SYSLOG,
            _IP,
            Word("source", "Where messages come from"),
            Either(
                (Argument("address", Address(4), "An address of this device"),),
                (Argument("interface", InterfaceName(), "The interface whose address it is"),),
            ),
        ),
        help="Where messages to log hosts come from",
    ),
    Command(
        key="syslog facility",
        pattern=(
            _SYSLOG,
            Word("facility", "The facility of messages"),
            Argument("facility", Choice(FACILITIES), "The facility"),
        ),
        help="The facility of messages to log hosts",
    ),
    Command(
        key="syslog function",
        pattern=(_SYSLOG, Word("function", "What log hosts are told of a function"), *_function()),
        help="What log hosts are told of a function",
    ),
    Command(
        key="syslog shown",
        pattern=(_SYSLOG, Either((Word("id", "Names the device"),), (Word("timestamp", "The time"),)), _REST),
        help="How messages look: RFC 5424 says it, with the time and this device's name",
        support=Support.NOT_OURS,
    ),
    Command(
        key="logging buffered",
        pattern=(
            _LOGGING,
            Word("buffered", "Remember events"),
            Optional(Argument("size", Number(1, 2147483647), "Octets")),
        ),
        help="Remember events",
    ),
    Command(
        key="logging subsystem",
        pattern=(_LOGGING, Word("subsystem", "What is remembered of a function"), *_function()),
        help="What is remembered and told at terminals of a function",
    ),
    Command(
        key="logging timestamp",
        pattern=(_LOGGING, Word("timestamp", "The time of events"), Optional(_REST)),
        help="The time of events: always with the date",
        support=Support.NOT_OURS,
    ),
)
