"""What goes into a crypto map is not translated on its way out, and the LAN still comes to the internet."""

from ipaddress import ip_address

import pytest

from kakehashi.bridge.reading import read
from kakehashi.bridge.translate import Translation, translate
from kakehashi.dialects.registry import by_name
from kakehashi.model.access_list import Packet
from kakehashi.model.gateway import Gateway
from tests.dialects.nec_ix.test_l2tp import LNS

WANS = """\
interface GigaEthernet0.0
  ip address 192.0.2.2/24
  ip napt enable
{napt}  no shutdown
interface GigaEthernet1.0
  ip address 192.168.40.1/24
  no shutdown
ip route default 192.0.2.1
ip route 192.168.50.0/24 192.168.40.254
"""
IKEV1 = """\
ike proposal strong encryption aes-256 hash sha2-256 group 2048-bit
ike policy branch peer any key a-shop-by-the-sea mode aggressive strong
ike remote-id branch keyid branch1
ipsec autokey-proposal strong esp-aes-256 esp-sha2-256
ipsec dynamic-map branch ipv4 strong ike branch
interface Tunnel0.0
  tunnel mode ipsec
  ip unnumbered GigaEthernet1.0
  ipsec policy tunnel branch
  no shutdown
"""
IKEV2 = """\
ikev2 authentication psk id keyid branch1 key char a-shop-by-the-sea
ikev2 authentication psk id keyid center key char one-gate-for-all
interface Tunnel0.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet1.0
  ikev2 local-authentication psk id keyid center
  ikev2 outgoing-interface GigaEthernet0.0 auto
  ikev2 peer any authentication psk id keyid branch1
  no shutdown
"""
ROUTES = "ip route 192.168.41.0/24 Tunnel0.0\nip route 192.168.42.0/24 Tunnel0.0\n"


def to_cisco(text: str) -> Translation:
    return translate(read("center.cfg", text, by_name("nec-ix")), "cisco-ios")


def is_translated(made: Translation, source: str, destination: str) -> bool:
    """Is it translated on its way out of the device whose configuration was written?"""
    gateway: Gateway = by_name("cisco-ios").lower(made.text, "new.cfg").gateway
    (translation,) = (i.translation for i in gateway.interfaces if i.translation is not None)
    (only,) = translation.sources
    rules = gateway.access_list(only.access_list or "")
    assert rules is not None
    packet = Packet(
        source_address=ip_address(source), destination_address=ip_address(destination), protocol=6
    )
    return rules.permits(packet)


@pytest.mark.parametrize("tunnel", [IKEV1, IKEV2], ids=["IKEv1", "IKEv2"])
@pytest.mark.parametrize("napt", ["", "  ip napt inside list LAN\n"], ids=["all", "a list"])
def test_what_routes_led_into_the_tunnel_is_left_alone_and_the_rest_is_translated(
    tunnel: str, napt: str
) -> None:
    rules = "ip access-list LAN permit ip src 192.168.40.0/24 dest any\n" if napt else ""
    made = to_cisco(rules + WANS.format(napt=napt) + tunnel + ROUTES)
    assert [is_translated(made, "192.168.40.9", f"192.168.{n}.9") for n in (41, 42)] == [False, False]
    assert is_translated(made, "192.168.40.9", "203.0.113.9")
    assert is_translated(made, "192.168.50.9", "203.0.113.9") is not bool(napt), (
        "the LAN behind another router"
    )
    assert not [proof for proof in made.proofs if not proof.holds]


def test_a_list_that_nothing_else_uses_keeps_its_name_and_another_stays_as_it_is() -> None:
    rules = "ip access-list LAN permit ip src 192.168.40.0/24 dest any\n"
    wans = WANS.format(napt="  ip napt inside list LAN\n")
    alone = to_cisco(rules + wans + IKEV1 + ROUTES).text
    assert "ip nat inside source list LAN " in alone
    assert alone.count("ip access-list extended") == 1
    wans = wans.replace("192.0.2.2/24\n", "192.0.2.2/24\n  ip filter LAN 1 out\n")
    shared = to_cisco(rules + wans + IKEV1 + ROUTES).text
    assert "ip nat inside source list TRANSLATED " in shared
    assert "ip access-list extended LAN\n permit ip 192.168.40.0 0.0.0.255 any\n" in shared


def test_where_nothing_says_what_is_behind_the_peers_it_is_told_and_the_lan_comes_out() -> None:
    made = to_cisco(WANS.format(napt="") + IKEV1)
    assert is_translated(made, "192.168.40.9", "203.0.113.9")
    assert "nothing says what is behind its peers" in made.comments()
    assert "nothing says" not in to_cisco(WANS.format(napt="") + IKEV1 + ROUTES).comments()


def test_who_dials_in_keeps_nobody_from_the_internet() -> None:
    text = LNS.replace("interface GigaEthernet0.0\n", "interface GigaEthernet0.0\n  ip napt enable\n")
    made = to_cisco(text)
    assert is_translated(made, "192.168.30.9", "203.0.113.9")
    assert "nothing says" not in made.comments()
