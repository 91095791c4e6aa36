"""How weak an algorithm is, by RFC 8247, RFC 8221 and RFC 9395, as the sheet names it."""

_BROKEN = frozenset({"DES", "MD5", "MD5-HMAC", "Null"})
_OLD = frozenset({"3DES", "SHA-1", "SHA1-HMAC"})
_BROKEN_GROUPS = frozenset({"1"})
_OLD_GROUPS = frozenset({"2", "5", "22", "23", "24"})


def weakness(key: str, text: str) -> int:
    """0 is what the RFCs recommend, 2 what they forbid; of a list the weakest counts."""
    values = text.split(", ")
    if key in ("1/dh-group", "2/pfs"):
        return _most(values, _BROKEN_GROUPS, _OLD_GROUPS | {"-"})
    return _most(values, _BROKEN, _OLD)


def _most(values: list[str], broken: frozenset[str], old: frozenset[str]) -> int:
    if any(value in broken for value in values):
        return 2
    return 1 if any(value in old for value in values) else 0
