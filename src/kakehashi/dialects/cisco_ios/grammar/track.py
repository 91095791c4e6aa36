"""Path monitoring: `ip sla`, which asks, and `track`, on which routes hang."""

from kakehashi.dialects.cisco_ios.grammar.vocabulary import (
    REST,
    command,
    flag,
    not_ours,
    not_yet,
    number,
    said,
    text,
    word,
)
from kakehashi.dialects.cisco_ios.interfaces import interface
from kakehashi.dialects.grammar import Argument, Command, Either, Many, Optional, Support
from kakehashi.dialects.kinds import Address

_OPERATION = number("operation", 1, 2147483647, "IP SLAs operation number")
_OBJECT = number("object", 1, 1000, "Tracked object")
_DELAY = {way: number(way, 0, 180, "Seconds") for way in ("up", "down")}

TRACKING: tuple[Command, ...] = (
    Command(
        key="ip sla",
        pattern=(*said("ip"), word("sla", "IP service level agreements"), _OPERATION),
        help="An operation that asks a host",
        enters="ip sla",
    ),
    Command(
        key="ip sla schedule",
        pattern=(
            *said("ip"),
            word("sla", "IP service level agreements"),
            word("schedule", "When an operation runs"),
            _OPERATION,
            Optional(
                Many(
                    Either(
                        (
                            word("life", "How long"),
                            Either(
                                (word("forever", "Without an end", ("life", 0)),),
                                (number("life", 0, 2147483647, "Seconds"),),
                            ),
                        ),
                        (
                            word("start-time", "From when on"),
                            Either(
                                (word("now", "At once", ("start", "now")),),
                                (word("pending", "Not yet", ("start", "pending")),),
                                (word("after", "After so long"), text("start", "hh:mm:ss")),
                                (text("start", "hh:mm"),),
                            ),
                        ),
                        (word("ageout", "When it is forgotten"), number("ageout", 0, 2073600, "Seconds")),
                        (flag("recurring", "Every day"),),
                    )
                )
            ),
        ),
        help="When an operation runs",
    ),
    Command(
        key="track ip sla",
        pattern=(
            word("track", "A tracked object"),
            _OBJECT,
            Either(
                (word("ip"), word("sla", "An operation")), (word("rtr", "An operation, as it was called"),)
            ),
            _OPERATION,
            Optional(
                Either(
                    (word("reachability", "Does the host answer?", ("reachability", True)),),
                    (word("state", "Does it answer within the threshold?", ("reachability", False)),),
                )
            ),
        ),
        help="Track an operation",
        enters="track",
    ),
    Command(
        key="track interface",
        pattern=(
            word("track", "A tracked object"),
            _OBJECT,
            word("interface", "An interface"),
            interface("interface"),
            word("line-protocol", "Is it up?"),
        ),
        help="Track an interface",
        enters="track",
    ),
    Command(
        key="track others",
        pattern=(
            word("track", "A tracked object"),
            _OBJECT,
            Either(
                (word("interface"), interface("interface"), word("ip"), word("routing")),
                (word("interface"), interface("interface"), word("ipv6"), word("routing")),
                (word("list", "A list of objects"), REST),
                (word("ip"), word("route", "A route"), REST),
                (word("ipv6"), word("route", "A route"), REST),
                (word("stub-object", "An object that others set"), Optional(REST)),
            ),
        ),
        help="other tracked objects",
        enters="later",
        support=Support.NOT_YET,
    ),
    not_yet("track timer", "how often tracked objects are looked at"),
    *(
        not_ours(f"ip sla {words}")
        for words in (
            "responder",
            "reaction-configuration",
            "reaction-trigger",
            "logging",
            "enable",
            "low-memory",
            "key-chain",
            "restart",
            "reset",
        )
    ),
    not_yet("ip sla group", "several operations at once"),
    not_yet("ip sla monitor", "operations in the words of older releases", enters="later"),
    not_yet("ip sla auto", "operations that make themselves", enters="later"),
)

OPERATION: tuple[Command, ...] = (
    command(
        "icmp-echo",
        Argument("host", Address(), "Destination IP address"),
        Optional(
            Either(
                (
                    word("source-ip", "The address that it carries"),
                    Argument("source", Address(), "Source address"),
                ),
                (
                    word("source-interface"),
                    interface("source interface", "The interface whose address is used"),
                ),
            )
        ),
        sentence="ICMP echo operation",
    ),
    command("frequency", number("seconds", 1, 604800, "Seconds"), sentence="Frequency of the operation"),
    command(
        "timeout",
        number("milliseconds", 0, 604800000, "Milliseconds"),
        sentence="Timeout of the operation",
    ),
    command(
        "threshold",
        number("milliseconds", 0, 60000, "Milliseconds"),
        sentence="Operation threshold",
    ),
    *(
        not_ours(words)
        for words in ("tag", "owner", "request-data-size", "verify-data", "tos", "history", "data-pattern")
    ),
    not_yet("vrf", "VRFs"),
    *(
        not_yet(words, "other ways to ask a host")
        for words in (
            "tcp-connect",
            "udp-echo",
            "udp-jitter",
            "icmp-jitter",
            "path-echo",
            "http",
            "dns",
            "dhcp",
        )
    ),
)

OBJECT: tuple[Command, ...] = (
    command(
        "delay",
        Either(
            (
                word("up", "Of a change to up"),
                _DELAY["up"],
                Optional(word("down", "Of a change to down"), _DELAY["down"]),
            ),
            (
                word("down", "Of a change to down"),
                _DELAY["down"],
                Optional(word("up", "Of a change to up"), _DELAY["up"]),
            ),
        ),
        sentence="Delay of a change",
    ),
    not_yet("default-state", "the state of an object that cannot be looked at"),
    not_yet("carrier-delay", "delays of the carrier"),
    not_ours("object"),
)
