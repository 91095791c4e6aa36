"""How the two sides of phase 1 prove who they are (RFC 2409 section 5)."""

import hmac
from typing import Protocol

from kakehashi.crypto.ikev1.hashes import Hash
from kakehashi.crypto.ikev1.key_schedule import skeyid_pre_shared_key
from kakehashi.ike.v1.exchange import Received
from kakehashi.ike.v1.refusal import Refusal
from kakehashi.ike.v1.signature import BySignature
from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import Ikev1Peer
from kakehashi.model.secret import Secret
from kakehashi.pki.keyring import Keyring
from kakehashi.wire.registry.ikev1 import AuthenticationMethod, NotifyType
from kakehashi.wire.v1.hash import Hash as HashPayload
from kakehashi.wire.v1.payloads import Payload

PRE_SHARED = (
    AuthenticationMethod.PRE_SHARED_KEY,
    AuthenticationMethod.XAUTH_INIT_PRE_SHARED,
    AuthenticationMethod.XAUTH_RESP_PRE_SHARED,
)
"""The methods where both sides have one key; those of XAUTH differ in what comes after phase 1."""


class Authenticator(Protocol):
    """One way to prove it, for one peer. `digest` is HASH_I or HASH_R, of the side that proves."""

    def skeyid(self, hash_: Hash, ni_b: bytes, nr_b: bytes, g_xy: bytes) -> bytes:
        """SKEYID of this method."""

    def proof(self, digest: bytes) -> list[Payload]:
        """What stands in our message: a Hash payload, or certificates and a signature."""

    def check(self, received: Received, digest: bytes, identity: Identity) -> None:
        """Refusal if the peer's message does not prove that it is who it says, or knows the key. Waiting."""

    def requests(self) -> list[Payload]:
        """What we ask the peer to prove itself by: in our last message before its proof."""

    def heed(self, received: Received) -> None:
        """What the peer asks us to prove ourselves by."""


class PreSharedKey:
    """Both sides know one key (RFC 2409 section 5.4)."""

    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    def skeyid(self, hash_: Hash, ni_b: bytes, nr_b: bytes, g_xy: bytes) -> bytes:
        return skeyid_pre_shared_key(hash_, self._secret.octets, ni_b, nr_b)

    def proof(self, digest: bytes) -> list[Payload]:
        return [HashPayload(digest)]

    def requests(self) -> list[Payload]:
        return []

    def heed(self, received: Received) -> None:
        """A key is asked for by nobody."""

    def check(self, received: Received, digest: bytes, identity: Identity) -> None:
        found = received.maybe(HashPayload)
        if found is None or not hmac.compare_digest(found.data, digest):
            raise Refusal(NotifyType.INVALID_HASH_INFORMATION, "its HASH does not fit")


def authenticator(peer: Ikev1Peer, method: AuthenticationMethod, keyring: Keyring) -> Authenticator:
    """What proves the two sides to each other. Refusal if the configuration has not what that needs."""
    if method == AuthenticationMethod.RSA_SIGNATURES:
        return BySignature(peer, keyring)
    if method not in PRE_SHARED:
        raise Refusal(NotifyType.ATTRIBUTES_NOT_SUPPORTED, f"{method.name} is not supported yet")
    # What everyone can compute proves nothing.
    if peer.secret is None or not peer.secret.octets:
        raise Refusal(NotifyType.NO_PROPOSAL_CHOSEN, "no pre-shared key is configured")
    return PreSharedKey(peer.secret)
