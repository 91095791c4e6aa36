"""Our gateway as a process in a namespace, run from a NEC IX configuration."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from kakehashi.gateway import client
from kakehashi.gateway.control import Request
from tests.adjusted_gateway import Adjustments
from tests.forks import Forked, Order
from tests.interop.network import Network
from tests.interop.suites import Suite

ROOT = Path(__file__).resolve().parents[2]


class Ours:
    """Runs while the `with` block lasts. `adjusted` is what the configuration cannot say (see adjusted_gateway).

    `interfaces`: what the configuration calls the WAN and the LAN.
    """

    def __init__(
        self,
        network: Network,
        folder: Path,
        configuration: str,
        *,
        suite: Suite | None = None,
        namespace: str | None = None,
        log_level: str = "debug",
        log_json: bool = True,
        interfaces: tuple[str, str] = ("GigaEthernet0.0", "GigaEthernet1.0"),
        **adjusted: Any,
    ) -> None:
        self.network, self.folder = network, folder
        self.namespace = namespace or network.ours
        self.configuration = configuration
        self.wan, self.lan = interfaces
        self.log_options = ["--log-level", log_level, *(["--log-json"] if log_json else [])]
        if suite:
            adjusted |= {"ike_algorithms": suite.ike_algorithms, "child_algorithms": suite.child_algorithms}
        self.adjustments = Adjustments(**adjusted)
        self._process: Forked | None = None

    @property
    def control(self) -> Path:
        return self.folder / "control.sock"

    @property
    def file(self) -> Path:
        return self.folder / "router.cfg"

    @property
    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def __enter__(self) -> "Ours":
        self.folder.mkdir(parents=True, exist_ok=True)
        self.file.write_text(self.configuration)
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        self.adjustments.write(self.folder / "adjustments")
        words = (
            str(self.folder / "adjustments"), "run", str(self.file),
            "--map", f"{self.wan}=wan0", "--map", f"{self.lan}=lan0",
            "--state-dir", str(self.folder / "state"), "--control", str(self.control),
            *self.log_options,
        )  # fmt: skip
        self._process = Forked(Order("tests.adjusted_gateway", words, str(self.folder), self.namespace))
        self.until(lambda: client.is_alive(self.control), "the control socket", 60)
        self.status()

    def stop(self, wait: float = 30) -> int | None:
        """SIGTERM: the peers are told."""
        if self._process is None:
            return None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(wait)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError(f"the gateway does not end:\n{self.log}") from None
        assert "internal fault" not in self.log, self.log
        return self._process.returncode

    def kill(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(10)

    def reload(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGHUP)

    def command(self, *words: str, check: bool = True) -> str:
        return self.network.inside(
            self.namespace, sys.executable, "-m", "kakehashi.cli", words[0], *words[1:],
            "--control", str(self.control), check=check,
        )  # fmt: skip

    def status(self) -> dict[str, Any]:
        """What `kakehashi show --json` says, without the time that a process of its own takes."""
        return dict(client.ask(self.control, Request("show", as_json=True))["status"])

    def until(self, condition: Callable[[], object], what: str, seconds: float = 40) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert self._process is None or self._process.poll() is None, f"the gateway ended:\n{self.log}"
            assert time.monotonic() < deadline, f"{what}: not within {seconds} s\n{self.log}"
            time.sleep(0.1)

    def until_logged(self, text: str, seconds: float = 40) -> None:
        self.until(lambda: text in self.log, f"«{text}» in the log", seconds)


def configuration(
    *,
    peer: str = Network.PEER,
    peer_id: str = "keyid peer",
    local_id: str = "keyid ours",
    key: str = "one-secret-for-both",
    policy: str = "",
    tunnel: str = "",
    remote: str = "192.168.20.0/24",
    remote_6: str = "2001:db8:20::/64",
) -> str:
    """A NEC IX with one tunnel. `policy` lines go into the default profile, `tunnel` lines into Tunnel0.0."""
    return f"""hostname ours
ikev2 authentication psk id {local_id} key char {key}
ikev2 authentication psk id {peer_id} key char {key}
ikev2 default-profile
  local-authentication psk id {local_id}
{policy}
interface GigaEthernet0.0
  ip address 198.51.100.1/24
  ipv6 enable
  ipv6 address 2001:db8:a::1/64
  no shutdown
interface GigaEthernet1.0
  ip address 192.168.10.1/24
  ipv6 enable
  ipv6 address 2001:db8:10::1/64
  no shutdown
interface Tunnel0.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet1.0
  ipv6 unnumbered GigaEthernet1.0
  ikev2 peer {peer} authentication psk id {peer_id}
{tunnel}
  no shutdown
ip route {remote} Tunnel0.0
ipv6 route {remote_6} Tunnel0.0
"""


def mirrored(**words: str) -> str:
    """The same router at the peer's place, for two of ours that face each other."""
    words = {"peer": Network.OURS, "peer_id": "keyid ours", "local_id": "keyid peer"} | words
    text = configuration(remote="192.168.10.0/24", remote_6="2001:db8:10::/64", **words)
    for near, far in (
        (Network.OURS, Network.PEER),
        (Network.OURS_6, Network.PEER_6),
        (Network.OUR_LAN, Network.PEER_LAN),
        (Network.OUR_LAN_6, Network.PEER_LAN_6),
    ):
        text = text.replace(f"address {near}/", f"address {far}/")
    return text
