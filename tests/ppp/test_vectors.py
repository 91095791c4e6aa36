"""What the RFCs print: MD4, MS-CHAPv2 and its DES."""

import pytest

from kakehashi.ppp import mschapv2
from kakehashi.ppp.md4 import md4
from kakehashi.ppp.users import MsChapV2Login, UserTable, without_domain
from tests.ppp.line import USERS

# RFC 1320 appendix A.5.
MD4 = {
    b"": "31d6cfe0d16ae931b73c59d7e0c089c0",
    b"a": "bde52cb31de33e46245e05fbdbd6fb24",
    b"abc": "a448017aaf21d8525fc10ae87aa6729d",
    b"message digest": "d9130a8164549fe818874806e1c7014b",
    b"abcdefghijklmnopqrstuvwxyz": "d79e1c308aa5bbcdeea8ed63df412da9",
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789": "043f8582f241db351ce627e153e7f0e4",
    b"1234567890" * 8: "e33b4ddc9c38f2199c3e7b164fcc0536",
}

# RFC 2759 section 9.2.
AUTHENTICATOR = bytes.fromhex("5B5D7C7D7B3F2F3E3C2C602132262628")
PEER = bytes.fromhex("21402324255E262A28295F2B3A337C7E")
HASH = bytes.fromhex("44EBBA8D5312B8D611474411F56989AE")
RESPONSE = bytes.fromhex("82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF")


@pytest.mark.parametrize("message", MD4, ids=len)
def test_md4(message: bytes) -> None:
    assert md4(message).hex() == MD4[message]


def test_mschapv2() -> None:
    assert mschapv2.challenge_hash(PEER, AUTHENTICATOR, b"User").hex().upper() == "D02E4386BCE91226"
    assert mschapv2.nt_password_hash("clientPass") == HASH
    assert md4(HASH).hex().upper() == "41C00C584BD2D91C4017A2A12FA59F3F"
    assert mschapv2.nt_response(AUTHENTICATOR, PEER, b"User", HASH) == RESPONSE
    assert mschapv2.authenticator_response(HASH, RESPONSE, PEER, AUTHENTICATOR, b"User") == (
        "S=407A5589115FD0D6209F510FE9C04566932CDA56"
    )


def test_any_changed_octet_of_a_response_is_refused() -> None:
    value = PEER + bytes(8) + RESPONSE + b"\0"
    assert mschapv2.is_response(value, AUTHENTICATOR, b"User", HASH)
    for at in (*range(16), *range(24, 48)):
        changed = bytes(octet ^ (at == place) for place, octet in enumerate(value))
        assert not mschapv2.is_response(changed, AUTHENTICATOR, b"User", HASH)
    for length in range(len(value)):
        assert not mschapv2.is_response(value[:length], AUTHENTICATOR, b"User", HASH)


def test_a_domain_is_no_part_of_the_name() -> None:
    assert without_domain(r"OFFICE\ada") == "ada"
    assert isinstance(USERS, UserTable)
    assert "5B" not in repr(MsChapV2Login("ada", 1, AUTHENTICATOR, RESPONSE)).upper()
