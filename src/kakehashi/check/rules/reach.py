"""Can the two ends find each other at all?"""

from collections.abc import Iterator

from kakehashi.check.report import Remark, Severity
from kakehashi.check.rules.subject import Subject, where
from kakehashi.model.address import ANY, IPAddress


def check_reach(subject: Subject) -> Iterator[Remark]:
    """Addresses and routes between the ends themselves."""
    if not subject.tunnel.enabled:
        return
    yield from _both_unknown(subject)
    peer = subject.tunnel.peer_address
    if isinstance(peer, IPAddress):
        yield from _self(subject, peer)
        yield from _route(subject, peer)


def _both_unknown(subject: Subject) -> Iterator[Remark]:
    """Who has no fixed address can only begin, and so can a peer of unknown address (V1-36)."""
    wan = subject.wan
    if subject.tunnel.peer_address is ANY and wan is not None and wan.dhcp:
        yield Remark(
            rule="both-ends-unknown",
            severity=Severity.ERROR,
            message=f"{subject.name} never comes up: the peer has an unknown address, and so has this device "
            f"({wan.name})",
            where=where(subject.tunnel.source, wan.source),
            fix="give one of them a fixed address, or a name",
        )


def _self(subject: Subject, peer: IPAddress) -> Iterator[Remark]:
    own = subject.device.holder(peer)
    if own is not None:
        yield Remark(
            rule="peer-is-self",
            severity=Severity.ERROR,
            message=f"{subject.name} never comes up: its peer {peer} is its own address ({own.name})",
            where=where(subject.tunnel.source, own.source),
            fix="write the other end's address",
        )


def _route(subject: Subject, peer: IPAddress) -> Iterator[Remark]:
    """What is protected must not need the tunnel that it makes."""
    outgoing = subject.tunnel.outgoing
    if outgoing is not None or subject.tunnel.policy_based:
        return
    if subject.device.is_on_link(peer):
        return
    route = subject.device.route_to(peer)
    if route is not None and route.interface == subject.name:
        yield Remark(
            rule="peer-through-tunnel",
            severity=Severity.ERROR,
            message=f"{subject.name} never comes up: the route to its peer {peer} leads into itself",
            where=where(route.source, subject.tunnel.source),
            fix=f"add a route to {peer} by the interface towards the internet",
        )
