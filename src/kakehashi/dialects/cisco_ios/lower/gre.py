"""GRE, which a tunnel interface is unless `tunnel mode` says otherwise, under an IPsec profile (CI-15)."""

from kakehashi.dialects.blocks import Block
from kakehashi.model.gre import Gre


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
