"""Passwords as the device writes them: type 7 is only hidden, type 6 encrypted with a master key."""

import re
from itertools import cycle, islice

from kakehashi.model.secret import Secret

_PAD = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"
_TYPE_7 = re.compile(r"[0-9]{2}(?:[0-9A-Fa-f]{2})+")


def reveal_type_7(hidden: Secret) -> Secret | None:
    """The password behind one of type 7; None if it is none.

    Two decimal digits say where in a fixed pad the exclusive or begins; the octets follow in hexadecimal
    digits.
    """
    text = hidden.octets.decode(errors="replace")
    if not _TYPE_7.fullmatch(text):
        return None
    offset = int(text[:2])
    pad = islice(cycle(_PAD), offset, None)
    return Secret(bytes(octet ^ key for octet, key in zip(bytes.fromhex(text[2:]), pad, strict=False)))
