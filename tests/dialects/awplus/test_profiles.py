"""What ISAKMP and IPsec profiles make of a tunnel, the device's own and those of the configuration."""

from itertools import pairwise

import pytest

from kakehashi.dialects.awplus.defaults import IPSEC_TRANSFORMS, ISAKMP_TRANSFORMS
from kakehashi.model.algorithms import Cipher
from kakehashi.model.finding import Severity
from kakehashi.model.identity import AuthenticationMethod
from kakehashi.model.policy import IkePolicy, IpsecPolicy
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId, KeyExchangeId, PrfId
from tests.dialects.awplus.reading import codes, found, line, the_tunnel, whole

AES256, AES128 = (Cipher(EncryptionId.ENCR_AES_CBC, bits) for bits in (256, 128))
TRIPLE_DES = Cipher(EncryptionId.ENCR_3DES)
SHA1, SHA256, SHA512 = (
    IntegrityId.AUTH_HMAC_SHA1_96,
    IntegrityId.AUTH_HMAC_SHA2_256_128,
    IntegrityId.AUTH_HMAC_SHA2_512_256,
)
NONE = IntegrityId.NONE
PRF = {
    SHA1: PrfId.PRF_HMAC_SHA1,
    SHA256: PrfId.PRF_HMAC_SHA2_256,
    SHA512: PrfId.PRF_HMAC_SHA2_512,
}
OWN_PROFILE = "crypto isakmp profile own\n{}\ncrypto isakmp peer address 198.51.100.2 profile own\n"


def gcm(icv: int, bits: int) -> Cipher:
    return Cipher(EncryptionId[f"ENCR_AES_GCM_{icv}"], bits)


def isakmp(policy: IkePolicy) -> list[tuple[Cipher, IntegrityId, int]]:
    """The transforms in their order; each goes with its own PRF and nothing else."""
    transforms = []
    for one in policy.algorithms.sets:
        (cipher,), (integrity,), (prf,), (group,) = (
            one.ciphers,
            one.integrities,
            one.prfs,
            one.key_exchanges,
        )
        assert prf == PRF[integrity]
        transforms.append((cipher, integrity, int(group)))
    return transforms


def ipsec(policy: IpsecPolicy) -> list[tuple[Cipher, IntegrityId]]:
    return [(p.cipher, p.integrity) for p in policy.protections()]


def test_the_default_isakmp_profile_is_that_of_the_manual_in_its_order() -> None:
    of_the_manual = [
        (AES256, SHA256, 14),
        (AES256, SHA256, 16),
        (AES256, SHA1, 14),
        (AES256, SHA1, 16),
        (AES128, SHA256, 14),
        (AES128, SHA256, 16),
        (AES128, SHA1, 14),
        (AES128, SHA1, 16),
        (TRIPLE_DES, SHA256, 14),
        (TRIPLE_DES, SHA256, 16),
        (TRIPLE_DES, SHA1, 14),
        (TRIPLE_DES, SHA1, 16),
    ]
    assert [(t.cipher, t.integrity, int(t.group)) for t in ISAKMP_TRANSFORMS] == of_the_manual
    ike = the_tunnel(whole()).ike
    assert isakmp(ike) == of_the_manual[:8]  # the others are "not supported"
    assert ike.name == "default"
    assert ike.rekey.lifetime == 24 * 3600
    assert ike.dpd_interval == 30
    assert ike.nat_traversal
    assert the_tunnel(whole()).local.method is AuthenticationMethod.PSK


def test_the_default_ipsec_profile_is_that_of_the_manual_in_its_order() -> None:
    of_the_manual = [
        (AES256, SHA256),
        (gcm(16, 256), NONE),
        (gcm(8, 256), NONE),
        (AES256, SHA1),
        (AES128, SHA256),
        (gcm(16, 128), NONE),
        (gcm(8, 128), NONE),
        (AES128, SHA1),
        (TRIPLE_DES, SHA256),
        (TRIPLE_DES, SHA1),
    ]
    assert [(t.cipher, t.integrity) for t in IPSEC_TRANSFORMS] == of_the_manual
    policy = the_tunnel(whole()).ipsec
    assert ipsec(policy) == of_the_manual[:8]
    assert all(one.key_exchanges == () for one in policy.algorithms.sets)
    assert policy.rekey.lifetime == 8 * 3600
    assert policy.name == "default"


def test_an_unanswered_probe_is_sent_again_and_the_sa_goes_166_seconds_after_it() -> None:
    waits = the_tunnel(whole()).ike.retransmit
    assert waits[0] == 4
    assert len(waits) == 6  # the first transmission and five more
    assert all(later > earlier for earlier, later in pairwise(waits))
    assert round(sum(waits)) in (165, 166)


def test_an_isakmp_profile_of_ones_own_replaces_the_default_one() -> None:
    body = (
        " version 2\n lifetime 7200\n dpd-interval 15\n"
        " transform 20 integrity SHA512 encryption AES192 group 18\n"
        " transform 3 integrity Sha256 encryption aes128 group 5"
    )
    ike = the_tunnel(whole(OWN_PROFILE.format(body))).ike
    aes192 = Cipher(EncryptionId.ENCR_AES_CBC, 192)
    assert isakmp(ike) == [(AES128, SHA256, 5), (aes192, SHA512, 18)]
    assert (ike.name, ike.rekey.lifetime, ike.dpd_interval) == ("own", 7200, 15)


def test_an_ipsec_profile_of_ones_own_replaces_the_default_one() -> None:
    body = (
        "crypto ipsec profile own\n lifetime seconds 3600\n pfs 14\n"
        " transform 2 protocol esp integrity sha256 encryption aes128\n"
        " transform 1 protocol esp integrity GCM12 encryption AES192\n"
    )
    policy = the_tunnel(whole(body, profile="own")).ipsec
    assert ipsec(policy) == [(gcm(12, 192), NONE), (AES128, SHA256)]
    assert all(one.key_exchanges == (KeyExchangeId.MODP_2048,) for one in policy.algorithms.sets)
    assert (policy.name, policy.rekey.lifetime) == ("own", 3600)


def test_the_default_profiles_can_be_named() -> None:
    lowered = whole("crypto isakmp peer address 198.51.100.2 profile default", profile="default")
    assert codes(lowered) == []
    assert len(isakmp(the_tunnel(lowered).ike)) == 8


def test_no_takes_a_setting_back() -> None:
    body = (
        " lifetime 7200\n no lifetime\n dpd-interval 15\n no dpd-interval\n"
        " transform 1 integrity sha1 encryption aes128 group 2\n no transform 1\n"
        " transform 2 integrity sha256 encryption aes256 group 14"
    )
    ike = the_tunnel(whole(OWN_PROFILE.format(body))).ike
    assert isakmp(ike) == [(AES256, SHA256, 14)]
    assert (ike.rekey.lifetime, ike.dpd_interval) == (86400, 30)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (" transform 1 integrity sha1 encryption aes128 group 1", "group 1"),
        (" transform 1 integrity sha1 encryption des group 2", "DES"),
        (" transform 1 integrity md5 encryption aes128 group 2", "MD5"),
    ],
)
def test_what_the_device_does_not_have_is_told(body: str, word: str) -> None:
    lowered = whole(OWN_PROFILE.format(body))
    wrong = found(lowered, "invalid-value")
    assert (line(wrong), wrong.severity) == (4, Severity.ERROR)
    assert f"the device does not have {word}" in wrong.message
    assert line(found(lowered, "no-transform")) == 3


def test_a_misspelt_algorithm_is_guessed() -> None:
    lowered = whole(OWN_PROFILE.format(" transform 1 integrity sha265 encryption aes256 group 14"))
    assert found(lowered, "invalid-value").remedy == "did you mean `sha256`?"


def test_3des_is_taken_with_a_word_on_it() -> None:
    lowered = whole(OWN_PROFILE.format(" transform 1 integrity sha1 encryption 3des group 2"))
    assert isakmp(the_tunnel(lowered).ike) == [(TRIPLE_DES, SHA1, 2)]
    assert line(found(lowered, "unsupported-algorithm")) == 4


def test_gcm_needs_aes() -> None:
    body = "crypto ipsec profile own\n transform 1 protocol esp integrity gcm16 encryption 3des\n"
    assert line(found(whole(body, profile="own"), "invalid-value")) == 4


def test_a_profile_without_transforms_offers_nothing() -> None:
    lowered = whole("crypto ipsec profile own\n pfs 14\n", profile="own")
    empty = found(lowered, "no-transform")
    assert (line(empty), empty.severity) == (3, Severity.ERROR)
    assert empty.remedy == "add `transform 1 protocol esp integrity sha256 encryption aes256`"


def test_a_transform_with_the_number_of_another_replaces_it() -> None:
    body = (
        " transform 1 integrity sha1 encryption aes128 group 2\n"
        " transform 1 integrity sha256 encryption aes256 group 14"
    )
    lowered = whole(OWN_PROFILE.format(body))
    assert isakmp(the_tunnel(lowered).ike) == [(AES256, SHA256, 14)]
    assert line(found(lowered, "replaced")) == 4


def test_a_setting_of_version_1_in_a_profile_of_version_2_is_told() -> None:
    body = " dpd-timeout 60\n transform 1 integrity sha256 encryption aes256 group 14"
    told = found(whole(OWN_PROFILE.format(body)), "no-effect")
    assert (line(told), told.severity) == (4, Severity.INFO)
    assert "166 s" in told.message


def test_keys_that_are_renewed_on_demand_only_are_not_there_yet_in_version_2() -> None:
    body = " rekey on-demand\n transform 1 integrity sha256 encryption aes256 group 14"
    assert line(found(whole(OWN_PROFILE.format(body)), "not-yet")) == 3
