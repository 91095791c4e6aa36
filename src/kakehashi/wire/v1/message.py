"""A whole IKEv1 message."""

from dataclasses import dataclass

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev1 import ExchangeType, PayloadType
from kakehashi.wire.v1.header import (
    FLAG_AUTHENTICATION_ONLY,
    FLAG_COMMIT,
    FLAG_ENCRYPTION,
    HEADER_SIZE,
    MAJOR_VERSION,
    MAX_MESSAGE,
    Header,
    decode_header,
)
from kakehashi.wire.v1.payloads import Decoded, Payload, decode_payloads, encode_payloads

__all__ = [
    "Decoded",
    "Message",
    "Payload",
    "decode",
    "decode_header",
    "decode_payloads",
    "encode",
    "encode_encrypted",
    "encode_payloads",
]


@dataclass(frozen=True, slots=True)
class Message:
    """What both sides exchange. Cookies are 8 octets; the responder's is zero in the first message.

    `message_id` is zero in phase 1. `commit`: the sender asks to wait for CONNECTED (RFC 2408 section 3.1).
    """

    initiator_cookie: bytes
    responder_cookie: bytes
    exchange_type: ExchangeType
    message_id: int
    payloads: tuple[Payload, ...] = ()
    commit: bool = False
    authentication_only: bool = False


def decode(data: bytes) -> Message:
    """Read a message in clear, without non-ESP marker. WireError, also for an encrypted message.

    What is encrypted is read in steps: `decode_header`, decrypt what follows HEADER_SIZE octets, and
    `decode_payloads` with `padded`.
    """
    header = decode_header(data)
    if header.encrypted:
        raise WireError(Reason.ENCRYPTED_WITHOUT_KEY)
    return Message(
        header.initiator_cookie,
        header.responder_cookie,
        header.exchange_type,
        header.message_id,
        decode_payloads(header.next_payload, data[HEADER_SIZE:]).payloads,
        header.commit,
        header.authentication_only,
    )


def encode(message: Message) -> bytes:
    """The octets of a message in clear. ValueError for what cannot be written, such as over 65535 octets."""
    first, payloads = encode_payloads(message.payloads)
    return _encode(message, first, payloads, 0)


def encode_encrypted(message: Message, first: PayloadType, ciphertext: bytes) -> bytes:
    """The octets of a message whose payloads were encrypted; `payloads` of `message` itself do not count.

    `first` is what `encode_payloads` gave with the plaintext, `ciphertext` whole blocks of the cipher; the
    header's Length counts the padding (RFC 2409 appendix B). ValueError as `encode`.
    """
    return _encode(message, first, ciphertext, FLAG_ENCRYPTION)


def _encode(message: Message, first: PayloadType, body: bytes, flags: int) -> bytes:
    length = HEADER_SIZE + len(body)
    if length > MAX_MESSAGE:
        raise ValueError(f"a message of {length} octets")
    if message.commit:
        flags |= FLAG_COMMIT
    if message.authentication_only:
        flags |= FLAG_AUTHENTICATION_ONLY
    header = Header(
        initiator_cookie=message.initiator_cookie,
        responder_cookie=message.responder_cookie,
        next_payload=first,
        major=MAJOR_VERSION,
        minor=0,
        exchange_type=message.exchange_type,
        flags=flags,
        message_id=message.message_id,
        length=length,
    )
    return header.encode() + body
