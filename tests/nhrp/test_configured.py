"""What a change of the settings amounts to."""

from dataclasses import replace
from ipaddress import IPv4Address

from kakehashi.nhrp.configured import moved_servers
from kakehashi.nhrp.settings import Mapping, Settings

HUB = Mapping(IPv4Address("10.0.0.1"), IPv4Address("192.0.2.1"), multicast=True)
OTHER = Mapping(IPv4Address("10.0.0.2"), IPv4Address("192.0.2.2"))
SETTINGS = Settings(
    address=IPv4Address("10.0.0.9"), nbma=IPv4Address("198.51.100.9"), servers=(HUB, OTHER), shortcut=True
)
ELSEWHERE = replace(HUB, nbma=IPv4Address("192.0.2.77"))


def test_a_server_that_is_elsewhere_is_all_that_has_changed() -> None:
    assert moved_servers(SETTINGS, replace(SETTINGS, servers=(ELSEWHERE, OTHER))) == (ELSEWHERE,)


def test_nothing_has_changed() -> None:
    assert moved_servers(SETTINGS, SETTINGS) == ()


def test_more_than_that() -> None:
    for servers in ((ELSEWHERE,), (OTHER, ELSEWHERE), (replace(ELSEWHERE, multicast=False), OTHER)):
        assert moved_servers(SETTINGS, replace(SETTINGS, servers=servers)) is None
    assert moved_servers(replace(SETTINGS, servers=(OTHER,)), SETTINGS) is None, "one that is new"
    changed = replace(SETTINGS, servers=(ELSEWHERE, OTHER), shortcut=False)
    assert moved_servers(SETTINGS, changed) is None
