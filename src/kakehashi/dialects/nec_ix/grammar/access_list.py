"""`ip access-list` and `ipv6 access-list`: which packets a map takes or a filter lets pass."""

from kakehashi.dialects.grammar import Argument, Command, Either, Many, Optional, Pattern, Support, Word
from kakehashi.dialects.kinds import Choice, Number, Text
from kakehashi.dialects.nec_ix.networks import Network
from kakehashi.dialects.nec_ix.words import PROTOCOLS

_REST = Argument("rest", Text("anything"), "", rest=True)
_PORT = Number(0, 65535)
# Conditions that the model has no words for, each with a value behind it.
UNTOLD: dict[str, str] = {
    "tos": "The type of service",
    "dscp": "The DSCP",
    "precedence": "The precedence",
    "ttl": "The time to live",
    "length": "The length of the packet",
    "flow-label": "The flow label",
    "option": "An IP option",
}


def _addresses(word: str, side: str, version: int) -> tuple[Pattern, ...]:
    return (
        Word(word, f"The {side}"),
        Either(
            (Word("any", "All", sets=(side, None)),),
            (Argument(side, Network(version), "A prefix, or one address"),),
        ),
    )


def _ports(word: str, side: str) -> tuple[Pattern, ...]:
    return (
        Word(word, f"The port of the {side}"),
        Either(
            (Word("any", "All"),),
            *(
                (
                    Word(operator, sentence, sets=(f"{side} operator", operator)),
                    Argument(f"{side} port", _PORT, "The port"),
                )
                for operator, sentence in (
                    ("eq", "This one"),
                    ("neq", "All but this one"),
                    ("gt", "Greater ones"),
                    ("lt", "Smaller ones"),
                )
            ),
            (
                Word("range", "From one to another", sets=(f"{side} operator", "range")),
                Argument(f"{side} port", _PORT, "The first"),
                Argument(f"{side} last port", _PORT, "The last"),
            ),
        ),
    )


def _entry(word: str, version: int) -> Command:
    protocol = Either(
        (Word("ip", "Any protocol", sets=("protocol", None)),),
        (Word("ipv6", "Any protocol", sets=("protocol", None)),),
        (Argument("protocol", Choice(PROTOCOLS), "The name of the protocol"),),
        (Argument("protocol", Number(0, 255), "The number of the protocol"),),
    )
    conditions: list[tuple[Pattern, ...]] = [
        _addresses("src", "source", version),
        _addresses("dest", "destination", version),
        _ports("sport", "source"),
        _ports("dport", "destination"),
        (
            Word("type", "The type of ICMP"),
            Either((Word("any", "All"),), (Argument("icmp type", Number(0, 255), "The number of the type"),)),
        ),
        (Word("code", "The code of ICMP"), Argument("icmp code", Number(0, 255), "Its number")),
        (Word("established", "TCP that answers", sets=("established", True)),),
        (Word("fragment", "Fragments that are not the first", sets=("fragments", True)),),
        (Word("log", "Each packet is logged", sets=("log", True)),),
    ]
    conditions += [
        (Word(name, sentence, sets=(name, True)), Argument(f"{name} value", Text("a value"), "Its value"))
        for name, sentence in UNTOLD.items()
    ]
    return Command(
        key=f"{word} access-list",
        pattern=(
            Word(word, f"IPv{version}"),
            Word("access-list", "Which packets"),
            Argument("name", Text("the name of the list"), "Its name"),
            Either(
                (Word("permit", "These", sets=("permit", True)),),
                (Word("deny", "Not these", sets=("permit", False)),),
            ),
            protocol,
            Optional(Many(Either(*conditions))),
        ),
        help=f"An entry of an access list of IPv{version}",
    )


def _others(word: str) -> tuple[Command, ...]:
    """What an access list can be besides; nothing of it says which packets a map takes."""
    return tuple(
        Command(
            key=f"{word} access-list {kind}",
            pattern=(Word(word, ""), Word("access-list", "Which packets"), Word(kind, ""), Optional(_REST)),
            help="Filters that answers pass",
            support=Support.NOT_OURS,
        )
        for kind in ("dynamic", "cache", "option", "log", "map", "fqdn", "url")
    )


LISTS: tuple[Command, ...] = (_entry("ip", 4), _entry("ipv6", 6), *_others("ip"), *_others("ipv6"))
