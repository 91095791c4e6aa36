"""Which devices get their addresses from us asking for them."""

from collections.abc import Collection, Mapping

from kakehashi.gateway.host.facts import Facts
from kakehashi.model.gateway import Gateway


def leased_devices(
    gateway: Gateway, devices: Mapping[str, str], facts: Facts, leases: Collection[str]
) -> frozenset[str]:
    """The devices to ask on; `leases`: those for which we have an address now.

    One that is down is not asked on. One that has an address which is not of our asking is in somebody else's
    care, such as the host's own DHCP client, and is left to it.
    """
    return frozenset(
        device
        for interface in gateway.interfaces
        if interface.dhcp
        and not interface.negotiated
        and interface.enabled
        and (device := devices.get(interface.name))
        if (link := facts.links.get(device)) and link.running
        if device in leases or link.address(4) is None
    )


def waiting_for_routers(gateway: Gateway, devices: Mapping[str, str], facts: Facts) -> frozenset[str]:
    """The devices that are up and for which no router has told an IPv6 prefix yet."""
    return frozenset(
        device
        for interface in gateway.interfaces
        if interface.autoconfig and interface.enabled and (device := devices.get(interface.name))
        if (link := facts.links.get(device)) and link.running and link.address(6) is None
    )
