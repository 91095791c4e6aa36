"""The same network on both ends of a pair: nobody can say which one is meant."""

from collections.abc import Iterator

from kakehashi.check.device import Device
from kakehashi.check.report import Remark, Severity
from kakehashi.check.rules.subject import Subject, where
from kakehashi.model.address import IPNetwork
from kakehashi.model.source import Source


def check_overlap(a: Subject, b: Subject) -> Iterator[Remark]:
    """Networks on link, those towards the peers left out; where frames are carried they are one anyhow."""
    if a.tunnel.ipsec.ethernet is not None and b.tunnel.ipsec.ethernet is not None:
        return
    for here, source in lans(a.device, a):
        for there, other in lans(b.device, b):
            if here.version == there.version and here.overlaps(there):
                yield Remark(
                    rule="overlapping-subnets",
                    severity=Severity.ERROR,
                    message=f"{a.device.name} {a.name} - {b.device.name} {b.name}: both ends have {here}"
                    + (f" and {there}" if here != there else "")
                    + ": what is for the other end never leaves",
                    where=(*where(source), *where(other)),
                    fix="give one end another network, or translate addresses in the tunnel",
                )


def lans(device: Device, subject: Subject) -> Iterator[tuple[IPNetwork, Source | None]]:
    """The networks on link, and the interfaces that have them; not those towards the peer."""
    outside = subject.wan.name if subject.wan else ""
    for interface in device.physical:
        if interface.enabled and interface.name != outside:
            for own in interface.addresses:
                inside = subject.own is None or own.ip != subject.own
                if inside and own.network.prefixlen < own.network.max_prefixlen and not own.ip.is_link_local:
                    yield own.network, interface.source
