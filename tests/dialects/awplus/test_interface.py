"""Interfaces and routes."""

from ipaddress import IPv4Interface, IPv6Interface, ip_address, ip_network

import pytest

from kakehashi.model.gateway import AdjustMss, Interface, InterfaceKind, Route
from tests.dialects.awplus.reading import codes, found, line, lower


def interface(body: str, name: str = "eth1") -> Interface:
    (made,) = lower(f"interface {name}\n{body}\n").gateway.interfaces
    return made


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("eth0", InterfaceKind.PHYSICAL),
        ("eth1.100", InterfaceKind.PHYSICAL),
        ("VLAN1", InterfaceKind.PHYSICAL),
        ("ppp0", InterfaceKind.PHYSICAL),
        ("br1", InterfaceKind.PHYSICAL),
        ("lo", InterfaceKind.LOOPBACK),
        ("lo2", InterfaceKind.LOOPBACK),
        ("tunnel65535", InterfaceKind.TUNNEL),
    ],
)
def test_interfaces_have_the_devices_names(name: str, kind: InterfaceKind) -> None:
    made = interface("", name)
    assert (made.name, made.kind, made.enabled) == (name.lower(), kind, True)


def test_addresses() -> None:
    made = interface(
        " ip address 192.0.2.1/24\n ip address 192.0.3.1/24 secondary\n ipv6 address 2001:db8::1/64"
    )
    assert made.addresses == (
        IPv4Interface("192.0.2.1/24"),
        IPv4Interface("192.0.3.1/24"),
        IPv6Interface("2001:db8::1/64"),
    )
    changed = interface(" ip address 192.0.2.1/24\n ip address 192.0.2.9/24\n no ipv6 address 2001:db8::1/64")
    assert changed.addresses == (IPv4Interface("192.0.2.9/24"),)
    assert interface(" ip address 192.0.2.1/24\n no ip address").addresses == ()


def test_an_address_by_dhcp_brings_the_default_route() -> None:
    made = interface(" ip address dhcp")
    assert (made.dhcp, made.dhcp_default_route) == (True, True)


def test_an_address_from_ppp_is_the_hosts() -> None:
    lowered = lower("interface ppp0\n ip address negotiated\n ppp username x\n ppp password y\n keepalive\n")
    (made,) = lowered.gateway.interfaces
    assert (made.dhcp, made.dhcp_default_route) == (True, False)
    assert codes(lowered) == ["the-hosts", "the-hosts"]


def test_settings() -> None:
    made = interface(
        " mtu 1400\n ip tcp adjust-mss pmtu\n ipv6 tcp adjust-mss 1220\n ipv6 enable\n"
        " ip unnumbered vlan1\n ipv6 unnumbered vlan2\n shutdown"
    )
    assert (made.mtu, made.adjust_mss, made.adjust_mss_ipv6) == (1400, AdjustMss.AUTO, 1220)
    assert (made.unnumbered, made.unnumbered_ipv6) == ("vlan1", "vlan2")
    assert made.ipv6_enabled
    assert not made.enabled
    assert interface(" shutdown\n no shutdown").enabled


def test_of_an_address_and_a_borrowed_one_the_last_holds() -> None:
    own, borrowed = " ip address 192.0.2.1/24\n ip address 192.0.3.1/24 secondary\n", " ip unnumbered vlan1\n"
    assert interface(own + borrowed).addresses == ()
    assert interface(own + borrowed).unnumbered == "vlan1"
    assert [str(a) for a in interface(borrowed + own).addresses] == ["192.0.2.1/24", "192.0.3.1/24"]
    assert interface(borrowed + own).unnumbered is None
    told = lower(f"interface eth1\n{own}{borrowed}interface vlan1\n").findings
    assert [(f.code, line(f)) for f in told] == [("replaced", 2), ("replaced", 3)]
    assert "`ip unnumbered` in line 4 holds" in told[0].message


def test_switch_ports_are_no_interfaces_of_the_host() -> None:
    lowered = lower(
        "interface port1.0.1-1.0.8\n switchport\n switchport mode access\n"
        "interface port1.0.9\n switchport access vlan 2\ninterface vlan1,vlan3\n ipv6 enable\n"
    )
    assert lowered.gateway.interfaces == ()
    assert codes(lowered) == ["not-ours"]
    misplaced = lower("interface port1.0.1\n ip address 192.0.2.1/24\n")
    assert line(found(misplaced, "misplaced")) == 2


def test_a_tunnels_lines_elsewhere_are_misplaced() -> None:
    assert line(found(lower("interface eth1\n tunnel source 192.0.2.1\n"), "misplaced")) == 2


def test_a_misspelt_interface_is_guessed_and_its_lines_go_with_it() -> None:
    lowered = lower("interface tunel0\n tunnel source 192.0.2.1\n mtu 1400\nhostname x\n")
    wrong = found(lowered, "invalid-value")
    assert "did you mean tunnel0?" in wrong.message
    assert "the 2 lines that belong to it are left out" in wrong.message
    assert lowered.gateway.hostname == "x"


def routes(text: str) -> tuple[Route, ...]:
    return lower(text).gateway.routes


def test_routes() -> None:
    assert routes(
        "ip route 10.0.0.0/8 tunnel0\n"
        "ip route 0.0.0.0/0 192.0.2.1 5\n"
        "ip route 10.1.0.0 255.255.0.0 192.0.2.2\n"
        "ip route 10.2.0.0/16 ppp0 description by the line\n"
        "ip route 10.0.0.0/8 Null 254\n"
        "ipv6 route ::/0 2001:db8::1\n"
        "ipv6 route 2001:db8:1::/48 eth1 fe80::1\n"
    ) == (
        Route(destination=ip_network("10.0.0.0/8"), interface="tunnel0"),
        Route(destination=ip_network("0.0.0.0/0"), next_hop=ip_address("192.0.2.1"), metric=5),
        Route(destination=ip_network("10.1.0.0/16"), next_hop=ip_address("192.0.2.2")),
        Route(destination=ip_network("10.2.0.0/16"), interface="ppp0"),
        Route(destination=ip_network("10.0.0.0/8"), metric=254, discard=True),
        Route(destination=ip_network("::/0"), next_hop=ip_address("2001:db8::1")),
        Route(destination=ip_network("2001:db8:1::/48"), interface="eth1", next_hop=ip_address("fe80::1")),
    )


def test_no_takes_routes_back() -> None:
    kept = "ip route 10.0.0.0/8 192.0.2.1\nip route 10.0.0.0/8 null 254\n"
    assert [r.discard for r in routes(kept + "no ip route 10.0.0.0/8 null\n")] == [False]
    assert [r.discard for r in routes(kept + "no ip route 10.0.0.0/8 192.0.2.1\n")] == [True]
    assert routes(kept + "no ip route 10.0.0.0/8\n") == ()


def test_a_route_into_nothing_is_told() -> None:
    wrong = found(lower("interface tunnel1\nip route 10.0.0.0/8 tunnel0\n"), "undefined-interface")
    assert (line(wrong), wrong.remedy) == (2, "did you mean `tunnel1`?")


def test_a_route_with_bits_beyond_its_mask_is_refused() -> None:
    assert line(found(lower("ip route 10.0.0.1/8 192.0.2.1\n"), "invalid-value")) == 1
    assert line(found(lower("ip route 10.0.0.1 255.0.0.0 192.0.2.1\n"), "invalid-value")) == 1
