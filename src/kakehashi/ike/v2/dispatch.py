"""A datagram for an IKE SA: window, protection, fragments, what is legal here, and the exchange it belongs
to.
"""

from collections.abc import Sequence

from kakehashi.crypto.errors import BadPadding, CryptoError, IntegrityFailure
from kakehashi.ike.drops import Drop
from kakehashi.ike.effects import EventName, FetchRevocation, Level, MoveChildSa
from kakehashi.ike.known import known
from kakehashi.ike.v2 import create_child_sa, ike_auth, informational, rekey_ike_sa
from kakehashi.ike.v2.contents import Contents
from kakehashi.ike.v2.failures import tell_failure
from kakehashi.ike.v2.fragments import BadFragment
from kakehashi.ike.v2.ike_sa import IkeSa, Suspended
from kakehashi.ike.v2.ike_sa_init import NO_SPI, IkeSaInit
from kakehashi.ike.v2.informational import Liveness
from kakehashi.ike.v2.refusal import Refusal
from kakehashi.ike.v2.states import LEGAL_REQUESTS, State
from kakehashi.ike.v2.window import Freshness
from kakehashi.ike.waiting import Waiting
from kakehashi.model.address import Path
from kakehashi.model.status import NatSide, Role
from kakehashi.wire.errors import WireError
from kakehashi.wire.registry.ikev2 import ExchangeType, NotifyType
from kakehashi.wire.v2.encrypted import Encrypted, EncryptedFragment
from kakehashi.wire.v2.header import Header
from kakehashi.wire.v2.message import decode, decode_after, decode_payloads
from kakehashi.wire.v2.payloads import Payload


def receive(sa: IkeSa, header: Header, datagram: bytes, path: Path, now: float) -> None:
    """Take a datagram that is addressed to one of our SPIs."""
    if header.is_initiator is (sa.role is Role.INITIATOR):
        sa.host.drop(Drop.WRONG_DIRECTION, path)
    elif header.exchange_type == ExchangeType.IKE_SA_INIT:
        _receive_init(sa, header, datagram, path, now)
    elif (sa.spi_i, sa.spi_r) != (header.spi_i, header.spi_r):
        _hint(sa, header, datagram, path, now)
    elif header.is_response:
        _receive_response(sa, header, datagram, path, now)
    else:
        _receive_request(sa, header, datagram, path, now)


def _receive_init(sa: IkeSa, header: Header, datagram: bytes, path: Path, now: float) -> None:
    exchange = sa.exchange
    waits = header.is_response and header.message_id == 0 and isinstance(exchange, IkeSaInit)
    if not waits or sa.requests.waiting is None or not isinstance(exchange, IkeSaInit):
        sa.host.drop(Drop.STRAY_RESPONSE, path)
        return
    try:
        message = decode(datagram)
    except WireError as error:
        sa.host.drop(Drop.MALFORMED, path, str(error))
        return
    if message.spi_i != sa.spi_i or path.remote.ip != sa.path.remote.ip:
        sa.host.drop(Drop.STRAY_RESPONSE, path)
        return
    exchange.receive(sa, message, datagram, path, now)


def _receive_response(sa: IkeSa, header: Header, datagram: bytes, path: Path, now: float) -> None:
    exchange = sa.exchange
    if exchange is None or not sa.requests.is_waiting_for(header.message_id):
        sa.host.drop(Drop.STRAY_RESPONSE, path)
        return
    if header.exchange_type != exchange.kind:
        sa.host.drop(Drop.UNEXPECTED_EXCHANGE, path)
        return
    try:
        payloads = _unprotect(sa, header, datagram, path, now)
    except WireError as error:
        _fatal(sa, f"its answer cannot be read: {error}", now)
        return
    if payloads is None:
        return
    _heard(sa, path, now)
    contents = Contents(payloads)
    try:
        contents.check(exchange.kind, True)
    except Refusal as refusal:
        _fatal(sa, f"its answer is wrong: {refusal.sentence}", now)
        return
    _take_response(sa, header.message_id, contents, path, now)


def _take_response(sa: IkeSa, message_id: int, contents: Contents, path: Path, now: float) -> None:
    exchange, request = known(sa.exchange), sa.requests.waiting
    sa.requests.answered()
    sa.exchange = None
    try:
        exchange.response(sa, contents, now)
    except Waiting as waiting:
        sa.exchange, sa.requests.waiting = exchange, request
        _suspend(sa, Suspended(message_id, True, contents, path), waiting)
        return
    # INVALID_SYNTAX ends the IKE SA at both ends without a Delete (RFC 7296 section 2.21.3).
    if contents.notify(NotifyType.INVALID_SYNTAX) is not None and sa.state is not State.GONE:
        sa.close("the peer could not read our message (INVALID_SYNTAX)", now)
    sa.pump(now)


def resume(sa: IkeSa, now: float) -> None:
    """Look again at the message that waits for news of its certificate."""
    suspended, sa.suspended = sa.suspended, None
    if suspended is None or sa.state is State.GONE:
        return
    message_id, contents, path = suspended.message_id, suspended.contents, suspended.path
    if suspended.is_response:
        if sa.requests.is_waiting_for(message_id) and sa.exchange is not None:
            _take_response(sa, message_id, contents, path, now)
    elif sa.responses.classify(message_id) is Freshness.NEW:
        _take_request(sa, ExchangeType.IKE_AUTH, contents, path, now)


def _suspend(sa: IkeSa, message: Suspended, waiting: Waiting) -> None:
    """The message counts as not received until `resume`, or until it is repeated."""
    sa.suspended = message
    sa.host.emit(FetchRevocation(waiting.fetches))


def _receive_request(sa: IkeSa, header: Header, datagram: bytes, path: Path, now: float) -> None:
    freshness = sa.responses.classify(header.message_id)
    if freshness is Freshness.OUTSIDE or sa.sealer is None:
        sa.host.drop(Drop.OUTSIDE_WINDOW, path)
        return
    if freshness is Freshness.DUPLICATE:
        _repeat(sa, datagram, path, now)
        return
    if header.exchange_type not in LEGAL_REQUESTS[sa.state]:
        sa.host.drop(Drop.UNEXPECTED_EXCHANGE, path)
        return
    kind = header.exchange_type
    try:
        payloads = _unprotect(sa, header, datagram, path, now)
    except WireError as error:
        if error.notify is None:
            sa.host.drop(Drop.MALFORMED, path, str(error))
            return
        _heard(sa, path, now)
        refusal = Refusal(error.notify, str(error), data=error.notify_data)
        _finish(sa, kind, [refusal.payload()], _end_of(sa, kind, refusal), path, now)
        return
    if payloads is not None:
        _heard(sa, path, now)
        _take_request(sa, kind, Contents(payloads), path, now)


def _take_request(sa: IkeSa, kind: ExchangeType, contents: Contents, path: Path, now: float) -> None:
    try:
        contents.check(kind, False)
        if sa.contends_for is not None and not informational.deletes_ike_sa(contents):
            rekey_ike_sa.preferred_by_peer(sa, now)
        answer, end = _answer(sa, kind, contents, now)
    except Waiting as waiting:
        _suspend(sa, Suspended(sa.responses.expected_id, False, contents, path), waiting)
        return
    except Refusal as refusal:
        answer = [refusal.payload()]
        end = _end_of(sa, kind, refusal)
    _finish(sa, kind, answer, end, path, now)


def _finish(
    sa: IkeSa, kind: ExchangeType, answer: Sequence[Payload], end: str, path: Path, now: float
) -> None:
    """Answer a request; a reason for the end ends the IKE SA."""
    sa.suspended = None
    sa.respond(kind, answer, path, now)
    if sa.use_after_answer is not None:
        child, sa.use_after_answer = sa.use_after_answer, None
        sa.host.use_outbound(child)
    if end:
        if sa.collision is not None:
            # The peer has settled the rekey of both ends for itself: its new IKE SA is the one (section
            # 2.25.2).
            collision, sa.collision = sa.collision, None
            rekey_ike_sa.take_over(sa, collision.sa, now)
        if sa.state is not State.GONE:
            sa.close(end, now)
    sa.pump(now)


def _answer(sa: IkeSa, kind: ExchangeType, contents: Contents, now: float) -> tuple[Sequence[Payload], str]:
    match kind:
        case ExchangeType.IKE_AUTH:
            return ike_auth.respond(sa, contents, now), ""
        case ExchangeType.CREATE_CHILD_SA:
            return create_child_sa.respond(sa, contents, now), ""
        case _:
            return informational.respond(sa, contents, now)


def _end_of(sa: IkeSa, kind: ExchangeType, refusal: Refusal) -> str:
    """Why a refusal ends the IKE SA, "" if it does not. What was not told yet is told."""
    if not refusal.expected:
        cause = refusal.notify.name
        tell_failure(sa, kind.name, cause, refusal.sentence, refusal.details)
    if kind == ExchangeType.IKE_AUTH or refusal.notify == NotifyType.INVALID_SYNTAX:
        return f"refused with {refusal.notify.name}"
    return ""


def _repeat(sa: IkeSa, datagram: bytes, path: Path, now: float) -> None:
    """A retransmission gets the same answer, to where it came from (RFC 7296 section 2.1)."""
    try:
        payload = decode(datagram).payloads[-1:]
        if not payload or not isinstance(payload[0], Encrypted | EncryptedFragment) or sa.sealer is None:
            sa.host.drop(Drop.NOT_ENCRYPTED, path)
            return
        sa.sealer.open(datagram, payload[0])
    except WireError as error:
        sa.host.drop(Drop.MALFORMED, path, str(error))
        return
    except CryptoError:
        sa.host.drop(Drop.INTEGRITY, path)
        return
    # Of a fragmented request only the first fragment asks for the answer (RFC 7383 section 2.6.1).
    if isinstance(payload[0], Encrypted) or payload[0].number == 1:
        sa.transmit(sa.responses.last, path, now)


def _unprotect(
    sa: IkeSa, header: Header, datagram: bytes, path: Path, now: float
) -> tuple[Payload, ...] | None:
    """The inner payloads, None if there are none (yet). WireError for what an authentic peer got wrong."""
    try:
        outer = decode_after(header, datagram).payloads
    except WireError as error:
        # Nothing of this is proven, so nobody is answered.
        sa.host.drop(Drop.MALFORMED, path, str(error))
        return None
    payload = outer[-1] if outer else None
    if not isinstance(payload, Encrypted | EncryptedFragment) or sa.sealer is None:
        _hint(sa, header, datagram, path, now)
        return None
    try:
        plaintext = sa.sealer.open(datagram, payload)
    except IntegrityFailure:
        sa.host.drop(Drop.INTEGRITY, path)
        return None
    except BadPadding as error:
        sa.host.drop(Drop.MALFORMED, path, str(error))
        return None
    first = payload.first_payload
    if isinstance(payload, EncryptedFragment):
        try:
            whole = sa.fragments[header.is_response].add(
                header.message_id, payload.number, payload.total, first, plaintext
            )
        except BadFragment as error:
            sa.host.drop(Drop.BAD_FRAGMENT, path, str(error))
            return None
        if whole is None:
            return None
        first, plaintext = whole
    return decode_payloads(first, plaintext)


def _heard(sa: IkeSa, path: Path, now: float) -> None:
    """The peer lives, and if it is behind a NAT it lives where this came from (RFC 7296 section 2.23)."""
    sa.last_received = now
    if path.remote == sa.path.remote and path.local == sa.path.local:
        return
    if sa.state is State.INIT_ANSWERED:
        # The initiator goes to port 4500 when a NAT is found.
        sa.path = path
    elif NatSide.REMOTE in sa.nat and NatSide.LOCAL not in sa.nat:
        move(sa, path)


def move(sa: IkeSa, path: Path) -> None:
    """Follow the peer to another address or port, with everything it has."""
    sa.tell(
        Level.INFO, EventName.PEER_MOVED, f"{sa.peer} is at {path.remote} now, it was at {sa.path.remote}"
    )
    sa.path = path
    for child in sa.children.values():
        encapsulated = sa.nat is not NatSide.NONE
        sa.host.emit(MoveChildSa(child.tunnel.interface, child.spi_in, path, encapsulated))


def _hint(sa: IkeSa, header: Header, datagram: bytes, path: Path, now: float) -> None:
    """An unprotected message for an SA that has keys proves nothing; an error in it is a reason to ask."""
    sa.host.drop(Drop.HINT_ONLY, path)
    if sa.state is not State.ESTABLISHED or header.spi_r == NO_SPI:
        return
    try:
        error = Contents(decode(datagram).payloads).error
    except WireError:
        return
    if error is not None:
        ask_whether_alive(sa, now)


def ask_whether_alive(sa: IkeSa, now: float) -> None:
    """A liveness check, unless an answer is awaited anyway (RFC 7296 section 2.4)."""
    if sa.state is State.ESTABLISHED and sa.requests.waiting is None and not sa.queue:
        sa.begin(Liveness(), now)


def _fatal(sa: IkeSa, why: str, now: float) -> None:
    """The peer answers what no one can understand: the IKE SA ends (RFC 7296 section 2.21)."""
    tell_failure(sa, known(sa.exchange).kind.name, NotifyType.INVALID_SYNTAX.name, why)
    sa.exchange = None
    sa.close(why, now)
