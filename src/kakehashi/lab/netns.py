"""Network namespaces, held open by a descriptor; links, addresses and routes in them by netlink."""

import os
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pyroute2 import IPRoute

from kakehashi.lab import signals
from kakehashi.lab.blueprint import AnswerWay, HostRoute, Link, LinkEnd
from kakehashi.lab.kernel import Namespace, die_with_parent, setns, unshare

_SELF = "/proc/thread-self/ns/net"
_ONLINK = 4  # RTNH_F_ONLINK: the next hop is on the link whatever the prefix says
_NTF_PROXY = 8
_NUD_PERMANENT = 0x80
_FIRST_TABLE = 100

# Without duplicate address detection an IPv6 address is usable at once (RFC 4862 section 5.4).
_COMMON = {
    "ipv4/conf/all/rp_filter": "0",
    "ipv4/conf/default/rp_filter": "0",
    "ipv6/conf/all/disable_ipv6": "0",
    "ipv6/conf/default/disable_ipv6": "0",
    "ipv6/conf/all/accept_dad": "0",
    "ipv6/conf/default/accept_dad": "0",
    "ipv6/conf/default/router_solicitations": "0",
}
# The internet and the NAT routers answer for every neighbour that they can reach elsewhere: devices that
# believe to share a network find each other.
_ROUTER = {
    "ipv4/ip_forward": "1",
    "ipv6/conf/all/forwarding": "1",
    "ipv6/conf/default/forwarding": "1",
    "ipv4/conf/default/proxy_arp": "1",
    "ipv4/conf/all/proxy_arp": "1",
    "ipv6/conf/default/proxy_ndp": "1",
    "ipv6/conf/all/proxy_ndp": "1",
}


class NetworkNamespace:
    """One network namespace. It lives as long as this object is open, or a process is in it."""

    def __init__(self, name: str, *, router: bool = False) -> None:
        self.name = name
        self._router = router
        home = os.open(_SELF, os.O_RDONLY | os.O_CLOEXEC)
        try:
            unshare(Namespace.NETWORK)
            self._descriptor = os.open(_SELF, os.O_RDONLY | os.O_CLOEXEC)
            settings = _COMMON | (_ROUTER if router else {})
            _set(settings)
            self._route = IPRoute()
        finally:
            setns(home, Namespace.NETWORK)
            os.close(home)
        self._route.link("set", index=1, state="up")

    @property
    def descriptor(self) -> int:
        """The open namespace."""
        return self._descriptor

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Be in the namespace with this thread: sockets made now belong to it for good."""
        home = os.open(_SELF, os.O_RDONLY | os.O_CLOEXEC)
        try:
            setns(self._descriptor, Namespace.NETWORK)
            yield
        finally:
            setns(home, Namespace.NETWORK)
            os.close(home)

    def entry(self) -> Callable[[], None]:
        """What a child process calls before it executes a program, to be in here and to die with the lab."""

        def enter() -> None:
            setns(self._descriptor, Namespace.NETWORK)
            die_with_parent(signal.SIGKILL)
            signals.reset()

        return enter

    def index(self, interface: str) -> int:
        """The number of an interface."""
        return int(self._route.link_lookup(ifname=interface)[0])

    def complete(self, end: LinkEnd) -> None:
        """Switch the end of a link on, and give it its addresses."""
        index = self.index(end.interface)
        if self._router:
            with self.entered():
                _set({f"{version}/neigh/{end.interface}/proxy_delay": "0" for version in ("ipv4", "ipv6")})
        self._route.link("set", index=index, state="up")
        if end.bridge:
            index = self._join(index, end.bridge)
        for address in end.addresses:
            self._route.addr(
                "replace", index=index, address=str(address.ip), prefixlen=address.network.prefixlen
            )
        for neighbour in end.answers_for:
            self._route.neigh(
                "replace",
                dst=str(neighbour),
                ifindex=index,
                family=socket.AF_INET6,
                flags=_NTF_PROXY,
                state=_NUD_PERMANENT,
            )

    def _join(self, port: int, bridge: str) -> int:
        """Make the interface a port of the bridge, which is made if it is not there; the bridge's number."""
        if not self._route.link_lookup(ifname=bridge):
            self._route.link("add", ifname=bridge, kind="bridge")
        index = self.index(bridge)
        self._route.link("set", index=port, master=index)
        self._route.link("set", index=index, state="up")
        return index

    def answer_through(self, way: AnswerWay) -> None:
        """Answers to what bears the way's number as its mark go to its router."""
        family = socket.AF_INET if way.router.version == 4 else socket.AF_INET6
        table = _FIRST_TABLE + way.number
        self._route.route(
            "replace",
            family=family,
            dst="default",
            table=table,
            oif=self.index(way.bridge),
            gateway=str(way.router),
        )
        self._route.rule("add", family=family, fwmark=way.number, table=table, priority=way.number)
        with self.entered():
            _set({"ipv4/fwmark_reflect": "1", "ipv6/fwmark_reflect": "1", "ipv4/tcp_fwmark_accept": "1"})

    def switch_off(self, interface: str) -> None:
        """The other end of the cable sees that nobody is there; `complete` and `add_route` switch it on."""
        self._route.link("set", index=self.index(interface), state="down")

    def addresses(self, interface: str) -> list[str]:
        """The addresses that an interface has now."""
        return [str(a.get_attr("IFA_ADDRESS")) for a in self._route.get_addr(index=self.index(interface))]

    def delay(self, interface: str, seconds: float) -> None:
        """What leaves by the interface leaves that much later; 0: at once. NetlinkError without sch_netem."""
        index = self.index(interface)
        if seconds:
            self._route.tc("replace", "netem", index, "1:", delay=round(seconds * 1_000_000), limit=100_000)
        else:
            self._route.tc("del", index=index, root=True)

    def remove_route(self, route: HostRoute) -> None:
        """Take a route away."""
        family = socket.AF_INET if route.destination.version == 4 else socket.AF_INET6
        index = self.index(route.interface)
        self._route.route("del", family=family, dst=route.destination.with_prefixlen, oif=index)

    def add_route(self, route: HostRoute) -> None:
        """Add a route, or put it back. The next hop need not be in the prefix of an address."""
        index = self.index(route.interface)
        destination = route.destination.with_prefixlen
        family = socket.AF_INET if route.destination.version == 4 else socket.AF_INET6
        if route.via is None:
            self._route.route("replace", family=family, dst=destination, oif=index)
        else:
            self._route.route(
                "replace", family=family, dst=destination, oif=index, gateway=str(route.via), flags=_ONLINK
            )

    def close(self) -> None:
        """Let go of it."""
        self._route.close()
        os.close(self._descriptor)


def _set(settings: Mapping[str, str]) -> None:
    for key, value in settings.items():
        setting = Path("/proc/sys/net") / key
        if setting.exists():  # a kernel without IPv6 lacks many
            setting.write_text(value)


def connect(link: Link, a: NetworkNamespace, b: NetworkNamespace) -> None:
    """Lay a cable between two namespaces, and complete both ends."""
    with a.entered(), IPRoute() as route:
        peer = {"ifname": link.b.interface, "net_ns_fd": b.descriptor}
        route.link("add", ifname=link.a.interface, kind="veth", peer=peer)
    a.complete(link.a)
    b.complete(link.b)
