"""Rules of policy routing: which table a packet of ours is looked up in."""

from typing import Any

from kakehashi.gateway.host.facts import Facts
from kakehashi.gateway.host.items import PROTOCOL, Rule
from kakehashi.gateway.host.netlink import Netlink


def present(item: Rule, facts: Facts) -> bool:
    """Is the rule there?"""
    wanted = (item.source, item.destination, item.table, item.priority, item.protocol, item.source_port)
    return any(
        wanted == (r.source, r.destination, r.table, r.priority, r.protocol, r.source_port)
        for r in facts.rules
    )


async def change(netlink: Netlink, item: Rule, add: bool) -> None:
    """Add or remove the rule."""
    what: dict[str, Any] = {
        "src": str(item.source),
        "table": item.table,
        "priority": item.priority,
        "family": 2 if item.source.version == 4 else 10,
        "FRA_PROTOCOL": PROTOCOL,
    }
    if item.destination:
        what["dst"] = str(item.destination)
    if item.protocol:
        what["ip_proto"] = item.protocol
    if item.source_port:
        what["sport_range"] = f"{item.source_port}:{item.source_port}"
    await netlink.ip.rule("add" if add else "del", **what)
