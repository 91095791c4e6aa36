"""Octets written by hand from the pictures of RFC 2407, RFC 2408, RFC 3706 and RFC 3947."""

import pytest

from kakehashi.wire.registry.ikev1 import (
    AhTransform,
    AuthenticationMethod,
    CertEncoding,
    ConfigurationAttribute,
    ConfigurationType,
    Doi,
    EncapsulationMode,
    EncryptionAlgorithm,
    EspTransform,
    ExchangeType,
    IdType,
    IpsecAttribute,
    IsakmpTransform,
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
    VendorId,
    message,
)

MAIN_MODE_1 = (
    # header: cookies, next SA, version 1.0, identity protection, no flags, message ID 0, 112 octets
    "0102030405060708 0000000000000000 01 10 02 00 00000000 00000070"
    # SA, next VID, 56 octets: IPsec DOI, SIT_IDENTITY_ONLY
    "0d 00 0038 00000001 00000001"
    # proposal 1, the last, 44 octets: ISAKMP, no SPI, 1 transform
    "00 00 002c 01 01 00 01"
    # transform 1, the last, 36 octets: KEY_IKE
    "00 00 0024 01 01 0000"
    "8001 0005"  # 3DES-CBC
    "8002 0001"  # MD5
    "8003 0001"  # pre-shared key
    "8004 0002"  # group 2
    "800b 0001"  # seconds
    "000c 0004 00015180"  # 86400
    # VID, 20 octets: DPD 1.0
    "00 00 0014 afcad71368a1f1c96b8696fc77570100"
)


def octets(text: str) -> bytes:
    return bytes.fromhex(text)


def test_the_first_message_of_main_mode() -> None:
    data = octets(MAIN_MODE_1)
    data = data[:24] + len(data).to_bytes(4, "big") + data[28:]
    offered = Transform(
        1,
        IsakmpTransform.KEY_IKE,
        (
            Attribute(Phase1Attribute.ENCRYPTION_ALGORITHM, EncryptionAlgorithm.TRIPLE_DES_CBC),
            Attribute(Phase1Attribute.HASH_ALGORITHM, 1),
            Attribute(Phase1Attribute.AUTHENTICATION_METHOD, AuthenticationMethod.PRE_SHARED_KEY),
            Attribute(Phase1Attribute.GROUP_DESCRIPTION, 2),
            Attribute(Phase1Attribute.LIFE_TYPE, 1),
            Attribute(Phase1Attribute.LIFE_DURATION, octets("00015180")),
        ),
    )
    meant = Message(
        octets("0102030405060708"),
        bytes(8),
        ExchangeType.IDENTITY_PROTECTION,
        0,
        (
            SecurityAssociation((Proposal(1, ProtocolId.ISAKMP, b"", (offered,)),)),
            VendorId(octets("afcad71368a1f1c96b8696fc77570100")),
        ),
    )
    assert message.decode(data) == meant
    assert message.encode(meant) == data


COOKIES = "0102030405060708 1112131415161718"

PAYLOADS: dict[str, tuple[PayloadType, str, Payload]] = {
    "AH and ESP together, then ESP alone": (
        PayloadType.SA,
        "00000001 00000001"
        "02 00 0018 01 02 04 01 c0ffee01  00 00 000c 01 03 0000 8004 0001"
        "02 00 0018 01 03 04 01 c0ffee02  00 00 000c 01 03 0000 8004 f003"
        "00 00 001c 02 03 04 01 c0ffee03  00 00 0010 01 0c 0000 8006 0080 8001 0002",
        SecurityAssociation(
            (
                Proposal(
                    1,
                    ProtocolId.AH,
                    octets("c0ffee01"),
                    (
                        Transform(
                            1,
                            AhTransform.SHA,
                            (Attribute(IpsecAttribute.ENCAPSULATION_MODE, EncapsulationMode.TUNNEL),),
                        ),
                    ),
                ),
                Proposal(
                    1,
                    ProtocolId.ESP,
                    octets("c0ffee02"),
                    (
                        Transform(
                            1,
                            EspTransform.TRIPLE_DES,
                            (
                                Attribute(
                                    IpsecAttribute.ENCAPSULATION_MODE,
                                    EncapsulationMode.UDP_ENCAPSULATED_TUNNEL_DRAFTS,
                                ),
                            ),
                        ),
                    ),
                ),
                Proposal(
                    2,
                    ProtocolId.ESP,
                    octets("c0ffee03"),
                    (
                        Transform(
                            1,
                            EspTransform.AES_CBC,
                            (
                                Attribute(IpsecAttribute.KEY_LENGTH, 128),
                                Attribute(IpsecAttribute.SA_LIFE_TYPE, 2),
                            ),
                        ),
                    ),
                ),
            )
        ),
    ),
    "KE": (PayloadType.KE, "25" * 96, KeyExchange(b"\x25" * 96)),
    "ID in phase 1": (
        PayloadType.ID,
        "01 11 01f4 c0000201",
        Identification(IdType.ID_IPV4_ADDR, octets("c0000201"), 17, 500),
    ),
    "ID in phase 2": (
        PayloadType.ID,
        "04 00 0000 c0a80a00 ffffff00",
        Identification(IdType.ID_IPV4_ADDR_SUBNET, octets("c0a80a00ffffff00")),
    ),
    "CERT": (
        PayloadType.CERT,
        "04 3003020105",
        Certificate(CertEncoding.X509_SIGNATURE, octets("3003020105")),
    ),
    "CR": (PayloadType.CR, "04", CertificateRequest(CertEncoding.X509_SIGNATURE)),
    "HASH": (PayloadType.HASH, "aa" * 16, Hash(b"\xaa" * 16)),
    "SIG": (PayloadType.SIG, "51" * 128, Signature(b"\x51" * 128)),
    "NONCE": (PayloadType.NONCE, "17" * 8, Nonce(b"\x17" * 8)),
    "RESPONDER-LIFETIME": (
        PayloadType.NOTIFICATION,
        "00000001 03 04 6000 c0ffee01 80010001 80020e10",
        Notification(
            NotifyType.RESPONDER_LIFETIME, ProtocolId.ESP, octets("c0ffee01"), octets("8001000180020e10")
        ),
    ),
    "R-U-THERE": (
        PayloadType.NOTIFICATION,
        f"00000001 01 10 8d28 {COOKIES} 00001267",
        Notification(NotifyType.R_U_THERE, ProtocolId.ISAKMP, octets(COOKIES), octets("00001267")),
    ),
    "a notification of phase 1": (
        PayloadType.NOTIFICATION,
        "00000000 01 00 000e",
        Notification(NotifyType.NO_PROPOSAL_CHOSEN, ProtocolId.ISAKMP, doi=Doi.ISAKMP),
    ),
    "Delete of ESP": (
        PayloadType.DELETE,
        "00000001 03 04 0002 c0ffee01 c0ffee02",
        Delete(ProtocolId.ESP, (octets("c0ffee01"), octets("c0ffee02"))),
    ),
    "Delete of ISAKMP": (
        PayloadType.DELETE,
        f"00000001 01 10 0001 {COOKIES}",
        Delete(ProtocolId.ISAKMP, (octets(COOKIES),)),
    ),
    "XAUTH asks": (
        PayloadType.ATTRIBUTES,
        "01 00 beef c0880000 4089 0000 408a 0000",
        Configuration(
            ConfigurationType.REQUEST,
            0xBEEF,
            (
                Attribute(ConfigurationAttribute.XAUTH_TYPE, 0),
                Attribute(ConfigurationAttribute.XAUTH_USER_NAME),
                Attribute(ConfigurationAttribute.XAUTH_USER_PASSWORD),
            ),
        ),
    ),
    "NAT-D": (PayloadType.NAT_D, "d1" * 20, NatDetection(b"\xd1" * 20)),
    "NAT-D of the drafts": (
        PayloadType.NAT_D_DRAFTS,
        "d1" * 16,
        NatDetection(b"\xd1" * 16, PayloadType.NAT_D_DRAFTS),
    ),
    "NAT-OA": (PayloadType.NAT_OA, "01 000000 0a000001", NatOriginalAddress(octets("0a000001"))),
    "NAT-OA of the drafts, IPv6": (
        PayloadType.NAT_OA_DRAFTS,
        "05 000000 20010db8000000000000000000000001",
        NatOriginalAddress(octets("20010db8000000000000000000000001"), PayloadType.NAT_OA_DRAFTS),
    ),
    "Fragment": (PayloadType.FRAGMENT, "0007 02 01 6d6f7265", Fragment(7, 2, True, b"more")),
}


@pytest.mark.parametrize(("kind", "content", "meant"), PAYLOADS.values(), ids=PAYLOADS)
def test_a_payload_is_what_its_picture_shows(kind: PayloadType, content: str, meant: Payload) -> None:
    body = octets(content)
    data = octets("0000") + (4 + len(body)).to_bytes(2, "big") + body
    assert message.decode_payloads(kind, data).payloads == (meant,)
    assert message.encode_payloads((meant,)) == (kind, data)
