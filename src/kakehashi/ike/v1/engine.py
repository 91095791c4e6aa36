"""The ISAKMP SAs and the IPsec SAs of a gateway: here a datagram finds its SA and a timer its owner."""

from collections import Counter

from kakehashi.ike.drops import Drop
from kakehashi.ike.effects import EventName, IsakmpSaChanged, Level, Send
from kakehashi.ike.known import known
from kakehashi.ike.shared import Shared
from kakehashi.ike.timers import Timers
from kakehashi.ike.trigger import Trigger
from kakehashi.ike.v1 import (
    configuring,
    control,
    delete_notify,
    dispatch,
    messages,
    phase1_proposals,
    rekey,
    signature,
    timers,
)
from kakehashi.ike.v1.aggressive_mode import AggressiveInitiator
from kakehashi.ike.v1.candidates import Candidates, Tier
from kakehashi.ike.v1.configuring import Borrower
from kakehashi.ike.v1.delete import delete_isakmp_sa
from kakehashi.ike.v1.establish import revive
from kakehashi.ike.v1.failures import policy_text, tell_unusable
from kakehashi.ike.v1.flight import digest
from kakehashi.ike.v1.index import Index
from kakehashi.ike.v1.isakmp_sa import NO_COOKIE, IsakmpSa, State
from kakehashi.ike.v1.main_mode import MainModeInitiator
from kakehashi.ike.v1.mode_config import Pools
from kakehashi.ike.v1.pairs import Pairs
from kakehashi.ike.v1.phase1 import Phase1
from kakehashi.ike.v1.respond import MODES, respond
from kakehashi.ike.v1.snapshot import ipsec_status, isakmp_status
from kakehashi.model.address import IPAddress, Path, SocketAddress
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import AuthenticationMethod, Identity
from kakehashi.model.ikev1 import ExchangeMode, Ikev1Peer, Ikev1Tunnel
from kakehashi.model.status import CLEARED, IpsecSaStatus, IsakmpSaStatus, Role
from kakehashi.per_second import PerSecond
from kakehashi.pki.keyring import Keyring
from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev1 import NotifyType
from kakehashi.wire.v1.header import Header, decode_header


class Engine:
    """All IKEv1 SAs of one gateway. What is common with IKEv2 is in `shared`."""

    def __init__(self, shared: Shared) -> None:
        self.shared = shared
        self.limits = shared.limits
        self.entropy = shared.entropy
        self.emit, self.tell, self.tell_lazily = shared.emit, shared.tell, shared.tell_lazily
        self.may_answer, self.may_tell = shared.may_answer, shared.may_tell
        self.new_esp_spi, self.next_serial = shared.new_esp_spi, shared.next_serial
        self._sas: dict[bytes, IsakmpSa] = {}  # by our cookie
        self._by_peer: dict[str, dict[IsakmpSa, None]] = {}  # those that have not ended, oldest first
        self._by_identity: Index[tuple[str, Identity | None], IsakmpSa] = Index()  # those with a proof
        self._filed_as: dict[IsakmpSa, str] = {}
        self._first_messages: dict[tuple[bytes, SocketAddress], IsakmpSa] = {}
        self._half_open: dict[IsakmpSa, IPAddress] = {}  # with the source of the first message, oldest first
        self._half_open_of: Counter[IPAddress] = Counter()
        self._timers: Timers[IsakmpSa] = Timers(timers.next_timeout)
        self.rearm = self._timers.rearm
        self._key_exchanges = PerSecond()
        self.pairs = Pairs(self)
        self.pools: Pools[Borrower] = Pools(lambda borrower: configuring.is_gone(self, borrower))
        self._candidates = self._read_configuration()

    @property
    def gateway(self) -> Gateway:
        """The configuration in force."""
        return self.shared.gateway

    # What the driver calls.

    def configure(self, now: float) -> None:
        """Take over the changed configuration."""
        self._candidates = self._read_configuration()
        control.configure(self, self.all_sas(), now)

    def initiate(self, tunnel: Ikev1Tunnel, path: Path | None, now: float, trigger: Trigger | None) -> bool:
        """Bring the tunnel up."""
        return control.initiate(self, tunnel, path, trigger, now)

    def receive(self, datagram: bytes, path: Path, now: float) -> None:
        """Take one datagram of major version 1."""
        try:
            header = decode_header(datagram)
        except WireError as error:
            minor = error.reason is Reason.MINOR_VERSION_TOO_HIGH
            self.drop(Drop.UNKNOWN_VERSION if minor else Drop.MALFORMED, path, str(error))
            return
        sa = self._find(header)
        if sa is not None:
            dispatch.receive(sa, header, datagram, path, now)
            self.rearm(sa)
        elif _begins(header):
            self._first_message(header, datagram, path, now)
        else:
            self._stranger(header, path, now)

    def resume(self, now: float) -> None:
        """Go on with what waits for news of certificates."""
        for sa in self.all_sas():
            exchange = sa.exchanges.get(0)
            if isinstance(exchange, Phase1):
                exchange.resume(sa, now)
                self.rearm(sa)

    def handle_timeout(self, now: float) -> None:
        """Do what is due."""
        while (sa := self._timers.take_due(now)) is not None:
            if sa.state is State.GONE:
                self._forget(sa)
            else:
                timers.run(sa, now)
                self.rearm(sa)
        self.pairs.run(now)

    def next_timeout(self) -> float | None:
        """When `handle_timeout` wants to be called, monotonic seconds."""
        times = [t for t in (self._timers.next(), self.pairs.next_timeout()) if t is not None]
        return min(times, default=None)

    def has_child(self, spi_in: int) -> bool:
        """Is it the SPI of one of our pairs of IPsec SAs?"""
        return self.pairs.get(spi_in) is not None

    def expire(self, spi_in: int, now: float, hard: bool = False) -> None:
        """A pair of SAs has reached its soft limit, or its hard one."""
        pair = self.pairs.get(spi_in)
        if pair is not None:
            rekey.expire(self, pair, hard, now)

    def rekey(self, tunnel: str, now: float) -> bool:
        """Replace the ISAKMP SA that made the tunnel's SAs now. False if none stands, or it is not ours to
        renew.
        """
        makers = {pair.isakmp_serial for pair in self.pairs if pair.tunnel.interface == tunnel}
        living = (sa for sa in self.all_sas() if sa.is_up and sa.serial in makers)
        sa = next((sa for sa in living if sa.renew_at is not None), None)
        if sa is None:
            return False
        sa.renew_at = now
        self.rearm(sa)
        return True

    def first_inbound(self, spi_in: int, now: float) -> None:
        """The peer uses a pair of SAs that came of a rekey: so may we."""
        pair = self.pairs.get(spi_in)
        if pair is not None:
            rekey.first_inbound(self, pair, now)

    def activity(
        self, spi_in: int, inbound_idle: float | None, outbound_idle: float | None, now: float
    ) -> None:
        """When a pair of SAs last carried an authentic packet, seconds ago; None is never."""
        pair = self.pairs.get(spi_in)
        if pair is not None:
            rekey.activity(self, pair, inbound_idle, outbound_idle, now)

    def peer_moved(self, spi_in: int, remote: SocketAddress, now: float) -> None:
        """Authentic ESP came from a new address or port (NT-08)."""
        pair = self.pairs.get(spi_in)
        if pair is not None:
            control.peer_moved(self, pair, remote)

    def undecryptable(self, spi: int, path: Path, now: float, packets: int, in_ah: bool = False) -> bool:
        """ESP or AH came that nothing opens (V1-18). False if its sender is no IKEv1 peer of ours."""
        return delete_notify.undecryptable(self, spi, path, now, packets, in_ah)

    def clear(self, tunnel: str | None, now: float, peer: IPAddress | None = None) -> int:
        """Delete the SAs of a tunnel, or all, those with `peer` if that is one; the number of ISAKMP SAs."""
        return control.clear(self, self.all_sas(), tunnel, CLEARED, now, peer)

    def discard(self, tunnel: str, reason: str, now: float) -> None:
        """Forget the SAs of a tunnel without a word to the peer."""
        control.discard(self, self.all_sas(), tunnel, reason, now)

    def shutdown(self, now: float) -> None:
        """Say goodbye to every peer."""
        control.shutdown(self, self.all_sas(), now)

    def isakmp_sas(self, now: float) -> tuple[IsakmpSaStatus, ...]:
        """Every ISAKMP SA, oldest first."""
        return tuple(isakmp_status(sa, now) for sa in self.all_sas())

    def ipsec_sas(self, now: float) -> tuple[IpsecSaStatus, ...]:
        """Every pair of IPsec SAs, oldest first."""
        return tuple(ipsec_status(pair, now) for pair in self.pairs)

    def half_open(self) -> int:
        """Responders' phase 1 exchanges that have not come to their end."""
        return len(self._half_open)

    # What the SAs call: see `v1.host.Host`.

    def drop(self, reason: Drop, path: Path, why: str = "") -> None:
        self.shared.drop(reason, path, why, "IKE")

    def new_cookie(self) -> bytes:
        while (cookie := self.entropy(8)) in self._sas or cookie == NO_COOKIE:
            pass
        return cookie

    def add(self, sa: IsakmpSa) -> None:
        self._sas[sa.our_cookie] = sa
        self._file(sa)
        if sa.first_message is not None:
            self._first_messages[sa.first_message] = sa
            source = sa.first_message[1].ip
            self._half_open[sa] = source
            self._half_open_of[source] += 1
        self.rearm(sa)

    def proven(self, sa: IsakmpSa) -> None:
        self._no_longer_half_open(sa)
        self._file(sa)
        self._by_identity.add((known(sa.peer).name, sa.peer_identity), sa)

    def closed(self, sa: IsakmpSa) -> None:
        if sa.peer is not None:
            self._unfile(sa)
            self._by_identity.remove((sa.peer.name, sa.peer_identity), sa)
            if sa.established_at is not None:
                self.emit(IsakmpSaChanged(sa.peer.name))
            revive(sa)
        self.rearm(sa)

    def expired(self, sa: IsakmpSa, now: float) -> None:
        delete_isakmp_sa(sa, "its lifetime is over", now)

    def in_use(self, sa: IsakmpSa) -> bool:
        return bool(self.pairs.of_sa(sa))

    def may_exchange_keys(self, now: float) -> bool:
        return self._key_exchanges.take(self.shared.limits.aggressive_per_second, now)

    def tiers(self, path: Path) -> list[Tier]:
        return self._candidates.tiers(path)

    def candidates(self, path: Path) -> tuple[Ikev1Peer, ...]:
        return tuple(peer for tier in self.tiers(path) for peer in tier)

    def tunnels_of(self, peer: Ikev1Peer) -> tuple[Ikev1Tunnel, ...]:
        return self._candidates.tunnels_of(peer)

    def sas_of(self, peer: str) -> list[IsakmpSa]:
        return list(self._by_peer.get(peer, ()))

    def sas_with(self, peer: str, identity: Identity | None) -> list[IsakmpSa]:
        return sorted(self._by_identity.of((peer, identity)), key=lambda sa: sa.serial)

    def all_sas(self) -> list[IsakmpSa]:
        living = (sa for sa in self._sas.values() if sa.state is not State.GONE)
        return sorted(living, key=lambda sa: sa.serial)

    def has_room(self, path: Path, mode: ExchangeMode, now: float) -> bool:
        limits, source = self.limits, path.remote.ip
        of_source = self._half_open_of[source]
        if of_source >= limits.half_open_per_source:
            return False
        if mode is ExchangeMode.AGGRESSIVE and of_source >= limits.aggressive_per_source:
            return False
        if len(self._half_open) >= limits.half_open_total:
            # Who is serious goes on within a round trip: the oldest is the least likely to come back.
            self._evict(next(iter(self._half_open)), now)
        return True

    def start_phase1(
        self, peer: Ikev1Peer, path: Path, now: float, tunnel: Ikev1Tunnel | None
    ) -> IsakmpSa | None:
        name = "" if tunnel is None else tunnel.interface
        problem = _unusable(peer, self.shared.keyring)
        if problem:
            tell_unusable(self, peer, path, name, problem)
            return None
        sa = IsakmpSa(self, Role.INITIATOR, (self.new_cookie(), NO_COOKIE), path, peer.mode, peer, now)
        sa.tunnel_name = name
        self.add(sa)
        message = f"{peer.mode.value} mode with {sa.peer_text} begins ({policy_text(peer)})"
        sa.tell(Level.NOTICE, EventName.NEGOTIATION_STARTED, message)
        main = peer.mode is ExchangeMode.MAIN
        sa.begin(MainModeInitiator() if main else AggressiveInitiator(), now)
        return sa

    def moved(self, sa: IsakmpSa, old: Path) -> None:
        self.pairs.moved(sa, old)

    def phase1_established(self, sa: IsakmpSa, now: float) -> None:
        if sa.peer is not None:
            self.emit(IsakmpSaChanged(sa.peer.name))
        control.phase1_established(sa, now)

    def phase1_failed(self, sa: IsakmpSa, sentence: str, now: float) -> None:
        control.phase1_failed(sa, sentence, now)

    # Routing.

    def _find(self, header: Header) -> IsakmpSa | None:
        """The header does not say who sends: our cookie may be either."""
        sa = self._sas.get(header.responder_cookie)
        if sa is not None and sa.role is Role.RESPONDER and sa.initiator_cookie == header.initiator_cookie:
            return sa
        sa = self._sas.get(header.initiator_cookie)
        if sa is None or sa.role is not Role.INITIATOR:
            return None
        # Before the first answer the responder's cookie is not known, and an error has none.
        fits = sa.responder_cookie in (header.responder_cookie, NO_COOKIE)
        return sa if fits or header.responder_cookie == NO_COOKIE else None

    def _first_message(self, header: Header, datagram: bytes, path: Path, now: float) -> None:
        sa = self._first_messages.get((digest(datagram), path.remote))
        if sa is None:
            respond(self, header, datagram, path, now)
            return
        exchange = sa.exchanges.get(0)
        if exchange is not None and exchange.flight.is_repeat(digest(datagram)):
            exchange.flight.repeat(sa, path, now)
        else:
            self.drop(Drop.OUTSIDE_WINDOW, path)

    def _stranger(self, header: Header, path: Path, now: float) -> None:
        """No SA of ours. Only what is encrypted is answered, which an answer is not: so it never goes on."""
        self.drop(Drop.UNKNOWN_IKE_SPI, path)
        if header.encrypted and self.may_answer(now):
            cookies = (header.initiator_cookie, header.responder_cookie)
            message_id = int.from_bytes(self.entropy(4), "big") or 1
            self.emit(Send(messages.error(cookies, NotifyType.INVALID_COOKIE, message_id), path))

    # Bookkeeping.

    def _read_configuration(self) -> Candidates:
        none: frozenset[IPAddress] = frozenset()
        addresses = self.shared.peer_addresses
        return Candidates(
            self.gateway, lambda tunnel: addresses.get(tunnel.interface, none), self.shared.is_reachable_at
        )

    def _file(self, sa: IsakmpSa) -> None:
        """Under the name of its peer, which a responder may know better in the end than at first."""
        name = "" if sa.peer is None else sa.peer.name
        if self._filed_as.get(sa, "") == name:
            return
        self._unfile(sa)
        self._filed_as[sa] = name
        filed = self._by_peer.setdefault(name, {})
        youngest = next(reversed(filed), sa)
        filed[sa] = None
        if youngest.serial > sa.serial:
            self._by_peer[name] = dict.fromkeys(sorted(filed, key=lambda sa: sa.serial))

    def _unfile(self, sa: IsakmpSa) -> None:
        name = self._filed_as.pop(sa, "")
        filed = self._by_peer.get(name, {})
        filed.pop(sa, None)
        if not filed:
            self._by_peer.pop(name, None)

    def _no_longer_half_open(self, sa: IsakmpSa) -> None:
        source = self._half_open.pop(sa, None)
        if source is None:
            return
        self._half_open_of[source] -= 1
        if not self._half_open_of[source]:
            del self._half_open_of[source]

    def _evict(self, sa: IsakmpSa, now: float) -> None:
        """Nothing is told and nothing is remembered: there may be thousands in a second."""
        sa.failure_told = True
        sa.close("half-open, and there are too many others", now)
        sa.expires_at = None
        self.rearm(sa)
        self._forget(sa)

    def _forget(self, sa: IsakmpSa) -> None:
        # One that failed counts until now, or failing would be a way round the limits.
        self._no_longer_half_open(sa)
        self._sas.pop(sa.our_cookie, None)
        if sa.first_message is not None:
            self._first_messages.pop(sa.first_message, None)


def _begins(header: Header) -> bool:
    return (
        header.exchange_type in MODES
        and header.initiator_cookie != NO_COOKIE
        and header.responder_cookie == NO_COOKIE
        and not header.message_id
        and not header.encrypted
    )


def _unusable(peer: Ikev1Peer, keyring: Keyring) -> str:
    offered = phase1_proposals.usable(peer)
    if offered and all(p.authentication is AuthenticationMethod.SIGNATURE for p in offered):
        return signature.unusable(peer, keyring)
    if peer.secret is None or not peer.secret.octets:
        return "no pre-shared key is configured"
    return "" if offered else "it has no proposal that is supported"
