"""Nothing that the network sends raises out of IKEv1: from strangers, and from a peer that has the keys."""

import random
from ipaddress import IPv4Address, IPv4Network

import pytest

from kakehashi.ike.effects import EventName, Send
from kakehashi.ike.v1 import phase1_identity
from kakehashi.ike.v1.isakmp_sa import IsakmpSa
from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import AddressPool, DeadPeerDetection, ExchangeMode, RemoteAccess, XauthUser
from kakehashi.model.secret import Secret
from kakehashi.wire.registry import ikev2
from kakehashi.wire.registry.ikev1 import (
    AuthenticationMethod,
    CertEncoding,
    ConfigurationAttribute,
    ConfigurationType,
    ExchangeType,
    IdType,
    IpsecAttribute,
    NotifyType,
    PayloadType,
    Phase1Attribute,
    ProtocolId,
)
from kakehashi.wire.v1.attributes import Attribute
from kakehashi.wire.v1.certificate import Certificate, CertificateRequest
from kakehashi.wire.v1.configuration import Configuration
from kakehashi.wire.v1.delete import Delete
from kakehashi.wire.v1.fragment import Fragment
from kakehashi.wire.v1.hash import Hash
from kakehashi.wire.v1.identification import Identification
from kakehashi.wire.v1.ke import KeyExchange
from kakehashi.wire.v1.message import Message, decode, encode
from kakehashi.wire.v1.nat_d import NatDetection
from kakehashi.wire.v1.nat_oa import NatOriginalAddress
from kakehashi.wire.v1.nonce import Nonce
from kakehashi.wire.v1.notification import Notification
from kakehashi.wire.v1.payloads import Payload
from kakehashi.wire.v1.sa import Proposal, SecurityAssociation, Transform
from kakehashi.wire.v1.signature import Signature
from kakehashi.wire.v1.unknown import Unknown
from kakehashi.wire.v1.vendor_id import VendorId
from kakehashi.wire.v1.vendor_ids import NAT_T_DRAFT_02, NAT_T_RFC3947
from tests.conversations.v1.gateways import AGGRESSIVE, MAIN, SITE1, SITE2, TUNNEL, site
from tests.conversations.wire import Node, Wire

BOTH = pytest.mark.parametrize("mode", [MAIN, AGGRESSIVE], ids=lambda m: m.value)
EXCHANGES = (
    ExchangeType.IDENTITY_PROTECTION,
    ExchangeType.AGGRESSIVE,
    ExchangeType.INFORMATIONAL,
    ExchangeType.TRANSACTION,
    ExchangeType.QUICK,
    ExchangeType(77),
)
DPD = DeadPeerDetection(10)
CAROL = XauthUser("carol", Secret(b"hush"))
SERVER = RemoteAccess(users=(CAROL,), pool=AddressPool(network=IPv4Network("10.8.0.0/30")))
CLIENT = RemoteAccess(login=CAROL, wants_address=True)


def two_nodes(seed: int, mode: ExchangeMode = MAIN, access: bool = False) -> tuple[Wire, Node, Node]:
    wire = Wire(seed)
    one, other = (CLIENT, SERVER) if access else (None, None)
    a = wire.node("a", site(1, mode=mode, dpd=DPD, remote_access=one), SITE1)
    b = wire.node("b", site(2, dpd=DPD, remote_access=other), SITE2)
    return wire, a, b


@pytest.mark.parametrize("access", [False, True], ids=["plain", "remote access"])
@pytest.mark.parametrize("seed", range(5))
@BOTH
def test_what_a_stranger_makes_of_a_conversation(seed: int, mode: ExchangeMode, access: bool) -> None:
    """Every message of a whole conversation, changed at random, at every moment of that conversation."""
    chance = random.Random(seed)
    wire, a, b = two_nodes(seed, mode, access)

    def meddle(node: Node, datagram: bytes) -> bool:
        path = node.path_to(SITE2 if node is a else SITE1)
        for victim in (a, b):
            for _ in range(10):
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
        return chance.randbytes(chance.choice((0, 1, 2, 4, 8, 16, 32, 64, 70)))

    def value() -> int | bytes:
        return chance.choice(
            (chance.randrange(20), 128, 256, 3600, 65001, 65535, some(), bytes(4), b"\xff" * 9)
        )

    is_phase1 = chance.random() < 0.5
    names = list(Phase1Attribute if is_phase1 else IpsecAttribute)
    protocol = (
        ProtocolId.ISAKMP if is_phase1 else chance.choice((ProtocolId.ESP, ProtocolId.AH, ProtocolId.IPCOMP))
    )
    transforms = tuple(
        Transform(
            n,
            chance.choice((1, 2, 3, 12, 200)),
            tuple(Attribute(chance.choice(names), value()) for _ in range(6)),
        )
        for n in range(chance.randrange(1, 5))
    )
    spi = b"" if is_phase1 else chance.randbytes(4)
    proposals = tuple(Proposal(n, protocol, spi, transforms) for n in range(1, chance.randrange(2, 4)))
    id_type = chance.choice((*IdType, IdType(200)))
    sizes = {IdType.ID_IPV4_ADDR: 4, IdType.ID_IPV4_ADDR_SUBNET: 8, IdType.ID_IPV4_ADDR_RANGE: 8}
    sizes |= {IdType.ID_IPV6_ADDR: 16, IdType.ID_IPV6_ADDR_SUBNET: 32, IdType.ID_IPV6_ADDR_RANGE: 32}
    configured = tuple(
        Attribute(chance.choice(list(ConfigurationAttribute)), value()) for _ in range(chance.randrange(4))
    )
    return chance.choice(
        (
            SecurityAssociation(proposals),
            KeyExchange(chance.choice((some(), bytes(64), b"\xff" * 64))),
            Nonce(chance.randbytes(chance.randrange(8, 257))),
            Identification(id_type, chance.randbytes(sizes.get(id_type, 5)), chance.randrange(256), 500),
            Hash(some()),
            Signature(some()),
            Certificate(chance.choice(list(CertEncoding)), some()),
            CertificateRequest(CertEncoding.X509_SIGNATURE, some()),
            Notification(chance.choice(list(NotifyType)), chance.choice(list(ProtocolId)), some(), some()),
            Notification(
                NotifyType.RESPONDER_LIFETIME, ProtocolId.ISAKMP, some(), b"\x80\x0b\0\1\x80\x0c\0\1"
            ),
            Notification(NotifyType.R_U_THERE, data=chance.randbytes(4)),
            Delete(ProtocolId.ESP, (chance.randbytes(4),)),
            Delete(ProtocolId.ISAKMP, (chance.randbytes(16),)),
            VendorId(chance.choice((some(), NAT_T_RFC3947, NAT_T_DRAFT_02))),
            Configuration(chance.choice((*ConfigurationType, ConfigurationType(9))), 7, configured),
            NatDetection(some(), chance.choice((PayloadType.NAT_D, PayloadType.NAT_D_DRAFTS))),
            NatOriginalAddress(chance.randbytes(chance.choice((4, 16)))),
            Fragment(chance.randrange(3), chance.randrange(1, 5), chance.random() < 0.3, some()),
            Unknown(PayloadType(200), some()),
        )
    )


def sa_of(node: Node) -> IsakmpSa:
    return node.endpoint.v1.all_sas()[0]


@pytest.mark.parametrize("exchange", EXCHANGES, ids=str)
@pytest.mark.parametrize("access", [False, True], ids=["plain", "remote access"])
@BOTH
def test_what_a_peer_with_keys_may_say(exchange: ExchangeType, access: bool, mode: ExchangeMode) -> None:
    """To either end, at every stage, with and without a hash, in exchanges that are under way and new ones."""
    chance = random.Random(exchange + 1000 * access)
    wire, a, b = two_nodes(exchange, mode, access)
    for _ in range(50):
        a.boot()
        b.boot()
        a.initiate(TUNNEL, b)
        wire.run(chance.choice((0.03, 0.05, 0.07, 0.09, 0.11, 0.15, 0.19, 1.0)))
        liar, victim = chance.choice(((a, b), (b, a)))
        if not liar.endpoint.v1.all_sas() or not victim.endpoint.v1.all_sas():
            continue
        rogue = sa_of(liar)
        if rogue.sealer is None:
            continue
        if chance.random() < 0.3:
            rogue.sealer._ivs |= sa_of(victim).sealer._ivs if sa_of(victim).sealer else {}
        for _ in range(3):
            payloads = [anything(chance) for _ in range(chance.randrange(1, 7))]
            running = [*sa_of(victim).exchanges] if victim.endpoint.v1.all_sas() else []
            number = chance.choice((*running, 0, rogue.new_message_id(), rogue.new_message_id()))
            commit = chance.random() < 0.2
            for datagram in rogue.seal(exchange, number, payloads, chance.random() < 0.7, commit):
                victim.endpoint.receive(datagram, victim.path_to(liar.address), wire.now)
                wire.carry_out(victim)
        wire.run(40)


@pytest.mark.parametrize("seed", range(4))
def test_what_a_stranger_may_say_first(seed: int) -> None:
    chance = random.Random(seed)
    wire, a, b = two_nodes(seed)
    for _ in range(500):
        payloads = tuple(anything(chance) for _ in range(chance.randrange(0, 8)))
        cookies = chance.randbytes(8), chance.choice((bytes(8), chance.randbytes(8)))
        message = Message(*cookies, chance.choice(EXCHANGES), chance.choice((0, 0, 1)), payloads)
        for node, other in ((b, SITE1), (a, SITE2)):
            node.endpoint.receive(encode(message), node.path_to(other), wire.now)
        wire.run(0.5)
    assert b.endpoint.drops


@pytest.mark.parametrize("seed", range(4))
@BOTH
def test_first_messages_that_are_almost_right(seed: int, mode: ExchangeMode) -> None:
    """A payload is left out, doubled, or another one stands in its place."""
    chance = random.Random(seed)
    wire, a, b = two_nodes(seed, mode)
    changed: list[bool] = []
    for _ in range(100):
        changed.clear()

        def meddle(node: Node, datagram: bytes) -> bool:
            if datagram[19] & 1 or changed or chance.random() < 0.5:
                return True
            changed.append(True)
            message = decode(datagram)
            payloads = list(message.payloads)
            place = chance.randrange(len(payloads))
            match chance.randrange(3):
                case 0:
                    del payloads[place]
                case 1:
                    payloads.insert(place, payloads[place])
                case _:
                    payloads[place] = anything(chance)
            victim, other = (b, SITE1) if node is a else (a, SITE2)
            cookies = (message.initiator_cookie, message.responder_cookie)
            kind = message.exchange_type
            victim.endpoint.receive(
                encode(Message(*cookies, kind, 0, tuple(payloads))), victim.path_to(other), wire.now
            )
            wire.carry_out(victim)
            return True

        wire.filter = meddle
        a.boot()
        b.boot()
        a.initiate(TUNNEL, b)
        wire.run(40)


@pytest.mark.interpreted
@BOTH
def test_an_identity_of_60_kilobytes_does_not_fill_the_log(mode: ExchangeMode) -> None:
    """In aggressive mode anyone may send it, for it stands before the proof."""
    wire, a, b = two_nodes(1, mode)
    own = phase1_identity.own
    long = Identity(ikev2.IdType.ID_KEY_ID, b"x" * 60_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            phase1_identity,
            "own",
            lambda peer, path: long if path.local.ip == IPv4Address(SITE1) else own(peer, path),
        )
        a.initiate(TUNNEL, b)
        wire.run(3)
    failure = b.told(EventName.NEGOTIATION_FAILED)[0]
    assert "ID_KEY_ID xxxx" in failure.message
    assert len(failure.message) + sum(len(str(value)) for value in failure.details.values()) < 2500


def test_vendor_ids_without_end_are_not_kept() -> None:
    wire, a, b = two_nodes(1)
    persona = tuple(bytes([n]) * 900 for n in range(50))
    a = wire.node("a", site(1, vendor_ids=persona), SITE1)
    a.initiate(TUNNEL, b)
    wire.run(3)
    assert len(sa_of(b).features.unknown) == 16


def test_more_transforms_than_anyone_has_are_looked_at_in_bounded_time() -> None:
    wire, _, b = two_nodes(1)
    unknown = Transform(1, 1, (Attribute(Phase1Attribute.ENCRYPTION_ALGORITHM, 99),))
    wish = AuthenticationMethod.PRE_SHARED_KEY
    others = tuple(
        Transform(
            n % 256, 1, (*unknown.attributes, Attribute(Phase1Attribute.AUTHENTICATION_METHOD, int(wish)))
        )
        for n in range(250)
    )
    offer = SecurityAssociation(
        (Proposal(1, ProtocolId.ISAKMP, b"", others), Proposal(1, ProtocolId.ISAKMP, b"", others))
    )
    message = Message(b"cookie-i", bytes(8), ExchangeType.IDENTITY_PROTECTION, 0, (offer,))
    b.endpoint.receive(encode(message), b.path_to(SITE1), wire.now)
    wire.carry_out(b)
    (sentence,) = b.failures()
    assert "UNKNOWN_99" in sentence or "UNKNOWN-99" in sentence
    assert len(sentence) < 2000
    assert not b.endpoint.v1.all_sas()
