"""Pre-shared keys and profiles: whom they are for, and names that lead nowhere."""

import pytest

from kakehashi.model.finding import Severity
from kakehashi.model.secret import Secret
from tests.dialects.awplus.reading import codes, found, line, lower, the_tunnel, whole

OTHER = "crypto isakmp key another "


@pytest.mark.parametrize(
    ("whom", "tunnel"),
    [
        ("policy tunnel0", ""),
        ("hostname there", " tunnel destination dynamic\n tunnel remote name There"),
        ("hostname there.example", " tunnel destination there.example"),
        ("address 198.51.100.9", " tunnel destination 198.51.100.9"),
    ],
)
def test_a_key_is_found_by_tunnel_by_name_and_by_address(whom: str, tunnel: str) -> None:
    assert the_tunnel(whole(OTHER + whom, tunnel=tunnel)).peer.secret == Secret(b"another")


def test_a_key_for_the_address_wins_over_one_for_the_name() -> None:
    lowered = whole(OTHER + "hostname there", tunnel=" tunnel remote name there")
    assert the_tunnel(lowered).peer.secret == Secret(b"between-us")
    assert line(found(lowered, "unused-key")) == 3


def test_a_tunnel_without_a_key_is_told_with_what_is_near() -> None:
    lowered = whole(tunnel=" tunnel destination 198.51.100.22")
    missing = found(lowered, "undefined-key")
    assert (line(missing), missing.severity) == (9, Severity.ERROR)
    assert missing.remedy == "did you mean `198.51.100.2`?"
    assert found(lowered, "unused-key").remedy == "did you mean `198.51.100.22`?"
    assert not the_tunnel(lowered).enabled
    far = found(whole(tunnel=" tunnel destination other.example"), "undefined-key")
    assert far.remedy == "add `crypto isakmp key SECRET hostname other.example`"


def test_a_key_that_the_device_has_encrypted_cannot_be_read() -> None:
    lowered = whole("crypto isakmp key 8 aGVsbG8= policy tunnel0")
    assert line(found(lowered, "encrypted-key")) == 3
    assert not the_tunnel(lowered).enabled
    assert "aGVsbG8=" not in " ".join(map(str, lowered.findings))


def test_a_key_may_have_a_type() -> None:
    assert codes(whole(OTHER + "policy tunnel0 type psk")) == ["unused-key"]
    assert line(found(whole(OTHER + "policy tunnel0 type eap"), "not-yet")) == 3


def test_a_later_key_for_the_same_peer_holds() -> None:
    lowered = whole("crypto isakmp key later address 198.51.100.2")
    assert the_tunnel(lowered).peer.secret == Secret(b"later")
    assert line(found(lowered, "replaced")) == 2
    assert codes(whole("crypto isakmp key between-us address 198.51.100.2")) == []


def test_no_takes_a_key_back() -> None:
    lowered = whole("no crypto isakmp key between-us address 198.51.100.2")
    assert line(found(lowered, "undefined-key")) == 9


def test_no_secret_is_ever_told() -> None:
    lowered = whole("crypto isakmp key tell-nobody adress 192.0.2.1\ncrypto isakmp kye tell-nobody address x")
    assert lowered.findings
    assert "tell-nobody" not in repr(lowered) + " ".join(map(str, lowered.findings))


def test_a_profile_that_is_not_there_is_an_error_and_guessed() -> None:
    lines = (
        "crypto isakmp profile legacy\n transform 1 integrity sha1 encryption aes128 group 2\n"
        "crypto isakmp peer address 198.51.100.2 profile legcy\n"
    )
    lowered = whole(lines)
    wrong = found(lowered, "undefined-isakmp-profile")
    assert (line(wrong), wrong.severity, wrong.remedy) == (5, Severity.ERROR, "did you mean `legacy`?")
    assert line(found(lowered, "unused-isakmp-profile")) == 3
    ipsec = found(whole(profile="none"), "undefined-ipsec-profile")
    assert (line(ipsec), ipsec.remedy) == (10, "add `crypto ipsec profile none`")


def test_a_tunnel_that_is_not_there_is_an_error() -> None:
    lines = (
        "crypto isakmp profile p\n transform 1 integrity sha1 encryption aes128 group 2\n"
        "crypto isakmp peer policy tunnel1 profile p\n"
    )
    wrong = found(whole(lines), "undefined-tunnel")
    assert (line(wrong), wrong.remedy) == (5, "did you mean `tunnel0`?")


def test_what_nobody_uses_is_told() -> None:
    lowered = lower(
        """\
        crypto isakmp key k address 192.0.2.9
        crypto ipsec profile p
         transform 1 protocol esp integrity sha256 encryption aes256
        crypto isakmp profile q
         transform 1 integrity sha256 encryption aes256 group 14
        """
    )
    assert [(line(f), f.code) for f in lowered.findings] == [
        (1, "unused-key"),
        (2, "unused-ipsec-profile"),
        (4, "unused-isakmp-profile"),
    ]
