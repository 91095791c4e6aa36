"""`crypto isakmp`, `crypto ipsec` and `crypto pki` with their modes (AW-01, AW-06 to AW-09)."""

from kakehashi.dialects.awplus.grammar.vocabulary import (
    REST,
    command,
    not_ours,
    not_yet,
    number,
    text,
    word,
)
from kakehashi.dialects.awplus.interfaces import InterfaceName
from kakehashi.dialects.awplus.kinds import KEY, Algorithm, Group
from kakehashi.dialects.awplus.words import CIPHERS, ESP_INTEGRITIES, GROUPS, INTEGRITIES, METHODS
from kakehashi.dialects.grammar import Argument, Command, Either, Optional, Pattern
from kakehashi.dialects.kinds import Address, Choice, HostName
from kakehashi.model.ikev1 import ExchangeMode

_SECRET = Argument("secret", KEY, "The key", secret=True)
_POLICY: tuple[Pattern, ...] = (
    word("policy"),
    Argument("policy", InterfaceName("tunnel"), "The tunnel interface"),
)
_WHO = Either(
    (word("address"), Argument("address", Address(), "Its address")),
    (word("hostname"), Argument("hostname", HostName(), "Its name")),
    _POLICY,
)
_SECONDS = number("seconds", 300, 31449600, "Seconds")
_DPD = number("seconds", 10, 86400, "Seconds")
_ENCRYPTION: tuple[Pattern, ...] = (
    word("encryption"),
    Argument("encryption", Algorithm(CIPHERS, ("des", "des-cbc", "null", "aes")), "The cipher"),
)
_INTEGRITY: tuple[Pattern, ...] = (
    word("integrity"),
    Argument("integrity", Algorithm(INTEGRITIES, ("md5", "sha", "sha384")), "The integrity algorithm"),
)
_ESP_INTEGRITY: tuple[Pattern, ...] = (
    word("integrity"),
    Argument("integrity", Algorithm(ESP_INTEGRITIES, ("md5", "sha", "sha384")), "The integrity algorithm"),
)
_GROUP = Argument("group", Group(GROUPS), "The group")
_REKEY = command(
    "rekey",
    Either(
        (word("always", "Always", ("on demand", False)),),
        (word("on-demand", "Only where there was traffic", ("on demand", True)),),
    ),
    sentence="Are the keys of an SA without traffic renewed?",
)

CRYPTO: tuple[Command, ...] = (
    command(
        "crypto isakmp key",
        Either(
            (word("8", "The key is encrypted", ("encrypted", True)), _SECRET),
            (_SECRET,),
        ),
        _WHO,
        Optional(
            word("type", "What the key is for"),
            Either((word("psk", "IKE", ("type", "psk")),), (word("eap", "EAP", ("type", "eap")),)),
        ),
        sentence="A pre-shared key, and whom it is for",
    ),
    # `no` needs not say the key.
    command("crypto isakmp key", _WHO, sentence="Whose key is taken back, with `no` before it"),
    command(
        "crypto isakmp peer",
        Either(
            (word("address"), Argument("address", Address(), "Its address")),
            (word("hostname"), Argument("hostname", HostName(), "Its name")),
            (word("dynamic", sets=("dynamic", True)),),
            _POLICY,
        ),
        word("profile"),
        text("profile", "the name of an ISAKMP profile", "Its name"),
        sentence="Which ISAKMP profile a peer or a tunnel uses",
    ),
    command(
        "crypto isakmp profile",
        text("name", "the name of the profile", "Its name"),
        sentence="An ISAKMP profile",
        enters="isakmp profile",
    ),
    command(
        "crypto ipsec profile",
        text("name", "the name of the profile", "Its name"),
        sentence="An IPsec profile",
        enters="ipsec profile",
    ),
    command(
        "crypto pki trustpoint",
        text("name", "the name of the trustpoint", "Its name"),
        sentence="A place for the certificates of an authority and of this device",
        enters="trustpoint",
    ),
    not_ours("crypto secure-mode"),
)

ISAKMP_PROFILE: tuple[Command, ...] = (
    command(
        "version",
        Either(
            (
                word("1", "IKEv1", ("version", 1)),
                word("mode", "How it begins"),
                Either(
                    (word("main", "Main mode", ("mode", ExchangeMode.MAIN)),),
                    (word("aggressive", "Aggressive mode", ("mode", ExchangeMode.AGGRESSIVE)),),
                ),
            ),
            (word("2", "IKEv2", ("version", 2)),),
        ),
        sentence="The version of IKE",
    ),
    command("lifetime", Optional(word("seconds")), _SECONDS, sentence="How long an ISAKMP SA lives"),
    command("dpd-interval", _DPD, sentence="How often the peer is asked whether it is alive"),
    command("dpd-timeout", _DPD, sentence="How long a peer of version 1 may be silent"),
    command(
        "transform",
        number("number", 1, 255, "The smaller is preferred"),
        Either(
            (*_INTEGRITY, *_ENCRYPTION, word("group"), _GROUP),
            (*_ENCRYPTION, *_INTEGRITY, word("group"), _GROUP),
        ),
        sentence="A combination of algorithms",
    ),
    command(
        "local authentication",
        Argument("method", Choice(METHODS), "The way of proof"),
        sentence="How this device proves who it is",
    ),
    command(
        "remote authentication",
        Argument("method", Choice(METHODS), "The way of proof"),
        sentence="How the peer proves who it is",
    ),
    command(
        "pki trustpoint",
        text("trustpoint", "the name of a trustpoint", "Its name"),
        sentence="The trustpoint whose certificates are used",
    ),
    _REKEY,
    not_yet("configuration-attribute", "configuration payloads"),
    not_ours("description"),
)

IPSEC_PROFILE: tuple[Command, ...] = (
    command("lifetime", Optional(word("seconds")), _SECONDS, sentence="How long an IPsec SA lives"),
    command("pfs", Argument("group", Group(GROUPS), "The group"), sentence="A new key exchange for each SA"),
    command(
        "transform",
        number("number", 1, 255, "The smaller is preferred"),
        word("protocol"),
        word("esp"),
        Either((*_ESP_INTEGRITY, *_ENCRYPTION), (*_ENCRYPTION, *_ESP_INTEGRITY)),
        sentence="A combination of algorithms",
    ),
    _REKEY,
    not_ours("description"),
)

TRUSTPOINT: tuple[Command, ...] = (
    command(
        "enrollment",
        Either(
            (word("terminal", "By hand"),),
            (word("selfsigned", "From this device", ("selfsigned", True)),),
        ),
        sentence="Where certificates come from",
    ),
    command("subject-name", REST, sentence="The subject of this device's certificate"),
    command("subject-alt-name", REST, sentence="The alternative name of this device's certificate"),
    *(command(key, Optional(REST), sentence="A setting of the trustpoint") for key in ("description",)),
    command(
        "rsakeypair",
        text("keys", "the name of a pair of keys"),
        Optional(number("bits", 2048, 4096, "Bits of its modulus")),
        sentence="The pair of keys that the certificate is for",
    ),
    command("fingerprint", REST, sentence="A certificate that is accepted unasked"),
    not_yet("lifetime", "the lifetime of certificates of this device's own"),
    not_yet("revocation-check", "revoked certificates"),
    not_yet("signature", "another hash for requests; SHA-256 is used"),
)
