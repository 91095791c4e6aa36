"""`show ike policy`, `show ike proposal`: what is configured for phase 1. The layout is ours.

Only proposals that a policy names are known here.
"""

from kakehashi.dialects.nec_ix.show.names import identity_name, phase1_group_name
from kakehashi.dialects.nec_ix.words import HASHES, PHASE1_CIPHERS, word_of
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import Ikev1Peer, PeerIdentity, Phase1Proposal

_MASK = "***"


def render_policies(gateway: Gateway) -> str:
    """Every IKE policy; the key is masked."""
    lines = [f"IKE policy - {len(gateway.ikev1_peers)} configured"]
    for peer in gateway.ikev1_peers:
        lines += _policy(peer)
    return "\n".join(lines) + "\n"


def render_proposals(gateway: Gateway) -> str:
    """Every IKE proposal that a policy names."""
    proposals = {p.name: p for peer in gateway.ikev1_peers for p in peer.proposals}
    lines = [f"IKE proposal - {len(proposals)} configured"]
    for proposal in proposals.values():
        lines += _proposal(proposal)
    return "\n".join(lines) + "\n"


def _policy(peer: Ikev1Peer) -> list[str]:
    dpd = peer.dpd
    return [
        f"IKE policy name is {peer.name}",
        f"  Remote address is {peer.address}",
        f"  Exchange type is {peer.mode.value} mode",
        f"  Authentication method is pre-shared, key is {_MASK if peer.secret else 'not set'}",
        f"  Local ID is {_identity(peer.local_identity)}",
        f"  Remote ID is {_identity(peer.peer_identity)}",
        f"  IKE proposal is {', '.join(p.name for p in peer.proposals) or 'not set'}",
        f"  Keepalive is {f'{dpd.interval} seconds, {dpd.retries} retries' if dpd else 'off'}",
        f"  NAT-Traversal is {_nat(peer)}",
        f"  Retransmit count is {len(peer.retransmit) - 1}",
        f"  Suppress dangling is {'on' if peer.suppress_dangling else 'off'}",
    ]


def _nat(peer: Ikev1Peer) -> str:
    if not peer.nat_traversal:
        return "off"
    return f"on, keepalive is {peer.nat_keepalive} seconds" if peer.nat_keepalive else "on"


def _identity(identity: Identity | PeerIdentity | None) -> str:
    match identity:
        case Identity():
            return identity_name(identity)
        case PeerIdentity.ANYTHING:
            return "anything"
        case _:
            return "the address"


def _proposal(proposal: Phase1Proposal) -> list[str]:
    return [
        f"IKE proposal name is {proposal.name}",
        f"  Encryption algorithm is {word_of(proposal.cipher, PHASE1_CIPHERS)}",
        f"  Hash algorithm is {word_of(proposal.hash, HASHES)}",
        f"  DH group is {phase1_group_name(proposal.group)}, lifetime is {proposal.lifetime} seconds",
    ]
