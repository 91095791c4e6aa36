"""The key schedule of RFC 2409 against NIST's vectors, NSS's, and by hand where there are none."""

import hashlib
import hmac

import pytest

from kakehashi.crypto.ikev1.hashes import Hash, hash_function
from kakehashi.crypto.ikev1.key_schedule import (
    SaKeys,
    cipher_key,
    hash_1,
    hash_2,
    hash_3,
    hash_i,
    hash_r,
    keymat,
    nat_detection_hash,
    phase1_iv,
    phase2_iv,
    sa_keys,
    skeyid_pre_shared_key,
    skeyid_signatures,
    skeyids,
)
from kakehashi.wire.registry.ikev1 import HashAlgorithm, ProtocolId
from tests.crypto.published import Case, cases

SHA1 = hash_function(HashAlgorithm.SHA)
CKY_I, CKY_R = b"INITIATE", b"RESPONSE"


def hash_of(case: Case) -> Hash:
    return hash_function(HashAlgorithm[case["hash"]])


def prf(key: bytes, data: bytes) -> bytes:
    return hmac.new(key, data, hashlib.sha1).digest()


@pytest.mark.parametrize("case", cases("ikev1_kdf", kind="psk"))
def test_skeyid_of_a_pre_shared_key_is_that_of_nist(case: Case) -> None:
    skeyid = skeyid_pre_shared_key(hash_of(case), case.octets("psk"), case.octets("ni"), case.octets("nr"))
    assert skeyid == case.octets("skeyid")


@pytest.mark.parametrize("case", cases("ikev1_kdf", kind="signatures"))
def test_skeyid_of_signatures_is_that_of_nist(case: Case) -> None:
    skeyid = skeyid_signatures(hash_of(case), case.octets("ni"), case.octets("nr"), case.octets("g_xy"))
    assert skeyid == case.octets("skeyid")


@pytest.mark.parametrize("case", [c for c in cases("ikev1_kdf", source="NIST") if "skeyid_e" in c.values[0]])
def test_the_three_keys_of_skeyid_are_those_of_nist(case: Case) -> None:
    keys = skeyids(
        hash_of(case), case.octets("skeyid"), case.octets("g_xy"), case.octets("cky_i"), case.octets("cky_r")
    )
    assert keys.skeyid == case.octets("skeyid")
    assert keys.skeyid_d == case.octets("skeyid_d")
    assert keys.skeyid_a == case.octets("skeyid_a")
    assert keys.skeyid_e == case.octets("skeyid_e")


@pytest.mark.parametrize("case", cases("ikev1_kdf", kind="stretching"))
def test_the_key_of_the_cipher_is_skeyid_e_or_stretched_out_of_it(case: Case) -> None:
    key = case.octets("key")
    assert cipher_key(hash_of(case), case.octets("skeyid_e"), len(key)) == key


@pytest.mark.parametrize("case", cases("ikev1_kdf", kind="keymat"))
def test_keymat_is_stretched_as_nss_does_it(case: Case) -> None:
    expected, seed = case.octets("keymat"), case.octets("seed")
    # The vectors' one octet of seed stands where the protocol does.
    made = keymat(hash_of(case), case.octets("skeyid_d"), ProtocolId(seed[0]), b"", b"", b"", len(expected))
    assert made == expected


def test_ivs_are_cut_off_hashes_to_the_size_of_a_block() -> None:
    """RFC 2409 appendix B."""
    assert phase1_iv(SHA1, b"g^xi", b"g^xr", 8) == hashlib.sha1(b"g^xig^xr").digest()[:8]
    last = bytes(range(16))
    expected = hashlib.sha1(last + bytes.fromhex("89abcdef")).digest()[:16]
    assert phase2_iv(SHA1, last, 0x89ABCDEF) == expected
    assert len(phase2_iv(SHA1, last[:8], 1)) == 8


def test_the_hashes_of_phase_1_are_those_of_section_5() -> None:
    names = (b"g^xi", b"g^xr", CKY_I, CKY_R, b"SAi_b")
    mirrored = b"g^xr" + b"g^xi" + CKY_R + CKY_I + b"SAi_b"
    assert hash_i(SHA1, b"SKEYID", *names, b"IDii_b") == prf(b"SKEYID", b"".join(names) + b"IDii_b")
    assert hash_r(SHA1, b"SKEYID", *names, b"IDir_b") == prf(b"SKEYID", mirrored + b"IDir_b")


def test_the_hashes_of_quick_mode_are_those_of_section_5_5() -> None:
    m_id = bytes.fromhex("00000102")
    assert hash_1(SHA1, b"SKEYID_a", 0x102, b"rest") == prf(b"SKEYID_a", m_id + b"rest")
    assert hash_2(SHA1, b"SKEYID_a", 0x102, b"Ni", b"rest") == prf(b"SKEYID_a", m_id + b"Nirest")
    assert hash_3(SHA1, b"SKEYID_a", 0x102, b"Ni", b"Nr") == prf(b"SKEYID_a", b"\0" + m_id + b"NiNr")


@pytest.mark.parametrize("g_qm_xy", [b"", b"g(qm)^xy"])
def test_keymat_begins_with_the_encryption_key(g_qm_xy: bytes) -> None:
    """RFC 2409 section 5.5: protocol | SPI | Ni_b | Nr_b, behind g(qm)^xy with perfect forward secrecy."""
    seed = g_qm_xy + b"\x03" + b"\xc0\xff\xee\x01" + b"NiNr"
    k1 = prf(b"SKEYID_d", seed)
    k2 = prf(b"SKEYID_d", k1 + seed)
    k3 = prf(b"SKEYID_d", k2 + seed)
    keys = sa_keys(SHA1, b"SKEYID_d", ProtocolId.ESP, b"\xc0\xff\xee\x01", b"Ni", b"Nr", 24, 20, g_qm_xy)
    assert keys == SaKeys((k1 + k2)[:24], (k1 + k2 + k3)[24:44])
    ah = sa_keys(SHA1, b"SKEYID_d", ProtocolId.AH, b"\xc0\xff\xee\x01", b"Ni", b"Nr", 0, 20, g_qm_xy)
    assert ah.encryption == b""
    assert ah.integrity == prf(b"SKEYID_d", g_qm_xy + b"\x02" + seed[len(g_qm_xy) + 1 :])


def test_no_key_material_is_asked_of_a_suite_that_needs_none() -> None:
    assert keymat(SHA1, b"SKEYID_d", ProtocolId.ESP, b"spi!", b"Ni", b"Nr", 0) == b""


def test_the_nat_detection_hash_is_that_of_rfc_3947() -> None:
    whole = CKY_I + CKY_R + bytes([192, 0, 2, 1]) + b"\x11\x94"
    assert nat_detection_hash(SHA1, CKY_I, CKY_R, bytes([192, 0, 2, 1]), 4500) == hashlib.sha1(whole).digest()


def test_keys_are_not_printed() -> None:
    keys = skeyids(SHA1, b"SKEYID", b"g^xy", CKY_I, CKY_R)
    assert repr(keys) == str(keys) == "Skeyids(***)"
    assert repr(SaKeys(b"secret", b"secret")) == "SaKeys(***)"
