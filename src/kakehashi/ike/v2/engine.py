"""The IKE SAs of a gateway: here a datagram finds its IKE SA and a timer its owner."""

from collections.abc import Iterable, Iterator

from kakehashi.ike.drops import Drop
from kakehashi.ike.effects import Send
from kakehashi.ike.known import known
from kakehashi.ike.shared import Shared
from kakehashi.ike.timers import Timers
from kakehashi.ike.trigger import Trigger
from kakehashi.ike.v2 import control, dispatch, ike_sa_init, timers
from kakehashi.ike.v2.children import Child
from kakehashi.ike.v2.cookies import Cookies
from kakehashi.ike.v2.directory import Directory
from kakehashi.ike.v2.ike_sa import IkeSa
from kakehashi.ike.v2.snapshot import status
from kakehashi.ike.v2.states import State
from kakehashi.model.address import ANY, IPAddress, Path, SocketAddress
from kakehashi.model.certificate import CertificateUse
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import AuthenticationMethod, Identity
from kakehashi.model.status import CLEARED, IkeSaStatus, Role
from kakehashi.model.tunnel import Ikev2Tunnel
from kakehashi.pki.keyring import Keyring
from kakehashi.wire.errors import WireError
from kakehashi.wire.registry.ikev2 import ExchangeType, NotifyType, PayloadType
from kakehashi.wire.v2.header import FLAG_RESPONSE, HEADER_SIZE, MAJOR_VERSION, Header, decode_header
from kakehashi.wire.v2.message import Message, encode
from kakehashi.wire.v2.notify import Notify

_NO_SPI = bytes(8)


class Engine:
    """All IKE SAs of one gateway. What is common with the other version is in `shared`."""

    def __init__(self, shared: Shared) -> None:
        self.shared = shared
        self.limits = shared.limits
        self.entropy = shared.entropy
        self.emit, self.drop = shared.emit, shared.drop
        self.tell, self.tell_lazily = shared.tell, shared.tell_lazily
        self.may_answer, self.may_tell = shared.may_answer, shared.may_tell
        self.new_esp_spi, self.next_serial = shared.new_esp_spi, shared.next_serial
        self.is_fixed = shared.is_fixed
        self.cookies = Cookies(shared.entropy, shared.limits.cookie_lifetime)
        self._sas: dict[bytes, IkeSa] = {}  # by our SPI
        self._first_messages: dict[tuple[bytes, SocketAddress], IkeSa] = {}
        self._children: dict[int, tuple[Child, IkeSa]] = {}  # by spi_in
        self._half_open: dict[IPAddress, set[IkeSa]] = {}  # by source
        self._half_open_sas: set[IkeSa] = set()
        self._timers: Timers[IkeSa] = Timers(timers.next_timeout)
        self.rearm = self._timers.rearm
        self._by_tunnel: dict[tuple[str, Role], dict[IkeSa, None]] = {}  # those that have not ended
        self._directory = Directory(shared.gateway)

    @property
    def gateway(self) -> Gateway:
        """The configuration in force."""
        return self.shared.gateway

    @property
    def keyring(self) -> Keyring:
        """Keys and certificates."""
        return self.shared.keyring

    # What the driver calls.

    def configure(self, now: float) -> None:
        """Take over the changed configuration.

        SAs of tunnels that are gone, or whose peer, identities or keys are others, are deleted; all others
        stay, and a new policy counts from the next negotiation.
        """
        self._directory = Directory(self.gateway)
        for sa in self._living():
            control.reconfigure(sa, self.gateway, now)
            self.rearm(sa)

    def initiate(self, tunnel: Ikev2Tunnel, path: Path, now: float, trigger: Trigger | None) -> bool:
        """Bring the tunnel up by IKE_SA_INIT to `path`, or by a Child SA of the IKE SA that stands.

        Does nothing while that is under way or the packet `trigger` has its Child SA. False if it cannot
        begin: its peer's address is unknown, or its credentials are not usable.
        """
        towards = tunnel.towards(path.remote.ip)
        if towards is None or (tunnel.peer_address is ANY and not tunnel.multipoint):
            return False
        if trigger is not None and trigger.refused:
            # The selectors were negotiated all at once: what they leave out stays out (V2-13).
            return True
        sa = control.initiate(self, towards, path, trigger, now)
        if sa is not None:
            self.rearm(sa)
        return sa is not None

    def receive(self, datagram: bytes, path: Path, now: float) -> None:
        """Take one datagram, without non-ESP marker. Never raises for what it reads."""
        try:
            header = decode_header(datagram)
        except WireError as error:
            self._unreadable(datagram, path, error, now)
            return
        if header.exchange_type == ExchangeType.IKE_SA_INIT and not header.is_response:
            self._first_message(header, datagram, path, now)
            return
        sa = self._sas.get(header.spi_r if header.is_initiator else header.spi_i)
        if sa is None:
            self._stranger(header, datagram, path, now)
            return
        dispatch.receive(sa, header, datagram, path, now)
        self.rearm(sa)

    def resume(self, now: float) -> None:
        """Go on with what waits for news of certificates."""
        for sa in [sa for sa in self._sas.values() if sa.suspended is not None]:
            dispatch.resume(sa, now)
            self.rearm(sa)

    def handle_timeout(self, now: float) -> None:
        """Do what is due. To be called at `next_timeout`, or later."""
        while (sa := self._timers.take_due(now)) is not None:
            if sa.state is State.GONE:
                self._forget(sa)
            else:
                timers.run(sa, now)
                self.rearm(sa)

    def next_timeout(self) -> float | None:
        """When `handle_timeout` wants to be called, monotonic seconds."""
        return self._timers.next()

    def has_child(self, spi_in: int) -> bool:
        """Is it the SPI of one of our Child SAs?"""
        return spi_in in self._children

    def expire(self, spi_in: int, now: float) -> None:
        """The data plane says that a Child SA has reached its soft limit: it is rekeyed."""
        found = self._children.get(spi_in)
        if found is not None:
            child, sa = found
            timers.rekey_child(sa, child, now)
            sa.pump(now)
            self.rearm(sa)

    def rekey(self, tunnel: str, now: float) -> bool:
        """Replace the tunnel's IKE SA now. False if none stands, or its rekey is not ours to begin."""
        sa = next((sa for sa in self.sas_of(tunnel) if sa.is_up and sa.may_rekey), None)
        if sa is None:
            return False
        timers.rekey(sa, now)
        self.rearm(sa)
        return True

    def first_inbound(self, spi_in: int, now: float) -> None:
        """The peer uses a Child SA that came of its rekey: so may we (RFC 7296 section 2.8)."""
        found = self._children.get(spi_in)
        if found is not None:
            control.first_inbound(*found)

    def peer_moved(self, spi_in: int, remote: SocketAddress, now: float) -> None:
        """Authentic ESP came from a new address or port: follow a peer that is behind a NAT (2.23)."""
        found = self._children.get(spi_in)
        if found is not None:
            control.peer_moved(found[1], remote)
            self.rearm(found[1])

    def unknown_spi(self, spi: int, path: Path, now: float) -> None:
        """ESP came for an SPI that we do not have: tell its sender (RFC 7296 section 1.5)."""
        if spi in self._children:
            # The packet has overtaken the message that made the SA.
            return
        sa = control.unknown_spi(self, self._living(), spi, path, now)
        if sa is not None:
            self.rearm(sa)

    def clear(
        self, tunnel: str | None, now: float, peer: IPAddress | None = None, at_once: bool = False
    ) -> int:
        """Delete the IKE SAs of a tunnel, or all, those with `peer` if that is one. They stay until the
        answer or the time-out (V2-34), or are gone here `at_once`. Their number.
        """
        sas = [sa for sa in self._living() if not sa.forgotten]
        sas = [sa for sa in sas if tunnel is None or sa.tunnel_name == tunnel]
        sas = [sa for sa in sas if peer in (None, sa.path.remote.ip)]
        for sa in sas:
            control.clear(sa, CLEARED, now, at_once)
            self.rearm(sa)
        return len(sas)

    def discard(self, tunnel: str, reason: str, now: float) -> None:
        """Forget the IKE SAs of a tunnel without a word to the peer."""
        for sa in self.sas_of(tunnel):
            sa.close(reason, now)
            self.rearm(sa)

    def shutdown(self, now: float) -> None:
        """Say goodbye to every peer, where that is not suppressed. There is no waiting for answers."""
        for sa in self._living():
            control.goodbye(sa, now)

    def ike_sas(self, now: float) -> tuple[IkeSaStatus, ...]:
        """Every IKE SA, oldest first; none that counts for nothing any more."""
        shown = [sa for sa in self._living() if not sa.forgotten]
        return tuple(status(sa, now) for sa in sorted(shown, key=lambda sa: sa.serial))

    def half_open(self) -> int:
        """How many initiators we have answered that have not yet proved who they are."""
        return len(self._half_open_sas)

    # What the SAs call: see `v2.host.Host`.

    def new_ike_spi(self) -> bytes:
        while (spi := self.entropy(8)) in self._sas or spi == _NO_SPI:
            pass
        return spi

    def add(self, sa: IkeSa) -> None:
        self._sas[sa.our_spi] = sa
        self._file(sa)
        if sa.state is State.INIT_ANSWERED:
            sa.first_message = (sa.init.request, sa.path.remote)
            self._first_messages[sa.first_message] = sa
            self._half_open_sas.add(sa)
            self._half_open.setdefault(sa.path.remote.ip, set()).add(sa)
        self.rearm(sa)

    def proven(self, sa: IkeSa) -> None:
        self._no_longer_half_open(sa)
        self._file(sa)

    def closed(self, sa: IkeSa) -> None:
        place = (sa.tunnel_name, sa.role)
        filed = self._by_tunnel.get(place, {})
        filed.pop(sa, None)
        if not filed:
            self._by_tunnel.pop(place, None)
        self.rearm(sa)

    def add_child(self, child: Child, sa: IkeSa, use_outbound: bool) -> None:
        self._children[child.spi_in] = (child, sa)
        self.shared.install(child.sa, use_outbound)

    def move_child(self, child: Child, sa: IkeSa) -> None:
        self._children[child.spi_in] = (child, sa)

    def use_outbound(self, child: Child) -> None:
        self.shared.use_outbound(child.tunnel.interface, child.spi_in, child.sa.peer)

    def remove_child(self, child: Child, reason: str) -> None:
        found = self._children.pop(child.spi_in, None)
        if found is None:
            return
        tunnel = child.tunnel.interface
        leaves = self.shared.leaves_by(tunnel, child.sa.peer) == child.spi_in
        heir = control.heir(child, self._children.values()) if leaves else None
        self.shared.remove(tunnel, child.spi_in, reason, heir, child.sa.peer)
        control.tell_child_gone(found[1], child, reason)

    def candidates(self, path: Path) -> tuple[Ikev2Tunnel, ...]:
        return tuple(self._reachable(path, self._directory.any_address))

    def peer_certificates(self, tunnel: Ikev2Tunnel | None) -> tuple[CertificateUse, ...]:
        if tunnel is None:
            return self._directory.certificates_of_any
        return (tunnel.peer.certificates,) if tunnel.peer.method is AuthenticationMethod.SIGNATURE else ()

    def nearest(self, path: Path) -> Ikev2Tunnel | None:
        return next(self._reachable(path, self._directory.any_address), None)

    def only_begins(self, path: Path) -> bool:
        found = tuple(self._at(path, self._directory.any_address))
        return bool(found) and not any(tunnel.answers for tunnel in found)

    def candidates_of(self, path: Path, peer: Identity) -> list[Ikev2Tunnel]:
        known = self._directory.any_address_by_peer.get((peer.type, peer.data), [])
        of_any_address = [*known, *self._directory.anybody]
        reachable = list(self._reachable(path, of_any_address))
        # Who is known by what it says comes before those who are known by their certificates alone.
        named = [t for t in reachable if t.peer.identity == peer and not t.peer.anybody]
        return named + [t for t in reachable if t.peer.anybody and t.peer.may_be(peer)]

    def half_open_of(self, path: Path) -> tuple[int, int]:
        return len(self._half_open_sas), len(self._half_open.get(path.remote.ip, ()))

    def has_established(self, peer: IPAddress) -> bool:
        return any(sa.is_up and sa.path.remote.ip == peer for sa in self._sas.values())

    def sas_of(self, tunnel: str, roles: Iterable[Role] = tuple(Role)) -> list[IkeSa]:
        found = (sa for role in roles for sa in self._by_tunnel.get((tunnel, role), ()))
        return sorted(found, key=lambda sa: sa.serial)

    # Routing.

    def _first_message(self, header: Header, datagram: bytes, path: Path, now: float) -> None:
        spis_fit = header.spi_i != _NO_SPI and header.spi_r == _NO_SPI
        if not spis_fit or header.message_id != 0 or not header.is_initiator:
            self.drop(Drop.WRONG_DIRECTION, path)
            return
        sa = self._first_messages.get((datagram, path.remote))
        if sa is None:
            ike_sa_init.respond(self, header, datagram, path, now)
        elif sa.state is State.INIT_ANSWERED:
            sa.transmit(sa.responses.last, path, now)
        else:
            self.drop(Drop.OUTSIDE_WINDOW, path)

    def _stranger(self, header: Header, datagram: bytes, path: Path, now: float) -> None:
        """No IKE SA of ours: say so to who asks (RFC 7296 section 2.21.4)."""
        self.drop(Drop.UNKNOWN_IKE_SPI, path)
        may_be_hint = header.spi_i == _NO_SPI or not (header.is_response or header.is_initiator)
        if (header.is_response and not may_be_hint) or not self.may_answer(now):
            return
        if may_be_hint:
            control.stray_notify(self, self._living(), datagram, path, now)
        if not header.is_response:
            notify = Notify(NotifyType.INVALID_IKE_SPI)
            self._answer_stranger(header, notify, path)

    def _answer_stranger(self, header: Header, notify: Notify, path: Path) -> None:
        """The SPIs, exchange and message ID are copied, and the roles are turned round."""
        answer = Message(
            header.spi_i,
            header.spi_r,
            header.exchange_type,
            not header.is_initiator,
            True,
            header.message_id,
            (notify,),
        )
        self.emit(Send(encode(answer), path))

    def _unreadable(self, datagram: bytes, path: Path, error: WireError, now: float) -> None:
        if len(datagram) < HEADER_SIZE or datagram[17] >> 4 == MAJOR_VERSION:
            self.drop(Drop.MALFORMED, path, str(error))
            return
        major = datagram[17] >> 4
        self.drop(Drop.UNKNOWN_VERSION, path, f"version {major}")
        # Only requests are answered, or two gateways could answer each other without end (section 2.5).
        if error.notify is None or datagram[19] & FLAG_RESPONSE or not self.may_answer(now):
            return
        header = Header(
            spi_i=datagram[:8],
            spi_r=datagram[8:16],
            next_payload=PayloadType.NONE,
            major=MAJOR_VERSION,
            minor=0,
            exchange_type=ExchangeType(datagram[18]),
            flags=datagram[19],
            message_id=int.from_bytes(datagram[20:24], "big"),
            length=len(datagram),
        )
        self._answer_stranger(header, Notify(error.notify), path)

    # Bookkeeping.

    def _reachable(self, path: Path, of_any_address: Iterable[Ikev2Tunnel]) -> Iterator[Ikev2Tunnel]:
        """Those of them that the peer may begin."""
        return (tunnel for tunnel in self._at(path, of_any_address) if tunnel.answers)

    def _at(self, path: Path, of_any_address: Iterable[Ikev2Tunnel]) -> Iterator[Ikev2Tunnel]:
        """Those for this address, then these for any, as far as they may be reached where `path` ends."""
        for tunnel in self._directory.fixed.get(path.remote.ip, ()):
            if self.shared.is_reachable_at(tunnel, path.local.ip):
                yield tunnel
        for tunnel in self._directory.named:
            if self.is_fixed(tunnel, path) and self.shared.is_reachable_at(tunnel, path.local.ip):
                yield tunnel
        for tunnel in of_any_address:
            if self.shared.is_reachable_at(tunnel, path.local.ip):
                yield tunnel

    def _living(self) -> list[IkeSa]:
        return [sa for sa in self._sas.values() if sa.state is not State.GONE]

    def _file(self, sa: IkeSa) -> None:
        if sa.tunnel is not None:
            self._by_tunnel.setdefault((sa.tunnel_name, sa.role), {})[sa] = None

    def _no_longer_half_open(self, sa: IkeSa) -> None:
        if sa not in self._half_open_sas:
            return
        self._half_open_sas.discard(sa)
        source = known(sa.first_message)[1].ip
        of_source = self._half_open[source]
        of_source.discard(sa)
        if not of_source:
            del self._half_open[source]

    def _forget(self, sa: IkeSa) -> None:
        # One that failed counts until now, or failing would be a way round the limits.
        self._no_longer_half_open(sa)
        self._sas.pop(sa.our_spi, None)
        if sa.first_message is not None:
            self._first_messages.pop(sa.first_message, None)
