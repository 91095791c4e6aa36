"""What RFC 7296 and RFC 7383 demand of whoever reads or writes a message."""

import pytest

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev2 import (
    ConfigurationAttributeType,
    ConfigurationType,
    EncryptionId,
    ExchangeType,
    IdType,
    NotifyType,
    PayloadType,
    ProtocolId,
    TransformAttributeType,
    TransformType,
    TsType,
)
from kakehashi.wire.v2 import (
    Attribute,
    Authentication,
    Configuration,
    ConfigurationAttribute,
    Delete,
    Encrypted,
    EncryptedFragment,
    IdentificationInitiator,
    KeyExchange,
    Nonce,
    Notify,
    Payload,
    Proposal,
    SecurityAssociation,
    Selector,
    TrafficSelectorsInitiator,
    Transform,
    Unknown,
    VendorId,
)
from kakehashi.wire.v2 import message as wire
from tests.wire.examples import IPV4, LABEL, SPI_I, SPI_R, message


def payload(kind: PayloadType | int, content: str, flags: int = 0, next_payload: int = 0) -> bytes:
    """One payload in octets; `content` is hexadecimal."""
    body = bytes.fromhex(content)
    return bytes([next_payload, flags]) + (4 + len(body)).to_bytes(2, "big") + body


def read(kind: PayloadType | int, content: str, flags: int = 0) -> Payload:
    [only] = wire.decode_payloads(PayloadType(kind), payload(kind, content, flags))
    return only


def refusal(kind: PayloadType | int, content: str, flags: int = 0) -> WireError:
    with pytest.raises(WireError) as caught:
        read(kind, content, flags)
    assert caught.value.payload_type == kind
    return caught.value


def with_octet(data: bytes, at: int, octet: int) -> bytes:
    return data[:at] + bytes([octet]) + data[at + 1 :]


class TestHeader:
    data = wire.encode(message(Nonce(bytes(16)), exchange=ExchangeType.IKE_SA_INIT))

    def test_its_fields_are_where_the_picture_has_them(self) -> None:
        header = wire.decode_header(self.data)
        assert header.spi_i + header.spi_r == SPI_I + SPI_R == self.data[:16]
        assert header.next_payload is PayloadType.NONCE
        assert (header.major, header.minor) == (2, 0)
        assert header.exchange_type is ExchangeType.IKE_SA_INIT
        assert (header.is_initiator, header.is_response, header.flags) == (True, False, 0x08)
        assert (header.message_id, header.length) == (1, len(self.data))
        assert header.encode() == self.data[:28]

    def test_a_higher_major_version_is_told_so(self) -> None:
        with pytest.raises(WireError) as caught:
            wire.decode(with_octet(self.data, 17, 0x30))
        assert caught.value.reason is Reason.MAJOR_VERSION_TOO_HIGH
        assert caught.value.notify is NotifyType.INVALID_MAJOR_VERSION
        assert caught.value.notify_data == b""

    def test_a_higher_major_version_is_told_so_whatever_its_length_means(self) -> None:
        with pytest.raises(WireError) as caught:
            wire.decode(with_octet(self.data, 17, 0x30) + b"more")
        assert caught.value.notify is NotifyType.INVALID_MAJOR_VERSION

    def test_ikev1_is_refused_in_silence(self) -> None:
        with pytest.raises(WireError) as caught:
            wire.decode(with_octet(self.data, 17, 0x10))
        assert caught.value.reason is Reason.MAJOR_VERSION_TOO_LOW
        assert caught.value.notify is None

    def test_a_higher_minor_version_is_ignored(self) -> None:
        assert wire.decode(with_octet(self.data, 17, 0x2F)) == wire.decode(self.data)

    def test_unknown_flags_and_the_version_flag_are_ignored(self) -> None:
        assert wire.decode(with_octet(self.data, 19, 0xDF)) == wire.decode(self.data)

    def test_the_flags_tell_the_sender_and_the_response(self) -> None:
        response = wire.decode(with_octet(self.data, 19, 0x20))
        assert (response.is_initiator, response.is_response) == (False, True)

    def test_more_than_a_datagram_is_refused(self) -> None:
        with pytest.raises(WireError) as caught:
            wire.decode(self.data + bytes(65536))
        assert caught.value.reason is Reason.MESSAGE_TOO_LONG
        assert caught.value.notify is None


class TestChain:
    def test_a_critical_unknown_payload_is_named_in_the_refusal(self) -> None:
        error = refusal(200, "00", flags=0x80)
        assert error.reason is Reason.UNSUPPORTED_CRITICAL
        assert error.notify is NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD
        assert error.notify_data == b"\xc8"

    def test_what_we_write_as_critical_is_critical(self) -> None:
        with pytest.raises(WireError) as caught:
            wire.decode(wire.encode(message(Unknown(PayloadType.GSPM, True, b""))))
        assert caught.value.notify_data == bytes([49])

    def test_an_unknown_payload_is_kept(self) -> None:
        assert read(200, "0102") == Unknown(PayloadType(200), False, b"\1\2")

    def test_the_critical_bit_of_a_known_payload_is_ignored(self) -> None:
        assert read(PayloadType.VENDOR_ID, "4142", flags=0x80) == VendorId(b"AB")

    def test_reserved_bits_of_the_generic_header_are_ignored(self) -> None:
        assert read(PayloadType.VENDOR_ID, "4142", flags=0x7F) == VendorId(b"AB")
        assert read(200, "", flags=0x7F) == Unknown(PayloadType(200), False, b"")

    def test_octets_behind_the_last_payload_are_refused(self) -> None:
        with pytest.raises(WireError) as caught:
            wire.decode_payloads(PayloadType.VENDOR_ID, payload(43, "") + payload(43, ""))
        assert caught.value.reason is Reason.TRAILING_OCTETS
        assert caught.value.notify is NotifyType.INVALID_SYNTAX
        with pytest.raises(WireError):
            wire.decode_payloads(PayloadType.NONE, b"\0")

    @pytest.mark.parametrize("length", [0, 1, 3, 7, 0xFFFF])
    def test_a_payload_has_its_generic_header_and_ends_within_the_message(self, length: int) -> None:
        with pytest.raises(WireError) as caught:
            wire.decode_payloads(PayloadType.VENDOR_ID, b"\0\0" + length.to_bytes(2, "big") + b"ab")
        assert (caught.value.reason, caught.value.payload_type) == (
            Reason.PAYLOAD_LENGTH,
            PayloadType.VENDOR_ID,
        )

    def test_a_payload_that_is_announced_must_come(self) -> None:
        with pytest.raises(WireError) as caught:
            wire.decode_payloads(PayloadType.VENDOR_ID, payload(43, "", next_payload=40))
        assert (caught.value.reason, caught.value.payload_type) == (
            Reason.PAYLOAD_TRUNCATED,
            PayloadType.NONCE,
        )

    @pytest.mark.parametrize("count", [64, 65])
    def test_there_is_a_most_of_payloads(self, count: int) -> None:
        chain = payload(43, "", next_payload=43) * (count - 1) + payload(43, "")
        if count <= 64:
            assert len(wire.decode_payloads(PayloadType.VENDOR_ID, chain)) == count
            return
        with pytest.raises(WireError) as caught:
            wire.decode_payloads(PayloadType.VENDOR_ID, chain)
        assert caught.value.reason is Reason.TOO_MANY_PAYLOADS
        with pytest.raises(ValueError, match="65 payloads"):
            wire.encode_payloads((VendorId(b""),) * count)

    def test_the_encrypted_payload_is_the_last(self) -> None:
        whole = wire.encode(
            message(Encrypted(PayloadType.VENDOR_ID, b"cipher"), exchange=ExchangeType.IKE_AUTH)
        )
        longer = whole[:24] + (len(whole) + 4).to_bytes(4, "big") + whole[28:] + payload(43, "")
        with pytest.raises(WireError) as caught:
            wire.decode(longer)
        assert (caught.value.reason, caught.value.payload_type) == (Reason.ENCRYPTED_NOT_LAST, PayloadType.SK)

    def test_we_write_nothing_behind_an_encrypted_payload(self) -> None:
        with pytest.raises(ValueError, match="last"):
            wire.encode(message(Encrypted(PayloadType.NONE, b""), VendorId(b"")))

    @pytest.mark.parametrize(
        "inner", [Encrypted(PayloadType.NONE, b""), EncryptedFragment(PayloadType.NONE, 1, 1, b"")]
    )
    def test_there_is_no_encrypted_payload_within_another(self, inner: Payload) -> None:
        first, data = wire.encode_payloads((VendorId(b""), inner))
        with pytest.raises(WireError) as caught:
            wire.decode_payloads(first, data)
        assert caught.value.reason is Reason.ENCRYPTED_NESTED

    def test_the_body_of_an_encrypted_payload_ends_the_message(self) -> None:
        whole = wire.encode(message(VendorId(b"x"), Encrypted(PayloadType.NONCE, b"iv, cipher text, icv")))
        assert whole.endswith(b"iv, cipher text, icv")
        assert whole[-24] == PayloadType.NONCE

    @pytest.mark.parametrize("content", ["0000 0003", "0004 0003", "0001 0000", "0000 0000"])
    def test_a_fragment_that_makes_no_sense_is_refused_in_silence(self, content: str) -> None:
        error = refusal(PayloadType.SKF, content)
        assert error.reason is Reason.FRAGMENT_NUMBER
        assert error.notify is None

    def test_a_message_that_no_datagram_holds_is_not_written(self) -> None:
        with pytest.raises(ValueError, match="VENDOR_ID payload of 65532"):
            wire.encode(message(VendorId(bytes(65532))))
        with pytest.raises(ValueError, match="a message of 65563"):
            wire.encode(message(VendorId(bytes(65531))))

    def test_a_number_that_does_not_fit_is_not_written(self) -> None:
        with pytest.raises(ValueError, match="NOTIFY payload"):
            wire.encode(message(Notify(NotifyType.COOKIE, ProtocolId.ESP, bytes(256))))


class TestSecurityAssociation:
    ENCR = "0000 0008 0100 000b"  # the last transform: ENCR_NULL

    def reason(self, content: str) -> Reason:
        return refusal(PayloadType.SA, content).reason

    def test_it_has_a_proposal(self) -> None:
        assert self.reason("") is Reason.PROPOSAL_LENGTH
        with pytest.raises(ValueError, match="at least one"):
            SecurityAssociation(()).encode()

    def test_reserved_octets_are_ignored(self) -> None:
        plain = read(PayloadType.SA, f"0000 0010 0101 0001 {self.ENCR}")
        assert read(PayloadType.SA, "00ff 0010 0101 0001 00ff 0008 01ff 000b") == plain
        assert plain == SecurityAssociation(
            (Proposal(1, ProtocolId.IKE, b"", (Transform(TransformType.ENCR, EncryptionId.ENCR_NULL),)),)
        )

    @pytest.mark.parametrize(
        "content",
        [
            f"0200 0010 0101 0001 {ENCR}",  # more proposals are promised
            f"0000 0010 0101 0001 {ENCR} 0000 0010 0201 0001 {ENCR}",  # after the last one comes another
            f"0300 0010 0101 0001 {ENCR} 0000 0010 0201 0001 {ENCR}",  # a transform's marker at a proposal
            "0000 0010 0101 0001 0300 0008 0100 000b",  # more transforms are promised
            f"0000 0018 0101 0002 0000 0008 0100 000b {ENCR}",  # after the last one comes another
            f"0000 0018 0101 0002 0200 0008 0100 000b {ENCR}",  # a proposal's marker at a transform
        ],
    )
    def test_the_marker_of_the_last_substructure_must_be_true(self, content: str) -> None:
        assert self.reason(content) is Reason.LAST_SUBSTRUCTURE

    @pytest.mark.parametrize("length", ["0000", "0003", "0011", "ffff"])
    def test_a_proposal_ends_within_the_payload(self, length: str) -> None:
        assert self.reason(f"0000 {length} 0101 0001 {self.ENCR}") is Reason.PROPOSAL_LENGTH

    def test_a_proposal_has_its_fixed_fields(self) -> None:
        assert self.reason("0000 0007 0101 00") is Reason.PROPOSAL_LENGTH

    @pytest.mark.parametrize("length", ["0000", "0003", "0009", "ffff"])
    def test_a_transform_ends_within_the_proposal(self, length: str) -> None:
        assert self.reason(f"0000 0010 0101 0001 0000 {length} 0100 000b") is Reason.TRANSFORM_LENGTH

    def test_a_transform_has_its_fixed_fields(self) -> None:
        assert self.reason("0000 000f 0101 0001 0000 0007 0100 00") is Reason.TRANSFORM_LENGTH

    def test_an_spi_ends_within_the_proposal(self) -> None:
        assert self.reason("0000 000a 0103 0400 abcd") is Reason.SPI_SIZE

    @pytest.mark.parametrize("attribute", ["800e", "000e 0003 0102", "000e ffff"])
    def test_an_attribute_ends_within_the_transform(self, attribute: str) -> None:
        size = len(bytes.fromhex(attribute))
        content = f"0000 {16 + size:04x} 0101 0001 0000 {8 + size:04x} 0100 000c {attribute}"
        assert self.reason(content) is Reason.ATTRIBUTE_LENGTH

    def test_an_attribute_type_has_15_bits(self) -> None:
        sa = read(PayloadType.SA, "0000 0014 0101 0001 0000 000c 0100 000c ff0e 0100")
        assert sa.proposals[0].transforms[0].attributes == (Attribute(TransformAttributeType(0x7F0E), 256),)

    @pytest.mark.interpreted
    def test_transforms_beyond_their_count_are_not_looked_at(self, monkeypatch: pytest.MonkeyPatch) -> None:
        looked_at = []
        monkeypatch.setattr(Transform, "decode", looked_at.append)
        transforms = "0300 0008 0100 000b" * 5000 + self.ENCR
        assert self.reason(f"0000 {8 + 5001 * 8:04x} 0101 0002 {transforms}") is Reason.TRANSFORM_COUNT
        assert len(looked_at) == 2

    @pytest.mark.parametrize("count", ["00", "02", "ff"])
    def test_the_count_of_transforms_must_be_true(self, count: str) -> None:
        assert self.reason(f"0000 0010 0101 00{count} {self.ENCR}") is Reason.TRANSFORM_COUNT

    @pytest.mark.parametrize(
        ("protocol", "size", "fits"),
        [
            (1, 0, True),
            (1, 4, False),
            (1, 8, True),
            (2, 0, False),
            (3, 0, False),
            (3, 4, True),
            (3, 8, False),
            (77, 5, True),
        ],
    )
    def test_the_size_of_an_spi_fits_its_protocol(self, protocol: int, size: int, fits: bool) -> None:
        content = f"0000 {16 + size:04x} 01{protocol:02x} {size:02x}01 {'ab' * size} {self.ENCR}"
        if fits:
            assert read(PayloadType.SA, content).proposals[0].spi == b"\xab" * size
        else:
            assert self.reason(content) is Reason.SPI_SIZE

    def test_a_key_length_is_a_number_of_bits(self) -> None:
        sa = read(PayloadType.SA, "0000 0014 0101 0001 0000 000c 0100 000c 800e 0100")
        assert sa.proposals[0].transforms == (Transform(TransformType.ENCR, EncryptionId.ENCR_AES_CBC, 256),)

    @pytest.mark.parametrize(
        ("attributes", "key_bits", "others"),
        [
            ("800e 0080 800e 0100", 128, (Attribute(TransformAttributeType.KEY_LENGTH, 256),)),
            ("800e 0000", 0, (Attribute(TransformAttributeType.KEY_LENGTH, 0),)),
            ("000e 0002 0080", 0, (Attribute(TransformAttributeType.KEY_LENGTH, b"\0\x80"),)),
        ],
    )
    def test_a_strange_key_length_stays_to_be_seen(
        self, attributes: str, key_bits: int, others: tuple[Attribute, ...]
    ) -> None:
        size = len(bytes.fromhex(attributes))
        content = f"0000 {16 + size:04x} 0101 0001 0000 {8 + size:04x} 0100 000c {attributes}"
        sa = read(PayloadType.SA, content)
        expected = Transform(TransformType.ENCR, EncryptionId.ENCR_AES_CBC, key_bits, others)
        assert sa.proposals[0].transforms == (expected,)
        assert wire.encode_payloads([sa])[1] == payload(PayloadType.SA, content)

    def test_there_is_a_most_of_proposals(self) -> None:
        proposal = "0200 0010 0101 0001" + self.ENCR
        last = "0000 0010 0101 0001" + self.ENCR
        assert len(read(PayloadType.SA, proposal * 63 + last).proposals) == 64
        assert self.reason(proposal * 64 + last) is Reason.TOO_MANY_PROPOSALS

    def test_there_is_a_most_of_transforms(self) -> None:
        transforms = "0300 0008 0100 000b" * 127 + self.ENCR
        proposal = f"{8 + 128 * 8:04x} 0101 0080 {transforms}"
        assert len(read(PayloadType.SA, f"0200 {proposal}" * 3 + f"0000 {proposal}").proposals) == 4
        assert self.reason(f"0200 {proposal}" * 4 + f"0000 {proposal}") is Reason.TOO_MANY_TRANSFORMS

    def test_there_is_a_most_of_attributes(self) -> None:
        attributes = "8001 0000" * 17
        content = f"0000 {16 + 68:04x} 0101 0001 0000 {8 + 68:04x} 0100 000c {attributes}"
        assert self.reason(content) is Reason.TOO_MANY_ATTRIBUTES


class TestFixedFields:
    @pytest.mark.parametrize("kind", [34, 35, 36, 37, 38, 39, 41, 42, 44, 45, 47, 48, 53])
    def test_a_payload_without_them_is_refused(self, kind: int) -> None:
        error = refusal(kind, "")
        assert error.reason is Reason.PAYLOAD_TOO_SHORT
        assert error.notify is NotifyType.INVALID_SYNTAX

    @pytest.mark.parametrize(
        ("kind", "content"),
        [
            (PayloadType.KE, "001f ffff 25"),
            (PayloadType.AUTH, "02ff ffff aa"),
            (PayloadType.TSi, "01ff ffff 0700 0010 0000 ffff 0a00 0000 0aff ffff"),
            (PayloadType.CP, "01ff ffff 8001 0000"),
        ],
    )
    def test_their_reserved_bits_are_ignored_and_sent_zero(self, kind: PayloadType, content: str) -> None:
        expected: dict[PayloadType, Payload] = {
            PayloadType.KE: KeyExchange(31, b"\x25"),
            PayloadType.AUTH: Authentication(2, b"\xaa"),
            PayloadType.TSi: TrafficSelectorsInitiator((IPV4,)),
            PayloadType.CP: Configuration(
                ConfigurationType.CFG_REQUEST,
                (ConfigurationAttribute(ConfigurationAttributeType.INTERNAL_IP4_ADDRESS),),
            ),
        }
        assert read(kind, content) == expected[kind]
        assert b"\xff\xff\xff" not in expected[kind].encode()[:4]
        assert expected[kind].encode()[1:4].strip(b"\x1f") == b"\0" * (2 if kind == PayloadType.KE else 3)

    def test_reserved_octets_of_an_identification_are_kept_because_auth_covers_them(self) -> None:
        identification = read(PayloadType.IDi, "0b01 0203 6b6579")
        assert identification == IdentificationInitiator(IdType.ID_KEY_ID, b"key", b"\1\2\3")
        assert identification.encode() == bytes.fromhex("0b0102036b6579")
        assert IdentificationInitiator(IdType.ID_KEY_ID, b"key").encode() == bytes.fromhex("0b0000006b6579")


class TestValues:
    @pytest.mark.parametrize(("size", "fits"), [(15, False), (16, True), (256, True), (257, False)])
    def test_a_nonce_has_16_to_256_octets(self, size: int, fits: bool) -> None:
        if fits:
            assert read(PayloadType.NONCE, "5a" * size) == Nonce(b"\x5a" * size)
        else:
            assert refusal(PayloadType.NONCE, "5a" * size).reason is Reason.NONCE_LENGTH

    @pytest.mark.parametrize("content", ["0100 0000 c00002", "0100 0000 c000020100", "0500 0000 c0000201"])
    def test_an_identification_that_is_an_address_has_its_length(self, content: str) -> None:
        assert refusal(PayloadType.IDr, content).reason is Reason.IDENTIFICATION_LENGTH

    def test_the_protocol_of_a_notify_without_spi_is_ignored_and_sent_zero(self) -> None:
        assert read(PayloadType.NOTIFY, "0100 4004 aa") == Notify(
            NotifyType.NAT_DETECTION_SOURCE_IP, data=b"\xaa"
        )
        assert Notify(NotifyType.NO_PROPOSAL_CHOSEN, ProtocolId.ESP).encode() == bytes.fromhex("0000000e")

    def test_the_spi_of_a_notify_fits_its_protocol_and_the_payload(self) -> None:
        assert refusal(PayloadType.NOTIFY, "0308 4009 0102030405060708").reason is Reason.SPI_SIZE
        assert refusal(PayloadType.NOTIFY, "0304 4009 010203").reason is Reason.SPI_SIZE

    def test_an_ike_sa_is_deleted_without_spi(self) -> None:
        assert read(PayloadType.DELETE, "0100 0000") == Delete(ProtocolId.IKE)
        assert refusal(PayloadType.DELETE, "0108 0001 0102030405060708").reason is Reason.SPI_SIZE

    def test_a_delete_has_as_many_spis_as_it_says(self) -> None:
        assert refusal(PayloadType.DELETE, "0304 0002 01020304").reason is Reason.SPI_COUNT
        assert refusal(PayloadType.DELETE, "0304 0000 01020304").reason is Reason.SPI_COUNT
        assert refusal(PayloadType.DELETE, "0300 0001").reason is Reason.SPI_SIZE

    def test_empty_spis_are_not_counted_up(self) -> None:
        assert refusal(PayloadType.DELETE, "4d00 ffff").reason is Reason.SPI_COUNT

    def test_spis_of_different_sizes_are_not_written(self) -> None:
        with pytest.raises(ValueError, match="same size"):
            Delete(ProtocolId.ESP, (bytes(4), bytes(5))).encode()

    def test_a_traffic_selector_payload_has_selectors(self) -> None:
        assert refusal(PayloadType.TSi, "0000 0000").reason is Reason.SELECTOR_COUNT
        with pytest.raises(ValueError, match="1 to 255"):
            TrafficSelectorsInitiator(()).encode()
        with pytest.raises(ValueError, match="1 to 255"):
            TrafficSelectorsInitiator((IPV4,) * 256).encode()

    def test_a_traffic_selector_payload_has_as_many_as_it_says(self) -> None:
        ipv4 = IPV4.encode().hex()
        assert refusal(PayloadType.TSi, f"0200 0000 {ipv4}").reason is Reason.SELECTOR_COUNT
        assert refusal(PayloadType.TSi, f"0100 0000 {ipv4} {ipv4}").reason is Reason.SELECTOR_COUNT

    @pytest.mark.parametrize("length", ["0000", "0003", "0007", "ffff"])
    def test_a_selector_of_any_type_ends_within_the_payload(self, length: str) -> None:
        assert refusal(PayloadType.TSi, f"0100 0000 0a00 {length} aabb").reason is Reason.SELECTOR_LENGTH

    @pytest.mark.parametrize("kind", ["07", "08"])
    def test_a_selector_has_the_length_of_its_addresses(self, kind: str) -> None:
        wrong = {"07": 40, "08": 16}[kind]
        content = f"0100 0000 {kind}00 {wrong:04x} 0000 ffff" + "00" * (wrong - 8)
        assert refusal(PayloadType.TSr, content).reason is Reason.SELECTOR_LENGTH

    def test_a_selector_whose_addresses_do_not_fit_is_not_written(self) -> None:
        for start, end in ((bytes(4), bytes(16)), (bytes(16), bytes(16)), (b"", b"")):
            with pytest.raises(ValueError, match="TS_IPV4_ADDR_RANGE"):
                Selector(TsType.TS_IPV4_ADDR_RANGE, 0, 0, 65535, start, end).encode()

    def test_unknown_selectors_stand_aside(self) -> None:
        ipv4, label = IPV4.encode().hex(), LABEL.encode().hex()
        payload = read(PayloadType.TSi, f"0200 0000 {label} {ipv4}")
        assert payload == TrafficSelectorsInitiator((IPV4,), (LABEL,))
        assert payload.encode().hex() == f"02000000{ipv4}{label}"

    def test_an_eap_message_is_as_long_as_its_payload(self) -> None:
        assert refusal(PayloadType.EAP, "0301 0005").reason is Reason.EAP_LENGTH

    @pytest.mark.parametrize("attribute", ["0001", "0001 0005 0a000001", "0001 ffff"])
    def test_a_configuration_attribute_ends_within_the_payload(self, attribute: str) -> None:
        assert refusal(PayloadType.CP, f"0100 0000 {attribute}").reason is Reason.ATTRIBUTE_LENGTH

    def test_there_is_a_most_of_configuration_attributes(self) -> None:
        assert refusal(PayloadType.CP, "0100 0000" + "0001 0000" * 257).reason is Reason.TOO_MANY_ATTRIBUTES


def test_every_reason_has_a_sentence_of_its_own() -> None:
    assert len({reason.value for reason in Reason}) == len(Reason)


def test_a_refusal_says_where_and_why() -> None:
    assert str(refusal(PayloadType.NONCE, "")) == "NONCE payload: not between 16 and 256 octets"
