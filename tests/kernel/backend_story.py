"""Our gateway on the guest's kernel, and our gateway on the host with ESP of its own.

The two configurations face each other; behind a NAT, the host's begins.
"""

import json
import re
import time
import traceback
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.policy import Rekey
from tests.interop import ikev1, ours
from tests.interop.network import Network
from tests.interop.ours import Ours
from tests.kernel import gre_story
from tests.kernel.cases import AES_SHA1_ESN, AES_SHA2, AH_SHA2_ESN, GCM, Algorithms
from tests.kernel.guest import Guest
from tests.kernel.machine import KernelNetwork, Machine
from tests.kernel.story import CLEAR, MESSAGE, stream_from_guest, stream_to_guest, xfrm_states

TRANSLATED = "table ip nat {{ chain post {{ type nat hook postrouting priority 100; oifname {} masquerade random; }}; }}"
PATIENCE = 90  # the guest may have to load modules, and it is slow
PINGS = 120
OUTSIDE = "203.0.113.254"  # of the NAT
# Another tunnel of the guest's whose peer nobody is: a device with the same key, and yet no ends.
NOBODY = "203.0.113.77"
IDLE = f"""\
crypto ikev2 proposal IDLE
 encryption aes-cbc-256
 integrity sha256
 group 14
crypto ikev2 policy IDLE
 proposal IDLE
crypto ikev2 keyring IDLE
 peer NOBODY
  address {NOBODY}
  pre-shared-key of-nobody
crypto ikev2 profile IDLE
 match identity remote address {NOBODY} 255.255.255.255
 authentication local pre-share
 authentication remote pre-share
 keyring local IDLE
crypto ipsec transform-set IDLE esp-gcm
crypto ipsec profile IDLE
 set transform-set IDLE
 set ikev2-profile IDLE
 responder-only
interface Tunnel9
 ip address 10.99.9.2 255.255.255.252
 tunnel source GigabitEthernet0/0
 tunnel destination {NOBODY}
 tunnel key 77
 tunnel protection ipsec profile IDLE
"""
BUNDLE = replace(AES_SHA2, xfrm=())


@dataclass(frozen=True)
class Case:
    """`nat`: before the host's gateway. `rekeys`: the Child SAs last for seconds, and a packet is under way.

    `outer`: the IP version between the gateways.

    `gre`: between two Cisco routers; their transforms, where they have several protocols.
    """

    name: str
    version: int
    algorithms: Algorithms
    nat: bool = False
    rekeys: bool = False
    mode: EncapsulationMode = EncapsulationMode.TUNNEL
    gre: str = ""
    outer: int = 4

    @property
    def adjustments(self) -> dict[str, Any]:
        """Of both gateways."""
        if self.version == 1:
            short = {"phase2": {"lifetime": 12}, "ikev1_ipsec": {"rekey_before_end": 6}}
            return short if self.rekeys else {}
        if self.gre:
            return {}
        chosen: dict[str, Any] = {"child_algorithms": self.algorithms.ours, "mode": self.mode}
        return chosen | ({"child_rekey": Rekey(12, 6)} if self.rekeys else {})

    def configurations(self) -> tuple[str, str]:
        """The host's, and the guest's."""
        if self.gre:
            text = gre_story.router(self.version, self.mode.value, True, self.gre)
            text = gre_story.over_ipv6(text) if self.outer == 6 else text
            return text, gre_story.opposite(text) + (IDLE if self.outer == 4 else "")
        if self.version == 2:
            near, far = self.ends
            return ours.configuration(peer=far), ours.mirrored(peer="any" if self.nat else near)
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

    @property
    def ends(self) -> tuple[str, str]:
        """The host's gateway, and the guest's."""
        return (Network.OURS, Network.PEER) if self.outer == 4 else (Network.OURS_6, Network.PEER_6)

    @property
    def interfaces(self) -> tuple[str, str]:
        """What both configurations call the WAN and the LAN."""
        return gre_story.INTERFACES if self.gre else ("GigaEthernet0.0", "GigaEthernet1.0")

    @property
    def addresses(self) -> list[tuple[str, str]]:
        """Which of the host's talks to which of the guest's."""
        lans = (Network.OUR_LAN, Network.PEER_LAN)
        if self.gre:
            return [(gre_story.OUR_END, gre_story.THEIR_END), lans]
        if self.mode is EncapsulationMode.TRANSPORT:
            return [self.ends]
        return [lans, (Network.OUR_LAN_6, Network.PEER_LAN_6)][: self.version]

    @property
    def protocols(self) -> set[str]:
        """What protects packets."""
        return {"esp", "ah"} if "ah-" in self.gre else {self.algorithms.protocol}

    def of_guest(self, address: str) -> str:
        """How the guest calls an address of the host's."""
        return OUTSIDE if self.nat and address == Network.OURS else address


TRANSPORT = EncapsulationMode.TRANSPORT
CASES = (
    Case("ikev2-esn-rekeys", 2, AES_SHA1_ESN, rekeys=True),
    Case("ikev2-nat", 2, GCM, nat=True),
    Case("ikev1-rekeys", 1, AES_SHA2, rekeys=True),
    Case("ikev2-transport-ah-rekeys", 2, AH_SHA2_ESN, rekeys=True, mode=TRANSPORT),
    Case("ikev2-transport-nat", 2, AES_SHA1_ESN, nat=True, mode=TRANSPORT),
    Case("ikev2-ipv6-rekeys", 2, GCM, rekeys=True, outer=6),
    Case("ikev2-ipv6-transport", 2, AES_SHA2, mode=TRANSPORT, outer=6),
    Case("ikev2-ipv6-gre-transport", 2, AES_SHA2, mode=TRANSPORT, gre=gre_story.ESP_ALONE, outer=6),
    Case("ikev2-gre-tunnel", 2, AES_SHA2, gre=gre_story.ESP_ALONE),
    Case(
        "ikev1-gre-transport-ah-around-esp",
        1,
        BUNDLE,
        rekeys=True,
        mode=TRANSPORT,
        gre="ah-sha-hmac esp-aes 256",
    ),
)


def prepare(folder: Path, cases: tuple[Case, ...] = CASES) -> None:
    """What the guest reads has to be there before it looks."""
    folder.mkdir(parents=True)
    (folder / "message").write_bytes(MESSAGE)
    for number, case in enumerate(cases):
        Guest.prepare(folder / str(number), case.configurations()[1], **case.adjustments)


def tell(network: KernelNetwork, folder: Path, cases: tuple[Case, ...] = CASES) -> dict[str, str]:
    """Why each case failed, with what helps to understand it; "" where it did not."""
    assert network.machine
    results: dict[str, str] = {}
    for number, case in enumerate(cases):
        place = folder / str(number)
        devices = dict(zip(case.interfaces, ("eth0", "lan0"), strict=True))
        guest = Guest(network.machine, place, devices, ("--backend", "auto"))
        try:
            play(case, network, guest, place)
            results[case.name] = ""
        except Exception:
            results[case.name] = why(network.machine, guest, place)
    return results


def why(machine: Machine, guest: Guest, folder: Path) -> str:
    """The exception that is being handled, and what everybody says. `folder`: of the case."""
    told = traceback.format_exc()
    kernel = machine.shell("ip -s xfrm state; ip xfrm policy; ip rule; ip route", check=False)
    log = folder / "ours" / "log"
    said = log.read_text(errors="replace")[-4000:] if log.exists() else "nothing"
    return "\n".join([told, "the host:", said, "the guest:", guest.log, "its kernel:", kernel])


def play(case: Case, network: KernelNetwork, guest: Guest, folder: Path) -> None:
    assert network.machine
    network.inside(network.router, "nft", "flush", "ruleset")
    if case.nat:
        network.inside(network.router, "nft", TRANSLATED.format(network.TAP))
    network.count_start("meta l4proto gre" if case.gre else CLEAR)
    near, far = case.addresses[0]
    # The guest's own first packet begins, where it can.
    first, target = (network.ours, (near, far)) if case.nat else (network.peer, (far, near))
    with (
        guest,
        Ours(
            network,
            folder / "ours",
            case.configurations()[0],
            log_json=False,
            interfaces=case.interfaces,
            **case.adjustments,
        ) as host,
    ):
        assert reaches(network, first, *target), f"{target[0]} does not reach {target[1]}"
        for ours, theirs in case.addresses:
            assert reaches(network, network.ours, ours, theirs), f"{ours} does not reach {theirs}"
            back = case.of_guest(ours)
            assert reaches(network, network.peer, theirs, back), f"{theirs} does not reach {back}"
        if case.rekeys:
            keep_talking(network, host, near, far)
        stream_to_guest(network, near, far)
        if case.of_guest(near) == near:
            stream_from_guest(network, near, folder.parent / "message")
        check(case, network, host, guest)
    assert not network.inside(network.peer, "ip", "xfrm", "state").strip(), "SAs are left in the kernel"
    assert not network.inside(network.peer, "ip", "xfrm", "policy").strip(), "policies are left in the kernel"
    assert not network.count(), "something went in the clear"


def keep_talking(network: KernelNetwork, host: Ours, near: str, far: str) -> None:
    """A ping every tenth of a second, while SAs are replaced: all come back."""
    wanted, deadline = host.log.count("is rekeyed") + 2, time.monotonic() + PATIENCE
    while host.log.count("is rekeyed") < wanted:
        assert time.monotonic() < deadline, host.log
        said = network.inside(
            network.ours, "ping", "-c", str(PINGS), "-i", "0.15", "-W", "20", "-I", near, far,
            check=False, timeout=90,
        )  # fmt: skip
        assert f"{PINGS} packets transmitted, {PINGS} received" in said, said


def check(case: Case, network: KernelNetwork, host: Ours, guest: Guest) -> None:
    """Has the kernel the SAs that the host's gateway tells of, and do both tell of packets?"""
    # Of a pair that carries nothing IKEv1 makes no new one.
    assert reaches(network, network.ours, *case.addresses[0])
    # One that is only asked for is no SA.
    states = [state for state in xfrm_states(network) if NOBODY not in state]
    assert len(states) >= 2, states
    protocols = {word for state in states for word in re.findall(r"proto (\w+) spi", state)}
    assert protocols == case.protocols, states
    for state in states:
        spi = re.search(r"spi 0x([0-9a-f]+)", state)
        assert spi, state
        assert spi[1] in host.log, f"{spi[1]} is none of the SAs in {host.log}"
        assert all(word in state for word in case.algorithms.xfrm), state
        assert ("encap type espinudp" in state) is case.nat, state
        assert bool(re.search(r"flag [^(]*\besn\b", state)) is case.algorithms.ours.esn, state
    assert re.search(r"^backend +xfrm$", guest.show("dataplane"), re.MULTILINE), "it could, and did not"
    assert re.search(r"^backend +native$", host.command("show", "dataplane"), re.MULTILINE)
    tunnel = json.loads(guest.show("--json"))["tunnels"][0]
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
