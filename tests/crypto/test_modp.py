"""The MODP groups are what their RFCs define, computed here from the definition."""

import math

import gmpy2
import pytest

from kakehashi.crypto.key_exchange import generate
from kakehashi.crypto.modp import MODP_GROUPS
from kakehashi.wire.registry.ikev2 import KeyExchangeId

# bits, the least k that makes a safe prime, bits of strength: the larger of what RFC 3526 section 8 (first
# estimate) and NIST SP 800-56A revision 3 appendix D say
DEFINITIONS = {
    KeyExchangeId.MODP_768: (768, 149686, 80),
    KeyExchangeId.MODP_1024: (1024, 129093, 80),
    KeyExchangeId.MODP_1536: (1536, 741804, 90),
    KeyExchangeId.MODP_2048: (2048, 124476, 112),
    KeyExchangeId.MODP_3072: (3072, 1690314, 130),
    KeyExchangeId.MODP_4096: (4096, 240904, 152),
    KeyExchangeId.MODP_6144: (6144, 929484, 176),
    KeyExchangeId.MODP_8192: (8192, 4743158, 200),
}
WITH_SUBGROUP = {
    KeyExchangeId.MODP_1024_160: (1024, 160),
    KeyExchangeId.MODP_2048_224: (2048, 224),
    KeyExchangeId.MODP_2048_256: (2048, 256),
}


def pi_times_power_of_two(bits: int) -> int:
    """floor(2^bits pi) by Machin's formula, pi = 16 arctan(1/5) - 4 arctan(1/239)."""
    guard = 64

    def arctan_of_inverse(x: int) -> int:
        term = total = (1 << bits + guard) // x
        for n in range(3, 4 * bits, 2):
            term //= -x * x
            total += term // n
            if term in (0, -1):
                return total
        raise AssertionError("the series did not end")

    return (16 * arctan_of_inverse(5) - 4 * arctan_of_inverse(239)) >> guard


def test_our_pi_is_pi() -> None:
    assert pi_times_power_of_two(50) == math.floor(math.pi * 2**50)


def test_these_are_all_groups() -> None:
    assert set(MODP_GROUPS) == {*DEFINITIONS, *WITH_SUBGROUP}


@pytest.mark.parametrize("group", sorted(DEFINITIONS))
def test_prime_is_that_of_the_formula(group: KeyExchangeId) -> None:
    """RFC 2409 sections 6.1 and 6.2, RFC 3526: 2^n - 2^(n-64) - 1 + 2^64 (floor(2^(n-130) pi) + k)."""
    n, k, _ = DEFINITIONS[group]
    expected = 2**n - 2 ** (n - 64) - 1 + 2**64 * (pi_times_power_of_two(n - 130) + k)
    parameters = MODP_GROUPS[group]
    assert int(parameters.prime) == expected
    assert parameters.generator == 2
    assert parameters.size * 8 == n
    assert parameters.subgroup_order is None


@pytest.mark.parametrize("group", sorted(DEFINITIONS))
def test_exponents_have_twice_the_bits_of_the_strength(group: KeyExchangeId) -> None:
    bits = MODP_GROUPS[group].exponent_bits
    assert bits >= 2 * DEFINITIONS[group][2]
    assert bits % 8 == 0


@pytest.mark.parametrize("group", sorted(WITH_SUBGROUP))
def test_groups_of_rfc_5114_have_a_subgroup_of_prime_order(group: KeyExchangeId) -> None:
    parameters = MODP_GROUPS[group]
    p, q = parameters.prime, parameters.subgroup_order
    assert q is not None
    assert (p.bit_length(), q.bit_length()) == WITH_SUBGROUP[group]
    assert gmpy2.is_prime(p)
    assert gmpy2.is_prime(q)
    assert (p - 1) % q == 0
    assert gmpy2.powmod(parameters.generator, q, p) == 1


@pytest.mark.parametrize("group", sorted(DEFINITIONS))
def test_public_value_is_the_power_with_the_top_bit_of_the_exponent_set(group: KeyExchangeId) -> None:
    parameters = MODP_GROUPS[group]
    octets = bytes(range(1, parameters.exponent_bits // 8 + 1))
    exponent = int.from_bytes(octets, "big") | 1 << parameters.exponent_bits - 1
    pair = generate(group, lambda size: octets[:size])
    assert pair.public == pow(2, exponent, int(parameters.prime)).to_bytes(parameters.size, "big")


def test_exponent_is_never_zero() -> None:
    assert any(generate(KeyExchangeId.MODP_2048, bytes).public[:-1])


def test_small_values_are_padded_to_the_length_of_the_modulus() -> None:
    """RFC 7296 section 2.14. One public value in 256 begins with a zero octet, and so does one secret."""
    peer = generate(KeyExchangeId.MODP_768, lambda size: bytes(range(size)))
    short_publics = short_secrets = 0
    for number in range(2000):
        pair = generate(KeyExchangeId.MODP_768, lambda size, n=number: n.to_bytes(size, "big"))  # type: ignore[misc]
        secret = pair.shared(peer.public)
        assert len(pair.public) == len(secret) == 96
        assert peer.shared(pair.public) == secret
        short_publics += pair.public[0] == 0
        short_secrets += secret[0] == 0
        if short_publics and short_secrets:
            return
    raise AssertionError("no value began with a zero octet")
