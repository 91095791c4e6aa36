"""A session of an L2TP server as a data plane needs it (RFC 2661)."""

from dataclasses import dataclass

from kakehashi.model.address import IPNetwork, Path

PORT = 1701  # UDP; ours always, the peer's unless it says otherwise (RFC 2661 section 8.1)
_UDP = 8
_HEADER = 6  # octets of a data message's header without what is optional (RFC 2661 section 3.1)
_LENGTH = 2
_SEQUENCE = 4
_ADDRESS_AND_CONTROL = 2  # RFC 1662 section 3.1
_PROTOCOL = 2  # RFC 1661 section 2


@dataclass(frozen=True, slots=True, kw_only=True)
class L2tpSession:
    """One session: whose it is, and how its data messages look.

    `tunnel_id`, `session_id`: ours, in the headers of what comes; unique in the gateway. `peer_tunnel_id`,
    `peer_session_id`: in the headers of what we send. `peer`: the name in `ChildSa.peer` of the SAs that
    carry it, whichever they are at the time. `peer_port`: the peer's UDP port inside ESP.

    `networks`: what the peer may have as source, and is reached by: IPv4 /32, IPv6 /64 or /128; empty as long
    as no network protocol is up. `mtu`: octets of the longest IP packet for the peer. `path`: where it goes
    without IPsec; None: by the SAs of `peer`.

    `sequencing`: each of our data messages has a sequence number (section 4.4.6). `length`: and a Length.
    `compress_address`, `compress_protocol`: the peer takes frames without Address and Control, and the
    protocol in one octet (RFC 1661 sections 6.5 and 6.6).
    """

    tunnel_id: int
    session_id: int
    peer_tunnel_id: int
    peer_session_id: int
    peer: str
    peer_port: int = PORT
    networks: tuple[IPNetwork, ...] = ()
    mtu: int = 1400
    sequencing: bool = False
    length: bool = False
    compress_address: bool = False
    compress_protocol: bool = False
    path: Path | None = None

    @property
    def overhead(self) -> int:
        """Octets in front of an IP packet, behind ESP's own header: UDP, L2TP and PPP."""
        return (
            _UDP
            + _HEADER
            + _LENGTH * self.length
            + _SEQUENCE * self.sequencing
            + _ADDRESS_AND_CONTROL * (not self.compress_address)
            + _PROTOCOL // (1 + self.compress_protocol)
        )
