"""From a peer's certificate to an authority that is trusted, and what may be wrong on the way (RFC 5280
section 6, RFC 4945 section 5.1).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import rsa

from kakehashi.crypto.signatures import key_text
from kakehashi.pki.certificate import Certificate, name_text
from kakehashi.pki.names import violates
from kakehashi.pki.verdict import Reason, Refused

MAX_DEPTH = 8  # certificates between the peer's and the authority, both counted
MAX_CHECKS = 48  # signatures that one question may cost
MAX_PATHS = 4
MIN_RSA_BITS = 2048
MAX_RSA_BITS = 8192  # a larger key is there to make us work

_WEAK_HASHES = frozenset({"md2", "md4", "md5", "sha1"})
_ANY_USAGE = "2.5.29.37.0"
# RFC 4945 section 5.1.3.12 knows IKE and any; the older ones of IPsec and those of a web server are what
# authorities that issue for routers put in.
_USAGES = frozenset(
    {
        _ANY_USAGE,
        "1.3.6.1.5.5.7.3.17",  # id-kp-ipsecIKE
        "1.3.6.1.5.5.7.3.5",  # id-kp-ipsecEndSystem
        "1.3.6.1.5.5.7.3.6",  # id-kp-ipsecTunnel
        "1.3.6.1.5.5.7.3.7",  # id-kp-ipsecUser
        "1.3.6.1.5.5.8.2.2",  # iKEIntermediate
        "1.3.6.1.5.5.7.3.1",  # serverAuth
        "1.3.6.1.5.5.7.3.2",  # clientAuth
    }
)

Chain = tuple[Certificate, ...]
"""The peer's certificate first, the authority that is trusted last."""


@dataclass(slots=True)
class _Search:
    """What one question may still cost, and how far the paths came that led nowhere."""

    anchors: frozenset[Certificate]
    others: Sequence[Certificate]
    checks: int = MAX_CHECKS
    farthest: Certificate | None = None
    forged: Certificate | None = None
    too_deep: bool = False


def find(
    leaf: Certificate, others: Iterable[Certificate], anchors: Iterable[Certificate], at: datetime
) -> Chain | Refused:
    """A chain in which everything holds, else what is wrong with the one that was found first."""
    search = _Search(frozenset(anchors), tuple(dict.fromkeys((*others, *anchors))))
    first: Refused | None = None
    for number, chain in enumerate(_paths((leaf,), search)):
        wrong = _fault(chain, at)
        if wrong is None:
            return chain
        first = first or wrong
        if number + 1 >= MAX_PATHS:
            break
    return first or _no_path(leaf, search)


def _paths(chain: Chain, search: _Search) -> Iterator[Chain]:
    """Ways upwards whose signatures hold, depth first."""
    last = chain[-1]
    if last in search.anchors:
        yield chain
        return
    search.farthest = last
    if len(chain) >= MAX_DEPTH:
        search.too_deep = True
        return
    for issuer in search.others:
        if issuer in chain or issuer.subject != last.issuer:
            continue
        if (
            last.authority_key_identifier
            and issuer.key_identifier
            and last.authority_key_identifier != issuer.key_identifier
        ):
            continue
        if search.checks <= 0:
            return
        search.checks -= 1
        if not last.is_signed_by(issuer):
            search.forged = search.forged or last
            continue
        yield from _paths((*chain, issuer), search)


def _no_path(leaf: Certificate, search: _Search) -> Refused:
    if search.forged is not None:
        # Libraries check no signature with such a hash any more.
        weak = _weakness(search.forged, is_anchor=False)
        if weak is not None:
            return weak
        issuer = name_text(search.forged.issuer)
        return Refused(
            Reason.BAD_SIGNATURE,
            f"{search.forged}: its signature is not one of {issuer}, who is named as issuer",
        )
    if search.too_deep:
        return Refused(
            Reason.PATH_TOO_LONG, f"{leaf}: more than {MAX_DEPTH} certificates lead to no trusted authority"
        )
    last = search.farthest or leaf
    issuer = name_text(last.issuer)
    trusted = ", ".join(sorted(str(anchor) for anchor in search.anchors)[:4]) or "none"
    own = "it has signed itself, and it" if last.is_self_issued else f"its issuer {issuer}"
    return Refused(
        Reason.UNKNOWN_ISSUER, f"{last}: {own} is not among the trusted authorities (these are: {trusted})"
    )


def _fault(chain: Chain, at: datetime) -> Refused | None:
    """What is wrong in a chain whose signatures hold."""
    leaf = chain[0]
    for certificate in chain:
        wrong = out_of_date(certificate, at) or _weakness(certificate, is_anchor=certificate is chain[-1])
        if wrong is None and certificate.unknown_critical:
            wrong = Refused(
                Reason.CRITICAL_EXTENSION,
                f"{certificate}: a critical extension is not known here: {certificate.unknown_critical}",
            )
        if wrong is not None:
            return wrong
    below = 0  # authorities between this one and the leaf, but those that renew their own key
    for number, authority in enumerate(chain[1:], 1):
        wrong = _unfit_authority(authority, below, is_anchor=number == len(chain) - 1)
        if wrong is not None:
            return wrong
        for certificate in chain[:number]:
            name = violates(certificate, authority)
            if name:
                sentence = f"{certificate}: {authority} must not vouch for the name {name}"
                return Refused(Reason.NAME_CONSTRAINT, sentence)
        below += not authority.is_self_issued
    return _unfit_leaf(leaf)


def out_of_date(certificate: Certificate, at: datetime) -> Refused | None:
    """Is it not valid at this time?"""
    if at < certificate.not_before:
        sentence = f"{certificate}: it is valid from {certificate.not_before:%Y-%m-%d %H:%M:%S} UTC on only"
        return Refused(Reason.NOT_YET_VALID, f"{sentence} (it is {at:%Y-%m-%d %H:%M:%S} here)")
    if at > certificate.not_after:
        sentence = f"{certificate}: it was valid until {certificate.not_after:%Y-%m-%d %H:%M:%S} UTC"
        return Refused(Reason.EXPIRED, f"{sentence} (it is {at:%Y-%m-%d %H:%M:%S} here)")
    return None


def _weakness(certificate: Certificate, *, is_anchor: bool) -> Refused | None:
    key = certificate.key
    if isinstance(key, rsa.RSAPublicKey) and not MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS:
        return Refused(
            Reason.WEAK_KEY,
            f"{certificate}: its key is {key_text(key)}; {MIN_RSA_BITS} to {MAX_RSA_BITS} are accepted",
        )
    # Nobody relies on an anchor's own signature.
    if certificate.signature_hash in _WEAK_HASHES and not is_anchor:
        return Refused(
            Reason.WEAK_SIGNATURE,
            f"{certificate}: it is signed with {certificate.signature_hash.upper()}, which can be forged",
        )
    return None


def _unfit_authority(authority: Certificate, below: int, *, is_anchor: bool) -> Refused | None:
    # An anchor of X.509 version 1 has no extension that could say it; whoever configured it did.
    says_so = authority.is_authority or (
        is_anchor and authority.key_usage is None and authority.path_length is None
    )
    if not says_so:
        return Refused(
            Reason.NOT_AN_AUTHORITY, f"{authority}: it issues certificates and is no authority (CA)"
        )
    if authority.key_usage is not None and "keyCertSign" not in authority.key_usage:
        return Refused(Reason.NOT_AN_AUTHORITY, f"{authority}: its key usage has no keyCertSign")
    if authority.path_length is not None and below > authority.path_length:
        return Refused(
            Reason.PATH_TOO_LONG,
            f"{authority}: it permits {authority.path_length} authorities below it, and there are {below}",
        )
    return None


def _unfit_leaf(leaf: Certificate) -> Refused | None:
    usage, extended = leaf.key_usage, leaf.extended_key_usage
    if usage is not None and not usage & {"digitalSignature", "nonRepudiation"}:
        found = ", ".join(sorted(usage)) or "nothing"
        return Refused(Reason.KEY_USAGE, f"{leaf}: its key is for {found}, not for signatures")
    if extended is not None and not extended & _USAGES:
        found = ", ".join(sorted(extended)[:8])
        return Refused(Reason.EXTENDED_KEY_USAGE, f"{leaf}: its key is for {found}, not for IPsec")
    return None
