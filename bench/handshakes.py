"""IKE_SA_INIT and IKE_AUTH: CPU milliseconds that the responder spends on a handshake, with the same initiator.

Each responder writes the log that it writes by default, into a file.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.interop.network import Network
from tests.interop.ours import ROOT, Ours, mirrored
from tests.interop.strongswan import StrongSwan, connection
from tests.interop.suites import Suite

from bench.initiator import CHILD, IKE

SUITE = Suite("aes128-sha256-x25519", "aes128-sha256", "", IKE, CHILD)


@contextmanager
def ours(network: Network, folder: Path) -> Iterator[int]:
    with Ours(
        network, folder, mirrored(), suite=SUITE, namespace=network.peer, log_level="notice", log_json=False
    ) as gateway:
        yield gateway.pid


@contextmanager
def strongswan(network: Network, folder: Path) -> Iterator[int]:
    text = connection(network, ike=SUITE.ike, esp=SUITE.esp, options="mobike = no")
    with StrongSwan(network, folder, text, levels="default = 1") as charon:
        yield charon.pid


RESPONDERS: dict[str, Callable[[Network, Path], object]] = {"strongSwan": strongswan, "kakehashi": ours}


def beside(_case: str) -> str:
    """What a case is a ratio of."""
    return "strongSwan"


def cpu_seconds(pid: int) -> float:
    """Time on a CPU of all threads of the process, dead ones excepted, to the nanosecond."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def measure(responder: str, folder: Path, count: int) -> float:
    """Milliseconds of the responder's CPU a handshake."""
    with ExitStack() as stack:
        network = stack.enter_context(Network())
        pid: int = stack.enter_context(RESPONDERS[responder](network, folder))  # type: ignore[arg-type]

        def handshakes(number: int) -> None:
            network.inside(
                network.ours, sys.executable, "-m", "bench.initiator", str(number), network.OURS, network.PEER,
                timeout=120, cwd=ROOT,
            )  # fmt: skip

        handshakes(20)
        before = cpu_seconds(pid)
        handshakes(count)
        return (cpu_seconds(pid) - before) / count * 1e3
