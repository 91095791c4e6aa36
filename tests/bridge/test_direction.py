"""A tunnel of NEC IX that the peer may not begin, from the far end and in another maker's language."""

from kakehashi.bridge.mirror import mirror
from kakehashi.bridge.reading import Read, read
from kakehashi.bridge.translate import translate
from kakehashi.dialects.registry import by_name
from kakehashi.model.tunnel import ConnectType, Ikev2Tunnel

NEAR = """\
hostname tokyo
ip route default 192.0.2.1
ip route 192.168.20.0/24 Tunnel0.0
ikev2 authentication psk id ipv4 192.0.2.2 key char one-key-for-all
ikev2 authentication psk id ipv4 198.51.100.2 key char one-key-for-all
interface GigaEthernet0.0
  ip address 192.0.2.2/24
  no shutdown
interface GigaEthernet1.0
  ip address 192.168.10.1/24
  no shutdown
interface Tunnel0.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet1.0
  ikev2 local-authentication psk id ipv4 192.0.2.2
  ikev2 negotiation-direction initiator
  ikev2 outgoing-interface GigaEthernet0.0 192.0.2.1
  ikev2 peer 198.51.100.2 authentication psk id ipv4 198.51.100.2
  no shutdown
"""


def near() -> Read:
    return read("tokyo.cfg", NEAR, by_name("nec-ix"))


def the_tunnel(text: str, dialect: str) -> Ikev2Tunnel:
    (tunnel,) = by_name(dialect).lower(text, "new.cfg").gateway.tunnels
    assert isinstance(tunnel, Ikev2Tunnel)
    return tunnel


def test_its_far_end_answers_and_does_not_begin() -> None:
    made = mirror(near(), "nec-ix")
    assert made.holds
    far = the_tunnel(made.text, "nec-ix")
    assert (far.connect, far.answers) == (ConnectType.NEVER, True)


def test_its_own_language_says_it_again() -> None:
    made = translate(near(), "nec-ix")
    assert "negotiation-direction initiator" in made.text
    assert made.holds


def test_another_maker_s_device_answers_and_that_is_told() -> None:
    for target in ("cisco-ios", "awplus"):
        made = translate(near(), target)
        assert made.holds, made.comments()
        assert "Tunnel0.0: the device answers a peer that begins, too" in made.comments()
        (told,) = [x for x in made.lines if "negotiation-direction" in x.words]
        assert "answers a peer that begins" in told.reason
