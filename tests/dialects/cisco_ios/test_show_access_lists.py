"""`show access-lists` prints the lines as the device does, each with the packets that it has decided about."""

from dataclasses import replace

import pytest

from kakehashi.dialects.cisco_ios import CiscoIos
from tests.dialects.cisco_ios.running import UP

TEXT = """\
ip access-list extended ALL
 permit tcp any host 192.0.2.1 eq telnet
 15 deny udp 10.0.0.0 0.255.255.255 any neq isakmp log
 permit udp any gt 1023 any lt domain
 permit tcp any range 20 30 any established
 permit icmp any any echo-reply
 permit icmp any any port-unreachable
 permit icmp any any 3 99
 deny esp host 10.1.1.1 10.0.5.0 0.255.0.255 fragments
 permit 200 any any
 deny ip any any
access-list 5 permit 10.1.0.0 0.0.255.255
access-list 5 deny host 10.2.0.1
access-list 5 permit any log
ipv6 access-list V6
 permit tcp any host 2001:db8::1 eq 22
 permit icmp any any nd-na
 deny ipv6 2001:db8:1::/48 any
"""
SHOWN = """\
Standard IP access list 5
    10 permit 10.1.0.0, wildcard bits 0.0.255.255
    20 deny   10.2.0.1
    30 permit any log
Extended IP access list ALL
    10 permit tcp any host 192.0.2.1 eq telnet
    15 deny udp 10.0.0.0 0.255.255.255 any neq isakmp log
    25 permit udp any gt 1023 any lt domain
    35 permit tcp any range ftp-data 30 any established
    45 permit icmp any any echo-reply
    55 permit icmp any any port-unreachable
    65 permit icmp any any 3 99
    75 deny esp host 10.1.1.1 10.0.5.0 0.255.0.255 fragments
    85 permit 200 any any
    95 deny ip any any
IPv6 access list V6
    permit tcp any host 2001:db8::1 eq 22 sequence 10
    permit icmp any any nd-na sequence 20
    deny ipv6 2001:db8:1::/48 any sequence 30
"""


def shown(words: str, **matches: tuple[int, ...]) -> str:
    gateway = CiscoIos().lower(TEXT, "r").gateway
    return CiscoIos().show(words.split(), replace(UP, access_matches=matches), gateway)


def test_every_kind_of_line_is_shown_as_it_was_written() -> None:
    assert shown("access-lists") == SHOWN


def test_matches_are_counted_by_line() -> None:
    assert shown("access-lists 5", **{"5": (1, 0, 7)}) == (
        "Standard IP access list 5\n"
        "    10 permit 10.1.0.0, wildcard bits 0.0.255.255 (1 match)\n"
        "    20 deny   10.2.0.1\n"
        "    30 permit any log (7 matches)\n"
    )
    assert "nd-na (2 matches) sequence 20\n" in shown("access-lists", V6=(0, 2, 0))


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("ip access-lists", "Standard IP access list 5"),
        ("ip access-lists ALL", "Extended IP access list ALL"),
        ("ipv6 access-list", "IPv6 access list V6"),
        ("ipv6 access-list V6", "IPv6 access list V6"),
    ],
)
def test_one_list_or_those_of_one_ip_version(words: str, first: str) -> None:
    assert shown(words).startswith(first)
    assert ("IPv6" in shown(words)) is words.startswith("ipv6")


def test_a_list_that_is_not_there_shows_nothing() -> None:
    assert shown("access-lists NOBODY") == ""
