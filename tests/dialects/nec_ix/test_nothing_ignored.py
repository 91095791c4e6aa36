"""A line that is understood has an effect: it changes the gateway, or a finding says why not."""

from collections.abc import Iterator

import pytest

from kakehashi.dialects.base import Lowered
from kakehashi.dialects.grammar import Argument, Command, Either, Many, Optional, Pattern, Word
from kakehashi.dialects.nec_ix.grammar import GRAMMAR
from kakehashi.dialects.nec_ix.grammar.interface import INTERFACE
from kakehashi.dialects.nec_ix.grammar.policy import POLICY
from kakehashi.dialects.nec_ix.grammar.watch import IN_GROUP
from tests.dialects.nec_ix.reading import ikev1, lower, whole

# One value for each kind of argument, none of them a default.
VALUES = {
    "address": ["192.0.2.77/28", "2001:db8::77/64", "192.0.2.77", "GigaEthernet0.0"],
    "direction": ["responder", "initiator"],
    "host": ["192.0.2.77"],
    "id": ["here"],
    "id_type": ["keyid"],
    "interface": ["Tunnel0.0", "Loopback7.0"],
    "keepalive": ["77"],
    "last_port": ["78"],
    "method": ["psk"],
    "mode": ["transport"],
    "mss": ["1277"],
    "name": ["Loopback7.0", "x7"],
    "next_hop": ["192.0.2.77", "2001:db8::77"],
    "peer": ["192.0.2.77"],
    "prefix": ["10.77.0.0/16", "2001:db8:77::/64"],
    "profile": ["x7"],
    "protocol": ["17"],
    "rest": ["x"],
    "secret": ["0077"],
    "type": ["auto"],
}
# It stands in the configuration already.
ALREADY_THERE = {"tunnel mode ipsec-ikev2"}


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
            listed = [word for word, _ in first.kind.words]
            heads = [[v] for v in VALUES.get(first.name) or [listed[-1] if listed else "77"]]
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
    # Makers differ in it so much that it is no part of what is compared.
    proxies = [interface.proxy_arp for interface in lowered.gateway.interfaces]
    return lowered.gateway, lowered.findings, proxies


def ours(commands: tuple[Command, ...]) -> list[object]:
    return [pytest.param(c, id=c.key) for c in commands if c.key not in ALREADY_THERE]


def texts(command: Command) -> list[str]:
    found = [" ".join(words) for words in lines(command.pattern)]
    return found + [f"no {text}" for text in found]


@pytest.mark.parametrize("command", ours(INTERFACE))
def test_a_line_on_an_interface_is_never_lost(command: Command) -> None:
    assert any(told(whole(tunnel=text)) != told(whole(tunnel="!")) for text in texts(command))


@pytest.mark.parametrize("command", ours(POLICY))
def test_a_line_in_a_profile_is_never_lost(command: Command) -> None:
    assert any(told(whole(profile=text)) != told(whole(profile="!")) for text in texts(command))
    assert any(told(whole(default=text)) != told(whole(default="!")) for text in texts(command))


@pytest.mark.parametrize("command", ours(GRAMMAR.root.commands))
def test_a_line_outside_of_any_block_is_never_lost(command: Command) -> None:
    # Some lines are about all tunnels of one version of IKE, and some about log hosts.
    assert any(
        told(configuration(text)) != told(configuration("!"))
        for configuration in (in_default_profile, ikev1, with_a_log_host)
        for text in texts(command)
    )


@pytest.mark.parametrize("command", ours(IN_GROUP))
def test_a_line_in_a_watch_group_is_never_lost(command: Command) -> None:
    def group(text: str) -> Lowered:
        return lower(f"watch-group w 10\n{text}\n")

    assert any(told(group(text)) != told(group("!")) for text in texts(command))


def in_default_profile(text: str) -> Lowered:
    return whole(default=text)


def with_a_log_host(text: str) -> Lowered:
    enabled = "" if text.endswith("syslog ip enable") else "syslog ip enable\n"
    return lower(f"syslog ip host 192.0.2.9\n{enabled}{text}\n")
