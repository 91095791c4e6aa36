"""`interface NAME` blocks become interfaces (CI-08 to CI-11)."""

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_interface

from kakehashi.dialects.blocks import Block
from kakehashi.dialects.cisco_ios.interfaces import interface_of, is_null, is_template, kind_of
from kakehashi.dialects.document import Statement
from kakehashi.dialects.from_outside import with_autoconfig, with_dhcp_ipv6
from kakehashi.dialects.one_address import borrowing, tell_which_holds
from kakehashi.dialects.report import Report
from kakehashi.model.access_list import PacketFilter
from kakehashi.model.address import IPAddress
from kakehashi.model.gateway import Interface, InterfaceKind


def lower_interface(block: Block, report: Report) -> Interface | None:
    """One interface. The Null interface and templates are none of the host's."""
    if is_null(block.name):
        return None
    if is_template(block.name):
        if any(s.key.startswith("tunnel") for s in block.lines):
            report.warning(
                block.line,
                "not-yet",
                f"{block.name}: tunnels made for each client are not there yet; the block has no effect",
            )
        return None
    interface = Interface(
        name=block.name,
        kind=kind_of(block.name),
        enabled=True,  # a running configuration says `shutdown` where it holds
        proxy_arp=True,
        source=report.source(block.line),
    )
    tell_which_holds(block, report)
    for statement in block.lines:
        interface = _apply(interface, statement, report)
        if interface.kind is not InterfaceKind.TUNNEL and statement.key.startswith("tunnel "):
            report.warning(
                statement.line,
                "misplaced",
                f"`{statement.command.words}` has no effect on {block.name}",
                "put it on a tunnel interface",
            )
    return interface


def own_address(
    interfaces: Mapping[str, Interface], name: str, version: int = 4, asked: frozenset[str] = frozenset()
) -> IPAddress | None:
    """The address of an interface, or of the one that lends it one; None if only the host knows it."""
    interface = interfaces.get(name)
    if interface is None or name in asked:
        return None
    found = next((a.ip for a in interface.addresses if a.version == version), None)
    lender = interface.unnumbered if version == 4 else interface.unnumbered_ipv6 or interface.unnumbered
    if found is None and lender:
        return own_address(interfaces, lender, version, asked | {name})
    return found


def lender_of(interfaces: Mapping[str, Interface], name: str) -> str:
    """The interface whose address this one has: itself, or the last of those that lend it theirs."""
    seen = {name}
    while (interface := interfaces.get(name)) and interface.unnumbered and interface.unnumbered not in seen:
        name = interface.unnumbered
        seen.add(name)
    return name


def _apply(interface: Interface, statement: Statement, report: Report) -> Interface:
    """The interface after one of its lines."""
    on = not statement.negated
    match statement.key:
        case "shutdown":
            return replace(interface, enabled=not on)
        case "ip address":
            return _ip_address(interface, statement, report)
        case "ip unnumbered":
            return borrowing(interface, interface_of(statement, "interface") if on else None)
        case "ipv6 unnumbered":
            return replace(interface, unnumbered_ipv6=interface_of(statement, "interface") if on else None)
        case "ipv6 enable":
            return replace(interface, ipv6_enabled=on)
        case "ipv6 address autoconfig":
            return with_autoconfig(interface, on, bool(statement.get("default")))
        case "ipv6 address dhcp":
            return with_dhcp_ipv6(interface, on, statement.line, report)
        case "ipv6 address":
            return _ipv6_address(interface, statement, report)
        case "ip proxy-arp":
            return replace(interface, proxy_arp=on)
        case "ip mtu":
            return replace(interface, mtu=statement.get("mtu") if on else None)
        case "mtu":
            # `ip mtu`, where there is one, counts for packets of IPv4.
            return replace(interface, mtu=statement.get("mtu")) if on and interface.mtu is None else interface
        case "ip tcp adjust-mss":
            return replace(interface, adjust_mss=statement.get("mss") if on else None)
        case "ipv6 tcp adjust-mss":
            return replace(interface, adjust_mss_ipv6=statement.get("mss") if on else None)
        case "ip access-group" | "ipv6 traffic-filter":
            return _filter(interface, statement)
        case _:
            return interface


def _ip_address(interface: Interface, statement: Statement, report: Report) -> Interface:
    if statement.negated:
        named = statement.get("address")
        kept = tuple(a for a in interface.addresses if a.version == 6 or (named and a.ip != named))
        return replace(interface, addresses=kept, dhcp=False, dhcp_default_route=False, negotiated=False)
    interface = replace(interface, unnumbered=None)
    others = tuple(a for a in interface.addresses if a.version == 6)
    if statement.get("dhcp") or statement.get("negotiated"):
        # The default route that comes with the address is the device's own doing with DHCP (distance 254).
        leased = bool(statement.get("dhcp"))
        if not leased:
            report.info(
                statement.line,
                "the-hosts",
                f"{interface.name} gets its address from PPP: the host brings the line up, and the "
                "address is "
                "the one that the host's device has then",
            )
        return replace(
            interface, addresses=others, dhcp=True, dhcp_default_route=leased, negotiated=not leased
        )
    address = ip_interface(f"{statement.get('address')}/{statement.get('mask')}")
    if statement.get("secondary"):
        return replace(interface, addresses=(*interface.addresses, address))
    interface = replace(interface, negotiated=False)
    secondary = tuple(a for a in interface.addresses[1:] if a.version == 4)
    return replace(interface, addresses=(address, *secondary, *others), dhcp=False, dhcp_default_route=False)


def _ipv6_address(interface: Interface, statement: Statement, report: Report) -> Interface:
    address = statement.get("address")
    if statement.get("eui-64"):
        report.warning(
            statement.line,
            "not-yet",
            f"{interface.name}: an address made of the MAC address is not there yet; the line has no effect",
            "write the whole address",
        )
        return interface
    rest = tuple(a for a in interface.addresses if a != address and (a.version == 4 or address is not None))
    return replace(interface, addresses=rest if statement.negated else (*rest, address))


def _filter(interface: Interface, statement: Statement) -> Interface:
    inbound = statement.get("direction", "in") == "in"
    version = 4 if statement.key == "ip access-group" else 6
    rest = tuple(f for f in interface.filters if (f.inbound, f.version) != (inbound, version))
    if not statement.negated:
        lists = (str(statement.get("list")),)
        rest = (*rest, PacketFilter(lists=lists, inbound=inbound, version=version))
    return replace(interface, filters=rest)
