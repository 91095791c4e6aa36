"""The networks behind each device, and the hosts in them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_interface, ip_network

from kakehashi.check.pair import End, Pair, Pairing
from kakehashi.lab.complete import completer
from kakehashi.lab.complete.additions import InterfaceAddress, Unnumbered
from kakehashi.lab.device import Device
from kakehashi.lab.draft import Draft
from kakehashi.lab.frames import carries_frames, hosts_of, port_of
from kakehashi.lab.ikev1 import filters
from kakehashi.lab.wan import wan_interfaces
from kakehashi.model.address import IPAddress, IPInterface, IPNetwork
from kakehashi.model.gateway import Gateway, Interface, InterfaceKind
from kakehashi.model.selector import EVERYTHING, TrafficSelector
from kakehashi.model.tunnel import Tunnel

# Where no file says anything: private use (RFC 1918), unique local (RFC 4193).
_LANS = ip_network("192.168.0.0/16"), ip_network("fd00:192:168::/48")
# A route or selector tells a LAN's network only if it is no wider than a site usually is.
_SITE_PREFIX = {4: 20, 6: 56}
# Hosts are numbered from here, clear of the routers' usual .1 and .254.
_FIRST_HOST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Lan:
    """One network behind a device.

    `addresses`: the device's own, one for each IP version. `hosts`: the addresses of the one host in it, the
    first of each IP version for the first tunnel to a device, the next for the tunnel beside it, and so on.
    A LAN that a pseudowire joins with another has no addresses of the device here.
    `shared_with`: the device whose LAN it is, too, and before: both are routers of the same host.
    """

    device: str
    interface: str
    addresses: tuple[IPInterface, ...]
    hosts: tuple[IPInterface, ...]
    shared_with: str | None = None

    def host(self, version: int, number: int = 0) -> IPInterface | None:
        """The host's `number`th address of that IP version."""
        own = [h for h in self.hosts if h.version == version]
        return own[number] if number < len(own) else None

    def network(self, version: int) -> IPNetwork | None:
        """The network of that IP version."""
        return next((a.network for a in self.addresses if a.version == version), None)


def plan_lans(
    devices: Sequence[Device], pairing: Pairing, taken: Collection[IPNetwork], drafts: Mapping[str, Draft]
) -> tuple[Lan, ...]:
    """The LANs of all devices; what the files leave out goes to `drafts`. `taken`: networks of the WANs."""
    gateways = {device.name: device.gateway for device in devices}
    used = set(taken) | {
        own.network for g in gateways.values() for interface in g.interfaces for own in interface.addresses
    }
    lans: list[Lan] = []
    for number, device in enumerate(devices, start=1):
        pairs = [pair for pair in pairing.pairs if device.name in (pair.a.device, pair.b.device)]
        joined = [pair for pair in pairs if carries_frames(pair)]
        lans += _joined(device.name, joined, pairing, gateways, used, drafts)
        pairs = [pair for pair in pairs if pair not in joined]
        if joined and not pairs:
            continue
        first = _first_lan(device.gateway)
        versions = sorted({v for pair in pairs for v in inner_versions(pair, gateways)} or {4})
        for interface in dict.fromkeys((first, *_numbered_lans(device.gateway))):
            given = device.gateway.interface(interface)
            addresses = list(given.addresses) if given else []
            for version in versions if interface == first else ():
                if not any(a.version == version for a in addresses):
                    hints = _hints(device.name, pairs, gateways, version)
                    address = _assumed_address(hints, used, number, version)
                    used.add(address.network)
                    addresses.append(address)
                    drafts[device.name].add(
                        InterfaceAddress(interface=interface, address=address),
                        f"{interface} is the LAN, with the address {address}",
                    )
            hosts = _hosts(addresses, pairs, device.name)
            lan = Lan(device=device.name, interface=interface, addresses=tuple(addresses), hosts=hosts)
            lans.append(_shared(lan, lans, pairing) or lan)
        for pair in pairs:
            _complete_tunnel(next(e for e in pair.ends if e.device == device.name), device, first, drafts)
    return tuple(lans)


def _joined(
    device: str,
    pairs: Sequence[Pair],
    pairing: Pairing,
    gateways: Mapping[str, Gateway],
    used: Collection[IPNetwork],
    drafts: Mapping[str, Draft],
) -> Iterator[Lan]:
    """One end of each LAN that a pseudowire joins with another device's."""
    for pair in pairs:
        for end, host in hosts_of(pair, pairing.pairs, gateways, used):
            if end.device == device:
                port = port_of(end, gateways[device])
                what = f"{port} is an end of the LAN that {end.tunnel.interface} joins: its host is {host.ip}"
                drafts[device].assume(what)
                yield Lan(device=device, interface=port, addresses=(), hosts=(host,))


def _shared(lan: Lan, others: Iterable[Lan], pairing: Pairing) -> Lan | None:
    """The LAN with the host of another device's, if it is the same one.

    Two devices with a tunnel between them are at two sites, even where both number their LANs alike.
    """
    for other in others:
        joined = any({e.device for e in p.ends} == {lan.device, other.device} for p in pairing.pairs)
        same = {a.network for a in lan.addresses} & {a.network for a in other.addresses}
        own = {a.ip for a in lan.addresses}
        taken = own & {a.ip for a in (*other.addresses, *other.hosts)}
        if same and not joined and not taken and other.device != lan.device and other.shared_with is None:
            return replace(lan, hosts=other.hosts, shared_with=other.device)
    return None


def inner_versions(pair: Pair, gateways: Mapping[str, Gateway]) -> tuple[int, ...]:
    """The IP versions that both tunnels of the pair carry."""
    a, b = (_carried(end.tunnel, gateways[end.device].interface(end.tunnel.interface)) for end in pair.ends)
    return tuple(sorted(a & b))


def _carried(tunnel: Tunnel, interface: Interface | None) -> set[int]:
    if tunnel.ipsec.ethernet is not None:
        return set()  # no route leads into it
    if tunnel.policy_based:
        return {s.version for s in tunnel.ipsec.local_selectors}
    versions: set[int] = set()
    if interface is not None:
        versions |= {a.version for a in interface.addresses}
        if interface.unnumbered:
            versions.add(4)
        if interface.unnumbered_ipv6 or interface.ipv6_enabled:
            versions.add(6)
    for selectors in (tunnel.ipsec.local_selectors, tunnel.ipsec.remote_selectors):
        versions = (versions or {4}) & {s.version for s in selectors}
    return versions


def _first_lan(gateway: Gateway) -> str:
    """The LAN whose address the tunnels borrow, else the first with an address, else the usual one."""
    wans = wan_interfaces(gateway)
    borrowed = [
        name
        for interface in gateway.interfaces
        for name in (interface.unnumbered, interface.unnumbered_ipv6)
        if name is not None and name not in wans
    ]
    physical = [name for name in borrowed if _is_physical(gateway.interface(name))]
    usual = (name for name in completer(gateway.dialect).physical if name not in wans)
    return next(iter((*physical, *_numbered_lans(gateway), *usual)))


def _is_physical(interface: Interface | None) -> bool:
    return interface is None or interface.kind is InterfaceKind.PHYSICAL


def _numbered_lans(gateway: Gateway) -> list[str]:
    wans = wan_interfaces(gateway)
    return [
        i.name
        for i in gateway.interfaces
        if i.kind is InterfaceKind.PHYSICAL and i.addresses and i.name not in wans
    ]


def _hints(
    name: str, pairs: Sequence[Pair], gateways: Mapping[str, Gateway], version: int
) -> Iterator[IPNetwork]:
    """Networks that a device's LAN must have, by what its own selectors and its peers' routes say."""
    for pair in pairs:
        own = next(end for end in pair.ends if end.device == name)
        other = pair.other(own)
        if filters(own.tunnel):
            yield from _networks(own.tunnel.ipsec.local_selectors, version)
        if filters(other.tunnel):
            yield from _networks(other.tunnel.ipsec.remote_selectors, version)
        for route in gateways[other.device].routes:
            if route.interface == other.tunnel.interface and route.destination.version == version:
                yield route.destination


def _networks(selectors: Iterable[TrafficSelector], version: int) -> Iterator[IPNetwork]:
    for selector in selectors:
        if selector.version == version and selector not in EVERYTHING:
            bits = (int(selector.end) - int(selector.start)).bit_length()
            prefix = (32 if version == 4 else 128) - bits
            yield ip_network(f"{selector.start}/{prefix}", strict=False)


def _assumed_address(
    hints: Iterable[IPNetwork], used: Collection[IPNetwork], number: int, version: int
) -> IPInterface:
    wide: list[IPNetwork] = []
    for hint in hints:
        room = hint.num_addresses >= 4
        if room and hint.prefixlen >= _SITE_PREFIX[version] and not _overlaps(hint, used):
            return ip_interface(f"{hint.network_address + 1}/{hint.prefixlen}")
        if hint.prefixlen:
            wide.append(hint)
    pools = [hint for hint in wide if hint.prefixlen < _SITE_PREFIX[version]] or [
        _LANS[0 if version == 4 else 1]
    ]
    network = _free_subnet(pools[0], number, used)
    return ip_interface(f"{network.network_address + 1}/{network.prefixlen}")


def _free_subnet(pool: IPNetwork, number: int, used: Collection[IPNetwork]) -> IPNetwork:
    prefix = 24 if pool.version == 4 else 64
    step = 1 << (pool.max_prefixlen - prefix)
    for at in range(number, number + 250):
        network = ip_network(f"{pool.network_address + at * step}/{prefix}")
        if network.subnet_of(pool) and not _overlaps(network, used):  # type: ignore[arg-type]
            return network
    return ip_network(f"{pool.network_address + number * step}/{prefix}")


def _overlaps(network: IPNetwork, used: Collection[IPNetwork]) -> bool:
    return any(network.overlaps(other) for other in used if other.version == network.version)


def _hosts(addresses: Sequence[IPInterface], pairs: Sequence[Pair], name: str) -> tuple[IPInterface, ...]:
    ends = [(next(e for e in p.ends if e.device == name), p) for p in pairs]
    beside = [sum(1 for end, p in ends if p.other(end).device == peer) for peer in _peers(ends)]
    count = max(beside, default=1)
    sides = [(end.tunnel, end.tunnel.ipsec.local_selectors) for end, _ in ends]
    sides += [
        (other.tunnel, other.tunnel.ipsec.remote_selectors) for end, p in ends for other in [p.other(end)]
    ]
    asked = [[s for s in selectors if s not in EVERYTHING] for tunnel, selectors in sides if filters(tunnel)]
    hosts: list[IPInterface] = []
    for address in addresses:
        taken: set[IPAddress] = {address.ip}
        for _ in range(count):
            host = _free_host(address, taken, asked)
            if host is None:
                break
            taken.add(host.ip)
            hosts.append(host)
    return tuple(hosts)


def _peers(ends: Iterable[tuple[End, Pair]]) -> set[str]:
    return {pair.other(end).device for end, pair in ends}


def _free_host(
    router: IPInterface, taken: Collection[IPAddress], asked: Sequence[Sequence[TrafficSelector]]
) -> IPInterface | None:
    """An address beside the router's; one that fits as many as can be of the sets of selectors `asked`."""
    network = router.network
    starts = [s.start for selectors in asked for s in selectors if s.start in network]
    starts = list(dict.fromkeys(starts)) or [network.network_address]
    candidates = [
        start + offset
        for start in starts
        for offset in (*range(_FIRST_HOST, _FIRST_HOST + 40), *range(_FIRST_HOST))
        if start + offset in network
        and start + offset not in (network.network_address, network.broadcast_address)
        and start + offset not in taken
    ]

    def fit(address: IPAddress) -> int:
        one = TrafficSelector(address, address)
        return sum(any(one.intersect(s) for s in selectors) for selectors in asked)

    chosen = max(candidates, key=fit, default=None)
    return None if chosen is None else ip_interface(f"{chosen}/{network.prefixlen}")


def _complete_tunnel(end: End, device: Device, lan: str, drafts: Mapping[str, Draft]) -> None:
    """A tunnel interface without any address carries nothing."""
    tunnel = device.gateway.interface(end.tunnel.interface)
    if tunnel is None or tunnel.addresses or tunnel.ipv6_enabled or end.tunnel.policy_based:
        return
    if tunnel.unnumbered is None and tunnel.unnumbered_ipv6 is None:
        drafts[device.name].add(
            Unnumbered(tunnel=tunnel.name, interface=lan, version=4),
            f"{tunnel.name} carries IPv4 and borrows the address of {lan}",
        )
