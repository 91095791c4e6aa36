"""EtherIP between two LANs as the device's configuration says it."""

from ipaddress import ip_address

import pytest

from kakehashi.model.address import ANY
from kakehashi.model.bridge import Bridge
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.finding import Severity
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.pseudowire import EtherIp
from tests.dialects.nec_ix.reading import codes, lower

PLAIN = """\
bridge irb enable
interface GigaEthernet2.0
  no ip address
  bridge-group 1
  no shutdown
interface BVI1
  ip address 172.16.0.1/24
  bridge-group 1
  no shutdown
interface Tunnel0.0
  tunnel mode ether-ip ipv6
  tunnel destination 2001:db8:3::1
  tunnel source GigaEthernet0.0
  no ip address
  bridge-group 1
  bridge ip tcp adjust-mss 1404
  no shutdown
"""
PROTECTED = """\
ikev2 authentication psk id keyid there key char abc
interface Tunnel11.0
  tunnel mode ether-ip ipsec-ikev2
  no ip address
  bridge-group 1
  ikev2 connect-type auto
  ikev2 source-address 192.0.2.1
  ikev2 peer {peer} authentication psk id keyid there
  no shutdown
"""


def test_a_tunnel_of_ether_ip_is_a_port_of_the_bridge() -> None:
    lowered = lower(PLAIN)
    (wire,) = lowered.gateway.pseudowires
    assert (wire.interface, wire.bridge, wire.encapsulation) == ("Tunnel0.0", "1", EtherIp())
    assert (wire.peer, wire.version) == (ip_address("2001:db8:3::1"), 6)
    assert (wire.source_address, wire.protected, wire.enabled) == ("GigaEthernet0.0", False, True)
    assert codes(lowered, Severity.WARNING, Severity.ERROR) == []
    assert lowered.gateway.bridges == (
        Bridge(name="1", ports=("GigaEthernet2.0", "Tunnel0.0"), interface="BVI1"),
    )
    assert lowered.gateway.tunnels == ()


@pytest.mark.parametrize(("peer", "address"), [("any", ANY), ("192.0.2.9", ip_address("192.0.2.9"))])
def test_inside_ikev2_the_peer_is_that_of_the_tunnel(peer: str, address: object) -> None:
    lowered = lower(PROTECTED.format(peer=peer))
    (wire,) = lowered.gateway.pseudowires
    assert (wire.peer, wire.protected, wire.bridge) == (address, True, "1")
    tunnel = lowered.gateway.tunnel(wire.interface)
    assert tunnel is not None
    assert tunnel.enabled
    assert (tunnel.ipsec.ethernet, tunnel.ipsec.mode) == (EtherIp(), EncapsulationMode.TUNNEL)
    assert tunnel.ipsec.wrapped_as is None, "IKE is told what the selectors say"
    text = PROTECTED.format(peer=peer) + "  ikev2 ipsec-mode transport\n"
    transport = lower(text).gateway.tunnel(wire.interface)
    assert transport is not None
    assert transport.ipsec.mode is EncapsulationMode.TRANSPORT


IKEV1 = """\
ike proposal strong encryption aes-256 hash sha2-256 group 2048-bit
ike policy there peer 198.51.100.2 key abc strong
ipsec autokey-proposal strong esp-aes-256 esp-sha2-256
ip access-list all permit ip src any dest any
ipsec autokey-map lan all peer 198.51.100.2 strong
interface Tunnel0.0
  tunnel mode ether-ip ipsec
  ipsec policy transport lan
  bridge-group 1
  no shutdown
"""


def test_inside_ikev1_the_map_says_who_the_peer_is() -> None:
    lowered = lower(IKEV1)
    (wire,) = lowered.gateway.pseudowires
    (tunnel,) = lowered.gateway.tunnels
    assert isinstance(tunnel, Ikev1Tunnel)
    assert (tunnel.ipsec.ethernet, tunnel.ipsec.mode) == (EtherIp(), EncapsulationMode.TRANSPORT)
    assert (wire.peer, wire.protected) == (ip_address("198.51.100.2"), True)


def test_an_end_of_another_ip_version_is_an_error() -> None:
    lowered = lower(PLAIN.replace("ether-ip ipv6", "ether-ip ip"))
    assert lowered.gateway.pseudowires == ()
    assert "tunnel-version" in codes(lowered, Severity.ERROR)


def test_the_ends_of_a_tunnel_of_ipsec_are_elsewhere() -> None:
    text = PROTECTED.format(peer="192.0.2.9").replace("ether-ip ipsec-ikev2", "ipsec-ikev2")
    lowered = lower(text + "  tunnel destination 192.0.2.9\n")
    assert "misplaced" in codes(lowered, Severity.WARNING)


def test_a_bridge_without_a_tunnel_is_the_hosts() -> None:
    lowered = lower(PLAIN.replace("  bridge-group 1\n  bridge ip", "  bridge ip"))
    assert lowered.gateway.bridges == ()
    assert "no-bridge" in codes(lowered, Severity.WARNING)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ether-ip ipv6", "ether-ip"),
        ("ether-ip ipv6", "gre ip"),
        ("  tunnel destination 2001:db8:3::1\n", ""),
    ],
)
def test_without_another_end_there_is_none(old: str, new: str) -> None:
    assert old in PLAIN
    assert lower(PLAIN.replace(old, new)).gateway.pseudowires == ()
