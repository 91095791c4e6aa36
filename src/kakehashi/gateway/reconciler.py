"""Keeps the host, the tunnels and the core in agreement: the one place where up and down is judged."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Mapping

from pyroute2.netlink.exceptions import NetlinkError

from kakehashi.dataplane.protocol import BetweenEnds, Sizes
from kakehashi.gateway.desired import TunnelState, desired
from kakehashi.gateway.dhcp.clients import Clients
from kakehashi.gateway.dhcp.devices import leased_devices, waiting_for_routers
from kakehashi.gateway.driver import Driver
from kakehashi.gateway.guard import tell_fault
from kakehashi.gateway.host.access import Filter
from kakehashi.gateway.host.facts import Ends, Facts
from kakehashi.gateway.host.filters import Clamp, Ruleset, render
from kakehashi.gateway.host.guards import Guard
from kakehashi.gateway.host.host import Host
from kakehashi.gateway.host.items import Item
from kakehashi.gateway.host.solicitor import Solicitor
from kakehashi.gateway.host.translation import render as render_translation
from kakehashi.gateway.log import Log
from kakehashi.gateway.mtu import DEFAULT_LINK_MTU, LARGEST, clear_l2tp_mtu, fit_devices, tunnel_mtu
from kakehashi.gateway.outgoing import ANYWHERE, NoWay, Way, decide, is_between_ends
from kakehashi.gateway.paths import tunnel_paths
from kakehashi.gateway.plain import asking
from kakehashi.gateway.policy_based import is_told_by_peer, negotiated_pairs, pairs_of, past
from kakehashi.gateway.standing import depends_on_sas, isakmp_sa_suffices, why_down
from kakehashi.gateway.status import down_reason
from kakehashi.gateway.translators import translators
from kakehashi.gateway.watch.watcher import Watcher
from kakehashi.gateway.wires.driver import Wires
from kakehashi.gateway.wires.ways import peers_of
from kakehashi.ike.effects import Level
from kakehashi.model.address import IPAddress, IPNetwork, Path
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gateway import AdjustMss, Gateway, Interface, InterfaceKind, Route
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.l2tp_server import L2tpServer
from kakehashi.model.status import DISCARDED, IkeSaState
from kakehashi.model.tunnel import ConnectType, Tunnel

CHECK_PERIOD = 10.0  # V2-09: a tunnel that is always on is looked after every 10 s
LOOK_PERIOD = 60.0  # should a message of the kernel have been lost
RETRY = 1.0
SETTLE = 0.05  # changes of the host come in swarms
CALM = 1.0  # an SA that comes after so long a rest is not part of a swarm: its packets are under way
TCP_HEADERS = {4: 40, 6: 60}  # IP and TCP without options


class Reconciler:
    """`peers`: the address of each tunnel's peer as far as it is known. `dhcp`: who asks for addresses.
    `watcher`: who knows which routes path monitoring has withdrawn. `callers`: what is lent to those who
    have dialed in to a tunnel. `settled` is called when the host is as it is wanted. `peers_of_wires`: the
    addresses of pseudowires' peers that have names.
    """

    def __init__(
        self,
        host: Host,
        log: Log,
        peers: Callable[[], Mapping[str, IPAddress | None]],
        dhcp: Clients,
        watcher: Watcher | None = None,
        callers: Callable[[str], tuple[IPNetwork, ...]] = lambda tunnel: (),
        settled: Callable[[], None] = lambda: None,
        peers_of_wires: Callable[[Gateway], Mapping[str, IPAddress | None]] = lambda gateway: {},
    ) -> None:
        self.gateway: Gateway | None = None
        self.devices: Mapping[str, str] = {}
        self.states: dict[str, TunnelState] = {}
        self.facts = Facts()
        self.wanted: tuple[Item, ...] = ()
        self.withdrawn: Mapping[Route, str] = {}
        self._host = host
        self._log = log
        self._peers = peers
        self._dhcp = dhcp
        self._watcher = watcher
        self._callers = callers
        self._settled = settled
        self._peers_of_wires = peers_of_wires
        self._wires: Wires | None = None
        self._solicitor = Solicitor()
        self._driver: Driver | None = None
        self._problems: frozenset[str] = frozenset()
        self._sizes: Mapping[str, Sizes] = {}
        self._path_mtus: Mapping[Ends, int] = {}
        self._ends: Mapping[str, BetweenEnds] = {}
        self._own: frozenset[IPAddress] = frozenset()
        self._local: dict[str, frozenset[IPAddress]] = {}
        self._depends: dict[str, object] = {}
        self._dirty = asyncio.Event()
        self._is_urgent = False
        self._judged = 0.0
        self._lock = asyncio.Lock()

    def attach(self, driver: Driver, wires: Wires | None = None) -> None:
        """The driver whose tunnels these are, and who makes pseudowires."""
        self._driver, self._wires = driver, wires

    def configure(self, gateway: Gateway, devices: Mapping[str, str]) -> None:
        """What counts from now on. Devices of its enabled tunnels are there."""
        self.gateway, self.devices = gateway, devices
        if self._watcher is not None:
            self._watcher.configure(gateway, devices)
        names = {t.interface for t in gateway.tunnels if t.enabled}
        names |= {server.interface for server in gateway.open_servers}
        self.states = {name: state for name, state in self.states.items() if name in names}
        # A tunnel may have gone and come again since, and its device with it.
        self._sizes = {}
        self._ends = {}
        if self._driver is not None:
            self._driver.plain.reset()
        self._local.clear()
        self._depends.clear()

    def way(self, tunnel: str) -> Way | NoWay:
        """How the tunnel is carried, as judged last."""
        state = self.states.get(tunnel)
        return state.way if state else NoWay("the tunnel is not set up yet")

    def mtu(self, tunnel: str) -> int:
        """Octets of the largest packet that fits into the tunnel, as judged last."""
        state = self.states.get(tunnel)
        return state.mtu if state else DEFAULT_LINK_MTU

    def sa_changed(self, tunnel: str) -> None:
        """A Child SA came, moved or went; judge anew if the interface or its MTU depend on it."""
        if self._driver is None or self.gateway is None:
            return
        sa, configured = self._driver.latest.get(tunnel), self.gateway.tunnel(tunnel)
        judged = configured is not None and depends_on_sas(configured)
        form = (sa.cipher, sa.integrity, sa.mode, sa.udp_encapsulation, sa.path.remote.ip) if sa else None
        depends = (judged and self._driver.history.has_sa(tunnel), form)
        told_by_peer = configured is not None and is_told_by_peer(configured)
        if self._depends.get(tunnel) != depends or told_by_peer:
            self._depends[tunnel] = depends
            self._hurry()

    def isakmp_sa_changed(self, peer: str) -> None:
        """An ISAKMP SA with an IKEv1 peer has come up, or gone."""
        tunnels = self.gateway.tunnels if self.gateway else ()
        if any(isinstance(t, Ikev1Tunnel) and peer in t.peers and isakmp_sa_suffices(t) for t in tunnels):
            self._hurry()

    def touch(self) -> None:
        """Something has changed; judge anew soon."""
        self._dirty.set()

    def _hurry(self) -> None:
        """Judge anew at once, if nothing else has been going on."""
        self._is_urgent = asyncio.get_running_loop().time() - self._judged >= CALM
        self.touch()

    async def run(self) -> None:
        """Judge after each change, and now and then without one. Never ends; to be cancelled."""
        loop = asyncio.get_running_loop()
        check, look = loop.time() + CHECK_PERIOD, loop.time() + LOOK_PERIOD
        while True:
            # Not asyncio.wait_for, which before Python 3.12 may lose a cancellation.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(check):
                    await self._dirty.wait()
                await asyncio.sleep(0 if self._is_urgent else SETTLE)
            now = loop.time()
            if self._dirty.is_set() or now >= look:
                look = now + LOOK_PERIOD
                await self.try_to_settle()
            if now >= check:
                check = now + CHECK_PERIOD
                self.keep_up()

    async def try_to_settle(self) -> None:
        """The kernel's tables may change while they are read; then it is done again, a little later.

        After a fault of ours, too: what stands stays.
        """
        try:
            await self.settle()
            return
        except (NetlinkError, OSError) as error:
            self._log.say(Level.WARNING, f"the host cannot be read: {error}; trying again", name="host")
        except Exception as fault:
            tell_fault(self._log, fault)
        asyncio.get_running_loop().call_later(RETRY, self.touch)

    async def settle(self) -> None:
        """Judge until nothing changes any more, three times at most: an address makes a route makes a way."""
        async with self._lock:
            before = self.states
            problems: list[str] = []
            for _ in range(3):
                problems, changed = await self._judge()
                if not changed:
                    break
            self._tell(before, problems)
        self._settled()

    async def _judge(self) -> tuple[list[str], bool]:
        """Read the host, judge every tunnel, bring the host to what is wanted. Was anything changed?"""
        self._dirty.clear()
        self._is_urgent, self._judged = False, asyncio.get_running_loop().time()
        gateway, driver = self.gateway, self._driver
        if gateway is None or driver is None:
            return [], False
        peers = dict(self._peers())
        asked = [peer for peer in peers.values() if peer is not None]
        asked += [sa.path.remote.ip for name, sa in driver.latest.items() if peers.get(name) is None]
        found = self._peers_of_wires(gateway)
        asked += peers_of(gateway, found)
        facts = await self._host.facts(asked, self._paths(driver))
        if self.gateway is not gateway:
            return [], True  # another counts meanwhile, and other devices are there
        self.facts = facts
        if self._wires is not None:
            self._wires.follow(gateway, self.devices, self.facts, found)
        wires = tuple(self._wires.standing) if self._wires else ()
        before = self.states
        isakmp_peers = _isakmp_peers(gateway, driver)
        states = {
            t.interface: self._judge_tunnel(gateway, driver, t, peers.get(t.interface), isakmp_peers)
            for t in gateway.tunnels
            if t.enabled
        }
        states |= {server.interface: self._open_server(gateway, server) for server in gateway.open_servers}
        leases = self._dhcp.leases
        if self._watcher is not None:
            up = {name: state.up for name, state in states.items()}
            self._tell_routes(self._watcher.look(self.facts, up))
        self._tell_ends(gateway, driver, states)
        takes = driver.dataplane.takes_between_ends
        wanted = desired(gateway, self.devices, states, self.facts, leases, self.withdrawn, takes, wires)
        self.wanted = fit_devices(wanted, self._fitting(gateway, driver, states))
        rules = render(self._ruleset(gateway, states, takes))
        access = tuple(_access(gateway, self.devices))
        translation = render_translation(translators(gateway, self.devices, self.facts))
        problems, changed = await self._host.apply(self.wanted, rules, self.facts, access, translation)
        if self.gateway is not gateway:
            return [], True
        self.states = states  # now that it is so
        self._dhcp.follow(leased_devices(gateway, self.devices, self.facts, leases))
        self._solicitor.follow(waiting_for_routers(gateway, self.devices, self.facts))
        self._tell_dataplane(gateway, driver)
        self._connect_plain(gateway, driver)
        self._leave_lost_addresses(gateway, driver)
        self._start_awaited(before, gateway, driver)
        driver.step()
        return problems, changed or self._carries_others(before)

    def _carries_others(self, before: Mapping[str, TunnelState]) -> bool:
        """Has a tunnel another MTU than before, by which another tunnel is carried?"""
        changed = {
            self.devices.get(name)
            for name, state in self.states.items()
            if name not in before or before[name].mtu != state.mtu
        }
        return any(state.carrier in changed for state in self.states.values())

    def _paths(self, driver: Driver) -> set[Ends]:
        """The ways of the tunnels, as far as both ends are known."""
        ways = [state.way for state in self.states.values()]
        paths = [way.path for way in ways if isinstance(way, Way)]
        paths += [sa.path for sa in driver.latest.values()]
        return {(path.local.ip, path.remote.ip) for path in paths if path is not None}

    def _judge_tunnel(
        self,
        gateway: Gateway,
        driver: Driver,
        tunnel: Tunnel,
        peer: IPAddress | None,
        isakmp_peers: frozenset[str],
    ) -> TunnelState:
        way = decide(tunnel, gateway, self.facts, self.devices, peer)
        if self._local.get(tunnel.interface) != way.local:
            self._local[tunnel.interface] = way.local
            driver.core.set_local_addresses(tunnel.interface, way.local)
        waiting = why_down(tunnel, driver.history.has_sa(tunnel.interface), isakmp_peers)
        waiting = waiting or driver.plain.why_down(tunnel.interface)
        up = isinstance(way, Way) and not waiting
        mtu, path_mtu, carrier = self._mtus(gateway, driver, tunnel, way)
        return TunnelState(
            way=way,
            up=up,
            mtu=mtu,
            path_mtu=path_mtu,
            carrier=carrier,
            waiting=waiting,
            negotiated=negotiated_pairs(driver.core, tunnel, driver.now()),
            callers=self._callers(tunnel.interface),
        )

    def _open_server(self, gateway: Gateway, server: L2tpServer) -> TunnelState:
        """People dial in to it in the clear, wherever it has an address."""
        lines = [i for i in gateway.interfaces if i.kind is InterfaceKind.PHYSICAL and i.enabled]
        links = [self._link_mtu(self.devices[i.name]) for i in lines if i.name in self.devices]
        path_mtu = min(links, default=DEFAULT_LINK_MTU)
        return TunnelState(
            way=Way(None, ANYWHERE, ""),
            up=True,
            mtu=clear_l2tp_mtu(path_mtu),
            path_mtu=path_mtu,
            callers=self._callers(server.interface),
        )

    def _mtus(
        self, gateway: Gateway, driver: Driver, tunnel: Tunnel, way: Way | NoWay
    ) -> tuple[int, int, str]:
        """The tunnel's, its path's, and that one's device: as of the SA that it has, or had last."""
        sa = driver.latest.get(tunnel.interface)
        if isinstance(way, NoWay) and (before := self.states.get(tunnel.interface)):
            return before.mtu, before.path_mtu, before.carrier
        remote = sa.path.remote.ip if sa else None
        device = way.device if isinstance(way, Way) else ""
        if not device and remote and (lookup := self.facts.lookups.get(remote)):
            device = lookup.device
        path = way.path if isinstance(way, Way) else None
        version = remote.version if remote else path.remote.ip.version if path else 4
        path_mtu = self._path_mtu(driver, device, sa.path if sa else path)
        fitting = tunnel_mtu(path_mtu, version, gateway, tunnel, sa)
        return min(fitting, tunnel.mtu or LARGEST), path_mtu, device

    def _path_mtu(self, driver: Driver, device: str, path: Path | None) -> int:
        """What the device takes, or the less that some router on the way does, as far as that is known."""
        known = self._known_path_mtus(driver).get((path.local.ip, path.remote.ip)) if path else None
        return min(self._link_mtu(device), known or LARGEST)

    def _known_path_mtus(self, driver: Driver) -> Mapping[Ends, int]:
        if driver.dataplane.learns_path_mtu:
            return self.facts.path_mtus
        routes, learned = self.facts.route_mtus, driver.path_mtus.current()
        return {
            ends: min(routes.get(ends, LARGEST), learned.get(ends, LARGEST)) for ends in {*routes, *learned}
        }

    def _link_mtu(self, device: str) -> int:
        """The device's MTU, or the smaller one that the configuration gives its interface; of a tunnel, by
        which another may be carried (V1-40), what fits into it.
        """
        carrier = next((name for name in self.states if self.devices.get(name) == device), None)
        if carrier is not None:
            return self.states[carrier].mtu
        configured = [
            i.mtu
            for i in (self.gateway.interfaces if self.gateway else ())
            if i.mtu and self.devices.get(i.name) == device
        ]
        link = self.facts.links.get(device)
        return min([link.mtu if link else DEFAULT_LINK_MTU, *configured])

    def _ruleset(self, gateway: Gateway, states: Mapping[str, TunnelState], takes: bool) -> Ruleset:
        clamps: list[Clamp] = []
        for interface in gateway.interfaces:
            device = self.devices.get(interface.name)
            if device and interface.enabled:
                state = states.get(interface.name)
                bearer = _bearer(gateway, interface) if state else None
                mtu = state.mtu if state else self._link_mtu(device)
                clamps += _clamps(bearer or interface, device, mtu)
        return Ruleset(
            clamps=tuple(clamps),
            own_clamps=tuple(self._own_clamps(gateway, states)),
            guards=tuple(self._guards(gateway, states, takes)),
            tunnels=tuple(self.devices[name] for name in states if name in self.devices),
        )

    def _fitting(self, gateway: Gateway, driver: Driver, states: Mapping[str, TunnelState]) -> dict[str, int]:
        """Devices by which the kernel itself must fragment, for the data plane does not before encryption."""
        if driver.dataplane.pre_fragments:
            return {}
        tunnels = (t for t in gateway.tunnels if t.interface in states and t.interface in self.devices)
        # Of an MTU that is the configuration's alone it knows nothing either.
        fitting = (t.interface for t in tunnels if t.ipsec.pre_fragment or t.mtu is not None)
        return {self.devices[name]: states[name].mtu for name in fitting}

    def _own_clamps(self, gateway: Gateway, states: Mapping[str, TunnelState]) -> Iterator[Clamp]:
        """The devices take more than fits, so that the host's own TCP would have its packets fragmented."""
        for name, state in states.items():
            tunnel, device = gateway.tunnel(name), self.devices.get(name)
            ipsec = tunnel.ipsec if tunnel else None
            if (
                device
                and ipsec
                and not ipsec.ethernet
                and (ipsec.mode is EncapsulationMode.TUNNEL or ipsec.gre)
            ):
                for version, headers in TCP_HEADERS.items():
                    yield Clamp(device, version, state.mtu - headers)

    def _guards(self, gateway: Gateway, states: Mapping[str, TunnelState], takes: bool) -> Iterator[Guard]:
        """`takes`: packets between ends pass the filter in the clear, by the line itself."""
        for tunnel in gateway.tunnels:
            device = self.devices.get(tunnel.outgoing.interface, "") if tunnel.outgoing else ""
            state = states.get(tunnel.interface)
            if device and state and tunnel.policy_based and not (takes and is_between_ends(tunnel)):
                for local, remote in pairs_of(tunnel, state.negotiated):
                    yield Guard(device, local, remote, past(tunnel, (local, remote)))

    def _tell_routes(self, withdrawn: Mapping[Route, str]) -> None:
        """Which routes path monitoring takes out, and which come back."""
        before, self.withdrawn = self.withdrawn, withdrawn
        for route in [*withdrawn, *before]:
            if (route in withdrawn) != (route in before):
                by = route.interface or route.next_hop or DISCARDED
                became = "withdrawn" if route in withdrawn else "back"
                self._log.say(
                    Level.NOTICE,
                    f"the route to {route.destination} by {by} is {became}",
                    route.interface or "",
                    f"route-{became}",
                )

    def _tell(self, before: Mapping[str, TunnelState], problems: list[str]) -> None:
        for problem in problems:
            if problem not in self._problems:
                self._log.say(Level.WARNING, problem, name="host")
        self._problems = frozenset(problems)
        for name, state in self.states.items():
            old = before.get(name)
            reason = down_reason(True, state)
            if old is not None and (old.up, down_reason(True, old)) == (state.up, reason):
                continue
            if state.up:
                self._log.say(Level.NOTICE, f"interface up, MTU {state.mtu}", name, "interface-up")
            else:
                self._log.say(Level.NOTICE, f"interface down: {reason}", name, "interface-down")

    def _connect_plain(self, gateway: Gateway, driver: Driver) -> None:
        """Tunnels without IPsec."""
        ways = {name: state.way for name, state in self.states.items()}
        paths = {name: way.path for name, way in ways.items() if isinstance(way, Way) and way.path}
        for path in driver.plain.follow(gateway, paths):
            ends = path.local.ip, path.remote.ip
            if ends in self._path_mtus:
                driver.dataplane.set_path_mtu(*ends, self._path_mtus[ends])
        driver.path_mtus.unprotected(asking(gateway, paths))

    def _tell_dataplane(self, gateway: Gateway, driver: Driver) -> None:
        """How large packets may be, and which are this host's own; each only where it has changed."""
        own = frozenset(a.ip for link in self.facts.links.values() for a in link.addresses)
        if own != self._own:
            self._own = own
            driver.dataplane.set_own_addresses(own)
        known = self._known_path_mtus(driver)
        for ends in {*known, *self._path_mtus}:
            if known.get(ends) != self._path_mtus.get(ends):
                driver.dataplane.set_path_mtu(*ends, known.get(ends))
        self._path_mtus = known
        told = {}
        for tunnel in gateway.tunnels:
            name, ipsec = tunnel.interface, tunnel.ipsec
            if (state := self.states.get(name)) is not None:
                told[name] = Sizes(state.mtu, ipsec.pre_fragment, ipsec.mtu_ignore, ipsec.df_bit)
        for server in gateway.open_servers:
            if (state := self.states.get(server.interface)) is not None:
                told[server.interface] = Sizes(state.mtu)
        for name, sizes in told.items():
            if self._sizes.get(name) != sizes:
                driver.dataplane.set_sizes(name, sizes)
        self._sizes = told

    def _tell_ends(self, gateway: Gateway, driver: Driver, states: Mapping[str, TunnelState]) -> None:
        """Before anything is led there: whose packets are to be protected between which two ends."""
        told = {}
        for tunnel in gateway.tunnels:
            name, ipsec = tunnel.interface, tunnel.ipsec
            state = states.get(name)
            path = state.way.path if state and isinstance(state.way, Way) else None
            if path is None or not ipsec.between_ends or gateway.l2tp_server(name) is not None:
                continue
            ends = (path.local.ip, path.remote.ip)
            only_ah = all(protection.cipher is None for protection in ipsec.protections())
            if ipsec.gre is not None:
                told[name] = BetweenEnds.of_gre(*ends, ipsec.mode, only_ah)
            else:
                selectors = (ipsec.local_selectors, ipsec.remote_selectors)
                told[name] = BetweenEnds(*ends, ipsec.mode, *selectors, only_ah)
            if self._ends.get(name) != told[name]:
                driver.dataplane.set_ends(name, told[name])
        self._ends = {**{name: self._ends[name] for name in states if name in self._ends}, **told}

    def _leave_lost_addresses(self, gateway: Gateway, driver: Driver) -> None:
        """An SA made from an address which is gone carries nothing; the next packet makes another."""
        lost: dict[str, IPAddress] = {}
        for tunnel, path in tunnel_paths(gateway, driver.core, driver.now()):
            way, local = self.way(tunnel), path.local.ip
            if self.facts.has_address(local) or not isinstance(way, Way):
                continue
            if way.path and way.path.local.ip != local:
                lost[tunnel] = local
        for tunnel, local in lost.items():
            driver.core.discard(tunnel, f"our address {local} is gone", driver.now())
            driver.step()  # so that the tunnel counts as one without an SA from here on

    def _start_awaited(self, before: Mapping[str, TunnelState], gateway: Gateway, driver: Driver) -> None:
        """A tunnel that is always on and has just got a way need not wait for the next check."""
        for tunnel in gateway.tunnels:
            name = tunnel.interface
            old = before.get(name)
            if (
                tunnel.connect is ConnectType.ALWAYS
                and isinstance(self.way(name), Way)
                and not driver.history.has_sa(name)
                and (old is None or old.way != self.way(name))
            ):
                driver.negotiate(name)

    def keep_up(self) -> None:
        """Begin again for each tunnel that is always on and has no SA (V2-09)."""
        if self.gateway is None or self._driver is None:
            return
        for tunnel in self.gateway.tunnels:
            name = tunnel.interface
            always = tunnel.enabled and tunnel.connect is ConnectType.ALWAYS
            if always and isinstance(self.way(name), Way) and not self._driver.history.has_sa(name):
                self._driver.negotiate(name)


def _isakmp_peers(gateway: Gateway, driver: Driver) -> frozenset[str]:
    """The IKEv1 peers with whom an ISAKMP SA stands, where a tunnel depends on that (V1-37)."""
    if not any(isakmp_sa_suffices(tunnel) for tunnel in gateway.tunnels):
        return frozenset()
    standing = (IkeSaState.ESTABLISHED, IkeSaState.REKEYING)
    return frozenset(sa.peer for sa in driver.core.isakmp_sas(driver.now()) if sa.state in standing)


def _bearer(gateway: Gateway, interface: Interface) -> Interface | None:
    """The interface that says how packets of a tunnel are treated on their way, where it is not its own."""
    tunnel = gateway.tunnel(interface.name)
    bears = tunnel is not None and tunnel.policy_based and tunnel.outgoing is not None
    return gateway.interface(tunnel.outgoing.interface) if bears and tunnel and tunnel.outgoing else None


def _access(gateway: Gateway, devices: Mapping[str, str]) -> Iterator[Filter]:
    """Which access lists filter where. Where none of them is there, the device knows what passes (CI-09)."""
    for interface in gateway.interfaces:
        device = devices.get(interface.name)
        if device is None or not interface.enabled or interface.kind is InterfaceKind.LOOPBACK:
            continue
        for f in interface.filters:
            found = (gateway.access_list(name) for name in f.lists)
            rules = tuple(a for a in found if a is not None and a.has(f.version))
            if rules or not f.missing_passes:
                yield Filter(device, f.inbound, f.version, rules, f.own, f.neighbours)


def _clamps(interface: Interface, device: str, mtu: int) -> list[Clamp]:
    chosen = {4: interface.adjust_mss, 6: interface.adjust_mss_ipv6}
    clamps = []
    for version, setting in chosen.items():
        if setting is not None:
            mss = mtu - TCP_HEADERS[version] if setting is AdjustMss.AUTO else setting
            clamps.append(Clamp(device, version, mss))
    return clamps
