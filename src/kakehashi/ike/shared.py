"""What the engines of both IKE versions have of their endpoint in common."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

from kakehashi.ike.drops import Drop
from kakehashi.ike.effects import (
    Effect,
    Event,
    EventName,
    InstallChildSa,
    Level,
    RemoveChildSa,
    UseOutbound,
)
from kakehashi.ike.limits import Limits
from kakehashi.model.address import ANY, Hostname, IPAddress, Path
from kakehashi.model.child_sa import ChildSa
from kakehashi.model.gateway import Gateway
from kakehashi.model.tunnel import Tunnel
from kakehashi.per_second import PerSecond
from kakehashi.pki.keyring import Keyring

MIN_ESP_SPI = 256  # RFC 4303 section 2.1: the SPIs below are reserved
_NO_ADDRESSES: frozenset[IPAddress] = frozenset()


class Shared:
    """Randomness, effects, counters, limits and the ESP SAs' numbers of one gateway.

    `verbosity`: events of a lesser severity than this are not even made. `keyring`: keys and certificates.
    """

    def __init__(
        self,
        gateway: Gateway,
        entropy: Callable[[int], bytes],
        limits: Limits,
        keyring: Keyring | None = None,
    ) -> None:
        self.gateway = gateway
        self.limits = limits
        self.entropy = entropy
        self.keyring = keyring or Keyring({}, _no_clock)
        self.verbosity = Level.DEBUG
        self.drops: Counter[Drop] = Counter()
        self.effects: list[Effect] = []
        self.peer_addresses: dict[str, frozenset[IPAddress]] = {}
        self.local_addresses: dict[str, frozenset[IPAddress]] = {}
        self._spis: set[int] = set()
        self._outbound: dict[tuple[str, str], int] = {}  # by tunnel and peer: the pair that packets leave by
        self._serials = count(1)
        self._answers = PerSecond()
        self._tales = PerSecond()

    def emit(self, effect: Effect) -> None:
        """Hand an effect to the driver."""
        self.effects.append(effect)

    def tell(self, event: Event) -> None:
        """Hand an event to the driver."""
        if event.level <= self.verbosity:
            self.effects.append(event)

    def tell_lazily(self, level: Level, event: Callable[[], Event]) -> None:
        """The same for an event that is made only if events of its level are wanted."""
        if level <= self.verbosity:
            self.effects.append(event())

    def drop(self, reason: Drop, path: Path, why: str = "", facility: str = "ikev2") -> None:
        """Count a datagram that came to nothing."""
        self.drops[reason] += 1
        self.tell_lazily(Level.DEBUG, lambda: _dropped(reason, path, why, facility))

    def new_esp_spi(self) -> int:
        """An inbound SPI that no pair of SAs of ours has."""
        while (spi := int.from_bytes(self.entropy(4), "big")) in self._spis or spi < MIN_ESP_SPI:
            pass
        return spi

    def next_serial(self) -> int:
        """Counts the SAs."""
        return next(self._serials)

    def may_answer(self, now: float) -> bool:
        """May one more message without an SA be answered in this second?"""
        return self._answers.take(self.limits.answers_per_second, now)

    def may_tell(self, now: float) -> bool:
        """May one more event be told in this second that a stranger can cause at will?"""
        return self._tales.take(self.limits.events_per_second, now)

    def install(self, sa: ChildSa, use_outbound: bool) -> None:
        """The pair of SAs carries packets from now on."""
        self._spis.add(sa.spi_in)
        if use_outbound:
            self._outbound[sa.tunnel, sa.peer] = sa.spi_in
        self.emit(InstallChildSa(sa, use_outbound))

    def use_outbound(self, tunnel: str, spi_in: int, peer: str = "") -> None:
        """Packets of the tunnel leave by this pair; `peer`: those for who is called so (`ChildSa.peer`)."""
        if self._outbound.get((tunnel, peer)) != spi_in:
            self._outbound[tunnel, peer] = spi_in
            self.emit(UseOutbound(tunnel, spi_in))

    def leaves_by(self, tunnel: str, peer: str = "") -> int | None:
        """The `spi_in` of the pair that packets of the tunnel leave by; `peer` as in `use_outbound`."""
        return self._outbound.get((tunnel, peer))

    def remove(self, tunnel: str, spi_in: int, reason: str, heir: int | None = None, peer: str = "") -> None:
        """The pair is no more; if packets left by it, they leave by `heir` now."""
        self._spis.discard(spi_in)
        if self._outbound.get((tunnel, peer)) == spi_in:
            del self._outbound[tunnel, peer]
            if heir is not None:
                self.use_outbound(tunnel, heir, peer)
        self.emit(RemoveChildSa(tunnel, spi_in, reason))

    def is_fixed(self, tunnel: Tunnel, path: Path) -> bool:
        """Does the configuration, or DNS, say that the tunnel's peer has just this address?"""
        if tunnel.peer_address is ANY:
            return False
        if isinstance(tunnel.peer_address, Hostname):
            return path.remote.ip in self.peer_addresses.get(tunnel.interface, _NO_ADDRESSES)
        return tunnel.peer_address == path.remote.ip

    def is_reachable_at(self, tunnel: Tunnel, address: IPAddress) -> bool:
        """May the tunnel be reached at this address of ours (V2-11)?"""
        local = self.local_addresses.get(tunnel.interface, _NO_ADDRESSES)
        return not local or address in local


def _no_clock() -> datetime:
    """Where there are no certificates nothing depends on the time of day."""
    return datetime.min.replace(tzinfo=UTC)


def _dropped(reason: Drop, path: Path, why: str, facility: str) -> Event:
    return Event(
        level=Level.DEBUG,
        name=EventName.DROPPED,
        facility=facility,
        message=f"a message from {path.remote} is dropped: {reason}" + (f" ({why})" if why else ""),
        path=path,
        details={"reason": reason.name},
    )
