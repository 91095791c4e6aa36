"""Interfaces of DMVPN: read whole."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from kakehashi.dialects.cisco_ios import CiscoIos
from kakehashi.model.address import ANY, Hostname
from kakehashi.model.finding import Severity
from kakehashi.model.gre import Gre
from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.multipoint import NextHop, NextHopServer, Nhrp
from kakehashi.model.secret import Secret
from kakehashi.model.tunnel import ConnectType, Ikev2Tunnel, PlainTunnel
from kakehashi.nhrp.configured import settings_of
from kakehashi.nhrp.settings import Mapping
from kakehashi.wire.registry.ikev2 import IdType
from tests.dialects.cisco_ios.reading import codes, found, line, lower

HUB = """\
interface GigabitEthernet0/0
 ip address 192.0.2.1 255.255.255.0
interface Tunnel0
 ip address 10.0.0.1 255.255.255.0
 ip nhrp authentication between
 ip nhrp map multicast dynamic
 ip nhrp network-id 7
 ip nhrp holdtime 600
 ip nhrp redirect timeout 5
 tunnel source GigabitEthernet0/0
 tunnel mode gre multipoint
 tunnel key 7
"""
SPOKE = """\
interface Tunnel0
 ip address 10.0.0.2 255.255.255.0
 ip nhrp network-id 7
{lines}
 ip nhrp shortcut
 tunnel source 198.51.100.2
 tunnel mode gre multipoint
"""


def spoke(*lines: str):
    return lower(SPOKE.format(lines="\n".join(f" {one}" for one in lines)))


def nhrp(lowered, version: int = 4) -> Nhrp:
    (multipoint,) = lowered.gateway.multipoints
    found_nhrp = multipoint.nhrp_of(version)
    assert found_nhrp is not None
    return found_nhrp


def test_nhrp_without_its_number_is_not_done_and_told_of() -> None:
    lowered = lower(HUB.replace(" ip nhrp network-id 7\n", ""))
    (multipoint,) = lowered.gateway.multipoints
    assert multipoint.nhrp == ()
    assert line(found(lowered, "nhrp-incomplete")) == 5
    assert "nhrp-incomplete" not in codes(lower(HUB))


def test_an_authentication_string_has_eight_characters_at_most() -> None:
    assert "nhrp-authentication" not in codes(spoke("ip nhrp authentication 12345678"))
    assert line(found(spoke("ip nhrp authentication 123456789"), "nhrp-authentication")) == 4


def test_a_hub_as_it_is_written() -> None:
    lowered = lower(HUB)
    (multipoint,) = lowered.gateway.multipoints
    assert (multipoint.interface, multipoint.enabled, multipoint.protected) == ("Tunnel0", True, False)
    assert multipoint.gre == Gre(key=7)
    assert multipoint.source_address == IPv4Address("192.0.2.1")
    assert multipoint.nhrp == (
        Nhrp(
            version=4,
            network_id=7,
            authentication=Secret(b"between"),
            multicast_dynamic=True,
            holding_time=600,
            redirect=True,
        ),
    )
    assert "between" not in repr(lowered)


def test_without_ipsec_it_is_a_tunnel_that_nobody_negotiates() -> None:
    lowered = lower(HUB)
    (tunnel,) = lowered.gateway.tunnels
    assert isinstance(tunnel, PlainTunnel)
    assert (tunnel.multipoint, tunnel.enabled) == (True, True)
    assert tunnel.peer_address is ANY
    assert tunnel.ipsec.gre == Gre(key=7)
    assert not lowered.gateway.multipoints[0].protected
    assert "not-yet" not in codes(lowered)


def test_there_is_nobody_to_send_keepalives_to() -> None:
    lowered = lower(HUB.replace(" tunnel key 7", " tunnel key 7\n keepalive 5 3"))
    assert found(lowered, "keepalive-multipoint").severity is Severity.WARNING
    (tunnel,) = lowered.gateway.tunnels
    assert isinstance(tunnel, PlainTunnel)
    assert tunnel.keepalive is None


def test_without_ipsec_its_own_comes_back() -> None:
    lowered = lower(HUB)
    again = lower(CiscoIos().render(lowered.gateway).text)
    assert again.gateway.tunnels == lowered.gateway.tunnels
    assert again.gateway.multipoints == lowered.gateway.multipoints


IKEV2 = """\
crypto ikev2 keyring ALL
 peer ANY
  address 0.0.0.0 0.0.0.0
  pre-shared-key between
crypto ikev2 profile P
 match identity remote address {identity}
 authentication remote pre-share
 authentication local pre-share
 keyring local ALL
crypto ipsec profile D
 set ikev2-profile P
"""
PROTECTED = HUB + " tunnel protection ipsec profile D\n"


def test_under_ipsec_anybody_of_the_group_is_a_peer() -> None:
    lowered = lower(IKEV2.format(identity="198.51.100.0 255.255.255.0") + PROTECTED)
    (tunnel,) = lowered.gateway.tunnels
    assert isinstance(tunnel, Ikev2Tunnel)
    assert (tunnel.enabled, tunnel.multipoint, tunnel.peer_address) == (True, True, ANY)
    assert (tunnel.ipsec.gre, tunnel.connect) == (Gre(key=7), ConnectType.ON_DEMAND)
    assert tunnel.peer.may_be(Identity.of_address(IPv4Address("198.51.100.7")))
    assert not tunnel.peer.may_be(Identity.of_address(IPv4Address("203.0.113.7")))
    assert not tunnel.peer.may_be(Identity.of(IdType.ID_FQDN, "oslo"))
    assert "not-yet" not in codes(lowered)


KEYS = """\
crypto ikev2 keyring EACH
 peer ONE
  address 198.51.100.2
  pre-shared-key with-one
 peer OTHER
  address 203.0.113.2
  pre-shared-key local ours
  pre-shared-key remote theirs
 peer STRANGER
  address 203.0.113.99
  pre-shared-key with-nobody
"""


def test_keys_by_address_make_a_party_of_each_that_the_profile_lets_in() -> None:
    text = IKEV2.format(identity="198.51.100.2 255.255.255.255").replace(
        "keyring local ALL", "keyring local EACH"
    )
    text = text.replace(
        " authentication local",
        " match identity remote address 203.0.113.0 255.255.255.192\n authentication local",
    )
    lowered = lower(KEYS + text + PROTECTED)
    (tunnel,) = lowered.gateway.tunnels
    assert isinstance(tunnel, Ikev2Tunnel)
    assert tunnel.enabled
    one, other = tunnel.parties
    assert (str(one.address), str(other.address)) == ("198.51.100.2", "203.0.113.2")
    assert one.local.secret == one.peer.secret == Secret(b"with-one")
    assert (other.local.secret, other.peer.secret) == (Secret(b"ours"), Secret(b"theirs"))
    assert other.peer.identity == Identity.of_address(other.address)
    assert not [f for f in lowered.findings if f.severity is Severity.ERROR]
    again = lower(CiscoIos().render(lowered.gateway).text).gateway
    assert again.tunnels == lowered.gateway.tunnels
    for_all = lower(KEYS.replace("203.0.113.99", "0.0.0.0 0.0.0.0") + text + PROTECTED).gateway.tunnels[0]
    assert isinstance(for_all, Ikev2Tunnel)
    assert not for_all.parties, "a key for all is one that anybody of the group may have"


def test_ikev1_has_every_peer_that_there_is_a_key_for() -> None:
    policy = "crypto isakmp policy 1\n authentication pre-share\n group 14\n"
    lowered = lower(
        policy
        + "crypto isakmp key between address 0.0.0.0\n"
        + "crypto ipsec transform-set T esp-aes esp-sha-hmac\n mode transport\n"
        + "crypto ipsec profile D\n set transform-set T\n"
        + PROTECTED
    )
    (tunnel,) = lowered.gateway.tunnels
    assert isinstance(tunnel, Ikev1Tunnel)
    assert (tunnel.enabled, tunnel.multipoint, tunnel.peers) == (True, True, ("any",))
    assert "not-yet" not in codes(lowered)


def test_nhrp_of_a_tunnel_between_two_ends_is_told_of_by_its_lines() -> None:
    lowered = lower(HUB.replace(" tunnel mode gre multipoint\n", " tunnel destination 192.0.2.9\n"))
    assert lowered.gateway.multipoints == ()
    told = [f for f in lowered.findings if f.code == "not-yet" and "nhrp" in f.message]
    assert [line(f) for f in told] == [5, 6, 7, 8, 9]


@pytest.mark.parametrize(
    ("lines", "server", "multicast"),
    [
        (
            ("ip nhrp map 10.0.0.1 192.0.2.1", "ip nhrp map multicast 192.0.2.1", "ip nhrp nhs 10.0.0.1"),
            NextHopServer(address=IPv4Address("10.0.0.1"), nbma=IPv4Address("192.0.2.1")),
            (IPv4Address("192.0.2.1"),),
        ),
        (
            ("ip nhrp nhs 10.0.0.1 nbma 192.0.2.1 multicast priority 3 cluster 1",),
            NextHopServer(
                address=IPv4Address("10.0.0.1"), nbma=IPv4Address("192.0.2.1"), multicast=True, priority=3
            ),
            (),
        ),
        (
            ("ip nhrp nhs dynamic nbma hub.example.net multicast",),
            NextHopServer(address=None, nbma=Hostname("hub.example.net"), multicast=True),
            (),
        ),
    ],
)
def test_a_server_is_written_in_one_line_or_in_three(lines, server: NextHopServer, multicast) -> None:
    read = nhrp(spoke(*lines))
    assert read.servers == (server,)
    assert read.multicast == multicast
    assert read.next_hops == ()
    assert read.shortcut


def test_a_server_that_is_nowhere_is_told_of() -> None:
    lowered = spoke("ip nhrp nhs 10.0.0.1")
    finding = found(lowered, "nhrp-incomplete")
    assert line(finding) == 4
    assert finding.remedy == "write `ip nhrp nhs 10.0.0.1 nbma ADDRESS`"
    assert nhrp(lowered).servers[0].nbma is None


def test_a_server_may_be_known_by_a_name() -> None:
    lowered = spoke("ip nhrp nhs 10.0.0.1 nbma hub.example.net multicast")
    assert lowered.gateway.multipoints[0].names == (Hostname("hub.example.net"),)
    assert "not-yet" not in codes(lowered)


@pytest.mark.parametrize("words", ["dynamic nbma hub.example.net multicast", "dynamic nbma 192.0.2.1"])
def test_a_server_that_is_not_asked_yet_is_told_of(words: str) -> None:
    lowered = spoke(f"ip nhrp nhs {words}")
    told = [f for f in lowered.findings if f.code == "not-yet" and line(f) == 4]
    assert [f.remedy for f in told] == ["write `ip nhrp nhs ADDRESS nbma ADDRESS`"]
    assert settings_of(nhrp(lowered), IPv4Address("10.0.0.2"), IPv4Address("198.51.100.2")).servers == ()


def test_what_is_taken_back_does_not_count() -> None:
    read = nhrp(
        spoke(
            "ip nhrp map 10.0.0.9 192.0.2.9",
            "ip nhrp map 10.0.0.8 192.0.2.8",
            "no ip nhrp map 10.0.0.9 192.0.2.9",
            "ip nhrp registration no-unique",
            "ip nhrp registration timeout 30",
            "ip nhrp redirect",
            "no ip nhrp redirect",
        )
    )
    assert read.next_hops == (NextHop(address=IPv4Address("10.0.0.8"), nbma=IPv4Address("192.0.2.8")),)
    assert (read.unique, read.registration, read.redirect) == (False, 30, False)
    assert spoke("no ip nhrp network-id 7").gateway.multipoints[0].nhrp == ()


def test_ipv6_in_the_tunnel_is_a_network_of_its_own() -> None:
    lowered = spoke("ipv6 nhrp network-id 8", "ipv6 nhrp nhs fd00::1 nbma 192.0.2.1 multicast")
    (server,) = nhrp(lowered, 6).servers
    assert (server.address, server.nbma) == (IPv6Address("fd00::1"), IPv4Address("192.0.2.1"))
    assert nhrp(lowered, 4).servers == ()


def test_a_station_s_settings_come_of_it() -> None:
    read = nhrp(
        spoke(
            "ip nhrp nhs 10.0.0.253 nbma hub.example.net priority 2",
            "ip nhrp nhs 10.0.0.1 nbma 192.0.2.1 priority 1",
            "ip nhrp map 10.0.0.8 192.0.2.8",
            "ip nhrp map multicast 192.0.2.8",
            "ip nhrp authentication 7 0822455D0A16",
        )
    )
    ours = IPv4Address("10.0.0.2"), IPv4Address("198.51.100.2")
    hub = Mapping(IPv4Address("10.0.0.1"), IPv4Address("192.0.2.1"))
    settings = settings_of(read, *ours)
    assert settings.servers == (hub,)  # the other is known by name only
    assert settings.mappings == (Mapping(IPv4Address("10.0.0.8"), IPv4Address("192.0.2.8"), multicast=True),)
    assert settings.authentication == Secret(b"cisco")
