"""Transform sets, lifetimes, PFS, replay, modes: what maps and profiles make of SAs."""

import pytest

from kakehashi.model.algorithms import Cipher
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.finding import Severity
from kakehashi.model.policy import DfBit
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId, KeyExchangeId
from tests.dialects.cisco_ios.reading import codes, complaints, crypto_map, found, ikev1, line

NONE = IntegrityId.NONE


@pytest.mark.parametrize(
    ("words", "cipher", "integrity", "ah"),
    [
        ("esp-3des esp-md5-hmac", Cipher(EncryptionId.ENCR_3DES), IntegrityId.AUTH_HMAC_MD5_96, NONE),
        ("esp-des esp-sha-hmac", Cipher(EncryptionId.ENCR_DES), IntegrityId.AUTH_HMAC_SHA1_96, NONE),
        ("esp-aes esp-sha-hmac", Cipher(EncryptionId.ENCR_AES_CBC, 128), IntegrityId.AUTH_HMAC_SHA1_96, NONE),
        (
            "esp-sha256-hmac esp-aes 192",
            Cipher(EncryptionId.ENCR_AES_CBC, 192),
            IntegrityId.AUTH_HMAC_SHA2_256_128,
            NONE,
        ),
        (
            "esp-aes 256 esp-sha512-hmac",
            Cipher(EncryptionId.ENCR_AES_CBC, 256),
            IntegrityId.AUTH_HMAC_SHA2_512_256,
            NONE,
        ),
        ("esp-gcm", Cipher(EncryptionId.ENCR_AES_GCM_16, 128), NONE, NONE),
        ("esp-gcm 256", Cipher(EncryptionId.ENCR_AES_GCM_16, 256), NONE, NONE),
        ("esp-gmac 192", Cipher(EncryptionId.ENCR_NULL_AUTH_AES_GMAC, 192), NONE, NONE),
        (
            "esp-null esp-sha384-hmac",
            Cipher(EncryptionId.ENCR_NULL),
            IntegrityId.AUTH_HMAC_SHA2_384_192,
            NONE,
        ),
        ("ah-sha-hmac", None, NONE, IntegrityId.AUTH_HMAC_SHA1_96),
        (
            "ah-md5-hmac esp-aes 256",
            Cipher(EncryptionId.ENCR_AES_CBC, 256),
            NONE,
            IntegrityId.AUTH_HMAC_MD5_96,
        ),
    ],
)
def test_transform_sets(words: str, cipher: Cipher | None, integrity: IntegrityId, ah: IntegrityId) -> None:
    lowered = crypto_map(transform=f"crypto ipsec transform-set X {words}", map=" set transform-set X")
    (proposal,) = ikev1(lowered).ipsec.proposals
    assert (proposal.cipher, proposal.integrity, proposal.ah, proposal.name) == (cipher, integrity, ah, "X")
    assert complaints(lowered) == []


def test_sets_are_offered_in_the_order_of_the_map() -> None:
    lowered = crypto_map(
        transform="crypto ipsec transform-set A esp-3des esp-sha-hmac\n", map=" set transform-set A TS"
    )
    assert [p.name for p in ikev1(lowered).ipsec.proposals] == ["A", "TS"]


@pytest.mark.parametrize(
    ("words", "code", "severity"),
    [
        ("esp-aes", "no-integrity", Severity.WARNING),
        ("esp-sha-hmac", "invalid-value", Severity.ERROR),
        ("esp-gcm esp-sha-hmac", "invalid-value", Severity.ERROR),
        ("esp-aes esp-sha-hmac comp-lzs", "not-yet", Severity.WARNING),
    ],
)
def test_sets_that_do_not_go_well(words: str, code: str, severity: Severity) -> None:
    lowered = crypto_map(transform=f"crypto ipsec transform-set X {words}", map=" set transform-set X")
    finding = found(lowered, code)
    assert (finding.severity, line(finding)) == (severity, 11)


def test_lifetimes_for_all_and_for_one() -> None:
    plain = ikev1(crypto_map()).ipsec.proposals[0]
    assert (plain.lifetime, plain.kilobytes) == (3600, 4608000)
    everywhere = "crypto ipsec security-association lifetime seconds 7200\ncrypto ipsec security-association lifetime kilobytes 10000"
    one = ikev1(crypto_map(isakmp=everywhere)).ipsec.proposals[0]
    assert (one.lifetime, one.kilobytes) == (7200, 10000)
    own = (
        " set security-association lifetime seconds 900\n set security-association lifetime kilobytes disable"
    )
    other = ikev1(crypto_map(isakmp=everywhere, map=own)).ipsec.proposals[0]
    assert (other.lifetime, other.kilobytes) == (900, None)
    assert (
        ikev1(crypto_map(map=" set security-association lifetime days 2")).ipsec.proposals[0].lifetime
        == 172800
    )


def test_a_new_sa_is_made_half_a_minute_before_the_end_and_only_if_it_was_used() -> None:
    ipsec = ikev1(crypto_map()).ipsec
    assert (ipsec.rekey_before_end, ipsec.rekey_unused, ipsec.autorefresh) == (30, False, True)


@pytest.mark.parametrize(
    ("words", "group"),
    [
        ("", KeyExchangeId.NONE),
        (" set pfs", KeyExchangeId.MODP_768),
        (" set pfs group14", KeyExchangeId.MODP_2048),
        (" set pfs group 19", KeyExchangeId.ECP_256),
        (" set pfs group14\n no set pfs", KeyExchangeId.NONE),
    ],
)
def test_perfect_forward_secrecy(words: str, group: KeyExchangeId) -> None:
    assert ikev1(crypto_map(map=words)).ipsec.pfs is group


@pytest.mark.parametrize(
    ("everywhere", "own", "window"),
    [
        ("", "", 64),
        ("crypto ipsec security-association replay window-size 1024", "", 1024),
        ("crypto ipsec security-association replay disable", "", 0),
        (
            "crypto ipsec security-association replay disable",
            " set security-association replay window-size 128",
            128,
        ),
    ],
)
def test_the_replay_window(everywhere: str, own: str, window: int) -> None:
    assert ikev1(crypto_map(isakmp=everywhere, map=own)).ipsec.replay_window == window


def test_fragments_and_the_df_bit() -> None:
    plain = ikev1(crypto_map()).ipsec
    assert (plain.mtu_ignore, plain.pre_fragment) == (False, True)
    other = ikev1(
        crypto_map(isakmp="crypto ipsec df-bit clear\ncrypto ipsec fragmentation after-encryption")
    ).ipsec
    assert (other.mtu_ignore, other.pre_fragment, other.df_bit) == (True, False, DfBit.CLEAR)
    assert ikev1(crypto_map(isakmp="crypto ipsec df-bit set")).ipsec.df_bit is DfBit.SET


def test_what_the_interface_of_a_map_says_of_them_wins() -> None:
    everywhere = "crypto ipsec df-bit set\ncrypto ipsec fragmentation after-encryption"
    own = " crypto ipsec df-bit clear\n crypto ipsec fragmentation before-encryption"
    policy = ikev1(crypto_map(isakmp=everywhere, wan=own)).ipsec
    assert (policy.mtu_ignore, policy.pre_fragment, policy.df_bit) == (True, True, DfBit.CLEAR)
    elsewhere = ikev1(crypto_map(isakmp="crypto ipsec df-bit clear", wan=" crypto ipsec df-bit copy")).ipsec
    assert (elsewhere.mtu_ignore, elsewhere.df_bit) == (False, DfBit.COPY)


def test_transport_mode_is_for_the_two_ends_alone() -> None:
    ends = "ip access-list extended ENDS\n permit gre host 192.0.2.2 host 198.51.100.2\n"
    lowered = crypto_map(transform=" mode transport", rules=ends, map=" match address ENDS")
    assert ikev1(lowered).ipsec.mode is EncapsulationMode.TRANSPORT
    assert ikev1(lowered).ipsec.local_selectors[0].protocol == 47
    lans = crypto_map(transform=" mode transport")
    assert ikev1(lans).ipsec.mode is EncapsulationMode.TUNNEL
    assert codes(lans) == ["transport-mode"]


def test_an_undefined_set_is_an_error_with_what_was_meant() -> None:
    lowered = crypto_map(
        transform="crypto ipsec transform-set STRONG esp-gcm 256", map=" set transform-set STRON"
    )
    finding = found(lowered, "undefined-transform-set")
    assert (finding.severity, finding.remedy) == (Severity.ERROR, "did you mean `STRONG`?")
    assert ikev1(lowered).enabled is False


def test_without_a_set_the_devices_own_is_taken_and_said() -> None:
    lowered = crypto_map(map=" no set transform-set TS")
    (proposal,) = ikev1(lowered).ipsec.proposals
    assert proposal.cipher == Cipher(EncryptionId.ENCR_AES_CBC, 128)
    assert proposal.integrity is IntegrityId.AUTH_HMAC_SHA1_96
    assert found(lowered, "default-transform-set").severity is Severity.INFO
    off = crypto_map(map=" no set transform-set TS", isakmp="no crypto ipsec default transform-set")
    assert "no transform set" in found(off, "map-incomplete").message
    assert ikev1(off).enabled is False
