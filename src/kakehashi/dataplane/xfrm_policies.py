"""The kernel's policies of the tunnels, and which SA each of them names.

Those of an xfrm interface have its number. Those of packets between a tunnel's two ends have none, 0: the
kernel asks them of every packet of the host. They are known as ours by their priorities.
"""

import contextlib
import struct
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from ipaddress import ip_network

from kakehashi.dataplane import xfrm_messages
from kakehashi.dataplane.netlink import F_DUMP, NetlinkSocket, attribute, attributes
from kakehashi.dataplane.xfrm_messages import ESP, FORWARD, IF_ID, IN, NOWHERE, OUT, Ends, Template
from kakehashi.dataplane.xfrm_selectors import KernelSelector, everything
from kakehashi.model.address import IPAddress
from kakehashi.model.encapsulation import EncapsulationMode

ASKING = 0x4B00_0000  # the number of no SA: a policy that has it asks for one
BETWEEN_ENDS = 0  # instead of an interface's number
_LOWEST_PRIORITY = 0xFFFF
_LOWEST_BETWEEN_ENDS, _PAST = 0x4B42_FFFF, 0x4B42_0000
_POLICY_SIZE, _SELECTOR_SIZE = 168, 56
_ICMPV6 = 58
_NEIGHBOURS = ((133, 0xFF), (134, 0xFE), (136, 0xFF))  # types of RFC 4861 with their masks: 133 to 136

Templates = tuple[Template, ...]


@dataclass(slots=True)
class _Policy:
    """Who may use a policy, the one that does at the end. `asking`: what it says without any of them."""

    users: dict[Hashable, Templates] = field(default_factory=dict)
    asking: Templates = ()

    @property
    def templates(self) -> Templates:
        return next(reversed(self.users.values())) if self.users else self.asking


class Policies:
    """OSError from each method: what the kernel refuses. `spi_in` names an SA."""

    def __init__(self, kernel: NetlinkSocket) -> None:
        self._kernel = kernel
        self._out: dict[tuple[int, KernelSelector], _Policy] = {}
        self._in: dict[tuple[int, KernelSelector], _Policy] = {}
        kernel.request(xfrm_messages.GETPOLICY, b"", F_DUMP)

    def add_tunnel(self, if_id: int) -> None:
        """What nothing else takes asks for an SA."""
        nobodys = Template(EncapsulationMode.TUNNEL, ESP, ASKING, (NOWHERE, NOWHERE))
        for version in (4, 6):
            self._ask(if_id, everything(version), nobodys)

    def remove_tunnel(self, if_id: int) -> None:
        """All of the tunnel; its SAs have been forgotten."""
        for version in (4, 6):
            self._ask_no_more(if_id, everything(version))

    def protect(self, selectors: tuple[KernelSelector, ...], ends: Ends, template: Template) -> None:
        """Packets of `selectors` between `ends` ask for an SA, and without one their answers are dropped."""
        for selector in selectors:
            self._ask(BETWEEN_ENDS, selector, template)
            self._accept(BETWEEN_ENDS, selector, (IN,), ends, (replace(template, reqid=0, ends=None),))
        if ends[0].version == 6:
            for neighbours in _neighbours(*ends):
                for direction in (IN, OUT):
                    told = xfrm_messages.policy(neighbours, direction, BETWEEN_ENDS, _PAST, ())
                    self._kernel.request(xfrm_messages.UPDPOLICY, told)

    def protect_no_more(self, selectors: tuple[KernelSelector, ...], ends: Ends) -> None:
        """The opposite of `protect`; its SAs have been forgotten."""
        for selector in selectors:
            self._ask_no_more(BETWEEN_ENDS, selector)
            self._refuse(BETWEEN_ENDS, selector, ends)
        if ends[0].version == 6:
            for neighbours in _neighbours(*ends):
                for direction in (IN, OUT):
                    self._delete(neighbours, direction, BETWEEN_ENDS)

    def accept(
        self, if_id: int, spi_in: int, selectors: tuple[KernelSelector, ...], templates: Templates
    ) -> None:
        """Packets that answer those of `selectors` may come, protected like this."""
        directions = (IN, FORWARD) if if_id else (IN,)
        for selector in selectors:
            self._accept(if_id, selector, directions, spi_in, templates)

    def use(
        self, if_id: int, spi_in: int, selectors: tuple[KernelSelector, ...], templates: Templates
    ) -> None:
        """Packets of `selectors` leave by this SA from now on."""
        for selector in selectors:
            out = self._out.setdefault((if_id, selector), _Policy())
            out.users.pop(spi_in, None)
            out.users[spi_in] = templates
            self._tell(if_id, selector)

    def moved(
        self, if_id: int, spi_in: int, selectors: tuple[KernelSelector, ...], templates: Templates
    ) -> None:
        """The SA goes between other ends."""
        for selector in selectors:
            out = self._out.get((if_id, selector))
            if out and spi_in in out.users:
                out.users[spi_in] = templates
                self._tell(if_id, selector)

    def is_used(self, if_id: int, spi_in: int, selectors: tuple[KernelSelector, ...]) -> bool:
        """May packets of `selectors` leave by this SA?"""
        return any(spi_in in self._out[if_id, s].users for s in selectors if (if_id, s) in self._out)

    def forget(self, if_id: int, spi_in: int, selectors: tuple[KernelSelector, ...]) -> None:
        """The SA goes; one that was used before it takes its place."""
        for selector in selectors:
            out = self._out.get((if_id, selector))
            if out and out.users.pop(spi_in, None):
                self._tell(if_id, selector)
            self._refuse(if_id, selector, spi_in)

    def remove_leftovers(self, if_id: int = BETWEEN_ENDS) -> None:
        """What the kernel has of this number, of a gateway that was killed."""
        for told in self._kernel.request(xfrm_messages.GETPOLICY, b"", F_DUMP):
            number = attributes(told, _POLICY_SIZE).get(IF_ID, bytes(4))
            (priority,) = struct.unpack_from("=I", told, 152)
            is_ours = bool(if_id) or _PAST <= priority <= _LOWEST_BETWEEN_ENDS
            if number == struct.pack("=I", if_id) and is_ours:
                identity = struct.pack("=56sIB3x", told[:_SELECTOR_SIZE], 0, told[160])
                identity += attribute(IF_ID, number) if if_id else b""
                with contextlib.suppress(FileNotFoundError):
                    self._kernel.request(xfrm_messages.DELPOLICY, identity)

    def _ask(self, if_id: int, selector: KernelSelector, template: Template) -> None:
        self._out.setdefault((if_id, selector), _Policy()).asking = (template,)
        self._tell(if_id, selector)

    def _ask_no_more(self, if_id: int, selector: KernelSelector) -> None:
        if out := self._out.get((if_id, selector)):
            out.asking = ()
            self._tell(if_id, selector)

    def _accept(
        self,
        if_id: int,
        selector: KernelSelector,
        directions: tuple[int, ...],
        user: Hashable,
        templates: Templates,
    ) -> None:
        inbound = self._in.setdefault((if_id, selector), _Policy())
        before = inbound.templates
        inbound.users[user] = templates
        self._tell_inbound(if_id, selector, directions, before)

    def _refuse(self, if_id: int, selector: KernelSelector, user: Hashable) -> None:
        inbound = self._in.get((if_id, selector))
        if inbound is None:
            return
        before = inbound.templates
        inbound.users.pop(user, None)
        self._tell_inbound(if_id, selector, (IN, FORWARD) if if_id else (IN,), before)

    def _tell_inbound(
        self, if_id: int, selector: KernelSelector, directions: tuple[int, ...], before: Templates
    ) -> None:
        templates, priority = self._in[if_id, selector].templates, _priority(if_id, selector)
        answers = selector.reversed()
        if not templates:
            del self._in[if_id, selector]
        for direction in directions:
            if not templates:
                self._delete(answers, direction, if_id)
            elif templates != before:
                told = xfrm_messages.policy(answers, direction, if_id, priority, templates)
                self._kernel.request(xfrm_messages.UPDPOLICY, told)

    def _tell(self, if_id: int, selector: KernelSelector) -> None:
        """Bring the policy out to what it should be now.

        The kernel has one of a selector, so the one for everything is at times the one that asks for an SA.
        """
        out = self._out[if_id, selector]
        if not out.templates:
            del self._out[if_id, selector]
            self._delete(selector, OUT, if_id)
            return
        priority = _priority(if_id, selector) if out.users else _lowest(if_id)
        told = xfrm_messages.policy(selector, OUT, if_id, priority, out.templates)
        self._kernel.request(xfrm_messages.UPDPOLICY, told)

    def _delete(self, selector: KernelSelector, direction: int, if_id: int) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._kernel.request(xfrm_messages.DELPOLICY, xfrm_messages.policy_id(selector, direction, if_id))


def _priority(if_id: int, selector: KernelSelector) -> int:
    """The smaller comes first."""
    return _lowest(if_id) - 1 - selector.precision


def _lowest(if_id: int) -> int:
    return _LOWEST_PRIORITY if if_id else _LOWEST_BETWEEN_ENDS


def _neighbours(*ends: IPAddress) -> list[KernelSelector]:
    """Neighbour discovery between two on one link, without which no packet of theirs would leave."""
    source, destination = (ip_network(end) for end in ends)
    ways = ((source, destination), (destination, source))
    return [KernelSelector(*way, _ICMPV6, (kind, mask)) for way in ways for kind, mask in _NEIGHBOURS]
