"""Which algorithms of the rest of the system the numbers of IKEv1 mean.

The rest speaks IKEv2's numbers. A None in an answer says that there is no such algorithm here, or that the
key length does not fit. Each pair of functions is the inverse of the other.
"""

from collections.abc import Mapping
from typing import Final

from kakehashi.crypto import key_exchange
from kakehashi.crypto.sizes import CIPHERS, INTEGRITY
from kakehashi.wire.registry.ikev1 import (
    AhTransform,
    AuthenticationAlgorithm,
    EncryptionAlgorithm,
    EspTransform,
    GroupDescription,
)
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId, KeyExchangeId

# RFC 2409 appendix A.
_PHASE_1: Final[Mapping[int, EncryptionId]] = {
    EncryptionAlgorithm.DES_CBC: EncryptionId.ENCR_DES,
    EncryptionAlgorithm.TRIPLE_DES_CBC: EncryptionId.ENCR_3DES,
    EncryptionAlgorithm.AES_CBC: EncryptionId.ENCR_AES_CBC,
}
# RFC 2407 section 4.4.4. The numbers are IKEv2's up to 20.
_ESP: Final[Mapping[int, EncryptionId]] = {
    EspTransform.DES: EncryptionId.ENCR_DES,
    EspTransform.TRIPLE_DES: EncryptionId.ENCR_3DES,
    EspTransform.NULL: EncryptionId.ENCR_NULL,
    EspTransform.AES_CBC: EncryptionId.ENCR_AES_CBC,
    EspTransform.AES_CTR: EncryptionId.ENCR_AES_CTR,
    EspTransform.AES_CCM_8: EncryptionId.ENCR_AES_CCM_8,
    EspTransform.AES_CCM_12: EncryptionId.ENCR_AES_CCM_12,
    EspTransform.AES_CCM_16: EncryptionId.ENCR_AES_CCM_16,
    EspTransform.AES_GCM_8: EncryptionId.ENCR_AES_GCM_8,
    EspTransform.AES_GCM_12: EncryptionId.ENCR_AES_GCM_12,
    EspTransform.AES_GCM_16: EncryptionId.ENCR_AES_GCM_16,
}
# RFC 2403, RFC 2404, RFC 4868 section 5, RFC 3566.
_AUTHENTICATION: Final[Mapping[int, IntegrityId]] = {
    AuthenticationAlgorithm.HMAC_MD5: IntegrityId.AUTH_HMAC_MD5_96,
    AuthenticationAlgorithm.HMAC_SHA: IntegrityId.AUTH_HMAC_SHA1_96,
    AuthenticationAlgorithm.HMAC_SHA2_256: IntegrityId.AUTH_HMAC_SHA2_256_128,
    AuthenticationAlgorithm.HMAC_SHA2_384: IntegrityId.AUTH_HMAC_SHA2_384_192,
    AuthenticationAlgorithm.HMAC_SHA2_512: IntegrityId.AUTH_HMAC_SHA2_512_256,
    AuthenticationAlgorithm.AES_XCBC_MAC: IntegrityId.AUTH_AES_XCBC_96,
}
# RFC 2407 section 4.4.3: an AH transform goes together with the authentication algorithm of its name.
_AH: Final[Mapping[int, AuthenticationAlgorithm]] = {
    AhTransform.MD5: AuthenticationAlgorithm.HMAC_MD5,
    AhTransform.SHA: AuthenticationAlgorithm.HMAC_SHA,
    AhTransform.SHA2_256: AuthenticationAlgorithm.HMAC_SHA2_256,
    AhTransform.SHA2_384: AuthenticationAlgorithm.HMAC_SHA2_384,
    AhTransform.SHA2_512: AuthenticationAlgorithm.HMAC_SHA2_512,
    AhTransform.AES_XCBC_MAC: AuthenticationAlgorithm.AES_XCBC_MAC,
}
_TO_PHASE_1: Final = {ours: EncryptionAlgorithm(number) for number, ours in _PHASE_1.items()}
_TO_ESP: Final = {ours: EspTransform(number) for number, ours in _ESP.items()}
_TO_AUTHENTICATION: Final = {
    ours: AuthenticationAlgorithm(number) for number, ours in _AUTHENTICATION.items()
}
_TO_AH: Final = {of_name: AhTransform(number) for number, of_name in _AH.items()}


def phase1_cipher(encryption: int, key_length: int | None) -> tuple[EncryptionId, int] | None:
    """The cipher and its key bits, 0 where it has one length, of two attributes of an ISAKMP SA."""
    return _with_key_length(_PHASE_1.get(encryption), key_length)


def phase1_encryption(cipher: EncryptionId) -> EncryptionAlgorithm | None:
    """The number that ISAKMP SAs have for a cipher."""
    return _TO_PHASE_1.get(cipher)


def esp_cipher(transform_id: int, key_length: int | None) -> tuple[EncryptionId, int] | None:
    """The cipher and its key bits, 0 where it has one length, of an ESP transform and its Key Length."""
    return _with_key_length(_ESP.get(transform_id), key_length)


def esp_transform(cipher: EncryptionId) -> EspTransform | None:
    """The number that ESP transforms have for a cipher."""
    return _TO_ESP.get(cipher)


def integrity(authentication: int) -> IntegrityId | None:
    """The integrity algorithm of an Authentication Algorithm attribute."""
    found = _AUTHENTICATION.get(authentication)
    return found if found in INTEGRITY else None


def authentication_algorithm(integrity: IntegrityId) -> AuthenticationAlgorithm | None:
    """The Authentication Algorithm attribute of an integrity algorithm."""
    return _TO_AUTHENTICATION.get(integrity)


def ah_integrity(transform_id: int, authentication: int) -> IntegrityId | None:
    """The integrity algorithm of an AH transform; None also if its attribute names another one."""
    return integrity(authentication) if _AH.get(transform_id) == authentication else None


def ah_transform(integrity: IntegrityId) -> AhTransform | None:
    """The number that AH transforms have for an integrity algorithm."""
    authentication = authentication_algorithm(integrity)
    return None if authentication is None else _TO_AH.get(authentication)


def group(description: int) -> KeyExchangeId | None:
    """The group of a Group Description attribute. The numbers are IKEv2's."""
    known = description in GroupDescription.__members__.values()
    return KeyExchangeId(description) if known and description in key_exchange.supported() else None


def _with_key_length(cipher: EncryptionId | None, key_length: int | None) -> tuple[EncryptionId, int] | None:
    """RFC 2407 section 4.5 and RFC 2409 appendix A forbid a Key Length to ciphers of one length."""
    shape = None if cipher is None else CIPHERS.get(cipher)
    if cipher is None or shape is None or (key_length or 0) not in shape.key_bits:
        return None
    return cipher, key_length or 0
