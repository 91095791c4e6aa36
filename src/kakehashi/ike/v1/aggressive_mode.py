"""Aggressive mode (RFC 2409 section 5, RFC 3947 section 3.2).

    initiator                                   responder
    1  HDR, SA, KE, Ni, IDii, VIDs   -->
                                     <--        HDR, SA, KE, Nr, IDir, NAT-D, NAT-D, HASH_R, VIDs   2
    3  HDR*, NAT-D, NAT-D, HASH_I    -->

Message 3 may come in clear. The responder repeats message 2, for it alone knows that message 3 is missing;
but to a source that has proved nothing only a few times.
"""

from collections.abc import Sequence

from kakehashi.ike.known import known
from kakehashi.ike.v1 import features, messages, phase1_identity, phase1_proposals
from kakehashi.ike.v1.delete import send_notice
from kakehashi.ike.v1.exchange import Received
from kakehashi.ike.v1.failures import policy_text
from kakehashi.ike.v1.isakmp_sa import NO_COOKIE, IsakmpSa
from kakehashi.ike.v1.phase1 import (
    Phase1,
    check_identity,
    identification_of,
    nonce_of,
    public_of,
    tell_keys,
)
from kakehashi.ike.v1.phase1_proposals import Choice
from kakehashi.ike.v1.refusal import Refusal
from kakehashi.ike.v1.signature import BySignature
from kakehashi.model.identity import AuthenticationMethod, Identity
from kakehashi.model.ikev1 import ExchangeMode, Ikev1Peer
from kakehashi.model.status import Phase1Step
from kakehashi.wire.registry.ikev1 import ExchangeType, NotifyType
from kakehashi.wire.v1.ke import KeyExchange
from kakehashi.wire.v1.nonce import Nonce
from kakehashi.wire.v1.payloads import Payload
from kakehashi.wire.v1.sa import SecurityAssociation

# How often message 2 is sent to a source that has proved nothing: an answer of many times the size of a
# forged question would be a weapon.
MAX_UNPROVED = 3


class AggressiveInitiator(Phase1):
    """Messages 1 and 3 are ours."""

    kind = ExchangeType.AGGRESSIVE

    def __init__(self) -> None:
        super().__init__()
        self._own_id_b = b""

    def start(self, sa: IsakmpSa, now: float) -> None:
        peer = known(sa.peer)
        offer = phase1_proposals.offer(peer, ExchangeMode.AGGRESSIVE)
        self.sai_b = offer.encode()
        group = phase1_proposals.offerable(peer, ExchangeMode.AGGRESSIVE)[0].group
        self.g_xi, self.ni = self.make_public(sa, group)
        identity = self.own_identity(sa)
        self._own_id_b = identity.encode()
        asked = BySignature(peer, sa.host.shared.keyring).requests() if _signs(peer) else []
        payloads = [
            offer, KeyExchange(self.g_xi), Nonce(self.ni), identity, *asked, *features.announced(peer)
        ]  # fmt: skip
        self.send(sa, payloads, now, then=self._message_2, number=1, retransmit=sa.waits)

    def receive(self, sa: IsakmpSa, received: Received, now: float) -> None:
        super().receive(sa, received, now)
        if sa.established_at is None:
            # Whoever made that message: the true one may have another cookie and other keys.
            sa.responder_cookie, sa.skeyids, sa.sealer = NO_COOKIE, None, None

    def _message_2(self, sa: IsakmpSa, received: Received, now: float) -> None:
        messages.check(received, 2)
        peer = known(sa.peer)
        suite = phase1_proposals.accept(
            peer, ExchangeMode.AGGRESSIVE, known(received.maybe(SecurityAssociation))
        )
        if suite is None:
            raise Refusal(NotifyType.NO_PROPOSAL_CHOSEN, f"{sa.peer_text} chooses what we did not offer")
        self.agree(sa, peer, suite)
        sa.responder_cookie = received.responder_cookie
        self.g_xr, self.nr = public_of(received), nonce_of(received)
        self.derive(sa, received)
        identification = identification_of(received)
        named = phase1_identity.of_payload(identification)
        known(self.proves).heed(received)
        self.check_proof(sa, received, self.digest(sa, False, received.body(identification)), named)
        tell_keys(sa)
        check_identity(sa, peer, named, proved=True)
        self.flight.heard(received.digest)
        sa.features = features.heard(received.payloads)
        sa.nat_method = features.nat_method(peer, sa.features)
        self.detect_nat(sa, received)
        # Of the ports that the message itself goes by: the peer looks at those.
        self.float_ports(sa)
        detection = self.nat_payloads(sa)
        digest = self.digest(sa, True, self._own_id_b)
        payloads = [*detection, *known(self.proves).proof(digest), *self.initial_contact(sa)]
        self.send(sa, payloads, now, then=None, number=3, encrypted=True)
        self.done(sa, now)

    def _timeout_text(self, sa: IsakmpSa) -> str:
        return (
            f"no answer in {sum(sa.waits):g} s: is {sa.path.remote} reachable, does it know us as "
            f"{sa.local_identity}, does it accept aggressive mode and one of the proposals of "
            f"{policy_text(known(sa.peer))}, is UDP filtered?"
        )


class AggressiveResponder(Phase1):
    """Message 2 is ours."""

    kind = ExchangeType.AGGRESSIVE

    def __init__(self, choice: Choice, identity: Identity) -> None:
        super().__init__()
        self._choice = choice
        self._identity = identity
        self._peer_id_b = b""

    def answer(self, sa: IsakmpSa, received: Received, now: float) -> None:
        """Take message 1. Refusal for a public value that is none."""
        choice = self._choice
        self.agree(sa, choice.peer, choice.suite)
        self.sai_b = received.body(received.maybe(SecurityAssociation))
        self._peer_id_b = received.body(identification_of(received))
        self.g_xi, self.ni = public_of(received), nonce_of(received)
        self.g_xr, self.nr = self.make_public(sa, choice.suite.group)
        self.derive(sa, received)
        self.flight.heard(received.digest)
        sa.features = features.heard(received.payloads)
        sa.nat_method = features.nat_method(choice.peer, sa.features)
        sa.step = Phase1Step.KEY_EXCHANGE
        identity = self.own_identity(sa)
        known(self.proves).heed(received)
        payloads: Sequence[Payload] = [
            choice.answer(),
            KeyExchange(self.g_xr),
            Nonce(self.nr),
            identity,
            *known(self.proves).requests(),
            *self.nat_payloads(sa),
            *known(self.proves).proof(self.digest(sa, False, identity.encode())),
            *features.announced(choice.peer, sa.nat_method),
        ]
        self.send(
            sa,
            payloads,
            now,
            then=self._message_3,
            number=2,
            waits_for="message 3 (HASH, which a wrong pre-shared key makes unreadable)",
            retransmit=sa.waits[:MAX_UNPROVED],
        )

    def _message_3(self, sa: IsakmpSa, received: Received, now: float) -> None:
        messages.check(received, 3)
        self.check_proof(sa, received, self.digest(sa, True, self._peer_id_b), self._identity)
        sa.believe(received, now)
        sa.peer_identity = self._identity
        tell_keys(sa)
        self.flight.heard(received.digest)
        self.flight.datagrams = ()
        self.detect_nat(sa, received)
        self.hear_notifications(sa, received)
        self.done(sa, now)
        if self._choice.is_shorter:
            # Of aggressive mode itself nothing protects it (RFC 2407 section 4.6.3).
            send_notice(sa, [self.lifetime(sa)], now)

    def _give_up(self, sa: IsakmpSa, now: float) -> None:
        """Message 2 is not sent any more; the initiator still has until it is half-open for too long."""


def _signs(peer: Ikev1Peer) -> bool:
    offered = phase1_proposals.usable(peer)
    return any(p.authentication is AuthenticationMethod.SIGNATURE for p in offered)
