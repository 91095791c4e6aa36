"""IKE_SA_INIT and IKE_AUTH: CPU milliseconds that the responder spends on a handshake, with the same initiator.

Each responder writes the log that it writes by default, into a file.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from tests.interop.network import Network
from tests.interop.ours import ROOT, Ours, mirrored
from tests.interop.strongswan import StrongSwan, connection, connections
from tests.interop.suites import Suite

from bench.initiator import CHILD, KEY, SITES, SOURCES, ike, site
from kakehashi import compiled
from kakehashi.wire.registry.ikev2 import KeyExchangeId

# The fastest group, and the strongest that NEC's routers speak.
GROUPS = {"X25519": KeyExchangeId.CURVE25519, "MODP-2048": KeyExchangeId.MODP_2048}
OURS = "kakehashi" if compiled.in_use() else "kakehashi, not compiled"


def suite(group: str) -> Suite:
    proposal = f"aes128-sha256-{group.lower().replace('-', '')}"
    return Suite(proposal, "aes128-sha256", "", ike(GROUPS[group]), CHILD)


@contextmanager
def ours(group: str, network: Network, folder: Path) -> Iterator[int]:
    text = mirrored(peer="any") + "".join(_tunnel(number) for number in range(SITES))
    with Ours(
        network, folder, text, suite=suite(group), namespace=network.peer, log_level="notice", log_json=False
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
def strongswan(group: str, network: Network, folder: Path) -> Iterator[int]:
    parts = [
        connection(
            network, name=f"c{number}", child=f"n{number}", ike=suite(group).ike, esp=suite(group).esp, options="mobike = no",
            remote="%any", remote_id=f"keyid:{site(number)}", remote_ts=f"192.168.{100 + number}.0/24", key=KEY,
        )
        for number in range(SITES)
    ]  # fmt: skip
    with StrongSwan(network, folder, connections(*parts), levels="default = 1") as charon:
        yield charon.pid


RESPONDERS: dict[str, Callable[[Network, Path], object]] = {
    f"{name}, {group}": partial(responder, group)
    for group in GROUPS
    for name, responder in (("strongSwan", strongswan), (OURS, ours))
}


def beside(case: str) -> str:
    """What a case is a ratio of."""
    return f"strongSwan, {_group(case)}"


def _group(case: str) -> str:
    return case.rsplit(", ", 1)[1]


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
                GROUPS[_group(responder)].name, timeout=120, cwd=ROOT,
            )  # fmt: skip

        handshakes(2 * SITES)
        before = cpu_seconds(pid)
        handshakes(count)
        return (cpu_seconds(pid) - before) / count * 1e3
