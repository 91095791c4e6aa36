"""Starts, watches and ends the client processes, and knows the leases."""

import asyncio
import contextlib
import sys
from collections.abc import Callable
from pathlib import Path

from kakehashi.gateway.dhcp import lease as told
from kakehashi.gateway.dhcp.lease import Fault, Lease, Lost
from kakehashi.gateway.log import Log
from kakehashi.ike.effects import Level

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # before a client that has ended is started anew
GRACE = 5.0  # the client says itself when its lease ends; after that it is not there to say it
END_SECONDS = 2.0
MODULE = "kakehashi.gateway.dhcp.client"


class Clients:
    """One client a device. `leases`: by device; `changed` is called when an address or a router has changed.

    `folder`: for the addresses to ask for again.
    """

    def __init__(self, folder: Path, log: Log, changed: Callable[[], None]) -> None:
        self.leases: dict[str, Lease] = {}
        self._folder = folder
        self._log = log
        self._changed = changed
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ends: dict[str, asyncio.TimerHandle] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def follow(self, devices: frozenset[str]) -> None:
        """From now on these devices get their addresses by DHCP."""
        for device in set(self._tasks) - devices:
            task = self._tasks.pop(device)
            task.cancel()
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)
            self._lose(device, "")
        for device in devices - set(self._tasks):
            self._tasks[device] = asyncio.create_task(self._keep(device))

    async def stop(self) -> None:
        """End all clients. The leases stay known: who put the addresses there takes them away."""
        tasks = [*self._tasks.values(), *self._ending]
        self._tasks.clear()
        for handle in self._ends.values():
            handle.cancel()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep(self, device: str) -> None:
        """A client, and after it another one. To be cancelled."""
        pause = FIRST_PAUSE
        while True:
            if await self._run(device):
                pause = FIRST_PAUSE
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _run(self, device: str) -> bool:
        """One client from its start to its end. Had it a lease?"""
        file = self._folder / f"{device}.dhcp"
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", MODULE, device, str(file),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                process_group=0,  # Ctrl-C is for the gateway, which ends its clients
            )  # fmt: skip
        except OSError as error:
            self._warn(device, f"no DHCP client can be started: {error.strerror}")
            return False
        try:
            return await self._listen(device, process.stdout) if process.stdout else False
        finally:
            await _end(process)

    async def _listen(self, device: str, lines: asyncio.StreamReader) -> bool:
        had_lease = False
        with contextlib.suppress(ValueError):  # a line without end: the client is not well
            while line := await lines.readline():
                had_lease |= self._heard(device, line.decode(errors="replace"))
        return had_lease

    def _heard(self, device: str, line: str) -> bool:
        try:
            message = told.read(line)
        except ValueError as error:
            message = Fault(f"what the server grants makes no sense: {error}")
        match message:
            case Lease():
                self._have(device, message)
                return True
            case Lost():
                self._lose(device, "the DHCP server takes the address back, or its time is over")
            case Fault(reason):
                self._warn(device, f"the DHCP client has ended: {reason}")
        return False

    def _have(self, device: str, lease: Lease) -> None:
        before = self.leases.get(device)
        self.leases[device] = lease
        self._arm(device, lease)
        if before and (before.address, before.router) == (lease.address, lease.router):
            self._log.say(Level.DEBUG, f"{device}: {lease.address} by DHCP is renewed", name="dhcp-renewed")
            return
        by = f", default route by {lease.router}" if lease.router else ""
        time = "without end" if lease.seconds is None else f"for {lease.seconds} s"
        self._log.say(Level.NOTICE, f"{device}: {lease.address} by DHCP{by}, {time}", name="dhcp-lease")
        self._changed()

    def _lose(self, device: str, reason: str) -> None:
        if handle := self._ends.pop(device, None):
            handle.cancel()
        if self.leases.pop(device, None) is None:
            return
        if reason:
            self._warn(device, reason)
        self._changed()

    def _arm(self, device: str, lease: Lease) -> None:
        """A client that has died does not say when the lease ends."""
        if handle := self._ends.pop(device, None):
            handle.cancel()
        if lease.seconds is not None:
            loop = asyncio.get_running_loop()
            reason = "the time of the address is over, and no DHCP server renews it"
            self._ends[device] = loop.call_later(lease.seconds + GRACE, self._lose, device, reason)

    def _warn(self, device: str, reason: str) -> None:
        self._log.say(Level.WARNING, f"{device}: {reason}", name="dhcp")


async def _end(process: asyncio.subprocess.Process) -> None:
    """It has nothing to put away; it is ended by its number, and waited for."""
    if process.stdin:
        process.stdin.close()
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(END_SECONDS):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
