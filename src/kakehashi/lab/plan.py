"""From configurations to everything that is to be built. Nothing here builds anything."""

from collections.abc import Collection, Iterator, Sequence
from ipaddress import ip_address
from itertools import product

from kakehashi.check.members import is_server, members_of
from kakehashi.check.pair import End, Pair, pair_tunnels
from kakehashi.lab.blueprint import GatewayPlan, Plan, Probe
from kakehashi.lab.complete import completed
from kakehashi.lab.device import Device
from kakehashi.lab.dialing import plan_dials, why_nobody_dials
from kakehashi.lab.draft import Draft
from kakehashi.lab.errors import LabError
from kakehashi.lab.frames import carries_frames, port_of
from kakehashi.lab.ikev1 import peer_text
from kakehashi.lab.lan import Lan, plan_lans
from kakehashi.lab.network import Network, host_namespace, sharing
from kakehashi.lab.pki.devices import responder_names
from kakehashi.lab.routing import Topology, plan_routes
from kakehashi.lab.undefined import define_proposals
from kakehashi.lab.wan import outer_version, plan_wans
from kakehashi.model.address import Hostname, IPAddress
from kakehashi.model.tunnel import Ikev2Tunnel

# In the network for benchmarking (RFC 2544), clear of what is given to lines; documentation (RFC 3849).
_NAME_SERVERS = ip_address("198.18.255.53"), ip_address("2001:db8:ffff:ffff::53")


# From site to site through a centre there are as many ways as the square of the sites: some of them do.
_MOST_INDIRECT = 20


def make_plan(devices: Sequence[Device], behind_nat: Collection[str] = ()) -> Plan:
    """Plan the lab of these devices. LabError.

    Each of `behind_nat` is a device with a NAPT router before it, or several that have one in common: `a,b`.
    """
    translated = _translated(devices, behind_nat)
    pairing = pair_tunnels({device.name: device.gateway for device in devices})
    drafts = {device.name: Draft(device.name) for device in devices}
    wans = plan_wans(devices, pairing, translated, drafts)
    lans = plan_lans(devices, pairing, [a.network for wan in wans for a in wan.addresses], drafts)
    topology = plan_routes(devices, pairing, wans, lans, drafts)
    define_proposals(devices, pairing, drafts)
    for device in devices:
        for server in device.gateway.l2tp_servers:
            why = why_nobody_dials(device.gateway, server)
            if why:
                drafts[device.name].assume(f"nobody dials in to {server.interface}: {why}")
    for end in pairing.alone:
        if topology.gateways[end.device].l2tp_server(end.tunnel.interface) is not None:
            continue
        peer = _peer_text(end, topology)
        drafts[end.device].assume(f"{end.tunnel.interface} is left alone: no file is that of its peer {peer}")
    probes = tuple(_probes(topology))
    used = {end for probe in probes for end in probe.by}
    built = Network(topology, drafts)
    names = (*_names(topology), *responder_names(device.gateway for device in devices))
    return Plan(
        topology=topology,
        namespaces=built.namespaces,
        links=built.links,
        routes=built.routes,
        translations=built.translations,
        leases=built.leases,
        answer_ways=built.answer_ways,
        gateways=tuple(
            GatewayPlan(
                device=device,
                text=completed(device.text, drafts[device.name].additions, device.gateway.dialect),
                interfaces=built.interfaces(device.name),
            )
            for device in devices
        ),
        probes=probes,
        quiet=tuple(pair for pair in pairing.pairs if not used.intersection(pair.ends)),
        names=names,
        name_servers=tuple(_name_servers(topology)) if names else (),
        assumed=tuple(sentence for draft in drafts.values() for sentence in draft.assumed),
        dials=tuple(plan_dials(topology)),
    )


def _peer_text(end: End, topology: Topology) -> str:
    if isinstance(end.tunnel, Ikev2Tunnel):
        return str(end.tunnel.peer.identity)
    return peer_text(topology.gateways[end.device], end.tunnel)


def _probes(topology: Topology) -> Iterator[Probe]:
    """Both ways between all hosts that the files let talk through tunnels; who can begin comes first."""
    found = [
        probe
        for a, b in product(topology.lans, repeat=2)
        if a.device != b.device
        for version in (4, 6)
        for number in range(len(a.hosts))
        if (probe := _probe(topology, a, b, version, number)) is not None
    ]
    found.sort(key=lambda probe: (len(probe.by), _reluctance(topology, probe.by[0])))
    found = [*_through_frames(topology), *found]
    direct = [probe for probe in found if len(probe.by) == 1]
    yield from direct
    yield from found[len(direct) :][:_MOST_INDIRECT]


def _through_frames(topology: Topology) -> Iterator[Probe]:
    """Both ways between hosts of a LAN that a pseudowire joins: each asks for the other by a broadcast."""
    for pair in topology.pairing.pairs:
        if not carries_frames(pair):
            continue
        lans = [_lan_of(topology, end) for end in pair.ends]
        for end, (a, b) in zip(pair.ends, (lans, lans[::-1]), strict=True):
            yield Probe(
                source=_host_name(topology, a, 0),
                destination=_host_name(topology, b, 0),
                source_namespace=host_namespace(topology, a),
                destination_namespace=host_namespace(topology, b),
                source_address=a.hosts[0].ip,
                destination_address=b.hosts[0].ip,
                by=(end,),
            )


def _lan_of(topology: Topology, end: End) -> Lan:
    port = port_of(end, topology.gateways[end.device])
    return next(lan for lan in topology.lans_of(end.device) if lan.interface == port and not lan.addresses)


def _probe(topology: Topology, a: Lan, b: Lan, version: int, number: int) -> Probe | None:
    source, destination = a.host(version, number), b.host(version, number)
    if source is None or destination is None:
        return None
    there = topology.way(a.device, destination.ip, source.ip)
    back = topology.way(b.device, source.ip, destination.ip)
    if not there or not back or not _ends_at(topology, there, b) or not _ends_at(topology, back, a):
        return None
    if version == 4 and _is_closed(topology, there):
        return None
    return Probe(
        source=_host_name(topology, a, number),
        destination=_host_name(topology, b, number),
        source_namespace=host_namespace(topology, a),
        destination_namespace=host_namespace(topology, b),
        source_address=source.ip,
        destination_address=destination.ip,
        by=there,
    )


def _ends_at(topology: Topology, way: Sequence[End], lan: Lan) -> bool:
    """Does the way lead to this router of the LAN, or to another one that it shares the LAN with?"""
    last = next(pair for pair in topology.pairing.pairs if way[-1] in pair.ends)
    return last.other(way[-1]).device == lan.device


def _is_closed(topology: Topology, way: Sequence[End]) -> bool:
    """Is what comes out of the last tunnel unasked dropped by address translation there (V1-23)?"""
    last = next(pair for pair in topology.pairing.pairs if way[-1] in pair.ends).other(way[-1])
    interface = topology.gateways[last.device].interface(last.tunnel.interface)
    return bool(interface and interface.translation and interface.translation.closed)


def _host_name(topology: Topology, lan: Lan, number: int) -> str:
    """The device's name speaks for its first host; others are told apart by their address."""
    first = topology.lans_of(lan.device)[0] == lan and number == 0
    routers = "+".join(other.device for other in sharing(topology, lan))
    return routers if first else f"{routers} {lan.hosts[number].ip}"


def _translated(devices: Sequence[Device], behind_nat: Collection[str]) -> dict[str, str]:
    """Each device that a NAT stands before, with the first of those that have it in common. LabError."""
    order = [device.name for device in devices]
    found: dict[str, str] = {}
    for text in behind_nat:
        names = [name.strip() for name in text.split(",")]
        for name in names:
            if name not in order:
                raise LabError(f"--nat {name}: there is no such device; there are {', '.join(order)}")
            if name in found:
                raise LabError(f"--nat {text}: there is a NAT before {name} already")
            found[name] = min(names, key=order.index)
    return found


def _reluctance(topology: Topology, end: End) -> int:
    """How far `end` is from beginning: it may not know its peer, or a NAT may hide the peer."""
    other = next(pair for pair in topology.pairing.pairs if end in pair.ends).other(end)
    return 2 * (not end.can_begin) + topology.wan_of(other).nat


def _names(topology: Topology) -> Iterator[tuple[str, IPAddress]]:
    """Host names by which peers are known, with the addresses that the lab gives them."""
    told: set[tuple[str, int]] = set()
    for pair in topology.pairing.pairs:
        for end in pair.ends:
            address = topology.wan_of(pair.other(end)).public_address(outer_version(pair, topology.gateways))
            for host in _known_by(pair, end, topology):
                key = (host.name.lower(), address.version if address else 0)
                if address is not None and key not in told:
                    yield host.name, address
                told.add(key)


def _known_by(pair: Pair, end: End, topology: Topology) -> Iterator[Hostname]:
    """The names by which an end knows the other one: its peer's, or its next hop server's."""
    if isinstance(end.tunnel.peer_address, Hostname):
        yield end.tunnel.peer_address
    near = topology.gateways[end.device].multipoint(end.tunnel.interface)
    if near is None:
        return
    for member in members_of(topology.gateways):
        if (member.device, member.multipoint.interface) == pair.other(end).key:
            for nhrp in near.nhrp:
                servers = (s for s in nhrp.servers if is_server(member, s, nhrp.version))
                yield from (s.nbma for s in servers if isinstance(s.nbma, Hostname))


def _name_servers(topology: Topology) -> Iterator[IPAddress]:
    """The lab's own, and those that the files name: all are the same one."""
    yield from _NAME_SERVERS
    taken = {
        a for wan in topology.wans for a in (*wan.next_hops, *wan.public, *(x.ip for x in wan.addresses))
    }
    inside = [lan.network(version) for lan in topology.lans for version in (4, 6)]
    for gateway in topology.gateways.values():
        for server in gateway.names.servers:
            if server not in taken and not any(n is not None and server in n for n in inside):
                taken.add(server)
                yield server
