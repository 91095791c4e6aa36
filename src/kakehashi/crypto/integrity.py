"""The integrity algorithms of transform type 3, truncated as their names say."""

from collections.abc import Callable

from kakehashi.crypto import aes_mac
from kakehashi.crypto.errors import UnsupportedAlgorithm
from kakehashi.crypto.keyed_hash import Hmac
from kakehashi.crypto.sizes import INTEGRITY
from kakehashi.wire.registry.ikev2 import IntegrityId

_HMACS = {
    IntegrityId.AUTH_HMAC_MD5_96: Hmac("md5"),
    IntegrityId.AUTH_HMAC_SHA1_96: Hmac("sha1"),
    IntegrityId.AUTH_HMAC_SHA2_256_128: Hmac("sha256"),
    IntegrityId.AUTH_HMAC_SHA2_384_192: Hmac("sha384"),
    IntegrityId.AUTH_HMAC_SHA2_512_256: Hmac("sha512"),
}
_AES_MACS = {
    IntegrityId.AUTH_AES_XCBC_96: aes_mac.xcbc,
    IntegrityId.AUTH_AES_CMAC_96: aes_mac.cmac,
}


def integrity_function(integrity: IntegrityId, key: bytes) -> Callable[[bytes], bytes]:
    """The function from a message to its ICV under `key` (SK_a).

    Raises UnsupportedAlgorithm (also for NONE), and ValueError where the key has a wrong size.
    """
    key_size, icv = INTEGRITY.get(integrity, (0, 0))
    if not icv:
        raise UnsupportedAlgorithm(f"{integrity.name} is no integrity algorithm that we can use")
    if len(key) != key_size:
        raise ValueError(f"{integrity.name} takes a key of {key_size} octets, not {len(key)}")
    if integrity in _AES_MACS:
        mac = _AES_MACS[integrity]
        return lambda data: mac(key, data)[:icv]
    hmac = _HMACS[integrity]
    return lambda data: hmac(key, data)[:icv]
