"""`interface` blocks."""

from collections.abc import Iterator

from kakehashi.dialects.rendering import Losses
from kakehashi.model.gateway import AdjustMss, Interface


def interface_lines(interface: Interface, tunnel: list[str], losses: Losses) -> list[str]:
    """The block of an interface; `tunnel`: its lines about IPsec."""
    lines = [*tunnel, *_addresses(interface, losses), *_options(interface, losses)]
    if not interface.enabled:
        lines.append("shutdown")
    return [f"interface {interface.name}", *(f" {line}" for line in lines)]


def _addresses(interface: Interface, losses: Losses) -> Iterator[str]:
    if interface.dhcp:
        from_ppp = interface.name.startswith("ppp") and not interface.dhcp_default_route
        losses.unless(
            from_ppp or interface.dhcp_default_route,
            interface.source,
            f"{interface.name} takes no default route from DHCP",
            "the device takes it along",
        )
        yield "ip address negotiated" if from_ppp else "ip address dhcp"
    first = not interface.dhcp
    for address in interface.addresses:
        if address.version == 4:
            yield f"ip address {address}" + ("" if first else " secondary")
            first = False
    if interface.unnumbered:
        yield f"ip unnumbered {interface.unnumbered}"
    if interface.ipv6_enabled:
        yield "ipv6 enable"
    for address in interface.addresses:
        if address.version == 6:
            yield f"ipv6 address {address}"
    if interface.unnumbered_ipv6:
        yield f"ipv6 unnumbered {interface.unnumbered_ipv6}"


def _options(interface: Interface, losses: Losses) -> Iterator[str]:
    if interface.mtu is not None:
        yield f"mtu {interface.mtu}"
    for word, mss in (("ip", interface.adjust_mss), ("ipv6", interface.adjust_mss_ipv6)):
        if mss is not None:
            yield f"{word} tcp adjust-mss {'pmtu' if mss is AdjustMss.AUTO else mss}"
    if interface.napt or interface.static_translations:
        losses.add(
            interface.source,
            f"address translation on {interface.name}",
            "the device has it in its firewall (`nat`, with zones), which is not translated",
        )
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
                "filters are not translated for AlliedWare Plus",
            )
