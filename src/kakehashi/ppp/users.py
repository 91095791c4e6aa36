"""Who may log in: what is asked, what is answered, and a table that answers at once."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import md5
from ipaddress import IPv4Address
from typing import Final, Protocol

from kakehashi.model.secret import Secret
from kakehashi.ppp import mschapv2


@dataclass(frozen=True, slots=True)
class PapLogin:
    """RFC 1334: the password itself."""

    user: str
    password: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChapLogin:
    """RFC 1994: MD5 over identifier, password and challenge."""

    user: str
    identifier: int
    challenge: bytes = field(repr=False)
    response: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class MsChapV2Login:
    """RFC 2759. `response`: the 49 octets of the Response's value. `user`: with its domain, as it came."""

    user: str
    identifier: int
    challenge: bytes = field(repr=False)
    response: bytes = field(repr=False)


Login = PapLogin | ChapLogin | MsChapV2Login


@dataclass(frozen=True, slots=True)
class Granted:
    """The user may come in. `address`: always the same for this user; None: one of the pool.

    `proof`: the authenticator response of MS-CHAPv2, `S=...` (RFC 2759 section 5).
    """

    address: IPv4Address | None = None
    proof: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """The user may not. `message` is for the peer, and says no more than it should know."""

    message: str = "wrong user name or password"


Verdict = Granted | Refused


class Users(Protocol):
    """Whom the caller knows."""

    def check(self, login: Login) -> Verdict | None:
        """The verdict; None: it comes later, by `Link.verdict`, which AskUser asks for."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user's password, and the address the user always has."""

    password: Secret
    address: IPv4Address | None = None


_NOBODY: Final = Account(Secret(b""))


class UserTable:
    """Users whose passwords we know. An unknown user takes as long as a wrong password."""

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self._accounts = accounts

    def check(self, login: Login) -> Verdict | None:
        """Answers at once."""
        account = self._accounts.get(login.user)
        if account is None:
            account = self._accounts.get(without_domain(login.user))
        is_known = account is not None
        password = (account or _NOBODY).password.octets
        proof = ""
        match login:
            case PapLogin():
                is_right = hmac.compare_digest(password, login.password)
            case ChapLogin():
                is_right = hmac.compare_digest(chap_response(login, password), login.response)
            case MsChapV2Login():
                password_hash = mschapv2.nt_password_hash(password.decode("utf-8", "replace"))
                user = without_domain(login.user).encode()
                is_right = mschapv2.is_response(login.response, login.challenge, user, password_hash)
                proof = _proof(login, user, password_hash) if is_right else ""
        if not (is_right and is_known):
            return Refused()
        return Granted((account or _NOBODY).address, proof)


def chap_response(login: ChapLogin, password: bytes) -> bytes:
    """What the Response has to be (RFC 1994 section 4.1)."""
    data = bytes([login.identifier]) + password + login.challenge
    return md5(data, usedforsecurity=False).digest()


def without_domain(user: str) -> str:
    r"""`DOMAIN\user` without the domain (RFC 2759 section 4)."""
    return user.rpartition("\\")[2]


def _proof(login: MsChapV2Login, user: bytes, password_hash: bytes) -> str:
    parts = mschapv2.split_response(login.response)
    if parts is None:
        return ""
    peer_challenge, response = parts
    return mschapv2.authenticator_response(password_hash, response, peer_challenge, login.challenge, user)
