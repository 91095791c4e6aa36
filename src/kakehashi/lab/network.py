"""The cables of the lab: the internet with a link to each WAN, NAT routers between, a host in each LAN."""

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Interface, ip_interface, ip_network

from kakehashi.lab.blueprint import INTERNET, AnswerWay, HostRoute, Leased, Link, LinkEnd
from kakehashi.lab.draft import Draft
from kakehashi.lab.lan import Lan
from kakehashi.lab.routing import Topology
from kakehashi.lab.translation import Translation
from kakehashi.lab.wan import Wan
from kakehashi.model.address import IPAddress, IPInterface, IPNetwork

# Between the internet and a NAT router: numbers of the lab's own (RFC 2544, RFC 3849).
_TRANSIT = ip_network("198.19.0.0/16"), ip_network("2001:db8:fffe::/48")
_DEFAULTS = ip_network("0.0.0.0/0"), ip_network("::/0")
_INSIDE, _OUTSIDE, _HOST = "inside", "outside", "eth0"


class Network:
    """Namespaces, links and routes of one topology.

    The internet answers ARP and neighbour solicitations for every address it has a route to, so that two
    devices that believe to share a network find each other through it like any others.
    """

    def __init__(self, topology: Topology, drafts: Mapping[str, Draft]) -> None:
        self._topology = topology
        self._namespaces = [INTERNET]
        self._links: list[Link] = []
        self._routes: list[HostRoute] = []
        self._translations: list[Translation] = []
        self._leases: list[Leased] = []
        self._answer_ways: list[AnswerWay] = []
        self._interfaces: dict[str, list[tuple[str, str]]] = {}
        for device in topology.gateways:
            self._namespaces.append(device)
            self._interfaces[device] = []
        for number, wan in enumerate(topology.wans, start=1):
            inside = LinkEnd(
                namespace=wan.device,
                interface=self._interface(wan.device, wan.interface, "wan"),
                addresses=tuple(a for a in wan.addresses if wan.leased and a.version == 6),
            )
            if wan.nat:
                near = self._translated(wan, inside, number, drafts[wan.device])
            else:
                near = self._direct(wan, inside, number)
            if wan.leased:
                self._give_address(wan, inside, near)
        for lan in topology.lans:
            self._lan(lan)

    @property
    def namespaces(self) -> tuple[str, ...]:
        """All namespaces, the internet first."""
        return tuple(self._namespaces)

    @property
    def links(self) -> tuple[Link, ...]:
        """All links."""
        return tuple(self._links)

    @property
    def routes(self) -> tuple[HostRoute, ...]:
        """Routes of the lab's own namespaces; the devices' are their gateways'."""
        return tuple(self._routes)

    @property
    def translations(self) -> tuple[Translation, ...]:
        """The NAPTs."""
        return tuple(self._translations)

    @property
    def leases(self) -> tuple[Leased, ...]:
        """What is given by DHCP."""
        return tuple(self._leases)

    @property
    def answer_ways(self) -> tuple[AnswerWay, ...]:
        """How the hosts answer in LANs that have several routers."""
        return tuple(self._answer_ways)

    def interfaces(self, device: str) -> tuple[tuple[str, str], ...]:
        """The device's own interface names with those in its namespace."""
        return tuple(self._interfaces[device])

    def _interface(self, device: str, name: str, kind: str) -> str:
        count = sum(1 for _, used in self._interfaces[device] if used.startswith(kind))
        self._interfaces[device].append((name, f"{kind}{count}"))
        return f"{kind}{count}"

    def _direct(self, wan: Wan, inside: LinkEnd, number: int) -> LinkEnd:
        """The device's cable to the internet; its far end."""
        far = LinkEnd(
            namespace=INTERNET,
            interface=f"link{number}",
            addresses=tuple(_single(hop) for hop in wan.next_hops),
            answers_for=tuple(self._neighbours(wan)),
        )
        self._links.append(Link(name=_numbered(wan.device, inside.interface), a=inside, b=far))
        for address in wan.public:
            self._routes.append(_route(INTERNET, ip_network(address), far.interface))
        return far

    def _translated(self, wan: Wan, inside: LinkEnd, number: int, draft: Draft) -> LinkEnd:
        """The device's cable to a NAT router, and that one's to the internet; the near end at the router."""
        namespace = _numbered(
            f"nat-{wan.beside or wan.device}", inside.interface.removeprefix("wan").replace("0", "")
        )
        behind = sum(link.b.namespace == namespace for link in self._links)
        near = LinkEnd(
            namespace=namespace,
            interface=_numbered(_INSIDE, str(behind or "")),
            addresses=tuple(_single(hop) for hop in wan.next_hops),
            answers_for=tuple(self._neighbours(wan)),
        )
        self._links.append(Link(name=_numbered(wan.device, inside.interface), a=inside, b=near))
        if not behind:
            self._namespaces.append(namespace)
            self._before(namespace, wan, number)
        forwarded = self._must_be_reached(wan)
        if forwarded:
            draft.assume(
                f"the NAT before {wan.interface} forwards UDP 500 and 4500 to it, or no side could begin"
            )
        for own, public in zip(wan.addresses, wan.public, strict=True):
            self._routes.append(_route(namespace, ip_network(own.ip), near.interface))
            self._translations.append(
                Translation(
                    namespace=namespace,
                    outside_interface=_OUTSIDE,
                    inside=own.ip,
                    public=public,
                    forwarded=forwarded,
                )
            )
        return near

    def _before(self, namespace: str, wan: Wan, number: int) -> None:
        """A NAT router's cable to the internet."""
        router, internet = _transit(number, [a.version for a in wan.addresses])
        out = LinkEnd(namespace=namespace, interface=_OUTSIDE, addresses=router)
        far = LinkEnd(namespace=INTERNET, interface=f"link{number}", addresses=internet)
        self._links.append(Link(name=f"{namespace}-{_OUTSIDE}", a=out, b=far))
        for public, here, there in zip(wan.public, router, internet, strict=True):
            self._routes += [
                _route(namespace, _DEFAULTS[0 if public.version == 4 else 1], _OUTSIDE, there.ip),
                _route(INTERNET, ip_network(public), far.interface, here.ip),
            ]

    def _must_be_reached(self, wan: Wan) -> bool:
        """Is there a tunnel that only the other side could begin, towards this side's NAT?"""
        for pair in self._topology.pairing.pairs:
            for end in pair.ends:
                other = pair.other(end)
                if self._topology.wan_of(end) != wan or not other.can_begin:
                    continue
                if not end.can_begin or (self._topology.wan_of(other).nat and end == pair.b):
                    return True
        return False

    def _neighbours(self, wan: Wan) -> Iterator[IPAddress]:
        for other in self._topology.wans:
            for address in other.public:
                if (
                    other is not wan
                    and address.version == 6
                    and any(address in a.network for a in wan.addresses)
                ):
                    yield address

    def _give_address(self, wan: Wan, inside: LinkEnd, near: LinkEnd) -> None:
        """The IPv4 address by DHCP from the other end of the link; IPv6 stands there from the beginning."""
        for hop in wan.next_hops:
            if hop.version == 6:
                self._routes.append(_route(wan.device, _DEFAULTS[1], inside.interface, hop))
        address, router = wan.address(4), next((hop for hop in wan.next_hops if hop.version == 4), None)
        if isinstance(address, IPv4Interface) and isinstance(router, IPv4Address):
            self._leases.append(
                Leased(namespace=near.namespace, interface=near.interface, address=address, router=router)
            )

    def _lan(self, lan: Lan) -> None:
        namespace = host_namespace(self._topology, lan)
        interface = self._interface(lan.device, lan.interface, "lan")
        near = LinkEnd(namespace=lan.device, interface=interface)
        routers = sharing(self._topology, lan)
        number = routers.index(lan)
        if not number:
            self._namespaces.append(namespace)
            for address in lan.addresses:
                default = _DEFAULTS[0 if address.version == 4 else 1]
                self._routes.append(_route(namespace, default, _HOST, address.ip))
        far = LinkEnd(namespace=namespace, interface=_HOST, addresses=lan.hosts)
        if len(routers) > 1:
            port = f"port{number + 1}"
            far = LinkEnd(namespace=namespace, interface=port, addresses=lan.hosts, bridge=_HOST)
            for address in lan.addresses:
                way = AnswerWay(
                    namespace=namespace, bridge=_HOST, port=port, router=address.ip, number=number + 1
                )
                self._answer_ways.append(way)
        self._links.append(Link(name=_numbered(lan.device, near.interface), a=near, b=far))


def sharing(topology: Topology, lan: Lan) -> list[Lan]:
    """The LANs of all devices that are the same as this one, the first one first."""
    if not lan.addresses:
        return [lan]  # joined with another by frames alone
    first = lan.shared_with or lan.device
    networks = {address.network for address in lan.addresses}
    return [
        other
        for other in topology.lans
        if (other.shared_with or other.device) == first and networks & {a.network for a in other.addresses}
    ]


def host_namespace(topology: Topology, lan: Lan) -> str:
    """The namespace of the host in a LAN: `DEVICE-host`, `DEVICE-host2` ...; of a shared one the first's."""
    first = sharing(topology, lan)[0]
    number = topology.lans_of(first.device).index(first) + 1
    return f"{first.device}-host" + (str(number) if number > 1 else "")


def _numbered(device: str, interface: str) -> str:
    name = interface[:-1] if interface.endswith("0") else interface
    return f"{device}-{name}" if name else device


def _route(namespace: str, to: IPNetwork, interface: str, via: IPAddress | None = None) -> HostRoute:
    return HostRoute(namespace=namespace, destination=to, interface=interface, via=via)


def _single(address: IPAddress) -> IPInterface:
    return ip_interface(address)


def _transit(number: int, versions: Sequence[int]) -> tuple[tuple[IPInterface, ...], tuple[IPInterface, ...]]:
    """The addresses of the NAT router and of the internet on their link, one for each IP version."""
    router, internet = [], []
    for version in versions:
        pool = _TRANSIT[0 if version == 4 else 1]
        base = pool.network_address + 4 * number
        prefix = 30 if version == 4 else 126
        router.append(ip_interface(f"{base + 1}/{prefix}"))
        internet.append(ip_interface(f"{base + 2}/{prefix}"))
    return tuple(router), tuple(internet)
