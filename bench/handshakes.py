"""IKE_SA_INIT and IKE_AUTH: CPU milliseconds that the responder spends on a handshake, with the same initiator.

Each responder writes the log that it writes by default, into a file.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.interop.network import Network
from tests.interop.ours import ROOT, Ours, mirrored
from tests.interop.strongswan import StrongSwan, connection, connections
from tests.interop.suites import Suite

from bench.initiator import CHILD, IKE, KEY, SITES, SOURCES, site

SUITE = Suite("aes128-sha256-x25519", "aes128-sha256", "", IKE, CHILD)


@contextmanager
def ours(network: Network, folder: Path) -> Iterator[int]:
    text = mirrored(peer="any") + "".join(_tunnel(number) for number in range(SITES))
    with Ours(
        network, folder, text, suite=SUITE, namespace=network.peer, log_level="notice", log_json=False
    ) as gateway:
        yield gateway.pid


def _tunnel(number: int) -> str:
    return f"""ikev2 authentication psk id keyid {site(number)} key char {KEY}
interface Tunnel{number + 1}.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet1.0
  ikev2 peer any authentication psk id keyid {site(number)}
  no shutdown
ip route 192.168.{100 + number}.0/24 Tunnel{number + 1}.0
"""


@contextmanager
def strongswan(network: Network, folder: Path) -> Iterator[int]:
    parts = [
        connection(
            network, name=f"c{number}", child=f"n{number}", ike=SUITE.ike, esp=SUITE.esp, options="mobike = no",
            remote="%any", remote_id=f"keyid:{site(number)}", remote_ts=f"192.168.{100 + number}.0/24", key=KEY,
        )
        for number in range(SITES)
    ]  # fmt: skip
    with StrongSwan(network, folder, connections(*parts), levels="default = 1") as charon:
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
        for number in range(SOURCES):
            address = f"{network.OURS.rsplit('.', 1)[0]}.{100 + number}/24"
            network.inside(network.ours, "ip", "addr", "add", address, "dev", "wan0")
        pid: int = stack.enter_context(RESPONDERS[responder](network, folder))  # type: ignore[arg-type]

        def handshakes(number: int) -> None:
            network.inside(
                network.ours, sys.executable, "-m", "bench.initiator", str(number), network.OURS, network.PEER,
                timeout=120, cwd=ROOT,
            )  # fmt: skip

        handshakes(2 * SITES)
        before = cpu_seconds(pid)
        handshakes(count)
        return (cpu_seconds(pid) - before) / count * 1e3
