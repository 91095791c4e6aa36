"""`interface` blocks."""

from collections.abc import Iterable, Iterator

from kakehashi.dialects.nec_ix.interfaces import InterfaceName
from kakehashi.dialects.rendering import Losses, address_lines
from kakehashi.model.gateway import AdjustMss, Interface

_PROTOCOLS = {17: "udp", 6: "tcp"}


def render_interface(interface: Interface, tunnel: Iterable[str], losses: Losses) -> list[str]:
    """The block of an interface; `tunnel`: its lines about IPsec."""
    InterfaceName().read(interface.name)  # whoever renders has translated the names
    from_dhcp = "ip address dhcp receive-default" if interface.dhcp_default_route else "ip address dhcp"
    addresses = address_lines(interface, from_dhcp)
    lines = [*_tunnel_mode(tunnel), *addresses, *_options(interface, losses), *_rest(tunnel)]
    lines.append("no shutdown" if interface.enabled else "shutdown")
    return [f"interface {interface.name}", *(f"  {line}" for line in lines)]


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
    if interface.napt:
        yield "ip napt enable"
    for hole in interface.static_translations:
        if hole.port is not None and hole.protocol in _PROTOCOLS:
            yield f"ip napt static {interface.name} {_PROTOCOLS[hole.protocol]} {hole.port}"
        else:
            losses.unless(
                hole.port is None, hole.source, f"port {hole.port} of protocol {hole.protocol}", "all pass"
            )
            yield f"ip napt static {interface.name} {hole.protocol}"
    for name in (
        interface.access_in,
        interface.access_out,
        interface.access_in_ipv6,
        interface.access_out_ipv6,
    ):
        if name is not None:
            losses.add(
                interface.source,
                f"filter {name} on {interface.name}",
                "filters are not translated for NEC IX",
            )
