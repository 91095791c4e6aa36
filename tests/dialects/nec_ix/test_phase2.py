"""`ipsec ...` lines and tunnel interfaces: what phase 2 makes, and for which tunnel (V1-08 to V1-20)."""

from dataclasses import replace
from ipaddress import ip_address

import pytest

from kakehashi.dialects.base import Lowered
from kakehashi.model.address import ANY, Hostname
from kakehashi.model.algorithms import Cipher
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.finding import Severity
from kakehashi.model.ikev1 import CommitBit, DeleteNotify, Ikev1IpsecPolicy, Phase2Proposal
from kakehashi.model.policy import DfBit
from kakehashi.model.selector import ANY_IPV4, ANY_IPV6, TrafficSelector
from kakehashi.model.tunnel import ConnectType
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId, KeyExchangeId
from tests.dialects.nec_ix.reading import codes, found, ikev1, line, lower, the_ikev1

AES_256 = Cipher(EncryptionId.ENCR_AES_CBC, 256)
BUILT_IN = Phase2Proposal(
    cipher=AES_256, integrity=IntegrityId.AUTH_HMAC_SHA2_512_256, lifetime=28800, kilobytes=None
)


def ipsec(lines: str = "", options: str = "") -> Ikev1IpsecPolicy:
    return the_ikev1(ikev1(lines, options=options))[1].ipsec


def dynamic(words: str, policies: str = "ike policy branch peer any key k iprop") -> Lowered:
    """A centre whose tunnel uses a dynamic map."""
    return lower(
        f"""\
        ike proposal iprop encryption aes hash sha2-256 group 2048-bit
        {policies}
        ipsec autokey-proposal sprop esp-aes esp-sha2-256
        ipsec dynamic-map dmap ipv4 {words}
        interface GigaEthernet0.0
          ip address 192.0.2.2/24
          no shutdown
        interface Tunnel0.0
          tunnel mode ipsec
          ip unnumbered GigaEthernet0.0
          ipsec policy tunnel dmap
          no shutdown
        ip route 10.0.0.0/8 Tunnel0.0
        """
    )


def test_a_map_makes_a_tunnel_to_the_policy_with_the_same_peer() -> None:
    lowered = ikev1()
    assert codes(lowered) == []
    only, tunnel = the_ikev1(lowered)
    assert tunnel.interface == "Tunnel0.0"
    assert tunnel.enabled is True
    assert tunnel.name == "smap"
    assert tunnel.peer_address == only.address == ip_address("198.51.100.2")
    assert tunnel.peers == ("ipol",)
    assert (tunnel.answers_only_peers, tunnel.starts_phase2) == (True, True)
    assert tunnel.connect is ConnectType.ON_DEMAND
    assert (tunnel.outgoing, tunnel.source_address) == (None, None)
    assert tunnel.source is not None
    assert tunnel.source.line == 9


def test_without_a_word_phase_2_has_the_devices_habits() -> None:
    assert ipsec() == Ikev1IpsecPolicy(
        proposals=(
            Phase2Proposal(cipher=AES_256, integrity=IntegrityId.AUTH_HMAC_SHA2_256_128, lifetime=28800),
        ),
        pfs=KeyExchangeId.NONE,
        mode=EncapsulationMode.TUNNEL,
        local_selectors=(ANY_IPV4,),
        remote_selectors=(ANY_IPV4,),
        sends_identities=True,
        filters=False,
        replay_window=64,
        mtu_ignore=False,
        pre_fragment=False,
        commit_bit=CommitBit.OFF,
        autorefresh=True,
        rekey_before_end=60,
        rekey_unused=False,
    )


@pytest.mark.parametrize(
    "words",
    [
        "ipsec autokey-map smap ipv4 peer 198.51.100.2",
        "ipsec autokey-map smap ipv4 peer 198.51.100.2 default",
        "ipsec autokey-map smap ipv4 peer 198.51.100.2 pfs off",
    ],
)
def test_a_map_without_a_proposal_has_the_one_of_the_manual(words: str) -> None:
    policy = ipsec(words)
    assert policy.proposals == (BUILT_IN,)
    assert policy.pfs == KeyExchangeId.NONE


def test_a_dynamic_map_without_a_proposal_has_it_as_well() -> None:
    assert the_ikev1(dynamic("ike branch"))[1].ipsec.proposals == (BUILT_IN,)


@pytest.mark.parametrize(
    ("words", "cipher"),
    [
        ("esp-des", Cipher(EncryptionId.ENCR_DES)),
        ("esp-3des", Cipher(EncryptionId.ENCR_3DES)),
        ("esp-aes", Cipher(EncryptionId.ENCR_AES_CBC, 128)),
        ("esp-aes-192", Cipher(EncryptionId.ENCR_AES_CBC, 192)),
        ("esp-aes-256", AES_256),
    ],
)
def test_every_cipher_of_phase_2(words: str, cipher: Cipher) -> None:
    assert ipsec(f"ipsec autokey-proposal sprop {words} esp-sha").proposals[0].cipher == cipher


@pytest.mark.parametrize(
    ("word", "integrity"),
    [
        ("esp-md5", IntegrityId.AUTH_HMAC_MD5_96),
        ("esp-sha", IntegrityId.AUTH_HMAC_SHA1_96),
        ("esp-sha2-256", IntegrityId.AUTH_HMAC_SHA2_256_128),
        ("esp-sha2-384", IntegrityId.AUTH_HMAC_SHA2_384_192),
        ("esp-sha2-512", IntegrityId.AUTH_HMAC_SHA2_512_256),
    ],
)
def test_every_hash_of_phase_2(word: str, integrity: IntegrityId) -> None:
    assert ipsec(f"ipsec autokey-proposal sprop esp-aes {word}").proposals[0].integrity == integrity


@pytest.mark.parametrize(
    ("words", "lifetime", "kilobytes"),
    [
        ("", 28800, None),
        (" lifetime time 3600", 3600, None),
        (" lifetime kilobytes 4000", 28800, 4000),
        (" lifetime time 3600 lifetime kilobytes 4000", 3600, 4000),
        (" lifetime kilobytes 4000 time 3600", 3600, 4000),
    ],
)
def test_lifetimes_in_seconds_and_kilobytes(words: str, lifetime: int, kilobytes: int | None) -> None:
    (only,) = ipsec(f"ipsec autokey-proposal sprop esp-aes esp-sha{words}").proposals
    assert (only.lifetime, only.kilobytes, only.name) == (lifetime, kilobytes, "sprop")


@pytest.mark.parametrize("bits", [768, 1024, 1536, 2048, 3072])
def test_pfs_with_every_group(bits: int) -> None:
    assert (
        ipsec(f"ipsec autokey-map smap ipv4 peer 198.51.100.2 sprop pfs {bits}-bit").pfs.name
        == f"MODP_{bits}"
    )


def test_a_map_for_peers_of_unknown_address_waits_for_all_of_them() -> None:
    lowered = dynamic("sprop")
    assert codes(lowered) == []
    _, tunnel = the_ikev1(lowered)
    assert tunnel.peer_address is ANY
    assert (tunnel.peers, tunnel.answers_only_peers, tunnel.starts_phase2) == ((), False, False)


def test_a_dynamic_map_with_a_policy_starts_phase_2_and_takes_it_from_others() -> None:
    _, tunnel = the_ikev1(dynamic("sprop ike branch"))
    assert (tunnel.peers, tunnel.answers_only_peers, tunnel.starts_phase2) == (("branch",), False, True)


def test_a_dynamic_map_bound_to_a_policy_takes_phase_2_from_no_other() -> None:
    _, tunnel = the_ikev1(dynamic("sprop pfs 2048-bit ike-binding branch"))
    assert (tunnel.peers, tunnel.answers_only_peers, tunnel.starts_phase2) == (("branch",), True, True)
    assert tunnel.ipsec.pfs == KeyExchangeId.MODP_2048


def test_two_policies_of_one_peer_are_both_there_in_their_order() -> None:
    lowered = ikev1("ike policy again peer 198.51.100.2 key k iprop")
    (tunnel,) = lowered.gateway.tunnels
    assert tunnel.peers == ("ipol", "again")
    finding = found(lowered, "same-peer")
    assert (finding.severity, line(finding)) == (Severity.WARNING, 5)


def test_a_peer_by_name_is_found_by_its_name_in_any_case() -> None:
    lowered = lower(
        """\
        ike proposal p1
        ike policy x peer-fqdn-ipv4 Host1.Example.com key k p1
        ipsec autokey-map m ipv4 peer-fqdn-ipv4 host1.example.com
        interface Tunnel0.0
          tunnel mode ipsec
          ip address 10.0.0.1/30
          ipsec policy tunnel m
          no shutdown
        ip route 10.1.0.0/16 Tunnel0.0
        """
    )
    _, tunnel = the_ikev1(lowered)
    assert tunnel.peer_address == Hostname("host1.example.com", 4)
    assert tunnel.peers == ("x",)


def test_identities_of_phase_2_name_the_sa_and_filter_nothing() -> None:
    policy = ipsec("ipsec local-id smap 10.1.1.1\nipsec remote-id smap 10.2.0.0/16")
    assert policy.local_selectors == (TrafficSelector.of("10.1.1.1/32"),)
    assert policy.remote_selectors == (TrafficSelector.of("10.2.0.0/16"),)
    assert policy.filters is False


def test_a_map_for_ipv6_names_all_of_ipv6() -> None:
    lowered = ikev1(
        "ipsec autokey-map smap ipv6 peer 198.51.100.2 sprop", tunnel="ipv6 unnumbered GigaEthernet0.0"
    )
    (tunnel,) = lowered.gateway.tunnels
    assert (tunnel.ipsec.local_selectors, tunnel.ipsec.remote_selectors) == ((ANY_IPV6,), (ANY_IPV6,))


def test_an_identity_of_the_other_ip_version_is_an_error() -> None:
    finding = found(ikev1("ipsec local-id smap 2001:db8::/64"), "map-version")
    assert (finding.severity, line(finding)) == (Severity.ERROR, 5)


@pytest.mark.parametrize(
    ("lines", "change"),
    [
        ("no ipsec anti-replay smap", {"replay_window": 0}),
        ("no ipsec anti-replay smap\nipsec anti-replay smap", {}),
        ("ipsec commit-bit smap", {"commit_bit": CommitBit.CONNECTED}),
        ("ipsec commit-bit smap quick-mode", {"commit_bit": CommitBit.QUICK_MODE}),
        ("ipsec rekey unconditional-rekeying", {"rekey_unused": True}),
        ("ipsec rekey remaining-lifetime default second 120", {"rekey_before_end": 120}),
        (
            "ipsec rekey remaining-lifetime default second 120\n"
            "ipsec rekey remaining-lifetime policy smap second 180",
            {"rekey_before_end": 180},
        ),
        ("no ipsec sa-autorefresh", {"autorefresh": False}),
        ("ipsec sa-autorefresh off", {"autorefresh": False}),
        ("no ipsec sa-autorefresh\nipsec sa-autorefresh on", {}),
    ],
)
def test_what_is_said_of_a_map_elsewhere(lines: str, change: dict[str, object]) -> None:
    lowered = ikev1(lines)
    assert codes(lowered, Severity.ERROR) == []
    assert the_ikev1(lowered)[1].ipsec == replace(ipsec(), **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "change"),
    [
        ("mtu ignore", {"mtu_ignore": True, "df_bit": DfBit.CLEAR}),
        ("pre-fragment", {"pre_fragment": True}),
        (
            "pre-fragment mtu ignore",
            {"pre_fragment": True, "mtu_ignore": True, "df_bit": DfBit.CLEAR},
        ),
        ("out", {}),
        ("without-id-payload", {"sends_identities": False}),
        ("with-id-payload", {}),
        ("pre-fragment without-id-payload", {"pre_fragment": True, "sends_identities": False}),
    ],
)
def test_what_is_said_on_the_tunnel_interface(options: str, change: dict[str, object]) -> None:
    assert ipsec(options=options) == replace(ipsec(), **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(("options", "sends"), [("", False), (" with-id-payload", True)])
def test_transport_mode_sends_no_identities_unless_told_to(options: str, sends: bool) -> None:
    lowered = ikev1(tunnel=f"ipsec policy transport smap{options}")
    policy = the_ikev1(lowered)[1].ipsec
    assert (policy.mode, policy.sends_identities) == (EncapsulationMode.TRANSPORT, sends)
    assert line(found(lowered, "replaced")) == 12


@pytest.mark.parametrize(
    ("options", "df_bit"),
    [
        ("", DfBit.COPY),
        ("df-bit copy", DfBit.COPY),
        ("df-bit clear", DfBit.CLEAR),
        ("pre-fragment df-bit set", DfBit.SET),
        ("mtu ignore", DfBit.CLEAR),
        ("mtu ignore df-bit copy", DfBit.COPY),
    ],
)
def test_the_df_bit_outside(options: str, df_bit: DfBit) -> None:
    lowered = ikev1(options=options)
    assert the_ikev1(lowered)[1].ipsec.df_bit is df_bit
    assert not lowered.findings


def test_delete_notify_belongs_to_the_whole_device() -> None:
    assert ikev1("ipsec delete-notify 100 30").gateway.delete_notify == DeleteNotify(100, 30)
    assert ikev1("ipsec delete-notify 100 30\nno ipsec delete-notify").gateway.delete_notify is None
    assert ikev1().gateway.delete_notify is None


def test_tunnels_of_both_versions_of_ike_stand_in_one_file() -> None:
    lowered = ikev1(
        """\
ikev2 authentication psk id keyid here key char a
ikev2 authentication psk id keyid there key char b
interface Tunnel1.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet0.0
  ikev2 local-authentication psk id keyid here
  ikev2 peer 203.0.113.7 authentication psk id keyid there
  no shutdown
ip route 10.9.0.0/16 Tunnel1.0"""
    )
    assert codes(lowered) == []
    assert [(t.interface, type(t).__name__) for t in lowered.gateway.tunnels] == [
        ("Tunnel1.0", "Ikev2Tunnel"),
        ("Tunnel0.0", "Ikev1Tunnel"),
    ]


def test_a_tunnel_without_no_shutdown_stays_down() -> None:
    lowered = ikev1(tunnel="shutdown")
    assert the_ikev1(lowered)[1].enabled is False


@pytest.mark.parametrize(
    ("mode", "code"),
    [("no tunnel mode ipsec", "no-tunnel-mode")],
)
def test_a_tunnel_of_no_kind_stays_down_and_says_so(mode: str, code: str) -> None:
    lowered = ikev1(tunnel=mode)
    assert found(lowered, code).severity is Severity.WARNING
    assert the_ikev1(lowered)[1].enabled is False


def test_the_last_tunnel_mode_says_which_ike_it_is() -> None:
    lowered = ikev1(tunnel="tunnel mode ipsec-ikev2")
    assert lowered.gateway.tunnels == ()
    assert line(found(lowered, "other-tunnel-mode")) == 12
    lowered = ikev1(tunnel="ikev2 peer 192.0.2.9 authentication psk id keyid x")
    assert the_ikev1(lowered)[1].name == "smap"
    assert line(found(lowered, "other-tunnel-mode")) == 14


def test_ipsec_of_ikev1_on_a_physical_interface_has_no_effect_and_says_so() -> None:
    lowered = lower("interface GigaEthernet0.0\n  ipsec policy tunnel m\n  no shutdown\n")
    assert line(found(lowered, "misplaced")) == 2
