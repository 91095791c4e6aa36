"""Traffic for a while, outages at their times, and what came of it."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kakehashi.lab.addresses import Addresses
from kakehashi.lab.blueprint import Plan
from kakehashi.lab.dns.client import tell_address
from kakehashi.lab.netns import NetworkNamespace
from kakehashi.lab.outage.flows import flows_of
from kakehashi.lab.outage.gaps import Direction, directions
from kakehashi.lab.outage.hands import Hands
from kakehashi.lab.outage.implied import Implications
from kakehashi.lab.outage.nouns import Kind, Outage
from kakehashi.lab.outage.timeline import Entry, What, told, traffic
from kakehashi.lab.outage.traffic import Traffic
from kakehashi.lab.outage.verdict import SLACK_SECONDS, Judgement, judge
from kakehashi.lab.process import GatewayProcess
from kakehashi.model.address import IPAddress

_STEP = 0.05
_AFTER = 3.0  # seconds of traffic after the last thing that is expected
_TELL_AGAIN = 1.0
LEAST_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What happened. `seconds`: how long the traffic went."""

    seconds: float
    entries: tuple[Entry, ...]
    directions: tuple[Direction, ...]
    judgements: tuple[Judgement, ...]

    @property
    def ok(self) -> bool:
        """Was traffic back each time as implied?"""
        return all(judgement.verdict.ok for judgement in self.judgements)


def needed_seconds(plan: Plan, outages: Sequence[Outage]) -> float:
    """So long the traffic has to go that everything which is implied can be seen."""
    implications, last = Implications(plan), LEAST_SECONDS
    for outage in outages:
        last = max(last, outage.at, outage.end or 0.0)
        for probe in flows_of(plan):
            found = implications.of(outage, probe.source_address, probe.destination_address)
            if found is not None and found.seconds is not None:
                last = max(last, outage.at + found.seconds + SLACK_SECONDS)
            if found is not None and outage.end is not None:
                last = max(last, outage.end + found.later + SLACK_SECONDS)
    return last + _AFTER


class Campaign:
    """One run. `loss`: of the internet from the beginning, 0 to 1. `folder`: for the notes of the traffic."""

    def __init__(
        self,
        plan: Plan,
        outages: Sequence[Outage],
        seconds: float,
        loss: float,
        namespaces: Mapping[str, NetworkNamespace],
        gateways: Sequence[GatewayProcess],
        folder: Path,
        progress: Callable[[str], None],
    ) -> None:
        self._plan = plan
        self._outages = outages
        self._seconds = seconds
        self._loss = loss
        self._namespaces = namespaces
        self._gateways = gateways
        self._progress = progress
        self._traffic = Traffic(flows_of(plan), folder / "traffic")
        self._hands = Hands(
            plan, namespaces, gateways, Addresses(plan, folder), self._happened, self._is_moved
        )
        self._entries: list[Entry] = []
        self._untold: list[tuple[str, str, IPAddress]] = []
        self._start = self._epoch = 0.0

    def run(self) -> History:
        """Do it all. LabError."""
        steps = sorted(self._steps(), key=lambda step: step[0])
        with self._traffic.going(self._namespaces):
            self._start, self._epoch = time.monotonic(), time.time()
            tell_again = 0.0
            while (now := self._now()) < self._seconds:
                while steps and steps[0][0] <= now:
                    _, text, outage, do = steps.pop(0)
                    self._entries.append(
                        Entry(at=self._now(), what=What.OUTAGE, device="", text=text, name=outage.kind.value)
                    )
                    do(outage)
                self._hands.look()
                if self._untold and now >= tell_again:
                    self._tell_names()
                    tell_again = now + _TELL_AGAIN
                self._progress(f"{now:.0f} of {self._seconds:.0f} s of traffic")
                time.sleep(_STEP)
            ended = self._now()
        return self._history(ended)

    def _steps(self) -> list[tuple[float, str, Outage, Callable[[Outage], None]]]:
        steps: list[tuple[float, str, Outage, Callable[[Outage], None]]] = []
        for outage in self._outages:
            what = outage.text.partition(" at ")[0]
            begun = what if outage.is_momentary or outage.kind is Kind.REBOOTS else f"{what}: begins"
            steps.append((outage.at, begun, outage, self._hands.begin))
            if outage.end is not None:
                steps.append((outage.end, f"{what}: is over", outage, self._hands.end))
        return steps

    def _now(self) -> float:
        return time.monotonic() - self._start

    def _happened(self, device: str, text: str) -> None:
        self._entries.append(Entry(at=self._now(), what=What.LAB, device=device, text=text))

    def _is_moved(self, device: str, address: IPAddress) -> None:
        planned = {a for wan in self._plan.topology.wans if wan.device == device for a in wan.public}
        self._untold += [(device, name, address) for name, at in self._plan.names if at in planned]

    def _tell_names(self) -> None:
        """As a device with dynamic DNS does, again and again until it is heard."""
        for item in list(self._untold):
            device, name, address = item
            servers = [s for s in self._plan.name_servers if s.version == address.version]
            if servers and tell_address(self._namespaces[device], servers[0], name, address):
                self._untold.remove(item)
                self._happened(device, f"it tells the name server that {name} is at {address}")

    def _history(self, ended: float) -> History:
        random = max([self._loss, *(o.amount for o in self._outages if o.kind is Kind.LOSS and o.amount < 1)])
        found = directions(self._traffic.flows(), self._start, random)
        entries = [*self._entries, *traffic(found)]
        for gateway in self._gateways:
            entries += told(gateway.name, gateway.log_text(), self._epoch)
        return History(
            seconds=ended,
            entries=tuple(sorted(entries, key=lambda entry: entry.at)),
            directions=found,
            judgements=judge(self._outages, found, Implications(self._plan), ended),
        )
