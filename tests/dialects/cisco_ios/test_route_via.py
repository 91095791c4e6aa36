"""`tunnel route-via`: a tunnel by the routes of one interface alone."""

import pytest

from kakehashi.dialects.base import Lowered
from kakehashi.dialects.cisco_ios import CiscoIos
from kakehashi.model.finding import Severity
from kakehashi.model.tunnel import OutgoingInterface

TEXT = """\
crypto isakmp policy 10
 encryption aes
 authentication pre-share
 group 14
crypto isakmp key k address 198.51.100.2
crypto ipsec transform-set t esp-aes esp-sha-hmac
crypto ipsec profile p
 set transform-set t
interface GigabitEthernet0
 ip address 192.0.2.2 255.255.255.0
interface Loopback0
 ip address 10.0.0.1 255.255.255.255
interface Tunnel0
 ip address 172.16.0.1 255.255.255.252
 tunnel source Loopback0
{} tunnel mode ipsec ipv4
 tunnel destination 198.51.100.2
 tunnel protection ipsec profile p
ip route 10.2.0.0 255.255.0.0 Tunnel0
"""


def lower(line: str) -> Lowered:
    return CiscoIos().lower(TEXT.format(line), "router.cfg")


def test_the_interface_alone_carries_the_tunnel_and_comes_back() -> None:
    line = " tunnel route-via GigabitEthernet0 mandatory\n"
    lowered = lower(line)
    (tunnel,) = lowered.gateway.tunnels
    assert tunnel.outgoing == OutgoingInterface("GigabitEthernet0")
    assert not [f for f in lowered.findings if f.code == "not-yet"]
    assert line in CiscoIos().render(lowered.gateway).text
    assert lower(f"{line} no tunnel route-via\n").gateway.tunnels[0].outgoing is None


@pytest.mark.parametrize("word", ["", " preferred"])
def test_a_preference_is_told_with_what_happens_instead(word: str) -> None:
    lowered = lower(f" tunnel route-via GigabitEthernet0{word}\n")
    assert lowered.gateway.tunnels[0].outgoing is None
    (told,) = [f for f in lowered.findings if f.code == "not-yet"]
    assert told.severity is Severity.WARNING
    assert told.source is not None
    assert told.source.line == 16
