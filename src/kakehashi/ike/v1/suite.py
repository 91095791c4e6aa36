"""What phase 1 has agreed on, and what the peer says that it can do."""

from dataclasses import dataclass

from kakehashi.ike.names import cipher_name, group_name, hash_name
from kakehashi.model.algorithms import Cipher
from kakehashi.model.status import NatMethod
from kakehashi.wire.registry.ikev1 import AuthenticationMethod, HashAlgorithm
from kakehashi.wire.registry.ikev2 import KeyExchangeId


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase1Suite:
    """What protects an ISAKMP SA. `lifetime` in seconds, `kilobytes` None is without limit: the shorter of
    both sides'.
    """

    cipher: Cipher
    hash: HashAlgorithm
    group: KeyExchangeId
    authentication: AuthenticationMethod
    lifetime: int
    kilobytes: int | None = None

    def __str__(self) -> str:
        return f"{cipher_name(self.cipher)}, {hash_name(self.hash)}, {group_name(self.group)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What the peer has announced by its vendor IDs. `nat_methods`: best first."""

    dpd: bool = False
    fragmentation: bool = False
    xauth: bool = False
    unity: bool = False
    nat_methods: tuple[NatMethod, ...] = ()
    unknown: tuple[bytes, ...] = ()
