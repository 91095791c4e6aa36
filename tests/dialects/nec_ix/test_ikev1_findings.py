"""What is said of an IKEv1 configuration that is weak, that cannot work, or that leaves something unused."""

from textwrap import dedent

import pytest

from kakehashi.dialects.base import Lowered
from kakehashi.model.finding import Severity
from tests.dialects.nec_ix.reading import codes, found, ikev1, line, lower


def center(policies: str, *, wan: str = "ip address 192.0.2.2/24") -> Lowered:
    """A centre with these policies, and a tunnel for any peer of unknown address."""
    return lower(
        dedent(policies)
        + dedent(
            f"""\
            ike proposal p1 encryption aes-256 hash sha2-256 group 2048-bit
            ipsec dynamic-map m ipv4
            interface GigaEthernet0.0
              {wan}
              no shutdown
            interface Tunnel0.0
              tunnel mode ipsec
              ip unnumbered GigaEthernet0.0
              ipsec policy tunnel m
              no shutdown
            ip route 10.0.0.0/8 Tunnel0.0
            """
        )
    )


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("ike proposal iprop", "`iprop` relies on des, md5 and 768-bit"),
        ("ike proposal iprop encryption aes hash sha", "`iprop` relies on 768-bit"),
        ("ike proposal iprop encryption des hash sha group 1024-bit", "`iprop` relies on des"),
        ("ipsec autokey-proposal sprop esp-des esp-md5", "`sprop` relies on esp-des and esp-md5"),
    ],
)
def test_weak_algorithms_are_told_of(lines: str, message: str) -> None:
    finding = found(ikev1(lines), "weak-algorithms")
    assert (finding.severity, line(finding)) == (Severity.INFO, 5)
    assert message in finding.message


def test_a_proposal_of_several_policies_is_weak_once() -> None:
    lowered = ikev1("ike proposal iprop\nike policy other peer 203.0.113.1 key k iprop")
    assert codes(lowered).count("weak-algorithms") == 1


def test_aggressive_mode_lays_the_key_open_to_guessing() -> None:
    lowered = ikev1("ike policy ipol peer 198.51.100.2 key hidden-word mode aggressive iprop")
    finding = found(lowered, "aggressive-psk")
    assert (finding.severity, line(finding)) == (Severity.INFO, 5)
    assert "hidden-word" not in str(finding)
    assert "aggressive-psk" not in codes(ikev1())


def test_nat_traversal_in_main_mode_is_more_than_the_device_does() -> None:
    finding = found(ikev1("ike nat-traversal"), "nat-traversal-main-mode")
    assert (finding.severity, line(finding), finding.name) == (Severity.INFO, 2, "ipol")
    aggressive = "ike policy ipol peer 198.51.100.2 key k mode aggressive iprop\nike nat-traversal"
    assert "nat-traversal-main-mode" not in codes(ikev1(aggressive))


def test_several_keys_for_peers_of_unknown_address_cannot_work_in_main_mode() -> None:
    lowered = center("ike policy a peer any key k1 p1\nike policy b peer any key k2 mode aggressive p1\n")
    finding = found(lowered, "main-mode-keys")
    assert (finding.severity, line(finding), finding.name) == (Severity.WARNING, 1, "a")


@pytest.mark.parametrize(
    "policies",
    [
        "ike policy a peer any key k1 p1\n",
        "ike policy a peer any key k1 p1\nike policy b peer any key k1 p1\nike remote-id b keyid b\n",
        """\
        ike policy a peer any key k1 mode aggressive p1
        ike policy b peer any key k2 mode aggressive p1
        ike remote-id b keyid b
        """,
    ],
)
def test_one_key_or_aggressive_mode_can_work(policies: str) -> None:
    assert "main-mode-keys" not in codes(center(policies))
    assert "same-identity" not in codes(center(policies))


def test_peers_of_unknown_address_have_identities_of_their_own() -> None:
    lowered = center(
        """\
        ike policy a peer any key k1 mode aggressive p1
        ike policy b peer any key k2 mode aggressive p1
        ike remote-id a keyid site
        ike remote-id b keyid site
        """
    )
    finding = found(lowered, "same-identity")
    assert (finding.severity, line(finding)) == (Severity.WARNING, 2)
    assert "`a` and `b`" in finding.message


def test_two_sites_of_unknown_address_never_find_each_other() -> None:
    policy = "ike policy a peer any key k1 p1\n"
    finding = found(center(policy, wan="ip address dhcp receive-default"), "both-ends-unknown")
    assert (finding.severity, line(finding)) == (Severity.WARNING, 3)
    assert "both-ends-unknown" not in codes(center(policy))


def test_a_map_without_a_policy_for_its_peer_is_an_error() -> None:
    finding = found(ikev1("ipsec autokey-map smap ipv4 peer 198.51.100.3 sprop"), "no-ike-policy")
    assert (finding.severity, line(finding), finding.name) == (Severity.ERROR, 5, "198.51.100.3")
    assert finding.remedy == "did you mean 198.51.100.2?"
    assert line(found(center(""), "no-ike-policy")) == 2


@pytest.mark.parametrize("word", ["ike", "ike-binding"])
def test_a_dynamic_map_with_a_policy_that_is_not_there_is_an_error(word: str) -> None:
    finding = found(ikev1(f"ipsec dynamic-map d ipv4 {word} ipoll"), "undefined-ike-policy")
    assert (finding.severity, line(finding), finding.name) == (Severity.ERROR, 5, "ipoll")
    assert finding.remedy == "did you mean `ipol`?"


def test_a_map_with_a_proposal_that_is_not_there_is_an_error() -> None:
    lowered = ikev1("ipsec autokey-map smap ipv4 peer 198.51.100.2 sprob")
    finding = found(lowered, "undefined-ipsec-proposal")
    assert (finding.severity, line(finding), finding.name) == (Severity.ERROR, 5, "sprob")
    assert finding.remedy == "did you mean `sprop`?"


def test_a_tunnel_with_a_map_that_is_not_there_is_an_error() -> None:
    lowered = ikev1(tunnel="ipsec policy tunnel smop")
    assert lowered.gateway.tunnels == ()
    finding = found(lowered, "undefined-map")
    assert (finding.severity, line(finding), finding.name) == (Severity.ERROR, 14, "smop")
    assert finding.remedy == "did you mean `smap`?"


@pytest.mark.parametrize(
    "words",
    [
        "ipsec local-id smop 10.0.0.0/8",
        "ipsec remote-id smop 10.0.0.0/8",
        "ipsec commit-bit smop",
        "no ipsec anti-replay smop",
        "ipsec rekey remaining-lifetime policy smop second 30",
    ],
)
def test_a_line_about_a_map_that_is_not_there_is_warned_of(words: str) -> None:
    finding = found(ikev1(words), "undefined-map")
    assert (finding.severity, line(finding), finding.name) == (Severity.WARNING, 5, "smop")
    assert finding.remedy == "did you mean `smap`?"


def test_switching_the_replay_window_off_needs_a_map() -> None:
    assert line(found(ikev1("no ipsec anti-replay"), "incomplete")) == 5


def test_a_tunnel_without_map_and_a_map_without_tunnel_are_told() -> None:
    lowered = ikev1(tunnel="no ipsec policy")
    assert (line(found(lowered, "no-ipsec-policy")), line(found(lowered, "unused-map"))) == (10, 4)
    assert found(lowered, "no-ipsec-policy").severity is Severity.WARNING
    assert found(lowered, "unused-map").severity is Severity.INFO


def test_what_nothing_leads_to_is_told() -> None:
    lowered = ikev1(
        "ike proposal x\nike policy far peer 203.0.113.1 key k iprop\nipsec autokey-proposal y esp-aes esp-sha"
    )
    unused = [(f.code, line(f), f.name) for f in lowered.findings]
    assert unused == [
        ("unused-proposal", 5, "x"),
        ("unused-ike-policy", 6, "far"),
        ("unused-proposal", 7, "y"),
    ]


def test_one_map_for_two_tunnels_is_warned_of() -> None:
    lowered = ikev1(
        """\
interface Tunnel7.0
  tunnel mode ipsec
  ip unnumbered GigaEthernet0.0
  ipsec policy tunnel smap
  no shutdown
ip route 10.7.0.0/16 Tunnel7.0"""
    )
    assert line(found(lowered, "map-used-twice")) == 14


def test_a_margin_beyond_half_of_the_lifetime_acts_as_half() -> None:
    lowered = ikev1(
        "ipsec autokey-proposal sprop esp-aes esp-sha lifetime time 300\n"
        "ipsec rekey remaining-lifetime policy smap second 200"
    )
    finding = found(lowered, "rekey-margin")
    assert (finding.severity, line(finding)) == (Severity.INFO, 6)
    assert "150 s before the end" in finding.message
    assert "rekey-margin" not in codes(ikev1("ipsec rekey remaining-lifetime default second 14400"))


def test_transport_mode_with_an_unknown_address_is_warned_of() -> None:
    lowered = ikev1(
        "ike policy any peer any key k iprop\nipsec dynamic-map d ipv4 sprop",
        tunnel="ipsec policy transport d",
    )
    assert line(found(lowered, "transport-unknown-address")) == 15


@pytest.mark.parametrize("kind", ["dynamic-map smap ipv6", "autokey-map smap ipv6 peer 198.51.100.2"])
def test_a_map_for_the_other_ip_version_than_the_tunnel_is_warned_of(kind: str) -> None:
    lowered = ikev1(f"ike policy any peer any key k iprop\nipsec {kind} sprop")
    finding = found(lowered, "map-version")
    assert (finding.severity, line(finding)) == (Severity.WARNING, 6)
    assert "carries IPv4, and its map `smap` is for IPv6" in finding.message


def test_a_route_of_ipv6_into_a_tunnel_for_ipv4_is_warned_of() -> None:
    assert line(found(ikev1("ipv6 route 2001:db8::/32 Tunnel0.0"), "map-version")) == 4
