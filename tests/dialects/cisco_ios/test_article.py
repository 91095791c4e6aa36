"""The pair of the article on IPsec-VPN with PPPoE: what its parameter tables say comes out of the model."""

import os
from ipaddress import IPv4Address, ip_network
from pathlib import Path

import pytest

from kakehashi.dialects.cisco_ios import CiscoIos
from kakehashi.dialects.document import Unknown
from kakehashi.dialects.registry import recognise
from kakehashi.model.algorithms import Cipher
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.finding import Severity
from kakehashi.model.gateway import InterfaceKind
from kakehashi.model.identity import AuthenticationMethod
from kakehashi.model.ikev1 import DpdStyle, ExchangeMode, Ikev1Tunnel
from kakehashi.model.secret import Secret
from kakehashi.model.selector import TrafficSelector
from kakehashi.model.tunnel import OutgoingInterface
from kakehashi.wire.registry.ikev1 import HashAlgorithm
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId, KeyExchangeId

CORPUS = os.environ.get("KAKEHASHI_CORPUS", "")
LISTINGS = sorted(Path(CORPUS, "cisco-ios").glob("*.cfg")) if CORPUS else []

# Its shape in our own words: no indentation, a blank in an interface's name, lists below their users.
ROUTER = """\
crypto isakmp policy 1
encry 3des
hash md5
authentication pre-share
group 2
!
crypto isakmp key cisco address {there}
crypto isakmp keepalive 30 periodic
!
crypto ipsec transform-set IPSEC esp-3des esp-md5-hmac
!
crypto map M-ipsec 1 ipsec-isakmp
set peer {there}
set transform-set IPSEC
match address A-ipsec
!
interface Loopback1
ip address {here} 255.255.255.255
!
interface GigabitEthernet 0/0
pppoe enable group global
pppoe-client dial-pool-number 1
no cdp enable
!
interface GigabitEthernet0/1
ip address 192.168.{lan}.254 255.255.255.0
ip tcp adjust-mss 1356
!
interface Dialer1
ip unnumbered Loopback1
ip access-group A-security in
ip mtu 1454
encapsulation ppp
dialer pool 1
dialer-group 1
ppp authentication chap callin
ppp chap hostname me@example
ppp chap password hidden-word
crypto map M-ipsec
!
ip route 0.0.0.0 0.0.0.0 Dialer1
!
ip access-list extended A-ipsec
permit ip 192.168.{lan}.0 0.0.0.255 192.168.{far}.0 0.0.0.255
!
ip access-list extended A-security
permit esp host {there} host {here}
permit udp host {there} host {here} eq isakmp
!
dialer-list 1 protocol ip permit
"""
R1 = ROUTER.format(here="100.1.1.1", there="200.1.1.1", lan=1, far=2)
R2 = ROUTER.format(here="200.1.1.1", there="100.1.1.1", lan=2, far=1)


def test_phase_1_is_what_the_table_says() -> None:
    lowered = CiscoIos().lower(R1, "r1")
    (peer,) = lowered.gateway.ikev1_peers
    (proposal,) = peer.proposals
    assert proposal.cipher == Cipher(EncryptionId.ENCR_3DES)
    assert proposal.hash is HashAlgorithm.MD5
    assert proposal.authentication is AuthenticationMethod.PSK
    assert proposal.group is KeyExchangeId.MODP_1024
    assert proposal.lifetime == 86400
    assert peer.secret == Secret(b"cisco")
    assert peer.address == IPv4Address("200.1.1.1")
    assert peer.dpd is not None
    assert (peer.dpd.interval, peer.dpd.style) == (30, DpdStyle.PERIODIC)
    assert peer.mode is ExchangeMode.MAIN
    assert peer.accepts_aggressive is True, "without `aggressive-mode disable` it is answered too"


def test_phase_2_is_what_the_table_says() -> None:
    (tunnel,) = CiscoIos().lower(R1, "r1").gateway.tunnels
    assert isinstance(tunnel, Ikev1Tunnel)
    (proposal,) = tunnel.ipsec.proposals
    assert proposal.cipher == Cipher(EncryptionId.ENCR_3DES)
    assert proposal.integrity is IntegrityId.AUTH_HMAC_MD5_96
    assert proposal.ah is IntegrityId.NONE
    assert proposal.lifetime == 3600
    assert proposal.kilobytes == 4608000
    assert tunnel.ipsec.pfs is KeyExchangeId.NONE
    assert tunnel.ipsec.mode is EncapsulationMode.TUNNEL
    assert tunnel.peer_address == IPv4Address("200.1.1.1")
    assert tunnel.ipsec.local_selectors == (TrafficSelector.of("192.168.1.0/24"),)
    assert tunnel.ipsec.remote_selectors == (TrafficSelector.of("192.168.2.0/24"),)


def test_the_map_is_a_tunnel_by_the_interface_that_bears_it() -> None:
    gateway = CiscoIos().lower(R1, "r1").gateway
    (tunnel,) = gateway.tunnels
    assert isinstance(tunnel, Ikev1Tunnel)
    assert (tunnel.interface, tunnel.enabled, tunnel.policy_based) == ("M-ipsec 1", True, True)
    assert tunnel.peers == ("200.1.1.1",)
    assert tunnel.ipsec.filters is True
    assert tunnel.outgoing == OutgoingInterface("Dialer1")
    assert tunnel.source_address == IPv4Address("100.1.1.1"), "that of Loopback1, which the dialer borrows"
    made = gateway.interface("M-ipsec 1")
    assert made is not None
    assert (made.kind, made.unnumbered) == (InterfaceKind.TUNNEL, "Loopback1")


def test_interfaces_routes_and_filters_are_read() -> None:
    gateway = CiscoIos().lower(R1, "r1").gateway
    dialer = gateway.interface("Dialer1")
    assert dialer is not None
    assert (dialer.unnumbered, dialer.mtu, dialer.lists) == ("Loopback1", 1454, ("A-security",))
    lan = gateway.interface("GigabitEthernet0/1")
    assert lan is not None
    assert (str(lan.addresses[0]), lan.adjust_mss) == ("192.168.1.254/24", 1356)
    assert gateway.interface("GigabitEthernet0/0") is not None, "the blank in the name is none"
    assert [(r.destination, r.interface) for r in gateway.routes] == [(ip_network("0.0.0.0/0"), "Dialer1")]
    rules = gateway.access_list("A-security")
    assert rules is not None
    assert [(e.protocol, e.destination_ports) for e in rules.entries] == [(50, ()), (17, ((500, 500),))]


def test_the_lines_that_bring_the_line_up_are_said_to_be_the_hosts() -> None:
    findings = CiscoIos().lower(R1, "r1").findings
    assert [f.code for f in findings] == ["the-hosts", "not-ours"]
    assert findings[0].severity is Severity.INFO
    assert findings[0].message.endswith("21-22, 33-38, 50")
    assert not any("hidden-word" in str(f) for f in findings)


def test_both_ends_mirror_each_other() -> None:
    one, other = (CiscoIos().lower(text, "r").gateway.tunnels[0] for text in (R1, R2))
    assert one.ipsec.local_selectors == other.ipsec.remote_selectors
    assert one.ipsec.remote_selectors == other.ipsec.local_selectors
    assert (one.source_address, one.peer_address) == (other.peer_address, other.source_address)


@pytest.mark.skipif(not LISTINGS, reason="KAKEHASHI_CORPUS names no folder with cisco-ios/*.cfg")
@pytest.mark.parametrize("path", LISTINGS, ids=lambda p: p.name)
def test_a_listing_of_the_article_has_no_unknown_line(path: Path) -> None:
    text = path.read_text()
    assert recognise(text).name == "cisco-ios"
    assert [i.text for i in CiscoIos().parse(text).walk() if isinstance(i, Unknown)] == []
    lowered = CiscoIos().lower(text, path.name)
    assert [str(f) for f in lowered.findings if f.severity is not Severity.INFO] == []
    mine, theirs = (R1, R2) if path.name.endswith("r1.cfg") else (R2, R1)
    assert lowered.gateway.tunnels == CiscoIos().lower(mine, "r").gateway.tunnels
    assert lowered.gateway.tunnels != CiscoIos().lower(theirs, "r").gateway.tunnels
    assert lowered.gateway.ikev1_peers == CiscoIos().lower(mine, "r").gateway.ikev1_peers
