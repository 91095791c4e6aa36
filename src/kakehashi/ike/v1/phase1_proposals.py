"""What phase 1 offers and chooses: SA payloads against our proposals (RFC 2409 section 5)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kakehashi.crypto import key_exchange
from kakehashi.crypto.ikev1 import algorithms, hashes
from kakehashi.crypto.sizes import CIPHERS
from kakehashi.ike.mismatch import Mismatch
from kakehashi.ike.names import cipher_name, group_name, hash_name, listed
from kakehashi.ike.v1.suite import Phase1Suite
from kakehashi.model.algorithms import Cipher
from kakehashi.model.identity import AuthenticationMethod as Method
from kakehashi.model.ikev1 import ExchangeMode, Ikev1Peer, Phase1Proposal
from kakehashi.model.status import Role
from kakehashi.wire.registry.ikev1 import (
    AuthenticationMethod,
    EncryptionAlgorithm,
    HashAlgorithm,
    IsakmpTransform,
    LifeType,
    Phase1Attribute,
    ProtocolId,
)
from kakehashi.wire.registry.ikev2 import KeyExchangeId
from kakehashi.wire.v1.attributes import Attribute, life_duration
from kakehashi.wire.v1.sa import Proposal, SecurityAssociation, Transform, phase1_lifetimes

_UNDERSTOOD = frozenset(
    {
        Phase1Attribute.ENCRYPTION_ALGORITHM,
        Phase1Attribute.HASH_ALGORITHM,
        Phase1Attribute.AUTHENTICATION_METHOD,
        Phase1Attribute.GROUP_DESCRIPTION,
        Phase1Attribute.GROUP_TYPE,  # says again what the description says
        Phase1Attribute.LIFE_TYPE,
        Phase1Attribute.LIFE_DURATION,
        Phase1Attribute.KEY_LENGTH,
    }
)
_METHOD_NAMES = {
    AuthenticationMethod.PRE_SHARED_KEY: "pre-shared key",
    AuthenticationMethod.RSA_SIGNATURES: "RSA signatures",
    AuthenticationMethod.XAUTH_INIT_PRE_SHARED: "pre-shared key and XAUTH of the initiator",
    AuthenticationMethod.XAUTH_RESP_PRE_SHARED: "pre-shared key and XAUTH of the responder",
}


@dataclass(frozen=True, slots=True)
class Offered:
    """One transform as it can be understood; what is not known here has its number as its name."""

    cipher: Cipher | None
    hash: HashAlgorithm
    group: KeyExchangeId | None
    method: AuthenticationMethod
    names: tuple[str, str, str, str]
    lifetime: int | None
    kilobytes: int | None
    understood: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """The peer and its proposal that take one of the transforms that were offered."""

    peer: Ikev1Peer
    proposal: Phase1Proposal
    transform: Transform
    number: int
    suite: Phase1Suite
    is_shorter: bool

    def answer(self) -> SecurityAssociation:
        """What is chosen, just as it came (RFC 2408 section 4.2)."""
        chosen = Proposal(self.number, ProtocolId.ISAKMP, b"", (self.transform,))
        return SecurityAssociation((chosen,))


# By what it takes: the first peer that does, and its proposal.
_Takers = dict[
    tuple[Cipher | None, HashAlgorithm, KeyExchangeId | None, AuthenticationMethod],
    tuple[Ikev1Peer, Phase1Proposal],
]
_FEW = 8  # peers
_MAX_REMEMBERED = 8  # sets of more peers than that
_remembered: dict[tuple[int, ...], tuple[tuple[Ikev1Peer, ...], _Takers]] = {}


def usable(peer: Ikev1Peer) -> list[Phase1Proposal]:
    """The proposals of a peer that can be carried out here, in the configured order.

    Where there is no key, those that want one are left out as long as there are others.
    """
    found = [p for p in peer.proposals if _is_usable(p)]
    if peer.secret is not None:
        return found
    return [p for p in found if p.authentication is Method.SIGNATURE] or found


def offer(peer: Ikev1Peer, mode: ExchangeMode) -> SecurityAssociation:
    """The initiator's SA payload: one proposal, a transform for each of ours in their order.

    In aggressive mode the group cannot be negotiated (RFC 2409 section 5): there it is the first one's.
    """
    ways = [(p, methods(peer, Role.INITIATOR, p)) for p in offerable(peer, mode)]
    most = max((len(found) for _, found in ways), default=0)
    transforms = [(p, found[i]) for i in range(most) for p, found in ways if i < len(found)]
    encoded = (_transform(n, p, method) for n, (p, method) in enumerate(transforms, 1))
    return SecurityAssociation((Proposal(1, ProtocolId.ISAKMP, b"", tuple(encoded)),))


def offerable(peer: Ikev1Peer, mode: ExchangeMode) -> list[Phase1Proposal]:
    """What an initiator can offer in this mode."""
    found = usable(peer)
    if mode is ExchangeMode.AGGRESSIVE:
        return [p for p in found if p.group == found[0].group]
    return found


def methods(peer: Ikev1Peer, role: Role, proposal: Phase1Proposal) -> tuple[AuthenticationMethod, ...]:
    """How a peer may be authenticated by a proposal, where we have this role; what is preferred first.

    With XAUTH the method says who has to log in (draft-beaulieu-ike-xauth-02 section 7.2); clients that offer
    a plain pre-shared key are asked for their name all the same.
    """
    if proposal.authentication is Method.SIGNATURE:
        return (AuthenticationMethod.RSA_SIGNATURES,)
    plain = (AuthenticationMethod.PRE_SHARED_KEY,)
    access = peer.remote_access
    if access is None:
        return plain
    we_log_in = access.login is not None
    by_initiator = we_log_in is (role is Role.INITIATOR)
    special = (
        AuthenticationMethod.XAUTH_INIT_PRE_SHARED
        if by_initiator
        else AuthenticationMethod.XAUTH_RESP_PRE_SHARED
    )
    return (special, *plain) if we_log_in or access.users else plain


def choose(
    peers: Sequence[Ikev1Peer], offered: SecurityAssociation, public_size: int | None = None
) -> Choice | Mismatch:
    """The responder's choice: the first of the initiator's transforms that any of `peers` takes.

    `public_size`: octets of the public value that has come already, in aggressive mode.
    """
    transforms = [
        (proposal.number, transform)
        for proposal in offered.proposals
        if proposal.protocol == ProtocolId.ISAKMP
        for transform in proposal.transforms
    ]
    takers = _takers(peers)
    understood = [_understand(transform) for _, transform in transforms]
    for (number, transform), found in zip(transforms, understood, strict=True):
        taker = takers.get((found.cipher, found.hash, found.group, found.method))
        if taker is None or not found.understood:
            continue
        peer, proposal = taker
        if public_size in (None, key_exchange.public_size(proposal.group)):
            suite, is_shorter = _suite(proposal, found)
            return Choice(peer, proposal, transform, number, suite, is_shorter)
    return _mismatch(understood, takers)


def accept(peer: Ikev1Peer, mode: ExchangeMode, answered: SecurityAssociation) -> Phase1Suite | None:
    """What the responder has chosen of our offer; None if that is not just one of our transforms."""
    proposals = [p for p in answered.proposals if p.protocol == ProtocolId.ISAKMP]
    if len(proposals) != 1 or len(proposals[0].transforms) != 1:
        return None
    found = _understand(proposals[0].transforms[0])
    for proposal in offerable(peer, mode):
        if _takes(peer, proposal, found, Role.INITIATOR):
            # Some devices answer with their own lifetime, so it is not compared.
            return _suite(proposal, found)[0]
    return None


def takes(peer: Ikev1Peer, suite: Phase1Suite) -> bool:
    """Does the policy of a peer allow what was agreed on?"""
    return any(
        (p.cipher, p.hash, p.group) == (suite.cipher, suite.hash, suite.group)
        and suite.authentication in methods(peer, Role.RESPONDER, p)
        for p in usable(peer)
    )


def lifetime_attributes(suite: Phase1Suite) -> list[Attribute]:
    """The lifetimes as attributes, for a transform or for RESPONDER-LIFETIME (RFC 2407 section 4.6.3.1)."""
    return _lifetimes(suite.lifetime, suite.kilobytes)


def offered_text(peer: Ikev1Peer, mode: ExchangeMode) -> str:
    """What we offer, in a sentence."""
    return listed(_text(p) for p in offerable(peer, mode))


def _text(proposal: Phase1Proposal) -> str:
    parts = (cipher_name(proposal.cipher), hash_name(proposal.hash), group_name(proposal.group))
    return " / ".join(parts)


def _is_usable(proposal: Phase1Proposal) -> bool:
    cipher = proposal.cipher
    return (
        algorithms.phase1_encryption(cipher.id) is not None
        and cipher.key_bits in CIPHERS[cipher.id].key_bits
        and proposal.hash in hashes.supported()
        and algorithms.group(proposal.group) is not None
    )


def _transform(number: int, proposal: Phase1Proposal, method: AuthenticationMethod) -> Transform:
    cipher = proposal.cipher
    attributes = [
        Attribute(Phase1Attribute.ENCRYPTION_ALGORITHM, int(algorithms.phase1_encryption(cipher.id) or 0)),
        Attribute(Phase1Attribute.HASH_ALGORITHM, int(proposal.hash)),
        Attribute(Phase1Attribute.AUTHENTICATION_METHOD, int(method)),
        Attribute(Phase1Attribute.GROUP_DESCRIPTION, int(proposal.group)),
        *_lifetimes(proposal.lifetime, proposal.kilobytes),
    ]
    if cipher.key_bits:
        attributes.insert(1, Attribute(Phase1Attribute.KEY_LENGTH, cipher.key_bits))
    return Transform(number, IsakmpTransform.KEY_IKE, tuple(attributes))


def _lifetimes(seconds: int, kilobytes: int | None) -> list[Attribute]:
    found = [
        Attribute(Phase1Attribute.LIFE_TYPE, int(LifeType.SECONDS)),
        life_duration(Phase1Attribute.LIFE_DURATION, seconds),
    ]
    if kilobytes is not None:
        found += [
            Attribute(Phase1Attribute.LIFE_TYPE, int(LifeType.KILOBYTES)),
            life_duration(Phase1Attribute.LIFE_DURATION, kilobytes),
        ]
    return found


def _takers(peers: Sequence[Ikev1Peer]) -> _Takers:
    """Who takes what. Of many peers it is remembered: a stranger's message must not cost more by them."""
    if len(peers) <= _FEW:
        return _read_takers(peers)
    key = tuple(map(id, peers))
    found = _remembered.get(key)
    if found is None:
        if len(_remembered) == _MAX_REMEMBERED:
            del _remembered[next(iter(_remembered))]
        # The peers are kept, so that no other ones can have their place in memory.
        found = _remembered[key] = (tuple(peers), _read_takers(peers))
    return found[1]


def _read_takers(peers: Sequence[Ikev1Peer]) -> _Takers:
    takers: _Takers = {}
    for peer in peers:
        for proposal in usable(peer):
            for method in methods(peer, Role.RESPONDER, proposal):
                combination = (proposal.cipher, proposal.hash, proposal.group, method)
                takers.setdefault(combination, (peer, proposal))
    return takers


def _understand(transform: Transform) -> Offered:
    encryption = transform.get(Phase1Attribute.ENCRYPTION_ALGORITHM) or 0
    bits = transform.get(Phase1Attribute.KEY_LENGTH)
    hash_id = HashAlgorithm((transform.get(Phase1Attribute.HASH_ALGORITHM) or 0) & 0xFFFF)
    description = transform.get(Phase1Attribute.GROUP_DESCRIPTION) or 0
    method = AuthenticationMethod((transform.get(Phase1Attribute.AUTHENTICATION_METHOD) or 0) & 0xFFFF)
    known = algorithms.phase1_cipher(encryption, bits)
    cipher = None if known is None else Cipher(*known)
    group = algorithms.group(description)
    lifetimes = dict(reversed(phase1_lifetimes(transform)))
    names = (
        _cipher_text(encryption, bits) if cipher is None else cipher_name(cipher),
        hash_name(hash_id),
        f"group {description}" if group is None else group_name(group),
        _METHOD_NAMES.get(method, method.name),
    )
    return Offered(
        cipher,
        hash_id,
        group,
        method,
        names,
        lifetimes.get(LifeType.SECONDS),
        lifetimes.get(LifeType.KILOBYTES),
        # What is not understood might change the meaning of all else.
        transform.id == IsakmpTransform.KEY_IKE
        and all(a.type in _UNDERSTOOD and a.is_short for a in transform.attributes),
    )


def _cipher_text(encryption: int, bits: int | None) -> str:
    name = EncryptionAlgorithm(min(encryption, 0xFFFF)).name.replace("_", "-")
    return f"{name}-{bits}" if bits else name


def _takes(peer: Ikev1Peer, proposal: Phase1Proposal, found: Offered, role: Role) -> bool:
    return (
        found.understood
        and found.cipher == proposal.cipher
        and found.hash == proposal.hash
        and found.group == proposal.group
        and found.method in methods(peer, role, proposal)
    )


def _suite(proposal: Phase1Proposal, found: Offered) -> tuple[Phase1Suite, bool]:
    """A lifetime that differs is no reason to refuse: the shorter one counts. Is that ours?"""
    seconds, kilobytes = _shorter(found.lifetime, proposal.lifetime), proposal.kilobytes
    kilobytes = _shorter(found.kilobytes, kilobytes)
    suite = Phase1Suite(
        cipher=proposal.cipher,
        hash=proposal.hash,
        group=proposal.group,
        authentication=found.method,
        lifetime=seconds or proposal.lifetime,
        kilobytes=kilobytes,
    )
    return suite, (seconds, kilobytes) != (found.lifetime or seconds, found.kilobytes)


def _shorter(theirs: int | None, ours: int | None) -> int | None:
    given = [value for value in (theirs, ours) if value]
    return min(given, default=None)


def _mismatch(offered: Sequence[Offered], takers: _Takers) -> Mismatch:
    ours = [proposal for _, proposal in takers.values()]
    if not offered or not ours:
        return Mismatch((), "no transform that {allower} understands")
    columns = (
        ("encryption", [cipher_name(p.cipher) for p in ours]),
        ("hash", [hash_name(p.hash) for p in ours]),
        ("group", [group_name(p.group) for p in ours]),
        ("authentication", [_METHOD_NAMES[method] for *_, method in takers]),
    )
    differences = []
    for index, (field, allowed) in enumerate(columns):
        theirs = [o.names[index] for o in offered]
        if not set(theirs) & set(allowed):
            differences.append((field, listed(_once(theirs)), listed(_once(allowed))))
    if not differences:
        combined = listed(_once(" / ".join(o.names[:3]) for o in offered))
        differences.append(("combination", combined, listed(_once(_text(p) for p in ours))))
    return Mismatch(tuple(differences))


def _once(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
