"""Keywords with the sentence that `?` shows for each, and the small patterns that many commands share."""

from kakehashi.dialects.cisco_ios.kinds import KEY, Mask
from kakehashi.dialects.grammar import Argument, Either, Optional, Pattern, Word
from kakehashi.dialects.kinds import Address, Number
from kakehashi.dialects.vocabulary import REST, Vocabulary, number, text

__all__ = [
    "REST",
    "SECONDS",
    "address_with_mask",
    "command",
    "flag",
    "not_ours",
    "not_yet",
    "number",
    "said",
    "secret",
    "text",
    "the_hosts",
    "word",
]

SECONDS = Number(1, 4294967295)

_HELP = {
    "logging": "The log",
    "buffered": "What is remembered",
    "trap": "What log hosts are told",
    "facility": "The facility of messages",
    "monitor": "What terminals are told",
    "on": "Log at all",
    "tls-profile": "A TLS profile",
    "console": "What the console is told",
    "origin-id": "What names this device",
    "ip-address": "An address",
    "query": "Where it is",
    "url": "Its address",
    "certificate": "Certificates",
    "crl": "The list of revoked certificates",
    "ocsp": "OCSP",
    "eckeypair": "The pair of keys on a curve",
    "rsakeypair": "The pair of keys",
    "revocation-check": "Revoked certificates",
    "subject-alt-name": "The alternative name of the certificate",
    "subject-name": "The subject of the certificate",
    "enrollment": "Where certificates come from",
    "trustpoint": "A CA trustpoint",
    "pki": "Public key infrastructure",
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
    "domain": "Define the default domain",
    "host": "A table of host names",
    "lookup": "Look names up",
    "name-server": "Name servers",
    "domain-list": "A list of domains",
    "domain-lookup": "Look names up",
    "source-interface": "The interface whose address is used",
    "domain-name": "Define the default domain name",
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
    "initiate": "How a negotiation is begun",
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
    "network": "Addresses",
    "object-group": "A group of objects",
    "outside": "Outside of address translation",
    "overload": "Overload an address translation",
    "path-mtu-discovery": "Follow the path MTU",
    "peer": "Allowed encryption peer",
    "permanent": "Permanent route",
    "pfs": "Perfect forward secrecy",
    "pool": "A pool of addresses",
    "policy": "Set policy for phase 1",
    "prf": "Set pseudorandom function",
    "profile": "Configure a profile",
    "proposal": "Define a proposal",
    "protection": "Protection of the tunnel",
    "remote": "The other side",
    "replay": "Set replay checking",
    "reverse-route": "Reverse route injection",
    "route": "Establish static routes",
    "route-via": "The interface that carries the tunnel",
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
    "translation": "How long translations stay",
    "tunnel": "Protocol-over-protocol tunneling",
    "udp-encapsulation": "ESP in UDP",
    "unnumbered": "Enable IP processing without an explicit address",
    "vrf": "A VRF",
    "window-size": "Size of the replay window",
}

_WORDS = Vocabulary(_HELP)
said = _WORDS.said
word = _WORDS.word
flag = _WORDS.flag
command = _WORDS.command
not_yet = _WORDS.not_yet
not_ours = _WORDS.not_ours
the_hosts = _WORDS.the_hosts


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
