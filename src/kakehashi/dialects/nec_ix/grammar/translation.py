"""The commands of address translation and of filters on an interface."""

from kakehashi.dialects.grammar import Argument, Command, Either, Optional, Pattern, Support, Word
from kakehashi.dialects.kinds import Address, Choice, Number, Prefix, Text
from kakehashi.dialects.nec_ix.interfaces import InterfaceName
from kakehashi.dialects.nec_ix.words import PROTOCOLS

_REST = Argument("rest", Text("anything"), rest=True)
_IP = Word("ip", "IPv4")
_NAPT = Word("napt", "Address translation with ports")
_PORT = Number(0, 65535)
_SECONDS = Number(0, 65535)
TIMES: dict[str, str] = {
    "tcp-timeout": "Of connections of TCP",
    "syn-timeout": "Of connections of TCP that do not stand yet",
    "finrst-timeout": "Of connections of TCP that end",
    "udp-timeout": "Of UDP",
    "icmp-timeout": "Of ICMP",
    "dns-timeout": "Of questions to name servers",
    "gre-timeout": "Of GRE",
    "other-timeout": "Of other protocols",
}


def _napt(key: str, sentence: str, *pattern: Pattern, support: Support = Support.OURS) -> Command:
    return Command(key=key, pattern=(_IP, _NAPT, *pattern), help=sentence, support=support)


_ARRIVING = Either(
    (
        Either(
            (Word("udp", "UDP", sets=("protocol", 17)),),
            (Word("tcp", "TCP", sets=("protocol", 6)),),
        ),
        Argument("port", _PORT, "The port"),
        Optional(Argument("last port", _PORT, "The last of several ports")),
    ),
    (Word("icmp", "ICMP", sets=("protocol", 1)),),
    (Word("gre", "GRE", sets=("protocol", 47)),),
    (Word("esp", "ESP", sets=("protocol", 50)),),
    (Argument("protocol", Number(0, 255), "The number of the protocol"),),
)

TRANSLATION: tuple[Command, ...] = (
    _napt(
        "ip napt enable",
        "Translate the sources of what leaves through this interface, and let nothing in unasked",
        Word("enable", "Switch it on"),
    ),
    _napt(
        "ip napt static",
        "What arrives for this port or protocol stays with the device, or goes to a host inside",
        Word("static", "What arrives unasked"),
        Either(
            (Argument("interface", InterfaceName(), "This interface: it is for the device"),),
            (Argument("inside", Address(4), "The host that it is for"),),
        ),
        _ARRIVING,
    ),
    _napt(
        "ip napt static network",
        "Hosts one to one",
        Word("static", "What arrives unasked"),
        Word("network", "Hosts one to one"),
        _REST,
        support=Support.NOT_YET,
    ),
    _napt(
        "ip napt service",
        "What arrives for a service goes to a host inside",
        Word("service", "What arrives unasked"),
        Argument("name", Text("the name of the service"), "Its name"),
        Argument("inside", Address(4), "The host that it is for"),
        Optional(
            Either(
                (Word("none", "The same port inside"),),
                (Argument("inside port", _PORT, "The port inside"),),
            ),
            Optional(
                Either(
                    (Argument("protocol", Choice(PROTOCOLS), "The name of the protocol"),),
                    (Argument("protocol", Number(0, 255), "Its number"),),
                ),
                Optional(
                    Either(
                        (Word("any", "All"),),
                        (
                            Argument("port", _PORT, "The port outside"),
                            Optional(Argument("last port", _PORT, "The last of several ports")),
                        ),
                    )
                ),
            ),
        ),
    ),
    _napt(
        "ip napt inside list",
        "Only what an access list permits is translated",
        Word("inside", "What is translated"),
        Word("list", "By an access list"),
        Argument("list", Text("the name of an access list"), "Its name"),
    ),
    _napt(
        "ip napt address",
        "What sources become, instead of the interface's address",
        Word("address", "The address outside"),
        Argument("address", Address(4), "The address"),
    ),
    _napt(
        "ip napt hairpinning",
        "Hosts inside reach one another by the outside address",
        Word("hairpinning", "From the inside to the outside address"),
    ),
    *(
        _napt(
            f"ip napt translation {name}",
            f"Seconds without a packet. {sentence}",
            Word("translation", "Entries"),
            Word(name, sentence),
            Argument("seconds", _SECONDS, "Seconds"),
        )
        for name, sentence in TIMES.items()
    ),
    _napt(
        "ip napt translation max-entries",
        "how many entries there may be; the host has a limit of its own",
        Word("translation", "Entries"),
        Word("max-entries", "How many there may be"),
        _REST,
        support=Support.NOT_OURS,
    ),
    *(
        _napt(f"ip napt {words}", sentence, *(Word(w) for w in words.split()), Optional(_REST), support=how)
        for words, sentence, how in (
            ("translation port-range", "which ports are given to hosts inside", Support.NOT_YET),
            ("eim-mode", "one port outside for all that a host talks to", Support.NOT_YET),
            ("reserve", "ports that nobody inside is given", Support.NOT_YET),
            ("alg", "help for protocols with addresses inside", Support.NOT_OURS),
            ("access-log", "a log of translations", Support.NOT_OURS),
        )
    ),
    Command(
        key="ip nat enable",
        pattern=(_IP, Word("nat", "Address translation"), Word("enable", "Switch it on")),
        help="Translate addresses one to one as `ip nat static` says",
    ),
    Command(
        key="ip nat static",
        pattern=(
            _IP,
            Word("nat", "Address translation"),
            Word("static", "One to one"),
            Argument("inside", Prefix(4, bare=True), "The host or network inside"),
            Argument("outside", Prefix(4, bare=True), "What it is outside"),
        ),
        help="A host, or a network, has an address of its own outside",
    ),
    Command(
        key="ip nat",
        pattern=(_IP, Word("nat", "Address translation"), _REST),
        help="addresses of a pool",
        support=Support.NOT_YET,
    ),
)

FILTERS: tuple[Command, ...] = tuple(
    Command(
        key=f"{version} filter",
        pattern=(
            Word(version, f"IPv{number}"),
            Word("filter", "Which packets pass"),
            Argument("list", Text("the name of an access list"), "An access list"),
            Argument("sequence", Number(1, 65535), "Its place among the lists of the interface"),
            Either(
                (Word("in", "What comes in", sets=("inbound", True)),),
                (Word("out", "What goes out", sets=("inbound", False)),),
            ),
            Optional(Word("suppress-logging", "Nothing is logged")),
        ),
        help=f"Which packets of IPv{number} pass: those that an entry of the lists permits",
    )
    for version, number in (("ip", 4), ("ipv6", 6))
)
