"""Multipoint tunnels of several devices: what they must agree on, whom they register with, whom they name.

A cloud is told by the next hop servers and the maps: whoever has the address below the tunnel that another
one names is a member of the same. The network identifier says nothing, no peer hears of it.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations

from kakehashi.check.device import Device
from kakehashi.check.members import Member, is_server, knows, members_of
from kakehashi.check.report import Remark, Severity
from kakehashi.check.verdict import is_private
from kakehashi.model.address import Hostname
from kakehashi.model.multipoint import NextHopServer, Nhrp
from kakehashi.model.source import Source


def check_clouds(devices: Mapping[str, Device]) -> Iterator[Remark]:
    """Everything about the multipoint tunnels of these devices."""
    members = members_of({name: device.gateway for name, device in devices.items()})
    for member in members:
        for nhrp in member.multipoint.nhrp:
            for server in nhrp.servers:
                yield from _server(member, nhrp, server, members)
    for a, b in combinations(members, 2):
        if knows(a, b) or knows(b, a):
            yield from _agreement(a, b)
            for one, other in ((a, b), (b, a)):
                yield from _endpoints(one, other)


def _server(member: Member, nhrp: Nhrp, server: NextHopServer, members: list[Member]) -> Iterator[Remark]:
    own = member.inside(nhrp.version)
    if own is None or server.address is None:
        return
    if server.address == own.ip:
        yield _remark(
            "nhs-is-own",
            Severity.ERROR,
            f"{member}: the next hop server {server.address} is this device itself",
            (server.source,),
            "write the hub's address in the tunnel",
        )
        return
    if server.address not in own.network:
        yield _remark(
            "nhs-elsewhere",
            Severity.ERROR,
            f"{member}: the next hop server {server.address} is not in the tunnel's network {own.network}",
            (server.source, member.multipoint.source),
            "the hub's address in the tunnel and the mask of the tunnel have to fit",
        )
    there = [m for m in members if m.device != member.device and is_server(m, server, nhrp.version)]
    for hub in there:
        yield from _hub(member, nhrp, server, hub)
    if not there and not isinstance(server.nbma, Hostname | None):
        yield from _elsewhere(member, nhrp, server, members)


def _elsewhere(member: Member, nhrp: Nhrp, server: NextHopServer, members: list[Member]) -> Iterator[Remark]:
    """Nobody is where the server is looked for; a device that has its address in the tunnel is not far."""
    for hub in members:
        its = hub.inside(nhrp.version)
        known = sorted(hub.nbma, key=str)
        if hub.device == member.device or its is None or its.ip != server.address or not known:
            continue
        if any(is_private(address) for address in known):
            continue  # a NAT is before it, and what others call it nobody knows here
        yield _remark(
            "nhs-address",
            Severity.ERROR,
            f"{member} registers with {server.address} at {server.nbma}, and {hub}, which has that address "
            f"in the tunnel, is at {known[0]}",
            (server.source, hub.multipoint.source),
            f"write {known[0]} for where the next hop server is",
        )


def _hub(member: Member, nhrp: Nhrp, server: NextHopServer, hub: Member) -> Iterator[Remark]:
    its, theirs = hub.inside(nhrp.version), hub.multipoint.nhrp_of(nhrp.version)
    if its is not None and its.ip != server.address:
        yield _remark(
            "nhs-address",
            Severity.ERROR,
            f"{member} registers with {server.address} at {server.nbma}, and {hub}, which is there, has "
            f"{its.ip} in the tunnel",
            (server.source, hub.multipoint.source),
            f"write {its.ip} for the next hop server",
        )
    if theirs is None:
        yield _remark(
            "no-nhrp",
            Severity.ERROR,
            f"{member} registers with {hub}, which does no NHRP",
            (server.source, hub.multipoint.source),
            "give the hub's interface a network identifier",
        )
        return
    if server.multicast and not theirs.multicast_dynamic:
        yield _remark(
            "no-multicast",
            Severity.WARNING,
            f"{hub} sends no multicast to who registers: {member} hears nothing of its routing protocol",
            (hub.multipoint.source,),
            "add `ip nhrp map multicast dynamic` to the hub",
        )
    if nhrp.shortcut and not theirs.redirect:
        yield _remark(
            "no-redirect",
            Severity.NOTE,
            f"{member} takes shorter ways, and {hub} tells of none: all goes by the hub",
            (hub.multipoint.source,),
            "add `ip nhrp redirect` to the hub",
        )


def _endpoints(member: Member, other: Member) -> Iterator[Remark]:
    """Of peers that are all written down: each names the other, by the address that it has."""
    for hop in member.multipoint.endpoints:
        its = other.inside(hop.address.version)
        if hop.nbma in other.nbma and its is not None and its.ip != hop.address:
            yield _remark(
                "endpoint-address",
                Severity.ERROR,
                f"{member} has the endpoint {hop.address} at {hop.nbma}, and {other}, which is there, has "
                f"{its.ip} in the tunnel",
                (hop.source, other.multipoint.source),
                f"write {its.ip} for the endpoint at {hop.nbma}",
            )
    if member.multipoint.endpoints and not knows(member, other) and not other.multipoint.nhrp:
        there = min(other.nbma, default=None, key=str)
        its = other.inside(4) or other.inside(6)
        yield _remark(
            "no-endpoint-back",
            Severity.ERROR,
            f"{other} has an endpoint for {member}, which has none for it: it is not let in",
            (member.multipoint.source, other.multipoint.source),
            f"add `tunnel endpoint {its.ip} destination {there}` to {member}"
            if its
            else "name it there, too",
        )


def _agreement(a: Member, b: Member) -> Iterator[Remark]:
    """What is the same on both, or their packets are not understood."""
    places = (a.multipoint.source, b.multipoint.source)
    headers = [m.multipoint.gre for m in (a, b)]
    if (headers[0] is None) != (headers[1] is None):
        yield _remark(
            "cloud-mode",
            Severity.ERROR,
            f"{a} and {b} are of one cloud, and only one of them has GRE",
            places,
            "give both the same tunnel mode",
        )
    keys = [None if header is None else header.key for header in headers]
    if keys[0] != keys[1]:
        texts = ["no key" if key is None else f"key {key}" for key in keys]
        yield _remark(
            "cloud-key",
            Severity.ERROR,
            f"{a} has {texts[0]} in GRE, {b} has {texts[1]}: each drops the other's packets",
            places,
            "write the same `tunnel key` on both",
        )
    if a.multipoint.protected != b.multipoint.protected:
        yield _remark(
            "cloud-protection",
            Severity.ERROR,
            f"of {a} and {b} only one is protected by IPsec",
            places,
            "protect both",
        )
    for version in (4, 6):
        yield from _of_version(a, b, version)


def _of_version(a: Member, b: Member, version: int) -> Iterator[Remark]:
    places = (a.multipoint.source, b.multipoint.source)
    one, other = a.inside(version), b.inside(version)
    if one is not None and other is not None and one.network != other.network:
        yield _remark(
            "cloud-network",
            Severity.ERROR,
            f"{a} has {one} in the tunnel, {b} has {other}: they are in one network, or neither finds the "
            "other",
            places,
            "write the same network and mask on both",
        )
    if one is not None and other is not None and one.ip == other.ip:
        yield _remark(
            "cloud-same-address",
            Severity.ERROR,
            f"{a} and {b} both have {one.ip} in the tunnel",
            places,
            "give one of them another address",
        )
    nhrp = [m.multipoint.nhrp_of(version) for m in (a, b)]
    if nhrp[0] is None or nhrp[1] is None:
        return
    secrets = [each.authentication for each in nhrp if each is not None]
    if secrets[0] != secrets[1]:
        yield _remark(
            "cloud-authentication",
            Severity.ERROR,
            f"the NHRP authentication strings of {a} and {b} are not the same: no registration is taken",
            places,
            "write the same `ip nhrp authentication` on both",
        )


def _remark(
    rule: str, severity: Severity, message: str, sources: tuple[Source | None, ...], fix: str
) -> Remark:
    return Remark(
        rule=rule,
        severity=severity,
        message=message,
        where=tuple(dict.fromkeys(source for source in sources if source is not None)),
        fix=fix,
    )
