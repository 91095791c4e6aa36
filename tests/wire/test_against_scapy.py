"""scapy's IKEv2 as an independent judge: it writes the same octets, and reads ours as they were meant."""

from collections.abc import Iterable

import pytest
from scapy.contrib import ikev2 as scapy
from scapy.packet import Packet

from kakehashi.wire.registry import ikev2 as registry
from kakehashi.wire.registry.ikev2 import ExchangeType, NotifyType, PayloadType, ProtocolId
from kakehashi.wire.registry.open_enum import OpenIntEnum
from kakehashi.wire.v2 import Message, message
from kakehashi.wire.v2.sa import TRANSFORM_IDS
from tests.wire.examples import CLEAR_PAYLOADS, EXAMPLES, SPI_I, SPI_R

ENCODED = message.encode(EXAMPLES["clear"])


def layers(packet: Packet) -> list[Packet]:
    found = []
    while packet and packet.name != "NoPayload":
        found.append(packet)
        packet = packet.payload
    return found


def written_by_scapy() -> Packet:
    transforms = (
        scapy.IKEv2_Transform(next_payload=3, length=12, transform_type=1, transform_id=12, key_length=256)
        / scapy.IKEv2_Transform(next_payload=3, transform_type=2, transform_id=5)
        / scapy.IKEv2_Transform(next_payload=3, transform_type=3, transform_id=12)
        / scapy.IKEv2_Transform(next_payload=0, transform_type=4, transform_id=14)
    )
    first = scapy.IKEv2_Proposal(next_payload=2, proposal=1, proto=1, trans_nb=4, trans=transforms)
    second = scapy.IKEv2_Proposal(
        next_payload=0,
        proposal=2,
        proto=3,
        SPI=b"\xc0\xff\xee\x01",
        trans_nb=1,
        trans=scapy.IKEv2_Transform(next_payload=0, transform_type=1, transform_id=28),
    )
    v4 = scapy.IPv4TrafficSelector(
        IP_protocol_ID=17, starting_address_v4="10.0.0.0", ending_address_v4="10.0.0.255"
    )
    v6 = scapy.IPv6TrafficSelector(
        IP_protocol_ID=0, length=40, starting_address_v6="2001:db8::", ending_address_v6="2001:db8::ff"
    )
    return (
        scapy.IKEv2(init_SPI=SPI_I, resp_SPI=SPI_R, exch_type=36, flags="Initiator+Response", id=4711)
        / scapy.IKEv2_SA(prop=first / second)
        / scapy.IKEv2_KE(group=31, ke=b"\x25" * 32)
        / scapy.IKEv2_Nonce(nonce=b"\x17" * 32)
        / scapy.IKEv2_IDi(IDtype="FQDN", ID=b"a.example")
        / scapy.IKEv2_IDr(IDtype="IPv4_addr", ID="192.0.2.1")
        / scapy.IKEv2_CERTREQ(cert_encoding=4, cert_authority=b"\x5a" * 20)
        / scapy.IKEv2_AUTH(auth_type=2, load=b"\xaa" * 32)
        / scapy.IKEv2_Notify(type=16393, proto=3, SPI=b"\1\2\3\4")
        / scapy.IKEv2_Notify(type=16390, notify=b"biscuit")
        / scapy.IKEv2_Delete(proto=3, SPIsize=4, SPInum=2, SPI=[b"\1\2\3\4", b"\5\6\7\x08"])
        / scapy.IKEv2_VendorID(vendorID=b"someone")
        / scapy.IKEv2_TSi(traffic_selector=[v4, v6])
        / scapy.IKEv2_TSr(traffic_selector=[v6])
        / scapy.IKEv2_CP(CFGType=1, attributes=[scapy.ConfigurationAttribute(type=7, value=b"1.0")])
    )


def test_what_scapy_writes_is_read_and_written_again() -> None:
    data = bytes(written_by_scapy())
    read = message.decode(data)
    assert [p.payload_type.name for p in read.payloads] == [
        *("SA", "KE", "NONCE", "IDi", "IDr", "CERTREQ", "AUTH", "NOTIFY", "NOTIFY", "DELETE", "VENDOR_ID"),
        *("TSi", "TSr", "CP"),
    ]
    assert (read.exchange_type, read.message_id) == (ExchangeType.CREATE_CHILD_SA, 4711)
    assert (read.is_initiator, read.is_response) == (True, True)
    assert message.encode(read) == data


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_what_we_write_scapy_reads_and_writes_again(example: Message) -> None:
    data = message.encode(example)
    packet = scapy.IKEv2(data)
    assert bytes(packet) == data
    assert packet.init_SPI == example.spi_i
    assert packet.exch_type == example.exchange_type
    assert [int(layer.next_payload) for layer in layers(packet)][: len(example.payloads)] == [
        int(payload.payload_type) for payload in example.payloads
    ]


def test_scapy_sees_the_values_that_we_meant() -> None:
    packet = scapy.IKEv2(ENCODED)
    proposals = layers(packet[scapy.IKEv2_SA].prop)
    assert [(p.proposal, p.proto, p.SPI, p.trans_nb) for p in proposals] == [
        (1, 1, b"", 6),
        (2, 1, b"\x42" * 8, 1),
    ]
    transforms = layers(proposals[0].trans)
    assert [(t.transform_type, t.transform_id) for t in transforms] == [
        *((1, 12), (1, 3), (2, 5), (3, 12), (4, 14), (6, 36)),
    ]
    assert transforms[0].key_length == 256
    assert (packet[scapy.IKEv2_KE].group, packet[scapy.IKEv2_KE].ke) == (31, b"\x25" * 32)
    assert packet[scapy.IKEv2_Nonce].nonce == b"\x17" * 32
    assert packet[scapy.IKEv2_IDi].ID == b"a.example"
    assert packet[scapy.IKEv2_IDr].ID == "192.0.2.1"
    assert packet[scapy.IKEv2_Notify].SPI == b"\1\2\3\4"
    assert packet[scapy.IKEv2_Delete].SPI == [b"\1\2\3\4", b"\5\6\7\x08"]
    first, second = packet[scapy.IKEv2_TSi].traffic_selector
    assert (first.starting_address_v4, first.ending_address_v4) == ("10.0.0.0", "10.255.255.255")
    assert (second.IP_protocol_ID, second.start_port, second.end_port) == (6, 443, 443)
    assert [(a.type, a.length) for a in packet[scapy.IKEv2_CP].attributes] == [(1, 0), (7, 3), (999, 1)]


def test_the_examples_are_all_clear_payloads() -> None:
    assert len(layers(scapy.IKEv2(ENCODED))) == 1 + len(CLEAR_PAYLOADS)


def bare(name: str) -> str:
    """A name without the prefixes and signs that scapy is free with."""
    for prefix in ("IV2_NOTIFY_", "NOTIFY_"):
        name = name.removeprefix(prefix)
    name = {"SENDER_REQUEST_ID": "GROUP_SENDER"}.get(name, name)  # renamed when RFC 9838 came out
    return "".join(filter(str.isalnum, name)).upper()


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (registry.ExchangeType, scapy.IKEv2ExchangeTypes),
        (NotifyType, scapy.IKEv2NotifyMessageTypes),
        (ProtocolId, scapy.IKEv2ProtocolTypes),
        (registry.ConfigurationAttributeType, scapy.IKEv2ConfigurationAttributeTypes),
        (registry.TsType, scapy.IKEv2TrafficSelectorTypes),
        (registry.PrfId, scapy.IKEv2TransformAlgorithms[2]),
    ],
)
def test_our_names_are_scapys(ours: type[OpenIntEnum], theirs: dict[int, str]) -> None:
    assert [(n, bare(ours(n).name)) for n in theirs] == [(n, bare(name)) for n, name in theirs.items()]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (PayloadType, set(scapy.IKEv2PayloadTypes) - {2, 3}),  # 2 and 3 are proposals and transforms
        (registry.AuthMethod, set(scapy.IKEv2AuthenticationTypes) - {0}),
        (registry.CertEncoding, scapy.IKEv2CertificateEncodings),
        *(
            (ids, scapy.IKEv2TransformAlgorithms[kind])
            for kind, ids in TRANSFORM_IDS.items()
            if kind in (1, 3, 4)
        ),
    ],
)
def test_scapy_knows_no_number_that_we_do_not(ours: type[OpenIntEnum], theirs: Iterable[int]) -> None:
    assert {n for n in theirs if ours(n).name.startswith("UNKNOWN")} == set()
