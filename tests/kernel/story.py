"""strongSwan with the kernel's ESP in the guest, our gateway on the host."""

import os
import re
import socket
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kakehashi.lab.kernel import Namespace, setns
from kakehashi.model.algorithms import Cipher, IkeAlgorithms
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId, KeyExchangeId, PrfId
from tests.interop import ikev1, ours, strongswan
from tests.interop.network import Network
from tests.interop.ours import Ours
from tests.kernel.cases import CASES, Case
from tests.kernel.machine import ECHO_PORT, KernelNetwork, KernelStrongSwan

IKE = IkeAlgorithms(
    (Cipher(EncryptionId.ENCR_AES_CBC, 256),),
    (IntegrityId.AUTH_HMAC_SHA2_256_128,),
    (PrfId.PRF_HMAC_SHA2_256,),
    (KeyExchangeId.CURVE25519,),
)
PATIENCE = 60.0  # seconds
MESSAGE = bytes(range(256)) * 32
CLEAR = "meta l4proto { icmp, ipv6-icmp } @th,0,8 { 0, 8, 128, 129 }"  # echoes and their answers


def prepare(folder: Path, cases: tuple[Case, ...] = CASES) -> None:
    """What the guest reads has to be there before it looks."""
    folder.mkdir(parents=True)
    (folder / "message").write_bytes(MESSAGE)
    for number, case in enumerate(cases):
        # Numbers, for the path of a socket has its limits.
        (folder / str(number)).mkdir()
        (folder / str(number) / "swanctl.conf").write_text(their_configuration(case))


def tell(
    network: KernelNetwork, peer: KernelStrongSwan, folder: Path, cases: tuple[Case, ...] = CASES
) -> dict[str, str]:
    """Why each case failed, with what helps to understand it; "" where it did not."""
    results: dict[str, str] = {}
    for number, case in enumerate(cases):
        place = folder / str(number)
        try:
            play(case, network, peer, place)
            results[case.name] = ""
        except Exception:
            results[case.name] = why(network, peer, place)
    return results


def why(network: KernelNetwork, peer: KernelStrongSwan, folder: Path) -> str:
    """The exception that is being handled, and what everybody says. `folder`: of the case."""
    state = network.inside(network.peer, "ip", "-s", "xfrm", "state", check=False)
    log = folder / "ours" / "log"
    said = log.read_text(errors="replace")[-4000:] if log.exists() else "nothing"
    return "\n".join([traceback.format_exc(), "ours:", said, "the kernel:", state, "charon:", peer.log])


def play(case: Case, network: KernelNetwork, peer: KernelStrongSwan, folder: Path) -> None:
    assert network.machine
    peer.swanctl("--load-all", "--clear", "--file", str(folder / "swanctl.conf"))
    network.inside(network.router, "nft", "delete", "table", "inet", "count", check=False)
    network.count_start(CLEAR)
    with Ours(
        network,
        folder / "ours",
        our_configuration(case),
        log_json=False,
        ike_algorithms=IKE,
        child_algorithms=case.algorithms.ours,
        phase2=phase2(case),
        mode=case.mode,
    ) as gateway:
        if not case.we_begin:
            peer.initiate()
        for near, far in addresses(case):
            assert reaches(network, network.ours, near, far), f"{near} does not reach {far}"
            assert reaches(network, network.peer, far, near), f"{far} does not reach {near}"
            stream_to_guest(network, near, far)
            stream_from_guest(network, near, folder.parent / "message")
        (shown,) = esp_sas(gateway)
        check(case, shown, xfrm_states(network))
    assert are_gone(network), "our goodbye has left SAs in the kernel"
    assert not network.count(), "something went in the clear"


def phase2(case: Case) -> dict[str, Any]:
    """The proposal of quick mode where it is AH, which the configuration cannot say."""
    algorithms = case.algorithms.ours.ah
    return {"cipher": None, "integrity": IntegrityId.NONE, "ah": algorithms[0]} if algorithms else {}


def reaches(network: KernelNetwork, namespace: str, source: str, target: str) -> bool:
    """Tried several times: whoever ends the negotiation sends before the other, slow as it is, has its SA."""
    return any(network.ping(namespace, source, target, wait=3) for _ in range(6))


def addresses(case: Case) -> list[tuple[str, str]]:
    """Which of our addresses talks to which of the peer's."""
    if case.mode is EncapsulationMode.TUNNEL:
        pairs = [(Network.OUR_LAN, Network.PEER_LAN), (Network.OUR_LAN_6, Network.PEER_LAN_6)]
        return pairs[:1] if case.version == 1 else pairs
    return [(Network.OURS, Network.PEER) if case.outer == 4 else (Network.OURS_6, Network.PEER_6)]


def our_configuration(case: Case) -> str:
    peer = Network.PEER if case.outer == 4 else Network.PEER_6
    if case.version == 1:
        return ikev1.configuration(case.suite, peer=peer)
    return ours.configuration(peer=peer)


def their_configuration(case: Case) -> str:
    network = Network()
    local, remote = (network.PEER, network.OURS) if case.outer == 4 else (network.PEER_6, network.OURS_6)
    lans = [[Network.PEER_LAN, Network.OUR_LAN], [Network.PEER_LAN_6, Network.OUR_LAN_6]]
    lengths = (24, 64)
    if case.mode is EncapsulationMode.TRANSPORT:
        selectors = ["dynamic", "dynamic"]
    else:
        used = list(zip(lans, lengths, strict=True))[: 1 if case.version == 1 else 2]
        selectors = [",".join(f"{lan[side]}/{length}" for lan, length in used) for side in (0, 1)]
    words = {
        "local": local,
        "remote": remote,
        "local_ts": selectors[0],
        "remote_ts": selectors[1],
        "child_options": f"mode = {case.mode.value}",
        "protocol": case.algorithms.protocol,
    }
    if case.algorithms.ours.ah:
        words["esp"] = case.algorithms.swanctl
    if case.version == 1:
        # In main mode the ends are called by their addresses.
        return ikev1.strongswan(network, case.suite, local_id=local, remote_id=remote, **words)
    return strongswan.connection(
        network, ike="aes256-sha256-x25519", **({"esp": case.algorithms.swanctl} | words)
    )


def esp_sas(gateway: Ours) -> list[dict[str, Any]]:
    """The pairs of ESP SAs that `kakehashi show` has."""
    status = gateway.status()
    children = [child for sa in status["ike_sas"] for child in sa["children"]]
    return [pair["sa"] for pair in children + status["ipsec_sas"]]


def are_gone(network: KernelNetwork) -> bool:
    """Are the kernel's SAs, in the end? We do not wait for an answer for long, and the guest is slow."""
    deadline = time.monotonic() + PATIENCE
    while xfrm_states(network):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)
    return True


def xfrm_states(network: KernelNetwork) -> list[str]:
    """The kernel's SAs: of each what `ip -s xfrm state` tells."""
    text = network.inside(network.peer, "ip", "-s", "xfrm", "state")
    return [state for state in re.split(r"^(?=src )", text, flags=re.MULTILINE) if "proto " in state]


def check(case: Case, sa: dict[str, Any], states: list[str]) -> None:
    """Do the kernel and we have the same pair of SAs, as it should be, and has it carried packets?"""
    assert len(states) == 2, f"the kernel has {len(states)} SAs"
    esn = case.algorithms.ours.esn
    assert sa["esn"] == esn, f"we have ESN {sa['esn']}"
    assert sa["mode"] == case.mode.value, f"we have {sa['mode']} mode"
    assert not sa["udp_encapsulation"], "we wrap ESP in UDP"
    assert (sa["cipher"] is None) == bool(case.algorithms.ours.ah), f"we have {sa}"
    spis = set()
    for state in states:
        for word in (*case.algorithms.xfrm, f"mode {case.mode.value}"):
            assert word in state, f"{word} is not in {state}"
        assert "encap type" not in state, f"the kernel wraps ESP in UDP: {state}"
        assert bool(re.search(r"\besn\b", state)) == esn, f"ESN should be {esn}: {state}"
        spi = re.search(r"spi (0x[0-9a-f]+)", state)
        assert spi, f"no SPI in {state}"
        assert re.search(r"[1-9]\d*\(bytes\), [1-9]\d*\(packets\)", state), f"it has carried nothing: {state}"
        spis.add(int(spi[1], 16))
    assert spis == {sa["spi_in"], sa["spi_out"]}, f"the kernel has the SPIs {spis}, we have {sa}"


def stream_to_guest(network: KernelNetwork, source: str, target: str) -> None:
    """A message over TCP to the guest, and its way back."""
    with inside(network.ours):
        connection = socket.create_connection((target, ECHO_PORT), 30, (source, 0))
    with connection:
        connection.sendall(MESSAGE)
        assert receive(connection) == MESSAGE, "a TCP stream to the guest is spoilt"


def stream_from_guest(network: KernelNetwork, target: str, message: Path) -> None:
    """A message over TCP from the guest, and its way back."""
    assert network.machine
    with inside(network.ours):
        server = socket.create_server(
            (target, 0), family=socket.AF_INET6 if ":" in target else socket.AF_INET
        )
    server.settimeout(60)

    def echo() -> None:
        connection, _ = server.accept()
        with connection:
            connection.settimeout(30)
            connection.sendall(receive(connection))

    with server:
        thread = threading.Thread(target=echo)
        thread.start()
        port = server.getsockname()[1]
        network.machine.shell(
            f"exec 3<>/dev/tcp/{target}/{port}; cat {message} >&3; head -c {len(MESSAGE)} <&3 | cmp - {message}"
        )
        thread.join()


def receive(connection: socket.socket) -> bytes:
    received = b""
    while len(received) < len(MESSAGE):
        part = connection.recv(len(MESSAGE))
        assert part, "a TCP stream ended early"
        received += part
    return received


@contextmanager
def inside(namespace: str) -> Iterator[None]:
    """Sockets that are made here belong to the namespace."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    try:
        setns(there, Namespace.NETWORK)
        yield
    finally:
        setns(home, Namespace.NETWORK)
        os.close(home)
        os.close(there)
