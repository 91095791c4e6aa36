"""The commands about certificates and keys that are typed outside of configuration (AW-09)."""

import re

from kakehashi.dialects.grammar import Argument, Command, Either, Optional, Pattern, Word
from kakehashi.dialects.kinds import Number, Text
from kakehashi.dialects.manner import plain

DEFAULT_KEYS = "server-default"  # the pair of keys that a trustpoint uses which names none
ORGANIZATION = "AlliedWare Plus"  # of a subject that names none
_PARTS = re.compile(r"(?:^|[/,])\s*O\s*=", re.IGNORECASE)

_CRYPTO = Word("crypto", "Certificates and keys")
_PKI = Word("pki", "Certificates")
_KEY = Word("key", "Pairs of keys")
_NAME = Argument("name", Text("the name of a trustpoint"), "The trustpoint")
_FILE = Argument("file", Text("the name of a file"), "A file beside the configuration")
_FROM: tuple[Pattern, ...] = (Optional(Either((Word("terminal", "Paste it here"),), (_FILE,))),)
_WHICH = Either(
    (Word("server", "Of this device, with its key", ("which", "own")),),
    (Word("ca", "Of the authority", ("which", "ca")),),
)


def _what(pem: str, pkcs12: str) -> Pattern:
    return Either((Word("pem", pem), *_FROM), (Word("pkcs12", pkcs12), _WHICH, _FILE))


def _pki(word: str, sentence: str, *pattern: Pattern) -> Command:
    return plain(f"crypto pki {word}", sentence, _NAME, *pattern, words=(_CRYPTO, _PKI, Word(word, sentence)))


COMMANDS: tuple[Command, ...] = (
    _pki("authenticate", "Trust the authority of a trustpoint"),
    _pki("enroll", "Ask the authority of a trustpoint for a certificate"),
    _pki("import", "Keep a certificate", _what("From PEM", "From a file of PKCS #12")),
    _pki("export", "Give a certificate away", _what("As PEM", "As a file of PKCS #12")),
    plain(
        "crypto key generate rsa",
        "Make a pair of keys",
        Optional(Word("label", "Its name"), Argument("label", Text("a name"), "Its name")),
        Optional(Argument("bits", Number(2048, 4096), "Bits of its modulus")),
        words=(_CRYPTO, _KEY, Word("generate", "Make a pair of keys"), Word("rsa", "Of RSA")),
    ),
    plain(
        "crypto key zeroize",
        "Destroy pairs of keys",
        Either(
            (Word("all", "All of them"),),
            (Word("rsa", "One of RSA"), Argument("label", Text("a name"), "Its name")),
        ),
        words=(_CRYPTO, _KEY, Word("zeroize", "Destroy pairs of keys")),
    ),
)


def enrolled_subject(configured: str, hostname: str) -> str:
    """The subject that the device asks for. What the manual's has besides its CN, nobody has typed."""
    subject = configured or f"/CN={hostname}"
    if _PARTS.search(subject) or not subject.startswith("/"):
        return subject
    return f"/O={ORGANIZATION}{subject}"
