"""Which word was meant."""

from collections.abc import Iterable
from difflib import get_close_matches

_CLOSENESS = 0.7
_LONGEST = 64


def close(word: str, candidates: Iterable[str]) -> str:
    """The candidate that `word` is most like, or ""."""
    if len(word) > _LONGEST:
        return ""
    found = get_close_matches(word.lower(), list(candidates), n=1, cutoff=_CLOSENESS)
    return found[0] if found else ""
