"""`interface NAME` blocks become interfaces."""

from collections.abc import Mapping
from dataclasses import replace

from kakehashi.dialects.awplus.interfaces import is_null, is_port, kind_of
from kakehashi.dialects.blocks import Block
from kakehashi.dialects.document import Statement
from kakehashi.dialects.from_outside import with_autoconfig, with_dhcp_ipv6
from kakehashi.dialects.one_address import borrowing, tell_which_holds
from kakehashi.dialects.report import Report
from kakehashi.model.address import IPAddress
from kakehashi.model.gateway import Interface, InterfaceKind


def lower_interface(block: Block, report: Report) -> Interface | None:
    """One interface; switch ports and what swallows packets are none of the host's."""
    if is_null(block.name) or is_port(block.name):
        for statement in block.lines:
            if statement.key.startswith(("tunnel ", "ip address", "ipv6 address")):
                _misplaced(statement, block.name, report)
        return None
    interface = Interface(
        name=block.name,
        kind=kind_of(block.name),
        enabled=True,  # an interface is on unless `shutdown` stands there
        source=report.source(block.line),
    )
    tell_which_holds(block, report)
    for statement in block.lines:
        interface = _apply(interface, statement, report)
        if interface.kind is not InterfaceKind.TUNNEL and statement.key.startswith("tunnel "):
            _misplaced(statement, block.name, report)
    return interface


def own_address(
    interfaces: Mapping[str, Interface], name: str, version: int, asked: frozenset[str] = frozenset()
) -> IPAddress | None:
    """The address of an interface, or of the one that lends it one; None if only the host knows it."""
    interface = interfaces.get(name)
    if interface is None or name in asked:
        return None
    found = next((a.ip for a in interface.addresses if a.version == version), None)
    lender = interface.unnumbered if version == 4 else interface.unnumbered_ipv6
    if found is None and lender:
        return own_address(interfaces, lender, version, asked | {name})
    return found


def _misplaced(statement: Statement, name: str, report: Report) -> None:
    where = "a tunnel interface" if statement.key.startswith("tunnel ") else "the interface of the VLAN"
    report.warning(
        statement.line,
        "misplaced",
        f"`{statement.command.words}` has no effect on {name}",
        f"put it on {where}",
    )


def _apply(interface: Interface, statement: Statement, report: Report) -> Interface:
    """The interface after one of its lines."""
    on = not statement.negated
    match statement.key:
        case "shutdown":
            return replace(interface, enabled=not on)
        case "ip address":
            return _ip_address(interface, statement, report)
        case "ip unnumbered":
            return borrowing(interface, statement.get("interface") if on else None)
        case "ipv6 unnumbered":
            return replace(interface, unnumbered_ipv6=statement.get("interface") if on else None)
        case "ipv6 enable":
            return replace(interface, ipv6_enabled=on)
        case "ipv6 address autoconfig":
            return with_autoconfig(interface, on, default_route=True)
        case "ipv6 address dhcp":
            return with_dhcp_ipv6(interface, on, statement.line, report)
        case "ipv6 address":
            return _ipv6_address(interface, statement)
        case "mtu":
            return replace(interface, mtu=statement.get("mtu") if on else None)
        case "ip tcp adjust-mss":
            return replace(interface, adjust_mss=statement.get("mss") if on else None)
        case "ipv6 tcp adjust-mss":
            return replace(interface, adjust_mss_ipv6=statement.get("mss") if on else None)
        case _:
            return interface


def _ip_address(interface: Interface, statement: Statement, report: Report) -> Interface:
    address = statement.get("address")
    if statement.negated:
        kept = tuple(a for a in interface.addresses if a.version == 6 or (address and a != address))
        return replace(interface, addresses=kept, dhcp=False, dhcp_default_route=False, negotiated=False)
    interface = replace(interface, unnumbered=None)
    others = tuple(a for a in interface.addresses if a.version == 6)
    if statement.get("dhcp") or statement.get("negotiated"):
        leased = bool(statement.get("dhcp"))
        if not leased:
            report.info(
                statement.line,
                "the-hosts",
                f"{interface.name} gets its address from PPP: the host brings the line up, and the address "
                "is the one that the host's device has then",
            )
        return replace(
            interface, addresses=others, dhcp=True, dhcp_default_route=leased, negotiated=not leased
        )
    if statement.get("secondary"):
        rest = tuple(a for a in interface.addresses if a != address)
        return replace(interface, addresses=(*rest, address))
    interface = replace(interface, negotiated=False)
    secondary = tuple(a for a in interface.addresses[1:] if a.version == 4 and a != address)
    return replace(interface, addresses=(address, *secondary, *others), dhcp=False, dhcp_default_route=False)


def _ipv6_address(interface: Interface, statement: Statement) -> Interface:
    address = statement.get("address")
    rest = tuple(a for a in interface.addresses if a != address and (a.version == 4 or address is not None))
    return replace(interface, addresses=rest if statement.negated else (*rest, address))
