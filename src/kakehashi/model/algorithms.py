"""Sets of algorithms that a device offers or accepts, most preferred first."""

from dataclasses import dataclass

from kakehashi.wire.registry.ikev2 import AEAD_CIPHERS, EncryptionId, IntegrityId, KeyExchangeId, PrfId


@dataclass(frozen=True, slots=True)
class Cipher:
    """An encryption algorithm with its key length. `key_bits` is 0 where the algorithm has one length."""

    id: EncryptionId
    key_bits: int = 0

    @property
    def is_aead(self) -> bool:
        """Does it protect integrity by itself (RFC 5282)?"""
        return self.id in AEAD_CIPHERS

    def __str__(self) -> str:
        return f"{self.id.name}_{self.key_bits}" if self.key_bits else self.id.name


@dataclass(frozen=True, slots=True)
class IkeAlgorithms:
    """What may protect an IKE SA: any cipher with any of the others. AEAD ciphers do not use `integrities`
    (RFC 7296 section 3.3).

    `alternatives`: further sets, less preferred, where not everything goes with everything.
    """

    ciphers: tuple[Cipher, ...]
    integrities: tuple[IntegrityId, ...]
    prfs: tuple[PrfId, ...]
    key_exchanges: tuple[KeyExchangeId, ...]
    alternatives: tuple["IkeAlgorithms", ...] = ()

    @property
    def sets(self) -> tuple["IkeAlgorithms", ...]:
        """All sets, most preferred first: what stands here, then the alternatives."""
        return (self, *self.alternatives)


@dataclass(frozen=True, slots=True)
class ChildAlgorithms:
    """What may protect a Child SA.

    `key_exchanges` are the groups for perfect forward secrecy. Empty: CREATE_CHILD_SA goes without a key
    exchange. `KeyExchangeId.NONE` among them: both with and without is acceptable. `esn`: are extended
    sequence numbers offered (RFC 4304); no ESN is always acceptable. `alternatives`: as in IkeAlgorithms.
    `ah`: this set is for AH, without ESP, and has neither ciphers nor integrities: IKEv2 negotiates one
    protocol for a Child SA (RFC 7296 section 3.3).
    """

    ciphers: tuple[Cipher, ...]
    integrities: tuple[IntegrityId, ...]
    key_exchanges: tuple[KeyExchangeId, ...] = ()
    esn: bool = False
    alternatives: tuple["ChildAlgorithms", ...] = ()
    ah: tuple[IntegrityId, ...] = ()

    @property
    def sets(self) -> tuple["ChildAlgorithms", ...]:
        """All sets, most preferred first: what stands here, then the alternatives."""
        return (self, *self.alternatives)
