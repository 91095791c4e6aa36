"""`logging`: which events are remembered, and which log hosts are told."""

from kakehashi.dialects.cisco_ios.grammar.vocabulary import (
    command,
    not_ours,
    not_yet,
    number,
    said,
    text,
    word,
)
from kakehashi.dialects.cisco_ios.interfaces import interface
from kakehashi.dialects.grammar import Argument, Command, Either, Many, Negation, Optional, Pattern
from kakehashi.dialects.kinds import Address, Choice, HostName
from kakehashi.dialects.log_words import FACILITIES, LEVELS
from kakehashi.model.logging import Transport

_SEVERITY = Either(
    (Argument("level", Choice(LEVELS), "The least bad messages that are told"),),
    (number("level", 0, 7, "The same as a number"),),
)
_PORT = Optional(word("port", "The port"), number("port", 1, 65535, "Its number"))


def _transport(transport: Transport, sentence: str, *pattern: Pattern) -> tuple[Pattern, ...]:
    return (word(transport.value, sentence, ("transport", transport)), *pattern, _PORT)


_TRANSPORT = (
    word("transport", "How messages travel"),
    Either(
        _transport(Transport.UDP, "In datagrams"),
        _transport(Transport.TCP, "Over a connection"),
        _transport(
            Transport.TLS,
            "Over an encrypted connection",
            Optional(word("profile", "A TLS profile"), text("tls profile", "the name of a TLS profile")),
        ),
    ),
)
_HOST: tuple[Pattern, ...] = (
    Either(
        (Argument("address", Address(4), "The log host's address"),),
        (word("ipv6", "By IPv6"), Argument("address", Address(6), "The log host's address")),
        (Argument("name", HostName(), "The log host's name"),),
    ),
    Optional(
        Many(
            Either(
                _TRANSPORT,
                (word("sequence-num-session", "With the number of each message"),),
                (word("session-id", "With a mark of this session"), text("session", "what marks it")),
            )
        )
    ),
)

LOGGING: tuple[Command, ...] = (
    Command(
        key="logging host",
        pattern=(*said("logging"), word("host", "A log host"), *_HOST),
        help="Tell a log host",
    ),
    Command(
        key="logging host",
        pattern=(
            *said("logging"),
            Argument("address", Address(4), "The log host's address"),
        ),
        help="Tell a log host",
    ),
    command("logging trap", Optional(_SEVERITY), sentence="What log hosts are told", negation=Negation.SETS),
    command(
        "logging facility",
        Argument("facility", Choice(FACILITIES), "The facility"),
        sentence="The facility of messages to log hosts",
    ),
    Command(
        key="logging source-interface",
        pattern=(
            *said("logging"),
            word("source-interface", "Where messages to log hosts come from"),
            interface("interface", "The interface whose address they come from"),
        ),
        help="Where messages to log hosts come from",
    ),
    command(
        "logging buffered",
        Optional(number("size", 4096, 2147483647, "Octets")),
        Optional(_SEVERITY),
        sentence="What is remembered",
        negation=Negation.SETS,
    ),
    command(
        "logging monitor",
        Optional(_SEVERITY),
        sentence="What terminal monitor tells",
        negation=Negation.SETS,
    ),
    command("logging on", sentence="Log at all", negation=Negation.SETS),
    not_yet("logging host vrf", "log hosts in a VRF"),
    not_yet("logging tls-profile", "TLS profiles: those that the host trusts vouch for a log host"),
    not_ours("logging console"),
    not_ours("logging origin-id"),
)
