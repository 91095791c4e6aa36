"""GRE: what a tunnel wraps its packets in, alone or before IPsec protects them (RFC 2784)."""

from dataclasses import dataclass

PROTOCOL = 47
_FIELD = 4  # octets of each part of the header (RFC 2784 section 2.1, RFC 2890 section 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gre:
    """A tunnel's GRE header. Packets whose header is another are not this tunnel's.

    `key`: 0 to 2^32-1, None is without; `checksum`, `sequence`: do our packets have these fields (RFC 2890)?
    """

    key: int | None = None
    checksum: bool = False
    sequence: bool = False

    @property
    def overhead(self) -> int:
        """Octets of the header."""
        return _FIELD * (1 + self.checksum + (self.key is not None) + self.sequence)

    def __str__(self) -> str:
        parts = [f"key {self.key}"] if self.key is not None else []
        parts += ["checksum"] if self.checksum else []
        parts += ["sequence numbers"] if self.sequence else []
        return " with ".join(["GRE", ", ".join(parts)] if parts else ["GRE"])


@dataclass(frozen=True, slots=True)
class Keepalive:
    """Every `period` seconds the peer is to return a packet; after `retries` times in vain it is gone."""

    period: int
    retries: int
