"""Does an outage to the running lab, and undoes it."""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from ipaddress import ip_network

from pyroute2 import NetlinkError
from pyroute2.netlink.nfnetlink.nfctsocket import NFCTSocket

from kakehashi.lab.addresses import Addresses
from kakehashi.lab.blueprint import INTERNET, HostRoute, LinkEnd, Plan
from kakehashi.lab.errors import LabError
from kakehashi.lab.netns import NetworkNamespace
from kakehashi.lab.outage.cables import Cables
from kakehashi.lab.outage.nouns import Kind, Outage, Place
from kakehashi.lab.outage.obstacles import obstacles
from kakehashi.lab.process import GatewayProcess
from kakehashi.lab.programs import nft
from kakehashi.lab.refusals import told
from kakehashi.lab.signals import held
from kakehashi.lab.translation import nat_rules
from kakehashi.lab.wan import Wan
from kakehashi.model.address import IPAddress

_OFF = frozenset({Kind.PEER_DEAD, Kind.REBOOTS})
_ON_THE_WAY = _OFF | {Kind.PATH_DEAD, Kind.ONE_WAY_DEAD, Kind.LOSS, Kind.DNS_DEAD}

Told = Callable[[str, str], None]
"""Told a device, or "" for the internet, and a sentence: something has happened."""
Moved = Callable[[str, IPAddress], None]
"""Told a device and the address at which the internet finds it from now on."""


class Hands:
    """What reaches into the lab.

    `told` hears what is done beside the outage itself; `moved`, where devices are found from now on.
    """

    def __init__(
        self,
        plan: Plan,
        namespaces: Mapping[str, NetworkNamespace],
        gateways: Sequence[GatewayProcess],
        addresses: Addresses,
        told: Told,
        moved: Moved,
    ) -> None:
        self._plan = plan
        self._cables = Cables(plan)
        self._namespaces = namespaces
        self._gateways = {gateway.name: gateway for gateway in gateways}
        self._addresses = addresses
        self._told = told
        self._moved = moved
        self._active: list[Outage] = []
        self._cut: Counter[LinkEnd] = Counter()
        self._ending: list[GatewayProcess] = []
        self._expected: list[tuple[Wan, IPAddress]] = []

    def begin(self, outage: Outage) -> None:
        """It begins. LabError."""
        self._active.append(outage)
        with _at_work():
            self._begin(outage)

    def end(self, outage: Outage) -> None:
        """It is over. LabError."""
        self._active.remove(outage)
        with _at_work():
            self._end(outage)

    def look(self) -> None:
        """What takes its time: to be called several times a second."""
        for gateway in [g for g in self._ending if not g.is_running]:
            self._ending.remove(gateway)
            self._start(gateway)
        for wan, address in list(self._expected):
            link = self._cables.link(wan)
            if str(address) in self._namespaces[wan.device].addresses(link.a.interface):
                self._expected.remove((wan, address))
                self._moved(wan.device, address)

    def is_silent(self, device: str) -> bool:
        """Is the device off, or does it stand still, so that nobody need ask it?"""
        kinds = _OFF | {Kind.HANGS}
        return any(o.kind in kinds and o.places[0].device == device for o in self._active)

    def _begin(self, outage: Outage) -> None:
        device = outage.places[0].device if outage.places else ""
        match outage.kind:
            case Kind.LINK_DOWN:
                for wan in self._cables.wans(outage.places[0]):
                    self._unplug(self._cables.link(wan).b)
            case Kind.PEER_DEAD | Kind.REBOOTS:
                self._gateways[device].kill()
            case Kind.RESTARTS:
                self._gateways[device].begin_end()
                self._ending.append(self._gateways[device])
            case Kind.HANGS:
                self._gateways[device].freeze()
            case Kind.CHANGES_ADDRESS:
                self._readdress(next(w for w in self._cables.wans(outage.places[0]) if movable(w)))
            case Kind.NAT_FORGETS:
                for wan in self._cables.wans(outage.places[0]):
                    self._forget(wan)
        self._shape(outage)

    def _end(self, outage: Outage) -> None:
        device = outage.places[0].device if outage.places else ""
        match outage.kind:
            case Kind.LINK_DOWN:
                for wan in self._cables.wans(outage.places[0]):
                    self._plug_in(self._cables.link(wan).b)
            case Kind.PEER_DEAD | Kind.REBOOTS if not self.is_silent(device):
                self._start(self._gateways[device])
            case Kind.HANGS:
                self._gateways[device].thaw()
        self._shape(outage)

    def _shape(self, outage: Outage) -> None:
        if outage.kind in _ON_THE_WAY:
            nft(self._namespaces[INTERNET], obstacles(self._active, self._cables))
        if outage.kind is Kind.DELAY:
            self._delay(outage)

    def _delay(self, outage: Outage) -> None:
        """Of several delays on a cable the last one holds."""
        places = outage.places or tuple(_whole(self._plan))
        for wan in (wan for place in places for wan in self._cables.wans(place)):
            others = [o for o in self._active if o.kind is Kind.DELAY and self._is_of(o, wan)]
            seconds = others[-1].amount if others else 0.0
            self._namespaces[INTERNET].delay(self._cables.far_end(wan).interface, seconds)

    def _is_of(self, outage: Outage, wan: Wan) -> bool:
        return not outage.places or any(wan in self._cables.wans(place) for place in outage.places)

    def _unplug(self, end: LinkEnd) -> None:
        self._cut[end] += 1
        self._namespaces[end.namespace].switch_off(end.interface)

    def _plug_in(self, end: LinkEnd) -> None:
        self._cut[end] -= 1
        if self._cut[end] > 0:
            return
        namespace = self._namespaces[end.namespace]
        namespace.complete(end)
        for route in self._cables.routes(end):
            namespace.add_route(self._now(route))

    def _now(self, route: HostRoute) -> HostRoute:
        """The route of the plan, with the address that has taken its destination's place."""
        new = self._addresses.now(route.destination.network_address)
        is_host = route.destination.prefixlen == route.destination.max_prefixlen
        return replace(route, destination=ip_network(new)) if is_host else route

    def _start(self, gateway: GatewayProcess) -> None:
        gateway.start_again()
        self._told(gateway.name, "it starts again, with nothing but its file")

    def _forget(self, wan: Wan) -> None:
        namespace = self._cables.nat(wan)
        if namespace is not None:
            with self._namespaces[namespace].entered(), NFCTSocket() as tracking:
                tracking.flush()

    def _readdress(self, wan: Wan) -> None:
        """The provider gives the line another IPv4 address; the old one is nobody's."""
        planned = wan.public_address(4)
        if planned is None:
            return
        far = self._cables.far_end(wan)
        internet = self._namespaces[INTERNET]
        for route in list(self._cables.routes(far)):
            if planned in route.destination and route.destination.prefixlen == 32:
                with contextlib.suppress(NetlinkError):  # it went with the cable
                    internet.remove_route(self._now(route))
        old, new = self._addresses.change(wan)
        for route in list(self._cables.routes(far)):
            if planned in route.destination and not self._cut[far]:
                internet.add_route(self._now(route))
        namespace = self._cables.nat(wan)
        if namespace is None:
            self._told(wan.device, f"the internet gives {wan.interface} {new} in place of {old}")
            self._expected.append((wan, new))
            return
        rules = [
            replace(t, public=self._addresses.now(t.public))
            for t in self._plan.translations
            if t.namespace == namespace
        ]
        nft(self._namespaces[namespace], "table inet nat\ndelete table inet nat\n" + nat_rules(rules))
        self._forget(wan)
        self._told(wan.device, f"the NAT before {wan.interface} is at {new} in place of {old}")
        self._moved(wan.device, new)


def check(plan: Plan, outages: Sequence[Outage]) -> None:
    """LabError where an outage cannot happen to this lab."""
    cables = Cables(plan)
    for outage in outages:
        wans = cables.wans(outage.places[0]) if outage.places else []
        match outage.kind:
            case Kind.CHANGES_ADDRESS if not any(movable(wan) for wan in wans):
                raise _cannot(outage, "only an address that comes by DHCP or is a NAT's changes: see --nat")
            case Kind.NAT_FORGETS if not any(wan.nat for wan in wans):
                raise _cannot(outage, f"there is no NAT before it: add --nat {outage.places[0].device}")
            case Kind.DNS_DEAD if not plan.names:
                raise _cannot(outage, "no file knows a peer by name")


def movable(wan: Wan) -> bool:
    """Can the address change by which the internet knows the WAN?"""
    return (wan.leased or wan.nat) and wan.public_address(4) is not None


def _cannot(outage: Outage, why: str) -> LabError:
    return LabError(f'--fail "{outage.text}": {why}')


def _whole(plan: Plan) -> list[Place]:
    return [Place(device.name) for device in plan.devices]


@contextlib.contextmanager
def _at_work() -> Iterator[None]:
    """Signals wait, and what the kernel refuses is told."""
    with held():
        try:
            yield
        except (OSError, NetlinkError) as error:
            raise LabError(f"the outage cannot be brought about: {told(error, 'sch_netem')}") from error
