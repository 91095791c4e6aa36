"""What an ISAKMP SA and its exchanges need from the engine they belong to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from kakehashi.ike.drops import Drop
from kakehashi.ike.effects import Effect, Event, Level
from kakehashi.ike.limits import Limits
from kakehashi.ike.shared import Shared
from kakehashi.model.address import Path
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import ExchangeMode, Ikev1Peer, Ikev1Tunnel

if TYPE_CHECKING:
    from kakehashi.ike.v1.configuring import Borrower
    from kakehashi.ike.v1.isakmp_sa import IsakmpSa
    from kakehashi.ike.v1.mode_config import Pools
    from kakehashi.ike.v1.pairs import Pairs


class Host(Protocol):
    """The engine as its SAs see it. `pairs`: all pairs of IPsec SAs; `pools`: which addresses are lent."""

    shared: Shared
    limits: Limits
    pairs: Pairs
    pools: Pools[Borrower]

    @property
    def gateway(self) -> Gateway:
        """The configuration in force."""

    def entropy(self, size: int) -> bytes:
        """Random octets."""

    def emit(self, effect: Effect) -> None:
        """Hand an effect to the driver."""

    def tell(self, event: Event) -> None:
        """Hand an event to the driver."""

    def tell_lazily(self, level: Level, event: Callable[[], Event]) -> None:
        """The same for an event that is made only if events of its level are wanted."""

    def drop(self, reason: Drop, path: Path, why: str = "") -> None:
        """Count a datagram that came to nothing."""

    def may_answer(self, now: float) -> bool:
        """May one more message without an SA be answered in this second?"""

    def may_tell(self, now: float) -> bool:
        """May one more event be told in this second that a stranger can cause at will?"""

    def new_cookie(self) -> bytes:
        """8 octets that name no other ISAKMP SA of ours."""

    def new_esp_spi(self) -> int:
        """An inbound SPI that no other pair of SAs of ours has."""

    def next_serial(self) -> int:
        """Counts the SAs."""

    def rearm(self, sa: IsakmpSa) -> None:
        """The SA's next timeout may be another one now."""

    def add(self, sa: IsakmpSa) -> None:
        """From now on the SA receives what is addressed to its cookies."""

    def proven(self, sa: IsakmpSa) -> None:
        """The peer has authenticated itself: the SA is no longer half-open."""

    def closed(self, sa: IsakmpSa) -> None:
        """The SA has ended; it stays for repeated messages until its `expires_at`."""

    def has_room(self, path: Path, mode: ExchangeMode, now: float) -> bool:
        """May one more half-open ISAKMP SA begin for the source of a first message?"""

    def may_exchange_keys(self, now: float) -> bool:
        """May one more stranger make us work for a shared secret in this second?"""

    def tiers(self, path: Path) -> list[tuple[Ikev1Peer, ...]]:
        """As `candidates`: those that are equally near together."""

    def candidates(self, path: Path) -> tuple[Ikev1Peer, ...]:
        """Which peers the one at the end of `path` may be, nearest match first."""

    def tunnels_of(self, peer: Ikev1Peer) -> tuple[Ikev1Tunnel, ...]:
        """The enabled tunnels that name the peer, in the configured order."""

    def sas_of(self, peer: str) -> list[IsakmpSa]:
        """The ISAKMP SAs with a peer that have not ended, oldest first."""

    def sas_with(self, peer: str, identity: Identity | None) -> list[IsakmpSa]:
        """Those of them with who has proved that it has this identity, oldest first."""

    def all_sas(self) -> list[IsakmpSa]:
        """Every ISAKMP SA that has not ended, oldest first."""

    def in_use(self, sa: IsakmpSa) -> bool:
        """Does the peer of the SA have pairs of IPsec SAs with us?"""

    def expired(self, sa: IsakmpSa, now: float) -> None:
        """The lifetime of an SA that stands is over: it ends, and the peer is told."""

    def start_phase1(
        self, peer: Ikev1Peer, path: Path, now: float, tunnel: Ikev1Tunnel | None
    ) -> IsakmpSa | None:
        """Begin main mode or aggressive mode with the end of `path`. None if the configuration has not what
        that needs, which is told. The exchanges that wait for the SA belong into its `waiting`.
        """

    def moved(self, sa: IsakmpSa, old: Path) -> None:
        """The peer of the SA has gone from `old` to the SA's path: its pairs of IPsec SAs go along."""

    def phase1_established(self, sa: IsakmpSa, now: float) -> None:
        """Phase 1 is over, XAUTH and mode configuration too: what waits may begin."""

    def phase1_failed(self, sa: IsakmpSa, sentence: str, now: float) -> None:
        """There will be no ISAKMP SA. The failure itself is told already, for `sa.tunnel_name`."""
