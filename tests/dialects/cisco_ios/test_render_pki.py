"""Certificates as Cisco IOS says them: of its own configuration, and of other makers'."""

from dataclasses import replace

import pytest

from kakehashi.dialects.registry import by_name
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import AuthenticationMethod
from kakehashi.model.tunnel import Ikev2Tunnel

CISCO = """\
hostname R1
crypto pki trustpoint CA
 enrollment terminal
 subject-name cn=R1.example.com, o=EXAMPLE
 fqdn R1.example.com
 revocation-check crl none
 rsakeypair KEYS 3072
 fingerprint 00112233445566778899AABBCCDDEEFF00112233
crypto pki certificate chain CA
 certificate ca 01
  30820377 3082025F A0030201
  quit
crypto pki certificate map M 10
 subject-name co o = example
 alt-subject-name eq r2.example.com
crypto ikev2 profile P
 match identity remote fqdn R2.example.com
 match certificate M
 identity local fqdn R1.example.com
 authentication local rsa-sig
 authentication remote rsa-sig
 pki trustpoint CA
crypto ipsec transform-set T esp-aes 256 esp-sha256-hmac
crypto ipsec profile IP
 set transform-set T
 set ikev2-profile P
interface GigabitEthernet0/0
 ip address 192.0.2.2 255.255.255.0
interface Tunnel0
 ip address 172.16.0.1 255.255.255.252
 tunnel source GigabitEthernet0/0
 tunnel destination 198.51.100.2
 tunnel mode ipsec ipv4
 tunnel protection ipsec profile IP
ip route 192.168.20.0 255.255.255.0 Tunnel0
"""
AWPLUS = """\
crypto pki trustpoint vpn_trust
 enrollment terminal
 subject-name /O=EXAMPLE/CN=test1.example.com
 subject-alt-name test1.example.com
crypto isakmp profile cert_vpn
 local authentication certificate
 remote authentication certificate
 pki trustpoint vpn_trust
 transform 1 integrity SHA256 encryption AES256 group 14
crypto isakmp peer hostname test2.example.com profile cert_vpn
interface eth1
 ip address 192.0.2.2/24
interface tunnel0
 tunnel mode ipsec ipv4
 tunnel source 192.0.2.2
 tunnel destination 198.51.100.2
 tunnel local name test1.example.com
 tunnel remote name test2.example.com
 tunnel protection ipsec
 ip address 192.168.254.1/30
ip route 192.168.20.0/24 tunnel0
"""
NEC = """\
ikev2 authentication psk id fqdn site1.example.com key char secret1
interface GigaEthernet0.0
  ip address 192.0.2.2/24
  no shutdown
interface Tunnel0.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet0.0
  ikev2 cert cacert name caCert
  ikev2 local-authentication psk id fqdn site1.example.com
  ikev2 peer 198.51.100.2 authentication rsa id fqdn center.example.com
  no shutdown
ip route 192.168.20.0/24 Tunnel0.0
"""


def lowered(dialect: str, text: str) -> Gateway:
    return by_name(dialect).lower(text, "f").gateway


def in_cisco(dialect: str, text: str) -> tuple[str, Gateway, list[str]]:
    rendered = by_name("cisco-ios").render(lowered(dialect, text))
    return rendered.text, lowered("cisco-ios", rendered.text), [loss.why for loss in rendered.losses]


def tunnel_of(gateway: Gateway) -> Ikev2Tunnel:
    found = gateway.tunnels[0]
    assert isinstance(found, Ikev2Tunnel)
    return found


def test_its_own_comes_back() -> None:
    text, again, losses = in_cisco("cisco-ios", CISCO)
    before = lowered("cisco-ios", CISCO)
    assert again.trustpoints == before.trustpoints
    assert tunnel_of(again).peer.certificates == tunnel_of(before).peer.certificates
    assert tunnel_of(again).local.certificates == tunnel_of(before).local.certificates
    assert "  30820377 3082025F A0030201\n  quit\n" in text
    assert losses == []


def test_whoever_has_a_certificate_that_fits_and_our_own_subject() -> None:
    text = CISCO.replace(" match identity remote fqdn R2.example.com\n", "").replace(
        "fqdn R1.example.com\n auth", "dn\n auth"
    )
    before = tunnel_of(lowered("cisco-ios", text))
    assert (before.peer.anybody, before.local.by_subject) == (True, True)
    written, again, losses = in_cisco("cisco-ios", text)
    assert " match certificate M\n" in written
    assert "match identity" not in written
    assert " identity local dn\n" in written
    assert (tunnel_of(again).peer, tunnel_of(again).local) == (before.peer, before.local)
    assert losses == []


def test_what_only_this_device_can_say_is_told_by_another() -> None:
    text = CISCO.replace(" match identity remote fqdn R2.example.com\n", "").replace(
        "identity local fqdn R1.example.com", "identity local dn"
    )
    found = [loss.what for loss in by_name("awplus").render(lowered("cisco-ios", text)).losses]
    for what in (
        "the subject of our certificate as our name",
        "a peer that is known by its certificate alone",
        "the certificate map M",
    ):
        assert what in found


def test_of_alliedware_plus() -> None:
    text, again, losses = in_cisco("awplus", AWPLUS)
    assert " subject-name cn=test1.example.com, o=EXAMPLE\n fqdn test1.example.com\n" in text
    assert " revocation-check none\n" in text
    assert tunnel_of(again).local.certificates.names == ("vpn_trust",)
    assert tunnel_of(again).peer.method is AuthenticationMethod.SIGNATURE
    assert any("crypto pki authenticate" in why for why in losses)


def test_of_nec_with_a_certificate_on_one_side() -> None:
    text, again, losses = in_cisco("nec-ix", NEC)
    assert " pki trustpoint caCert verify\n" in text
    assert tunnel_of(again).local.method is AuthenticationMethod.PSK
    assert tunnel_of(again).peer.certificates.names == ("caCert",)
    assert any("crypto pki authenticate" in why for why in losses)


@pytest.mark.parametrize("name", ["two words", "x\ny"])
def test_a_name_that_cannot_be_said_is_told(name: str) -> None:
    gateway = lowered("cisco-ios", CISCO)
    renamed = replace(gateway, trustpoints=tuple(replace(t, name=name) for t in gateway.trustpoints))
    rendered = by_name("cisco-ios").render(renamed)
    assert any("one word" in loss.why for loss in rendered.losses)
    assert name not in rendered.text
