"""What stands in the way of packets on the internet, in the words of nftables."""

from collections.abc import Iterable, Iterator

from kakehashi.lab.outage.cables import Cables
from kakehashi.lab.outage.nouns import Kind, Outage, Place

_DROP = "drop"
_HEAD = "table inet outage\ndelete table inet outage\n"


def obstacles(outages: Iterable[Outage], cables: Cables) -> str:
    """The nftables script of the internet while these outages are on; it takes the place of the last one.

    Where packets go is said by cables, not by addresses: those may change meanwhile.
    """
    forward, arriving = [], []
    for outage in outages:
        forward += list(_forward(outage, cables))
        if outage.kind is Kind.DNS_DEAD:
            arriving += ["udp dport 53 drop", "tcp dport 53 drop"]
    lines = [
        *("  chain forward {", "    type filter hook forward priority -10;"),
        *(f"    {rule}" for rule in forward),
        *("  }", "  chain input {", "    type filter hook input priority -10;"),
        *(f"    {rule}" for rule in arriving),
        "  }",
    ]
    return _HEAD + "\n".join(["table inet outage {", *lines, "}", ""])


def _forward(outage: Outage, cables: Cables) -> Iterator[str]:
    places = outage.places
    match outage.kind:
        case Kind.PEER_DEAD | Kind.REBOOTS:
            yield from _everything(places[0], cables, _DROP)
        case Kind.PATH_DEAD:
            yield from _between(places[0], places[1], cables, _DROP)
            yield from _between(places[1], places[0], cables, _DROP)
        case Kind.ONE_WAY_DEAD:
            yield from _between(places[0], places[1], cables, _DROP)
        case Kind.LOSS:
            share = round(outage.amount * 10000)
            lost = f"numgen random mod 10000 < {share} drop" if share < 10000 else _DROP
            if not places:
                yield lost
            elif len(places) == 1:
                yield from _everything(places[0], cables, lost)
            else:
                yield from _between(places[0], places[1], cables, lost)
                yield from _between(places[1], places[0], cables, lost)


def _everything(place: Place, cables: Cables, verdict: str) -> Iterator[str]:
    for interface in _interfaces(place, cables):
        yield f'iifname "{interface}" {verdict}'
        yield f'oifname "{interface}" {verdict}'


def _between(here: Place, there: Place, cables: Cables, verdict: str) -> Iterator[str]:
    for a in _interfaces(here, cables):
        for b in _interfaces(there, cables):
            yield f'iifname "{a}" oifname "{b}" {verdict}'


def _interfaces(place: Place, cables: Cables) -> list[str]:
    return [cables.far_end(wan).interface for wan in cables.wans(place)]
