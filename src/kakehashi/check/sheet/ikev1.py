"""The sheet of a tunnel that IKEv1 makes (RFC 2409, RFC 2407)."""

from collections.abc import Callable, Sequence
from itertools import product
from typing import TypeVar

from kakehashi.check.sheet import names
from kakehashi.check.sheet.common import Half, identity_rows, inner_rows, lifetime_text, peer_row, volume_rows
from kakehashi.check.sheet.row import NOTHING, Cell, Row
from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import (
    ExchangeMode,
    Ikev1IpsecPolicy,
    Ikev1Peer,
    Ikev1Tunnel,
    PeerIdentity,
    Phase1Proposal,
    Phase2Proposal,
)
from kakehashi.model.selector import TrafficSelector
from kakehashi.model.source import Source
from kakehashi.wire.registry.ikev2 import IntegrityId

P = TypeVar("P", Phase1Proposal, Phase2Proposal)

_PHASE1: dict[str, Callable[[Phase1Proposal], str]] = {
    "encryption": lambda p: names.cipher(p.cipher),
    "hash": lambda p: names.hash_algorithm(p.hash),
    "authentication": lambda p: names.METHODS[p.authentication],
    "dh-group": lambda p: names.group(p.group),
}


def _protocol(proposal: Phase2Proposal) -> str:
    parts = ["ESP"] * (proposal.cipher is not None) + ["AH"] * (proposal.ah != IntegrityId.NONE)
    return " and ".join(parts) or NOTHING


_PHASE2: dict[str, Callable[[Phase2Proposal], str]] = {
    "protocol": _protocol,
    "encryption": lambda p: names.cipher(p.cipher),
    "authentication": lambda p: names.integrity(p.integrity if p.ah == IntegrityId.NONE else p.ah),
}


def ikev1_rows(a: Half, b: Half) -> list[Row]:
    """Both phases."""
    here, there = a.end.tunnel, b.end.tunnel
    if not isinstance(here, Ikev1Tunnel) or not isinstance(there, Ikev1Tunnel):
        raise TypeError("both tunnels must be of IKEv1")
    peers = _peers(a, here, b, there)
    rows = [] if peers is None else _phase1(a, b, *peers)
    return rows + _phase2(a, b, here.ipsec, there.ipsec)


def _peers(a: Half, here: Ikev1Tunnel, b: Half, there: Ikev1Tunnel) -> tuple[Ikev1Peer, Ikev1Peer] | None:
    """Of all peers that could be meant, the two that fit best; the first ones where all fit alike."""
    found = product(a.device.peers_of(here), b.device.peers_of(there))
    return max(found, key=lambda pair: _likeness(*pair), default=None)


def _likeness(mine: Ikev1Peer, theirs: Ikev1Peer) -> tuple[int, bool]:
    known = sum(
        expected == said
        for expected, said in (
            (mine.peer_identity, theirs.local_identity),
            (theirs.peer_identity, mine.local_identity),
        )
        if isinstance(expected, Identity)
    )
    return known, mine.secret == theirs.secret


def _phase1(a: Half, b: Half, mine: Ikev1Peer, theirs: Ikev1Peer) -> list[Row]:
    pair = _closest(mine.proposals, theirs.proposals, _PHASE1)
    rows = _proposal_rows(
        1, a, b, mine.proposals, theirs.proposals, _PHASE1, pair, (mine.source, theirs.source)
    )
    sources = [[p.source for p in peer.proposals] for peer in (mine, theirs)]
    lifetimes = [[p.lifetime for p in peer.proposals] for peer in (mine, theirs)]
    kilobytes = [[p.kilobytes for p in peer.proposals] for peer in (mine, theirs)]
    rows.append(
        Row(
            phase=1,
            parameter="lifetime",
            a=a.cell("1/lifetime", lifetime_text(lifetimes[0]), *sources[0]),
            b=b.cell("1/lifetime", lifetime_text(lifetimes[1]), *sources[1]),
            agreed=f"{min(p.lifetime for p in pair)} s" if pair else "",
        )
    )
    rows += volume_rows(1, a, b, kilobytes[0], kilobytes[1])
    rows.append(_key(a, b, mine, theirs))
    rows.append(peer_row(1, a, b))
    rows += _identities(a, b, mine, theirs)
    rows.append(_keepalive(a, b, mine, theirs))
    rows.append(_mode(a, b, mine, theirs))
    return rows


def _key(a: Half, b: Half, mine: Ikev1Peer, theirs: Ikev1Peer) -> Row:
    fits = mine.secret is not None and mine.secret == theirs.secret
    cells = [
        h.cell("1/pre-shared-key", "set" if peer.secret is not None else "not set", peer.source)
        for h, peer in ((a, mine), (b, theirs))
    ]
    return Row(
        phase=1,
        parameter="pre-shared-key",
        a=cells[0],
        b=cells[1],
        agreed="same" if fits else "",
        fits=fits,
    )


def _identities(a: Half, b: Half, mine: Ikev1Peer, theirs: Ikev1Peer) -> list[Row]:
    said = [_said(mine, a), _said(theirs, b)]
    wanted = [_wanted(mine, b), _wanted(theirs, a)]
    if all(p.local_identity is None and isinstance(p.peer_identity, PeerIdentity) for p in (mine, theirs)):
        return []
    return identity_rows(a, b, said, wanted)


def _said(peer: Ikev1Peer, half: Half) -> str:
    own = peer.local_identity
    return names.identity(own) if own is not None else f"address {half.address.inside}"


def _wanted(peer: Ikev1Peer, far: Half) -> str | None:
    """With main mode and a key for an address the peer's own word counts little: see `PeerIdentity`."""
    match peer.peer_identity:
        case Identity() as wanted:
            return names.identity(wanted)
        case PeerIdentity.ADDRESS if peer.is_fixed:
            return f"address {far.address.inside}"
    return None


def _keepalive(a: Half, b: Half, mine: Ikev1Peer, theirs: Ikev1Peer) -> Row:
    cells = [
        h.cell("1/keepalive", str(peer.dpd.interval) if peer.dpd else NOTHING, peer.source)
        for h, peer in ((a, mine), (b, theirs))
    ]
    agreed = cells[0].text if cells[0].text == cells[1].text else "each its own"
    return Row(phase=1, parameter="keepalive", a=cells[0], b=cells[1], agreed=agreed)


def _mode(a: Half, b: Half, mine: Ikev1Peer, theirs: Ikev1Peer) -> Row:
    """A responder follows, if it takes aggressive mode at all (V1-31, CI-04)."""
    cells = [h.cell("1/mode", names.MODES[peer.mode], peer.source) for h, peer in ((a, mine), (b, theirs))]
    begins = [p for p, h in ((mine, a), (theirs, b)) if h.end.can_begin]
    refused = any(
        one.mode is ExchangeMode.AGGRESSIVE and not other.accepts_aggressive
        for one, other in ((mine, theirs), (theirs, mine))
        if one in begins
    )
    agreed = names.listed(names.MODES[p.mode] for p in begins)
    return Row(
        phase=1, parameter="mode", a=cells[0], b=cells[1], agreed="" if refused else agreed, fits=not refused
    )


def _phase2(a: Half, b: Half, mine: Ikev1IpsecPolicy, theirs: Ikev1IpsecPolicy) -> list[Row]:
    pair = _closest(mine.proposals, theirs.proposals, _PHASE2)
    rows = _proposal_rows(2, a, b, mine.proposals, theirs.proposals, _PHASE2, pair, (None, None))
    rows.append(_pfs(a, b, mine, theirs))
    sources = [[p.source for p in policy.proposals] for policy in (mine, theirs)]
    texts = [lifetime_text(p.lifetime for p in policy.proposals) for policy in (mine, theirs)]
    kilobytes = [[p.kilobytes for p in policy.proposals] for policy in (mine, theirs)]
    rows.append(
        Row(
            phase=2,
            parameter="lifetime",
            a=a.cell("2/lifetime", texts[0], *sources[0], a.end.tunnel.source),
            b=b.cell("2/lifetime", texts[1], *sources[1], b.end.tunnel.source),
            agreed=f"{min(p.lifetime for p in pair)} s" if pair else "",
        )
    )
    rows += volume_rows(2, a, b, kilobytes[0], kilobytes[1])
    rows.append(encapsulation_row(a, b, *sources))
    rows += inner_rows(a, b)
    rows.append(peer_row(2, a, b))
    rows.append(_traffic(a, b, mine, theirs))
    rows.append(
        Row(phase=2, parameter="exchange", a=Cell("quick mode"), b=Cell("quick mode"), agreed="quick mode")
    )
    return rows


def encapsulation_row(a: Half, b: Half, *sources: Sequence[Source | None]) -> Row:
    """Tunnel or transport mode."""
    modes = [names.ENCAPSULATIONS[h.end.tunnel.ipsec.mode] for h in (a, b)]
    fits = modes[0] == modes[1]
    return Row(
        phase=2,
        parameter="mode",
        a=a.cell("2/mode", modes[0], *sources[0], a.end.tunnel.source),
        b=b.cell("2/mode", modes[1], *sources[1], b.end.tunnel.source),
        agreed=modes[0] if fits else "",
        fits=fits,
    )


def _pfs(a: Half, b: Half, mine: Ikev1IpsecPolicy, theirs: Ikev1IpsecPolicy) -> Row:
    groups = [names.group(policy.pfs) for policy in (mine, theirs)]
    fits = groups[0] == groups[1]
    return Row(
        phase=2,
        parameter="pfs",
        a=a.cell("2/pfs", groups[0], a.end.tunnel.source),
        b=b.cell("2/pfs", groups[1], b.end.tunnel.source),
        agreed=groups[0] if fits else "",
        fits=fits,
    )


def _traffic(a: Half, b: Half, mine: Ikev1IpsecPolicy, theirs: Ikev1IpsecPolicy) -> Row:
    """Quick mode's identities are taken as they are or not at all (RFC 2409 section 5.5)."""
    here = set(_in_step(mine.local_selectors, mine.remote_selectors))
    there = set(_in_step(theirs.remote_selectors, theirs.local_selectors))
    fits = not (mine.sends_identities and theirs.sends_identities) or bool(here & there)
    texts = [names.traffic(p.local_selectors, p.remote_selectors) for p in (mine, theirs)]
    return Row(
        phase=2,
        parameter="traffic",
        a=a.cell("2/traffic", texts[0], a.end.tunnel.source),
        b=b.cell("2/traffic", texts[1], b.end.tunnel.source),
        agreed=texts[0] if fits else "",
        fits=fits,
    )


def _in_step(
    local: tuple[TrafficSelector, ...], remote: tuple[TrafficSelector, ...]
) -> list[tuple[TrafficSelector, TrafficSelector]]:
    return list(zip(local, remote, strict=False))


def _closest(
    mine: tuple[P, ...], theirs: tuple[P, ...], columns: dict[str, Callable[[P], str]]
) -> tuple[P, P] | None:
    """Of all pairs of proposals that with the fewest differences; the first of them."""

    def differences(pair: tuple[P, P]) -> int:
        return sum(value(pair[0]) != value(pair[1]) for value in columns.values())

    return min(product(mine, theirs), key=differences, default=None)


def _proposal_rows(
    phase: int,
    a: Half,
    b: Half,
    mine: tuple[P, ...],
    theirs: tuple[P, ...],
    columns: dict[str, Callable[[P], str]],
    pair: tuple[P, P] | None,
    owners: tuple[Source | None, Source | None],
) -> list[Row]:
    """`owners`: where the proposals would be named, if there are none."""
    rows = []
    for parameter, value in columns.items():
        texts = [names.listed(value(p) for p in proposals) for proposals in (mine, theirs)]
        fits = pair is not None and value(pair[0]) == value(pair[1])
        key = f"{phase}/{parameter}"
        rows.append(
            Row(
                phase=phase,
                parameter=parameter,
                a=_proposal_cell(a, key, texts[0], [p.source for p in mine], owners[0]),
                b=_proposal_cell(b, key, texts[1], [p.source for p in theirs], owners[1]),
                agreed=value(pair[0]) if pair is not None and fits else "",
                fits=fits,
            )
        )
    return rows


def _proposal_cell(
    half: Half, key: str, text: str, proposals: Sequence[Source | None], owner: Source | None
) -> Cell:
    """Where there is no proposal no line says anything, and something is wrong where it is named."""
    if proposals:
        return half.cell(key, text, *proposals, *half.here())
    return Cell(text, "", (owner,) if owner is not None else half.here())
