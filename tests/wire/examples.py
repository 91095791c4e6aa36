"""Messages with every payload there is, and a walk over their length fields.

The walk shares no code with the codec.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from kakehashi.wire.registry.ikev2 import (
    AuthMethod,
    CertEncoding,
    ConfigurationAttributeType,
    ConfigurationType,
    EncryptionId,
    EsnId,
    ExchangeType,
    IdType,
    IntegrityId,
    KeyExchangeId,
    NotifyType,
    PayloadType,
    PrfId,
    ProtocolId,
    TransformAttributeType,
    TransformType,
    TsType,
)
from kakehashi.wire.v2 import (
    Attribute,
    Authentication,
    Certificate,
    CertificateRequest,
    Configuration,
    ConfigurationAttribute,
    Delete,
    Eap,
    Encrypted,
    EncryptedFragment,
    IdentificationInitiator,
    IdentificationResponder,
    KeyExchange,
    Message,
    Nonce,
    Notify,
    Payload,
    Proposal,
    SecurityAssociation,
    Selector,
    TrafficSelectorsInitiator,
    TrafficSelectorsResponder,
    Transform,
    Unknown,
    UnknownSelector,
    VendorId,
)

SPI_I = bytes.fromhex("0123456789abcdef")
SPI_R = bytes.fromhex("fedcba9876543210")

IKE_PROPOSALS = SecurityAssociation(
    (
        Proposal(
            1,
            ProtocolId.IKE,
            b"",
            (
                Transform(TransformType.ENCR, EncryptionId.ENCR_AES_CBC, 256),
                Transform(TransformType.ENCR, EncryptionId.ENCR_3DES),
                Transform(TransformType.PRF, PrfId.PRF_HMAC_SHA2_256),
                Transform(TransformType.INTEG, IntegrityId.AUTH_HMAC_SHA2_256_128),
                Transform(TransformType.KE, KeyExchangeId.MODP_2048),
                Transform(TransformType.ADDKE1, KeyExchangeId.ML_KEM_768),
            ),
        ),
        Proposal(
            2,
            ProtocolId.IKE,
            b"\x42" * 8,
            (
                Transform(
                    TransformType.ENCR,
                    EncryptionId.ENCR_AES_GCM_16,
                    128,
                    (
                        Attribute(TransformAttributeType(77), 4711),
                        Attribute(TransformAttributeType(78), b"sechs!"),
                    ),
                ),
            ),
        ),
    )
)
ESP_PROPOSALS = SecurityAssociation(
    (
        Proposal(
            1,
            ProtocolId.ESP,
            b"\xc0\xff\xee\x01",
            (
                Transform(TransformType.ENCR, EncryptionId.ENCR_CHACHA20_POLY1305),
                Transform(TransformType.ESN, EsnId.ESN),
                Transform(TransformType.ESN, EsnId.NO_ESN),
                Transform(TransformType(99), 7),
            ),
        ),
        Proposal(2, ProtocolId.AH, b"\xc0\xff\xee\x02", ()),
    )
)
IPV4 = Selector(TsType.TS_IPV4_ADDR_RANGE, 0, 0, 65535, bytes([10, 0, 0, 0]), bytes([10, 255, 255, 255]))
IPV6 = Selector(TsType.TS_IPV6_ADDR_RANGE, 6, 443, 443, b"\x20" * 16, b"\x21" * 16)
LABEL = UnknownSelector(TsType.TS_SECLABEL, 0, b"secret")

CLEAR_PAYLOADS: tuple[Payload, ...] = (
    IKE_PROPOSALS,
    KeyExchange(KeyExchangeId.CURVE25519, b"\x25" * 32),
    Nonce(b"\x17" * 32),
    IdentificationInitiator(IdType.ID_FQDN, b"a.example"),
    IdentificationResponder(IdType.ID_IPV4_ADDR, bytes([192, 0, 2, 1])),
    Certificate(CertEncoding.X509_SIGNATURE, b"\x30\x03\x02\x01\x05"),
    CertificateRequest(CertEncoding.X509_SIGNATURE, b"\x5a" * 40),
    Authentication(AuthMethod.SHARED_KEY_MIC, b"\xaa" * 32),
    Notify(NotifyType.REKEY_SA, ProtocolId.ESP, b"\x01\x02\x03\x04"),
    Notify(NotifyType.COOKIE, data=b"biscuit"),
    Notify(NotifyType(40999), data=b"?"),
    Delete(ProtocolId.ESP, (b"\x01\x02\x03\x04", b"\x05\x06\x07\x08")),
    Delete(ProtocolId.IKE),
    VendorId(b"someone"),
    ESP_PROPOSALS,
    TrafficSelectorsInitiator((IPV4, IPV6)),
    TrafficSelectorsResponder((IPV6, IPV4), (LABEL,)),
    Configuration(
        ConfigurationType.CFG_REQUEST,
        (
            ConfigurationAttribute(ConfigurationAttributeType.INTERNAL_IP4_ADDRESS),
            ConfigurationAttribute(ConfigurationAttributeType.APPLICATION_VERSION, b"1.0"),
            ConfigurationAttribute(ConfigurationAttributeType(999), b"x"),
        ),
    ),
    Eap(b"\x01\x07\x00\x0a\x01hello"),
    Unknown(PayloadType.PS, False, b"puzzled"),
    Unknown(PayloadType(200), False, b""),
)


def message(*payloads: Payload, exchange: ExchangeType = ExchangeType.IKE_AUTH) -> Message:
    """A request of the initiator."""
    return Message(SPI_I, SPI_R, exchange, True, False, 1, payloads)


EXAMPLES = {
    "clear": message(*CLEAR_PAYLOADS),
    "SK": message(
        Notify(NotifyType.COOKIE, data=b"in clear"),
        Encrypted(PayloadType.IDi, b"\xee" * 48),
        exchange=ExchangeType.INFORMATIONAL,
    ),
    "SK alone": message(Encrypted(PayloadType.NONE, b"\xee" * 48)),
    "SKF": message(EncryptedFragment(PayloadType.IDi, 1, 3, b"\xef" * 64)),
    "empty": Message(SPI_I, bytes(8), ExchangeType(77), False, True, 0xFFFFFFFF),
}


@dataclass(frozen=True)
class LengthField:
    """A length or a count within a message: where it is, and how many octets it has."""

    name: str
    offset: int
    size: int

    def read(self, data: bytes) -> int:
        return int.from_bytes(data[self.offset : self.offset + self.size], "big")

    def write(self, data: bytes, value: int) -> bytes:
        written = (value % (1 << 8 * self.size)).to_bytes(self.size, "big")
        return data[: self.offset] + written + data[self.offset + self.size :]


def length_fields(data: bytes) -> list[LengthField]:
    """All of a valid message."""
    return [LengthField("message", 24, 4), *payload_length_fields(data[16], data, 28)]


def payload_length_fields(kind: int, data: bytes, at: int) -> Iterator[LengthField]:
    """All of a chain of payloads that begins at `at` and goes to the end."""
    while kind:
        length = LengthField("payload", at + 2, 2)
        yield length
        end = at + length.read(data)
        match kind:
            case 33:
                yield from _proposal_fields(data, at + 4, end)
            case 41:
                yield LengthField("notify SPI size", at + 5, 1)
            case 42:
                yield LengthField("delete SPI size", at + 5, 1)
                yield LengthField("delete SPI count", at + 6, 2)
            case 44 | 45:
                yield LengthField("selector count", at + 4, 1)
                yield from _records("selector", data, at + 8, end, header=0)
            case 47:
                yield from _records("configuration attribute", data, at + 8, end, header=4)
            case 48:
                yield LengthField("EAP", at + 6, 2)
        kind = 0 if kind in (46, 53) else data[at]
        at = end


def _proposal_fields(data: bytes, at: int, end: int) -> Iterator[LengthField]:
    while at < end:
        length = LengthField("proposal", at + 2, 2)
        spi_size = LengthField("proposal SPI size", at + 6, 1)
        yield from (length, spi_size, LengthField("transform count", at + 7, 1))
        transform, at = at + 8 + spi_size.read(data), at + length.read(data)
        while transform < at:
            transform_length = LengthField("transform", transform + 2, 2)
            yield transform_length
            attribute, transform = transform + 8, transform + transform_length.read(data)
            while attribute < transform:
                if data[attribute] & 0x80:
                    attribute += 4
                    continue
                attribute_length = LengthField("transform attribute", attribute + 2, 2)
                yield attribute_length
                attribute += 4 + attribute_length.read(data)


def _records(name: str, data: bytes, at: int, end: int, header: int) -> Iterator[LengthField]:
    while at < end:
        length = LengthField(name, at + 2, 2)
        yield length
        at += header + length.read(data)
