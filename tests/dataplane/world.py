"""Two hosts in network namespaces, joined by a cable, each with a data plane."""

import os
import pickle
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_interface
from itertools import count
from pathlib import Path as FilePath
from typing import Any

from kakehashi.dataplane.protocol import DataPlaneEvent
from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.algorithms import Cipher
from kakehashi.model.child_sa import ChildSa, EspKeys
from kakehashi.model.gre import Gre
from kakehashi.model.secret import Secret
from kakehashi.model.selector import EVERYTHING
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId
from tests.pickling import dump

ROOT = FilePath(__file__).resolve().parents[2]
PATIENCE = 30.0
# What a host says by itself on each new device, at once and again seconds later, would go into the tunnel and be
# counted, numbered and caught as well: multicast listener reports and router solicitations.
QUIET = """
table inet quiet {
  chain out {
    type filter hook output priority filter;
    icmpv6 type { 130, 131, 132, 133, 143 } drop
  }
}
"""
_numbers = count()


def run(*command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if check and done.returncode:
        raise AssertionError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return done


@dataclass
class Host:
    """A namespace with a data plane in it."""

    namespace: str
    addresses: dict[int, str]
    process: subprocess.Popen[bytes] | None = None
    events: list[DataPlaneEvent] = field(default_factory=list)

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return run("ip", "netns", "exec", self.namespace, *command, check=check)

    def start(self, *args: Any) -> None:
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", self.namespace, sys.executable, "-m", "tests.dataplane.peer"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        self.call("start", *args)

    def stop(self) -> None:
        if self.process is None:
            return
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(PATIENCE)
            raise

    def call(self, name: str, *args: Any) -> Any:
        assert self.process is not None
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        dump((name, args), self.process.stdin)
        self.process.stdin.flush()
        assert select.select([self.process.stdout], [], [], PATIENCE)[0], f"{name} does not return"
        result = pickle.load(self.process.stdout)
        if isinstance(result, Exception):
            raise result
        return result

    def add_tunnel(
        self, device: str, *addresses: str, mtu: int = 1400, gre: Gre | None = None, plain: bool = False
    ) -> None:
        self.call("add_tunnel", device, device, mtu, gre, plain)
        self.run("ip", "link", "set", device, "up")
        for address in addresses:
            self.add_address(address, device)

    def raise_device(self, device: str, *addresses: str) -> None:
        """A device that is there already comes up."""
        self.run("ip", "link", "set", device, "up")
        for address in addresses:
            self.add_address(address, device)

    def add_address(self, address: str, device: str) -> None:
        """An address that takes packets when this returns.

        Linux makes the local route of an IPv6 address later, in a worker, also where nothing is to be detected.
        """
        self.run("ip", "address", "add", address, "dev", device, *(("nodad",) if ":" in address else ()))
        local = ("ip", "-o", "route", "show", "table", "local", "type", "local", "dev", device)
        ip = ip_interface(address).ip
        wait_for(lambda: f"{ip} " in self.run(local[0], f"-{ip.version}", *local[1:]).stdout)

    def until(self, wanted: Callable[[DataPlaneEvent], bool]) -> DataPlaneEvent:
        """The first event that is `wanted`; it stays in `events` with all others."""

        def found() -> DataPlaneEvent | None:
            self.events += self.call("events")
            return next((event for event in self.events if wanted(event)), None)

        return wait_for(found)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Its data plane does nothing meanwhile: what comes waits, and comes at once afterwards."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def reaches(self, target: str, *options: str, count: int = 3) -> bool:
        """Are `count` echo requests answered, each before the next is sent?

        Of one alone ping awaits the answer as long as it is told; of the last of several, no longer than from one
        to the next.
        """
        words = ("ping", "-n", "-c", "1", "-W", str(round(PATIENCE)), *options, target)
        for _ in range(count):
            done = self.run(*words, check=False)
            if done.returncode:
                sys.stderr.write(done.stdout + done.stderr)
                return False
        return True

    def ping(self, target: str, *options: str) -> subprocess.CompletedProcess[str]:
        return self.run("ping", "-n", "-c", "3", "-i", "0.2", "-W", "2", *options, target, check=False)


def wait_for(probe: Callable[[], Any]) -> Any:
    """What `probe` gives as soon as it gives something."""
    deadline = time.monotonic() + PATIENCE
    while True:
        if result := probe():
            return result
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def settles(probe: Callable[[], Any], expected: object) -> None:
    """`probe` gives what is expected, at the latest when all that is under way has come and been counted.

    A data thread counts a packet when it has sent it or given it to a device: its answer may be here before.
    """
    deadline = time.monotonic() + PATIENCE
    while (found := probe()) != expected:
        assert time.monotonic() < deadline, f"{found}, not {expected}"
        time.sleep(0.02)


@dataclass
class Pair:
    """Two hosts, `left` and `right`; outer addresses 192.0.2.1, .2 and 2001:db8::1, ::2."""

    left: Host
    right: Host


@contextmanager
def two_hosts() -> Iterator[Pair]:
    """The pair, up and running; everything is gone afterwards."""
    mark = f"kd{os.getpid()}x{next(_numbers)}"
    with ExitStack() as cleanup:
        hosts = []
        for index, side in ((1, "l"), (2, "r")):
            host = Host(f"{mark}{side}", {4: f"192.0.2.{index}", 6: f"2001:db8::{index}"})
            run("ip", "netns", "add", host.namespace)
            cleanup.callback(run, "ip", "netns", "delete", host.namespace, check=False)
            host.run("ip", "link", "set", "lo", "up")
            host.run("nft", QUIET)
            hosts.append(host)
        left, right = hosts
        run(
            *("ip", "link", "add", "wan", "netns", left.namespace, "type", "veth"),
            *("peer", "name", "wan", "netns", right.namespace),
        )
        for host in hosts:
            host.run("ip", "link", "set", "wan", "up")
            host.add_address(f"{host.addresses[4]}/24", "wan")
        for host in hosts:
            host.add_address(f"{host.addresses[6]}/64", "wan")
            cleanup.callback(host.stop)
            host.start()
        yield Pair(left, right)


@contextmanager
def listening(host: Host, code: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A Python program in the host's namespace, which has said `listening`; it is gone afterwards."""
    with subprocess.Popen(
        ["ip", "netns", "exec", host.namespace, sys.executable, "-c", code, *words],
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        try:
            assert program.stdout is not None
            assert program.stdout.readline() == "listening\n"
            yield program
        finally:
            program.kill()


GCM = (Cipher(EncryptionId.ENCR_AES_GCM_16, 128), IntegrityId.NONE, 20, 0)
CBC = (Cipher(EncryptionId.ENCR_AES_CBC, 256), IntegrityId.AUTH_HMAC_SHA2_256_128, 32, 32)


def child_pair(
    pair: Pair,
    *,
    outer: int = 4,
    encapsulation: bool = False,
    suite: tuple[Cipher, IntegrityId, int, int] = GCM,
    spis: tuple[int, int] = (0x1000, 0x2000),
    tunnel: str = "tun0",
    **changes: Any,
) -> tuple[ChildSa, ChildSa]:
    """The two ends' views of one Child SA."""
    cipher, integrity, encryption_size, integrity_size = suite
    keys = [
        EspKeys(
            encryption=Secret(bytes([spi >> 8]) * encryption_size),
            integrity=Secret(bytes([spi >> 8]) * integrity_size),
        )
        for spi in spis
    ]
    port = 4500 if encapsulation else 500
    ends = [SocketAddress(ip_address(host.addresses[outer]), port) for host in (pair.left, pair.right)]
    common: dict[str, Any] = {
        "tunnel": tunnel,
        "serial_in": 1,
        "serial_out": 2,
        "cipher": cipher,
        "integrity": integrity,
        "esn": False,
        "local_selectors": EVERYTHING,
        "remote_selectors": EVERYTHING,
        "udp_encapsulation": encapsulation,
        "replay_window": 64,
    } | changes
    left = {"spi_in": spis[0], "spi_out": spis[1], "keys_in": keys[0], "keys_out": keys[1]}
    right = {"spi_in": spis[1], "spi_out": spis[0], "keys_in": keys[1], "keys_out": keys[0]}
    return (
        ChildSa(**common, **left, path=Path(ends[0], ends[1])),
        ChildSa(**common, **right, path=Path(ends[1], ends[0])),
    )
