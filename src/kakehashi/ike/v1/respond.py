"""The first message of phase 1 from a peer that has no ISAKMP SA with us yet."""

from collections.abc import Callable, Sequence

from kakehashi.ike.drops import Drop
from kakehashi.ike.effects import Send
from kakehashi.ike.known import known
from kakehashi.ike.mismatch import Mismatch
from kakehashi.ike.v1 import messages, phase1_identity, phase1_proposals
from kakehashi.ike.v1.aggressive_mode import AggressiveResponder
from kakehashi.ike.v1.exchange import Received
from kakehashi.ike.v1.failures import policy_text, tell_refused
from kakehashi.ike.v1.flight import digest
from kakehashi.ike.v1.host import Host
from kakehashi.ike.v1.isakmp_sa import NO_COOKIE, IsakmpSa
from kakehashi.ike.v1.main_mode import MainModeResponder
from kakehashi.ike.v1.phase1 import identification_of, public_of
from kakehashi.ike.v1.phase1_proposals import Choice
from kakehashi.ike.v1.refusal import Refusal
from kakehashi.model.address import Path
from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import ExchangeMode, Ikev1Peer
from kakehashi.model.status import Role
from kakehashi.wire.errors import WireError
from kakehashi.wire.registry.ikev1 import ExchangeType, NotifyType
from kakehashi.wire.v1.header import HEADER_SIZE, Header
from kakehashi.wire.v1.payloads import decode_payloads
from kakehashi.wire.v1.refusal import notify_for
from kakehashi.wire.v1.sa import SecurityAssociation

_MOST_TOLD = 8  # policies that one sentence names

MODES = {
    ExchangeType.IDENTITY_PROTECTION: ExchangeMode.MAIN,
    ExchangeType.AGGRESSIVE: ExchangeMode.AGGRESSIVE,
}


def respond(host: Host, header: Header, datagram: bytes, path: Path, now: float) -> IsakmpSa | None:
    """Answer a first message. None if that leaves no state: dropped, or refused."""
    mode = MODES[header.exchange_type]
    if not host.has_room(path, mode, now):
        host.drop(Drop.HALF_OPEN_LIMIT, path)
        return None
    try:
        received = read_clear(header, datagram, path)
    except WireError as error:
        host.drop(Drop.MALFORMED, path, str(error))
        _answer(host, header, notify_for(error), path, now)
        return None
    try:
        messages.check(received, 1)
        tiers = host.tiers(path)
        if not tiers:
            sentence = f"no policy is for a peer at {path.remote.ip} that comes to {path.local.ip}"
            raise Refusal(NotifyType.NO_PROPOSAL_CHOSEN, sentence)
        if mode is ExchangeMode.AGGRESSIVE:
            return _aggressive(host, header, received, tiers, now)
        return _main(host, header, received, tiers, now)
    except Refusal as refusal:
        if refusal.notify is None:
            host.drop(Drop.AGGRESSIVE_MODE, path)
        _answer(host, header, refusal.notify, path, now)
        if host.may_tell(now):
            tunnel = _tunnel_at(host, path)
            tell_refused(host, path, mode, tunnel, refusal.cause, refusal.sentence, refusal.details)
        return None


def read_clear(header: Header, datagram: bytes, path: Path) -> Received:
    """A message that is not encrypted. WireError."""
    decoded = decode_payloads(header.next_payload, datagram[HEADER_SIZE:])
    return Received.of(header, decoded, digest(datagram), path)


def _main(
    host: Host, header: Header, received: Received, tiers: Sequence[tuple[Ikev1Peer, ...]], now: float
) -> IsakmpSa:
    """The address alone says who it may be, nearest match first (RFC 2409 section 5.4)."""
    offered = known(received.maybe(SecurityAssociation))
    peers = [peer for tier in tiers for peer in tier]
    for tier in tiers:
        choice = phase1_proposals.choose(tier, offered)
        if isinstance(choice, Choice):
            break
    else:
        raise _no_proposal(phase1_proposals.choose(peers, offered), peers, received)
    exchange = MainModeResponder(peers, choice)
    sa = _new(host, header, received, choice, ExchangeMode.MAIN, now)
    exchange.answer(sa, received, now)
    return _keep(sa, exchange)


def _aggressive(
    host: Host, header: Header, received: Received, tiers: Sequence[tuple[Ikev1Peer, ...]], now: float
) -> IsakmpSa | None:
    """The identity says who it is: whom the configuration calls just so first, then by address."""
    identity = phase1_identity.of_payload(identification_of(received))
    everyone = [peer for tier in tiers for peer in tier]
    willing = [peer for peer in everyone if peer.accepts_aggressive]
    path = received.path
    if not willing:
        policies = "; ".join(_a_few(everyone, policy_text))
        raise Refusal(None, f"the peer begins with aggressive mode, which {policies} does not accept")
    named = [p for p in willing if phase1_identity.is_explicit(p, identity)]
    peers = named or [p for p in willing if phase1_identity.is_acceptable(p, identity, path)]
    if not peers:
        raise _unknown_identity(identity, willing, path)
    offered, size = known(received.maybe(SecurityAssociation)), len(public_of(received))
    chosen = {p.name for p in peers}
    # The nearest has the key: what one farther away would rather take does not count.
    for tier in tiers:
        choice = phase1_proposals.choose([p for p in tier if p.name in chosen], offered, size)
        if isinstance(choice, Choice):
            break
    else:
        raise _no_proposal(phase1_proposals.choose(peers, offered, size), peers, received)
    if not host.may_exchange_keys(now):
        host.drop(Drop.HALF_OPEN_LIMIT, path, "too many key exchanges with strangers in this second")
        return None
    exchange = AggressiveResponder(choice, identity)
    sa = _new(host, header, received, choice, ExchangeMode.AGGRESSIVE, now)
    exchange.answer(sa, received, now)
    return _keep(sa, exchange)


def _tunnel_at(host: Host, path: Path) -> str:
    """The tunnel whose peer has the address that a message came from, "" if none has just that one."""
    nearest = next(iter(host.tiers(path)), ())
    tunnels = [t.interface for peer in nearest if peer.is_fixed for t in host.tunnels_of(peer)]
    return tunnels[0] if tunnels else ""


def _new(
    host: Host, header: Header, received: Received, choice: Choice, mode: ExchangeMode, now: float
) -> IsakmpSa:
    cookies = (header.initiator_cookie, host.new_cookie())
    sa = IsakmpSa(host, Role.RESPONDER, cookies, received.path, mode, choice.peer, now)
    tunnels = host.tunnels_of(choice.peer)
    sa.tunnel_name = tunnels[0].interface if tunnels else ""
    sa.first_message = (received.digest, received.path.remote)
    sa.expires_at = now + host.limits.half_open_timeout
    return sa


def _keep(sa: IsakmpSa, exchange: MainModeResponder | AggressiveResponder) -> IsakmpSa:
    sa.exchanges[0] = exchange
    sa.host.add(sa)
    return sa


def _no_proposal(mismatch: Choice | Mismatch, peers: Sequence[Ikev1Peer], received: Received) -> Refusal:
    offerer = f"peer {received.path.remote.ip}"
    if isinstance(mismatch, Choice):
        # In aggressive mode the public value comes before the group is agreed on.
        sentence = f"the public value of {offerer} is of another group than the one that is chosen"
        return Refusal(NotifyType.INVALID_KEY_INFORMATION, sentence)
    policies = ", ".join(_a_few(peers, policy_text))
    sentence, details = mismatch.sentence(offerer, policies), mismatch.details()
    return Refusal(NotifyType.NO_PROPOSAL_CHOSEN, sentence, details=details)


def _unknown_identity(identity: Identity, peers: Sequence[Ikev1Peer], path: Path) -> Refusal:
    expected = "; ".join(_a_few(peers, lambda peer: phase1_identity.expectation(peer, path)))
    allowed = "; ".join(_a_few(peers, lambda peer: phase1_identity.allowed(peer, path)))
    details = {"field": "identity", "offered": str(identity), "allowed": allowed}
    sentence = f"peer {path.remote.ip} says it is {identity}, which no policy knows: {expected}"
    return Refusal(NotifyType.INVALID_ID_INFORMATION, sentence, details=details)


def _a_few(peers: Sequence[Ikev1Peer], text: Callable[[Ikev1Peer], str]) -> list[str]:
    """The texts of the first peers: a stranger can ask for them, and there may be a thousand."""
    rest = len(peers) - _MOST_TOLD
    return [*map(text, peers[:_MOST_TOLD]), *([f"{rest} others"] if rest > 0 else [])]


def _answer(host: Host, header: Header, notify: NotifyType | None, path: Path, now: float) -> None:
    """An error that leaves no state: the responder's cookie is zero."""
    if notify is None or not host.may_answer(now):
        return
    message_id = int.from_bytes(host.entropy(4), "big") or 1
    cookies = (header.initiator_cookie, NO_COOKIE)
    host.emit(Send(messages.error(cookies, notify, message_id), path))
