"""`log`: which events are remembered, and which log hosts are told."""

from kakehashi.dialects.awplus.grammar.vocabulary import REST, command, not_ours, number, text, word
from kakehashi.dialects.awplus.interfaces import InterfaceName
from kakehashi.dialects.grammar import Argument, Command, Either, Negation, Optional
from kakehashi.dialects.kinds import Address, Choice, HostName
from kakehashi.dialects.log_words import FACILITIES, LEVELS

# `notifications` is what older software says for `notices`.
_LEVELS = LEVELS | {"notices": LEVELS["notifications"]}
_LEVEL = (
    word("level", "From this level on"),
    Either(
        (Argument("level", Choice(_LEVELS), "The least bad messages that are told"),),
        (number("level", 0, 7, "The same as a number"),),
    ),
)
_PROGRAM = Optional(word("program", "Of one program"), text("program", "the name of a program"))
_FILTER = Optional(*_LEVEL, _PROGRAM)

LOG: tuple[Command, ...] = (
    command(
        "log host",
        Either(
            (Argument("address", Address(), "The log host's address"),),
            (Argument("name", HostName(), "The log host's name"),),
        ),
        Optional(
            Either(
                (word("secure", "By TLS", ("secure", True)),),
                (*_LEVEL, _PROGRAM),
                (word("time", "How times are written: RFC 5424 says it"), REST),
            )
        ),
        sentence="Tell a log host",
    ),
    command(
        "log host source",
        Either(
            (Argument("address", Address(), "An address of this device"),),
            (Argument("interface", InterfaceName(), "The interface whose address it is"),),
        ),
        sentence="Where messages to log hosts come from",
    ),
    command(
        "log trustpoint",
        Optional(text("name", "the name of a trustpoint")),
        sentence="Who vouches for secure log hosts",
    ),
    command(
        "log facility",
        Argument("facility", Choice(FACILITIES), "The facility"),
        sentence="The facility of messages to log hosts",
    ),
    command("log buffered", _FILTER, sentence="What is remembered", negation=Negation.SETS),
    command("log monitor", _FILTER, sentence="What terminal monitor tells", negation=Negation.SETS),
    not_ours("log buffered size"),
    not_ours("log host startup-delay"),
)
