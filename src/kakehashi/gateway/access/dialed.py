"""One session of somebody who has dialed in, as the gateway keeps it."""

from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Address, ip_network

from kakehashi.dataplane.protocol import L2tpActivity
from kakehashi.l2tp.effects import Carrier, SessionId, SessionUp
from kakehashi.model.l2tp import L2tpSession


@dataclass(slots=True)
class Dialed:
    """`address`: lent to the caller, None until IPCP is up; `is_open`: packets pass. Times are monotonic
    seconds, but `since`.

    `used`: what the data plane told of it last; `packets_in`: how many had come by then.
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
    reason: str = field(default="")

    @property
    def id(self) -> SessionId:
        """Our two IDs."""
        return self.up.id

    @property
    def carrier(self) -> Carrier:
        """What carries it now."""
        return self.moved_to or self.up.carrier

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
            networks=(ip_network(self.address),) if self.address and self.is_open else (),
            mtu=self.mtu,
            sequencing=self.up.sequencing,
        )
