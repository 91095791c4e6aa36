"""The model's values keep their promises."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.algorithms import Cipher
from kakehashi.model.finding import Finding, Severity
from kakehashi.model.identity import Authentication, AuthenticationMethod, Identity
from kakehashi.model.policy import Rekey
from kakehashi.model.secret import Secret
from kakehashi.model.source import Source
from kakehashi.wire.registry.ikev2 import EncryptionId, IdType


def test_a_secret_is_never_printed() -> None:
    secret = Secret(b"hidden-word")
    proof = Authentication(AuthenticationMethod.PSK, Identity.of(IdType.ID_KEY_ID, "x"), secret)
    for text in (repr(secret), str(secret), f"{secret}", repr(proof), str(proof)):
        assert "hidden" not in text
        assert secret.octets.hex() not in text


def test_secrets_are_equal_by_their_octets() -> None:
    assert Secret(b"a") == Secret(b"a")
    assert Secret(b"a") != Secret(b"b")
    assert Secret(b"a") != b"a"
    assert hash(Secret(b"a")) == hash(Secret(b"a"))


@pytest.mark.parametrize(
    ("id_type", "text", "data"),
    [
        (IdType.ID_IPV4_ADDR, "192.0.2.1", b"\xc0\x00\x02\x01"),
        (IdType.ID_IPV6_ADDR, "2001:db8::1", ip_address("2001:db8::1").packed),
        (IdType.ID_FQDN, "tokyo.example", b"tokyo.example"),
        (IdType.ID_KEY_ID, "東京", "東京".encode()),
    ],
)
def test_an_identity_reads_as_it_was_written(id_type: IdType, text: str, data: bytes) -> None:
    identity = Identity.of(id_type, text)
    assert (identity.data, identity.text) == (data, text)
    assert str(identity) == f"{id_type.name} {text}"


@pytest.mark.parametrize(
    ("id_type", "text"),
    [
        (IdType.ID_IPV4_ADDR, "2001:db8::1"),
        (IdType.ID_IPV6_ADDR, "192.0.2.1"),
        (IdType.ID_IPV4_ADDR, "tokyo"),
    ],
)
def test_an_identity_that_is_no_such_address_is_refused(id_type: IdType, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        Identity.of(id_type, text)


@given(st.integers(0, 255), st.binary(max_size=40))
def test_any_identity_from_the_wire_can_be_printed(id_type: int, data: bytes) -> None:
    assert Identity(IdType(id_type), data).text.isprintable()


@pytest.mark.parametrize(
    ("lifetime", "before_end", "after"), [(86400, 30, 86370), (28800, 60, 28740), (100, 60, 50), (1, 30, 0)]
)
def test_a_rekey_never_begins_before_half_of_the_lifetime(lifetime: int, before_end: int, after: int) -> None:
    assert Rekey(lifetime, before_end).after == after


def test_how_values_print() -> None:
    v4, v6 = SocketAddress(ip_address("192.0.2.1"), 500), SocketAddress(ip_address("2001:db8::1"), 4500)
    assert str(Path(v4, v6)) == "192.0.2.1:500 > [2001:db8::1]:4500"
    assert str(Cipher(EncryptionId.ENCR_AES_CBC, 256)) == "ENCR_AES_CBC_256"
    assert str(Cipher(EncryptionId.ENCR_3DES)) == "ENCR_3DES"
    finding = Finding(Severity.WARNING, "code", "it is so", Source("r.cfg", 3), "do this")
    assert str(finding) == "r.cfg:3: warning: it is so (do this)"
    assert str(Finding(Severity.INFO, "code", "it is so")) == "info: it is so"
