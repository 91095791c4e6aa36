"""L2TPv3 between two LANs as the device's configuration says it."""

from ipaddress import ip_address

import pytest

from kakehashi.model.address import Hostname
from kakehashi.model.bridge import Bridge
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.identity import Identity
from kakehashi.model.pseudowire import L2tpv3, PseudowireSession, Transport
from tests.dialects.awplus.reading import codes, lower

SITE = """\
bridge 1
interface eth1
 ip address 192.0.2.2/24
interface vlan1
 bridge-group 1
interface tunnel1
 tunnel source eth1
 tunnel destination 198.51.100.2
 tunnel local id 101
 tunnel remote id 102
 tunnel protection ipsec
 tunnel mode l2tp v3
 bridge-group 1
crypto isakmp key between-us address 198.51.100.2
"""


def test_the_ids_of_both_ends_make_a_session_without_negotiation() -> None:
    lowered = lower(SITE)
    (wire,) = lowered.gateway.pseudowires
    assert lowered.gateway.pseudowire("tunnel1") is wire
    assert (wire.peer, wire.source_address) == (ip_address("198.51.100.2"), "eth1")
    assert (wire.bridge, wire.protected, wire.enabled) == ("1", True, True)
    session = PseudowireSession(local_id=101, remote_id=102, transport=Transport.UDP)
    assert wire.encapsulation == L2tpv3(transport=Transport.UDP, static=session)
    assert wire.encapsulation.overhead == 8 + 4 + 4 + 14
    assert codes(lowered) == []
    assert lowered.gateway.bridges == (Bridge(name="1", ports=("vlan1", "tunnel1")),)
    (tunnel,) = lowered.gateway.tunnels
    assert (tunnel.ipsec.mode, tunnel.ipsec.ethernet) == (EncapsulationMode.TRANSPORT, wire.encapsulation)
    assert tunnel.ipsec.wrapped_as == (17, 1701), "what IKE is told of"
    assert tunnel.local.identity == Identity.of_address(ip_address("192.0.2.2")), "and not the Session ID"


def test_without_protection_it_is_no_tunnel_of_ipsec() -> None:
    lowered = lower(SITE.replace(" tunnel protection ipsec\n", ""))
    assert lowered.gateway.tunnels == ()
    (wire,) = lowered.gateway.pseudowires
    assert not wire.protected


def test_the_router_itself_may_be_in_the_lan() -> None:
    (bridge,) = lower(SITE + "interface br1\n ip address 10.0.0.1/24\n").gateway.bridges
    assert bridge.interface == "br1"


def test_a_bridge_without_a_tunnel_is_the_hosts() -> None:
    lowered = lower(SITE.replace("interface vlan1\n bridge-group 1", "interface vlan1\n bridge-group 2"))
    assert [bridge.name for bridge in lowered.gateway.bridges] == ["1"]
    assert codes(lowered) == ["not-ours"]


def test_two_with_one_id_cannot_be_told_apart() -> None:
    second = SITE[SITE.index("interface tunnel1") : SITE.index("crypto")].replace("tunnel1", "tunnel2")
    assert "session-id" in codes(lower(SITE + second))


def test_another_port_and_another_ip_version() -> None:
    text = SITE.replace("l2tp v3", "l2tp v3 ipv6").replace(
        "198.51.100.2\n tunnel local", "far.example\n tunnel local"
    )
    (wire,) = lower("l2tp unmanaged port 1702\n" + text).gateway.pseudowires
    assert wire.encapsulation.port == 1702
    assert (wire.version, wire.peer) == (6, Hostname("far.example", 6))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (" tunnel local id 101\n", "", "tunnel-incomplete"),
        (" tunnel source eth1\n", "", "tunnel-incomplete"),
        ("remote id 102", "remote id 4294967296", "session-id"),
        ("remote id 102", "remote id there", "session-id"),
        ("destination 198.51.100.2", "destination dynamic", "tunnel-incomplete"),
        (" tunnel mode l2tp v3\n", " tunnel mode l2tp v3\n no tunnel mode l2tp v3\n", "tunnel-incomplete"),
    ],
)
def test_without_all_it_needs_there_is_none_and_that_is_told(old: str, new: str, code: str) -> None:
    assert old in SITE
    lowered = lower(SITE.replace(old, new))
    assert lowered.gateway.pseudowires == ()
    assert lowered.gateway.tunnels == ()
    assert code in codes(lowered)
