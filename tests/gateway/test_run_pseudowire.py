"""One LAN at two sites: the hosts behind both routers are in one network, and a broadcast crosses.

    10.77.0.1 [tokyo] 192.0.2.2 --- (internet) --- 198.51.100.2 [osaka] 10.77.0.2

Neither router has an address in the LAN, but for the one that answers in it where the test says so.
"""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.check.test_pseudowires import CISCO as BETWEEN_TWO
from tests.gateway.two_routers import Router, TwoRouters, until

pytestmark = pytest.mark.root

ENDS = {"tokyo": ("192.0.2.2", "192.0.2.1", 1), "osaka": ("198.51.100.2", "198.51.100.1", 2)}
PEER = {"tokyo": "osaka", "osaka": "tokyo"}

AWPLUS = """\
hostname {name}
crypto isakmp key between-us address {peer}
bridge 1
interface eth1
 ip address {own}/24
interface vlan1
 bridge-group 1
interface br1
 ip address 10.77.0.10{n}/24
interface tunnel1
 bridge-group 1
 tunnel source eth1
 tunnel destination {peer}
 tunnel local id 10{n}
 tunnel remote id 10{m}
 tunnel mode l2tp v3
 tunnel protection ipsec
ip route 0.0.0.0/0 {hop}
"""

NEC_LAN = """\
hostname {name}
ip route default {hop}
bridge irb enable
interface GigaEthernet0.0
  ip address {own}/24
  no shutdown
interface GigaEthernet1.0
  no ip address
  bridge-group 1
  no shutdown
"""
NEC = (
    NEC_LAN
    + """\
ikev2 authentication psk id ipv4 {own} key char between-us
ikev2 authentication psk id ipv4 {peer} key char between-us
interface Tunnel0.0
  tunnel mode ether-ip ipsec-ikev2
  no ip address
  ikev2 source-address {own}
  ikev2 ipsec-mode transport
  ikev2 peer {peer} authentication psk id ipv4 {peer}
  bridge-group 1
  no shutdown
"""
)
PLAIN = (
    NEC_LAN
    + """\
interface Tunnel0.0
  tunnel mode ether-ip ip
  tunnel source GigaEthernet0.0
  tunnel destination {peer}
  no ip address
  bridge-group 1
  no shutdown
"""
)
CISCO = (
    BETWEEN_TWO.replace("digest secret {secret}", "digest secret between-us hash SHA")
    .replace("cookie size 4", "cookie size 8")
    .replace(" ip local interface", " sequencing both\n ip local interface")
)


def written(text: str, name: str) -> str:
    own, hop, number = ENDS[name]
    return text.format(name=name, own=own, hop=hop, peer=ENDS[PEER[name]][0], n=number, m=3 - number)


@contextmanager
def one_lan(folder: Path, text: str, wan: str, lan: str) -> Iterator[TwoRouters]:
    world = TwoRouters(folder, lambda name, _: written(text, name))
    routers = (world.tokyo, world.osaka)
    for router in routers:
        router.interfaces = (wan, lan)
    with world:
        for number, router in enumerate(routers, start=1):
            router.host.ip("addr flush dev eth0")
            router.host.ip(f"addr add 10.77.0.{number}/24 dev eth0")
        yield world


def mac(router: Router) -> str:
    return router.host.ip("-br link show eth0").split()[2]


def hears(world: TwoRouters) -> None:
    """A broadcast of the one host has come to the other, which answers its sender by its own address."""
    until(lambda: world.tokyo.ping("10.77.0.2", wait=2, host=True), "a ping through", 60)
    assert mac(world.tokyo) in world.osaka.host.ip("neigh show 10.77.0.1")
    assert mac(world.osaka) in world.tokyo.host.ip("neigh show 10.77.0.2")
    large = ["ping", "-c1", "-W20", "-s1472", "-Mdo", "10.77.0.2"]
    world.tokyo.host.inside(*large)  # a whole frame


WATCH = """
import socket
every = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0003))
print("listening", flush=True)
while True:
    packet, (device, kind, *_) = every.recvfrom(3000)
    if kind == 0x0800:
        print(packet[9], int.from_bytes(packet[20:22], "big") if packet[9] == 17 else 0, flush=True)
"""


@contextmanager
def seen_outside(world: TwoRouters) -> Iterator[set[tuple[int, int]]]:
    """The protocols that cross the internet meanwhile, and source ports of UDP."""
    watcher = subprocess.Popen(
        ["ip", "netns", "exec", world.internet.name, sys.executable, "-c", WATCH],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert watcher.stdout is not None
    assert watcher.stdout.readline() == "listening\n"
    seen: set[tuple[int, int]] = set()
    try:
        yield seen
    finally:
        watcher.kill()
        for line in watcher.stdout:
            if len(words := line.split()) == 2:
                seen.add((int(words[0]), int(words[1])))
        watcher.wait()


def stays_protected(world: TwoRouters, *clear: str) -> None:
    """Nothing but ESP and IKE is seen outside, also once the SAs are gone. `clear`: the command for that."""
    with seen_outside(world) as seen:
        assert world.tokyo.ping("10.77.0.2", host=True)
        world.osaka.end(signal.SIGKILL)
        world.tokyo.command("clear", *clear)
        for _ in range(3):
            world.tokyo.ping("10.77.0.2", wait=1, host=True)
    assert (50, 0) in seen
    assert seen <= {(50, 0), (17, 500), (17, 4500), (1, 0)}


def is_put_back(router: Router) -> None:
    """What the gateway has made is gone, and the LAN's interface is as it was."""
    assert router.end() == 0
    left = router.namespace.ip("-br link")
    assert [line.split("@")[0].split()[0] for line in left.splitlines()] == ["lo", "wan0", "lan0"]
    assert "master" not in router.namespace.ip("link show lan0")


def test_a_broadcast_crosses_l2tpv3_of_awplus_under_ipsec(tmp_path: Path) -> None:
    with one_lan(tmp_path, AWPLUS, "eth1", "vlan1") as world:
        hears(world)
        assert world.tokyo.ping("10.77.0.101", host=True), "the router itself is in the LAN"
        assert world.tokyo.ping("10.77.0.102", host=True), "and so is the other one"
        stays_protected(world, "isakmp", "sa")
        is_put_back(world.tokyo)


@pytest.mark.parametrize("mode", ["transport", "tunnel"])
def test_a_broadcast_crosses_ether_ip_of_nec_ix_over_ikev2(tmp_path: Path, mode: str) -> None:
    text = NEC.replace("ipsec-mode transport", f"ipsec-mode {mode}")
    with one_lan(tmp_path, text, "GigaEthernet0.0", "GigaEthernet1.0") as world:
        hears(world)
        stays_protected(world, "ikev2", "sa")
        is_put_back(world.tokyo)


def test_a_broadcast_crosses_a_negotiated_xconnect_under_a_crypto_map(tmp_path: Path) -> None:
    with one_lan(tmp_path, CISCO, "GigabitEthernet0/0", "GigabitEthernet0/1") as world:
        hears(world)
        assert "L2TPv3 control connection with osaka" in world.tokyo.log
        stays_protected(world, "crypto", "isakmp")
        is_put_back(world.tokyo)


def test_without_ipsec_in_the_configuration_frames_go_as_they_are(tmp_path: Path) -> None:
    lines = [line for line in CISCO.splitlines() if line != " crypto map OUTSIDE"]
    start, end = lines.index("crypto isakmp policy 10"), lines.index("interface GigabitEthernet0/0")
    text = "\n".join([*lines[:start], *lines[end:], ""])
    with one_lan(tmp_path, text, "GigabitEthernet0/0", "GigabitEthernet0/1") as world:
        hears(world)
        with seen_outside(world) as seen:
            assert world.tokyo.ping("10.77.0.2", host=True)
        assert (115, 0) in seen
        world.osaka.end()
        until(lambda: "the L2TPv3 session with 198.51.100.2 is gone" in world.tokyo.log, "the goodbye")
        world.osaka.start()
        until(lambda: world.tokyo.ping("10.77.0.2", wait=1, host=True), "the LAN to be one again", 60)


def test_plain_ether_ip_over_ipv4(tmp_path: Path) -> None:
    with one_lan(tmp_path, PLAIN, "GigaEthernet0.0", "GigaEthernet1.0") as world:
        hears(world)
        is_put_back(world.tokyo)
