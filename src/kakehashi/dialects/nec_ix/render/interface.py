"""`interface` blocks."""

from collections.abc import Iterable, Iterator

from kakehashi.dialects.nec_ix.interfaces import InterfaceName
from kakehashi.dialects.nec_ix.render.translation import filter_lines, translation_lines
from kakehashi.dialects.rendering import Losses, address_lines
from kakehashi.model.gateway import AdjustMss, Interface


def render_interface(interface: Interface, tunnel: Iterable[str], losses: Losses) -> list[str]:
    """The block of an interface; `tunnel`: its lines about IPsec."""
    InterfaceName().read(interface.name)  # whoever renders has translated the names
    from_dhcp = "ip address dhcp receive-default" if interface.dhcp_default_route else "ip address dhcp"
    if interface.negotiated:
        from_dhcp = "ip address ipcp"
    addresses = address_lines(interface, from_dhcp, ipv6_from_outside=_ipv6_from_outside(interface, losses))
    lines = [*_tunnel_mode(tunnel), *addresses, *_options(interface, losses), *_rest(tunnel)]
    lines.append("no shutdown" if interface.enabled else "shutdown")
    return [f"interface {interface.name}", *(f"  {line}" for line in lines)]


def _ipv6_from_outside(interface: Interface, losses: Losses) -> list[str]:
    losses.unless(
        not interface.dhcp_ipv6,
        interface.source,
        f"the IPv6 address of {interface.name} by DHCP",
        "the device wants a profile for it: `ipv6 dhcp client PROFILE`",
    )
    if not interface.autoconfig:
        return []
    return ["ipv6 address autoconfig" + (" receive-default" if interface.autoconfig_default_route else "")]


def _tunnel_mode(lines: Iterable[str]) -> Iterator[str]:
    return (line for line in lines if line.startswith("tunnel mode"))


def _rest(lines: Iterable[str]) -> Iterator[str]:
    return (line for line in lines if not line.startswith("tunnel mode"))


def _options(interface: Interface, losses: Losses) -> Iterator[str]:
    if interface.mtu is not None:
        yield f"ip mtu {interface.mtu}"
    for word, mss in (("ip", interface.adjust_mss), ("ipv6", interface.adjust_mss_ipv6)):
        if mss is not None:
            yield f"{word} tcp adjust-mss {'auto' if mss is AdjustMss.AUTO else mss}"
    if interface.translation is not None:
        yield from translation_lines(interface.name, interface.translation, losses)
    yield from filter_lines(interface)
