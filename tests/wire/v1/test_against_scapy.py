"""scapy's ISAKMP as an independent judge: it writes the same octets, and reads ours as they were meant."""

import pytest
from scapy.layers import isakmp as scapy
from scapy.packet import Packet

from kakehashi.wire.registry import ikev1 as registry
from kakehashi.wire.registry.ikev1 import (
    ExchangeType,
    HashAlgorithm,
    IpsecAttribute,
    LifeType,
    NotifyType,
    Phase1Attribute,
    ProtocolId,
)
from kakehashi.wire.registry.open_enum import OpenIntEnum
from kakehashi.wire.v1 import Message, Notification, Payload, SecurityAssociation, message
from kakehashi.wire.v1.sa import phase1_lifetimes
from tests.crypto.ikev1.sessions import SESSIONS, read
from tests.wire.v1.examples import CKY_I, CKY_R, CLEAR_PAYLOADS, EXAMPLES

KNOWN_TO_SCAPY = {1, 4, 5, 8, 9, 10, 11, 12, 13}


def layers(packet: Packet) -> list[Packet]:
    found = []
    while packet and packet.name not in ("NoPayload", "Raw"):
        found.append(packet)
        packet = packet.payload
    return found


def written_by_scapy() -> Packet:
    phase_1 = scapy.ISAKMP_payload_Transform(
        transform_count=1,
        next_payload=3,
        transforms=[
            ("Encryption", "AES-CBC"),
            ("KeyLength", 256),
            ("Hash", "SHA2-256"),
            ("GroupDesc", "2048MODPgr"),
            ("Authentication", "PSK"),
            ("LifeType", "Seconds"),
            ("LifeDuration", 86400),
        ],
    ) / scapy.ISAKMP_payload_Transform(transform_count=2, next_payload=0, transforms=[("Hash", "MD5")])
    return (
        scapy.ISAKMP(init_cookie=CKY_I, resp_cookie=CKY_R, exch_type=4, id=4711, flags="commit")
        / scapy.ISAKMP_payload_SA(
            prop=scapy.ISAKMP_payload_Proposal(next_payload=0, trans_nb=2, SPI=b"", trans=phase_1)
        )
        / scapy.ISAKMP_payload_KE(ke=b"\x25" * 96)
        / scapy.ISAKMP_payload_Nonce(nonce=b"\x17" * 16)
        / scapy.ISAKMP_payload_ID(IDtype=1, ProtoID=17, Port=500, IdentData="192.0.2.1")
        / scapy.ISAKMP_payload_ID(IDtype=11, IdentData=b"key")
        / scapy.ISAKMP_payload_Hash(hash=b"\xaa" * 20)
        / scapy.ISAKMP_payload_SIG(sig=b"\x51" * 40)
        / scapy.ISAKMP_payload_Notify(
            doi=1, proto=1, SPI=CKY_I + CKY_R, notify_msg_type=36136, notify_data=b"1234"
        )
        / scapy.ISAKMP_payload_Delete(doi=1, proto=3, SPIsize=4, SPIs=[b"\1\2\3\4", b"\5\6\7\x08"])
        / scapy.ISAKMP_payload_VendorID(VendorID=b"someone")
    )


def test_what_scapy_writes_is_read_and_written_again() -> None:
    data = bytes(written_by_scapy())
    read_back = message.decode(data)
    assert [p.payload_type.name for p in read_back.payloads] == [
        *("SA", "KE", "NONCE", "ID", "ID", "HASH", "SIG", "NOTIFICATION", "DELETE", "VID"),
    ]
    assert (read_back.exchange_type, read_back.message_id) == (ExchangeType.AGGRESSIVE, 4711)
    assert (read_back.commit, read_back.authentication_only) == (True, False)
    sa = read_back.payloads[0]
    assert isinstance(sa, SecurityAssociation)
    first, second = sa.proposals[0].transforms
    assert first.get(Phase1Attribute.KEY_LENGTH) == 256
    assert phase1_lifetimes(first) == ((LifeType.SECONDS, 86400),)
    assert second.get(Phase1Attribute.HASH_ALGORITHM) == HashAlgorithm.MD5
    assert message.encode(read_back) == data


def known(payloads: tuple[Payload, ...]) -> tuple[Payload, ...]:
    return tuple(p for p in payloads if p.payload_type in KNOWN_TO_SCAPY)


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_what_we_write_scapy_reads_and_writes_again(example: Message) -> None:
    data = message.encode(example)
    packet = scapy.ISAKMP(data)
    assert bytes(packet) == data
    assert (packet.init_cookie, packet.resp_cookie) == (example.initiator_cookie, example.responder_cookie)
    assert (packet.exch_type, packet.id) == (example.exchange_type, example.message_id)
    assert [int(layer.next_payload) for layer in layers(packet)][: len(example.payloads)] == [
        int(payload.payload_type) for payload in example.payloads
    ]


def test_scapy_sees_the_values_that_we_meant() -> None:
    packet = scapy.ISAKMP(message.encode(EXAMPLES["all"]))
    proposals = layers(packet[scapy.ISAKMP_payload_SA].prop)
    assert [(p.proposal, p.proto, p.SPI, p.trans_nb) for p in proposals] == [(1, 1, b"", 2), (2, 1, CKY_I, 1)]
    [strong, weak] = layers(proposals[0].trans)
    assert strong.transforms == [
        ("Encryption", "AES-CBC"),
        ("KeyLength", 256),
        ("Hash", "SHA2-512"),
        ("Authentication", "PSK"),
        ("GroupDesc", "2048MODPgr"),
        ("LifeType", "Seconds"),
        ("LifeDuration", 28800),
    ]
    assert weak.transforms[-4:] == [
        ("LifeDuration", 86400),
        ("LifeType", "Kilobytes"),
        ("LifeDuration", 0x465001),
        (4711, 7),
    ]
    assert packet[scapy.ISAKMP_payload_KE].ke == b"\x25" * 128
    name = packet[scapy.ISAKMP_payload_ID]
    assert (name.IDtype, name.ProtoID, name.Port, name.IdentData) == (2, 17, 500, b"a.example")
    assert packet.getlayer(scapy.ISAKMP_payload_ID, 2).IdentData == "192.0.2.1"
    notify = packet[scapy.ISAKMP_payload_Notify]
    assert (notify.doi, notify.SPI, notify.notify_msg_type) == (1, CKY_I + CKY_R, NotifyType.INITIAL_CONTACT)
    assert packet[scapy.ISAKMP_payload_Delete].SPIs == [b"\1\2\3\4", b"\5\6\7\x08"]
    assert packet[scapy.ISAKMP_payload_VendorID].VendorID == b"someone"


@pytest.mark.parametrize("session", SESSIONS.values(), ids=SESSIONS)
def test_scapy_reads_in_what_strongswan_sent_what_we_read(session: dict[str, str]) -> None:
    for one in read(session):
        clear = one.data[:19] + b"\0" + one.data[20:28] + b"".join(one.decoded.raw)
        seen = layers(scapy.ISAKMP(clear))[1:]
        assert [layer.length for layer in seen] == [len(raw) for raw in one.decoded.raw]
        for layer, payload in zip(seen, one.decoded.payloads, strict=True):
            if isinstance(payload, Notification):
                assert (layer.notify_msg_type, layer.SPI) == (payload.type, payload.spi)
            if isinstance(payload, SecurityAssociation):
                proposals = layers(layer.prop)
                assert [p.SPI for p in proposals] == [p.spi for p in payload.proposals]
                assert [len(t.transforms) for t in layers(proposals[0].trans)] == [
                    len(t.attributes) for t in payload.proposals[0].transforms
                ]


def test_the_examples_are_all_clear_payloads() -> None:
    assert len(layers(scapy.ISAKMP(message.encode(EXAMPLES["all"])))) == 1 + len(CLEAR_PAYLOADS)
    assert known(CLEAR_PAYLOADS)


def bare(name: str) -> str:
    return "".join(filter(str.isalnum, name)).upper()


# Where scapy abbreviates what IANA writes out.
SPELLED_OUT = {
    "3DESCBC": "TRIPLE_DES_CBC",
    "RC5R16B64CBC": "RC5_R16_B64_CBC",
}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (NotifyType, scapy.NotifyMessageType),
        (HashAlgorithm, {n: name for name, n in scapy.ISAKMPAttributeTypes["Hash"][1].items()}),
        (
            registry.EncryptionAlgorithm,
            {n: name for name, n in scapy.ISAKMPAttributeTypes["Encryption"][1].items()},
        ),
        (
            registry.AuthenticationAlgorithm,
            {n: name for name, n in scapy.IPSECAttributeTypes["AuthenticationAlgorithm"][1].items()},
        ),
        (LifeType, {n: name for name, n in scapy.ISAKMPAttributeTypes["LifeType"][1].items()}),
        (registry.GroupType, {n: name for name, n in scapy.ISAKMPAttributeTypes["GroupType"][1].items()}),
    ],
)
def test_our_names_are_scapys(ours: type[OpenIntEnum], theirs: dict[int, str]) -> None:
    named = {n: bare(SPELLED_OUT.get(bare(name), name)) for n, name in theirs.items()}
    assert {n: bare(ours(n).name) for n in theirs} == named


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (registry.PayloadType, scapy.ISAKMP_payload_type),
        (ExchangeType, scapy.ISAKMP_exchange_type),
        (ProtocolId, set(scapy.ISAKMP_protos) - {5}),  # GIGABEAM_RADIO
        (registry.Doi, scapy.ISAKMP_doi),
        (Phase1Attribute, {v[0] for v in scapy.ISAKMPAttributeTypes.values()}),
        (IpsecAttribute, {v[0] for v in scapy.IPSECAttributeTypes.values()}),
        (registry.AuthenticationMethod, set(scapy.ISAKMPAttributeTypes["Authentication"][1].values())),
        (registry.GroupDescription, set(scapy.ISAKMPAttributeTypes["GroupDesc"][1].values())),
        (registry.EncapsulationMode, set(scapy.IPSECAttributeTypes["EncapsulationMode"][1].values()) - {0}),
    ],
)
def test_scapy_knows_no_number_that_we_do_not(ours: type[OpenIntEnum], theirs: set[int]) -> None:
    assert {n for n in theirs if ours(n).name.startswith("UNKNOWN")} == set()
