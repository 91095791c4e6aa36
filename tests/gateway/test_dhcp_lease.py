"""What a DHCP server grants is looked at before the host is changed for it."""

from ipaddress import IPv4Address, IPv4Interface

import pytest

from kakehashi.gateway.dhcp.devices import leased_devices
from kakehashi.gateway.dhcp.lease import Fault, Lease, Lost, fault_line, lease_line, lost_line, read
from tests.gateway.builders import DEVICES, facts, gateway, interface, link


def test_a_lease_survives_its_line() -> None:
    line = lease_line("192.0.2.7", "255.255.255.0", ["192.0.2.1", "192.0.2.2"], 3600)
    assert read(line) == Lease(IPv4Interface("192.0.2.7/24"), IPv4Address("192.0.2.1"), 3600)
    assert read(lease_line("192.0.2.7", "255.255.255.255", [], None)) == Lease(IPv4Interface("192.0.2.7/32"))
    assert read(lost_line()) == Lost()
    assert read(fault_line("ValueError: too short")) == Fault("ValueError: too short")


@pytest.mark.parametrize(
    "line",
    [
        lease_line("224.0.0.5", "255.255.255.0", [], 60),
        lease_line("127.0.0.1", "255.0.0.0", [], 60),
        lease_line("0.0.0.0", "255.255.255.0", [], 60),
        lease_line("169.254.1.1", "255.255.0.0", [], 60),
        lease_line("255.255.255.255", "255.255.255.0", [], 60),
        lease_line("192.0.2.7", "0.0.0.0", [], 60),
        lease_line("192.0.2.7", "255.0.255.0", [], 60),
        lease_line("192.0.2.7", "255.255.255.0", ["here"], 60),
        lease_line("192.0.2.7", "255.255.255.0", [], -1),
        "[]",
        "no JSON",
    ],
)
def test_what_is_no_address_for_a_host_is_refused(line: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each of the parts has a message of its own
        read(line)


def test_an_address_is_asked_for_where_nobody_else_cares_for_the_device() -> None:
    of = gateway(interfaces=(interface("GigaEthernet0.0", dhcp=True), interface("GigaEthernet1.0")))
    bare, cared_for = facts(link("eth0")), facts(link("eth0", "192.0.2.9/24"))
    assert leased_devices(of, DEVICES, bare, ()) == {"eth0"}
    assert leased_devices(of, DEVICES, cared_for, ()) == frozenset()
    assert leased_devices(of, DEVICES, cared_for, {"eth0"}) == {"eth0"}
    assert leased_devices(of, DEVICES, facts(link("eth0", running=False)), ()) == frozenset()
    assert leased_devices(gateway(), DEVICES, bare, ()) == frozenset()
    assert leased_devices(of, {}, bare, ()) == frozenset()
