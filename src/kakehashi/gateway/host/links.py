"""Devices and their addresses: what is there of what is wanted, and how it comes and goes."""

from kakehashi.gateway.host.facts import Facts
from kakehashi.gateway.host.items import Address, Bridge, BridgePort, LinkUp, Mtu
from kakehashi.gateway.host.netlink import Netlink

IFA_F_NODAD = 0x02
# The group addresses 01-80-C2-00-00-0X but the first three, which Linux lets no bridge carry on.
GROUP_FORWARD = 0xFFF8


def link_present(item: LinkUp, facts: Facts) -> bool:
    """Is the device up?"""
    return item.device in facts.links and facts.links[item.device].admin_up


def mtu_present(item: Mtu, facts: Facts) -> bool:
    """Has the device that MTU?"""
    return item.device in facts.links and facts.links[item.device].mtu == item.mtu


def bridge_present(item: Bridge, facts: Facts) -> bool:
    """Is there a device of this name?"""
    return item.device in facts.links


def port_present(item: BridgePort, facts: Facts) -> bool:
    """Is the device a port of the bridge?"""
    return item.device in facts.links and facts.links[item.device].master == item.bridge


def address_present(item: Address, facts: Facts) -> bool:
    """Has the device the address, whatever its prefix?"""
    link = facts.links.get(item.device)
    return link is not None and any(a.ip == item.address.ip for a in link.addresses)


async def set_link(netlink: Netlink, device: str, up: bool) -> None:
    """Administratively up or down."""
    await netlink.ip.link("set", index=await netlink.index(device), state="up" if up else "down")


async def add_bridge(netlink: Netlink, item: Bridge) -> None:
    """Make it."""
    await netlink.ip.link(
        "add",
        ifname=item.device,
        kind="bridge",
        br_stp_state=0,
        br_forward_delay=0,
        br_mcast_snooping=0,
        br_group_fwd_mask=GROUP_FORWARD,
    )


async def remove_bridge(netlink: Netlink, item: Bridge) -> None:
    """It goes, and its ports are free."""
    await netlink.ip.link("del", index=await netlink.index(item.device))


async def set_port(netlink: Netlink, item: BridgePort, add: bool) -> None:
    """Join the bridge, or leave it."""
    master = await netlink.index(item.bridge) if add else 0
    await netlink.ip.link("set", index=await netlink.index(item.device), master=master)


async def set_mtu(netlink: Netlink, item: Mtu) -> None:
    """Set the device's MTU."""
    await netlink.ip.link("set", index=await netlink.index(item.device), mtu=item.mtu)


async def change_address(netlink: Netlink, item: Address, add: bool) -> None:
    """Add or remove an address. Ours serves at once: it does not wait for duplicate detection."""
    extra = {"flags": IFA_F_NODAD} if add and item.address.version == 6 else {}
    await netlink.ip.addr(
        "add" if add else "del",
        index=await netlink.index(item.device),
        address=str(item.address.ip),
        prefixlen=item.address.network.prefixlen,
        **extra,
    )
