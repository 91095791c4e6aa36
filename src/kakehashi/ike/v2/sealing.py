"""Messages under the protection of an IKE SA: the Encrypted payload, whole or in fragments."""

from collections.abc import Callable, Sequence
from itertools import count

from kakehashi.crypto.key_schedule import IkeKeys
from kakehashi.crypto.sk import SkProtection
from kakehashi.ike.v2.fragments import MAX_MESSAGE, split
from kakehashi.ike.v2.proposals import IkeSuite
from kakehashi.wire.registry.ikev2 import EncryptionId, ExchangeType, PayloadType
from kakehashi.wire.v2.encrypted import Encrypted, EncryptedFragment
from kakehashi.wire.v2.header import FLAG_INITIATOR, FLAG_RESPONSE, HEADER_SIZE, Header
from kakehashi.wire.v2.message import encode_payloads
from kakehashi.wire.v2.payloads import Payload

_GENERIC = 4  # octets of a generic payload header
_NUMBERS = 4  # octets of Fragment Number and Total Fragments
_RANDOM_IV = {EncryptionId.ENCR_AES_CBC, EncryptionId.ENCR_3DES}


class Sealer:
    """Both directions of one IKE SA. `entropy(n)` gives n random octets."""

    __slots__ = ("_entropy", "_flags", "_ivs", "_opening", "_random_iv", "_sealing", "_spi_i", "_spi_r")

    def __init__(
        self,
        suite: IkeSuite,
        keys: IkeKeys,
        spis: tuple[bytes, bytes],
        is_initiator: bool,
        entropy: Callable[[int], bytes],
    ) -> None:
        cipher, integrity = suite.cipher, suite.integrity
        ours, theirs = (keys.sk_ei, keys.sk_ai), (keys.sk_er, keys.sk_ar)
        if not is_initiator:
            ours, theirs = theirs, ours
        self._sealing = SkProtection(cipher.id, cipher.key_bits, integrity, *ours)
        self._opening = SkProtection(cipher.id, cipher.key_bits, integrity, *theirs)
        self._spi_i, self._spi_r = spis
        self._flags = FLAG_INITIATOR if is_initiator else 0
        self._entropy = entropy
        # CBC needs an unpredictable IV; counter modes need one that never comes twice (RFC 5282 section 3.1).
        self._random_iv = cipher.id in _RANDOM_IV
        self._ivs = count(1)

    def seal(
        self,
        exchange: ExchangeType,
        is_response: bool,
        message_id: int,
        payloads: Sequence[Payload],
        fragment: bool,
    ) -> tuple[bytes, ...]:
        """The datagrams of one message: several where it is large and the peer can put them together."""
        flags = self._flags | (FLAG_RESPONSE if is_response else 0)
        first, plaintext = encode_payloads(tuple(payloads))
        size = HEADER_SIZE + _GENERIC + self._sealing.body_size(len(plaintext))
        if not fragment or size <= MAX_MESSAGE:
            return (self._seal(exchange, flags, message_id, first, plaintext),)
        # Padding is at most a block, so the room found by removing 16 octets more is safe with every cipher.
        overhead = HEADER_SIZE + _GENERIC + _NUMBERS + self._sealing.body_size(0) + 16
        parts = split(plaintext, MAX_MESSAGE - overhead)
        return tuple(
            self._seal(
                exchange, flags, message_id, first if n == 1 else PayloadType.NONE, part, (n, len(parts))
            )
            for n, part in enumerate(parts, 1)
        )

    def open(self, datagram: bytes, payload: Encrypted | EncryptedFragment) -> bytes:
        """The inner payloads of what the peer sealed. IntegrityFailure, BadPadding."""
        return self._opening.open(datagram[: len(datagram) - len(payload.body)], payload.body)

    def _seal(
        self,
        exchange: ExchangeType,
        flags: int,
        message_id: int,
        first: PayloadType,
        plaintext: bytes,
        numbers: tuple[int, int] | None = None,
    ) -> bytes:
        body_size = self._sealing.body_size(len(plaintext))
        extra = b"" if numbers is None else numbers[0].to_bytes(2, "big") + numbers[1].to_bytes(2, "big")
        payload_size = _GENERIC + len(extra) + body_size
        outer = PayloadType.SK if numbers is None else PayloadType.SKF
        total = HEADER_SIZE + payload_size
        header = Header(self._spi_i, self._spi_r, outer, 2, 0, exchange, flags, message_id, total).encode()
        header += bytes((first, 0)) + payload_size.to_bytes(2, "big") + extra
        return header + self._sealing.seal(header, plaintext, self._iv())

    def _iv(self) -> bytes:
        if self._random_iv:
            return self._entropy(self._sealing.iv_size)
        return next(self._ivs).to_bytes(self._sealing.iv_size, "big")
