"""Interfaces and neighbours, as each device tells of them."""

from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address, ip_interface
from textwrap import dedent

import pytest

from kakehashi.dialects.base import ShowError
from kakehashi.dialects.registry import by_name
from kakehashi.model.status import InterfaceStatus, NeighbourStatus, Passed, Status, TunnelStatus

MAC = "02:00:5e:00:53:aa"
CISCO = """\
interface Loopback1
 ip address 100.1.1.1 255.255.255.255
interface GigabitEthernet0/0
 ip address 192.0.2.2 255.255.255.0
 ip access-group OUTSIDE in
interface GigabitEthernet0/1
 shutdown
interface Tunnel0
 ip unnumbered Loopback1
 tunnel source GigabitEthernet0/0
 tunnel mode ipsec ipv4
 tunnel destination 198.51.100.2
 tunnel protection ipsec profile P
crypto isakmp policy 10
 authentication pre-share
crypto isakmp key k address 198.51.100.2
crypto ipsec transform-set T esp-aes esp-sha-hmac
crypto ipsec profile P
 set transform-set T
ip access-list extended OUTSIDE
 permit ip any any
"""
NEC = """\
ikev2 authentication psk id ipv4 192.0.2.2 key char k
ikev2 authentication psk id ipv4 198.51.100.2 key char k
interface GigaEthernet0.0
  ip address 192.0.2.2/24
  no shutdown
interface GigaEthernet1.0
  shutdown
interface Tunnel0.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet0.0
  ikev2 outgoing-interface GigaEthernet0.0 192.0.2.1
  ikev2 peer 198.51.100.2 authentication psk id ipv4 198.51.100.2
  no shutdown
"""
AWPLUS = "interface eth1\n ip address 192.0.2.2/24\ninterface vlan1\n ip address 192.168.1.1/24\n shutdown\n"


def status(wan: str, lan: str, tunnel: str = "", own: str = "192.0.2.2/24") -> Status:
    """A line that is up, one that is shut down, a tunnel that waits for its first packet."""
    interfaces = [
        InterfaceStatus(
            name=wan,
            device="wan0",
            up=True,
            mtu=1454,
            mac=MAC,
            addresses=(ip_interface("192.0.2.2/24"),),
            method="manual",
            received=Passed(20, 2000, 1, 2),
            sent=Passed(30, 3000, 0, 4),
        ),
        InterfaceStatus(name=lan, enabled=False, device="lan0", mtu=1500, mac=MAC),
    ]
    tunnels: tuple[TunnelStatus, ...] = ()
    if tunnel:
        addresses = (ip_interface(own),)
        interfaces.append(InterfaceStatus(name=tunnel, device="tun0", mtu=1390, addresses=addresses))
        tunnels = (
            TunnelStatus(name=tunnel, up=False, mtu=1390, path_mtu=1454, down_reason="it has no SA yet"),
        )
    return Status(
        hostname="r",
        time=datetime(2026, 1, 2),
        tunnels=tunnels,
        interfaces=tuple(interfaces),
        neighbours=(NeighbourStatus(wan, ip_address("192.0.2.1"), "02:00:5e:00:53:01"),),
    )


def shown(dialect: str, text: str, state: Status, words: str) -> str:
    gateway = by_name(dialect).lower(text, "router.cfg").gateway
    return by_name(dialect).show(words.split(), state, gateway)


def cisco(words: str) -> str:
    state = status("GigabitEthernet0/0", "GigabitEthernet0/1", "Tunnel0", "100.1.1.1/32")
    return shown("cisco-ios", CISCO, state, words)


def nec(words: str) -> str:
    return shown("nec-ix", NEC, status("GigaEthernet0.0", "GigaEthernet1.0", "Tunnel0.0"), words)


def awplus(words: str) -> str:
    return shown("awplus", AWPLUS, status("eth1", "vlan1"), words)


def test_a_tunnel_of_cisco_with_many_peers_has_no_destination() -> None:
    many = CISCO.replace("mode ipsec ipv4", "mode gre multipoint").replace(
        "address 198.51.100.2", "address 0.0.0.0"
    )
    state = status("GigabitEthernet0/0", "GigabitEthernet0/1", "Tunnel0", "100.1.1.1/32")
    text = shown(
        "cisco-ios", many.replace(" tunnel destination 198.51.100.2\n", ""), state, "interfaces tunnel0"
    )
    assert "  Tunnel source 192.0.2.2 (GigabitEthernet0/0)\n" in text
    assert "  Tunnel protocol/transport multi-GRE/IP\n" in text


def test_a_tunnel_of_cisco_that_is_down_says_where_it_would_go_and_why_it_does_not() -> None:
    assert cisco("interfaces tunnel 0") == dedent(
        """\
        Tunnel0 is up, line protocol is down
          Hardware is Tunnel
          Interface is unnumbered. Using address of Loopback1 (100.1.1.1)
          MTU 1390 bytes
          Encapsulation TUNNEL, loopback not set
          Tunnel source 192.0.2.2 (GigabitEthernet0/0), destination 198.51.100.2
          Tunnel protocol/transport IPSEC/IP
          Tunnel transport MTU 1390 bytes
          Tunnel protection via IPSec (profile "P")
          Line protocol is down: it has no SA yet
             0 packets input, 0 bytes
             0 input errors, 0 drops
             0 packets output, 0 bytes
             0 output errors, 0 drops
        """
    )


def test_lines_of_cisco() -> None:
    text = cisco("interfaces")
    assert "GigabitEthernet0/0 is up, line protocol is up\n" in text
    assert "  Hardware is device wan0 of the host, address is 0200.5e00.53aa\n" in text
    assert "     20 packets input, 2000 bytes\n     1 input errors, 2 drops\n" in text
    assert "GigabitEthernet0/1 is administratively down, line protocol is down\n" in text


def test_ip_interfaces_of_cisco_name_their_filters() -> None:
    said = cisco("ip interface gi0/0")
    assert "  Outgoing access list is not set\n  Inbound  access list is OUTSIDE\n" in said
    assert "processing disabled" in cisco("ip interface gi0/1")


@pytest.mark.parametrize("words", ["arp", "ip arp"])
def test_arp_of_cisco_has_ourselves_without_an_age(words: str) -> None:
    _, own, other = cisco(words).splitlines()
    assert own.split() == ["Internet", "192.0.2.2", "-", "0200.5e00.53aa", "ARPA", "GigabitEthernet0/0"]
    assert other.split()[:4] == ["Internet", "192.0.2.1", "0", "0200.5e00.5301"]


def test_a_tunnel_of_nec_that_is_down_says_where_it_would_go_and_why_it_does_not() -> None:
    assert nec("interfaces Tunnel0.0") == dedent(
        """\
        Interface Tunnel0.0 is down
          Device of the host is tun0
          Logical INTERFACE:
            0 packets input, 0 bytes, 0 errors
            0 packets output, 0 bytes, 0 errors
          Encapsulation TUNNEL:
            Tunnel mode is ipsec-ikev2
            Tunnel is not ready (it has no SA yet)
            Destination address is 198.51.100.2
            Outgoing interface is GigaEthernet0.0
            Interface MTU is 1390
            Path MTU is 1454
        """
    )


def test_lines_and_addresses_of_nec() -> None:
    assert "Interface GigaEthernet1.0 is administratively down\n" in nec("interfaces")
    said = nec("ip address")
    assert "  Internet address is 192.0.2.2/24\n" in said
    assert "Interface GigaEthernet1.0 is administratively down\n  Internet address is not assigned\n" in said
    assert "  Interface is unnumbered, using address of GigaEthernet0.0 (192.0.2.2)\n" in said
    assert "192.0.2.1       02:00:5e:00:53:01  GigaEthernet0.0" in nec("arp entry")


def test_lines_of_awplus() -> None:
    assert awplus("interface eth1") == dedent(
        """\
        Interface eth1
          Link is UP, administrative state is UP
          Hardware is Ethernet, address is 0200.5e00.53aa
          IPv4 address 192.0.2.2/24 broadcast 192.0.2.255
          metric 1 mtu 1454
          <UP,BROADCAST,RUNNING,MULTICAST>
            input packets 20, bytes 2000, dropped 2
            output packets 30, bytes 3000, dropped 4
        """
    )
    assert "Link is DOWN, administrative state is DOWN" in awplus("interface vlan1")
    assert awplus("arp").splitlines()[1].split() == ["192.0.2.1", "0200.5e00.5301", "eth1", "dynamic"]


@pytest.mark.parametrize(
    ("show", "words"),
    [(cisco, "interfaces gi0/9"), (cisco, "ip interface gi0/9"), (nec, "interfaces GigaEthernet9.0")],
)
def test_an_interface_that_is_not_there_is_refused_with_those_that_are(
    show: Callable[[str], str], words: str
) -> None:
    with pytest.raises(ShowError, match="there are: Giga"):
        show(words)
