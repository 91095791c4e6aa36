"""How a pair of IPsec SAs is begun, and what the coming and going of ISAKMP SAs means for phase 2."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING

from kakehashi.crypto import key_exchange
from kakehashi.ike.trigger import Trigger
from kakehashi.ike.v1 import identities, phase2_proposals
from kakehashi.ike.v1.dpd import Dpd
from kakehashi.ike.v1.identities import SelectorPair
from kakehashi.ike.v1.ipsec_sa import Pair, PairState
from kakehashi.ike.v1.isakmp_sa import IsakmpSa, State
from kakehashi.ike.v1.phase2_failures import tell_failure, tell_unusable
from kakehashi.ike.v1.quick_initiator import Initiator
from kakehashi.ike.v1.replacement import failed as rekey_failed
from kakehashi.model.address import Hostname, Path
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.ikev1 import Ikev1Peer, Ikev1Tunnel
from kakehashi.model.status import NatSide, Role
from kakehashi.wire.registry.ikev1 import EncapsulationMode as WireMode
from kakehashi.wire.registry.ikev2 import IdType, KeyExchangeId

if TYPE_CHECKING:
    from kakehashi.ike.v1.host import Host

_LINGER = 15.0  # seconds that an ISAKMP SA lives on when another one does its work


def initiate(host: Host, tunnel: Ikev1Tunnel, path: Path | None, trigger: Trigger | None, now: float) -> bool:
    """Begin what is missing to carry the packets: quick mode, and phase 1 before it. False if nothing can.

    `path` None: the peer's address is not known, and only an ISAKMP SA that stands helps (V1-10).
    """
    problem = _unusable(tunnel)
    if problem:
        tell_unusable(host, tunnel, problem)
        return False
    sa = _standing(host, tunnel, path)
    if sa is None:
        return path is not None and _from_phase1(host, tunnel, path, trigger, now)
    if path is None and not tunnel.starts_phase2:
        return False
    wanted = identities.for_trigger(tunnel.ipsec, sa.path, trigger)
    for selectors in (identities.of_client(pair, sa.borrowed) for pair in wanted):
        if not _has(host, tunnel, selectors, sa.path) and not _is_making(sa, tunnel, selectors):
            _begin(sa, Initiator(tunnel, selectors, retry=_retry), now)
    return bool(wanted)


def renew(host: Host, pair: Pair, now: float) -> None:
    """Replace a pair by a new one: under the ISAKMP SA that stands, or with phase 1 before it."""
    wish = Initiator(pair.tunnel, pair.selectors, pair, _retry)
    found = [sa for sa in sas_with(host, pair) if sa.is_up]
    if found:
        sa = found[-1]
        if not _is_making(sa, pair.tunnel, pair.selectors):
            _begin(sa, wish, now)
    elif pair.peer.is_fixed or pair.tunnel.multipoint:
        _by_phase1(host, pair.tunnel, pair.peer, pair.sa.path, [wish], now)


def phase1_established(sa: IsakmpSa, now: float) -> None:
    """An ISAKMP SA has come up: what waits for it begins."""
    host, peer = sa.host, sa.peer
    if peer is None:
        return
    if sa.peer_starts_anew:
        starts_anew(sa, now)
    if not peer.is_fixed:
        _leave_old_address(sa, now)
    if peer.dpd is not None and sa.features.dpd:
        sa.dpd = Dpd(peer.dpd, host.entropy(4), now)
    for other in host.sas_with(peer.name, sa.peer_identity):
        if other.superseded and other.expires_at is not None:
            # What is under way by it may come to its end; then the peer need not keep it either.
            other.expires_at = min(other.expires_at, now + _LINGER)
            host.rearm(other)
    waiting, sa.waiting = sa.waiting, []
    for exchange in waiting:
        if isinstance(exchange, Initiator):
            _begin(sa, exchange, now)


def phase1_failed(sa: IsakmpSa, sentence: str, now: float) -> None:
    """There is no ISAKMP SA. The tunnel that it was begun for knows; the others that wait do not."""
    waiting, sa.waiting = sa.waiting, []
    tunnels = {x.tunnel.interface for x in waiting if isinstance(x, Initiator)} - {sa.tunnel_name}
    for tunnel in sorted(tunnels):
        tell_failure(sa, tunnel, "phase 1", f"there is no phase 1: {sentence}")
    for wish in waiting:
        if isinstance(wish, Initiator) and wish.replaces is not None:
            rekey_failed(sa.host, wish.replaces, now)


def starts_anew(sa: IsakmpSa, now: float) -> None:
    """INITIAL-CONTACT: the peer knows nothing of what was before this ISAKMP SA (RFC 2407 section 4.6.3.3).

    What was made while this one was under way is not older: both ends began at the same time.
    """
    _forget(sa, "the peer has started anew (INITIAL-CONTACT)", now, lambda path: True)


def sas_with(host: Host, pair: Pair) -> list[IsakmpSa]:
    """The ISAKMP SAs with the peer of a pair, oldest first."""
    return [sa for sa in host.sas_with(pair.peer.name, pair.peer_identity) if sa.is_at(pair.sa.path.remote)]


def _standing(host: Host, tunnel: Ikev1Tunnel, path: Path | None) -> IsakmpSa | None:
    """The youngest ISAKMP SA that may carry the tunnel's phase 2. The one that carries it already, if any."""
    found = [
        sa
        for name in tunnel.peers
        for sa in host.sas_of(name)
        if sa.is_up and (path is None or sa.path.remote.ip == path.remote.ip)
    ]
    owners = {(p.peer.name, p.peer_identity) for p in host.pairs.of_tunnel(tunnel.interface)}

    def preference(sa: IsakmpSa) -> tuple[bool, int]:
        return sa.peer is not None and (sa.peer.name, sa.peer_identity) in owners, sa.serial

    return max(found, key=preference, default=None)


def _peer_for(host: Host, tunnel: Ikev1Tunnel, path: Path) -> Ikev1Peer | None:
    """With whom phase 1 is begun: who is at the other end of the path, else the first that can be reached."""
    peers = [peer for name in tunnel.peers if (peer := host.gateway.ikev1_peer(name)) is not None]
    reachable = [
        peer
        for peer in peers
        if tunnel.multipoint or peer.is_fixed or isinstance(peer.address, IPv4Network | IPv6Network)
    ]
    there = [peer for peer in reachable if _is_at(peer, path)]
    named = [peer for peer in reachable if isinstance(peer.address, Hostname)]
    return next(iter([*there, *named, *reachable]), None)


def _is_at(peer: Ikev1Peer, path: Path) -> bool:
    address, remote = peer.address, path.remote.ip
    if isinstance(address, IPv4Network | IPv6Network):
        return remote in address
    return address == remote


def _from_phase1(host: Host, tunnel: Ikev1Tunnel, path: Path, trigger: Trigger | None, now: float) -> bool:
    peer = _peer_for(host, tunnel, path)
    wanted = identities.for_trigger(tunnel.ipsec, path, trigger)
    if peer is None or not wanted:
        return False
    wishes = [Initiator(tunnel, pair) for pair in wanted if not _has(host, tunnel, pair, path)]
    return not wishes or _by_phase1(host, tunnel, peer, path, wishes, now)


def _by_phase1(
    host: Host, tunnel: Ikev1Tunnel, peer: Ikev1Peer, path: Path, wishes: list[Initiator], now: float
) -> bool:
    """Let wishes wait for the ISAKMP SA that we are making, or begin to make one."""
    making = (
        sa
        for sa in host.sas_of(peer.name)
        if sa.role is Role.INITIATOR
        and sa.state in (State.CONNECTING, State.CONFIGURING)
        and sa.path.remote.ip == path.remote.ip
    )
    sa = next(making, None) or host.start_phase1(peer, path, now, tunnel)
    if sa is None:
        return False
    for wish in wishes:
        if not _is_making(sa, wish.tunnel, wish.selectors):
            sa.waiting.append(wish)
    return True


def _retry(sa: IsakmpSa, wish: Initiator, now: float) -> None:
    """The peer has lost the ISAKMP SA under which quick mode was begun: begin again from phase 1."""
    if sa.peer is not None:
        again = Initiator(wish.tunnel, wish.selectors, wish.replaces)
        _by_phase1(sa.host, wish.tunnel, sa.peer, sa.path, [again], now)


def _begin(sa: IsakmpSa, wish: Initiator, now: float) -> None:
    wish.message_id = sa.new_message_id()
    sa.begin(wish, now)


def _has(host: Host, tunnel: Ikev1Tunnel, selectors: SelectorPair, path: Path) -> bool:
    return any(
        pair.selectors == selectors
        and pair.state is not PairState.REPLACED
        and pair.sa.path.remote.ip == path.remote.ip
        for pair in host.pairs.of_tunnel(tunnel.interface)
    )


def _is_making(sa: IsakmpSa, tunnel: Ikev1Tunnel, selectors: SelectorPair) -> bool:
    wishes = [*sa.exchanges.values(), *sa.waiting]
    return any(
        isinstance(x, Initiator)
        and not x.is_over
        and x.tunnel.interface == tunnel.interface
        and x.selectors == selectors
        for x in wishes
    )


def _unusable(tunnel: Ikev1Tunnel) -> str:
    policy = tunnel.ipsec
    form = WireMode.TUNNEL if policy.mode is EncapsulationMode.TUNNEL else WireMode.TRANSPORT
    suites = phase2_proposals.allowed(policy, form)
    if not suites:
        return "its proposals have no algorithm that is supported"
    for suite in suites:
        problem = phase2_proposals.unusable(suite)
        if problem:
            return f"{suite}: {problem}"
    if policy.pfs != KeyExchangeId.NONE and policy.pfs not in key_exchange.supported():
        return f"the group for PFS is not supported: {policy.pfs.name}"
    if policy.sends_identities:
        try:
            for selector in (*policy.local_selectors, *policy.remote_selectors):
                identities.to_wire(selector)
        except ValueError as error:
            return str(error)
    return ""


def _leave_old_address(sa: IsakmpSa, now: float) -> None:
    """A peer of unknown address has come back from another one: what it had there is gone (V1-36)."""
    here = sa.path.remote.ip
    _forget(sa, f"the peer is at {here} now", now, lambda path: path.remote.ip != here)


def _forget(sa: IsakmpSa, reason: str, now: float, concerns: Callable[[Path], bool]) -> None:
    """Forget what we have with the same peer since before this ISAKMP SA, without a word.

    An address of a private network names nobody: behind another NAT somebody else has it (NT-07).
    """
    if sa.peer is None:
        return
    here = sa.path.remote.ip if _is_private(sa) else None
    for other in sa.host.sas_with(sa.peer.name, sa.peer_identity):
        stood = other.established_at
        older = other is not sa and stood is not None and stood < sa.created
        if older and here in (None, other.path.remote.ip) and concerns(other.path):
            other.close(reason, now)
    for pair in sa.host.pairs.of_peer(sa.peer.name, sa.peer_identity):
        is_here = here in (None, pair.sa.path.remote.ip)
        if pair.born < sa.created and is_here and concerns(pair.sa.path):
            sa.host.pairs.remove(pair, reason)


def _is_private(sa: IsakmpSa) -> bool:
    """Does the peer call itself by an address that a NAT hides?"""
    identity = sa.peer_identity
    is_address = identity is not None and identity.type in (IdType.ID_IPV4_ADDR, IdType.ID_IPV6_ADDR)
    return is_address and NatSide.REMOTE in sa.nat
