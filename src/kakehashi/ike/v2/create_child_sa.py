"""The CREATE_CHILD_SA exchange (RFC 7296 section 1.3): one more Child SA, or a new one for an old one.

Collisions of section 2.25.1 and 2.8.1 are decided here; the rekey of the IKE SA is in rekey_ike_sa.py.
"""

from collections.abc import Sequence

from kakehashi.crypto import key_exchange
from kakehashi.crypto.errors import InvalidPublicValue
from kakehashi.ike.effects import EventName
from kakehashi.ike.known import known
from kakehashi.ike.names import group_name
from kakehashi.ike.trigger import Trigger
from kakehashi.ike.v2 import child_negotiation, children, rekey_ike_sa, transport_mode
from kakehashi.ike.v2.child_negotiation import single_pair
from kakehashi.ike.v2.children import Child, ChildCollision, ChildState
from kakehashi.ike.v2.contents import Contents
from kakehashi.ike.v2.failures import refused_by_peer, tell_failure
from kakehashi.ike.v2.ike_sa import IkeSa
from kakehashi.ike.v2.informational import delete_child
from kakehashi.ike.v2.keys import NONCE_SIZE
from kakehashi.ike.v2.proposals import Chosen, child_allowed, first_group, offers_group
from kakehashi.ike.v2.refusal import Refusal
from kakehashi.ike.v2.rounds import MAX_ROUNDS, retry_delay
from kakehashi.ike.v2.selectors import Pair
from kakehashi.ike.v2.states import State
from kakehashi.model.tunnel import Ikev2Tunnel
from kakehashi.wire.registry.ikev2 import ExchangeType, KeyExchangeId, NotifyType, ProtocolId
from kakehashi.wire.v2.delete import Delete
from kakehashi.wire.v2.ke import KeyExchange
from kakehashi.wire.v2.nonce import Nonce
from kakehashi.wire.v2.notify import Notify
from kakehashi.wire.v2.payloads import Payload
from kakehashi.wire.v2.sa import SecurityAssociation
from kakehashi.wire.v2.traffic_selector import TrafficSelectorsInitiator


class NewChild:
    """Our request for a Child SA. A subclass replaces an old one by it."""

    kind = ExchangeType.CREATE_CHILD_SA
    concerns_child = True
    failure = EventName.NEGOTIATION_FAILED

    def __init__(self, tunnel: Ikev2Tunnel, trigger: Trigger | None = None, pair: Pair | None = None) -> None:
        self.tunnel = tunnel
        self.trigger = trigger
        self._pair = pair
        self._allowed = child_allowed(tunnel.ipsec.algorithms, True)
        self._group = first_group(self._allowed)
        self._key_pair: key_exchange.KeyPair | None = None
        self._rounds = 0
        self._ni = b""
        self._spi_in = 0

    def pair(self, sa: IkeSa) -> Pair:
        """The selectors that we offer."""
        return self._pair or transport_mode.policy_pair(sa, self.tunnel)

    def request(self, sa: IkeSa, now: float) -> Sequence[Payload] | None:
        if sa.state is not State.ESTABLISHED:
            return None
        self._ni = sa.host.entropy(NONCE_SIZE)
        self._spi_in = sa.host.new_esp_spi()
        proposals, selectors = child_negotiation.propose(self.tunnel, self._spi_in, self.pair(sa), True)
        payloads: list[Payload] = [*proposals, Nonce(self._ni)]
        self._key_pair = None
        if self._group != KeyExchangeId.NONE:
            self._key_pair = key_exchange.generate(self._group, sa.host.entropy)
            payloads.append(KeyExchange(self._group, self._key_pair.public))
        return [*payloads, *selectors]

    def response(self, sa: IkeSa, contents: Contents, now: float) -> None:
        early, sa.early_deletes = sa.early_deletes, set()
        error = contents.error
        if error is not None:
            self._refused(sa, error, now)
            return
        try:
            agreed = self._agreed(sa, contents)
        except Refusal as refusal:
            self._tell(sa, refusal)
            self._give_back(sa, contents, now)
            return
        if agreed.spi_out not in early:
            self._done(sa, agreed, now)

    def failed(self, sa: IkeSa, why: str | None, now: float) -> None:
        cause, sentence = ("timeout", "no answer") if why is None else ("ended", why)
        tell_failure(sa, "CREATE_CHILD_SA", cause, sentence)

    def _done(self, sa: IkeSa, agreed: children.Agreed, now: float) -> None:
        children.tell_created(sa, children.create(sa, agreed, True, now))

    def _agreed(self, sa: IkeSa, contents: Contents) -> children.Agreed:
        chosen, pair = child_negotiation.accepted(sa, self.tunnel, contents, self.pair(sa), True)
        shared = b""
        if chosen.group != KeyExchangeId.NONE:
            theirs = contents.one(KeyExchange)
            if self._key_pair is None or not chosen.group == theirs.group == self._group:
                raise Refusal(
                    NotifyType.INVALID_KE_PAYLOAD, f"{sa.peer} answers with another group than ours"
                )
            shared = _shared(self._key_pair, theirs)
        return children.Agreed(
            tunnel=self.tunnel,
            suite=chosen.child_suite(),
            selectors=pair,
            spi_in=self._spi_in,
            spi_out=int.from_bytes(chosen.spi, "big"),
            ni=self._ni,
            nr=contents.one(Nonce).data,
            is_initiator=True,
            shared=shared,
        )

    def _refused(self, sa: IkeSa, error: Notify, now: float) -> None:
        if error.type == NotifyType.TEMPORARY_FAILURE:
            sa.defer(self, now + retry_delay(sa))
            return
        self._rounds += 1
        if error.type == NotifyType.INVALID_KE_PAYLOAD and len(error.data) == 2:
            self._other_group(sa, KeyExchangeId(int.from_bytes(error.data, "big")), now)
        elif error.type == NotifyType.SINGLE_PAIR_REQUIRED and self._rounds <= MAX_ROUNDS:
            self._pair = single_pair(self.pair(sa), self.trigger)
            sa.queue.appendleft(self)
        else:
            offered = child_negotiation.offered(self.tunnel, self.pair(sa), True)
            self._tell(sa, Refusal(error.type, refused_by_peer(error.type, offered), details=offered))

    def _other_group(self, sa: IkeSa, group: KeyExchangeId, now: float) -> None:
        if self._rounds <= MAX_ROUNDS and offers_group(self._allowed, group):
            self._group = group
            sa.queue.appendleft(self)
            return
        sentence = f"the peer demands key exchange {group_name(group)}, which we do not offer"
        self._tell(sa, Refusal(NotifyType.INVALID_KE_PAYLOAD, sentence))

    def _tell(self, sa: IkeSa, refusal: Refusal) -> None:
        stage = "CREATE_CHILD_SA"
        tell_failure(sa, stage, refusal.notify.name, refusal.sentence, refusal.details, self.failure)

    def _give_back(self, sa: IkeSa, contents: Contents, now: float) -> None:
        """The peer has made a Child SA that we do not take: it must hear of that, by our SPI for it."""
        made = contents.maybe(SecurityAssociation)
        if made is not None:
            is_ah = any(proposal.protocol == ProtocolId.AH for proposal in made.proposals)
            sa.begin(DeleteUnmade(self._spi_in, ProtocolId.AH if is_ah else ProtocolId.ESP), now)


class RekeyChild(NewChild):
    """Our request to replace a Child SA (RFC 7296 section 1.3.3)."""

    failure = EventName.REKEY_FAILED

    def __init__(self, child: Child) -> None:
        super().__init__(child.tunnel, None, child.selectors)
        self.child = child
        self._group = first_group(self._allowed, child.suite.group)

    def request(self, sa: IkeSa, now: float) -> Sequence[Payload] | None:
        if not self._needed(sa) or self.child.state is not ChildState.INSTALLED:
            return None
        payloads = super().request(sa, now)
        if payloads is None:
            return None
        spi = self.child.spi_in.to_bytes(4, "big")
        return [Notify(NotifyType.REKEY_SA, self.child.suite.protocol, spi), *payloads]

    def failed(self, sa: IkeSa, why: str | None, now: float) -> None:
        """The end of the IKE SA is told by itself."""

    def _needed(self, sa: IkeSa) -> bool:
        """Is the old one there, and has the peer not rekeyed it itself?"""
        return self.child.spi_in in sa.children and self.child.collision is None

    def _refused(self, sa: IkeSa, error: Notify, now: float) -> None:
        if not self._needed(sa):
            # The peer's own rekey, or its Delete, has settled the matter.
            _adopt(sa, self.child, now)
        elif error.type == NotifyType.CHILD_SA_NOT_FOUND:
            children.remove(sa, self.child, "the peer does not know it (CHILD_SA_NOT_FOUND)")
            sa.begin(NewChild(self.tunnel, None), now)
        else:
            super()._refused(sa, error, now)

    def _tell(self, sa: IkeSa, refusal: Refusal) -> None:
        self.child.rekey_refused = True
        super()._tell(sa, refusal)

    def _done(self, sa: IkeSa, agreed: children.Agreed, now: float) -> None:
        old = self.child
        collision = old.collision
        # Both ends know all four nonces, so they decide alike, however much has happened meanwhile.
        lost = collision is not None and min(agreed.ni, agreed.nr) < collision.lowest_nonce
        new = children.create(sa, agreed, not lost, now)
        if lost:
            # Ours has the lowest of the four nonces: it is redundant, and the peer deletes the old one.
            _adopt(sa, old, now)
            delete_child(sa, new, "both ends rekeyed at once, and this one is redundant", now)
            return
        if collision is not None and collision.spi_in in sa.children:
            # The peer's is redundant, and the peer deletes it.
            redundant = sa.children[collision.spi_in]
            redundant.state = ChildState.REPLACED
            redundant.rekey_at = None
            redundant.successor = new.spi_in
        children.tell_created(sa, new, old)
        old.successor = new.spi_in
        if old.spi_in in sa.children:
            delete_child(sa, old, "rekeyed", now)


class DeleteUnmade:
    """Tell the peer that the Child SA of its answer was not made."""

    kind = ExchangeType.INFORMATIONAL
    concerns_child = True

    def __init__(self, spi_in: int, protocol: ProtocolId = ProtocolId.ESP) -> None:
        self._spi_in = spi_in
        self._protocol = protocol

    def request(self, sa: IkeSa, now: float) -> Sequence[Payload] | None:
        return [Delete(self._protocol, (self._spi_in.to_bytes(4, "big"),))]

    def response(self, sa: IkeSa, contents: Contents, now: float) -> None:
        """Nothing is left to do."""

    def failed(self, sa: IkeSa, why: str | None, now: float) -> None:
        """It goes with the IKE SA."""


def respond(sa: IkeSa, contents: Contents, now: float) -> list[Payload]:
    """The responder's part. Refusal with what section 2.25 says of a bad moment, or why it does not fit."""
    if sa.state is not State.ESTABLISHED or sa.forgotten:
        raise Refusal(NotifyType.TEMPORARY_FAILURE, f"the IKE SA is {sa.state.value}", expected=True)
    proposals = contents.one(SecurityAssociation).proposals
    if proposals[0].protocol == ProtocolId.IKE:
        return rekey_ike_sa.respond(sa, contents, now)
    if isinstance(sa.exchange, rekey_ike_sa.RekeyIkeSa):
        raise Refusal(NotifyType.TEMPORARY_FAILURE, "the IKE SA is being rekeyed", expected=True)
    rekey = contents.notify(NotifyType.REKEY_SA)
    try:
        return _respond_child(sa, contents, rekey, now)
    except Refusal as refusal:
        if not refusal.expected:
            name = EventName.NEGOTIATION_FAILED if rekey is None else EventName.REKEY_FAILED
            cause = refusal.notify.name
            tell_failure(sa, "CREATE_CHILD_SA", cause, refusal.sentence, refusal.details, name)
            refusal.expected = True
        raise


def _respond_child(sa: IkeSa, contents: Contents, rekey: Notify | None, now: float) -> list[Payload]:
    old = None if rekey is None else _old(sa, rekey)
    tunnel = old.tunnel if old is not None else known(sa.tunnel)
    contents.one(TrafficSelectorsInitiator)
    chosen, pair = child_negotiation.answer(sa, tunnel, contents, True)
    ours, shared = _key_exchange(sa, contents, chosen)
    ni, nr = contents.one(Nonce).data, sa.host.entropy(NONCE_SIZE)
    agreed = children.Agreed(
        tunnel=tunnel,
        suite=chosen.child_suite(),
        selectors=pair,
        spi_in=sa.host.new_esp_spi(),
        spi_out=int.from_bytes(chosen.spi, "big"),
        ni=ni,
        nr=nr,
        is_initiator=False,
        shared=shared,
    )
    # After a rekey the new one is used when the peer does, or deletes the old one (section 2.8).
    new = children.create(sa, agreed, False, now)
    if old is None:
        sa.use_after_answer = new
        children.tell_created(sa, new)
    else:
        _replaced_by_peer(sa, old, new, min(ni, nr))
    return child_negotiation.answer_payloads(sa, contents, chosen, agreed, (Nonce(nr), *ours))


def _old(sa: IkeSa, rekey: Notify) -> Child:
    """The Child SA that the peer wants to replace (section 2.25.1)."""
    child = children.by_peer_spi(sa, rekey.spi)
    if child is None and isinstance(sa.exchange, NewChild):
        # It may be the one that we just ask for: the peer has it, and its answer was overtaken.
        raise Refusal(NotifyType.TEMPORARY_FAILURE, "it may be about to be", expected=True)
    if child is None:
        why, protocol = "it is gone", rekey.protocol
        raise Refusal(NotifyType.CHILD_SA_NOT_FOUND, why, spi=rekey.spi, protocol=protocol, expected=True)
    if child.state is not ChildState.INSTALLED:
        raise Refusal(NotifyType.TEMPORARY_FAILURE, f"it is {child.state.value}", expected=True)
    return child


def _replaced_by_peer(sa: IkeSa, old: Child, new: Child, lowest_nonce: bytes) -> None:
    old.successor = new.spi_in
    if isinstance(sa.exchange, RekeyChild) and sa.exchange.child is old:
        old.collision = ChildCollision(lowest_nonce, new.spi_in)
        return
    old.state = ChildState.REPLACED
    old.rekey_at = None
    children.tell_created(sa, new, old)


def _adopt(sa: IkeSa, old: Child, now: float) -> None:
    """The peer's rekey counts: it will delete the old Child SA."""
    collision = old.collision
    if collision is None:
        return
    new = sa.children.get(collision.spi_in)
    if new is None:
        return
    if old.spi_in in sa.children:
        old.state = ChildState.REPLACED
        old.rekey_at = None
        old.successor = new.spi_in
    sa.host.use_outbound(new)
    children.tell_created(sa, new, old)


def _key_exchange(sa: IkeSa, contents: Contents, chosen: Chosen) -> tuple[list[Payload], bytes]:
    """KEr and g^ir, or nothing without perfect forward secrecy."""
    if chosen.group == KeyExchangeId.NONE:
        return [], b""
    theirs = contents.maybe(KeyExchange)
    if theirs is None or theirs.group != chosen.group:
        wanted = chosen.group.to_bytes(2, "big")
        raise Refusal(NotifyType.INVALID_KE_PAYLOAD, "another group is preferred", data=wanted, expected=True)
    ours = key_exchange.generate(chosen.group, sa.host.entropy)
    return [KeyExchange(ours.group, ours.public)], _shared(ours, theirs)


def _shared(ours: key_exchange.KeyPair, theirs: KeyExchange) -> bytes:
    try:
        return ours.shared(theirs.data)
    except InvalidPublicValue as error:
        raise Refusal(NotifyType.INVALID_SYNTAX, f"the peer's public value is refused: {error}") from None
