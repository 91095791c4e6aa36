"""A host behind each of the two data planes, on a LAN of large packets.

10.1.0.10 --- 10.1.0.1 [left] 192.0.2.1 === 192.0.2.2 [right] 10.2.0.1 --- 10.2.0.10
fd01::10  --- fd01::1                                         fd02::1  --- fd02::10
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path as FilePath
from typing import Any

from kakehashi.dataplane.protocol import Sizes
from kakehashi.model.child_sa import ChildSa
from tests.dataplane.world import Host, Pair, child_pair, run, two_hosts

LAN_MTU = 9200
DATAGRAMS = str(FilePath(__file__).with_name("datagrams.py"))


@dataclass
class Sites:
    """`hosts`: behind the left gateway and behind the right one."""

    pair: Pair
    hosts: tuple[Host, Host]

    def install(self, **changes: Any) -> tuple[ChildSa, ChildSa]:
        """A Child SA for everything."""
        left, right = child_pair(self.pair, **changes)
        self.pair.right.call("install", right, True)
        self.pair.left.call("install", left, True)
        return left, right

    def fit(self, sizes: Sizes) -> None:
        """Both gateways judge by `sizes`."""
        for gateway in (self.pair.left, self.pair.right):
            gateway.call("set_sizes", "tun0", sizes)

    def send(self, version: int, sizes: range, dont_fragment: bool, sender: Host | None = None) -> Any:
        """Datagrams with payloads of these sizes to the right host, answered by checksums. `sender`: if not the
        left host.

        What came of them: `answered`, `refused` (the sizes), `mtu` as the sender's kernel has it.
        """
        target = self.hosts[1].addresses[version]
        with self.answering(target):
            words = (target, str(sizes.start), str(sizes.stop), str(sizes.step), str(int(dont_fragment)))
            done = (sender or self.hosts[0]).run(sys.executable, DATAGRAMS, "send", *words)
        return json.loads(done.stdout)

    @contextmanager
    def answering(self, address: str) -> Iterator[None]:
        """The right host answers datagrams."""
        words = ["ip", "netns", "exec", self.hosts[1].namespace, sys.executable, DATAGRAMS, "answer", address]
        with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"listening\n"
            try:
                yield
            finally:
                process.kill()


def kernel_counter(host: Host, version: int, name: str, protocol: str = "Ip") -> int:
    """Such as FragCreates: fragments that the kernel itself made. `protocol`: Ip, Icmp, Udp."""
    if version == 6:
        lines = host.run("cat", "/proc/net/snmp6").stdout.splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{protocol}6{name} "))
    lines = host.run("cat", "/proc/net/snmp").stdout.splitlines()
    heads, values = (line.split() for line in lines if line.startswith(f"{protocol}: "))
    return int(values[heads.index(name)])


@contextmanager
def two_sites() -> Iterator[Sites]:
    """The two gateways and the hosts, with a tunnel device and routes, and no SA yet."""
    with two_hosts() as pair, ExitStack() as cleanup:
        hosts = []
        for number, gateway, far in ((1, pair.left, 2), (2, pair.right, 1)):
            host = Host(f"{gateway.namespace}h", {4: f"10.{number}.0.10", 6: f"fd0{number}::10"})
            run("ip", "netns", "add", host.namespace)
            cleanup.callback(run, "ip", "netns", "delete", host.namespace, check=False)
            run(
                *(
                    "ip",
                    "link",
                    "add",
                    "lan",
                    "mtu",
                    str(LAN_MTU),
                    "netns",
                    gateway.namespace,
                    "type",
                    "veth",
                ),
                *("peer", "name", "eth0", "mtu", str(LAN_MTU), "netns", host.namespace),
            )
            host.run("ip", "link", "set", "lo", "up")
            for where, device, last in ((gateway, "lan", 1), (host, "eth0", 10)):
                where.run("ip", "link", "set", device, "up")
                where.run("ip", "address", "add", f"10.{number}.0.{last}/24", "dev", device)
                where.run("ip", "address", "add", f"fd0{number}::{last}/64", "dev", device, "nodad")
            host.run("ip", "route", "add", "default", "via", f"10.{number}.0.1")
            host.run("ip", "-6", "route", "add", "default", "via", f"fd0{number}::1")
            gateway.run("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
            gateway.add_tunnel("tun0", mtu=LAN_MTU)
            gateway.run("ip", "route", "add", f"10.{far}.0.0/24", "dev", "tun0", "src", f"10.{number}.0.1")
            gateway.run("ip", "-6", "route", "add", f"fd0{far}::/64", "dev", "tun0", "src", f"fd0{number}::1")
            own = [*gateway.addresses.values(), f"10.{number}.0.1", f"fd0{number}::1"]
            gateway.call("set_own_addresses", [ip_address(address) for address in own])
            hosts.append(host)
        yield Sites(pair, (hosts[0], hosts[1]))
