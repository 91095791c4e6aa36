"""Trustpoints: authorities, and what they have certified of this device."""

from kakehashi.dialects.cisco_ios.grammar.vocabulary import (
    REST,
    command,
    flag,
    not_ours,
    not_yet,
    number,
    text,
    word,
)
from kakehashi.dialects.cisco_ios.kinds import Hexadecimal
from kakehashi.dialects.grammar import Argument, Command, Either, Many, Negation, Optional, Pattern, Support
from kakehashi.dialects.kinds import Address, Choice, Number, Text
from kakehashi.model.certificate import Enrollment, MapOperator, RevocationMethod

TRUSTPOINT: tuple[Command, ...] = (
    command(
        "enrollment",
        Either(
            (word("terminal", "By hand", ("from", Enrollment.TERMINAL)), Optional(flag("pem", "As PEM"))),
            (word("selfsigned", "From this device", ("from", Enrollment.SELF_SIGNED)),),
            (word("url", "By SCEP", ("from", Enrollment.URL)), text("url", "an address")),
            (word("pkcs12", "A file of PKCS #12", ("from", Enrollment.TERMINAL)),),
            (word("mode", "The mode of SCEP"), REST),
            (word("retry", "How often SCEP tries"), REST),
        ),
        sentence="Where certificates come from",
    ),
    command("subject-name", REST, sentence="The subject of this device's certificate"),
    command("subject-alt-name", REST, sentence="The alternative name of this device's certificate"),
    command(
        "fqdn",
        Either(
            (word("none", "No name", ("name", "")),),
            (text("name", "a domain name"),),
        ),
        sentence="The name of the DNS in this device's certificate",
    ),
    command(
        "ip-address",
        Either(
            (word("none", "No address", ("address", None)),),
            (Argument("address", Address(), "The address"),),
            (REST,),
        ),
        sentence="The address in this device's certificate",
    ),
    command(
        "revocation-check",
        Many(
            Argument(
                "methods",
                Choice(
                    {
                        "crl": (RevocationMethod.CRL, "By a list of revoked certificates"),
                        "ocsp": (RevocationMethod.OCSP, "By OCSP"),
                        "none": (RevocationMethod.NONE, "Not at all"),
                    }
                ),
                "A way to learn it; a later one counts where the earlier tells nothing",
            )
        ),
        sentence="Whether a certificate is revoked",
    ),
    command(
        "rsakeypair",
        text("keys", "the name of a pair of keys"),
        Optional(number("bits", 360, 4096, "Bits of its modulus"), Optional(REST)),
        sentence="The pair of keys that the certificate is for",
    ),
    command(
        "eckeypair",
        text("keys", "the name of a pair of keys"),
        sentence="The pair of keys on an elliptic curve that the certificate is for",
    ),
    command("fingerprint", REST, sentence="A certificate of an authority that is accepted unasked"),
    command("ocsp url", text("url", "an address"), sentence="Who is asked by OCSP"),
    command("crl query", text("url", "an address"), sentence="Where the list is"),
    not_ours("serial-number"),
    not_ours("description"),
    not_ours("password"),
    not_yet("auto-enroll", "new certificates by itself"),
    not_yet("usage", "certificates for one use"),
    not_yet("chain-validation", "chains that end early"),
    not_yet("match", "certificate maps"),
    not_yet("authorization", "names that a server is asked about"),
    not_yet("vrf", "VRFs"),
    not_yet("source", "the address that an authority is asked from"),
    not_yet("hash", "another hash for requests; SHA-256 is used"),
    not_yet("regenerate", "a new key with each certificate"),
    not_yet("default", "the defaults again"),
    not_yet("root", "an older way to name the authority"),
    not_yet("storage", "where certificates are kept"),
    not_yet("primary", "the first of several trustpoints"),
    not_yet("on", "keys on a token"),
)

TRUSTPOINTS: tuple[Command, ...] = (
    command(
        "crypto pki trustpoint",
        text("name", "the name of the trustpoint"),
        sentence="Define a CA trustpoint",
        enters="trustpoint",
    ),
    command(
        "crypto pki certificate chain",
        text("name", "the name of a trustpoint"),
        sentence="The certificates of a trustpoint",
        enters="certificate chain",
    ),
    command(
        "crypto pki certificate map",
        text("name", "the name of the map"),
        number("number", 1, 65535, "Sequence number"),
        sentence="Define what a certificate must be like",
        enters="certificate map",
    ),
)

CHAIN: tuple[Command, ...] = (
    command(
        "certificate",
        Either(
            (word("ca", "Of an authority"), text("serial", "its serial number")),
            (word("self-signed", "Of this device, by itself"), text("serial", "its serial number")),
            (text("serial", "its serial number"),),
        ),
        Optional(text("storage", "a file")),
        sentence="A certificate, in hexadecimal digits",
        enters="certificate",
    ),
)
OCTETS: tuple[Command, ...] = (
    Command(
        key="octets",
        pattern=(Many(Argument("octets", Hexadecimal(), "Octets, in hexadecimal digits")),),
        help="Octets of the certificate",
        negation=Negation.NONE,
    ),
    command("quit", sentence="The end of the certificate", negation=Negation.NONE),
)
_OPERATOR = Argument(
    "operator",
    Choice(
        {
            "co": (MapOperator.CONTAINS, "Contains"),
            "eq": (MapOperator.EQUAL, "Is"),
            "nc": (MapOperator.NOT_CONTAINS, "Does not contain"),
            "ne": (MapOperator.NOT_EQUAL, "Is not"),
        }
    ),
    "How it is compared",
)
_FIELDS = (
    ("subject-name", "Its subject"),
    ("issuer-name", "Its issuer"),
    ("alt-subject-name", "Its alternative names"),
    ("unstructured-subject-name", "The name of a device in its subject"),
    ("name", "Its subject or its alternative names"),
    ("serial-number", "Its serial number"),
)
MAP: tuple[Command, ...] = (
    *(command(field, _OPERATOR, REST, sentence=sentence) for field, sentence in _FIELDS),
    not_yet("valid-start", "a rule about when a certificate begins"),
    not_yet("expires-on", "a rule about when a certificate ends"),
)

_NAME = text("name", "the name of a trustpoint")
_LABEL: tuple[Pattern, ...] = (word("label", "Its name"), text("label", "a name"))
_PASSWORD: tuple[Pattern, ...] = (
    Optional(word("password", "What it is encrypted with")),
    Argument("password", Text("a passphrase"), "The passphrase", secret=True),
)


def _typed(key: str, *pattern: Pattern, sentence: str) -> Command:
    """It acts where it is typed and leaves no line; in a file it does nothing, which is told."""
    told = f"{sentence} (it is typed at the console; `kakehashi pki` does it for a file)"
    return command(key, *pattern, sentence=told, support=Support.NOT_YET, negation=Negation.NONE)


TYPED: tuple[Command, ...] = (
    _typed("crypto pki authenticate", _NAME, sentence="to trust the authority of a trustpoint"),
    _typed("crypto pki enroll", _NAME, sentence="to ask the authority of a trustpoint for a certificate"),
    _typed(
        "crypto pki import",
        _NAME,
        Either(
            (word("certificate", "The certificate of this device, pasted", ("kind", "certificate")),),
            (
                word("pem", "From PEM, with its key", ("kind", "pem")),
                word("terminal", "Pasted"),
                *_PASSWORD,
            ),
            (
                word("pkcs12", "From a file of PKCS #12", ("kind", "pkcs12")),
                text("file", "the name of a file"),
                *_PASSWORD,
            ),
        ),
        sentence="to keep a certificate",
    ),
    _typed(
        "crypto pki export",
        _NAME,
        Either(
            (
                word("pem", "As PEM, without the key", ("kind", "pem")),
                word("terminal", "To read it here"),
                Optional(REST),
            ),
            (
                word("pkcs12", "As a file of PKCS #12", ("kind", "pkcs12")),
                text("file", "the name of a file"),
                *_PASSWORD,
            ),
        ),
        sentence="to give certificates away",
    ),
    _typed(
        "crypto key generate",
        Either(
            (
                word("rsa", "Of RSA", ("kind", "RSA")),
                Optional(
                    Many(
                        Either(
                            (word("general-keys", "For signatures and encryption"),),
                            (word("exportable", "They may be exported", ("exportable", True)),),
                            (word("modulus", "How large"), number("bits", 2048, 4096, "Bits of the modulus")),
                            _LABEL,
                        )
                    )
                ),
            ),
            (
                word("ec", "On an elliptic curve", ("kind", "ECDSA")),
                word("keysize", "How large"),
                Argument("bits", Number(256, 521), "256, 384 or 521"),
                Optional(word("exportable", "They may be exported", ("exportable", True))),
                Optional(*_LABEL),
            ),
        ),
        sentence="to make a pair of keys",
    ),
    _typed(
        "crypto key zeroize",
        Optional(
            Either((word("rsa", "Of RSA"),), (word("ec", "On an elliptic curve"),)),
            Optional(text("label", "a name")),
        ),
        sentence="to destroy pairs of keys",
    ),
)
