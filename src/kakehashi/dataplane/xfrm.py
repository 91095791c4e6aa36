"""The data plane in the kernel: its ESP (XFRM), an xfrm interface a tunnel, UDP 500 and 4500 for IKE.

| asked here | in the kernel |
| --- | --- |
| a tunnel | an xfrm interface, and a policy that asks for an SA whatever it is given |
| a Child SA | two SAs a protocol with the interface's number and a number of their own (reqid) |
| what it takes | policies in and through, by any SA of the interface; one out as soon as it is to be used |
| another Child SA is to be used | the policy out names that one's number: from one packet to the next |
| packets between a tunnel's two ends (transport mode) | policies and SAs without an interface's number |
| GRE | a device of the kernel's, whose packets are such |

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
from ipaddress import ip_network
from zlib import crc32

from kakehashi.dataplane import gre_device, xfrm_device, xfrm_messages
from kakehashi.dataplane.ike_sockets import IkeSockets
from kakehashi.dataplane.links import remove as remove_link
from kakehashi.dataplane.netlink import F_DUMP, ROUTE, XFRM, NetlinkEvents, NetlinkSocket
from kakehashi.dataplane.protocol import (
    Acquire,
    Activity,
    BetweenEnds,
    Counters,
    DataPlaneEvent,
    Expire,
    FirstInbound,
    Hop,
    L2tpActivity,
    PeerMoved,
    PseudowireActivity,
    Sizes,
)
from kakehashi.dataplane.xfrm_messages import AH, ESP, Acquired, Ends, NewState, State, Template
from kakehashi.dataplane.xfrm_pair import LARGEST_WINDOW, Pair, gre_ends
from kakehashi.dataplane.xfrm_policies import ASKING, BETWEEN_ENDS, Policies
from kakehashi.dataplane.xfrm_selectors import KernelSelector, between
from kakehashi.dataplane.xfrm_statistics import Statistics, Tally
from kakehashi.model.address import IPAddress, Path, SocketAddress
from kakehashi.model.child_sa import ChildSa
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gre import Gre
from kakehashi.model.l2tp import L2tpSession
from kakehashi.model.policy import DfBit
from kakehashi.model.pseudowire import Encapsulation, PseudowireSession
from kakehashi.model.status import Traffic

REQIDS = 1 << 24  # from ASKING on
SOON, LATER, SOON_ENDS = 0.1, 1.0, 5.0  # seconds between two looks for a first packet, and until it is later
_GROUPS = (xfrm_messages.GROUP_ACQUIRE, xfrm_messages.GROUP_EXPIRE, xfrm_messages.GROUP_MAPPING)


@dataclass(slots=True)
class _Tunnel:
    """`protected`: what its policies without an interface take. `version`: of IP around GRE."""

    device: str
    if_id: int
    mtu: int = 0
    gre: Gre | None = None
    version: int = 4
    ends: BetweenEnds | None = None
    protected: tuple[KernelSelector, ...] = ()
    sizes: Sizes | None = None
    acquired: Acquired | None = None
    counters: Tally = field(default_factory=Tally)


class XfrmDataPlane:
    """See `protocol.DataPlane`. OSError as the native form; what the kernel has `xfrm_probe` finds out."""

    pre_fragments = False
    learns_path_mtu = True
    takes_between_ends = True

    def __init__(self, listen_ipv4: bool = True, listen_ipv6: bool = True) -> None:
        self._tunnels: dict[str, _Tunnel] = {}
        self._pairs: dict[int, Pair] = {}
        self._by_out: dict[tuple[IPAddress, int, int], int] = {}
        self._moved: dict[int, SocketAddress] = {}
        self._next_reqid = ASKING
        self._closed = False
        self._timer: threading.Timer | None = None
        self._kernel = NetlinkSocket(XFRM)
        self._policies = Policies(self._kernel)
        self._remove_leftovers(BETWEEN_ENDS)
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

    def add_tunnel(
        self, name: str, device: str, mtu: int, gre: Gre | None = None, plain: bool = False
    ) -> None:
        if plain:
            raise OSError(errno.EOPNOTSUPP, "GRE without IPsec is not done by the xfrm backend")
        if gre is not None:
            gre_device.add(self._links, device, mtu, gre, gre_device.nobody(device))
            self._tunnels[name] = _Tunnel(device, BETWEEN_ENDS, mtu, gre)
            return
        if_id = crc32(device.encode()) & 0x3FFF_FFFF or 1
        while any(other.if_id == if_id for other in self._tunnels.values()):
            if_id += 1
        if xfrm_device.add(self._links, device, mtu, if_id):
            self._remove_leftovers(if_id)
        self._tunnels[name] = _Tunnel(device, if_id, mtu)
        self._policies.add_tunnel(if_id)

    def connect(self, tunnel: str, path: Path, peers: Collection[IPAddress] | None = None) -> None:
        raise ValueError("GRE without IPsec is not done by the xfrm backend")

    def disconnect(self, tunnel: str) -> None:
        pass  # there is none

    def send_keepalive(self, tunnel: str) -> None:
        pass

    def add_l2tp_server(self, name: str, device: str, mtu: int, in_the_clear: bool = False) -> None:
        raise OSError(errno.EOPNOTSUPP, "L2TP is not done by the xfrm backend")

    def add_multipoint(
        self, name: str, device: str, mtu: int, gre: Gre | None = None, plain: bool = False
    ) -> None:
        raise OSError(errno.EOPNOTSUPP, "tunnels of many peers are not done by the xfrm backend")

    def set_next_hops(
        self, name: str, hops: Collection[Hop], multicast: Collection[IPAddress], tells_returning: bool
    ) -> None:
        pass  # there are no such tunnels

    def send_nhrp(self, name: str, peer: IPAddress, message: bytes) -> None:
        pass  # there are no such tunnels

    def discard_for(self, name: str, peer: IPAddress) -> None:
        pass  # there are no such tunnels

    def install_session(self, server: str, session: L2tpSession) -> None:
        pass  # there is no server

    def remove_session(self, server: str, tunnel_id: int, session_id: int) -> None:
        pass

    def send_l2tp(self, server: str, payload: bytes, path: Path, peer: str) -> None:
        pass

    def l2tp_sessions(self) -> list[L2tpActivity]:
        return []

    def add_ethernet_tunnel(self, name: str, device: str, mtu: int, wire: Encapsulation) -> None:
        raise OSError(errno.EOPNOTSUPP, "Ethernet frames are not carried by the xfrm backend")

    def add_pseudowire(self, name: str, device: str, mtu: int, wire: Encapsulation, path: Path) -> None:
        raise OSError(errno.EOPNOTSUPP, "Ethernet frames are not carried by the xfrm backend")

    def install_pseudowire(self, name: str, session: PseudowireSession) -> None:
        pass  # there is none

    def withdraw_pseudowire(self, name: str) -> None:
        pass

    def remove_pseudowire(self, name: str) -> None:
        pass

    def send_pseudowire(self, name: str, payload: bytes) -> None:
        pass

    def pseudowires(self) -> list[PseudowireActivity]:
        return []

    def set_sizes(self, name: str, sizes: Sizes) -> None:
        if (tunnel := self._tunnels.get(name)) is None:
            return
        tunnel.sizes = sizes
        if tunnel.ends:
            self._set_gre_ends(tunnel, (tunnel.ends.local, tunnel.ends.remote))

    def set_ends(self, name: str, ends: BetweenEnds) -> None:
        tunnel = self._tunnels.get(name)
        if tunnel is None or tunnel.ends == ends:
            return
        pair = (ends.local, ends.remote)
        selectors = between(*pair, ends.local_selectors, ends.remote_selectors)
        # First what protects, then what is to be protected.
        around = pair if ends.mode is EncapsulationMode.TUNNEL else None
        protocol = AH if ends.only_ah else ESP
        template = Template(ends.mode, protocol, ASKING, around, ends.remote.version)
        self._policies.protect(selectors, pair, template)
        self._set_gre_ends(tunnel, pair)
        before, protected = tunnel.ends, tunnel.protected
        tunnel.ends, tunnel.protected = ends, selectors
        if before:
            gone = tuple(selector for selector in protected if selector not in selectors)
            self._policies.protect_no_more(gone, (before.local, before.remote))
            # Where the ends are the same, something that both need has gone.
            self._policies.protect(selectors, pair, template)

    def set_path_mtu(self, local: IPAddress, remote: IPAddress, mtu: int | None) -> None:
        pass  # the kernel has learned it itself

    def set_own_addresses(self, addresses: Collection[IPAddress]) -> None:
        pass  # the kernel knows them

    def remove_tunnel(self, name: str) -> None:
        if (tunnel := self._tunnels.get(name)) is None:
            return
        for pair in [p for p in self._pairs.values() if p.tunnel == name]:
            self.remove(pair.spi_in)
        self._forget_acquired(tunnel)
        del self._tunnels[name]
        if not tunnel.gre:
            self._policies.remove_tunnel(tunnel.if_id)
        remove_link(self._links, tunnel.device)
        if tunnel.ends:
            self._policies.protect_no_more(tunnel.protected, (tunnel.ends.local, tunnel.ends.remote))

    def install(self, sa: ChildSa, use_outbound: bool) -> None:
        tunnel = self._tunnels[sa.tunnel]
        self._next_reqid += 1
        pair = Pair.of(sa, tunnel.if_id, tunnel.gre is not None, self._next_reqid)
        if tunnel.gre and tunnel.ends is None:
            self.set_ends(sa.tunnel, gre_ends(sa))  # nobody knew them before
        states = list(pair.new_states(sa, tunnel.sizes.df_bit if tunnel.sizes else DfBit.COPY))
        made: list[NewState] = []
        try:
            for state in states:
                self._kernel.request(xfrm_messages.NEWSA, state.octets())
                made.append(state)
            self._policies.accept(pair.if_id, pair.spi_in, pair.selectors, pair.inbound())
        except OSError as error:
            self._policies.forget(pair.if_id, pair.spi_in, pair.selectors)
            for state in made:
                self._delete(state.destination, state.spi, state.protocol)
            raise ValueError(f"the kernel refuses the SA: {error.strerror}") from error
        self._pairs[pair.spi_in] = pair
        for inbound, destination, spi, protocol in pair.states():
            if not inbound:
                self._by_out[destination, spi, protocol] = pair.spi_in
        self._arm()
        if use_outbound:
            self.use_outbound(sa.tunnel, sa.spi_in)

    def use_outbound(self, tunnel: str, spi_in: int) -> None:
        pair, found = self._pairs.get(spi_in), self._tunnels.get(tunnel)
        if pair and found:
            self._policies.use(pair.if_id, spi_in, pair.selectors, pair.outbound())
            self._forget_acquired(found)

    def move(self, spi_in: int, path: Path, udp_encapsulation: bool) -> None:
        pair = self._pairs.get(spi_in)
        if pair is None:
            return
        before, pair.path = pair.path, path
        near, far = path.local, path.remote
        for layer in pair.layers:
            for source, destination, old, spi in (
                (far, near, before.local.ip, layer.spi_in),
                (near, far, before.remote.ip, layer.spi_out),
            ):
                if (state := self._state(old, spi, layer.protocol)) is None:
                    continue
                ports = (source.port, destination.port) if udp_encapsulation else None
                self._delete(old, spi, layer.protocol)
                self._tunnels[pair.tunnel].counters.add_failures(state)
                anew = xfrm_messages.moved(state.told, source.ip, destination.ip, ports)
                self._kernel.request(xfrm_messages.NEWSA, anew)
            self._by_out.pop((before.remote.ip, layer.spi_out, layer.protocol), None)
            self._by_out[far.ip, layer.spi_out, layer.protocol] = spi_in
        self._moved.pop(spi_in, None)
        self._follow(pair)

    def _follow(self, pair: Pair) -> None:
        """The policies of a pair that has moved. Without an interface what they take has moved along."""
        near, far = pair.path.local.ip, pair.path.remote.ip
        anew = tuple(
            dict.fromkeys(
                replace(selector, source=ip_network(near), destination=ip_network(far))
                for selector in pair.selectors
            )
        )
        if pair.if_id != BETWEEN_ENDS or anew == pair.selectors:
            self._policies.moved(pair.if_id, pair.spi_in, pair.selectors, pair.outbound())
            return
        self._policies.accept(pair.if_id, pair.spi_in, anew, pair.inbound())
        if self._policies.is_used(pair.if_id, pair.spi_in, pair.selectors):
            self._policies.use(pair.if_id, pair.spi_in, anew, pair.outbound())
        self._policies.forget(pair.if_id, pair.spi_in, pair.selectors)
        pair.selectors = anew

    def remove(self, spi_in: int) -> None:
        if (pair := self._pairs.pop(spi_in, None)) is None:
            return
        tunnel = self._tunnels[pair.tunnel]
        self._policies.forget(pair.if_id, spi_in, pair.selectors)
        self._moved.pop(spi_in, None)
        for inbound, destination, spi, protocol in pair.states():
            if not inbound:
                self._by_out.pop((destination, spi, protocol), None)
            if (state := self._state(destination, spi, protocol)) is not None:
                _count(tunnel.counters, pair, state, inbound)
                self._delete(destination, spi, protocol)

    def discard_waiting(self, tunnel: str) -> None:
        if (found := self._tunnels.get(tunnel)) is not None:
            self._forget_acquired(found)

    def counters(self) -> Counters:
        tallies = {name: tunnel.counters.copy() for name, tunnel in self._tunnels.items()}
        for pair, state, inbound in self._living():
            _count(tallies[pair.tunnel], pair, state, inbound)
        drops = self._statistics.drops()
        if self._ike.failed_sends:
            drops["ike_send_failed"] = self._ike.failed_sends
        return Counters({name: tally.counters() for name, tally in tallies.items()}, drops)

    def activity(self) -> list[Activity]:
        """Not every kernel tells when an SA was used: then it was when its counter was seen to grow."""
        now = time.time()
        idle: dict[int, list[float | None]] = {spi: [None, None] for spi in self._pairs}
        for pair, state, inbound in self._counted():
            side = 0 if inbound else 1
            if state.packets != pair.seen[side]:
                pair.seen[side], pair.used[side] = state.packets, now
            if state.packets:
                idle[pair.spi_in][side] = max(now - (state.last_used or pair.used[side]), 0.0)
        return [Activity(spi, *both) for spi, both in idle.items()]

    def traffic(self) -> dict[int, Traffic]:
        found = {spi: Traffic() for spi in self._pairs}
        for pair, state, inbound in self._counted():
            before = found[pair.spi_in]
            if inbound:
                found[pair.spi_in] = replace(before, packets_in=state.packets, octets_in=state.octets)
            else:
                found[pair.spi_in] = replace(before, packets_out=state.packets, octets_out=state.octets)
        return found

    def means(self) -> Mapping[str, str]:
        return {
            "backend": "xfrm",
            "packets": f"ESP and AH of Linux {os.uname().release}",
            "devices": "xfrm interfaces, and GRE of the kernel",
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

    def _set_gre_ends(self, tunnel: _Tunnel, ends: Ends) -> None:
        if tunnel.gre is None:
            return
        df = tunnel.sizes.df_bit if tunnel.sizes else DfBit.COPY
        if tunnel.version == ends[0].version:
            gre_device.change(self._links, tunnel.device, tunnel.gre, ends, df)
            return
        remove_link(self._links, tunnel.device)
        gre_device.add(self._links, tunnel.device, tunnel.mtu, tunnel.gre, ends, df)
        tunnel.version = ends[0].version

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
        if acquired.reqid != ASKING:
            return  # an SA is away for a moment
        for name, tunnel in self._tunnels.items():
            if acquired.if_id == BETWEEN_ENDS:
                is_its = any(selector.octets() == acquired.policy for selector in tunnel.protected)
            else:
                is_its = tunnel.if_id == acquired.if_id
            if is_its:
                tunnel.acquired = acquired
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
        found = self._found(state)
        if found is None:
            return
        pair, inbound = found
        if hard:  # it is gone
            _count(self._tunnels[pair.tunnel].counters, pair, state, inbound)
        if hard not in pair.expired:  # the kernel tells it of each direction, and again and again
            pair.expired.add(hard)
            yield Expire(pair.spi_in, hard)

    def _first_packets(self) -> Iterable[FirstInbound]:
        self._timer = None
        for pair in [p for p in self._pairs.values() if p.awaited]:
            state = self._state(pair.path.local.ip, pair.spi_in, pair.layers[0].protocol)
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

    def _living(self) -> Iterable[tuple[Pair, State, bool]]:
        """Every SA of ours; True is inbound."""
        for told in self._kernel.request(xfrm_messages.GETSA, b"", F_DUMP):
            state = State.read(told)
            if found := self._found(state):
                yield found[0], state, found[1]

    def _counted(self) -> Iterable[tuple[Pair, State, bool]]:
        """Of each pair the SAs whose packets count."""
        return (living for living in self._living() if living[0].counts(living[1]))

    def _found(self, state: State) -> tuple[Pair, bool] | None:
        """The pair that it belongs to; True is inbound."""
        spi_in = self._by_out.get((state.destination, state.spi, state.protocol))
        pair = self._pairs.get(state.spi if spi_in is None else spi_in)
        if pair is None or pair.if_id != state.if_id:
            return None
        if spi_in is None and state.destination != pair.path.local.ip:
            return None
        return pair, spi_in is None

    def _state(self, destination: IPAddress, spi: int, protocol: int) -> State | None:
        try:
            identity = xfrm_messages.state_id(destination, spi, protocol)
            answers = self._kernel.request(xfrm_messages.GETSA, identity)
        except OSError:
            return None
        return State.read(answers[0]) if answers else None

    def _delete(self, destination: IPAddress, spi: int, protocol: int) -> None:
        try:
            self._kernel.request(xfrm_messages.DELSA, xfrm_messages.state_id(destination, spi, protocol))
        except OSError as error:
            if error.errno != errno.ESRCH:
                raise

    def _forget_acquired(self, tunnel: _Tunnel) -> None:
        """Let the next packet ask again."""
        if tunnel.acquired is None:
            return
        asked, tunnel.acquired = tunnel.acquired.spi(), None
        try:
            for told in self._kernel.request(xfrm_messages.ALLOCSPI, asked):
                state = State.read(told)
                self._delete(state.destination, state.spi, state.protocol)
        except OSError:
            pass  # it ends by itself in half a minute

    def _remove_leftovers(self, if_id: int) -> None:
        """SAs and policies of a gateway that was killed."""
        for told in self._kernel.request(xfrm_messages.GETSA, b"", F_DUMP):
            state = State.read(told)
            is_ours = if_id != BETWEEN_ENDS or ASKING <= state.reqid < ASKING + REQIDS
            if state.if_id == if_id and is_ours:
                self._delete(state.destination, state.spi, state.protocol)
        self._policies.remove_leftovers(if_id)


def _count(tally: Tally, pair: Pair, state: State, inbound: bool) -> None:
    if pair.counts(state):
        tally.add(state, inbound)
    elif inbound:
        tally.add_failures(state)
