"""Numbers by name, and numbers without one."""

import copy
import inspect
import pickle

import pytest

from kakehashi.wire.registry import ikev2
from kakehashi.wire.registry.ikev2 import (
    AEAD_CIPHERS,
    EncryptionId,
    KeyExchangeId,
    NotifyType,
    PayloadType,
    TransformAttributeType,
)
from kakehashi.wire.registry.open_enum import OpenIntEnum, by_number

REGISTRIES = [
    value
    for _, value in inspect.getmembers(ikev2, inspect.isclass)
    if issubclass(value, OpenIntEnum) and value is not OpenIntEnum
]


@pytest.mark.parametrize("registry", REGISTRIES, ids=lambda r: r.__name__)
def test_no_number_has_two_names_and_every_number_fits_its_field(registry: type[OpenIntEnum]) -> None:
    assert len(registry.__members__) == len(set(registry)) > 0
    assert all(registry(int(member)) is member for member in registry)


def test_an_unknown_number_survives_and_prints() -> None:
    unknown = EncryptionId(999)
    assert (unknown.name, str(unknown), f"{unknown}", int(unknown)) == ("UNKNOWN_999",) * 3 + (999,)
    assert unknown == 999 == EncryptionId(999)
    assert hash(unknown) == hash(999)
    assert unknown != EncryptionId.ENCR_AES_CBC
    assert unknown in {999}


def test_an_unknown_number_is_copied_and_pickled() -> None:
    unknown = NotifyType(12345)
    assert copy.deepcopy(unknown) == pickle.loads(pickle.dumps(unknown)) == unknown
    assert isinstance(pickle.loads(pickle.dumps(unknown)), NotifyType)


def test_unknown_numbers_do_not_make_the_registry_grow() -> None:
    before = len(EncryptionId), len(EncryptionId._value2member_map_)
    for number in range(1000, 3000):
        EncryptionId(number)
    assert (len(EncryptionId), len(EncryptionId._value2member_map_)) == before


@pytest.mark.parametrize(
    ("registry", "number"),
    [(PayloadType, 256), (PayloadType, -1), (EncryptionId, 65536), (TransformAttributeType, 0x8000)],
)
def test_a_number_that_does_not_fit_the_field_is_an_error(registry: type[OpenIntEnum], number: int) -> None:
    with pytest.raises(ValueError, match=str(number)):
        registry(number)


def test_a_table_by_number_says_what_the_registry_says_and_does_not_grow_either() -> None:
    table = by_number(PayloadType)
    assert all(table[number] is PayloadType(number) for number in PayloadType)
    assert (table[200], table[200].name) == (PayloadType(200), "UNKNOWN_200")
    assert len(table) == len(PayloadType)
    with pytest.raises(ValueError, match="256"):
        table[256]


def test_a_text_is_no_number() -> None:
    with pytest.raises(ValueError, match="ESP"):
        PayloadType("ESP")


def test_known_numbers_print_their_names() -> None:
    assert str(KeyExchangeId.ML_KEM_768) == "ML_KEM_768"
    assert f"{NotifyType.NO_PROPOSAL_CHOSEN}" == "NO_PROPOSAL_CHOSEN"


def test_errors_end_where_statuses_begin() -> None:
    assert NotifyType(16383).is_error
    assert NotifyType.NO_PROPOSAL_CHOSEN.is_error
    assert not NotifyType.INITIAL_CONTACT.is_error
    assert not NotifyType(40960).is_error


def test_aead_ciphers_are_those_with_an_integrity_check_of_their_own() -> None:
    names = ("CCM", "GCM", "GMAC", "POLY1305", "MGM")
    assert {c for c in EncryptionId if any(name in c.name for name in names)} == AEAD_CIPHERS
