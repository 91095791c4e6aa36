"""Tunnels without IPsec: between whom their packets pass, and whether their peers still answer."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from kakehashi.dataplane.protocol import DataPlane
from kakehashi.gateway.host.facts import Ends
from kakehashi.model.address import Path
from kakehashi.model.gateway import Gateway
from kakehashi.model.gre import Keepalive
from kakehashi.model.policy import DfBit
from kakehashi.model.tunnel import PlainTunnel

Later = Callable[[float, Callable[[str], None], str], asyncio.TimerHandle]


def asking(gateway: Gateway, paths: Mapping[str, Path]) -> Iterator[tuple[Ends, int]]:
    """Whose packets a router on the way may refuse for their size, by their ends and key, 0 without one.

    Over IPv4 a router makes fragments of what has no DF.
    """
    for tunnel in gateway.tunnels:
        path = paths.get(tunnel.interface)
        if not isinstance(tunnel, PlainTunnel) or path is None or tunnel.ipsec.gre is None:
            continue
        if path.remote.ip.version == 6 or tunnel.ipsec.df_bit is not DfBit.CLEAR:
            yield (path.local.ip, path.remote.ip), tunnel.ipsec.gre.key or 0


@dataclass(slots=True)
class _Asked:
    """A peer that keepalives go to; `unanswered`: how many since the last one that came back."""

    keepalive: Keepalive
    timer: asyncio.TimerHandle
    unanswered: int = 0
    is_silent: bool = False


class PlainTunnels:
    """`later`: as `loop.call_later`. `changed` is called when a peer has fallen silent, or answers again."""

    def __init__(self, dataplane: DataPlane, later: Later, changed: Callable[[], None]) -> None:
        self._dataplane = dataplane
        self._later = later
        self._changed = changed
        self._connected: dict[str, Path] = {}
        self._asked: dict[str, _Asked] = {}

    def reset(self) -> None:
        """Devices may have gone and come again: what was connected counts no more."""
        self._connected.clear()

    def follow(self, gateway: Gateway, paths: Mapping[str, Path]) -> set[Path]:
        """Let those pass that can be carried, by their `paths`; and ask the peers that are to be asked.

        The paths that the data plane did not know before.
        """
        plain = {t.interface: t for t in gateway.tunnels if isinstance(t, PlainTunnel)}
        wanted = {name: path for name, path in paths.items() if name in plain}
        for name in self._connected.keys() - wanted.keys():
            self._dataplane.disconnect(name)
        new = {name: path for name, path in wanted.items() if self._connected.get(name) != path}
        for name, path in new.items():
            self._dataplane.connect(name, path)
        self._connected = wanted
        for name in list(self._asked):
            if name not in wanted or plain[name].keepalive != self._asked[name].keepalive:
                self._asked.pop(name).timer.cancel()
        for name in wanted:
            keepalive = plain[name].keepalive
            if keepalive is not None and name not in self._asked:
                # Not at once: the tunnel counts as up until nobody has answered for so long.
                self._asked[name] = _Asked(keepalive, self._later(keepalive.period, self._ask, name))
        return set(new.values())

    def returned(self, tunnel: str) -> None:
        """A keepalive has come back."""
        asked = self._asked.get(tunnel)
        if asked is None:
            return
        asked.unanswered = 0
        if asked.is_silent:
            asked.is_silent = False
            self._changed()

    def why_down(self, tunnel: str) -> str:
        """In one sentence; "" if nothing speaks against it."""
        asked = self._asked.get(tunnel)
        if asked is None or not asked.is_silent:
            return ""
        return f"the peer has returned none of {asked.keepalive.retries} keepalives"

    def stop(self) -> None:
        """Ask nobody any more."""
        for asked in self._asked.values():
            asked.timer.cancel()
        self._asked.clear()

    def _ask(self, tunnel: str) -> None:
        """Also a silent one: nothing else tells that it is there again."""
        asked = self._asked[tunnel]
        if asked.unanswered >= asked.keepalive.retries and not asked.is_silent:
            asked.is_silent = True
            self._changed()
        asked.unanswered += 1
        asked.timer = self._later(asked.keepalive.period, self._ask, tunnel)
        self._dataplane.send_keepalive(tunnel)
