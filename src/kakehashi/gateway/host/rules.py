"""Rules of policy routing: which table a packet is looked up in."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from kakehashi.gateway.host.facts import Facts, HostRule
from kakehashi.gateway.host.items import PROTOCOL, Rule
from kakehashi.gateway.host.netlink import Netlink
from kakehashi.model.address import IPAddress, IPNetwork

LAST_LOCAL = 0  # the host's rule for its own addresses


def present(item: Rule, facts: Facts) -> bool:
    """Is the rule there?"""
    ends = _network(item.source), _network(item.destination)
    wanted = (item.version, *ends, item.table, item.priority, item.protocol)
    rest = (item.source_ports, item.destination_ports, item.own, item.goto)
    return any(
        wanted == (r.version, r.source, r.destination, r.table, r.priority, r.protocol)
        and rest == (r.source_ports, r.destination_ports, r.own, r.goto)
        and not r.is_particular
        for r in facts.rules
    )


def earlier(item: Rule, facts: Facts) -> HostRule | None:
    """A rule of the host's own that may lead packets of ours elsewhere, for it comes before."""
    return next(
        (
            r
            for r in facts.rules
            if LAST_LOCAL < r.priority <= item.priority
            and (r.table or r.goto)  # those of VRFs have none
            and r.version == item.version
            and not r.is_ours
            and _meet(_network(item.source), r.source)
            and _meet(_network(item.destination), r.destination)
            and (not item.protocol or r.protocol in (0, item.protocol))
        ),
        None,
    )


async def change(netlink: Netlink, item: Rule, add: bool) -> None:
    """Add or remove the rule."""
    what: dict[str, Any] = {
        "priority": item.priority,
        "family": 2 if item.version == 4 else 10,
        "FRA_PROTOCOL": PROTOCOL,
    }
    what |= {"action": "goto", "goto": item.goto} if item.goto else {"table": item.table}
    source, destination = _network(item.source), _network(item.destination)
    if source:
        what["src"], what["src_len"] = str(source.network_address), source.prefixlen
    if destination:
        what["dst"], what["dst_len"] = str(destination.network_address), destination.prefixlen
    if item.protocol:
        what["ip_proto"] = item.protocol
    if item.source_ports:
        what["sport_range"] = "{}:{}".format(*item.source_ports)
    if item.destination_ports:
        what["dport_range"] = "{}:{}".format(*item.destination_ports)
    if item.own:
        what["iifname"] = "lo"  # where packets of this host come from, for the rules
    await netlink.ip.rule("add" if add else "del", **what)


def _network(end: IPAddress | IPNetwork | None) -> IPNetwork | None:
    """As the kernel has it, which knows no network of all addresses."""
    if end is None:
        return None
    network = end if isinstance(end, IPv4Network | IPv6Network) else ip_network(end)
    return network if network.prefixlen else None


def _meet(a: IPNetwork | None, b: IPNetwork | None) -> bool:
    return a is None or b is None or a.overlaps(b)
