"""Multipoint tunnels of several devices: what keeps a cloud apart, and what no one need care about."""

from pathlib import Path

import pytest

from kakehashi.check.clouds import check_clouds
from kakehashi.check.device import Device
from kakehashi.check.pair import pair_tunnels
from tests.dialects.cisco_ios.reading import lower

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("hub", "oslo", "bern")


def cloud(**changes: tuple[str, str]) -> dict[str, Device]:
    """The devices of the example; of each one some words may be others."""
    devices = {}
    for name in NAMES:
        text = (ROOT / "examples" / "ios-dmvpn" / f"{name}.cfg").read_text()
        old, new = changes.get(name, ("", ""))
        assert old in text
        devices[name] = Device(name, lower(text.replace(old, new) if old else text).gateway)
    return devices


def test_the_example_fits() -> None:
    assert list(check_clouds(cloud())) == []


def test_a_network_identifier_is_everybodys_own_affair() -> None:
    assert list(check_clouds(cloud(oslo=("network-id 1", "network-id 77")))) == []


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        (("tunnel key 1", "tunnel key 2"), {"cloud-key"}),
        ((" tunnel key 1\n", ""), {"cloud-key"}),
        (("nhrp authentication c10ud", "nhrp authentication rain"), {"cloud-authentication"}),
        (("nhrp authentication c10ud", "nhrp holdtime 300"), {"cloud-authentication"}),
        (("10.255.0.2 255.255.255.0", "10.255.0.2 255.255.255.128"), {"cloud-network"}),
        (("10.255.0.2 255.255.255.0", "10.254.0.2 255.255.255.0"), {"cloud-network", "nhs-elsewhere"}),
        (("10.255.0.2 255", "10.255.0.1 255"), {"cloud-same-address", "nhs-is-own"}),
        (("nhs 10.255.0.1 nbma", "nhs 10.255.0.3 nbma"), {"nhs-address"}),
        (("nbma 192.0.2.2", "nbma 192.0.2.9"), {"nhs-address"}),
    ],
)
def test_what_keeps_a_cloud_apart(change: tuple[str, str], rules: set[str]) -> None:
    assert {remark.rule for remark in check_clouds(cloud(oslo=change))} == rules


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (("map multicast dynamic", "holdtime 300"), "no-multicast"),
        ((" ip nhrp redirect\n", ""), "no-redirect"),
        ((" ip nhrp network-id 1\n", ""), "no-nhrp"),
    ],
)
def test_what_a_hub_has_to_do(change: tuple[str, str], rule: str) -> None:
    remarks = list(check_clouds(cloud(hub=change)))
    assert {remark.rule for remark in remarks} == {rule}
    assert len(remarks) == 2, "of each spoke"


def test_a_hub_has_an_end_for_each_spoke() -> None:
    pairing = pair_tunnels({name: device.gateway for name, device in cloud().items()})
    assert [{end.device for end in pair.ends} for pair in pairing.pairs] == [{"hub", "oslo"}, {"hub", "bern"}]
    assert pairing.alone == ()
