"""Notices of one message, and Delete: of pairs of IPsec SAs and of ISAKMP SAs (RFC 2408 section 5.15)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kakehashi.ike.effects import EventName, Level
from kakehashi.ike.v1.exchange import Received
from kakehashi.ike.v1.flight import Flight
from kakehashi.ike.v1.ipsec_sa import Pair
from kakehashi.ike.v1.isakmp_sa import IsakmpSa, State
from kakehashi.wire.registry.ikev1 import ExchangeType, ProtocolId
from kakehashi.wire.v1.delete import Delete
from kakehashi.wire.v1.payloads import Payload

if TYPE_CHECKING:
    from kakehashi.ike.v1.host import Host

DELETED_BY_PEER = "the peer deleted it"


class Notice:
    """An informational exchange of ours: one message that nobody answers (RFC 2409 section 5.7)."""

    kind = ExchangeType.INFORMATIONAL

    def __init__(self, message_id: int, payloads: Sequence[Payload]) -> None:
        self.message_id = message_id
        self.flight = Flight()
        self._payloads = payloads

    def start(self, sa: IsakmpSa, now: float) -> None:
        datagrams = sa.seal(self.kind, self.message_id, self._payloads, hashed=True)
        sa.transmit(datagrams, sa.path, now)
        sa.end(self)

    def receive(self, sa: IsakmpSa, received: Received, now: float) -> None:
        """Nothing comes back."""

    def next_timeout(self) -> float | None:
        return None

    def run(self, sa: IsakmpSa, now: float) -> None:
        """Nothing is left to do."""

    def ended(self, sa: IsakmpSa, reason: str, now: float) -> None:
        """Nothing is left to do."""


def send_notice(sa: IsakmpSa, payloads: Sequence[Payload], now: float) -> None:
    """Tell the peer something under the protection of the ISAKMP SA."""
    sa.begin(Notice(sa.new_message_id(), payloads), now)


def courier(host: Host, pair: Pair) -> IsakmpSa | None:
    """The ISAKMP SA under which the peer of a pair can be told something, None if there is none."""
    found = [
        sa
        for sa in host.sas_with(pair.peer.name, pair.peer_identity)
        if sa.state is State.ESTABLISHED and sa.is_at(pair.sa.path.remote)
    ]
    return max(found, key=lambda sa: (not sa.superseded, sa.serial), default=None)


def delete_pair(host: Host, pair: Pair, reason: str, now: float) -> None:
    """End a pair here, and tell the peer where it may be told."""
    sa = courier(host, pair) if pair.peer.send_delete else None
    if sa is not None:
        spi = pair.spi_in.to_bytes(4, "big")
        send_notice(sa, [Delete(protocol, (spi,)) for protocol in pair.suite.protocols], now)
    host.pairs.remove(pair, reason)


def delete_isakmp_sa(sa: IsakmpSa, reason: str, now: float) -> None:
    """End an ISAKMP SA here, and tell the peer where it may be told. Its pairs stay."""
    if sa.state is State.ESTABLISHED and sa.peer is not None and sa.peer.send_delete:
        cookies = sa.initiator_cookie + sa.responder_cookie
        send_notice(sa, [Delete(ProtocolId.ISAKMP, (cookies,))], now)
    sa.close(reason, now)


def received(sa: IsakmpSa, delete: Delete, now: float) -> None:
    """The peer has forgotten SAs. The message is authentic; it can only concern SAs of the same peer."""
    if delete.protocol == ProtocolId.ISAKMP:
        for cookies in delete.spis:
            _forget_isakmp_sa(sa, cookies, now)
    elif delete.protocol in (ProtocolId.ESP, ProtocolId.AH):
        for spi in delete.spis:
            # With one of AH and ESP the other makes no sense; both have Deletes.
            pair = sa.host.pairs.by_peer_spi(sa, spi)
            if pair is not None:
                sa.host.pairs.remove(pair, DELETED_BY_PEER)
            else:
                message = f"{sa.peer_text} deletes {delete.protocol.name} SA {spi.hex()}, which is not here"
                sa.tell(Level.DEBUG, EventName.NOTIFY_RECEIVED, message, facility="IPsec")


def _forget_isakmp_sa(sa: IsakmpSa, cookies: bytes, now: float) -> None:
    known_here = [sa] if sa.peer is None else [sa, *sa.host.sas_with(sa.peer.name, sa.peer_identity)]
    for other in known_here:
        if other.initiator_cookie + other.responder_cookie == cookies:
            other.close(DELETED_BY_PEER, now)
            return
