"""Algorithms and places as an engineer reads them in a log: `AES-CBC-128`, `Tunnel0.0 (router.cfg:7)`."""

from collections.abc import Iterable

from kakehashi.model.algorithms import Cipher
from kakehashi.model.source import Source
from kakehashi.wire.registry.ikev1 import HashAlgorithm
from kakehashi.wire.registry.ikev2 import (
    EncryptionId,
    EsnId,
    IntegrityId,
    KeyExchangeId,
    PrfId,
    TransformType,
)

TYPE_NAMES = {
    TransformType.ENCR: "encryption",
    TransformType.PRF: "PRF",
    TransformType.INTEG: "integrity",
    TransformType.KE: "key exchange",
    TransformType.ESN: "sequence numbers",
}


def type_name(transform_type: TransformType) -> str:
    """What a transform type chooses, in a sentence."""
    return TYPE_NAMES.get(transform_type, f"transform type {int(transform_type)}")


def value_name(transform_type: TransformType, value: int, key_bits: int = 0) -> str:
    """One transform, in a sentence."""
    match transform_type:
        case TransformType.ENCR:
            name = _plain(EncryptionId(value), "ENCR_")
            return f"{name}-{key_bits}" if key_bits else name
        case TransformType.PRF:
            return _plain(PrfId(value), "PRF_")
        case TransformType.INTEG:
            return _plain(IntegrityId(value), "AUTH_")
        case TransformType.KE:
            return "none" if value == KeyExchangeId.NONE else _plain(KeyExchangeId(value), "")
        case TransformType.ESN:
            return _plain(EsnId(value), "")
        case _:
            return str(value)


def cipher_name(cipher: Cipher) -> str:
    """An encryption algorithm with its key length, in a sentence."""
    return value_name(TransformType.ENCR, cipher.id, cipher.key_bits)


def group_name(group: KeyExchangeId) -> str:
    """A key exchange method, in a sentence."""
    return value_name(TransformType.KE, group)


def hash_name(algorithm: HashAlgorithm) -> str:
    """A hash of IKEv1, in a sentence."""
    return algorithm.name.replace("_", "-")


def placed(what: str, source: Source | None) -> str:
    """`what (file:line)`."""
    return f"{what} ({source})" if source is not None else what


def listed(values: Iterable[object]) -> str:
    """`a, b, c`, or `nothing`."""
    return ", ".join(str(value) for value in values) or "nothing"


def _plain(member: EncryptionId | PrfId | IntegrityId | KeyExchangeId | EsnId, prefix: str) -> str:
    return member.name.removeprefix(prefix).replace("_", "-")
