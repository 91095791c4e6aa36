"""The state of an IKE SA for `show`."""

from kakehashi.ike.v2.ike_sa import IkeSa
from kakehashi.ike.v2.rekey_ike_sa import RekeyIkeSa
from kakehashi.ike.v2.states import State
from kakehashi.model.secret import Secret
from kakehashi.model.status import ChildSaStatus, IkeSaKeys, IkeSaState, IkeSaStatus, NatSide
from kakehashi.wire.registry.ikev2 import IntegrityId, KeyExchangeId

_STATES = {
    State.INIT_SENT: IkeSaState.CONNECTING,
    State.AUTH_SENT: IkeSaState.CONNECTING,
    State.INIT_ANSWERED: IkeSaState.CONNECTING,
    State.ESTABLISHED: IkeSaState.ESTABLISHED,
    State.REPLACED: IkeSaState.DELETING,
    State.DELETING: IkeSaState.DELETING,
    State.GONE: IkeSaState.DELETING,
}


def status(sa: IkeSa, now: float) -> IkeSaStatus:
    """One IKE SA with its Child SAs, at this moment."""
    suite, keys = sa.suite, sa.keys
    state = IkeSaState.DELETING if sa.superseded else _STATES[sa.state]
    if isinstance(sa.exchange, RekeyIkeSa) and sa.is_up:
        state = IkeSaState.REKEYING
    sends_keepalives = NatSide.LOCAL in sa.nat
    return IkeSaStatus(
        tunnel=sa.tunnel_name,
        spi_i=sa.spi_i,
        spi_r=sa.spi_r,
        serial=sa.serial,
        role=sa.role,
        state=state,
        path=sa.path,
        local_identity=sa.local_identity,
        peer_identity=sa.peer_identity,
        next_request_id=sa.requests.next_id,
        expected_request_id=sa.responses.expected_id,
        remaining=max(0.0, (sa.expires_at or now) - now),
        cipher=suite.cipher if suite else None,
        integrity=suite.integrity if suite else IntegrityId.NONE,
        prf=suite.prf if suite else None,
        key_exchange=suite.group if suite else KeyExchangeId.NONE,
        keys=None
        if keys is None
        else IkeSaKeys(
            sk_ei=Secret(keys.sk_ei),
            sk_er=Secret(keys.sk_er),
            sk_ai=Secret(keys.sk_ai),
            sk_ar=Secret(keys.sk_ar),
        ),
        nat=sa.nat,
        nat_keepalive=sa.policy.nat_keepalive if sends_keepalives else None,
        dpd_interval=sa.policy.dpd_interval,
        children=tuple(
            ChildSaStatus(
                sa=child.sa, remaining=max(0.0, child.expires_at - now), key_exchange=child.suite.group
            )
            for child in sa.children.values()
        ),
    )
