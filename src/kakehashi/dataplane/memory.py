"""A data plane without packets, for tests: it records what it is asked, and tells what it is told to tell."""

import os
from collections.abc import Collection, Mapping
from typing import Any

from kakehashi.dataplane.protocol import Activity, Counters, DataPlaneEvent, L2tpActivity, Sizes
from kakehashi.model.address import IPAddress, Path
from kakehashi.model.child_sa import ChildSa
from kakehashi.model.gre import Gre
from kakehashi.model.l2tp import L2tpSession
from kakehashi.model.status import InboundCounters, OutboundCounters, Traffic


class MemoryDataPlane:
    """See `protocol.DataPlane`.

    `calls` holds every call that asks for something, as (name, arguments), oldest first; `sent` the IKE
    messages. `devices`, `sizes`, `children` (by inbound SPI) and `outbound` (by tunnel: the inbound SPI of
    the Child SA that sends) are what the calls amount to; so are `sessions` (by server and our two IDs) and
    `sent_l2tp`. `device_errors`: `add_tunnel` of this device raises this.
    """

    pre_fragments = True

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.sent: list[tuple[bytes, Path]] = []
        self.devices: dict[str, tuple[str, int]] = {}
        self.sizes: dict[str, Sizes] = {}
        self.children: dict[int, ChildSa] = {}
        self.outbound: dict[str, int] = {}
        self.sessions: dict[tuple[str, int, int], L2tpSession] = {}
        self.sent_l2tp: list[tuple[bytes, Path, str]] = []
        self.session_activities: list[L2tpActivity] = []
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

    def add_tunnel(self, name: str, device: str, mtu: int, gre: Gre | None = None) -> None:
        self._record("add_tunnel", name, device, mtu, gre)
        if error := self.device_errors.get(device):
            raise error
        self.devices[name] = (device, mtu)

    def add_l2tp_server(self, name: str, device: str, mtu: int) -> None:
        self._record("add_l2tp_server", name, device, mtu)
        if error := self.device_errors.get(device):
            raise error
        self.devices[name] = (device, mtu)

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

    def set_sizes(self, name: str, sizes: Sizes) -> None:
        self._record("set_sizes", name, sizes)
        self.sizes[name] = sizes

    def set_own_addresses(self, addresses: Collection[IPAddress]) -> None:
        self._record("set_own_addresses", addresses)

    def remove_tunnel(self, name: str) -> None:
        self._record("remove_tunnel", name)
        self.devices.pop(name, None)
        self.sizes.pop(name, None)
        self.outbound.pop(name, None)
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
