"""From where a ping comes."""

import pytest

from kakehashi.gateway.probes import source_of
from tests.gateway.builders import gateway, interface

GATEWAY = gateway(
    interfaces=(
        interface("GigabitEthernet0/0", "192.0.2.1/24"),
        interface("GigabitEthernet0/1", "192.0.2.2/24"),
        interface("GigabitEthernet0/1.10", "192.0.2.3/24"),
        interface("Tunnel0", unnumbered="GigabitEthernet0/0"),
    )
)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("", ""),
        ("192.0.2.77", "192.0.2.77"),
        ("GigabitEthernet0/1", "192.0.2.2"),
        ("gi0/1", "192.0.2.2"),
        ("Gig0/1.10", "192.0.2.3"),
        ("tu0", "192.0.2.1"),
        ("gi0/2", None),
        ("-f", None),
        ("0/1", None),
    ],
)
def test_an_interface_may_be_shortened(text: str, address: str | None) -> None:
    assert source_of(text, "198.51.100.1", GATEWAY, {}) == address
