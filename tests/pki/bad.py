"""A bad certificate of every kind: what is presented, and why it is refused."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509.oid import ExtendedKeyUsageOID

from kakehashi.pki.certificate import Certificate, read
from tests.pki.authority import DAY, Authority, Issued, usage

_SHA256_WITH_RSA = bytes.fromhex("2a864886f70d01010b")
_WEAK = {"sha1": bytes.fromhex("2a864886f70d010105"), "md5": bytes.fromhex("2a864886f70d010104")}
_HASHES: dict[str, hashes.HashAlgorithm] = {"sha1": hashes.SHA1(), "md5": hashes.MD5()}


@dataclass(frozen=True)
class Presented:
    """Somebody's certificate with its key, and the authorities that come along."""

    own: Issued
    through: tuple[Authority, ...] = ()


@dataclass(frozen=True)
class Bad:
    """`make`: what a root that is trusted has let happen to the certificate for `CN=name`.

    `reason`: of the closed list; `words`: a part of the sentence. `on_disk`: another IKE loads and sends it.
    """

    name: str
    make: Callable[[Authority, str], Presented]
    reason: str
    words: str
    on_disk: bool = True


def with_weak_signature(certificate: Certificate, issuer: Authority, hash_name: str) -> Certificate:
    """The certificate signed anew, as no library does any more. Of an issuer whose key is RSA."""
    weak = _WEAK[hash_name]
    body = certificate.parsed.tbs_certificate_bytes.replace(_SHA256_WITH_RSA, weak)
    signature = issuer.key.sign(body, padding.PKCS1v15(), _HASHES[hash_name])
    der = certificate.der.replace(_SHA256_WITH_RSA, weak)
    return read(der[: -len(signature)] + signature)


def _plain(**changes: object) -> Callable[[Authority, str], Presented]:
    return lambda root, name: Presented(root.issue(f"CN={name}", **changes))  # type: ignore[arg-type]


def _by_stranger(root: Authority, name: str) -> Presented:
    return Presented(Authority("CN=Stranger", kind="rsa", now=root.now).issue(f"CN={name}", kind="rsa"))


def _by_itself(root: Authority, name: str) -> Presented:
    own = Authority(f"CN={name}", kind="rsa", now=root.now)
    return Presented(Issued(own.certificate, own.key, own))


def _forged(root: Authority, name: str) -> Presented:
    found = root.issue(f"CN={name}", kind="rsa")
    octets = bytearray(found.certificate.der)
    octets[-1] ^= 1
    return Presented(Issued(read(bytes(octets)), found.key, root))


def _weakly_signed(hash_name: str) -> Callable[[Authority, str], Presented]:
    def make(root: Authority, name: str) -> Presented:
        found = root.issue(f"CN={name}", kind="rsa")
        return Presented(Issued(with_weak_signature(found.certificate, root, hash_name), found.key, root))

    return make


def _below(number: int) -> Callable[[Authority, str], Presented]:
    """So many authorities between the root and the certificate."""

    def make(root: Authority, name: str) -> Presented:
        chain = [root]
        for i in range(number):
            chain.append(Authority(f"CN=Level{i}", chain[-1], now=root.now))
        return Presented(chain[-1].issue(f"CN={name}", kind="rsa"), tuple(chain[1:]))

    return make


def _path_too_long(root: Authority, name: str) -> Presented:
    top = Authority("CN=Top", root, path_length=0, now=root.now)
    below = Authority("CN=Below", top, now=root.now)
    return Presented(below.issue(f"CN={name}", kind="rsa"), (below, top))


def _by_no_authority(root: Authority, name: str) -> Presented:
    server = Authority("CN=Server", root, is_ca=False, now=root.now)
    return Presented(server.issue(f"CN={name}", kind="rsa"), (server,))


def _by_expired(root: Authority, name: str) -> Presented:
    old = Authority("CN=Old", root, now=root.now, valid=(-9 * DAY, -DAY))
    return Presented(old.issue(f"CN={name}", kind="rsa"), (old,))


def _constrained(root: Authority, name: str) -> Presented:
    trees = x509.NameConstraints([x509.DNSName("other.example")], None)
    some = Authority("CN=Some", root, extensions=[(trees, True)], now=root.now)
    return Presented(some.issue(f"CN={name}", kind="rsa"), (some,))


def _of_another_key(root: Authority, name: str) -> Presented:
    found = root.issue(f"CN={name}", kind="rsa")
    found.key = root.issue("CN=somebody.else", kind="rsa").key
    return Presented(found)


def _octets(der: bytes) -> Callable[[Authority, str], Presented]:
    def make(root: Authority, name: str) -> Presented:
        found = root.issue(f"CN={name}", kind="rsa")
        return Presented(Issued(replace(found.certificate, der=der), found.key, root))

    return make


def _cut(root: Authority, name: str) -> Presented:
    found = root.issue(f"CN={name}", kind="rsa")
    return Presented(Issued(replace(found.certificate, der=found.certificate.der[:-40]), found.key, root))


def _revoked(root: Authority, name: str) -> Presented:
    return Presented(root.issue(f"CN={name}", kind="rsa"))


_CODE_SIGNING = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False)
_UNKNOWN = (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00"), True)
_OTHER_USAGE = usage("key_encipherment")

BAD = (
    Bad("expired", _plain(kind="rsa", valid=(-90 * DAY, -DAY)), "expired", "it was valid until"),
    Bad("not-yet-valid", _plain(kind="rsa", valid=(DAY, 90 * DAY)), "not yet valid", "it is valid from"),
    Bad("authority-expired", _by_expired, "expired", "CN=Old: it was valid until"),
    Bad("wrong-name", _plain(kind="rsa", names=["x.example"]), "wrong name", "(x.example)", on_disk=False),
    Bad("key-usage", _plain(kind="rsa", key_usage=_OTHER_USAGE), "key usage", "for keyEncipherment"),
    Bad("eku", _plain(kind="rsa", extensions=[_CODE_SIGNING]), "extended key usage", "not for IPsec"),
    Bad(
        "critical", _plain(kind="rsa", extensions=[_UNKNOWN]), "unknown critical extension", "99999.1", False
    ),
    Bad("unknown-issuer", _by_stranger, "unknown issuer", "its issuer CN=Stranger is not among the trusted"),
    Bad("self-signed", _by_itself, "unknown issuer", "it has signed itself, and it is not among the trusted"),
    Bad("forged", _forged, "bad signature", "its signature is not one of", on_disk=False),
    Bad("weak-key", _plain(kind="rsa-1024"), "weak key", "RSA 1024 bits"),
    Bad("sha-1", _weakly_signed("sha1"), "weak signature", "it is signed with SHA1, which can be forged"),
    Bad("md5", _weakly_signed("md5"), "weak signature", "it is signed with MD5, which can be forged", False),
    Bad("path-length", _path_too_long, "path too long", "CN=Top: it permits 0 authorities below it"),
    Bad("too-deep", _below(9), "path too long", "more than 8 certificates", on_disk=False),
    Bad("not-a-ca", _by_no_authority, "issuer is no authority", "CN=Server", on_disk=False),
    Bad("constrained", _constrained, "name constraint", "must not vouch for the name"),
    Bad("another-key", _of_another_key, "bad signature", "not one of its certificate's key", on_disk=False),
    Bad("no-der", _octets(b"\x30\x82\x01\x00broken"), "unreadable", "cannot be read", on_disk=False),
    Bad("empty", _octets(b""), "unreadable", "cannot be read", on_disk=False),
    Bad("cut", _cut, "unreadable", "cannot be read", on_disk=False),
    Bad("huge", _octets(b"\x30" * 40_000), "too large", "larger than the 16384 that are read", on_disk=False),
    Bad("revoked-by-list", _revoked, "revoked", "it is revoked by its authority's list since"),
    Bad("revoked-by-ocsp", _revoked, "revoked", "it is revoked by OCSP since", on_disk=False),
)
