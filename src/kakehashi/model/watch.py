"""Path monitoring: what is watched, how often, and what is done while the watched thing is away.

NEC's `watch-group` and Cisco's `ip sla` with `track` are both a `WatchGroup`. It stands while each of its
events has occurred; while it stands, its actions are in force.
"""

import enum
from dataclasses import dataclass, field
from datetime import datetime

from kakehashi.model.address import IPAddress, IPNetwork
from kakehashi.model.source import Source


class Condition(enum.Enum):
    """What an event is."""

    UNREACHABLE = "host does not answer"
    REACHABLE = "host answers"
    INTERFACE_DOWN = "interface is down"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeTiming:
    """How a host is asked, in seconds and rounds.

    A round is begun every `interval`, and every `standing_interval` while the event has occurred. In it up to
    `echoes` echo requests go out, one after the other, each with `wait` for its answer; one answer is enough.
    After `to_stand` rounds in a row that say so the event has occurred, after `to_restore` rounds in a row
    that say otherwise it is over.
    """

    interval: int
    standing_interval: int
    wait: float
    echoes: int = 1
    to_stand: int = 1
    to_restore: int = 1

    @property
    def longest_to_stand(self) -> float:
        """Seconds from the host's last answer until the event has occurred, at most."""
        return self._longest(self.interval, self.to_stand)

    @property
    def longest_to_restore(self) -> float:
        """Seconds from when the host can answer again until the event is over, at most."""
        return self._longest(self.standing_interval, self.to_restore)

    def _longest(self, interval: int, rounds: int) -> float:
        """The first of the rounds begins an interval later at most, and the last takes its time."""
        in_round = self.wait * self.echoes
        return max(interval, in_round) * rounds + in_round


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchEvent:
    """One watched thing.

    `host` is None where the interface itself is watched. `interface`: echo requests leave by it, whatever the
    routing table says; None: by the table. `source_address`: the address that they carry, or the name of the
    interface that has it; None: that of `interface`. `threshold`: an answer after more seconds counts as
    none. `directed`: so does one that arrives by another interface. `runs`: False where the configuration
    never starts it; it has not answered then.
    """

    number: int
    condition: Condition
    host: IPAddress | None = None
    interface: str | None = None
    source_address: IPAddress | str | None = None
    threshold: float | None = None
    directed: bool = False
    runs: bool = True
    source: Source | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteAction:
    """A static route is withdrawn while the group stands, or with `resumes` is there though another group
    withdraws it. `next_hop` and `interface` name the route; None fits any.
    """

    number: int
    destination: IPNetwork
    interface: str | None = None
    next_hop: IPAddress | None = None
    resumes: bool = False
    source: Source | None = field(default=None, compare=False)

    def is_about(
        self, destination: IPNetwork, interface: str | None = None, next_hop: IPAddress | None = None
    ) -> bool:
        """Does it name the route?"""
        return (
            self.destination == destination
            and self.interface in (None, interface)
            and self.next_hop in (None, next_hop)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearSaAction:
    """The SAs of a tunnel are deleted when the group begins to stand. `policy`: as the line has it."""

    number: int
    tunnel: str
    policy: str = ""
    source: Source | None = field(default=None, compare=False)


WatchAction = RouteAction | ClearSaAction


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchGroup:
    """Events and actions. `name` and `number` together are its name.

    `stands_at_first`: until its events have been judged it stands. `startup_delay`: seconds after the start
    of the gateway in which nothing is asked. `delay_to_stand`, `delay_to_restore`: seconds for which the
    events must have said so. `enabled`: False where the configuration does not switch it on.
    """

    name: str
    number: int
    timing: ProbeTiming
    events: tuple[WatchEvent, ...] = ()
    actions: tuple[WatchAction, ...] = ()
    enabled: bool = True
    stands_at_first: bool = False
    startup_delay: int = 0
    delay_to_stand: int = 0
    delay_to_restore: int = 0
    source: Source | None = field(default=None, compare=False)

    @property
    def title(self) -> str:
        """As a message names it."""
        return f"{self.name} {self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventStatus:
    """One event of a group. `rounds`: those in a row that say otherwise than `occurred`. `rtt`: seconds that
    the last answer took, None if the last echo request had none.
    """

    number: int
    occurred: bool = False
    rounds: int = 0
    sent: int = 0
    answered: int = 0
    rtt: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchStatus:
    """A group as it is now. `since`: when that began; `stood`, `restored`: how often each has begun."""

    name: str
    number: int
    stands: bool
    since: datetime | None = None
    stood: int = 0
    restored: int = 0
    events: tuple[EventStatus, ...] = ()
