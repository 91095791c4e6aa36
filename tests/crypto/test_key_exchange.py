"""Diffie-Hellman: published exchanges, agreement in every group, and values that must be refused."""

import hashlib
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from kakehashi.crypto.errors import InvalidPublicValue, UnsupportedAlgorithm
from kakehashi.crypto.key_exchange import KeyPair, generate, public_size, supported
from kakehashi.crypto.modp import MODP_GROUPS
from kakehashi.wire.registry.ikev2 import KeyExchangeId

from .published import Case, cases

ALL_GROUPS = sorted(supported())
ECP = {
    KeyExchangeId.ECP_256: ec.SECP256R1(),
    KeyExchangeId.ECP_384: ec.SECP384R1(),
    KeyExchangeId.ECP_521: ec.SECP521R1(),
}
MONTGOMERY = {KeyExchangeId.CURVE25519: 2**255 - 19, KeyExchangeId.CURVE448: 2**448 - 2**224 - 1}


def entropy_of(seed: str) -> Callable[[int], bytes]:
    """Octets that differ by call and repeat with the seed."""
    calls = 0

    def entropy(size: int) -> bytes:
        nonlocal calls
        calls += 1
        return hashlib.shake_256(f"{seed} {calls}".encode()).digest(size)

    return entropy


def pair_with(group: KeyExchangeId, private: bytes) -> KeyPair:
    """The pair of a published private value, which for numbers is drawn from 1 to order - 1."""
    if group in MONTGOMERY:
        return generate(group, lambda size: private)
    number = int.from_bytes(private, "big") - 1
    return generate(group, lambda size: number.to_bytes(size, "big"))


@pytest.mark.parametrize("case", cases("key_exchange"))
def test_both_sides_get_what_the_rfc_prints(case: Case) -> None:
    group = KeyExchangeId[case["group"]]
    a = pair_with(group, case.octets("private_a"))
    b = pair_with(group, case.octets("private_b"))
    assert a.public == case.octets("public_a")
    assert b.public == case.octets("public_b")
    assert a.shared(b.public) == b.shared(a.public) == case.octets("shared")


@pytest.mark.parametrize(
    ("group", "scalar", "u", "output"),
    [
        (
            KeyExchangeId.CURVE25519,
            "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
            "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
            "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
        ),
        (
            KeyExchangeId.CURVE448,
            "203d494428b8399352665ddca42f9de8fef600908e0d461cb021f8c538345dd77c3e4806e25f46d3315c44e0a5b43712"
            "82dd2c8d5be3095f",
            "0fbcc2f993cd56d3305b0b7d9e55d4c1a8fb5dbb52f8e9a1e9b6201b165d015894e56c4d3570bee52fe205e28a78b91c"
            "dfbde71ce8d157db",
            "884a02576239ff7a2f2f63b2db6a9ff37047ac13568e1e30fe63c4a7ad1b3ee3a5700df34321d62077e63633c575c1c9"
            "54514e99da7c179d",
        ),
    ],
)
def test_scalar_multiplication_of_rfc_7748(group: KeyExchangeId, scalar: str, u: str, output: str) -> None:
    """RFC 7748 section 5.2; the high bit of the X25519 coordinate must be ignored."""
    assert pair_with(group, bytes.fromhex(scalar)).shared(bytes.fromhex(u)).hex() == output


@pytest.mark.parametrize("group", ALL_GROUPS)
def test_two_sides_agree_and_the_octets_have_their_length(group: KeyExchangeId) -> None:
    a, b = generate(group, entropy_of("a")), generate(group, entropy_of("b"))
    assert a.group is group
    assert len(a.public) == len(b.public) == public_size(group)
    assert a.public != b.public
    assert a.shared(b.public) == b.shared(a.public)
    # RFC 5903 section 7: x only; RFC 7296 section 2.14: as long as the modulus.
    assert len(a.shared(b.public)) == (public_size(group) // 2 if group in ECP else public_size(group))


@pytest.mark.parametrize("group", ALL_GROUPS)
def test_the_same_entropy_makes_the_same_pair(group: KeyExchangeId) -> None:
    first, again = generate(group, entropy_of("x")), generate(group, entropy_of("x"))
    assert first.public == again.public
    assert first.public != generate(group, entropy_of("y")).public


def test_all_groups_of_the_registry_that_devices_use_are_there() -> None:
    assert {int(group) for group in supported()} == {1, 2, 5, *range(14, 25), 31, 32}


@pytest.mark.parametrize("group", ALL_GROUPS)
def test_a_private_value_is_not_printed(group: KeyExchangeId) -> None:
    pair = generate(group, entropy_of("secret"))
    assert repr(pair) == str(pair) == f"KeyPair({group.name}, ***)"


@pytest.mark.parametrize("group", ALL_GROUPS)
def test_other_lengths_are_refused(group: KeyExchangeId) -> None:
    pair = generate(group, entropy_of("a"))
    public = generate(group, entropy_of("b")).public
    for wrong in (b"", public[:-1], public + b"\x00", b"\x00" + public, public[1:], public * 2):
        with pytest.raises(InvalidPublicValue, match=f"{public_size(group)} octets"):
            pair.shared(wrong)


@pytest.mark.parametrize("group", sorted(MODP_GROUPS))
def test_modp_values_outside_the_group_are_refused(group: KeyExchangeId) -> None:
    """RFC 6989 section 2.1: 1 < y < p - 1."""
    pair = generate(group, entropy_of("a"))
    p, size = int(MODP_GROUPS[group].prime), public_size(group)
    for y in (0, 1, p - 1, p, p + 1, p + 2, 2 ** (8 * size) - 1):
        with pytest.raises(InvalidPublicValue, match=group.name):
            pair.shared(y.to_bytes(size, "big"))


@pytest.mark.parametrize(
    "group", [KeyExchangeId.MODP_1024_160, KeyExchangeId.MODP_2048_224, KeyExchangeId.MODP_2048_256]
)
def test_values_outside_the_subgroup_are_refused(group: KeyExchangeId) -> None:
    """RFC 6989 section 2.2: y^q = 1. Every element of a small subgroup fails it, and so do most others."""
    parameters = MODP_GROUPS[group]
    assert parameters.subgroup_order is not None
    p, q, size = int(parameters.prime), int(parameters.subgroup_order), public_size(group)
    pair = generate(group, entropy_of("a"))
    outside = [y for y in range(2, 12) if pow(y, q, p) != 1]
    small = pow(3, 2 * q, p)
    assert len(outside) > 5
    for y in [*outside, small, p - 2]:
        with pytest.raises(InvalidPublicValue, match=group.name):
            pair.shared(y.to_bytes(size, "big"))


@pytest.mark.parametrize("group", sorted(ECP))
def test_points_off_the_curve_are_refused(group: KeyExchangeId) -> None:
    """RFC 6989 section 2.3."""
    pair = generate(group, entropy_of("a"))
    public = generate(group, entropy_of("b")).public
    half = len(public) // 2
    for bit in (0, 7, 8 * half - 1, 8 * half, 8 * half + 9, 8 * len(public) - 1):
        wrong = bytearray(public)
        wrong[bit // 8] ^= 0x80 >> bit % 8
        with pytest.raises(InvalidPublicValue, match=group.name):
            pair.shared(bytes(wrong))
    for wrong_value in (bytes(2 * half), b"\xff" * 2 * half, public[half:] + public[:half]):
        with pytest.raises(InvalidPublicValue, match=group.name):
            pair.shared(wrong_value)


@pytest.mark.parametrize("group", sorted(MONTGOMERY))
def test_points_of_small_order_are_refused(group: KeyExchangeId) -> None:
    """RFC 7748 sections 6.1 and 6.2: a shared secret of zeros."""
    p, size = MONTGOMERY[group], public_size(group)
    small = [0, 1, p - 1, p, p + 1]
    if group is KeyExchangeId.CURVE25519:
        # The two of order 8.
        small += [
            int.from_bytes(
                bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"), "little"
            ),
            int.from_bytes(
                bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"), "little"
            ),
        ]
    pair = generate(group, entropy_of("a"))
    for u in small:
        with pytest.raises(InvalidPublicValue, match=group.name):
            pair.shared(u.to_bytes(size, "little"))


@pytest.mark.parametrize("group", [KeyExchangeId.NONE, KeyExchangeId.ECP_224, KeyExchangeId(999)])
def test_other_groups_are_refused_by_name(group: KeyExchangeId) -> None:
    with pytest.raises(UnsupportedAlgorithm, match=group.name):
        generate(group, entropy_of("a"))
    with pytest.raises(UnsupportedAlgorithm, match=group.name):
        public_size(group)


@pytest.mark.parametrize("group", sorted(ECP))
def test_ecp_private_values_reach_both_ends_of_their_range(group: KeyExchangeId) -> None:
    """1 and order - 1, whose public values are the base point and its negative."""
    order = ECP[group].group_order
    least = generate(group, bytes)
    most = generate(group, lambda size: (order - 2).to_bytes(size, "big"))
    half = public_size(group) // 2
    assert least.public[:half] == most.public[:half]
    assert least.public[half:] != most.public[half:]
    assert generate(group, lambda size: (order - 1).to_bytes(size, "big")).public == least.public
