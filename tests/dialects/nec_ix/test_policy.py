"""The policy settings: their values, their defaults, and the three places where they may stand."""

from ipaddress import ip_address

import pytest

from kakehashi.model.algorithms import Cipher
from kakehashi.model.finding import Severity
from kakehashi.model.policy import Rekey, ResponderSelectors
from kakehashi.model.selector import ANY_IPV4, ANY_IPV6, EVERYTHING, TrafficSelector
from kakehashi.model.tunnel import ConnectType, NextHopChoice, OutgoingInterface
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId, KeyExchangeId, PrfId
from tests.dialects.nec_ix.reading import codes, found, line, lower, the_tunnel, whole

CBC_256 = Cipher(EncryptionId.ENCR_AES_CBC, 256)
CBC_128 = Cipher(EncryptionId.ENCR_AES_CBC, 128)
GCM_256 = Cipher(EncryptionId.ENCR_AES_GCM_16, 256)


def test_without_a_word_everything_is_offered_strongest_first() -> None:
    tunnel = the_tunnel(whole())
    ike, ipsec = tunnel.ike, tunnel.ipsec
    assert ike.algorithms.ciphers == (
        GCM_256,
        CBC_256,
        Cipher(EncryptionId.ENCR_AES_CBC, 192),
        Cipher(EncryptionId.ENCR_AES_GCM_16, 128),
        CBC_128,
        Cipher(EncryptionId.ENCR_3DES),
    )
    assert ipsec.algorithms.ciphers == ike.algorithms.ciphers
    assert [i.name for i in ike.algorithms.integrities] == [
        "AUTH_HMAC_SHA2_512_256",
        "AUTH_HMAC_SHA2_384_192",
        "AUTH_HMAC_SHA2_256_128",
        "AUTH_HMAC_SHA1_96",
    ]
    assert [p.name for p in ike.algorithms.prfs] == [
        "PRF_HMAC_SHA2_512",
        "PRF_HMAC_SHA2_384",
        "PRF_HMAC_SHA2_256",
        "PRF_HMAC_SHA1",
    ]
    groups = ["MODP_3072", "MODP_2048", "MODP_1536", "MODP_1024", "MODP_768"]
    assert [g.name for g in ike.algorithms.key_exchanges] == groups
    assert [g.name for g in ipsec.algorithms.key_exchanges] == [*groups, "NONE"]


def test_without_a_word_the_timers_and_habits_are_the_manuals() -> None:
    tunnel = the_tunnel(whole())
    ike, ipsec = tunnel.ike, tunnel.ipsec
    assert ike.rekey == Rekey(lifetime=86400, before_end=30)
    assert ipsec.rekey == Rekey(lifetime=28800, before_end=60)
    assert ike.retransmit == (2, 4, 8, 16)
    assert ike.dpd_interval is None
    assert (ike.nat_traversal, ike.nat_keepalive) == (True, 20)
    assert (ike.send_initial_contact, ike.send_delete, ike.start_rekey) == (True, True, True)
    assert ipsec.responder_selectors is ResponderSelectors.AS_PROPOSED
    assert (ipsec.local_selectors, ipsec.remote_selectors) == (EVERYTHING, EVERYTHING)
    assert ipsec.replay_window == 64
    assert (ipsec.mtu_ignore, ipsec.pre_fragment) == (False, False)
    assert ipsec.algorithms.esn is False
    assert tunnel.connect is ConnectType.ON_DEMAND
    assert (tunnel.outgoing, tunnel.source_address) == (None, None)


def test_a_complete_configuration_has_nothing_to_be_said_about() -> None:
    assert codes(whole()) == []


def test_several_algorithms_on_one_line_are_tried_strongest_first_however_written() -> None:
    tunnel = the_tunnel(
        whole(
            default="""
              sa-proposal enc aes-cbc-128 AES-CBC-256 aes-gcm-256-16
              sa-proposal integrity sha1 sha2-256
              sa-proposal prf sha1 sha2-384
              sa-proposal dh 1024-bit 2048-bit
              child-proposal enc 3des aes-cbc-256
              child-proposal integrity sha1 sha2-512
              child-pfs 1536-bit"""
        )
    )
    ike, child = tunnel.ike.algorithms, tunnel.ipsec.algorithms
    assert ike.ciphers == (GCM_256, CBC_256, CBC_128)
    assert ike.integrities == (IntegrityId.AUTH_HMAC_SHA2_256_128, IntegrityId.AUTH_HMAC_SHA1_96)
    assert ike.prfs == (PrfId.PRF_HMAC_SHA2_384, PrfId.PRF_HMAC_SHA1)
    assert ike.key_exchanges == (KeyExchangeId.MODP_2048, KeyExchangeId.MODP_1024)
    assert child.ciphers == (CBC_256, Cipher(EncryptionId.ENCR_3DES))
    assert child.integrities == (IntegrityId.AUTH_HMAC_SHA2_512_256, IntegrityId.AUTH_HMAC_SHA1_96)
    assert child.key_exchanges == (KeyExchangeId.MODP_1536,)


def test_child_pfs_off_goes_without_a_key_exchange() -> None:
    assert the_tunnel(whole(default="child-pfs off")).ipsec.algorithms.key_exchanges == ()


@pytest.mark.parametrize(
    ("tunnel", "profile", "default", "interval"),
    [
        ("ikev2 dpd interval 1", "dpd interval 2", "dpd interval 3", 1),
        ("", "dpd interval 2", "dpd interval 3", 2),
        ("", "", "dpd interval 3", 3),
        ("", "", "", None),
    ],
)
def test_the_interface_comes_before_the_profile_before_the_default_profile(
    tunnel: str, profile: str, default: str, interval: int | None
) -> None:
    assert the_tunnel(whole(tunnel=tunnel, profile=profile, default=default)).ike.dpd_interval == interval


def test_each_setting_is_looked_up_by_itself() -> None:
    tunnel = the_tunnel(
        whole(
            tunnel="ikev2 sa-lifetime 3600",
            profile="child-lifetime 1800",
            default="sa-lifetime 7200\nsa-proposal enc aes-cbc-256",
        )
    )
    assert tunnel.ike.rekey.lifetime == 3600
    assert tunnel.ipsec.rekey.lifetime == 1800
    assert tunnel.ike.algorithms.ciphers == (CBC_256,)


def test_no_takes_a_setting_back_so_that_the_next_place_holds() -> None:
    lowered = whole(tunnel="ikev2 dpd interval 5\nno ikev2 dpd interval", default="dpd interval 30")
    assert the_tunnel(lowered).ike.dpd_interval == 30


def test_no_without_such_a_setting_is_told() -> None:
    lowered = whole(tunnel="no ikev2 dpd interval", default="dpd interval 30")
    assert found(lowered, "nothing-removed").severity is Severity.INFO
    assert the_tunnel(lowered).ike.dpd_interval == 30


def test_a_setting_made_twice_holds_as_last_made_and_the_first_line_is_told() -> None:
    lowered = whole(tunnel="ikev2 dpd interval 5\nikev2 dpd interval 9")
    assert the_tunnel(lowered).ike.dpd_interval == 9
    assert "line 18" in found(lowered, "replaced").message


@pytest.mark.parametrize(
    ("tunnel", "default", "window"),
    [
        ("no ikev2 anti-replay", "", 0),
        ("", "no anti-replay", 0),
        ("ikev2 anti-replay", "no anti-replay", 64),
    ],
)
def test_anti_replay_is_switched_off_by_no_in_any_place(tunnel: str, default: str, window: int) -> None:
    assert the_tunnel(whole(tunnel=tunnel, default=default)).ipsec.replay_window == window


def test_connect_type_auto_keeps_the_tunnel_up() -> None:
    assert the_tunnel(whole(tunnel="ikev2 connect-type auto")).connect is ConnectType.ALWAYS
    assert the_tunnel(whole(default="connect-type auto")).connect is ConnectType.ALWAYS


@pytest.mark.parametrize(
    ("words", "next_hop"),
    [("", None), (" auto", NextHopChoice.AUTO), (" 192.0.2.1", ip_address("192.0.2.1"))],
)
def test_outgoing_interface_with_and_without_next_hop(words: str, next_hop: object) -> None:
    lowered = whole(tunnel=f"ikev2 outgoing-interface GigaEthernet0.0{words}")
    outgoing = the_tunnel(lowered).outgoing
    assert isinstance(outgoing, OutgoingInterface)
    assert (outgoing.interface, outgoing.next_hop) == ("GigaEthernet0.0", next_hop)
    assert outgoing.source is not None
    assert outgoing.source.line == 17


def test_an_outgoing_interface_that_does_not_exist_is_told() -> None:
    lowered = whole(tunnel="ikev2 outgoing-interface GigaEthernet9.0 auto")
    assert line(found(lowered, "undefined-interface")) == 17


def test_source_address_by_address_and_by_interface() -> None:
    by_address = whole(tunnel="ikev2 source-address 192.0.2.2")
    assert the_tunnel(by_address).source_address == ip_address("192.0.2.2")
    by_interface = whole(default="source-address gigaethernet0.0")
    assert the_tunnel(by_interface).source_address == "GigaEthernet0.0"


def test_fragmentation_settings() -> None:
    ipsec = the_tunnel(whole(tunnel="ikev2 ipsec mtu ignore\nikev2 ipsec pre-fragment")).ipsec
    assert (ipsec.mtu_ignore, ipsec.pre_fragment) == (True, True)


@pytest.mark.parametrize(
    ("words", "traversal", "keepalive"),
    [
        ("ikev2 nat-traversal", True, 20),
        ("ikev2 nat-traversal keepalive 45", True, 45),
        ("no ikev2 nat-traversal", False, None),
    ],
)
def test_nat_traversal(words: str, traversal: bool, keepalive: int | None) -> None:
    ike = the_tunnel(whole(tunnel=words)).ike
    assert (ike.nat_traversal, ike.nat_keepalive) == (traversal, keepalive)


def test_suppressing_delete_and_rekey_goes_together() -> None:
    lowered = whole(tunnel="ikev2 suppress send-delete\nikev2 suppress send-rekey")
    ike = the_tunnel(lowered).ike
    assert (ike.send_delete, ike.start_rekey) == (False, False)
    assert codes(lowered) == []


def test_suppressing_delete_alone_is_warned_of() -> None:
    lowered = whole(default="suppress send-delete")
    finding = found(lowered, "suppress-delete-only")
    assert finding.severity is Severity.WARNING
    assert line(finding) == 7
    assert "send-rekey" in finding.remedy
    assert the_tunnel(lowered).ike.start_rekey is True


def test_a_tunnel_that_only_the_peer_begins() -> None:
    lowered = whole(profile="negotiation-direction responder\nconnect-type auto")
    assert the_tunnel(lowered).connect is ConnectType.NEVER
    assert codes(lowered) == []


def test_a_tunnel_that_the_peer_does_not_begin() -> None:
    lowered = whole(profile="negotiation-direction initiator\nconnect-type auto")
    made = the_tunnel(lowered)
    assert (made.connect, made.answers) == (ConnectType.ALWAYS, False)
    assert codes(lowered) == []
    assert the_tunnel(whole(profile="negotiation-direction both")).answers


@pytest.mark.parametrize("line_of", ["ipsec-mode transport"])
def test_what_is_not_there_yet_in_a_policy_is_told(line_of: str) -> None:
    assert line(found(whole(profile=line_of), "not-yet")) == 4


def test_what_is_the_default_anyway_is_taken_without_a_word() -> None:
    assert codes(whole(profile="negotiation-direction both\nipsec-mode tunnel\nconnect-type trigger")) == []


def test_traffic_selectors_of_one_ip_version_close_the_other_side_to_it() -> None:
    ipsec = the_tunnel(whole(tunnel="ikev2 local-ts ipv4 192.168.10.0/24")).ipsec
    assert ipsec.local_selectors == (TrafficSelector.of("192.168.10.0/24"),)
    assert ipsec.remote_selectors == (ANY_IPV4,)


def test_a_traffic_selector_without_prefix_length_is_one_host() -> None:
    ipsec = the_tunnel(whole(tunnel="ikev2 remote-ts 2001:db8::7")).ipsec
    assert ipsec.remote_selectors == (TrafficSelector.of("2001:db8::7/128"),)
    assert ipsec.local_selectors == (ANY_IPV6,)


def test_traffic_selectors_with_protocol_and_ports() -> None:
    lowered = whole(
        tunnel="""
          ikev2 local-ts 192.168.10.0/24 protocol tcp port 443
          ikev2 local-ts ipv6 2001:db8:10::/64 protocol 17 port 1000 2000
          ikev2 remote-ts any"""
    )
    assert codes(lowered) == []
    ipsec = the_tunnel(lowered).ipsec
    v6 = TrafficSelector.of("2001:db8:10::/64", 17)
    assert ipsec.local_selectors == (
        TrafficSelector.of("192.168.10.0/24", 6, 443),
        TrafficSelector(v6.start, v6.end, 17, 1000, 2000),
    )
    assert ipsec.remote_selectors == (ANY_IPV4, ANY_IPV6)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("ikev2 local-ts 192.168.10.0/24 port 80", "selector-port"),
        ("ikev2 local-ts 192.168.10.0/24 protocol udp port 90 80", "selector-port"),
        ("ikev2 local-ts 192.168.10.0/24\nikev2 remote-ts 2001:db8::/64", "selector-versions"),
        ("ikev2 local-ts 192.168.10.1/24", "invalid-value"),
    ],
)
def test_traffic_selectors_that_fit_nothing_are_errors(words: str, code: str) -> None:
    assert found(whole(tunnel=words), code).severity is Severity.ERROR


def test_towards_an_unknown_address_no_rekey_is_started() -> None:
    lowered = lower(
        """\
        ikev2 authentication psk id keyid here key char a
        ikev2 authentication psk id keyid there key char b
        ikev2 default-profile
          local-authentication psk id keyid here
          sa-proposal enc aes-cbc-256
        interface Tunnel0.0
          tunnel mode ipsec-ikev2
          ikev2 peer any authentication psk id keyid there
          no shutdown
        ip route 10.0.0.0/8 Tunnel0.0
        """
    )
    assert the_tunnel(lowered).ike.start_rekey is False
    assert lowered.gateway.unknown_peer_policy.algorithms.ciphers == (CBC_256,)
    assert lowered.gateway.unknown_peer_policy.start_rekey is False
    assert codes(lowered) == []


def test_a_proposal_that_an_unknown_peer_never_meets_is_warned_of() -> None:
    lowered = lower(
        """\
        ikev2 authentication psk id keyid here key char a
        ikev2 authentication psk id keyid there key char b
        ikev2 default-profile
          local-authentication psk id keyid here
        interface Tunnel0.0
          tunnel mode ipsec-ikev2
          ikev2 sa-proposal dh 2048-bit
          ikev2 peer any authentication psk id keyid there
          no shutdown
        ip route 10.0.0.0/8 Tunnel0.0
        """
    )
    finding = found(lowered, "unknown-peer-policy")
    assert (finding.severity, line(finding)) == (Severity.WARNING, 7)
    assert len(lowered.gateway.unknown_peer_policy.algorithms.key_exchanges) == 5
