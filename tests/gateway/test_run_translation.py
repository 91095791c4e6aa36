"""`kakehashi run` with address translation: on the line, before encryption, for hosts inside, and closed."""

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from pyroute2 import netns

from tests.gateway.namespace import Namespace
from tests.gateway.two_routers import Router, TwoRouters, until

pytestmark = [
    pytest.mark.root,
    pytest.mark.timeout(120),
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
]
TOKYO_HOST, OSAKA_HOST = "192.168.10.10", "192.168.20.10"
TOKYO_WAN, TOKYO_LAN, INTERNET = "192.0.2.2", "192.168.10.1", "192.0.2.1"
ICMP, UDP, ESP = 1, 17, 50
NAPT = "  ip napt enable\n"
HOLES = """\
  ip napt static GigaEthernet0.0 udp 500
  ip napt static GigaEthernet0.0 udp 4500
  ip napt static GigaEthernet0.0 50
"""


def on_wan(lines: str, lists: str = "") -> Callable[[str, str], str]:
    return of_tokyo("interface GigaEthernet0.0\n", lines, lists)


def of_tokyo(block: str, lines: str, lists: str = "") -> Callable[[str, str], str]:
    """Tokyo, which begins nothing by itself, with more lines."""

    def change(name: str, text: str) -> str:
        text = text.replace("  ikev2 connect-type auto\n", "")
        return lists + text.replace(block, block + lines) if name == "tokyo" else text

    return change


Packet = tuple[str, str, int]
"""Source, destination, protocol."""


@contextmanager
def seen(namespace: Namespace, device: str) -> Iterator[list[Packet]]:
    """The IPv4 packets that pass a device meanwhile; filled at the end."""
    netns.pushns(namespace.name)
    try:
        wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
    finally:
        netns.popns()
    packets: list[Packet] = []
    with wire:
        wire.bind((device, 3))
        wire.setblocking(False)
        yield packets
        while True:
            try:
                octets, (_, protocol, *_) = wire.recvfrom(65535)
            except BlockingIOError:
                return
            if protocol == 0x0800:
                ends = IPv4Address(octets[12:16]), IPv4Address(octets[16:20])
                packets.append((str(ends[0]), str(ends[1]), octets[9]))


def ping(namespace: Namespace, target: str, wait: int = 1) -> bool:
    words = ["ip", "netns", "exec", namespace.name, "ping", "-c1", f"-W{wait}", target]
    return subprocess.run(words, capture_output=True, timeout=wait + 10, check=False).returncode == 0


def reaches(router: Router, target: str) -> None:
    """The host behind it does, as soon as the tunnel is up."""
    until(lambda: router.ping(target, wait=1, host=True), f"{target} to answer {router.name}'s host")


def answers(asker: Namespace, to: tuple[str, int], answerer: Namespace, port: int, wait: int = 10) -> bool:
    """Does a datagram to `to` reach a socket on the answerer's port, and the answer come back from `to`?"""
    netns.pushns(answerer.name)
    try:
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    finally:
        netns.popns()
    netns.pushns(asker.name)
    try:
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    finally:
        netns.popns()
    with server, client:
        server.bind(("0.0.0.0", port))
        server.settimeout(wait)
        client.settimeout(wait)
        client.connect(to)
        client.send(b"question")
        try:
            _, whom = server.recvfrom(100)
            server.sendto(b"answer", whom)
            return client.recv(100) == b"answer"
        except OSError:
            return False


def test_napt_on_the_line_with_its_holes_is_closed_to_everything_else(tmp_path: Path) -> None:
    """As the listings 2.22.15 and 2.25.7 of the manual have it."""
    with TwoRouters(tmp_path, on_wan(NAPT + HOLES)) as routers:
        tokyo, osaka, internet = routers.tokyo, routers.osaka, routers.internet
        with seen(internet, "to-tokyo") as packets:
            reaches(osaka, TOKYO_HOST)
            assert tokyo.ping(INTERNET, host=True)
            assert tokyo.ping(INTERNET), "the answer to what the router itself asks"
        shown = tokyo.command("show", "ip", "napt", "translation")
        assert "Interface: GigaEthernet0.0\n" in shown
        assert any(TOKYO_HOST in line and f"{TOKYO_WAN}:" in line for line in shown.splitlines())
        assert (TOKYO_WAN, "198.51.100.2", ESP) in packets
        assert (TOKYO_WAN, INTERNET, ICMP) in packets
        assert not any(TOKYO_HOST in packet for packet in packets), "nothing leaves as it was inside"
        assert not ping(internet, TOKYO_WAN), "what no hole takes"
        assert not answers(internet, (TOKYO_WAN, 7000), tokyo.namespace, 7000, wait=1)
        internet.ip("route add 192.168.10.0/24 via 192.0.2.2 dev to-tokyo")
        assert not ping(internet, TOKYO_HOST), "nor is anybody inside reached by the own address"
        assert tokyo.end() == 0
        assert "kakehashi" not in tokyo.namespace.inside("nft", "list", "tables")


def test_without_holes_only_this_side_can_begin(tmp_path: Path) -> None:
    with TwoRouters(tmp_path, on_wan(NAPT)) as routers:
        tokyo, osaka = routers.tokyo, routers.osaka
        assert not osaka.ping(TOKYO_HOST, wait=2, host=True)
        assert tokyo.status()["ike_sas"] == []
        osaka.command("clear", "ikev2", "sa")
        reaches(tokyo, OSAKA_HOST)  # answers come in, those of ESP as well
        reaches(osaka, TOKYO_HOST)


def test_napt_on_a_tunnel_translates_before_encryption(tmp_path: Path) -> None:
    """As the listing 2.22.16 of the manual has it."""
    with TwoRouters(tmp_path, of_tokyo("interface Tunnel0.0\n", NAPT)) as routers:
        tokyo, osaka = routers.tokyo, routers.osaka
        with seen(osaka.host, "eth0") as packets:
            reaches(tokyo, OSAKA_HOST)  # the reply finds its way back
        assert (TOKYO_LAN, OSAKA_HOST, ICMP) in packets
        assert not any(TOKYO_HOST in packet for packet in packets)
        assert not osaka.ping(TOKYO_HOST, wait=1, host=True), "closed there too"


def test_hosts_inside_are_reached_by_static_entries(tmp_path: Path) -> None:
    entries = (
        f"  ip napt static {TOKYO_HOST} udp 7000\n"
        f"  ip napt service game {TOKYO_HOST} 7001 udp 8001\n"
        "  ip napt hairpinning\n"
    )
    with TwoRouters(tmp_path, on_wan(NAPT + HOLES + entries)) as routers:
        tokyo, internet = routers.tokyo, routers.internet
        assert answers(internet, (TOKYO_WAN, 7000), tokyo.host, 7000)
        assert answers(internet, (TOKYO_WAN, 8001), tokyo.host, 7001)
        assert not answers(internet, (TOKYO_WAN, 7001), tokyo.host, 7001, wait=1)
        assert answers(tokyo.host, (TOKYO_WAN, 8001), tokyo.host, 7001), "by the outside address from inside"


def test_only_what_the_list_permits_is_translated(tmp_path: Path) -> None:
    lists = "ip access-list INSIDE permit ip src 192.168.10.128/25 dest any\n"
    change = on_wan(NAPT + HOLES + "  ip napt inside list INSIDE\n", lists)
    with TwoRouters(tmp_path, change) as routers:
        tokyo, internet = routers.tokyo, routers.internet
        with seen(internet, "to-tokyo") as packets:
            assert not tokyo.ping(INTERNET, wait=1, host=True)
        assert (TOKYO_HOST, INTERNET, ICMP) in packets
        tokyo.host.ip("addr add 192.168.10.200/24 dev eth0")
        tokyo.host.ip(f"route replace {INTERNET} via {TOKYO_LAN} dev eth0 src 192.168.10.200")
        assert tokyo.ping(INTERNET, host=True)


def test_two_hosts_inside_and_the_gateway_itself_speak_ike_with_one_peer(tmp_path: Path) -> None:
    """Each has ports of its own outside, and those of the gateway stay its own (RFC 3947 section 4)."""
    with TwoRouters(tmp_path, on_wan(NAPT + HOLES)) as routers:
        tokyo, internet = routers.tokyo, routers.internet
        tokyo.host.ip("addr add 192.168.10.11/24 dev eth0")
        netns.pushns(internet.name)
        try:
            peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            peer.bind((INTERNET, 500))
            peer.settimeout(20)
        finally:
            netns.popns()
        ports = []
        with peer:
            for source in (TOKYO_HOST, "192.168.10.11"):
                netns.pushns(tokyo.host.name)
                try:
                    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                finally:
                    netns.popns()
                with client:
                    client.bind((source, 500))
                    client.sendto(b"hello", (INTERNET, 500))
                    _, (address, port) = peer.recvfrom(100)
                    assert address == TOKYO_WAN
                    peer.sendto(b"back", (address, port))
                    client.settimeout(20)
                    assert client.recv(100) == b"back"
                    ports.append(port)
        assert len(set(ports)) == 2
        assert 500 not in ports
        reaches(tokyo, OSAKA_HOST)


def test_a_killed_gateway_stays_closed_and_the_next_one_goes_on(tmp_path: Path) -> None:
    with TwoRouters(tmp_path, on_wan(NAPT + HOLES)) as routers:
        tokyo, internet = routers.tokyo, routers.internet
        tokyo.end(signal.SIGKILL)
        assert ".translation" in tokyo.namespace.inside("nft", "list", "tables")
        assert not ping(internet, TOKYO_WAN), "nothing opens by a crash"
        tokyo.start()
        reaches(tokyo, OSAKA_HOST)
        tokyo.file.write_text(tokyo.file.read_text().replace(NAPT, "").replace(HOLES, ""))
        assert "address translation of GigaEthernet0.0 has changed" in tokyo.command("reload")
        assert ".translation" not in tokyo.namespace.inside("nft", "list", "tables")
        until(lambda: ping(internet, TOKYO_WAN), "the router to answer again")
        assert tokyo.end() == 0
        assert "kakehashi" not in tokyo.namespace.inside("nft", "list", "tables")


def test_filters_of_nec_let_pass_what_an_entry_permits_and_look_at_what_the_router_sends(
    tmp_path: Path,
) -> None:
    lists = (
        "ip access-list IKE permit udp src any sport any dest any dport eq 500\n"
        "ip access-list ESP permit 50 src any dest any\n"
    )
    filters = "  ip filter IKE 1 in\n  ip filter ESP 2 in\n  ip filter IKE 1 out\n  ip filter ESP 2 out\n"
    with TwoRouters(tmp_path, on_wan(filters, lists)) as routers:
        tokyo, osaka = routers.tokyo, routers.osaka
        reaches(osaka, TOKYO_HOST)
        assert not ping(routers.internet, TOKYO_WAN)
        with seen(routers.internet, "to-tokyo") as packets:
            assert not tokyo.ping(INTERNET, wait=1)
        assert (TOKYO_WAN, INTERNET, ICMP) not in packets, "what the router itself sends meets the filter"
        counted = tokyo.status()["access_matches"]
        assert counted["IKE"][0] >= 4
        assert counted["ESP"][0] >= 2, "in and out"
        assert f"permit esp src any dest any ({counted['ESP'][0]} matches)" in tokyo.command(
            "show", "ip", "filter"
        )
