"""The addresses that both ends of a tunnel have in it: two of one network, and not the same twice."""

from collections.abc import Iterator

from kakehashi.check.report import Remark, Severity
from kakehashi.check.rules.subject import Subject
from kakehashi.model.address import IPInterface


def check_inner_addresses(a: Subject, b: Subject) -> Iterator[Remark]:
    """Routes that name the interface lead through all the same; its ends cannot ping each other, and no
    routing protocol finds its neighbour.
    """
    if any(s.tunnel.policy_based or s.tunnel.multipoint for s in (a, b)):
        return
    if any(s.tunnel.ipsec.ethernet is not None for s in (a, b)):
        return
    for version in (4, 6):
        here, there = _addresses(a, version), _addresses(b, version)
        if not here or not there or any(_meet(x, y) for x in here for y in there):
            continue
        x, y = here[0], there[0]
        twice = x.ip == y.ip
        yield Remark(
            rule="inner-addresses",
            severity=Severity.WARNING,
            message=f"{a.device.name} {a.name} - {b.device.name} {b.name}: "
            + (f"both ends are {x.ip} in the tunnel" if twice else f"{x} and {y} are not in one network")
            + ": neither reaches the other's address there, and no routing protocol comes up",
            where=tuple(source for s in (a, b) if (source := s.device.interfaces[s.name].source) is not None),
            fix="give the ends two addresses of one network",
        )


def _addresses(subject: Subject, version: int) -> list[IPInterface]:
    """Those of the tunnel's own interface; one that is a network by itself is a host's, and meets nobody."""
    interface = subject.device.interfaces.get(subject.name)
    if interface is None or not subject.tunnel.enabled:
        return []
    return [
        own
        for own in interface.addresses
        if own.version == version and own.network.num_addresses > 1 and not own.ip.is_link_local
    ]


def _meet(x: IPInterface, y: IPInterface) -> bool:
    return x.ip != y.ip and y.ip in x.network and x.ip in y.network
