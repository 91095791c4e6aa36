"""Servers that people dial in to: do their addresses fit into what is around, and their packets the line?"""

from collections.abc import Iterator

from kakehashi.check.report import Remark, Severity
from kakehashi.check.rules.mss import DEFAULT_MTU, largest_inner
from kakehashi.check.rules.subject import Subject, where
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.l2tp import L2tpSession
from kakehashi.model.l2tp_server import AddressRange, L2tpServer

_HEADERS = L2tpSession(tunnel_id=1, session_id=1, peer_tunnel_id=1, peer_session_id=1, peer="").overhead


def check_dial_in(subject: Subject) -> Iterator[Remark]:
    """Of a tunnel without a server nothing is said."""
    server = subject.device.gateway.l2tp_server(subject.name)
    if server is None:
        return
    if server.pool is not None:
        yield from _pool(subject, server, server.pool)
    yield from _packets(subject, server)
    yield from _nat_traversal(subject, server)


def _pool(subject: Subject, server: L2tpServer, pool: AddressRange) -> Iterator[Remark]:
    """Addresses that somebody has already, and addresses that nobody in the LAN finds."""
    tunnel = subject.name
    for interface in subject.device.gateway.interfaces:
        name = interface.name
        for own in interface.addresses:
            if own.version != 4 or own.network.prefixlen == own.network.max_prefixlen:
                continue
            near = (own.ip, own.network.network_address, own.network.broadcast_address)
            taken = ", ".join(sorted({str(a) for a in near if a in pool}))
            is_in_lan = pool.first in own.network or pool.last in own.network
            if taken:
                yield Remark(
                    rule="pool-overlap",
                    severity=Severity.ERROR,
                    message=f"{tunnel} lends addresses from {pool}, and {taken} of {name} is among them",
                    where=where(server.source),
                    fix="lend other addresses",
                )
            elif is_in_lan and not interface.proxy_arp:
                yield Remark(
                    rule="pool-unreachable",
                    severity=Severity.WARNING,
                    message=f"{tunnel} lends addresses of {own.network}, and in that network of {name} "
                    "nobody answers for who has dialed in",
                    where=where(interface.source),
                    fix=f"add `ip proxy-arp` to {name}, or lend addresses of another network",
                )


def _packets(subject: Subject, server: L2tpServer) -> Iterator[Remark]:
    """In UDP, for many a laptop is behind a NAT; the headers of ESP, UDP, L2TP and PPP counted."""
    mtu = (subject.wan.mtu if subject.wan else None) or DEFAULT_MTU
    sizes = [largest_inner(mtu, 4, True, protection) for protection in subject.tunnel.ipsec.protections()]
    room = min(sizes, default=0) - _HEADERS
    if sizes and server.mru > room:
        yield Remark(
            rule="mru-too-large",
            severity=Severity.WARNING,
            message=f"{subject.name} takes packets of {server.mru} octets from who dials in, and with all "
            f"headers {room} fit into the line (MTU {mtu}): larger ones come in fragments",
            where=where(server.source),
            fix=f"an MRU of {room} or less",
        )


def _nat_traversal(subject: Subject, server: L2tpServer) -> Iterator[Remark]:
    tunnel = subject.tunnel
    if not isinstance(tunnel, Ikev1Tunnel):
        return
    every = subject.device.gateway.ikev1_peers
    peers = [p for p in every if (p.name in tunnel.peers if tunnel.peers else not p.is_fixed)]
    if peers and not any(peer.nat_traversal for peer in peers):
        yield Remark(
            rule="dial-in-nat",
            severity=Severity.WARNING,
            message=f"{subject.name}: without NAT traversal nobody can dial in from behind a NAT, and there "
            "nearly everybody is",
            where=where(peers[0].source),
            fix="switch NAT traversal on",
        )
