"""Keywords with the sentence that `?` shows for each, and the small patterns that many commands share."""

from kakehashi.dialects.cisco_ios.kinds import KEY, Mask
from kakehashi.dialects.grammar import (
    Argument,
    Command,
    Either,
    Negation,
    Optional,
    Pattern,
    Support,
    Word,
)
from kakehashi.dialects.kinds import Address, Number, Text

REST = Argument("rest", Text("anything"), "", rest=True)
SECONDS = Number(1, 4294967295)

_HELP = {
    "access-group": "Specify access control for packets",
    "access-list": "Add an access list entry",
    "address": "An address",
    "adjust-mss": "Adjust the mss of transit packets",
    "aggressive-mode": "Aggressive mode",
    "authentication": "Authentication method",
    "clear": "Clear the DF bit of the outer header",
    "connect": "When the tunnel is made",
    "copy": "Copy the DF bit of the packet",
    "crypto": "Encryption module",
    "default": "The default",
    "description": "A remark",
    "destination": "Destination of the tunnel",
    "df-bit": "Handling of the DF bit",
    "disable": "Switch it off",
    "dpd": "Dead peer detection",
    "dynamic": "A dynamic entry",
    "dynamic-map": "Specify a dynamic crypto map template",
    "enable": "Switch it on",
    "encryption": "Set encryption algorithm",
    "extended": "Extended access list",
    "fqdn": "A fully qualified domain name",
    "fragmentation": "Fragmentation",
    "fvrf": "The VRF of the outer packets",
    "group": "Set the Diffie-Hellman group",
    "hash": "Set hash algorithm",
    "hostname": "A host name",
    "identity": "An identity",
    "ikev2": "Configure IKEv2",
    "inside": "Inside of address translation",
    "integrity": "Set integrity algorithm",
    "interface": "Select an interface to configure",
    "invalid-spi-recovery": "Initiate IKE for an invalid SPI",
    "ip": "Internet Protocol",
    "ipsec": "Configure IPSEC policy",
    "ipsec-isakmp": "IPSEC with ISAKMP",
    "ipv4": "IPv4",
    "ipv6": "IPv6",
    "isakmp": "Configure ISAKMP policy",
    "isakmp-profile": "Specify isakmp profile to use",
    "keepalive": "Keepalive of the peer",
    "key": "Set pre-shared key for remote peer",
    "keyring": "Key ring",
    "kilobytes": "Volume-based lifetime",
    "lifetime": "Set lifetime",
    "list": "Specify access list describing local addresses",
    "local": "Our side",
    "local-address": "Address of our side",
    "map": "Enter a crypto map",
    "mask": "A mask",
    "match": "Match values",
    "mode": "Mode",
    "mtu": "Maximum transmission unit",
    "name": "Its name",
    "nat": "Network address translation",
    "nat-transparency": "IPsec through NAT",
    "no-xauth": "Bypass XAuth for this peer",
    "outside": "Outside of address translation",
    "overload": "Overload an address translation",
    "path-mtu-discovery": "Follow the path MTU",
    "peer": "Allowed encryption peer",
    "permanent": "Permanent route",
    "pfs": "Perfect forward secrecy",
    "policy": "Set policy for phase 1",
    "prf": "Set pseudorandom function",
    "profile": "Configure a profile",
    "proposal": "Define a proposal",
    "protection": "Protection of the tunnel",
    "remote": "The other side",
    "replay": "Set replay checking",
    "reverse-route": "Reverse route injection",
    "route": "Establish static routes",
    "route-map": "Specify route-map",
    "seconds": "Time-based lifetime",
    "security-association": "Security association parameters",
    "self-identity": "Our identity",
    "set": "Set values for encryption",
    "shared": "Shared with other tunnels",
    "shutdown": "Shut down the selected interface",
    "source": "Source of the tunnel",
    "standard": "Standard access list",
    "static": "A static entry",
    "tag": "Set tag for this route",
    "tcp": "TCP",
    "track": "Install route depending on tracked item",
    "traffic-filter": "Access control list for packets",
    "transform-set": "Specify list of transform sets in priority order",
    "tunnel": "Protocol-over-protocol tunneling",
    "udp-encapsulation": "ESP in UDP",
    "unnumbered": "Enable IP processing without an explicit address",
    "vrf": "A VRF",
    "window-size": "Size of the replay window",
}


def said(text: str) -> tuple[Word, ...]:
    """Keywords in a row."""
    return tuple(Word(word, _HELP.get(word, "")) for word in text.split())


def word(text: str, sentence: str = "", sets: tuple[str, object] | None = None) -> Word:
    """One keyword, with its own sentence or the common one."""
    return Word(text, sentence or _HELP.get(text, ""), sets)


def flag(text: str, sentence: str = "", value: object = True) -> Word:
    """A keyword that stands for itself in the values of the line."""
    return word(text, sentence, (text, value))


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


def the_hosts(key: str, sentence: str) -> Command:
    """A command that the host does in the device's stead."""
    return command(key, Optional(REST), sentence=sentence, support=Support.THE_HOSTS)


def secret(name: str = "secret") -> Either:
    """A key or password as text, as it stands or encrypted by the device (type 6, type 7)."""
    key = Argument(name, KEY, "The key", secret=True)
    return Either(
        (Word("0", "An unencrypted key follows", sets=("key type", 0)), key),
        (Word("6", "An encrypted key follows", sets=("key type", 6)), key),
        (Word("7", "A hidden key follows", sets=("key type", 7)), key),
        (key,),
    )


def address_with_mask(name: str = "address", sentence: str = "An address") -> tuple[Pattern, ...]:
    """An IPv4 address, and a mask where it is a network's."""
    return (
        Argument(name, Address(4), sentence),
        Optional(Argument(f"{name} mask", Mask(), "Its mask")),
    )
