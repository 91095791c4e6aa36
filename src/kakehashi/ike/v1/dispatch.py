"""A datagram for an ISAKMP SA: fragments, repeats, decryption, and the exchange it belongs to."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping

from kakehashi.crypto.errors import BadPadding
from kakehashi.crypto.ikev1.key_schedule import hash_1
from kakehashi.ike.drops import Drop
from kakehashi.ike.known import known
from kakehashi.ike.v1 import configuring, informational, quick_responder
from kakehashi.ike.v1.exchange import Exchange, Received
from kakehashi.ike.v1.flight import digest
from kakehashi.ike.v1.fragments import BadFragment
from kakehashi.ike.v1.isakmp_sa import IsakmpSa, State
from kakehashi.ike.v1.phase1 import Phase1
from kakehashi.ike.v1.respond import read_clear
from kakehashi.model.address import Path
from kakehashi.wire.errors import WireError
from kakehashi.wire.registry.ikev1 import ExchangeType, PayloadType
from kakehashi.wire.v1.fragment import Fragment
from kakehashi.wire.v1.hash import Hash
from kakehashi.wire.v1.header import HEADER_SIZE, Header, decode_header
from kakehashi.wire.v1.payloads import decode_payloads

Accept = Callable[[IsakmpSa, Received, float], None]

ACCEPT: Mapping[ExchangeType, Accept] = {
    ExchangeType.QUICK: quick_responder.accept,
    ExchangeType.INFORMATIONAL: informational.accept,
    ExchangeType.TRANSACTION: configuring.accept,
}
"""Who takes the first message of an exchange that the peer begins under an SA that stands.

An exchange that goes on puts itself into the SA's `exchanges`.
"""


def receive(sa: IsakmpSa, header: Header, datagram: bytes, path: Path, now: float) -> None:
    """Take a datagram that is addressed to one of our cookies."""
    if header.next_payload == PayloadType.FRAGMENT:
        _receive_fragment(sa, header, datagram, path, now)
    else:
        _receive_whole(sa, header, datagram, path, now)


def _receive_fragment(sa: IsakmpSa, header: Header, datagram: bytes, path: Path, now: float) -> None:
    if not sa.takes_fragments or sa.state is State.GONE:
        sa.host.drop(Drop.BAD_FRAGMENT, path)
        return
    try:
        payloads = decode_payloads(header.next_payload, datagram[HEADER_SIZE:]).payloads
        whole = sa.fragments.add(payloads[0]) if isinstance(payloads[0], Fragment) else None
        inner = None if whole is None else decode_header(whole)
    except (BadFragment, WireError) as error:
        sa.host.drop(Drop.BAD_FRAGMENT, path, str(error))
        return
    if whole is None or inner is None:
        return
    same = (inner.initiator_cookie, inner.responder_cookie)
    if same != (header.initiator_cookie, header.responder_cookie) or (
        inner.next_payload == PayloadType.FRAGMENT
    ):
        sa.host.drop(Drop.BAD_FRAGMENT, path)
        return
    _receive_whole(sa, inner, whole, path, now)


def _receive_whole(sa: IsakmpSa, header: Header, datagram: bytes, path: Path, now: float) -> None:
    mark = digest(datagram)
    exchange = sa.exchanges.get(header.message_id)
    if exchange is not None and exchange.flight.is_repeat(mark):
        exchange.flight.repeat(sa, path, now)
    elif sa.state is State.GONE:
        sa.host.drop(Drop.UNKNOWN_IKE_SPI, path)
    elif not header.encrypted:
        _receive_clear(sa, header, datagram, path, now)
    elif sa.sealer is None:
        sa.host.drop(Drop.NO_KEYS_YET, path)
    elif exchange is None and sa.is_used(header.message_id):
        sa.host.drop(Drop.USED_MESSAGE_ID, path)
    elif sa.state is State.CONNECTING and header.message_id:
        _early(sa, header, datagram, path, now)
    else:
        _receive_encrypted(sa, exchange, header, datagram, path, now)


def _receive_encrypted(
    sa: IsakmpSa, exchange: Exchange | None, header: Header, datagram: bytes, path: Path, now: float
) -> None:
    received = _decrypt(sa, header, datagram, path)
    if received is None:
        sa.host.drop(Drop.NOT_DECRYPTABLE, path)
        if isinstance(exchange, Phase1) and sa.established_at is None:
            exchange.noise(sa, path, now)
        return
    if exchange is not None:
        # CONNECTED ends quick mode, and is an informational message with the same message ID.
        ends = header.exchange_type == ExchangeType.INFORMATIONAL and exchange.kind == ExchangeType.QUICK
        if ends or header.exchange_type == exchange.kind:
            exchange.receive(sa, received, now)
        else:
            sa.host.drop(Drop.UNEXPECTED_EXCHANGE, path)
        return
    accept = ACCEPT.get(header.exchange_type)
    # Before its user has logged in a client has nothing to ask for.
    too_early = sa.state is State.CONFIGURING and header.exchange_type == ExchangeType.QUICK
    if accept is None or not header.message_id or too_early:
        sa.host.drop(Drop.UNEXPECTED_EXCHANGE, path)
        return
    accept(sa, received, now)


def _receive_clear(sa: IsakmpSa, header: Header, datagram: bytes, path: Path, now: float) -> None:
    """Only of phase 1, or an error that proves nothing."""
    try:
        received = read_clear(header, datagram, path)
    except WireError as wrong:
        sa.host.drop(Drop.MALFORMED, path, str(wrong))
        return
    exchange = sa.exchanges.get(0)
    if header.exchange_type == ExchangeType.INFORMATIONAL:
        sa.host.drop(Drop.HINT_ONLY, path)
        error = received.error
        if error is None or not sa.host.may_answer(now):
            return
        if sa.state is State.CONNECTING and isinstance(exchange, Phase1):
            exchange.error(sa, error.type, False, now)
        elif sa.is_up and sa.dpd is not None:
            # It may have lost the SA, or somebody pretends that: it is asked.
            sa.dpd.ask_now(sa, now)
    elif sa.state is not State.CONNECTING:
        sa.host.drop(Drop.NOT_ENCRYPTED, path)
    elif header.message_id or exchange is None or exchange.kind != header.exchange_type:
        sa.host.drop(Drop.UNEXPECTED_EXCHANGE, path)
    elif sa.sealer is not None and exchange.kind == ExchangeType.IDENTITY_PROTECTION:
        # Of main mode what comes when there are keys is encrypted (RFC 2409 section 5): this is an old one.
        sa.host.drop(Drop.NOT_ENCRYPTED, path)
    else:
        exchange.receive(sa, received, now)


def _early(sa: IsakmpSa, header: Header, datagram: bytes, path: Path, now: float) -> None:
    """Of phase 2, but phase 1 has not come to its end here. An error may say that it never will."""
    exchange = sa.exchanges.get(0)
    if header.exchange_type != ExchangeType.INFORMATIONAL or not isinstance(exchange, Phase1):
        sa.host.drop(Drop.UNEXPECTED_EXCHANGE, path)
        return
    received = _decrypt(sa, header, datagram, path)
    if received is None:
        sa.host.drop(Drop.NOT_DECRYPTABLE, path)
        exchange.noise(sa, path, now)
        return
    sa.host.drop(Drop.HINT_ONLY, path)
    error, proof = received.error, received.maybe(Hash)
    if error is None:
        return
    expected = hash_1(sa.hash, known(sa.skeyids).skeyid_a, received.message_id, received.after_hash)
    proved = proof is received.payloads[0] and hmac.compare_digest(known(proof).data, expected)
    exchange.error(sa, error.type, proved, now)


def _decrypt(sa: IsakmpSa, header: Header, datagram: bytes, path: Path) -> Received | None:
    try:
        decoded, next_iv = known(sa.sealer).open(header, datagram)
    except (BadPadding, WireError):
        return None
    return Received.of(header, decoded, digest(datagram), path, next_iv)
