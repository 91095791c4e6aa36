"""A line that is understood has an effect: it changes the gateway, or a finding says why not."""

from collections.abc import Iterator
from itertools import islice

import pytest

from kakehashi.dialects.base import Lowered
from kakehashi.dialects.cisco_ios import CiscoIos
from kakehashi.dialects.cisco_ios.grammar import GRAMMAR
from kakehashi.dialects.grammar import Argument, Command, Either, Many, Optional, Pattern, Support, Word

# Two routers' worth of everything; a test puts one line into one place.
WHOLE = """\
hostname R1
{root}
crypto isakmp policy 10
 encr aes 192
 hash md5
 authentication pre-share
 group 2
 lifetime 9999
{isakmp_policy}
crypto isakmp key k1 address 198.51.100.2
crypto isakmp key k0 address 0.0.0.0 0.0.0.0
crypto keyring KR
 pre-shared-key address 198.51.100.2 key k2
{keyring}
crypto isakmp profile PROF
 keyring KR
 match identity address 198.51.100.2 255.255.255.255
{isakmp_profile}
crypto isakmp peer address 198.51.100.3
 set aggressive-mode password p1
{isakmp_peer}
crypto ikev2 proposal PROP
 encryption aes-cbc-192
 integrity sha1
 group 5
{ikev2_proposal}
crypto ikev2 policy POL
 proposal PROP
{ikev2_policy}
crypto ikev2 keyring KR2
 peer OSAKA
  address 198.51.100.2
  pre-shared-key k3
{ikev2_peer}
{ikev2_keyring}
crypto ikev2 profile PROF2
 match identity remote address 198.51.100.2 255.255.255.255
 authentication local pre-share
 authentication remote pre-share
 keyring local KR2
{ikev2_profile}
crypto ipsec transform-set TS esp-aes 192 esp-md5-hmac
{transform_set}
crypto ipsec profile IP
 set transform-set TS
 set ikev2-profile PROF2
{ipsec_profile}
crypto pki trustpoint TP
 enrollment terminal
{trustpoint}
crypto pki certificate chain TP
{certificate_chain}
 certificate ca 01
 00
{certificate}
 quit
crypto pki certificate map CM 10
 subject-name co x
{certificate_map}
crypto ikev2 profile PROFC
 match identity remote fqdn c.example
 match certificate CM
 authentication local rsa-sig
 authentication remote rsa-sig
 pki trustpoint TP
crypto ipsec profile IPC
 set transform-set TS
 set ikev2-profile PROFC
interface Tunnel9
 ip unnumbered GigabitEthernet0/0
 tunnel source GigabitEthernet0/0
 tunnel destination 198.51.100.9
 tunnel mode ipsec ipv4
 tunnel protection ipsec profile IPC
ip route 10.99.0.0 255.255.0.0 Tunnel9
crypto dynamic-map DYN 10
 set transform-set TS
crypto map OUT 10 ipsec-isakmp
 set peer 198.51.100.2
 set transform-set TS
 set isakmp-profile PROF
 match address ACL
{crypto_map}
crypto map OUT 20 ipsec-isakmp
 set peer 198.51.100.3
 set transform-set TS
 match address ACL
crypto map OUT 30 ipsec-isakmp dynamic DYN
interface Loopback0
 ip address 203.0.113.1 255.255.255.255
interface GigabitEthernet0/0
 ip address 192.0.2.2 255.255.255.0
 ip nat outside
 crypto map OUT
{interface}
interface Tunnel0
 ip unnumbered GigabitEthernet0/0
 tunnel source GigabitEthernet0/0
 tunnel destination 198.51.100.2
 tunnel mode ipsec ipv4
 tunnel protection ipsec profile IP
{tunnel}
logging host 192.0.2.9
ip sla 1
 icmp-echo 10.20.0.1
{ip_sla}
ip sla schedule 1 life forever start-time now
track 1 ip sla 1 state
{track}
ip route 10.20.0.0 255.255.0.0 192.0.2.1 track 1
ip route 0.0.0.0 0.0.0.0 192.0.2.1
object-group network OG
 host 10.5.0.1
{object_group}
object-group service SG
 tcp eq 22
{service_group}
ip access-list extended ACL
 permit ip 10.1.0.0 0.0.255.255 object-group OG
 permit object-group SG host 10.1.0.1 any
{access_list_extended}
ip access-list standard STD
 permit 10.9.0.1
{access_list_standard}
ipv6 access-list SIX
 permit esp any any
{access_list_ipv6}
{last}
"""
PLACES = {
    "isakmp policy",
    "isakmp profile",
    "isakmp peer",
    "keyring",
    "transform-set",
    "crypto map",
    "ipsec profile",
    "ikev2 proposal",
    "ikev2 policy",
    "ikev2 keyring",
    "ikev2 peer",
    "ikev2 profile",
    "object-group",
    "service-group",
    "access-list extended",
    "access-list standard",
    "access-list ipv6",
    "ip sla",
    "track",
    "trustpoint",
    "certificate chain",
    "certificate",
    "certificate map",
}
# One value for each argument, none of them a default, and none that is in the configuration.
VALUES = {
    "address": ["10.77.0.1", "2001:db8::77/64", "2001:db8::77"],
    "address mask": ["255.255.0.0"],
    "destination": ["10.77.0.0", "2001:db8:77::/64"],
    "dynamic": ["DYN"],
    "first": ["10.77.0.0"],
    "netmask": ["255.255.255.0"],
    "type": ["match-host"],
    "group": ["OG"],
    "hostname": ["x77.example"],
    "addresses": ["192.0.2.77", "2001:db8::77"],
    "icmp type": ["8"],
    "inside": ["10.77.0.1"],
    "ikev2 profile": ["X77"],
    "isakmp profile": ["X77"],
    "keyring": ["X77"],
    "last": ["10.77.0.7"],
    "list": ["STD", "101", "11"],
    "mask": ["255.255.0.0"],
    "mss": ["777"],
    "retry": ["7"],
    "name": ["X77", "Loopback7"],
    "network": ["10.77.0.0"],
    "next hop": ["192.0.2.77", "2001:db8::77"],
    "number": ["77", "777"],
    "peer": ["10.77.0.1"],
    "protocol": ["17"],
    "rest": ["x"],
    "secret": ["0077"],
    "sequence": ["77"],
    "source": ["10.77.0.1", "10.77.0.0"],
    "transform sets": ["X77"],
    "value": ["10.77.0.1", "x77"],
    "window": ["128"],
}
# What is said of the whole is said where it is needed, and repeating it changes nothing.
WITHOUT_EFFECT = {
    "crypto isakmp enable",
    "crypto isakmp default policy",  # a policy is written
    "crypto ipsec default transform-set",  # a set is named
    "crypto isakmp peer",  # only the lines below it
    "object-group network",
    "object-group service",
    "peer",
    "ip nat",  # only together with `ip nat inside source`
    "ip domain name",  # only where our name is our identity
    "ip domain-name",
    "match fvrf",  # there is one VRF
    "ivrf",
    "remark",
    "description",
    "set nat demux",  # what always holds
    "local-address",  # only where we have several addresses
    "address",  # only where it is the narrowest
    "hostname",
    "identity",
    "group-object",
    "set isakmp-profile",  # not with an IKEv2 profile
    "quit",  # the end is there
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
            heads = [[v] for v in _values(first)]
        case Optional(items):
            heads = [[], *lines(items)]
        case Either(options):
            heads = [line for option in options for line in islice(lines(option), 4)]
        case Many(item):
            heads = list(islice(lines((item,)), 4))
    for head in heads:
        for tail in islice(lines(after), 6):
            yield head + tail


def _values(argument: Argument) -> list[str]:
    candidates = [
        *VALUES.get(argument.name, ()),
        "77",
        "10.77.0.1",
        "Loopback0",
        "GigabitEthernet",
        "0.0.0.255",
    ]
    candidates += [word for word, _ in argument.kind.words]
    fitting = []
    for word in candidates:
        try:
            argument.kind.read(word)
        except ValueError:
            continue
        fitting.append(word)
    return fitting[:2]


def whole(**places: str) -> Lowered:
    filled = {
        name.replace("-", "_").replace(" ", "_"): "!"
        for name in (*PLACES, "root", "interface", "tunnel", "last")
    }
    return CiscoIos().lower(WHOLE.format(**{**filled, **places}), "f")


def told(lowered: Lowered) -> tuple[object, ...]:
    return lowered.gateway, tuple((f.code, f.message) for f in lowered.findings)


def texts(command: Command) -> list[str]:
    found = [" ".join(words) for words in islice(lines(command.pattern), 200)]
    return [text for pair in ((text, f"no {text}") for text in found) for text in pair]


CASES = [
    pytest.param(place, command, id=f"{mode.name}: {command.key}")
    for mode, place in (
        *((m, m.name.replace("-", "_").replace(" ", "_")) for m in GRAMMAR.modes if m.name in PLACES),
        (GRAMMAR.mode("interface"), "interface"),
        (GRAMMAR.root, "last"),
    )
    for command in mode.commands
    if command.key not in WITHOUT_EFFECT
]


@pytest.mark.parametrize(("place", "command"), CASES)
def test_a_line_is_never_lost(place: str, command: Command) -> None:
    before = told(whole())
    spots = [place, "tunnel"] if place == "interface" else ["root", "last"] if place == "last" else [place]
    assert any(told(whole(**{spot: text})) != before for text in texts(command) for spot in spots), texts(
        command
    )


def test_every_place_is_tried() -> None:
    ours = {m.name for m in GRAMMAR.modes if m.unknown is Support.OURS}
    assert ours == PLACES | {"interface"}


def test_the_whole_has_nothing_to_complain_of_but_what_it_means() -> None:
    assert {f.code for f in whole().findings} == {
        "same-traffic",
        "no-route",
        "unused-key",
        "unused-access-list",
    }
