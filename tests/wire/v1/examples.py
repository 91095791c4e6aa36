"""IKEv1 messages with every payload there is, and a walk over their length fields.

The walk shares no code with the codec.
"""

from collections.abc import Iterator

from kakehashi.wire.registry.ikev1 import (
    AhTransform,
    AuthenticationAlgorithm,
    AuthenticationMethod,
    CertEncoding,
    ConfigurationAttribute,
    ConfigurationType,
    Doi,
    EncapsulationMode,
    EncryptionAlgorithm,
    EspTransform,
    ExchangeType,
    GroupDescription,
    HashAlgorithm,
    IdType,
    IpsecAttribute,
    IsakmpTransform,
    LifeType,
    NotifyType,
    PayloadType,
    Phase1Attribute,
    ProtocolId,
)
from kakehashi.wire.v1 import (
    Attribute,
    Certificate,
    CertificateRequest,
    Configuration,
    Delete,
    Fragment,
    Hash,
    Identification,
    KeyExchange,
    Message,
    NatDetection,
    NatOriginalAddress,
    Nonce,
    Notification,
    Payload,
    Proposal,
    SecurityAssociation,
    Signature,
    Transform,
    Unknown,
    VendorId,
)
from tests.wire.examples import LengthField

CKY_I = bytes.fromhex("0123456789abcdef")
CKY_R = bytes.fromhex("fedcba9876543210")

AES = Transform(
    1,
    IsakmpTransform.KEY_IKE,
    (
        Attribute(Phase1Attribute.ENCRYPTION_ALGORITHM, EncryptionAlgorithm.AES_CBC),
        Attribute(Phase1Attribute.KEY_LENGTH, 256),
        Attribute(Phase1Attribute.HASH_ALGORITHM, HashAlgorithm.SHA2_512),
        Attribute(Phase1Attribute.AUTHENTICATION_METHOD, AuthenticationMethod.PRE_SHARED_KEY),
        Attribute(Phase1Attribute.GROUP_DESCRIPTION, GroupDescription.MODP_2048),
        Attribute(Phase1Attribute.LIFE_TYPE, LifeType.SECONDS),
        Attribute(Phase1Attribute.LIFE_DURATION, 28800),
    ),
)
TRIPLE_DES = Transform(
    2,
    IsakmpTransform.KEY_IKE,
    (
        Attribute(Phase1Attribute.ENCRYPTION_ALGORITHM, EncryptionAlgorithm.TRIPLE_DES_CBC),
        Attribute(Phase1Attribute.HASH_ALGORITHM, HashAlgorithm.MD5),
        Attribute(Phase1Attribute.AUTHENTICATION_METHOD, AuthenticationMethod.XAUTH_INIT_PRE_SHARED),
        Attribute(Phase1Attribute.GROUP_DESCRIPTION, GroupDescription.MODP_1024),
        Attribute(Phase1Attribute.LIFE_TYPE, LifeType.SECONDS),
        Attribute(Phase1Attribute.LIFE_DURATION, bytes.fromhex("00015180")),
        Attribute(Phase1Attribute.LIFE_TYPE, LifeType.KILOBYTES),
        Attribute(Phase1Attribute.LIFE_DURATION, bytes.fromhex("00465001")),
        Attribute(Phase1Attribute(4711), 7),
    ),
)
PHASE_1 = SecurityAssociation(
    (
        Proposal(1, ProtocolId.ISAKMP, b"", (AES, TRIPLE_DES)),
        Proposal(2, ProtocolId.ISAKMP, CKY_I, (Transform(1, IsakmpTransform(99)),)),
    )
)
ESP = Transform(
    1,
    EspTransform.AES_CBC,
    (
        Attribute(IpsecAttribute.KEY_LENGTH, 128),
        Attribute(IpsecAttribute.AUTHENTICATION_ALGORITHM, AuthenticationAlgorithm.HMAC_SHA),
        Attribute(IpsecAttribute.ENCAPSULATION_MODE, EncapsulationMode.UDP_ENCAPSULATED_TUNNEL_DRAFTS),
        Attribute(IpsecAttribute.GROUP_DESCRIPTION, GroupDescription.MODP_1536),
        Attribute(IpsecAttribute.SA_LIFE_TYPE, LifeType.SECONDS),
        Attribute(IpsecAttribute.SA_LIFE_DURATION, 28800),
    ),
)
AH = Transform(
    1,
    AhTransform.SHA,
    (
        Attribute(IpsecAttribute.AUTHENTICATION_ALGORITHM, AuthenticationAlgorithm.HMAC_SHA),
        Attribute(IpsecAttribute.ENCAPSULATION_MODE, EncapsulationMode.TUNNEL),
    ),
)
PHASE_2 = SecurityAssociation(
    (
        Proposal(1, ProtocolId.AH, b"\xc0\xff\xee\x01", (AH,)),
        Proposal(1, ProtocolId.ESP, b"\xc0\xff\xee\x02", (ESP,)),
        Proposal(2, ProtocolId.ESP, b"\xc0\xff\xee\x03", (ESP, Transform(2, EspTransform.NULL))),
        Proposal(3, ProtocolId.IPCOMP, b"\x12\x34", (Transform(1, 2),)),
        Proposal(4, ProtocolId(77), b"anything", (Transform(1, 200),)),
    )
)

CLEAR_PAYLOADS: tuple[Payload, ...] = (
    PHASE_1,
    KeyExchange(b"\x25" * 128),
    Nonce(b"\x17" * 20),
    Identification(IdType.ID_FQDN, b"a.example", 17, 500),
    Identification(IdType.ID_IPV4_ADDR, bytes([192, 0, 2, 1])),
    Identification(IdType.ID_IPV4_ADDR_SUBNET, bytes([192, 0, 2, 0, 255, 255, 255, 240])),
    Identification(IdType.ID_IPV6_ADDR_RANGE, b"\x20" * 16 + b"\x21" * 16, 6, 443),
    Certificate(CertEncoding.X509_SIGNATURE, b"\x30\x03\x02\x01\x05"),
    CertificateRequest(CertEncoding.X509_SIGNATURE),
    Hash(b"\xaa" * 16),
    Signature(b"\x51" * 64),
    Notification(NotifyType.INITIAL_CONTACT, ProtocolId.ISAKMP, CKY_I + CKY_R),
    Notification(NotifyType.R_U_THERE, ProtocolId.ISAKMP, CKY_I + CKY_R, b"\x00\x00\x12\x67"),
    Notification(NotifyType.INVALID_SPI, ProtocolId.ESP, b"\xc0\xff\xee\x01"),
    Notification(NotifyType(40999), ProtocolId.NONE, data=b"?", doi=Doi.ISAKMP),
    Delete(ProtocolId.ESP, (b"\x01\x02\x03\x04", b"\x05\x06\x07\x08")),
    Delete(ProtocolId.ISAKMP, (CKY_I + CKY_R,)),
    PHASE_2,
    Configuration(
        ConfigurationType.REQUEST,
        0xBEEF,
        (
            Attribute(ConfigurationAttribute.INTERNAL_IP4_ADDRESS),
            Attribute(ConfigurationAttribute.XAUTH_TYPE, 0),
            Attribute(ConfigurationAttribute.XAUTH_USER_PASSWORD, b"hushed"),
            Attribute(ConfigurationAttribute(999), b"xy"),
        ),
    ),
    NatDetection(b"\xd1" * 20),
    NatDetection(b"\xd2" * 16, PayloadType.NAT_D_DRAFTS),
    NatOriginalAddress(bytes([10, 0, 0, 1])),
    NatOriginalAddress(b"\x20" * 16, PayloadType.NAT_OA_DRAFTS),
    Unknown(PayloadType.GAP, b"mind"),
    VendorId(b"someone"),
)


def message(*payloads: Payload, exchange: ExchangeType = ExchangeType.IDENTITY_PROTECTION) -> Message:
    """In phase 1."""
    return Message(CKY_I, CKY_R, exchange, 0, payloads)


EXAMPLES = {
    "all": message(*CLEAR_PAYLOADS),
    "main mode": message(PHASE_1, VendorId(b"someone")),
    "fragment": message(Fragment(7, 1, False, b"a piece of a message"), exchange=ExchangeType.AGGRESSIVE),
    "last fragment": message(Fragment(7, 255, True, b"!")),
    "commit": Message(CKY_I, CKY_R, ExchangeType.QUICK, 0xFFFFFFFF, (Hash(b"\xaa" * 20),), True, True),
    "empty": Message(CKY_I, bytes(8), ExchangeType(77), 1),
}


def length_fields(data: bytes) -> list[LengthField]:
    """All of a valid message in clear."""
    return [LengthField("message", 24, 4), *payload_length_fields(data[16], data, 28)]


def payload_length_fields(kind: int, data: bytes, at: int) -> Iterator[LengthField]:
    """All of a chain of payloads that begins at `at` and goes to the end."""
    while kind:
        length = LengthField("payload", at + 2, 2)
        yield length
        end = at + length.read(data)
        match kind:
            case 1:
                yield from _proposal_fields(data, at + 12, end)
            case 11:
                yield LengthField("notification SPI size", at + 9, 1)
            case 12:
                yield LengthField("delete SPI size", at + 9, 1)
                yield LengthField("delete SPI count", at + 10, 2)
            case 14:
                yield from _attribute_fields("configuration attribute", data, at + 8, end)
        kind, at = data[at], end


def _proposal_fields(data: bytes, at: int, end: int) -> Iterator[LengthField]:
    while at < end:
        length = LengthField("proposal", at + 2, 2)
        spi_size = LengthField("proposal SPI size", at + 6, 1)
        yield from (length, spi_size, LengthField("transform count", at + 7, 1))
        transform, at = at + 8 + spi_size.read(data), at + length.read(data)
        while transform < at:
            transform_length = LengthField("transform", transform + 2, 2)
            yield transform_length
            attributes, transform = transform + 8, transform + transform_length.read(data)
            yield from _attribute_fields("transform attribute", data, attributes, transform)


def _attribute_fields(name: str, data: bytes, at: int, end: int) -> Iterator[LengthField]:
    while at < end:
        if data[at] & 0x80:
            at += 4
            continue
        length = LengthField(name, at + 2, 2)
        yield length
        at += 4 + length.read(data)
