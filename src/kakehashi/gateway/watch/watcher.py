"""Watches the watch groups of the configuration: sends what they ask for, hears, tells, and acts."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from kakehashi.gateway.host.facts import Facts
from kakehashi.gateway.log import Log
from kakehashi.gateway.watch.echo import TOKEN_SIZE, EchoSocket
from kakehashi.gateway.watch.group import GroupWatch
from kakehashi.gateway.watch.ways import asking
from kakehashi.gateway.watch.withdrawn import withdrawn
from kakehashi.ike.effects import Level
from kakehashi.model.address import IPAddress
from kakehashi.model.gateway import Gateway, Route
from kakehashi.model.watch import ClearSaAction, WatchEvent, WatchGroup, WatchStatus


@dataclass(frozen=True, slots=True)
class _Asked:
    """An echo request under way; `device`: the index of that by which its answer has to come, 0 for any."""

    host: IPAddress
    token: bytes
    device: int


class Watcher:
    """In the running loop, from `configure` to `close`. `changed` is called when routes have to come or go,
    `clear` to delete the SAs of a tunnel.
    """

    def __init__(self, log: Log, changed: Callable[[], None], clear: Callable[[str], None]) -> None:
        self._log = log
        self._changed = changed
        self._clear = clear
        self._gateway: Gateway | None = None
        self._devices: Mapping[str, str] = {}
        self._facts = Facts()
        self._groups: dict[str, GroupWatch] = {}
        self._asked: dict[tuple[str, int], _Asked] = {}  # one for each event at most
        self._sockets: dict[int, EchoSocket] = {}
        self._timer: asyncio.TimerHandle | None = None

    def configure(self, gateway: Gateway, devices: Mapping[str, str]) -> None:
        """What counts from now on. A group that is the same as before goes on as it was."""
        self._gateway, self._devices = gateway, devices
        now = _now()
        kept = self._groups
        self._groups = {}
        for group in gateway.watch_groups:
            if not group.enabled:
                continue
            before = kept.get(group.title)
            same = before is not None and before.group == group
            self._groups[group.title] = before if same and before else GroupWatch(group, now)
        self._asked = {
            key: asked for key, asked in self._asked.items() if kept.get(key[0]) is self._groups.get(key[0])
        }
        self._arm()

    def close(self) -> None:
        """Watch no more."""
        if self._timer:
            self._timer.cancel()
        for each in self._sockets.values():
            each.close()
        self._sockets.clear()

    def look(self, facts: Facts, up: Mapping[str, bool]) -> dict[Route, str]:
        """The host is so, and interfaces are up or not: the routes that are not to be there, and why."""
        if self._gateway is None or not self._groups:
            return {}
        self._facts = facts
        for group in self._groups.values():
            stood = group.stands
            for name in group.watched_interfaces():
                group.look(name, self._is_up(name, up), _now())
            self._tell(group, stood)
        self._arm()
        return withdrawn(self._gateway, (g.group for g in self._groups.values() if g.stands))

    def statuses(self, time: datetime) -> tuple[WatchStatus, ...]:
        """Each group that is switched on, as it is now."""
        now = _now()
        return tuple(group.status(now, time) for group in self._groups.values())

    def _is_up(self, name: str, up: Mapping[str, bool]) -> bool:
        link = self._facts.links.get(self._devices.get(name, ""))
        return up.get(name, link is not None and link.running)

    def _arm(self) -> None:
        if self._timer:
            self._timer.cancel()
        times = [due for group in self._groups.values() if (due := group.due()) is not None]
        self._timer = asyncio.get_running_loop().call_at(min(times), self._wake) if times else None

    def _wake(self) -> None:
        now = _now()
        moved = False
        for title, group in self._groups.items():
            stood = group.stands
            for number in group.handle_timeout(now):
                event = next(e for e in group.group.events if e.number == number)
                self._asked.pop((title, number), None)
                # What cannot be sent is not answered, and counts as that.
                with contextlib.suppress(OSError):
                    self._ask(title, event)
            moved |= self._tell(group, stood)
        self._arm()
        if moved:
            self._changed()

    def _ask(self, title: str, event: WatchEvent) -> None:
        found = asking(event, self._gateway, self._devices, self._facts) if self._gateway else None
        if event.host is None or found is None:
            return
        index = socket.if_nametoindex(found.device) if found.device else 0
        version = event.host.version
        if version not in self._sockets:
            self._sockets[version] = EchoSocket(version, self._hear)
        asked = _Asked(event.host, os.urandom(TOKEN_SIZE), index if event.directed else 0)
        self._asked[title, event.number] = asked
        self._sockets[version].send(event.host, index, found.source, asked.token)

    def _hear(self, token: bytes, sender: IPAddress, device: int) -> None:
        for (title, number), asked in self._asked.items():
            if (asked.token, asked.host) != (token, sender):
                continue
            if asked.device in (0, device):
                del self._asked[title, number]
                group = self._groups[title]
                stood = group.stands
                group.answer(number, _now())
                if self._tell(group, stood):
                    self._changed()
                self._arm()
            return

    def _tell(self, watch: GroupWatch, stood: bool) -> bool:
        """Say and do what follows, if the group has begun to stand, or ended. Has it?"""
        if watch.stands == stood:
            return False
        group = watch.group
        if watch.stands:
            self._log.say(
                Level.WARNING, f"path monitoring ({group.title}): {_events(group)}", name="watch-stands"
            )
            for action in group.actions:
                if isinstance(action, ClearSaAction):
                    asyncio.get_running_loop().call_soon(self._clear, action.tunnel)
        else:
            self._log.say(
                Level.NOTICE, f"path monitoring ({group.title}): all is well again", name="watch-restored"
            )
        return True


def _events(group: WatchGroup) -> str:
    """`host 192.0.2.9 does not answer by Tunnel0.0`."""
    said = []
    for event in group.events:
        by = f" by {event.interface}" if event.interface and event.host else ""
        what = event.condition.value if event.host else f"{event.interface} is down"
        said.append(what.replace("host", f"host {event.host}", 1) + by if event.host else what)
    return ", ".join(said)


def _now() -> float:
    return asyncio.get_running_loop().time()
