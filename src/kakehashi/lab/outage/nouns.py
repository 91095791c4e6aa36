"""What can go wrong in a lab, and when."""

import enum
from dataclasses import dataclass


class Kind(enum.Enum):
    """What happens."""

    LINK_DOWN = "link down"  # the cable: the device sees it
    PEER_DEAD = "peer dead"  # the device is switched off, and starts with nothing when it is back
    REBOOTS = "reboots"  # the same for a moment
    RESTARTS = "restarts"  # the gateway ends in good order, tells its peers, and starts again
    HANGS = "hangs"  # the gateway stands still, and goes on where it was
    CHANGES_ADDRESS = "changes its address"
    PATH_DEAD = "path dead"  # every link is up, and no packet comes through
    ONE_WAY_DEAD = "one way dead"
    NAT_FORGETS = "nat forgets"  # the NAT's table is empty
    DNS_DEAD = "dns dead"  # the name server does not answer
    LOSS = "loss"
    DELAY = "delay"


@dataclass(frozen=True, slots=True)
class Place:
    """A device, or one of its WANs by the interface's name."""

    device: str
    interface: str | None = None

    def __str__(self) -> str:
        return self.device if self.interface is None else f"{self.device}/{self.interface}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """One outage. `at`: seconds after the traffic begins. `seconds`: how long, None is to the end.

    `places`: where: one, or two with the path between them; none is the whole internet. `amount`: of a loss,
    0 to 1; of a delay, seconds. `text`: what was asked for, for the report.
    """

    kind: Kind
    places: tuple[Place, ...] = ()
    at: float
    seconds: float | None = None
    amount: float = 0.0
    text: str = ""

    @property
    def end(self) -> float | None:
        """When it is over, in seconds after the traffic begins; None: never."""
        return None if self.seconds is None else self.at + self.seconds

    @property
    def is_momentary(self) -> bool:
        """Does it happen at once, without an end of its own?"""
        return self.kind in MOMENTARY


# They happen; nobody says how long.
MOMENTARY = frozenset({Kind.CHANGES_ADDRESS, Kind.NAT_FORGETS, Kind.RESTARTS})
# They are over soon where nobody says how long.
REBOOT_SECONDS = 5.0
