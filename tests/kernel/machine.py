"""The emulated machine as the peer's place: a Network whose far end is a guest with a kernel of its own.

    192.168.10.1 [ours] 198.51.100.1 --- (router) --- tap [guest] 203.0.113.1 192.168.20.1

Only what must be there is in the guest, for it is slow: the kernel's ESP, charon, ip, ping. Our gateway runs
on the host. The guest is asked by its serial line: a shell reads commands and marks the end of each answer.
"""

import shlex
import subprocess
import threading
import time
from pathlib import Path
from queue import Empty, Queue
from types import TracebackType

from tests.interop import strongswan
from tests.interop.network import Network
from tests.interop.strongswan import CHARON, StrongSwan

KERNEL_VM = Path(__file__).resolve().parents[2] / "tools" / "kernel-vm"
LIFETIME = 1440  # seconds; the machine ends by itself
BOOT_PATIENCE = 300.0
ANSWER_PATIENCE = 90.0
ECHO_PORT = 5000
READY, MARK = "ready-to-listen", "end-of-answer"


class Machine:
    """Runs while the `with` block lasts.

    `tap`: a device of the host for the other end of eth0, and the network namespace that has it.
    """

    def __init__(self, tap: tuple[str, str] | None = None) -> None:
        self._lines: Queue[str | None] = Queue()
        fetch_kernel()
        inside = ["ip", "netns", "exec", tap[1]] if tap else []
        words = [*inside, str(KERNEL_VM), "--seconds", str(LIFETIME), *(["--tap", tap[0]] if tap else [])]
        self._process = subprocess.Popen(
            # By a pipe, for on a terminal the shell would take itself for an interactive one.
            [*words, "--interactive", "bash", "-c", f"echo {READY}; cat | bash"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> "Machine":
        try:
            # What is said to a serial line before somebody listens is lost in part.
            self._listen(READY, "boot", BOOT_PATIENCE)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Switch it off."""
        if self._process.poll() is None:
            self._process.terminate()
        self._process.wait(60)

    def run(self, *words: str, check: bool = True, patience: float = ANSWER_PATIENCE) -> str:
        """What the command says, both streams. AssertionError where it fails, if `check`."""
        return self.shell(shlex.join(words), check=check, patience=patience)

    def shell(self, command: str, check: bool = True, patience: float = ANSWER_PATIENCE) -> str:
        """The same for a line of the shell."""
        assert self._process.stdin
        self._process.stdin.write(f"( {command} ) </dev/null 2>&1; status=$?; echo; echo {MARK} $status\n")
        self._process.stdin.flush()
        answer, end = self._listen(MARK, command, patience)
        if check and end.split()[1] != "0":
            raise AssertionError(f"in the guest, {command}: {answer.strip()}")
        return answer.removesuffix("\n")

    def export(self, name: str, value: str) -> None:
        """Set it in the environment of all later commands."""
        assert self._process.stdin
        self._process.stdin.write(f"export {name}={shlex.quote(value)}\n")

    def _listen(self, mark: str, command: str, patience: float) -> tuple[str, str]:
        """What is said before the line that begins with `mark`, and that line."""
        deadline, said = time.monotonic() + patience, ""
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except Empty:
                raise AssertionError(f"the guest does not answer: {command}\n{said}") from None
            if line is None:
                raise AssertionError(f"the guest has ended: {command}\n{said}")
            if line.startswith(mark):
                return said, line
            said += line

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)


def fetch_kernel() -> None:
    """Once for all machines, and here: from inside a network namespace there is no way to the archive."""
    done = subprocess.run(
        [str(KERNEL_VM), "--fetch"], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


class KernelNetwork(Network):
    """A Network whose peer is a Machine, from `boot` on. Without NAT."""

    TAP = "r-peer"

    def __init__(self) -> None:
        super().__init__()
        self.machine: Machine | None = None

    def boot(self) -> None:
        """Start the guest and set up its network."""
        self.machine = Machine((self.TAP, self.router))
        with_gateway = self.PEER.rsplit(".", 1)[0] + ".254", self.PEER_6.rsplit("::", 1)[0] + "::fe"
        commands = [
            # Duplicate address detection would only cost time.
            "sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0",
            f"ip addr add {self.PEER}/24 dev eth0; ip addr add {self.PEER_6}/64 dev eth0 nodad",
            "ip link set eth0 up",
            f"ip route add default via {with_gateway[0]}; ip -6 route add default via {with_gateway[1]}",
            "ip link add lan0 type dummy; ip link set lan0 up",
            f"ip addr add {self.PEER_LAN}/24 dev lan0; ip addr add {self.PEER_LAN_6}/64 dev lan0 nodad",
            f"busybox nc -ll -p {ECHO_PORT} -e /bin/cat >/dev/null 2>&1 &",
        ]
        self.machine.__enter__()
        for command in commands:
            self.machine.shell(command)

    def inside(
        self, namespace: str, *words: str, check: bool = True, timeout: float = 20, cwd: Path | None = None
    ) -> str:
        if namespace == self.peer and self.machine:
            return self.machine.run(*words, check=check)
        return super().inside(namespace, *words, check=check, timeout=timeout, cwd=cwd)

    def _side(self, namespace: str, router_if: str, wan: str, wan6: str, lan: str, lan6: str) -> None:
        if namespace != self.peer:
            super()._side(namespace, router_if, wan, wan6, lan, lan6)
            return
        self.inside(self.router, "ip", "tuntap", "add", "dev", self.TAP, "mode", "tap")
        gateway, gateway6 = wan.rsplit(".", 1)[0] + ".254", wan6.rsplit("::", 1)[0] + "::fe"
        self.inside(self.router, "ip", "addr", "add", f"{gateway}/24", "dev", self.TAP)
        self.inside(self.router, "ip", "addr", "add", f"{gateway6}/64", "dev", self.TAP, "nodad")
        self.inside(self.router, "ip", "link", "set", self.TAP, "up")

    def _remove(self) -> None:
        if self.machine:
            self.machine.stop()
        super()._remove()


class KernelStrongSwan(StrongSwan):
    """charon in the guest, with the kernel's ESP. It sees what the host wrote before it looked."""

    def __init__(self, network: KernelNetwork, folder: Path) -> None:
        plugins = strongswan.PLUGINS.replace("kernel-libipsec ", "")
        super().__init__(network, folder, "", f"load = {plugins}", levels="default = 1")
        self._network = network

    @property
    def log(self) -> str:
        return self._network.inside(
            self.namespace, "tail", "-c", "6000", str(self.folder / "log"), check=False
        )

    def _start(self) -> None:
        with (self.folder / "strongswan.conf").open("a") as file:
            # Otherwise swanctl loads all plugins that there are, which takes half a minute.
            file.write("swanctl { load = random openssl pem pkcs1 pkcs8 x509 }\n")
        self._network.boot()
        assert self._network.machine
        self._network.machine.export("STRONGSWAN_CONF", f"{self.folder}/strongswan.conf")
        self._network.machine.export("SWANCTL_DIR", str(self.folder))
        self._network.machine.shell(f"{CHARON} >/dev/null 2>&1 &")
        self._network.machine.shell(f"until [ -S {self.folder}/vici.sock ]; do sleep 0.2; done")

    def kill(self) -> None:
        """It ends with the machine."""
