"""The two MACs that are made of AES-128: XCBC (RFC 3566) and CMAC (RFC 4493), at their full 16 octets."""

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

_BLOCK = 16
_ZEROS = bytes(_BLOCK)
# RFC 3566 section 4 (1): K1, K2 and K3 are the key's encryptions of these three blocks.
_SUBKEY_SEEDS = b"\x01" * _BLOCK + b"\x02" * _BLOCK + b"\x03" * _BLOCK


def xcbc(key: bytes, data: bytes) -> bytes:
    """AES-XCBC-MAC of `data` before truncation: 16 octets. `key` is 16 octets."""
    ecb = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 (three distinct constant blocks)
    subkeys = ecb.update(_SUBKEY_SEEDS)
    whole = max(0, len(data) - 1) // _BLOCK * _BLOCK
    last = data[whole:]
    if len(last) == _BLOCK:
        mask = subkeys[16:32]
    else:
        last, mask = (last + b"\x80").ljust(_BLOCK, b"\x00"), subkeys[32:48]
    last = (int.from_bytes(last, "big") ^ int.from_bytes(mask, "big")).to_bytes(_BLOCK, "big")
    # The chain of XCBC is CBC under K1 with an IV of zeros; only its last block is the MAC.
    cbc = Cipher(algorithms.AES(subkeys[:16]), modes.CBC(_ZEROS)).encryptor()
    return cbc.update(data[:whole] + last)[-_BLOCK:]


def cmac(key: bytes, data: bytes) -> bytes:
    """AES-CMAC of `data` before truncation: 16 octets. `key` is 16 octets."""
    mac = CMAC(algorithms.AES(key))
    mac.update(data)
    return mac.finalize()
