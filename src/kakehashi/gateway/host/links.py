"""Devices and their addresses: what is there of what is wanted, and how it comes and goes."""

from kakehashi.gateway.host.facts import Facts
from kakehashi.gateway.host.items import Address, LinkUp, Mtu
from kakehashi.gateway.host.netlink import Netlink

IFA_F_NODAD = 0x02


def link_present(item: LinkUp, facts: Facts) -> bool:
    """Is the device up?"""
    return item.device in facts.links and facts.links[item.device].admin_up


def mtu_present(item: Mtu, facts: Facts) -> bool:
    """Has the device that MTU?"""
    return item.device in facts.links and facts.links[item.device].mtu == item.mtu


def address_present(item: Address, facts: Facts) -> bool:
    """Has the device the address, whatever its prefix?"""
    link = facts.links.get(item.device)
    return link is not None and any(a.ip == item.address.ip for a in link.addresses)


async def set_link(netlink: Netlink, device: str, up: bool) -> None:
    """Administratively up or down."""
    await netlink.ip.link("set", index=await netlink.index(device), state="up" if up else "down")


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
