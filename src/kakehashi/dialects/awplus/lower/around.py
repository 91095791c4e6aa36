"""What tunnels refer to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kakehashi.dialects.awplus.lower.keys import Register
from kakehashi.dialects.awplus.lower.profiles import IpsecProfile, IsakmpProfile
from kakehashi.dialects.blocks import Block
from kakehashi.dialects.report import Report
from kakehashi.model.gateway import Interface, Route


@dataclass(frozen=True, slots=True)
class Around:
    """Everything else of the configuration. `blocks`: the lines of each interface.

    `peers`: which ISAKMP profile is for whom. `used`: (kind, name) of the profiles that somebody asked for.
    """

    blocks: Mapping[str, Block]
    interfaces: Mapping[str, Interface]
    routes: tuple[Route, ...]
    keys: Register
    peers: Register
    isakmp: Mapping[str, IsakmpProfile]
    ipsec: Mapping[str, IpsecProfile]
    trustpoints: Mapping[str, Block]
    report: Report
    used: set[tuple[str, str]] = field(default_factory=set)
