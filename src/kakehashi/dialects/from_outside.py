"""IPv6 addresses that come to an interface from outside."""

from dataclasses import replace

from kakehashi.dialects.report import Report
from kakehashi.model.gateway import Interface


def with_autoconfig(interface: Interface, on: bool, default_route: bool) -> Interface:
    """The interface with an address from router advertisements, or without."""
    return replace(interface, autoconfig=on, autoconfig_default_route=on and default_route)


def with_dhcp_ipv6(interface: Interface, on: bool, line: int, report: Report) -> Interface:
    """The interface with an IPv6 address by DHCP, or without."""
    if on:
        report.info(
            line,
            "the-hosts",
            f"{interface.name} gets its IPv6 address by DHCP: the host's client asks for it, and the address "
            "is the one that the host's device has then",
            "start a DHCPv6 client for the device, such as `dhcpcd -6` or systemd-networkd",
        )
    return replace(interface, dhcp_ipv6=on)
