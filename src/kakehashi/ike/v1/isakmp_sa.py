"""One ISAKMP SA: its state, its keys, its exchanges. What the exchanges do is in their own files."""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from kakehashi.crypto.ikev1.hashes import Hash
from kakehashi.crypto.ikev1.key_schedule import Skeyids
from kakehashi.ike.effects import Event, EventName, Level, Send
from kakehashi.ike.known import known
from kakehashi.ike.v1.exchange import Exchange, Received
from kakehashi.ike.v1.failures import tell_failure
from kakehashi.ike.v1.fragments import Reassembly, split
from kakehashi.ike.v1.host import Host
from kakehashi.ike.v1.sealing import Sealer
from kakehashi.ike.v1.suite import Features, Phase1Suite
from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import ExchangeMode, Ikev1Peer
from kakehashi.model.status import NatMethod, NatSide, Phase1Step, Role
from kakehashi.wire.registry.ikev1 import ExchangeType
from kakehashi.wire.v1.payloads import Payload

if TYPE_CHECKING:
    from kakehashi.ike.v1.dpd import Dpd

_WAITS = (2.0, 4.0, 8.0, 16.0)  # where a peer has none: nobody waits for ever
NO_COOKIE = bytes(8)
MAX_USED_IDS = 2048  # message IDs that are remembered so that no recorded message counts twice


class State(enum.Enum):
    """Where an ISAKMP SA is in its life.

    CONNECTING --+-----------------> ESTABLISHED ---> GONE   also from every other state
                 +-> CONFIGURING ->+
    """

    CONNECTING = "phase 1 is under way"
    CONFIGURING = "XAUTH or mode configuration is under way"
    ESTABLISHED = "established"
    GONE = "gone"


class IsakmpSa:
    """An ISAKMP SA of either role. Times are monotonic seconds; `expires_at` of a GONE one ends its memory.

    `peer` is None until a responder knows who it is. `tunnel_name`: the tunnel that it was begun for, or that
    names the peer. `superseded`: another ISAKMP SA does its work. `waiting`: exchanges of phase 2 that begin
    when it is up. `peer_starts_anew`: it has sent INITIAL-CONTACT in phase 1. `user`: who has logged in by
    XAUTH; `logged_in`: what the server has said to us, None before; `patience_until`: how long we wait.
    `failure_told`: somebody knows already that there will be no phase 2. `lent`: the address of a pool that
    the peer has from us; `borrowed`: the one that we have from the peer.
    """

    def __init__(
        self,
        host: Host,
        role: Role,
        cookies: tuple[bytes, bytes],
        path: Path,
        mode: ExchangeMode,
        peer: Ikev1Peer | None,
        now: float,
    ) -> None:
        self.host = host
        self.role = role
        self.initiator_cookie, self.responder_cookie = cookies
        self.path = path
        self.mode = mode
        self.peer = peer
        self.tunnel_name = ""
        self.first_message: tuple[bytes, SocketAddress] | None = None  # of a responder, to know it again
        self.serial = host.next_serial()
        self.state = State.CONNECTING
        self.step = Phase1Step.NO_STATE
        self.local_identity: Identity | None = None
        self.peer_identity: Identity | None = None
        self.user = ""
        self.logged_in: bool | None = None
        self.lent: IPv4Address | None = None
        self.borrowed: IPv4Address | None = None

        self.suite: Phase1Suite | None = None
        self.skeyids: Skeyids | None = None
        self.sealer: Sealer | None = None
        self.features = Features()
        self.nat = NatSide.NONE
        self.nat_method = NatMethod.NONE

        self.fragments = Reassembly()
        self._fragment_id = 0
        self.exchanges: dict[int, Exchange] = {}
        self.waiting: list[Exchange] = []
        self.dpd: Dpd | None = None
        self._used_ids: set[int] = set()
        self._used_in_order: deque[int] = deque()

        self.created = now
        self.established_at: float | None = None
        self.last_received = now
        self.last_sent = now
        self.renew_at: float | None = None
        self.expires_at: float | None = None
        self.keepalive_at: float | None = None
        self.patience_until: float | None = None
        self.superseded = False
        self.peer_starts_anew = False
        self.failure_told = False
        self.end_reason = ""

    @property
    def our_cookie(self) -> bytes:
        """The cookie that we made."""
        return self.initiator_cookie if self.role is Role.INITIATOR else self.responder_cookie

    @property
    def peer_text(self) -> str:
        """The peer in a sentence."""
        return f"peer {self.path.remote.ip}"

    @property
    def is_up(self) -> bool:
        """May new exchanges begin here?"""
        return self.state is State.ESTABLISHED and not self.superseded

    @property
    def takes_fragments(self) -> bool:
        """Does the configuration let messages come in pieces?"""
        return self.peer is not None and self.peer.fragmentation

    @property
    def waits(self) -> tuple[float, ...]:
        """Seconds to wait after each transmission."""
        return known(self.peer).retransmit or _WAITS

    @property
    def hash(self) -> Hash:
        """The hash that phase 1 has agreed on, and its prf; where the state guarantees it."""
        return known(self.sealer).hash

    def is_at(self, remote: SocketAddress) -> bool:
        """Is the peer there? Of several behind one NAT only the port tells which."""
        here = self.path.remote
        return here == remote if NatSide.REMOTE in self.nat else here.ip == remote.ip

    def new_message_id(self) -> int:
        """A message ID that no exchange of this SA has had (RFC 2408 section 3.1)."""
        while not (number := int.from_bytes(self.host.entropy(4), "big")) or self.is_used(number):
            pass
        return number

    def is_used(self, message_id: int) -> bool:
        """Does an exchange have this message ID, or did one that is over?"""
        return message_id in self.exchanges or message_id in self._used_ids

    def begin(self, exchange: Exchange, now: float) -> None:
        """Start an exchange of ours."""
        self.exchanges[exchange.message_id] = exchange
        exchange.start(self, now)
        self.host.rearm(self)

    def end(self, exchange: Exchange) -> None:
        """The exchange is over and nobody can repeat its last message: its message ID never comes back."""
        if self.exchanges.get(exchange.message_id) is exchange:
            del self.exchanges[exchange.message_id]
        self._use_up(exchange.message_id)
        if self.sealer is not None:
            self.sealer.forget(exchange.message_id)

    def believe(self, received: Received, now: float) -> None:
        """The message is authentic, its hash was checked: the IVs are chained to it, and the peer lives.

        Of a message ID that no exchange has, it is the only message that counts.
        """
        goes_on = not received.message_id or received.message_id in self.exchanges
        if not goes_on:
            self._use_up(received.message_id)
        elif self.sealer is not None and received.next_iv:
            self.sealer.follow(received.message_id, received.next_iv)
        self.last_received = now
        self._follow(received.path)

    def seal(
        self,
        exchange_type: ExchangeType,
        message_id: int,
        payloads: Sequence[Payload],
        hashed: bool,
        commit: bool = False,
    ) -> list[bytes]:
        """The datagrams of an encrypted message: several where it is large and the peer takes fragments.

        `hashed`: HASH(1) over `payloads` is made here and comes before them.
        """
        datagram = known(self.sealer).seal(exchange_type, message_id, payloads, hashed, commit)
        return self.fragment(datagram, exchange_type)

    def fragment(self, datagram: bytes, exchange_type: ExchangeType) -> list[bytes]:
        """A message as it is, or in pieces where it is large and the peer can put them together."""
        if not self.takes_fragments or not self.features.fragmentation:
            return [datagram]
        self._fragment_id = self._fragment_id % 0xFFFF + 1
        cookies = (self.initiator_cookie, self.responder_cookie)
        return split(datagram, cookies, exchange_type, self._fragment_id)

    def shorten(self, seconds: int) -> None:
        """The lifetime that was agreed on is less."""
        self.suite = replace(known(self.suite), lifetime=seconds)

    def transmit(self, datagrams: Sequence[bytes], path: Path, now: float) -> None:
        """Hand datagrams to the driver."""
        for datagram in datagrams:
            self.host.emit(Send(datagram, path))
        self.last_sent = now
        if self.keepalive_at is not None and self.peer is not None and self.peer.nat_keepalive is not None:
            self.keepalive_at = now + self.peer.nat_keepalive

    def close(self, reason: str, now: float) -> None:
        """The ISAKMP SA ends here and now, without a word to the peer. Its pairs of IPsec SAs stay."""
        if self.state is State.GONE:
            return
        was_up = self.state is State.ESTABLISHED
        if not was_up and not self.failure_told:
            tell_failure(self, "ended", reason)
            self.host.phase1_failed(self, reason, now)
        self.state = State.GONE
        self.end_reason = reason
        exchanges, self.exchanges = self.exchanges, {}
        for exchange in exchanges.values():
            exchange.ended(self, reason, now)
        self.waiting.clear()
        self.renew_at = self.keepalive_at = self.patience_until = None
        # What is under way to us must not be taken for the beginning of something new.
        self.expires_at = now + (sum(self.waits) if self.peer is not None else 0)
        if was_up:
            level = Level.DEBUG if self.superseded else Level.WARNING
            message = f"ISAKMP SA with {self.peer_text} is gone: {reason}"
            self.tell(level, EventName.IKE_SA_DELETED, message, {"reason": reason})
        self.host.closed(self)

    def tell(
        self,
        level: Level,
        name: EventName,
        message: str,
        details: Mapping[str, str | int] | None = None,
        facility: str = "IKE",
        tunnel: str | None = None,
    ) -> None:
        """Hand an event about this SA to the driver. `tunnel` None: the one that the SA was begun for."""
        self.host.tell(
            Event(
                level=level,
                name=name,
                facility=facility,
                message=message,
                tunnel=self.tunnel_name if tunnel is None else tunnel,
                path=self.path,
                spi_i=self.initiator_cookie,
                spi_r=self.responder_cookie,
                details=details or {},
            )
        )

    def _use_up(self, message_id: int) -> None:
        if not message_id or message_id in self._used_ids:
            return
        self._used_ids.add(message_id)
        self._used_in_order.append(message_id)
        if len(self._used_in_order) > MAX_USED_IDS:
            self._used_ids.discard(self._used_in_order.popleft())

    def _follow(self, path: Path) -> None:
        """A peer behind a NAT lives where its last authentic message came from (RFC 3947 section 4).

        In phase 1 also because the initiator goes to port 4500.
        """
        if (path.local, path.remote) == (self.path.local, self.path.remote):
            return
        if self.state is State.CONNECTING:
            self.path = path
        elif NatSide.REMOTE in self.nat:
            self.move(path)

    def move(self, path: Path) -> None:
        """Follow the peer to another address or port, with everything it has."""
        old, self.path = self.path, path
        message = f"{self.peer_text} is at {path.remote} now, it was at {old.remote}"
        self.tell(Level.INFO, EventName.PEER_MOVED, message)
        self.host.moved(self, old)
