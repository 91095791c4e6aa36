"""The sheet of a tunnel that IKEv2 makes (RFC 7296)."""

from collections.abc import Callable, Hashable, Sequence
from itertools import product
from typing import Any

from kakehashi.check.sheet import names
from kakehashi.check.sheet.common import Half, common, identity_rows, inner_rows, lifetime_text, peer_row
from kakehashi.check.sheet.ikev1 import encapsulation_row
from kakehashi.check.sheet.row import NOTHING, Cell, Row
from kakehashi.model.algorithms import ChildAlgorithms, IkeAlgorithms
from kakehashi.model.identity import Authentication
from kakehashi.model.policy import ResponderSelectors
from kakehashi.model.selector import TrafficSelector
from kakehashi.model.tunnel import Ikev2Tunnel
from kakehashi.wire.registry.ikev2 import IntegrityId, KeyExchangeId

Algorithms = IkeAlgorithms | ChildAlgorithms
Column = tuple[Callable[[Any], Sequence[Hashable]], Callable[[Any], str]]


def _integrities(algorithms: Algorithms) -> Sequence[IntegrityId]:
    """AEAD ciphers need none (RFC 7296 section 3.3)."""
    aead = any(cipher.is_aead for cipher in algorithms.ciphers)
    plain = any(not cipher.is_aead for cipher in algorithms.ciphers)
    return (*(algorithms.integrities if plain else ()), *((IntegrityId.NONE,) if aead else ()))


def _pfs(algorithms: ChildAlgorithms) -> Sequence[KeyExchangeId]:
    return algorithms.key_exchanges or (KeyExchangeId.NONE,)


_IKE: dict[str, Column] = {
    "encryption": (lambda s: s.ciphers, names.cipher),
    "hash": (_integrities, names.integrity),
    "prf": (lambda s: s.prfs, names.prf),
    "dh-group": (lambda s: s.key_exchanges, names.group),
}
_CHILD: dict[str, Column] = {
    "encryption": (lambda s: s.ciphers, names.cipher),
    "authentication": (_integrities, names.integrity),
    "pfs": (_pfs, names.group),
}
# Where one of the two has AH, which has no encryption.
_CHILD_OR_AH: dict[str, Column] = {
    "protocol": (lambda s: ("AH",) if s.ah else ("ESP",), str),
    "encryption": (lambda s: s.ciphers or (None,), names.cipher),
    "authentication": (lambda s: s.ah or _integrities(s), names.integrity),
    "pfs": (_pfs, names.group),
}


def ikev2_rows(a: Half, b: Half) -> list[Row]:
    """The IKE SA as phase 1, its Child SAs as phase 2."""
    here, there = a.end.tunnel, b.end.tunnel
    if not isinstance(here, Ikev2Tunnel) or not isinstance(there, Ikev2Tunnel):
        raise TypeError("both tunnels must be of IKEv2")
    return _phase1(a, b, here, there) + _phase2(a, b, here, there)


def _phase1(a: Half, b: Half, here: Ikev2Tunnel, there: Ikev2Tunnel) -> list[Row]:
    rows = _algorithm_rows(1, a, b, here.ike.algorithms, there.ike.algorithms, _IKE)
    rows.insert(2, _authentication(a, b, here, there))
    rows.append(_lifetime(1, a, b, here.ike.rekey.lifetime, there.ike.rekey.lifetime))
    rows.append(_key(a, b, here, there))
    rows.append(peer_row(1, a, b))
    said = [names.identity(t.local.identity) for t in (here, there)]
    wanted = [names.identity(t.peer.identity) for t in (here, there)]
    rows += identity_rows(a, b, said, wanted)
    cells = [
        h.cell("1/keepalive", str(t.ike.dpd_interval or NOTHING), h.end.tunnel.source)
        for h, t in ((a, here), (b, there))
    ]
    agreed = cells[0].text if cells[0].text == cells[1].text else "each its own"
    rows.append(Row(phase=1, parameter="keepalive", a=cells[0], b=cells[1], agreed=agreed))
    rows.append(Row(phase=1, parameter="mode", a=Cell("IKEv2"), b=Cell("IKEv2"), agreed="IKEv2"))
    return rows


def _authentication(a: Half, b: Half, here: Ikev2Tunnel, there: Ikev2Tunnel) -> Row:
    """How each end proves itself, beside what the other expects of it."""

    def says(tunnel: Ikev2Tunnel) -> str:
        return names.METHODS[tunnel.local.method]

    fits = here.local.method is there.peer.method and there.local.method is here.peer.method
    cells = [
        h.cell("1/authentication", says(t), t.local.source, h.end.tunnel.source)
        for h, t in ((a, here), (b, there))
    ]
    return Row(
        phase=1,
        parameter="authentication",
        a=cells[0],
        b=cells[1],
        agreed=names.listed([says(here), says(there)]) if fits else "",
        fits=fits,
    )


def _key(a: Half, b: Half, here: Ikev2Tunnel, there: Ikev2Tunnel) -> Row:
    """Each end has a key of its own, which may be the same."""
    fits = _same(here.local, there.peer) and _same(there.local, here.peer)
    cells = []
    for half, tunnel, other in ((a, here, there), (b, there, here)):
        wrong = [tunnel.local] * (not _same(tunnel.local, other.peer))
        wrong += [tunnel.peer] * (not _same(tunnel.peer, other.local))
        sources = [one.source for one in wrong or (tunnel.local, tunnel.peer)]
        is_set = tunnel.local.secret is not None and tunnel.peer.secret is not None
        cells.append(half.cell("1/pre-shared-key", "set" if is_set else "not set", *sources))
    return Row(
        phase=1,
        parameter="pre-shared-key",
        a=cells[0],
        b=cells[1],
        agreed="same" if fits else "",
        fits=fits,
    )


def _same(one: Authentication, other: Authentication) -> bool:
    if one.secret is None and other.secret is None:
        return one.method is other.method  # signatures have no key in common
    return one.secret == other.secret


def _phase2(a: Half, b: Half, here: Ikev2Tunnel, there: Ikev2Tunnel) -> list[Row]:
    mine, theirs = here.ipsec.algorithms, there.ipsec.algorithms
    if any(one.ah for one in (*mine.sets, *theirs.sets)):
        rows = _algorithm_rows(2, a, b, mine, theirs, _CHILD_OR_AH)
    else:
        rows = [Row(phase=2, parameter="protocol", a=Cell("ESP"), b=Cell("ESP"), agreed="ESP")]
        rows += _algorithm_rows(2, a, b, mine, theirs, _CHILD)
    rows.append(_lifetime(2, a, b, here.ipsec.rekey.lifetime, there.ipsec.rekey.lifetime))
    rows.append(encapsulation_row(a, b, [], []))
    rows += inner_rows(a, b)
    rows.append(peer_row(2, a, b))
    rows.append(_traffic(a, b, here, there))
    exchange = Cell("IKE_AUTH, CREATE_CHILD_SA")
    rows.append(Row(phase=2, parameter="exchange", a=exchange, b=exchange, agreed=exchange.text))
    return rows


def _lifetime(phase: int, a: Half, b: Half, mine: int, theirs: int) -> Row:
    """Lifetimes are not negotiated (RFC 7296 section 2.8): the shorter one rekeys first."""
    key = f"{phase}/lifetime"
    return Row(
        phase=phase,
        parameter="lifetime",
        a=a.cell(key, lifetime_text([mine]), a.end.tunnel.source),
        b=b.cell(key, lifetime_text([theirs]), b.end.tunnel.source),
        agreed=f"{min(mine, theirs)} s",
    )


def _traffic(a: Half, b: Half, here: Ikev2Tunnel, there: Ikev2Tunnel) -> Row:
    """A responder may narrow what it is offered (RFC 7296 section 2.9)."""
    mine, theirs = here.ipsec, there.ipsec
    takes_all = any(p.responder_selectors is ResponderSelectors.AS_PROPOSED for p in (mine, theirs))
    local = _narrowed(mine.local_selectors, theirs.remote_selectors)
    remote = _narrowed(mine.remote_selectors, theirs.local_selectors)
    fits = takes_all or bool(local and remote)
    texts = [names.traffic(p.local_selectors, p.remote_selectors) for p in (mine, theirs)]
    agreed = names.traffic(local, remote) if local and remote else texts[0]
    return Row(
        phase=2,
        parameter="traffic",
        a=a.cell("2/traffic", texts[0], a.end.tunnel.source),
        b=b.cell("2/traffic", texts[1], b.end.tunnel.source),
        agreed=agreed if fits else "",
        fits=fits,
    )


def _narrowed(mine: Sequence[TrafficSelector], theirs: Sequence[TrafficSelector]) -> list[TrafficSelector]:
    found = (one.intersect(other) for one in mine for other in theirs)
    return list(dict.fromkeys(s for s in found if s is not None))


def _algorithm_rows(
    phase: int, a: Half, b: Half, mine: Algorithms, theirs: Algorithms, columns: dict[str, Column]
) -> list[Row]:
    one, other = _closest(mine, theirs, columns)
    rows = []
    for parameter, (values, name) in columns.items():
        key = f"{phase}/{parameter}"
        texts = [
            names.listed(name(value) for s in algorithms.sets for value in values(s))
            for algorithms in (mine, theirs)
        ]
        agreed = common(values(one), values(other))
        rows.append(
            Row(
                phase=phase,
                parameter=parameter,
                a=a.cell(key, texts[0], a.end.tunnel.source),
                b=b.cell(key, texts[1], b.end.tunnel.source),
                agreed="" if agreed is None else name(agreed),
                fits=agreed is not None,
            )
        )
    return rows


def _closest(
    mine: Algorithms, theirs: Algorithms, columns: dict[str, Column]
) -> tuple[Algorithms, Algorithms]:
    """Of all pairs of sets that with the fewest parameters without anything in common."""

    def apart(pair: tuple[Algorithms, Algorithms]) -> int:
        return sum(common(values(pair[0]), values(pair[1])) is None for values, _ in columns.values())

    pairs: list[tuple[Algorithms, Algorithms]] = list(product(mine.sets, theirs.sets))
    return min(pairs, key=apart)
