"""The peers of multipoint tunnels, for `show`."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_network

from kakehashi.gateway.multipoint.standing import Standing
from kakehashi.model.address import IPAddress
from kakehashi.model.status import FailureStatus, NextHopServerStatus, NextHopStatus
from kakehashi.nhrp.cache import Entry
from kakehashi.nhrp.effects import Origin


def next_hops_of(
    standing: Iterable[Standing], now: float, failed: Callable[[str, IPAddress], FailureStatus | None]
) -> Iterator[NextHopStatus]:
    """Every peer, with the networks that are reached by it. `failed`: what of a negotiation with it."""
    for one in standing:
        yield from _written_down(one, now, failed)
        entries = {e.address: e for station in one.stations.values() for e in station.peers}
        for entry in entries.values():
            networks = [n for n, next_hop in one.shortcuts.items() if next_hop == entry.address]
            for network in (ip_network(entry.address), *networks):
                yield NextHopStatus(
                    interface=one.name,
                    network=network,
                    next_hop=entry.address,
                    nbma=entry.nbma,
                    claimed=entry.claimed,
                    origin=entry.origin.value,
                    age=now - one.since.get(entry.address, now),
                    expires=_left(entry, now),
                    unique=entry.unique,
                    multicast=entry.multicast,
                    reached=one.reaches(entry.nbma),
                )


def _written_down(
    one: Standing, now: float, failed: Callable[[str, IPAddress], FailureStatus | None]
) -> Iterator[NextHopStatus]:
    for hop in one.multipoint.endpoints:
        yield NextHopStatus(
            interface=one.name,
            network=ip_network(hop.address),
            next_hop=hop.address,
            nbma=hop.nbma,
            claimed=hop.nbma,
            origin=Origin.STATIC.value,
            age=now - one.since.get(hop.address, now),
            multicast=True,
            reached=one.reaches(hop.nbma),
            failure=None if one.reaches(hop.nbma) else failed(one.name, hop.nbma),
        )


def servers_of(standing: Iterable[Standing]) -> Iterator[NextHopServerStatus]:
    """Whom we register with, the first to be asked first."""
    for one in standing:
        for version, settings in one.settings.items():
            for server in settings.servers:
                yield NextHopServerStatus(
                    interface=one.name,
                    address=server.address,
                    nbma=server.nbma,
                    up=one.stations[version].is_registered(server.address),
                )


def drops_of(standing: Iterable[Standing]) -> dict[str, int]:
    """What came to nothing, by the reason."""
    found: Counter[str] = Counter()
    for one in standing:
        for station in one.stations.values():
            found.update({str(drop): number for drop, number in station.drops.items()})
    return dict(found)


def _left(entry: Entry, now: float) -> float | None:
    return None if entry.expires is None else max(entry.expires - now, 0)
