"""The IKE_SA_INIT exchange (RFC 7296 section 1.2): algorithms, nonces, key exchange, NAT detection."""

from collections.abc import Sequence

from kakehashi.crypto import key_exchange
from kakehashi.crypto.auth_signature import OUR_HASHES
from kakehashi.crypto.errors import InvalidPublicValue
from kakehashi.ike.drops import Drop
from kakehashi.ike.effects import Event, EventName, Level, Send
from kakehashi.ike.known import known
from kakehashi.ike.mismatch import Mismatch
from kakehashi.ike.names import group_name, listed
from kakehashi.ike.nat import floated
from kakehashi.ike.v2 import ike_auth, nat, signature
from kakehashi.ike.v2.contents import Contents
from kakehashi.ike.v2.failures import refused_by_peer, tell_failure, tell_refused, tunnel_text
from kakehashi.ike.v2.host import Host
from kakehashi.ike.v2.ike_sa import IkeSa, InitMessages
from kakehashi.ike.v2.keys import NONCE_SIZE, derive
from kakehashi.ike.v2.proposals import (
    IkeSuite,
    accept,
    choose,
    first_group,
    ike_allowed,
    offer,
    offered_text,
    offers_group,
)
from kakehashi.ike.v2.refusal import Refusal
from kakehashi.ike.v2.states import Step
from kakehashi.model.address import Path
from kakehashi.model.policy import IkePolicy
from kakehashi.model.status import NatSide, Role
from kakehashi.model.tunnel import Ikev2Tunnel
from kakehashi.wire.errors import WireError
from kakehashi.wire.registry.ikev2 import (
    ExchangeType,
    KeyExchangeId,
    NotifyType,
    ProtocolId,
)
from kakehashi.wire.v2.header import Header
from kakehashi.wire.v2.ke import KeyExchange
from kakehashi.wire.v2.message import Message, decode_after, encode
from kakehashi.wire.v2.nonce import Nonce
from kakehashi.wire.v2.notify import Notify
from kakehashi.wire.v2.payloads import Payload
from kakehashi.wire.v2.sa import SecurityAssociation

NO_SPI = bytes(8)

# How often an unproven peer may send us round, by COOKIE or by INVALID_KE_PAYLOAD (section 2.6.1).
MAX_ROUNDS = 4

# An error without proof may be forged, so the true response has this many seconds more to come (section
# 2.21.1).
HINT_PATIENCE = 2.0

_HASHES = b"".join(h.to_bytes(2, "big") for h in OUR_HASHES)
_MAX_HASHES = 32


class IkeSaInit:
    """Our IKE_SA_INIT request and what comes back."""

    kind = ExchangeType.IKE_SA_INIT
    concerns_child = False

    def __init__(self, policy: IkePolicy, trigger: ike_auth.Trigger | None) -> None:
        self._allowed = ike_allowed(policy.algorithms)
        self._trigger = trigger
        self._group = first_group(self._allowed)
        self._pair: key_exchange.KeyPair | None = None
        self._cookie: bytes | None = None
        self._rounds = 0
        self._hint = ""
        self._hint_cause = "timeout"

    def request(self, sa: IkeSa, now: float) -> Sequence[Payload]:
        if self._pair is None or self._pair.group != self._group:
            self._pair = key_exchange.generate(self._group, sa.host.entropy)
        if not sa.init.ni:
            sa.init.ni = sa.host.entropy(NONCE_SIZE)
        payloads: list[Payload] = []
        if self._cookie is not None:
            payloads.append(Notify(NotifyType.COOKIE, data=self._cookie))
        payloads += [
            SecurityAssociation(offer(self._allowed, ProtocolId.IKE, b"")),
            KeyExchange(self._group, self._pair.public),
            Nonce(sa.init.ni),
        ]
        return payloads + _notifies(sa, fragmentation=True, hashes=True, traversal=True)

    def receive(self, sa: IkeSa, message: Message, datagram: bytes, path: Path, now: float) -> None:
        """Take the response. Whatever is wrong with it may be forged, so the SA lives on."""
        contents = Contents(message.payloads)
        error = contents.error
        cookie = contents.notify(NotifyType.COOKIE)
        if cookie is not None and error is None:
            self._go_round(sa, now, cookie=cookie.data)
        elif error is not None:
            self._refused(sa, error, now)
        else:
            self._complete(sa, message, contents, datagram, path, now)

    def response(self, sa: IkeSa, contents: Contents, now: float) -> None:
        raise AssertionError("IKE_SA_INIT responses come by receive()")

    def failed(self, sa: IkeSa, why: str | None, now: float) -> None:
        if why is not None:
            tell_failure(sa, "IKE_SA_INIT", "ended", why)
            return
        if self._hint:
            tell_failure(sa, "IKE_SA_INIT", self._hint_cause, self._hint, self._offered())
            return
        total = f"{sa.waits_total:g} s"
        sentence = (
            f"no answer in {total}: is {sa.path.remote} reachable, does IKEv2 listen there, is UDP filtered?"
        )
        tell_failure(sa, "IKE_SA_INIT", "timeout", sentence)

    def _go_round(self, sa: IkeSa, now: float, cookie: bytes | None = None) -> None:
        self._rounds += 1
        if self._rounds > MAX_ROUNDS or (cookie is not None and not 1 <= len(cookie) <= 64):
            self._note(sa, "COOKIE", f"the peer sends us round without end ({self._rounds} times)", now)
            return
        if cookie is not None:
            self._cookie = cookie
            sa.tell(Level.INFO, EventName.COOKIE, f"{sa.peer} demands a cookie")
        sa.requests.begin_again()
        sa.queue.appendleft(self)
        sa.pump(now)

    def _refused(self, sa: IkeSa, error: Notify, now: float) -> None:
        if error.type == NotifyType.INVALID_KE_PAYLOAD and len(error.data) == 2:
            group = KeyExchangeId(int.from_bytes(error.data, "big"))
            if offers_group(self._allowed, group) and group != self._group:
                self._group = group
                self._go_round(sa, now)
                return
            groups = dict.fromkeys(g for one in sa.policy.algorithms.sets for g in one.key_exchanges)
            sentence = (
                f"the peer demands key exchange {group_name(group)}; {tunnel_text(sa.tunnel)} allows "
                f"{listed(map(group_name, groups))}"
            )
        else:
            sentence = refused_by_peer(error.type, self._offered())
        self._note(sa, error.type.name, f"{sentence} ({tunnel_text(sa.tunnel)})", now)

    def _note(self, sa: IkeSa, cause: str, hint: str, now: float) -> None:
        """Remember what the peer seems to say; it counts if nothing better comes soon."""
        self._hint, self._hint_cause = hint, cause
        request = sa.requests.waiting
        if request is not None:
            request.due = min(request.due, now + HINT_PATIENCE)
            request.sent = len(request.waits)

    def _complete(
        self, sa: IkeSa, message: Message, contents: Contents, datagram: bytes, path: Path, now: float
    ) -> None:
        try:
            contents.check(ExchangeType.IKE_SA_INIT, True)
            if message.spi_r == NO_SPI:
                raise Refusal(NotifyType.INVALID_SYNTAX, "its SPI is zero")
            suite = self._accepted(contents)
            shared = known(self._pair).shared(contents.one(KeyExchange).data)
        except (Refusal, InvalidPublicValue) as error:
            self._note(sa, NotifyType.INVALID_SYNTAX.name, f"the peer's answer is wrong: {error}", now)
            return
        sa.requests.answered()
        sa.spi_r = message.spi_r
        sa.init.response, sa.init.nr = datagram, contents.one(Nonce).data
        sa.fragmentation = sa.policy.fragmentation and _has_fragmentation(contents)
        sa.peer_hashes = _hashes(contents)
        signature.heed(sa, contents)
        side = nat.detect(contents, sa.spi_i, sa.spi_r, path) if sa.policy.nat_traversal else None
        derive(sa, suite, shared)
        if side:
            sa.nat = side
            sa.path = floated(sa.path)
        sa.advance(Step.INIT_COMPLETE)
        sa.begin(ike_auth.IkeAuth(self._trigger), now)

    def _accepted(self, contents: Contents) -> IkeSuite:
        chosen = accept(self._allowed, contents.one(SecurityAssociation).proposals, ProtocolId.IKE)
        if isinstance(chosen, Mismatch):
            raise Refusal(NotifyType.NO_PROPOSAL_CHOSEN, "it chooses what we did not offer")
        if not chosen.group == contents.one(KeyExchange).group == self._group:
            raise Refusal(NotifyType.INVALID_KE_PAYLOAD, "its key exchange is of another group")
        return chosen.ike_suite()

    def _offered(self) -> dict[str, str]:
        return {"algorithms": offered_text(self._allowed)}


def respond(host: Host, header: Header, datagram: bytes, path: Path, now: float) -> IkeSa | None:
    """Answer a first message. None if that leaves no state: dropped, refused, or a cookie is needed."""
    total, of_source = host.half_open_of(path)
    limits = host.limits
    if total >= limits.half_open_total or of_source >= limits.half_open_per_source:
        host.drop(Drop.HALF_OPEN_LIMIT, path)
        return None
    try:
        message = decode_after(header, datagram)
    except WireError as error:
        host.drop(Drop.MALFORMED, path, str(error))
        if error.notify is not None and host.may_answer(now):
            _answer_unreadable(host, datagram, path, Notify(error.notify, data=error.notify_data))
        return None
    contents = Contents(message.payloads)
    tunnel = None
    try:
        contents.check(ExchangeType.IKE_SA_INIT, False)
        # Before anything that takes longer the more tunnels there are.
        if total >= limits.cookie_total or of_source >= limits.cookie_per_source:
            _check_cookie(host, message, contents, path, now)
        nearest, policy = host.nearest(path), host.gateway.unknown_peer_policy
        if nearest is None and host.only_begins(path):
            host.drop(Drop.NOT_TO_BEGIN, path)
            return None
        if nearest is None:
            sentence = f"no tunnel is for a peer at {path.remote.ip} that comes to {path.local.ip}"
            raise Refusal(NotifyType.NO_PROPOSAL_CHOSEN, sentence)
        if host.is_fixed(nearest, path):
            # By its address it is known which tunnel it is for; else what is for unknown peers (V2-37).
            tunnel, policy = nearest, nearest.ike
        return _accept(host, message, contents, datagram, path, policy, tunnel, now)
    except Refusal as refusal:
        _send(host, message, path, [refusal.payload()])
        if not refusal.expected and host.may_tell(now):
            tell_refused(host, path, tunnel, refusal.notify.name, refusal.sentence, refusal.details)
        return None


def _accept(
    host: Host,
    message: Message,
    contents: Contents,
    datagram: bytes,
    path: Path,
    policy: IkePolicy,
    tunnel: Ikev2Tunnel | None,
    now: float,
) -> IkeSa:
    offered = contents.one(SecurityAssociation).proposals
    chosen = choose(ike_allowed(policy.algorithms), offered, ProtocolId.IKE)
    if isinstance(chosen, Mismatch):
        sentence = chosen.sentence(f"peer {path.remote.ip}", tunnel_text(tunnel))
        raise Refusal(NotifyType.NO_PROPOSAL_CHOSEN, sentence, details=chosen.details())
    theirs = contents.one(KeyExchange)
    if theirs.group != chosen.group:
        wanted = chosen.group.to_bytes(2, "big")
        raise Refusal(NotifyType.INVALID_KE_PAYLOAD, "another group is preferred", data=wanted, expected=True)
    ours = key_exchange.generate(chosen.group, host.entropy)
    try:
        shared = ours.shared(theirs.data)
    except InvalidPublicValue as error:
        raise Refusal(NotifyType.INVALID_SYNTAX, f"its public value is refused: {error}") from None

    spis = (message.spi_i, host.new_ike_spi())
    sa = IkeSa(host, Role.RESPONDER, spis, path, policy, None, now)
    sa.init = InitMessages(request=datagram, ni=contents.one(Nonce).data, nr=host.entropy(NONCE_SIZE))
    side = nat.detect(contents, message.spi_i, NO_SPI, path) if policy.nat_traversal else None
    sa.nat = side or NatSide.NONE
    sa.fragmentation = policy.fragmentation and _has_fragmentation(contents)
    sa.peer_hashes = _hashes(contents)
    payloads: list[Payload] = [
        SecurityAssociation((chosen.answer(b""),)),
        KeyExchange(ours.group, ours.public),
        Nonce(sa.init.nr),
    ]
    hashes = contents.notify(NotifyType.SIGNATURE_HASH_ALGORITHMS) is not None
    payloads += _notifies(sa, sa.fragmentation, hashes, side is not None)
    payloads += signature.request(sa, host.peer_certificates(tunnel))
    sa.expires_at = now + host.limits.half_open_timeout
    host.add(sa)
    sa.respond(ExchangeType.IKE_SA_INIT, payloads, path, now)
    sa.init.response = sa.responses.last[0]
    derive(sa, chosen.ike_suite(), shared)
    return sa


def _check_cookie(host: Host, message: Message, contents: Contents, path: Path, now: float) -> None:
    """Refusal with a fresh COOKIE unless the initiator returns a good one."""
    nonce = contents.one(Nonce).data
    returned = contents.notify(NotifyType.COOKIE)
    if returned is not None and host.cookies.is_good(returned.data, nonce, message.spi_i, path, now):
        return
    if returned is not None:
        host.drop(Drop.BAD_COOKIE, path)
    cookie = host.cookies.make(nonce, message.spi_i, path, now)
    if host.may_tell(now):
        message_text = f"peer {path.remote.ip} must return a cookie first"
        host.tell(
            Event(level=Level.INFO, name=EventName.COOKIE, facility="ikev2", message=message_text, path=path)
        )
    raise Refusal(NotifyType.COOKIE, "a cookie is needed", data=cookie, expected=True)


def _notifies(sa: IkeSa, fragmentation: bool, hashes: bool, traversal: bool) -> list[Payload]:
    found: list[Payload] = []
    if traversal and sa.policy.nat_traversal:
        found += nat.detection(sa.spi_i, sa.spi_r, sa.path)
    if fragmentation and sa.policy.fragmentation:
        found.append(Notify(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED))
    if hashes:
        found.append(Notify(NotifyType.SIGNATURE_HASH_ALGORITHMS, data=_HASHES))
    return found


def _hashes(contents: Contents) -> tuple[int, ...]:
    """With which hashes the peer checks signatures by RFC 7427; none: it does not know that."""
    notify = contents.notify(NotifyType.SIGNATURE_HASH_ALGORITHMS)
    data = notify.data[: 2 * _MAX_HASHES] if notify is not None else b""
    return tuple(int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data) - 1, 2))


def _has_fragmentation(contents: Contents) -> bool:
    return contents.notify(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED) is not None


def _send(host: Host, message: Message, path: Path, payloads: Sequence[Payload]) -> None:
    """An answer that leaves no state: its responder's SPI is zero (RFC 7296 section 2.6)."""
    answer = Message(message.spi_i, NO_SPI, ExchangeType.IKE_SA_INIT, False, True, 0, tuple(payloads))
    host.emit(Send(encode(answer), path))


def _answer_unreadable(host: Host, datagram: bytes, path: Path, notify: Notify) -> None:
    answer = Message(datagram[:8], NO_SPI, ExchangeType.IKE_SA_INIT, False, True, 0, (notify,))
    host.emit(Send(encode(answer), path))
