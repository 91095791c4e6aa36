"""The chain of payloads, held together by generic headers (RFC 7296 section 3.2).

                     1                   2                   3
 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
| Next Payload  |C|  RESERVED   |         Payload Length        |
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev2 import PayloadType
from kakehashi.wire.registry.open_enum import by_number
from kakehashi.wire.v2.authentication import Authentication
from kakehashi.wire.v2.certificate import Certificate, CertificateRequest
from kakehashi.wire.v2.configuration import Configuration
from kakehashi.wire.v2.delete import Delete
from kakehashi.wire.v2.eap import Eap
from kakehashi.wire.v2.encrypted import Encrypted, EncryptedFragment
from kakehashi.wire.v2.identification import IdentificationInitiator, IdentificationResponder
from kakehashi.wire.v2.ke import KeyExchange
from kakehashi.wire.v2.nonce import Nonce
from kakehashi.wire.v2.notify import Notify
from kakehashi.wire.v2.sa import SecurityAssociation
from kakehashi.wire.v2.traffic_selector import TrafficSelectorsInitiator, TrafficSelectorsResponder
from kakehashi.wire.v2.unknown import Unknown
from kakehashi.wire.v2.vendor_id import VendorId

MAX_PAYLOADS: Final = 64

Payload = (
    SecurityAssociation
    | KeyExchange
    | IdentificationInitiator
    | IdentificationResponder
    | Certificate
    | CertificateRequest
    | Authentication
    | Nonce
    | Notify
    | Delete
    | VendorId
    | TrafficSelectorsInitiator
    | TrafficSelectorsResponder
    | Encrypted
    | Configuration
    | Eap
    | EncryptedFragment
    | Unknown
)

_DECODERS: Final[Mapping[PayloadType, Callable[[bytes], Payload]]] = {
    PayloadType.SA: SecurityAssociation.decode,
    PayloadType.KE: KeyExchange.decode,
    PayloadType.IDi: IdentificationInitiator.decode,
    PayloadType.IDr: IdentificationResponder.decode,
    PayloadType.CERT: Certificate.decode,
    PayloadType.CERTREQ: CertificateRequest.decode,
    PayloadType.AUTH: Authentication.decode,
    PayloadType.NONCE: Nonce.decode,
    PayloadType.NOTIFY: Notify.decode,
    PayloadType.DELETE: Delete.decode,
    PayloadType.VENDOR_ID: VendorId.decode,
    PayloadType.TSi: TrafficSelectorsInitiator.decode,
    PayloadType.TSr: TrafficSelectorsResponder.decode,
    PayloadType.CP: Configuration.decode,
    PayloadType.EAP: Eap.decode,
}
_ENCRYPTED_DECODERS: Final[Mapping[PayloadType, Callable[[PayloadType, bytes], Payload]]] = {
    PayloadType.SK: Encrypted.decode,
    PayloadType.SKF: EncryptedFragment.decode,
}

_TYPES: Final = by_number(PayloadType)
_GENERIC: Final = struct.Struct("!BBH")
_CRITICAL: Final = 0x80
_MAX_LENGTH: Final = 0xFFFF


def decode_payloads(first: PayloadType, data: bytes) -> tuple[Payload, ...]:
    """Read the payloads that were inside of an Encrypted payload, its padding already off. WireError.

    `first` is the Next Payload of the Encrypted payload, or of the first of its fragments.
    """
    payloads = decode_chain(first, data)
    if payloads and payloads[-1].payload_type in _ENCRYPTED_DECODERS:
        raise WireError(Reason.ENCRYPTED_NESTED, payloads[-1].payload_type)
    return payloads


def decode_chain(first: PayloadType, data: bytes) -> tuple[Payload, ...]:
    """Read the payloads that follow an IKE header whose Next Payload is `first`. WireError.

    An Encrypted payload can only be the last one (RFC 7296 section 3.14), and stays encrypted.
    """
    payloads: list[Payload] = []
    kind, offset, rest = first, 0, len(data)
    while kind != PayloadType.NONE:
        if rest < _GENERIC.size:
            raise WireError(Reason.PAYLOAD_TRUNCATED, kind)
        number, flags, length = _GENERIC.unpack_from(data, offset)
        if not _GENERIC.size <= length <= rest:
            raise WireError(Reason.PAYLOAD_LENGTH, kind)
        encrypted = kind in _ENCRYPTED_DECODERS
        if encrypted and length != rest:
            raise WireError(Reason.ENCRYPTED_NOT_LAST, kind)
        if len(payloads) == MAX_PAYLOADS:
            raise WireError(Reason.TOO_MANY_PAYLOADS)
        following = _TYPES[number]
        body = data[offset + _GENERIC.size : offset + length]
        try:
            payloads.append(_decode(kind, bool(flags & _CRITICAL), following, body))
        except WireError as error:
            raise WireError(error.reason, kind) from None
        offset, rest = offset + length, rest - length
        kind = PayloadType.NONE if encrypted else following
    if rest:
        raise WireError(Reason.TRAILING_OCTETS)
    return tuple(payloads)


def encode_payloads(payloads: Sequence[Payload]) -> tuple[PayloadType, bytes]:
    """The type of the first payload, NONE if there is none, and the octets of all.

    ValueError for what no one could read: a payload too long, or one behind an Encrypted payload.
    """
    kinds = [payload.payload_type for payload in payloads]
    if len(kinds) > MAX_PAYLOADS:
        raise ValueError(f"{len(kinds)} payloads, the most is {MAX_PAYLOADS}")
    if not _ENCRYPTED_DECODERS.keys().isdisjoint(kinds[:-1]):
        raise ValueError("an Encrypted payload must be the last")
    following = [*kinds[1:], PayloadType.NONE]
    pieces = [_encode(payload, after) for payload, after in zip(payloads, following, strict=False)]
    return (kinds[0] if kinds else PayloadType.NONE), b"".join(pieces)


def _decode(kind: PayloadType, critical: bool, following: PayloadType, body: bytes) -> Payload:
    decode = _DECODERS.get(kind)
    if decode is not None:
        return decode(body)
    if kind in _ENCRYPTED_DECODERS:
        return _ENCRYPTED_DECODERS[kind](following, body)
    # The critical bit counts only for types that are not known (RFC 7296 section 2.5).
    if critical:
        raise WireError(Reason.UNSUPPORTED_CRITICAL)
    return Unknown(kind, critical, body)


def _encode(payload: Payload, following: PayloadType) -> bytes:
    try:
        body = payload.encode()
    except struct.error as error:
        raise ValueError(f"{payload.payload_type} payload: {error}") from error
    if _GENERIC.size + len(body) > _MAX_LENGTH:
        raise ValueError(f"{payload.payload_type} payload of {len(body)} octets")
    match payload:
        case Encrypted() | EncryptedFragment():
            following = payload.first_payload
        case Unknown(critical=True):
            return _GENERIC.pack(following, _CRITICAL, _GENERIC.size + len(body)) + body
    return _GENERIC.pack(following, 0, _GENERIC.size + len(body)) + body
