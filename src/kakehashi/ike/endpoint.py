"""One gateway's IKE without sockets or clock: datagrams and time in, effects out.

What an IKE version means is in `v1` and `v2`; here each datagram, SA and tunnel finds its own. Nothing that
the network sends raises out of `receive`: what comes to nothing is counted in `drops` by its reason.
"""

from collections import Counter
from collections.abc import Callable

from kakehashi.ike.drops import Drop
from kakehashi.ike.effects import Effect, Level
from kakehashi.ike.limits import Limits
from kakehashi.ike.shared import Shared
from kakehashi.ike.trigger import Trigger
from kakehashi.ike.v1.engine import Engine as Ikev1
from kakehashi.ike.v2.engine import Engine as Ikev2
from kakehashi.model.address import IPAddress, Path, SocketAddress
from kakehashi.model.gateway import Gateway
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.status import IkeSaStatus, IpsecSaStatus, IsakmpSaStatus
from kakehashi.model.tunnel import ConnectType, Ikev2Tunnel
from kakehashi.pki.keyring import Keyring

_VERSION = 17  # the octet of the header that holds the version, both versions of IKE have it there


class Endpoint:
    """One gateway's IKE. `now` is monotonic seconds, `entropy(n)` returns n random octets.

    `keyring`: its keys and certificates; None: it has none.
    """

    def __init__(
        self,
        gateway: Gateway,
        entropy: Callable[[int], bytes],
        limits: Limits | None = None,
        keyring: Keyring | None = None,
    ) -> None:
        self.shared = Shared(gateway, entropy, limits or Limits(), keyring)
        self.v1 = Ikev1(self.shared)
        self.v2 = Ikev2(self.shared)

    @property
    def gateway(self) -> Gateway:
        """The configuration in force."""
        return self.shared.gateway

    @property
    def drops(self) -> Counter[Drop]:
        """How many datagrams came to nothing, by the reason."""
        return self.shared.drops

    @property
    def verbosity(self) -> Level:
        """Events of a lesser severity than this are not even made."""
        return self.shared.verbosity

    @verbosity.setter
    def verbosity(self, level: Level) -> None:
        self.shared.verbosity = level

    def configure(self, gateway: Gateway, now: float) -> None:
        """Take over a changed configuration.

        SAs of tunnels that are gone, or whose peer, identities or keys are others, are deleted; all others
        stay, and a new policy counts from the next negotiation.
        """
        self.shared.gateway = gateway
        self.v1.configure(now)
        self.v2.configure(now)

    def trust(self, keyring: Keyring) -> None:
        """Other keys and certificates count from the next negotiation."""
        self.shared.keyring = keyring

    def resume(self, now: float) -> None:
        """The keyring has learned what FetchRevocation asked for."""
        self.v1.resume(now)
        self.v2.resume(now)

    def set_peer_addresses(self, tunnel: str, addresses: frozenset[IPAddress]) -> None:
        """What the host name of the tunnel's peer resolves to now."""
        self.shared.peer_addresses[tunnel] = addresses

    def set_local_addresses(self, tunnel: str, addresses: frozenset[IPAddress]) -> None:
        """At which of our addresses the tunnel may be reached (V2-11); the empty set is any."""
        self.shared.local_addresses[tunnel] = addresses

    def initiate(self, tunnel: str, path: Path | None, now: float, trigger: Trigger | None = None) -> bool:
        """Bring the tunnel up: by a negotiation with the end of `path`, or under the IKE SA that stands.

        `path` None: the peer's address is not known, and only an IKE SA that stands can help (V1-10). Does
        nothing while that is under way or the packet `trigger` has its SA; packets in GRE, and frames, all
        have the same. False if it cannot begin, or is not to.
        """
        wanted = self.gateway.tunnel(tunnel)
        if wanted is not None and wanted.connect is ConnectType.NEVER:
            return False
        if wanted is not None and wanted.ipsec.wraps:
            trigger = None
        match wanted:
            case Ikev1Tunnel() as found:
                return self.v1.initiate(found, path, now, trigger)
            case Ikev2Tunnel() as found if path is not None:
                return self.v2.initiate(found, path, now, trigger)
        return False

    def receive(self, datagram: bytes, path: Path, now: float) -> None:
        """Take one datagram, without non-ESP marker. Never raises for what it reads."""
        if len(datagram) > _VERSION and datagram[_VERSION] >> 4 == 1:
            self.v1.receive(datagram, path, now)
        else:
            self.v2.receive(datagram, path, now)

    def handle_timeout(self, now: float) -> None:
        """Do what is due. To be called at `next_timeout`, or later."""
        self.v1.handle_timeout(now)
        self.v2.handle_timeout(now)

    def next_timeout(self) -> float | None:
        """When `handle_timeout` wants to be called, monotonic seconds."""
        times = [t for t in (self.v1.next_timeout(), self.v2.next_timeout()) if t is not None]
        return min(times, default=None)

    def effects(self) -> list[Effect]:
        """Take what is to be done, in this order."""
        taken, self.shared.effects = self.shared.effects, []
        return taken

    def expire(self, spi_in: int, now: float, hard: bool = False) -> None:
        """The data plane says that a pair of SAs has reached its soft limit, or its hard one."""
        if self.v1.has_child(spi_in):
            self.v1.expire(spi_in, now, hard)
        else:
            self.v2.expire(spi_in, now)

    def rekey(self, tunnel: str, now: float) -> bool:
        """Replace the tunnel's IKE SA now. False if none stands, or its rekey is not ours to begin."""
        return self.v1.rekey(tunnel, now) or self.v2.rekey(tunnel, now)

    def first_inbound(self, spi_in: int, now: float) -> None:
        """The peer uses a pair of SAs that came of a rekey: so may we (RFC 7296 section 2.8)."""
        (self.v1 if self.v1.has_child(spi_in) else self.v2).first_inbound(spi_in, now)

    def activity(
        self, spi_in: int, inbound_idle: float | None, outbound_idle: float | None, now: float
    ) -> None:
        """Answers AskActivity: when a pair of SAs last carried an authentic packet, seconds ago; None
        is never (V1-04, V1-20).
        """
        self.v1.activity(spi_in, inbound_idle, outbound_idle, now)

    def peer_moved(self, spi_in: int, remote: SocketAddress, now: float) -> None:
        """Authentic ESP came from a new address or port: follow a peer that is behind a NAT."""
        (self.v1 if self.v1.has_child(spi_in) else self.v2).peer_moved(spi_in, remote, now)

    def unknown_spi(self, spi: int, path: Path, now: float, packets: int = 1, in_ah: bool = False) -> None:
        """ESP or AH came for an SPI that we do not have, or that its keys do not open."""
        if not self.v1.undecryptable(spi, path, now, packets, in_ah):
            self.v2.unknown_spi(spi, path, now)

    def clear(
        self,
        tunnel: str | None,
        now: float,
        version: int | None = None,
        peer: IPAddress | None = None,
        at_once: bool = False,
    ) -> int:
        """Delete the SAs of a tunnel, or all, of one version of IKE or both, with one `peer` or all.

        IKEv2's stay until the answer or the time-out (V2-34); `at_once`: they are gone here as IKEv1's are,
        the next packet begins anew, and the peer is told meanwhile. The number of IKE SAs.
        """
        count = self.v1.clear(tunnel, now, peer) if version in (None, 1) else 0
        return count + (self.v2.clear(tunnel, now, peer, at_once) if version in (None, 2) else 0)

    def discard(self, tunnel: str, reason: str, now: float) -> None:
        """Forget the SAs of a tunnel without a word to the peer."""
        self.v1.discard(tunnel, reason, now)
        self.v2.discard(tunnel, reason, now)

    def shutdown(self, now: float) -> None:
        """Say goodbye to every peer, where that is not suppressed. There is no waiting for answers."""
        self.v1.shutdown(now)
        self.v2.shutdown(now)

    def ike_sas(self, now: float) -> tuple[IkeSaStatus, ...]:
        """Every IKE SA of IKEv2, oldest first."""
        return self.v2.ike_sas(now)

    def isakmp_sas(self, now: float) -> tuple[IsakmpSaStatus, ...]:
        """Every ISAKMP SA of IKEv1, oldest first."""
        return self.v1.isakmp_sas(now)

    def ipsec_sas(self, now: float) -> tuple[IpsecSaStatus, ...]:
        """Every pair of IPsec SAs that IKEv1 made, oldest first."""
        return self.v1.ipsec_sas(now)

    def half_open(self) -> int:
        """How many initiators we have answered that have not yet proved who they are."""
        return self.v1.half_open() + self.v2.half_open()
