"""What a configuration says about certificates. The certificates themselves are in the gateway's store."""

import enum
from dataclasses import dataclass, field
from datetime import datetime

from kakehashi.model.secret import Secret
from kakehashi.model.source import Source


class RevocationMethod(enum.Enum):
    """One way to learn whether a certificate is still good; they are tried in their order.

    `NONE`: it counts as good. Where no method is left, what cannot be learned is a refusal.
    """

    CRL = "crl"
    OCSP = "ocsp"
    NONE = "none"


class Enrollment(enum.Enum):
    """Where the certificates of a trustpoint come from."""

    TERMINAL = "terminal"  # pasted
    SELF_SIGNED = "selfsigned"
    URL = "url"  # SCEP


class KeyKind(enum.Enum):
    """Kinds of keys that a configuration may ask for."""

    RSA = "RSA"
    ECDSA = "ECDSA"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateUse:
    """Of one side of a tunnel that proves itself by a signature: by which certificate, or who vouches for it.

    `names`: of our side the names in the store whose certificate is ours, of the peer's those whose authority
    is trusted; empty: all that the store has. `key` None is any kind. `revocation`: of the peer's chain.
    `common_name`: the CN must be the identity too (AW-10). `attributes`: what the peer's certificate must be
    like; a certificate need fit one of them.
    """

    names: tuple[str, ...] = ()
    key: KeyKind | None = None
    revocation: tuple[RevocationMethod, ...] = (RevocationMethod.NONE,)
    common_name: bool = False
    attributes: tuple["CertificateMap", ...] = ()


ANY_CERTIFICATE = CertificateUse()


class MapOperator(enum.Enum):
    """How a rule compares, without regard to case (CI: `crypto pki certificate map`)."""

    CONTAINS = "co"
    EQUAL = "eq"
    NOT_CONTAINS = "nc"
    NOT_EQUAL = "ne"


@dataclass(frozen=True, slots=True)
class MapRule:
    """`field` is one of subject-name, issuer-name, alt-subject-name, unstructured-subject-name, name,
    serial-number.
    """

    field: str
    operator: MapOperator
    value: str


@dataclass(frozen=True, slots=True)
class CertificateMap:
    """A certificate fits if all rules hold."""

    name: str
    rules: tuple[MapRule, ...]
    source: Source | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trustpoint:
    """A named place in the store: an authority, and what it has certified of us.

    `subject`: as it is written, "" where nothing is. `alternatives`: DNS names, addresses and mail addresses.
    `key_name`: the pair of keys that is used, "" is the trustpoint's own. `certificates`: in DER, those that
    the configuration itself holds. `fingerprints`: SHA-1 or SHA-256 of what is accepted unasked.
    """

    name: str
    enrollment: Enrollment = Enrollment.TERMINAL
    subject: str = ""
    alternatives: tuple[str, ...] = ()
    key: KeyKind = KeyKind.RSA
    key_name: str = ""
    key_bits: int = 2048
    revocation: tuple[RevocationMethod, ...] = (RevocationMethod.NONE,)
    crl_url: str = ""
    ocsp_url: str = ""
    certificates: tuple[bytes, ...] = ()
    fingerprints: tuple[bytes, ...] = ()
    source: Source | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateImport:
    """A line that loads a file into the store under a name. `password`: of PKCS #12."""

    name: str
    file: str
    pkcs12: bool = False
    password: Secret | None = None
    source: Source | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateStatus:
    """One certificate of the store, for `show`.

    `name`: under which it is kept; `is_own`: it names this device.
    `md5`, `sha1`, `sha256`: fingerprints. `usage`: the words of RFC 5280 section 4.2.1.3.
    """

    name: str
    is_own: bool
    has_key: bool
    is_self_signed: bool
    is_authority: bool
    subject: str
    issuer: str
    serial: int
    not_before: datetime
    not_after: datetime
    key: str
    signature: str
    alternatives: tuple[str, ...]
    usage: tuple[str, ...]
    crl_urls: tuple[str, ...]
    ocsp_urls: tuple[str, ...]
    sha1: bytes
    sha256: bytes
    md5: bytes


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """One pair of keys of the store, for `show`. `text`: e.g. `RSA 2048`; `public`: SubjectPublicKeyInfo."""

    name: str
    text: str
    public: bytes
    made: datetime
