"""Phase 1 of IKEv1: policies with their defaults, keys and whom they are for, profiles."""

from ipaddress import ip_address, ip_network

import pytest

from kakehashi.dialects.cisco_ios.passwords import reveal_type_7
from kakehashi.model.address import ANY, Hostname
from kakehashi.model.algorithms import Cipher
from kakehashi.model.finding import Severity
from kakehashi.model.identity import AuthenticationMethod, Identity
from kakehashi.model.ikev1 import DeadPeerDetection, DpdStyle, ExchangeMode, PeerIdentity
from kakehashi.model.secret import Secret
from kakehashi.wire.registry.ikev1 import HashAlgorithm
from kakehashi.wire.registry.ikev2 import EncryptionId, IdType, KeyExchangeId
from tests.dialects.cisco_ios.reading import (
    codes,
    complaints,
    crypto_map,
    found,
    ikev1,
    line,
    lower,
    the_peer,
)


def test_policies_are_offered_in_the_order_of_their_numbers() -> None:
    lowered = crypto_map(
        policy="crypto isakmp policy 5\n encryption 3des\n authentication pre-share\n group 2\n"
    )
    assert [(p.name, p.lifetime) for p in the_peer(lowered).proposals] == [
        ("policy 5", 86400),
        ("policy 10", 86400),
    ]


def test_what_a_policy_leaves_out_is_the_devices_default_and_said() -> None:
    lowered = crypto_map(policy="crypto isakmp policy 20\n authentication pre-share\n")
    proposal = the_peer(lowered).proposals[-1]
    assert proposal.cipher == Cipher(EncryptionId.ENCR_DES)
    assert proposal.hash is HashAlgorithm.SHA
    assert proposal.group is KeyExchangeId.MODP_768
    assert proposal.lifetime == 86400
    assert "DES, group 1 and SHA" in found(lowered, "policy-default").message


def test_a_policy_that_means_certificates_is_left_out_and_said() -> None:
    silent = crypto_map(policy="crypto isakmp policy 20\n encr aes\n hash sha\n group 2\n")
    assert [p.name for p in the_peer(silent).proposals] == ["policy 10"]
    assert found(silent, "policy-authentication").remedy == "add `authentication pre-share`"
    said = crypto_map(
        policy="crypto isakmp policy 20\n encr aes\n hash sha\n group 2\n authentication rsa-sig\n"
    )
    assert line(found(said, "no-trustpoint")) == 7
    certified = crypto_map(
        policy="crypto pki trustpoint CA\n revocation-check none\n"
        "crypto isakmp policy 20\n encr aes\n hash sha\n group 2\n"
    )
    methods = {p.name: p.authentication for p in the_peer(certified).proposals}
    assert methods["policy 20"] is AuthenticationMethod.SIGNATURE
    assert the_peer(certified).certificates.names == ("CA",)


@pytest.mark.parametrize("word", ["encr", "encry", "encryption"])
@pytest.mark.parametrize(
    ("cipher", "bits"),
    [("aes", 128), ("aes 128", 128), ("aes 192", 192), ("aes 256", 256), ("des", 0), ("3des", 0)],
)
def test_both_spellings_of_encryption(word: str, cipher: str, bits: int) -> None:
    lowered = crypto_map(policy=f"crypto isakmp policy 1\n {word} {cipher}\n authentication pre-share\n")
    assert the_peer(lowered).proposals[0].cipher.key_bits == bits


@pytest.mark.parametrize("group", [1, 2, 5, 14, 15, 16, 19, 20, 21, 24])
def test_every_group(group: int) -> None:
    lowered = crypto_map(policy=f"crypto isakmp policy 1\n authentication pre-share\n group {group}\n")
    assert the_peer(lowered).proposals[0].group == group


@pytest.mark.parametrize("word", ["md5", "sha", "sha256", "sha384", "sha512"])
def test_every_hash(word: str) -> None:
    lowered = crypto_map(policy=f"crypto isakmp policy 1\n authentication pre-share\n hash {word}\n")
    names = {"md5": "MD5", "sha": "SHA", "sha256": "SHA2_256", "sha384": "SHA2_384", "sha512": "SHA2_512"}
    assert the_peer(lowered).proposals[0].hash.name == names[word]


def test_without_a_policy_the_built_in_ones_are_offered_and_said() -> None:
    text = """\
        crypto isakmp key x address 198.51.100.2
        crypto map M 1 ipsec-isakmp
         set peer 198.51.100.2
        """
    lowered = lower(text)
    assert [(p.cipher.key_bits, p.hash.name, int(p.group)) for p in the_peer(lowered).proposals] == [
        (128, "SHA", 5),
        (128, "MD5", 5),
        (0, "SHA", 2),
        (0, "MD5", 2),
    ]
    assert found(lowered, "built-in-policies").severity is Severity.INFO
    off = lower("no crypto isakmp default policy\n" + "\n".join(x.strip() for x in text.split("\n")))
    assert found(off, "no-policy").severity is Severity.ERROR


@pytest.mark.parametrize(
    ("words", "dpd"),
    [
        ("30", DeadPeerDetection(30, 5, 2, DpdStyle.ON_DEMAND)),
        ("30 periodic", DeadPeerDetection(30, 5, 2, DpdStyle.PERIODIC)),
        ("10 3 on-demand", DeadPeerDetection(10, 5, 3, DpdStyle.ON_DEMAND)),
    ],
)
def test_keepalives(words: str, dpd: DeadPeerDetection) -> None:
    assert the_peer(crypto_map(isakmp=f"crypto isakmp keepalive {words}")).dpd == dpd
    assert the_peer(crypto_map()).dpd is None


def test_what_stands_for_all_peers() -> None:
    plain = the_peer(crypto_map())
    assert (plain.accepts_aggressive, plain.nat_keepalive, plain.fragmentation) == (True, None, False)
    assert plain.nat_traversal is True
    peer = the_peer(
        crypto_map(
            isakmp="crypto isakmp aggressive-mode disable\n"
            "crypto isakmp nat keepalive 20\n"
            "crypto isakmp fragmentation\n"
            "crypto isakmp identity hostname\n"
            "ip domain name example.net\n"
        )
    )
    assert (peer.accepts_aggressive, peer.nat_keepalive, peer.fragmentation) == (False, 20, True)
    assert peer.local_identity == Identity.of(IdType.ID_FQDN, "R1.example.net")
    off = the_peer(crypto_map(isakmp="no crypto ipsec nat-transparency udp-encapsulation"))
    assert (off.nat_traversal, off.nat_keepalive) == (False, None)


def test_no_ikev1_at_all_leaves_its_tunnels_down_and_is_told_of() -> None:
    lowered = crypto_map(isakmp="no crypto isakmp enable")
    assert not ikev1(lowered).enabled
    assert "OUT 10" in found(lowered, "isakmp-off").message
    for again in ("crypto isakmp enable", "default crypto isakmp enable"):
        lowered = crypto_map(isakmp=f"no crypto isakmp enable\n{again}")
        assert ikev1(lowered).enabled
        assert complaints(lowered) == []


def test_what_is_on_by_itself_is_on_by_default_again() -> None:
    off = "no crypto ipsec nat-transparency udp-encapsulation"
    for again in ("crypto ipsec nat-transparency udp-encaps", f"default {off.removeprefix('no ')}"):
        assert the_peer(crypto_map(isakmp=f"{off}\n{again}")).nat_traversal


def test_the_narrowest_key_is_the_peers() -> None:
    lowered = crypto_map(
        isakmp="crypto isakmp key all address 0.0.0.0 0.0.0.0\ncrypto isakmp key some address 198.51.100.0 255.255.255.0\n"
    )
    assert the_peer(lowered).secret == Secret(b"between-us")
    assert codes(lowered) == ["unused-key", "unused-key"]
    wide = lower(
        """\
        crypto isakmp policy 1
         authentication pre-share
        crypto isakmp key all address 0.0.0.0
        crypto isakmp key some address 198.51.100.0 255.255.255.0
        crypto map M 1 ipsec-isakmp
         set peer 198.51.100.9
        crypto map M 2 ipsec-isakmp
         set peer 203.0.113.1
        """
    )
    assert [(p.address, p.secret) for p in wide.gateway.ikev1_peers] == [
        (ip_address("198.51.100.9"), Secret(b"some")),
        (ip_address("203.0.113.1"), Secret(b"all")),
    ]


def test_a_peer_without_a_key_is_an_error_that_names_those_who_have_one() -> None:
    lowered = crypto_map(
        map="crypto map OUT 20 ipsec-isakmp\n set peer 203.0.113.9\n set transform-set TS\n match address TO-OSAKA"
    )
    finding = found(lowered, "undefined-key")
    assert (finding.severity, line(finding)) == (Severity.ERROR, 16)
    assert "198.51.100.2" in finding.message
    assert finding.remedy == "add `crypto isakmp key SECRET address 203.0.113.9`"


def test_a_later_key_replaces_an_earlier_one() -> None:
    lowered = crypto_map(isakmp="crypto isakmp key other address 198.51.100.2")
    assert the_peer(lowered).secret == Secret(b"other")
    assert line(found(lowered, "replaced")) == 8
    taken = crypto_map(isakmp="no crypto isakmp key between-us address 198.51.100.2")
    assert "undefined-key" in codes(taken)


def test_a_key_for_a_host_by_name() -> None:
    lowered = lower(
        """\
        crypto isakmp policy 1
         authentication pre-share
        crypto isakmp key x hostname osaka.example.net
        crypto map M 1 ipsec-isakmp
         set peer osaka.example.net dynamic
        """
    )
    assert the_peer(lowered).address == Hostname("osaka.example.net")
    assert the_peer(lowered).peer_identity is PeerIdentity.ANYTHING


def test_a_hidden_key_is_read_and_an_encrypted_one_is_not() -> None:
    assert reveal_type_7(Secret(b"0822455D0A16")) == Secret(b"cisco")
    assert reveal_type_7(Secret(b"08224")) is None
    hidden = crypto_map(isakmp="crypto isakmp key 7 094F471A1A0A address 198.51.100.2")
    assert the_peer(hidden).secret == Secret(b"cisco")
    sealed = crypto_map(isakmp="crypto isakmp key 6 FLgBaJHXdYY_AcHZZMgQ address 198.51.100.2")
    assert the_peer(sealed).secret is None
    assert ikev1(sealed).enabled is False
    assert found(sealed, "encrypted-key").remedy == "write the key as it is"
    assert the_peer(crypto_map(isakmp="crypto isakmp key 0 plain address 198.51.100.2")).secret == Secret(
        b"plain"
    )


def test_aggressive_mode_is_begun_where_the_peer_is_set_so() -> None:
    lowered = crypto_map(
        isakmp="crypto isakmp peer address 198.51.100.2\n"
        " set aggressive-mode password hush\n"
        " set aggressive-mode client-endpoint user-fqdn me@example.net\n"
    )
    peer = the_peer(lowered)
    assert (peer.mode, peer.secret) == (ExchangeMode.AGGRESSIVE, Secret(b"hush"))
    assert peer.local_identity == Identity.of(IdType.ID_RFC822_ADDR, "me@example.net")


PROFILE = """\
crypto keyring KR
 pre-shared-key address 198.51.100.2 key of-the-ring
crypto isakmp profile PROF
 keyring KR
 self-identity fqdn tokyo.example.net
 match identity address 198.51.100.2 255.255.255.255
 keepalive 20 retry 4
 initiate mode aggressive
"""


def test_a_profile_says_which_keyring_and_who_we_are() -> None:
    lowered = crypto_map(isakmp=PROFILE, map=" set isakmp-profile PROF")
    peer = the_peer(lowered)
    assert (peer.name, peer.secret, peer.mode) == (
        "198.51.100.2 PROF",
        Secret(b"of-the-ring"),
        ExchangeMode.AGGRESSIVE,
    )
    assert peer.local_identity == Identity.of(IdType.ID_FQDN, "tokyo.example.net")
    assert peer.dpd == DeadPeerDetection(20, 5, 4, DpdStyle.ON_DEMAND)
    assert complaints(lowered) == []
    for_all = crypto_map(isakmp=PROFILE, map="crypto map OUT isakmp-profile PROF")
    assert the_peer(for_all) == peer


def test_a_profile_may_expect_a_name() -> None:
    text = PROFILE.replace(
        "match identity address 198.51.100.2 255.255.255.255", "match identity host osaka.example"
    )
    peer = the_peer(crypto_map(isakmp=text, map=" set isakmp-profile PROF"))
    assert peer.peer_identity == Identity.of(IdType.ID_FQDN, "osaka.example")


def test_names_that_lead_nowhere_in_profiles() -> None:
    lowered = crypto_map(
        isakmp=PROFILE.replace("keyring KR\n self", "keyring KP\n self"), map=" set isakmp-profile PROV"
    )
    assert found(lowered, "undefined-isakmp-profile").remedy == "did you mean `PROF`?"
    assert found(lowered, "undefined-keyring").message.endswith("(there are: KR)")


DYNAMIC = """\
crypto isakmp policy 1
 authentication pre-share
{keys}
crypto ipsec transform-set TS esp-aes esp-sha-hmac
crypto dynamic-map DYN 10
 set transform-set TS
crypto map OUT 65535 ipsec-isakmp dynamic DYN
interface GigabitEthernet0/0
 ip address 192.0.2.2 255.255.255.0
 crypto map OUT
"""


def test_a_dynamic_map_hears_from_all_that_have_a_key() -> None:
    lowered = lower(
        DYNAMIC.format(
            keys="crypto isakmp key all address 0.0.0.0 0.0.0.0\n"
            "crypto isakmp key some address 203.0.113.0 255.255.255.0\n"
            "crypto isakmp key one hostname branch.example\n"
        )
    )
    tunnel = ikev1(lowered)
    assert (tunnel.interface, tunnel.peer_address, tunnel.starts_phase2) == ("OUT 65535", ANY, False)
    peers = {p.name: p for p in lowered.gateway.ikev1_peers}
    assert tunnel.peers == ("any", "203.0.113.0/24", "branch.example")
    assert peers["any"].address is ANY
    assert peers["203.0.113.0/24"].address == ip_network("203.0.113.0/24")
    assert peers["branch.example"].address is ANY
    assert complaints(lowered) == []


def test_a_dynamic_map_without_any_key_is_an_error() -> None:
    lowered = lower(DYNAMIC.format(keys=""))
    assert found(lowered, "undefined-key").severity is Severity.ERROR
    assert ikev1(lowered).enabled is False
