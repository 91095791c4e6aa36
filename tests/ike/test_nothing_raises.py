"""Nothing that the network sends raises out of the core: from strangers, and from a peer that has the keys."""

import random
from dataclasses import replace

import pytest

from kakehashi.ike.effects import EventName, Send
from kakehashi.ike.v2.create_child_sa import RekeyChild
from kakehashi.ike.v2.ike_sa import IkeSa
from kakehashi.ike.v2.rekey_ike_sa import RekeyIkeSa
from kakehashi.ike.v2.states import State
from kakehashi.model.selector import TrafficSelector
from kakehashi.wire.registry.ikev2 import (
    AuthMethod,
    ExchangeType,
    IdType,
    KeyExchangeId,
    NotifyType,
    PayloadType,
    ProtocolId,
    TransformType,
    TsType,
)
from kakehashi.wire.v2.authentication import Authentication
from kakehashi.wire.v2.delete import Delete
from kakehashi.wire.v2.identification import IdentificationInitiator, IdentificationResponder
from kakehashi.wire.v2.ke import KeyExchange
from kakehashi.wire.v2.message import Message, encode
from kakehashi.wire.v2.nonce import Nonce
from kakehashi.wire.v2.notify import Notify
from kakehashi.wire.v2.payloads import Payload
from kakehashi.wire.v2.sa import Proposal, SecurityAssociation, Transform
from kakehashi.wire.v2.traffic_selector import Selector, TrafficSelectorsInitiator, TrafficSelectorsResponder
from kakehashi.wire.v2.unknown import Unknown
from kakehashi.wire.v2.vendor_id import VendorId
from tests.conversations.gateways import SITE1, SITE2, TUNNEL, gateway, tunnel
from tests.conversations.wire import Node, Wire

EXCHANGES = (
    ExchangeType.IKE_SA_INIT,
    ExchangeType.IKE_AUTH,
    ExchangeType.CREATE_CHILD_SA,
    ExchangeType.INFORMATIONAL,
    ExchangeType(77),
)


def two_nodes(seed: int) -> tuple[Wire, Node, Node]:
    wire = Wire(seed)
    a = wire.node("a", gateway(tunnel(1)), SITE1)
    b = wire.node("b", gateway(tunnel(2)), SITE2)
    return wire, a, b


@pytest.mark.parametrize("seed", range(10))
def test_what_a_stranger_makes_of_a_conversation(seed: int) -> None:
    """Every message of a whole conversation, changed at random, at every moment of that conversation."""
    chance = random.Random(seed)
    wire, a, b = two_nodes(seed)

    def meddle(node: Node, datagram: bytes) -> bool:
        path = node.path_to(SITE2 if node is a else SITE1)
        for victim in (a, b):
            for _ in range(20):
                changed = bytearray(datagram)
                for _ in range(chance.randrange(1, 5)):
                    changed[chance.randrange(len(changed))] = chance.randrange(256)
                cut = changed[: chance.randrange(len(changed) + 1)] if chance.random() < 0.3 else changed
                before = len(victim.endpoint.shared.effects)
                victim.endpoint.receive(bytes(cut), path, wire.now)
                # What it sends in return leads nowhere in this story, but SAs are real.
                kept = [e for e in victim.endpoint.shared.effects[before:] if not isinstance(e, Send)]
                victim.endpoint.shared.effects[before:] = kept
        return True

    wire.filter = meddle
    a.initiate(TUNNEL, b)
    wire.run(40)
    for spi in list(a.children):
        a.do(a.endpoint.expire, spi)
    wire.run(40)
    a.do(a.endpoint.clear, None)
    wire.run(100)


def anything(chance: random.Random) -> Payload:
    """A payload that can be encoded, and may make no sense where it stands."""

    def some() -> bytes:
        return chance.randbytes(chance.choice((0, 1, 4, 8, 16, 32, 70)))

    nonce = chance.randbytes(chance.randrange(16, 257))
    transforms = tuple(
        Transform(
            TransformType(kind),
            chance.choice((0, 1, 2, 12, 20, 31, 5, 999)),
            chance.choice((0, 128, 256, 7)),
        )
        for kind in chance.choices((1, 2, 3, 4, 5, 6, 99), k=chance.randrange(1, 8))
    )
    protocol, spi = chance.choice(
        ((ProtocolId.IKE, bytes(8)), (ProtocolId.IKE, b""), (ProtocolId.ESP, chance.randbytes(4)))
    )
    proposals = tuple(Proposal(n, protocol, spi, transforms) for n in range(1, chance.randrange(2, 4)))
    selector = chance.choice(
        (
            Selector(TsType.TS_IPV4_ADDR_RANGE, 6, 80, 79, chance.randbytes(4), chance.randbytes(4)),
            Selector(TsType.TS_IPV4_ADDR_RANGE, 0, 65535, 0, bytes(4), b"\xff" * 4),
            Selector(TsType.TS_IPV6_ADDR_RANGE, 0, 0, 65535, bytes(16), b"\xff" * 16),
        )
    )
    return chance.choice(
        (
            SecurityAssociation(proposals),
            KeyExchange(chance.choice((*KeyExchangeId, KeyExchangeId(4711))), some()),
            IdentificationInitiator(chance.choice((IdType.ID_KEY_ID, IdType.ID_NULL, IdType(200))), some()),
            IdentificationResponder(IdType.ID_KEY_ID, some()),
            Authentication(chance.choice(list(AuthMethod)), some()),
            Nonce(nonce),
            Notify(chance.choice(list(NotifyType)), data=some()),
            Notify(NotifyType.REKEY_SA, ProtocolId.ESP, chance.randbytes(4)),
            Delete(ProtocolId.ESP, (chance.randbytes(4),)),
            Delete(ProtocolId.AH, (chance.randbytes(4),)),
            VendorId(some()),
            TrafficSelectorsInitiator((selector,)),
            TrafficSelectorsResponder((selector,)),
            Unknown(PayloadType(200), chance.random() < 0.3, some()),
        )
    )


def sa_of(node: Node) -> IkeSa:
    return next(iter(node.endpoint.v2._living()))


@pytest.mark.parametrize("exchange", EXCHANGES, ids=str)
@pytest.mark.parametrize("seed", range(6))
def test_what_a_peer_with_keys_may_say(exchange: ExchangeType, seed: int) -> None:
    chance = random.Random(seed)
    wire, a, b = two_nodes(seed)
    for _ in range(60):
        a.boot()
        b.boot()
        a.initiate(TUNNEL, b)
        stage = chance.choice((0.03, 0.05, 0.07, 1.0))
        wire.run(stage)
        if not a.endpoint.v2._living() or not b.endpoint.v2._living():
            continue
        rogue = sa_of(a)
        if rogue.sealer is None:
            continue
        payloads = [anything(chance) for _ in range(chance.randrange(0, 9))]
        is_response = chance.random() < 0.3
        if is_response and stage == 1.0:
            b.do(b.endpoint.expire, next(iter(b.children), 0))
        number = sa_of(b).requests.next_id - 1 if is_response else sa_of(b).responses.expected_id
        (datagram,) = rogue.sealer.seal(exchange, is_response, max(0, number), payloads, False)
        b.endpoint.receive(datagram, b.path_to(SITE1), wire.now)
        wire.carry_out(b)
        wire.run(40)


@pytest.mark.parametrize("seed", range(4))
def test_what_a_stranger_may_say_first(seed: int) -> None:
    chance = random.Random(seed)
    wire, a, b = two_nodes(seed)
    for _ in range(300):
        payloads = tuple(anything(chance) for _ in range(chance.randrange(0, 8)))
        spis = chance.randbytes(8), chance.choice((bytes(8), chance.randbytes(8)))
        flags = chance.random() < 0.8, chance.random() < 0.2
        message = Message(*spis, chance.choice(EXCHANGES), *flags, chance.choice((0, 0, 1)), payloads)
        try:
            datagram = encode(message)
        except ValueError:
            continue
        b.endpoint.receive(datagram, b.path_to(SITE1), wire.now)
        a.endpoint.receive(datagram, a.path_to(SITE2), wire.now)
        wire.run(0.5)
    assert b.endpoint.drops


ESP_PROPOSAL = Proposal(
    1,
    ProtocolId.ESP,
    b"peer",
    (
        Transform(TransformType.ENCR, 12, 256),
        Transform(TransformType.INTEG, 12),
        Transform(TransformType.ESN, 0),
    ),
)


def say(
    rogue: IkeSa,
    wire: Wire,
    to: Node,
    exchange: ExchangeType,
    payloads: list[Payload],
    answers: int | None = None,
) -> None:
    """One message under the keys of `rogue`: the next request, or the answer to the message `answers`."""
    number = rogue.requests.next_id if answers is None else answers
    (datagram,) = rogue.sealer.seal(exchange, answers is not None, number, payloads, False)
    if answers is None:
        rogue.requests.next_id += 1
    to.endpoint.receive(datagram, to.path_to(SITE1), wire.now)
    wire.carry_out(to)


def test_more_selectors_than_an_answer_can_hold() -> None:
    """255 are offered and each meets three of ours, but the number of selectors is one octet."""
    wire = Wire(1)
    ours = tuple(TrafficSelector.of(f"192.168.{n}.0/24") for n in range(3))
    a = wire.node("a", gateway(tunnel(1)), SITE1)
    b = wire.node("b", gateway(tunnel(2, ipsec={"local_selectors": ours, "remote_selectors": ours})), SITE2)
    a.initiate(TUNNEL, b)
    wire.run(1)
    every = tuple(
        Selector(TsType.TS_IPV4_ADDR_RANGE, protocol, 0, 65535, bytes(4), b"\xff" * 4)
        for protocol in range(1, 256)
    )
    selectors = TrafficSelectorsInitiator(every), TrafficSelectorsResponder(every)
    payloads = [SecurityAssociation((ESP_PROPOSAL,)), Nonce(bytes(32)), *selectors]
    say(sa_of(a), wire, b, ExchangeType.CREATE_CHILD_SA, payloads)
    assert max(len(child.local_selectors) for child in b.children.values()) == 255


def test_an_identity_of_60_kilobytes_does_not_fill_the_log() -> None:
    """Anyone may send it, for it stands before the proof."""
    wire = Wire(1)
    a = wire.node("a", gateway(tunnel(1, ids=("x" * 60_000, "site2"))), SITE1)
    b = wire.node("b", gateway(tunnel(2)), SITE2)
    a.initiate(TUNNEL, b)
    wire.run(1)
    failure = b.told(EventName.NEGOTIATION_FAILED)[0]
    assert "ID_KEY_ID xxxx" in failure.message
    assert len(failure.message) + sum(len(str(value)) for value in failure.details.values()) < 2000


def test_deletes_of_what_is_not_there_are_not_collected_without_end() -> None:
    """While a Child SA is being made one of them may be its own; the peer can have a few, not thousands."""
    wire, a, b = two_nodes(1)
    a.initiate(TUNNEL, b)
    wire.run(1)
    sa = sa_of(b)
    sa.begin(RekeyChild(next(iter(sa.children.values()))), wire.now)
    for first in range(1, 100_000, 10_000):
        spis = tuple(spi.to_bytes(4, "big") for spi in range(first, first + 10_000))
        say(sa_of(a), wire, b, ExchangeType.INFORMATIONAL, [Delete(ProtocolId.ESP, spis)])
    assert len(sa.early_deletes) <= 64


@pytest.mark.parametrize("spi", [0, 255])
def test_a_child_sa_with_a_reserved_spi_is_refused(spi: int) -> None:
    """ESP with SPI 0 must not go out, and in UDP it would look like IKE (RFC 4303 section 2.1)."""
    wire, a, b = two_nodes(1)
    a.initiate(TUNNEL, b)
    wire.run(1)
    proposal = replace(ESP_PROPOSAL, spi=spi.to_bytes(4, "big"))
    every = (Selector(TsType.TS_IPV4_ADDR_RANGE, 0, 0, 65535, bytes(4), b"\xff" * 4),)
    selectors = TrafficSelectorsInitiator(every), TrafficSelectorsResponder(every)
    payloads = [SecurityAssociation((proposal,)), Nonce(bytes(32)), *selectors]
    say(sa_of(a), wire, b, ExchangeType.CREATE_CHILD_SA, payloads)
    assert len(b.children) == 1
    assert "reserved" in b.failures()[0]


def test_a_rekey_at_once_that_goes_wrong_and_is_deleted() -> None:
    """Both ends rekey the IKE SA; the peer answers nonsense, and while we delete it deletes too."""
    wire, a, b = two_nodes(3)
    a.initiate(TUNNEL, b)
    wire.run(1)
    rogue, sa = sa_of(a), sa_of(b)
    rogue.begin(RekeyIkeSa(rogue), wire.now)
    sa.begin(RekeyIkeSa(sa), wire.now)
    wire.filter = lambda node, datagram: node is a and len(datagram) > 200
    wire.carry_out(b)
    wire.carry_out(a)
    wire.run(0.03)
    assert sa.collision is not None
    nonsense = Proposal(1, ProtocolId.IKE, b"new spi.", (Transform(TransformType.ENCR, 999),))
    payloads = [SecurityAssociation((nonsense,)), Nonce(bytes(32))]
    say(rogue, wire, b, ExchangeType.CREATE_CHILD_SA, payloads, answers=sa.requests.waiting.message_id)
    assert sa.state is State.DELETING
    say(rogue, wire, b, ExchangeType.INFORMATIONAL, [Delete(ProtocolId.IKE)])
    assert sa.state is State.GONE
    wire.run(100)
    assert not b.children
    assert not b.endpoint.ike_sas(wire.now)
