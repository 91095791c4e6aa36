"""A data plane without packets, for tests: it records what it is asked, and tells what it is told to tell."""

import os
from collections.abc import Collection, Mapping
from typing import Any

from kakehashi.dataplane.protocol import (
    Activity,
    BetweenEnds,
    Counters,
    DataPlaneEvent,
    Hop,
    L2tpActivity,
    PseudowireActivity,
    Sizes,
)
from kakehashi.model.address import IPAddress, Path
from kakehashi.model.child_sa import ChildSa
from kakehashi.model.gre import Gre
from kakehashi.model.l2tp import L2tpSession
from kakehashi.model.pseudowire import Encapsulation, PseudowireSession
from kakehashi.model.status import InboundCounters, OutboundCounters, Traffic


class MemoryDataPlane:
    """See `protocol.DataPlane`.

    `calls` holds every call that asks for something, as (name, arguments), oldest first; `sent` the IKE
    messages. `devices`, `sizes`, `children` (by inbound SPI) and `outbound` (by tunnel: the inbound SPI of
    the Child SA that sends) and `connected` (tunnels without SAs) are what the calls amount to; so are
    `sessions` (by server and our two IDs), `sent_l2tp`, `wires` (by pseudowire: what carries it, and the
    way), `wire_sessions` and `sent_control`; `hops` and `sent_nhrp` are of tunnels with many peers.
    `device_errors`: `add_tunnel` of this device raises this.
    """

    pre_fragments = True
    learns_path_mtu = False
    takes_between_ends = False

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.sent: list[tuple[bytes, Path]] = []
        self.devices: dict[str, tuple[str, int]] = {}
        self.sizes: dict[str, Sizes] = {}
        self.children: dict[int, ChildSa] = {}
        self.outbound: dict[str, int] = {}
        self.sessions: dict[tuple[str, int, int], L2tpSession] = {}
        self.sent_l2tp: list[tuple[bytes, Path, str]] = []
        self.wires: dict[str, tuple[Encapsulation, Path]] = {}
        self.wire_sessions: dict[str, PseudowireSession] = {}
        self.sent_control: list[tuple[str, bytes]] = []
        self.wire_activities: list[PseudowireActivity] = []
        self.session_activities: list[L2tpActivity] = []
        self.hops: dict[str, tuple[Hop, ...]] = {}
        self.sent_nhrp: list[tuple[str, IPAddress, bytes]] = []
        self.connected: dict[str, Path] = {}
        self.device_errors: dict[str, OSError] = {}
        self.tunnel_counters: dict[str, tuple[OutboundCounters, InboundCounters]] = {}
        self.drops: dict[str, int] = {}
        self.activities: list[Activity] = []
        self.traffics: dict[int, Traffic] = {}
        self.closed = False
        self._events: list[DataPlaneEvent] = []
        self._readable, self._writable = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)

    def inject(self, *events: DataPlaneEvent) -> None:
        """Let `events` wait, as if packets had caused them."""
        if events and not self._events:
            os.write(self._writable, b"!")
        self._events += events

    def fileno(self) -> int:
        return self._readable

    def events(self) -> list[DataPlaneEvent]:
        if self._events:
            os.read(self._readable, 1)
        events, self._events = self._events, []
        return events

    def send_ike(self, datagram: bytes, path: Path) -> None:
        self._record("send_ike", datagram, path)
        self.sent.append((datagram, path))

    def send_nat_keepalive(self, path: Path) -> None:
        self._record("send_nat_keepalive", path)

    def add_tunnel(
        self, name: str, device: str, mtu: int, gre: Gre | None = None, plain: bool = False
    ) -> None:
        self._record("add_tunnel", name, device, mtu, gre, *(["plain"] if plain else []))
        if error := self.device_errors.get(device):
            raise error
        self.devices[name] = (device, mtu)

    def connect(self, tunnel: str, path: Path, peers: Collection[IPAddress] | None = None) -> None:
        self._record("connect", tunnel, path, *(() if peers is None else (tuple(peers),)))
        self.connected[tunnel] = path

    def disconnect(self, tunnel: str) -> None:
        self._record("disconnect", tunnel)
        self.connected.pop(tunnel, None)

    def send_keepalive(self, tunnel: str) -> None:
        self._record("send_keepalive", tunnel)

    def add_l2tp_server(self, name: str, device: str, mtu: int, in_the_clear: bool = False) -> None:
        self._record("add_l2tp_server", name, device, mtu, in_the_clear)
        if error := self.device_errors.get(device):
            raise error
        self.devices[name] = (device, mtu)

    def add_multipoint(
        self, name: str, device: str, mtu: int, gre: Gre | None = None, plain: bool = False
    ) -> None:
        self._record("add_multipoint", name, device, mtu, gre, *(["plain"] if plain else []))
        if error := self.device_errors.get(device):
            raise error
        self.devices[name] = (device, mtu)

    def set_next_hops(
        self, name: str, hops: Collection[Hop], multicast: Collection[IPAddress], tells_returning: bool
    ) -> None:
        self._record("set_next_hops", name, tuple(hops), tuple(multicast), tells_returning)
        self.hops[name] = tuple(hops)

    def send_nhrp(self, name: str, peer: IPAddress, message: bytes) -> None:
        self._record("send_nhrp", name, peer, message)
        self.sent_nhrp.append((name, peer, message))

    def discard_for(self, name: str, peer: IPAddress) -> None:
        self._record("discard_for", name, peer)

    def install_session(self, server: str, session: L2tpSession) -> None:
        self._record("install_session", server, session)
        self.sessions[server, session.tunnel_id, session.session_id] = session

    def remove_session(self, server: str, tunnel_id: int, session_id: int) -> None:
        self._record("remove_session", server, tunnel_id, session_id)
        self.sessions.pop((server, tunnel_id, session_id), None)

    def send_l2tp(self, server: str, payload: bytes, path: Path, peer: str) -> None:
        self._record("send_l2tp", server, payload, path, peer)
        self.sent_l2tp.append((payload, path, peer))

    def l2tp_sessions(self) -> list[L2tpActivity]:
        return list(self.session_activities)

    def add_ethernet_tunnel(self, name: str, device: str, mtu: int, wire: Encapsulation) -> None:
        self._record("add_ethernet_tunnel", name, device, mtu, wire)
        if error := self.device_errors.get(device):
            raise error
        self.devices[name] = (device, mtu)

    def add_pseudowire(self, name: str, device: str, mtu: int, wire: Encapsulation, path: Path) -> None:
        self._record("add_pseudowire", name, device, mtu, wire, path)
        if error := self.device_errors.get(device):
            raise error
        self.wires[name] = wire, path

    def install_pseudowire(self, name: str, session: PseudowireSession) -> None:
        self._record("install_pseudowire", name, session)
        self.wire_sessions[name] = session

    def withdraw_pseudowire(self, name: str) -> None:
        self._record("withdraw_pseudowire", name)
        self.wire_sessions.pop(name, None)

    def remove_pseudowire(self, name: str) -> None:
        self._record("remove_pseudowire", name)
        self.wires.pop(name, None)
        self.wire_sessions.pop(name, None)

    def send_pseudowire(self, name: str, payload: bytes) -> None:
        self._record("send_pseudowire", name, payload)
        self.sent_control.append((name, payload))

    def pseudowires(self) -> list[PseudowireActivity]:
        return list(self.wire_activities)

    def set_sizes(self, name: str, sizes: Sizes) -> None:
        self._record("set_sizes", name, sizes)
        self.sizes[name] = sizes

    def set_path_mtu(self, local: IPAddress, remote: IPAddress, mtu: int | None) -> None:
        self._record("set_path_mtu", local, remote, mtu)

    def set_ends(self, name: str, ends: BetweenEnds) -> None:
        self._record("set_ends", name, ends)

    def set_own_addresses(self, addresses: Collection[IPAddress]) -> None:
        self._record("set_own_addresses", addresses)

    def remove_tunnel(self, name: str) -> None:
        self._record("remove_tunnel", name)
        self.devices.pop(name, None)
        self.sizes.pop(name, None)
        self.outbound.pop(name, None)
        self.connected.pop(name, None)
        self.children = {spi: sa for spi, sa in self.children.items() if sa.tunnel != name}
        self.sessions = {ids: session for ids, session in self.sessions.items() if ids[0] != name}

    def install(self, sa: ChildSa, use_outbound: bool) -> None:
        self._record("install", sa, use_outbound)
        self.children[sa.spi_in] = sa
        if use_outbound:
            self.outbound[sa.tunnel] = sa.spi_in

    def use_outbound(self, tunnel: str, spi_in: int) -> None:
        self._record("use_outbound", tunnel, spi_in)
        self.outbound[tunnel] = spi_in

    def move(self, spi_in: int, path: Path, udp_encapsulation: bool) -> None:
        self._record("move", spi_in, path, udp_encapsulation)

    def remove(self, spi_in: int) -> None:
        self._record("remove", spi_in)
        self.children.pop(spi_in, None)
        self.outbound = {tunnel: used for tunnel, used in self.outbound.items() if used != spi_in}

    def discard_waiting(self, tunnel: str) -> None:
        self._record("discard_waiting", tunnel)

    def counters(self) -> Counters:
        none: Mapping[str, tuple[OutboundCounters, InboundCounters]] = {
            name: (OutboundCounters(), InboundCounters()) for name in self.devices
        }
        return Counters({**none, **self.tunnel_counters}, dict(self.drops))

    def activity(self) -> list[Activity]:
        return list(self.activities)

    def traffic(self) -> Mapping[int, Traffic]:
        return {spi: self.traffics.get(spi, Traffic()) for spi in self.children}

    def means(self) -> Mapping[str, str]:
        return {"packets": "none"}

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            os.close(self._readable)
            os.close(self._writable)

    def _record(self, name: str, *arguments: Any) -> None:
        self.calls.append((name, arguments))
