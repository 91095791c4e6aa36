"""Addresses of hosts, and the two ends of a UDP conversation."""

import enum
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
    ip_address,
)

IPAddress = IPv4Address | IPv6Address
IPInterface = IPv4Interface | IPv6Interface
IPNetwork = IPv4Network | IPv6Network


def is_address(text: str) -> bool:
    """Is it an address of IPv4 or IPv6, in its usual form?"""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


IKE_PORT = 500
NAT_T_PORT = 4500


@dataclass(frozen=True, slots=True)
class Hostname:
    """A peer known by name; the gateway resolves it again and again.

    `version`: 4 or 6 where only its addresses of one IP version count.
    """

    name: str
    version: int | None = None

    def __str__(self) -> str:
        return self.name


class AnyAddress(enum.Enum):
    """A peer of unknown address: it can only come to us."""

    ANY = "any"

    def __str__(self) -> str:
        return self.value


ANY = AnyAddress.ANY
PeerAddress = IPAddress | Hostname | AnyAddress


@dataclass(frozen=True, slots=True)
class SocketAddress:
    """An address with its UDP port."""

    ip: IPAddress
    port: int

    def __hash__(self) -> int:
        # An address's own hash takes several times as long.
        return hash((int(self.ip), self.port))

    def __str__(self) -> str:
        return f"{self.ip}:{self.port}" if self.ip.version == 4 else f"[{self.ip}]:{self.port}"


@dataclass(frozen=True, slots=True)
class Path:
    """The two ends of a UDP conversation, seen from here; `interface` is the host's device it goes by."""

    local: SocketAddress
    remote: SocketAddress
    interface: str = ""

    def __str__(self) -> str:
        return f"{self.local} > {self.remote}"
