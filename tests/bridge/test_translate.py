"""A router in another maker's language: it meets the same far end, and no line is lost silently."""

import pytest

from kakehashi.bridge.account import Fate
from kakehashi.bridge.translate import Translation
from tests.bridge.sites import CISCO_MAP, NEC_IKEV1, NEC_IKEV2, read_text, translated


def fates(found: Translation, words: str) -> set[Fate]:
    return {x.fate for x in found.lines if x.words.startswith(words)}


def test_ikev2_of_nec_becomes_a_tunnel_interface_of_cisco() -> None:
    found = translated(NEC_IKEV2, "cisco-ios")
    assert found.holds
    assert " tunnel mode ipsec dual-overlay\n" in found.text
    assert " tunnel source GigabitEthernet0/0\n" in found.text
    assert " match identity remote fqdn osaka.example\n" in found.text
    assert "crypto map" not in found.text


def test_defaults_that_differ_are_written() -> None:
    text = translated(NEC_IKEV2, "cisco-ios").text
    assert " set security-association lifetime seconds 28800\n" in text
    assert " set security-association lifetime kilobytes disable\n" in text


def test_ikev2_of_nec_becomes_a_tunnel_of_alliedware_plus() -> None:
    found = translated(NEC_IKEV2, "awplus")
    assert found.holds
    assert "interface eth1\n ip address 192.0.2.2/24\n" in found.text
    assert " tunnel local name tokyo.example\n" in found.text


def test_a_key_id_is_impossible_for_alliedware_plus_so_the_far_end_must_change_as_well() -> None:
    found = translated(NEC_IKEV2.replace("id fqdn", "id keyid"), "awplus")
    assert not found.holds
    assert "the far end must be changed as this end is" in found.proofs[0].reason
    assert [c.was for c in found.changes] == [
        "our identity ID_KEY_ID tokyo.example",
        "the peer's identity ID_KEY_ID osaka.example",
    ]
    assert " tunnel local name tokyo.example\n tunnel remote name osaka.example\n" in found.text


def test_ikev1_with_networks_becomes_a_crypto_map() -> None:
    found = translated(NEC_IKEV1, "cisco-ios")
    assert found.holds
    assert (
        "interface GigabitEthernet0/0\n ip address 192.0.2.2 255.255.255.0\n crypto map VPN\n" in found.text
    )
    assert " permit ip 192.168.10.0 0.0.0.255 192.168.20.0 0.0.0.255\n" in found.text
    assert any("the route to 192.168.20.0/24 goes" in note for note in found.notes)


def test_ikev1_without_networks_becomes_a_tunnel_interface() -> None:
    plain = NEC_IKEV1.replace("ipsec local-id kyoto 192.168.10.0/24\n", "")
    found = translated(plain.replace("ipsec remote-id kyoto 192.168.20.0/24\n", ""), "cisco-ios")
    assert found.holds
    assert " tunnel mode ipsec ipv4\n" in found.text


def test_a_crypto_map_becomes_a_tunnel_of_nec_for_each_pair() -> None:
    found = translated(CISCO_MAP, "nec-ix")
    assert found.holds
    assert [p.tunnel for p in found.proofs] == ["Tunnel0.0", "Tunnel1.0"]
    assert "ip route 192.168.80.0/24 Tunnel0.0\n" in found.text
    assert "ipsec remote-id OUT-2 192.168.81.0/24\n" in found.text


@pytest.mark.parametrize("text", [NEC_IKEV2, NEC_IKEV1, CISCO_MAP])
@pytest.mark.parametrize("target", ["nec-ix", "cisco-ios", "awplus"])
def test_every_line_is_accounted_for(text: str, target: str) -> None:
    found = translated(text, target)
    saying = [
        n for n, x in enumerate(text.splitlines(), start=1) if x.strip() not in ("", "!", "end", "exit")
    ]
    assert [x.line for x in found.lines] == saying
    assert all(x.reason for x in found.lines if x.fate is not Fate.CARRIED)


def test_what_is_not_about_the_vpn_is_told_once_it_cannot_go_along() -> None:
    assert fates(translated(CISCO_MAP, "nec-ix"), "snmp-server") == {Fate.IMPOSSIBLE}


def test_in_the_same_language_every_line_goes_along() -> None:
    found = translated(NEC_IKEV2, "nec-ix")
    assert found.holds
    assert "snmp-agent ip enable\n" in found.text
    assert "interface GigaEthernet0.0\n  description WAN\n" in found.text
    assert {x.fate for x in found.lines} == {Fate.CARRIED}
    assert read_text(found.text).gateway == read_text(NEC_IKEV2).gateway


def test_a_line_that_says_the_default_is_told_as_that() -> None:
    found = translated(NEC_IKEV2 + "  ikev2 sa-lifetime 86400\n", "cisco-ios")
    assert fates(found, "ikev2 sa-lifetime") == {Fate.DEFAULT}


def test_a_tunnel_that_is_not_complete_is_not_switched_on() -> None:
    found = translated(NEC_IKEV2.replace("  tunnel mode ipsec-ikev2\n", ""), "awplus")
    assert "\n shutdown\n" in found.text
    assert found.proofs == ()


def test_no_key_stands_in_the_account() -> None:
    found = translated(NEC_IKEV2, "cisco-ios")
    assert "between-us" not in found.comments()
    assert "between-us" in found.text
