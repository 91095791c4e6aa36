"""What is thought of a peer's certificate."""

import enum
from dataclasses import dataclass

from kakehashi.crypto.signatures import PublicKey


class Reason(enum.StrEnum):
    """Why a certificate is refused: the closed list."""

    NONE_SENT = "no certificate"
    HASH_AND_URL = "hash and URL"
    TOO_MANY = "too many certificates"
    TOO_LARGE = "too large"
    UNREADABLE = "unreadable"
    UNKNOWN_ISSUER = "unknown issuer"
    BAD_SIGNATURE = "bad signature"
    EXPIRED = "expired"
    NOT_YET_VALID = "not yet valid"
    NOT_AN_AUTHORITY = "issuer is no authority"
    PATH_TOO_LONG = "path too long"
    KEY_USAGE = "key usage"
    EXTENDED_KEY_USAGE = "extended key usage"
    CRITICAL_EXTENSION = "unknown critical extension"
    WEAK_KEY = "weak key"
    WEAK_SIGNATURE = "weak signature"
    NAME_CONSTRAINT = "name constraint"
    WRONG_NAME = "wrong name"
    WRONG_KIND = "wrong kind of key"
    ATTRIBUTES = "no certificate map fits"
    REVOKED = "revoked"
    REVOCATION_UNKNOWN = "revocation unknown"


class FetchKind(enum.Enum):
    """What is asked for over HTTP."""

    CRL = "CRL"
    OCSP = "OCSP"


@dataclass(frozen=True, slots=True)
class Fetch:
    """Something to be fetched: a GET of `url`, or for OCSP a POST of `body` (RFC 6960 appendix A)."""

    kind: FetchKind
    url: str
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The peer may prove itself by this key."""

    key: PublicKey
    subject: str


@dataclass(frozen=True, slots=True)
class Refused:
    """`sentence` names the certificate and the values that do not fit."""

    reason: Reason
    sentence: str


@dataclass(frozen=True, slots=True)
class Pending:
    """It depends on what these bring; ask again then."""

    fetches: tuple[Fetch, ...]


Verdict = Accepted | Refused | Pending
