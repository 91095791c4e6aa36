"""Who may come in by SSH, and with what privilege: as the users of the running configuration say.

The lines are no part of the VPN's grammar; they are read here as text.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from kakehashi.console.system_crypt import sha_crypt
from kakehashi.dialects.cisco_ios.passwords import reveal_type_7
from kakehashi.model.secret import Secret

ADMINISTRATOR = 15
_CISCO_ALPHABET = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE64_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_LONGEST = 200  # octets of a password
_TYPE_8_ROUNDS = 20_000
_SALT = 14  # letters
_CLEAR = re.compile(r"((?:username \S+(?: privilege \d+)?|enable) secret)(?: 0)? ([^\s$]\S*)")
_CLEAR_PASSWORD = re.compile(r"((?:username \S+(?: privilege \d+)?|enable) password) ([^\s$]\S*)")
_PRIVILEGE = re.compile(r"\bprivilege (\d{1,2})\b")
_SECRET = re.compile(r"\b(?:secret|password)\s+(?:(plain|hash|[0-9])\s+)?(\S+)")
_NEC_ROLES = ("administrator", "operator", "monitor")
# A number may stand between `plain` and the password.
_NEC_SECRET = re.compile(rf"\bpassword\s+(plain|hash)\s+(?:\d\s+(?!(?:{'|'.join(_NEC_ROLES)})\s*$))?(\S+)")


@dataclass(frozen=True, slots=True)
class Account:
    """`kind` is the device's number of how the password is written: 0 plain, 7 hidden, 5, 8, 9 hashed."""

    name: str
    privilege: int
    kind: str
    written: Secret = field(repr=False)

    def accepts(self, password: str) -> bool:
        """Is that the password? In the same time wherever it is wrong."""
        octets = password.encode(errors="replace")
        if not octets or len(octets) > _LONGEST:
            return False
        return _VERIFIERS.get(self.kind, _never)(self.written.octets, octets)


@dataclass(frozen=True, slots=True)
class Accounts:
    """`enable`: the password by which others become privileged, None if there is none."""

    users: Mapping[str, Account]
    keys: tuple[tuple[str, str], ...] = ()
    enable: Account | None = None

    def login(self, name: str, password: str) -> Account | None:
        """The account, if the password is its own. A name that is not there takes as long as another."""
        account = self.users.get(name)
        if account is None:
            _NOBODY.accepts(password)
            return None
        return account if account.accepts(password) else None


def read_accounts(text: str, dialect: str) -> Accounts:
    """Those of a configuration."""
    users: dict[str, Account] = {}
    enable: Account | None = None
    for line in (line.strip() for line in text.splitlines()):
        words = line.split()
        if len(words) > 2 and words[0] == "username":
            account = _account(words[1], line, dialect)
            if account:
                users[account.name] = account
        elif len(words) > 2 and words[0] == "enable" and words[1] in ("secret", "password"):
            enable = _account("enable", line, dialect)
    return Accounts(users, enable=enable)


def hashed(line: str, dialect: str, salt: bytes) -> str:
    """A line that gives a password in clear, as the device keeps it; any other as it is.

    Cisco keeps a `secret` as type 9, AlliedWare Plus a `password` as crypt(3) makes it. `salt`: random
    octets, at least twelve.
    """
    match dialect:
        case "cisco-ios":
            return _hashed_secret(line, salt)
        case "awplus":
            return _hashed_password(line, salt)
    return line


def _hashed_password(line: str, salt: bytes) -> str:
    found = _CLEAR_PASSWORD.fullmatch(line.strip())
    if not found or len(found[2].encode()) > _LONGEST:
        return line
    made = sha_crypt(found[2].encode(), b"$5$" + _cisco64(salt)[:16])
    return f"{found[1]} 8 {made.decode()}" if made else line


def _hashed_secret(line: str, salt: bytes) -> str:
    found = _CLEAR.fullmatch(line.strip())
    if not found or len(found[2].encode()) > _LONGEST:
        return line
    letters = _cisco64(salt)[:_SALT]
    made = hashlib.scrypt(found[2].encode(), salt=letters, n=16384, r=1, p=1, dklen=32)
    return f"{found[1]} 9 $9${letters.decode()}${_cisco64(made).decode()}"


def _account(name: str, line: str, dialect: str) -> Account | None:
    pattern = _NEC_SECRET if dialect == "nec-ix" else _SECRET
    found = pattern.search(line, line.index(name) + len(name) if name in line and name != "enable" else 0)
    if not found:
        return None
    kind = {"plain": "0", None: "0"}.get(found[1], found[1] or "0")
    if dialect == "awplus" and kind == "8":
        kind = "crypt"  # AlliedWare Plus says 8 of what crypt(3) makes
    said = _PRIVILEGE.search(line)
    if dialect == "nec-ix":
        privilege = ADMINISTRATOR if "monitor" not in line.split() else 1
    else:
        privilege = int(said[1]) if said else 1
    return Account(name, privilege, kind, Secret(found[2].encode()))


def _plain(written: bytes, password: bytes) -> bool:
    return hmac.compare_digest(hashlib.sha256(written).digest(), hashlib.sha256(password).digest())


def _hidden(written: bytes, password: bytes) -> bool:
    revealed = reveal_type_7(Secret(written))
    return revealed is not None and _plain(revealed.octets, password)


def _crypt(written: bytes, password: bytes) -> bool:
    """`$1$salt$hash`: MD5 of crypt(3); `$5$` and `$6$`: SHA-2."""
    parts = written.split(b"$")
    if len(parts) < 4 or parts[0]:
        return False
    if parts[1] == b"1":
        return hmac.compare_digest(md5_crypt(password, parts[2]), written)
    made = sha_crypt(password, written)
    return made is not None and hmac.compare_digest(made, written)


def _pbkdf2(written: bytes, password: bytes) -> bool:
    """Type 8, `$8$salt$hash`: PBKDF2 with SHA-256, 20000 rounds, in an alphabet of its own."""
    parts = written.split(b"$")
    if len(parts) != 4 or parts[1] != b"8":
        return False
    made = hashlib.pbkdf2_hmac("sha256", password, parts[2], _TYPE_8_ROUNDS, 32)
    return hmac.compare_digest(_cisco64(made), parts[3])


def _scrypt(written: bytes, password: bytes) -> bool:
    """Type 9, `$9$salt$hash`: scrypt with N 16384, r 1, p 1."""
    parts = written.split(b"$")
    if len(parts) != 4 or parts[1] != b"9":
        return False
    made = hashlib.scrypt(password, salt=parts[2], n=16384, r=1, p=1, dklen=32)
    return hmac.compare_digest(_cisco64(made), parts[3])


def _cisco64(octets: bytes) -> bytes:
    table = bytes.maketrans(_BASE64_ALPHABET, _CISCO_ALPHABET)
    return base64.b64encode(octets).rstrip(b"=").translate(table)


def md5_crypt(password: bytes, salt: bytes) -> bytes:
    """`$1$`: what IOS calls type 5. Poul-Henning Kamp's scheme of FreeBSD, 1000 rounds of MD5."""
    salt = salt[:8]
    first = hashlib.md5(password + salt + password, usedforsecurity=False).digest()
    begin = password + b"$1$" + salt + (first * (len(password) // 16 + 1))[: len(password)]
    count = len(password)
    while count:
        begin += b"\0" if count & 1 else password[:1]
        count >>= 1
    digest = hashlib.md5(begin, usedforsecurity=False).digest()
    for number in range(1000):
        parts = password if number & 1 else digest
        parts += salt if number % 3 else b""
        parts += password if number % 7 else b""
        parts += digest if number & 1 else password
        digest = hashlib.md5(parts, usedforsecurity=False).digest()
    return b"$1$" + salt + b"$" + _crypt64(digest)


def _crypt64(digest: bytes) -> bytes:
    """In the order and the alphabet of crypt(3), lowest bits first."""
    groups = [(digest[i], digest[i + 6], digest[i + 12 if i < 4 else 5], 4) for i in range(5)]
    groups.append((0, 0, digest[11], 2))
    alphabet = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    made = bytearray()
    for high, middle, low, length in groups:
        value = high << 16 | middle << 8 | low
        for _ in range(length):
            made.append(alphabet[value & 63])
            value >>= 6
    return bytes(made)


def _never(written: bytes, password: bytes) -> bool:
    return False


_VERIFIERS = {"0": _plain, "7": _hidden, "5": _crypt, "8": _pbkdf2, "9": _scrypt, "crypt": _crypt}
_NOBODY = Account("", 0, "9", Secret(b"$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6"))
