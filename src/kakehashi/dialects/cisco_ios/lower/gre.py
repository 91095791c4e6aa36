"""GRE, which a tunnel interface is unless `tunnel mode` says otherwise, under an IPsec profile (CI-15)."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address

from kakehashi.dialects.cisco_ios.lower.blocks import Block
from kakehashi.dialects.cisco_ios.lower.selectors import Pairs
from kakehashi.model import gre
from kakehashi.model.address import IPAddress, PeerAddress
from kakehashi.model.gre import Gre
from kakehashi.model.selector import ANY_IPV4, ANY_IPV6, TrafficSelector


def is_gre(block: Block) -> bool:
    """Is the tunnel interface one of GRE between two ends?"""
    modes = [s for s in block.lines if s.key.startswith("tunnel mode")]
    if modes and not modes[-1].negated:
        return modes[-1].key == "tunnel mode gre"
    return block.last("tunnel source") is not None


def read_gre(block: Block) -> Gre:
    """The header that the interface's lines ask for."""
    key = block.last("tunnel key")
    return Gre(
        key=key.get("key") if key else None,
        checksum=block.last("tunnel checksum") is not None,
        sequence=block.last("tunnel sequence-datagrams") is not None,
    )


def gre_pairs(block: Block, source: IPAddress | str | None, peer: PeerAddress) -> Pairs:
    """What the SAs protect: GRE between the tunnel's two ends, as far as these are known beforehand."""
    mode = block.last("tunnel mode gre")
    version = mode.get("version") if mode else 4
    anywhere = replace(ANY_IPV6 if version == 6 else ANY_IPV4, protocol=gre.PROTOCOL)
    return Pairs((_end(source, anywhere),), (_end(peer, anywhere),))


def _end(address: object, anywhere: TrafficSelector) -> TrafficSelector:
    if not isinstance(address, IPv4Address | IPv6Address):
        return anywhere
    return replace(anywhere, start=address, end=address)
