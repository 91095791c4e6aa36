"""Interfaces with many peers: one tunnel, and an endpoint for each peer."""

from ipaddress import IPv4Address

import pytest

from kakehashi.dialects.awplus import AwPlus
from kakehashi.model.address import ANY
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.finding import Severity
from kakehashi.model.gre import Gre
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.selector import EVERYTHING
from kakehashi.model.tunnel import PlainTunnel
from tests.dialects.awplus.reading import codes, found, line, lower, the_tunnel

TEXT = """\
crypto isakmp key between-us address 198.51.100.2
crypto isakmp key among-friends address 203.0.113.2
{lines}
interface eth1
 ip address 192.0.2.1/24
interface tunnel0
 tunnel source eth1
{endpoints}
 tunnel mode {mode}
 tunnel protection ipsec
 ip address 10.0.0.1/24
ip route 10.2.0.0/24 10.0.0.2
"""
ENDPOINTS = """\
 tunnel endpoint 10.0.0.2 destination 198.51.100.2
 tunnel endpoint 10.0.0.3 destination 203.0.113.2"""
FIRST, SECOND = IPv4Address("198.51.100.2"), IPv4Address("203.0.113.2")


def text(mode: str = "gre multipoint", endpoints: str = ENDPOINTS, lines: str = "!") -> str:
    return TEXT.format(mode=mode, endpoints=endpoints, lines=lines)


@pytest.mark.parametrize(
    ("mode", "gre", "inside"),
    [
        ("gre multipoint", Gre(key=7), EncapsulationMode.TRANSPORT),
        ("ipsec multipoint", None, EncapsulationMode.TUNNEL),
        ("ipsec ipv4 multipoint", None, EncapsulationMode.TUNNEL),
    ],
)
def test_a_mode_says_what_its_packets_are_in(mode: str, gre: Gre | None, inside: EncapsulationMode) -> None:
    key = "\n tunnel key 7" if gre else ""
    lowered = lower(text(mode, ENDPOINTS + key))
    (multipoint,) = lowered.gateway.multipoints
    assert lowered.gateway.multipoint("tunnel0") is multipoint
    assert (multipoint.gre, multipoint.protected, multipoint.nhrp) == (gre, True, ())
    assert multipoint.source_address == IPv4Address("192.0.2.1")
    assert [(str(hop.address), hop.nbma) for hop in multipoint.endpoints] == [
        ("10.0.0.2", FIRST),
        ("10.0.0.3", SECOND),
    ]
    tunnel = the_tunnel(lowered)
    assert (tunnel.peer_address, tunnel.multipoint, tunnel.enabled) == (ANY, True, True)
    assert (tunnel.ipsec.mode, tunnel.ipsec.gre) == (inside, gre)
    assert tunnel.ipsec.local_selectors == tunnel.ipsec.remote_selectors == EVERYTHING
    assert codes(lowered, Severity.ERROR, Severity.WARNING) == []


def test_each_peer_has_its_key_and_is_known_by_its_address() -> None:
    tunnel = the_tunnel(lower(text()))
    first, second, nobody = (tunnel.towards(at) for at in (FIRST, SECOND, IPv4Address("192.0.2.99")))
    assert first is not None
    assert second is not None
    assert nobody is None
    assert first.peer.identity.text == "198.51.100.2"
    assert second.peer.identity.text == "203.0.113.2"
    secrets = [one.peer.secret.octets for one in (first, second) if one.peer.secret]
    assert secrets == [b"between-us", b"among-friends"]


def test_version_1_has_a_peer_for_each() -> None:
    profile = (
        "crypto isakmp profile old\n version 1 mode main\n"
        " transform 1 integrity sha1 encryption aes128 group 14\n"
        "crypto isakmp peer policy tunnel0 profile old"
    )
    lowered = lower(text(lines=profile))
    (tunnel,) = lowered.gateway.tunnels
    assert isinstance(tunnel, Ikev1Tunnel)
    assert [(p.name, p.address) for p in lowered.gateway.ikev1_peers] == [
        ("tunnel0 198.51.100.2", FIRST),
        ("tunnel0 203.0.113.2", SECOND),
    ]
    assert tunnel.peers == ("tunnel0 198.51.100.2", "tunnel0 203.0.113.2")


@pytest.mark.parametrize(
    ("written", "code", "words"),
    [
        ("tunnel endpoint 10.0.0.4", "incomplete", "where the endpoint 10.0.0.4 is reached"),
        ("tunnel endpoint 10.0.0.4 destination 2001:db8::4", "tunnel-version", "over IPv4"),
        ("tunnel endpoint 10.0.0.1 destination 203.0.113.2", "endpoint-is-own", "this device itself"),
        ("tunnel endpoint 10.9.0.4 destination 203.0.113.2", "endpoint-elsewhere", "in no network"),
        ("tunnel endpoint 10.0.0.4 destination far.example.com", "not-yet", "by its address alone"),
        ("tunnel endpoint 10.0.0.3 destination 198.51.100.2", "replaced", "set again in line 10"),
        ("tunnel endpoint 10.0.0.4 destination 203.0.113.9", "undefined-key", "203.0.113.9"),
        ("tunnel destination 203.0.113.9", "misplaced", "between two ends"),
        ("tunnel local name here", "misplaced", "between two ends"),
        ("tunnel remote selector 10.0.0.0/8", "misplaced", "between two ends"),
    ],
)
def test_what_is_wrong_with_a_line_is_told_there(written: str, code: str, words: str) -> None:
    lowered = lower(text(endpoints=f"{ENDPOINTS}\n {written}"))
    finding = found(lowered, code)
    assert words in finding.message
    assert line(finding) == (9 if code == "replaced" else 10)


def test_no_takes_an_endpoint_back() -> None:
    lowered = lower(text(endpoints=ENDPOINTS + "\n no tunnel endpoint 10.0.0.3"))
    (multipoint,) = lowered.gateway.multipoints
    assert [str(hop.address) for hop in multipoint.endpoints] == ["10.0.0.2"]
    assert the_tunnel(lowered).towards(SECOND) is None


@pytest.mark.parametrize("mode", ["gre multipoint", "ipsec multipoint"])
def test_without_endpoints_it_stays_down(mode: str) -> None:
    lowered = lower(text(mode, "!"))
    assert "`tunnel endpoint`" in found(lowered, "tunnel-incomplete").message
    assert lowered.gateway.tunnels == ()


def test_without_protection_it_is_gre_in_the_clear() -> None:
    lowered = lower(text().replace(" tunnel protection ipsec\n", ""))
    (tunnel,) = lowered.gateway.tunnels
    assert isinstance(tunnel, PlainTunnel)
    assert (tunnel.multipoint, tunnel.peer_address, tunnel.enabled) == (True, ANY, True)
    assert not lowered.gateway.multipoints[0].protected
    again = lower(AwPlus().render(lowered.gateway).text)
    assert (again.gateway.tunnels, again.gateway.multipoints) == (
        lowered.gateway.tunnels,
        lowered.gateway.multipoints,
    )


def test_ipsec_of_many_peers_needs_protection() -> None:
    lowered = lower(text("ipsec multipoint").replace(" tunnel protection ipsec\n", ""))
    assert "`tunnel protection ipsec`" in found(lowered, "tunnel-incomplete").message


def test_a_route_says_which_peer_it_leads_to() -> None:
    lowered = lower(text() + "ip route 10.3.0.0/24 tunnel0\nip route 10.4.0.0/24 10.0.0.4\n")
    assert line(found(lowered, "no-next-hop")) == 14
    assert line(found(lowered, "no-endpoint")) == 15


def test_endpoints_of_one_interface_have_one_profile() -> None:
    profile = (
        "crypto isakmp profile other\n transform 1 integrity sha256 encryption aes128 group 15\n"
        "crypto isakmp peer address 203.0.113.2 profile other"
    )
    lowered = lower(text(lines=profile))
    assert "203.0.113.2 has another ISAKMP profile" in found(lowered, "several-profiles").message


def test_an_endpoint_of_a_tunnel_between_two_ends_has_no_effect() -> None:
    one = text("ipsec ipv4", "\n".join([" tunnel destination 198.51.100.2", ENDPOINTS.split("\n")[1]]))
    assert line(found(lower(one), "misplaced")) == 9


@pytest.mark.parametrize(
    "mode", ["gre", "ipsec ipv4", "l2tp v3", "gre multipoint\n no tunnel mode gre multipoint"]
)
def test_others_are_none(mode: str) -> None:
    assert lower(text(mode)).gateway.multipoints == ()
