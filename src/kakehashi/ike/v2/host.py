"""What an IKE SA needs from the engine it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Protocol

from kakehashi.ike.drops import Drop
from kakehashi.ike.effects import Effect, Event, Level
from kakehashi.ike.limits import Limits
from kakehashi.model.address import IPAddress, Path
from kakehashi.model.certificate import CertificateUse
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import Identity
from kakehashi.model.status import Role
from kakehashi.model.tunnel import Ikev2Tunnel
from kakehashi.pki.keyring import Keyring

if TYPE_CHECKING:
    from kakehashi.ike.v2.children import Child
    from kakehashi.ike.v2.cookies import Cookies
    from kakehashi.ike.v2.ike_sa import IkeSa


class Host(Protocol):
    """The engine as its SAs see it."""

    limits: Limits
    cookies: Cookies

    @property
    def gateway(self) -> Gateway:
        """The configuration in force."""

    @property
    def keyring(self) -> Keyring:
        """Keys and certificates."""

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

    def new_ike_spi(self) -> bytes:
        """8 octets that name no other IKE SA of ours."""

    def new_esp_spi(self) -> int:
        """An inbound SPI that no other Child SA of ours has."""

    def next_serial(self) -> int:
        """Counts the SAs."""

    def add(self, sa: IkeSa) -> None:
        """From now on the SA receives what is addressed to its SPI."""

    def proven(self, sa: IkeSa) -> None:
        """The peer has authenticated itself: the SA is no longer half-open."""

    def closed(self, sa: IkeSa) -> None:
        """The SA has ended; it stays for retransmissions until its `expires_at`."""

    def rearm(self, sa: IkeSa) -> None:
        """The SA's next timeout may be another one now."""

    def add_child(self, child: Child, sa: IkeSa, use_outbound: bool) -> None:
        """The Child SA carries packets from now on."""

    def move_child(self, child: Child, sa: IkeSa) -> None:
        """The Child SA belongs to another IKE SA now."""

    def use_outbound(self, child: Child) -> None:
        """Packets of the tunnel leave by this Child SA."""

    def remove_child(self, child: Child, reason: str) -> None:
        """The Child SA is no more."""

    def candidates(self, path: Path) -> tuple[Ikev2Tunnel, ...]:
        """The tunnels that a peer at the end of `path` may belong to, nearest match first."""

    def peer_certificates(self, tunnel: Ikev2Tunnel | None) -> tuple[CertificateUse, ...]:
        """What may vouch for the tunnel's peer, or for any whose address no tunnel names; empty: nobody
        proves itself by a signature.
        """

    def nearest(self, path: Path) -> Ikev2Tunnel | None:
        """The first of them."""

    def only_begins(self, path: Path) -> bool:
        """Are there tunnels for a peer at the end of `path`, none of which it may begin?"""

    def candidates_of(self, path: Path, peer: Identity) -> list[Ikev2Tunnel]:
        """Those of them whose peer has this identity."""

    def is_fixed(self, tunnel: Ikev2Tunnel, path: Path) -> bool:
        """Does the configuration, or DNS, say that the tunnel's peer has just this address?"""

    def half_open_of(self, path: Path) -> tuple[int, int]:
        """Half-open IKE SAs that we answer: in all, and of this source address."""

    def has_established(self, peer: IPAddress) -> bool:
        """Does any IKE SA with that peer stand?"""

    def sas_of(self, tunnel: str, roles: Iterable[Role] = ...) -> list[IkeSa]:
        """The IKE SAs of a tunnel that have not ended and in which we have one of `roles`, oldest first."""

    def may_answer(self, now: float) -> bool:
        """May one more message without an SA be answered in this second?"""

    def may_tell(self, now: float) -> bool:
        """May one more event be told in this second that a stranger can cause at will?"""
