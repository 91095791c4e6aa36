"""`interface` blocks."""

from collections.abc import Iterator

from kakehashi.dialects.rendering import Losses, address_lines
from kakehashi.model.gateway import Interface

_MSS = (64, 65495)  # octets that the device takes


def interface_lines(interface: Interface, tunnel: list[str], losses: Losses) -> list[str]:
    """The block of an interface; `tunnel`: its lines about IPsec."""
    addresses = address_lines(
        interface, _from_dhcp(interface, losses), ipv6_from_outside=_ipv6(interface, losses)
    )
    lines = [*tunnel, *addresses, *_options(interface, losses)]
    if not interface.enabled:
        lines.append("shutdown")
    return [f"interface {interface.name}", *(f" {line}" for line in lines)]


def _ipv6(interface: Interface, losses: Losses) -> list[str]:
    losses.unless(
        not interface.autoconfig or interface.autoconfig_default_route,
        interface.source,
        f"{interface.name} takes no default route from router advertisements",
        "the device takes it along",
    )
    lines = ["ipv6 address autoconfig"] if interface.autoconfig else []
    return [*lines, "ipv6 address dhcp"] if interface.dhcp_ipv6 else lines


def _from_dhcp(interface: Interface, losses: Losses) -> str:
    from_ppp = interface.negotiated or (interface.name.startswith("ppp") and not interface.dhcp_default_route)
    losses.unless(
        from_ppp or not interface.dhcp or interface.dhcp_default_route,
        interface.source,
        f"{interface.name} takes no default route from DHCP",
        "the device takes it along",
    )
    return "ip address negotiated" if from_ppp else "ip address dhcp"


def _options(interface: Interface, losses: Losses) -> Iterator[str]:
    if interface.mtu is not None:
        yield f"mtu {interface.mtu}"
    for word, mss in (("ip", interface.adjust_mss), ("ipv6", interface.adjust_mss_ipv6)):
        if isinstance(mss, int):
            low, high = _MSS
            fits = losses.unless(
                low <= mss <= high, interface.source, f"MSS {mss}", f"it must be {low} to {high}"
            )
            yield f"{word} tcp adjust-mss {mss if fits else min(max(mss, low), high)}"
        elif mss is not None:
            yield f"{word} tcp adjust-mss pmtu"
    if interface.napt:
        losses.add(
            interface.source,
            f"address translation on {interface.name}",
            "the device has it in its firewall (`nat`, with zones), which is not translated",
        )
    for name in (name for f in interface.filters for name in f.lists):
        losses.add(
            interface.source,
            f"filter {name} on {interface.name}",
            "filters are not translated for AlliedWare Plus",
        )
