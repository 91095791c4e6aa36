"""What is offered, chosen and refused."""

from dataclasses import replace

from kakehashi.ike.mismatch import Mismatch
from kakehashi.ike.v2.proposals import (
    Chosen,
    accept,
    child_allowed,
    choose,
    first_group,
    ike_allowed,
    offer,
    offers_group,
    without_key_exchange,
)
from kakehashi.model.algorithms import ChildAlgorithms, Cipher, IkeAlgorithms
from kakehashi.wire.registry.ikev2 import (
    EncryptionId,
    EsnId,
    IntegrityId,
    KeyExchangeId,
    PrfId,
    ProtocolId,
    TransformAttributeType,
    TransformType,
)
from kakehashi.wire.v2.sa import Attribute, Proposal, Transform

CBC128, CBC256 = (Cipher(EncryptionId.ENCR_AES_CBC, bits) for bits in (128, 256))
GCM128, GCM256 = (Cipher(EncryptionId.ENCR_AES_GCM_16, bits) for bits in (128, 256))
SHA1, SHA256 = IntegrityId.AUTH_HMAC_SHA1_96, IntegrityId.AUTH_HMAC_SHA2_256_128
IKE = IkeAlgorithms(
    (GCM256, CBC256, GCM128, CBC128), (SHA256, SHA1), (PrfId.PRF_HMAC_SHA2_256,), (KeyExchangeId.MODP_2048,)
)
CHILD = ChildAlgorithms((CBC256, GCM128), (SHA256,), (KeyExchangeId.MODP_2048,))


def kinds(proposal: Proposal) -> list[tuple[TransformType, int, int]]:
    return [(t.type, t.id, t.key_bits) for t in proposal.transforms]


def test_aead_and_other_ciphers_stand_in_proposals_of_their_own() -> None:
    aead, other = offer(ike_allowed(IKE), ProtocolId.IKE, b"")
    assert (aead.number, other.number) == (1, 2)
    assert kinds(aead)[:2] == [(TransformType.ENCR, 20, 256), (TransformType.ENCR, 20, 128)]
    assert TransformType.INTEG not in {t.type for t in aead.transforms}
    assert [k for k in kinds(other) if k[0] == TransformType.INTEG] == [
        (TransformType.INTEG, 12, 0),
        (TransformType.INTEG, 2, 0),
    ]


def test_a_child_offer_says_esn_always_and_a_group_only_with_pfs() -> None:
    with_pfs = offer(child_allowed(CHILD, True), ProtocolId.ESP, b"spi!")
    without = offer(child_allowed(CHILD, False), ProtocolId.ESP, b"spi!")
    assert all((TransformType.KE, 14, 0) in kinds(p) for p in with_pfs)
    assert all(t.type != TransformType.KE for p in without for t in p.transforms)
    assert all((TransformType.ESN, EsnId.NO_ESN, 0) in kinds(p) for p in (*with_pfs, *without))
    assert {p.spi for p in with_pfs} == {b"spi!"}


def test_the_order_of_preference_goes_across_kinds_of_ciphers() -> None:
    proposals = offer(ike_allowed(replace(IKE, ciphers=(CBC128, GCM128, CBC256))), ProtocolId.IKE, b"")
    chosen = choose(ike_allowed(IKE), proposals, ProtocolId.IKE)
    assert isinstance(chosen, Chosen)
    assert chosen.ike_suite().cipher == CBC256
    assert chosen.ike_suite().integrity == SHA256


def test_the_answer_has_one_transform_of_each_type_that_was_offered() -> None:
    (proposal,) = offer(child_allowed(replace(CHILD, ciphers=(GCM128,)), True), ProtocolId.ESP, b"them")
    with_none = replace(
        proposal, transforms=(*proposal.transforms, Transform(TransformType.INTEG, IntegrityId.NONE))
    )
    for offered, integrity in ((proposal, False), (with_none, True)):
        chosen = choose(child_allowed(CHILD, True), [offered], ProtocolId.ESP)
        assert isinstance(chosen, Chosen)
        answer = chosen.answer(b"ours")
        assert (TransformType.INTEG in {t.type for t in answer.transforms}) is integrity
        assert len({t.type for t in answer.transforms}) == len(answer.transforms)
        assert isinstance(accept(child_allowed(CHILD, True), [answer], ProtocolId.ESP), Chosen)


def test_a_key_length_is_part_of_the_algorithm() -> None:
    no_length = Proposal(1, ProtocolId.ESP, b"them", (Transform(TransformType.ENCR, 12),))
    assert isinstance(choose(child_allowed(CHILD, False), [no_length], ProtocolId.ESP), Mismatch)


def test_a_transform_with_an_unknown_attribute_is_not_chosen() -> None:
    (proposal,) = offer(child_allowed(replace(CHILD, ciphers=(CBC256,)), False), ProtocolId.ESP, b"them")
    strange = Attribute(TransformAttributeType(4711), 1)
    odd = replace(proposal, transforms=tuple(replace(t, attributes=(strange,)) for t in proposal.transforms))
    assert isinstance(choose(child_allowed(CHILD, False), [odd], ProtocolId.ESP), Mismatch)


def test_a_proposal_with_an_unknown_transform_type_is_refused_whole() -> None:
    (proposal,) = offer(child_allowed(replace(CHILD, ciphers=(CBC256,)), False), ProtocolId.ESP, b"them")
    more = replace(proposal, transforms=(*proposal.transforms, Transform(TransformType(6), 35)))
    refused = choose(child_allowed(CHILD, False), [more], ProtocolId.ESP)
    assert isinstance(refused, Mismatch)
    assert (
        refused.sentence("peer", "Tunnel0.0") == "peer offers transform type 6 35, Tunnel0.0 allows nothing"
    )


def test_ah_is_not_esp() -> None:
    ah = [
        replace(p, protocol=ProtocolId.AH)
        for p in offer(child_allowed(CHILD, False), ProtocolId.ESP, b"them")
    ]
    assert isinstance(choose(child_allowed(CHILD, False), ah, ProtocolId.ESP), Mismatch)


def test_a_choice_that_was_not_offered_is_not_accepted() -> None:
    ours = ike_allowed(replace(IKE, ciphers=(CBC256,)))
    two = offer(ours, ProtocolId.IKE, b"")
    assert isinstance(accept(ours, two, ProtocolId.IKE), Mismatch)  # two integrity algorithms
    one = offer(ike_allowed(replace(IKE, ciphers=(CBC256,), integrities=(SHA1,))), ProtocolId.IKE, b"")
    assert isinstance(accept(ours, one, ProtocolId.IKE), Chosen)
    other = offer(ike_allowed(replace(IKE, ciphers=(CBC128,), integrities=(SHA1,))), ProtocolId.IKE, b"")
    assert isinstance(accept(ours, other, ProtocolId.IKE), Mismatch)
    assert isinstance(accept(ours, one + one, ProtocolId.IKE), Mismatch)


def test_a_group_in_ike_auth_means_nothing() -> None:
    proposals = without_key_exchange(offer(child_allowed(CHILD, True), ProtocolId.ESP, b"them"))
    chosen = choose(child_allowed(CHILD, False), proposals, ProtocolId.ESP)
    assert isinstance(chosen, Chosen)
    assert chosen.group == KeyExchangeId.NONE


def test_what_our_crypto_does_not_know_is_not_offered() -> None:
    wide = replace(
        IKE,
        ciphers=(Cipher(EncryptionId.ENCR_CAMELLIA_CBC, 256), Cipher(EncryptionId.ENCR_NULL), CBC128),
        prfs=(PrfId.PRF_HMAC_TIGER, PrfId.PRF_HMAC_SHA1),
        key_exchanges=(KeyExchangeId.ML_KEM_768, KeyExchangeId.MODP_2048),
    )
    (proposal,) = offer(ike_allowed(wide), ProtocolId.IKE, b"")
    assert kinds(proposal)[0] == (TransformType.ENCR, 12, 128)
    assert (TransformType.PRF, PrfId.PRF_HMAC_TIGER, 0) not in kinds(proposal)
    assert first_group(ike_allowed(wide)) == KeyExchangeId.MODP_2048


def test_the_preferred_group_is_taken_where_it_is_offered() -> None:
    two = replace(IKE, key_exchanges=(KeyExchangeId.MODP_2048, KeyExchangeId.ECP_256))
    assert first_group(ike_allowed(two)) == KeyExchangeId.MODP_2048
    assert first_group(ike_allowed(two), KeyExchangeId.ECP_256) == KeyExchangeId.ECP_256
    assert first_group(ike_allowed(two), KeyExchangeId.CURVE25519) == KeyExchangeId.MODP_2048


def test_a_mismatch_names_the_nearest_proposals_difference_only() -> None:
    theirs = replace(IKE, ciphers=(GCM128, CBC128), integrities=(SHA1,))
    ours = replace(IKE, ciphers=(CBC128,), integrities=(SHA256,))
    refused = choose(ike_allowed(ours), offer(ike_allowed(theirs), ProtocolId.IKE, b""), ProtocolId.IKE)
    assert isinstance(refused, Mismatch)
    assert refused.details()["field"] in ("integrity", "encryption")
    assert len(refused.differences) == 1


def one_ike(cipher: Cipher, integrity: IntegrityId, prf: PrfId, group: KeyExchangeId) -> IkeAlgorithms:
    return IkeAlgorithms((cipher,), (integrity,), (prf,), (group,))


PRF256, PRF1 = PrfId.PRF_HMAC_SHA2_256, PrfId.PRF_HMAC_SHA1
MODP14, MODP16 = KeyExchangeId.MODP_2048, KeyExchangeId.MODP_4096
# Not everything goes with everything: AES-256 with SHA-256 alone, AES-128 with SHA-1 alone.
DISTINCT = replace(
    one_ike(CBC256, SHA256, PRF256, MODP14),
    alternatives=(one_ike(CBC256, SHA256, PRF256, MODP16), one_ike(CBC128, SHA1, PRF1, MODP14)),
)


def test_alternatives_are_proposals_of_their_own_in_their_order() -> None:
    proposals = offer(ike_allowed(DISTINCT), ProtocolId.IKE, b"")
    assert [p.number for p in proposals] == [1, 2, 3]
    assert [[(k[1], k[2]) for k in kinds(p)] for p in proposals] == [
        [(12, 256), (PRF256, 0), (SHA256, 0), (MODP14, 0)],
        [(12, 256), (PRF256, 0), (SHA256, 0), (MODP16, 0)],
        [(12, 128), (PRF1, 0), (SHA1, 0), (MODP14, 0)],
    ]


def test_what_lies_between_two_alternatives_is_neither_chosen_nor_accepted() -> None:
    crossed = one_ike(CBC256, SHA1, PRF1, MODP14)
    (proposal,) = offer(ike_allowed(crossed), ProtocolId.IKE, b"")
    assert isinstance(choose(ike_allowed(DISTINCT), [proposal], ProtocolId.IKE), Mismatch)
    assert isinstance(accept(ike_allowed(DISTINCT), [proposal], ProtocolId.IKE), Mismatch)


def test_a_responder_goes_by_its_own_order_of_alternatives() -> None:
    everything = IkeAlgorithms((CBC128, CBC256), (SHA1, SHA256), (PRF1, PRF256), (MODP16, MODP14))
    chosen = choose(
        ike_allowed(DISTINCT), offer(ike_allowed(everything), ProtocolId.IKE, b""), ProtocolId.IKE
    )
    assert isinstance(chosen, Chosen)
    suite = chosen.ike_suite()
    assert (suite.cipher, suite.integrity, suite.prf, suite.group) == (CBC256, SHA256, PRF256, MODP14)


def test_alternatives_of_a_child_sa_keep_an_aead_cipher_between_others() -> None:
    child = ChildAlgorithms(
        (CBC256,),
        (SHA256,),
        alternatives=(ChildAlgorithms((GCM256,), ()), ChildAlgorithms((CBC256,), (SHA1,))),
    )
    proposals = offer(child_allowed(child, True), ProtocolId.ESP, b"spi!")
    assert [kinds(p)[:-1] for p in proposals] == [
        [(TransformType.ENCR, 12, 256), (TransformType.INTEG, 12, 0)],
        [(TransformType.ENCR, 20, 256)],
        [(TransformType.ENCR, 12, 256), (TransformType.INTEG, 2, 0)],
    ]


def test_the_group_of_the_last_suite_is_kept_whichever_alternative_has_it() -> None:
    assert first_group(ike_allowed(DISTINCT)) == MODP14
    assert first_group(ike_allowed(DISTINCT), MODP16) == MODP16
    assert offers_group(ike_allowed(DISTINCT), MODP16)


def test_an_alternative_that_our_crypto_does_not_know_is_not_offered() -> None:
    unknown = one_ike(CBC256, SHA256, PRF256, KeyExchangeId.ML_KEM_768)
    allowed = ike_allowed(replace(unknown, alternatives=(DISTINCT.alternatives[1],)))
    assert len(allowed.shapes) == 1
    assert first_group(allowed) == MODP14


def test_a_refusal_tells_what_all_near_alternatives_allow() -> None:
    other = one_ike(CBC256, SHA256, PRF256, KeyExchangeId.MODP_1536)
    refused = choose(ike_allowed(DISTINCT), offer(ike_allowed(other), ProtocolId.IKE, b""), ProtocolId.IKE)
    assert isinstance(refused, Mismatch)
    assert refused.sentence("peer", "tunnel0") == (
        "peer offers key exchange MODP-1536, tunnel0 allows MODP-2048, MODP-4096"
    )
