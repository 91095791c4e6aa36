"""Address translation: `ip nat inside source ...`, and how it meets the tunnels."""

from collections.abc import Mapping
from dataclasses import replace

from kakehashi.dialects.blocks import Block, all_lines
from kakehashi.dialects.cisco_ios.interfaces import interface_of
from kakehashi.dialects.cisco_ios.lower.access_list import Lists
from kakehashi.dialects.cisco_ios.lower.names import undefined
from kakehashi.dialects.document import Document, Statement
from kakehashi.dialects.report import Report
from kakehashi.model.access_list import AccessList, Packet
from kakehashi.model.gateway import Interface
from kakehashi.model.tunnel import Tunnel


def with_translation(
    document: Document,
    blocks: Mapping[str, Block],
    interfaces: Mapping[str, Interface],
    lists: Lists,
    report: Report,
) -> dict[str, Interface]:
    """The interfaces, those marked through which sources are translated."""
    result = dict(interfaces)
    for statement in all_lines(document, "ip nat inside source"):
        if "pool" in statement.values:
            report.warning(
                statement.line,
                "not-yet",
                "translation to a pool of addresses is not there yet; it is left out",
            )
            continue
        name = interface_of(statement, "interface") or ""
        rules = statement.get("list")
        if rules is not None and lists.get(rules) is None:
            remedy = f"add `access-list {rules} permit ...`"
            undefined(report, statement.line, "access list", rules, "ip nat", lists.by_name, remedy)
        if name not in result:
            remedy = f"add `interface {name}`"
            undefined(report, statement.line, "interface", name, "ip nat", result, remedy)
        elif _side(blocks.get(name)) != "outside":
            report.warning(
                statement.line,
                "nat-outside",
                f"{name} is not the outside of translation: nothing is translated",
                f"add `ip nat outside` to {name}",
            )
        else:
            result[name] = replace(result[name], napt=True)
    for statement in all_lines(document, "ip nat inside source static"):
        report.warning(
            statement.line, "not-yet", "a fixed translation is not there yet; the line has no effect"
        )
    return result


def check_translation(document: Document, tunnels: tuple[Tunnel, ...], lists: Lists, report: Report) -> None:
    """The device translates before it looks at the crypto map: what it translates, no tunnel takes."""
    for statement in all_lines(document, "ip nat inside source"):
        rules = lists.get(statement.get("list", ""))
        outside = interface_of(statement, "interface")
        if rules is None:
            continue
        for tunnel in tunnels:
            if tunnel.policy_based and tunnel.outgoing and tunnel.outgoing.interface == outside:
                _check(statement, rules, tunnel, report)


def _check(statement: Statement, rules: AccessList, tunnel: Tunnel, report: Report) -> None:
    for local, remote in zip(tunnel.ipsec.local_selectors, tunnel.ipsec.remote_selectors, strict=False):
        if local.start == local.end or int(local.end) - int(local.start) >= 1 << 31:
            continue  # the device itself, or all of the world: nothing that translation is about
        probe = Packet(
            source_address=local.start + 1, destination_address=remote.start + 1, protocol=local.protocol or 1
        )
        if rules.permits(probe):
            report.warning(
                statement.line,
                "nat-before-crypto",
                f"the access list {rules.name} also translates what {tunnel.interface} should take "
                f"({local} to "
                f"{remote}): the device translates first, and then the packets fit no tunnel; here "
                "they go into "
                "the tunnel untranslated",
                f"deny {local} to {remote} before it permits",
            )
            return


def _side(block: Block | None) -> str:
    line = block.last("ip nat") if block else None
    return line.get("side") if line else ""
