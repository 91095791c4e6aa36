"""Proof by signature in IKE_AUTH: CERT, CERTREQ and AUTH (RFC 7296 sections 2.15, 3.6 to 3.8, RFC 7427)."""

from collections.abc import Iterable, Mapping

from kakehashi.crypto import auth_signature
from kakehashi.crypto.auth_signature import BadSignature
from kakehashi.crypto.signatures import Family
from kakehashi.ike.names import placed
from kakehashi.ike.v2.contents import Contents
from kakehashi.ike.v2.failures import tunnel_text
from kakehashi.ike.v2.ike_sa import IkeSa
from kakehashi.ike.v2.refusal import Refusal
from kakehashi.ike.waiting import Waiting
from kakehashi.model.certificate import CertificateUse
from kakehashi.model.identity import Authentication as Credentials
from kakehashi.model.identity import Identity
from kakehashi.model.tunnel import Ikev2Tunnel
from kakehashi.pki.summary import allowed_text, offered_text
from kakehashi.pki.verdict import Accepted, Pending, Reason, Refused
from kakehashi.wire.registry.ikev2 import CertEncoding, NotifyType
from kakehashi.wire.v2.authentication import Authentication
from kakehashi.wire.v2.certificate import Certificate, CertificateRequest
from kakehashi.wire.v2.payloads import Payload

_MAX_ASKED = 20  # authorities in one CERTREQ
_HASH_SIZE = 20
_BY_ADDRESS = (CertEncoding.HASH_AND_URL_X509, CertEncoding.HASH_AND_URL_X509_BUNDLE)


def request(sa: IkeSa, uses: Iterable[CertificateUse]) -> list[Payload]:
    """CERTREQ for the authorities that may vouch for the peer, none if nobody may."""
    trusted = dict.fromkeys(c.spki_sha1 for use in uses for c in sa.host.keyring.trusted(use))
    hashes = b"".join(list(trusted)[:_MAX_ASKED])
    return [CertificateRequest(CertEncoding.X509_SIGNATURE, hashes)] if hashes else []


def heed(sa: IkeSa, contents: Contents) -> None:
    """Which authorities the peer asks for, and which signatures it takes (RFC 9593).

    What is no list of hashes asks for nothing.
    """
    for notify in contents.notifies:
        if notify.type == NotifyType.SUPPORTED_AUTH_METHODS:
            sa.peer_takes_pss = sa.peer_takes_pss or auth_signature.takes_pss(notify.data)
    found: set[bytes] = set()
    for asked in contents.all(CertificateRequest):
        if asked.encoding == CertEncoding.X509_SIGNATURE and len(asked.authority) % _HASH_SIZE == 0:
            data = asked.authority[: 100 * _HASH_SIZE]
            found.update(data[i : i + _HASH_SIZE] for i in range(0, len(data), _HASH_SIZE))
    if found:
        sa.wanted_authorities = frozenset(found)


def prove(sa: IkeSa, who: Credentials, octets: bytes) -> tuple[list[Payload], Authentication]:
    """Our certificates and our AUTH. Refusal if the store has none, or none that the peer can check."""
    own = sa.host.keyring.own(who.certificates, sa.wanted_authorities)
    if own is None:
        raise Refusal(NotifyType.AUTHENTICATION_FAILED, nothing_of_ours(who))
    try:
        method, data = auth_signature.made(own.key, octets, sa.peer_hashes, sa.peer_takes_pss)
    except ValueError as error:
        raise Refusal(NotifyType.AUTHENTICATION_FAILED, f"certificate {own.name}: {error}") from None
    certificates = [_our_payload(CertEncoding.X509_SIGNATURE, c.der) for c in own.chain]
    return certificates, Authentication(method, data)


def check(sa: IkeSa, tunnel: Ikev2Tunnel, identity: Identity, contents: Contents, octets: bytes) -> None:
    """Refusal if the peer's certificate or its AUTH does not prove who it is. Waiting."""
    peer = tunnel.peer
    presented = contents.all(Certificate)
    ders = [c.data for c in presented if c.encoding == CertEncoding.X509_SIGNATURE]
    by_address = [c for c in presented if c.encoding in _BY_ADDRESS]
    details = {
        "field": "certificate",
        "identity": str(peer.identity),
        "offered": "an address (hash and URL)" if by_address else offered_text(ders),
        "allowed": allowed_text(sa.host.keyring, identity, peer.certificates),
    }
    if by_address:
        # We have never said that we fetch them (HTTP_CERT_LOOKUP_SUPPORTED).
        why = "its certificate is only an address (hash and URL)"
        raise _refused(sa, tunnel, Reason.HASH_AND_URL, why, details)
    match sa.host.keyring.judge(ders, identity, peer.certificates):
        case Pending(fetches):
            raise Waiting(fetches)
        case Refused(reason, sentence):
            raise _refused(sa, tunnel, reason, sentence, details)
        case Accepted(key, subject):
            auth = contents.one(Authentication)
            try:
                scheme = auth_signature.check(key, auth.method, auth.data, octets)
            except BadSignature as bad:
                why = f"{subject}: {bad}"
                raise _refused(sa, tunnel, Reason.BAD_SIGNATURE, why, details) from None
            sa.peer_takes_pss = sa.peer_takes_pss or scheme.family is Family.RSA_PSS


def nothing_of_ours(who: Credentials) -> str:
    """There is no certificate for our side of a tunnel."""
    place = placed(str(who.identity), who.source)
    return f"the store has no certificate with its key{_named(who.certificates)} for {place}"


def nobody_trusted(who: Credentials) -> str:
    """There is no authority for the other side of a tunnel."""
    place = placed(str(who.identity), who.source)
    return f"the store has no authority{_named(who.certificates)} that could vouch for {place}"


def _our_payload(encoding: CertEncoding, data: bytes) -> Payload:
    return Certificate(encoding, data)


def _named(use: CertificateUse) -> str:
    return f" named {' or '.join(use.names)}" if use.names else ""


def _refused(
    sa: IkeSa, tunnel: Ikev2Tunnel, reason: Reason, sentence: str, details: Mapping[str, str]
) -> Refusal:
    text = f"{sa.peer} is not believed for {tunnel_text(tunnel)}: {sentence}"
    told = {**details, "reason": reason.value}
    return Refusal(NotifyType.AUTHENTICATION_FAILED, text, details=told)
