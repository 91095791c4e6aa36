"""A core and a data plane that remember what was asked of them."""

import os
from collections.abc import Collection, Mapping

from kakehashi.dataplane.protocol import Acquire, Activity, BetweenEnds, Counters, DataPlaneEvent, Sizes
from kakehashi.ike.effects import Effect, RemoveChildSa
from kakehashi.model.address import IPAddress, Path, SocketAddress
from kakehashi.model.child_sa import ChildSa
from kakehashi.model.gateway import Gateway
from kakehashi.model.gre import Gre
from kakehashi.model.status import (
    IkeSaStatus,
    InboundCounters,
    IpsecSaStatus,
    IsakmpSaStatus,
    OutboundCounters,
    Traffic,
)


class FakeCore:
    """`asked` is what was called; `answers` are the effects of the next calls, in order."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.answers: list[list[Effect]] = []
        self.paths: list[Path] = []
        self.due: float | None = None
        self.sas: tuple[IkeSaStatus, ...] = ()
        self.isakmp: tuple[IsakmpSaStatus, ...] = ()
        self.ipsec: tuple[IpsecSaStatus, ...] = ()
        self.initiates = True
        self.faulty = False

    def effects(self) -> list[Effect]:
        return self.answers.pop(0) if self.answers else []

    def configure(self, gateway: Gateway, now: float) -> None:
        self.asked.append(("configure", gateway))

    def set_peer_addresses(self, tunnel: str, addresses: frozenset[IPAddress]) -> None:
        self.asked.append(("peer addresses", tunnel, addresses))

    def set_local_addresses(self, tunnel: str, addresses: frozenset[IPAddress]) -> None:
        self.asked.append(("local addresses", tunnel, addresses))

    def initiate(self, tunnel: str, path: Path | None, now: float, trigger: Acquire | None = None) -> bool:
        self.asked.append(("initiate", tunnel, path, trigger))
        return self.initiates

    def receive(self, datagram: bytes, path: Path, now: float) -> None:
        self.asked.append(("receive", datagram))
        self.paths.append(path)
        if self.faulty:
            raise RuntimeError("key 0123456789")

    def handle_timeout(self, now: float) -> None:
        self.asked.append(("timeout",))
        self.due = None

    def next_timeout(self) -> float | None:
        return self.due

    def expire(self, spi_in: int, now: float, hard: bool = False) -> None:
        self.asked.append(("expire", spi_in, "hard" if hard else "soft"))

    def first_inbound(self, spi_in: int, now: float) -> None:
        self.asked.append(("first inbound", spi_in))

    def activity(
        self, spi_in: int, inbound_idle: float | None, outbound_idle: float | None, now: float
    ) -> None:
        self.asked.append(("activity", spi_in, inbound_idle, outbound_idle))

    def peer_moved(self, spi_in: int, remote: SocketAddress, now: float) -> None:
        self.asked.append(("peer moved", spi_in, remote))

    def unknown_spi(self, spi: int, path: Path, now: float, packets: int = 1, in_ah: bool = False) -> None:
        self.asked.append(("unknown spi", spi, packets, *(["AH"] if in_ah else [])))

    def clear(
        self,
        tunnel: str | None,
        now: float,
        version: int | None = None,
        peer: IPAddress | None = None,
        at_once: bool = False,
    ) -> int:
        self.asked.append(("clear", tunnel))
        return len(self.sas)

    def discard(self, tunnel: str, reason: str, now: float) -> None:
        self.asked.append(("discard", tunnel, reason))
        self.answers.append([RemoveChildSa(tunnel, 0x100, reason)])

    def shutdown(self, now: float) -> None:
        self.asked.append(("shutdown",))

    def ike_sas(self, now: float) -> tuple[IkeSaStatus, ...]:
        return self.sas

    def isakmp_sas(self, now: float) -> tuple[IsakmpSaStatus, ...]:
        return self.isakmp

    def ipsec_sas(self, now: float) -> tuple[IpsecSaStatus, ...]:
        return self.ipsec

    def half_open(self) -> int:
        return 0


class FakeDataPlane:
    """`done` is what was carried out, in order; `arrive` makes an event wait."""

    pre_fragments = True
    learns_path_mtu = False
    takes_between_ends = False

    def __init__(self) -> None:
        self.done: list[tuple[object, ...]] = []
        self.refuses = False
        self.carried: list[Activity] = []
        self.broken = False
        self._waiting: list[DataPlaneEvent] = []
        self._read, self._write = os.pipe()

    def arrive(self, *events: DataPlaneEvent) -> None:
        self._waiting += events
        os.write(self._write, b"x")

    def fileno(self) -> int:
        if self.broken:
            raise RuntimeError("a thread has ended")
        return self._read

    def events(self) -> list[DataPlaneEvent]:
        if self.broken:
            raise RuntimeError("a thread has ended")
        os.read(self._read, 4096)
        waiting, self._waiting = self._waiting, []
        return waiting

    def send_ike(self, datagram: bytes, path: Path) -> None:
        self.done.append(("send", datagram))

    def send_nat_keepalive(self, path: Path) -> None:
        self.done.append(("keepalive", path))

    def connect(self, tunnel: str, path: Path) -> None:
        self.done.append(("connect", tunnel, str(path.local.ip), str(path.remote.ip)))

    def disconnect(self, tunnel: str) -> None:
        self.done.append(("disconnect", tunnel))

    def send_keepalive(self, tunnel: str) -> None:
        self.done.append(("keepalive", tunnel))

    def add_tunnel(
        self, name: str, device: str, mtu: int, gre: Gre | None = None, plain: bool = False
    ) -> None:
        self.done.append(("add tunnel", name, device))

    def set_sizes(self, name: str, sizes: Sizes) -> None:
        self.done.append(("sizes", name, sizes))

    def set_path_mtu(self, local: IPAddress, remote: IPAddress, mtu: int | None) -> None:
        self.done.append(("path MTU", str(local), str(remote), mtu))

    def set_ends(self, name: str, ends: BetweenEnds) -> None:
        self.done.append(("ends", name))

    def set_own_addresses(self, addresses: Collection[IPAddress]) -> None:
        self.done.append(("own addresses", frozenset(addresses)))

    def remove_tunnel(self, name: str) -> None:
        self.done.append(("remove tunnel", name))

    def install(self, sa: ChildSa, use_outbound: bool) -> None:
        if self.refuses:
            raise ValueError("an algorithm that it does not know")
        self.done.append(("install", sa.spi_in, use_outbound))

    def use_outbound(self, tunnel: str, spi_in: int) -> None:
        self.done.append(("use", spi_in))

    def move(self, spi_in: int, path: Path, udp_encapsulation: bool) -> None:
        self.done.append(("move", spi_in, path))

    def remove(self, spi_in: int) -> None:
        self.done.append(("remove", spi_in))

    def discard_waiting(self, tunnel: str) -> None:
        self.done.append(("discard waiting", tunnel))

    def counters(self) -> Counters:
        tunnels: Mapping[str, tuple[OutboundCounters, InboundCounters]] = {
            "Tunnel0.0": (OutboundCounters(packets=9, octets=756), InboundCounters(packets=8))
        }
        return Counters(tunnels, {"not-ours": 3})

    def activity(self) -> list[Activity]:
        self.done.append(("activity",))
        return self.carried

    def traffic(self) -> Mapping[int, Traffic]:
        return {}

    def close(self) -> None:
        os.close(self._read)
        os.close(self._write)
