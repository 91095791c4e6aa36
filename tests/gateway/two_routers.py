"""Two `kakehashi run` processes in namespaces of the test's own, the internet between, a host behind each.

    192.168.10.1 [tokyo] 192.0.2.2 --- 192.0.2.1 (internet) 198.51.100.1 --- 198.51.100.2 [osaka] 192.168.20.1

The hosts are 192.168.10.10 and 192.168.20.10. The internet knows no way to either LAN.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from kakehashi.gateway import client
from kakehashi.gateway.control import Answer, Request
from tests.forks import Forked, Order
from tests.gateway.namespace import Namespace

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "nec-ix-psk"


def until(true: Callable[[], bool], what: str, timeout: float = 60) -> None:
    """It becomes true; how soon is the machine's affair."""
    deadline = time.monotonic() + timeout
    while not true():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)


class Router:
    """`anew`: as a user starts it, by `ip netns exec`, with the files of /etc/netns; else as a fork (see forks)."""

    anew = False

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self.namespace, self.host = Namespace(), Namespace()
        self.lan = {"tokyo": "192.168.10", "osaka": "192.168.20"}[name]
        self.interfaces = ("GigaEthernet0.0", "GigaEthernet1.0")  # WAN and LAN, as the configuration has them
        self.file = folder / f"{name}.cfg"
        self.process: Forked | subprocess.Popen[bytes] | None = None
        self.more_maps: tuple[str, ...] = ()

    @property
    def state_dir(self) -> Path:
        return self.folder / f"{self.name}-state"

    @property
    def place(self) -> Path:
        """Where it runs, with its log."""
        return self.folder / f"{self.name}-place"

    @property
    def log_file(self) -> Path:
        return self.place / "log"

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    def start(self) -> None:
        self.launch()
        until(self.answers, f"{self.name} to answer: {self.log}")
        until(self._knows_its_lines, f"{self.name} to see what is plugged in")

    def launch(self) -> None:
        """Start it, and do not wait."""
        wan, lan = self.interfaces
        words = (
            "run", str(self.file), "--map", f"{wan}=wan0", "--map", f"{lan}=lan0",
            *(word for more in self.more_maps for word in ("--map", more)),
            "--state-dir", str(self.state_dir), "--key-log", str(self.folder / f"{self.name}-keys"),
        )  # fmt: skip
        self.place.mkdir(exist_ok=True)
        self.log_file.touch()
        if not self.anew:
            self.process = Forked(Order("kakehashi.cli", words, str(self.place), self.namespace.name))
            return
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                ["ip", "netns", "exec", self.namespace.name, sys.executable, "-m", "kakehashi.cli", *words],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.place,
            )  # fmt: skip

    def end(self, number: int = signal.SIGTERM) -> int:
        assert self.process
        if self.process.poll() is None:
            os.kill(self.process.pid, number)
        status = self.process.wait(60)
        assert "internal fault" not in self.log, self.log
        return status

    def kill(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(60)

    def cable(self, internet: Namespace, address: str) -> None:
        """Its line to the internet, which has `address` there, and the host behind it."""
        peer = f"to-{self.name}"
        internet.ip(f"link add {peer} type veth peer name wan0 netns {self.namespace.name}")
        internet.ip(f"addr add {address} dev {peer}")
        internet.ip(f"link set {peer} up")
        self.namespace.ip(f"link add lan0 type veth peer name eth0 netns {self.host.name}")
        self.host.ip(f"addr add {self.lan}.10/24 dev eth0")
        self.host.ip("link set eth0 up")
        # The router's own address is not there yet.
        self.host.ip(f"route add default via {self.lan}.1 dev eth0 onlink")

    def answers(self) -> bool:
        return client.is_alive(self.state_dir / f"{self.name}.sock")

    def _knows_its_lines(self) -> bool:
        """The gateway puts its devices up, and the kernel looks at their carriers when it has time."""
        status = self.status()
        reasons = {part["down_reason"] for part in status["tunnels"]} | {
            r["reason"] for r in status["routes"]
        }
        down = {name for name in self.interfaces if any(f"{name} is down" in why for why in reasons)}
        devices = [d for name, d in zip(self.interfaces, ("wan0", "lan0"), strict=True) if name in down]
        links = self.namespace.ip("-o link show").splitlines() if devices else []
        return not any("LOWER_UP" in link for link in links for d in devices if f" {d}@" in link)

    def command(self, *words: str) -> str:
        """`kakehashi WORDS`, without the time that a process of its own takes."""
        return str(self._ask(Request(words[0], words[1:]))["text"])

    def status(self) -> Any:
        return self._ask(Request("show", as_json=True))["status"]

    def _ask(self, request: Request) -> Answer:
        return client.ask(self.state_dir / f"{self.name}.sock", request)

    def spis(self) -> list[str]:
        """The IKE SAs there are, by their initiator's SPI."""
        return [sa["spi_i"] for sa in self.status()["ike_sas"] if sa["state"] == "established"]

    def paths(self) -> list[str]:
        """Our address of each IKE SA there is."""
        sas = self.status()["ike_sas"]
        return [sa["path"]["local"]["ip"] for sa in sas if sa["state"] == "established"]

    def ping(self, target: str, wait: int = 20, host: bool = False) -> bool:
        """One echo, from the router or from the host behind it. A short `wait` is for who asks again, or expects
        no answer.
        """
        namespace = self.host if host else self.namespace
        words = ["ip", "netns", "exec", namespace.name, "ping", "-c1", f"-W{wait}", target]
        return subprocess.run(words, capture_output=True, timeout=wait + 10, check=False).returncode == 0


class TwoRouters:
    """Runs both while the `with` block lasts. `change` edits a configuration before the start."""

    def __init__(self, folder: Path, change: Callable[[str, str], str] = lambda _, text: text) -> None:
        self.tokyo, self.osaka = Router("tokyo", folder), Router("osaka", folder)
        self.internet = Namespace()
        self.before_start: Callable[[], None] = lambda: None
        for router in (self.tokyo, self.osaka):
            router.file.write_text(change(router.name, (EXAMPLES / f"{router.name}.cfg").read_text()))
        self._stack = ExitStack()

    def __enter__(self) -> "TwoRouters":
        with ExitStack() as stack:
            stack.enter_context(self.internet)
            for router in (self.tokyo, self.osaka):
                stack.enter_context(router.namespace)
                stack.enter_context(router.host)
            self.tokyo.cable(self.internet_of(self.tokyo), "192.0.2.1/24")
            self.osaka.cable(self.internet_of(self.osaka), "198.51.100.1/24")
            self.internet.inside("sysctl", "-qw", "net.ipv4.ip_forward=1")
            self.before_start()
            for router in (self.osaka, self.tokyo):
                stack.callback(router.kill)
                router.start()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            sys.stderr.write(f"{self.tokyo.log}\n{self.osaka.log}\n")
        self._stack.close()

    def internet_of(self, router: Router) -> Namespace:
        """Where its line leads."""
        return self.internet
