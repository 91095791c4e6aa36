"""A configuration with its tree, as a bridge needs it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kakehashi.dialects.awplus import AwPlus
from kakehashi.dialects.base import Dialect
from kakehashi.dialects.cisco_ios import CiscoIos
from kakehashi.dialects.document import Document
from kakehashi.dialects.nec_ix import NecIx
from kakehashi.model.finding import Finding
from kakehashi.model.gateway import Gateway

_PARSERS: Mapping[str, Callable[[str], Document]] = {
    AwPlus.name: AwPlus().parse,
    CiscoIos.name: CiscoIos().parse,
    NecIx.name: NecIx().parse,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A file that was read."""

    file: str
    dialect: str
    text: str
    document: Document
    gateway: Gateway
    findings: tuple[Finding, ...]

    @property
    def lines(self) -> list[str]:
        """Its lines, numbered as the tree numbers them."""
        return self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def parse(dialect: str, text: str) -> Document:
    """The tree of a text in a dialect."""
    return _PARSERS[dialect](text)


def read(file: str, text: str, dialect: Dialect) -> Read:
    """Read a text in a dialect."""
    lowered = dialect.lower(text, file)
    return Read(
        file=file,
        dialect=dialect.name,
        text=text,
        document=parse(dialect.name, text),
        gateway=lowered.gateway,
        findings=lowered.findings,
    )
