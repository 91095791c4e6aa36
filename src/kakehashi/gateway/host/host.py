"""Brings the host to what is wanted of it, and back to what it was."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyroute2.netlink.exceptions import NetlinkError

from kakehashi.gateway.host import links, routes, rules, sysctl
from kakehashi.gateway.host.access import AccessFilters, Filter
from kakehashi.gateway.host.facts import Ends, Facts, HostRoute
from kakehashi.gateway.host.filters import Filters
from kakehashi.gateway.host.items import (
    Address,
    Bridge,
    BridgePort,
    Item,
    LinkUp,
    Mtu,
    Route,
    Rule,
    Sysctl,
    rank,
)
from kakehashi.gateway.host.ledger import Ledger
from kakehashi.gateway.host.netlink import Netlink
from kakehashi.model.address import IPAddress

LAST_READS = 3


@dataclass(frozen=True, slots=True)
class Difference:
    """What is to be undone and done, each in its order, and what stands in the way of a route."""

    remove: tuple[Item, ...]
    add: tuple[Item, ...]
    problems: tuple[str, ...]


def present(item: Item, facts: Facts) -> bool:
    """Is the host already so?"""
    match item:
        case Sysctl():
            return sysctl.present(item)
        case Mtu():
            return links.mtu_present(item, facts)
        case LinkUp():
            return links.link_present(item, facts)
        case Bridge():
            return links.bridge_present(item, facts)
        case BridgePort():
            return links.port_present(item, facts)
        case Address():
            return links.address_present(item, facts)
        case Route():
            return routes.present(item, facts)
        case Rule():
            return rules.present(item, facts)


def difference(wanted: Iterable[Item], ours: Iterable[Item], facts: Facts) -> Difference:
    """Compare what is wanted with what we have made and what is there.

    What is wanted and there without our doing is the host's own and stays so.
    """
    wanted = tuple(wanted)
    remove = [item for item in ours if item not in wanted]
    add, problems = [], []
    for item in wanted:
        if isinstance(item, Route) and (stands := routes.conflict(item, facts)):
            problems.append(
                f"{_said(item)}{item} is not set: the host has its own route there by {_by(stands)}"
            )
        elif not present(item, facts):
            add.append(item)
        if isinstance(item, Route) and (wins := routes.stronger(item, facts)):
            by = wins.next_hop or wins.device or wins.kind
            problems.append(
                f"{_said(item)}{item} does not count: the host's own route by {by}, metric {wins.metric}, "
                "wins"
            )
        if isinstance(item, Rule) and (before := rules.earlier(item, facts)):
            problems.append(
                f"the host's own rule of priority {before.priority} (lookup {before.table}) comes before "
                "the gateway's: it may lead elsewhere what a tunnel protects, or what carries the tunnel"
            )
    return Difference(
        tuple(sorted(remove, key=rank, reverse=True)),
        tuple(sorted(add, key=rank)),
        tuple(dict.fromkeys(problems)),
    )


def _said(item: Route) -> str:
    return f"{item.said}: " if item.said else ""


def _by(route: HostRoute) -> str:
    return str(route.next_hop or route.device or route.kind)


class Host:
    """The host as we change it. `name`: unique among its gateways; `state`: the file of our ledger."""

    def __init__(self, netlink: Netlink, name: str, state: Path) -> None:
        self._netlink = netlink
        self._ledger = Ledger(state)
        self._ledger.load()
        self._is_saved = True
        self._is_restored = False
        self._filters = Filters(name)
        self._translation = Filters(name, ".translation")
        self._access = AccessFilters(name)
        self._lock = asyncio.Lock()  # netlink(7) reads one table at a time for each socket

    async def facts(self, asked: Iterable[IPAddress] = (), paths: Iterable[Ends] = ()) -> Facts:
        """Read the host; `asked` are addresses to look up, `paths` those whose MTU is wanted."""
        async with self._lock:
            return await self._netlink.facts(asked, paths)

    async def matches(self) -> dict[str, tuple[int, ...]]:
        """For each access list that filters, how many packets each of its entries has decided about."""
        return await self._access.matches()

    async def apply(
        self,
        wanted: Sequence[Item],
        filters: str,
        facts: Facts,
        access: Sequence[Filter] = (),
        translation: str = "",
    ) -> tuple[list[str], bool]:
        """Make it so. What went wrong, one sentence each, and whether anything was changed.

        After `restore` nothing is changed any more, whoever was still waiting for its turn.
        """
        async with self._lock:
            if self._is_restored:
                return [], False
            return await self._apply(wanted, filters, facts, access, translation)

    async def _apply(
        self, wanted: Sequence[Item], filters: str, facts: Facts, access: Sequence[Filter], translation: str
    ) -> tuple[list[str], bool]:
        todo = difference(wanted, self._ledger.items, facts)
        problems = list(todo.problems)
        if access:
            problems += await self._access.apply(access)  # before anything lets packets through
        if translation:
            problems += await self._translation.apply(translation)
        for item in todo.remove:
            problems += await self._try(item, self._remove, facts)
        if todo.add:
            for item in todo.add:
                before = sysctl.read(item.key) or "" if isinstance(item, Sysctl) else ""
                self._ledger.items.setdefault(item, before)
        if todo.add or todo.remove or not self._is_saved:
            problems += self._save()
        for item in todo.add:
            problems += await self._try(item, self._add, facts)
        problems += await self._filters.apply(filters)
        if not access:
            problems += await self._access.apply(())
        if not translation:
            problems += await self._translation.apply("")
        return problems, bool(todo.add or todo.remove)

    async def restore(self) -> list[str]:
        """Undo everything. What could not be undone is said, and forgotten."""
        async with self._lock:
            self._is_restored = True
            problems, _ = await self._apply((), "", await self._last_facts(), (), "")
            try:
                self._ledger.remove()
            except OSError as error:
                problems.append(f"the file of what was changed stays: {error.strerror}")
            return problems

    async def _last_facts(self) -> Facts:
        """The tables, which may have changed while they were read."""
        for _ in range(LAST_READS - 1):
            with contextlib.suppress(NetlinkError, OSError):
                return await self._netlink.facts()
        return await self._netlink.facts()

    def _save(self) -> list[str]:
        """Where there is no room, go on without: what the changes protect matters more than their traces."""
        try:
            self._ledger.save()
        except OSError as error:
            self._is_saved = False
            return [f"a killed gateway's changes would stay, they cannot be written down: {error.strerror}"]
        self._is_saved = True
        return []

    async def _try(
        self, item: Item, step: Callable[[Item, Facts], Awaitable[None]], facts: Facts
    ) -> list[str]:
        try:
            await step(item, facts)
        except (NetlinkError, OSError) as error:
            text = error.args[1] if isinstance(error, NetlinkError) and len(error.args) > 1 else error
            return [f"{item}: {text}"]
        return []

    async def _add(self, item: Item, _: Facts) -> None:
        match item:
            case Sysctl():
                sysctl.write(item.key, item.value)
            case Mtu():
                await links.set_mtu(self._netlink, item)
            case LinkUp():
                await links.set_link(self._netlink, item.device, up=True)
            case Bridge():
                await links.add_bridge(self._netlink, item)
            case BridgePort():
                await links.set_port(self._netlink, item, add=True)
            case Address():
                await links.change_address(self._netlink, item, add=True)
            case Route():
                await routes.change(self._netlink, item, add=True)
            case Rule():
                await rules.change(self._netlink, item, add=True)

    async def _remove(self, item: Item, facts: Facts) -> None:
        before = self._ledger.items.pop(item)
        if not present(item, facts):
            return
        match item:
            case Sysctl():
                if before and sysctl.read(item.key) is not None:  # it went with its device otherwise
                    sysctl.write(item.key, before)
            case LinkUp():
                await links.set_link(self._netlink, item.device, up=False)
            case Bridge():
                await links.remove_bridge(self._netlink, item)
            case BridgePort():
                await links.set_port(self._netlink, item, add=False)
            case Address():
                await links.change_address(self._netlink, item, add=False)
            case Route():
                await routes.change(self._netlink, item, add=False)
            case Rule():
                await rules.change(self._netlink, item, add=False)
            case Mtu():
                pass  # a tunnel's device, and it goes
