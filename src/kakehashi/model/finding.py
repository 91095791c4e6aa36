"""What is to be said about a configuration: what, where, and what to do."""

import enum
from dataclasses import dataclass

from kakehashi.model.source import Source


class Severity(enum.Enum):
    """How bad it is: an ERROR stops the gateway, a WARNING is heeded, INFO is told."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `code` is stable for machines (`undefined-key`), `remedy` says what to do.

    `name`: what it is about, where that has a name of its own (`undefined-ike-proposal`: the proposal's).
    """

    severity: Severity
    code: str
    message: str
    source: Source | None = None
    remedy: str = ""
    name: str = ""

    def __str__(self) -> str:
        where = f"{self.source}: " if self.source else ""
        remedy = f" ({self.remedy})" if self.remedy else ""
        return f"{where}{self.severity.value}: {self.message}{remedy}"
