"""What is offered and what is chosen: Security Association payloads against our algorithms (RFC 7296 section
3.3).

AEAD ciphers and others stand in separate proposals, for an AEAD cipher takes no integrity transform beside it
(RFC 5282 section 8); so does each alternative of a policy. Here such a group of ciphers with what goes along
is a `Shape`, and all that a policy allows is `Allowed`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kakehashi.crypto import key_exchange, prf
from kakehashi.crypto.sizes import CIPHERS, INTEGRITY
from kakehashi.ike.mismatch import Mismatch
from kakehashi.ike.names import cipher_name, group_name, listed, type_name, value_name
from kakehashi.model.algorithms import ChildAlgorithms, Cipher, IkeAlgorithms
from kakehashi.wire.registry.ikev2 import (
    EncryptionId,
    EsnId,
    IntegrityId,
    KeyExchangeId,
    PrfId,
    ProtocolId,
    TransformType,
)
from kakehashi.wire.registry.open_enum import by_number
from kakehashi.wire.v2.sa import Proposal, Transform

Value = tuple[int, int]  # the transform's number and its key length in bits
Shape = dict[TransformType, tuple[Value, ...]]  # most preferred first
Choice = dict[TransformType, Value]


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a policy allows: the shapes, and every cipher with its shape, most preferred first.

    A shape of AH has no ciphers, and stands beside `_NO_CIPHER`.
    `offers`: the transforms of each shape, as an initiator offers them.
    """

    shapes: tuple[Shape, ...]
    ciphers: tuple[tuple[Value, Shape], ...]
    offers: tuple[tuple[Transform, ...], ...]


_NO_CIPHER: Value = (0, 0)

# A transform type that is not offered counts as this value (RFC 7296 section 3.3.3). ESN is mandatory for
# ESP, but implementations that leave it out mean NO_ESN.
_ABSENT: Choice = {
    TransformType.INTEG: (IntegrityId.NONE, 0),
    TransformType.KE: (KeyExchangeId.NONE, 0),
    TransformType.ESN: (EsnId.NO_ESN, 0),
}
_ORDER = (
    TransformType.ENCR,
    TransformType.PRF,
    TransformType.INTEG,
    TransformType.KE,
    TransformType.ESN,
)
_CIPHERS, _PRFS, _INTEGRITIES = by_number(EncryptionId), by_number(PrfId), by_number(IntegrityId)
_GROUPS, _ESN = by_number(KeyExchangeId), by_number(EsnId)
_BY_NUMBER: Mapping[TransformType, Mapping[int, int]] = {
    TransformType.ENCR: _CIPHERS,
    TransformType.PRF: _PRFS,
    TransformType.INTEG: _INTEGRITIES,
    TransformType.KE: _GROUPS,
    TransformType.ESN: _ESN,
}


@dataclass(frozen=True, slots=True)
class IkeSuite:
    """What protects an IKE SA. `integrity` is NONE with an AEAD cipher."""

    cipher: Cipher
    integrity: IntegrityId
    prf: PrfId
    group: KeyExchangeId


@dataclass(frozen=True, slots=True)
class ChildSuite:
    """What protects a Child SA. `group` is NONE without perfect forward secrecy. `cipher` None: it is AH, and
    `ah` is its algorithm.
    """

    cipher: Cipher | None
    integrity: IntegrityId
    group: KeyExchangeId
    esn: bool
    ah: IntegrityId = IntegrityId.NONE

    @property
    def protocol(self) -> ProtocolId:
        """ESP or AH."""
        return ProtocolId.AH if self.cipher is None else ProtocolId.ESP


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice among what was offered. `spi` is the offerer's."""

    values: Choice
    number: int
    protocol: ProtocolId
    spi: bytes
    transforms: tuple[Transform, ...]

    def answer(self, spi: bytes) -> Proposal:
        """What the responder sends back, with its own SPI."""
        return Proposal(self.number, self.protocol, spi, self.transforms)

    def ike_suite(self) -> IkeSuite:
        """The choice for an IKE SA."""
        return IkeSuite(
            self._cipher(),
            _INTEGRITIES[self.values[TransformType.INTEG][0]],
            _PRFS[self.values[TransformType.PRF][0]],
            self.group,
        )

    def child_suite(self) -> ChildSuite:
        """The choice for a Child SA."""
        if self.protocol == ProtocolId.AH:
            integrity = _INTEGRITIES[self.values[TransformType.INTEG][0]]
            esn = self.values[TransformType.ESN][0] == EsnId.ESN
            return ChildSuite(None, IntegrityId.NONE, self.group, esn, integrity)
        return ChildSuite(
            self._cipher(),
            _INTEGRITIES[self.values[TransformType.INTEG][0]],
            self.group,
            self.values[TransformType.ESN][0] == EsnId.ESN,
        )

    @property
    def group(self) -> KeyExchangeId:
        """The key exchange, NONE without."""
        return _GROUPS[self.values.get(TransformType.KE, (KeyExchangeId.NONE, 0))[0]]

    def _cipher(self) -> Cipher:
        number, bits = self.values[TransformType.ENCR]
        return Cipher(_CIPHERS[number], bits)


@lru_cache(maxsize=256)
def ike_allowed(algorithms: IkeAlgorithms) -> Allowed:
    """What an IKE SA may be made of. The shape of the most preferred cipher comes first.

    What our crypto does not know is left out: it could be agreed, but not used.
    """
    prfs, groups = prf.supported(), key_exchange.supported()
    return _together(
        _allowed(
            # RFC 7296 section 5: an IKE SA is always encrypted.
            [c for c in one.ciphers if c.id is not EncryptionId.ENCR_NULL],
            one.integrities,
            {
                TransformType.PRF: _values(p for p in one.prfs if p in prfs),
                TransformType.KE: _values(g for g in one.key_exchanges if g in groups),
            },
        )
        for one in algorithms.sets
    )


@lru_cache(maxsize=256)
def child_allowed(algorithms: ChildAlgorithms, with_key_exchange: bool) -> Allowed:
    """What a Child SA may be made of. `with_key_exchange` is False for the one of IKE_AUTH, which has no KE
    payload.
    """
    usable = key_exchange.supported() | {KeyExchangeId.NONE} if with_key_exchange else frozenset()
    return _together(
        (_allowed_ah if one.ah else _allowed)(
            one.ciphers,
            one.ah or one.integrities,
            {
                TransformType.KE: _values(g for g in one.key_exchanges if g in usable)
                or (_ABSENT[TransformType.KE],),
                TransformType.ESN: _values((EsnId.ESN, EsnId.NO_ESN) if one.esn else (EsnId.NO_ESN,)),
            },
        )
        for one in algorithms.sets
    )


def offer(allowed: Allowed, protocol: ProtocolId, spi: bytes) -> tuple[Proposal, ...]:
    """The proposals of an initiator, numbered from 1 (RFC 7296 section 3.3.1)."""
    return tuple(
        Proposal(number, protocol if _has_cipher(transforms) else ProtocolId.AH, spi, transforms)
        for number, transforms in enumerate(allowed.offers, 1)
    )


def _has_cipher(transforms: Sequence[Transform]) -> bool:
    return any(transform.type == TransformType.ENCR for transform in transforms)


def choose(allowed: Allowed, proposals: Sequence[Proposal], protocol: ProtocolId) -> Chosen | Mismatch:
    """The responder's choice, by our own order of preference among what is offered."""
    known = {ProtocolId.AH if cipher == _NO_CIPHER else protocol for cipher, _ in allowed.ciphers}
    offers = [(p, _read(p)) for p in proposals if p.protocol in (known or {protocol})]
    for cipher, shape in allowed.ciphers:
        for proposal, offered in offers:
            is_ah = proposal.protocol == ProtocolId.AH
            if is_ah != (cipher == _NO_CIPHER) or not offered.keys() <= shape.keys():
                continue
            if not is_ah and cipher not in offered.get(TransformType.ENCR, ()):
                continue
            values = _agree(shape, cipher, offered)
            if values is not None:
                return _chosen(proposal, offered, values)
    return _mismatch(allowed.shapes, [offered for _, offered in offers])


def accept(allowed: Allowed, proposals: Sequence[Proposal], protocol: ProtocolId) -> Chosen | Mismatch:
    """The initiator's check of the one proposal that came back: it must be a selection from ours."""
    if len(proposals) != 1 or proposals[0].protocol not in (protocol, ProtocolId.AH):
        return Mismatch(())
    if any(len(values) != 1 for values in _read(proposals[0]).values()):
        return Mismatch(())
    return choose(allowed, proposals, protocol)


def without_key_exchange(proposals: Iterable[Proposal]) -> tuple[Proposal, ...]:
    """The same proposals for IKE_AUTH, where a key exchange has no meaning (RFC 7296 section 1.2)."""
    return tuple(
        Proposal(
            p.number,
            p.protocol,
            p.spi,
            tuple(t for t in p.transforms if t.type != TransformType.KE),
        )
        for p in proposals
    )


def first_group(allowed: Allowed, preferred: KeyExchangeId = KeyExchangeId.NONE) -> KeyExchangeId:
    """The group of the KE payload: `preferred` where we offer it, else our first; NONE is none."""
    groups = [KeyExchangeId(number) for shape in allowed.shapes for number, _ in shape[TransformType.KE]]
    if preferred in groups or not groups:
        return preferred
    return groups[0]


def offers_group(allowed: Allowed, group: KeyExchangeId) -> bool:
    """Is the group among what we offer?"""
    return any((group, 0) in shape[TransformType.KE] for shape in allowed.shapes)


@lru_cache(maxsize=256)
def describe_suite(suite: IkeSuite) -> str:
    """The algorithms of an IKE SA, in a sentence."""
    parts = [cipher_name(suite.cipher)]
    if not suite.cipher.is_aead:
        parts.append(value_name(TransformType.INTEG, suite.integrity))
    return " ".join([*parts, value_name(TransformType.PRF, suite.prf), group_name(suite.group)])


def offered_text(allowed: Allowed) -> str:
    """All that we offer, in a sentence."""
    kinds = [kind for kind in _ORDER if any(kind in shape for shape in allowed.shapes)]
    texts = []
    for kind in kinds:
        values = _distinct(
            v for shape in allowed.shapes for v in shape.get(kind, ()) if v != _ABSENT.get(kind)
        )
        if values:
            texts.append(f"{type_name(kind)} {_text(kind, values)}")
    return "; ".join(texts)


def _values(numbers: Iterable[int]) -> tuple[Value, ...]:
    return tuple((number, 0) for number in numbers)


def _allowed(ciphers: Sequence[Cipher], integrities: Sequence[IntegrityId], rest: Shape) -> Allowed:
    shapes: dict[bool, Shape] = {}
    ciphers = [c for c in ciphers if (shape := CIPHERS.get(c.id)) and c.key_bits in shape.key_bits]
    integrities = [i for i in integrities if i in INTEGRITY]
    for aead in dict.fromkeys(c.is_aead for c in ciphers):
        integrity = (_ABSENT[TransformType.INTEG],) if aead else _values(integrities)
        same = tuple((c.id, c.key_bits) for c in ciphers if c.is_aead is aead)
        shapes[aead] = {TransformType.ENCR: same, TransformType.INTEG: integrity} | rest
    by_preference = tuple(((c.id, c.key_bits), shapes[c.is_aead]) for c in ciphers)
    offers = tuple(_offered_transforms(shape) for shape in shapes.values())
    return Allowed(tuple(shapes.values()), by_preference, offers)


def _allowed_ah(_: Sequence[Cipher], integrities: Sequence[IntegrityId], rest: Shape) -> Allowed:
    """RFC 7296 section 3.3.3: AH has an integrity algorithm, ESN, and a key exchange where that is wanted."""
    known = _values(i for i in integrities if i in INTEGRITY and i != IntegrityId.NONE)
    shape = {TransformType.INTEG: known} | rest
    return Allowed((shape,), ((_NO_CIPHER, shape),), (_offered_transforms(shape),))


def _together(parts: Iterable[Allowed]) -> Allowed:
    """All alternatives in one. Those of which nothing can be made go, unless there is no other."""
    several = tuple(parts)
    usable = [part for part in several if part.shapes and all(all(s.values()) for s in part.shapes)]
    kept = usable or several[:1]
    return Allowed(
        tuple(shape for part in kept for shape in part.shapes),
        tuple(pair for part in kept for pair in part.ciphers),
        tuple(transforms for part in kept for transforms in part.offers),
    )


def _offered_transforms(shape: Shape) -> tuple[Transform, ...]:
    return tuple(
        _transform(kind, value)
        for kind in _ORDER
        if (values := shape.get(kind)) is not None and not _left_out(kind, values)
        for value in values
    )


def _left_out(kind: TransformType, values: tuple[Value, ...]) -> bool:
    """Nothing but NONE is said by leaving the type out; ESN is always said (RFC 7296 section 3.3.3)."""
    return kind in (TransformType.INTEG, TransformType.KE) and values == (_ABSENT[kind],)


@lru_cache(maxsize=1024)
def _transform(kind: TransformType, value: Value) -> Transform:
    return Transform(kind, _BY_NUMBER[kind][value[0]], value[1])


def _read(proposal: Proposal) -> dict[TransformType, tuple[Value, ...]]:
    """The transforms by type. One with an attribute we do not know is not for us (RFC 7296 section 3.3.6)."""
    found: dict[TransformType, list[Value]] = {}
    for transform in proposal.transforms:
        values = found.setdefault(transform.type, [])
        if not transform.attributes:
            values.append((transform.id, transform.key_bits))
    return {kind: tuple(values) for kind, values in found.items()}


def _agree(shape: Shape, cipher: Value, offered: Shape) -> Choice | None:
    values: Choice = {} if cipher == _NO_CIPHER else {TransformType.ENCR: cipher}
    for kind, allowed in shape.items():
        if kind == TransformType.ENCR:
            continue
        theirs = _offered(kind, offered)
        value = next((v for v in allowed if v in theirs), None)
        if value is None:
            return None
        values[kind] = value
    return values


def _offered(kind: TransformType, offered: Shape) -> tuple[Value, ...]:
    found = offered.get(kind)
    if found is None:
        absent = _ABSENT.get(kind)
        return () if absent is None else (absent,)
    return found


def _chosen(proposal: Proposal, offered: Shape, values: Choice) -> Chosen:
    """Exactly one transform of each type that the initiator offered (RFC 7296 section 3.3.6)."""
    transforms = tuple(
        _transform(kind, values[kind]) for kind in _ORDER if kind in offered and kind in values
    )
    return Chosen(values, proposal.number, proposal.protocol, proposal.spi, transforms)


def _mismatch(shapes: Sequence[Shape], offers: Sequence[Shape]) -> Mismatch:
    """The differences of the proposal and shape that come nearest to each other.

    Where several shapes come as near, what all of them allow counts.
    """
    nearest: list[TransformType] | None = None
    near_shapes: list[Shape] = []
    for offered in offers:
        for shape in shapes:
            kinds = [kind for kind in _ORDER if kind in shape and not _overlaps(kind, shape, offered)]
            kinds += [kind for kind in offered if kind not in shape]
            if kinds and (nearest is None or len(kinds) < len(nearest)):
                nearest, offered_best, near_shapes = kinds, offered, [shape]
            elif kinds == nearest and offered is offered_best:
                near_shapes.append(shape)
    if nearest is None:
        return Mismatch(())
    differences = []
    for kind in nearest:
        if kind == TransformType.ENCR:
            theirs = _distinct(v for o in offers for v in o.get(kind, ()))
            ours = _distinct(v for s in shapes for v in s.get(kind, ()))
        else:
            theirs = _offered(kind, offered_best)
            ours = _distinct(v for s in near_shapes for v in s.get(kind, ()))
        differences.append((type_name(kind), _text(kind, theirs), _text(kind, ours)))
    return Mismatch(tuple(differences))


def _overlaps(kind: TransformType, shape: Shape, offered: Shape) -> bool:
    return not set(shape[kind]).isdisjoint(_offered(kind, offered))


def _distinct(values: Iterable[Value]) -> tuple[Value, ...]:
    return tuple(dict.fromkeys(values))


def _text(kind: TransformType, values: Iterable[Value]) -> str:
    return listed(value_name(kind, number, bits) for number, bits in values)
