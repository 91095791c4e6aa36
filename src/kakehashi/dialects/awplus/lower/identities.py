"""Who the two ends of a tunnel are (AW-02)."""

from dataclasses import dataclass
from ipaddress import ip_address

from kakehashi.dialects.blocks import Block
from kakehashi.dialects.document import Statement
from kakehashi.model.identity import Identity
from kakehashi.wire.registry.ikev2 import IdType


@dataclass(frozen=True, slots=True)
class Names:
    """The lines that say who this device and the peer are."""

    local: Statement | None
    remote: Statement | None

    @property
    def remote_text(self) -> str:
        """What the peer says it is, "" if no line tells."""
        return str(self.remote.get("name")) if self.remote else ""


def read_names(block: Block) -> Names:
    """A name counts before an ID."""
    return Names(
        block.last("tunnel local name") or block.last("tunnel local id"),
        block.last("tunnel remote name") or block.last("tunnel remote id"),
    )


def named(line: Statement) -> Identity:
    """The identity that a line names: an address, a mail address, or else a name of the DNS."""
    text: str = line.get("name")
    try:
        return Identity.of_address(ip_address(text))
    except ValueError:
        return Identity.of(IdType.ID_RFC822_ADDR if "@" in text else IdType.ID_FQDN, text)
