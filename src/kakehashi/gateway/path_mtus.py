"""What the ways to our peers take, as routers on them say.

They say so by ICMP's "fragmentation needed" (RFC 1191) and ICMPv6's Packet Too Big (RFC 8201), which anybody
can send. So it counts only where it quotes what nobody else knows: a packet of an outbound SA of ours, by its
addresses, protocol, ports and SPI (RFC 4301 sections 6.1.1 and 8.2.1). GRE without IPsec has no secret
but its key; what is quoted of it counts where no SA has the same ends.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from kakehashi.gateway.host.facts import Ends
from kakehashi.model.address import NAT_T_PORT, Path
from kakehashi.model.child_sa import ChildSa
from kakehashi.model.gre import PROTOCOL as GRE
from kakehashi.wire.registry.ikev2 import IntegrityId

ESP, AH, UDP = 50, 51, 17
SMALLEST = {4: 68, 6: 1280}
"""What every link takes (RFC 791 section 3.2, RFC 8200 section 5): nobody is believed who says less.

What becomes of packets for a way below 576 octets, which every IPv4 host takes, is the data plane's to say.
"""
LIFETIME = 600.0
"""Seconds (RFC 1191 section 6.3, RFC 8201 section 4): then the way may have become wider."""
ENTRIES_MAX = 4096
PLATEAUS = (32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296)
"""Sizes that links have, for routers which do not say what they take (RFC 1191 section 7.1)."""

NOT_OURS, NOT_SANE = "path_mtu_not_ours", "path_mtu_not_sane"


@dataclass(frozen=True, slots=True, kw_only=True)
class TooBig:
    """A message that a packet was too large, and what it quotes of the packet.

    `ends`: from which of our addresses to which other. `protocol`: ESP, AH, UDP or GRE; `ports`: of UDP, ours
    first, else zeros. `spi`: of GRE its key, 0 without one; None where too little is quoted. `size`: octets
    of the packet. `mtu`: octets that pass, 0 from a router that does not say.
    """

    ends: Ends
    protocol: int
    ports: tuple[int, int]
    spi: int | None
    size: int
    mtu: int


@dataclass(slots=True)
class _Learned:
    mtu: int
    until: float


_Outside = tuple[Ends, int, tuple[int, int], int]
"""Ends, protocol, ports and SPI: what of an SA's packets is seen outside."""


class PathMtus:
    """What has been learned, by the two addresses. `clock`: seconds.

    `refused`: messages that had no effect, by reason.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.refused: Counter[str] = Counter()
        self._clock = clock
        self._learned: dict[Ends, _Learned] = {}
        self._sas: dict[int, tuple[ChildSa, _Outside]] = {}
        self._outside: set[_Outside] = set()
        self._protected: Counter[Ends] = Counter()
        self._plain: frozenset[_Outside] = frozenset()

    def installed(self, sa: ChildSa) -> None:
        """The SA may send from now on."""
        self.removed(sa.spi_in)
        self._add(sa, _outside(sa, sa.path, sa.udp_encapsulation))

    def moved(self, spi_in: int, path: Path, udp_encapsulation: bool) -> None:
        """Its peer is elsewhere; what is still said of packets to where it was does not matter any more."""
        if spi_in in self._sas:
            sa, before = self._sas[spi_in]
            self._forget(before)
            self._add(sa, _outside(sa, path, udp_encapsulation))

    def removed(self, spi_in: int) -> None:
        """It sends nothing any more."""
        if (known := self._sas.pop(spi_in, None)) is not None:
            self._forget(known[1])

    def unprotected(self, tunnels: Iterable[tuple[Ends, int]]) -> None:
        """Those of GRE without IPsec, by their ends and key, 0 without one."""
        self._plain = frozenset((ends, GRE, (0, 0), key) for ends, key in tunnels)

    def hear(self, message: TooBig) -> bool:
        """True: something is known now that was not before. Whatever it says, no way becomes wider by it."""
        if message.protocol == UDP and (message.ports[0] != NAT_T_PORT or message.spi == 0):
            return False  # other programs', or IKE's (RFC 3948 section 2.2), which may always be fragmented
        if message.protocol == GRE and all(message.ends != ends for ends, *_ in self._plain):
            return False  # the kernel's, or IPsec is around it
        if not self._is_ours(message):
            self.refused[NOT_OURS] += 1
            return False
        mtu = _sane(message)
        if mtu is None:
            self.refused[NOT_SANE] += 1
            return False
        now = self._clock()
        before = self._learned.get(message.ends)
        if before is not None and before.until > now:
            if mtu <= before.mtu:
                before.until = now + LIFETIME
            is_less = mtu < before.mtu
            before.mtu = min(mtu, before.mtu)
            return is_less
        if before is None and len(self._learned) >= ENTRIES_MAX:
            del self._learned[min(self._learned, key=lambda ends: self._learned[ends].until)]
        self._learned[message.ends] = _Learned(mtu, now + LIFETIME)
        return True

    def current(self) -> Mapping[Ends, int]:
        """Octets of the largest packet that each way takes of which something is known."""
        now = self._clock()
        self._learned = {ends: one for ends, one in self._learned.items() if one.until > now}
        return {ends: one.mtu for ends, one in self._learned.items()}

    def _is_ours(self, message: TooBig) -> bool:
        if message.spi is None:
            return False
        seen = _as_seen(message, message.spi)
        return seen in self._outside or (seen in self._plain and not self._protected[message.ends])

    def _add(self, sa: ChildSa, outside: _Outside) -> None:
        self._sas[sa.spi_in] = sa, outside
        self._outside.add(outside)
        self._protected[outside[0]] += 1

    def _forget(self, outside: _Outside) -> None:
        self._outside.discard(outside)
        self._protected[outside[0]] -= 1
        if not self._protected[outside[0]]:
            del self._protected[outside[0]]


def _sane(message: TooBig) -> int | None:
    """What the message says passes; None where that makes no sense."""
    smallest = SMALLEST[message.ends[0].version]
    mtu = message.mtu
    if mtu == 0 and message.ends[0].version == 4:
        mtu = next((plateau for plateau in PLATEAUS if plateau < message.size), smallest)
    if mtu >= message.size:
        return None  # it would have passed
    if mtu < smallest and message.ends[0].version == 6:
        return None  # RFC 8201 section 4: discarded
    return max(mtu, smallest)


def _outside(sa: ChildSa, path: Path, udp_encapsulation: bool) -> _Outside:
    ends = path.local.ip, path.remote.ip
    if sa.ah is not IntegrityId.NONE:
        return ends, AH, (0, 0), sa.spi_out if sa.ah_spi_out is None else sa.ah_spi_out
    if udp_encapsulation:
        return ends, UDP, (path.local.port, path.remote.port), sa.spi_out
    return ends, ESP, (0, 0), sa.spi_out


def _as_seen(message: TooBig, spi: int) -> _Outside:
    return message.ends, message.protocol, message.ports, spi
