"""AES-CCM written from RFC 3610 section 2, block by block: what our ICV sizes are compared with."""

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def ccm(key: bytes, nonce: bytes, header: bytes, plaintext: bytes, icv: int) -> bytes:
    """Ciphertext | ICV."""
    size_octets = 15 - len(nonce)
    flags = 64 * bool(header) + 8 * ((icv - 2) // 2) + (size_octets - 1)
    b0 = bytes((flags,)) + nonce + len(plaintext).to_bytes(size_octets, "big")
    additional = len(header).to_bytes(2, "big") + header if header else b""
    mac = bytes(16)
    for block in (*_blocks(b0), *_blocks(additional), *_blocks(plaintext)):
        mac = _encrypt(key, _xor(mac, block))
    key_stream = [
        _encrypt(key, bytes((size_octets - 1,)) + nonce + counter.to_bytes(size_octets, "big"))
        for counter in range(1 + -(-len(plaintext) // 16))
    ]
    return _xor(plaintext, b"".join(key_stream[1:])) + _xor(mac, key_stream[0])[:icv]


def _blocks(data: bytes) -> list[bytes]:
    return [data[start : start + 16].ljust(16, b"\x00") for start in range(0, len(data), 16)]


def _encrypt(key: bytes, block: bytes) -> bytes:
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(block)


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=False))
