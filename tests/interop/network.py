"""Two gateways and a router between them, each in a network namespace that the test made.

    192.168.10.1 [ours] 198.51.100.1 --- (router) --- 203.0.113.1 [peer] 192.168.20.1

With `nat="ours"` or `"peer"` the router translates that side's addresses and ports on the way out. With `nat="both"` it
also gives the peer ports 500 and 4500 of its own address on our side, OUTSIDE.
"""

import itertools
import os
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

PATIENCE = 60.0  # seconds that a program may take on a machine with other work
_numbers = itertools.count()


def run(
    *words: str,
    check: bool = True,
    timeout: float = PATIENCE,
    stdin: str | None = None,
    cwd: Path | None = None,
) -> str:
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=timeout, check=False, input=stdin, cwd=cwd
    )
    if check and done.returncode:
        raise AssertionError(f"{' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


class Network:
    OURS, PEER = "198.51.100.1", "203.0.113.1"
    OURS_6, PEER_6 = "2001:db8:a::1", "2001:db8:b::1"
    OUTSIDE = "198.51.100.254"
    OUR_LAN, PEER_LAN = "192.168.10.1", "192.168.20.1"
    OUR_LAN_6, PEER_LAN_6 = "2001:db8:10::1", "2001:db8:20::1"

    def __init__(self, nat: str | None = None) -> None:
        self.nat = nat
        prefix = f"kkt-{os.getpid()}-{next(_numbers)}"
        self.ours, self.peer, self.router = (f"{prefix}-{name}" for name in ("ours", "peer", "router"))

    def __enter__(self) -> Self:
        try:
            self._build()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._remove()

    def inside(
        self,
        namespace: str,
        *words: str,
        check: bool = True,
        timeout: float = PATIENCE,
        cwd: Path | None = None,
    ) -> str:
        return run("ip", "netns", "exec", namespace, *words, check=check, timeout=timeout, cwd=cwd)

    def ping(self, namespace: str, source: str, target: str, count: int = 1, wait: int = 20) -> bool:
        """True as soon as one echo of `count` comes back; the first may wait for the tunnel to stand."""
        out = self.inside(
            namespace, "ping", "-c", str(count), "-i", "0.3", "-W", str(wait), "-I", source, target,
            check=False, timeout=wait + count + PATIENCE,
        )  # fmt: skip
        return " 0 received" not in out and "bytes from" in out

    def forget_mappings(self) -> None:
        """As a NAT does that is restarted: what comes next gets another port."""
        self.inside(self.router, "conntrack", "-F")

    def count_start(self, rule: str) -> int:
        """Let the router count forwarded packets that match `rule`, an nft expression; see `count`."""
        run(
            "ip", "netns", "exec", self.router, "nft", "-f", "-",
            stdin="table inet count { counter hits { }\n chain c { type filter hook forward priority -10\n"
            f" {rule} counter name hits\n }}\n}}\n",
        )  # fmt: skip
        return self.count()

    def count(self) -> int:
        """How many packets matched since `count_start`."""
        words = self.inside(self.router, "nft", "list", "counter", "inet", "count", "hits").split()
        return int(words[words.index("packets") + 1])

    def _build(self) -> None:
        for namespace in (self.ours, self.peer, self.router):
            run("ip", "netns", "add", namespace)
            self.inside(namespace, "ip", "link", "set", "lo", "up")
        self._side(self.ours, "r-ours", self.OURS, self.OURS_6, self.OUR_LAN, self.OUR_LAN_6)
        self._side(self.peer, "r-peer", self.PEER, self.PEER_6, self.PEER_LAN, self.PEER_LAN_6)
        self.inside(self.router, "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
        if self.nat:
            out = "r-ours" if self.nat == "peer" else "r-peer"
            inward = f"udp dport {{ 500, 4500 }} iifname r-ours ip daddr {self.OUTSIDE} dnat to {self.PEER}"
            run(
                "ip", "netns", "exec", self.router, "nft", "-f", "-",
                stdin="table ip nat { chain post { type nat hook postrouting priority 100;\n"
                f'  oifname "{out}" masquerade random\n }}\n'
                " chain pre { type nat hook prerouting priority -100;\n"
                f"  {inward if self.nat == 'both' else ''}\n }}\n }}",
            )  # fmt: skip

    def _side(self, namespace: str, router_if: str, wan: str, wan6: str, lan: str, lan6: str) -> None:
        run(
            "ip", "link", "add", router_if, "netns", self.router,
            "type", "veth", "peer", "name", "wan0", "netns", namespace,
        )  # fmt: skip
        gateway, gateway6 = wan.rsplit(".", 1)[0] + ".254", wan6.rsplit("::", 1)[0] + "::fe"
        for ns, device, address, address6 in (
            (namespace, "wan0", wan, wan6),
            (self.router, router_if, gateway, gateway6),
        ):
            self.inside(ns, "ip", "addr", "add", f"{address}/24", "dev", device)
            self.inside(ns, "ip", "addr", "add", f"{address6}/64", "dev", device, "nodad")
            self.inside(ns, "ip", "link", "set", device, "up")
        self.inside(namespace, "ip", "route", "add", "default", "via", gateway)
        self.inside(namespace, "ip", "-6", "route", "add", "default", "via", gateway6)
        # A veth pair stands for the LAN: this kernel may have no dummy device.
        self.inside(namespace, "ip", "link", "add", "lan0", "type", "veth", "peer", "name", "lan1")
        self.inside(namespace, "ip", "addr", "add", f"{lan}/24", "dev", "lan0")
        self.inside(namespace, "ip", "addr", "add", f"{lan6}/64", "dev", "lan0", "nodad")
        self.inside(namespace, "ip", "link", "set", "lan0", "up")
        self.inside(namespace, "ip", "link", "set", "lan1", "up")

    def _remove(self) -> None:
        for namespace in (self.ours, self.peer, self.router):
            run("ip", "netns", "delete", namespace, check=False)
