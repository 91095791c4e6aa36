"""The defaults that the reference pages tell are those that the dialects act on: who writes them down changes
nothing.
"""

import pytest

from kakehashi.dialects.registry import by_name
from tests.dialects.awplus import reading as awplus
from tests.dialects.cisco_ios import reading as cisco_ios
from tests.dialects.nec_ix import reading as nec_ix

CISCO_OTHER = {"encryption": "aes 256", "hash": "sha256", "group": "14", "lifetime": "3600"}
CISCO = """\
crypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac
crypto map OUT 10 ipsec-isakmp
 set peer 198.51.100.2
 set transform-set TS
 match address 101
interface GigabitEthernet0/0
 ip address 192.0.2.2 255.255.255.0
 crypto map OUT
access-list 101 permit ip 192.168.10.0 0.0.0.255 192.168.20.0 0.0.0.255
"""


def omitted(dialect: str, mode: str, key: str) -> str:
    """The value alone, without what is said behind it."""
    return by_name(dialect).omitted[mode, key].split(";")[0]


@pytest.mark.parametrize("key", ["encryption", "hash", "group", "lifetime"])
def test_cisco_a_policy_that_leaves_it_out(key: str) -> None:
    def proposals(line: str) -> object:
        text = f"crypto isakmp policy 10\n authentication pre-share\n{line}\n"
        lowered = cisco_ios.lower(text + "crypto isakmp key k address 198.51.100.2\n" + CISCO)
        return cisco_ios.the_peer(lowered).proposals

    assert proposals(f" {key} {omitted('cisco-ios', 'isakmp policy', key)}") == proposals("")
    assert proposals(f" {key} {CISCO_OTHER[key]}") != proposals("")


@pytest.mark.parametrize(("key", "other"), [("lifetime", "3600"), ("dpd-interval", "10")])
def test_awplus_a_profile_that_leaves_it_out(key: str, other: str) -> None:
    def policy(line: str) -> object:
        profile = f"crypto isakmp profile p\n transform 1 integrity sha256 encryption aes256 group 14\n{line}"
        lines = f"{profile}\ncrypto isakmp peer address 198.51.100.2 profile p"
        return awplus.the_tunnel(awplus.whole(lines)).ike

    assert policy(f" {key} {omitted('awplus', 'isakmp profile', key)}") == policy("")
    assert policy(f" {key} {other}") != policy("")


@pytest.mark.parametrize(
    ("key", "other"),
    [("sa-proposal enc", "3des"), ("sa-proposal prf", "sha1"), ("sa-proposal dh", "768-bit"), ("sa-lifetime", "60")],
)  # fmt: skip
def test_nec_ix_a_profile_that_leaves_it_out(key: str, other: str) -> None:
    def policy(line: str) -> object:
        return nec_ix.the_tunnel(nec_ix.whole(profile=line)).ike

    assert policy(f"{key} {omitted('nec-ix', 'ikev2 profile', key)}") == policy("")
    assert policy(f"{key} {other}") != policy("")
