"""A line that is understood has an effect: it changes the gateway, or a finding says why not."""

from collections.abc import Iterator

import pytest

from kakehashi.dialects.awplus.grammar.crypto import IPSEC_PROFILE, ISAKMP_PROFILE
from kakehashi.dialects.awplus.grammar.interface import INTERFACE
from kakehashi.dialects.awplus.grammar.root import ROOT
from kakehashi.dialects.base import Lowered
from kakehashi.dialects.grammar import Argument, Command, Either, Many, Optional, Pattern, Support, Word
from tests.dialects.awplus.reading import lower, whole

# One value for each kind of argument, none of them a default or in the configuration already.
VALUES = {
    "prefix name": ["FROM-ISP"],
    "address": ["192.0.2.77", "192.0.2.77/28", "2001:db8::77/64"],
    "bridge": ["7"],
    "destination": ["192.0.2.88"],
    "distance": ["77"],
    "encryption": ["aes192"],
    "group": ["18"],
    "hostname": ["there.example"],
    "server": ["192.0.2.53"],
    "domain": ["there.example"],
    "suffixes": ["others"],
    "integrity": ["sha512"],
    "key": ["77"],
    "level": ["debugging", "7"],
    "program": ["pluto"],
    "facility": ["local5"],
    "interface": ["tunnel0", "eth1"],
    "mask": ["255.255.0.0"],
    "method": ["certificate"],
    "mss": ["1277"],
    "mtu": ["1377"],
    "name": ["lo7", "x7"],
    "network": ["10.77.0.0"],
    "next hop": ["192.0.2.78", "2001:db8::78"],
    "number": ["7"],
    "policy": ["tunnel0"],
    "port": ["1777"],
    "prefix": ["10.77.0.0/16", "2001:db8:77::/64"],
    "profile": ["x7"],
    "rest": ["x"],
    "seconds": ["777"],
    "secret": ["s77"],
    "trustpoint": ["T7"],
}


def lines(patterns: tuple[Pattern, ...]) -> Iterator[list[str]]:
    """Ways to write a command, with and without what may be left out."""
    if not patterns:
        yield []
        return
    first, after = patterns[0], patterns[1:]
    match first:
        case Word():
            heads = [[first.text]]
        case Argument():
            heads = [[value] for value in VALUES[first.name]]
        case Optional(items):
            heads = [*lines(items), []]
        case Either(options):
            heads = [line for option in options for line in lines(option)]
        case Many(item):
            heads = list(lines((item,)))
    for head in heads:
        for tail in lines(after):
            yield head + tail


def told(lowered: Lowered) -> tuple[object, ...]:
    return lowered.gateway, lowered.findings


def texts(command: Command) -> list[str]:
    found = [" ".join(words) for words in lines(command.pattern)]
    return found + [f"no {text}" for text in found]


def ours(commands: tuple[Command, ...]) -> list[object]:
    kept = [c for c in commands if c.support in (Support.OURS, Support.NOT_YET)]
    return [pytest.param(c, id=c.key) for c in kept]


PROFILE = (
    "crypto isakmp profile own\n transform 1 integrity sha1 encryption aes128 group 2\n{}\n"
    "crypto isakmp peer address 198.51.100.2 profile own"
)
OLD = PROFILE.replace(" transform", " version 1 mode main\n transform", 1)
IPSEC = "crypto ipsec profile own\n transform 1 protocol esp integrity sha1 encryption aes128\n{}\n"


@pytest.mark.parametrize("command", ours(INTERFACE))
def test_a_line_on_a_tunnel_is_never_lost(command: Command) -> None:
    assert any(told(whole(tunnel=f" {text}")) != told(whole(tunnel=" !")) for text in texts(command))


@pytest.mark.parametrize("command", ours(INTERFACE))
def test_a_line_on_another_interface_is_never_lost(command: Command) -> None:
    plain = "interface eth2\n ip address 192.0.2.9/24\n ipv6 enable\n {}\n"
    assert any(told(lower(plain.format(text))) != told(lower(plain.format("!"))) for text in texts(command))


@pytest.mark.parametrize("command", ours(ISAKMP_PROFILE))
def test_a_line_of_an_isakmp_profile_is_never_lost(command: Command) -> None:
    assert any(
        told(whole(profile.format(f" {text}"))) != told(whole(profile.format(" !")))
        for profile in (PROFILE, OLD)
        for text in texts(command)
    )


@pytest.mark.parametrize("command", ours(IPSEC_PROFILE))
def test_a_line_of_an_ipsec_profile_is_never_lost(command: Command) -> None:
    assert any(
        told(whole(IPSEC.format(f" {text}"), profile="own")) != told(whole(IPSEC.format(" !"), profile="own"))
        for text in texts(command)
    )


@pytest.mark.parametrize("command", ours(ROOT))
def test_a_line_at_the_margin_is_never_lost(command: Command) -> None:
    around = "log host 192.0.2.9 secure\n"  # some lines are about log hosts
    assert any(told(whole(around + text)) != told(whole(around + "!")) for text in texts(command))
