"""Which cable carries a WAN, and by which interface the internet reaches it."""

from collections.abc import Iterator, Mapping, Sequence

from kakehashi.lab.blueprint import INTERNET, HostRoute, Link, LinkEnd, Plan
from kakehashi.lab.outage.nouns import Place
from kakehashi.lab.wan import Wan


class Cables:
    """The cables of a plan, by its WANs."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    @property
    def interfaces(self) -> Mapping[str, Sequence[str]]:
        """The WANs of each device, by the interface's name."""
        wans = self._plan.topology.wans
        return {d.name: [w.interface for w in wans if w.device == d.name] for d in self._plan.devices}

    def wans(self, place: Place) -> list[Wan]:
        """The WANs that a place names: that one, or all of the device."""
        return [
            wan
            for wan in self._plan.topology.wans
            if wan.device == place.device and place.interface in (None, wan.interface)
        ]

    def link(self, wan: Wan) -> Link:
        """The device's own cable: to the internet, or to its NAT."""
        device = next(g for g in self._plan.gateways if g.device.name == wan.device)
        interface = dict(device.interfaces)[wan.interface]
        return next(k for k in self._plan.links if (k.a.namespace, k.a.interface) == (wan.device, interface))

    def far_end(self, wan: Wan) -> LinkEnd:
        """The internet's end of the cable that carries the WAN, behind its NAT if it has one."""
        far = self.link(wan).b
        if far.namespace == INTERNET:
            return far
        return next(
            k.b for k in self._plan.links if k.a.namespace == far.namespace and k.b.namespace == INTERNET
        )

    def nat(self, wan: Wan) -> str | None:
        """The namespace of the NAT before the WAN."""
        far = self.link(wan).b
        return None if far.namespace == INTERNET else far.namespace

    def routes(self, end: LinkEnd) -> Iterator[HostRoute]:
        """The routes of the lab's own that leave by this end of a cable."""
        for route in self._plan.routes:
            if (route.namespace, route.interface) == (end.namespace, end.interface):
                yield route
