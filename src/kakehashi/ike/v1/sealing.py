"""Messages under the protection of an ISAKMP SA (RFC 2409 appendix B)."""

from collections.abc import Sequence

from kakehashi.crypto.ikev1.cbc import Cbc, key_size
from kakehashi.crypto.ikev1.hashes import Hash, hash_function
from kakehashi.crypto.ikev1.key_schedule import Skeyids, cipher_key, hash_1, phase1_iv, phase2_iv
from kakehashi.ike.v1.suite import Phase1Suite
from kakehashi.wire.registry.ikev1 import ExchangeType
from kakehashi.wire.v1.hash import Hash as HashPayload
from kakehashi.wire.v1.header import HEADER_SIZE, Header
from kakehashi.wire.v1.message import Message, encode_encrypted
from kakehashi.wire.v1.payloads import Decoded, Payload, decode_payloads, encode_payloads


class Sealer:
    """Both directions of one ISAKMP SA: one key, and an IV for each message ID.

    The IV of a message is the last block of the one before it, whoever sent that. The chain moves on by what
    we send, and by what the peer sent only when that is believed: `follow`.
    """

    __slots__ = ("_cbc", "_cookies", "_ivs", "_keys", "hash")

    def __init__(
        self, suite: Phase1Suite, keys: Skeyids, cookies: tuple[bytes, bytes], g_xi: bytes, g_xr: bytes
    ) -> None:
        self.hash: Hash = hash_function(suite.hash)
        cipher = suite.cipher
        key = cipher_key(self.hash, keys.skeyid_e, key_size(cipher.id, cipher.key_bits))
        self._cbc = Cbc(cipher.id, cipher.key_bits, key)
        self._keys = keys
        self._cookies = cookies
        self._ivs = {0: phase1_iv(self.hash, g_xi, g_xr, self._cbc.block_size)}

    def seal(
        self,
        exchange_type: ExchangeType,
        message_id: int,
        payloads: Sequence[Payload],
        hashed: bool,
        commit: bool = False,
    ) -> bytes:
        """One encrypted message. `hashed`: HASH(1) over `payloads` comes first (RFC 2409 section 5.7)."""
        if hashed:
            _, rest = encode_payloads(payloads)
            proof = hash_1(self.hash, self._keys.skeyid_a, message_id, rest)
            payloads = (HashPayload(proof), *payloads)
        first, plaintext = encode_payloads(payloads)
        ciphertext = self._cbc.encrypt(self._iv(message_id), plaintext)
        self._ivs[message_id] = self._cbc.next_iv(ciphertext)
        message = Message(*self._cookies, exchange_type, message_id, commit=commit)
        return encode_encrypted(message, first, ciphertext)

    def open(self, header: Header, datagram: bytes) -> tuple[Decoded, bytes]:
        """The payloads, as far as they make sense, and the IV that follows. BadPadding, WireError.

        A wrong key gives noise, which mostly is a WireError; nothing is proved before its hash is checked.
        """
        ciphertext = datagram[HEADER_SIZE:]
        plaintext = self._cbc.decrypt(self._iv(header.message_id), ciphertext)
        decoded = decode_payloads(header.next_payload, plaintext, padded=True)
        return decoded, self._cbc.next_iv(ciphertext)

    def follow(self, message_id: int, next_iv: bytes) -> None:
        """The peer's message is believed: the next one is chained to it."""
        self._ivs[message_id] = next_iv

    def forget(self, message_id: int) -> None:
        """The exchange is over. The chain of phase 1 stays, for the others begin with it."""
        if message_id:
            self._ivs.pop(message_id, None)

    def _iv(self, message_id: int) -> bytes:
        iv = self._ivs.get(message_id)
        return phase2_iv(self.hash, self._ivs[0], message_id) if iv is None else iv
