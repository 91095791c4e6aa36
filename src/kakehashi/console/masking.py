"""Secrets in a text that leaves the house."""

import re

MASK = "***"
_WORDS = (
    r"key|secret|password|community|passphrase|passwd|pre-shared-key|authenticator|cipher|"
    r"psk|manualkey|key-string|wpa-psk"
)
# What may stand between the word and the secret: whose it is, and how it is written.
_BETWEEN = r"(?:local|remote|char|hex|plain|hash|ascii|encrypted|clear|[0-9])"
# What follows such a word where it announces nothing.
_HARMLESS = (
    "address|hostname|policy|generate|chain|config-key|dynamic|ring|size|exchange|id|import|export|"
    "zeroize|label|modulus|rsa|ec|ecdsa|name|is|alg|algorithm|type|lifetime"
)
_ANNOUNCED = re.compile(
    rf"(?i)(?<![\w-])((?:{_WORDS})\s+(?:{_BETWEEN}\s+(?!(?:{_HARMLESS})(?:\s|$)))*+)"
    rf"(?!(?:{_HARMLESS})(?:\s|$|:)|\*\*\*|[:=|])(\S+)"
)
# `authentication password USER PASSWORD` of a PPP profile of NEC IX: the name may be seen.
_OF_USER = re.compile(r"(?i)(authentication\s+password\s+\S+\s+)(\S+)")
# Keys of SAs, as `show` prints them: `Authkey : 0x...`.
_SHOWN = re.compile(r"(?i)(key\s*[:=]\s*)(\S+)")


def masked(text: str) -> str:
    """What stands behind a word that announces a secret is not shown."""
    return "\n".join(_line(line) for line in text.split("\n"))


def _line(line: str) -> str:
    if _OF_USER.search(line):
        return _OF_USER.sub(rf"\1{MASK}", line)
    return _SHOWN.sub(rf"\1{MASK}", _ANNOUNCED.sub(rf"\1{MASK}", line))
