"""Traffic selectors in the kernel's form (struct xfrm_selector), which knows prefixes and masks, no ranges.

0   address of the destination, 16     40  family, 2        45  padding, 3
16  address of the source, 16          42  prefix, 1        48  device, 4
32  port and mask, destination, 2 + 2  43  its source's, 1  52  user, 4
36  the same of the source, 2 + 2      44  protocol, 1
"""

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, ip_address, ip_network, summarize_address_range
from itertools import islice, product

from kakehashi.model.address import IPAddress, IPNetwork
from kakehashi.model.selector import TrafficSelector

SIZE = 56
_SELECTOR = struct.Struct("=16s16s2s2s2s2sHBBB3xiI")
_MOST = 256  # prefixes and masks that one pair of selectors may be split into
_ICMP = (1, 58)
_ALL_PORTS = (0, 65535)

Ports = tuple[int, int]
"""A port and its mask."""


@dataclass(frozen=True, slots=True)
class KernelSelector:
    """Packets from `source` to `destination`; `protocol` 0 is any."""

    source: IPNetwork
    destination: IPNetwork
    protocol: int = 0
    source_port: Ports = (0, 0)
    destination_port: Ports = (0, 0)

    def octets(self) -> bytes:
        """As the kernel has it."""
        return _SELECTOR.pack(
            self.destination.network_address.packed,
            self.source.network_address.packed,
            *(value.to_bytes(2) for value in (*self.destination_port, *self.source_port)),
            family(self.source.network_address),
            self.destination.prefixlen,
            self.source.prefixlen,
            self.protocol,
            0,
            0,
        )

    def reversed(self) -> "KernelSelector":
        """The same packets' answers. Type and code of ICMP stay where they are."""
        ports = (self.destination_port, self.source_port)
        if self.protocol in _ICMP:
            ports = (self.source_port, self.destination_port)
        return KernelSelector(self.destination, self.source, self.protocol, *ports)

    @property
    def precision(self) -> int:
        """Greater, the fewer packets it takes."""
        ports = bool(self.source_port[1]) + bool(self.destination_port[1])
        return 4 * (self.source.prefixlen + self.destination.prefixlen) + bool(self.protocol) + ports


def outbound(
    local: tuple[TrafficSelector, ...], remote: tuple[TrafficSelector, ...]
) -> tuple[KernelSelector, ...]:
    """All packets from `local` to `remote`. ValueError where they are too many for the kernel's form."""
    every = (selector for pair in product(local, remote) for selector in _of_pair(*pair))
    found = list(islice(every, _MOST + 1))
    if len(found) > _MOST:
        raise ValueError(f"the selectors are more than {_MOST} of the kernel's")
    return tuple(dict.fromkeys(found))


def between(
    near: IPAddress,
    far: IPAddress,
    local: tuple[TrafficSelector, ...],
    remote: tuple[TrafficSelector, ...],
) -> tuple[KernelSelector, ...]:
    """The packets from `near` to `far` that the selectors take by their protocols and ports.

    Their addresses are of no account: behind a NAT they are others. ValueError as `outbound`.
    """
    source, destination = ip_network(near), ip_network(far)
    chosen = outbound(
        tuple(s for s in local if s.version == near.version),
        tuple(s for s in remote if s.version == near.version),
    )
    found = (replace(selector, source=source, destination=destination) for selector in chosen)
    return tuple(dict.fromkeys(found))


def everything(version: int) -> KernelSelector:
    """All packets of an IP version."""
    whole = ip_network("0.0.0.0/0" if version == 4 else "::/0")
    return KernelSelector(whole, whole)


def packet(octets: bytes) -> tuple[IPAddress, IPAddress, int, int, int]:
    """Of the selector that is one packet's: source, destination, protocol and both ports."""
    destination, source, to_port, _, from_port, _, of, _, _, protocol, _, _ = _SELECTOR.unpack_from(octets)
    ports = int.from_bytes(from_port), int.from_bytes(to_port)
    return address(source, of), address(destination, of), protocol, *ports


def family(of: IPAddress) -> int:
    """AF_INET or AF_INET6."""
    return int(socket.AF_INET if isinstance(of, IPv4Address) else socket.AF_INET6)


def address(octets: bytes, of: int) -> IPAddress:
    """An xfrm_address_t of this family."""
    return ip_address(octets[:4] if of == socket.AF_INET else octets[:16])


def _of_pair(local: TrafficSelector, remote: TrafficSelector) -> Iterator[KernelSelector]:
    if local.version != remote.version or (
        local.protocol and remote.protocol and local.protocol != remote.protocol
    ):
        return
    protocol = local.protocol or remote.protocol
    sources = summarize_address_range(local.start, local.end)
    # For each source anew, for an iterator is used up.
    for source in sources:
        for destination in summarize_address_range(remote.start, remote.end):
            for ports in _ports(local, remote, protocol):
                yield KernelSelector(source, destination, protocol, *ports)


def _ports(local: TrafficSelector, remote: TrafficSelector, protocol: int) -> Iterator[tuple[Ports, Ports]]:
    near, far = ((s.start_port, s.end_port) for s in (local, remote))
    if near[0] > near[1] or far[0] > far[1]:
        raise ValueError("the kernel's selectors cannot say OPAQUE")
    if protocol not in _ICMP:
        yield from product(_masks(*near), _masks(*far))
        return
    # Type and code (RFC 7296 section 3.13.1) are to the kernel the two ports of every such packet.
    low, high = near if near != _ALL_PORTS else far
    for number, mask in _masks(low, high):
        yield (number >> 8, mask >> 8), (number & 0xFF, mask & 0xFF)


def _masks(low: int, high: int) -> Iterator[Ports]:
    """The range as blocks of a power of two, each on a multiple of itself."""
    while low <= high:
        size = (low & -low) or 1 << 16
        while low + size - 1 > high:
            size >>= 1
        yield low, 0x10000 - size & 0xFFFF
        low += size
