"""What RFC 2407, RFC 2408 and RFC 2409 demand of whoever reads or writes a message."""

import pytest

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev1 import (
    ConfigurationAttribute,
    ConfigurationType,
    EspTransform,
    ExchangeType,
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
    Configuration,
    Delete,
    Hash,
    Identification,
    NatOriginalAddress,
    Nonce,
    Notification,
    Payload,
    Proposal,
    SecurityAssociation,
    Transform,
    Unknown,
    VendorId,
)
from kakehashi.wire.v1 import message as wire
from kakehashi.wire.v1.attributes import decode_attributes, encode_attributes, life_duration, lifetimes
from kakehashi.wire.v1.header import HEADER_SIZE
from kakehashi.wire.v1.refusal import notify_for
from kakehashi.wire.v1.sa import ipsec_lifetimes, phase1_lifetimes
from tests.wire.v1.examples import CKY_I, CKY_R, EXAMPLES, PHASE_1, PHASE_2, TRIPLE_DES, message


def payload(content: str, reserved: int = 0, next_payload: int = 0) -> bytes:
    """One payload in octets; `content` is hexadecimal."""
    body = bytes.fromhex(content)
    return bytes([next_payload, reserved]) + (4 + len(body)).to_bytes(2, "big") + body


def read(kind: PayloadType | int, content: str) -> Payload:
    [only] = wire.decode_payloads(PayloadType(kind), payload(content)).payloads
    return only


def refusal(kind: PayloadType | int, content: str, reserved: int = 0) -> WireError:
    with pytest.raises(WireError) as caught:
        wire.decode_payloads(PayloadType(kind), payload(content, reserved))
    assert caught.value.payload_type == kind
    return caught.value


def with_octet(data: bytes, at: int, octet: int) -> bytes:
    return data[:at] + bytes([octet]) + data[at + 1 :]


class TestHeader:
    data = wire.encode(message(Nonce(bytes(16))))

    def refused(self, data: bytes) -> WireError:
        with pytest.raises(WireError) as caught:
            wire.decode(data)
        return caught.value

    def test_its_fields_are_where_the_picture_has_them(self) -> None:
        header = wire.decode_header(self.data)
        assert header.initiator_cookie + header.responder_cookie == CKY_I + CKY_R == self.data[:16]
        assert header.next_payload is PayloadType.NONCE
        assert (header.major, header.minor) == (1, 0)
        assert header.exchange_type is ExchangeType.IDENTITY_PROTECTION
        assert (header.encrypted, header.commit, header.authentication_only) == (False, False, False)
        assert (header.message_id, header.length) == (0, len(self.data))
        assert header.encode() == self.data[:28]

    @pytest.mark.parametrize("version", [0x20, 0x30, 0x00])
    def test_another_major_version_is_told_so_whatever_its_length_means(self, version: int) -> None:
        for data in (self.data, self.data + b"more"):
            error = self.refused(with_octet(data, 17, version))
            assert error.reason is Reason.MAJOR_VERSION_NOT_1
            assert notify_for(error) is NotifyType.INVALID_MAJOR_VERSION

    def test_a_higher_minor_version_is_told_so(self) -> None:
        """RFC 2408 section 3.1: not accepted if it is larger than ours."""
        error = self.refused(with_octet(self.data, 17, 0x11))
        assert error.reason is Reason.MINOR_VERSION_TOO_HIGH
        assert notify_for(error) is NotifyType.INVALID_MINOR_VERSION

    def test_the_flags_are_encryption_commit_and_authentication_only(self) -> None:
        for flags, seen in ((1, (True, False, False)), (2, (False, True, False)), (4, (False, False, True))):
            header = wire.decode_header(with_octet(self.data, 19, flags))
            assert (header.encrypted, header.commit, header.authentication_only) == seen

    def test_unknown_flags_are_ignored(self) -> None:
        assert wire.decode(with_octet(self.data, 19, 0xF8)) == wire.decode(self.data)

    def test_more_than_a_datagram_is_refused_in_silence(self) -> None:
        error = self.refused(self.data + bytes(65536))
        assert error.reason is Reason.MESSAGE_TOO_LONG
        assert notify_for(error) is None

    def test_a_message_as_long_as_a_datagram_can_be_is_read(self) -> None:
        whole = message(VendorId(bytes(65535 - 32)))
        assert len(wire.encode(whole)) == 65535
        assert wire.decode(wire.encode(whole)) == whole

    def test_what_is_encrypted_is_not_read_as_clear(self) -> None:
        error = self.refused(with_octet(self.data, 19, 1))
        assert error.reason is Reason.ENCRYPTED_WITHOUT_KEY
        assert notify_for(error) is None

    def test_a_fragment_is_never_encrypted_whatever_its_flag_says(self) -> None:
        data = with_octet(wire.encode(EXAMPLES["fragment"]), 19, 1)
        assert not wire.decode_header(data).encrypted
        assert wire.decode(data) == EXAMPLES["fragment"]

    def test_cookies_have_eight_octets(self) -> None:
        with pytest.raises(ValueError, match="cookie"):
            wire.encode(wire.Message(b"short", bytes(8), ExchangeType.QUICK, 1))


class TestChain:
    def test_a_reserved_octet_must_be_zero(self) -> None:
        """RFC 2408 section 5.3 step 2."""
        error = refusal(PayloadType.VID, "00", reserved=1)
        assert error.reason is Reason.RESERVED_FIELD
        assert notify_for(error) is NotifyType.PAYLOAD_MALFORMED

    def test_an_unknown_payload_is_kept(self) -> None:
        assert read(200, "0102") == Unknown(PayloadType(200), b"\1\2")
        assert read(PayloadType.SAK, "") == Unknown(PayloadType.SAK, b"")

    def test_a_length_that_does_not_fit_is_told(self) -> None:
        for data in (bytes.fromhex("00000003"), bytes.fromhex("00000005"), bytes.fromhex("0000ffff")):
            with pytest.raises(WireError) as caught:
                wire.decode_payloads(PayloadType.VID, data)
            assert caught.value.reason is Reason.PAYLOAD_LENGTH
            assert notify_for(caught.value) is NotifyType.UNEQUAL_PAYLOAD_LENGTHS

    def test_a_clear_message_may_be_filled_up_to_a_multiple_of_four(self) -> None:
        """Others do so; none of it may say anything."""
        whole = payload("616263")
        for padding in (b"", b"\0", b"\0\0", b"\0\0\0"):
            assert wire.decode_payloads(PayloadType.VID, whole + padding).payloads == (VendorId(b"abc"),)
        for padding in (b"\1", b"\0\1", b"\0\0\0\0"):
            with pytest.raises(WireError) as caught:
                wire.decode_payloads(PayloadType.VID, whole + padding)
            assert caught.value.reason is Reason.TRAILING_OCTETS

    def test_padding_of_any_octets_may_follow_what_was_encrypted(self) -> None:
        for padding in (b"", bytes(15), b"\1\2\3", b"\xff" * 300):
            decoded = wire.decode_payloads(PayloadType.VID, payload("616263") + padding, padded=True)
            assert decoded.payloads == (VendorId(b"abc"),)
            assert decoded.raw == (payload("616263"),)

    def test_too_much_is_our_mistake(self) -> None:
        assert wire.decode_payloads(*wire.encode_payloads([VendorId(b"")] * 64)).payloads
        with pytest.raises(ValueError, match="65 payloads"):
            wire.encode_payloads([VendorId(b"")] * 65)
        with pytest.raises(ValueError, match="VID payload of 65532"):
            wire.encode_payloads([VendorId(bytes(65532))])
        with pytest.raises(ValueError, match="message of"):
            wire.encode(message(VendorId(bytes(65531 - 28 + 5))))


class TestWhatWasReceived:
    """Hashes cover the octets that came, not those that we would have written (RFC 2409 section 5)."""

    sa = "00000001 00000001  00 00 0014 01 01 00 01  00 00 000c 01 01 beef 000b 0000"
    data = payload("aa" * 16, next_payload=1) + payload(sa, next_payload=10) + payload("17" * 8)

    def test_a_body_is_as_it_came_where_encoding_would_differ(self) -> None:
        decoded = wire.decode_payloads(PayloadType.HASH, self.data)
        sa = decoded.payloads[1]
        assert decoded.body(sa) == bytes.fromhex(self.sa)
        assert sa.encode() != bytes.fromhex(self.sa)

    def test_what_follows_the_hash_is_as_it_came_without_padding(self) -> None:
        decoded = wire.decode_payloads(PayloadType.HASH, self.data + b"\7" * 5, padded=True)
        assert decoded.after(0) == self.data[20:]
        assert decoded.after(2) == b""
        assert decoded.payloads[0] == Hash(b"\xaa" * 16)

    def test_of_two_equal_payloads_each_has_its_own_octets(self) -> None:
        address = "01 000000 0a000001"
        other = "01 ffffff 0a000001"
        data = payload(address, next_payload=PayloadType.NAT_OA) + payload(other)
        decoded = wire.decode_payloads(PayloadType.NAT_OA, data)
        first, second = decoded.payloads
        assert first == second
        assert (decoded.body(first), decoded.body(second)) == (bytes.fromhex(address), bytes.fromhex(other))

    def test_a_payload_of_another_message_is_our_mistake(self) -> None:
        decoded = wire.decode_payloads(PayloadType.HASH, self.data)
        with pytest.raises(ValueError, match="not a payload"):
            decoded.body(Hash(b"\xaa" * 16))


class TestSecurityAssociation:
    head = "00000001 00000001"
    transform = "00 00 0008 01 01 0000"

    def test_another_doi_is_told_so(self) -> None:
        for doi in ("00000000", "00000002"):
            error = refusal(PayloadType.SA, f"{doi} 00000001 00 00 0010 01 01 00 01 {self.transform}")
            assert error.reason is Reason.DOI
            assert notify_for(error) is NotifyType.DOI_NOT_SUPPORTED

    def test_a_situation_with_labels_is_told_so(self) -> None:
        for situation in ("00000000", "00000003", "00000005"):
            error = refusal(PayloadType.SA, f"00000001 {situation} 00 00 0010 01 01 00 01 {self.transform}")
            assert error.reason is Reason.SITUATION
            assert notify_for(error) is NotifyType.SITUATION_NOT_SUPPORTED

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            ("", Reason.PROPOSAL_LENGTH),
            ("00 00 0003", Reason.PROPOSAL_LENGTH),
            ("00 00 0007 01 01 00", Reason.PROPOSAL_LENGTH),
            ("00 00 0011 01 01 00 01 0000000801010000", Reason.PROPOSAL_LENGTH),
            ("02 00 0010 01 01 00 01 0000000801010000", Reason.LAST_SUBSTRUCTURE),
            ("03 00 0010 01 01 00 01 0000000801010000", Reason.LAST_SUBSTRUCTURE),
            ("00 01 0010 01 01 00 01 0000000801010000", Reason.RESERVED_FIELD),
            ("00 00 0010 01 01 00 02 0000000801010000", Reason.TRANSFORM_COUNT),
            ("00 00 0010 01 01 00 00 0000000801010000", Reason.TRANSFORM_COUNT),
            ("00 00 0008 01 01 00 01", Reason.TRANSFORM_COUNT),
            ("00 00 0010 01 01 00 01 0300000801010000", Reason.LAST_SUBSTRUCTURE),
            ("00 00 0010 01 01 00 01 0000000901010000", Reason.TRANSFORM_LENGTH),
            ("00 00 000c 01 01 00 01 00000004", Reason.TRANSFORM_LENGTH),
            ("00 00 0012 01 01 00 01 0000000a01010000 8001", Reason.ATTRIBUTE_LENGTH),
            ("00 00 0014 01 01 00 01 0000000c01010000 00010001", Reason.ATTRIBUTE_LENGTH),
            ("00 00 0010 01 03 00 01 0000000801010000", Reason.SPI_SIZE),  # ESP without SPI
            ("00 00 0010 01 01 09 01 0000000801010000", Reason.SPI_SIZE),  # beyond the proposal
            ("00 00 0019 01 01 11 00 " + "00" * 17, Reason.SPI_SIZE),  # ISAKMP, more than 16 octets
        ],
    )
    def test_what_is_wrong_in_a_proposal_is_named(self, content: str, reason: Reason) -> None:
        assert refusal(PayloadType.SA, f"{self.head} {content}").reason is reason

    def test_bad_syntax_is_told_as_such(self) -> None:
        """RFC 2408 sections 5.5 and 5.6."""
        error = refusal(PayloadType.SA, f"{self.head} 02 00 0010 01 01 00 01 {self.transform}")
        assert notify_for(error) is NotifyType.BAD_PROPOSAL_SYNTAX

    def test_an_isakmp_spi_of_up_to_16_octets_is_accepted(self) -> None:
        """RFC 2408 section 3.5: "If the SPI Size is non-zero, the content ... MUST be ignored"."""
        for size in (0, 8, 16):
            sa = SecurityAssociation(
                (Proposal(1, ProtocolId.ISAKMP, bytes(size), (Transform(1, IsakmpTransform.KEY_IKE),)),)
            )
            assert read(PayloadType.SA, sa.encode().hex()) == sa

    def test_proposals_of_one_number_go_together(self) -> None:
        """RFC 2408 section 4.2."""
        assert [[p.protocol for p in suite] for suite in PHASE_2.suites] == [
            [ProtocolId.AH, ProtocolId.ESP],
            [ProtocolId.ESP],
            [ProtocolId.IPCOMP],
            [ProtocolId(77)],
        ]
        assert PHASE_1.suites == tuple((p,) for p in PHASE_1.proposals)

    def test_transforms_and_attributes_are_called_by_their_protocol(self) -> None:
        isakmp = PHASE_1.proposals[0].transforms[0]
        esp = PHASE_2.proposals[1].transforms[0]
        sas = [read(PayloadType.SA, sa.encode().hex()) for sa in (PHASE_1, PHASE_2)]
        assert isinstance(sas[0], SecurityAssociation)
        assert isinstance(sas[1], SecurityAssociation)
        first, second = sas[0].proposals[0].transforms[0], sas[1].proposals[1].transforms[0]
        assert type(first.id) is IsakmpTransform
        assert type(second.id) is EspTransform
        assert [a.type for a in first.attributes] == [a.type for a in isakmp.attributes]
        assert {type(a.type) for a in first.attributes} == {Phase1Attribute}
        assert {type(a.type) for a in second.attributes} == {IpsecAttribute}
        assert second.get(IpsecAttribute.KEY_LENGTH) == esp.get(IpsecAttribute.KEY_LENGTH) == 128
        assert second.get(IpsecAttribute.KEY_ROUNDS) is None

    def test_so_many_proposals_transforms_and_attributes_and_no_more(self) -> None:
        attributes = (Attribute(Phase1Attribute.LIFE_TYPE, 1),)
        for count, most, build in (
            (Reason.TOO_MANY_PROPOSALS, 64, lambda n: ((), n)),
            (Reason.TOO_MANY_TRANSFORMS, 512, lambda n: ((Transform(1, 1),) * (n // 4), 4)),
            (Reason.TOO_MANY_ATTRIBUTES, 32, lambda n: ((Transform(1, 1, attributes * n),), 1)),
        ):
            for size, fits in ((most, True), (most + 4, False)):
                transforms, proposals = build(size)
                sa = SecurityAssociation((Proposal(1, ProtocolId.ISAKMP, b"", transforms),) * proposals)
                if fits:
                    assert read(PayloadType.SA, sa.encode().hex()) == sa
                else:
                    assert refusal(PayloadType.SA, sa.encode().hex()).reason is count

    def test_no_proposal_is_our_mistake(self) -> None:
        with pytest.raises(ValueError, match="at least one"):
            SecurityAssociation(()).encode()


class TestAttributes:
    def test_a_number_is_read_from_either_form(self) -> None:
        """RFC 2409 appendix A: a variable attribute may come as basic, if it fits."""
        for value, number in ((28800, 28800), (b"\x70\x80", 28800), (b"\0\1\x51\x80", 86400), (b"", 0)):
            assert Attribute(Phase1Attribute.LIFE_DURATION, value).number == number

    def test_a_number_too_large_for_anything_is_bounded(self) -> None:
        """Python refuses to print numbers of thousands of digits; nothing from the network may raise."""
        huge = Attribute(Phase1Attribute.LIFE_DURATION, b"\xff" * 5000)
        assert huge.number == Attribute(Phase1Attribute.LIFE_DURATION, b"\1" + bytes(8)).number == 2**64 - 1
        assert Attribute(Phase1Attribute.LIFE_DURATION, b"\1" + bytes(7)).number == 2**56
        assert Attribute(Phase1Attribute.LIFE_DURATION, bytes(5000) + b"\7").number == 7

    def test_octets_are_read_from_either_form(self) -> None:
        assert Attribute(ConfigurationAttribute.XAUTH_STATUS, 1).octets == b"\0\1"
        assert Attribute(ConfigurationAttribute.XAUTH_STATUS, b"\1").octets == b"\1"

    def test_a_duration_is_basic_if_it_fits(self) -> None:
        seconds = life_duration(IpsecAttribute.SA_LIFE_DURATION, 28800)
        assert seconds.encode() == bytes.fromhex("80027080")
        assert life_duration(IpsecAttribute.SA_LIFE_DURATION, 86400).encode() == bytes.fromhex(
            "0002000400015180"
        )
        assert life_duration(IpsecAttribute.SA_LIFE_DURATION, 0xFFFF).value == 0xFFFF
        assert life_duration(IpsecAttribute.SA_LIFE_DURATION, 0x10000).value == b"\0\1\0\0"
        assert life_duration(IpsecAttribute.SA_LIFE_DURATION, 0xFFFFFFFF).value == b"\xff" * 4
        with pytest.raises(ValueError, match="4294967296"):
            life_duration(IpsecAttribute.SA_LIFE_DURATION, 1 << 32)

    def test_lifetimes_come_in_pairs_of_type_and_duration(self) -> None:
        assert phase1_lifetimes(TRIPLE_DES) == (
            (LifeType.SECONDS, 86400),
            (LifeType.KILOBYTES, 0x465001),
        )
        assert ipsec_lifetimes(PHASE_2.proposals[1].transforms[0]) == ((LifeType.SECONDS, 28800),)

    def test_a_duration_without_a_type_counts_seconds_and_a_type_alone_nothing(self) -> None:
        kilobytes = Attribute(IpsecAttribute.SA_LIFE_TYPE, LifeType.KILOBYTES)
        duration = Attribute(IpsecAttribute.SA_LIFE_DURATION, 5)
        types = (IpsecAttribute.SA_LIFE_TYPE, IpsecAttribute.SA_LIFE_DURATION)
        assert lifetimes([duration, kilobytes, duration, duration, kilobytes], *types) == (
            (LifeType.SECONDS, 5),
            (LifeType.KILOBYTES, 5),
            (LifeType.SECONDS, 5),
        )

    def test_a_life_type_beyond_its_field_raises_nothing(self) -> None:
        odd = Attribute(IpsecAttribute.SA_LIFE_TYPE, b"\1\0\0\0\0")
        duration = Attribute(IpsecAttribute.SA_LIFE_DURATION, 5)
        types = (IpsecAttribute.SA_LIFE_TYPE, IpsecAttribute.SA_LIFE_DURATION)
        assert lifetimes([odd, duration], *types) == ((LifeType(0xFFFF), 5),)

    def test_those_of_responder_lifetime_are_read_by_themselves(self) -> None:
        """RFC 2407 section 4.6.3.1."""
        data = bytes.fromhex("80010001 80020e10")
        attributes = decode_attributes(data, IpsecAttribute)
        types = (IpsecAttribute.SA_LIFE_TYPE, IpsecAttribute.SA_LIFE_DURATION)
        assert lifetimes(attributes, *types) == ((LifeType.SECONDS, 3600),)
        assert encode_attributes(attributes) == data

    def test_what_a_user_typed_is_not_printed(self) -> None:
        for secret in ("USER_PASSWORD", "PASSCODE", "NEXT_PIN", "ANSWER"):
            attribute = Attribute(ConfigurationAttribute[f"XAUTH_{secret}"], b"hushed")
            assert "hushed" not in repr(attribute)
            assert attribute.octets == b"hushed"
        assert "user" in repr(Attribute(ConfigurationAttribute.XAUTH_USER_NAME, b"user"))


class TestIdentification:
    @pytest.mark.parametrize(
        ("kind", "size"),
        [
            (IdType.ID_IPV4_ADDR, 4),
            (IdType.ID_IPV4_ADDR_SUBNET, 8),
            (IdType.ID_IPV4_ADDR_RANGE, 8),
            (IdType.ID_IPV6_ADDR, 16),
            (IdType.ID_IPV6_ADDR_SUBNET, 32),
            (IdType.ID_IPV6_ADDR_RANGE, 32),
        ],
    )
    def test_addresses_have_their_sizes(self, kind: IdType, size: int) -> None:
        """RFC 2407 section 4.6.2."""
        good = Identification(kind, bytes(size))
        assert read(PayloadType.ID, good.encode().hex()) == good
        for wrong in (0, size - 1, size + 1):
            error = refusal(PayloadType.ID, Identification(kind, bytes(wrong)).encode().hex())
            assert error.reason is Reason.IDENTIFICATION_LENGTH
            assert notify_for(error) is NotifyType.INVALID_ID_INFORMATION

    def test_names_have_any_size(self) -> None:
        for kind in (IdType.ID_FQDN, IdType.ID_KEY_ID, IdType(99)):
            for data in (b"", b"x" * 300):
                assert read(PayloadType.ID, Identification(kind, data).encode().hex()).data == data  # type: ignore[union-attr]

    def test_an_original_address_is_an_address(self) -> None:
        for content in ("02 000000 61626364", "01 000000 0a0000", "05 000000 0a000001", "01 000000"):
            assert refusal(PayloadType.NAT_OA, content).reason is Reason.IDENTIFICATION_LENGTH
        assert refusal(PayloadType.NAT_OA, "010000").reason is Reason.PAYLOAD_TOO_SHORT
        with pytest.raises(ValueError, match="address of 5"):
            NatOriginalAddress(bytes(5)).encode()


class TestOtherPayloads:
    def test_a_nonce_has_8_to_256_octets(self) -> None:
        """RFC 2409 section 5."""
        for size in (8, 256):
            assert read(PayloadType.NONCE, "17" * size) == Nonce(b"\x17" * size)
        for size in (0, 7, 257):
            assert refusal(PayloadType.NONCE, "17" * size).reason is Reason.NONCE_LENGTH_V1

    def test_a_notification_says_what_is_spi_and_what_is_data(self) -> None:
        read_back = read(PayloadType.NOTIFICATION, "00000001 01 02 6002 abcd ef")
        assert read_back == Notification(NotifyType.INITIAL_CONTACT, ProtocolId.ISAKMP, b"\xab\xcd", b"\xef")
        error = refusal(PayloadType.NOTIFICATION, "00000001 01 04 6002 abcdef")
        assert error.reason is Reason.SPI_SIZE

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            ("00000001 01 08 0001" + "00" * 8, Reason.SPI_SIZE),  # ISAKMP: both cookies
            ("00000001 01 00 0000", Reason.SPI_SIZE),
            ("00000001 03 08 0001" + "00" * 8, Reason.SPI_SIZE),
            ("00000001 03 04 0002" + "00" * 4, Reason.SPI_COUNT),
            ("00000001 03 04 0000", Reason.SPI_COUNT),
            ("00000001 4d 00 ffff", Reason.SPI_COUNT),
            ("00000001 03 04 00", Reason.PAYLOAD_TOO_SHORT),
        ],
    )
    def test_what_is_wrong_in_a_delete_is_named(self, content: str, reason: Reason) -> None:
        assert refusal(PayloadType.DELETE, content).reason is reason

    def test_a_configuration_gives_the_first_attribute_of_a_type(self) -> None:
        address = Attribute(ConfigurationAttribute.INTERNAL_IP4_ADDRESS, bytes([10, 9, 9, 1]))
        first, second = (Attribute(ConfigurationAttribute.INTERNAL_IP4_DNS, bytes([n] * 4)) for n in (1, 2))
        configuration = Configuration(ConfigurationType.REPLY, 7, (address, first, second))
        assert configuration.get(ConfigurationAttribute.INTERNAL_IP4_DNS) is first
        assert configuration.get(ConfigurationAttribute.INTERNAL_IP4_NBNS) is None

    def test_a_delete_without_spis_or_with_different_ones_is_our_mistake(self) -> None:
        for spis in ((), (b"1234", b"12345678")):
            with pytest.raises(ValueError, match="SPIs"):
                Delete(ProtocolId.ESP, spis).encode()

    def test_fragments_count_from_one_and_are_not_answered(self) -> None:
        error = refusal(PayloadType.FRAGMENT, "0001 00 00 61")
        assert error.reason is Reason.FRAGMENT_NUMBER
        assert notify_for(error) is None

    @pytest.mark.parametrize(
        ("kind", "content"),
        [
            (PayloadType.SA, "00000001 000000"),
            (PayloadType.ID, "010000"),
            (PayloadType.CERT, ""),
            (PayloadType.CR, ""),
            (PayloadType.NOTIFICATION, "00000001010060"),
            (PayloadType.ATTRIBUTES, "010000"),
            (PayloadType.FRAGMENT, "000101"),
        ],
    )
    def test_a_payload_without_room_for_its_fields_is_refused(self, kind: PayloadType, content: str) -> None:
        assert refusal(kind, content).reason is Reason.PAYLOAD_TOO_SHORT


def test_every_reason_has_an_answer_or_none() -> None:
    """RFC 2408 section 5.2: what is refused before there is a header is not answered."""
    silent = {reason for reason in Reason if notify_for(WireError(reason)) is None}
    assert silent == {
        Reason.MESSAGE_TOO_SHORT,
        Reason.MESSAGE_TOO_LONG,
        Reason.ENCRYPTED_WITHOUT_KEY,
        Reason.FRAGMENT_NUMBER,
    }


def test_a_header_is_as_long_as_the_rfc_says() -> None:
    assert HEADER_SIZE == 28
