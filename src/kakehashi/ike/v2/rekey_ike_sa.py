"""CREATE_CHILD_SA that replaces the IKE SA (RFC 7296 sections 1.3.2 and 2.18), and collisions (2.25.2)."""

from collections.abc import Sequence

from kakehashi.crypto import key_exchange
from kakehashi.crypto.errors import InvalidPublicValue
from kakehashi.crypto.key_schedule import skeyseed_rekey
from kakehashi.ike.effects import EventName, Level
from kakehashi.ike.known import known
from kakehashi.ike.mismatch import Mismatch
from kakehashi.ike.names import group_name
from kakehashi.ike.v2.children import Child
from kakehashi.ike.v2.contents import Contents
from kakehashi.ike.v2.exchange import Exchange
from kakehashi.ike.v2.failures import refused_by_peer, tell_failure, tunnel_text
from kakehashi.ike.v2.ike_sa import IkeCollision, IkeSa, InitMessages
from kakehashi.ike.v2.informational import DeleteIkeSa
from kakehashi.ike.v2.keys import NONCE_SIZE, derive
from kakehashi.ike.v2.proposals import (
    Chosen,
    accept,
    choose,
    describe_suite,
    first_group,
    ike_allowed,
    offer,
    offered_text,
    offers_group,
)
from kakehashi.ike.v2.refusal import Refusal
from kakehashi.ike.v2.rounds import MAX_ROUNDS, retry_delay
from kakehashi.ike.v2.states import State, Step
from kakehashi.model.status import Role
from kakehashi.wire.registry.ikev2 import ExchangeType, KeyExchangeId, NotifyType, ProtocolId
from kakehashi.wire.v2.ke import KeyExchange
from kakehashi.wire.v2.nonce import Nonce
from kakehashi.wire.v2.notify import Notify
from kakehashi.wire.v2.payloads import Payload
from kakehashi.wire.v2.sa import SecurityAssociation

# The end that lost the collision, or rekeyed, deletes; the other waits this many seconds more than a request
# of that end can take.
GUARD = 10.0


class RekeyIkeSa:
    """Our request to replace the IKE SA."""

    kind = ExchangeType.CREATE_CHILD_SA
    concerns_child = False

    def __init__(self, sa: IkeSa) -> None:
        self._policy = sa.tunnel.ike if sa.tunnel is not None else sa.policy
        self._allowed = ike_allowed(self._policy.algorithms)
        current = sa.suite.group if sa.suite is not None else KeyExchangeId.NONE
        self._group = first_group(self._allowed, current)
        self._key_pair: key_exchange.KeyPair | None = None
        self._rounds = 0
        self._ni = b""
        self._spi_i = b""

    def request(self, sa: IkeSa, now: float) -> Sequence[Payload] | None:
        if sa.state is not State.ESTABLISHED:
            return None
        self._ni = sa.host.entropy(NONCE_SIZE)
        self._spi_i = sa.host.new_ike_spi()
        self._key_pair = key_exchange.generate(self._group, sa.host.entropy)
        return [
            SecurityAssociation(offer(self._allowed, ProtocolId.IKE, self._spi_i)),
            Nonce(self._ni),
            KeyExchange(self._group, self._key_pair.public),
        ]

    def response(self, sa: IkeSa, contents: Contents, now: float) -> None:
        if sa.state is not State.ESTABLISHED:
            return
        error = contents.error
        if error is not None:
            self._refused(sa, error, now)
            return
        try:
            new = self._made(sa, contents, now)
        except (Refusal, InvalidPublicValue) as problem:
            # The peer has an IKE SA that we cannot have: only a fresh start helps.
            tell_failure(
                sa, "CREATE_CHILD_SA (IKE SA)", "INVALID_SYNTAX", str(problem), name=EventName.REKEY_FAILED
            )
            sa.begin(DeleteIkeSa("its rekey went wrong"), now)
            return
        collision, sa.collision = sa.collision, None
        if collision is None:
            take_over(sa, new, now)
            sa.begin(DeleteIkeSa("rekeyed"), now)
        elif min(new.init.ni, new.init.nr) < collision.lowest_nonce:
            # Ours has the lowest of the four nonces: it is redundant, and the peer deletes the old one.
            take_over(sa, collision.sa, now)
            new.superseded = True
            new.begin(DeleteIkeSa("both ends rekeyed at once, and this one is redundant"), now)
        else:
            take_over(sa, new, now)
            sa.begin(DeleteIkeSa("rekeyed"), now)

    def failed(self, sa: IkeSa, why: str | None, now: float) -> None:
        """The end of the IKE SA is told by itself."""

    def _refused(self, sa: IkeSa, error: Notify, now: float) -> None:
        if error.type != NotifyType.TEMPORARY_FAILURE:
            self._rounds += 1
        group = (
            KeyExchangeId(int.from_bytes(error.data, "big")) if len(error.data) == 2 else KeyExchangeId.NONE
        )
        if sa.collision is not None:
            collision, sa.collision = sa.collision, None
            take_over(sa, collision.sa, now)
        elif error.type == NotifyType.TEMPORARY_FAILURE:
            sa.defer(self, now + retry_delay(sa))
        elif error.type == NotifyType.INVALID_KE_PAYLOAD and (
            self._rounds <= MAX_ROUNDS and offers_group(self._allowed, group)
        ):
            self._group = group
            sa.queue.appendleft(self)
        else:
            offered = {"algorithms": offered_text(self._allowed)}
            sentence = refused_by_peer(error.type, offered)
            if error.type == NotifyType.INVALID_KE_PAYLOAD:
                sentence = f"the peer demands key exchange {group_name(group)}, which we do not offer"
            stage = "CREATE_CHILD_SA (IKE SA)"
            tell_failure(sa, stage, error.type.name, sentence, offered, EventName.REKEY_FAILED)

    def _made(self, sa: IkeSa, contents: Contents, now: float) -> IkeSa:
        chosen = accept(self._allowed, contents.one(SecurityAssociation).proposals, ProtocolId.IKE)
        theirs = contents.one(KeyExchange)
        if isinstance(chosen, Mismatch) or len(chosen.spi) != 8 or not any(chosen.spi):
            raise Refusal(NotifyType.NO_PROPOSAL_CHOSEN, "the peer chooses an IKE SA that we did not offer")
        if not chosen.group == theirs.group == self._group:
            raise Refusal(NotifyType.INVALID_KE_PAYLOAD, "the peer answers with another group than ours")
        shared = known(self._key_pair).shared(theirs.data)
        nonces = (self._ni, contents.one(Nonce).data)
        return _born(sa, Role.INITIATOR, (self._spi_i, chosen.spi), nonces, chosen, shared, now)


def respond(sa: IkeSa, contents: Contents, now: float) -> list[Payload]:
    """The responder's part. Refusal with TEMPORARY_FAILURE while a Child SA is being made or unmade."""
    if sa.exchange is not None and sa.exchange.concerns_child:
        raise Refusal(NotifyType.TEMPORARY_FAILURE, "a Child SA is being changed", expected=True)
    policy = sa.tunnel.ike if sa.tunnel is not None else sa.policy
    chosen = choose(
        ike_allowed(policy.algorithms), contents.one(SecurityAssociation).proposals, ProtocolId.IKE
    )
    try:
        if isinstance(chosen, Mismatch):
            sentence = chosen.sentence(sa.peer, tunnel_text(sa.tunnel))
            raise Refusal(NotifyType.NO_PROPOSAL_CHOSEN, sentence, details=chosen.details())
        if len(chosen.spi) != 8 or not any(chosen.spi):
            raise Refusal(NotifyType.INVALID_SYNTAX, "a proposal to rekey the IKE SA has no SPI")
        ours, shared = _key_exchange(sa, contents, chosen)
    except Refusal as refusal:
        if not refusal.expected:
            stage, cause = "CREATE_CHILD_SA (IKE SA)", refusal.notify.name
            tell_failure(sa, stage, cause, refusal.sentence, refusal.details, EventName.REKEY_FAILED)
            refusal.expected = True
        raise
    nonces = (contents.one(Nonce).data, sa.host.entropy(NONCE_SIZE))
    new = _born(sa, Role.RESPONDER, (chosen.spi, sa.host.new_ike_spi()), nonces, chosen, shared, now)
    if isinstance(sa.exchange, RekeyIkeSa):
        sa.collision = IkeCollision(min(nonces), new)
        # Until it is decided which one counts. The peer may never learn of this one, so it also ends by
        # itself.
        new.superseded = True
        new.contends_for = sa
        new.expires_at = now + new.waits_total + GUARD
        new.rekey_at = None
        new.host.rearm(new)
    else:
        take_over(sa, new, now)
    return [
        SecurityAssociation((chosen.answer(new.spi_r),)),
        Nonce(nonces[1]),
        KeyExchange(ours.group, ours.public),
    ]


def preferred_by_peer(new: IkeSa, now: float) -> None:
    """The peer begins to use the IKE SA of its rekey while ours is still unanswered: so it has decided."""
    old, new.contends_for = new.contends_for, None
    if old is not None and old.collision is not None and old.state is State.ESTABLISHED:
        old.collision = None
        take_over(old, new, now)


def take_over(old: IkeSa, new: IkeSa, now: float) -> None:
    """The new IKE SA inherits the Child SAs and what was still to be done (RFC 7296 section 2.8)."""
    if old.state is not State.ESTABLISHED or new.state is not State.ESTABLISHED:
        return
    new.superseded = False
    new.forgotten = old.forgotten
    new.contends_for = None
    new.start_lifetime(now)
    for child in list(old.children.values()):
        _move(child, old, new)
    new.queue.extend(x for x in old.queue if _outlives_rekey(x))
    for at, exchange in old.later:
        if _outlives_rekey(exchange):
            new.defer(exchange, at)
    old.queue.clear()
    old.later.clear()
    old.advance(Step.REPLACED)
    old.superseded = True
    old.rekey_at = old.keepalive_at = None
    old.expires_at = now + old.waits_total + GUARD
    new.tell(
        Level.WARNING,
        EventName.IKE_SA_REKEYED,
        f"IKE SA with {new.peer} ({new.peer_identity}) is rekeyed: {describe_suite(known(new.suite))}",
        {"replaces": old.our_spi.hex(), "role": new.role.value},
    )
    new.pump(now)


def _outlives_rekey(exchange: Exchange) -> bool:
    """A Delete that was for the old IKE SA alone does not, one that an operator wants does."""
    return exchange.for_good if isinstance(exchange, DeleteIkeSa) else not isinstance(exchange, RekeyIkeSa)


def _move(child: Child, old: IkeSa, new: IkeSa) -> None:
    del old.children[child.spi_in]
    new.children[child.spi_in] = child
    new.host.move_child(child, new)


def _born(
    old: IkeSa,
    role: Role,
    spis: tuple[bytes, bytes],
    nonces: tuple[bytes, bytes],
    chosen: Chosen,
    shared: bytes,
    now: float,
) -> IkeSa:
    """An IKE SA out of another one: the same peer on the same path, new keys, message IDs from 0."""
    new = IkeSa(old.host, role, spis, old.path, old.policy, old.tunnel, now)
    if old.tunnel is not None:
        new.policy = old.tunnel.ike
    new.init = InitMessages(ni=nonces[0], nr=nonces[1])
    new.state = State.ESTABLISHED
    new.local_identity, new.peer_identity = old.local_identity, old.peer_identity
    new.caller = old.caller
    new.nat, new.fragmentation = old.nat, old.fragmentation
    new.authenticated_at = old.authenticated_at
    seed = skeyseed_rekey(known(old.prf), known(old.keys).sk_d, shared, *nonces)
    derive(new, chosen.ike_suite(), shared, seed)
    new.start_lifetime(now)
    new.host.add(new)
    return new


def _key_exchange(sa: IkeSa, contents: Contents, chosen: Chosen) -> tuple[key_exchange.KeyPair, bytes]:
    theirs = contents.maybe(KeyExchange)
    if theirs is None or theirs.group != chosen.group:
        wanted = chosen.group.to_bytes(2, "big")
        raise Refusal(NotifyType.INVALID_KE_PAYLOAD, "another group is preferred", data=wanted, expected=True)
    ours = key_exchange.generate(chosen.group, sa.host.entropy)
    try:
        return ours, ours.shared(theirs.data)
    except InvalidPublicValue as error:
        raise Refusal(NotifyType.INVALID_SYNTAX, f"the peer's public value is refused: {error}") from None
