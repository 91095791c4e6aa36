"""Which tunnel answers a quick mode: by peer, identities and proposals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kakehashi.ike.mismatch import Mismatch
from kakehashi.ike.names import listed
from kakehashi.ike.v1 import identities, phase2_proposals
from kakehashi.ike.v1.identities import SelectorPair
from kakehashi.ike.v1.isakmp_sa import IsakmpSa
from kakehashi.ike.v1.phase2_failures import tunnel_text
from kakehashi.ike.v1.phase2_proposals import Chosen
from kakehashi.ike.v1.quick_mode import selectors_of
from kakehashi.ike.v1.refusal import Refusal
from kakehashi.model.address import ANY
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.status import NatSide
from kakehashi.wire.registry.ikev1 import NotifyType
from kakehashi.wire.v1.identification import Identification
from kakehashi.wire.v1.sa import SecurityAssociation

if TYPE_CHECKING:
    from kakehashi.ike.v1.host import Host


@dataclass(frozen=True, slots=True)
class Answer:
    """The tunnel that answers, what it is called for, and what protects it."""

    tunnel: Ikev1Tunnel
    selectors: SelectorPair
    chosen: Chosen


def tunnels(sa: IsakmpSa) -> list[Ikev1Tunnel]:
    """The tunnels that the peer of an ISAKMP SA may have phase 2 for: those that name it first.

    Those for any peer of unknown address come after them, and those that name another without being bound to
    it (V1-10): what has an SA with this peer first, what another peer has taken last.
    """
    host, peer = sa.host, sa.peer
    if peer is None:
        return []
    named = [t for t in host.tunnels_of(peer) if _is_met(host, t, sa)]
    names = {t.interface for t in named}
    others: list[Ikev1Tunnel] = []
    if not peer.is_fixed:
        others = [
            t
            for t in host.gateway.tunnels
            if isinstance(t, Ikev1Tunnel)
            and t.enabled
            and t.interface not in names
            and t.peer_address is ANY
            and (not t.peers or not t.answers_only_peers)
        ]
    return sorted(named, key=lambda t: _taken(sa, t)) + sorted(others, key=lambda t: _taken(sa, t))


def find(
    sa: IsakmpSa, offered: SecurityAssociation, ids: tuple[Identification, Identification] | None
) -> Answer:
    """The first tunnel that takes it all. Refusal with the reason of the one that comes nearest."""
    candidates = tunnels(sa)
    if not candidates:
        name = sa.peer.name if sa.peer is not None else "?"
        raise Refusal(
            NotifyType.INVALID_ID_INFORMATION, f"no tunnel takes phase 2 from {sa.peer_text} (policy {name})"
        )
    # The initiator's own identity comes first.
    pair = None if ids is None else selectors_of(ids[1], ids[0])
    refusals: list[Refusal] = []
    for tunnel in candidates:
        policy = identities.of_server(tunnel.ipsec, sa.lent)
        understood = ids is None or pair is not None or not policy.sends_identities
        selectors = identities.respond(policy, pair, sa.path) if understood else None
        if selectors is None:
            refusals.append(_other_identities(sa, tunnel, ids, pair))
            continue
        try:
            return Answer(tunnel, selectors, _choose(sa, tunnel, offered))
        except Refusal as refusal:
            # Its identities fit: this is the tunnel that is meant.
            refusals.insert(0, refusal)
    raise refusals[0]


def _choose(sa: IsakmpSa, tunnel: Ikev1Tunnel, offered: SecurityAssociation) -> Chosen:
    policy = tunnel.ipsec
    form = phase2_proposals.encapsulation(policy.mode, sa.nat_method, sa.nat is not NatSide.NONE)
    chosen = phase2_proposals.choose(phase2_proposals.allowed(policy, form), offered)
    if isinstance(chosen, Mismatch):
        raise Refusal(
            NotifyType.NO_PROPOSAL_CHOSEN,
            chosen.sentence(sa.peer_text, tunnel_text(tunnel)),
            details=chosen.details() | {"tunnel": tunnel.interface},
        )
    problem = phase2_proposals.unusable(chosen.suite)
    if problem:
        raise Refusal(
            NotifyType.NO_PROPOSAL_CHOSEN,
            f"{sa.peer_text} offers {chosen.suite}, as {tunnel_text(tunnel)} allows, but {problem}",
            details={"tunnel": tunnel.interface},
        )
    if any(phase2_proposals.is_reserved(p.spi) for p in chosen.answer):
        raise Refusal(NotifyType.INVALID_SPI, f"{sa.peer_text} proposes a reserved SPI")
    return chosen


def _other_identities(
    sa: IsakmpSa,
    tunnel: Ikev1Tunnel,
    ids: Sequence[Identification] | None,
    pair: SelectorPair | None,
) -> Refusal:
    if pair is not None:
        theirs = str(pair)
    elif ids is None:
        theirs = "none, which means the addresses of the path"
    else:
        theirs = f"local {identities.text(ids[1:])} remote {identities.text(ids[:1])}"
    ours = _texts(identities.pairs(identities.of_server(tunnel.ipsec, sa.lent), sa.path))
    return Refusal(
        NotifyType.INVALID_ID_INFORMATION,
        f"{sa.peer_text} proposes identities {theirs}; {tunnel_text(tunnel)} allows {ours} "
        "(local and remote as seen from here)",
        details={"field": "identities", "offered": theirs, "allowed": ours, "tunnel": tunnel.interface},
    )


def _texts(pairs: Iterable[SelectorPair]) -> str:
    return listed(map(str, pairs))


def _is_met(host: Host, tunnel: Ikev1Tunnel, sa: IsakmpSa) -> bool:
    """Is this peer the tunnel's, by address? One that a NAT hides has proved by its key who it is."""
    return (
        tunnel.peer_address is ANY
        or NatSide.REMOTE in sa.nat
        or host.shared.is_fixed(tunnel, sa.path)
        or (sa.peer is not None and tunnel.peer_address == sa.peer.address)
    )


def _taken(sa: IsakmpSa, tunnel: Ikev1Tunnel) -> int:
    """0: by this peer, 1: by nobody, 2: by another."""
    owners = {(p.peer.name, p.peer_identity) for p in sa.host.pairs.of_tunnel(tunnel.interface)}
    if not owners:
        return 1
    return 0 if sa.peer is not None and (sa.peer.name, sa.peer_identity) in owners else 2
