"""Octets written by hand from the pictures of RFC 7296 and RFC 7383."""

import pytest

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
    TransformType,
    TsType,
)
from kakehashi.wire.v2 import (
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
    VendorId,
    message,
)

IKE_SA_INIT = (
    # header: SPIs, next SA, version 2.0, IKE_SA_INIT, flags I, message ID 0, 172 octets
    "0102030405060708 0000000000000000 21 20 22 08 00000000 000000ac"
    # SA, next KE, 48 octets; proposal 1, 44 octets: IKE, no SPI, 4 transforms
    "22 00 0030  00 00 002c 01 01 00 04"
    "03 00 000c 01 00 000c 800e 0080"  # ENCR_AES_CBC, Key Length 128
    "03 00 0008 02 00 0005"  # PRF_HMAC_SHA2_256
    "03 00 0008 03 00 000c"  # AUTH_HMAC_SHA2_256_128
    "00 00 0008 04 00 001f"  # Curve25519
    # KE, next Nonce, 40 octets: group 31
    "28 00 0028 001f 0000" + "2b" * 32 +
    # Nonce, next Notify, 20 octets
    "29 00 0014" + "6e" * 16 +
    # Notify, next Notify, 28 octets: NAT_DETECTION_SOURCE_IP
    "29 00 001c 00 00 4004" + "5c" * 20 +
    # Notify, the last, 8 octets: IKEV2_FRAGMENTATION_SUPPORTED
    "00 00 0008 00 00 402e"
)  # fmt: skip


def test_ike_sa_init() -> None:
    data = bytes.fromhex(IKE_SA_INIT)
    expected = Message(
        bytes([1, 2, 3, 4, 5, 6, 7, 8]),
        bytes(8),
        ExchangeType.IKE_SA_INIT,
        is_initiator=True,
        is_response=False,
        message_id=0,
        payloads=(
            SecurityAssociation(
                (
                    Proposal(
                        1,
                        ProtocolId.IKE,
                        b"",
                        (
                            Transform(TransformType.ENCR, EncryptionId.ENCR_AES_CBC, 128),
                            Transform(TransformType.PRF, PrfId.PRF_HMAC_SHA2_256),
                            Transform(TransformType.INTEG, IntegrityId.AUTH_HMAC_SHA2_256_128),
                            Transform(TransformType.KE, KeyExchangeId.CURVE25519),
                        ),
                    ),
                )
            ),
            KeyExchange(KeyExchangeId.CURVE25519, b"\x2b" * 32),
            Nonce(b"n" * 16),
            Notify(NotifyType.NAT_DETECTION_SOURCE_IP, data=b"\x5c" * 20),
            Notify(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED),
        ),
    )
    assert message.decode(data) == expected
    assert message.encode(expected) == data


def test_an_encrypted_message() -> None:
    data = bytes.fromhex(
        "0102030405060708 1112131415161718 2e 20 25 28 00000007 0000002c"  # INFORMATIONAL, flags I and R
        "2a 00 0010 00112233445566778899aabb"  # SK, inside first a Delete
    )
    expected = Message(
        data[:8],
        data[8:16],
        ExchangeType.INFORMATIONAL,
        is_initiator=True,
        is_response=True,
        message_id=7,
        payloads=(Encrypted(PayloadType.DELETE, data[-12:]),),
    )
    assert message.decode(data) == expected
    assert message.encode(expected) == data


def test_a_fragment() -> None:
    data = bytes.fromhex(
        "0102030405060708 1112131415161718 35 20 23 08 00000001 00000028"  # IKE_AUTH
        "00 00 000c 0002 0003 deadbeef"  # SKF 2 of 3
    )
    [fragment] = message.decode(data).payloads
    assert fragment == EncryptedFragment(PayloadType.NONE, 2, 3, b"\xde\xad\xbe\xef")
    assert message.encode(message.decode(data)) == data


PAYLOADS: dict[str, tuple[PayloadType, str, Payload]] = {
    "SA of ESP": (
        PayloadType.SA,
        "00 00 0020 01 03 04 02 c0ffee00"
        "03 00 000c 01 00 0014 800e 0100"  # AES-GCM with 16 octet ICV, Key Length 256
        "00 00 0008 05 00 0000",  # no ESN
        SecurityAssociation(
            (
                Proposal(
                    1,
                    ProtocolId.ESP,
                    b"\xc0\xff\xee\x00",
                    (
                        Transform(TransformType.ENCR, EncryptionId.ENCR_AES_GCM_16, 256),
                        Transform(TransformType.ESN, EsnId.NO_ESN),
                    ),
                ),
            )
        ),
    ),
    "IDi": (
        PayloadType.IDi,
        "03 000000 61 40 62",
        IdentificationInitiator(IdType.ID_RFC822_ADDR, b"a@b"),
    ),
    "CERT": (PayloadType.CERT, "04 3000", Certificate(CertEncoding.X509_SIGNATURE, b"\x30\x00")),
    "CERTREQ": (
        PayloadType.CERTREQ,
        "04" + "ca" * 20,
        CertificateRequest(CertEncoding.X509_SIGNATURE, b"\xca" * 20),
    ),
    "AUTH": (PayloadType.AUTH, "02 000000 aabb", Authentication(AuthMethod.SHARED_KEY_MIC, b"\xaa\xbb")),
    "REKEY_SA": (
        PayloadType.NOTIFY,
        "03 04 4009 01020304",
        Notify(NotifyType.REKEY_SA, ProtocolId.ESP, b"\1\2\3\4"),
    ),
    "INVALID_KE_PAYLOAD": (
        PayloadType.NOTIFY,
        "00 00 0011 000e",
        Notify(NotifyType.INVALID_KE_PAYLOAD, data=b"\0\x0e"),
    ),
    "Delete of two": (
        PayloadType.DELETE,
        "03 04 0002 01020304 05060708",
        Delete(ProtocolId.ESP, (b"\1\2\3\4", b"\5\6\7\x08")),
    ),
    "Delete of the IKE SA": (PayloadType.DELETE, "01 00 0000", Delete(ProtocolId.IKE)),
    "Vendor ID": (PayloadType.VENDOR_ID, "4f70656e", VendorId(b"Open")),
    "TSi": (
        PayloadType.TSi,
        "01 000000  07 06 0010 0050 01bb c0a80100 c0a801ff",
        TrafficSelectorsInitiator(
            (Selector(TsType.TS_IPV4_ADDR_RANGE, 6, 80, 443, b"\xc0\xa8\1\0", b"\xc0\xa8\1\xff"),)
        ),
    ),
    "TSr": (
        PayloadType.TSr,
        "01 000000  08 00 0028 0000 ffff" + "00" * 16 + "ff" * 16,
        TrafficSelectorsResponder(
            (Selector(TsType.TS_IPV6_ADDR_RANGE, 0, 0, 65535, bytes(16), b"\xff" * 16),)
        ),
    ),
    "CP": (
        PayloadType.CP,
        "02 000000  0001 0004 0a000001  0003 0000",
        Configuration(
            ConfigurationType.CFG_REPLY,
            (
                ConfigurationAttribute(ConfigurationAttributeType.INTERNAL_IP4_ADDRESS, b"\x0a\0\0\1"),
                ConfigurationAttribute(ConfigurationAttributeType.INTERNAL_IP4_DNS),
            ),
        ),
    ),
    "EAP": (PayloadType.EAP, "01 01 0006 01 61", Eap(b"\1\1\0\6\1a")),
}


@pytest.mark.parametrize(("kind", "content", "expected"), PAYLOADS.values(), ids=PAYLOADS)
def test_a_payload(kind: PayloadType, content: str, expected: Payload) -> None:
    body = bytes.fromhex(content)
    data = b"\0\0" + (4 + len(body)).to_bytes(2, "big") + body
    assert message.decode_payloads(kind, data) == (expected,)
    assert message.encode_payloads((expected,)) == (kind, data)
