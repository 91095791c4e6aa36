"""Proposals of quick mode as they stand on the wire, and what is chosen among them."""

from dataclasses import replace

import pytest

from kakehashi.crypto.sizes import CIPHERS
from kakehashi.ike.mismatch import Mismatch
from kakehashi.ike.v1 import phase2_proposals as proposals
from kakehashi.ike.v1.phase2_proposals import Chosen, Phase2Suite
from kakehashi.model.algorithms import Cipher
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.ikev1 import Ikev1IpsecPolicy, Phase2Proposal
from kakehashi.model.status import NatMethod
from kakehashi.wire.registry import ikev1
from kakehashi.wire.registry.ikev1 import (
    AuthenticationAlgorithm,
    EspTransform,
    IpsecAttribute,
    LifeType,
    ProtocolId,
)
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId, KeyExchangeId
from kakehashi.wire.v1.attributes import Attribute
from kakehashi.wire.v1.sa import Proposal, SecurityAssociation, Transform

AES_256 = Cipher(EncryptionId.ENCR_AES_CBC, 256)
SPI, OURS = b"\0\0\1\0", b"\0\0\2\0"
TUNNEL = ikev1.EncapsulationMode.TUNNEL
MD5, SHA1, SHA2 = (
    IntegrityId.AUTH_HMAC_MD5_96, IntegrityId.AUTH_HMAC_SHA1_96, IntegrityId.AUTH_HMAC_SHA2_256_128,
)  # fmt: skip
NONE = IntegrityId.NONE
A = IpsecAttribute


def proposal(
    cipher: Cipher | None = AES_256, integrity: IntegrityId = SHA2, lifetime: int = 3600, **more: object
) -> Phase2Proposal:
    return Phase2Proposal(cipher=cipher, integrity=integrity, lifetime=lifetime, **more)  # type: ignore[arg-type]


def suites(*found: Phase2Proposal, pfs: KeyExchangeId = KeyExchangeId.NONE) -> tuple[Phase2Suite, ...]:
    return proposals.allowed(Ikev1IpsecPolicy(proposals=found, pfs=pfs), TUNNEL)


def esp(
    transform_id: int, *attributes: tuple[IpsecAttribute, int], number: int = 1, spi: bytes = SPI
) -> Proposal:
    listed = tuple(Attribute(*pair) for pair in attributes)
    return Proposal(number, ProtocolId.ESP, spi, (Transform(1, EspTransform(transform_id), listed),))


def chosen(ours: tuple[Phase2Suite, ...], *offered: Proposal) -> Chosen:
    found = proposals.choose(ours, SecurityAssociation(offered))
    assert isinstance(found, Chosen)
    return found


def test_an_offer_of_the_cisco_sample() -> None:
    old = proposal(Cipher(EncryptionId.ENCR_3DES), MD5, 3600, kilobytes=4608000)
    (found,) = proposals.offer(suites(old, pfs=KeyExchangeId.MODP_1024), SPI).proposals
    (transform,) = found.transforms
    assert (found.number, found.protocol, found.spi) == (1, ProtocolId.ESP, SPI)
    assert transform.id == EspTransform.TRIPLE_DES
    assert [(a.type, a.value) for a in transform.attributes] == [
        (A.SA_LIFE_TYPE, LifeType.SECONDS), (A.SA_LIFE_DURATION, 3600),
        (A.SA_LIFE_TYPE, LifeType.KILOBYTES), (A.SA_LIFE_DURATION, (4608000).to_bytes(4, "big")),
        (A.GROUP_DESCRIPTION, KeyExchangeId.MODP_1024), (A.ENCAPSULATION_MODE, TUNNEL),
        (A.AUTHENTICATION_ALGORITHM, AuthenticationAlgorithm.HMAC_MD5),
    ]  # fmt: skip


def test_aes_says_its_key_length_and_gcm_has_no_authentication() -> None:
    gcm = Cipher(EncryptionId.ENCR_AES_GCM_16, 128)
    cbc, aead = (p.transforms[0] for p in proposals.offer(suites(proposal(), proposal(gcm)), SPI).proposals)
    assert cbc.get(A.KEY_LENGTH) == 256
    assert (aead.id, aead.get(A.KEY_LENGTH)) == (EspTransform.AES_GCM_16, 128)
    assert aead.get(A.AUTHENTICATION_ALGORITHM) is None


def test_ah_and_esp_stand_under_one_number() -> None:
    both = proposals.offer(suites(proposal(ah=SHA1), proposal()), SPI)
    assert [[p.protocol for p in together] for together in both.suites] == [
        [ProtocolId.AH, ProtocolId.ESP],
        [ProtocolId.ESP],
    ]
    found = proposals.choose(suites(proposal(ah=SHA1)), both)
    assert isinstance(found, Chosen)
    assert (found.suite.ah, found.suite.cipher) == (SHA1, AES_256)
    assert not proposals.unusable(found.suite)
    assert found.spi_out == found.ah_spi_out == int.from_bytes(SPI, "big")
    behind_nat = replace(found.suite, encapsulation=ikev1.EncapsulationMode.UDP_ENCAPSULATED_TUNNEL)
    assert "NAT" in proposals.unusable(behind_nat)


ALL = [Cipher(i, bits) for i, shape in CIPHERS.items() for bits in shape.key_bits if i != EncryptionId.ENCR_CHACHA20_POLY1305]  # fmt: skip


@pytest.mark.parametrize(
    "group", [KeyExchangeId.NONE, KeyExchangeId.MODP_1536, KeyExchangeId.ECP_521], ids=str
)
@pytest.mark.parametrize("integrity", [MD5, SHA1, SHA2, IntegrityId.AUTH_HMAC_SHA2_384_192, IntegrityId.AUTH_HMAC_SHA2_512_256], ids=str)  # fmt: skip
@pytest.mark.parametrize("cipher", ALL, ids=str)
def test_everything_that_is_offered_is_understood(
    cipher: Cipher, integrity: IntegrityId, group: KeyExchangeId
) -> None:
    ours = suites(proposal(cipher, integrity), pfs=group)
    octets = proposals.offer(ours, SPI).encode()
    found = proposals.choose(ours, SecurityAssociation.decode(octets))
    assert isinstance(found, Chosen)
    assert found.suite == ours[0]
    assert not found.shorter
    answer = SecurityAssociation.decode(found.with_spi(OURS).encode())
    assert answer.proposals[0].spi == OURS
    accepted = proposals.accept(ours, answer)
    assert accepted is not None
    assert accepted.suite == ours[0]


def test_the_first_offer_that_any_of_ours_takes() -> None:
    ours = suites(proposal(integrity=SHA2), proposal(integrity=SHA1))
    theirs = suites(proposal(integrity=MD5), proposal(integrity=SHA1), proposal(integrity=SHA2))
    found = proposals.choose(ours, proposals.offer(theirs, SPI))
    assert isinstance(found, Chosen)
    assert found.suite.integrity == SHA1
    assert found.answer[0].number == 2
    assert found.spi_out == int.from_bytes(SPI, "big")


def test_the_chosen_transform_comes_back_as_it_came() -> None:
    odd = esp(
        EspTransform.AES_CBC, (A.KEY_LENGTH, 256), (A.ENCAPSULATION_MODE, 1),
        (A.AUTHENTICATION_ALGORITHM, 5), (A.SA_LIFE_TYPE, 1), (A.SA_LIFE_DURATION, 100), number=7,
    )  # fmt: skip
    assert chosen(suites(proposal()), odd).with_spi(OURS).proposals == (replace(odd, spi=OURS),)


def test_what_is_not_said_has_its_default() -> None:
    bare = esp(EspTransform.AES_CBC, (A.KEY_LENGTH, 256), (A.AUTHENTICATION_ALGORITHM, 5))
    suite = chosen(suites(proposal(lifetime=90_000)), bare).suite
    assert (suite.lifetime, suite.kilobytes, suite.encapsulation) == (28800, None, None)


@pytest.mark.parametrize(
    ("theirs", "ours", "agreed", "told"),
    [
        ((3600, None), (3600, None), (3600, None), ()),
        ((3600, None), (28800, None), (3600, None), ()),
        ((28800, None), (3600, None), (3600, None), ((LifeType.SECONDS, 3600),)),
        ((3600, 1000), (3600, None), (3600, 1000), ()),
        ((3600, None), (3600, 1000), (3600, 1000), ((LifeType.KILOBYTES, 1000),)),
        ((100_000, 2000), (70_000, 900), (70_000, 900), ((LifeType.SECONDS, 70_000), (LifeType.KILOBYTES, 900))),
    ],
)  # fmt: skip
def test_the_shorter_lifetime_wins(theirs, ours, agreed, told) -> None:  # type: ignore[no-untyped-def]
    offered = suites(proposal(lifetime=theirs[0], kilobytes=theirs[1]))
    found = proposals.choose(
        suites(proposal(lifetime=ours[0], kilobytes=ours[1])), proposals.offer(offered, SPI)
    )
    assert isinstance(found, Chosen)
    assert (found.suite.lifetime, found.suite.kilobytes) == agreed
    assert found.shorter == told
    # The initiator obeys what it is told.
    obeyed = proposals.obey_lifetime(offered[0], proposals.responder_lifetime(found.shorter))
    assert (obeyed.lifetime, obeyed.kilobytes) == agreed


def test_a_longer_lifetime_is_not_obeyed() -> None:
    (own,) = suites(proposal())
    told = proposals.responder_lifetime([(LifeType.SECONDS, 99_999), (LifeType.KILOBYTES, 5)])
    assert proposals.obey_lifetime(own, told) == replace(own, kilobytes=5)


def test_esn_is_taken_if_it_is_offered() -> None:
    attributes = [(A.KEY_LENGTH, 256), (A.AUTHENTICATION_ALGORITHM, 5), (A.EXTENDED_SEQUENCE_NUMBER, 1)]
    found = chosen(suites(proposal()), esp(EspTransform.AES_CBC, *attributes))
    assert found.suite.esn
    # But nobody adds it to what was offered without.
    assert proposals.accept(suites(proposal()), found.with_spi(OURS)) is None


@pytest.mark.parametrize(
    "offered",
    [
        esp(EspTransform.BLOWFISH, (A.AUTHENTICATION_ALGORITHM, 5)),
        esp(EspTransform.AES_CBC, (A.AUTHENTICATION_ALGORITHM, 5)),  # without key length (RFC 3602)
        esp(EspTransform.AES_CBC, (A.KEY_LENGTH, 512), (A.AUTHENTICATION_ALGORITHM, 5)),
        esp(EspTransform.AES_CBC, (A.KEY_LENGTH, 256), (A.AUTHENTICATION_ALGORITHM, 77)),
        esp(EspTransform.AES_CBC, (A.KEY_LENGTH, 256), (A.AUTHENTICATION_ALGORITHM, 5), (A.KEY_ROUNDS, 9)),
        esp(EspTransform.AES_CBC, (A.KEY_LENGTH, 256), (A.AUTHENTICATION_ALGORITHM, 5), spi=bytes(4)),
        esp(EspTransform.AES_CBC, (A.KEY_LENGTH, 256), (A.AUTHENTICATION_ALGORITHM, 5), spi=b"\0\0\0\xff"),
        esp(EspTransform.AES_CBC, (A.KEY_LENGTH, 256), (A.AUTHENTICATION_ALGORITHM, 5), (A.GROUP_DESCRIPTION, 99)),
    ],
)  # fmt: skip
def test_what_is_not_known_is_not_chosen(offered: Proposal) -> None:
    found = proposals.choose(suites(proposal()), SecurityAssociation((offered,)))
    assert isinstance(found, Mismatch)


def test_a_mismatch_names_the_nearest_difference_with_both_sides_values() -> None:
    theirs = suites(proposal(Cipher(EncryptionId.ENCR_3DES), MD5), proposal(integrity=SHA1))
    ours = suites(proposal(), proposal(Cipher(EncryptionId.ENCR_DES)))
    found = proposals.choose(ours, proposals.offer(theirs, SPI))
    assert isinstance(found, Mismatch)
    assert (
        found.sentence("peer", "map")
        == "peer offers integrity HMAC-MD5-96, HMAC-SHA1-96, map allows HMAC-SHA2-256-128"
    )
    assert found.details()["field"] == "integrity"


@pytest.mark.parametrize("method", list(NatMethod), ids=str)
@pytest.mark.parametrize("mode", list(EncapsulationMode), ids=str)
def test_encapsulation_by_nat(method: NatMethod, mode: EncapsulationMode) -> None:
    """NT-04: 3 and 4 by RFC 3947, 61443 and 61444 by the drafts, 1 and 2 without a NAT."""
    plain = 1 if mode is EncapsulationMode.TUNNEL else 2
    assert proposals.encapsulation(mode, method, nat=False) == plain
    expected = {NatMethod.NONE: plain, NatMethod.RFC_3947: plain + 2}.get(method, 61442 + plain)
    assert proposals.encapsulation(mode, method, nat=True) == expected


def test_an_answer_that_is_none_of_ours() -> None:
    ours = suites(proposal())
    answer = proposals.offer(suites(proposal(integrity=SHA1)), OURS)
    assert proposals.accept(ours, answer) is None
    twice = SecurityAssociation(proposals.offer(suites(proposal(), proposal()), OURS).proposals)
    assert proposals.accept(ours, twice) is None


def test_without_authentication_nobody_is_protected() -> None:
    (suite,) = suites(proposal(integrity=NONE))
    assert "without authentication" in proposals.unusable(suite)
    (gcm,) = suites(proposal(Cipher(EncryptionId.ENCR_AES_GCM_8, 192), NONE))
    assert proposals.unusable(gcm) == ""


def test_many_transforms_of_ah_and_esp_cost_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """255 by 255 combinations are not looked at one by one."""
    looked: list[object] = []
    monkeypatch.setattr(proposals, "_suite", looked.append)
    transform = Transform(1, EspTransform.BLOWFISH)
    many = tuple(
        Proposal(1, protocol, SPI, (transform,) * 255) for protocol in (ProtocolId.AH, ProtocolId.ESP)
    )
    assert isinstance(proposals.choose(suites(proposal()), SecurityAssociation(many)), Mismatch)
    assert len(looked) <= 64


def test_a_limit_in_kilobytes_of_any_size_is_one_that_a_data_plane_can_keep() -> None:
    """A variable attribute may have more octets than any counter of octets."""
    told = bytes.fromhex("8001000200020008") + b"\xff" * 8
    own = Phase2Suite(
        cipher=None,
        integrity=IntegrityId.NONE,
        ah=IntegrityId.NONE,
        group=KeyExchangeId.NONE,
        encapsulation=None,
        lifetime=3600,
    )
    suite = proposals.obey_lifetime(own, told)
    assert suite.kilobytes is not None
    assert suite.kilobytes * 1024 < 1 << 64
