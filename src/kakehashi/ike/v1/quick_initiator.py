"""Quick mode that we begin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from kakehashi.crypto import key_exchange
from kakehashi.crypto.ikev1.key_schedule import hash_2, hash_3
from kakehashi.ike.effects import EventName
from kakehashi.ike.known import known
from kakehashi.ike.v1 import commit_bit, identities, phase2_proposals
from kakehashi.ike.v1.delete import send_notice
from kakehashi.ike.v1.exchange import Received
from kakehashi.ike.v1.identities import SelectorPair
from kakehashi.ike.v1.ipsec_sa import Agreed, Pair
from kakehashi.ike.v1.isakmp_sa import IsakmpSa, State
from kakehashi.ike.v1.phase2_failures import refused_by_peer, tell_failure, tunnel_text
from kakehashi.ike.v1.phase2_proposals import Phase2Suite
from kakehashi.ike.v1.quick_mode import (
    NONCE_SIZE,
    QuickMode,
    identities_of,
    is_proved,
    is_proved_by_hash_1,
    new_key_pair,
    nonce_of,
    one_sa,
    original_addresses,
    sealed,
    selectors_of,
    shared_secret,
)
from kakehashi.ike.v1.refusal import Refusal
from kakehashi.ike.v1.replacement import failed as rekey_failed
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.status import NatSide, Role
from kakehashi.wire.errors import WireError
from kakehashi.wire.registry.ikev1 import NotifyType
from kakehashi.wire.v1.delete import Delete
from kakehashi.wire.v1.ke import KeyExchange
from kakehashi.wire.v1.nonce import Nonce
from kakehashi.wire.v1.notification import Notification
from kakehashi.wire.v1.payloads import Payload

Retry = Callable[[IsakmpSa, "Initiator", float], None]


class Initiator(QuickMode):
    """Our wish for a pair of SAs. It may have to wait for an ISAKMP SA first.

    `replaces`: the pair that is rekeyed. `retry`: begins it once more if the ISAKMP SA turns out to be dead.
    """

    role = Role.INITIATOR

    def __init__(
        self,
        tunnel: Ikev1Tunnel,
        selectors: SelectorPair,
        replaces: Pair | None = None,
        retry: Retry | None = None,
    ) -> None:
        super().__init__()
        self.tunnel = tunnel
        self.selectors = selectors
        self.replaces = replaces
        self._retry = retry
        self._suites: tuple[Phase2Suite, ...] = ()
        self._ni_b = b""
        self._key_pair: key_exchange.KeyPair | None = None
        self._begun = 0.0

    # What an exchange is asked.

    def start(self, sa: IsakmpSa, now: float) -> None:
        self._begun = now
        policy, host = self.tunnel.ipsec, sa.host
        # A remote-access client speaks for the address that it was given.
        self.selectors = identities.of_client(self.selectors, sa.borrowed)
        form = phase2_proposals.encapsulation(policy.mode, sa.nat_method, sa.nat is not NatSide.NONE)
        self._suites = phase2_proposals.allowed(policy, form)
        problem = phase2_proposals.unusable(self._suites[0]) if self._suites else ""
        if problem and all(map(phase2_proposals.unusable, self._suites)):
            self._fail(sa, Refusal(None, f"{problem} ({tunnel_text(self.tunnel)})"), now, "unusable")
            return
        self.spi_in = host.new_esp_spi()
        self._ni_b = host.entropy(NONCE_SIZE)
        self._key_pair = new_key_pair(sa, policy.pfs)
        payloads: list[Payload] = [
            phase2_proposals.offer(self._suites, self.spi_in.to_bytes(4, "big")),
            Nonce(self._ni_b),
        ]
        if self._key_pair is not None:
            payloads.append(KeyExchange(self._key_pair.public))
        if policy.sends_identities:
            payloads += [identities.to_wire(self.selectors.local), identities.to_wire(self.selectors.remote)]
        payloads += original_addresses(sa, self.tunnel, self.role)
        self.flight.send(sa, sa.seal(self.kind, self.message_id, payloads, hashed=True), now, sa.waits)

    def receive(self, sa: IsakmpSa, received: Received, now: float) -> None:
        if self._pair is not None:
            self._receive_connected(sa, received, now)
        elif not self.is_over:
            self._receive_answer(sa, received, now)

    def run(self, sa: IsakmpSa, now: float) -> None:
        if self._forget_at is not None:
            if self._forget_at <= now:
                sa.end(self)
        elif not self.flight.run(sa, now, "quick mode"):
            self._give_up(sa, now)

    def proved_by_traffic(self, now: float) -> None:
        """CONNECTED is lost, but the peer would not send if it had not taken our last message."""
        if not self.is_over:
            self.stand(known(self._sa), now)

    def fail(self, sa: IsakmpSa, cause: str, sentence: str, now: float) -> None:
        self._fail(sa, Refusal(None, sentence), now, cause)

    def refused(self, sa: IsakmpSa, notify: NotifyType, now: float) -> None:
        """The peer tells an error, under protection."""
        ours = {
            "algorithms": phase2_proposals.texts(self._suites),
            "identities": str(self.selectors) if self.tunnel.ipsec.sends_identities else "none",
        }
        sentence = f"{refused_by_peer(notify, ours)} ({tunnel_text(self.tunnel)})"
        self._fail(sa, Refusal(notify, sentence, details=ours), now)

    # Message 2.

    def _receive_answer(self, sa: IsakmpSa, received: Received, now: float) -> None:
        if received.error is not None and is_proved_by_hash_1(sa, received):
            self.believe(sa, received, now)
            self.refused(sa, received.error.type, now)
            return
        digest = hash_2(sa.hash, known(sa.skeyids).skeyid_a, self.message_id, self._ni_b, received.after_hash)
        if received.exchange_type != self.kind or not is_proved(sa, received, digest):
            return
        self.believe(sa, received, now)
        try:
            agreed = self._agreed(sa, received)
        except Refusal as refusal:
            self._fail(sa, refusal, now)
            self._tell_peer(sa, refusal, now)
            return
        self._key_pair = None
        self.install(sa, agreed, now)
        digest = hash_3(sa.hash, known(sa.skeyids).skeyid_a, self.message_id, self._ni_b, agreed.nr_b)
        # With the commit bit the third message has an answer, and is repeated until that comes.
        waits: Sequence[float] = sa.waits if received.commit else ()
        self.flight.send(sa, sealed(sa, self.message_id, digest, []), now, waits)
        if not received.commit:
            self.stand(sa, now)

    def _agreed(self, sa: IsakmpSa, received: Received) -> Agreed:
        chosen = phase2_proposals.accept(self._suites, one_sa(received))
        if chosen is None:
            raise Refusal(NotifyType.BAD_PROPOSAL_SYNTAX, f"{sa.peer_text} chooses what we did not offer")
        problem = phase2_proposals.unusable(chosen.suite)
        if problem:
            raise Refusal(NotifyType.NO_PROPOSAL_CHOSEN, f"{sa.peer_text} chooses {chosen.suite}: {problem}")
        self._check_identities(sa, received)
        suite = chosen.suite
        told = received.notification(NotifyType.RESPONDER_LIFETIME)
        if told is not None:
            suite = _obeyed(suite, told)
        return Agreed(
            tunnel=self.tunnel,
            suite=suite,
            selectors=self.selectors,
            role=self.role,
            spi_in=self.spi_in,
            spi_out=chosen.spi_out,
            ah_spi_out=chosen.ah_spi_out,
            ni_b=self._ni_b,
            nr_b=nonce_of(received),
            begun=self._begun,
            g_qm_xy=shared_secret(self._key_pair, received),
        )

    def _check_identities(self, sa: IsakmpSa, received: Received) -> None:
        """The responder returns what it was sent (RFC 2409 section 5.5).

        Between the two ends it is what a NAT has made of it. One that returns none has agreed to ours.
        """
        returned = identities_of(received)
        policy = self.tunnel.ipsec
        if returned is None or not policy.sends_identities or policy.between_ends:
            return
        pair = selectors_of(*returned)
        if pair != self.selectors:
            said = identities.text(returned)
            raise Refusal(
                NotifyType.INVALID_ID_INFORMATION,
                f"{sa.peer_text} answers identities {said} where we offer {self.selectors}",
                details={"field": "identities", "offered": said, "allowed": str(self.selectors)},
            )

    # CONNECTED.

    def _receive_connected(self, sa: IsakmpSa, received: Received, now: float) -> None:
        if self.is_over or not is_proved_by_hash_1(sa, received):
            return
        self.believe(sa, received, now, is_last=True)
        if commit_bit.is_connected(received):
            self.stand(sa, now)
        elif received.error is not None:
            self.refused(sa, received.error.type, now)

    def connected(self, sa: IsakmpSa, now: float) -> None:
        """CONNECTED came in an exchange of its own."""
        if self._pair is not None and not self.is_over:
            self.stand(sa, now)

    # The end.

    def _give_up(self, sa: IsakmpSa, now: float) -> None:
        waited = f"{sum(sa.waits):g} s"
        if self._pair is not None:
            self.fail(
                sa, "timeout", f"CONNECTED did not come within {waited}, though the peer asks to wait", now
            )
            return
        is_silent = sa.last_received <= self._begun
        retry = self._retry if is_silent and known(sa.peer).is_fixed else None
        if retry is None:
            self.fail(sa, "timeout", f"no answer within {waited} ({tunnel_text(self.tunnel)})", now)
        if is_silent and sa.state is State.ESTABLISHED:
            # The peer has most likely lost the ISAKMP SA. One that lives will make a new one with us.
            self._forget_at = now
            sa.close(f"{sa.peer_text} has not answered for {waited}", now)
            if retry is not None:
                retry(sa, self, now)

    def _fail(self, sa: IsakmpSa, refusal: Refusal, now: float, cause: str | None = None) -> None:
        name = EventName.NEGOTIATION_FAILED if self.replaces is None else EventName.REKEY_FAILED
        self.withdraw(sa, refusal.sentence)
        self._key_pair = None
        self.over(sa, now)
        interface = self.tunnel.interface
        tell_failure(sa, interface, cause or refusal.cause, refusal.sentence, refusal.details, name)
        if self.replaces is not None:
            rekey_failed(sa.host, self.replaces, now)

    def _tell_peer(self, sa: IsakmpSa, refusal: Refusal, now: float) -> None:
        """The responder believes that there is an SA: it must hear that there is none, by our SPI for it."""
        if refusal.notify is None or sa.state is not State.ESTABLISHED:
            return
        spi = self.spi_in.to_bytes(4, "big")
        protocols = dict.fromkeys(p for suite in self._suites for p in suite.protocols)
        notify = Notification(refusal.notify, self._suites[0].protocol, spi)
        send_notice(sa, [notify, *(Delete(protocol, (spi,)) for protocol in protocols)], now)


def _obeyed(suite: Phase2Suite, told: Notification) -> Phase2Suite:
    """The responder's lifetime (RFC 2407 section 4.6.3.1). What cannot be read changes nothing."""
    try:
        return phase2_proposals.obey_lifetime(suite, told.data)
    except WireError:
        return replace(suite)
