"""One IKE SA: its state, its messages on their way, its Child SAs. What the exchanges do is in their own
files.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kakehashi.crypto.key_schedule import IkeKeys
from kakehashi.crypto.prf import Prf
from kakehashi.ike.effects import Event, EventName, Level, Send
from kakehashi.ike.v2.contents import Contents
from kakehashi.ike.v2.exchange import Exchange
from kakehashi.ike.v2.fragments import Reassembly
from kakehashi.ike.v2.host import Host
from kakehashi.ike.v2.proposals import IkeSuite
from kakehashi.ike.v2.sealing import Sealer
from kakehashi.ike.v2.states import TRANSITIONS, State, Step
from kakehashi.ike.v2.window import Requests, Responses
from kakehashi.model.address import ANY, IPAddress, Path, SocketAddress
from kakehashi.model.identity import Identity
from kakehashi.model.policy import IkePolicy
from kakehashi.model.status import NatSide, Role
from kakehashi.model.tunnel import Ikev2Tunnel
from kakehashi.wire.registry.ikev2 import ExchangeType
from kakehashi.wire.v2.message import Message, encode
from kakehashi.wire.v2.payloads import Payload

if TYPE_CHECKING:
    from kakehashi.ike.v2.children import Child

# Between two ends with the same lifetime the younger role waits this many seconds more before it rekeys, so
# that the two do not always collide.
RESPONDER_PATIENCE = 1.0


@dataclass(slots=True)
class InitMessages:
    """What IKE_SA_INIT leaves for AUTH (RFC 7296 section 2.15): both real messages and both nonces."""

    request: bytes = b""
    response: bytes = b""
    ni: bytes = b""
    nr: bytes = b""


@dataclass(slots=True)
class IkeCollision:
    """The peer has rekeyed the IKE SA that we are rekeying (RFC 7296 section 2.8.2)."""

    lowest_nonce: bytes
    sa: "IkeSa"


@dataclass(frozen=True, slots=True)
class Suspended:
    """A message of the peer whose certificate cannot be judged yet."""

    message_id: int
    is_response: bool
    contents: Contents
    path: Path


class IkeSa:
    """An IKE SA of either role. Times are monotonic seconds; `expires_at` of a GONE one ends its memory."""

    def __init__(
        self,
        host: Host,
        role: Role,
        spis: tuple[bytes, bytes],
        path: Path,
        policy: IkePolicy,
        tunnel: Ikev2Tunnel | None,
        now: float,
    ) -> None:
        self.host = host
        self.role = role
        self.spi_i, self.spi_r = spis
        self.path = path
        self._told: tuple[IPAddress, str] | None = None
        self.policy = policy
        self.tunnel = tunnel
        self.serial = host.next_serial()
        self.state = State.INIT_SENT if role is Role.INITIATOR else State.INIT_ANSWERED
        self.local_identity: Identity | None = None
        self.peer_identity: Identity | None = None
        self.caller = ""  # the name of this peer among those who share the tunnel

        self.init = InitMessages()
        self.first_message: tuple[bytes, SocketAddress] | None = None  # of a responder, to know it again
        self.suite: IkeSuite | None = None
        self.prf: Prf | None = None
        self.keys: IkeKeys | None = None
        self.sealer: Sealer | None = None
        self.nat = NatSide.NONE
        self.fragmentation = False
        self.peer_hashes: tuple[int, ...] = ()  # of its SIGNATURE_HASH_ALGORITHMS
        self.peer_takes_pss = False  # it has said so (RFC 9593), or has signed so itself
        self.wanted_authorities: frozenset[bytes] = frozenset()  # of its CERTREQ
        self.suspended: Suspended | None = None

        self.requests = Requests()
        self.responses = Responses()
        self.fragments = {False: Reassembly(), True: Reassembly()}  # of requests, of responses
        self.exchange: Exchange | None = None
        self.queue: deque[Exchange] = deque()
        self.later: list[tuple[float, Exchange]] = []
        self.children: dict[int, Child] = {}
        self.early_deletes: set[int] = set()
        self.use_after_answer: Child | None = None  # the peer cannot take its packets before our answer
        self.collision: IkeCollision | None = None
        self.contends_for: IkeSa | None = None  # the IKE SA that both ends rekey, this one by the peer

        self.created = now
        self.authenticated_at: float | None = None
        self.last_received = now
        self.rekey_at: float | None = None
        self.expires_at: float | None = None
        self.keepalive_at: float | None = None
        self.end_reason = ""
        self.superseded = False  # another IKE SA does its work
        self.forgotten = False  # it counts for nothing here any more, only the peer is still to be told

    @property
    def our_spi(self) -> bytes:
        """The SPI that we chose."""
        return self.spi_i if self.role is Role.INITIATOR else self.spi_r

    @property
    def tunnel_name(self) -> str:
        """The tunnel, "" while the peer is not known."""
        return "" if self.tunnel is None else self.tunnel.interface

    @property
    def peer(self) -> str:
        """The peer in a sentence."""
        ip = self.path.remote.ip
        if self._told is None or self._told[0] is not ip:
            # Every event of an SA wants it, and ipaddress takes its time.
            self._told = (ip, f"peer {ip}")
        return self._told[1]

    @property
    def is_up(self) -> bool:
        """May new exchanges begin here?"""
        return self.state is State.ESTABLISHED and not self.superseded and not self.forgotten

    @property
    def may_rekey(self) -> bool:
        """Do we start rekeys? Never towards a peer of unknown address (V2-06)."""
        return self.policy.start_rekey and self.tunnel is not None and self.tunnel.peer_address is not ANY

    @property
    def waits_total(self) -> float:
        """Seconds from the first transmission of a request until its peer is given up."""
        return sum(self.policy.retransmit)

    def advance(self, step: Step) -> None:
        """Take a step of the state table."""
        self.state = TRANSITIONS[self.state][step]

    def begin(self, exchange: Exchange, now: float) -> None:
        """Start an exchange of ours as soon as no other is under way."""
        self.queue.append(exchange)
        self.pump(now)

    def defer(self, exchange: Exchange, at: float) -> None:
        """Start an exchange of ours at a later time."""
        self.later.append((at, exchange))
        self.later.sort(key=lambda item: item[0])
        self.host.rearm(self)

    def pump(self, now: float) -> None:
        """Send the next request, if it is its turn (a window of one, RFC 7296 section 2.3)."""
        while self.queue and self.requests.waiting is None and self.state is not State.GONE:
            exchange = self.queue.popleft()
            self.exchange = exchange
            payloads = exchange.request(self, now)
            if payloads is None:
                self.exchange = None
                continue
            datagrams = self.seal(exchange.kind, False, self.requests.next_id, payloads)
            if exchange.kind is ExchangeType.IKE_SA_INIT:
                self.init.request = datagrams[0]
            self.requests.send(datagrams, self.policy.retransmit, now)
            self.transmit(datagrams, self.path, now)
        self.host.rearm(self)

    def respond(self, exchange: ExchangeType, payloads: Sequence[Payload], path: Path, now: float) -> None:
        """Answer the expected request, and keep the answer for its retransmissions."""
        datagrams = self.seal(exchange, True, self.responses.expected_id, payloads)
        self.responses.answered(datagrams)
        self.transmit(datagrams, path, now)

    def transmit(self, datagrams: Sequence[bytes], path: Path, now: float) -> None:
        """Hand datagrams to the driver."""
        for datagram in datagrams:
            self.host.emit(Send(datagram, path))
        if self.keepalive_at is not None and self.policy.nat_keepalive is not None:
            self.keepalive_at = now + self.policy.nat_keepalive

    def seal(
        self, exchange: ExchangeType, is_response: bool, message_id: int, payloads: Sequence[Payload]
    ) -> tuple[bytes, ...]:
        """The datagrams of a message: protected, but for IKE_SA_INIT."""
        if exchange is ExchangeType.IKE_SA_INIT or self.sealer is None:
            is_initiator = self.role is Role.INITIATOR
            spis = (self.spi_i, self.spi_r)
            return (encode(Message(*spis, exchange, is_initiator, is_response, message_id, tuple(payloads))),)
        return self.sealer.seal(exchange, is_response, message_id, payloads, self.fragmentation)

    def start_lifetime(self, now: float) -> None:
        """The IKE SA stands: its rekey and its end are due."""
        patience = 0.0 if self.role is Role.INITIATOR else RESPONDER_PATIENCE
        rekey = self.policy.rekey
        self.expires_at = now + rekey.lifetime
        self.rekey_at = now + min(rekey.after + patience, rekey.lifetime) if self.may_rekey else None
        self.last_received = now
        if NatSide.LOCAL in self.nat and self.policy.nat_keepalive is not None:
            self.keepalive_at = now + self.policy.nat_keepalive

    def close(self, reason: str, now: float, unanswered: bool = False) -> None:
        """The IKE SA ends here and now, and its Child SAs with it (RFC 7296 section 1.4.1).

        `unanswered`: because the peer did not answer the request under way.
        """
        exchange, self.exchange = self.exchange, None
        if exchange is not None:
            exchange.failed(self, None if unanswered else reason, now)
        self.abandon_waiting(reason, now)
        self.advance(Step.CLOSED)
        for child in list(self.children.values()):
            self.host.remove_child(child, reason)
        self.requests.answered()
        self.rekey_at = self.keepalive_at = None
        # The peer may still repeat the request that ended it, if it ever sent one under protection.
        repeats = self.authenticated_at is not None or self.responses.expected_id > 1
        self.expires_at = now + self.waits_total if repeats else now
        self.end_reason = reason
        if self.authenticated_at is not None and not self.forgotten:
            self.tell_gone(reason)
        self.host.closed(self)

    def abandon_waiting(self, reason: str, now: float) -> None:
        """What waits for its turn will not have it."""
        waiting = (*self.queue, *(exchange for _, exchange in self.later))
        self.queue.clear()
        self.later.clear()
        for exchange in waiting:
            exchange.failed(self, reason, now)

    def tell_gone(self, reason: str) -> None:
        """The event of its end. If another does its work, only those who look closely care."""
        level = Level.DEBUG if self.superseded else Level.WARNING
        message = f"IKE SA with {self.peer} is gone: {reason}"
        self.tell(level, EventName.IKE_SA_DELETED, message, {"reason": reason})

    def tell(
        self,
        level: Level,
        name: EventName,
        message: str,
        details: Mapping[str, str | int] | None = None,
        facility: str = "ikev2",
    ) -> None:
        """Hand an event about this SA to the driver."""
        self.host.tell(
            Event(
                level=level,
                name=name,
                facility=facility,
                message=message,
                tunnel=self.tunnel_name,
                path=self.path,
                spi_i=self.spi_i,
                spi_r=self.spi_r,
                details=details or {},
            )
        )
