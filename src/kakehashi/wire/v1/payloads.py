"""The chain of payloads, held together by generic headers (RFC 2408 section 3.2).

                     1                   2                   3
 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
| Next Payload  |   RESERVED    |         Payload Length        |
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev1 import PayloadType
from kakehashi.wire.registry.open_enum import by_number
from kakehashi.wire.v1.certificate import Certificate, CertificateRequest
from kakehashi.wire.v1.configuration import Configuration
from kakehashi.wire.v1.delete import Delete
from kakehashi.wire.v1.fragment import Fragment
from kakehashi.wire.v1.hash import Hash
from kakehashi.wire.v1.identification import Identification
from kakehashi.wire.v1.ke import KeyExchange
from kakehashi.wire.v1.nat_d import NAT_D_TYPES, NatDetection
from kakehashi.wire.v1.nat_oa import NAT_OA_TYPES, NatOriginalAddress
from kakehashi.wire.v1.nonce import Nonce
from kakehashi.wire.v1.notification import Notification
from kakehashi.wire.v1.sa import SecurityAssociation
from kakehashi.wire.v1.signature import Signature
from kakehashi.wire.v1.unknown import Unknown
from kakehashi.wire.v1.vendor_id import VendorId

MAX_PAYLOADS: Final = 64

Payload = (
    SecurityAssociation
    | KeyExchange
    | Identification
    | Certificate
    | CertificateRequest
    | Hash
    | Signature
    | Nonce
    | Notification
    | Delete
    | VendorId
    | Configuration
    | NatDetection
    | NatOriginalAddress
    | Fragment
    | Unknown
)

_DECODERS: Final[Mapping[PayloadType, Callable[[bytes], Payload]]] = {
    PayloadType.SA: SecurityAssociation.decode,
    PayloadType.KE: KeyExchange.decode,
    PayloadType.ID: Identification.decode,
    PayloadType.CERT: Certificate.decode,
    PayloadType.CR: CertificateRequest.decode,
    PayloadType.HASH: Hash.decode,
    PayloadType.SIG: Signature.decode,
    PayloadType.NONCE: Nonce.decode,
    PayloadType.NOTIFICATION: Notification.decode,
    PayloadType.DELETE: Delete.decode,
    PayloadType.VID: VendorId.decode,
    PayloadType.ATTRIBUTES: Configuration.decode,
    PayloadType.FRAGMENT: Fragment.decode,
}

_TYPES: Final = by_number(PayloadType)
_GENERIC: Final = struct.Struct("!BBH")
_MAX_LENGTH: Final = 0xFFFF
# Some implementations fill clear messages up to a multiple of four octets, as RFC 2408 section 3 draws them.
_MAX_ALIGNMENT: Final = 3


@dataclass(frozen=True, slots=True)
class Decoded:
    """The payloads of a message and the octets that they came in.

    The hashes of RFC 2409 cover what was received, which an encoding of what was understood need not be.
    `raw` has the octets of each payload with its generic header; padding behind the last is in none of them.
    """

    payloads: tuple[Payload, ...]
    raw: tuple[bytes, ...]

    def body(self, payload: Payload) -> bytes:
        """SAi_b, IDii_b and the like: the octets of that very payload without its generic header.

        ValueError for a payload that is not one of `payloads`, even if it equals one.
        """
        for candidate, octets in zip(self.payloads, self.raw, strict=True):
            if candidate is payload:
                return octets[_GENERIC.size :]
        raise ValueError("not a payload of this message")

    def after(self, index: int) -> bytes:
        """The octets behind the payload with that index, up to the last payload's end.

        `after(0)` is what HASH(1) and HASH(2) cover of a message that begins with a Hash payload (RFC 2409
        section 5.5).
        """
        return b"".join(self.raw[index + 1 :])


def decode_payloads(first: PayloadType, data: bytes, *, padded: bool = False) -> Decoded:
    """Read the payloads that follow an ISAKMP header whose Next Payload is `first`. WireError.

    `padded`: `data` was encrypted, and any octets may follow the last payload (RFC 2409 appendix B). Else
    only up to three zeros may.
    """
    payloads: list[Payload] = []
    raw: list[bytes] = []
    kind, offset, rest = first, 0, len(data)
    while kind != PayloadType.NONE:
        if rest < _GENERIC.size:
            raise WireError(Reason.PAYLOAD_TRUNCATED, kind)
        number, reserved, length = _GENERIC.unpack_from(data, offset)
        if not _GENERIC.size <= length <= rest:
            raise WireError(Reason.PAYLOAD_LENGTH, kind)
        # RFC 2408 section 5.3 step 2. After decryption with a wrong key it tells early that this is noise.
        if reserved:
            raise WireError(Reason.RESERVED_FIELD, kind)
        if len(payloads) == MAX_PAYLOADS:
            raise WireError(Reason.TOO_MANY_PAYLOADS)
        raw.append(data[offset : offset + length])
        try:
            payloads.append(_decode(kind, raw[-1][_GENERIC.size :]))
        except WireError as error:
            raise WireError(error.reason, kind) from None
        offset, rest = offset + length, rest - length
        kind = _TYPES[number]
    if rest and not padded and (rest > _MAX_ALIGNMENT or any(data[offset:])):
        raise WireError(Reason.TRAILING_OCTETS)
    return Decoded(tuple(payloads), tuple(raw))


def encode_payloads(payloads: Sequence[Payload]) -> tuple[PayloadType, bytes]:
    """The type of the first payload, NONE if there is none, and the octets of all, without padding.

    ValueError for what no one could read: too many payloads, or one too long.
    """
    kinds = [payload.payload_type for payload in payloads]
    if len(kinds) > MAX_PAYLOADS:
        raise ValueError(f"{len(kinds)} payloads, the most is {MAX_PAYLOADS}")
    following = [*kinds[1:], PayloadType.NONE]
    pieces = [_encode(payload, after) for payload, after in zip(payloads, following, strict=False)]
    return (kinds[0] if kinds else PayloadType.NONE), b"".join(pieces)


def _decode(kind: PayloadType, body: bytes) -> Payload:
    decode = _DECODERS.get(kind)
    if decode is not None:
        return decode(body)
    if kind in NAT_D_TYPES:
        return NatDetection(body, kind)
    if kind in NAT_OA_TYPES:
        return NatOriginalAddress.decode(kind, body)
    return Unknown(kind, body)


def _encode(payload: Payload, following: PayloadType) -> bytes:
    try:
        body = payload.encode()
    except struct.error as error:
        raise ValueError(f"{payload.payload_type} payload: {error}") from error
    if _GENERIC.size + len(body) > _MAX_LENGTH:
        raise ValueError(f"{payload.payload_type} payload of {len(body)} octets")
    return _GENERIC.pack(following, 0, _GENERIC.size + len(body)) + body
