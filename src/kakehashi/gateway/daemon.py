"""The process behind `kakehashi run`: makes the parts, joins them, and takes them down again."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace

from pyroute2.netlink.exceptions import NetlinkError

from kakehashi.dataplane.protocol import DataPlane
from kakehashi.gateway import backends, configuration, status
from kakehashi.gateway.access.clear import clear_callers
from kakehashi.gateway.access.driver import Access
from kakehashi.gateway.access.radius_client import RadiusClient
from kakehashi.gateway.access.status import callers_of, drops_of, tunnels_of
from kakehashi.gateway.answers import Answers
from kakehashi.gateway.certificates import Certificates
from kakehashi.gateway.changes import Changes
from kakehashi.gateway.clock import WallClock
from kakehashi.gateway.configuration import Configuration
from kakehashi.gateway.control import Control
from kakehashi.gateway.dhcp.clients import Clients
from kakehashi.gateway.driver import Driver
from kakehashi.gateway.errors import GatewayError
from kakehashi.gateway.face import Face
from kakehashi.gateway.guard import tell_fault
from kakehashi.gateway.host import devices
from kakehashi.gateway.host.conntrack import translated
from kakehashi.gateway.host.host import Host
from kakehashi.gateway.host.monitor import Monitor, is_root
from kakehashi.gateway.host.netlink import Netlink
from kakehashi.gateway.host.path_mtu import PathMtuBell
from kakehashi.gateway.interface_status import interface_statuses, neighbour_statuses
from kakehashi.gateway.interfaces import Mapped, map_interfaces
from kakehashi.gateway.keylog import KeyLog
from kakehashi.gateway.log import Log
from kakehashi.gateway.mtu import DEFAULT_LINK_MTU, clear_l2tp_mtu, tunnel_mtu
from kakehashi.gateway.multipoint.driver import Multipoints
from kakehashi.gateway.multipoint.status import drops_of as nhrp_drops_of
from kakehashi.gateway.multipoint.status import next_hops_of, servers_of
from kakehashi.gateway.options import RunOptions
from kakehashi.gateway.paths import tunnels_left_behind
from kakehashi.gateway.peers import Peers
from kakehashi.gateway.pki_requests import PkiRequests
from kakehashi.gateway.pki_store import Store
from kakehashi.gateway.plan import plan
from kakehashi.gateway.reconciler import Reconciler
from kakehashi.gateway.resolver import Resolver, known_by_name
from kakehashi.gateway.route_status import route_statuses
from kakehashi.gateway.state import StateFolder
from kakehashi.gateway.syslog.senders import Senders
from kakehashi.gateway.translators import named_translators
from kakehashi.gateway.watch.watcher import Watcher
from kakehashi.gateway.wires import status as wires
from kakehashi.gateway.wires.driver import Wires
from kakehashi.ike.effects import Level
from kakehashi.ike.endpoint import Endpoint
from kakehashi.model.address import IPAddress
from kakehashi.model.address import Path as UdpPath
from kakehashi.model.finding import Finding
from kakehashi.model.gateway import Gateway
from kakehashi.model.status import Status
from kakehashi.model.tunnel import PlainTunnel
from kakehashi.pki.keyring import Keyring

EXIT_FAULT = 1
EXIT_CONFIGURATION = 2
GOODBYE = 2.0  # seconds that peers have to answer our Deletes
LAST_STEPS = 5.0
_wall_clock = WallClock()


def run(options: RunOptions, faces: Sequence[Face] = ()) -> int:
    """Run the gateway until it is told to stop; the exit status. `faces`: who else asks it. GatewayError."""
    loaded = configuration.load(options.file, options.dialect)
    if loaded.recognised:
        print(loaded.recognised, file=sys.stderr)  # noqa: T201
    _print(loaded.findings)
    if configuration.errors(loaded.findings):
        return EXIT_CONFIGURATION
    if not is_root():
        command = " ".join(["sudo", *sys.argv])
        raise GatewayError("only root may change interfaces and routes and open UDP port 500", command)
    return asyncio.run(_serve(options, loaded, faces))


async def _serve(options: RunOptions, loaded: Configuration, faces: Sequence[Face]) -> int:
    state = StateFolder(options)
    state.take()
    async with AsyncExitStack() as stack:
        stack.callback(state.release)
        netlink = await stack.enter_async_context(Netlink())
        facts = await netlink.facts()
        mapped = map_interfaces(loaded.gateway, options.maps, facts.links)
        _print(mapped.findings)
        if configuration.errors(mapped.findings):
            return EXIT_CONFIGURATION
        chosen = backends.choose(options.backend, loaded.gateway)
        if chosen.why:
            print(chosen.why, file=sys.stderr)  # noqa: T201
        _print(chosen.findings)
        if configuration.errors(chosen.findings):
            return EXIT_CONFIGURATION
        options = replace(options, backend=chosen.backend)
        daemon = Daemon(options, loaded, mapped, Host(netlink, options.name, state.ledger))
        return await daemon.run(faces)


def _print(findings: Iterable[Finding]) -> None:
    for finding in findings:
        print(finding, file=sys.stderr)  # noqa: T201


class Daemon:
    """One gateway in one event loop."""

    def __init__(self, options: RunOptions, loaded: Configuration, mapped: Mapped, host: Host) -> None:
        self._options = options
        self._loaded = loaded
        self._mapped = mapped
        self._host = host
        self._log = Log(options.log, _wall_clock)
        self._resolver = Resolver(self._resolved, self._unresolved)
        self._names = Peers(self._resolver, lambda: self._reconciler.facts)
        self._dhcp = Clients(options.state_dir, self._log, lambda: self._reconciler.touch())
        self._watcher = Watcher(self._log, lambda: self._reconciler.touch(), self._clear_sas)
        self._reconciler = Reconciler(
            host,
            self._log,
            self._peers,
            self._dhcp,
            self._watcher,
            callers=lambda tunnel: self._access.networks(tunnel),
            settled=lambda: self._multipoints.follow(),
            peers_of_wires=self._names.of_wires,
        )
        self._stopping = asyncio.Event()
        self._reloads: set[asyncio.Task[str]] = set()
        self._changes = Changes(
            options,
            loaded,
            mapped,
            self._log,
            links=lambda: self._reconciler.facts.links,
            judge=lambda gateway: backends.choose(options.backend, gateway).findings,
            tell=_print,
            take=self._take,
        )
        self._status_code = 0
        self._dataplane: DataPlane = backends.start(options.backend, loaded.gateway)
        store = Store(options.certificates, _wall_clock)
        self._certificates = Certificates(store, self._log, _wall_clock, self._judge_again)
        self._senders = Senders(
            self._log,
            _wall_clock,
            lambda: self._reconciler.facts,
            self._certificates.authorities,
            options.syslog,
        )
        self._endpoint = _endpoint(options, loaded.gateway, self._certificates.load(loaded.gateway))
        self._radius = RadiusClient(self._log)
        self._access = Access(
            self._dataplane,
            self._log,
            _wall_clock,
            mtu=self._reconciler.mtu,
            changed=self._reconciler.touch,
            asks=self._radius,
        )
        self._multipoints = Multipoints(
            self._dataplane,
            self._log,
            facts=lambda: self._reconciler.facts,
            candidates=self._names.candidates,
            connect=lambda tunnel, path: self._driver.connect(tunnel, path),
            disconnect=self._disconnect,
        )
        self._wires = Wires(self._dataplane, self._log, changed=self._reconciler.touch)
        self._driver = Driver(
            self._endpoint,
            self._dataplane,
            self._log,
            _wall_clock,
            way=self._reconciler.way,
            sa_changed=self._reconciler.sa_changed,
            isakmp_sa_changed=self._reconciler.isakmp_sa_changed,
            broken=self._fail,
            fetch=self._certificates.fetch,
            unreached=self._unreached,
            answering_changed=self._reconciler.touch,
            access=self._access,
            multipoints=self._multipoints,
            wires=self._wires,
            keylog=_keylog(options),
        )
        self._answers = Answers(
            self._changes,
            self._status,
            self._driver,
            self._dataplane,
            self._log,
            self._stopping.set,
            clear_callers=lambda wanted: clear_callers(self._access, wanted),
            clear_next_hops=self._multipoints.clear,
            keep_up=self._reconciler.keep_up,
            pki=PkiRequests(
                self._certificates,
                options.file.parent,
                lambda: self._gateway,
                lambda keyring: self._driver.core.trust(keyring),
                self._log,
            ),
        )

    async def run(self, faces: Sequence[Face] = ()) -> int:
        """From the first address to the last: everything is put back, whatever happens in between."""
        control = Control(self._options.socket, self._answers.answer, self._answers.stream)
        tasks: list[asyncio.Task[None]] = []
        monitor: Monitor | None = None
        bell: PathMtuBell | None = None
        try:
            self._signals()
            for tunnel in self._gateway.tunnels:
                if tunnel.enabled:
                    self._add_tunnel(tunnel.interface)
            for server in self._gateway.open_servers:
                self._add_tunnel(server.interface)
            self._reconciler.attach(self._driver, self._wires)
            self._reconciler.configure(self._gateway, self._mapped.devices)
            self._access.configure(self._gateway)
            self._multipoints.configure(self._gateway, self._mapped.devices)
            self._resolver.follow(self._gateway)
            self._log.heard = self._set_verbosity
            self._senders.configure(self._gateway, self._mapped.devices)
            self._set_verbosity(self._log.level)
            # Before the host is looked at: what it does from then on is told.
            monitor = Monitor(self._host_changed)
            await self._reconciler.try_to_settle()
            self._driver.start()
            hears = self._dataplane.learns_path_mtu
            hear = (lambda message: True) if hears else self._driver.path_mtus.hear
            bell = PathMtuBell(hear, self._reconciler.touch)
            tasks = [
                asyncio.create_task(self._reconciler.run()),
                asyncio.create_task(self._certificates.run()),
                asyncio.create_task(self._resolver.run()),
            ]
            for face in faces:
                await face.start(self._answers.answer, self._answers.tell)
            await _listen(control)  # the last to open: who finds it finds everything
            self._log.say(Level.NOTICE, f"running {self._options.file}", name="running")
            _collect_rarely()
            await self._until_stopped(tasks)
            await self._say_goodbye()
            return self._status_code
        finally:
            self._changes.stop()
            ending = [*tasks, *self._reloads, *self._changes.tasks()]
            for task in ending:
                task.cancel()
            # Nobody may change the host after it has been put back.
            await asyncio.gather(*ending, return_exceptions=True)
            self._watcher.close()
            await self._dhcp.stop()
            await self._certificates.stop()
            if monitor:
                monitor.close()
            if bell:
                bell.close()
            for face in faces:
                await face.stop()
            await control.stop()
            self._driver.stop()
            self._access.stop()
            self._multipoints.stop()
            self._wires.stop()
            await self._radius.stop()
            # The last to go, but while the host still has the gateway's addresses.
            await self._senders.stop()
            await self._put_back()

    @property
    def _gateway(self) -> Gateway:
        return self._loaded.gateway

    def _set_verbosity(self, level: Level) -> None:
        """Events that nobody will read are not made; how a negotiation failed, `show` tells, too."""
        self._endpoint.verbosity = max(level, Level.NOTICE)

    def _judge_again(self) -> None:
        """There is news of certificates: who waits for it may go on."""
        self._driver.core.resume(self._driver.now())
        self._driver.step()

    async def _until_stopped(self, tasks: list[asyncio.Task[None]]) -> None:
        stopping = asyncio.create_task(self._stopping.wait())
        done, _ = await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        for task in done:
            if fault := task.exception():
                tell_fault(self._log, fault)
                self._end()

    def _fail(self, reason: str) -> None:
        self._log.say(Level.ERROR, reason, name="fault")
        self._end()

    def _end(self) -> None:
        """Nothing more can be done here: end, so that whoever watches over us starts us anew."""
        self._status_code = EXIT_FAULT
        self._stopping.set()

    async def _say_goodbye(self) -> None:
        """Deletes to every peer, and a while for their answers."""
        self._log.say(Level.NOTICE, "stopping: deleting the SAs", name="stopping")
        self._access.shutdown()
        self._multipoints.shutdown()
        self._wires.shutdown()
        self._driver.core.shutdown(self._driver.now())
        self._driver.step()
        deadline = self._driver.now() + GOODBYE
        while self._driver.now() < deadline and self._driver.core.ike_sas(self._driver.now()):
            await asyncio.sleep(0.02)
        # Who counts the time of sessions must not count on.
        await self._radius.settle(GOODBYE)

    async def _put_back(self) -> None:
        try:
            async with asyncio.timeout(LAST_STEPS):
                problems = await self._host.restore()
            for problem in problems:
                self._log.say(Level.WARNING, f"not put back: {problem}", name="host")
        except TimeoutError:
            self._log.say(Level.WARNING, "not everything was put back: the kernel is slow", name="host")
        except (NetlinkError, OSError) as error:
            self._log.say(Level.WARNING, f"nothing was put back, for it cannot be read: {error}", name="host")
        self._dataplane.close()
        self._log.say(Level.NOTICE, "stopped", name="stopped")

    def _signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        loop.add_signal_handler(signal.SIGHUP, self._hang_up)

    def _hang_up(self) -> None:
        task = asyncio.get_running_loop().create_task(self._changes.reload())
        self._reloads.add(task)
        task.add_done_callback(self._reloads.discard)

    def _add_tunnel(self, name: str) -> None:
        tunnel = self._gateway.tunnel(name)
        is_open = any(server.interface == name for server in self._gateway.open_servers)
        if tunnel is None and not is_open:
            return
        device = self._mapped.devices[name]
        try:
            if tunnel is None:
                mtu = clear_l2tp_mtu(DEFAULT_LINK_MTU)
                self._dataplane.add_l2tp_server(name, device, mtu, in_the_clear=True)
                return
            mtu = tunnel_mtu(DEFAULT_LINK_MTU, 4, self._gateway, tunnel, None)
            if tunnel.ipsec.ethernet is not None:
                self._dataplane.add_ethernet_tunnel(name, device, mtu, tunnel.ipsec.ethernet)
            elif self._gateway.l2tp_server(name) is not None:
                self._dataplane.add_l2tp_server(name, device, mtu)
            elif tunnel.multipoint:
                is_plain = isinstance(tunnel, PlainTunnel)
                self._dataplane.add_multipoint(name, device, mtu, tunnel.ipsec.gre, is_plain)
            else:
                is_plain = isinstance(tunnel, PlainTunnel)
                self._dataplane.add_tunnel(name, device, mtu, tunnel.ipsec.gre, is_plain)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else None
            raise GatewayError(
                f"{name}: the device {device} cannot be made: {why or error}",
                "is /dev/net/tun there, and is the name free? ip link show",
            ) from error

    def _peers(self) -> dict[str, IPAddress | None]:
        return self._names.addresses(self._gateway, self._driver)

    def _host_changed(self) -> None:
        self._reconciler.touch()
        self._resolver.hurry()

    def _unreached(self, tunnel: str, path: UdpPath | None) -> None:
        """Of several addresses of the peer's name it is the next one's turn."""
        if self._names.failed(tunnel, path):
            self._reconciler.touch()

    def _unresolved(self, name: str, reason: str) -> None:
        self._log.say(Level.WARNING, f"the peer's name {name} is not found: {reason}", name="unresolved")

    def _resolved(self, name: str, addresses: frozenset[IPAddress]) -> None:
        """A host name has other addresses than before (V1-35)."""
        text = ", ".join(sorted(map(str, addresses)))
        self._log.say(Level.NOTICE, f"the peer's name {name} resolves to {text}", name="resolved")
        self._tell_addresses()
        core, now = self._driver.core, self._driver.now()
        for tunnel in tunnels_left_behind(self._gateway, core, now, name, addresses):
            core.discard(tunnel, f"the peer's name {name} resolves to {text} now", now)
        self._driver.step()
        self._reconciler.touch()

    def _tell_addresses(self) -> None:
        """Let the core know where the names of the configuration lead."""
        found: dict[str, frozenset[IPAddress]] = {}
        for tunnel, host in known_by_name(self._gateway):
            found[tunnel] = found.get(tunnel, frozenset()) | self._resolver.found(host)
        for tunnel, addresses in found.items():
            self._driver.core.set_peer_addresses(tunnel, addresses)

    async def _take(self, loaded: Configuration, mapped: Mapped) -> list[str]:
        """Let another configuration run, as far as it differs; what was done and what went wrong."""
        steps = plan(self._gateway, loaded.gateway)
        for name in steps.removed:
            if loaded.gateway.tunnel(name) is not None:
                # Shut down, not gone: its device goes and takes the keys along, so the peer must hear of it.
                self._driver.clear(name)
        self._loaded, self._mapped = loaded, mapped
        self._driver.core.trust(self._certificates.load(loaded.gateway))
        self._access.configure(loaded.gateway)
        self._driver.core.configure(loaded.gateway, self._driver.now())
        self._driver.step()
        for name in steps.removed:
            self._dataplane.remove_tunnel(name)
            self._driver.forget(name)
        complaints = []
        for name in steps.added:
            try:
                self._add_tunnel(name)
            except GatewayError as error:
                complaints.append(str(error))
        self._reconciler.configure(loaded.gateway, mapped.devices)
        self._multipoints.configure(loaded.gateway, mapped.devices)
        self._resolver.follow(loaded.gateway)
        self._senders.configure(loaded.gateway, mapped.devices)
        self._tell_addresses()
        await self._reconciler.try_to_settle()
        return [*steps.sentences, *complaints]

    async def _status(self) -> Status:
        driver, reconciler = self._driver, self._reconciler
        counters = self._dataplane.counters()
        tunnels = status.tunnel_statuses(
            self._gateway,
            self._mapped.devices,
            reconciler.states,
            counters,
            driver.history,
            driver.failures,
        )
        facts = await self._host.facts()
        routes = route_statuses(
            self._gateway, self._mapped.devices, facts, reconciler.wanted, reconciler.withdrawn
        )
        sas = status.Sas.of(driver.core, driver.now())
        matches = await self._host.matches()
        names = self._resolver.statuses(self._names.used(self._gateway))
        drops = {**counters.drops, **driver.path_mtus.refused}
        time = _wall_clock()
        watches = self._watcher.statuses(time)
        merged = status.merge(self._gateway, time, tunnels, sas, routes, drops, matches, names, watches)
        translators = named_translators(self._gateway, self._mapped.devices, facts)
        dialed = tuple(self._access.look())
        merged = replace(
            merged,
            translations=await translated(translators),
            log=self._senders.status(),
            traffic=dict(self._dataplane.traffic()),
            interfaces=tuple(
                interface_statuses(self._gateway, self._mapped.devices, facts, tunnels, devices.passed())
            ),
            neighbours=tuple(neighbour_statuses(self._mapped.devices, devices.neighbours())),
            l2tp_tunnels=tuple(tunnels_of(dialed, driver.now())),
            callers=tuple(callers_of(dialed, driver.now())),
            l2tp_drops=drops_of(self._access, counters.l2tp_drops),
            next_hops=tuple(
                next_hops_of(self._multipoints.standing.values(), driver.now(), driver.failures.with_peer)
            ),
            next_hop_servers=tuple(servers_of(self._multipoints.standing.values())),
            nhrp_drops=nhrp_drops_of(self._multipoints.standing.values()),
            pseudowires=tuple(
                wires.wire_statuses(
                    self._gateway,
                    self._mapped.devices,
                    self._wires,
                    reconciler.states,
                    counters,
                    {used.wire: used for used in self._dataplane.pseudowires()},
                    driver.now(),
                )
            ),
            l2tpv3_connections=tuple(wires.connection_statuses(self._wires, driver.now())),
            pseudowire_drops=wires.drops_of(self._wires, counters.pseudowire_drops),
        )
        return self._certificates.added_to(merged)

    def _clear_sas(self, tunnel: str) -> None:
        """Path monitoring asks for it."""
        self._driver.clear(tunnel)

    def _disconnect(self, tunnel: str, peer: IPAddress) -> None:
        """One of the peers that a tunnel has is no longer its."""
        self._driver.clear(tunnel, peer=peer, at_once=True)


def _endpoint(options: RunOptions, gateway: Gateway, keyring: Keyring) -> Endpoint:
    core = Endpoint(gateway, os.urandom, keyring=keyring)
    core.verbosity = max(options.log.level, Level.NOTICE)
    return core


def _collect_rarely() -> None:
    """What is there now stays until the end, and SAs live for hours and go with their last reference: to look
    through all of them after every few hundred new objects would be for nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _keylog(options: RunOptions) -> KeyLog | None:
    if options.key_log is None:
        return None
    try:
        return KeyLog(options.key_log)
    except OSError as error:
        raise GatewayError(f"--key-log {options.key_log}: {error.strerror}") from error


async def _listen(control: Control) -> None:
    try:
        await control.start()
    except OSError as error:
        raise GatewayError(f"the control socket cannot be made: {error}", "--control PATH") from error
