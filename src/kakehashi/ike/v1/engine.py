"""The ISAKMP SAs and the IPsec SAs of a gateway: here a datagram finds its SA and a timer its owner."""

from kakehashi.ike.drops import Drop
from kakehashi.ike.shared import Shared
from kakehashi.ike.trigger import Trigger
from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.status import IpsecSaStatus, IsakmpSaStatus


class Engine:
    """All IKEv1 SAs of one gateway. What is common with IKEv2 is in `shared`."""

    def __init__(self, shared: Shared) -> None:
        self.shared = shared

    def configure(self, now: float) -> None:
        """Take over the changed configuration."""

    def initiate(self, tunnel: Ikev1Tunnel, path: Path | None, now: float, trigger: Trigger | None) -> bool:
        """Bring the tunnel up."""
        return False

    def receive(self, datagram: bytes, path: Path, now: float) -> None:
        """Take one datagram of major version 1."""
        self.shared.drop(Drop.UNKNOWN_VERSION, path)

    def handle_timeout(self, now: float) -> None:
        """Do what is due."""

    def next_timeout(self) -> float | None:
        """When `handle_timeout` wants to be called, monotonic seconds."""
        return None

    def has_child(self, spi_in: int) -> bool:
        """Is it the SPI of one of our pairs of IPsec SAs?"""
        return False

    def expire(self, spi_in: int, now: float, hard: bool = False) -> None:
        """A pair of SAs has reached its soft limit, or its hard one."""

    def first_inbound(self, spi_in: int, now: float) -> None:
        """The peer uses a pair of SAs that came of a rekey: so may we."""

    def activity(
        self, spi_in: int, inbound_idle: float | None, outbound_idle: float | None, now: float
    ) -> None:
        """When a pair of SAs last carried a packet, seconds ago; None is never."""

    def peer_moved(self, spi_in: int, remote: SocketAddress, now: float) -> None:
        """Authentic ESP came from a new address or port (NT-08)."""

    def undecryptable(self, spi: int, path: Path, now: float, packets: int) -> bool:
        """ESP came that nothing opens (V1-18). False if its sender is no IKEv1 peer of ours."""
        return False

    def clear(self, tunnel: str | None, now: float) -> int:
        """Delete the SAs of a tunnel, or all; the number of ISAKMP SAs."""
        return 0

    def discard(self, tunnel: str, reason: str, now: float) -> None:
        """Forget the SAs of a tunnel without a word to the peer."""

    def shutdown(self, now: float) -> None:
        """Say goodbye to every peer."""

    def isakmp_sas(self, now: float) -> tuple[IsakmpSaStatus, ...]:
        """Every ISAKMP SA, oldest first."""
        return ()

    def ipsec_sas(self, now: float) -> tuple[IpsecSaStatus, ...]:
        """Every pair of IPsec SAs, oldest first."""
        return ()

    def half_open(self) -> int:
        """Responders' phase 1 exchanges that have not come to their end."""
        return 0
