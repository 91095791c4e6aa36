"""Keywords with the sentence that `?` shows for each, and the small patterns that many commands share."""

from kakehashi.dialects.grammar import Argument, Command, Negation, Optional, Pattern, Support, Word
from kakehashi.dialects.kinds import Number, Text

REST = Argument("rest", Text("anything"), "", rest=True)

_HELP = {
    "address": "An address",
    "adjust-mss": "Adjust the MSS of TCP",
    "authentication": "How a side proves who it is",
    "crypto": "Encryption",
    "destination": "The other end of the tunnel",
    "dhcp": "By DHCP",
    "dpd-interval": "Seconds between two DPD requests",
    "dpd-timeout": "Seconds without a sign of the peer (version 1)",
    "dynamic": "Of unknown address",
    "enable": "Switch it on",
    "encryption": "Encryption algorithm",
    "enrollment": "Where certificates come from",
    "esp": "Encapsulating Security Payload",
    "group": "Diffie-Hellman group",
    "hostname": "A host name",
    "integrity": "Integrity algorithm",
    "ip": "IPv4",
    "ipsec": "IPsec",
    "ipv6": "IPv6",
    "isakmp": "ISAKMP and IKE",
    "key": "A pre-shared key",
    "lifetime": "Lifetime of the SA",
    "local": "This side",
    "mode": "Mode",
    "mtu": "Maximum transmission unit",
    "name": "A name",
    "peer": "A peer",
    "pfs": "Perfect forward secrecy",
    "pki": "Certificates",
    "policy": "A tunnel interface",
    "profile": "A profile",
    "protection": "What protects the tunnel",
    "protocol": "The IPsec protocol",
    "rekey": "Renewal of keys",
    "remote": "The other side",
    "route": "A static route",
    "seconds": "In seconds",
    "selector": "Which packets the tunnel takes",
    "source": "This end of the tunnel",
    "tcp": "TCP",
    "transform": "A combination of algorithms",
    "trustpoint": "A trustpoint",
    "tunnel": "The tunnel",
    "version": "Version of IKE",
}


def said(text: str) -> tuple[Word, ...]:
    """Keywords in a row."""
    return tuple(Word(word, _HELP.get(word, "")) for word in text.split())


def word(text: str, sentence: str = "", sets: tuple[str, object] | None = None) -> Word:
    """One keyword, with its own sentence or the common one."""
    return Word(text, sentence or _HELP.get(text, ""), sets)


def flag(text: str, sentence: str = "") -> Word:
    """A keyword that stands for itself in the values of the line."""
    return word(text, sentence, (text, True))


def number(name: str, low: int, high: int, sentence: str = "") -> Argument:
    """A number."""
    return Argument(name, Number(low, high), sentence)


def text(name: str, what: str, sentence: str = "") -> Argument:
    """Any one word."""
    return Argument(name, Text(what), sentence)


def command(
    key: str,
    *pattern: Pattern,
    sentence: str,
    enters: str | None = None,
    negation: Negation = Negation.REMOVES,
    support: Support = Support.OURS,
) -> Command:
    """A command whose pattern begins with the words of its key."""
    return Command(
        key=key,
        pattern=(*said(key), *pattern),
        help=sentence,
        enters=enters,
        negation=negation,
        support=support,
    )


def not_yet(key: str, sentence: str, enters: str | None = None) -> Command:
    """A command that the VPN needs and that has no effect yet."""
    return command(key, Optional(REST), sentence=sentence, enters=enters, support=Support.NOT_YET)


def not_ours(key: str, enters: str | None = None) -> Command:
    """A command that does not concern the VPN."""
    return command(
        key, Optional(REST), sentence="Not part of the VPN", enters=enters, support=Support.NOT_OURS
    )


def the_hosts(key: str, sentence: str, enters: str | None = None) -> Command:
    """A command that the host does in the device's stead."""
    return command(key, Optional(REST), sentence=sentence, enters=enters, support=Support.THE_HOSTS)
