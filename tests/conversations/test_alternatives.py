"""Where not every algorithm goes with every other, each set is a proposal of its own (RFC 7296 section 3.3.1)."""

from dataclasses import replace

from kakehashi.ike.effects import EventName
from kakehashi.model.algorithms import ChildAlgorithms, Cipher, IkeAlgorithms
from kakehashi.model.policy import Rekey
from kakehashi.wire.registry.ikev2 import IntegrityId, KeyExchangeId, PrfId
from tests.conversations.gateways import (
    AES_CBC_128,
    AES_CBC_256,
    AES_GCM_256,
    SITE1,
    SITE2,
    TUNNEL,
    gateway,
    tunnel,
)
from tests.conversations.wire import Node, Wire, assert_in_step, pairs

SHA1, SHA256 = IntegrityId.AUTH_HMAC_SHA1_96, IntegrityId.AUTH_HMAC_SHA2_256_128
NEVER = Rekey(10_000_000, 60)
GROUP_A, GROUP_B = KeyExchangeId.ECP_256, KeyExchangeId.CURVE25519


def one(cipher: Cipher, integrity: IntegrityId, prf: PrfId, group: KeyExchangeId) -> IkeAlgorithms:
    return IkeAlgorithms((cipher,), (integrity,), (prf,), (group,))


IKE = replace(
    one(AES_CBC_256, SHA256, PrfId.PRF_HMAC_SHA2_256, GROUP_A),
    alternatives=(
        one(AES_CBC_256, SHA256, PrfId.PRF_HMAC_SHA2_256, GROUP_B),
        one(AES_CBC_128, SHA1, PrfId.PRF_HMAC_SHA1, GROUP_B),
    ),
)
CHILD = ChildAlgorithms(
    (AES_CBC_256,),
    (SHA256,),
    (GROUP_B,),
    alternatives=(
        ChildAlgorithms((AES_GCM_256,), (), (GROUP_B,)),
        ChildAlgorithms((AES_CBC_128,), (SHA1,), (GROUP_B,)),
    ),
)


def site(
    wire: Wire,
    number: int,
    ike: IkeAlgorithms,
    child: ChildAlgorithms = CHILD,
    rekeys: tuple[Rekey, Rekey] = (NEVER, NEVER),
) -> Node:
    made = tunnel(
        number,
        ike={"algorithms": ike, "rekey": rekeys[0]},
        ipsec={"algorithms": child, "rekey": rekeys[1]},
    )
    return wire.node("ab"[number - 1], gateway(made), SITE1 if number == 1 else SITE2)


def test_two_ends_with_the_same_alternatives_take_the_first() -> None:
    wire = Wire()
    a, b = site(wire, 1, IKE), site(wire, 2, IKE)
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert_in_step(a, b)
    (sa,) = a.ike_sas()
    assert (sa.cipher, sa.integrity, sa.key_exchange) == (AES_CBC_256, SHA256, GROUP_A)
    assert sa.children[0].sa.cipher == AES_CBC_256


def test_the_last_alternative_is_agreed_where_it_alone_fits_and_keeps_through_rekeys() -> None:
    wire = Wire()
    only = IKE.alternatives[1]
    soon = (Rekey(3600, 60), Rekey(1800, 60))
    a, b = site(wire, 1, IKE, rekeys=soon), site(wire, 2, only, CHILD.alternatives[1])
    a.initiate(TUNNEL, b)
    wire.run(4000)
    assert_in_step(a, b)
    (sa,) = a.ike_sas()
    assert (sa.cipher, sa.integrity, sa.prf, sa.key_exchange) == (
        AES_CBC_128,
        SHA1,
        PrfId.PRF_HMAC_SHA1,
        GROUP_B,
    )
    assert sa.children[0].sa.cipher == AES_CBC_128
    assert len(pairs(a, b)) == 1
    assert a.told(EventName.IKE_SA_REKEYED)
    assert a.told(EventName.CHILD_SA_REKEYED)
    assert not a.told(EventName.NEGOTIATION_FAILED)


def test_what_lies_between_two_alternatives_is_refused() -> None:
    wire = Wire()
    crossed = one(AES_CBC_256, SHA1, PrfId.PRF_HMAC_SHA1, GROUP_B)
    a, b = site(wire, 1, IKE), site(wire, 2, crossed)
    b.initiate(TUNNEL, a)
    wire.run(60)
    assert not a.ike_sas()
    assert a.told(EventName.NEGOTIATION_FAILED)


def test_a_responder_of_alternatives_asks_for_its_own_group() -> None:
    wire = Wire()
    everything = IkeAlgorithms((AES_CBC_256,), (SHA256,), (PrfId.PRF_HMAC_SHA2_256,), (GROUP_B, GROUP_A))
    a, b = site(wire, 1, everything), site(wire, 2, IKE)
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert_in_step(a, b)
    assert a.ike_sas()[0].key_exchange == GROUP_A
