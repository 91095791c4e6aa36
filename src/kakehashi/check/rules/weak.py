"""Weak algorithms, by RFC 8247 (IKE), RFC 8221 (ESP) and RFC 9395 (which deprecates more of both).

Told of a proposal that relies on them. Where a device offers stronger ones as well, the other end chooses.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kakehashi.check.report import Remark, Severity
from kakehashi.check.rules.subject import Subject, where
from kakehashi.check.sheet import names
from kakehashi.model.algorithms import ChildAlgorithms, IkeAlgorithms
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.source import Source
from kakehashi.model.tunnel import Ikev2Tunnel
from kakehashi.wire.registry.ikev1 import HashAlgorithm
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId, KeyExchangeId, PrfId

_MUST_NOT = "MUST NOT be used"
_SHOULD_NOT = "SHOULD NOT be used"
_LEAVING = "is on its way out"

_IKE_RFC, _ESP_RFC = "RFC 8247", "RFC 8221"
_CIPHERS_IKE = {EncryptionId.ENCR_DES: _MUST_NOT, EncryptionId.ENCR_3DES: _LEAVING}
_CIPHERS_ESP = {EncryptionId.ENCR_DES: _MUST_NOT, EncryptionId.ENCR_3DES: _SHOULD_NOT}
_HASHES = {HashAlgorithm.MD5: _MUST_NOT, HashAlgorithm.SHA: _LEAVING}
_INTEGRITIES = {IntegrityId.AUTH_HMAC_MD5_96: _MUST_NOT, IntegrityId.AUTH_HMAC_SHA1_96: _LEAVING}
_PRFS = {PrfId.PRF_HMAC_MD5: _MUST_NOT, PrfId.PRF_HMAC_SHA1: _LEAVING}
_GROUPS = {
    KeyExchangeId.MODP_768: _MUST_NOT,
    KeyExchangeId.MODP_1024: _SHOULD_NOT,
    KeyExchangeId.MODP_1536: _SHOULD_NOT,
    KeyExchangeId.MODP_1024_160: _MUST_NOT,
    KeyExchangeId.MODP_2048_224: _SHOULD_NOT,
    KeyExchangeId.MODP_2048_256: _SHOULD_NOT,
}
# What each maker's device has instead, in its own words: by phase and version of IKE, 0 is either.
_INSTEAD = {
    ("cisco-ios", 1, 1): "`encryption aes 256`, `hash sha256`, `group 14`",
    ("cisco-ios", 1, 2): "`encryption aes-cbc-256`, `integrity sha256`, `group 14`",
    ("cisco-ios", 2, 0): "`esp-aes 256 esp-sha256-hmac`",
    ("nec-ix", 1, 1): "`encryption aes-256 hash sha2-256 group 2048-bit`",
    ("nec-ix", 1, 2): "`sa-proposal enc aes-cbc-256`, `sa-proposal integrity sha2-256`, "
    "`sa-proposal prf sha2-256`, `sa-proposal dh 2048-bit`",
    ("nec-ix", 2, 1): "`esp-aes-256 esp-sha2-256`",
    ("nec-ix", 2, 2): "`child-proposal enc aes-cbc-256`, `child-proposal integrity sha2-256`",
    ("awplus", 1, 0): "`integrity sha256 encryption aes256 group 14`",
    ("awplus", 2, 0): "`integrity sha256 encryption aes256`",
}
_PHASE1 = ("1/encryption", "1/hash", "1/prf", "1/dh-group")
_PHASE2 = ("2/encryption", "2/authentication")


def check_algorithms(subject: Subject) -> Iterator[Remark]:
    """What the tunnel relies on in both phases."""
    tunnel = subject.tunnel
    if isinstance(tunnel, Ikev1Tunnel):
        yield from _of_ikev1(subject, tunnel)
    elif isinstance(tunnel, Ikev2Tunnel):
        yield from _of_ikev2(subject, tunnel)


def _of_ikev1(subject: Subject, tunnel: Ikev1Tunnel) -> Iterator[Remark]:
    for peer in subject.device.peers_of(tunnel):
        for proposal in peer.proposals:
            weak = [
                _judged(_CIPHERS_IKE, proposal.cipher.id, names.cipher(proposal.cipher)),
                _judged(_HASHES, proposal.hash, names.hash_algorithm(proposal.hash)),
                _judged(_GROUPS, proposal.group, f"group {names.group(proposal.group)}"),
            ]
            yield from _told(subject, weak, 1, _IKE_RFC, proposal.name, proposal.source, peer.source)
    for child in tunnel.ipsec.proposals:
        integrity = child.integrity if child.ah == IntegrityId.NONE else child.ah
        weak = [_judged(_INTEGRITIES, integrity, names.integrity(integrity))]
        if child.cipher is not None:
            weak.insert(0, _judged(_CIPHERS_ESP, child.cipher.id, names.cipher(child.cipher)))
        yield from _told(subject, weak, 2, _ESP_RFC, child.name, child.source)


def _of_ikev2(subject: Subject, tunnel: Ikev2Tunnel) -> Iterator[Remark]:
    ike: tuple[IkeAlgorithms, ...] = tunnel.ike.algorithms.sets
    weak = [
        _all_weak(_CIPHERS_IKE, [(c.id, names.cipher(c)) for s in ike for c in s.ciphers]),
        _all_weak(_INTEGRITIES, [(i, names.integrity(i)) for s in ike for i in s.integrities]),
        _all_weak(_PRFS, [(p, names.prf(p)) for s in ike for p in s.prfs]),
        _all_weak(_GROUPS, [(g, f"group {names.group(g)}") for s in ike for g in s.key_exchanges]),
    ]
    yield from _told(subject, weak, 1, _IKE_RFC, subject.name, _line(subject, weak, _PHASE1))
    child: tuple[ChildAlgorithms, ...] = tunnel.ipsec.algorithms.sets
    weak = [
        _all_weak(_CIPHERS_ESP, [(c.id, names.cipher(c)) for s in child for c in s.ciphers]),
        _all_weak(
            _INTEGRITIES,
            [(i, names.integrity(i)) for s in child for i in s.ah or s.integrities]
            if not any(c.is_aead for s in child for c in s.ciphers)
            else [],
        ),
    ]
    yield from _told(subject, weak, 2, _ESP_RFC, subject.name, _line(subject, weak, _PHASE2))


def _line(subject: Subject, weak: list[str], parameters: tuple[str, ...]) -> Source | None:
    """The line of the first of them that is weak."""
    found = (subject.line(p) for p, sentence in zip(parameters, weak, strict=True) if sentence)
    return next(found, None)


def _judged(table: Mapping[Any, str], value: object, name: str) -> str:
    verdict = table.get(value)
    return f"{name} {verdict}" if verdict else ""


def _all_weak(table: Mapping[Any, str], values: Iterable[tuple[object, str]]) -> str:
    """The best of them, if even that is weak."""
    found = list(values)
    if not found or any(value not in table for value, _ in found):
        return ""
    return _judged(table, *found[0])


def _told(
    subject: Subject, weak: list[str], phase: int, rfc: str, name: str, *sources: Source | None
) -> Iterator[Remark]:
    found = [sentence for sentence in weak if sentence]
    if not found:
        return
    dialect, version = subject.device.gateway.dialect, 1 if isinstance(subject.tunnel, Ikev1Tunnel) else 2
    instead = _INSTEAD.get((dialect, phase, version)) or _INSTEAD.get((dialect, phase, 0))
    yield Remark(
        rule="weak-algorithms",
        severity=Severity.NOTE,
        message=f"phase {phase} ({name or subject.name}) relies on weak algorithms: {', '.join(found)} "
        f"({rfc})",
        where=where(*sources, subject.tunnel.source),
        fix=f"on both sides: {instead}" if instead else "",
    )
