"""One session of somebody who has dialed in, as the gateway keeps it."""

from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Address, IPv6Network, ip_network

from kakehashi.dataplane.protocol import L2tpActivity
from kakehashi.gateway.access.terms import Cause, Terms
from kakehashi.l2tp.effects import Carrier, SessionId, SessionUp
from kakehashi.model.address import IPNetwork
from kakehashi.model.l2tp import L2tpSession
from kakehashi.ppp.neighbour import Neighbour


@dataclass(slots=True)
class Dialed:
    """`address`: lent to the caller, None until IPCP is up; `is_open`: IPv4 packets pass. `neighbour`: the
    link as IPv6 has it, None until IPV6CP is up; `prefix`: lent to the caller. Times are monotonic seconds,
    but `since`. `told_at`: when the accounts were told last, None: not yet; `advertise_at`: when the caller
    is told its prefix again.

    `terms`: what whoever knows the user wants of the session; `cause`: why it has ended. `used`: what the
    data plane told of it last; `packets_in`: how many had come by then.
    """

    up: SessionUp
    begun: float
    since: datetime
    host_name: str = ""
    user: str = ""
    method: str = ""
    address: IPv4Address | None = None
    is_open: bool = False
    mtu: int = 0
    used: L2tpActivity | None = None
    packets_in: int = 0
    moved_to: Carrier | None = None
    neighbour: Neighbour | None = None
    prefix: IPv6Network | None = None
    advertise_at: float | None = None
    advertised: int = 0
    terms: Terms = field(default_factory=Terms)
    told_at: float | None = None
    cause: Cause = Cause.USER_REQUEST
    reason: str = field(default="")

    @property
    def id(self) -> SessionId:
        """Our two IDs."""
        return self.up.id

    @property
    def carrier(self) -> Carrier:
        """What carries it now."""
        return self.moved_to or self.up.carrier

    @property
    def networks(self) -> tuple[IPNetwork, ...]:
        """What the caller has now, and is reached by."""
        v4 = (ip_network(self.address),) if self.address and self.is_open else ()
        return (*v4, self.prefix) if self.prefix and self.neighbour else v4

    def idle(self, now: float) -> float:
        """Seconds since an IP packet last passed, or since it began."""
        heard = (self.used.inbound_idle, self.used.outbound_idle) if self.used else ()
        return min((seconds for seconds in heard if seconds is not None), default=now - self.begun)

    def installed(self) -> L2tpSession:
        """As the data plane is to have it."""
        return L2tpSession(
            tunnel_id=self.id.tunnel,
            session_id=self.id.session,
            peer_tunnel_id=self.up.peer.tunnel,
            peer_session_id=self.up.peer.session,
            peer=self.carrier.peer,
            peer_port=self.carrier.path.remote.port,
            networks=self.networks,
            mtu=self.mtu,
            sequencing=self.up.sequencing,
            path=None if self.carrier.peer else self.carrier.path,
        )
