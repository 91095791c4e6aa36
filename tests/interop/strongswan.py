"""strongSwan's charon with userspace ESP as a peer in a namespace.

Its data plane always wraps ESP in UDP, so it always reports a NAT; it knows neither transport mode nor ESN.
"""

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from tests.interop.network import PATIENCE, Network

CHARON = Path("/usr/lib/ipsec/charon")
PLUGINS = (
    "random nonce openssl aes des sha1 sha2 md5 hmac kdf gmp curve25519 chapoly gcm ctr ccm cmac xcbc pem pkcs1 pkcs8 "
    "x509 pubkey constraints kernel-libipsec kernel-netlink socket-default vici updown counters "
    "xauth-generic mgf1"
)


class StrongSwan:
    """Runs while the `with` block lasts; `log` is everything it wrote."""

    def __init__(
        self,
        network: Network,
        folder: Path,
        swanctl: str,
        charon: str = "",
        *,
        namespace: str | None = None,
        levels: str = "default = 1\n ike = 2\n cfg = 2",
    ) -> None:
        self.network, self.folder = network, folder
        self.namespace = namespace or network.peer
        self.swanctl_conf, self.charon_conf, self.levels = swanctl, charon, levels
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def uri(self) -> str:
        return f"unix://{self.folder}/vici.sock"

    @property
    def pid(self) -> int:
        """Of charon itself: `ip netns exec` and `sh` become it."""
        assert self._process
        return self._process.pid

    @property
    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def __enter__(self) -> "StrongSwan":
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "swanctl.conf").write_text(self.swanctl_conf)
        (self.folder / "strongswan.conf").write_text(
            f"""charon {{
  load = {PLUGINS}
  retransmit_timeout = 1
  retransmit_tries = 3
  i_dont_care_about_security_and_use_aggressive_mode_psk = yes
  {self.charon_conf}
  plugins {{ vici {{ socket = {self.uri} }} }}
  filelog {{ file {{
    path = {self.folder}/log
    {self.levels}
    flush_line = yes }} }}
}}
"""
        )
        try:
            self._start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def _start(self) -> None:
        environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "STRONGSWAN_CONF": str(self.folder / "strongswan.conf"),
            "SWANCTL_DIR": str(self.folder),
        }
        # A /run of its own: charon insists on one pid file.
        self._process = subprocess.Popen(
            ["ip", "netns", "exec", self.namespace, "sh", "-c", f"mount -t tmpfs run /run; exec {CHARON}"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + PATIENCE
        while not (self.folder / "vici.sock").exists():
            assert self._process.poll() is None, f"charon ended:\n{self.log}"
            assert time.monotonic() < deadline, f"charon does not answer:\n{self.log}"
            time.sleep(0.05)
        self.swanctl("--load-all", "--file", str(self.folder / "swanctl.conf"))

    def kill(self) -> None:
        """End it at once, without a goodbye to its peers."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(10)

    def swanctl(self, *words: str, check: bool = True, timeout: float = PATIENCE) -> str:
        return self.network.inside(
            self.namespace, "swanctl", *words, "--uri", self.uri, check=check, timeout=timeout
        )

    def initiate(self, child: str = "net", check: bool = True, timeout: int = 40) -> str:
        return self.swanctl("--initiate", "--child", child, "--timeout", str(timeout), check=check)

    def sas(self) -> str:
        return self.swanctl("--list-sas")

    def until(self, condition: Callable[[], object], what: str, seconds: float = 40) -> None:
        """What it is told by the network it knows a little later."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"{what}: not within {seconds} s\n{self.log}"
            time.sleep(0.1)

    def until_forgotten(self) -> None:
        """It has heard that the SA is gone."""
        self.until(lambda: "ESTABLISHED" not in self.sas(), "the peer to hear that the SA is gone")


def connection(
    network: Network,
    *,
    name: str = "kkt",
    child: str = "net",
    version: int = 2,
    ike: str = "aes256-sha256-modp2048",
    esp: str = "aes256-sha256",
    protocol: str = "esp",
    local: str | None = None,
    remote: str | None = None,
    local_id: str = "keyid:peer",
    remote_id: str = "keyid:ours",
    key: str = "one-secret-for-both",
    local_ts: str = "192.168.20.0/24",
    remote_ts: str = "192.168.10.0/24",
    options: str = "",
    child_options: str = "",
    start_action: str = "none",
) -> str:
    """A swanctl.conf with one connection and its child. `protocol` "ah": `esp` is for that."""
    local = local or network.PEER
    remote = remote or network.OURS
    return f"""connections {{ {name} {{
  version = {version}
  local_addrs = {local}
  remote_addrs = {remote}
  proposals = {ike}
  {options}
  local {{
    auth = psk
    id = "{local_id}"
  }}
  remote {{
    auth = psk
    id = "{remote_id}"
  }}
  children {{ {child} {{
    local_ts = {local_ts}
    remote_ts = {remote_ts}
    {protocol}_proposals = {esp}
    start_action = {start_action}
    {child_options}
  }} }}
}} }}
secrets {{ ike-{name} {{
  id-1 = "{local_id}"
  id-2 = "{remote_id}"
  secret = "{key}"
}} }}
"""


def connections(*parts: str) -> str:
    """Several of `connection` in one swanctl.conf: sections of the same name are merged."""
    return "\n".join(parts)
