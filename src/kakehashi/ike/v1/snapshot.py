"""The state of ISAKMP SAs and of pairs of IPsec SAs, for `show`."""

from kakehashi.crypto.ikev1.cbc import key_size
from kakehashi.crypto.ikev1.key_schedule import cipher_key
from kakehashi.ike.v1.ipsec_sa import Pair
from kakehashi.ike.v1.isakmp_sa import IsakmpSa, State
from kakehashi.model.identity import AuthenticationMethod
from kakehashi.model.secret import Secret
from kakehashi.model.status import IkeSaState, IpsecSaStatus, IsakmpSaStatus, NatSide
from kakehashi.wire.registry import ikev1
from kakehashi.wire.registry.ikev2 import KeyExchangeId

_STATES = {
    State.CONNECTING: IkeSaState.CONNECTING,
    State.CONFIGURING: IkeSaState.CONNECTING,
    State.ESTABLISHED: IkeSaState.ESTABLISHED,
    State.GONE: IkeSaState.DELETING,
}
_BY_KEY = frozenset(
    {
        ikev1.AuthenticationMethod.PRE_SHARED_KEY,
        ikev1.AuthenticationMethod.XAUTH_INIT_PRE_SHARED,
        ikev1.AuthenticationMethod.XAUTH_RESP_PRE_SHARED,
    }
)


def isakmp_status(sa: IsakmpSa, now: float) -> IsakmpSaStatus:
    """One ISAKMP SA at this moment."""
    suite, peer = sa.suite, sa.peer
    keepalive = peer.nat_keepalive if peer is not None and NatSide.LOCAL in sa.nat else None
    return IsakmpSaStatus(
        peer="" if peer is None else peer.name,
        initiator_cookie=sa.initiator_cookie,
        responder_cookie=sa.responder_cookie,
        serial=sa.serial,
        role=sa.role,
        mode=sa.mode,
        state=IkeSaState.DELETING if sa.superseded else _STATES[sa.state],
        step=sa.step,
        path=sa.path,
        local_identity=sa.local_identity,
        peer_identity=sa.peer_identity,
        remaining=max(0.0, (sa.expires_at or now) - now),
        lifetime=0 if suite is None else suite.lifetime,
        cipher=None if suite is None else suite.cipher,
        hash=None if suite is None else suite.hash,
        group=KeyExchangeId.NONE if suite is None else suite.group,
        authentication=None if suite is None else _method(suite.authentication),
        encryption_key=_encryption_key(sa),
        nat=sa.nat,
        nat_method=sa.nat_method,
        nat_keepalive=keepalive,
        dpd=sa.dpd is not None,
    )


def ipsec_status(pair: Pair, now: float) -> IpsecSaStatus:
    """One pair of IPsec SAs at this moment."""
    return IpsecSaStatus(
        sa=pair.sa,
        role=pair.role,
        isakmp_serial=pair.isakmp_serial,
        remaining=max(0.0, pair.expires_at - now),
        lifetime=pair.suite.lifetime,
        kilobytes=pair.suite.kilobytes,
        pfs=pair.suite.group,
    )


def _method(method: ikev1.AuthenticationMethod) -> AuthenticationMethod:
    return AuthenticationMethod.PSK if method in _BY_KEY else AuthenticationMethod.SIGNATURE


def _encryption_key(sa: IsakmpSa) -> Secret | None:
    if sa.suite is None or sa.skeyids is None:
        return None
    cipher = sa.suite.cipher
    return Secret(cipher_key(sa.hash, sa.skeyids.skeyid_e, key_size(cipher.id, cipher.key_bits)))
