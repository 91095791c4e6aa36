"""A lab from its beginning to its end, inside the sandbox."""

import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from kakehashi.check.pair import Pair
from kakehashi.dialects.registry import by_name
from kakehashi.lab.blueprint import INTERNET, Dial, Leased, Plan, Probe
from kakehashi.lab.capture import capturing
from kakehashi.lab.device import read_device
from kakehashi.lab.dhcp import giving_addresses
from kakehashi.lab.dialing import DialOutcome, dial_in
from kakehashi.lab.dns.server import serving_names
from kakehashi.lab.door import Door, make_door
from kakehashi.lab.keyfiles import write_profile
from kakehashi.lab.netns import NetworkNamespace
from kakehashi.lab.outage.campaign import Campaign, History, needed_seconds
from kakehashi.lab.outage.implied import LEASE_SECONDS
from kakehashi.lab.outage.nouns import Kind, Outage
from kakehashi.lab.outcome import (
    Failure,
    Outcome,
    ProbeOutcome,
    failures,
    hopeless,
    late_failures,
    tunnel_outcome,
    tunnel_status,
)
from kakehashi.lab.ping import Ping
from kakehashi.lab.pki.devices import certified
from kakehashi.lab.process import GatewayProcess, running_gateways
from kakehashi.lab.realise import built_network
from kakehashi.lab.standing import Statuses
from kakehashi.lab.throughput import throughput
from kakehashi.model.finding import Finding, Severity
from kakehashi.model.tunnel import ConnectType

# A negotiation is given up 30 s after its first message (V2-33); under loss a second one may be needed.
_PATIENCE, _PATIENCE_UNDER_LOSS = 35.0, 70.0
# After a refusal: the next packet begins anew, and would be refused again.
_PATIENCE_WITH_TUNNEL_DOWN = 3.0
# The gateways start one after another; a first message that nobody heard is sent again after 2 s.
_STANDING_SECONDS, _STANDING_INTERVAL = 6.0, 0.1
_SPEED_SECONDS = 1.0
_SPEED_OCTETS, _SPEED_OCTETS_CAPTURED = 2**34, 2**22
_MOST_SPEEDS = 8  # tunnels that are measured, so that a large lab still ends soon

Progress = Callable[[str], None]
Finished = Callable[[Outcome], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a lab is run. `loss`: 0 to 1. `captures`: folder for captures and keys. `speed`: measure it.

    `outages`: what goes wrong while traffic goes on. `seconds`: how long that is; None is long enough for the
    outages, and no traffic without any. `revoked`: devices whose certificates are.
    """

    loss: float = 0.0
    captures: Path | None = None
    keep: bool = False
    speed: bool = True
    outages: tuple[Outage, ...] = ()
    seconds: float | None = None
    revoked: tuple[str, ...] = ()


def run_lab(
    plan: Plan, options: Options, folder: Path, progress: Progress, finished: Finished, keeping: "Keeping"
) -> int:
    """Build it, bring the tunnels up, send traffic, tell the outcome to `finished`; 0 if everything talks.

    `folder`: an empty folder for files of the lab's own. With `options.keep` it goes on until it is
    stopped, after `keeping` was told how to look around. LabError.
    """
    findings = completed_findings(plan)
    remarks = tuple(device.recognised for device in plan.devices if device.recognised)
    remarks += tuple(str(finding) for _, finding in findings if finding.severity is Severity.WARNING)
    wrong = configuration_errors(findings)
    if wrong:
        tunnels = tuple(tunnel_outcome(pair, {}) for pair in plan.pairs)
        finished(Outcome(plan=plan, tunnels=tunnels, probes=(), failures=wrong, remarks=remarks))
        return 1
    with ExitStack() as stack:
        progress("building the network")
        namespaces = stack.enter_context(built_network(plan, options.loss, folder))
        if options.captures is not None:
            stack.enter_context(capturing(plan.links, namespaces, options.captures))
        stack.enter_context(giving_addresses(_leases(plan, options.outages), namespaces, folder))
        if plan.name_servers:
            stack.enter_context(serving_names(namespaces[INTERNET], plan.name_servers, plan.names))
        vouched = stack.enter_context(certified(plan.gateways, namespaces[INTERNET], folder, options.revoked))
        plan = replace(plan, assumed=(*plan.assumed, *vouched.assumed))
        progress("starting the gateways")
        door = make_door(folder) if options.keep else None
        gateways = stack.enter_context(running_gateways(plan.gateways, namespaces, folder, door))
        if options.captures is not None:
            # Also on the way out, for the rekeys of a lab that is kept.
            stack.callback(write_profile, [gateway.keys for gateway in gateways], options.captures)
        trial = _Trial(plan, options, namespaces, gateways, progress)
        outcome = trial.outcome(remarks)
        if (options.outages or options.seconds) and any(each.result.ok for each in outcome.probes):
            seconds = options.seconds or needed_seconds(plan, options.outages)
            outcome = trial.after(
                outcome,
                Campaign(
                    plan, options.outages, seconds, options.loss, namespaces, gateways, folder, progress
                ).run(),
            )
        if options.captures is not None:
            write_profile([gateway.keys for gateway in gateways], options.captures)
        finished(outcome)
        if door is not None:
            keeping(namespaces, gateways, door)
            while True:
                signal.pause()
    return 0 if outcome.ok else 1


def _leases(plan: Plan, outages: Sequence[Outage]) -> tuple[Leased, ...]:
    """What is given by DHCP; for a short time where the address changes, or nobody would notice it."""
    changing = {o.places[0].device for o in outages if o.kind is Kind.CHANGES_ADDRESS}
    near = {(link.b.namespace, link.b.interface) for link in plan.links if link.a.namespace in changing}
    return tuple(
        replace(leased, seconds=LEASE_SECONDS) if (leased.namespace, leased.interface) in near else leased
        for leased in plan.leases
    )


Keeping = Callable[[Mapping[str, NetworkNamespace], Sequence[GatewayProcess], Door], None]


def completed_findings(plan: Plan) -> tuple[tuple[str, Finding], ...]:
    """What is to be said about each device's file, completed as it is: the device's name, and the finding."""
    return tuple(
        (gateway.device.name, finding)
        for gateway in plan.gateways
        for finding in read_device(
            gateway.device.name,
            gateway.device.file,
            gateway.text,
            by_name(gateway.device.gateway.dialect),
        ).findings
    )


def configuration_errors(findings: Sequence[tuple[str, Finding]]) -> tuple[Failure, ...]:
    """What keeps a gateway from running its file."""
    return tuple(
        Failure(
            where=str(finding.source or name),
            reason=finding.message + (f" ({finding.remedy})" if finding.remedy else ""),
        )
        for name, finding in findings
        if finding.severity is Severity.ERROR
    )


class _Trial:
    """The traffic of one lab, and what came of it."""

    def __init__(
        self,
        plan: Plan,
        options: Options,
        namespaces: Mapping[str, NetworkNamespace],
        gateways: Sequence[GatewayProcess],
        progress: Progress,
    ) -> None:
        self._plan = plan
        self._options = options
        self._namespaces = namespaces
        self._gateways = gateways
        self._progress = progress

    def outcome(self, remarks: tuple[str, ...]) -> Outcome:
        """Probe, measure, and put it together."""
        self._await_standing()
        probes = [self._probe(probe) for probe in self._plan.probes]
        dials = tuple(self._dial(dial) for dial in self._plan.dials)
        statuses = self._statuses()
        speeds = self._speeds(probes)
        tunnels = tuple(
            tunnel_outcome(pair, statuses, speeds.get(pair, (None, None))) for pair in self._plan.pairs
        )
        complaints = {gateway.name: gateway.complaints() for gateway in self._gateways}
        refusals = {gateway.name: gateway.refusals() for gateway in self._gateways}
        return Outcome(
            plan=self._plan,
            tunnels=tunnels,
            probes=tuple(probes),
            failures=failures(self._plan, tunnels, probes, statuses, complaints, refusals, dials),
            remarks=remarks,
            dials=dials,
        )

    def _dial(self, dial: Dial) -> DialOutcome:
        self._progress(f"dialing in to {dial.device}")
        gateway = next(g for g in self._gateways if g.name == dial.device)
        device = next(d for d in self._plan.devices if d.name == dial.device)
        patience = _PATIENCE_UNDER_LOSS if self._options.loss else _PATIENCE
        dialect = device.gateway.dialect
        return dial_in(dial, dialect, self._namespaces[INTERNET], gateway, patience)

    def after(self, outcome: Outcome, history: History) -> Outcome:
        """The outcome with what happened meanwhile: the tunnels as they are at the end."""
        statuses = self._statuses()
        speeds = {tunnel.pair: tunnel.throughput for tunnel in outcome.tunnels}
        return replace(
            outcome,
            history=history,
            tunnels=tuple(tunnel_outcome(pair, statuses, speeds[pair]) for pair in self._plan.pairs),
            failures=(*outcome.failures, *late_failures(history)),
        )

    def _await_standing(self) -> None:
        """A moment for tunnels that are always on (V2-09) and for addresses: what comes before is lost."""
        leasing = {wan.device for wan in self._plan.topology.wans if wan.leased}
        ends = [
            end
            for pair in self._plan.pairs
            for end in pair.ends
            if end.tunnel.enabled
            and (end.tunnel.connect is ConnectType.ALWAYS or (end.can_begin and end.device in leasing))
        ]
        deadline = time.monotonic() + _STANDING_SECONDS
        while ends and time.monotonic() < deadline:
            self._progress("waiting for the tunnels and addresses that come by themselves")
            statuses = self._statuses()
            found = [tunnel_status(end, statuses) for end in ends]
            if all(one and one["up"] for one in found) or hopeless(ends, self._plan.pairs, statuses):
                return
            time.sleep(_STANDING_INTERVAL)

    def _statuses(self) -> Statuses:
        return {g.name: status for g in self._gateways if (status := g.status()) is not None}

    def _probe(self, probe: Probe) -> ProbeOutcome:
        self._progress(f"{probe.source} > {probe.destination} (IPv{probe.version})")
        patience = _PATIENCE_UNDER_LOSS if self._options.loss else _PATIENCE
        if self._is_hopeless(probe):
            patience = _PATIENCE_WITH_TUNNEL_DOWN
        ping = Ping(self._namespaces[probe.source_namespace], probe.source_address, probe.destination_address)
        return ProbeOutcome(probe=probe, result=ping.run(patience, lambda: self._is_hopeless(probe)))

    def _is_hopeless(self, probe: Probe) -> bool:
        statuses = self._statuses()
        ends = {end for pair in self._plan.pairs if set(pair.ends) & set(probe.by) for end in pair.ends}
        if len(statuses) < len(self._gateways) or not all(end.tunnel.enabled for end in ends):
            return True
        return not self._options.loss and hopeless(probe.by, self._plan.pairs, statuses)

    def _speeds(self, probes: Sequence[ProbeOutcome]) -> dict[Pair, tuple[float | None, float | None]]:
        """Mbit/s through each pair, from `a` and from `b`, where a probe passes that pair alone."""
        speeds: dict[Pair, tuple[float | None, float | None]] = {}
        if not self._options.speed:
            return speeds
        single = {
            each.probe.by[0]: each.probe for each in probes if each.result.ok and len(each.probe.by) == 1
        }
        for pair in self._plan.pairs[:_MOST_SPEEDS]:
            a, b = (self._speed(single[end]) if end in single else None for end in pair.ends)
            speeds[pair] = (a, b)
        return speeds

    def _speed(self, probe: Probe) -> float | None:
        self._progress(f"measuring {probe.source} > {probe.destination}")
        return throughput(
            self._namespaces[probe.source_namespace],
            probe.source_address,
            self._namespaces[probe.destination_namespace],
            probe.destination_address,
            _SPEED_SECONDS,
            _SPEED_OCTETS if self._options.captures is None else _SPEED_OCTETS_CAPTURED,
        )
