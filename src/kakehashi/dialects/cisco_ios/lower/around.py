"""What maps, profiles and tunnels refer to."""

from collections.abc import Mapping
from dataclasses import dataclass

from kakehashi.dialects.blocks import Block
from kakehashi.dialects.cisco_ios.lower.access_list import Lists
from kakehashi.dialects.cisco_ios.lower.ikev2 import Ikev2
from kakehashi.dialects.cisco_ios.lower.interface import lender_of, own_address
from kakehashi.dialects.cisco_ios.lower.peers import Peers
from kakehashi.dialects.cisco_ios.lower.phase2 import Phase2
from kakehashi.dialects.document import Document, Statement
from kakehashi.dialects.report import Report
from kakehashi.model.address import IPAddress
from kakehashi.model.gateway import Interface, Route


@dataclass(frozen=True, slots=True)
class Around:
    """Everything else of the configuration. `blocks`: the lines of each interface."""

    document: Document
    blocks: Mapping[str, Block]
    interfaces: Mapping[str, Interface]
    routes: tuple[Route, ...]
    lists: Lists
    phase2: Phase2
    peers: Peers
    ikev2: Ikev2
    report: Report
    of_map: Mapping[tuple[str, str], Statement]  # the lines for a whole crypto map, by their key and its name
    holders: Mapping[IPAddress, str]  # the interface that has an address

    def source_of(self, interface: str, version: int = 4) -> IPAddress | str:
        """The address that packets from an interface carry, or the interface that has it, where only the
        host knows it.
        """
        return own_address(self.interfaces, interface, version) or lender_of(self.interfaces, interface)
