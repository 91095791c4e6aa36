"""Of the many algorithms that a device takes where it is told nothing, the far end says one set of each.

A device that offers all it has, meets whoever says one of them. Nobody writes thirty-six transforms by hand.
"""

from dataclasses import replace

from kakehashi.bridge.abilities import PRF_OF, Abilities, abilities
from kakehashi.model.algorithms import ChildAlgorithms, IkeAlgorithms
from kakehashi.model.gateway import Gateway
from kakehashi.model.ikev1 import Ikev1Tunnel, Phase2Proposal
from kakehashi.model.policy import IpsecPolicy
from kakehashi.model.tunnel import Ikev2Tunnel, Tunnel
from kakehashi.wire.registry.ikev2 import KeyExchangeId

_FEW = 4  # combinations that are written as they are


def narrow(far: Gateway, target: str) -> tuple[Gateway, tuple[str, ...]]:
    """The far end with one set of algorithms where there are many, and what was done, in words.

    Where it is of the same maker as this end nothing is narrowed: there its own defaults say the same.
    """
    if far.dialect == target:
        return far, ()
    has, notes = abilities(target), []
    tunnels: list[Tunnel] = []
    answering = far.unknown_peer_policy
    for tunnel in far.tunnels:
        match tunnel:
            case Ikev2Tunnel():
                ike, ipsec = _ike(tunnel.ike.algorithms, has), _child(tunnel.ipsec, has)
                if ike != tunnel.ike.algorithms:
                    notes.append(f"{tunnel.interface}: of the IKE proposals that fit the first is written")
                if ipsec != tunnel.ipsec:
                    notes.append(f"{tunnel.interface}: of the ESP proposals that fit the first is written")
                if answering.algorithms == tunnel.ike.algorithms:
                    answering = replace(answering, algorithms=ike)
                tunnels.append(replace(tunnel, ike=replace(tunnel.ike, algorithms=ike), ipsec=ipsec))
            case Ikev1Tunnel():
                proposals = _phase2(tunnel.ipsec.proposals, has)
                if proposals != tunnel.ipsec.proposals:
                    notes.append(f"{tunnel.interface}: of the ESP proposals that fit the first is written")
                tunnels.append(replace(tunnel, ipsec=replace(tunnel.ipsec, proposals=proposals)))
            case _:
                tunnels.append(tunnel)
    return replace(far, tunnels=tuple(tunnels), unknown_peer_policy=answering), tuple(notes)


def _ike(algorithms: IkeAlgorithms, has: Abilities) -> IkeAlgorithms:
    count = sum(len(s.ciphers) * max(1, len(s.integrities)) * len(s.key_exchanges) for s in algorithms.sets)
    if count <= _FEW:
        return algorithms
    for each in algorithms.sets:
        group = next((g for g in each.key_exchanges if g in has.groups), None)
        for cipher in each.ciphers:
            if group is None or cipher not in has.ike_ciphers:
                continue
            prf = next((p for p in each.prfs if p in has.ike_prfs), None)
            if cipher.is_aead and prf is not None:
                return IkeAlgorithms((cipher,), (), (prf,), (group,))
            for integrity in each.integrities:
                if integrity in has.ike_integrities and PRF_OF.get(integrity) in each.prfs:
                    return IkeAlgorithms((cipher,), (integrity,), (PRF_OF[integrity],), (group,))
    return algorithms


def _child(policy: IpsecPolicy, has: Abilities) -> IpsecPolicy:
    algorithms = policy.algorithms
    if len(policy.protections()) <= _FEW:
        return policy
    groups = tuple(dict.fromkeys(g for s in algorithms.sets for g in s.key_exchanges))
    wanted = tuple(g for g in groups if g in has.groups)[:1]
    if not wanted and KeyExchangeId.NONE in groups:
        wanted = (KeyExchangeId.NONE,)
    for p in policy.protections():
        if p.cipher in has.child_ciphers and (p.cipher.is_aead or p.integrity in has.child_integrities):
            chosen = ChildAlgorithms(
                (p.cipher,),
                () if p.cipher.is_aead else (p.integrity,),
                wanted if groups else (),
                algorithms.esn,
            )
            return replace(policy, algorithms=chosen)
    return policy


def _phase2(proposals: tuple[Phase2Proposal, ...], has: Abilities) -> tuple[Phase2Proposal, ...]:
    if len(proposals) <= _FEW:
        return proposals
    for p in proposals:
        if p.cipher in has.esp_ciphers and (p.cipher.is_aead or p.integrity in has.esp_integrities):
            return (p,)
    return proposals
