"""Secrets in a text that leaves the house."""

import re

MASK = "***"
_WORDS = r"key|secret|password|community|passphrase|pre-shared-key"
_ANNOUNCED = re.compile(rf"(?i)(?<![\w-])({_WORDS})((?:\s+(?:char|hex|plain|hash|[05-9]))?\s+)(\S+)")
_HARMLESS = ("address", "hostname", "policy", "generate", "chain", "config-key", "***", "local", "remote")


def masked(text: str) -> str:
    """What stands behind a word that announces a secret is not shown."""
    return "\n".join(_line(line) for line in text.split("\n"))


def _line(line: str) -> str:
    def replaced(found: re.Match[str]) -> str:
        if found[3].lower() in _HARMLESS:
            return found[0]
        return f"{found[1]}{found[2]}{MASK}"

    return _ANNOUNCED.sub(replaced, line)
