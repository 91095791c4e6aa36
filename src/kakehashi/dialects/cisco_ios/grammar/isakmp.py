"""Phase 1 of IKEv1: `crypto isakmp ...` and `crypto keyring` (CI-01 to CI-04, CI-15)."""

from kakehashi.dialects.cisco_ios.grammar.vocabulary import (
    REST,
    SECONDS,
    address_with_mask,
    command,
    flag,
    not_ours,
    not_yet,
    number,
    said,
    secret,
    text,
    word,
)
from kakehashi.dialects.cisco_ios.interfaces import interface
from kakehashi.dialects.cisco_ios.words import DES, GROUPS, HASHES, TRIPLE_DES, aes
from kakehashi.dialects.grammar import Argument, Command, Either, Negation, Optional, Pattern, Word
from kakehashi.dialects.kinds import Address, Choice, HostName, Prefix
from kakehashi.model.ikev1 import DpdStyle

GROUP = Either(
    *(
        (Word(str(number), group.name.replace("_", " "), sets=("group", group)),)
        for number, group in GROUPS.items()
    )
)
_CIPHER = Either(
    (Word("3des", "Three key triple DES", sets=("cipher", TRIPLE_DES)),),
    (
        Word("aes", "AES - Advanced Encryption Standard", sets=("cipher", aes(128))),
        Optional(
            Either(
                *(
                    (Word(str(bits), f"{bits} bit keys", sets=("cipher", aes(bits))),)
                    for bits in (128, 192, 256)
                )
            )
        ),
    ),
    (Word("des", "DES - Data Encryption Standard (56 bit keys)", sets=("cipher", DES)),),
)

POLICY: tuple[Command, ...] = (
    command("encryption", _CIPHER, sentence="Set encryption algorithm for protection suite"),
    command(
        "hash",
        Argument("hash", Choice(HASHES), "The algorithm"),
        sentence="Set hash algorithm for protection suite",
    ),
    command(
        "authentication",
        Either(
            (word("pre-share", "Pre-Shared Key", ("method", "pre-share")),),
            (word("rsa-encr", "Rivest-Shamir-Adleman Encryption", ("method", "rsa-encr")),),
            (word("rsa-sig", "Rivest-Shamir-Adleman Signature", ("method", "rsa-sig")),),
            (word("ecdsa-sig", "ECDSA Signature", ("method", "ecdsa-sig")),),
        ),
        sentence="Set authentication method for protection suite",
    ),
    command("group", GROUP, sentence="Set the Diffie-Hellman group"),
    command(
        "lifetime",
        Argument("seconds", SECONDS, "Seconds, 86400 by default"),
        sentence="Set lifetime for ISAKMP security association",
    ),
)

_KEY_OF: tuple[Pattern, ...] = (
    Either(
        (
            word("address", "Of a peer by its address"),
            Either(
                address_with_mask(),
                (word("ipv6"), Argument("address", Prefix(6, bare=True), "An IPv6 address or prefix")),
            ),
        ),
        (word("hostname", "Of a peer by its name"), Argument("hostname", HostName(), "Its name")),
    ),
    Optional(flag("no-xauth")),
)
_DPD_STYLE = Optional(
    Either(
        (word("periodic", "Send DPD messages periodically", ("style", DpdStyle.PERIODIC)),),
        (
            word(
                "on-demand", "Send DPD messages when there is traffic to send", ("style", DpdStyle.ON_DEMAND)
            ),
        ),
    )
)
_OWN_IDENTITY = Either(
    (word("address", "Our address", ("identity", "address")), Optional(flag("ipv6"))),
    (
        word("fqdn", "A fully qualified domain name", ("identity", "fqdn")),
        Optional(text("value", "a domain name", "Our own by default")),
    ),
    (
        word("user-fqdn", "A mail address", ("identity", "user-fqdn")),
        Optional(text("value", "a mail address", "The address")),
    ),
    (Argument("address", Address(), "An address"),),
    (word("trustpoint", "Of a certificate", ("identity", "trustpoint")), text("value", "a trustpoint")),
)

PROFILE: tuple[Command, ...] = (
    command("keyring", text("keyring", "the name of a keyring"), sentence="Specify the keyring to use"),
    command("self-identity", _OWN_IDENTITY, sentence="Specify our identity"),
    command(
        "match identity",
        Either(
            (
                word("address"),
                Either(
                    address_with_mask(),
                    (word("ipv6"), Argument("address", Prefix(6, bare=True), "An IPv6 address or prefix")),
                ),
                Optional(text("vrf", "a VRF")),
            ),
            (
                word("host", "A host name"),
                Either(
                    (word("domain", "All hosts of a domain"), text("domain", "a domain")),
                    (Argument("hostname", HostName(), "The name"),),
                ),
            ),
            (
                word("user", "A mail address"),
                Either(
                    (word("domain", "All users of a domain"), text("user domain", "a domain")),
                    (word("fqdn", "The address"), text("user", "a mail address")),
                    (text("user", "a mail address"),),
                ),
            ),
            (word("group", "The name of a client group"), text("group", "a group")),
        ),
        sentence="Match the identity of the peer",
    ),
    not_yet("match certificate", "certificates"),
    not_yet("reverse-route", "routes made for each peer of a profile"),
    command(
        "keepalive",
        number("seconds", 10, 3600, "Seconds between probes"),
        Optional(word("retry", "When a probe is not answered"), number("retry", 2, 60, "Seconds")),
        _DPD_STYLE,
        sentence="Set a keepalive interval for use with IOS peers",
    ),
    command(
        "initiate mode",
        word("aggressive", "Aggressive mode"),
        sentence="Begin in aggressive mode",
    ),
    command(
        "local-address",
        Either((Argument("address", Address(), "An address of ours"),), (interface("interface"),)),
        sentence="Our address to which the profile is limited",
    ),
    command("description", REST, sentence="A remark"),
    not_yet("ca", "certificates"),
    not_yet("virtual-template", "tunnels made for each client"),
    not_yet("client", "XAUTH and mode configuration"),
    not_yet("isakmp authorization", "XAUTH and mode configuration"),
    not_yet("accounting", "accounting"),
    not_yet("vrf", "VRFs"),
    not_yet("qos-group", "QoS groups"),
)

KEYRING: tuple[Command, ...] = (
    command(
        "pre-shared-key",
        Either(
            (
                word("address", "Of a peer by its address"),
                Either(
                    address_with_mask(),
                    (word("ipv6"), Argument("address", Prefix(6, bare=True), "An IPv6 address or prefix")),
                ),
            ),
            (word("hostname", "Of a peer by its name"), Argument("hostname", HostName(), "Its name")),
        ),
        word("key", "The key"),
        secret(),
        sentence="A pre-shared key of a peer",
    ),
    command(
        "local-address",
        Either((Argument("address", Address(), "An address of ours"),), (interface("interface"),)),
        sentence="Our address to which the keyring is limited",
    ),
    command("description", REST, sentence="A remark"),
    not_yet("rsa-pubkey", "RSA keys of peers"),
)

PEER: tuple[Command, ...] = (
    command(
        "set aggressive-mode password",
        secret(),
        sentence="The key for aggressive mode",
    ),
    command(
        "set aggressive-mode client-endpoint",
        Either(
            (
                word("ipv4-address", "An IPv4 address", ("identity", "address")),
                Argument("address", Address(4), "The address"),
            ),
            (word("fqdn", "A domain name", ("identity", "fqdn")), text("value", "a domain name")),
            (word("user-fqdn", "A mail address", ("identity", "user-fqdn")), text("value", "a mail address")),
            (
                word("ipv6-address", "An IPv6 address", ("identity", "address")),
                Argument("address", Address(6), "The address"),
            ),
        ),
        sentence="Our identity for aggressive mode",
    ),
    command("description", REST, sentence="A remark"),
)

ISAKMP: tuple[Command, ...] = (
    command("crypto isakmp default policy", sentence="The built-in policies", negation=Negation.SETS),
    command(
        "crypto isakmp policy",
        number("number", 1, 10000, "Priority of protection suite"),
        sentence="Set policy for an ISAKMP protection suite",
        enters="isakmp policy",
    ),
    Command(
        key="crypto isakmp key",
        pattern=(*said("crypto isakmp key"), secret(), *_KEY_OF),
        help="Set pre-shared key for remote peer",
    ),
    command(
        "crypto isakmp keepalive",
        number("seconds", 10, 3600, "Seconds between probes"),
        Optional(number("retry", 2, 60, "Seconds between probes that are not answered")),
        _DPD_STYLE,
        sentence="Set a keepalive interval for use with IOS peers",
    ),
    command(
        "crypto isakmp aggressive-mode disable",
        sentence="Refuse aggressive mode",
    ),
    command(
        "crypto isakmp identity",
        Either(
            (word("address", "Our address", ("identity", "address")),),
            (word("hostname", "Our name with its domain", ("identity", "fqdn")),),
            (word("dn", "The name in our certificate", ("identity", "dn")),),
        ),
        sentence="Set the identity which ISAKMP will use",
    ),
    command(
        "crypto isakmp nat keepalive",
        number("seconds", 5, 3600, "Seconds"),
        sentence="Keep the mapping of a NAT alive",
    ),
    command("crypto isakmp fragmentation", sentence="Fragment large IKE messages"),
    command(
        "crypto isakmp profile",
        text("name", "the name of the profile"),
        Optional(REST),
        sentence="Define ISAKMP profiles",
        enters="isakmp profile",
    ),
    command(
        "crypto isakmp peer",
        Either(
            (word("address", "By its address"), Argument("address", Address(), "The address")),
            (word("ip-address", "By its address"), Argument("address", Address(), "The address")),
            (word("hostname", "By its name"), Argument("address", HostName(), "The name")),
        ),
        Optional(word("vrf"), text("vrf", "a VRF")),
        sentence="Set peer policy",
        enters="isakmp peer",
    ),
    command("crypto isakmp enable", sentence="Enable ISAKMP", negation=Negation.SETS),
    not_yet("crypto isakmp client", "XAUTH and mode configuration", enters="later"),
    not_yet("crypto isakmp xauth", "XAUTH and mode configuration"),
    not_yet("crypto isakmp nat-traversal", "as firewalls of the maker write it; it is on"),
    not_yet("crypto isakmp invalid-spi-recovery", "IKE begun for an unknown SPI"),
    not_yet("crypto isakmp disconnect-revoked-peers", "revoked certificates"),
    not_ours("crypto isakmp diagnose"),
    command(
        "crypto keyring",
        text("name", "the name of the keyring"),
        Optional(word("vrf"), text("vrf", "a VRF")),
        sentence="Keyring of pre-shared keys",
        enters="keyring",
    ),
)
