"""Access lists, standard and extended, by number and by name, and groups of addresses (CI-09)."""

from kakehashi.dialects.cisco_ios.grammar.vocabulary import (
    REST,
    command,
    flag,
    not_yet,
    number,
    said,
    text,
)
from kakehashi.dialects.cisco_ios.kinds import ICMP_TYPE, PORT, PROTOCOL, ListNumber, Mask, Wildcard
from kakehashi.dialects.cisco_ios.words import ICMP_MESSAGES, ICMPV6_TYPES, TCP, UDP
from kakehashi.dialects.grammar import Argument, Command, Either, Many, Optional, Pattern, Support, Word
from kakehashi.dialects.kinds import Address, Choice, Prefix

_ACTION = Either(
    (Word("permit", "Specify packets to forward", sets=("permit", True)),),
    (Word("deny", "Specify packets to reject", sets=("permit", False)),),
)
_SEQUENCE = number("sequence", 1, 2147483647, "Sequence Number")
_REMARK = (Word("remark", "Access list entry comment", sets=("remark", True)), REST)


_COMPARISONS = (
    ("eq", "equal to the given"),
    ("neq", "not equal to the given"),
    ("gt", "greater than the given"),
    ("lt", "less than the given"),
    ("range", "from the first to the last given"),
)


def _addresses(side: str) -> Either:
    what = f"{side.capitalize()} address"
    return Either(
        (Word("any", f"Any {side} host", sets=(f"{side} any", True)),),
        (
            Word("host", f"A single {side} host"),
            Argument(f"{side} host", Address(4), what),
        ),
        (
            Word("object-group", f"A group of {side} addresses"),
            text(f"{side} group", "a group of addresses"),
        ),
        (Argument(side, Address(4), what), Argument(f"{side} wildcard", Wildcard(), "Its wildcard bits")),
    )


def _addresses6(side: str) -> Either:
    return Either(
        (Word("any", f"Any {side} host", sets=(f"{side} any", True)),),
        (Word("host", f"A single {side} host"), Argument(f"{side} host", Address(6), "The address")),
        (Argument(side, Prefix(6), f"{side.capitalize()} prefix"),),
    )


def _ports(side: str) -> Optional:
    def compared(operator: str, sentence: str) -> tuple[Pattern, ...]:
        return (
            Word(operator, f"Ports {sentence}", sets=(f"{side} operator", operator)),
            Many(Argument(f"{side} ports", PORT, "A port")),
        )

    return Optional(Either(*(compared(operator, sentence) for operator, sentence in _COMPARISONS)))


_ICMP_PROTOCOL = 1
_TCP_FLAGS = ("ack", "fin", "psh", "rst", "syn", "urg", "match-all", "match-any")


def _conditions() -> Optional:
    """What may stand behind the addresses, in any order."""
    values = (
        ("dscp", "a DSCP"),
        ("precedence", "a precedence"),
        ("tos", "a type of service"),
        ("time-range", "a time range"),
        ("option", "an IP option"),
        ("reflect", "a reflexive list"),
        ("flow-label", "a flow label"),
    )
    return Optional(
        Many(
            Either(
                (flag("established", "Match established connections"),),
                (flag("fragments", "Check non-initial fragments"),),
                (flag("log", "Log matches against this entry"),),
                (Word("log-input", "Log matches with the interface", sets=("log", True)),),
                (
                    Word("ttl", "Time to live", sets=("ttl", True)),
                    Either(
                        *(
                            (Word(operator, f"Time to live {sentence}"),)
                            for operator, sentence in _COMPARISONS
                        )
                    ),
                    Many(number("ttl values", 0, 255, "Time to live")),
                ),
                *(
                    (Word(name, f"Match {what}", sets=(name, True)), text(f"{name} value", what))
                    for name, what in values
                ),
                *((Word(name, "A flag of TCP", sets=("flags", True)),) for name in _TCP_FLAGS),
                *(
                    (Word(f"{sign}{name}", "A flag of TCP", sets=("flags", True)),)
                    for name in _TCP_FLAGS[:6]
                    for sign in "+-"
                ),
            )
        )
    )


def _icmp(types: Argument, messages: dict[str, tuple[int, int]]) -> Optional:
    return Optional(
        Either(
            *((Word(name, "ICMP", sets=("icmp message", value)),) for name, value in messages.items()),
            (types, Optional(number("icmp code", 0, 255, "ICMP message code"))),
        )
    )


_PROTOCOL = Either(
    (Word("ip", "Any Internet Protocol", sets=("protocol", None)),),
    (Argument("protocol", PROTOCOL, "An IP protocol"),),
    (Word("object-group", "A group of services"), text("service group", "a group of services")),
)
_EXTENDED: tuple[Pattern, ...] = (
    _ACTION,
    _PROTOCOL,
    _addresses("source"),
    _ports("source"),
    _addresses("destination"),
    _ports("destination"),
    _icmp(Argument("icmp type", ICMP_TYPE, "ICMP message type"), ICMP_MESSAGES),
    _conditions(),
)
_STANDARD: tuple[Pattern, ...] = (
    _ACTION,
    Either(
        (Word("any", "Any source host", sets=("source any", True)),),
        (Word("host", "A single host address"), Argument("source host", Address(4), "The address")),
        (
            Argument("source", Address(4), "Address to match"),
            Optional(Argument("source wildcard", Wildcard(), "Wildcard bits")),
        ),
    ),
    Optional(Many(Either((flag("log", "Log matches against this entry"),)))),
)
_EXTENDED6: tuple[Pattern, ...] = (
    _ACTION,
    Either(
        (Word("ipv6", "Any IPv6", sets=("protocol", None)),),
        (Word("icmp", "ICMPv6", sets=("protocol", 58)),),
        (Argument("protocol", PROTOCOL, "An IP protocol"),),
    ),
    _addresses6("source"),
    _ports("source"),
    _addresses6("destination"),
    _ports("destination"),
    Optional(
        Either(
            (
                Argument(
                    "icmp type",
                    Choice({n: (v, "ICMPv6") for n, v in ICMPV6_TYPES.items()}),
                    "ICMPv6 message type",
                ),
            ),
            (
                number("icmp type", 0, 255, "ICMPv6 message type"),
                Optional(number("icmp code", 0, 255, "ICMPv6 message code")),
            ),
        )
    ),
    _conditions(),
)


def _entries(pattern: tuple[Pattern, ...]) -> tuple[Command, ...]:
    """The lines of a named list. `no` needs no more than the number of one."""
    actions = (
        Command(key="entry", pattern=_starting(action, sentence, pattern), help=sentence)
        for action, sentence in (
            ("permit", "Specify packets to forward"),
            ("deny", "Specify packets to reject"),
        )
    )
    return (
        *actions,
        Command(key="entry", pattern=(_SEQUENCE, Either(pattern, _REMARK)), help="An entry at its place"),
        Command(key="remark", pattern=_REMARK, help="Access list entry comment"),
        not_yet("dynamic", "entries that a login opens"),
        not_yet("evaluate", "reflexive lists"),
    )


def _starting(action: str, sentence: str, pattern: tuple[Pattern, ...]) -> tuple[Pattern, ...]:
    return (Word(action, sentence, sets=("permit", action == "permit")), *pattern[1:])


EXTENDED = _entries(_EXTENDED)
STANDARD = _entries(_STANDARD)
EXTENDED6 = (
    *_entries(_EXTENDED6),
    Command(
        key="entry",
        pattern=(Word("sequence", "Sequence number for this entry"), _SEQUENCE, *_EXTENDED6),
        help="An entry at its place",
    ),
)

GROUP: tuple[Command, ...] = (
    command("host", Argument("host", Address(4), "The address"), sentence="A host"),
    command("any", sentence="Any host"),
    command(
        "range",
        Argument("first", Address(4), "The first address"),
        Argument("last", Address(4), "The last address"),
        sentence="A range of addresses",
    ),
    command("group-object", text("group", "a group of addresses"), sentence="Another group"),
    command("description", REST, sentence="A remark"),
    Command(
        key="network",
        pattern=(Argument("network", Address(4), "A network"), Argument("mask", Mask(), "Its mask")),
        help="A network",
    ),
)

_OF_SERVICE = Optional(
    Either(
        _ports("destination").items,
        (Many(Argument("destination ports", PORT, "A port")),),
    )
)
SERVICE: tuple[Command, ...] = (
    *(
        Command(
            key="service",
            pattern=(
                Word(name, sentence, sets=("protocols", protocols)),
                Optional(Word("source", "Source ports"), *_ports("source").items),
                _OF_SERVICE,
            ),
            help=f"A service of {sentence}",
        )
        for name, sentence, protocols in (
            ("tcp", "TCP", (TCP,)),
            ("udp", "UDP", (UDP,)),
            ("tcp-udp", "TCP and UDP", (TCP, UDP)),
        )
    ),
    Command(
        key="service",
        pattern=(
            Word("icmp", "ICMP", sets=("protocols", (_ICMP_PROTOCOL,))),
            _icmp(Argument("icmp type", ICMP_TYPE, "ICMP message type"), ICMP_MESSAGES),
        ),
        help="A service of ICMP",
    ),
    Command(
        key="service",
        pattern=(Word("ip", "Any Internet Protocol", sets=("protocols", (None,))),),
        help="Any service",
    ),
    Command(key="service", pattern=(Argument("protocol", PROTOCOL, "An IP protocol"),), help="A protocol"),
    command("group-object", text("group", "a group of services", "Its name"), sentence="Another group"),
    command("description", REST, sentence="A remark"),
)

LISTS: tuple[Command, ...] = (
    Command(
        key="access-list",
        pattern=(
            *said("access-list"),
            Argument("list", ListNumber(extended=True), "IP extended access list"),
            Either(_EXTENDED, _REMARK),
        ),
        help="Add an access list entry",
    ),
    Command(
        key="access-list standard",
        pattern=(
            *said("access-list"),
            Argument("list", ListNumber(extended=False), "IP standard access list"),
            Either(_STANDARD, _REMARK),
        ),
        help="Add an access list entry",
    ),
    command(
        "ip access-list extended",
        text("name", "the name or number of a list"),
        sentence="Extended access list",
        enters="access-list extended",
    ),
    command(
        "ip access-list standard",
        text("name", "the name or number of a list"),
        sentence="Standard access list",
        enters="access-list standard",
    ),
    command(
        "ipv6 access-list",
        text("name", "the name of a list"),
        sentence="Access list of IPv6",
        enters="access-list ipv6",
    ),
    command(
        "object-group network",
        text("name", "the name of a group"),
        sentence="A group of addresses",
        enters="object-group",
    ),
    Command(
        key="access-list of another kind",
        pattern=(*said("access-list"), number("number", 200, 1299), Optional(REST)),
        help="Lists of other protocols",
        support=Support.NOT_OURS,
    ),
    command(
        "object-group service",
        text("name", "the name of a group", "Its name"),
        sentence="A group of services",
        enters="service-group",
    ),
)
