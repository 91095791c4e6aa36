"""Tunnels: the peer, the identities and their keys, and what a fragment leaves out."""

from ipaddress import ip_address

import pytest

from kakehashi.model.address import ANY, Hostname
from kakehashi.model.finding import Severity
from kakehashi.model.identity import AuthenticationMethod, Identity
from kakehashi.model.secret import Secret
from kakehashi.wire.registry.ikev2 import IdType
from tests.dialects.nec_ix.reading import codes, found, line, lower, the_tunnel, whole


def peer(words: str, key: str = "") -> str:
    """A configuration whose tunnel has this peer, and one more key."""
    return f"""\
ikev2 authentication psk id keyid here key char ours
{key}
ikev2 default-profile
  local-authentication psk id keyid here
interface Tunnel0.0
  tunnel mode ipsec-ikev2
  ikev2 peer {words}
  no shutdown
ip route 10.0.0.0/8 Tunnel0.0
"""


@pytest.mark.parametrize(
    ("type_word", "value", "identity"),
    [
        ("ipv4", "198.51.100.2", Identity(IdType.ID_IPV4_ADDR, b"\xc6\x33\x64\x02")),
        ("ipv6", "2001:db8::2", Identity(IdType.ID_IPV6_ADDR, ip_address("2001:db8::2").packed)),
        ("fqdn", "osaka.example", Identity(IdType.ID_FQDN, b"osaka.example")),
        ("rfc822", "vpn@osaka.example", Identity(IdType.ID_RFC822_ADDR, b"vpn@osaka.example")),
        ("keyid", "osaka", Identity(IdType.ID_KEY_ID, b"osaka")),
    ],
)
def test_every_type_of_identity_finds_its_key(type_word: str, value: str, identity: Identity) -> None:
    lowered = lower(
        peer(
            f"198.51.100.2 authentication psk id {type_word} {value}",
            f"ikev2 authentication psk id {type_word} {value} key char theirs",
        )
    )
    tunnel = the_tunnel(lowered)
    assert tunnel.peer_address == ip_address("198.51.100.2")
    assert (tunnel.peer.identity, tunnel.peer.secret) == (identity, Secret(b"theirs"))
    assert (tunnel.local.identity.text, tunnel.local.secret) == ("here", Secret(b"ours"))
    assert codes(lowered) == []


def test_a_key_in_hexadecimal_is_octets() -> None:
    lowered = lower(
        peer(
            "192.0.2.9 authentication psk id keyid x",
            "ikev2 authentication psk id keyid x key hex 00fF10",
        )
    )
    assert the_tunnel(lowered).peer.secret == Secret(b"\x00\xff\x10")


def test_a_peer_of_unknown_address() -> None:
    lowered = lower(
        peer("any authentication psk id keyid x", "ikev2 authentication psk id keyid x key char k")
    )
    assert the_tunnel(lowered).peer_address is ANY


def test_a_peer_known_by_name_alone_is_also_identified_by_it() -> None:
    lowered = lower(
        peer(
            "osaka.example authentication psk",
            "ikev2 authentication psk id fqdn osaka.example key char k",
        )
    )
    tunnel = the_tunnel(lowered)
    assert tunnel.peer_address == Hostname("osaka.example")
    assert tunnel.peer.identity == Identity(IdType.ID_FQDN, b"osaka.example")
    assert tunnel.peer.secret == Secret(b"k")


def test_a_name_with_an_identity_keeps_both() -> None:
    lowered = lower(
        peer("osaka.example authentication psk id keyid x", "ikev2 authentication psk id keyid x key char k")
    )
    tunnel = the_tunnel(lowered)
    assert (tunnel.peer_address, tunnel.peer.identity.text) == (Hostname("osaka.example"), "x")


def test_a_peer_known_by_address_alone_is_identified_by_it() -> None:
    lowered = lower(
        peer("2001:db8::9 authentication psk", "ikev2 authentication psk id ipv6 2001:db8::9 key char k")
    )
    assert the_tunnel(lowered).peer.identity == Identity.of(IdType.ID_IPV6_ADDR, "2001:db8::9")
    assert the_tunnel(lowered).peer.secret == Secret(b"k")


def test_an_unknown_address_without_identity_is_an_error() -> None:
    finding = found(lower(peer("any authentication psk")), "no-identity")
    assert (finding.severity, line(finding)) == (Severity.ERROR, 7)


def test_an_identity_without_key_is_an_error_that_names_the_keys_there_are() -> None:
    lowered = lower(
        peer(
            "198.51.100.2 authentication psk id keyid Osaka",
            "ikev2 authentication psk id keyid osaka key char k",
        )
    )
    finding = found(lowered, "undefined-key")
    assert (finding.severity, line(finding)) == (Severity.ERROR, 7)
    assert "keyid here, keyid osaka" in finding.message
    assert finding.remedy == "did you mean keyid osaka?"
    assert the_tunnel(lowered).peer.secret is None


def test_an_identity_that_is_no_address_is_one_error() -> None:
    lowered = lower(peer("192.0.2.9 authentication psk id ipv4 osaka"))
    finding = found(lowered, "invalid-value")
    assert (finding.severity, line(finding)) == (Severity.ERROR, 7)
    assert codes(lowered) == ["invalid-value"]


@pytest.mark.parametrize("digits", ["0", "0g", "0x", "00 11"])
def test_a_key_that_is_no_octets_is_an_error_that_does_not_show_it(digits: str) -> None:
    lowered = lower(f"ikev2 authentication psk id keyid x key hex {digits}\n")
    assert codes(lowered, Severity.ERROR)
    assert not any(f"`{digits}`" in str(f) for f in lowered.findings)


def test_an_address_with_a_zone_is_no_peer() -> None:
    lowered = lower(peer("fe80::1%eth0 authentication psk id keyid here"))
    assert found(lowered, "invalid-value").severity is Severity.ERROR


def test_without_local_authentication_the_device_is_its_own_address() -> None:
    lowered = lower(
        """\
        ikev2 authentication psk id ipv4 198.51.100.2 key char k
        interface GigaEthernet0.0
          ip address 192.0.2.2/24
          no shutdown
        interface Tunnel0.0
          tunnel mode ipsec-ikev2
          ikev2 peer 198.51.100.2 authentication psk id ipv4 198.51.100.2
          no shutdown
        ip route default 192.0.2.1
        ip route 10.0.0.0/8 Tunnel0.0
        """
    )
    local = the_tunnel(lowered).local
    assert local.identity == Identity.of(IdType.ID_IPV4_ADDR, "192.0.2.2")
    assert local.secret == Secret(b"k")
    assert found(lowered, "no-local-authentication").severity is Severity.INFO


def test_a_device_that_cannot_say_who_it_is_is_an_error() -> None:
    lowered = lower(
        """\
        ikev2 authentication psk id keyid there key char k
        interface Tunnel0.0
          tunnel mode ipsec-ikev2
          ikev2 peer 198.51.100.2 authentication psk id keyid there
          no shutdown
        """
    )
    finding = found(lowered, "no-local-authentication")
    assert (finding.severity, line(finding)) == (Severity.ERROR, 2)


def test_the_identity_may_differ_from_tunnel_to_tunnel() -> None:
    lowered = whole(tunnel="ikev2 local-authentication psk id keyid there")
    assert the_tunnel(lowered).local.identity.text == "there"
    assert the_tunnel(lowered).local.secret == Secret(b"theirs")


def test_a_binding_to_nothing_is_an_error_with_what_is_close() -> None:
    lowered = whole(tunnel="ikev2 binding shard")
    finding = found(lowered, "undefined-profile")
    assert (finding.severity, line(finding)) == (Severity.ERROR, 17)
    assert finding.remedy == "did you mean `shared`?"


def test_a_profile_that_nobody_binds_is_told() -> None:
    lowered = whole(tunnel="no ikev2 binding")
    assert found(lowered, "unused-profile").severity is Severity.INFO
    assert codes(whole(tunnel="no ikev2 binding\nno ikev2 profile shared")) == []


def test_a_tunnel_without_no_shutdown_stays_down_and_says_so() -> None:
    lowered = lower(peer("192.0.2.9 authentication psk id keyid here").replace("  no shutdown\n", ""))
    finding = found(lowered, "shutdown")
    assert (finding.severity, line(finding)) == (Severity.INFO, 5)
    assert the_tunnel(lowered).enabled is False


def test_a_tunnel_without_tunnel_mode_stays_down_and_says_so() -> None:
    text = peer("192.0.2.9 authentication psk id keyid here").replace("  tunnel mode ipsec-ikev2\n", "")
    lowered = lower(text)
    assert found(lowered, "no-tunnel-mode").severity is Severity.WARNING
    assert the_tunnel(lowered).enabled is False


@pytest.mark.parametrize("words", ["tunnel mode ipsec-ikev2", "ikev2 dpd interval 10"])
def test_a_tunnel_without_peer_is_told(words: str) -> None:
    lowered = lower(f"interface Tunnel0.0\n  {words}\n  no shutdown\n")
    assert lowered.gateway.tunnels == ()
    assert line(found(lowered, "no-peer")) == 2


def test_a_tunnel_that_nothing_is_routed_into_is_told() -> None:
    text = peer("192.0.2.9 authentication psk id keyid here").replace("ip route 10.0.0.0/8 Tunnel0.0\n", "")
    assert line(found(lower(text), "no-route")) == 5


def test_a_route_by_a_next_hop_beyond_the_tunnel_leads_into_it() -> None:
    text = peer("192.0.2.9 authentication psk id keyid here")
    text = text.replace("8 Tunnel0.0", "8 10.255.0.2").replace(
        "  no shut", "  ip address 10.255.0.1/30\n  no shut"
    )
    assert codes(lower(text)) == []


def test_a_certificate_on_one_side_and_a_key_on_the_other() -> None:
    text = """\
        pki cert import pem name caCert url file:caCert.pem
        pki pkcs12 import name myCert url file:me.p12 password letmein
        ikev2 authentication psk id fqdn site1.example.com key char secret1
        interface Tunnel0.0
          tunnel mode ipsec-ikev2
          ikev2 cert cacert name caCert
          ikev2 local-authentication psk id fqdn site1.example.com
          ikev2 peer 192.168.0.1 authentication rsa id fqdn center.example.com
          no shutdown
        interface Tunnel1.0
          tunnel mode ipsec-ikev2
          ikev2 cert mycert name myCert
          ikev2 local-authentication rsa id fqdn center.example.com
          ikev2 peer 192.168.0.2 authentication psk id fqdn site1.example.com
          no shutdown
        """
    lowered = lower(text)
    verifies, proves = lowered.gateway.tunnels
    assert verifies.enabled
    assert proves.enabled
    assert (verifies.local.method, verifies.peer.method) == (
        AuthenticationMethod.PSK,
        AuthenticationMethod.SIGNATURE,
    )
    assert verifies.peer.certificates.names == ("caCert",)
    assert (proves.local.method, proves.peer.method) == (
        AuthenticationMethod.SIGNATURE,
        AuthenticationMethod.PSK,
    )
    assert proves.local.certificates.names == ("myCert",)
    authority, own = lowered.gateway.certificate_imports
    assert (authority.name, authority.file, authority.pkcs12) == ("caCert", "caCert.pem", False)
    assert (own.name, own.file, own.pkcs12, own.password) == ("myCert", "me.p12", True, Secret(b"letmein"))
    assert "letmein" not in repr(lowered.gateway)
    assert not {"not-yet", "no-certificate", "unused-certificate"} & set(codes(lowered))


def test_a_certificate_that_no_line_names_and_one_that_nobody_uses_are_told() -> None:
    lowered = lower(peer("192.0.2.9 authentication rsa id fqdn center.example"))
    assert the_tunnel(lowered).enabled
    assert line(found(lowered, "no-certificate")) == 7
    file_from_afar = lower("pki cert import pem name a url http://x/ca.pem\n")
    assert line(found(file_from_afar, "invalid-value")) == 1


def test_two_tunnels_to_one_device_have_identities_of_their_own() -> None:
    text = """\
        ikev2 authentication psk id keyid a1 key char k1
        ikev2 authentication psk id keyid a2 key char k2
        ikev2 authentication psk id keyid b1 key char k3
        ikev2 authentication psk id keyid b2 key char k4
        interface Tunnel0.0
          tunnel mode ipsec-ikev2
          ikev2 local-authentication psk id keyid a1
          ikev2 peer any authentication psk id keyid b1
          no shutdown
        interface Tunnel1.0
          tunnel mode ipsec-ikev2
          ikev2 local-authentication psk id keyid a2
          ikev2 peer any authentication psk id keyid b2
          no shutdown
        ip route 10.1.0.0/16 Tunnel0.0
        ip route 10.2.0.0/16 Tunnel1.0
        """
    lowered = lower(text)
    assert codes(lowered) == []
    assert [(t.local.identity.text, t.peer.identity.text) for t in lowered.gateway.tunnels] == [
        ("a1", "b1"),
        ("a2", "b2"),
    ]
    same = lower(text.replace("keyid a2", "keyid a1").replace("keyid b2", "keyid b1"))
    assert line(found(same, "same-peer")) == 10


def test_a_second_peer_replaces_the_first_and_is_told() -> None:
    lowered = whole(tunnel="ikev2 peer 203.0.113.9 authentication psk id keyid there")
    assert the_tunnel(lowered).peer_address == ip_address("203.0.113.9")
    assert line(found(lowered, "replaced")) == 15


def test_a_key_is_replaced_by_a_later_one_and_taken_back_by_no() -> None:
    lowered = whole(default="ikev2 authentication psk id keyid there key char newer")
    assert the_tunnel(lowered).peer.secret == Secret(b"newer")
    assert found(lowered, "replaced").severity is Severity.WARNING
    gone = whole(default="no ikev2 authentication psk id keyid there")
    assert the_tunnel(gone).peer.secret is None
    assert found(gone, "undefined-key").severity is Severity.ERROR
