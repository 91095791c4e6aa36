"""Interfaces and neighbours as the kernel's tables have them."""

from ipaddress import ip_address, ip_interface
from pathlib import Path

import pytest

from kakehashi.gateway.host import devices
from kakehashi.gateway.host.facts import Facts, Link
from kakehashi.gateway.interface_status import interface_statuses, neighbour_statuses
from kakehashi.model.gateway import Interface, InterfaceKind
from kakehashi.model.status import InboundCounters, OutboundCounters, Passed, TunnelStatus
from tests.gateway.builders import gateway

COUNTERS = """\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:     840      10    0    0    0     0          0         0      840      10    0    0    0     0       0          0
  wan0:    2000      20    1    2    0     0          0         0     3000      30    3    4    0     0       0          0
"""
NEIGHBOURS = """\
IP address       HW type     Flags       HW address            Mask     Device
192.0.2.1        0x1         0x2         02:00:5e:00:53:01     *        wan0
192.0.2.9        0x1         0x0         00:00:00:00:00:00     *        wan0
10.0.0.1         0x1         0x2         02:00:5e:00:53:02     *        other
"""
WAN = Interface(
    name="GigaEthernet0.0",
    kind=InterfaceKind.PHYSICAL,
    enabled=True,
    addresses=(ip_interface("192.0.2.2/24"),),
)
BORROWS = Interface(name="Tunnel0.0", kind=InterfaceKind.TUNNEL, enabled=True, unnumbered="GigaEthernet0.0")
DEVICES = {"GigaEthernet0.0": "wan0", "Tunnel0.0": "tun0"}
LINKS = {
    "wan0": Link(index=2, name="wan0", admin_up=True, running=True, mtu=1454, mac="02:00:5e:00:53:aa"),
    "tun0": Link(index=3, name="tun0", admin_up=True, running=True, mtu=65535),
}


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (("COUNTERS", COUNTERS), ("NEIGHBOURS", NEIGHBOURS)):
        (tmp_path / name).write_text(text)
        monkeypatch.setattr(devices, name, tmp_path / name)


@pytest.mark.usefixtures("tables")
def test_an_interface_tells_what_its_device_has_counted() -> None:
    router = gateway(interfaces=(WAN,))
    (wan,) = interface_statuses(router, DEVICES, Facts(links=LINKS), (), devices.passed())
    assert (wan.device, wan.mtu, wan.mac, wan.up, wan.method) == (
        "wan0", 1454, "02:00:5e:00:53:aa", True, "manual",
    )  # fmt: skip
    assert wan.received == Passed(packets=20, octets=2000, errors=1, dropped=2)
    assert wan.sent == Passed(packets=30, octets=3000, errors=3, dropped=4)


@pytest.mark.usefixtures("tables")
def test_a_tunnel_tells_what_its_sas_have_carried_and_is_down_though_its_device_is_up() -> None:
    router = gateway(interfaces=(WAN, BORROWS))
    state = TunnelStatus(
        name="Tunnel0.0",
        up=False,
        mtu=1390,
        outbound=OutboundCounters(packets=5, octets=500, misc_error=1),
        inbound=InboundCounters(packets=4, octets=400, replay_detected=2),
    )
    _, tunnel = interface_statuses(router, DEVICES, Facts(links=LINKS), (state,), devices.passed())
    assert (tunnel.up, tunnel.mtu, tunnel.mac) == (False, 1390, "")
    assert tunnel.addresses == WAN.addresses
    assert (tunnel.received, tunnel.sent) == (Passed(4, 400, 2), Passed(5, 500, 1))


def test_an_interface_without_a_device_is_down() -> None:
    (wan,) = interface_statuses(gateway(interfaces=(WAN,)), {}, Facts(), (), {})
    assert (wan.device, wan.up, wan.mtu) == ("", False, None)


@pytest.mark.usefixtures("tables")
def test_neighbours_are_those_that_answered_on_links_of_the_configuration() -> None:
    (found,) = neighbour_statuses(DEVICES, devices.neighbours())
    assert (found.interface, found.address) == ("GigaEthernet0.0", ip_address("192.0.2.1"))


def test_a_kernel_without_these_tables_tells_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "COUNTERS", tmp_path / "none")
    monkeypatch.setattr(devices, "NEIGHBOURS", tmp_path / "none")
    assert devices.passed() == {}
    assert list(devices.neighbours()) == []
