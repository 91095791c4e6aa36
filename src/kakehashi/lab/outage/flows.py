"""Which hosts send to which while outages happen."""

from kakehashi.lab.blueprint import Plan, Probe

_MOST = 60


def flows_of(plan: Plan) -> tuple[Probe, ...]:
    """The probes that become traffic: those through few tunnels first, where there are too many.

    A host with several routers only answers, through the one by which it was asked: which of them to begin
    with the routers would have to agree about.
    """
    several = {way.namespace for way in plan.answer_ways}
    begun = [probe for probe in plan.probes if probe.source_namespace not in several]
    return tuple(sorted(begun, key=lambda probe: len(probe.by))[:_MOST])


def beginners(plan: Plan) -> frozenset[str]:
    """The devices in whose LANs somebody begins to send."""
    sources = {probe.source_address for probe in flows_of(plan)}
    lans = plan.topology.lans
    return frozenset(lan.device for lan in lans if any(host.ip in sources for host in lan.hosts))
