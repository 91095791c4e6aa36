"""Servers that people dial in to: do their addresses fit into what is around, and their packets the line?"""

from collections.abc import Iterator

from kakehashi.check.report import Remark, Severity
from kakehashi.check.rules.mss import DEFAULT_MTU, largest_inner
from kakehashi.check.rules.subject import Subject, where
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.l2tp import L2tpSession
from kakehashi.model.l2tp_server import AddressRange, L2tpServer, LoginMethod
from kakehashi.wire.registry.ikev2 import EncryptionId

_HEADERS = L2tpSession(tunnel_id=1, session_id=1, peer_tunnel_id=1, peer_session_id=1, peer="").overhead
_IP_AND_TCP = 40
_NO_CIPHER = frozenset({EncryptionId.ENCR_NULL, EncryptionId.ENCR_NULL_AUTH_AES_GMAC})


def check_dial_in(subject: Subject) -> Iterator[Remark]:
    """Of a tunnel without a server nothing is said."""
    server = subject.device.gateway.l2tp_server(subject.name)
    if server is None:
        return
    if server.pool is not None:
        yield from _pool(subject, server, server.pool)
        yield from _elsewhere(subject, server, server.pool)
        yield from _room(subject, server, server.pool)
    yield from _passwords(subject, server)
    yield from _packets(subject, server)
    yield from _segments(subject, server)
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


def _elsewhere(subject: Subject, server: L2tpServer, pool: AddressRange) -> Iterator[Remark]:
    """Addresses that lead elsewhere, or that another server lends, too."""
    gateway = subject.device.gateway
    for route in gateway.routes:
        prefix = route.destination
        if prefix.version != 4 or not prefix.prefixlen or route.discard or route.interface == subject.name:
            continue
        if pool.first <= prefix.broadcast_address and prefix.network_address <= pool.last:
            yield Remark(
                rule="pool-routed",
                severity=Severity.WARNING,
                message=f"{subject.name} lends addresses from {pool}, and the route to {prefix} leads "
                "elsewhere: where nobody has dialed in with one of them, it is followed",
                where=where(route.source),
                fix="lend other addresses, or take the route out",
            )
    for other in gateway.l2tp_servers:
        twice = other.pool is not None and other.pool.first <= pool.last and pool.first <= other.pool.last
        if twice and other.interface > server.interface:
            yield Remark(
                rule="pool-twice",
                severity=Severity.ERROR,
                message=f"{subject.name} and {other.interface} lend the same addresses ({pool} and "
                f"{other.pool})",
                where=where(other.source),
                fix="give each a range of its own",
            )


def _room(subject: Subject, server: L2tpServer, pool: AddressRange) -> Iterator[Remark]:
    """Fewer addresses than people, or than sessions that are allowed."""
    fixed = [c.address for c in server.callers if c.address is not None]
    free = pool.size - sum(address in pool for address in fixed)
    in_need = len(server.callers) - len(fixed)
    if free < in_need:
        yield Remark(
            rule="pool-small",
            severity=Severity.WARNING,
            message=f"{subject.name} lends {free} addresses, and {in_need} users are known: the last ones "
            "who dial in are turned away",
            where=where(server.source),
            fix="lend more addresses",
        )
    elif free < server.sessions:
        yield Remark(
            rule="pool-small",
            severity=Severity.NOTE,
            message=f"{subject.name} lends {free} addresses, and {server.sessions} sessions are allowed: so "
            "many never stand",
            where=where(server.source),
            fix="lend more addresses, or allow fewer sessions",
        )


def _passwords(subject: Subject, server: L2tpServer) -> Iterator[Remark]:
    """PAP says the password itself (RFC 1334 section 2): ESP alone keeps it from who listens, and where one
    key is everybody's, whoever has it may stand in for the server.
    """
    if server.methods != (LoginMethod.PAP,):
        return
    open_ = [p for p in subject.tunnel.ipsec.protections() if p.cipher is None or p.cipher.id in _NO_CIPHER]
    if open_:
        yield Remark(
            rule="pap-in-the-clear",
            severity=Severity.ERROR,
            message=f"{subject.name} asks for passwords by PAP, and where nothing is encrypted whoever "
            "listens reads them",
            where=where(server.source),
            fix="ask by CHAP or MS-CHAPv2, and encrypt",
        )
    else:
        yield Remark(
            rule="pap-alone",
            severity=Severity.WARNING,
            message=f"{subject.name} asks for passwords by PAP alone: whoever knows the pre-shared key can "
            "stand in for this device and be told them",
            where=where(server.source),
            fix="ask by CHAP or MS-CHAPv2",
        )


def _segments(subject: Subject, server: L2tpServer) -> Iterator[Remark]:
    """An MSS that is written is held against what a session carries."""
    own = subject.device.interfaces.get(subject.name)
    most = min(server.mru, _room_for_packets(subject)) - _IP_AND_TCP
    if own is not None and isinstance(own.adjust_mss, int) and own.adjust_mss > most:
        yield Remark(
            rule="mss-too-large",
            severity=Severity.WARNING,
            message=f"{subject.name} lets TCP segments of {own.adjust_mss} octets pass, and a session has "
            f"room for {most}: ping works, the web hangs",
            where=where(server.source),
            fix=f"write {most} or less",
        )


def _room_for_packets(subject: Subject) -> int:
    """Octets of the largest packet in a session, for many a laptop is behind a NAT."""
    mtu = (subject.wan.mtu if subject.wan else None) or DEFAULT_MTU
    sizes = [largest_inner(mtu, 4, True, protection) for protection in subject.tunnel.ipsec.protections()]
    return min(sizes, default=mtu) - _HEADERS


def _packets(subject: Subject, server: L2tpServer) -> Iterator[Remark]:
    """With the headers of ESP, UDP, L2TP and PPP counted."""
    mtu = (subject.wan.mtu if subject.wan else None) or DEFAULT_MTU
    room = _room_for_packets(subject)
    if subject.tunnel.ipsec.protections() and server.mru > room:
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
