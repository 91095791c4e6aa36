"""Tunnel interfaces with an IPsec profile."""

from ipaddress import ip_address

import pytest

from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.finding import Severity
from kakehashi.model.identity import Identity
from kakehashi.model.policy import Rekey, ResponderSelectors
from kakehashi.model.secret import Secret
from kakehashi.model.selector import ANY_IPV4, ANY_IPV6, EVERYTHING
from kakehashi.model.tunnel import ConnectType
from kakehashi.wire.registry.ikev2 import IdType, KeyExchangeId
from tests.dialects.cisco_ios.reading import (
    codes,
    complaints,
    found,
    ikev1,
    ikev2,
    interface,
    line,
    lower,
    vti,
)

V1 = """\
crypto isakmp policy 10
 encr aes
 hash sha256
 authentication pre-share
 group 14
crypto isakmp key between-us address 198.51.100.2
crypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac
 mode transport
crypto ipsec profile IP
 set transform-set TS
 set pfs group14
{profile}
interface GigabitEthernet0/0
 ip address 192.0.2.2 255.255.255.0
interface Tunnel 0
 ip address 10.0.0.1 255.255.255.252
 tunnel source {source}
 tunnel destination 198.51.100.2
 tunnel mode ipsec ipv4
 tunnel protection ipsec profile IP
ip route 192.168.20.0 255.255.255.0 10.0.0.2
"""


@pytest.mark.parametrize("source", ["GigabitEthernet0/0", "gi 0/0", "192.0.2.2"])
def test_a_tunnel_of_ikev1(source: str) -> None:
    lowered = lower(V1.format(profile="", source=source))
    tunnel = ikev1(lowered)
    assert (tunnel.interface, tunnel.enabled, tunnel.policy_based) == ("Tunnel0", True, False)
    assert tunnel.connect is ConnectType.ALWAYS, "its SA is made as soon as the interface is up"
    assert tunnel.source_address == ip_address("192.0.2.2")
    assert tunnel.peers == ("198.51.100.2",)
    assert (tunnel.ipsec.local_selectors, tunnel.ipsec.remote_selectors) == ((ANY_IPV4,), (ANY_IPV4,))
    assert (tunnel.ipsec.filters, tunnel.ipsec.pfs) == (True, KeyExchangeId.MODP_2048)
    assert tunnel.ipsec.mode is EncapsulationMode.TUNNEL
    assert codes(lowered) == ["transport-mode"]
    assert str(interface(lowered, "Tunnel0").addresses[0]) == "10.0.0.1/30"


def test_a_profile_that_only_answers() -> None:
    lowered = lower(V1.format(profile=" responder-only", source="192.0.2.2"))
    assert ikev1(lowered).connect is ConnectType.NEVER


def test_a_tunnel_interface_without_an_address_carries_no_ipv4_on_the_device() -> None:
    assert line(found(vti(tunnel=" no ip unnumbered"), "no-address")) == 19
    assert "no-address" not in codes(vti(tunnel=" no ip unnumbered\n ip address 10.0.0.1 255.255.255.252"))
    assert "no-address" not in codes(
        vti(tunnel=" no ip unnumbered", root="no ip route 192.168.20.0 255.255.255.0 Tunnel0")
    )


def test_a_tunnel_of_ikev2() -> None:
    lowered = vti()
    tunnel = ikev2(lowered)
    assert (tunnel.interface, tunnel.enabled, tunnel.connect) == ("Tunnel0", True, ConnectType.ALWAYS)
    assert tunnel.local.identity == Identity.of(IdType.ID_IPV4_ADDR, "192.0.2.2")
    assert tunnel.peer.identity == Identity.of(IdType.ID_IPV4_ADDR, "198.51.100.2")
    assert tunnel.local.secret == tunnel.peer.secret == Secret(b"between-us")
    assert tunnel.ipsec.responder_selectors is ResponderSelectors.NARROW
    assert [c.key_bits for c in tunnel.ipsec.algorithms.ciphers] == [256]
    assert tunnel.ipsec.algorithms.integrities == ()
    assert tunnel.ipsec.algorithms.key_exchanges == ()
    assert tunnel.ipsec.rekey == Rekey(3600, 30)
    assert tunnel.ipsec.soft_bytes == (4608000 - 256) * 1024
    assert codes(lowered) == []


def test_without_a_proposal_the_devices_own_is_offered() -> None:
    ike = ikev2(vti()).ike
    assert [c.key_bits for c in ike.algorithms.ciphers] == [256]
    assert [i.name for i in ike.algorithms.integrities] == [
        "AUTH_HMAC_SHA2_512_256",
        "AUTH_HMAC_SHA2_384_192",
    ]
    assert [p.name for p in ike.algorithms.prfs] == ["PRF_HMAC_SHA2_512", "PRF_HMAC_SHA2_384"]
    assert [int(g) for g in ike.algorithms.key_exchanges] == [19, 14, 21]
    assert (ike.rekey.lifetime, ike.dpd_interval, ike.nat_keepalive) == (86400, None, None)


PROPOSAL = """\
crypto ikev2 proposal PROP
 encryption aes-cbc-256 aes-cbc-128
 integrity sha256
 group 14 5
crypto ikev2 policy POL
 {match}
 proposal PROP
"""


def test_a_policy_with_its_proposal() -> None:
    lowered = vti(root=PROPOSAL.format(match="match fvrf any"))
    algorithms = ikev2(lowered).ike.algorithms
    assert [c.key_bits for c in algorithms.ciphers] == [256, 128]
    assert [i.name for i in algorithms.integrities] == ["AUTH_HMAC_SHA2_256_128"]
    assert [p.name for p in algorithms.prfs] == ["PRF_HMAC_SHA2_256"], "the PRF is that of the integrity"
    assert [int(g) for g in algorithms.key_exchanges] == [14, 5]
    assert codes(lowered) == []


@pytest.mark.parametrize(
    ("match", "lengths"),
    [
        ("match address local 192.0.2.2", [256, 128]),
        ("match address local interface GigabitEthernet0/0", [256, 128]),
        ("match address local 192.0.2.99", [256]),
    ],
)
def test_a_policy_is_for_one_of_our_addresses(match: str, lengths: list[int]) -> None:
    ciphers = ikev2(vti(root=PROPOSAL.format(match=match))).ike.algorithms.ciphers
    assert [c.key_bits for c in ciphers] == lengths


def test_a_proposal_with_gcm_needs_a_prf() -> None:
    text = (
        PROPOSAL.format(match="")
        .replace("aes-cbc-256 aes-cbc-128", "aes-gcm-256")
        .replace("integrity", "prf")
    )
    lowered = vti(root=text)
    algorithms = ikev2(lowered).ike.algorithms
    assert (algorithms.integrities, [p.name for p in algorithms.prfs]) == ((), ["PRF_HMAC_SHA2_256"])
    assert codes(lowered) == []
    without = vti(root=text.replace(" prf sha256\n", ""))
    assert "no prf" in found(without, "proposal-incomplete").message


def test_each_proposal_of_a_policy_is_a_set_of_its_own() -> None:
    second = "crypto ikev2 proposal OLD\n encryption 3des\n integrity sha1\n group 2\n"
    lowered = vti(root=second + PROPOSAL.format(match="") + " proposal OLD\n")
    first, other = ikev2(lowered).ike.algorithms.sets
    assert [c.key_bits for c in first.ciphers] == [256, 128]
    assert [i.name for i in other.integrities] == ["AUTH_HMAC_SHA1_96"]
    assert codes(lowered) == []


def test_each_transform_set_is_a_set_of_its_own() -> None:
    lowered = vti(
        ipsec=" set transform-set TS T2", root="crypto ipsec transform-set T2 esp-3des esp-md5-hmac"
    )
    first, other = ikev2(lowered).ipsec.algorithms.sets
    assert (first.integrities, [i.name for i in other.integrities]) == ((), ["AUTH_HMAC_MD5_96"])


def test_our_address_may_be_known_to_the_host_alone() -> None:
    lowered = vti(root="interface GigabitEthernet0/0\n ip address dhcp")
    tunnel = ikev2(lowered)
    assert (tunnel.local.by_address, tunnel.source_address) == (True, "GigabitEthernet0/0")
    assert tunnel.local.secret == Secret(b"between-us")
    assert complaints(lowered) == []


def test_an_undefined_proposal_is_an_error() -> None:
    wrong = vti(root=PROPOSAL.format(match="").replace("proposal PROP\n enc", "proposal PROPS\n enc"))
    assert found(wrong, "undefined-ikev2-proposal").remedy == "did you mean `PROPS`?"


def test_what_an_ikev2_profile_says() -> None:
    lowered = vti(
        profile=" lifetime 7200\n dpd 10 2 periodic\n nat keepalive 15\n"
        " identity local fqdn tokyo.example\n no match identity remote address 198.51.100.2 255.255.255.255\n"
        " match identity remote key-id osaka\n",
        root="crypto ikev2 fragmentation mtu 1200",
    )
    tunnel = ikev2(lowered)
    assert (tunnel.ike.rekey.lifetime, tunnel.ike.dpd_interval, tunnel.ike.nat_keepalive) == (7200, 10, 15)
    assert tunnel.ike.fragmentation is True
    assert tunnel.local.identity == Identity.of(IdType.ID_FQDN, "tokyo.example")
    assert tunnel.peer.identity == Identity.of(IdType.ID_KEY_ID, "osaka")
    assert complaints(lowered) == []


def test_both_sides_may_have_keys_of_their_own() -> None:
    ring = vti(peer="  pre-shared-key local ours\n  pre-shared-key remote theirs\n")
    assert (ikev2(ring).local.secret, ikev2(ring).peer.secret) == (Secret(b"ours"), Secret(b"theirs"))
    here = vti(
        profile=" authentication local pre-share key mine\n authentication remote pre-share key 7 0822455D0A16\n"
    )
    assert (ikev2(here).local.secret, ikev2(here).peer.secret) == (Secret(b"mine"), Secret(b"cisco"))
    digits = vti(peer="  pre-shared-key hex 00ff")
    assert ikev2(digits).local.secret == Secret(b"\x00\xff")


def test_the_narrowest_peer_of_a_keyring() -> None:
    lowered = vti(peer=" peer ANY\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key of-all\n")
    assert ikev2(lowered).peer.secret == Secret(b"between-us")
    named = vti(
        peer=" exit\n peer NAMED\n  identity key-id osaka\n  pre-shared-key by-name\n",
        profile=" no match identity remote address 198.51.100.2 255.255.255.255\n match identity remote key-id osaka\n",
    )
    assert ikev2(named).peer.secret == Secret(b"by-name")


@pytest.mark.parametrize(
    ("profile", "code", "severity"),
    [
        (" no authentication local pre-share", "no-authentication", Severity.ERROR),
        (" authentication remote rsa-sig", "no-trustpoint", Severity.WARNING),
        (" keyring local GONE", "undefined-ikev2-keyring", Severity.ERROR),
        (" no match identity remote address 198.51.100.2 255.255.255.255", "no-identity", Severity.ERROR),
        (" no keyring local KR", "undefined-key", Severity.ERROR),
        (" pki trustpoint TP", "undefined-trustpoint", Severity.ERROR),
    ],
)
def test_profiles_that_do_not_do(profile: str, code: str, severity: Severity) -> None:
    lowered = vti(profile=profile)
    assert severity in {f.severity for f in lowered.findings if f.code == code}


@pytest.mark.parametrize(
    ("mode", "selectors"),
    [
        ("tunnel mode ipsec ipv4", (ANY_IPV4,)),
        ("tunnel mode ipsec ipv6", (ANY_IPV6,)),
        ("tunnel mode ipsec ipv4 v6-overlay", (ANY_IPV6,)),
        ("tunnel mode ipsec dual-overlay", EVERYTHING),
    ],
)
def test_modes(mode: str, selectors: tuple[object, ...]) -> None:
    tunnel = ikev2(vti(tunnel=f" {mode}"))
    assert (tunnel.ipsec.local_selectors, tunnel.ipsec.remote_selectors) == (selectors, selectors)


def test_selectors_of_an_access_list() -> None:
    lowered = vti(
        tunnel=" tunnel protection ipsec policy ipv4 ACL",
        root="ip access-list extended ACL\n permit ip 10.1.0.0 0.0.255.255 10.2.0.0 0.0.255.255",
    )
    assert [str(s) for s in ikev2(lowered).ipsec.remote_selectors] == ["10.2.0.0/16"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (" no tunnel destination 198.51.100.2", "tunnel-incomplete"),
        (" no tunnel protection ipsec profile IP", "tunnel-incomplete"),
        (" tunnel protection ipsec profile PI", "undefined-ipsec-profile"),
        (" tunnel source Loopback9", "undefined-interface"),
        (" tunnel destination dynamic", "not-yet"),
        (" tunnel vrf INET", "not-yet"),
    ],
)
def test_tunnels_that_do_not_do(words: str, code: str) -> None:
    assert code in codes(vti(tunnel=words), Severity.ERROR, Severity.WARNING)


def test_a_tunnel_that_is_shut_down_stays_down() -> None:
    assert ikev2(vti(tunnel=" shutdown")).enabled is False


def test_a_tunnel_that_no_route_leads_into() -> None:
    lowered = vti(root="no ip route 192.168.20.0 255.255.255.0 Tunnel0")
    assert line(found(lowered, "no-route")) == 19


def test_a_route_to_the_far_end_leads_into_the_tunnel() -> None:
    (route,) = lower(V1.format(profile="", source="192.0.2.2")).gateway.routes
    assert (route.interface, route.next_hop) == ("Tunnel0", ip_address("10.0.0.2"))


def test_a_template_is_not_there_yet() -> None:
    lowered = lower(
        "interface Virtual-Template1 type tunnel\n ip unnumbered Loopback0\n tunnel mode ipsec ipv4\n"
    )
    assert line(found(lowered, "not-yet")) == 1
    assert lowered.gateway.interfaces == ()
