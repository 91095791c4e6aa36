"""What quick mode offers and chooses: Security Association payloads against our proposals (RFC 2407 section
4.5, RFC 2408 section 4.2).

In IKEv1 a proposal is a ready set: nothing is combined across proposals. AH and ESP with one proposal number
go together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product

from kakehashi.crypto.ikev1 import algorithms
from kakehashi.crypto.sizes import CIPHERS, INTEGRITY
from kakehashi.ike.mismatch import Mismatch
from kakehashi.ike.names import cipher_name, group_name, listed, value_name
from kakehashi.ike.shared import MIN_ESP_SPI
from kakehashi.model.algorithms import Cipher
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.ikev1 import Ikev1IpsecPolicy, Phase2Proposal
from kakehashi.model.status import NatMethod
from kakehashi.wire.registry import ikev1
from kakehashi.wire.registry.ikev1 import IpsecAttribute, LifeType, ProtocolId
from kakehashi.wire.registry.ikev2 import IntegrityId, KeyExchangeId, TransformType
from kakehashi.wire.v1.attributes import (
    Attribute,
    decode_attributes,
    encode_attributes,
    life_duration,
    lifetimes,
)
from kakehashi.wire.v1.sa import Proposal, SecurityAssociation, Transform, ipsec_lifetimes

DEFAULT_LIFETIME = 28800  # seconds, of an SA whose proposal says nothing (RFC 2407 section 4.5)
_MAX_LIFE = 0xFFFFFFFF
_MAX_CHOICES = 64  # combinations of the transforms of one AH and ESP proposal that are looked at

_IN_UDP = frozenset(
    {
        ikev1.EncapsulationMode.UDP_ENCAPSULATED_TUNNEL,
        ikev1.EncapsulationMode.UDP_ENCAPSULATED_TRANSPORT,
        ikev1.EncapsulationMode.UDP_ENCAPSULATED_TUNNEL_DRAFTS,
        ikev1.EncapsulationMode.UDP_ENCAPSULATED_TRANSPORT_DRAFTS,
    }
)

# Which attributes a transform may have that mean nothing here, or are taken as they come.
_HARMLESS = frozenset({IpsecAttribute.ECN_TUNNEL})
_KNOWN = _HARMLESS | {
    IpsecAttribute.SA_LIFE_TYPE,
    IpsecAttribute.SA_LIFE_DURATION,
    IpsecAttribute.GROUP_DESCRIPTION,
    IpsecAttribute.ENCAPSULATION_MODE,
    IpsecAttribute.AUTHENTICATION_ALGORITHM,
    IpsecAttribute.KEY_LENGTH,
    IpsecAttribute.EXTENDED_SEQUENCE_NUMBER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase2Suite:
    """One way to protect packets, of either side.

    `cipher` None: no ESP; `ah` NONE: no AH. `encapsulation`: the number on the wire, None is left to the
    host. `lifetime` in seconds, `kilobytes` None is without limit.
    """

    cipher: Cipher | None
    integrity: IntegrityId
    ah: IntegrityId
    group: KeyExchangeId
    encapsulation: ikev1.EncapsulationMode | None
    lifetime: int
    kilobytes: int | None = None
    esn: bool = False

    @property
    def protocols(self) -> tuple[ProtocolId, ...]:
        """Those that it is made of, the outer one first."""
        ah = (ProtocolId.AH,) if self.ah != IntegrityId.NONE else ()
        return ah if self.cipher is None else (*ah, ProtocolId.ESP)

    @property
    def protocol(self) -> ProtocolId:
        """The one whose SPI names the pair of SAs."""
        return ProtocolId.AH if self.cipher is None else ProtocolId.ESP

    def __str__(self) -> str:
        parts = [f"ESP {_cipher_text(self)}"] if self.cipher is not None else []
        if self.cipher is not None and self.integrity != IntegrityId.NONE:
            parts.append(_integrity_text(self.integrity))
        if self.ah != IntegrityId.NONE:
            parts.append(f"AH {_integrity_text(self.ah)}")
        if self.group != KeyExchangeId.NONE:
            parts.append(f"PFS {group_name(self.group)}")
        if self.esn:
            parts.append("ESN")
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice among what was offered. `suite` has the lifetimes that both sides keep to.

    `answer`: the proposals as they came, with the chosen transforms alone. `shorter`: the lifetimes of ours
    that the offerer must be told of, by RESPONDER-LIFETIME.
    """

    suite: Phase2Suite
    answer: tuple[Proposal, ...]
    shorter: tuple[tuple[LifeType, int], ...] = ()

    @property
    def spi_out(self) -> int:
        """The offerer's SPI for ESP, or for AH alone."""
        protocol = self.suite.protocol
        return next(int.from_bytes(p.spi, "big") for p in self.answer if p.protocol == protocol)

    @property
    def ah_spi_out(self) -> int | None:
        """The offerer's SPI for AH around ESP, None without."""
        spis = (p.spi for p in self.answer if p.protocol == ProtocolId.AH and len(self.answer) > 1)
        return next((int.from_bytes(spi, "big") for spi in spis), None)

    def with_spi(self, spi: bytes) -> SecurityAssociation:
        """The answer, with our own SPI; AH and ESP have the same."""
        return SecurityAssociation(tuple(replace(p, spi=spi) for p in self.answer))


def encapsulation(mode: EncapsulationMode, nat_method: NatMethod, nat: bool) -> ikev1.EncapsulationMode:
    """The number for a mode: those of UDP encapsulation once a NAT was found (RFC 3947 section 5.1)."""
    tunnel = mode is EncapsulationMode.TUNNEL
    kinds = ikev1.EncapsulationMode
    if not nat or nat_method is NatMethod.NONE:
        return kinds.TUNNEL if tunnel else kinds.TRANSPORT
    if nat_method is NatMethod.RFC_3947:
        return kinds.UDP_ENCAPSULATED_TUNNEL if tunnel else kinds.UDP_ENCAPSULATED_TRANSPORT
    return kinds.UDP_ENCAPSULATED_TUNNEL_DRAFTS if tunnel else kinds.UDP_ENCAPSULATED_TRANSPORT_DRAFTS


def allowed(policy: Ikev1IpsecPolicy, encapsulation: ikev1.EncapsulationMode) -> tuple[Phase2Suite, ...]:
    """What a policy allows, most preferred first. What our crypto does not know is left out; so is AH where a
    NAT is on the way, unless there is nothing else.
    """
    suites = tuple(
        Phase2Suite(
            cipher=p.cipher,
            integrity=IntegrityId.NONE if p.cipher is not None and p.cipher.is_aead else p.integrity,
            ah=p.ah,
            group=policy.pfs,
            encapsulation=encapsulation,
            lifetime=p.lifetime,
            kilobytes=p.kilobytes,
        )
        for p in policy.proposals
        if _is_writable(p)
    )
    passing = tuple(s for s in suites if s.ah == IntegrityId.NONE or s.encapsulation not in _IN_UDP)
    return passing or suites


def unusable(suite: Phase2Suite) -> str:
    """Why no packet can be protected this way here, "" if it can."""
    if suite.ah != IntegrityId.NONE and suite.encapsulation in _IN_UDP:
        return "AH covers the addresses that the NAT on the way changes (RFC 3715 section 2.1)"
    if suite.cipher is None:
        return "" if suite.ah != IntegrityId.NONE else "it protects nothing"
    if suite.ah != IntegrityId.NONE:
        return ""
    if suite.integrity == IntegrityId.NONE and not suite.cipher.is_aead:
        return f"{cipher_name(suite.cipher)} without authentication protects nobody (RFC 8221 section 6)"
    return ""


def offer(suites: Sequence[Phase2Suite], spi: bytes) -> SecurityAssociation:
    """The SA payload of an initiator, proposals numbered from 1."""
    proposals: list[Proposal] = []
    for number, suite in enumerate(suites, 1):
        if suite.ah != IntegrityId.NONE:
            proposals.append(Proposal(number, ProtocolId.AH, spi, (_ah_transform(suite),)))
        if suite.cipher is not None:
            proposals.append(Proposal(number, ProtocolId.ESP, spi, (_esp_transform(suite, suite.cipher),)))
    return SecurityAssociation(tuple(proposals))


def choose(ours: Sequence[Phase2Suite], offered: SecurityAssociation) -> Chosen | Mismatch:
    """The responder's choice: the first of what is offered that any of ours takes.

    Lifetimes that differ are no reason to refuse: the shorter one counts for both sides.
    """
    theirs: list[Phase2Suite] = []
    for alternative in offered.suites:
        for suite, answer in _read(alternative):
            theirs.append(suite)
            mine = next((own for own in ours if not _differences(suite, own)), None)
            if mine is not None:
                return Chosen(_shortest(suite, mine), answer, _shorter(suite, mine))
    return _mismatch(theirs, ours)


def accept(ours: Sequence[Phase2Suite], answered: SecurityAssociation) -> Chosen | None:
    """The initiator's check of what came back: it must be one of ours. A shorter lifetime is obeyed."""
    if len(answered.suites) != 1 or any(len(p.transforms) != 1 for p in answered.proposals):
        return None
    chosen = choose(ours, answered)
    if isinstance(chosen, Mismatch) or chosen.suite.esn:
        return None
    return replace(chosen, shorter=())


def responder_lifetime(shorter: Iterable[tuple[LifeType, int]]) -> bytes:
    """The data of RESPONDER-LIFETIME (RFC 2407 section 4.6.3.1)."""
    return encode_attributes(_life(shorter))


def obey_lifetime(suite: Phase2Suite, data: bytes) -> Phase2Suite:
    """The suite with the lifetimes that a RESPONDER-LIFETIME tells, where they are shorter. WireError."""
    told = lifetimes(
        decode_attributes(data, IpsecAttribute), IpsecAttribute.SA_LIFE_TYPE, IpsecAttribute.SA_LIFE_DURATION
    )
    seconds, kilobytes = _lives(told)
    return replace(
        suite,
        lifetime=min(suite.lifetime, seconds or suite.lifetime),
        kilobytes=_least(suite.kilobytes, kilobytes),
    )


def is_reserved(spi: bytes) -> bool:
    """Is it no SPI that an SA can have (RFC 4303 section 2.1)?"""
    return len(spi) != 4 or int.from_bytes(spi, "big") < MIN_ESP_SPI


def encapsulation_name(mode: ikev1.EncapsulationMode) -> str:
    """An encapsulation mode, in a sentence."""
    return _of_rfc(mode).name.lower().replace("_", "-").replace("udp-encapsulated-", "UDP-encapsulated ")


def texts(suites: Iterable[Phase2Suite]) -> str:
    """All of them, in a sentence."""
    return listed(dict.fromkeys(map(str, suites)))


def _is_writable(proposal: Phase2Proposal) -> bool:
    cipher = proposal.cipher
    if cipher is not None:
        shape = CIPHERS.get(cipher.id)
        if shape is None or cipher.key_bits not in shape.key_bits:
            return False
        if algorithms.esp_transform(cipher.id) is None:
            return False
        if not cipher.is_aead and not _is_known(proposal.integrity):
            return False
    if proposal.ah != IntegrityId.NONE and algorithms.ah_transform(proposal.ah) is None:
        return False
    return cipher is not None or proposal.ah != IntegrityId.NONE


def _is_known(integrity: IntegrityId) -> bool:
    return integrity == IntegrityId.NONE or (
        integrity in INTEGRITY and algorithms.authentication_algorithm(integrity) is not None
    )


def _esp_transform(suite: Phase2Suite, cipher: Cipher) -> Transform:
    attributes = _common(suite)
    authentication = algorithms.authentication_algorithm(suite.integrity)
    if authentication is not None:
        attributes.append(Attribute(IpsecAttribute.AUTHENTICATION_ALGORITHM, authentication))
    if cipher.key_bits:
        attributes.append(Attribute(IpsecAttribute.KEY_LENGTH, cipher.key_bits))
    number = algorithms.esp_transform(cipher.id)
    return Transform(1, number if number is not None else 0, tuple(attributes))


def _ah_transform(suite: Phase2Suite) -> Transform:
    """The attribute is mandatory beside the transform that says the same (RFC 2407 section 4.4.3)."""
    attributes = _common(suite)
    authentication = algorithms.authentication_algorithm(suite.ah)
    if authentication is not None:
        attributes.append(Attribute(IpsecAttribute.AUTHENTICATION_ALGORITHM, authentication))
    number = algorithms.ah_transform(suite.ah)
    return Transform(1, number if number is not None else 0, tuple(attributes))


def _common(suite: Phase2Suite) -> list[Attribute]:
    lives = [(LifeType.SECONDS, suite.lifetime)]
    if suite.kilobytes is not None:
        lives.append((LifeType.KILOBYTES, suite.kilobytes))
    attributes = _life(lives)
    if suite.group != KeyExchangeId.NONE:
        attributes.append(Attribute(IpsecAttribute.GROUP_DESCRIPTION, suite.group))
    if suite.encapsulation is not None:
        attributes.append(Attribute(IpsecAttribute.ENCAPSULATION_MODE, suite.encapsulation))
    return attributes


def _life(lives: Iterable[tuple[LifeType, int]]) -> list[Attribute]:
    attributes = []
    for kind, value in lives:
        attributes.append(Attribute(IpsecAttribute.SA_LIFE_TYPE, kind))
        attributes.append(life_duration(IpsecAttribute.SA_LIFE_DURATION, min(value, _MAX_LIFE)))
    return attributes


def _read(alternative: Sequence[Proposal]) -> Iterable[tuple[Phase2Suite, tuple[Proposal, ...]]]:
    """Each choice of transforms that is known: what it means, and the answer that chooses it."""
    protocols = [p.protocol for p in alternative]
    if len(set(protocols)) != len(protocols) or not set(protocols) <= {ProtocolId.AH, ProtocolId.ESP}:
        return
    if any(is_reserved(p.spi) for p in alternative):
        return
    for count, transforms in enumerate(product(*(p.transforms for p in alternative))):
        if count == _MAX_CHOICES and len(alternative) > 1:
            return
        answer = tuple(replace(p, transforms=(t,)) for p, t in zip(alternative, transforms, strict=True))
        suite = _suite(answer)
        if suite is not None:
            yield suite, answer


def _suite(answer: Sequence[Proposal]) -> Phase2Suite | None:
    """The meaning of one transform of each protocol. None where one is not known, or they contradict."""
    cipher, integrity, ah = None, IntegrityId.NONE, IntegrityId.NONE
    common: set[tuple[int | None, int | None, int | None]] = set()
    seconds, kilobytes = None, None
    for proposal in answer:
        transform = proposal.transforms[0]
        if any(a.type not in _KNOWN or not a.is_short for a in transform.attributes):
            return None
        authentication = transform.get(IpsecAttribute.AUTHENTICATION_ALGORITHM)
        if proposal.protocol == ProtocolId.ESP:
            found = algorithms.esp_cipher(transform.id, transform.get(IpsecAttribute.KEY_LENGTH))
            protects = None if authentication is None else algorithms.integrity(authentication)
            if found is None or (authentication is not None and protects is None):
                return None
            cipher = Cipher(*found)
            integrity = IntegrityId.NONE if protects is None else protects
        else:
            protects = (
                None if authentication is None else algorithms.ah_integrity(transform.id, authentication)
            )
            if protects is None:
                return None
            ah = protects
        own_seconds, own_kilobytes = _lives(ipsec_lifetimes(transform))
        seconds = _least(seconds, own_seconds)
        kilobytes = _least(kilobytes, own_kilobytes)
        common.add(
            (
                transform.get(IpsecAttribute.GROUP_DESCRIPTION),
                transform.get(IpsecAttribute.ENCAPSULATION_MODE),
                transform.get(IpsecAttribute.EXTENDED_SEQUENCE_NUMBER),
            )
        )
    if len(common) != 1:
        return None
    group, mode, esn = common.pop()
    known_group = KeyExchangeId.NONE if not group else algorithms.group(group)
    if known_group is None:
        return None
    return Phase2Suite(
        cipher=cipher,
        integrity=integrity,
        ah=ah,
        group=known_group,
        encapsulation=None if mode is None else ikev1.EncapsulationMode(min(mode, 0xFFFF)),
        lifetime=seconds or DEFAULT_LIFETIME,
        kilobytes=kilobytes,
        esn=esn == ikev1.ExtendedSequenceNumber.ESN_64_BIT,
    )


def _lives(told: Iterable[tuple[LifeType, int]]) -> tuple[int | None, int | None]:
    """Seconds and kilobytes, the least of each; 0 says nothing."""
    seconds, kilobytes = None, None
    for kind, value in told:
        if kind == LifeType.SECONDS:
            seconds = _least(seconds, value or None)
        elif kind == LifeType.KILOBYTES:
            # An attribute may have any size; more than this no data plane can count.
            kilobytes = _least(kilobytes, min(value, _MAX_LIFE) or None)
    return seconds, kilobytes


def _least(one: int | None, other: int | None) -> int | None:
    return min((v for v in (one, other) if v is not None), default=None)


def _shortest(one: Phase2Suite, other: Phase2Suite) -> Phase2Suite:
    return replace(
        one, lifetime=min(one.lifetime, other.lifetime), kilobytes=_least(one.kilobytes, other.kilobytes)
    )


def _shorter(theirs: Phase2Suite, ours: Phase2Suite) -> tuple[tuple[LifeType, int], ...]:
    told = []
    if ours.lifetime < theirs.lifetime:
        told.append((LifeType.SECONDS, ours.lifetime))
    if ours.kilobytes is not None and (theirs.kilobytes is None or ours.kilobytes < theirs.kilobytes):
        told.append((LifeType.KILOBYTES, ours.kilobytes))
    return tuple(told)


def _differences(theirs: Phase2Suite, ours: Phase2Suite) -> tuple[str, ...]:
    """The fields that do not fit, in the order in which a sentence tells them."""
    found = []
    if _protocols(theirs) != _protocols(ours):
        return ("protocol",)
    if theirs.cipher != ours.cipher:
        found.append("encryption")
    both_aead = _is_aead(theirs) and _is_aead(ours)
    if theirs.integrity != ours.integrity and not both_aead:
        found.append("integrity")
    if theirs.ah != ours.ah:
        found.append("AH")
    if theirs.group != ours.group:
        found.append("PFS group")
    if not _same_encapsulation(theirs.encapsulation, ours.encapsulation):
        found.append("encapsulation")
    return tuple(found)


def _protocols(suite: Phase2Suite) -> tuple[str, ...]:
    return (*(["AH"] if suite.ah != IntegrityId.NONE else []), *(["ESP"] if suite.cipher is not None else []))


def _is_aead(suite: Phase2Suite) -> bool:
    return suite.cipher is not None and suite.cipher.is_aead


def _same_encapsulation(theirs: ikev1.EncapsulationMode | None, ours: ikev1.EncapsulationMode | None) -> bool:
    """A proposal without the attribute leaves it to the host. The drafts' numbers mean the RFC's."""
    return theirs is None or ours is None or _of_rfc(theirs) == _of_rfc(ours)


def _of_rfc(mode: ikev1.EncapsulationMode) -> ikev1.EncapsulationMode:
    kinds = ikev1.EncapsulationMode
    match mode:
        case kinds.UDP_ENCAPSULATED_TUNNEL_DRAFTS:
            return kinds.UDP_ENCAPSULATED_TUNNEL
        case kinds.UDP_ENCAPSULATED_TRANSPORT_DRAFTS:
            return kinds.UDP_ENCAPSULATED_TRANSPORT
    return mode


def _mismatch(theirs: Sequence[Phase2Suite], ours: Sequence[Phase2Suite]) -> Mismatch:
    """The differences of the two that come nearest to each other."""
    nearest = min(
        (fields for t in theirs for o in ours if (fields := _differences(t, o))), key=len, default=()
    )
    differences = tuple(
        (field, listed(_values(field, theirs)), listed(_values(field, ours))) for field in nearest
    )
    return Mismatch(differences, "no proposal that we understand")


def _values(field: str, suites: Iterable[Phase2Suite]) -> Iterable[str]:
    return dict.fromkeys(_text(field, suite) for suite in suites)


def _text(field: str, suite: Phase2Suite) -> str:
    match field:
        case "protocol":
            return " and ".join(_protocols(suite))
        case "encryption":
            return _cipher_text(suite)
        case "integrity":
            return "none" if suite.integrity == IntegrityId.NONE else _integrity_text(suite.integrity)
        case "AH":
            return _integrity_text(suite.ah)
        case "PFS group":
            return group_name(suite.group)
        case _:
            return "unspecified" if suite.encapsulation is None else encapsulation_name(suite.encapsulation)


def _cipher_text(suite: Phase2Suite) -> str:
    return "none" if suite.cipher is None else cipher_name(suite.cipher)


def _integrity_text(integrity: IntegrityId) -> str:
    return value_name(TransformType.INTEG, integrity)
