"""A device of the kernel's GRE before anybody knows between whom its packets go."""

import pytest

from kakehashi.dataplane.gre_device import nobody


@pytest.mark.parametrize("version", [4, 6])
def test_what_it_wraps_does_not_leave_the_host(version: int) -> None:
    near, far = nobody("Tunnel0", version)
    assert near.version == far.version == version
    assert near.is_loopback
    assert far.is_loopback


def test_two_without_a_key_are_two_to_the_kernel() -> None:
    devices = [f"Tunnel{number}" for number in range(1000)]
    assert len({nobody(device) for device in devices}) == len(devices)
    assert nobody("Tunnel0") == nobody("Tunnel0"), "what a killed gateway left stands between them"
