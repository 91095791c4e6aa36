"""The numbers of IKEv1 by name."""

import inspect

import pytest

from kakehashi.wire.registry import ikev1, ikev2
from kakehashi.wire.registry.ikev1 import (
    AuthenticationMethod,
    ConfigurationAttribute,
    EspTransform,
    GroupDescription,
    NotifyType,
    PayloadType,
    Phase1Attribute,
)
from kakehashi.wire.registry.open_enum import OpenIntEnum

REGISTRIES = [
    value
    for _, value in inspect.getmembers(ikev1, inspect.isclass)
    if issubclass(value, OpenIntEnum) and value is not OpenIntEnum
]


@pytest.mark.parametrize("registry", REGISTRIES, ids=lambda r: r.__name__)
def test_no_number_has_two_names_and_every_number_fits_its_field(registry: type[OpenIntEnum]) -> None:
    assert len(registry.__members__) == len(set(registry)) > 0
    assert all(registry(int(member)) is member for member in registry)


@pytest.mark.parametrize("registry", REGISTRIES, ids=lambda r: r.__name__)
def test_an_unknown_number_survives_and_prints(registry: type[OpenIntEnum]) -> None:
    number = next(n for n in range(255, 0, -1) if n not in set(registry))
    assert str(registry(number)) == f"UNKNOWN_{number}"
    assert len(registry.__members__) == len(set(registry))


def test_a_number_that_does_not_fit_the_field_is_an_error() -> None:
    for registry, number in ((PayloadType, 256), (Phase1Attribute, 0x8000), (AuthenticationMethod, 65536)):
        with pytest.raises(ValueError, match=str(number)):
            registry(number)


def test_the_groups_have_the_names_that_ikev2_gives_them() -> None:
    """IANA: one list of MODP and ECP groups, kept twice; the binary curves are IKEv1's alone."""
    for group in GroupDescription:
        if not group.name.startswith("EC2N"):
            assert ikev2.KeyExchangeId(group).name == group.name


def test_the_esp_transforms_have_ikev2s_numbers_up_to_20() -> None:
    for transform in EspTransform:
        theirs = ikev2.EncryptionId(transform)
        if transform <= 20 and not theirs.name.startswith("UNKNOWN"):
            name = (
                theirs.name.removeprefix("ENCR_")
                .replace("3DES", "TRIPLE_DES")
                .replace("3IDEA", "TRIPLE_IDEA")
            )
            assert transform.name == name


def test_errors_end_where_statuses_begin() -> None:
    assert NotifyType(16383).is_error
    assert NotifyType.UNEQUAL_PAYLOAD_LENGTHS.is_error
    assert not NotifyType.CONNECTED.is_error
    assert not NotifyType.R_U_THERE.is_error


@pytest.mark.parametrize(
    ("name", "number"),
    [
        (PayloadType.NAT_D, 20),  # RFC 3947 section 9
        (PayloadType.NAT_OA, 21),
        (PayloadType.NAT_D_DRAFTS, 130),
        (PayloadType.FRAGMENT, 132),
        (NotifyType.RESPONDER_LIFETIME, 24576),  # RFC 2407 section 4.6.3
        (NotifyType.INITIAL_CONTACT, 24578),
        (NotifyType.R_U_THERE, 36136),  # RFC 3706 section 5.4
        (NotifyType.R_U_THERE_ACK, 36137),
        (AuthenticationMethod.HYBRID_INIT_RSA, 64221),
        (AuthenticationMethod.XAUTH_INIT_PRE_SHARED, 65001),
        (ConfigurationAttribute.XAUTH_TYPE, 16520),
        (ConfigurationAttribute.XAUTH_STATUS, 16527),
        (ConfigurationAttribute.UNITY_SPLIT_INCLUDE, 28676),
    ],
)
def test_numbers_outside_of_iana_and_of_extensions(name: OpenIntEnum, number: int) -> None:
    assert name == number
