"""What each maker's devices can say of algorithms, identities and keys, as their dialects have it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from kakehashi.dialects.awplus import words as awplus
from kakehashi.dialects.cisco_ios import words as cisco
from kakehashi.dialects.nec_ix import words as nec
from kakehashi.model.algorithms import Cipher
from kakehashi.wire.registry.ikev1 import HashAlgorithm
from kakehashi.wire.registry.ikev2 import EncryptionId, IdType, IntegrityId, KeyExchangeId, PrfId

T = TypeVar("T")

NEC, CISCO, AWPLUS = "nec-ix", "cisco-ios", "awplus"
TITLES = {NEC: "NEC IX", CISCO: "Cisco IOS", AWPLUS: "AlliedWare Plus"}

_ADDRESSES = frozenset({IdType.ID_IPV4_ADDR, IdType.ID_IPV6_ADDR})
_NAMES = _ADDRESSES | {IdType.ID_FQDN, IdType.ID_RFC822_ADDR}
_ALL = _NAMES | {IdType.ID_KEY_ID}


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What one maker's device has words for.

    `own_v1`, `peers_v1`: the types of identity in IKEv1, of its own and of its peers; `identities`: in IKEv2.
    `one_prf`: the algorithm that protects IKE messages is also the PRF. `key_each_side`: may the two sides of
    IKEv2 prove themselves by different keys? `one_pfs_group`: is there at most one group for PFS?
    """

    ike_ciphers: frozenset[Cipher]
    ike_integrities: frozenset[IntegrityId]
    ike_prfs: frozenset[PrfId]
    child_ciphers: frozenset[Cipher]
    child_integrities: frozenset[IntegrityId]
    groups: frozenset[KeyExchangeId]
    phase1_ciphers: frozenset[Cipher]
    hashes: frozenset[HashAlgorithm]
    esp_ciphers: frozenset[Cipher]
    esp_integrities: frozenset[IntegrityId]
    identities: frozenset[IdType]
    own_v1: frozenset[IdType]
    peers_v1: frozenset[IdType]
    has_ah: bool = False
    one_prf: bool = False
    key_each_side: bool = True
    one_pfs_group: bool = True


def _meanings(words: Mapping[str, tuple[T, str]]) -> frozenset[T]:
    return frozenset(meaning for meaning, _ in words.values())


# 3DES is among the words of AlliedWare Plus, and its manual says that newer firmware does not support it.
_AWPLUS_CBC = _meanings(awplus.CIPHERS) - {awplus.TRIPLE_DES}
_AWPLUS_GCM = frozenset(Cipher(kind, c.key_bits) for kind in _meanings(awplus.GCMS) for c in _AWPLUS_CBC)
_CISCO_CBC = frozenset({*map(cisco.aes, cisco.AES_BITS), cisco.TRIPLE_DES, cisco.DES})

_OF: dict[str, Abilities] = {
    NEC: Abilities(
        ike_ciphers=_meanings(nec.CIPHERS),
        ike_integrities=_meanings(nec.INTEGRITIES),
        ike_prfs=_meanings(nec.PRFS),
        child_ciphers=_meanings(nec.CIPHERS),
        child_integrities=_meanings(nec.INTEGRITIES),
        groups=_meanings(nec.GROUPS),
        phase1_ciphers=_meanings(nec.PHASE1_CIPHERS),
        hashes=_meanings(nec.HASHES),
        esp_ciphers=_meanings(nec.ESP_CIPHERS),
        esp_integrities=_meanings(nec.ESP_INTEGRITIES),
        identities=_ALL,
        own_v1=_ALL,
        peers_v1=_ALL,
        one_pfs_group=False,
    ),
    CISCO: Abilities(
        ike_ciphers=_meanings(cisco.IKEV2_CIPHERS),
        ike_integrities=_meanings(cisco.IKEV2_INTEGRITIES),
        ike_prfs=_meanings(cisco.PRFS),
        child_ciphers=_CISCO_CBC | frozenset(map(cisco.gcm, cisco.AES_BITS)),
        child_integrities=_meanings(cisco.ESP_HASHES),
        groups=frozenset(cisco.GROUPS.values()),
        phase1_ciphers=_CISCO_CBC,
        hashes=_meanings(cisco.HASHES),
        esp_ciphers=_CISCO_CBC | frozenset(map(cisco.gcm, cisco.AES_BITS)) | {cisco.NULL_CIPHER},
        esp_integrities=_meanings(cisco.ESP_HASHES),
        identities=_ALL,
        own_v1=_NAMES,
        peers_v1=_ALL,
        has_ah=True,
    ),
    AWPLUS: Abilities(
        ike_ciphers=_AWPLUS_CBC,
        ike_integrities=frozenset(awplus.PRF_OF),
        ike_prfs=frozenset(awplus.PRF_OF.values()),
        child_ciphers=_AWPLUS_CBC | _AWPLUS_GCM,
        child_integrities=_meanings(awplus.INTEGRITIES),
        groups=_meanings(awplus.GROUPS),
        phase1_ciphers=_AWPLUS_CBC,
        hashes=frozenset(awplus.HASH_OF.values()),
        esp_ciphers=_AWPLUS_CBC | _AWPLUS_GCM,
        esp_integrities=_meanings(awplus.INTEGRITIES),
        identities=_NAMES,
        own_v1=_NAMES,
        peers_v1=_NAMES,
        one_prf=True,
        key_each_side=False,
    ),
}

# Weakest first, by RFC 8247 section 2 and NIST SP 800-57 part 1 table 2. What comes in place of another is
# never weaker than the value beside the list: who has to change the line anyway, changes it for good.
_CIPHERS = (cisco.DES, cisco.TRIPLE_DES, *map(cisco.aes, cisco.AES_BITS))
_HASHES = (
    HashAlgorithm.MD5,
    HashAlgorithm.SHA,
    HashAlgorithm.SHA2_256,
    HashAlgorithm.SHA2_384,
    HashAlgorithm.SHA2_512,
)
_INTEGRITIES = (
    IntegrityId.AUTH_HMAC_MD5_96,
    IntegrityId.AUTH_HMAC_SHA1_96,
    IntegrityId.AUTH_HMAC_SHA2_256_128,
    IntegrityId.AUTH_HMAC_SHA2_384_192,
    IntegrityId.AUTH_HMAC_SHA2_512_256,
)
_GROUPS = (
    KeyExchangeId.MODP_768,
    KeyExchangeId.MODP_1024,
    KeyExchangeId.MODP_1536,
    KeyExchangeId.MODP_2048_256,
    KeyExchangeId.MODP_2048,
    KeyExchangeId.ECP_256,
    KeyExchangeId.MODP_3072,
    KeyExchangeId.MODP_4096,
    KeyExchangeId.ECP_384,
    KeyExchangeId.MODP_8192,
    KeyExchangeId.ECP_521,
)


PRF_OF = cisco.PRF_OF_INTEGRITY


def abilities(dialect: str) -> Abilities:
    """Of the devices of a dialect."""
    return _OF[dialect]


def cipher_like(cipher: Cipher | None, known: frozenset[Cipher]) -> Cipher:
    """The cipher that comes nearest, CBC where it was AEAD; `known`: what both devices have."""
    bits = cipher.key_bits if cipher else 0
    plain = Cipher(EncryptionId.ENCR_AES_CBC, bits) if bits else cipher
    return _nearest(plain, _CIPHERS, known, cisco.aes(128))


def integrity_like(integrity: IntegrityId, known: frozenset[IntegrityId]) -> IntegrityId:
    """The integrity algorithm that comes nearest."""
    return _nearest(integrity, _INTEGRITIES, known, IntegrityId.AUTH_HMAC_SHA2_256_128)


def hash_like(hashed: HashAlgorithm, known: frozenset[HashAlgorithm]) -> HashAlgorithm:
    """The hash of phase 1 that comes nearest."""
    return _nearest(hashed, _HASHES, known, HashAlgorithm.SHA2_256)


def group_like(group: KeyExchangeId, known: frozenset[KeyExchangeId]) -> KeyExchangeId:
    """The group that comes nearest."""
    return _nearest(group, _GROUPS, known, KeyExchangeId.MODP_2048)


def _nearest(value: object, ladder: Sequence[T], known: frozenset[T], least: T) -> T:
    """As strong or the next stronger one that both have, else the strongest."""
    start = max(ladder.index(least), ladder.index(value) if value in ladder else 0)
    stronger = [step for step in ladder[start:] if step in known]
    weaker = [step for step in ladder if step in known]
    return stronger[0] if stronger else weaker[-1]
