"""Main mode: the identity protection exchange (RFC 2409 section 5).

    initiator                                   responder
    1  HDR, SA, VIDs               -->
                                   <--          HDR, SA, VIDs                 2
    3  HDR, KE, Ni, NAT-D, NAT-D   -->
                                   <--          HDR, KE, Nr, NAT-D, NAT-D     4
    5  HDR*, IDii, HASH_I          -->
                                   <--          HDR*, IDir, HASH_R            6

The initiator repeats its messages until they are answered, the responder only answers repeated ones: who has
not shown that it is where it says gets no more octets than it sends.
"""

from collections.abc import Sequence

from kakehashi.ike.known import known
from kakehashi.ike.v1 import features, messages, phase1_identity, phase1_proposals
from kakehashi.ike.v1.establish import responder_lifetime
from kakehashi.ike.v1.exchange import Received
from kakehashi.ike.v1.failures import policy_text
from kakehashi.ike.v1.isakmp_sa import IsakmpSa
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
from kakehashi.model.address import NAT_T_PORT
from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import ExchangeMode, Ikev1Peer
from kakehashi.model.status import Phase1Step
from kakehashi.wire.registry.ikev1 import ExchangeType, NotifyType
from kakehashi.wire.v1.ke import KeyExchange
from kakehashi.wire.v1.nonce import Nonce
from kakehashi.wire.v1.sa import SecurityAssociation


class MainModeInitiator(Phase1):
    """Messages 1, 3 and 5 are ours."""

    kind = ExchangeType.IDENTITY_PROTECTION

    def start(self, sa: IsakmpSa, now: float) -> None:
        peer = known(sa.peer)
        offer = phase1_proposals.offer(peer, ExchangeMode.MAIN)
        self.sai_b = offer.encode()
        payloads = [offer, *features.announced(peer)]
        self.send(sa, payloads, now, then=self._message_2, number=1, retransmit=sa.waits)

    def _message_2(self, sa: IsakmpSa, received: Received, now: float) -> None:
        messages.check(received, 2)
        peer = known(sa.peer)
        suite = phase1_proposals.accept(peer, ExchangeMode.MAIN, known(received.maybe(SecurityAssociation)))
        if suite is None:
            raise Refusal(NotifyType.NO_PROPOSAL_CHOSEN, f"{sa.peer_text} chooses what we did not offer")
        self.agree(sa, peer, suite)
        self.flight.heard(received.digest)
        sa.responder_cookie = received.responder_cookie
        sa.features = features.heard(received.payloads)
        sa.nat_method = features.nat_method(peer, sa.features)
        sa.step = Phase1Step.SA_SETUP
        self.g_xi, self.ni = self.make_public(sa, known(sa.suite).group)
        asked = known(self.proves).requests()
        payloads = [KeyExchange(self.g_xi), Nonce(self.ni), *asked, *self.nat_payloads(sa)]
        self.send(sa, payloads, now, then=self._message_4, number=3, retransmit=sa.waits)

    def _message_4(self, sa: IsakmpSa, received: Received, now: float) -> None:
        messages.check(received, 4)
        self.g_xr, self.nr = public_of(received), nonce_of(received)
        self.derive(sa, received)
        self.flight.heard(received.digest)
        tell_keys(sa)
        sa.features = features.also(sa.features, received.payloads)
        self.detect_nat(sa, received)
        known(self.proves).heed(received)
        self.float_ports(sa)
        sa.step = Phase1Step.KEY_AUTHENTICATION
        identity = self.own_identity(sa)
        digest = self.digest(sa, True, identity.encode())
        payloads = [identity, *known(self.proves).proof(digest), *self.initial_contact(sa)]
        self.send(
            sa,
            payloads,
            now,
            then=self._message_6,
            number=5,
            encrypted=True,
            retransmit=sa.waits,
        )

    def _message_6(self, sa: IsakmpSa, received: Received, now: float) -> None:
        messages.check(received, 6)
        identity = identification_of(received)
        named = phase1_identity.of_payload(identity)
        self.check_proof(sa, received, self.digest(sa, False, received.body(identity)), named)
        sa.believe(received, now)
        check_identity(sa, known(sa.peer), named, proved=True)
        self.flight.heard(received.digest)
        self.flight.datagrams = ()
        self.hear_notifications(sa, received)
        lifetime = received.notification(NotifyType.RESPONDER_LIFETIME)
        if lifetime is not None:
            responder_lifetime(sa, lifetime)
        self.done(sa, now)

    def _timeout_text(self, sa: IsakmpSa) -> str:
        waited, remote = f"{sum(sa.waits):g} s", sa.path.remote
        policy = policy_text(known(sa.peer))
        match sa.step:
            case Phase1Step.NO_STATE:
                return (
                    f"no answer in {waited}: is {remote} reachable, does it know us, does it take one of the "
                    f"proposals of {policy}, is UDP filtered?"
                )
            case Phase1Step.SA_SETUP:
                return f"no answer to message 3 (key exchange) in {waited} from {remote}"
            case _:
                port = NAT_T_PORT if sa.path.local.port == NAT_T_PORT else remote.port
                return (
                    f"no answer to message 5 (our identity {sa.local_identity} and HASH) in {waited} from "
                    f"{remote}: most often the pre-shared keys differ or the peer does not know that "
                    f"identity ({policy}); or UDP port {port} is filtered"
                )


class MainModeResponder(Phase1):
    """Messages 2, 4 and 6 are ours. `peers`: all whom the initiator may be, by its address."""

    kind = ExchangeType.IDENTITY_PROTECTION

    def __init__(self, peers: Sequence[Ikev1Peer], choice: Choice) -> None:
        super().__init__()
        self._peers = peers
        self._choice = choice

    def answer(self, sa: IsakmpSa, received: Received, now: float) -> None:
        """Take message 1. Refusal if the configuration has not what the choice needs."""
        choice = self._choice
        self.agree(sa, choice.peer, choice.suite)
        self.sai_b = received.body(received.maybe(SecurityAssociation))
        self.flight.heard(received.digest)
        sa.features = features.heard(received.payloads)
        sa.nat_method = features.nat_method(choice.peer, sa.features)
        sa.step = Phase1Step.SA_SETUP
        payloads = [choice.answer(), *features.announced(choice.peer, sa.nat_method)]
        self.send(sa, payloads, now, then=self._message_3, number=2, waits_for="message 3 (key exchange)")

    def _message_3(self, sa: IsakmpSa, received: Received, now: float) -> None:
        messages.check(received, 3)
        sa.path = received.path
        self.g_xi, self.ni = public_of(received), nonce_of(received)
        self.g_xr, self.nr = self.make_public(sa, known(sa.suite).group)
        self.derive(sa, received)
        tell_keys(sa)
        self.flight.heard(received.digest)
        sa.features = features.also(sa.features, received.payloads)
        self.detect_nat(sa, received)
        sa.step = Phase1Step.KEY_EXCHANGE
        known(self.proves).heed(received)
        asked = known(self.proves).requests()
        payloads = [KeyExchange(self.g_xr), Nonce(self.nr), *asked, *self.nat_payloads(sa)]
        text = "message 5 (identity and HASH, which a wrong pre-shared key makes unreadable)"
        self.send(sa, payloads, now, then=self._message_5, number=4, waits_for=text)

    def _message_5(self, sa: IsakmpSa, received: Received, now: float) -> None:
        messages.check(received, 5)
        identification = identification_of(received)
        named = phase1_identity.of_payload(identification)
        known(self.proves).heed(received)
        self.check_proof(sa, received, self.digest(sa, True, received.body(identification)), named)
        sa.believe(received, now)
        sa.peer = self._who(sa, named)
        self.flight.heard(received.digest)
        self.hear_notifications(sa, received)
        identity = self.own_identity(sa)
        digest = self.digest(sa, False, identity.encode())
        payloads = [identity, *known(self.proves).proof(digest)]
        if self._choice.is_shorter:
            payloads.append(self.lifetime(sa))
        self.send(sa, payloads, now, then=None, number=6, encrypted=True)
        self.done(sa, now)

    def _who(self, sa: IsakmpSa, identity: Identity) -> Ikev1Peer:
        """The peer of that identity, among those with the key that was proved (RFC 2409 section 5.4).

        The address has chosen the key; several peers that have one key in common the identity tells apart.
        """
        chosen = self._choice.peer
        takes_it = [
            peer
            for peer in self._peers
            if _has_same_proof(peer, chosen) and phase1_proposals.takes(peer, known(sa.suite))
        ]
        for peer in takes_it:
            if phase1_identity.is_explicit(peer, identity):
                sa.peer_identity = identity
                return peer
        for peer in (chosen, *takes_it):
            if phase1_identity.is_acceptable(peer, identity, sa.path):
                sa.peer_identity = identity
                return peer
        check_identity(sa, chosen, identity, proved=True)
        return chosen


def _has_same_proof(peer: Ikev1Peer, chosen: Ikev1Peer) -> bool:
    """Has who is believed to be the one also proved to be the other?"""
    return peer.secret == chosen.secret and peer.certificates == chosen.certificates
