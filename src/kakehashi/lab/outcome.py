"""What a lab found: each tunnel, each probe, each failure with its reason; and the same as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from kakehashi.check.pair import End, Pair
from kakehashi.lab.blueprint import Plan, Probe
from kakehashi.lab.dialing import DialOutcome
from kakehashi.lab.outage.campaign import History
from kakehashi.lab.outage.telling import history_json, sentence
from kakehashi.lab.ping import PingResult
from kakehashi.lab.process import Refusal
from kakehashi.lab.standing import Statuses, standing

_MOST_TOLD = 4  # selectors of one end, in a sentence
_NO_SA = "no SA yet"
FAMILIES = {4: "ipv4", 6: "ipv6"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Something that should work and does not: where, and why."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TunnelOutcome:
    """One pair. `ike`, `esp`: the agreed algorithms by their IANA names; `nat`: the devices behind a NAT."""

    pair: Pair
    up: bool
    ike: str | None = None
    esp: str | None = None
    nat: tuple[str, ...] = ()
    throughput: tuple[float | None, float | None] = (None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeOutcome:
    """One probe and its result."""

    probe: Probe
    result: PingResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The whole. `remarks`: what is odd about the files, failure or not. `history`: of the outages."""

    plan: Plan
    tunnels: tuple[TunnelOutcome, ...]
    probes: tuple[ProbeOutcome, ...]
    failures: tuple[Failure, ...]
    remarks: tuple[str, ...] = ()
    history: History | None = None
    dials: tuple[DialOutcome, ...] = ()

    @property
    def ok(self) -> bool:
        """Does everything talk that should?"""
        return not self.failures


def to_json(outcome: Outcome) -> dict[str, Any]:
    """The outcome for machines. `nat` names the devices behind a NAT; null where there is none."""
    return {
        "ok": outcome.ok,
        "assumed": list(outcome.plan.assumed),
        "devices": [
            {"name": device.name, "file": device.file, "dialect": device.gateway.dialect}
            for device in outcome.plan.devices
        ],
        "tunnels": [
            {
                "a": tunnel.pair.a.device,
                "b": tunnel.pair.b.device,
                "up": tunnel.up,
                "ike": tunnel.ike,
                "esp": tunnel.esp,
                "nat": ", ".join(tunnel.nat) or None,
            }
            for tunnel in outcome.tunnels
        ],
        "probes": [
            {
                "from": each.probe.source,
                "to": each.probe.destination,
                "family": FAMILIES[each.probe.version],
                "ok": each.result.ok,
                "rtt_ms": each.result.rtt_ms,
            }
            for each in outcome.probes
        ],
        "failures": [{"where": failure.where, "reason": failure.reason} for failure in outcome.failures],
        **({"dials": [_dial_json(each) for each in outcome.dials]} if outcome.dials else {}),
        **({"history": history_json(outcome.history)} if outcome.history else {}),
    }


def _dial_json(each: DialOutcome) -> dict[str, Any]:
    return {
        "device": each.dial.device,
        "tunnel": each.dial.tunnel,
        "user": each.dial.user,
        "ok": not each.failure,
        "address": each.address or None,
        "method": each.method or None,
        "esp": each.esp or None,
        "dns": list(each.dns),
        "mtu": each.mtu or None,
        "rtt_ms": each.rtt_ms,
    }


def late_failures(history: History) -> tuple[Failure, ...]:
    """Traffic that was not back when it should have been."""
    return tuple(
        Failure(where=str(each.direction), reason=sentence(each))
        for each in history.judgements
        if not each.verdict.ok
    )


def tunnel_outcome(
    pair: Pair, statuses: Statuses, throughput: tuple[float | None, float | None] = (None, None)
) -> TunnelOutcome:
    """The state of a pair: up if both gateways have an SA for it that carries packets."""
    sas = [standing(end, statuses) for end in pair.ends]
    a, b = sas
    nat = [end.device for end, sa in zip(pair.ends, sas, strict=True) if sa and "local" in sa.nat]
    nat += [
        pair.other(end).device for end, sa in zip(pair.ends, sas, strict=True) if sa and "remote" in sa.nat
    ]
    shown = a or b
    return TunnelOutcome(
        pair=pair,
        up=a is not None and b is not None,
        ike=shown.ike if shown else None,
        esp=shown.esp if shown else None,
        nat=tuple(end.device for end in pair.ends if end.device in nat),
        throughput=throughput,
    )


def failures(
    plan: Plan,
    tunnels: Sequence[TunnelOutcome],
    probes: Sequence[ProbeOutcome],
    statuses: Statuses,
    complaints: Mapping[str, Sequence[str]],
    refusals: Mapping[str, Sequence[Refusal]] = MappingProxyType({}),
    dials: Sequence[DialOutcome] = (),
) -> tuple[Failure, ...]:
    """Everything that should talk and does not.

    `complaints`: what each gateway's log said was wrong; `refusals`: the negotiations among it that failed
    before their tunnel was known.
    """
    found: list[Failure] = []
    for device in plan.devices:
        if device.name not in statuses:
            reason = "; ".join(complaints.get(device.name, ())) or "it ended without a word"
            found.append(Failure(where=device.name, reason=f"the gateway does not run: {reason}"))
    found += [Failure(where=str(each.dial), reason=each.failure) for each in dials if each.failure]
    if not plan.pairs and not dials:
        found.append(Failure(where="lab", reason=_why_nothing_is_joined(plan)))
    down = {tunnel.pair for tunnel in tunnels if not tunnel.up}
    for pair in plan.pairs:
        idle = pair in plan.quiet and _has_company(pair, plan)
        if any(end.device not in statuses for end in pair.ends):
            continue  # told already
        if pair in down and not idle:
            reason = _why_down(plan, pair, statuses, complaints, refusals)
            found.append(Failure(where=f"{pair.a} - {pair.b}", reason=reason))
        elif pair in plan.quiet and not idle:
            found.append(Failure(where=f"{pair.a} - {pair.b}", reason=_why_quiet(pair)))
    ends_down = {end for pair in down for end in pair.ends}
    for each in probes:
        if not each.result.ok:
            where = f"{each.probe.source} > {each.probe.destination} {FAMILIES[each.probe.version]}"
            found.append(Failure(where=where, reason=_why_lost(each, ends_down)))
    return tuple(found)


def _why_nothing_is_joined(plan: Plan) -> str:
    wires = [w for gateway in plan.topology.gateways.values() for w in gateway.pseudowires if not w.protected]
    if wires:
        return (
            f"no tunnel of these files is meant for another of them; {wires[0].interface} sends its frames "
            "without IPsec, and the lab joins only what IPsec protects: `kakehashi run` carries it, and "
            "`kakehashi check` compares both ends"
        )
    return "no tunnel of these files is meant for another of them: no peer's identity or address fits"


def _why_quiet(pair: Pair) -> str:
    """Why nothing was sent through the pair: the two ends do not take the same traffic."""
    if not any(end.tunnel.policy_based for end in pair.ends):
        return "no routes lead through it both ways"
    taken = [
        f"{end} takes {local} to {remote}"
        for end in pair.ends
        if end.tunnel.policy_based
        for local, remote in zip(
            end.tunnel.ipsec.local_selectors[:_MOST_TOLD],
            end.tunnel.ipsec.remote_selectors[:_MOST_TOLD],
            strict=False,
        )
    ]
    return f"no host's packets go through it both ways: {', '.join(taken)}"


def _has_company(pair: Pair, plan: Plan) -> bool:
    """Is there another tunnel that carries the traffic: between the same devices, or to the same LAN?"""
    sites = {_site(plan, end.device) for end in pair.ends}
    return any(
        other not in plan.quiet and {_site(plan, end.device) for end in other.ends} == sites
        for other in plan.pairs
    )


def _site(plan: Plan, device: str) -> str:
    """The device, or the first of those that share its LAN."""
    return next((lan.shared_with for lan in plan.topology.lans_of(device) if lan.shared_with), device)


def _why_down(
    plan: Plan,
    pair: Pair,
    statuses: Statuses,
    complaints: Mapping[str, Sequence[str]],
    refusals: Mapping[str, Sequence[Refusal]],
) -> str:
    reasons: list[str] = []
    for end in pair.ends:
        if not end.tunnel.enabled:
            line = f" ({end.tunnel.source})" if end.tunnel.source else ""
            reasons.append(f"{end} is shut down{line}: add `no shutdown`")
    if pair.a.ike_version != pair.b.ike_version:
        words = {0: "none", 1: "IKEv1", 2: "IKEv2"}
        told = " and ".join(f"{end} {words[end.ike_version]}" for end in pair.ends)
        reasons.append(f"the two speak different versions of IKE: {told}")
    if not any(end.can_begin for end in pair.ends):
        reasons.append("neither end knows the other's address: one must name it in place of `any`")
    failed = [f"{end}: {text}" for end in pair.ends if (text := _told(end, "last_failure", statuses))]
    failed += _refused(plan, pair, refusals)
    down = [(end, text) for end in pair.ends if (text := _told(end, "down_reason", statuses))]
    # That there is no SA yet says nothing where it is told why.
    reasons += failed + [f"{end}: {text}" for end, text in down if not (failed and text.startswith(_NO_SA))]
    if not reasons:
        for end in pair.ends:
            reasons += [f"{end.device}: {text}" for text in complaints.get(end.device, ())]
    wrong = _wrong_address(plan, pair)
    if not reasons and pair in plan.quiet:
        reasons.append(_why_quiet(pair))
    return "; ".join(dict.fromkeys(wrong + reasons)) or "no answer from either side"


def _told(end: End, key: str, statuses: Statuses) -> str:
    status = tunnel_status(end, statuses)
    return str(status[key]) if status and end.tunnel.enabled else ""


def _refused(plan: Plan, pair: Pair, refusals: Mapping[str, Sequence[Refusal]]) -> list[str]:
    """What one end refused that came from where the other is."""
    found = []
    for end in pair.ends:
        public = {str(address) for address in plan.topology.wan_of(pair.other(end)).public}
        found += [f"{end.device}: {r.reason}" for r in refusals.get(end.device, ()) if r.remote in public]
    return found


def _wrong_address(plan: Plan, pair: Pair) -> list[str]:
    """Peers that are looked for where they are not."""
    found = []
    for end in pair.ends:
        other = pair.other(end)
        public = [str(address) for address in plan.topology.wan_of(other).public]
        peer = str(end.tunnel.peer_address)
        is_address = peer[:1].isdigit() or ":" in peer
        if is_address and peer not in public:
            line = f" ({end.tunnel.source})" if end.tunnel.source else ""
            found.append(
                f"{end} looks for its peer at {peer}{line}, but {other.device} is at {', '.join(public)}"
            )
    return found


def tunnel_status(end: End, statuses: Statuses) -> Mapping[str, Any] | None:
    """What the end's own gateway says of the tunnel; None if it says nothing."""
    for status in statuses.get(end.device, {}).get("tunnels", ()):
        if status["name"] == end.tunnel.interface:
            return status  # type: ignore[no-any-return]
    return None


def _why_lost(each: ProbeOutcome, down: set[End]) -> str:
    missing = [str(end) for end in each.probe.by if end in down]
    if missing:
        return f"no answer: {', '.join(missing)} is not up"
    return f"no answer to {each.result.sent} echo requests, though the tunnel is up"


def hopeless(ends: Sequence[End], pairs: Sequence[Pair], statuses: Statuses) -> bool:
    """Has a negotiation for one of these tunnels been refused, so that waiting longer shows nothing new?"""
    for pair in pairs:
        if not any(end in ends for end in pair.ends):
            continue
        for end in pair.ends:
            status = tunnel_status(end, statuses)
            if status and status["last_failure"] and standing(end, statuses) is None:
                return True
    return False
