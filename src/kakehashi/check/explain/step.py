"""What an explanation is made of."""

import enum
from dataclasses import dataclass

from kakehashi.model.source import Source


class Look(enum.Enum):
    """Where an engineer looks, in this order."""

    INTERFACE = "interface"
    NAME = "peer's name"
    ROUTE = "route to the peer"
    KEY = "key"
    ANSWER = "answer of the peer"
    PHASE1 = "phase 1"
    AUTHENTICATION = "authentication"
    PHASE2 = "phase 2"
    TRAFFIC = "packets"
    FILTER = "filter"
    ROUTING = "routing into the tunnel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is seen there. `remedy`: what to do, "" where all is well; `source`: the line to look at."""

    look: Look
    good: bool
    sentence: str
    remedy: str = ""
    source: Source | None = None
    log: str = ""  # the line of the log that says so, as it stands there


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Of one tunnel. `steps` end at the first that is bad, if one is."""

    tunnel: str
    peer: str
    up: bool
    steps: tuple[Step, ...]
    source: Source | None = None

    @property
    def bad(self) -> Step | None:
        """Why it does not carry packets."""
        return next((step for step in self.steps if not step.good), None)
