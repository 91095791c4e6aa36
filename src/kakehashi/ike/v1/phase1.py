"""What main mode and aggressive mode have in common (RFC 2409 section 5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from kakehashi.crypto import key_exchange
from kakehashi.crypto.errors import InvalidPublicValue
from kakehashi.crypto.ikev1.hashes import hash_function
from kakehashi.crypto.ikev1.key_schedule import hash_i, hash_r, skeyids
from kakehashi.ike.effects import EventName, FetchRevocation, Level
from kakehashi.ike.known import known
from kakehashi.ike.nat import floated
from kakehashi.ike.v1 import configuring, messages, nat, phase1_identity, phase1_proposals
from kakehashi.ike.v1.authentication import Authenticator, authenticator
from kakehashi.ike.v1.delete import send_notice
from kakehashi.ike.v1.establish import establish
from kakehashi.ike.v1.exchange import Received
from kakehashi.ike.v1.failures import policy_text, refused_by_peer, tell_failure
from kakehashi.ike.v1.flight import Flight
from kakehashi.ike.v1.isakmp_sa import IsakmpSa
from kakehashi.ike.v1.refusal import Refusal
from kakehashi.ike.v1.sealing import Sealer
from kakehashi.ike.v1.signature import BySignature
from kakehashi.ike.v1.suite import Phase1Suite
from kakehashi.ike.waiting import Waiting
from kakehashi.model.address import Path
from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import ExchangeMode, Ikev1Peer, PeerIdentity
from kakehashi.model.status import NatSide, Role
from kakehashi.wire.registry.ikev1 import ExchangeType, NotifyType, ProtocolId
from kakehashi.wire.registry.ikev2 import KeyExchangeId
from kakehashi.wire.v1.attributes import encode_attributes
from kakehashi.wire.v1.delete import Delete
from kakehashi.wire.v1.identification import Identification
from kakehashi.wire.v1.ke import KeyExchange
from kakehashi.wire.v1.nonce import Nonce
from kakehashi.wire.v1.notification import Notification
from kakehashi.wire.v1.payloads import Payload

NONCE_SIZE = 20  # RFC 2409 section 5 permits 8 to 256; old devices take no more than a few dozen

# An error without proof may be forged, so the true answer has this many seconds more to come.
HINT_PATIENCE = 2.0

P = TypeVar("P")
Step = Callable[[IsakmpSa, Received, float], None]


class Phase1:
    """One phase 1 exchange of either role. `_step` takes the next message of the peer; None: there is none.

    What is wrong with an unproved message may be a stranger's doing, so it ends nothing: it is told, the
    initiator remembers it as what seems to be the cause, and the true message may still come.
    """

    kind: ExchangeType
    message_id = 0

    def __init__(self) -> None:
        self.flight = Flight()
        self.sai_b = b""
        self.ni = self.nr = b""
        self.g_xi = self.g_xr = b""
        self.key_pair: key_exchange.KeyPair | None = None
        self.proves: Authenticator | None = None
        self._sent = 0  # the number of our message that was sent last
        self._waits_for = ""
        self._step: Step | None = None
        self._suspended: Received | None = None  # its certificate cannot be judged yet
        self._hint: tuple[str, str, Mapping[str, str]] | None = None
        self._forget_at: float | None = None

    # What an exchange is asked.

    def start(self, sa: IsakmpSa, now: float) -> None:
        """A responder's begins with a message of the peer."""

    def receive(self, sa: IsakmpSa, received: Received, now: float) -> None:
        if self._step is None:
            return
        self._suspended = None
        try:
            self._step(sa, received, now)
        except Waiting as waiting:
            self._suspended = received
            sa.host.emit(FetchRevocation(waiting.fetches))
        except Refusal as refusal:
            self.refuse(sa, refusal, received.path, now)

    def resume(self, sa: IsakmpSa, now: float) -> None:
        """Look again at the message that waits for news of its certificate."""
        suspended, self._suspended = self._suspended, None
        if suspended is not None:
            self.receive(sa, suspended, now)

    def next_timeout(self) -> float | None:
        return min((t for t in (self.flight.due, self._forget_at) if t is not None), default=None)

    def run(self, sa: IsakmpSa, now: float) -> None:
        if self._forget_at is not None and self._forget_at <= now:
            sa.end(self)
        elif not self.flight.run(sa, now, f"message {self._sent}"):
            self._give_up(sa, now)

    def ended(self, sa: IsakmpSa, reason: str, now: float) -> None:
        """The SA itself tells why."""

    # What the peer says without proof.

    def noise(self, sa: IsakmpSa, path: Path, now: float) -> None:
        """An encrypted message came that our keys turn into nonsense."""
        peer = known(sa.peer)
        sentence = (
            f"what {sa.peer_text} encrypts cannot be decrypted here: most often because the pre-shared key "
            f"of {policy_text(peer)} is not the one that the peer uses; compare the keys on both sides"
        )
        refusal = Refusal(NotifyType.PAYLOAD_MALFORMED, sentence, details={"field": "pre-shared key"})
        self.refuse(sa, refusal, path, now, cause="pre-shared key")

    def error(self, sa: IsakmpSa, notify: NotifyType, proved: bool, now: float) -> None:
        """The peer tells an error: a hint, or with proof that it has given up."""
        sentence = self._said_by_peer(sa, notify)
        if proved:
            self.fail(sa, notify.name, sentence, now)
        else:
            self._doubt(sa, notify.name, sentence, {}, now)

    def refuse(
        self, sa: IsakmpSa, refusal: Refusal, path: Path, now: float, cause: str | None = None
    ) -> None:
        """Tell the peer and the log; only a peer that has proved itself ends the negotiation by that."""
        cause = cause or refusal.cause
        if refusal.notify is not None and sa.host.may_answer(now):
            self._answer_error(sa, refusal.notify, path, now, refusal.proved)
        if refusal.proved:
            self.fail(sa, cause, refusal.sentence, now, refusal.details)
        else:
            self._doubt(sa, cause, refusal.sentence, refusal.details, now)

    def _doubt(self, sa: IsakmpSa, cause: str, sentence: str, details: Mapping[str, str], now: float) -> None:
        """What seems to be wrong is told; it ends an initiator's exchange if nothing better comes soon."""
        if sa.role is Role.INITIATOR:
            self._hint = (cause, sentence, details)
            self.flight.give_up_by(now + HINT_PATIENCE)
        elif not sa.failure_told and sa.host.may_tell(now):
            tell_failure(sa, cause, sentence, details)

    # What ends it.

    def fail(
        self, sa: IsakmpSa, cause: str, sentence: str, now: float, details: Mapping[str, str] | None = None
    ) -> None:
        """There will be no ISAKMP SA."""
        tell_failure(sa, cause, sentence, details)
        sa.host.phase1_failed(sa, sentence, now)
        sa.close(sentence, now)

    def expired(self, sa: IsakmpSa, now: float) -> None:
        """The initiator did not go on. One that has come up otherwise has no need to."""
        if not sa.failure_told and not self._stands_otherwise(sa) and sa.host.may_tell(now):
            waited = f"{sa.host.limits.half_open_timeout:g} s"
            sentence = f"{self._waits_for} did not come within {waited}"
            tell_failure(sa, "timeout", sentence, level=Level.NOTICE)
        sa.failure_told = True
        sa.close("half-open for too long", now)

    def done(self, sa: IsakmpSa, now: float) -> None:
        """Both sides are known to each other. Our last message may still be asked for."""
        self._step = None
        self.key_pair = None
        self.flight.answered()
        self._forget_at = now + sum(sa.waits)
        establish(sa, now)
        configuring.begin(sa, now)

    # What both roles do.

    def send(
        self,
        sa: IsakmpSa,
        payloads: Sequence[Payload],
        now: float,
        *,
        then: Step | None,
        number: int,
        waits_for: str = "",
        encrypted: bool = False,
        retransmit: Sequence[float] = (),
    ) -> None:
        """Send our message `number`; the peer's next one is for `then`, and is called `waits_for`."""
        self._step, self._sent, self._waits_for = then, number, waits_for
        if encrypted:
            datagrams = sa.seal(self.kind, 0, payloads, hashed=False)
        else:
            datagrams = sa.fragment(messages.clear(self.cookies(sa), self.kind, payloads), self.kind)
        self.flight.send(sa, datagrams, now, retransmit)

    def cookies(self, sa: IsakmpSa) -> tuple[bytes, bytes]:
        """CKY-I and CKY-R."""
        return sa.initiator_cookie, sa.responder_cookie

    def agree(self, sa: IsakmpSa, peer: Ikev1Peer, suite: Phase1Suite) -> None:
        """The proposal is chosen."""
        sa.suite = suite
        self.proves = authenticator(peer, suite.authentication, sa.host.shared.keyring)

    def make_public(self, sa: IsakmpSa, group: KeyExchangeId) -> tuple[bytes, bytes]:
        """Our public value and our nonce."""
        self.key_pair = self.key_pair or key_exchange.generate(group, sa.host.entropy)
        return self.key_pair.public, sa.host.entropy(NONCE_SIZE)

    def derive(self, sa: IsakmpSa, received: Received) -> None:
        """SKEYID and its children, by the public value of a message. Refusal if that is none of the group."""
        public = _one(received, KeyExchange).data
        try:
            g_xy = known(self.key_pair).shared(public)
        except InvalidPublicValue as error:
            raise Refusal(
                NotifyType.INVALID_KEY_INFORMATION, f"its public value is refused: {error}"
            ) from None
        suite, cookies = known(sa.suite), self.cookies(sa)
        hash_ = hash_function(suite.hash)
        skeyid = known(self.proves).skeyid(hash_, self.ni, self.nr, g_xy)
        sa.skeyids = skeyids(hash_, skeyid, g_xy, *cookies)
        sa.sealer = Sealer(suite, sa.skeyids, cookies, self.g_xi, self.g_xr)

    def digest(self, sa: IsakmpSa, by_initiator: bool, id_b: bytes) -> bytes:
        """HASH_I or HASH_R, over the body of the identification of the side that proves itself."""
        make = hash_i if by_initiator else hash_r
        skeyid = known(sa.skeyids).skeyid
        return make(sa.hash, skeyid, self.g_xi, self.g_xr, *self.cookies(sa), self.sai_b, id_b)

    def own_identity(self, sa: IsakmpSa) -> Identification:
        """Our identification payload; the SA knows it from now on."""
        sa.local_identity = phase1_identity.own(known(sa.peer), sa.path)
        return phase1_identity.payload(sa.local_identity, sa.path)

    def check_proof(self, sa: IsakmpSa, received: Received, digest: bytes, identity: Identity) -> None:
        """Refusal if the peer does not have our key, or its certificate does not prove who it says it is."""
        proves = known(self.proves)
        try:
            proves.check(received, digest, identity)
        except Refusal as refusal:
            if isinstance(proves, BySignature):
                if refusal.proved and sa.sealer is not None:
                    # What we tell it is chained to its own last message, as the peer has it.
                    sa.sealer.follow(received.message_id, received.next_iv)
                raise
            sentence = (
                f"{refusal.sentence}: the pre-shared key of {policy_text(known(sa.peer))} is not the one "
                f"that {sa.peer_text} uses; compare the keys on both sides"
            )
            raise Refusal(refusal.notify, sentence, details={"field": "pre-shared key"}) from None

    def detect_nat(self, sa: IsakmpSa, received: Received) -> None:
        """Who is behind a NAT (NT-02)."""
        hash_ = hash_function(known(sa.suite).hash)
        sa.nat = nat.detect(sa.nat_method, hash_, self.cookies(sa), received)

    def nat_payloads(self, sa: IsakmpSa) -> list[Payload]:
        """Our NAT-D payloads; none if the two sides have no way of NAT traversal in common."""
        hash_ = hash_function(known(sa.suite).hash)
        return nat.detection(sa.nat_method, hash_, self.cookies(sa), sa.path)

    def float_ports(self, sa: IsakmpSa) -> None:
        """The initiator goes to port 4500 as soon as a NAT is found (NT-03)."""
        if sa.nat is not NatSide.NONE:
            sa.path = floated(sa.path)

    def initial_contact(self, sa: IsakmpSa) -> list[Payload]:
        """INITIAL-CONTACT, if we know nothing of the peer (RFC 2407 section 4.6.3.3)."""
        peer = known(sa.peer)
        if not peer.send_initial_contact or self._stands_otherwise(sa):
            return []
        return [Notification(NotifyType.INITIAL_CONTACT, spi=b"".join(self.cookies(sa)))]

    def lifetime(self, sa: IsakmpSa) -> Notification:
        """RESPONDER-LIFETIME, where our lifetime is the shorter one (RFC 2407 section 4.6.3.1)."""
        data = encode_attributes(phase1_proposals.lifetime_attributes(known(sa.suite)))
        spi = b"".join(self.cookies(sa))
        return Notification(NotifyType.RESPONDER_LIFETIME, ProtocolId.ISAKMP, spi, data)

    def hear_notifications(self, sa: IsakmpSa, received: Received) -> None:
        """What stands besides in the last messages (RFC 2407 section 4.6.3)."""
        if received.notification(NotifyType.INITIAL_CONTACT) is not None:
            sa.peer_starts_anew = True

    def _stands_otherwise(self, sa: IsakmpSa) -> bool:
        """Is there another ISAKMP SA with the host? A peer of the configuration may be many."""
        return sa.peer is not None and any(
            other is not sa and other.established_at is not None and other.path.remote.ip == sa.path.remote.ip
            for other in sa.host.sas_of(sa.peer.name)
        )

    def _give_up(self, sa: IsakmpSa, now: float) -> None:
        """Nobody has answered."""
        if self._hint is not None:
            cause, sentence, details = self._hint
            self.fail(sa, cause, sentence, now, details)
        else:
            self.fail(sa, "timeout", self._timeout_text(sa), now)

    def _timeout_text(self, sa: IsakmpSa) -> str:
        """Why nobody has answered, as far as one can know."""
        raise NotImplementedError

    def _said_by_peer(self, sa: IsakmpSa, notify: NotifyType) -> str:
        peer = known(sa.peer)
        ours = {
            "algorithms": phase1_proposals.offered_text(peer, sa.mode),
            "identity": str(sa.local_identity or phase1_identity.own(peer, sa.path)),
        }
        return f"{refused_by_peer(notify, ours)} ({policy_text(peer)})"

    def _answer_error(self, sa: IsakmpSa, notify: NotifyType, path: Path, now: float, proved: bool) -> None:
        """In clear, unless the peer has the keys; who has sent its last message has an SA to forget."""
        if not proved or sa.sealer is None:
            sa.transmit([messages.error(self.cookies(sa), notify, sa.new_message_id())], path, now)
            return
        spi = b"".join(self.cookies(sa))
        send_notice(sa, [Notification(notify, spi=spi)], now)
        if sa.role is Role.INITIATOR or sa.mode is ExchangeMode.AGGRESSIVE:
            send_notice(sa, [Delete(ProtocolId.ISAKMP, (spi,))], now)


def check_identity(sa: IsakmpSa, peer: Ikev1Peer, identity: Identity, proved: bool) -> None:
    """Refusal if the peer is not who the configuration says."""
    if phase1_identity.is_acceptable(peer, identity, sa.path):
        sa.peer_identity = identity
        return
    sentence = f"{sa.peer_text} says it is {identity}; {phase1_identity.expectation(peer, sa.path)}"
    if NatSide.REMOTE in sa.nat and peer.peer_identity is PeerIdentity.ADDRESS:
        sentence += "; behind its NAT it has another address, so it needs a name that both sides configure"
    allowed = phase1_identity.allowed(peer, sa.path)
    details = {"field": "identity", "offered": str(identity), "allowed": allowed}
    raise Refusal(NotifyType.INVALID_ID_INFORMATION, sentence, details=details, proved=proved)


def tell_keys(sa: IsakmpSa) -> None:
    """Tell that the keys are there, to those who look closely."""
    sa.tell(Level.DEBUG, EventName.KEYS, f"keys of the ISAKMP SA with {sa.peer_text} are derived: {sa.suite}")


def nonce_of(received: Received) -> bytes:
    """Ni_b or Nr_b."""
    return _one(received, Nonce).data


def public_of(received: Received) -> bytes:
    """g^xi or g^xr as it stands in the message."""
    return _one(received, KeyExchange).data


def identification_of(received: Received) -> Identification:
    """IDii or IDir."""
    return _one(received, Identification)


def _one(received: Received, kind: type[P]) -> P:
    return known(received.maybe(kind))
