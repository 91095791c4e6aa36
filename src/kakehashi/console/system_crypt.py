"""crypt(3) of the host's own library, for the SHA-2 forms of passwords (`$5$`, `$6$`).

libxcrypt is on every Linux host beside PAM; musl has the same function in its C library.
"""

import ctypes
import re
from functools import cache

_LIBRARIES = ("libcrypt.so.2", "libcrypt.so.1", None)  # None: of the C library
_DATA = 1 << 18  # octets of `struct crypt_data`: more than glibc's 131,232 and libxcrypt's 32,768
_MOST_ROUNDS = 1_000_000  # about a second; what the text says may cost no more
_SETTING = re.compile(rb"\$[56]\$(?:rounds=([0-9]{1,9})\$)?[./0-9A-Za-z]{1,16}(?:\$[./0-9A-Za-z]*)?")


def sha_crypt(password: bytes, setting: bytes) -> bytes | None:
    """The whole text `$5$SALT$HASH` or `$6$...` of a password; `setting` begins like it.

    None: the setting is another, it asks for too many rounds, or the host has no such library.
    """
    found = _SETTING.fullmatch(setting)
    if found is None or int(found[1] or 0) > _MOST_ROUNDS or b"\0" in password:
        return None
    function = _function()
    if function is None:
        return None
    made = function(password, setting, ctypes.create_string_buffer(_DATA))
    return made if isinstance(made, bytes) and made.startswith(setting[:3]) else None


@cache
def _function() -> "ctypes._NamedFuncPointer | None":
    """crypt_r(3), which threads may call at once."""
    for name in _LIBRARIES:
        try:
            function = ctypes.CDLL(name).crypt_r
        except (OSError, AttributeError):
            continue
        function.restype = ctypes.c_char_p
        function.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p)
        return function
    return None
