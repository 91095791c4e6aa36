"""Traffic selectors: which packets a Child SA carries (RFC 7296 section 3.13)."""

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address, ip_network, summarize_address_range

from kakehashi.model.address import IPAddress, IPNetwork


@lru_cache(maxsize=1024)
def _range_text(start: IPAddress, end: IPAddress) -> str:
    """As a prefix where it is one. Remembered, for finding that out is slow and every new SA is told of."""
    networks = summarize_address_range(start, end)
    first, more = next(networks), next(networks, None)
    return str(first) if more is None else f"{start}-{end}"


@dataclass(frozen=True, slots=True)
class TrafficSelector:
    """Addresses `start` to `end`, both included; `protocol` 0 is any; ports `start_port` to `end_port`.

    For ICMP the ports hold type and code (RFC 7296 section 3.13.1). `start_port` 65535 with `end_port` 0 is
    OPAQUE.
    """

    start: IPAddress
    end: IPAddress
    protocol: int = 0
    start_port: int = 0
    end_port: int = 65535

    def __hash__(self) -> int:
        # An address's own hash takes several times as long.
        return hash((int(self.start), int(self.end), self.protocol, self.start_port, self.end_port))

    @classmethod
    def of(cls, network: IPNetwork | str, protocol: int = 0, port: int | None = None) -> "TrafficSelector":
        """The selector of one network, of every port or of one."""
        net = ip_network(network) if isinstance(network, str) else network
        low, high = (0, 65535) if port is None else (port, port)
        return cls(net.network_address, net.broadcast_address, protocol, low, high)

    @property
    def version(self) -> int:
        """The IP version, 4 or 6."""
        return self.start.version

    def contains(self, other: "TrafficSelector") -> bool:
        """Is every packet of `other` also one of ours?"""
        return self.intersect(other) == other

    def intersect(self, other: "TrafficSelector") -> "TrafficSelector | None":
        """The packets of both, or None."""
        if self.version != other.version or (
            self.protocol and other.protocol and self.protocol != other.protocol
        ):
            return None
        start = max(int(self.start), int(other.start))
        end = min(int(self.end), int(other.end))
        low, high = max(self.start_port, other.start_port), min(self.end_port, other.end_port)
        if start > end or low > high:
            return None
        address = type(self.start)
        return TrafficSelector(address(start), address(end), self.protocol or other.protocol, low, high)

    def __str__(self) -> str:
        text = _range_text(self.start, self.end)
        if self.protocol:
            text += f" protocol {self.protocol}"
        if (self.start_port, self.end_port) != (0, 65535):
            ports = (
                f"{self.start_port}-{self.end_port}" if self.start_port != self.end_port else self.start_port
            )
            text += f" port {ports}"
        return text


ANY_IPV4 = TrafficSelector(ip_address("0.0.0.0"), ip_address("255.255.255.255"))  # noqa: S104
ANY_IPV6 = TrafficSelector(ip_address("::"), ip_address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"))
EVERYTHING = (ANY_IPV4, ANY_IPV6)
