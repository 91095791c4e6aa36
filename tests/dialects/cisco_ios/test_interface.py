"""Interfaces, their addresses, and static routes."""

from ipaddress import ip_address, ip_interface, ip_network

import pytest

from kakehashi.model.finding import Severity
from kakehashi.model.gateway import Interface, InterfaceKind
from tests.dialects.cisco_ios.reading import codes, complaints, found, line, lower


def only(lines: str, name: str = "GigabitEthernet0/0") -> Interface:
    lowered = lower(f"interface {name}\n{lines}\n")
    assert complaints(lowered) == []
    (interface,) = lowered.gateway.interfaces
    return interface


@pytest.mark.parametrize(
    ("written", "name", "kind"),
    [
        ("GigabitEthernet 0/0", "GigabitEthernet0/0", InterfaceKind.PHYSICAL),
        ("gi0/0/0.100", "GigabitEthernet0/0/0.100", InterfaceKind.PHYSICAL),
        ("Fa0/1", "FastEthernet0/1", InterfaceKind.PHYSICAL),
        ("e0", "Ethernet0", InterfaceKind.PHYSICAL),
        ("Te1/1/1", "TenGigabitEthernet1/1/1", InterfaceKind.PHYSICAL),
        ("Dialer 1", "Dialer1", InterfaceKind.PHYSICAL),
        ("vlan 100", "Vlan100", InterfaceKind.PHYSICAL),
        ("Serial0/0/0:0", "Serial0/0/0:0", InterfaceKind.PHYSICAL),
        ("Port-channel1", "Port-channel1", InterfaceKind.PHYSICAL),
        ("Lo 0", "Loopback0", InterfaceKind.LOOPBACK),
        ("Tunnel10", "Tunnel10", InterfaceKind.TUNNEL),
        ("Quantum3/1", "Quantum3/1", InterfaceKind.PHYSICAL),
    ],
)
def test_names_and_kinds(written: str, name: str, kind: InterfaceKind) -> None:
    interface = only(" no shutdown", written)
    assert (interface.name, interface.kind, interface.enabled) == (name, kind, True)


def test_an_interface_is_up_unless_it_is_shut_down() -> None:
    assert only("").enabled is True
    assert only(" shutdown").enabled is False
    assert only(" shutdown\n no shutdown").enabled is True


def test_addresses() -> None:
    lan = only(
        " ip address 10.0.0.1 255.255.255.0\n ip address 10.1.0.1 255.255.255.0 secondary\n"
        " ipv6 address 2001:DB8:10::1/64\n ipv6 address FE80::1 link-local\n ipv6 enable\n"
    )
    assert lan.addresses == (
        ip_interface("10.0.0.1/24"),
        ip_interface("10.1.0.1/24"),
        ip_interface("2001:db8:10::1/64"),
    )
    assert lan.ipv6_enabled is True
    assert only(" ip address 10.0.0.1 255.0.0.0\n no ip address").addresses == ()
    later = only(" ip address 10.0.0.1 255.0.0.0\n ip address 10.9.0.1 255.0.0.0")
    assert later.addresses == (ip_interface("10.9.0.1/8"),)


def test_addresses_from_outside() -> None:
    leased = only(" ip address dhcp")
    assert (leased.dhcp, leased.dhcp_default_route) == (True, True)
    negotiated = lower("interface Dialer1\n ip address negotiated\n")
    assert negotiated.gateway.interfaces[0].dhcp is True
    assert found(negotiated, "the-hosts").severity is Severity.INFO


def test_mtu_and_mss() -> None:
    wan = only(" mtu 1600\n ip mtu 1454\n ip tcp adjust-mss 1356\n ipv6 tcp adjust-mss 1300")
    assert (wan.mtu, wan.adjust_mss, wan.adjust_mss_ipv6) == (1454, 1356, 1300)
    assert only(" mtu 1600").mtu == 1600


def test_a_block_opened_again_goes_on_where_it_was() -> None:
    lowered = lower(
        "interface gi0/0\n mtu 1400\ninterface GigabitEthernet 0/0\n shutdown\nno interface Dialer1\n"
    )
    assert [(i.mtu, i.enabled) for i in lowered.gateway.interfaces] == [(1400, False)]
    assert lower("interface Dialer1\nno interface Dialer1\n").gateway.interfaces == ()


def test_borrowed_addresses() -> None:
    lowered = lower("interface Dialer1\n ip unnumbered Loopback 1\ninterface Loopback10\n")
    assert lowered.gateway.interfaces[0].unnumbered == "Loopback1"
    finding = found(lowered, "undefined-interface")
    assert (line(finding), finding.remedy) == (1, "did you mean `Loopback10`?")


@pytest.mark.parametrize("own", ["ip address 192.0.2.1 255.255.255.0", "ip address dhcp"])
def test_of_an_address_and_a_borrowed_one_the_last_holds(own: str) -> None:
    borrowed = "ip unnumbered Loopback0"
    lender = "interface Loopback0\ninterface Dialer1\n"
    last = lower(f"{lender} {own}\n ipv6 address 2001:db8::1/64\n {borrowed}\n").gateway.interfaces[1]
    assert ([str(a) for a in last.addresses], last.dhcp) == (["2001:db8::1/64"], False)
    assert last.unnumbered == "Loopback0"
    first = only(f" {borrowed}\n {own}")
    assert (first.unnumbered, bool(first.addresses) or first.dhcp) == (None, True)
    told = lower(f"{lender} {borrowed}\n {own}\n")
    finding = found(told, "replaced")
    assert (line(finding), "`ip address` in line 4 holds" in finding.message) == (3, True)
    taken_back = lower(f"{lender} {borrowed}\n no ip unnumbered\n {own}\n")
    assert "replaced" not in codes(taken_back)


def test_what_belongs_on_a_tunnel_is_misplaced_elsewhere() -> None:
    assert line(found(lower("interface Dialer1\n tunnel source Dialer1\n"), "misplaced")) == 2


def test_the_null_interface_is_none_of_the_hosts() -> None:
    lowered = lower("interface Null0\n no ip unreachables\nip route 10.0.0.0 255.0.0.0 Null 0 250\n")
    assert lowered.gateway.interfaces == ()
    (route,) = lowered.gateway.routes
    assert (route.discard, route.interface, route.metric) == (True, None, 250)
    assert codes(lowered) == ["not-ours"]
    assert (
        lower("ip route 10.0.0.0 255.0.0.0 Null0\nno ip route 10.0.0.0 255.0.0.0 Null0\n").gateway.routes
        == ()
    )


def test_routes() -> None:
    lowered = lower(
        """\
        interface Dialer1
         ip address negotiated
        interface GigabitEthernet0/1
         ip address dhcp
        ip route 0.0.0.0 0.0.0.0 Dialer1
        ip route 0.0.0.0 0.0.0.0 GigabitEthernet 0/1 192.0.2.1 200 name backup
        ip route 10.1.0.0 255.255.0.0 192.0.2.9 permanent
        ipv6 route ::/0 2001:db8::1 10
        no ip route 10.1.0.0 255.255.0.0 192.0.2.9
        ip route 10.2.0.0 255.255.0.0 192.0.2.9 track 5
        """
    )
    routes = [(r.destination, r.next_hop, r.interface, r.metric) for r in lowered.gateway.routes]
    assert routes == [
        (ip_network("0.0.0.0/0"), None, "Dialer1", 1),
        (ip_network("0.0.0.0/0"), ip_address("192.0.2.1"), "GigabitEthernet0/1", 200),
        (ip_network("::/0"), ip_address("2001:db8::1"), None, 10),
        (ip_network("10.2.0.0/16"), ip_address("192.0.2.9"), None, 1),
    ]
    assert "tracked object 5" in found(lowered, "undefined-track").message


def test_a_route_with_bits_beyond_its_mask() -> None:
    finding = found(lower("ip route 10.1.2.3 255.255.0.0 192.0.2.1\n"), "invalid-value")
    assert finding.remedy == "write `ip route 10.1.0.0 255.255.0.0 ...`"


def test_a_route_into_an_interface_that_is_not_there() -> None:
    lowered = lower("interface Tunnel10\nip route 10.0.0.0 255.0.0.0 Tunnel11\n")
    assert "undefined-interface" in codes(lowered)
    assert found(lowered, "undefined-interface").remedy == "did you mean `Tunnel10`?"


def test_the_hostname() -> None:
    assert lower("hostname Tokyo-1\n").gateway.hostname == "Tokyo-1"
    assert lower("hostname Tokyo-1\nno hostname\n").gateway.hostname == ""
