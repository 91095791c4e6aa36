"""One boot, and every case: our gateway on the guest's kernel, and our gateway on the host with ESP of its own.

The two configurations face each other; behind a NAT, the host's begins.
"""

import json
import os
import re
import subprocess
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kakehashi.model.policy import Rekey
from tests.adjusted_gateway import Adjustments
from tests.interop import ikev1, ours
from tests.interop.network import Network
from tests.interop.ours import ROOT, Ours
from tests.kernel.cases import AES_SHA1_ESN, AES_SHA2, GCM, Algorithms
from tests.kernel.machine import KernelNetwork, Machine
from tests.kernel.story import CLEAR, stream_from_guest, stream_to_guest, xfrm_states

TRANSLATED = "table ip nat {{ chain post {{ type nat hook postrouting priority 100; oifname {} masquerade random; }}; }}"
PATIENCE = 90  # the guest may have to load modules, and it is slow
PINGS = 120
GATEWAY_PATIENCE = 200


@dataclass(frozen=True)
class Case:
    """`nat`: before the host's gateway. `rekeys`: the Child SAs last for seconds, and a packet is under way."""

    name: str
    version: int
    algorithms: Algorithms
    nat: bool = False
    rekeys: bool = False

    @property
    def adjustments(self) -> dict[str, Any]:
        """Of both gateways."""
        if self.version == 1:
            short = {"phase2": {"lifetime": 12}, "ikev1_ipsec": {"rekey_before_end": 6}}
            return short if self.rekeys else {}
        chosen: dict[str, Any] = {"child_algorithms": self.algorithms.ours}
        return chosen | ({"child_rekey": Rekey(12, 6)} if self.rekeys else {})

    def configurations(self) -> tuple[str, str]:
        """The host's, and the guest's."""
        if self.version == 2:
            peer = {"peer": "any"} if self.nat else {}
            return ours.configuration(), ours.mirrored(**peer)
        assert self.algorithms.nec
        suite = ikev1.Suite(esp_cipher=self.algorithms.nec[0], esp_hash=self.algorithms.nec[1])
        mode = "aggressive" if self.nat else "main"
        there = ikev1.configuration(
            suite,
            mode=mode,
            peer="any" if self.nat else Network.OURS,
            local="192.168.20.0/24",
            remote="192.168.10.0/24",
            wan=f"{Network.PEER}/24",
            lan=f"{Network.PEER_LAN}/24",
            map_line="ipsec dynamic-map map ipv4 p2 ike pol" if self.nat else "",
        )
        if self.nat:
            there = there.replace("keyid ours", "keyid -").replace("keyid peer", "keyid ours")
            there = there.replace("keyid -", "keyid peer")
        return ikev1.configuration(suite, mode=mode), there.replace("198.51.100.254", "203.0.113.254")


CASES = (
    Case("ikev2-esn-rekeys", 2, AES_SHA1_ESN, rekeys=True),
    Case("ikev2-nat", 2, GCM, nat=True),
    Case("ikev1-rekeys", 1, AES_SHA2, rekeys=True),
)


class Guest:
    """Our gateway in the guest, from a folder that the host filled before it booted."""

    def __init__(self, machine: Machine, folder: Path) -> None:
        self._machine, self._folder = machine, folder

    def __enter__(self) -> "Guest":
        words = (
            f"{sys.executable} -m tests.adjusted_gateway {self._folder}/adjustments run {self._folder}/router.cfg"
            " --backend xfrm --map GigaEthernet0.0=eth0 --map GigaEthernet1.0=lan0 --log-level debug"
            f" --state-dir {self._folder}/state --control {self._folder}/control"
        )
        # A process of its own in the shell's place, so that its number is the gateway's.
        self._machine.shell(
            f"(cd {ROOT}; exec {words}) >{self._folder}/log 2>&1 & echo $! >{self._folder}/pid"
        )
        waiting = f"while kill -0 $(cat {self._folder}/pid); do [ -S {self._folder}/control ] && exit; sleep 0.3; done"
        self._machine.shell(f"{waiting}; cat {self._folder}/log; exit 1", patience=GATEWAY_PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        waiting = f"while kill -0 $(cat {self._folder}/pid) 2>/dev/null; do sleep 0.2; done"
        self._machine.shell(f"kill $(cat {self._folder}/pid); {waiting}", check=False)

    @property
    def log(self) -> str:
        return self._machine.shell(f"tail -c 5000 {self._folder}/log", check=False)

    def show(self, *words: str) -> str:
        command = f"{sys.executable} -m kakehashi.cli show {' '.join(words)} --control {self._folder}/control"
        return self._machine.shell(f"cd {ROOT}; {command}")


def tell(folder: Path, cases: tuple[Case, ...] = CASES) -> dict[str, str]:
    """Why each case failed, with what helps to understand it; "" where it did not."""
    folder.mkdir(parents=True, exist_ok=True)
    folders = {case.name: folder / str(number) for number, case in enumerate(cases)}
    for case in cases:
        prepare(case, folders[case.name])
    compile_for_guest(folder / "compiled")
    results: dict[str, str] = {}
    with KernelNetwork() as network:
        network.boot()
        assert network.machine
        network.machine.export("PYTHONPYCACHEPREFIX", str(folder / "compiled"))
        network.machine.export("PYTHONPATH", os.environ.get("PYTHONPATH", ""))
        for case in cases:
            guest = Guest(network.machine, folders[case.name])
            try:
                play(case, network, guest, folders[case.name])
                results[case.name] = ""
            except Exception:
                kernel = network.machine.shell(
                    "ip -s xfrm state; ip xfrm policy; ip rule; ip route", check=False
                )
                log = folders[case.name] / "ours" / "log"
                said = log.read_text(errors="replace")[-4000:] if log.exists() else "nothing"
                told = [
                    traceback.format_exc(),
                    "the host:",
                    said,
                    "the guest:",
                    guest.log,
                    "its kernel:",
                    kernel,
                ]
                results[case.name] = "\n".join(told)
    return results


def prepare(case: Case, folder: Path) -> None:
    """What the guest reads has to be there before it looks."""
    folder.mkdir()
    (folder / "router.cfg").write_text(case.configurations()[1])
    (folder.parent / "message").write_bytes(bytes(range(256)) * 32)
    Adjustments(**case.adjustments).write(folder / "adjustments")


def compile_for_guest(folder: Path) -> None:
    """To compile what a gateway is of takes the emulated machine most of a minute."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder), "PYTHONDONTWRITEBYTECODE": ""}
    modules = "tests.adjusted_gateway, kakehashi.gateway.daemon, kakehashi.dataplane.xfrm"
    subprocess.run([sys.executable, "-c", f"import {modules}"], cwd=ROOT, env=environment, check=True)


def play(case: Case, network: KernelNetwork, guest: Guest, folder: Path) -> None:
    assert network.machine
    near, far = Network.OUR_LAN, Network.PEER_LAN
    network.inside(network.router, "nft", "flush", "ruleset")
    if case.nat:
        network.inside(network.router, "nft", TRANSLATED.format(network.TAP))
    network.count_start(CLEAR)
    # The guest's own first packet begins, where it can.
    first, target = (network.ours, (near, far)) if case.nat else (network.peer, (far, near))
    with (
        guest,
        Ours(network, folder / "ours", case.configurations()[0], log_json=False, **case.adjustments) as host,
    ):
        assert reaches(network, first, *target), f"{target[0]} does not reach {target[1]}"
        assert reaches(network, network.ours, near, far)
        assert reaches(network, network.peer, far, near)
        if case.version == 2:
            assert reaches(network, network.peer, Network.PEER_LAN_6, Network.OUR_LAN_6), "no IPv6"
        if case.rekeys:
            keep_talking(network, host)
        stream_to_guest(network, near, far)
        stream_from_guest(network, near, folder.parent / "message")
        check(case, network, host, guest)
    assert not network.inside(network.peer, "ip", "xfrm", "state").strip(), "SAs are left in the kernel"
    assert not network.inside(network.peer, "ip", "xfrm", "policy").strip(), "policies are left in the kernel"
    assert not network.count(), "something went in the clear"


def keep_talking(network: KernelNetwork, host: Ours) -> None:
    """A ping every tenth of a second, while SAs are replaced: all come back."""
    before = host.log.count("is rekeyed")
    said = network.inside(
        network.ours, "ping", "-c", str(PINGS), "-i", "0.15", "-W", "5", "-I", Network.OUR_LAN, Network.PEER_LAN,
        check=False, timeout=90,
    )  # fmt: skip
    assert f"{PINGS} packets transmitted, {PINGS} received" in said, said
    assert host.log.count("is rekeyed") >= before + 2, host.log


def check(case: Case, network: KernelNetwork, host: Ours, guest: Guest) -> None:
    """Has the kernel the SAs that the host's gateway tells of, and do both tell of packets?"""
    # Of a pair that carries nothing IKEv1 makes no new one.
    assert reaches(network, network.ours, Network.OUR_LAN, Network.PEER_LAN)
    states = xfrm_states(network)
    assert len(states) >= 2, states
    for state in states:
        spi = re.search(r"spi 0x([0-9a-f]+)", state)
        assert spi, state
        assert spi[1] in host.log, f"{spi[1]} is none of the SAs in {host.log}"
        assert all(word in state for word in case.algorithms.xfrm), state
        assert ("encap type espinudp" in state) is case.nat, state
        assert bool(re.search(r"flag [^(]*\besn\b", state)) is case.algorithms.ours.esn, state
    assert re.search(r"^backend +xfrm$", guest.show("dataplane"), re.MULTILINE)
    assert re.search(r"^backend +native$", host.command("show", "dataplane"), re.MULTILINE)
    (tunnel,) = json.loads(guest.show("--json"))["tunnels"]
    for way in ("outbound", "inbound"):
        assert tunnel[way]["packets"] > 10, tunnel
        assert tunnel[way]["octets"] > 8192, tunnel
    dropped = {
        name: number for name, number in tunnel["inbound"].items() if name not in ("packets", "octets")
    }
    assert not any(dropped.values()), tunnel


def reaches(network: KernelNetwork, namespace: str, source: str, target: str) -> bool:
    """Tried for a while: without an SA the kernel says at once that it cannot."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if network.ping(namespace, source, target, wait=3):
            return True
        time.sleep(0.5)
    return False
