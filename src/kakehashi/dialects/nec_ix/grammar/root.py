"""The commands outside of any mode."""

from kakehashi.dialects.grammar import Argument, Command, Either, Many, Optional, Pattern, Support, Word
from kakehashi.dialects.kinds import Address, Number, Prefix, Text
from kakehashi.dialects.nec_ix.grammar.access_list import LISTS
from kakehashi.dialects.nec_ix.grammar.ikev1 import IKEV1
from kakehashi.dialects.nec_ix.grammar.log import LOG
from kakehashi.dialects.nec_ix.grammar.pki import PKI
from kakehashi.dialects.nec_ix.grammar.policy import IDENTITY
from kakehashi.dialects.nec_ix.grammar.ppp import PROFILE
from kakehashi.dialects.nec_ix.grammar.watch import WATCH
from kakehashi.dialects.nec_ix.interfaces import InterfaceName
from kakehashi.dialects.nec_ix.kinds import HEX_KEY, KEY

_REST = Argument("rest", Text("anything"), rest=True)
_IKEV2 = Word("ikev2", "IKEv2")
_WEIGHTS = Optional(
    Many(
        Either(
            (
                Word("metric", "Preference among routes of one kind"),
                Argument("metric", Number(0, 255), "The smaller wins"),
            ),
            (
                Word("distance", "Preference among kinds of routes"),
                Argument("distance", Number(1, 255), "The smaller wins"),
            ),
        )
    )
)


def _route(word: str, version: int) -> Command:
    target: tuple[Pattern, ...] = (
        Either(
            (Argument("next_hop", Address(version), "The next hop"),),
            (
                Argument("interface", InterfaceName(), "The interface"),
                Optional(
                    Either(
                        (Argument("next_hop", Address(version), "The next hop"),),
                        (Word("dhcp", "The next hop that DHCP names"),),
                    )
                ),
            ),
        ),
        _WEIGHTS,
    )
    everything = Prefix(version).read("0.0.0.0/0" if version == 4 else "::/0")
    return Command(
        key=f"{word} route",
        pattern=(
            Word(word, f"IPv{version}"),
            Word("route", "A static route"),
            Either(
                (Word("default", "To everywhere", sets=("prefix", everything)),),
                (Argument("prefix", Prefix(version), "The destination"),),
            ),
            *target,
        ),
        help=f"A static route of IPv{version}",
    )


def _not_yet(words: str, sentence: str) -> Command:
    pattern = tuple(Word(w) for w in words.split())
    return Command(key=words, pattern=(*pattern, _REST), help=sentence, support=Support.NOT_YET)


def _not_ours(words: str, enters: str | None = None) -> Command:
    pattern = tuple(Word(w) for w in words.split())
    return Command(
        key=words,
        pattern=(*pattern, Optional(_REST)),
        help="Not part of the VPN",
        enters=enters,
        support=Support.NOT_OURS,
    )


IKEV2: tuple[Command, ...] = (
    Command(
        key="ikev2 authentication",
        pattern=(
            _IKEV2,
            Word("authentication", "An identity with its key"),
            Word("psk", "A pre-shared key"),
            *IDENTITY,
            Word("key", "The key"),
            Either(
                (
                    Word("char", "As text"),
                    Argument("secret", KEY, "The key", secret=True),
                ),
                (
                    Word("hex", "As hexadecimal digits"),
                    Argument("secret", HEX_KEY, "The key", secret=True),
                ),
            ),
        ),
        help="One entry in the database of identities and keys",
    ),
    Command(
        key="ikev2 profile",
        pattern=(
            _IKEV2,
            Word("profile", "A named policy"),
            Argument("name", Text("the name of the profile"), "Its name"),
        ),
        help="A policy that tunnels bind to",
        enters="ikev2 profile",
    ),
    Command(
        key="ikev2 default-profile",
        pattern=(_IKEV2, Word("default-profile", "The policy of all tunnels")),
        help="The policy that holds where no other says otherwise",
        enters="ikev2 profile",
    ),
)

_SERVER = (Word("server", "A name server"), Argument("server", Address(), "Its address"))
NAMES: tuple[Command, ...] = (
    Command(
        key="proxy-dns server",
        pattern=(
            Word("proxy-dns", "Names and their addresses"),
            *_SERVER,
            Optional(
                Word("url-list", "For these names alone"),
                Argument("urls", Text("the name of a list"), "A list"),
            ),
            Optional(
                Word("priority", "Which server is asked first"),
                Argument("priority", Number(1, 254), "The larger wins"),
            ),
        ),
        help="A server that is asked for the addresses of names",
    ),
    Command(
        key="dns server",
        pattern=(Word("dns", "Names and their addresses"), *_SERVER),
        help="A server that is asked for the addresses of names",
    ),
)

ROOT: tuple[Command, ...] = (
    Command(
        key="hostname",
        pattern=(Word("hostname", "The device's name"), Argument("name", Text(), "The name")),
        help="The name of this device",
    ),
    Command(
        key="interface",
        pattern=(
            Word("interface", "An interface"),
            Argument("name", InterfaceName(), "Its name"),
        ),
        help="The settings of an interface",
        enters="interface",
    ),
    _route("ip", 4),
    _route("ipv6", 6),
    *IKEV2,
    *PKI,
    *IKEV1,
    *LISTS,
    *WATCH,
    *NAMES,
    *LOG,
    PROFILE,
    *(
        _not_ours(words, enters="foreign")
        for words in (
            "device",
            "ip dhcp profile",
            "ipv6 dhcp client-profile",
            "ipv6 dhcp server-profile",
            "router",
            "ipv6 router",
            "route-map",
            "class-map",
            "policy-map",
            "event-action",
            "ddns profile",
            "system information",
            "web-console system information",
            "proxy-dns",
            "vrf",
        )
    ),
    *(
        _not_ours(words)
        for words in ("bridge", "ip ufs-cache", "ipv6 ufs-cache", "username", "radius", "aaa")
    ),
)
