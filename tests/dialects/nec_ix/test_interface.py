"""Interfaces and routes."""

from ipaddress import ip_address, ip_interface, ip_network

import pytest

from kakehashi.dialects.nec_ix import NecIx
from kakehashi.model.finding import Severity
from kakehashi.model.gateway import AdjustMss, Interface, InterfaceKind
from tests.dialects.nec_ix.reading import codes, found, line, lower


def interface(lines: str, name: str = "GigaEthernet0.0") -> Interface:
    lowered = lower(f"interface {name}\n{lines}\n")
    assert [f for f in lowered.findings if f.severity is not Severity.INFO] == []
    (only,) = lowered.gateway.interfaces
    return only


def test_an_interface_with_addresses_of_both_versions() -> None:
    lan = interface("ip address 192.168.10.1/24\nipv6 enable\nipv6 address 2001:db8:10::1/64\nno shutdown\n")
    assert lan.kind is InterfaceKind.PHYSICAL
    assert lan.enabled is True
    assert lan.addresses == (ip_interface("192.168.10.1/24"), ip_interface("2001:db8:10::1/64"))
    assert lan.ipv6_enabled is True


def test_a_later_address_replaces_the_first_and_a_secondary_one_joins_it() -> None:
    lan = interface("ip address 10.0.0.1/24\nip address 10.1.0.1/24\nip address 10.2.0.1/24 secondary\n")
    assert lan.addresses == (ip_interface("10.1.0.1/24"), ip_interface("10.2.0.1/24"))
    assert interface("ip address 10.0.0.1/24\nno ip address").addresses == ()


@pytest.mark.parametrize(("words", "default_route"), [("", False), (" receive-default", True)])
def test_an_address_by_dhcp(words: str, default_route: bool) -> None:
    wan = interface(f"ip address dhcp{words}\nno shutdown")
    assert (wan.dhcp, wan.dhcp_default_route, wan.addresses) == (True, default_route, ())
    assert interface("ip address dhcp receive-default\nip address 10.0.0.1/24").dhcp is False


def test_what_a_tunnel_interface_has_besides_its_tunnel() -> None:
    tunnel = interface(
        """
        ip tcp adjust-mss auto
        ipv6 tcp adjust-mss 1280
        ip mtu 1390
        no shutdown
        """,
        "Tunnel7.0",
    )
    assert tunnel.kind is InterfaceKind.TUNNEL
    assert (tunnel.adjust_mss, tunnel.adjust_mss_ipv6, tunnel.mtu) == (AdjustMss.AUTO, 1280, 1390)


def test_an_unnumbered_interface_names_the_one_it_borrows_from() -> None:
    lowered = lower(
        """\
        interface GigaEthernet1.0
          no shutdown
        interface Tunnel0.0
          ip unnumbered GIgaEthernet1.0
          ipv6 unnumbered gi1.0
          no shutdown
        """
    )
    tunnel = lowered.gateway.interface("Tunnel0.0")
    assert tunnel is not None
    assert (tunnel.unnumbered, tunnel.unnumbered_ipv6) == ("GigaEthernet1.0", "GigaEthernet1.0")
    assert codes(lowered) == []


def test_borrowing_from_an_interface_that_is_not_there_is_told() -> None:
    lowered = lower("interface Tunnel0.0\n  ip unnumbered GigaEthernet3.0\n  no shutdown\n")
    assert line(found(lowered, "undefined-interface")) == 1


def test_interfaces_are_shut_down_until_told_but_for_loopbacks() -> None:
    assert interface("ip address 10.0.0.1/24").enabled is False
    assert interface("no shutdown\nshutdown").enabled is False
    assert interface("ip address 10.0.0.1/32", "Loopback0.0").enabled is True
    assert line(found(lower("interface GigaEthernet0.0\n"), "shutdown")) == 1


def test_address_translation_with_its_holes() -> None:
    wan = interface(
        """
        ip napt enable
        ip napt static GigaEthernet0.0 udp 500
        ip napt static GigaEthernet0.0 udp 4500
        ip napt static GigaEthernet0.0 50
        """
    )
    assert wan.translation
    assert wan.translation.closed
    assert [(h.protocol, h.port) for h in wan.translation.static] == [(17, 500), (17, 4500), (50, None)]


def test_a_hole_for_another_interface_is_warned_of() -> None:
    lowered = lower("interface GigaEthernet0.0\n  ip napt static GigaEthernet1.0 udp 500\n  no shutdown\n")
    assert line(found(lowered, "wrong-interface")) == 2
    assert lowered.gateway.interfaces[0].translation is None


def test_a_block_opened_again_goes_on_where_it_was() -> None:
    lowered = lower("interface GigaEthernet0.0\n no shutdown\n!\ninterface GigaEthernet0.0\n ip mtu 1400\n")
    (only,) = lowered.gateway.interfaces
    assert (only.enabled, only.mtu) == (True, 1400)
    assert lower("interface GigaEthernet0.0\nno interface GigaEthernet0.0\n").gateway.interfaces == ()


def test_ikev2_on_a_physical_interface_has_no_effect_and_is_told() -> None:
    lowered = lower("interface GigaEthernet0.0\n  ikev2 dpd interval 10\n  no shutdown\n")
    assert line(found(lowered, "misplaced")) == 2


def test_routes_by_next_hop_and_by_interface() -> None:
    lowered = lower(
        """\
        interface Tunnel0.0
          no shutdown
        ip route default 192.0.2.1
        ip route 192.168.20.0/24 Tunnel0.0 metric 5
        ip route 192.168.20.0/24 192.0.2.1 distance 10
        ipv6 route default Tunnel0.0
        ipv6 route 2001:db8:20::/64 2001:db8::1
        """
    )
    assert codes(lowered) == []
    routes = [(r.destination, r.next_hop, r.interface) for r in lowered.gateway.routes]
    assert routes == [
        (ip_network("0.0.0.0/0"), ip_address("192.0.2.1"), None),
        (ip_network("192.168.20.0/24"), None, "Tunnel0.0"),
        (ip_network("192.168.20.0/24"), ip_address("192.0.2.1"), None),
        (ip_network("::/0"), None, "Tunnel0.0"),
        (ip_network("2001:db8:20::/64"), ip_address("2001:db8::1"), None),
    ]
    metrics = [r.metric for r in lowered.gateway.routes]
    assert metrics[:2] == [1, 5]
    assert metrics[2] > 255, "a greater distance loses to every metric"


def test_a_route_is_taken_back_by_no() -> None:
    kept = lower(
        "ip route 10.0.0.0/8 192.0.2.1\nip route 10.0.0.0/8 192.0.2.9\nno ip route 10.0.0.0/8 192.0.2.9\n"
    )
    assert [str(r.next_hop) for r in kept.gateway.routes] == ["192.0.2.1"]


def test_a_route_into_an_interface_that_is_not_there_is_told() -> None:
    assert line(found(lower("\nip route 10.0.0.0/8 Tunnel5.0\n"), "undefined-interface")) == 2


def test_a_route_into_the_null_interface_discards() -> None:
    text = "ip route 10.0.0.0/8 Null0.0 metric 100\nip route 10.0.0.0/8 Tunnel0.0\n"
    lowered = lower(text + "interface Null0.0\n  no ip address\n")
    null, tunnel = lowered.gateway.routes
    assert (null.discard, null.interface, null.metric) == (True, None, 100)
    assert (tunnel.discard, tunnel.interface) == (False, "Tunnel0.0")
    assert lowered.gateway.interfaces == ()
    assert lower(text + "no ip route 10.0.0.0/8 Null0.0\n").gateway.routes == (tunnel,)
    assert "ip route 10.0.0.0/8 Null0.0 metric 100\n" in NecIx().render(lowered.gateway).text


def test_the_hostname() -> None:
    assert lower("hostname tokyo\n").gateway.hostname == "tokyo"
    assert lower("").gateway.hostname == ""
