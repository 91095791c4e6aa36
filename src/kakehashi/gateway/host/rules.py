"""Rules of policy routing: which table a packet of ours is looked up in."""

from typing import Any

from kakehashi.gateway.host.facts import Facts
from kakehashi.gateway.host.items import PROTOCOL, Rule
from kakehashi.gateway.host.netlink import Netlink


def present(item: Rule, facts: Facts) -> bool:
    """Is the rule there?"""
    wanted = (item.version, item.source, item.destination, item.table, item.priority, item.protocol)
    return any(
        wanted == (r.version, r.source, r.destination, r.table, r.priority, r.protocol)
        and (item.source_port, item.own) == (r.source_port, r.own)
        for r in facts.rules
    )


async def change(netlink: Netlink, item: Rule, add: bool) -> None:
    """Add or remove the rule."""
    what: dict[str, Any] = {
        "table": item.table,
        "priority": item.priority,
        "family": 2 if item.version == 4 else 10,
        "FRA_PROTOCOL": PROTOCOL,
    }
    if item.source:
        what["src"] = str(item.source)
    if item.destination:
        what["dst"] = str(item.destination)
    if item.protocol:
        what["ip_proto"] = item.protocol
    if item.source_port:
        what["sport_range"] = f"{item.source_port}:{item.source_port}"
    if item.own:
        what["iifname"] = "lo"  # where packets of this host come from, for the rules
    await netlink.ip.rule("add" if add else "del", **what)
