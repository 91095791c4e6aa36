"""What a mirror makes of the places of both ends, and how what it cannot know is marked."""

import pytest

from kakehashi.bridge.mirror import Mirror
from tests.bridge.far_and_wide import ROUTERS
from tests.bridge.sites import CISCO_MAP, mirrored, translated


def far_end(name: str, target: str, tunnel: str | None = None) -> Mirror:
    return mirrored(ROUTERS[name], target, tunnel)


def test_each_placeholder_is_marked_where_it_stands_and_told_once_at_the_end() -> None:
    text = far_end("NEC_V2_OVER_IPV6", "cisco-ios").text
    assert "! placeholder 1\nhostname far-end\n" in text
    assert "! placeholder 2\ninterface GigabitEthernet0/0\n" in text
    assert "! placeholder 3\ninterface GigabitEthernet0/1\n" in text
    assert "! placeholder 2\nipv6 route ::/0 2001:db8:b::1\n" in text
    _, _, told = text.partition("! Placeholders, to be filled in:\n")
    assert [line.split(".")[0] for line in told.splitlines()] == ["!   1", "!   2", "!   3"]


def test_marks_and_list_say_nothing_to_the_device() -> None:
    found = far_end("AWPLUS_V1", "nec-ix")
    assert found.wrong == ()
    assert all(
        line.lstrip().startswith("!") for line in found.text.splitlines() if "placeholder" in line.lower()
    )


@pytest.mark.parametrize(
    ("target", "line"), [("nec-ix", "ikev2 peer any"), ("awplus", "destination dynamic")]
)
def test_who_is_behind_a_nat_is_waited_for(target: str, line: str) -> None:
    found = far_end("NEC_V2_BEHIND_NAT", target)
    assert line in found.text
    assert "this end is behind a NAT (192.168.1.2 is private)" in " ".join(found.placeholders)


def test_who_has_no_fixed_address_gets_a_name() -> None:
    found = far_end("AWPLUS_V2_NAMELESS", "nec-ix")
    assert "ikev2 peer any authentication psk id fqdn obihiro\n" in found.text
    assert found.first is not None
    assert "+ tunnel local name obihiro" in " ".join(" ".join(line.split()) for line in found.first.lines)


def test_one_set_of_algorithms_is_written_where_the_first_takes_all() -> None:
    text = far_end("NEC_V2_BY_NAME", "awplus").text
    assert " transform 1 integrity sha512 encryption aes256 group 15\n" in text
    assert " transform 2 " not in text


def test_a_change_is_no_weaker_than_what_it_replaces() -> None:
    found = far_end("NEC_V1_OLD", "awplus")
    assert [c.now for c in found.changes] == [
        "ENCR_AES_CBC_128, SHA2_256, MODP-2048",
        "ESP with ENCR_AES_CBC_128, HMAC-SHA2-256-128",
        "MODP-2048",
    ]
    assert "3des" not in far_end("CISCO_V1_MAPS", "awplus", "OUT 10").text


def test_tunnels_that_are_not_mirrored_keep_what_they_have() -> None:
    found = far_end("NEC_V1_CENTRE", "awplus", "Tunnel1.0")
    assert found.first is not None
    assert "ike remote-id first fqdn branch-1\n" in found.first.text
    assert "ike remote-id second keyid branch-2\n" in found.first.text


def test_two_networks_with_one_destination_are_one_for_nec() -> None:
    found = translated(ROUTERS["CISCO_V1_ONE_DESTINATION"], "nec-ix")
    assert "ipsec local-id OUT 192.168.10.0/23\n" in found.text
    assert found.text.count("ip route 192.168.20.0/24 ") == 1
    assert "192.168.10.0/23 to 192.168.20.0/24" in found.proofs[0].reason


def test_two_that_are_not_one_network_are_an_error_not_a_guess() -> None:
    apart = "192.168.70.0 0.0.0.255 192.168.80.0", "192.168.77.0 0.0.0.255 192.168.80.0"
    text = CISCO_MAP.replace("192.168.70.0 0.0.0.255 192.168.81.0", apart[1])
    found = translated(text, "nec-ix")
    assert not found.holds
    assert "192.168.80.0/24 is behind several tunnels" in found.wrong[0].message


REDUNDANT = """\
ip route default 203.0.113.254
ip route 10.1.1.0/24 Tunnel0.0
ip route 10.1.1.0/24 Tunnel1.0 metric 100
ike proposal p encryption aes-256 hash sha2-256 group 2048-bit
ike policy one peer 198.51.100.1 key the-first-of-two-keys p
ike policy two peer 198.51.100.9 key the-second-of-two-keys p
ipsec autokey-proposal s esp-aes-256 esp-sha2-256
ipsec autokey-map one ipv4 peer 198.51.100.1 s
ipsec autokey-map two ipv4 peer 198.51.100.9 s
ipsec local-id one 10.10.0.0/16
ipsec remote-id one 10.1.1.0/24
watch-group way 10
  event 10 ip unreach-host 10.1.1.1 Tunnel0.0
  action 10 ip shutdown-route 10.1.1.0/24 Tunnel0.0
network-monitor way enable
interface GigaEthernet0.0
  ip address 203.0.113.1/24
  no shutdown
interface GigaEthernet1.0
  ip address 10.10.10.10/24
  no shutdown
interface Tunnel0.0
  tunnel mode ipsec
  ip unnumbered GigaEthernet1.0
  ipsec policy tunnel one
  no shutdown
interface Tunnel1.0
  tunnel mode ipsec
  ip unnumbered GigaEthernet1.0
  ipsec policy tunnel two
  no shutdown
"""


def test_a_reserve_of_a_route_that_a_map_makes_needless_would_take_all_and_is_told() -> None:
    found = translated(REDUNDANT, "cisco-ios")
    assert not found.holds
    (wrong,) = found.wrong
    assert (wrong.code, wrong.source and wrong.source.line) == ("reserve-first", 3)
    one_of_map = translated(REDUNDANT.replace("-id one", "-id two"), "cisco-ios")
    assert one_of_map.wrong == (), "the first has an interface, and the reserve waits behind it no more"


def test_who_asked_by_a_tunnel_that_becomes_an_entry_of_a_map_asks_from_the_lan() -> None:
    text = translated(REDUNDANT.replace("Tunnel1.0 metric 100", "203.0.113.9 metric 100"), "cisco-ios").text
    assert " icmp-echo 10.1.1.1 source-interface GigabitEthernet0/1\n" in text
    assert "source-interface Tunnel" not in text


def test_an_mss_that_the_other_device_does_not_take_is_the_nearest_that_it_does() -> None:
    text = REDUNDANT.replace("ipsec policy tunnel one", "ip tcp adjust-mss 40\n  ipsec policy tunnel one")
    found = translated(text, "awplus")
    assert found.wrong == ()
    assert " ip tcp adjust-mss 64\n" in found.text
    assert "it must be 64 to 65495" in found.comments()


def test_several_peers_of_unknown_address_are_several_entries_of_a_map() -> None:
    found = translated(ROUTERS["NEC_V2_CENTRE"], "cisco-ios")
    assert found.holds
    assert "crypto map VPN 65000 ipsec-isakmp dynamic VPN-DYNAMIC\n" in found.text
    assert "crypto map VPN 65001 ipsec-isakmp dynamic VPN-DYNAMIC-65001\n" in found.text


def test_a_port_that_no_block_describes_has_its_name_all_the_same() -> None:
    bare = ROUTERS["NEC_V2_KEY_IDS"]
    start, end = bare.index("interface GigaEthernet1.0"), bare.index("interface Tunnel0.0")
    found = translated(bare[:start] + bare[end:], "cisco-ios")
    assert found.holds
    assert "ip unnumbered GigabitEthernet0/1\n" in found.text


def test_of_two_keys_the_one_that_proves_one_peer_alone_is_kept() -> None:
    text = translated(ROUTERS["NEC_V2_CENTRE"], "awplus").text
    assert "crypto isakmp key of-the-first policy tunnel1\n" in text
    assert "crypto isakmp key of-the-second policy tunnel2\n" in text
    assert "for-all" not in text
