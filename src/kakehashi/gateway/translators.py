"""How the interfaces of a configuration translate, in terms of this host's devices and addresses."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from kakehashi.gateway.host.facts import Facts
from kakehashi.gateway.host.items import Address
from kakehashi.gateway.host.translation import Translator
from kakehashi.model.gateway import Gateway, Interface


def translators(gateway: Gateway, devices: Mapping[str, str], facts: Facts) -> Iterator[Translator]:
    """One for each interface that translates and has a device."""
    return (translator for _, translator in named_translators(gateway, devices, facts))


def named_translators(
    gateway: Gateway, devices: Mapping[str, str], facts: Facts
) -> Iterator[tuple[str, Translator]]:
    """The same, each with the name of its interface."""
    for interface in gateway.interfaces:
        device, translation = devices.get(interface.name), interface.translation
        if device is None or translation is None or not interface.enabled:
            continue
        lender = gateway.interface(interface.unnumbered) if interface.unnumbered else None
        holder = lender or interface
        held = devices.get(holder.name, "")
        address = _configured(holder) or _present(held, facts)
        own = {a.ip for name in (device, held) if (link := facts.links.get(name)) for a in link.addresses}
        mine = {a for a in own if isinstance(a, IPv4Address)} | ({address} if address else set())
        inside = translation.inside
        yield (
            interface.name,
            Translator(
                device=device,
                translation=translation,
                address=address,
                is_borrowed=lender is not None,
                follows=lender is None and _configured(interface) is None,
                own=tuple(sorted(mine)),
                lists=tuple(
                    gateway.access_list(s.access_list) if s.access_list is not None else None
                    for s in translation.sources
                ),
                inside=None if inside is None else tuple(devices[name] for name in inside if name in devices),
            ),
        )


def outside_addresses(interface: Interface, device: str) -> Iterator[Address]:
    """The addresses besides its own in whose name the device answers on the link (pools, fixed entries)."""
    if interface.translation is None:
        return
    networks = [a.network for a in interface.addresses if isinstance(a, IPv4Interface)]
    named: dict[IPv4Address, None] = {}
    for static in interface.translation.static:
        if isinstance(static.outside, IPv4Address):
            named[static.outside] = None
        elif isinstance(static.outside, IPv4Network):
            named |= dict.fromkeys(_few(static.outside[0], static.outside[-1]))
    for source in interface.translation.sources:
        if source.pool is not None:
            named |= dict.fromkeys(_few(*source.pool))
    own = {a.ip for a in interface.addresses}
    for address in named:
        if address not in own and any(address in network for network in networks):
            yield Address(device, IPv4Interface((address, 32)))


MOST_ADDRESSES = 1024


def _few(first: IPv4Address, last: IPv4Address) -> list[IPv4Address]:
    """All of them; of more than a host can well have, the first ones."""
    return [IPv4Address(n) for n in range(int(first), min(int(last), int(first) + MOST_ADDRESSES - 1) + 1)]


def _configured(interface: Interface) -> IPv4Address | None:
    return next((a.ip for a in interface.addresses if isinstance(a, IPv4Interface)), None)


def _present(device: str, facts: Facts) -> IPv4Address | None:
    link = facts.links.get(device)
    found = link.address(4) if link else None
    return found if isinstance(found, IPv4Address) else None
