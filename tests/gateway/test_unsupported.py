"""What the gateway cannot do yet is told with its line."""

from dataclasses import replace

from kakehashi.dialects.registry import recognise
from kakehashi.gateway.unsupported import findings
from kakehashi.model.finding import Severity
from kakehashi.model.gateway import StaticTranslation
from kakehashi.model.source import Source
from tests.gateway.builders import gateway, interface


def of(name: str, **changes: object) -> list[str]:
    plain = gateway()
    changed = interface(name, "10.1.0.1/24", **changes)
    told = findings(replace(plain, interfaces=(changed, *plain.interfaces[1:])))
    assert all(f.severity is Severity.WARNING and f.source for f in told)
    return [f.code for f in told]


def test_a_plain_configuration_has_nothing_to_tell() -> None:
    assert findings(gateway()) == ()


def test_the_closed_side_of_address_translation_is_told() -> None:
    assert of("GigaEthernet0.0", napt=True) == ["napt-inbound"]


def test_holes_for_ike_and_esp_are_what_happens_anyway_others_are_told() -> None:
    where = Source("router.cfg", 7)
    ours = [
        StaticTranslation(protocol=17, port=500, source=where),
        StaticTranslation(protocol=50, source=where),
    ]
    web = StaticTranslation(protocol=6, port=80, source=where)
    assert of("GigaEthernet0.0", napt=True, static_translations=tuple(ours)) == ["napt-inbound"]
    assert of("GigaEthernet0.0", napt=True, static_translations=(web,)) == ["napt-inbound", "napt-static"]


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
