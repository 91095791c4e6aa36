"""Phase 1 with signatures (RFC 2409 section 5.1): CERT, CR and SIG."""

from dataclasses import replace

from kakehashi.crypto.ikev1.hashes import Hash
from kakehashi.crypto.ikev1.key_schedule import skeyid_signatures
from kakehashi.crypto.signatures import key_text, sign_bare, verify_bare
from kakehashi.ike.v1.exchange import Received
from kakehashi.ike.v1.failures import policy_text
from kakehashi.ike.v1.refusal import Refusal
from kakehashi.ike.waiting import Waiting
from kakehashi.model.certificate import CertificateUse, KeyKind
from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import Ikev1Peer
from kakehashi.pki.keyring import Keyring, authority_names
from kakehashi.pki.summary import allowed_text, offered_text
from kakehashi.pki.verdict import Accepted, Pending, Reason, Refused
from kakehashi.wire.registry.ikev1 import CertEncoding, NotifyType
from kakehashi.wire.v1.certificate import Certificate, CertificateRequest
from kakehashi.wire.v1.payloads import Payload
from kakehashi.wire.v1.signature import Signature

_MAX_ASKED = 10  # authorities that we ask for, and that we heed


class BySignature:
    """Each side signs its HASH with the key of its certificate."""

    def __init__(self, peer: Ikev1Peer, keyring: Keyring) -> None:
        self._peer = peer
        self._keyring = keyring
        self._use = _with_rsa(peer)
        self._wanted: frozenset[bytes] = frozenset()

    def skeyid(self, hash_: Hash, ni_b: bytes, nr_b: bytes, g_xy: bytes) -> bytes:
        return skeyid_signatures(hash_, ni_b, nr_b, g_xy)

    def requests(self) -> list[Payload]:
        names = authority_names(self._keyring.trusted(self._peer.certificates))[:_MAX_ASKED]
        return [CertificateRequest(CertEncoding.X509_SIGNATURE, name) for name in names]

    def heed(self, received: Received) -> None:
        asked = [cr for cr in received.all(CertificateRequest) if cr.authority][:_MAX_ASKED]
        found = frozenset(cr.authority for cr in asked if cr.encoding == CertEncoding.X509_SIGNATURE)
        self._wanted = self._wanted or found

    def proof(self, digest: bytes) -> list[Payload]:
        own = self._keyring.own(self._use, self._wanted)
        if own is None:
            raise Refusal(NotifyType.CERTIFICATE_UNAVAILABLE, nothing_of_ours(self._peer))
        try:
            signature = Signature(sign_bare(own.key, digest))
        except ValueError as error:
            sentence = f"certificate {own.name}: {error}"
            raise Refusal(NotifyType.CERTIFICATE_UNAVAILABLE, sentence) from None
        return [*(Certificate(CertEncoding.X509_SIGNATURE, c.der) for c in own.chain), signature]

    def check(self, received: Received, digest: bytes, identity: Identity) -> None:
        presented = received.all(Certificate)
        ders = [c.data for c in presented if c.encoding == CertEncoding.X509_SIGNATURE]
        details = {
            "field": "certificate",
            "identity": str(identity),
            "offered": offered_text(ders),
            "allowed": allowed_text(self._keyring, identity, self._use),
        }
        match self._keyring.judge(ders, identity, self._use):
            case Pending(fetches):
                raise Waiting(fetches)
            case Refused(reason, sentence):
                raise self._refused(received, NotifyType.INVALID_CERTIFICATE, sentence, details, reason)
            case Accepted(key, subject):
                found = received.maybe(Signature)
                if found is None or not verify_bare(key, digest, found.data):
                    sentence = (
                        f"{subject}: its signature is not one of its certificate's key ({key_text(key)})"
                    )
                    kind = NotifyType.INVALID_SIGNATURE
                    raise self._refused(received, kind, sentence, details, Reason.BAD_SIGNATURE)

    def _refused(
        self, received: Received, notify: NotifyType, sentence: str, details: dict[str, str], reason: Reason
    ) -> Refusal:
        # With signatures the keys come of Diffie-Hellman alone: who encrypts is who has made them with us.
        proved = received.encrypted
        text = f"it is not believed for {policy_text(self._peer)}: {sentence}"
        return Refusal(notify, text, details={**details, "reason": reason.value}, proved=proved)


def unusable(peer: Ikev1Peer, keyring: Keyring) -> str:
    """Why a peer cannot be met with signatures, "" if it can."""
    if keyring.own(_with_rsa(peer)) is None:
        return nothing_of_ours(peer)
    if not keyring.trusted(peer.certificates):
        return f"the store has no authority{_named(peer.certificates)} that could vouch for the peer"
    return ""


def nothing_of_ours(peer: Ikev1Peer) -> str:
    """There is no certificate for our side."""
    named = _named(peer.certificates)
    place = policy_text(peer)
    return f"the store has no certificate with its key{named} for {place}: one with an RSA key is needed"


def _with_rsa(peer: Ikev1Peer) -> CertificateUse:
    """The method is RSA signatures; ECDSA has methods of its own (RFC 4754), which are not there yet."""
    return replace(peer.certificates, key=KeyKind.RSA)


def _named(use: CertificateUse) -> str:
    return f" named {' or '.join(use.names)}" if use.names else ""
