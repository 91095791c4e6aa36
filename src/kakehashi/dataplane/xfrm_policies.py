"""The kernel's policies of the tunnels, and which SA each of them names."""

import contextlib
import struct
from dataclasses import dataclass, field

from kakehashi.dataplane import xfrm_messages
from kakehashi.dataplane.netlink import F_DUMP, NetlinkSocket, attribute, attributes
from kakehashi.dataplane.xfrm_messages import FORWARD, IF_ID, IN, NOWHERE, OUT
from kakehashi.dataplane.xfrm_selectors import KernelSelector, everything
from kakehashi.model.address import IPAddress

Ends = tuple[IPAddress, IPAddress]
_LOWEST_PRIORITY = 0xFFFF
_POLICY_SIZE, _SELECTOR_SIZE = 168, 56


@dataclass(slots=True)
class _Out:
    """Who may use a policy out, by `spi_in`, the one that does at the end."""

    users: dict[int, tuple[Ends, int]] = field(default_factory=dict)


class Policies:
    """OSError from each method: what the kernel refuses."""

    def __init__(self, kernel: NetlinkSocket) -> None:
        self._kernel = kernel
        self._out: dict[tuple[int, KernelSelector], _Out] = {}
        self._in: dict[tuple[int, KernelSelector], set[int]] = {}
        kernel.request(xfrm_messages.GETPOLICY, b"", F_DUMP)

    def add_tunnel(self, if_id: int) -> None:
        """What nothing else takes asks for an SA."""
        for version in (4, 6):
            self._tell(if_id, everything(version))

    def remove_tunnel(self, if_id: int) -> None:
        """All of the tunnel; its SAs have been forgotten."""
        for version in (4, 6):
            self._delete(everything(version), OUT, if_id)

    def accept(self, if_id: int, spi_in: int, selectors: tuple[KernelSelector, ...]) -> None:
        """Packets that answer those of `selectors` may come out of the tunnel."""
        for selector in selectors:
            users = self._in.setdefault((if_id, selector.reversed()), set())
            if not users:
                for direction in (IN, FORWARD):
                    told = xfrm_messages.policy(selector.reversed(), direction, if_id, _priority(selector))
                    self._kernel.request(xfrm_messages.UPDPOLICY, told)
            users.add(spi_in)

    def use(
        self, if_id: int, spi_in: int, selectors: tuple[KernelSelector, ...], ends: Ends, reqid: int
    ) -> None:
        """Packets of `selectors` leave by this SA from now on."""
        for selector in selectors:
            out = self._out.setdefault((if_id, selector), _Out())
            out.users.pop(spi_in, None)
            out.users[spi_in] = (ends, reqid)
            self._tell(if_id, selector)

    def moved(
        self, if_id: int, spi_in: int, selectors: tuple[KernelSelector, ...], ends: Ends, reqid: int
    ) -> None:
        """The SA goes between other ends."""
        for selector in selectors:
            out = self._out.get((if_id, selector))
            if out and spi_in in out.users:
                out.users[spi_in] = (ends, reqid)
                self._tell(if_id, selector)

    def forget(self, if_id: int, spi_in: int, selectors: tuple[KernelSelector, ...]) -> None:
        """The SA goes; one that was used before it takes its place."""
        for selector in selectors:
            out = self._out.get((if_id, selector))
            if out and out.users.pop(spi_in, None):
                self._tell(if_id, selector)
                if not out.users:
                    del self._out[if_id, selector]
            self._refuse(if_id, spi_in, selector.reversed())

    def remove_leftovers(self, if_id: int) -> None:
        """What the kernel has of this number."""
        number = struct.pack("=I", if_id)
        for told in self._kernel.request(xfrm_messages.GETPOLICY, b"", F_DUMP):
            if attributes(told, _POLICY_SIZE).get(IF_ID) == number:
                selector, direction = told[:_SELECTOR_SIZE], told[160]
                identity = struct.pack("=56sIB3x", selector, 0, direction) + attribute(IF_ID, number)
                with contextlib.suppress(FileNotFoundError):
                    self._kernel.request(xfrm_messages.DELPOLICY, identity)

    def _refuse(self, if_id: int, spi_in: int, selector: KernelSelector) -> None:
        users = self._in.get((if_id, selector))
        if users is None:
            return
        users.discard(spi_in)
        if not users:
            del self._in[if_id, selector]
            for direction in (IN, FORWARD):
                self._delete(selector, direction, if_id)

    def _tell(self, if_id: int, selector: KernelSelector) -> None:
        """Bring the policy out to what it should be now.

        The kernel has one of a selector, so the one for everything is at times the one that asks for an SA.
        """
        out = self._out.get((if_id, selector))
        if out and out.users:
            ends, reqid = next(reversed(out.users.values()))
            told = xfrm_messages.policy(selector, OUT, if_id, _priority(selector), ends, reqid)
        elif selector in (everything(4), everything(6)):
            told = xfrm_messages.policy(selector, OUT, if_id, _LOWEST_PRIORITY, (NOWHERE, NOWHERE))
        else:
            self._delete(selector, OUT, if_id)
            return
        self._kernel.request(xfrm_messages.UPDPOLICY, told)

    def _delete(self, selector: KernelSelector, direction: int, if_id: int) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._kernel.request(xfrm_messages.DELPOLICY, xfrm_messages.policy_id(selector, direction, if_id))


def _priority(selector: KernelSelector) -> int:
    """The smaller comes first."""
    return _LOWEST_PRIORITY - 1 - selector.precision
