"""All log hosts of a gateway: those of its configuration, and those of its command line."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Mapping
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_address

from kakehashi.gateway.host.facts import Facts
from kakehashi.gateway.log import Log
from kakehashi.gateway.syslog.channel import Target, tls_context
from kakehashi.gateway.syslog.sender import Sender
from kakehashi.ike.effects import Level
from kakehashi.model.address import Hostname, IPAddress
from kakehashi.model.gateway import Gateway
from kakehashi.model.logging import LogHost, LogHostStatus, LogStatus, Transport


class Senders:
    """In the running loop, from `configure` to `stop`. `extra`: log hosts of the command line.

    `authorities`: who vouches for a receiver over TLS, as PEM, by the name of a trustpoint or a file;
    LookupError.
    """

    def __init__(
        self,
        log: Log,
        clock: Callable[[], datetime],
        facts: Callable[[], Facts],
        authorities: Callable[[str], str],
        extra: tuple[LogHost, ...] = (),
    ) -> None:
        self._log = log
        self._clock = clock
        self._facts = facts
        self._authorities = authorities
        self._extra = extra
        self._gateway: Gateway | None = None
        self._devices: Mapping[str, str] = {}
        self._senders: dict[LogHost, Sender] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def configure(self, gateway: Gateway, devices: Mapping[str, str]) -> None:
        """What counts from now on. A log host that is the same as before keeps its connection."""
        self._gateway, self._devices = gateway, devices
        self._log.remember(gateway.logging.buffer)
        wanted = dict.fromkeys((*gateway.logging.hosts, *self._extra))
        for host in [host for host in self._senders if host not in wanted]:
            self._end(self._senders.pop(host))
        for host in wanted:
            if host not in self._senders:
                self._begin(host)
        for sender in self._senders.values():
            sender.hostname = self._hostname()

    async def stop(self) -> None:
        """Send what waits, as far as there is a way, and end."""
        for sender in self._senders.values():
            self._end(sender)
        self._senders = {}
        await asyncio.gather(*self._ending, return_exceptions=True)

    def status(self) -> LogStatus:
        """The log as `show` tells it."""
        return LogStatus(
            lines=tuple(self._log.last),
            buffered=self._log.buffered,
            hosts=self._statuses(),
            terminals=self._log.terminals,
        )

    def _statuses(self) -> tuple[LogHostStatus, ...]:
        return tuple(sender.status() for sender in self._senders.values())

    def _begin(self, host: LogHost) -> None:
        sender = Sender(host, self._hostname(), self._clock, self._find, self._teller(host))
        self._senders[host] = sender
        self._log.join(sender)
        sender.start()

    def _end(self, sender: Sender) -> None:
        self._log.leave(sender)
        task = asyncio.create_task(sender.stop())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    def _hostname(self) -> str:
        """RFC 5424 section 6.2.4: the device's name, for it has no other that lasts."""
        return (self._gateway.hostname if self._gateway else "") or socket.gethostname()

    def _teller(self, host: LogHost) -> Callable[[bool, str], None]:
        def tell(up: bool, reason: str) -> None:
            who = f"log host {host.address} ({host.transport.value} port {host.port})"
            where = f" ({host.source})" if host.source else ""
            details: dict[str, str | int] = {"log_host": str(host.address), "port": host.port}
            if up:
                self._log.say(Level.INFO, f"{who} is told the log", name="log-host-up", details=details)
            else:
                text = f"{who} cannot be told the log: {reason}{where}"
                self._log.say(Level.WARNING, text, name="log-host-down", details=details)

        return tell

    async def _find(self, host: LogHost) -> Target:
        """Where the host is now. OSError."""
        address = await _resolved(host)
        context = None
        if host.transport is Transport.TLS:
            try:
                context = tls_context(self._authorities(host.authority) if host.authority else None)
            except (LookupError, ssl.SSLError) as error:
                raise OSError(f"nobody can vouch for it: {error}") from None
        return Target(address, host.port, self._local(host, address.version), context, str(host.address))

    def _local(self, host: LogHost, version: int) -> IPAddress | None:
        """The configured source; OSError where it has no address now."""
        if host.local is None or isinstance(host.local, IPv4Address | IPv6Address):
            return host.local
        link = self._facts().links.get(self._devices.get(host.local, ""))
        if link is not None and (found := link.address(version)):
            return found
        configured = self._gateway.interface(host.local) if self._gateway else None
        for address in configured.addresses if configured else ():
            if address.version == version and self._facts().has_address(address.ip):
                return address.ip
        raise OSError(f"its source interface {host.local} has no IPv{version} address")


async def _resolved(host: LogHost) -> IPAddress:
    """By the host's own resolver: before the tunnels are up there may be no other."""
    if not isinstance(host.address, Hostname):
        return host.address
    family = {4: socket.AF_INET, 6: socket.AF_INET6}.get(host.address.version or 0, socket.AF_UNSPEC)
    found = await asyncio.get_running_loop().getaddrinfo(
        host.address.name, host.port, family=family, type=socket.SOCK_DGRAM
    )
    if not found:
        raise OSError(f"the name {host.address} is not found")
    return ip_address(str(found[0][4][0]).split("%")[0])
