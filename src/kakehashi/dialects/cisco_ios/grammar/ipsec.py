"""Phase 2 and what it is bound to: transform sets, crypto maps, IPsec profiles (CI-05 to CI-07, CI-15)."""

from kakehashi.dialects.cisco_ios.grammar.isakmp import GROUP
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
from kakehashi.dialects.cisco_ios.words import (
    AES_BITS,
    AH_HASHES,
    DES,
    ESP_HASHES,
    GROUPS,
    NULL_CIPHER,
    TRIPLE_DES,
    aes,
    gcm,
    gmac,
)
from kakehashi.dialects.grammar import (
    Argument,
    Command,
    Either,
    Many,
    Negation,
    Optional,
    Pattern,
    Support,
    Word,
)
from kakehashi.dialects.kinds import Address, HostName, Number, Text
from kakehashi.model.algorithms import Cipher
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.policy import DfBit
from kakehashi.wire.registry.ikev2 import IntegrityId

_SET_NAME = Text("the name of a transform set")


def _sized(name: str, sentence: str, of_bits: dict[int, Cipher]) -> tuple[Pattern, ...]:
    """A cipher of several key lengths, 128 bit without a number."""
    lengths = ((Word(str(bits), f"{bits} bit keys", sets=("cipher", c)),) for bits, c in of_bits.items())
    return (Word(name, sentence, sets=("cipher", of_bits[128])), Optional(Either(*lengths)))


def _hashes(name: str, options: dict[str, tuple[IntegrityId, str]]) -> list[tuple[Pattern, ...]]:
    return [(Word(w, text, sets=(name, value)),) for w, (value, text) in options.items()]


_TRANSFORM = Either(
    _sized("esp-aes", "ESP transform using AES cipher", {bits: aes(bits) for bits in AES_BITS}),
    _sized("esp-gcm", "ESP transform using GCM cipher", {bits: gcm(bits) for bits in AES_BITS}),
    _sized("esp-gmac", "ESP transform using GMAC cipher", {bits: gmac(bits) for bits in AES_BITS}),
    # As older releases write two of them.
    (Word("esp-192-aes", "ESP transform using AES cipher (192 bits)", sets=("cipher", aes(192))),),
    (Word("esp-256-aes", "ESP transform using AES cipher (256 bits)", sets=("cipher", aes(256))),),
    (Word("esp-3des", "ESP transform using 3DES(EDE) cipher (168 bits)", sets=("cipher", TRIPLE_DES)),),
    (Word("esp-des", "ESP transform using DES cipher (56 bits)", sets=("cipher", DES)),),
    (Word("esp-null", "ESP transform w/o cipher", sets=("cipher", NULL_CIPHER)),),
    (Word("esp-seal", "ESP transform using SEAL cipher (160 bits)", sets=("unknown", "esp-seal")),),
    (Word("comp-lzs", "IP Compression using the LZS compression algorithm", sets=("unknown", "comp-lzs")),),
    *_hashes("integrity", ESP_HASHES),
    *_hashes("ah", AH_HASHES),
)

TRANSFORM_SET: tuple[Command, ...] = (
    command(
        "mode",
        Either(
            (
                Word(
                    "tunnel", "Tunnel (datagram encapsulation) mode", sets=("mode", EncapsulationMode.TUNNEL)
                ),
            ),
            (
                Word(
                    "transport",
                    "Transport (payload encapsulation) mode",
                    sets=("mode", EncapsulationMode.TRANSPORT),
                ),
                Optional(flag("require", "Refuse tunnel mode")),
            ),
        ),
        sentence="Encapsulation mode (transport/tunnel)",
    ),
)

_LIFETIME: tuple[Pattern, ...] = (
    Either(
        (word("seconds"), number("seconds", 120, 2592000, "Security association duration in seconds")),
        (word("days", "Time-based lifetime in days"), number("days", 1, 30, "Days")),
        (
            word("kilobytes"),
            Either(
                (word("disable", "No limit", ("kilobytes", None)),),
                (number("kilobytes", 2560, 4294967295, "Kilobytes protected by one key"),),
            ),
        ),
    ),
)
_REPLAY = Either(
    (flag("disable", "Disable replay checking"),),
    (word("window-size"), Argument("window", Number(64, 1024), "Packets: 64, 128, 256, 512 or 1024")),
)
_DH = Either(
    *(
        (Word(f"group{n}", group.name.replace("_", " "), sets=("group", group)),)
        for n, group in GROUPS.items()
    ),
    (word("group"), GROUP),
)

# What a static map, a dynamic map and a profile have in common.
_SETTINGS: tuple[Command, ...] = (
    command(
        "set transform-set",
        Many(Argument("transform sets", _SET_NAME, "A transform set")),
        sentence="Specify list of transform sets in priority order",
    ),
    command("set pfs", Optional(_DH), sentence="Specify pfs settings"),
    command(
        "set security-association lifetime",
        *_LIFETIME,
        sentence="Security association lifetime",
    ),
    command("set security-association replay", _REPLAY, sentence="Set replay checking"),
    not_yet("set security-association idle-time", "SAs that end when they are idle"),
    not_yet("set security-association level", "an SA of its own for each pair of hosts"),
    not_yet("set security-association dummy", "dummy packets"),
    not_yet("set security-association dfbit", "a DF bit of its own"),
    not_yet("set security-association ecn", "ECN in the outer header"),
    not_yet("set security-association multi-sn", "several spaces of sequence numbers"),
    not_yet("set security-association anti-replay", "replay checking of its own"),
    not_yet("set security-policy limit", "a limit of flows"),
    command(
        "set isakmp-profile",
        text("isakmp profile", "the name of an ISAKMP profile"),
        sentence="Specify isakmp profile to use",
    ),
    command(
        "set ikev2-profile",
        text("ikev2 profile", "the name of an IKEv2 profile"),
        sentence="Specify ikev2 profile to use",
    ),
    not_yet("set identity", "identities of certificates"),
    command("description", REST, sentence="A remark"),
)

MAP: tuple[Command, ...] = (
    command(
        "set peer",
        Either(
            (Argument("peer", Address(), "IP address of peer"),),
            (Argument("peer", HostName(), "Host name of the peer"),),
        ),
        Optional(flag("dynamic", "Ask the DNS again")),
        Optional(flag("default", "The first to be tried")),
        sentence="Allowed encryption/decryption peer",
    ),
    *_SETTINGS,
    command("match address", text("list", "an access list"), sentence="Match address of packets to encrypt"),
    command(
        "reverse-route",
        Optional(REST),
        sentence="Reverse route injection",
    ),
    not_yet("set reverse-route", "distance and tag of injected routes"),
    not_yet("set session-key", "keys written by hand; without them the entry has none"),
    not_yet("set group", "GET VPN"),
    not_yet("set vrf", "VRFs"),
    not_yet("set ip access-group", "a filter on what comes out of the tunnel"),
    command("set nat demux", sentence="Tell clients behind one address apart; that is always done"),
    not_ours("qos pre-classify"),
)

PROFILE: tuple[Command, ...] = (
    *_SETTINGS,
    not_yet("reverse-route", "routes made for each peer of a profile"),
    not_yet("set reverse-route", "distance and tag of injected routes"),
    command("responder-only", sentence="Do not begin a negotiation"),
    not_yet("set mixed-mode", "IPv4 and IPv6 in one tunnel"),
    not_ours("qos pre-classify"),
)

_SEQUENCE = number("sequence", 1, 65535, "Sequence to insert into crypto map entry")
_NAME = text("name", "the name of the map", "Crypto map tag")

# For all SAs, or on an interface for those of its crypto map.
DF_BIT = command(
    "crypto ipsec df-bit",
    Either(
        (word("clear", "Clear it in the outer header", ("df", DfBit.CLEAR)),),
        (word("set", "Set it in the outer header", ("df", DfBit.SET)),),
        (word("copy", "Copy it from the packet (the default)", ("df", DfBit.COPY)),),
    ),
    sentence="Handling of the DF bit",
)
FRAGMENTATION = command(
    "crypto ipsec fragmentation",
    Either(
        (word("before-encryption", "Fragment first (the default)", ("fragment", "before")),),
        (word("after-encryption", "Encrypt first", ("fragment", "after")),),
    ),
    sentence="Handling of fragmentation of near-MTU sized packets",
)

IPSEC: tuple[Command, ...] = (
    Command(
        key="crypto ipsec transform-set",
        pattern=(
            *said("crypto ipsec transform-set"),
            Argument("name", _SET_NAME, "Transform set tag"),
            Many(_TRANSFORM),
        ),
        help="Define transform and settings",
        enters="transform-set",
    ),
    command("crypto ipsec default transform-set", sentence="The built-in sets", negation=Negation.SETS),
    command(
        "crypto ipsec security-association lifetime",
        *_LIFETIME,
        sentence="Security association lifetime",
    ),
    command("crypto ipsec security-association replay", _REPLAY, sentence="Set replay checking"),
    not_yet("crypto ipsec security-association idle-time", "SAs that end when they are idle"),
    not_yet("crypto ipsec security-association dummy", "dummy packets"),
    not_ours("crypto ipsec security-association"),
    command(
        "crypto ipsec nat-transparency",
        Either(
            (word("udp-encapsulation", "ESP in UDP", ("transparency", "udp")),),
            (word("udp-encaps", "ESP in UDP", ("transparency", "udp")),),
            (word("spi-matching", "By SPI", ("transparency", "spi")),),
        ),
        sentence="NAT traversal",
        negation=Negation.SETS,
    ),
    DF_BIT,
    FRAGMENTATION,
    command(
        "crypto ipsec profile",
        text("name", "the name of the profile"),
        sentence="Configure an ipsec policy profile",
        enters="ipsec profile",
    ),
    not_yet("crypto ipsec client ezvpn", "Easy VPN", enters="later"),
    not_yet("crypto ipsec server", "Easy VPN"),
    not_yet("crypto ipsec ipv4", "packets that are refused in the clear"),
    not_yet("crypto ipsec ipv4-deny", "what becomes of traffic that a crypto access list denies"),
    not_yet("crypto ipsec ipv6-deny", "what becomes of traffic that a crypto access list denies"),
    not_yet("crypto ipsec security-policy-limit", "a limit of flows"),
    not_ours("crypto ipsec optional"),
    Command(
        key="crypto map",
        pattern=(
            *said("crypto map"),
            Optional(flag("ipv6", "For IPv6")),
            _NAME,
            _SEQUENCE,
            word("ipsec-isakmp", "IPSEC w/ISAKMP"),
            Optional(
                Either(
                    (
                        word("dynamic", "Enter a dynamic crypto map entry"),
                        text("dynamic", "the name of a dynamic map"),
                        Optional(flag("discover", "Discover the peer")),
                    ),
                    (word("profile", "A profile of the entry"), text("entry profile", "a profile")),
                )
            ),
        ),
        help="Enter a crypto map",
        enters="crypto map",
    ),
    Command(
        key="crypto map local-address",
        pattern=(*said("crypto map"), _NAME, word("local-address"), interface("interface")),
        help="Interface whose address the map uses",
    ),
    Command(
        key="crypto map isakmp-profile",
        pattern=(
            *said("crypto map"),
            _NAME,
            word("isakmp-profile"),
            text("isakmp profile", "the name of an ISAKMP profile"),
        ),
        help="ISAKMP profile of the whole map",
    ),
    *(
        Command(
            key=f"crypto map {key}",
            pattern=(*said("crypto map"), _NAME, word(key), Optional(REST)),
            help=sentence,
            support=Support.NOT_YET,
        )
        for key, sentence in (
            ("client", "XAUTH and mode configuration"),
            ("isakmp", "XAUTH and mode configuration"),
            ("redundancy", "stateful failover"),
            ("gdoi", "GET VPN"),
        )
    ),
    *(
        Command(
            key=f"crypto map {kind}",
            pattern=(*said("crypto map"), _NAME, _SEQUENCE, word(kind, sentence), Optional(REST)),
            help=sentence,
            enters="later",
            support=Support.NOT_YET,
        )
        for kind, sentence in (("ipsec-manual", "SAs keyed by hand"), ("gdoi", "GET VPN"))
    ),
    Command(
        key="crypto dynamic-map",
        pattern=(
            *said("crypto dynamic-map"),
            Optional(flag("ipv6", "For IPv6")),
            _NAME,
            _SEQUENCE,
        ),
        help="Specify a dynamic crypto map template",
        enters="crypto map",
    ),
)
