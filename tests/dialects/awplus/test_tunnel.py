"""Tunnel interfaces become tunnels of IKEv2."""

from ipaddress import ip_address

import pytest

from kakehashi.dialects.awplus import AwPlus
from kakehashi.model.address import ANY, Hostname
from kakehashi.model.finding import Severity
from kakehashi.model.identity import Identity
from kakehashi.model.policy import DfBit
from kakehashi.model.secret import Secret
from kakehashi.model.selector import EVERYTHING, TrafficSelector
from kakehashi.model.tunnel import ConnectType
from kakehashi.wire.registry.ikev2 import IdType
from tests.dialects.awplus.reading import codes, found, line, lower, the_tunnel, version_1, whole

PEER = "198.51.100.2"


def test_a_key_and_a_tunnel_are_enough() -> None:
    lowered = whole()
    assert codes(lowered) == []
    tunnel = the_tunnel(lowered)
    assert (tunnel.interface, tunnel.enabled) == ("tunnel0", True)
    assert tunnel.peer_address == ip_address(PEER)
    assert tunnel.source_address == ip_address("192.0.2.2")
    assert tunnel.local.identity == Identity.of(IdType.ID_IPV4_ADDR, "192.0.2.2")
    assert tunnel.peer.identity == Identity.of(IdType.ID_IPV4_ADDR, PEER)
    assert tunnel.local.secret == tunnel.peer.secret == Secret(b"between-us")
    assert tunnel.ipsec.local_selectors == tunnel.ipsec.remote_selectors == EVERYTHING
    assert tunnel.connect is ConnectType.ALWAYS


def test_the_listing_over_ipv6_becomes_a_tunnel_over_ipv6() -> None:
    lowered = lower(
        """\
        crypto isakmp key S address 2001:db8:2::2
        interface tunnel0
         tunnel mode ipsec ipv6
         tunnel source 2001:db8:1::1
         tunnel destination 2001:db8:2::2
         tunnel protection ipsec
         ipv6 enable
        ipv6 route 2001:db8:10::/64 tunnel0
        """
    )
    assert codes(lowered) == []
    tunnel = the_tunnel(lowered)
    assert tunnel.local.identity == Identity.of(IdType.ID_IPV6_ADDR, "2001:db8:1::1")
    assert tunnel.peer.identity == Identity.of(IdType.ID_IPV6_ADDR, "2001:db8:2::2")


@pytest.mark.parametrize(
    ("text", "identity"),
    [
        ("here.example", Identity(IdType.ID_FQDN, b"here.example")),
        ("office", Identity(IdType.ID_FQDN, b"office")),
        ("admin@here.example", Identity(IdType.ID_RFC822_ADDR, b"admin@here.example")),
        ("192.0.2.77", Identity.of(IdType.ID_IPV4_ADDR, "192.0.2.77")),
    ],
)
def test_names_are_identities(text: str, identity: Identity) -> None:
    tunnel = the_tunnel(whole(tunnel=f" tunnel local name {text}\n tunnel remote name {text}"))
    assert tunnel.local.identity == tunnel.peer.identity == identity


def test_an_id_is_taken_where_there_is_no_name() -> None:
    tunnel = the_tunnel(
        whole(tunnel=" tunnel local id office\n tunnel remote name there\n tunnel remote id x")
    )
    assert tunnel.local.identity == Identity(IdType.ID_FQDN, b"office")
    assert tunnel.peer.identity == Identity(IdType.ID_FQDN, b"there")


def test_the_address_of_an_interface_is_our_end_and_our_identity() -> None:
    tunnel = the_tunnel(whole(tunnel=" tunnel source eth1"))
    assert tunnel.source_address == "eth1"
    assert tunnel.local.identity == Identity.of(IdType.ID_IPV4_ADDR, "192.0.2.2")
    assert not tunnel.local.by_address


def test_an_address_that_only_the_host_knows_is_our_identity_then() -> None:
    lowered = whole("interface eth2\n ip address dhcp\n", tunnel=" tunnel source eth2")
    tunnel = the_tunnel(lowered)
    assert tunnel.local.by_address
    assert tunnel.enabled
    assert "tunnel local name" in found(lowered, "no-local-identity").remedy


def test_a_peer_by_name_is_known_by_it() -> None:
    lowered = whole(
        "crypto isakmp key of-the-other hostname THERE.example", tunnel=" tunnel destination there.Example"
    )
    tunnel = the_tunnel(lowered)
    assert tunnel.peer_address == Hostname("there.example", 4)
    assert tunnel.peer.identity == Identity(IdType.ID_FQDN, b"there.example")
    assert tunnel.peer.secret == Secret(b"of-the-other")
    assert line(found(lowered, "peer-by-name")) == 9


DYNAMIC = " tunnel destination dynamic\n tunnel remote name branch"


def test_a_peer_of_unknown_address_is_known_by_its_name_and_begins() -> None:
    lowered = whole("crypto isakmp key of-the-branch hostname branch", tunnel=DYNAMIC)
    tunnel = the_tunnel(lowered)
    assert tunnel.peer_address is ANY
    assert tunnel.peer.identity == Identity(IdType.ID_FQDN, b"branch")
    assert tunnel.peer.secret == Secret(b"of-the-branch")
    assert tunnel.connect is ConnectType.ON_DEMAND
    assert codes(lowered) == ["unused-key"]


def test_a_peer_of_unknown_address_without_a_name_is_an_error() -> None:
    lowered = whole(tunnel=" tunnel destination dynamic")
    assert found(lowered, "no-identity").remedy == "add `tunnel remote name NAME`"
    assert line(found(lowered, "no-identity")) == 9


def test_the_profile_for_peers_of_unknown_address_answers_their_first_message() -> None:
    lines = (
        "crypto isakmp profile own\n transform 1 integrity sha512 encryption aes256 group 18\n"
        "crypto isakmp peer dynamic profile own\ncrypto isakmp key k hostname branch"
    )
    lowered = whole(lines, tunnel=DYNAMIC)
    assert lowered.gateway.unknown_peer_policy.name == "own"
    assert the_tunnel(lowered).ike == lowered.gateway.unknown_peer_policy
    assert whole().gateway.unknown_peer_policy.name == "default"


@pytest.mark.parametrize(
    "whom",
    ["address 198.51.100.2", "hostname there.example", "policy tunnel0"],
)
def test_a_profile_is_given_by_address_by_name_or_for_a_tunnel(whom: str) -> None:
    lines = (
        "crypto isakmp profile own\n transform 1 integrity sha512 encryption aes256 group 18\n"
        f"crypto isakmp peer {whom} profile own"
    )
    lowered = whole(lines, tunnel=" tunnel remote name there.example")
    assert the_tunnel(lowered).ike.name == "own"
    assert codes(lowered) == []


def test_the_profile_for_the_tunnel_wins_over_that_for_the_address() -> None:
    lines = "".join(
        f"crypto isakmp profile {name}\n transform 1 integrity sha1 encryption aes128 group 2\n"
        for name in ("of-tunnel", "of-address")
    )
    lines += (
        f"crypto isakmp peer address {PEER} profile of-address\n"
        "crypto isakmp peer policy tunnel0 profile of-tunnel"
    )
    lowered = whole(lines)
    assert the_tunnel(lowered).ike.name == "of-tunnel"
    assert line(found(lowered, "unused-peer")) == 7


@pytest.mark.parametrize(
    ("missing", "remedy"),
    [
        (" tunnel mode ipsec ipv4", "add `tunnel mode ipsec ipv4`"),
        (" tunnel source 192.0.2.2", "add `tunnel source ADDRESS`"),
        (" tunnel destination 198.51.100.2", "add `tunnel destination ADDRESS`"),
        (" tunnel protection ipsec", "add `tunnel protection ipsec`"),
    ],
)
def test_a_tunnel_that_lacks_something_stays_down(missing: str, remedy: str) -> None:
    text = (
        "crypto isakmp key between-us address 198.51.100.2\n"
        "interface tunnel0\n tunnel mode ipsec ipv4\n tunnel source 192.0.2.2\n"
        " tunnel destination 198.51.100.2\n tunnel protection ipsec\n ip address 172.16.0.1/30\n"
    )
    lowered = lower(text.replace(missing + "\n", ""))
    assert lowered.gateway.tunnels == ()
    told = found(lowered, "tunnel-incomplete")
    assert (line(told), told.severity, told.remedy) == (2, Severity.WARNING, remedy)


def test_shutdown_and_no_tunnel_protection_take_a_tunnel_down() -> None:
    assert not the_tunnel(whole(tunnel=" shutdown")).enabled
    assert whole(tunnel=" no tunnel protection ipsec").gateway.tunnels == ()


@pytest.mark.parametrize(
    ("text", "where"), [(" tunnel source 2001:db8::1", 8), (" tunnel destination 2001:db8::1", 9)]
)
def test_an_end_of_the_other_ip_version_is_an_error(text: str, where: int) -> None:
    lowered = whole(tunnel=text)
    assert line(found(lowered, "tunnel-version")) == where
    assert not the_tunnel(lowered).enabled


def test_a_line_that_is_set_again_is_told() -> None:
    lowered = whole(tunnel=" tunnel local name one\n tunnel local name two")
    assert line(found(lowered, "replaced")) == 12
    assert the_tunnel(lowered).local.identity == Identity(IdType.ID_FQDN, b"two")


def test_a_source_without_an_interface_is_an_error() -> None:
    assert found(whole(tunnel=" tunnel source eth2"), "undefined-interface").remedy == "did you mean `eth1`?"


def test_selectors_are_offered_in_one_sa() -> None:
    lowered = whole(
        tunnel=" tunnel local selector 1 10.1.0.0/16\n tunnel remote selector 1 10.2.0.0/16\n"
        " tunnel local selector 2 10.1.0.0/16\n tunnel remote selector 2 10.3.0.0/16"
    )
    ipsec = the_tunnel(lowered).ipsec
    assert ipsec.local_selectors == (TrafficSelector.of("10.1.0.0/16"),)
    assert ipsec.remote_selectors == (TrafficSelector.of("10.2.0.0/16"), TrafficSelector.of("10.3.0.0/16"))
    assert codes(lowered) == []


def test_selectors_that_one_sa_cannot_tell_apart_are_told() -> None:
    lowered = whole(
        tunnel=" tunnel local selector 1 10.1.0.0/16\n tunnel remote selector 1 10.2.0.0/16\n"
        " tunnel local selector 2 10.4.0.0/16\n tunnel remote selector 2 10.3.0.0/16"
    )
    assert line(found(lowered, "one-child-sa")) == 12


def test_a_selector_of_one_side_leaves_the_other_open() -> None:
    ipsec = the_tunnel(whole(tunnel=" tunnel remote selector 2001:db8::/64")).ipsec
    assert ipsec.local_selectors == EVERYTHING[1:]
    assert ipsec.remote_selectors == (TrafficSelector.of("2001:db8::/64"),)


def test_selectors_of_two_ip_versions_fit_no_packet() -> None:
    lowered = whole(tunnel=" tunnel local selector 10.0.0.0/8\n tunnel remote selector 2001:db8::/64")
    assert line(found(lowered, "selector-versions")) == 13


def test_two_tunnels_to_one_peer_without_names_cannot_be_told_apart() -> None:
    second = (
        "interface tunnel1\n tunnel mode ipsec ipv4\n tunnel source eth1\n tunnel destination 198.51.100.2\n"
        " tunnel protection ipsec\nip route 11.0.0.0/8 tunnel1\n"
    )
    assert "tunnel1" in found(whole(second), "same-peer").message
    named = second.replace(" tunnel protection", " tunnel local name second\n tunnel protection")
    assert codes(whole(named)) == []


def test_nothing_leads_into_a_tunnel() -> None:
    text = (
        "crypto isakmp key k address 198.51.100.2\ninterface tunnel7\n tunnel mode ipsec ipv4\n"
        " tunnel source 192.0.2.2\n tunnel destination 198.51.100.2\n tunnel protection ipsec\n"
        " ip address 172.16.0.1/30\n"
    )
    assert found(lower(text), "no-route").remedy == "add `ip route PREFIX tunnel7`"
    assert codes(lower(text + "ip route 10.0.0.0/8 172.16.0.2\n")) == []
    assert codes(lower(text + "router ospf\n network 10.0.0.0/8 area 0\n")) == ["not-ours"]


CERTIFICATES = """\
crypto pki trustpoint T
 enrollment terminal
 subject-name /C=JP/CN=here.example
 subject-alt-name here.example
crypto isakmp profile c
 local authentication certificate
 remote authentication certificate
 pki trustpoint T
 transform 1 integrity sha256 encryption aes256 group 14
crypto isakmp peer address 198.51.100.2 profile c
"""
NAMES = " tunnel local name {}\n tunnel remote name there.example"


def test_certificates_of_the_trustpoint_prove_both_sides() -> None:
    lowered = whole(CERTIFICATES, tunnel=NAMES.format("here.example"))
    assert codes(lowered) == ["unused-key"]
    tunnel = the_tunnel(lowered)
    assert tunnel.enabled
    assert tunnel.local.certificates.names == tunnel.peer.certificates.names == ("T",)
    assert tunnel.peer.certificates.common_name  # CN and name are one (AW-10)
    (trustpoint,) = lowered.gateway.trustpoints
    assert (trustpoint.subject, trustpoint.alternatives) == ("/C=JP/CN=here.example", ("here.example",))
    assert trustpoint.key_name == "server-default"


def test_names_in_a_certificate_must_be_the_tunnels() -> None:
    lowered = whole(CERTIFICATES, tunnel=NAMES.format("elsewhere.example"))
    wrong = [line(f) for f in lowered.findings if f.code == "certificate-name"]
    assert wrong == [5, 6]  # subject-name and subject-alt-name
    by_address = whole(CERTIFICATES, tunnel=NAMES.format("192.0.2.2"))
    assert any("an address as the name" in f.message for f in by_address.findings)
    nameless = whole(CERTIFICATES)
    assert [f.remedy for f in nameless.findings if f.code == "certificate-name"] == [
        "add `tunnel local name NAME`",
        "add `tunnel remote name NAME`",
    ]


def test_a_trustpoint_that_is_not_there_is_an_error() -> None:
    lines = CERTIFICATES.replace("pki trustpoint T\n transform", "pki trustpoint t2\n transform")
    lowered = whole(lines, tunnel=NAMES.format("here.example"))
    assert line(found(lowered, "undefined-trustpoint")) == 10


@pytest.mark.parametrize(
    ("words", "df_bit", "mtu_ignore"),
    [
        ("!", DfBit.COPY, False),
        (" tunnel df copy", DfBit.COPY, False),
        (" tunnel df set", DfBit.SET, False),
        (" tunnel df clear", DfBit.CLEAR, True),
        (" tunnel df clear\n no tunnel df", DfBit.COPY, False),
        (" tunnel df clear\n tunnel df set", DfBit.SET, False),
    ],
)
def test_the_df_bit_outside_is_as_the_tunnel_says(words: str, df_bit: DfBit, mtu_ignore: bool) -> None:
    for lowered in (whole(tunnel=words), version_1(tunnel=words)):
        (tunnel,) = lowered.gateway.tunnels
        assert (tunnel.ipsec.df_bit, tunnel.ipsec.mtu_ignore) == (df_bit, mtu_ignore)
        assert "not-yet" not in codes(lowered)
        rendered = AwPlus().render(lowered.gateway)
        assert not rendered.losses
        (again,) = AwPlus().lower(rendered.text, "again.cfg").gateway.tunnels
        assert again.ipsec == tunnel.ipsec


def test_of_two_lines_about_the_df_bit_the_later_holds_and_the_other_is_told_of() -> None:
    assert line(found(whole(tunnel=" tunnel df clear\n tunnel df set"), "replaced")) == 12
