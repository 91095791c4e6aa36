"""What the other maker's device cannot say is said otherwise, in a way that both devices can.

Only what would keep a tunnel down is touched: proposals of which the other device has none, perfect forward
secrecy by a group that it does not have, identities of a type that it does not know, a key for each side
where it has one for both. Proposals are added to those that there are, so other peers notice nothing.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_address, summarize_address_range
from typing import TypeVar

from kakehashi.bridge.abilities import (
    AWPLUS,
    CISCO,
    NEC,
    PRF_OF,
    TITLES,
    Abilities,
    abilities,
    cipher_like,
    group_like,
    hash_like,
    integrity_like,
)
from kakehashi.bridge.places import places
from kakehashi.check.device import Device
from kakehashi.dialects.rendering import is_word, plain_secret
from kakehashi.model.address import ANY
from kakehashi.model.algorithms import ChildAlgorithms, Cipher, IkeAlgorithms
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import Authentication, AuthenticationMethod, Identity
from kakehashi.model.ikev1 import (
    ExchangeMode,
    Ikev1IpsecPolicy,
    Ikev1Peer,
    Ikev1Tunnel,
    Phase1Proposal,
    Phase2Proposal,
)
from kakehashi.model.policy import IpsecPolicy, IpsecSettings
from kakehashi.model.secret import Secret
from kakehashi.model.selector import ANY_IPV4, TrafficSelector
from kakehashi.model.source import Source
from kakehashi.model.tunnel import Ikev2Tunnel, PlainTunnel, Tunnel
from kakehashi.wire.registry.ikev2 import IdType, IntegrityId, KeyExchangeId

T = TypeVar("T")
Settings = TypeVar("Settings", bound=IpsecSettings)
_STRONG = IntegrityId.AUTH_HMAC_SHA2_256_128


@dataclass(frozen=True, slots=True)
class Change:
    """What is said otherwise, on both ends. `was`, `now`: in words, never a key. `source`: the line."""

    tunnel: str
    was: str
    now: str
    why: str
    source: Source | None = None
    adds: bool = False

    @property
    def verb(self) -> str:
        """Between what was and what is now."""
        return "gain" if self.adds else "becomes"

    def __str__(self) -> str:
        where = f" (line {self.source.line})" if self.source else ""
        return f"{self.tunnel}: {self.was}{where} {self.verb} {self.now}: {self.why}"


@dataclass(frozen=True, slots=True)
class Agreed:
    """The gateway with what both devices can say."""

    gateway: Gateway
    changes: tuple[Change, ...]


@dataclass(slots=True)
class _Talks:
    """The gateway while it is changed. `replaces`: does the other device take the place of ours?"""

    device: Device
    target: str
    replaces: bool
    theirs: Abilities
    ours: Abilities
    tunnels: dict[str, Tunnel]
    peers: dict[str, Ikev1Peer]
    changes: list[Change] = field(default_factory=list)

    @property
    def own_v1(self) -> frozenset[IdType]:
        """What this end may call itself in IKEv1."""
        return self.theirs.own_v1 if self.replaces else self.theirs.peers_v1

    @property
    def peers_v1(self) -> frozenset[IdType]:
        """What the other end may call itself in IKEv1."""
        return self.theirs.peers_v1 if self.replaces else self.theirs.own_v1

    def told(
        self, tunnel: Tunnel, was: str, now: str, source: Source | None, why: str = "", adds: bool = False
    ) -> None:
        """Remember a change, once."""
        lacks = f"{TITLES[self.target]} does not have {'them' if adds else 'it'}"
        change = Change(tunnel.interface, was, now, why or lacks, source, adds)
        if change not in self.changes:
            self.changes.append(change)


def agree(gateway: Gateway, target: str, tunnels: Collection[str], replaces: bool = False) -> Agreed:
    """`gateway` with those of its tunnels changed that a device of the dialect `target` could not meet.

    `replaces`: that device is not at the other end, but takes the place of this one.
    """
    talks = _Talks(
        Device("near", gateway),
        target,
        replaces,
        abilities(target),
        abilities(gateway.dialect),
        {t.interface: t for t in gateway.tunnels},
        {p.name: p for p in gateway.ikev1_peers},
    )
    answering = gateway.unknown_peer_policy
    for name in tunnels:
        match talks.tunnels.get(name):
            case Ikev2Tunnel() as tunnel:
                tunnel = replace(tunnel, ipsec=_unwrapped(tunnel.ipsec, tunnel, talks))
                before = tunnel.ike.algorithms
                after = _ike(before, tunnel, talks)
                if answering.algorithms == before or (
                    tunnel.peer_address is ANY and not _has_ike(answering.algorithms, talks.theirs)
                ):
                    answering = replace(answering, algorithms=_ike(answering.algorithms, tunnel, talks))
                if gateway.dialect == CISCO:  # a policy holds for all
                    _share_ike(before, after, talks)
                talks.tunnels[name] = _ikev2(tunnel, after, talks)
            case Ikev1Tunnel() as tunnel:
                for peer in talks.device.peers_of(tunnel):
                    _phase1(tunnel, talks.peers[peer.name], talks)
                ipsec = _merged(_unwrapped(tunnel.ipsec, tunnel, talks), tunnel, talks)
                talks.tunnels[name] = replace(tunnel, ipsec=_quick_mode(ipsec, tunnel, talks))
            case PlainTunnel() as tunnel:
                talks.tunnels[name] = replace(tunnel, ipsec=_with_header(tunnel.ipsec, tunnel, talks))
    changed = replace(
        gateway,
        unknown_peer_policy=answering,
        tunnels=tuple(talks.tunnels[t.interface] for t in gateway.tunnels),
        ikev1_peers=tuple(talks.peers[p.name] for p in gateway.ikev1_peers),
    )
    return Agreed(changed, tuple(talks.changes))


def _unwrapped(ipsec: Settings, tunnel: Tunnel, talks: _Talks) -> Settings:
    """Without GRE, where the other device has none under IPsec: IPsec's own tunnel carries the packets."""
    if ipsec.gre is None or talks.target == CISCO:
        return ipsec
    if talks.target == AWPLUS:
        ipsec = _with_header(ipsec, tunnel, talks)
        if ipsec.mode is EncapsulationMode.TUNNEL:
            why = f"{TITLES[AWPLUS]} protects GRE in it"
            talks.told(tunnel, "tunnel mode around GRE", "transport mode", tunnel.source, why)
        return replace(ipsec, mode=EncapsulationMode.TRANSPORT)
    talks.told(
        tunnel,
        f"{ipsec.gre} under IPsec",
        "IPsec's own tunnel mode, which carries no multicast",
        tunnel.source,
        f"GRE under IPsec is not written for {TITLES[talks.target]}",
    )
    return replace(
        ipsec,
        gre=None,
        mode=EncapsulationMode.TUNNEL,
        local_selectors=(ANY_IPV4,),
        remote_selectors=(ANY_IPV4,),
    )


def _with_header(ipsec: Settings, tunnel: Tunnel, talks: _Talks) -> Settings:
    """With a header of GRE that the other device can write: Cisco alone has sequence numbers in it."""
    if ipsec.gre is None or not ipsec.gre.sequence or talks.target == CISCO:
        return ipsec
    talks.told(tunnel, "sequence numbers in GRE", "GRE without them", tunnel.source)
    return replace(ipsec, gre=replace(ipsec.gre, sequence=False))


def _merged(ipsec: Ikev1IpsecPolicy, tunnel: Ikev1Tunnel, talks: _Talks) -> Ikev1IpsecPolicy:
    """NEC IX needs a tunnel for each pair of networks, and chooses among them by the destination alone. So of
    pairs with one destination there may be one, where one network holds what comes to it, and nothing else.
    """
    if talks.target != NEC or not tunnel.policy_based or tunnel.bypass:
        return ipsec
    pairs = list(zip(ipsec.local_selectors, ipsec.remote_selectors, strict=False))
    found: list[tuple[TrafficSelector, TrafficSelector]] = []
    for local, remote in pairs:
        at = remote if talks.replaces else local
        alike = [p for p in pairs if p[talks.replaces] == at]
        whole = _whole([p[not talks.replaces] for p in alike])
        if len(alike) > 1 and whole is not None:
            pair = (whole, remote) if talks.replaces else (local, whole)
            told = ", ".join(f"{a} to {b}" for a, b in alike)
            now = f"{pair[0]} to {pair[1]}"
            why = f"{TITLES[NEC]} chooses among its tunnels by the destination alone"
            talks.told(tunnel, told, now, tunnel.source, why)
        else:
            pair = (local, remote)
        if pair not in found:
            found.append(pair)
    return replace(
        ipsec, local_selectors=tuple(a for a, _ in found), remote_selectors=tuple(b for _, b in found)
    )


def _whole(selectors: Sequence[TrafficSelector]) -> TrafficSelector | None:
    """The one network that is all of these; None where there is none."""
    if any(TrafficSelector(s.start, s.end) != s for s in selectors):
        return None
    found = [n for s in selectors for n in summarize_address_range(s.start, s.end)]
    four = list(collapse_addresses(n for n in found if isinstance(n, IPv4Network)))
    six = list(collapse_addresses(n for n in found if isinstance(n, IPv6Network)))
    return TrafficSelector.of((four or six)[0]) if len(four) + len(six) == 1 else None


# IKEv2.


def _ikev2(tunnel: Ikev2Tunnel, algorithms: IkeAlgorithms, talks: _Talks) -> Ikev2Tunnel:
    local = _named(_known(tunnel, talks), talks.theirs.identities, "our identity", tunnel, talks)
    peer = _named(tunnel.peer, talks.theirs.identities, "the peer's identity", tunnel, talks)
    if talks.target == AWPLUS:
        local = replace(local, secret=_key(local.secret, tunnel, talks))
        peer = replace(peer, secret=_key(peer.secret, tunnel, talks))
    both_keys = local.secret is not None and peer.secret is not None
    if both_keys and local.secret != peer.secret and not talks.theirs.key_each_side:
        whose = "the peer's" if _is_for_many(tunnel, talks) else "ours"
        one = peer.secret if whose != "ours" else local.secret
        local, peer = replace(local, secret=one), replace(peer, secret=one)
        talks.told(
            tunnel,
            "a key for each side",
            f"one key, {whose}, for both",
            tunnel.peer.source or tunnel.source,
            f"{TITLES[talks.target]} has one key between the two",
        )
    return replace(
        tunnel,
        local=local,
        peer=peer,
        ike=replace(tunnel.ike, algorithms=algorithms),
        ipsec=_child(tunnel.ipsec, tunnel, talks),
    )


def _is_for_many(tunnel: Ikev2Tunnel, talks: _Talks) -> bool:
    """Do other peers know our key, too? Then it proves nobody else. NEC IX has one key for an identity, ours,
    whoever the peer is.
    """
    if talks.device.gateway.dialect == NEC and not talks.replaces:
        return False
    others = (t for t in talks.device.gateway.tunnels if t.interface != tunnel.interface)
    return any(isinstance(t, Ikev2Tunnel) and t.local.secret == tunnel.local.secret for t in others)


def _key(secret: Secret | None, tunnel: Tunnel, talks: _Talks) -> Secret | None:
    """A key that can be typed: of one that is not text of one word the hexadecimal digits, as text."""
    if secret is None or not secret.octets or plain_secret(secret) is not None:
        return secret
    why = f"a key of {TITLES[talks.target]} is text of one word"
    talks.told(tunnel, "a key that is no text", "its hexadecimal digits, as text", tunnel.source, why)
    return Secret(secret.octets.hex().encode())


def _known(tunnel: Ikev2Tunnel, talks: _Talks) -> Authentication:
    """Our side with a name, where else an address would say who we are that the other end cannot know."""
    local = tunnel.local
    at = places(tunnel, talks.device)
    if local.identity.data or at.own is not None or tunnel.peer_address is ANY:
        return local
    if talks.replaces and talks.target != NEC:
        return local
    name = _identity_like(
        Identity.of(IdType.ID_FQDN, talks.device.gateway.hostname or "near-end"), frozenset()
    )
    why = f"{TITLES[talks.target]} needs a name for it" if talks.replaces else "the far end cannot know it"
    talks.told(
        tunnel, "our identity, an address from outside,", str(name), local.source or tunnel.source, why
    )
    return replace(local, identity=name, by_address=False)


def _named(
    side: Authentication, types: frozenset[IdType], what: str, tunnel: Tunnel, talks: _Talks
) -> Authentication:
    if side.by_address or not side.identity.data or side.method is not AuthenticationMethod.PSK:
        return side
    identity = _identity_like(side.identity, types)
    if identity != side.identity:
        talks.told(tunnel, f"{what} {side.identity}", str(identity), side.source)
    return replace(side, identity=identity)


def _identity_like(identity: Identity, types: frozenset[IdType]) -> Identity:
    """Itself, or a name of the DNS with the same letters: it need not be one that the DNS knows."""
    fits = {IdType.ID_FQDN: _is_name(identity.text), IdType.ID_RFC822_ADDR: "@" in identity.text}
    if identity.type in types and fits.get(identity.type, True):
        return identity
    text = "".join(c if c.isascii() and (c.isalnum() or c in "-._") else "-" for c in identity.text)
    text = text.strip("-.") or "peer"
    return Identity.of(IdType.ID_FQDN, text if _is_name(text) else f"id-{text}")


def _is_name(text: str) -> bool:
    """Would AlliedWare Plus take it for a name: neither an address nor a mail address?"""
    try:
        ip_address(text)
    except ValueError:
        return is_word(text) and "@" not in text
    return False


def _has_ike(algorithms: IkeAlgorithms, has: Abilities) -> bool:
    """Is there anything in it that a device has?"""
    for each in algorithms.sets:
        usable = [c for c in each.ciphers if c in has.ike_ciphers]
        checked = [i for i in each.integrities if i in has.ike_integrities]
        if has.one_prf:
            checked = [i for i in checked if PRF_OF.get(i) in each.prfs]
        protected = any(c.is_aead for c in usable) or (bool(usable) and bool(checked))
        if protected and has.ike_prfs & set(each.prfs) and has.groups & set(each.key_exchanges):
            return True
    return False


def _ike(algorithms: IkeAlgorithms, tunnel: Tunnel, talks: _Talks) -> IkeAlgorithms:
    ours, theirs = talks.ours, talks.theirs
    if _has_ike(algorithms, theirs):
        return algorithms
    ciphers, groups = ours.ike_ciphers & theirs.ike_ciphers, ours.groups & theirs.groups
    cipher = next((c for c in algorithms.ciphers if c in ciphers and not c.is_aead), None)
    cipher = cipher or cipher_like(next(iter(algorithms.ciphers), None), ciphers)
    integrity = integrity_like(
        next(iter(algorithms.integrities), _STRONG), ours.ike_integrities & theirs.ike_integrities
    )
    first = next(iter(algorithms.key_exchanges), KeyExchangeId.MODP_2048)
    group = next((g for g in algorithms.key_exchanges if g in groups), None) or group_like(first, groups)
    prf = PRF_OF[integrity]
    added = IkeAlgorithms((cipher,), (integrity,), (prf,), (group,))
    talks.told(
        tunnel,
        "the IKE proposals",
        f"{cipher}, {_short(integrity)}, {_short(group)}",
        tunnel.source,
        adds=True,
    )
    if talks.device.gateway.dialect != NEC:
        return replace(algorithms, alternatives=(*algorithms.alternatives, added))
    # Anything goes with anything there.
    return IkeAlgorithms(
        _with(algorithms.ciphers, cipher),
        _with(algorithms.integrities, integrity),
        _with(algorithms.prfs, prf),
        _with(algorithms.key_exchanges, group),
    )


def _share_ike(before: IkeAlgorithms, after: IkeAlgorithms, talks: _Talks) -> None:
    for name, other in talks.tunnels.items():
        if isinstance(other, Ikev2Tunnel) and other.ike.algorithms == before:
            talks.tunnels[name] = replace(other, ike=replace(other.ike, algorithms=after))


def _child(policy: IpsecPolicy, tunnel: Tunnel, talks: _Talks) -> IpsecPolicy:
    ours, theirs = talks.ours, talks.theirs
    algorithms = policy.algorithms
    if not any(
        p.cipher in theirs.child_ciphers and (p.cipher.is_aead or p.integrity in theirs.child_integrities)
        for p in policy.protections()
    ):
        ciphers = ours.child_ciphers & theirs.child_ciphers
        cipher = next((c for c in algorithms.ciphers if c in ciphers and not c.is_aead), None)
        cipher = cipher or cipher_like(next(iter(algorithms.ciphers), None), ciphers)
        integrity = integrity_like(
            next(iter(algorithms.integrities), _STRONG), ours.child_integrities & theirs.child_integrities
        )
        talks.told(tunnel, "the ESP proposals", f"{cipher}, {_short(integrity)}", tunnel.source, adds=True)
        algorithms = _with_protection(
            algorithms, ChildAlgorithms((cipher,), (integrity,), algorithms.key_exchanges), talks
        )
    groups = list(dict.fromkeys(g for s in algorithms.sets for g in s.key_exchanges))
    if groups and KeyExchangeId.NONE not in groups and not theirs.groups & set(groups):
        group = group_like(groups[0], ours.groups & theirs.groups)
        now = (group,) if ours.one_pfs_group else (*groups, group)
        was = f"{'' if ours.one_pfs_group else 'the groups of '}perfect forward secrecy"
        was += f" {'with ' if ours.one_pfs_group else ''}{', '.join(_short(g) for g in groups)}"
        talks.told(tunnel, was, _short(group), tunnel.source, adds=not ours.one_pfs_group)
        algorithms = replace(
            algorithms,
            key_exchanges=now,
            alternatives=tuple(replace(a, key_exchanges=now) for a in algorithms.alternatives),
        )
    return replace(policy, algorithms=algorithms)


def _with_protection(algorithms: ChildAlgorithms, added: ChildAlgorithms, talks: _Talks) -> ChildAlgorithms:
    if talks.device.gateway.dialect != NEC:
        return replace(algorithms, alternatives=(*algorithms.alternatives, added))
    return replace(
        algorithms,
        ciphers=_with(algorithms.ciphers, added.ciphers[0]),
        integrities=_with(algorithms.integrities, added.integrities[0]),
    )


# IKEv1.


def _phase1(tunnel: Ikev1Tunnel, peer: Ikev1Peer, talks: _Talks) -> None:
    """The peer of a tunnel. Where policies are of all peers, a proposal is added for all."""
    changed = peer
    own, far = peer.local_identity, peer.peer_identity
    if own is not None and _identity_like(own, talks.own_v1) != own:
        changed = replace(changed, local_identity=_identity_like(own, talks.own_v1))
        talks.told(tunnel, f"our identity {own}", str(changed.local_identity), peer.source)
    if isinstance(far, Identity) and _identity_like(far, talks.peers_v1) != far:
        changed = replace(changed, peer_identity=_identity_like(far, talks.peers_v1))
        talks.told(tunnel, f"the peer's identity {far}", str(changed.peer_identity), peer.source)
    talks.peers[peer.name] = changed
    usable = [p for p in peer.proposals if _has_phase1(p, talks.theirs)]
    # The first message of aggressive mode carries a key exchange, so its proposals have one group (RFC 2409
    # section 5.4).
    one_group = peer.mode is ExchangeMode.AGGRESSIVE
    if not peer.proposals or any(not one_group or p.group == peer.proposals[0].group for p in usable):
        return
    added = usable[0] if usable else _phase1_like(peer.proposals[0], talks)
    instead = one_group and added.group != peer.proposals[0].group
    talks.told(
        tunnel,
        "the proposal of phase 1" if instead else "the proposals of phase 1",
        f"{added.cipher}, {added.hash.name}, {_short(added.group)}",
        peer.proposals[0].source or peer.source,
        adds=not instead,
    )
    for name, other in talks.peers.items():
        if name == peer.name or (talks.device.gateway.dialect == CISCO and other.proposals == peer.proposals):
            talks.peers[name] = replace(other, proposals=(added,) if instead else (*other.proposals, added))


def _has_phase1(proposal: Phase1Proposal, has: Abilities) -> bool:
    return (
        proposal.cipher in has.phase1_ciphers
        and proposal.hash in has.hashes
        and proposal.group in has.groups
        and proposal.authentication is AuthenticationMethod.PSK
    )


def _phase1_like(proposal: Phase1Proposal, talks: _Talks) -> Phase1Proposal:
    ours, theirs = talks.ours, talks.theirs
    return replace(
        proposal,
        cipher=_kept(proposal.cipher, ours.phase1_ciphers & theirs.phase1_ciphers, cipher_like),
        hash=_kept(proposal.hash, ours.hashes & theirs.hashes, hash_like),
        group=_kept(proposal.group, ours.groups & theirs.groups, group_like),
        name=_next_name(proposal.name, talks),
        source=None,
    )


def _next_name(name: str, talks: _Talks) -> str:
    """A name beside that of a proposal. Cisco's have numbers, in whose order they are offered."""
    if talks.device.gateway.dialect != CISCO:
        return f"{name}-2"
    numbers = [p.name.removeprefix("policy ") for peer in talks.peers.values() for p in peer.proposals]
    last = max((int(n) for n in numbers if n.isdigit()), default=0)
    return f"policy {last + 10}"


def _quick_mode(policy: Ikev1IpsecPolicy, tunnel: Ikev1Tunnel, talks: _Talks) -> Ikev1IpsecPolicy:
    ours, theirs = talks.ours, talks.theirs
    changed = policy
    if policy.proposals and not any(_has_phase2(p, theirs) for p in policy.proposals):
        first = policy.proposals[0]
        checked = first.integrity if first.integrity != IntegrityId.NONE else first.ah
        added = replace(
            first,
            cipher=_esp_cipher(first, talks),
            integrity=_kept(
                checked if checked != IntegrityId.NONE else _STRONG,
                ours.esp_integrities & theirs.esp_integrities,
                integrity_like,
            ),
            ah=IntegrityId.NONE,
            name=f"{first.name}-2",
            source=None,
        )
        said = f"ESP with {added.cipher}, {_short(added.integrity)}"
        talks.told(tunnel, "the proposals of phase 2", said, first.source or tunnel.source, adds=True)
        changed = replace(changed, proposals=(*policy.proposals, added))
    if talks.device.gateway.l2tp_server(tunnel.interface) is not None:
        # Who dials in says the port of L2TP; each maker's server takes it (RFC 3193 section 4).
        changed = replace(changed, sends_identities=talks.target != NEC)
        return _with_pfs(changed, tunnel, talks)
    if not policy.sends_identities and talks.target != NEC:
        told = "quick mode without identities"
        talks.told(tunnel, told, "quick mode with the identities of the map", tunnel.source)
        changed = replace(changed, sends_identities=True)
    return _with_pfs(_without_ports(changed, tunnel, talks), tunnel, talks)


def _with_pfs(policy: Ikev1IpsecPolicy, tunnel: Ikev1Tunnel, talks: _Talks) -> Ikev1IpsecPolicy:
    ours, theirs = talks.ours, talks.theirs
    changed = policy
    if policy.pfs != KeyExchangeId.NONE and policy.pfs not in theirs.groups:
        group = group_like(policy.pfs, ours.groups & theirs.groups)
        talks.told(tunnel, f"perfect forward secrecy with {_short(policy.pfs)}", _short(group), tunnel.source)
        changed = replace(changed, pfs=group)
    return changed


def _without_ports(policy: Ikev1IpsecPolicy, tunnel: Tunnel, talks: _Talks) -> Ikev1IpsecPolicy:
    """Only Cisco's identities of phase 2 have protocols and ports."""
    if talks.target == CISCO:
        return policy
    plain = [
        tuple(TrafficSelector(s.start, s.end) for s in side)
        for side in (policy.local_selectors, policy.remote_selectors)
    ]
    if plain == [policy.local_selectors, policy.remote_selectors]:
        return policy
    for was, now in zip(
        zip(policy.local_selectors, policy.remote_selectors, strict=False),
        zip(*plain, strict=False),
        strict=True,
    ):
        if was != now:
            why = f"{TITLES[talks.target]} has no protocols and ports in phase 2 of IKEv1"
            told = f"{was[0]} to {was[1]}"
            talks.told(tunnel, told, f"{now[0]} to {now[1]}", tunnel.source, why)
    pairs = tuple(dict.fromkeys(zip(*plain, strict=False)))
    return replace(
        policy, local_selectors=tuple(a for a, _ in pairs), remote_selectors=tuple(b for _, b in pairs)
    )


def _esp_cipher(proposal: Phase2Proposal, talks: _Talks) -> Cipher:
    known = talks.ours.esp_ciphers & talks.theirs.esp_ciphers
    cipher = proposal.cipher
    if cipher is not None and cipher in known and not cipher.is_aead:
        return cipher
    return cipher_like(cipher, known)


def _has_phase2(proposal: Phase2Proposal, has: Abilities) -> bool:
    cipher = proposal.cipher
    if proposal.ah != IntegrityId.NONE and not has.has_ah:
        return False
    if cipher is None or cipher not in has.esp_ciphers:
        return cipher is None and proposal.ah != IntegrityId.NONE
    # Within AH encryption alone will do.
    if proposal.integrity == IntegrityId.NONE and proposal.ah != IntegrityId.NONE:
        return True
    return cipher.is_aead or proposal.integrity in has.esp_integrities


def _kept(value: T, known: frozenset[T], like: Callable[[T, frozenset[T]], T]) -> T:
    return value if value in known else like(value, known)


def _with(values: tuple[T, ...], added: T) -> tuple[T, ...]:
    return values if added in values else (*values, added)


def _short(value: IntegrityId | KeyExchangeId) -> str:
    return value.name.removeprefix("AUTH_").replace("_", "-")
