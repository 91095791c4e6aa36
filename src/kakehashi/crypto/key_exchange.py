"""Diffie-Hellman of transform type 4: MODP groups, NIST curves, X25519 and X448.

Public values and shared secrets are the octets that stand in a KE payload and that SKEYSEED takes.
"""

import hmac
from collections.abc import Callable
from typing import Protocol

import gmpy2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x448 import X448PrivateKey, X448PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from kakehashi.crypto.errors import InvalidPublicValue, UnsupportedAlgorithm
from kakehashi.crypto.modp import MODP_GROUPS, ModpGroup
from kakehashi.wire.registry.ikev2 import KeyExchangeId

Entropy = Callable[[int], bytes]


class KeyPair(Protocol):
    """A private value that lives only here, and its public one. `repr` shows neither."""

    @property
    def group(self) -> KeyExchangeId:
        """The group of both."""

    @property
    def public(self) -> bytes:
        """The Key Exchange Data for the peer."""

    def shared(self, peer_public: bytes) -> bytes:
        """g^ir. Raises InvalidPublicValue by the tests of RFC 6989 section 2 and RFC 7748 section 6."""


def generate(group: KeyExchangeId, entropy: Entropy) -> KeyPair:
    """A new pair. `entropy(n)` returns n random octets; the same octets make the same pair.

    Raises UnsupportedAlgorithm.
    """
    if group is KeyExchangeId.CURVE25519:
        return _X25519(entropy)
    if group is KeyExchangeId.CURVE448:
        return _X448(entropy)
    if group in _CURVES:
        return _Ecp(group, entropy)
    if group in MODP_GROUPS:
        return _Modp(group, entropy)
    raise _unsupported(group)


def supported() -> frozenset[KeyExchangeId]:
    """Every group that `generate` knows."""
    return frozenset(_PUBLIC_SIZES)


def public_size(group: KeyExchangeId) -> int:
    """Octets of a public value, the only length that the group permits. Raises UnsupportedAlgorithm."""
    size = _PUBLIC_SIZES.get(group)
    if size is None:
        raise _unsupported(group)
    return size


class _Masked:
    group: KeyExchangeId
    __slots__ = ()

    def __repr__(self) -> str:
        return f"KeyPair({self.group.name}, ***)"


class _X25519(_Masked):
    """RFC 8031. Octets in the order of RFC 7748."""

    __slots__ = ("_private", "group", "public")

    def __init__(self, entropy: Entropy) -> None:
        self.group = KeyExchangeId.CURVE25519
        self._private = X25519PrivateKey.from_private_bytes(entropy(32))
        self.public = self._private.public_key().public_bytes_raw()

    def shared(self, peer_public: bytes) -> bytes:
        _check_size(self.group, peer_public)
        try:
            secret = self._private.exchange(X25519PublicKey.from_public_bytes(peer_public))
        except ValueError:
            raise _small_order(self.group) from None
        return _not_zero(self.group, secret)


class _X448(_Masked):
    """RFC 8031. Octets in the order of RFC 7748."""

    __slots__ = ("_private", "group", "public")

    def __init__(self, entropy: Entropy) -> None:
        self.group = KeyExchangeId.CURVE448
        self._private = X448PrivateKey.from_private_bytes(entropy(56))
        self.public = self._private.public_key().public_bytes_raw()

    def shared(self, peer_public: bytes) -> bytes:
        _check_size(self.group, peer_public)
        try:
            secret = self._private.exchange(X448PublicKey.from_public_bytes(peer_public))
        except ValueError:
            raise _small_order(self.group) from None
        return _not_zero(self.group, secret)


class _Ecp(_Masked):
    """RFC 5903: the public value is x || y, the shared secret x alone, each as long as the field."""

    __slots__ = ("_private", "group", "public")

    def __init__(self, group: KeyExchangeId, entropy: Entropy) -> None:
        curve, order = _CURVES[group]
        self.group = group
        self._private = ec.derive_private_key(_below(order, entropy), curve)
        numbers = self._private.public_key().public_numbers()
        size = public_size(group) // 2
        self.public = numbers.x.to_bytes(size, "big") + numbers.y.to_bytes(size, "big")

    def shared(self, peer_public: bytes) -> bytes:
        _check_size(self.group, peer_public)
        try:
            # Refuses what is not on the curve (RFC 6989 section 2.3); the point at infinity has no x || y.
            peer = ec.EllipticCurvePublicKey.from_encoded_point(self._private.curve, b"\x04" + peer_public)
        except ValueError:
            raise InvalidPublicValue(f"the public value is not a point of {self.group.name}") from None
        return self._private.exchange(ec.ECDH(), peer)


class _Modp(_Masked):
    """RFC 7296 section 2.14: big-endian, padded with zeros to the length of the modulus."""

    __slots__ = ("_exponent", "_parameters", "group", "public")

    def __init__(self, group: KeyExchangeId, entropy: Entropy) -> None:
        self.group = group
        self._parameters = MODP_GROUPS[group]
        self._exponent = _exponent(self._parameters, entropy)
        self.public = self._power(self._parameters.generator)

    def shared(self, peer_public: bytes) -> bytes:
        _check_size(self.group, peer_public)
        y = gmpy2.mpz.from_bytes(peer_public, "big")
        p, q = self._parameters.prime, self._parameters.subgroup_order
        # RFC 6989 section 2.1, and section 2.2 for groups with small subgroups.
        if not 1 < y < p - 1 or (q is not None and gmpy2.powmod(y, q, p) != 1):
            raise InvalidPublicValue(f"the public value is not an element of {self.group.name}")
        return self._power(y)

    def _power(self, base: object) -> bytes:
        # powmod_sec takes a time that does not depend on the exponent's bits.
        power = gmpy2.powmod_sec(base, self._exponent, self._parameters.prime)
        octets: bytes = power.to_bytes(self._parameters.size, "big")
        return octets


def _exponent(group: ModpGroup, entropy: Entropy) -> object:
    if group.subgroup_order is not None:
        return gmpy2.mpz(_below(int(group.subgroup_order), entropy))
    # The top bit is set so that the length tells nothing and the exponent is never zero.
    size = group.exponent_bits
    return gmpy2.mpz(int.from_bytes(entropy(size // 8), "big") | 1 << (size - 1))


def _below(order: int, entropy: Entropy) -> int:
    """A number from 1 to order - 1: 64 bits more than needed, reduced (FIPS 186-5 appendix A.2.1)."""
    surplus = int.from_bytes(entropy((order.bit_length() + 64 + 7) // 8), "big")
    return surplus % (order - 1) + 1


def _check_size(group: KeyExchangeId, peer_public: bytes) -> None:
    if len(peer_public) != public_size(group):
        raise InvalidPublicValue(
            f"a public value of {group.name} has {public_size(group)} octets, not {len(peer_public)}"
        )


def _not_zero(group: KeyExchangeId, secret: bytes) -> bytes:
    """RFC 7748 section 6 lets a library do without this test; it must not depend on the library here."""
    if hmac.compare_digest(secret, bytes(len(secret))):
        raise _small_order(group)
    return secret


def _small_order(group: KeyExchangeId) -> InvalidPublicValue:
    return InvalidPublicValue(f"the public value of {group.name} is a point of small order")


def _unsupported(group: KeyExchangeId) -> UnsupportedAlgorithm:
    return UnsupportedAlgorithm(f"key exchange method {group.name} is not implemented")


# (curve, order of its base point: FIPS 186-5, SP 800-186 section 3.2.1)
_CURVES: dict[KeyExchangeId, tuple[ec.EllipticCurve, int]] = {
    KeyExchangeId.ECP_256: (
        ec.SECP256R1(),
        0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    ),
    KeyExchangeId.ECP_384: (
        ec.SECP384R1(),
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
    ),
    KeyExchangeId.ECP_521: (
        ec.SECP521R1(),
        (1 << 521) - 0x5AE79787C40D069948033FEB708F65A2FC44A36477663B851449048E16EC79BF7,
    ),
}

_PUBLIC_SIZES: dict[KeyExchangeId, int] = {
    **{group: parameters.size for group, parameters in MODP_GROUPS.items()},
    **{group: 2 * ((curve.key_size + 7) // 8) for group, (curve, _) in _CURVES.items()},
    KeyExchangeId.CURVE25519: 32,
    KeyExchangeId.CURVE448: 56,
}
