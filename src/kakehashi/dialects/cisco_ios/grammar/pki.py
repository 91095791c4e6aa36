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
from kakehashi.dialects.grammar import Argument, Command, Either, Many, Optional
from kakehashi.dialects.kinds import Address, Choice
from kakehashi.model.certificate import Enrollment, RevocationMethod

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
    command("ocsp url", text("url", "an address"), sentence="Who is asked by OCSP"),
    command("crl query", text("url", "an address"), sentence="Where the list is"),
    not_ours("serial-number"),
    not_ours("description"),
    not_ours("password"),
    not_yet("auto-enroll", "new certificates by itself"),
    not_yet("fingerprint", "a fingerprint that is accepted unasked"),
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
)
