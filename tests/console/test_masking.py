"""What `show tech-support` says has no secret in it."""

import pytest

from kakehashi.console.masking import masked
from tests.console.desk import Desk

LINES = [
    "crypto isakmp key SAKURA address 192.0.2.1",
    "crypto isakmp key 6 SAKURA address 192.0.2.1 no-xauth",
    "crypto isakmp key 8 SAKURA hostname peer.example",
    " pre-shared-key SAKURA",
    "  pre-shared-key local SAKURA",
    "  pre-shared-key remote 6 SAKURA",
    "  pre-shared-key address 192.0.2.1 key SAKURA",
    "username admin privilege 15 secret 9 SAKURA",
    "username admin privilege 15 password 7 SAKURA",
    "username manager privilege 15 password 8 SAKURA",
    "username admin password plain SAKURA administrator",
    "username admin password plain 1 SAKURA administrator",
    "username admin password hash SAKURA",
    "enable secret SAKURA",
    "ike policy osaka peer 192.0.2.1 key SAKURA strong",
    "ike policy osaka peer 192.0.2.1 key-type char key SAKURA strong",
    "ikev2 authentication psk id keyid tokyo key char SAKURA",
    "ikev2 authentication psk id ipv4 192.0.2.1 secret hex SAKURA",
    "ppp authentication password SAKURA",
    "  authentication password ada SAKURA",
    " key 7 SAKURA",
    "radius-server host 192.0.2.1 auth-port 1812 key 7 SAKURA",
    "ppp chap password 0 SAKURA",
    "radius host ip 192.0.2.1 key SAKURA",
    "snmp-agent ip community SAKURA",
    "neighbor 192.0.2.1 password SAKURA",
    "l2tp tunnel password 7 SAKURA",
    "set session-key inbound esp 256 cipher SAKURA authenticator SAKURA",
    "      initiator key : SAKURA",
    "        Authkey : SAKURA",
    "        Enckey  : SAKURA",
]


@pytest.mark.parametrize("line", LINES)
def test_a_secret_is_not_shown(line: str) -> None:
    shown = masked(line)
    assert "SAKURA" not in shown
    assert "***" in shown
    assert masked(shown) == shown


@pytest.mark.parametrize(
    "line",
    [
        "crypto key generate rsa label OSAKA modulus 2048",
        "crypto isakmp profile P",
        "ikev2 authentication psk id ipv4 198.51.100.2 key char ***",
        "Hostname/IP address                             Key",
        "  tunnel protection ipsec profile P",
    ],
)
def test_what_is_none_stays(line: str) -> None:
    assert masked(line) == line


def test_the_name_of_who_dials_in_stays() -> None:
    assert masked("  authentication password ada SAKURA") == "  authentication password ada ***"


SUPPORT = {
    "nec-ix": "ikev2 authentication psk id keyid osaka key char SAKURA\nusername a password plain 1 SAKURA\n",
    "cisco-ios": "crypto isakmp key SAKURA address 192.0.2.1\nusername a password 0 SAKURA\n",
    "awplus": "crypto isakmp key SAKURA address 192.0.2.1\nusername a privilege 15 password SAKURA\n",
}


@pytest.mark.parametrize("dialect", SUPPORT)
def test_support_sees_everything_but_secrets(dialect: str) -> None:
    desk = Desk(dialect, SUPPORT[dialect])
    shown = desk.type("show tech-support")
    assert "------------------ show running-config ------------------" in shown
    assert "username a" in shown
    assert "SAKURA" not in shown
