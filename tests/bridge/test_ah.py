"""AH in another language and at the far end: kept where the device has it, and told where it has not."""

import pytest

from tests.bridge.sites import CISCO_MAP, mirrored, translated

ESP = "esp-aes 256 esp-sha256-hmac"
KINDS = {"around-esp": "ah-sha256-hmac esp-aes 256", "alone": "ah-sha256-hmac"}


def with_ah(transforms: str) -> str:
    return CISCO_MAP.replace(ESP, transforms)


@pytest.mark.parametrize("transforms", KINDS.values(), ids=KINDS)
def test_the_far_end_of_the_same_make_has_the_same_ah(transforms: str) -> None:
    found = mirrored(with_ah(transforms), "cisco-ios")
    assert found.proof.holds, found.proof
    assert found.changes == ()
    assert f"crypto ipsec transform-set T1 {transforms}\n" in found.text


@pytest.mark.parametrize("target", ["nec-ix", "awplus"])
@pytest.mark.parametrize("transforms", KINDS.values(), ids=KINDS)
def test_a_far_end_without_ah_gets_esp_and_this_end_as_well(transforms: str, target: str) -> None:
    found = mirrored(with_ah(transforms), target)
    assert found.proof.holds, found.proof
    assert "ah-" not in found.text
    (changed,) = (c for c in found.changes if c.was == "the proposals of phase 2")
    assert changed.adds, "this end has to learn it, too"
    assert changed.now.startswith("ESP with ENCR_AES_CBC_")
    assert changed.now.endswith("HMAC-SHA2-256-128"), "what AH had"


@pytest.mark.parametrize("transforms", KINDS.values(), ids=KINDS)
def test_translated_it_is_never_lost_without_a_word(transforms: str) -> None:
    same = translated(with_ah(transforms), "cisco-ios")
    assert same.holds
    assert f"crypto ipsec transform-set T1 {transforms}\n" in same.text
    for target in ("nec-ix", "awplus"):
        found = translated(with_ah(transforms), target)
        assert "ah-" not in found.text
        assert not found.holds, "the far end must be changed as this end is"
        assert "the proposals of phase 2" in {changed.was for changed in found.changes}, target
