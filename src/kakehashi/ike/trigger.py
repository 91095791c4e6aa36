"""What makes us negotiate."""

from ipaddress import IPv4Address, IPv6Address
from typing import Protocol


class Trigger(Protocol):
    """The packet that asks for a tunnel, as `dataplane.protocol.Acquire` has it.

    `refused`: the tunnel has SAs, and none takes it.
    """

    @property
    def source(self) -> IPv4Address | IPv6Address: ...
    @property
    def destination(self) -> IPv4Address | IPv6Address: ...
    @property
    def protocol(self) -> int: ...
    @property
    def source_port(self) -> int: ...
    @property
    def destination_port(self) -> int: ...
    @property
    def refused(self) -> bool: ...
