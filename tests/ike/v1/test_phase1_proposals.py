"""Proposals of phase 1 as octets, and what is chosen of what is offered."""

from dataclasses import replace

import pytest

from kakehashi.ike.mismatch import Mismatch
from kakehashi.ike.v1 import phase1_proposals as proposals
from kakehashi.ike.v1.phase1_proposals import Choice
from kakehashi.model.ikev1 import RemoteAccess, XauthUser
from kakehashi.model.secret import Secret
from kakehashi.model.status import Role
from kakehashi.wire.registry.ikev1 import AuthenticationMethod as Method
from kakehashi.wire.registry.ikev1 import HashAlgorithm, Phase1Attribute, ProtocolId
from kakehashi.wire.registry.ikev2 import EncryptionId, KeyExchangeId
from kakehashi.wire.v1.attributes import Attribute
from kakehashi.wire.v1.sa import Proposal, SecurityAssociation, Transform
from tests.conversations.v1.gateways import AES_CBC_128, AGGRESSIVE, MAIN, OLD_PHASE1, PHASE1, Cipher, peer

LOGIN = RemoteAccess(login=XauthUser("u", Secret(b"p")))
USERS = RemoteAccess(users=(XauthUser("u", Secret(b"p")),))


def test_an_offer_octet_by_octet() -> None:
    """As deployed devices write it: numbers of 16 bits basic, a longer lifetime in four octets."""
    offer = proposals.offer(peer(1, proposals=(replace(PHASE1, lifetime=86400), OLD_PHASE1)), MAIN)
    assert offer.encode().hex() == (
        "00000001" "00000001"  # DOI IPsec, SIT_IDENTITY_ONLY
        "00000054" "01010002"  # proposal 1, ISAKMP, no SPI, two transforms
        "03000028" "01010000"  # transform 1, KEY_IKE
        "80010007" "800e0100" "80020004" "80030001" "80040013" "800b0001" "000c000400015180"
        "00000024" "02010000"  # transform 2: 3DES has no Key Length
        "80010005" "80020001" "80030001" "80040002" "800b0001" "000c000400015180"
    )  # fmt: skip


def test_a_lifetime_in_kilobytes_follows_the_one_in_seconds() -> None:
    offer = proposals.offer(peer(1, proposals=(replace(OLD_PHASE1, lifetime=3600, kilobytes=70000),)), MAIN)
    assert offer.encode().hex().endswith("800b0001800c0e10800b0002000c000400011170")


def test_every_transform_of_an_offer_is_understood_again() -> None:
    suites = [
        replace(PHASE1, cipher=cipher, hash=hash_id, group=KeyExchangeId.MODP_1024)
        for cipher in (AES_CBC_128, Cipher(EncryptionId.ENCR_3DES), Cipher(EncryptionId.ENCR_DES))
        for hash_id in (HashAlgorithm.MD5, HashAlgorithm.SHA2_512)
    ]
    for suite in suites:
        offer = proposals.offer(peer(1, proposals=(suite,)), AGGRESSIVE)
        choice = proposals.choose([peer(2, proposals=tuple(suites))], offer, 128)
        assert isinstance(choice, Choice)
        assert choice.proposal == suite
        assert choice.answer() == offer
        assert not choice.is_shorter


def test_the_first_transform_wins_whoever_takes_it() -> None:
    offer = proposals.offer(peer(1, proposals=(OLD_PHASE1, PHASE1)), MAIN)
    one, other = peer(2, name="one", proposals=(PHASE1,)), peer(2, name="other", proposals=(OLD_PHASE1,))
    choice = proposals.choose([one, other], offer)
    assert isinstance(choice, Choice)
    assert (choice.peer.name, choice.proposal) == ("other", OLD_PHASE1)
    assert [t.number for t in choice.answer().proposals[0].transforms] == [1]


@pytest.mark.interpreted
def test_what_many_peers_take_is_not_asked_again_for_every_transform_of_a_stranger(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []
    is_usable = proposals._is_usable
    monkeypatch.setattr(proposals, "_is_usable", lambda p: bool(asked.append(p)) or is_usable(p))
    many = [peer(2, name=f"p{n}", proposals=(PHASE1,)) for n in range(40)]
    transforms = proposals.offer(peer(1, proposals=(OLD_PHASE1,) * 40), MAIN)
    asked.clear()
    for _ in range(3):
        assert isinstance(proposals.choose(many, transforms), Mismatch)
    assert len(asked) == len(many)
    wanted = proposals.offer(peer(1, proposals=(OLD_PHASE1, PHASE1)), MAIN)
    assert proposals.choose(many, wanted).peer is many[0]
    assert proposals.choose(many[1:], wanted).peer is many[1]


def test_the_public_value_that_is_there_already_decides_too() -> None:
    offer = proposals.offer(peer(1, proposals=(OLD_PHASE1, PHASE1)), MAIN)
    everything = peer(2, proposals=(OLD_PHASE1, PHASE1))
    assert proposals.choose([everything], offer, 128).proposal == OLD_PHASE1
    assert proposals.choose([everything], offer, 64).proposal == PHASE1
    assert isinstance(proposals.choose([everything], offer, 200), Mismatch)


@pytest.mark.parametrize(
    "foreign",
    [
        Attribute(Phase1Attribute.PRF, 1),
        Attribute(Phase1Attribute.GROUP_PRIME, b"\7" * 16),
        Attribute(Phase1Attribute(999), 1),
        Attribute(Phase1Attribute.FIELD_SIZE, 1),
    ],
    ids=str,
)
def test_a_transform_with_an_attribute_that_nobody_knows_is_not_taken(foreign: Attribute) -> None:
    (proposal,) = proposals.offer(peer(1), MAIN).proposals
    (transform,) = proposal.transforms
    changed = replace(transform, attributes=(*transform.attributes, foreign))
    offer = SecurityAssociation((replace(proposal, transforms=(changed,)),))
    assert isinstance(proposals.choose([peer(2)], offer), Mismatch)


def test_a_key_length_where_none_belongs_and_none_where_one_does() -> None:
    for suite, attribute in ((OLD_PHASE1, Attribute(Phase1Attribute.KEY_LENGTH, 192)), (PHASE1, None)):
        (proposal,) = proposals.offer(peer(1, proposals=(suite,)), MAIN).proposals
        kept = [a for a in proposal.transforms[0].attributes if a.type != Phase1Attribute.KEY_LENGTH]
        attributes = (*kept, *([attribute] if attribute else []))
        transform = replace(proposal.transforms[0], attributes=attributes)
        offer = SecurityAssociation((replace(proposal, transforms=(transform,)),))
        assert isinstance(proposals.choose([peer(2, proposals=(suite,))], offer), Mismatch)


def test_proposals_for_other_protocols_are_none_for_phase_1() -> None:
    transform = Transform(1, 12)
    offer = SecurityAssociation((Proposal(1, ProtocolId.ESP, bytes(4), (transform,)),))
    assert proposals.choose([peer(2)], offer) == Mismatch(())
    assert proposals.accept(peer(1), MAIN, offer) is None


def test_an_answer_must_be_one_of_ours() -> None:
    ours = peer(1, proposals=(PHASE1, OLD_PHASE1))
    offer = proposals.offer(ours, MAIN)
    assert proposals.accept(ours, MAIN, offer) is None  # both at once
    theirs = proposals.offer(peer(2, proposals=(replace(PHASE1, hash=HashAlgorithm.MD5),)), MAIN)
    assert proposals.accept(ours, MAIN, theirs) is None
    second = proposals.offer(peer(2, proposals=(OLD_PHASE1,)), MAIN)
    suite = proposals.accept(ours, MAIN, second)
    assert suite is not None
    assert (suite.cipher, suite.group) == (OLD_PHASE1.cipher, OLD_PHASE1.group)


def test_an_answer_with_a_shorter_lifetime_is_obeyed_and_a_longer_one_is_not() -> None:
    for seconds, counts in ((100, 100), (10**6, 28800)):
        answer = proposals.offer(peer(2, proposals=(replace(PHASE1, lifetime=seconds),)), MAIN)
        suite = proposals.accept(peer(1), MAIN, answer)
        assert suite is not None
        assert suite.lifetime == counts


@pytest.mark.parametrize(
    ("access", "role", "methods"),
    [
        (None, Role.INITIATOR, [Method.PRE_SHARED_KEY]),
        (LOGIN, Role.INITIATOR, [Method.XAUTH_INIT_PRE_SHARED, Method.PRE_SHARED_KEY]),
        (LOGIN, Role.RESPONDER, [Method.XAUTH_RESP_PRE_SHARED, Method.PRE_SHARED_KEY]),
        (USERS, Role.RESPONDER, [Method.XAUTH_INIT_PRE_SHARED, Method.PRE_SHARED_KEY]),
        (USERS, Role.INITIATOR, [Method.XAUTH_RESP_PRE_SHARED, Method.PRE_SHARED_KEY]),
        (RemoteAccess(), Role.INITIATOR, [Method.PRE_SHARED_KEY]),
    ],
)
def test_with_xauth_the_method_says_who_logs_in(
    access: RemoteAccess, role: Role, methods: list[Method]
) -> None:
    assert list(proposals.methods(peer(1, remote_access=access), role, PHASE1)) == methods


def test_what_cannot_be_carried_out_is_not_offered() -> None:
    for useless in (
        replace(PHASE1, cipher=Cipher(EncryptionId.ENCR_AES_GCM_16, 128)),
        replace(PHASE1, cipher=Cipher(EncryptionId.ENCR_AES_CBC, 100)),
        replace(PHASE1, hash=HashAlgorithm.TIGER),
        replace(PHASE1, group=KeyExchangeId.CURVE25519),
        replace(PHASE1, group=KeyExchangeId.NONE),
    ):
        assert proposals.usable(peer(1, proposals=(useless, PHASE1))) == [PHASE1]


def test_a_number_of_many_kilobytes_is_not_chosen() -> None:
    """What is chosen is returned as it came, beside much else."""
    offer = proposals.offer(peer(1), MAIN)
    (proposal,) = offer.proposals
    transform = proposal.transforms[0]
    long = Attribute(Phase1Attribute.LIFE_DURATION, bytes(60000) + b"\1")
    changed = replace(transform, attributes=(*transform.attributes, long))
    huge = SecurityAssociation((replace(proposal, transforms=(changed,)),))
    assert isinstance(proposals.choose([peer(2)], huge), Mismatch)
