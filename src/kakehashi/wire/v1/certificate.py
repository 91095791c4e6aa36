"""The Certificate and Certificate Request payloads (RFC 2408 sections 3.9 and 3.10)."""

from dataclasses import dataclass
from typing import ClassVar, Self

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev1 import CertEncoding, PayloadType


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate, or what leads to one.

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    | Cert Encoding |                                               |
    +-+-+-+-+-+-+-+-+                                               |
    ~                       Certificate Data                        ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    payload_type: ClassVar[PayloadType] = PayloadType.CERT

    encoding: CertEncoding
    data: bytes

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read what follows the generic header."""
        if not body:
            raise WireError(Reason.PAYLOAD_TOO_SHORT)
        return cls(CertEncoding(body[0]), body[1:])

    def encode(self) -> bytes:
        """What follows the generic header."""
        return bytes([self.encoding]) + self.data


@dataclass(frozen=True, slots=True)
class CertificateRequest:
    """The certificates that are welcome. For X.509 `authority` is the name of one authority in DER, or empty.

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |  Cert. Type   |                                               |
    +-+-+-+-+-+-+-+-+                                               |
    ~                    Certificate Authority                      ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    payload_type: ClassVar[PayloadType] = PayloadType.CR

    encoding: CertEncoding
    authority: bytes = b""

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read what follows the generic header."""
        if not body:
            raise WireError(Reason.PAYLOAD_TOO_SHORT)
        return cls(CertEncoding(body[0]), body[1:])

    def encode(self) -> bytes:
        """What follows the generic header."""
        return bytes([self.encoding]) + self.authority
