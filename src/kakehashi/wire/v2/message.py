"""A whole IKEv2 message."""

from dataclasses import dataclass

from kakehashi.wire.registry.ikev2 import ExchangeType
from kakehashi.wire.v2.header import (
    FLAG_INITIATOR,
    FLAG_RESPONSE,
    HEADER_SIZE,
    MAJOR_VERSION,
    MAX_MESSAGE,
    Header,
    decode_header,
)
from kakehashi.wire.v2.payloads import Payload, decode_chain, decode_payloads, encode_payloads

__all__ = [
    "Message",
    "Payload",
    "decode",
    "decode_after",
    "decode_header",
    "decode_payloads",
    "encode",
    "encode_payloads",
]


@dataclass(frozen=True, slots=True)
class Message:
    """What both sides exchange. SPIs are 8 octets; `spi_r` is zero in the first message of an IKE SA.

    `is_initiator`: the sender is the original initiator of the IKE SA. `is_response`: it answers a request.
    """

    spi_i: bytes
    spi_r: bytes
    exchange_type: ExchangeType
    is_initiator: bool
    is_response: bool
    message_id: int
    payloads: tuple[Payload, ...] = ()


def decode(data: bytes) -> Message:
    """Read a message without non-ESP marker; what is encrypted stays so. WireError."""
    return decode_after(decode_header(data), data)


def decode_after(header: Header, data: bytes) -> Message:
    """Read the rest of a message whose header `decode_header` has read. WireError."""
    return Message(
        header.spi_i,
        header.spi_r,
        header.exchange_type,
        header.is_initiator,
        header.is_response,
        header.message_id,
        decode_chain(header.next_payload, data[HEADER_SIZE:]),
    )


def encode(message: Message) -> bytes:
    """The octets of a message. ValueError for what cannot be written, such as a message over 65535 octets."""
    first, payloads = encode_payloads(message.payloads)
    length = HEADER_SIZE + len(payloads)
    if length > MAX_MESSAGE:
        raise ValueError(f"a message of {length} octets")
    flags = (FLAG_INITIATOR if message.is_initiator else 0) | (FLAG_RESPONSE if message.is_response else 0)
    header = Header(
        spi_i=message.spi_i,
        spi_r=message.spi_r,
        next_payload=first,
        major=MAJOR_VERSION,
        minor=0,
        exchange_type=message.exchange_type,
        flags=flags,
        message_id=message.message_id,
        length=length,
    )
    return header.encode() + payloads
