"""A whole router, as far as its VPN is concerned."""

import enum
from dataclasses import dataclass, field

from kakehashi.model.access_list import AccessList, PacketFilter
from kakehashi.model.address import IPAddress, IPInterface, IPNetwork
from kakehashi.model.bridge import Bridge
from kakehashi.model.certificate import CertificateImport, Trustpoint
from kakehashi.model.ikev1 import DeleteNotify, Ikev1Peer
from kakehashi.model.l2tp_server import L2tpServer
from kakehashi.model.logging import Logging
from kakehashi.model.multipoint import Multipoint
from kakehashi.model.names import NameService
from kakehashi.model.policy import IkePolicy
from kakehashi.model.pseudowire import Pseudowire
from kakehashi.model.source import Source
from kakehashi.model.translation import Translation
from kakehashi.model.tunnel import Tunnel
from kakehashi.model.watch import WatchGroup


class InterfaceKind(enum.Enum):
    """What an interface is made of."""

    PHYSICAL = "physical"
    LOOPBACK = "loopback"
    TUNNEL = "tunnel"


class AdjustMss(enum.Enum):
    """TCP MSS is fitted to the interface's MTU."""

    AUTO = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """An interface by the device's own name.

    `unnumbered`: the interface whose address it borrows, for each IP version. `dhcp`: the address comes from
    outside, `dhcp_default_route`: and the default route with it; `negotiated`: not by DHCP but from PPP,
    which the host brings up. `dhcp_ipv6`, `autoconfig`: an IPv6 address comes by DHCPv6, or from router
    advertisements; `autoconfig_default_route`: and the default route with those. `mtu`: octets, None is the
    default. `filters`: what packets must pass, one for each IP version and direction. `proxy_arp`: the device
    answers in the place of hosts that are reached by way of it, such as those that dial in.
    """

    name: str
    kind: InterfaceKind
    enabled: bool
    addresses: tuple[IPInterface, ...] = ()
    unnumbered: str | None = None
    unnumbered_ipv6: str | None = None
    dhcp: bool = False
    dhcp_default_route: bool = False
    negotiated: bool = False
    dhcp_ipv6: bool = False
    autoconfig: bool = False
    autoconfig_default_route: bool = False
    ipv6_enabled: bool = False
    mtu: int | None = None
    adjust_mss: AdjustMss | int | None = None
    adjust_mss_ipv6: AdjustMss | int | None = None
    translation: Translation | None = None
    filters: tuple[PacketFilter, ...] = ()
    proxy_arp: bool = field(default=False, compare=False)
    source: Source | None = field(default=None, compare=False)

    @property
    def napt(self) -> bool:
        """Are sources translated on the way out?"""
        return self.translation is not None

    @property
    def lists(self) -> tuple[str, ...]:
        """The access lists that filter and translate here, by name, each once."""
        translated = (s.access_list for s in self.translation.sources) if self.translation else ()
        names = [*(name for f in self.filters for name in f.lists), *translated]
        return tuple(dict.fromkeys(name for name in names if name is not None))

    def filter(self, inbound: bool, version: int) -> PacketFilter | None:
        """The filter of packets of an IP version that come in, or go out, by the interface."""
        return next((f for f in self.filters if (f.inbound, f.version) == (inbound, version)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A static route. One of `next_hop` and `interface` is set, or both; a smaller `metric` wins.

    `discard`: it has neither, and what follows it goes nowhere.
    """

    destination: IPNetwork
    next_hop: IPAddress | None = None
    interface: str | None = None
    metric: int = 1
    discard: bool = False
    source: Source | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """Everything that a configuration says about one router.

    `unknown_peer_policy`: what answers the first IKEv2 message of a peer whose address no tunnel names.
    `ikev1_peers`: with whom phase 1 of IKEv1 may be made, in the order of the configuration.
    """

    dialect: str
    unknown_peer_policy: IkePolicy
    hostname: str = ""
    interfaces: tuple[Interface, ...] = ()
    tunnels: tuple[Tunnel, ...] = ()
    routes: tuple[Route, ...] = ()
    ikev1_peers: tuple[Ikev1Peer, ...] = ()
    access_lists: tuple[AccessList, ...] = ()
    delete_notify: DeleteNotify | None = None
    names: NameService = field(default=NameService())
    logging: Logging = field(default=Logging())
    watch_groups: tuple[WatchGroup, ...] = ()
    trustpoints: tuple[Trustpoint, ...] = ()
    certificate_imports: tuple[CertificateImport, ...] = ()
    l2tp_servers: tuple[L2tpServer, ...] = ()
    multipoints: tuple[Multipoint, ...] = ()
    pseudowires: tuple[Pseudowire, ...] = ()
    bridges: tuple[Bridge, ...] = ()
    files: tuple[str, ...] = field(default=())

    def interface(self, name: str) -> Interface | None:
        """The interface of that name, or None."""
        return next((i for i in self.interfaces if i.name == name), None)

    def tunnel(self, name: str) -> Tunnel | None:
        """The tunnel of that interface name, or None."""
        return next((t for t in self.tunnels if t.interface == name), None)

    @property
    def open_servers(self) -> tuple[L2tpServer, ...]:
        """Those that no IPsec protects, and whose interface is enabled."""
        enabled = {i.name for i in self.interfaces if i.enabled}
        return tuple(s for s in self.l2tp_servers if not s.protected and s.interface in enabled)

    def l2tp_server(self, interface: str) -> L2tpServer | None:
        """The L2TP server at the tunnel of that interface name, or None."""
        return next((s for s in self.l2tp_servers if s.interface == interface), None)

    def multipoint(self, name: str) -> Multipoint | None:
        """The multipoint interface of that name, or None."""
        return next((m for m in self.multipoints if m.interface == name), None)

    def pseudowire(self, interface: str) -> Pseudowire | None:
        """The pseudowire whose port that interface is, or None."""
        return next((w for w in self.pseudowires if w.interface == interface), None)

    def bridge(self, name: str) -> Bridge | None:
        """The bridge of that name, or None."""
        return next((b for b in self.bridges if b.name == name), None)

    def access_list(self, name: str) -> AccessList | None:
        """The access list of that name, or None."""
        return next((a for a in self.access_lists if a.name == name), None)

    def ikev1_peer(self, name: str) -> Ikev1Peer | None:
        """The IKEv1 peer of that name, or None."""
        return next((p for p in self.ikev1_peers if p.name == name), None)
