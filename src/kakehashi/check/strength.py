"""Which of two algorithms is the weaker one, by RFC 8247 and RFC 8221, as the sheet names them."""

_WEAKEST_FIRST = {
    "encryption": ("-", "Null", "DES", "3DES", "AES-128", "AES-192", "AES-256"),
    "hash": (
        "-",
        "MD5",
        "MD5-HMAC",
        "SHA-1",
        "SHA1-HMAC",
        "SHA-256",
        "SHA256-HMAC",
        "SHA-384",
        "SHA384-HMAC",
    ),
    "group": ("-", "1", "22", "2", "5", "23", "24", "14"),
}
_TABLE_OF = {
    "1/encryption": "encryption",
    "2/encryption": "encryption",
    "1/hash": "hash",
    "2/authentication": "hash",
    "1/dh-group": "group",
    "2/pfs": "group",
}


def strength(key: str, text: str) -> int:
    """The more the stronger; of a list the weakest counts. What is not ranked is as strong as it gets."""
    table = _WEAKEST_FIRST.get(_TABLE_OF.get(key, ""), ())
    return min(table.index(v) if v in table else len(table) for v in text.split(", "))
