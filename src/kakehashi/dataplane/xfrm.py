"""The data plane in the kernel: its ESP (XFRM), an xfrm interface a tunnel, UDP 500 and 4500 for IKE.

| asked here | in the kernel |
| --- | --- |
| a tunnel | an xfrm interface, and a policy that asks for an SA whatever it is given |
| a Child SA | two SAs with the interface's number and a number of their own (reqid) |
| what it takes | policies in and through, by any SA of the interface; one out as soon as it is to be used |
| another Child SA is to be used | the policy out names that one's number: from one packet to the next |

A packet that the interface gives up is so encrypted or dropped, as in the native form; but none waits for an
SA. Nobody tells us of the first packet that an SA receives: it is looked for while it is waited for.
"""

import errno
import os
import select
import threading
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from zlib import crc32

from kakehashi.dataplane import xfrm_device, xfrm_messages
from kakehashi.dataplane.ike_sockets import IkeSockets
from kakehashi.dataplane.netlink import F_DUMP, ROUTE, XFRM, NetlinkEvents, NetlinkSocket
from kakehashi.dataplane.protocol import (
    Acquire,
    Activity,
    Counters,
    DataPlaneEvent,
    Expire,
    FirstInbound,
    L2tpActivity,
    PeerMoved,
    Sizes,
)
from kakehashi.dataplane.xfrm_algorithms import algorithm_attributes
from kakehashi.dataplane.xfrm_messages import Acquired, NewState, State
from kakehashi.dataplane.xfrm_policies import Policies
from kakehashi.dataplane.xfrm_selectors import KernelSelector, outbound
from kakehashi.dataplane.xfrm_statistics import Statistics, Tally
from kakehashi.model.address import IPAddress, Path, SocketAddress
from kakehashi.model.child_sa import ChildSa, EspKeys
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gre import Gre
from kakehashi.model.l2tp import L2tpSession
from kakehashi.model.policy import DfBit
from kakehashi.model.status import Traffic

LARGEST_WINDOW = 4096  # XFRMA_REPLAY_ESN_MAX
LAST_SEQUENCE = (1 << 32) - (1 << 28)  # without ESN: time for a rekey, whatever the rate
FIRST_REQID = 0x4B00_0000
SOON, LATER, SOON_ENDS = 0.1, 1.0, 5.0  # seconds between two looks for a first packet, and until it is later
_GROUPS = (xfrm_messages.GROUP_ACQUIRE, xfrm_messages.GROUP_EXPIRE, xfrm_messages.GROUP_MAPPING)


@dataclass(slots=True)
class _Pair:
    """A Child SA in the kernel."""

    tunnel: str
    spi_in: int
    spi_out: int
    path: Path
    reqid: int
    selectors: tuple[KernelSelector, ...]
    awaited: bool = True
    expired: set[bool] = field(default_factory=set)  # what has been told, by `hard`
    installed: float = field(default_factory=time.monotonic)
    seen: list[int] = field(default_factory=lambda: [0, 0])
    used: list[float] = field(default_factory=lambda: [0.0, 0.0])


@dataclass(slots=True)
class _Tunnel:
    device: str
    if_id: int
    sizes: Sizes | None = None
    acquired: int | None = None
    counters: Tally = field(default_factory=Tally)


class XfrmDataPlane:
    """See `protocol.DataPlane`. OSError as the native form; what the kernel has `xfrm_probe` finds out."""

    pre_fragments = False

    def __init__(self, listen_ipv4: bool = True, listen_ipv6: bool = True) -> None:
        self._tunnels: dict[str, _Tunnel] = {}
        self._pairs: dict[int, _Pair] = {}
        self._by_out: dict[tuple[IPAddress, int], int] = {}
        self._moved: dict[int, SocketAddress] = {}
        self._next_reqid = FIRST_REQID
        self._closed = False
        self._timer: threading.Timer | None = None
        self._kernel = NetlinkSocket(XFRM)
        self._policies = Policies(self._kernel)
        self._links = NetlinkSocket(ROUTE)
        self._statistics = Statistics()
        self._ike = IkeSockets(listen_ipv4, listen_ipv6)
        self._told = NetlinkEvents(XFRM, _GROUPS)
        self._bell = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._poll = select.epoll()
        for descriptor in (self._told.fileno(), self._bell, *self._ike.filenos()):
            self._poll.register(descriptor, select.EPOLLIN)

    def fileno(self) -> int:
        return self._poll.fileno()

    def events(self) -> list[DataPlaneEvent]:
        try:
            return self._waiting()
        except OSError as error:
            raise RuntimeError(f"the kernel tells nothing any more: {error.strerror}") from error

    def _waiting(self) -> list[DataPlaneEvent]:
        events: list[DataPlaneEvent] = []
        for descriptor, _ in self._poll.poll(0):
            if descriptor == self._told.fileno():
                events += self._told_by_kernel()
            elif descriptor == self._bell:
                os.eventfd_read(self._bell)
                events += self._first_packets()
            else:
                events += self._ike.read(descriptor)
        return events

    def send_ike(self, datagram: bytes, path: Path) -> None:
        self._ike.send(datagram, path)

    def send_nat_keepalive(self, path: Path) -> None:
        self._ike.send_raw(b"\xff", path)

    def add_tunnel(self, name: str, device: str, mtu: int, gre: Gre | None = None) -> None:
        if gre is not None:
            raise OSError(errno.EOPNOTSUPP, "GRE is not done by the xfrm backend")
        if_id = crc32(device.encode()) & 0x3FFF_FFFF or 1
        while any(other.if_id == if_id for other in self._tunnels.values()):
            if_id += 1
        if xfrm_device.add(self._links, device, mtu, if_id):
            self._remove_leftovers(if_id)
        self._tunnels[name] = _Tunnel(device, if_id)
        self._policies.add_tunnel(if_id)

    def add_l2tp_server(self, name: str, device: str, mtu: int) -> None:
        raise OSError(errno.EOPNOTSUPP, "L2TP is not done by the xfrm backend")

    def install_session(self, server: str, session: L2tpSession) -> None:
        pass  # there is no server

    def remove_session(self, server: str, tunnel_id: int, session_id: int) -> None:
        pass

    def send_l2tp(self, server: str, payload: bytes, path: Path, peer: str) -> None:
        pass

    def l2tp_sessions(self) -> list[L2tpActivity]:
        return []

    def set_sizes(self, name: str, sizes: Sizes) -> None:
        if name in self._tunnels:
            self._tunnels[name].sizes = sizes

    def set_own_addresses(self, addresses: Collection[IPAddress]) -> None:
        pass  # the kernel knows them

    def remove_tunnel(self, name: str) -> None:
        if (tunnel := self._tunnels.get(name)) is None:
            return
        for pair in [p for p in self._pairs.values() if p.tunnel == name]:
            self.remove(pair.spi_in)
        self._forget_acquired(tunnel)
        self._policies.remove_tunnel(tunnel.if_id)
        del self._tunnels[name]
        xfrm_device.remove(self._links, tunnel.device)

    def install(self, sa: ChildSa, use_outbound: bool) -> None:
        if sa.mode is not EncapsulationMode.TUNNEL:
            raise ValueError("transport mode is not done by the xfrm backend")
        tunnel = self._tunnels[sa.tunnel]
        selectors = outbound(sa.local_selectors, sa.remote_selectors)
        self._next_reqid += 1
        pair = _Pair(sa.tunnel, sa.spi_in, sa.spi_out, sa.path, self._next_reqid, selectors)
        inbound, out = self._states(sa, tunnel, pair)
        try:
            self._kernel.request(xfrm_messages.NEWSA, inbound.octets())
            try:
                self._kernel.request(xfrm_messages.NEWSA, out.octets())
                self._policies.accept(tunnel.if_id, pair.spi_in, selectors)
            except OSError:
                self._delete(inbound.destination, inbound.spi)
                self._delete(out.destination, out.spi)
                raise
        except OSError as error:
            raise ValueError(f"the kernel refuses the SA: {error.strerror}") from error
        self._pairs[pair.spi_in] = pair
        self._by_out[out.destination, out.spi] = pair.spi_in
        self._arm()
        if use_outbound:
            self.use_outbound(sa.tunnel, sa.spi_in)

    def use_outbound(self, tunnel: str, spi_in: int) -> None:
        pair, found = self._pairs.get(spi_in), self._tunnels.get(tunnel)
        if pair and found:
            ends = (pair.path.local.ip, pair.path.remote.ip)
            self._policies.use(found.if_id, spi_in, pair.selectors, ends, pair.reqid)
            self._forget_acquired(found)

    def move(self, spi_in: int, path: Path, udp_encapsulation: bool) -> None:
        pair = self._pairs.get(spi_in)
        if pair is None:
            return
        before, pair.path = pair.path, path
        near, far = path.local, path.remote
        for source, destination, old, spi in (
            (far, near, before.local.ip, pair.spi_in),
            (near, far, before.remote.ip, pair.spi_out),
        ):
            if (state := self._state(old, spi)) is None:
                continue
            ports = (source.port, destination.port) if udp_encapsulation else None
            self._delete(old, spi)
            self._tunnels[pair.tunnel].counters.add_failures(state)
            anew = xfrm_messages.moved(state.told, source.ip, destination.ip, ports)
            self._kernel.request(xfrm_messages.NEWSA, anew)
        self._by_out.pop((before.remote.ip, pair.spi_out), None)
        self._by_out[far.ip, pair.spi_out] = spi_in
        self._moved.pop(spi_in, None)
        if_id = self._tunnels[pair.tunnel].if_id
        self._policies.moved(if_id, spi_in, pair.selectors, (near.ip, far.ip), pair.reqid)

    def remove(self, spi_in: int) -> None:
        if (pair := self._pairs.pop(spi_in, None)) is None:
            return
        tunnel = self._tunnels[pair.tunnel]
        self._policies.forget(tunnel.if_id, spi_in, pair.selectors)
        self._by_out.pop((pair.path.remote.ip, pair.spi_out), None)
        self._moved.pop(spi_in, None)
        for inbound, destination, spi in (
            (True, pair.path.local.ip, pair.spi_in),
            (False, pair.path.remote.ip, pair.spi_out),
        ):
            if (state := self._state(destination, spi)) is not None:
                tunnel.counters.add(state, inbound)
                self._delete(destination, spi)

    def discard_waiting(self, tunnel: str) -> None:
        if (found := self._tunnels.get(tunnel)) is not None:
            self._forget_acquired(found)

    def counters(self) -> Counters:
        tallies = {name: tunnel.counters.copy() for name, tunnel in self._tunnels.items()}
        for pair, state, inbound in self._living():
            tallies[pair.tunnel].add(state, inbound)
        drops = self._statistics.drops()
        if self._ike.failed_sends:
            drops["ike_send_failed"] = self._ike.failed_sends
        return Counters({name: tally.counters() for name, tally in tallies.items()}, drops)

    def activity(self) -> list[Activity]:
        """Not every kernel tells when an SA was used: then it was when its counter was seen to grow."""
        now = time.time()
        idle: dict[int, list[float | None]] = {spi: [None, None] for spi in self._pairs}
        for pair, state, inbound in self._living():
            side = 0 if inbound else 1
            if state.packets != pair.seen[side]:
                pair.seen[side], pair.used[side] = state.packets, now
            if state.packets:
                idle[pair.spi_in][side] = max(now - (state.last_used or pair.used[side]), 0.0)
        return [Activity(spi, *both) for spi, both in idle.items()]

    def traffic(self) -> dict[int, Traffic]:
        found = {spi: Traffic() for spi in self._pairs}
        for pair, state, inbound in self._living():
            before = found[pair.spi_in]
            if inbound:
                found[pair.spi_in] = replace(before, packets_in=state.packets, octets_in=state.octets)
            else:
                found[pair.spi_in] = replace(before, packets_out=state.packets, octets_out=state.octets)
        return found

    def means(self) -> Mapping[str, str]:
        return {
            "backend": "xfrm",
            "packets": f"ESP of Linux {os.uname().release}",
            "devices": "xfrm interfaces",
            "replay window": f"up to {LARGEST_WINDOW} packets",
        }

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        for name in list(self._tunnels):
            self.remove_tunnel(name)
        if self._timer:
            self._timer.cancel()
            self._timer.join()
        self._poll.close()
        os.close(self._bell)
        self._told.close()
        self._ike.close()
        self._links.close()
        self._kernel.close()

    def _states(self, sa: ChildSa, tunnel: _Tunnel, pair: _Pair) -> tuple[NewState, NewState]:
        near, far = sa.path.local, sa.path.remote
        window = min(sa.replay_window, LARGEST_WINDOW)
        if sa.esn and not window:
            window = LARGEST_WINDOW  # the kernel has no ESN without one
        soft = sa.soft_packets
        if not sa.esn:
            soft = LAST_SEQUENCE if soft is None else min(soft, LAST_SEQUENCE)

        def state(source: SocketAddress, destination: SocketAddress, spi: int, keys: EspKeys) -> NewState:
            return NewState(
                source=source.ip,
                destination=destination.ip,
                spi=spi,
                reqid=pair.reqid,
                if_id=tunnel.if_id,
                algorithms=algorithm_attributes(sa.cipher, sa.integrity, keys),
                ports=(source.port, destination.port) if sa.udp_encapsulation else None,
                # Of several the policies take the union, whichever SA a packet came by.
                selector=pair.selectors[0].reversed()
                if spi == sa.spi_in and len(pair.selectors) == 1
                else None,
                replay_window=window,
                esn=sa.esn,
                clear_df=tunnel.sizes is not None and tunnel.sizes.df_bit is DfBit.CLEAR,
                soft_packets=soft,
                soft_bytes=sa.soft_bytes,
                hard_packets=sa.hard_packets,
                hard_bytes=sa.hard_bytes,
            )

        return state(far, near, sa.spi_in, sa.keys_in), state(near, far, sa.spi_out, sa.keys_out)

    def _told_by_kernel(self) -> Iterable[DataPlaneEvent]:
        for kind, told in self._told.take():
            match kind:
                case xfrm_messages.ACQUIRE:
                    yield from self._acquire(Acquired.read(told))
                case xfrm_messages.EXPIRE:
                    state = State.read(told, xfrm_messages.EXPIRE_SIZE)
                    yield from self._expire(state, xfrm_messages.is_hard(told))
                case xfrm_messages.MAPPING:
                    found = xfrm_messages.Mapping.read(told)
                    remote = SocketAddress(found.source, found.port)
                    # It is told again with every packet, until the SA is moved.
                    if found.spi in self._pairs and self._moved.get(found.spi) != remote:
                        self._moved[found.spi] = remote
                        yield PeerMoved(found.spi, remote)

    def _acquire(self, acquired: Acquired) -> Iterable[Acquire]:
        for name, tunnel in self._tunnels.items():
            if tunnel.if_id == acquired.if_id and acquired.is_new:
                tunnel.acquired = acquired.sequence
                yield Acquire(
                    name,
                    acquired.source,
                    acquired.destination,
                    acquired.protocol,
                    acquired.source_port,
                    acquired.destination_port,
                    refused=any(pair.tunnel == name for pair in self._pairs.values()),
                )

    def _expire(self, state: State, hard: bool) -> Iterable[Expire]:
        spi_in = self._by_out.get((state.destination, state.spi))
        pair = self._pairs.get(state.spi if spi_in is None else spi_in)
        if pair is None or not any(t.if_id == state.if_id for t in self._tunnels.values()):
            return
        if hard:  # it is gone
            self._tunnels[pair.tunnel].counters.add(state, inbound=spi_in is None)
        if hard not in pair.expired:  # the kernel tells it of each direction, and again and again
            pair.expired.add(hard)
            yield Expire(pair.spi_in, hard)

    def _first_packets(self) -> Iterable[FirstInbound]:
        self._timer = None
        for pair in [p for p in self._pairs.values() if p.awaited]:
            state = self._state(pair.path.local.ip, pair.spi_in)
            if state is not None and state.packets:
                pair.awaited = False
                yield FirstInbound(pair.spi_in)
        self._arm()

    def _arm(self) -> None:
        """Look again soon, as long as there is something to look for."""
        awaited = [pair.installed for pair in self._pairs.values() if pair.awaited]
        if not awaited or self._timer or self._closed:
            return
        wait = SOON if time.monotonic() - max(awaited) < SOON_ENDS else LATER
        self._timer = threading.Timer(wait, os.eventfd_write, (self._bell, 1))
        self._timer.daemon = True
        self._timer.start()

    def _living(self) -> Iterable[tuple[_Pair, State, bool]]:
        """Every SA of ours; True is inbound."""
        for told in self._kernel.request(xfrm_messages.GETSA, b"", F_DUMP):
            state = State.read(told)
            spi_in = self._by_out.get((state.destination, state.spi))
            pair = self._pairs.get(state.spi if spi_in is None else spi_in)
            if pair and (spi_in is not None or state.destination == pair.path.local.ip):
                yield pair, state, spi_in is None

    def _state(self, destination: IPAddress, spi: int) -> State | None:
        try:
            answers = self._kernel.request(xfrm_messages.GETSA, xfrm_messages.state_id(destination, spi))
        except OSError:
            return None
        return State.read(answers[0]) if answers else None

    def _delete(self, destination: IPAddress, spi: int) -> None:
        try:
            self._kernel.request(xfrm_messages.DELSA, xfrm_messages.state_id(destination, spi))
        except OSError as error:
            if error.errno != errno.ESRCH:
                raise

    def _forget_acquired(self, tunnel: _Tunnel) -> None:
        """Let the next packet ask again."""
        if tunnel.acquired is None:
            return
        asked = xfrm_messages.spi_for_acquired(tunnel.if_id, tunnel.acquired)
        tunnel.acquired = None
        try:
            for told in self._kernel.request(xfrm_messages.ALLOCSPI, asked):
                state = State.read(told)
                self._delete(state.destination, state.spi)
        except OSError:
            pass  # it ends by itself in half a minute

    def _remove_leftovers(self, if_id: int) -> None:
        """SAs and policies of a gateway that was killed."""
        for told in self._kernel.request(xfrm_messages.GETSA, b"", F_DUMP):
            state = State.read(told)
            if state.if_id == if_id:
                self._delete(state.destination, state.spi)
        self._policies.remove_leftovers(if_id)
