"""What the gateway cannot do yet is told with its line."""

from kakehashi.dialects.registry import recognise
from kakehashi.gateway.unsupported import findings
from tests.gateway.builders import gateway


def test_a_plain_configuration_has_nothing_to_tell() -> None:
    assert findings(gateway()) == ()


def test_ah_is_told() -> None:
    text = WITH_MAP.replace("esp-aes esp-sha-hmac", "ah-sha-hmac esp-aes")
    assert [f.code for f in findings(recognise(text).lower(text, "r").gateway)] == ["ah"]


WITH_MAP = """\
crypto isakmp policy 1
 authentication pre-share
crypto isakmp key x address 198.51.100.2
crypto ipsec transform-set TS esp-aes esp-sha-hmac
crypto map M 1 ipsec-isakmp
 set peer 198.51.100.2
 set transform-set TS
 match address 101
access-list 101 permit ip 10.1.0.0 0.0.255.255 10.2.0.0 0.0.255.255
interface GigabitEthernet0/0
 ip address 192.0.2.2 255.255.255.0
 crypto map M
"""
