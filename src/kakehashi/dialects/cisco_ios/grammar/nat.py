"""`ip nat` of the whole device, and route maps as far as they say what is translated."""

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
from kakehashi.dialects.cisco_ios.kinds import PORT, Mask
from kakehashi.dialects.grammar import Argument, Command, Either, Many, Optional
from kakehashi.dialects.kinds import Address

_BY_INTERFACE = word("interface", "The interface whose address is used")
_OUTSIDE = Argument("outside", Address(4), "The address outside")
_INSIDE = Argument("inside", Address(4), "The address inside")

_SOURCE = Command(
    key="ip nat inside source",
    pattern=(
        *said("ip nat inside source"),
        Either(
            (word("list"), text("list", "an access list")),
            (word("route-map"), text("route map", "a route map")),
        ),
        Either(
            (_BY_INTERFACE, interface("interface")),
            (word("pool", "A pool of addresses"), text("pool", "a pool")),
        ),
        Optional(
            Many(
                Either(
                    (flag("overload"),),
                    (word("vrf"), text("vrf", "a VRF")),
                    (word("extended", "An entry of the whole flow"),),
                    (word("match-in-vrf", "What stays in its VRF"),),
                    (word("mapping-id", "For redundancy"), text("mapping", "a number")),
                    (word("redundancy", "With a redundancy group"), text("redundancy", "a group")),
                    (word("reversible", "From outside as well"),),
                    (word("oer", "For optimized edge routing"),),
                )
            )
        ),
    ),
    help="Translate the sources of what goes out",
)
_STATIC = Command(
    key="ip nat inside source static",
    pattern=(
        *said("ip nat inside source static"),
        Either(
            (
                Either((word("tcp", "", ("protocol", 6)),), (word("udp", "UDP", ("protocol", 17)),)),
                _INSIDE,
                Argument("inside port", PORT, "Its port"),
                Either((_BY_INTERFACE, interface("interface")), (_OUTSIDE,)),
                Argument("outside port", PORT, "Its port"),
            ),
            (word("esp", "ESP", ("protocol", 50)), _INSIDE, _BY_INTERFACE, interface("interface")),
            (
                word("network", "A network"),
                _INSIDE,
                _OUTSIDE,
                Either(
                    (Argument("network mask", Mask(), "Their mask"),),
                    (text("prefix length", "a length of a prefix, such as /24"),),
                ),
            ),
            (_INSIDE, Either((_BY_INTERFACE, interface("interface")), (_OUTSIDE,))),
        ),
        Optional(
            Many(
                Either(
                    (word("extendable", "Several entries for one address"),),
                    (word("no-alias", "The address is not answered for"),),
                    (word("no-payload", "Only headers are translated"),),
                    (word("route-map"), text("route map", "a route map")),
                    (word("vrf"), text("vrf", "a VRF")),
                    (word("match-in-vrf", "What stays in its VRF"),),
                    (word("redundancy", "With a redundancy group"), text("redundancy", "a group")),
                    (word("reversible", "From outside as well"),),
                )
            )
        ),
    ),
    help="A fixed translation",
)
_POOL = Command(
    key="ip nat pool",
    pattern=(
        *said("ip nat pool"),
        text("name", "a name"),
        Argument("first", Address(4), "The first address"),
        Argument("last", Address(4), "The last address"),
        Either(
            (word("netmask", "The mask of their network"), Argument("netmask", Mask(), "The mask")),
            (word("prefix-length", "The prefix of their network"), number("prefix", 1, 32, "Its length")),
        ),
        Optional(word("type", "How the addresses are used"), text("type", "match-host or rotary")),
        Optional(word("add-route", "With a route")),
    ),
    help="A pool of translated addresses",
)
_TIMES = ("tcp-timeout", "udp-timeout", "finrst-timeout", "syn-timeout")
_TIMEOUTS = tuple(
    Command(
        key=f"ip nat translation {name}",
        pattern=(
            *said("ip nat translation"),
            word(name, "Seconds without a packet"),
            Either(
                (word("never", "It stays"),),
                (number("seconds", 0, 536870, "Seconds"),),
            ),
        ),
        help="When a translation is forgotten",
    )
    for name in _TIMES
)

NAT: tuple[Command, ...] = (
    _SOURCE,
    _STATIC,
    _POOL,
    *_TIMEOUTS,
    not_yet("ip nat outside", "translation of what comes from outside"),
    not_yet("ip nat source", "translation by a virtual interface"),
    not_yet("ip nat inside destination", "several hosts that share the work"),
)

ROUTE_MAP = Command(
    key="route-map",
    pattern=(
        word("route-map"),
        text("name", "a name"),
        Optional(
            Either(
                (word("permit", "What fits is taken", ("permit", True)),),
                (word("deny", "What fits is not taken", ("permit", False)),),
            ),
            Optional(number("sequence", 0, 65535, "Its place")),
        ),
    ),
    help="What is taken",
    enters="route-map",
)
OF_ROUTE_MAP: tuple[Command, ...] = (
    command(
        "match ip address",
        Many(text("list", "an access list")),
        sentence="Packets that an access list permits",
    ),
    command("match interface", Many(interface("interface")), sentence="Packets that leave by an interface"),
    Command(key="match", pattern=(word("match"), REST), help="Other properties"),
    not_ours("set"),
    not_ours("description"),
    not_ours("continue"),
)
