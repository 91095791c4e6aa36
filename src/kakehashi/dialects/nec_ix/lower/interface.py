"""`interface NAME` blocks become interfaces."""

from dataclasses import replace

from kakehashi.dialects.blocks import Block
from kakehashi.dialects.document import Statement
from kakehashi.dialects.from_outside import with_autoconfig, with_dhcp_ipv6
from kakehashi.dialects.nec_ix.grammar.policy import POLICY
from kakehashi.dialects.nec_ix.interfaces import is_null, kind_of
from kakehashi.dialects.nec_ix.lower.translation import filters, translation
from kakehashi.dialects.report import Report
from kakehashi.model.gateway import Interface, InterfaceKind

_ON_TUNNELS_ONLY = frozenset(c.key for c in POLICY) | {
    "ikev2 peer",
    "ikev2 binding",
    "tunnel mode ipsec-ikev2",
    "tunnel mode ipsec",
    "tunnel mode l2tp-lns ipsec",
    "tunnel mode gre",
    "tunnel source",
    "tunnel destination",
    "tunnel key",
    "tunnel checksum",
    "ipsec policy",
}


def lower_interface(block: Block, report: Report) -> Interface | None:
    """One interface. The Null interface has no settings and is no interface of a host."""
    if is_null(block.name):
        return None
    kind = kind_of(block.name)
    interface = Interface(
        name=block.name,
        kind=kind,
        enabled=kind is InterfaceKind.LOOPBACK,  # the others are shut down until told
        source=report.source(block.line),
    )
    for statement in block.lines:
        interface = _apply(interface, statement, report)
        if kind is not InterfaceKind.TUNNEL and statement.key in _ON_TUNNELS_ONLY:
            report.warning(
                statement.line,
                "misplaced",
                f"`{statement.command.words}` has no effect on {block.name}",
                "put it on a tunnel interface",
            )
    interface = replace(interface, translation=translation(block, report), filters=filters(block, report))
    if not interface.enabled and not any(s.key == "shutdown" for s in block.lines):
        report.info(
            block.line,
            "shutdown",
            f"{block.name} is shut down: that is the default",
            "add `no shutdown`",
        )
    return interface


def _apply(interface: Interface, statement: Statement, report: Report) -> Interface:
    """The interface after one of its lines."""
    on = not statement.negated
    match statement.key:
        case "shutdown":
            return replace(interface, enabled=not on)
        case "ip address":
            return _ip_address(interface, statement, report)
        case "ip unnumbered":
            return replace(interface, unnumbered=statement.get("interface") if on else None)
        case "ipv6 unnumbered":
            return replace(interface, unnumbered_ipv6=statement.get("interface") if on else None)
        case "ipv6 enable":
            return replace(interface, ipv6_enabled=on)
        case "ipv6 address":
            return _ipv6_address(interface, statement)
        case "ipv6 address autoconfig":
            return with_autoconfig(interface, on, bool(statement.get("receive_default")))
        case "ipv6 dhcp client":
            return with_dhcp_ipv6(interface, on, statement.line, report)
        case "ip mtu":
            return replace(interface, mtu=statement.get("mtu") if on else None)
        case "ip proxy-arp":
            return replace(interface, proxy_arp=on)
        case "ip tcp adjust-mss":
            return replace(interface, adjust_mss=statement.get("mss") if on else None)
        case "ipv6 tcp adjust-mss":
            return replace(interface, adjust_mss_ipv6=statement.get("mss") if on else None)
        case _:
            return interface


def _ip_address(interface: Interface, statement: Statement, report: Report) -> Interface:
    others = tuple(a for a in interface.addresses if a.version == 6)
    interface = replace(interface, negotiated=False)
    if statement.negated:
        return replace(interface, addresses=others, dhcp=False, dhcp_default_route=False)
    if statement.get("dhcp"):
        default_route = statement.get("receive_default", False)
        return replace(interface, addresses=others, dhcp=True, dhcp_default_route=default_route)
    if statement.get("ipcp"):
        report.info(
            statement.line,
            "the-hosts",
            f"{interface.name} gets its address from PPP: the host brings the line up, and the address is "
            "the one that the host's device has then",
        )
        return replace(interface, addresses=others, dhcp=True, dhcp_default_route=False, negotiated=True)
    if statement.get("secondary"):
        return replace(interface, addresses=(*interface.addresses, statement.get("address")))
    return replace(
        interface, addresses=(statement.get("address"), *others), dhcp=False, dhcp_default_route=False
    )


def _ipv6_address(interface: Interface, statement: Statement) -> Interface:
    address = statement.get("address")
    rest = tuple(a for a in interface.addresses if a != address and (a.version == 4 or address is not None))
    return replace(interface, addresses=rest if statement.negated else (*rest, address))
