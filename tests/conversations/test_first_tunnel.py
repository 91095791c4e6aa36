"""IKE_SA_INIT and IKE_AUTH bring a tunnel up."""

from dataclasses import replace
from itertools import product

import pytest

from kakehashi.crypto.key_exchange import supported as groups
from kakehashi.crypto.prf import supported as prfs
from kakehashi.crypto.sizes import CIPHERS, INTEGRITY
from kakehashi.ike.drops import Drop
from kakehashi.ike.effects import EventName
from kakehashi.model.algorithms import ChildAlgorithms, Cipher, IkeAlgorithms
from kakehashi.model.status import IkeSaState, NatSide, Role
from kakehashi.model.tunnel import ConnectType
from kakehashi.wire.registry.ikev2 import (
    AEAD_CIPHERS,
    EncryptionId,
    ExchangeType,
    IdType,
    IntegrityId,
    KeyExchangeId,
    PrfId,
)
from kakehashi.wire.v2.message import decode_header
from tests.conversations.gateways import (
    AES_CBC_128,
    AES_CBC_256,
    AES_GCM_128,
    AES_GCM_256,
    ANY,
    CHILD,
    IKE,
    SITE1,
    SITE2,
    TUNNEL,
    gateway,
    ike_policy,
    tunnel,
)
from tests.conversations.wire import Node, Wire, assert_in_step, pairs

SLOW_GROUPS = {KeyExchangeId.MODP_6144, KeyExchangeId.MODP_8192}


def two_sites(wire: Wire, **both: object) -> tuple[Node, Node]:
    a = wire.node("a", gateway(tunnel(1, **both)), SITE1)  # type: ignore[arg-type]
    b = wire.node("b", gateway(tunnel(2, **both)), SITE2)  # type: ignore[arg-type]
    return a, b


def test_four_messages_bring_a_tunnel_up() -> None:
    wire = Wire()
    a, b = two_sites(wire)
    assert a.initiate(TUNNEL, b)
    assert a.ike_sas(IkeSaState.CONNECTING)
    wire.run(5)
    kinds = [decode_header(datagram).exchange_type for _, _, datagram, _ in wire.sent]
    assert kinds == [ExchangeType.IKE_SA_INIT] * 2 + [ExchangeType.IKE_AUTH] * 2
    assert_in_step(a, b)
    assert len(pairs(a, b)) == 1
    assert a.used(TUNNEL) is not None
    assert b.used(TUNNEL) is not None
    assert not a.failures()
    assert not b.failures()


def test_who_only_answers_does_not_begin() -> None:
    wire = Wire()
    a = wire.node("a", gateway(replace(tunnel(1), connect=ConnectType.NEVER)), SITE1)
    b = wire.node("b", gateway(tunnel(2)), SITE2)
    assert not a.initiate(TUNNEL, b)
    wire.run(5)
    assert wire.sent == []
    assert b.initiate(TUNNEL, a)
    wire.run(5)
    assert_in_step(a, b)
    assert len(pairs(a, b)) == 1


def test_who_only_begins_does_not_answer() -> None:
    wire = Wire()
    a = wire.node("a", gateway(replace(tunnel(1), answers=False)), SITE1)
    b = wire.node("b", gateway(tunnel(2)), SITE2)
    assert b.initiate(TUNNEL, a)
    wire.run(5)
    assert a.ike_sas() == []
    assert {node for _, node, _, _ in wire.sent} == {"b"}, "not even a refusal"
    assert a.endpoint.drops[Drop.NOT_TO_BEGIN] > 0
    assert a.initiate(TUNNEL, b)
    wire.run(5)
    assert_in_step(a, b)
    assert len(pairs(a, b)) == 1


def test_another_tunnel_with_the_same_peer_is_answered() -> None:
    wire = Wire()
    a = wire.node("a", gateway(replace(tunnel(1), answers=False), tunnel(1, name="other")), SITE1)
    b = wire.node("b", gateway(tunnel(2)), SITE2)
    assert b.initiate(TUNNEL, a)
    wire.run(5)
    assert [sa.tunnel for sa in a.ike_sas()] == ["other"]


def test_what_show_needs_is_there_on_both_sides() -> None:
    wire = Wire()
    a, b = two_sites(wire, ike={"dpd_interval": 30})
    a.initiate(TUNNEL, b)
    wire.run(10)
    (ours,), (theirs,) = a.ike_sas(), b.ike_sas()
    assert (ours.role, theirs.role) == (Role.INITIATOR, Role.RESPONDER)
    assert ours.tunnel == theirs.tunnel == TUNNEL
    assert ours.keys == theirs.keys
    assert ours.cipher == AES_CBC_256
    assert ours.prf == PrfId.PRF_HMAC_SHA2_256
    assert ours.key_exchange == KeyExchangeId.CURVE25519
    assert str(ours.peer_identity) == str(theirs.local_identity) == "ID_KEY_ID site2"
    assert ours.remaining == pytest.approx(86400 - 10, abs=1)
    assert (ours.next_request_id, theirs.expected_request_id) == (2, 2)
    assert ours.children[0].remaining == pytest.approx(28800 - 10, abs=1)
    assert ours.nat is NatSide.NONE
    assert "Secret(***)" in repr(ours.keys)


IKE_CIPHERS = [
    Cipher(cipher, bits)
    for cipher, shape in CIPHERS.items()
    for bits in shape.key_bits
    if cipher is not EncryptionId.ENCR_NULL
]


@pytest.mark.parametrize("cipher", IKE_CIPHERS, ids=str)
def test_every_cipher_protects_ike_and_child_sa(cipher: Cipher) -> None:
    wire = Wire()
    ike = replace(IKE, ciphers=(cipher,))
    child = replace(CHILD, ciphers=(cipher,))
    a, b = two_sites(wire, ike={"algorithms": ike}, ipsec={"algorithms": child})
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert_in_step(a, b)
    ((sa, _),) = pairs(a, b)
    assert sa.cipher == cipher
    assert (sa.integrity == IntegrityId.NONE) == (cipher.id in AEAD_CIPHERS)
    assert bool(sa.keys_in.integrity.octets) == (cipher.id not in AEAD_CIPHERS)


@pytest.mark.parametrize("integrity", [i for i in INTEGRITY if i is not IntegrityId.NONE], ids=str)
def test_every_integrity_algorithm_protects_ike_and_child_sa(integrity: IntegrityId) -> None:
    wire = Wire()
    a, b = two_sites(
        wire,
        ike={"algorithms": replace(IKE, integrities=(integrity,))},
        ipsec={"algorithms": replace(CHILD, integrities=(integrity,))},
    )
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert_in_step(a, b)
    assert pairs(a, b)[0][0].integrity == integrity


@pytest.mark.parametrize("prf", sorted(prfs()), ids=str)
def test_every_prf_makes_the_same_keys_on_both_sides(prf: PrfId) -> None:
    wire = Wire()
    a, b = two_sites(wire, ike={"algorithms": replace(IKE, prfs=(prf,))})
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert_in_step(a, b)
    assert len(pairs(a, b)) == 1


@pytest.mark.parametrize("group", sorted(groups() - SLOW_GROUPS), ids=str)
def test_every_group_makes_the_same_keys_on_both_sides(group: KeyExchangeId) -> None:
    wire = Wire()
    a, b = two_sites(wire, ike={"algorithms": replace(IKE, key_exchanges=(group,))})
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert_in_step(a, b)
    assert a.ike_sas()[0].key_exchange == group


@pytest.mark.parametrize(
    ("id_type", "ids"),
    [
        (IdType.ID_IPV4_ADDR, ("192.0.2.1", "192.0.2.2")),
        (IdType.ID_IPV6_ADDR, ("2001:db8::1", "2001:db8::2")),
        (IdType.ID_FQDN, ("site1.example.com", "site2.example.com")),
        (IdType.ID_RFC822_ADDR, ("one@example.com", "two@example.com")),
        (IdType.ID_KEY_ID, ("site1", "site2")),
    ],
    ids=lambda value: value.name if isinstance(value, IdType) else "",
)
def test_every_type_of_identity_is_believed(id_type: IdType, ids: tuple[str, str]) -> None:
    wire = Wire()
    a, b = two_sites(wire, ids=ids, id_type=id_type)
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert_in_step(a, b)
    assert b.ike_sas()[0].peer_identity.text == ids[0]


def test_the_responder_chooses_by_its_own_preference() -> None:
    wire = Wire()
    mine = replace(IKE, ciphers=(AES_CBC_128, AES_GCM_128, AES_CBC_256))
    theirs = replace(IKE, ciphers=(AES_CBC_256, AES_GCM_256, AES_GCM_128, AES_CBC_128))
    a = wire.node("a", gateway(tunnel(1, ike={"algorithms": mine})), SITE1)
    b = wire.node("b", gateway(tunnel(2, ike={"algorithms": theirs})), SITE2)
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert_in_step(a, b)
    assert a.ike_sas()[0].cipher == AES_CBC_256


@pytest.mark.parametrize(("one", "other"), list(product((AES_GCM_256, AES_CBC_256), repeat=2)))
def test_aead_and_other_ciphers_stand_side_by_side(one: Cipher, other: Cipher) -> None:
    wire = Wire()
    both = (AES_GCM_256, AES_CBC_256)
    first, second = ((c, *(x for x in both if x != c)) for c in (one, other))
    a = wire.node("a", gateway(tunnel(1, ike={"algorithms": replace(IKE, ciphers=first)})), SITE1)
    b = wire.node("b", gateway(tunnel(2, ike={"algorithms": replace(IKE, ciphers=second)})), SITE2)
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert_in_step(a, b)
    assert a.ike_sas()[0].cipher == other


def test_esn_is_used_only_where_both_offer_it() -> None:
    for ours, theirs in product((True, False), repeat=2):
        wire = Wire()
        offers = ({"algorithms": replace(CHILD, esn=esn)} for esn in (ours, theirs))
        a = wire.node("a", gateway(tunnel(1, ipsec=next(offers))), SITE1)
        b = wire.node("b", gateway(tunnel(2, ipsec=next(offers))), SITE2)
        a.initiate(TUNNEL, b)
        wire.run(5)
        assert_in_step(a, b)
        assert pairs(a, b)[0][0].esn is (ours and theirs)


def test_a_peer_of_unknown_address_is_known_by_its_identity() -> None:
    wire = Wire()
    a = wire.node("a", gateway(tunnel(1, peer=SITE2)), SITE1)
    centre = gateway(
        tunnel(2, name="Tunnel1.0", peer=ANY, ids=("other", "site2")), tunnel(2, name="Tunnel2.0", peer=ANY)
    )
    b = wire.node("b", centre, SITE2)
    assert not b.initiate("Tunnel2.0", a)
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert [sa.tunnel for sa in b.children.values()] == ["Tunnel2.0"]
    assert len(a.children) == 1


def test_two_tunnels_between_the_same_two_gateways() -> None:
    """Own identity per tunnel, `peer any` on one side (V2-36)."""
    wire = Wire()
    one, two = ("site1A", "site2A"), ("site1B", "site2B")
    a = wire.node(
        "a", gateway(tunnel(1, name="Tunnel0.0", ids=one), tunnel(1, name="Tunnel1.0", ids=two)), SITE1
    )
    b = wire.node(
        "b",
        gateway(
            tunnel(2, name="Tunnel0.0", ids=one, peer=ANY), tunnel(2, name="Tunnel1.0", ids=two, peer=ANY)
        ),
        SITE2,
    )
    a.initiate("Tunnel1.0", b)
    a.initiate("Tunnel0.0", b)
    wire.run(5)
    assert_in_step(a, b)
    assert sorted((x.tunnel, y.tunnel) for x, y in pairs(a, b)) == [
        ("Tunnel0.0", "Tunnel0.0"),
        ("Tunnel1.0", "Tunnel1.0"),
    ]


def test_the_first_message_of_an_unknown_peer_meets_the_policy_for_unknown_peers() -> None:
    """V2-37: the tunnels' own policies are not known before the identity."""
    wire = Wire()
    only_gcm = replace(IKE, ciphers=(AES_GCM_256,))
    a = wire.node("a", gateway(tunnel(1, ike={"algorithms": only_gcm})), SITE1)
    centre = gateway(tunnel(2, peer=ANY), unknown=ike_policy(algorithms=only_gcm))
    b = wire.node("b", centre, SITE2)
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert_in_step(a, b)
    assert a.ike_sas()[0].cipher == AES_GCM_256


def test_initiate_is_nothing_while_it_is_under_way_or_done() -> None:
    wire = Wire()
    a, b = two_sites(wire)
    for _ in range(3):
        assert a.initiate(TUNNEL, b)
    wire.run(5)
    assert a.initiate(TUNNEL, b)
    wire.run(5)
    assert len(wire.sent) == 4
    assert len(pairs(a, b)) == 1


def test_both_ends_begin_at_once_and_one_ike_sa_stays() -> None:
    for seed in range(20):
        wire = Wire(seed)
        a, b = two_sites(wire)
        a.initiate(TUNNEL, b)
        wire.run(wire.random.random() * 0.06)
        b.initiate(TUNNEL, a)
        wire.run(60)
        assert_in_step(a, b)
        assert len(a.ike_sas()) == 1
        assert len(pairs(a, b)) == 1
        assert a.used(TUNNEL) is not None
        assert b.used(TUNNEL) is not None
        assert not a.told(EventName.NEGOTIATION_FAILED) + b.told(EventName.NEGOTIATION_FAILED)


def test_algorithms_may_be_all_there_are() -> None:
    """As a device that offers everything it has: the message is large, and still read."""
    everything = IkeAlgorithms(
        ciphers=tuple(IKE_CIPHERS),
        integrities=tuple(i for i in INTEGRITY if i is not IntegrityId.NONE),
        prfs=tuple(sorted(prfs())),
        key_exchanges=(KeyExchangeId.CURVE25519, *sorted(groups())),
    )
    child = ChildAlgorithms(ciphers=everything.ciphers, integrities=everything.integrities, esn=True)
    wire = Wire()
    a, b = two_sites(wire, ike={"algorithms": everything}, ipsec={"algorithms": child})
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert_in_step(a, b)
    assert a.ike_sas()[0].cipher == IKE_CIPHERS[0]
