"""Quick mode that the peer begins."""

from __future__ import annotations

from kakehashi.crypto.ikev1.key_schedule import hash_2, hash_3
from kakehashi.ike.drops import Drop
from kakehashi.ike.known import known
from kakehashi.ike.v1 import answering, commit_bit, phase2_proposals
from kakehashi.ike.v1.delete import send_notice
from kakehashi.ike.v1.exchange import MAX_EXCHANGES, Received
from kakehashi.ike.v1.failures import notify_name
from kakehashi.ike.v1.ipsec_sa import Agreed
from kakehashi.ike.v1.isakmp_sa import IsakmpSa, State
from kakehashi.ike.v1.phase2_failures import tell_failure, tunnel_text
from kakehashi.ike.v1.quick_mode import (
    NONCE_SIZE,
    QuickMode,
    identities_of,
    is_proved,
    is_proved_by_hash_1,
    new_key_pair,
    nonce_of,
    octets,
    one_sa,
    original_addresses,
    sealed,
    shared_secret,
)
from kakehashi.ike.v1.refusal import Refusal
from kakehashi.model.ikev1 import CommitBit
from kakehashi.model.status import Role
from kakehashi.wire.registry.ikev1 import NotifyType, ProtocolId
from kakehashi.wire.v1.identification import Identification
from kakehashi.wire.v1.ke import KeyExchange
from kakehashi.wire.v1.nonce import Nonce
from kakehashi.wire.v1.notification import Notification
from kakehashi.wire.v1.payloads import Payload
from kakehashi.wire.v1.sa import SecurityAssociation

MAX_PAIRS = 256  # pairs of IPsec SAs with one peer


class Responder(QuickMode):
    """The answer to a peer's wish for a pair of SAs."""

    role = Role.RESPONDER

    def __init__(self, message_id: int) -> None:
        super().__init__(message_id)
        self._ni_b = self._nr_b = b""

    def start(self, sa: IsakmpSa, now: float) -> None:
        raise RuntimeError("the peer begins this exchange")

    def respond(self, sa: IsakmpSa, received: Received, now: float) -> None:
        """Answer message 1, and take packets from now on. Refusal."""
        _check_room(sa)
        self._ni_b = nonce_of(received)
        answer = answering.find(sa, one_sa(received), identities_of(received))
        self.tunnel, self.selectors = answer.tunnel, answer.selectors
        chosen, suite = answer.chosen, answer.chosen.suite
        key_pair = new_key_pair(sa, suite.group)
        secret = shared_secret(key_pair, received)
        self._nr_b = sa.host.entropy(NONCE_SIZE)
        self.spi_in = sa.host.new_esp_spi()
        agreed = Agreed(
            tunnel=self.tunnel,
            suite=suite,
            selectors=self.selectors,
            role=self.role,
            spi_in=self.spi_in,
            spi_out=chosen.spi_out,
            ah_spi_out=chosen.ah_spi_out,
            ni_b=self._ni_b,
            nr_b=self._nr_b,
            begun=now,
            g_qm_xy=secret,
        )
        self.install(sa, agreed, now)
        spi = self.spi_in.to_bytes(4, "big")
        payloads: list[Payload] = [chosen.with_spi(spi), Nonce(self._nr_b)]
        if key_pair is not None:
            payloads.append(KeyExchange(key_pair.public))
        # They are returned as they came.
        payloads += received.all(Identification)
        payloads += original_addresses(sa, self.tunnel, self.role)
        if chosen.shorter:
            data = phase2_proposals.responder_lifetime(chosen.shorter)
            payloads.append(Notification(NotifyType.RESPONDER_LIFETIME, suite.protocol, spi, data))
        digest = hash_2(sa.hash, known(sa.skeyids).skeyid_a, self.message_id, self._ni_b, octets(payloads))
        datagrams = sealed(sa, self.message_id, digest, payloads, commit=self._commits)
        self.flight.heard(received.digest)
        self.flight.send(sa, datagrams, now, sa.waits)

    def receive(self, sa: IsakmpSa, received: Received, now: float) -> None:
        if self.is_over:
            sa.host.drop(Drop.UNEXPECTED_EXCHANGE, received.path)
            return
        error = received.error
        if error is not None and is_proved_by_hash_1(sa, received):
            self.believe(sa, received, now)
            self.fail(sa, error.type.name, f"the peer answers {notify_name(error.type)}", now)
            return
        digest = hash_3(sa.hash, known(sa.skeyids).skeyid_a, self.message_id, self._ni_b, self._nr_b)
        if received.exchange_type != self.kind or not is_proved(sa, received, digest):
            return
        self.believe(sa, received, now, is_last=not self._commits)
        self._complete(sa, now)

    def run(self, sa: IsakmpSa, now: float) -> None:
        if self._forget_at is not None:
            if self._forget_at <= now:
                sa.end(self)
        elif not self.flight.run(sa, now, "the second message of quick mode"):
            waited = f"{sum(sa.waits):g} s"
            self.fail(sa, "timeout", f"its third message did not come within {waited}", now)

    def proved_by_traffic(self, now: float) -> None:
        """The third message is lost, but the peer would not send if it had not taken our second."""
        if not self.is_over and not self._commits:
            self.stand(known(self._sa), now)

    def fail(self, sa: IsakmpSa, cause: str, sentence: str, now: float) -> None:
        self.withdraw(sa, sentence)
        self.over(sa, now)
        tell_failure(sa, self.tunnel.interface, cause, f"{sentence} ({tunnel_text(self.tunnel)})")

    @property
    def _commits(self) -> bool:
        return self.tunnel.ipsec.commit_bit is not CommitBit.OFF

    def _complete(self, sa: IsakmpSa, now: float) -> None:
        if self._commits:
            # Kept in the flight, so that a repeated third message is answered by it (V1-05).
            kind = commit_bit.exchange_type(self.tunnel.ipsec.commit_bit)
            payloads = [
                commit_bit.connected(known(self._pair).suite.protocol, self.spi_in.to_bytes(4, "big"))
            ]
            self.flight.send(sa, sa.seal(kind, self.message_id, payloads, hashed=True), now)
        self.stand(sa, now)


def accept(sa: IsakmpSa, received: Received, now: float) -> None:
    """A message with a new message ID: the first of a quick mode."""
    if not is_proved_by_hash_1(sa, received):
        return
    quick = Responder(received.message_id)
    sa.exchanges[received.message_id] = quick
    sa.believe(received, now)
    try:
        quick.respond(sa, received, now)
    except Refusal as refusal:
        sa.end(quick)
        _refuse(sa, received, refusal, now)


def _check_room(sa: IsakmpSa) -> None:
    if sa.state is not State.ESTABLISHED:
        raise Refusal(None, "phase 1 has not come to its end")
    if len(sa.exchanges) > MAX_EXCHANGES or len(sa.host.pairs.of_sa(sa)) >= MAX_PAIRS:
        raise Refusal(None, f"{sa.peer_text} asks for more pairs of SAs than anyone needs")


def _refuse(sa: IsakmpSa, received: Received, refusal: Refusal, now: float) -> None:
    """Tell the log the true reason, and the peer the number for it, with its SPI."""
    tunnel = refusal.details.get("tunnel", "")
    tell_failure(sa, tunnel, refusal.cause, refusal.sentence, refusal.details)
    if refusal.notify is None:
        return
    offered = received.maybe(SecurityAssociation)
    first = offered.proposals[0] if offered is not None else None
    protocol, spi = (first.protocol, first.spi) if first is not None else (ProtocolId.ESP, b"")
    send_notice(sa, [Notification(refusal.notify, protocol, spi)], now)
