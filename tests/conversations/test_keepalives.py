"""When a silent peer is asked, and when it is given up: each device's timing, from its configuration to the second.

| configuration | asked, seconds after the last sign of life | given up |
| --- | --- | --- |
| NEC `ike keepalive P 10 3` (V1-04) | 10, 20, 30, 40 | 50 |
| NEC `dpd interval 10`, IKEv2 (V2-07, V2-33) | 10, again 12, 16, 24 | 40 |
| Cisco `crypto isakmp keepalive 10 periodic` (CI-03) | 10 and five times more, every 2 | 22 |
| Cisco `crypto isakmp keepalive 10 3`, on demand, while packets go out | 10, then every 3 | 28 |

AlliedWare Plus (AW-11) has its own test.
"""

import pytest

from kakehashi.dialects.registry import by_name
from kakehashi.ike.effects import EventName
from kakehashi.model.gateway import Gateway
from tests.conversations.gateways import SITE1, SITE2
from tests.conversations.wire import Node, Wire

NEC_IKEV1 = """\
ike proposal p encryption aes hash sha
ike policy p peer {peer} key k p
ike keepalive p 10 3
ipsec autokey-proposal p esp-aes esp-sha
ipsec autokey-map m ipv4 peer {peer} p
interface GigaEthernet0.0
  ip address {own}/24
  no shutdown
interface Tunnel0.0
  tunnel mode ipsec
  ip unnumbered GigaEthernet0.0
  ipsec policy tunnel m
  no shutdown
"""
NEC_IKEV2 = """\
ikev2 authentication psk id ipv4 {own} key char k
ikev2 authentication psk id ipv4 {peer} key char k
ikev2 default-profile
  dpd interval 10
interface GigaEthernet0.0
  ip address {own}/24
  no shutdown
interface Tunnel0.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet0.0
  ikev2 local-authentication psk id ipv4 {own}
  ikev2 peer {peer} authentication psk id ipv4 {peer}
  no shutdown
"""
CISCO = """\
crypto isakmp policy 10
 encryption aes
 authentication pre-share
 group 14
crypto isakmp key k address {{peer}}
crypto isakmp keepalive {keepalive}
crypto ipsec transform-set t esp-aes esp-sha-hmac
crypto ipsec profile p
 set transform-set t
interface GigabitEthernet0
 ip address {{own}} 255.255.255.0
interface Tunnel0
 ip address 172.16.0.1 255.255.255.252
 tunnel source GigabitEthernet0
 tunnel mode ipsec ipv4
 tunnel destination {{peer}}
 tunnel protection ipsec profile p
"""
PERIODIC, ON_DEMAND = CISCO.format(keepalive="10 periodic"), CISCO.format(keepalive="10 3")


def gateway(dialect: str, text: str, own: str, peer: str) -> Gateway:
    return by_name(dialect).lower(text.format(own=own, peer=peer), "router.cfg").gateway


def up(wire: Wire, dialect: str, text: str) -> tuple[Node, Node]:
    a = wire.node("a", gateway(dialect, text, SITE1, SITE2), SITE1)
    rarely = text.replace(" 10 3\n", " 600 3\n").replace("interval 10\n", "interval 600\n")
    rarely = rarely.replace("keepalive 10 periodic", "keepalive 600 periodic")
    b = wire.node("b", gateway(dialect, rarely, SITE2, SITE1), SITE2)
    a.initiate(a.gateway.tunnels[0].interface, b)
    wire.run(5)
    assert a.children, a.failures()
    assert b.children, b.failures()
    return a, b


@pytest.mark.parametrize(
    ("dialect", "text", "asked", "given_up"),
    [
        ("nec-ix", NEC_IKEV1, [10, 20, 30, 40], 50),
        ("nec-ix", NEC_IKEV2, [10, 12, 16, 24], 40),
        ("cisco-ios", PERIODIC, [10, 12, 14, 16, 18, 20], 22),
        ("cisco-ios", ON_DEMAND, [10, 13, 16, 19, 22, 25], 28),
    ],
    ids=["V1-04", "V2-07", "CI-03 periodic", "CI-03 on demand"],
)
def test_a_silent_peer_is_asked_and_given_up_when_its_device_says(
    dialect: str, text: str, asked: list[float], given_up: float
) -> None:
    wire = Wire()
    a, _ = up(wire, dialect, text)
    heard: list[float] = []
    questions: list[float] = []
    is_cut = False

    def cut(node: Node, datagram: bytes) -> bool:
        (questions if node is a else heard).append(wire.now)
        return not is_cut

    wire.filter = cut
    if text is ON_DEMAND:
        wire.talk(a, a.gateway.tunnels[0].interface)
    while not heard:
        wire.run(0.01)
    last, is_cut = heard[-1], True
    wire.run(0.5)
    questions.clear()  # what was an answer
    while not a.told(EventName.PEER_DEAD) and wire.now < last + 1000:
        wire.run(0.05)
    assert [at - last for at in questions] == pytest.approx(asked, abs=0.3)
    assert wire.now - last == pytest.approx(given_up, abs=0.3)
    assert not a.children
    assert not a.ike_sas()
    assert not a.isakmp_sas()
