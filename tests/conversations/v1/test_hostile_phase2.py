"""A peer that means harm, with or without the keys of phase 1, gets nowhere in phase 2."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kakehashi.ike.drops import Drop
from kakehashi.ike.v1.isakmp_sa import IsakmpSa
from kakehashi.model.address import Path
from kakehashi.model.ikev1 import DeadPeerDetection, PeerIdentity
from kakehashi.wire.registry.ikev1 import ConfigurationType, ExchangeType, IdType, NotifyType, ProtocolId
from kakehashi.wire.v1.configuration import Configuration
from kakehashi.wire.v1.delete import Delete
from kakehashi.wire.v1.hash import Hash
from kakehashi.wire.v1.header import decode_header
from kakehashi.wire.v1.identification import Identification
from kakehashi.wire.v1.message import Message, encode
from kakehashi.wire.v1.nonce import Nonce
from kakehashi.wire.v1.notification import Notification
from kakehashi.wire.v1.payloads import Payload
from tests.conversations.v1.gateways import ANY, SITE1, SITE2, TUNNEL, identity, site
from tests.conversations.v1.stories import established, settled, two_sites
from tests.conversations.wire import Node, Wire
from tests.wire.v1 import strategies

INFORMATIONAL, QUICK = ExchangeType.INFORMATIONAL, ExchangeType.QUICK


def sa_of(node: Node) -> IsakmpSa:
    (sa,) = (sa for sa in node.endpoint.v1.all_sas() if sa.is_up)
    return sa


def sent_by(a: Node, payloads: Sequence[Payload], kind: ExchangeType = INFORMATIONAL, hashed: bool = True):  # type: ignore[no-untyped-def]
    """What the first site could send, with its keys."""
    sa = sa_of(a)
    return sa.seal(kind, sa.new_message_id(), payloads, hashed=hashed)[0]


def give(wire: Wire, node: Node, datagram: bytes, path: Path | None = None) -> None:
    node.endpoint.receive(datagram, path or node.path_to(SITE1), wire.now)
    wire.carry_out(node)


def deletes(a: Node, b: Node) -> list[Payload]:
    (spi_out,) = (sa.spi_out for sa in b.children.values())
    sa = sa_of(a)
    return [
        Delete(ProtocolId.ESP, (spi_out.to_bytes(4, "big"),)),
        Delete(ProtocolId.ISAKMP, (sa.initiator_cookie + sa.responder_cookie,)),
    ]


def test_an_unencrypted_delete_is_dropped_by_name() -> None:
    wire = Wire()
    a, b = established(wire)
    sa = sa_of(a)
    for payload in deletes(a, b):
        message = Message(sa.initiator_cookie, sa.responder_cookie, INFORMATIONAL, 7, (payload,))
        give(wire, b, encode(message))
    assert b.endpoint.drops == {Drop.HINT_ONLY: 2}
    settled(a, b)


@pytest.mark.parametrize("digest", [b"", b"\0" * 32, b"x" * 31], ids=len)
def test_a_delete_with_a_wrong_hash(digest: bytes) -> None:
    wire = Wire()
    a, b = established(wire)
    for payload in deletes(a, b):
        give(wire, b, sent_by(a, [Hash(digest), payload], hashed=False))
    for payload in deletes(a, b):
        give(wire, b, sent_by(a, [payload], hashed=False))
    assert b.endpoint.drops == {Drop.BAD_HASH: 4}
    settled(a, b)


def test_a_delete_that_comes_again_is_old() -> None:
    """Whoever records a Delete cannot use it against the next SA."""
    wire = Wire()
    a, b = established(wire)
    datagram = sent_by(a, deletes(a, b)[:1])
    give(wire, b, datagram)
    assert not b.children
    give(wire, b, datagram)
    assert b.endpoint.drops[Drop.USED_MESSAGE_ID] == 1


def test_an_sa_of_another_peer_is_not_ones_own_to_delete() -> None:
    wire = Wire()
    a, b = established(wire)
    everything = b.endpoint.v1.pairs
    (pair,) = everything
    everything.remove(pair, "a story")
    everything.add(replace(pair, peer_identity=None))
    wire.carry_out(b)
    for payload in deletes(a, b)[:1]:
        give(wire, b, sent_by(a, [payload]))
    assert b.children
    invalid = Notification(NotifyType.INVALID_SPI, ProtocolId.ESP, data=pair.spi_out.to_bytes(4, "big"))
    wire.run(10)
    give(wire, b, sent_by(a, [invalid]))
    assert b.children


def test_an_isakmp_sa_of_another_client_is_not_ones_own_to_delete() -> None:
    """Under one policy for all clients each has its own identity."""
    wire = Wire()
    center = {"address": ANY, "peer_identity": PeerIdentity.ANYTHING, "tunnel": {"address": ANY}}
    b = wire.node("b", site(2, **center), SITE2)
    clients = []
    for number in (1, 2):
        name = identity(f"client{number}")
        client = wire.node(name.text, site(1, local_identity=name), f"10.1.0.{number}")
        client.initiate(TUNNEL, b)
        wire.run(3)
        clients.append(client)
    assert len(b.isakmp_sas()) == 2
    other = sa_of(clients[1])
    delete = Delete(ProtocolId.ISAKMP, (other.initiator_cookie + other.responder_cookie,))
    give(wire, b, sent_by(clients[0], [delete]))
    assert len(b.isakmp_sas()) == 2


def test_phase_2_before_phase_1() -> None:
    wire = Wire()
    a, b = two_sites(wire)
    for kind in (QUICK, INFORMATIONAL, ExchangeType.TRANSACTION):
        for cookie in (bytes(8), b"responde"):
            message = Message(b"initiato", cookie, kind, 5, (Nonce(bytes(20)),))
            give(wire, b, encode(message))
    wire.run(60)
    assert not b.children
    assert not b.endpoint.v1.all_sas()
    assert not a.endpoint.drops


def test_quick_mode_that_is_not_encrypted() -> None:
    wire = Wire()
    a, b = established(wire)
    sa = sa_of(a)
    message = Message(sa.initiator_cookie, sa.responder_cookie, QUICK, 5, (Hash(bytes(32)), Nonce(bytes(20))))
    give(wire, b, encode(message))
    assert b.endpoint.drops == {Drop.NOT_ENCRYPTED: 1}
    settled(a, b)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_wrong_hash_in_quick_mode(number: int) -> None:
    """It changes nothing: the right message still counts when it comes."""
    wire = Wire()
    a, b = two_sites(wire)
    quick: list[bytes] = []
    spoiled: list[Node] = []

    def spoil(node: Node, datagram: bytes) -> bool:
        if datagram[18] != QUICK:
            return True
        quick.append(datagram)
        if len(quick) != number or spoiled:
            return True
        # Noise in the first block decrypts to noise in the hash.
        to = b if node is a else a
        spoiled.append(to)
        forged = bytearray(datagram)
        forged[28 + 16] ^= 1
        path = to.path_to(node.address)
        wire.at(wire.now + 0.001, lambda: give(wire, to, bytes(forged), path))
        return True

    wire.filter = spoil
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert sum(spoiled[0].endpoint.drops.values()) == 1
    settled(a, b)


def test_a_recorded_quick_mode_makes_no_second_pair() -> None:
    wire = Wire()
    a, b = established(wire)
    recorded = [d for _, who, d, _ in wire.sent if who == "a" and d[18] == QUICK]
    for later in (1, 20, 100):
        wire.run(later)
        for datagram in recorded:
            give(wire, b, datagram)
    settled(a, b)
    assert len(b.ipsec_sas()) == 1


def test_errors_without_proof_change_nothing() -> None:
    """Before keys exist an error is a hint; afterwards not even that."""
    wire = Wire()
    a, b = established(wire)
    sa = sa_of(a)
    for kind in NotifyType:
        note = Notification(kind, ProtocolId.ESP, data=bytes(4))
        message = Message(sa.initiator_cookie, sa.responder_cookie, INFORMATIONAL, 9, (note,))
        give(wire, b, encode(message))
    assert b.endpoint.drops[Drop.HINT_ONLY] == len(NotifyType)
    wire.run(60)
    settled(a, b)


def test_a_peer_that_is_not_heard_is_dead_whatever_it_hears() -> None:
    wire = Wire()
    a, b = established(wire, {"dpd": DeadPeerDetection(10, 2, 5)})
    wire.run(5)
    wire.filter = lambda node, datagram: node is a
    wire.run(60)
    assert not a.children
    assert b.children


def test_a_flood_of_quick_modes_is_bounded() -> None:
    """The peer has proved who it is, but that is no reason to trust it."""
    wire = Wire()
    a, b = established(wire)
    first = next(d for _, who, d, _ in wire.sent if who == "a" and d[18] == QUICK)
    sa = sa_of(a)
    payloads = _of(sa, first)
    for _ in range(400):
        give(wire, b, sa.seal(QUICK, sa.new_message_id(), payloads, hashed=True)[0])
    assert len(b.children) <= 64
    assert len(sa_of(b).exchanges) <= 66
    told = sum("more pairs of SAs than anyone needs" in failure for failure in b.failures())
    assert told == 401 - len(b.children)
    wire.run(100)
    assert len(b.children) == 1


def test_a_flood_of_transactions_is_bounded() -> None:
    wire = Wire()
    a, b = established(wire)
    sa = sa_of(a)
    question = Configuration(ConfigurationType.REQUEST, 1)
    for _ in range(400):
        give(wire, b, sa.seal(ExchangeType.TRANSACTION, sa.new_message_id(), [question], hashed=True)[0])
    assert len(sa_of(b).exchanges) <= 66
    assert b.endpoint.drops[Drop.TOO_MANY_EXCHANGES] >= 400 - 66
    wire.run(100)
    settled(a, b)


def test_identities_that_no_answer_could_return_are_refused() -> None:
    wire = Wire()
    a, b = established(wire)
    first = next(d for _, who, d, _ in wire.sent if who == "a" and d[18] == QUICK)
    sa = sa_of(a)
    others = [p for p in _of(sa, first) if not isinstance(p, Identification)]
    large = [Identification(IdType.ID_KEY_ID, bytes(size)) for size in (32000, 33000)]
    assert sa.sealer is not None
    give(wire, b, sa.sealer.seal(QUICK, sa.new_message_id(), [*others, *large], hashed=True))
    (failure,) = b.failures()
    assert "an ID payload of many kilobytes" in failure
    assert len(b.children) == 1


@pytest.mark.parametrize("seed", range(10))
def test_damage_to_what_is_under_way_raises_nothing(seed: int) -> None:
    wire = Wire(seed)
    a, b = two_sites(wire)
    chance = random.Random(seed)

    def damage(node: Node, datagram: bytes) -> bool:
        if chance.random() < 0.3:
            forged = bytearray(datagram)
            for _ in range(chance.randrange(1, 4)):
                forged[chance.randrange(len(forged))] = chance.randrange(256)
            to = b if node is a else a
            path = to.path_to(node.address)
            wire.at(wire.now + 0.03, lambda: give(wire, to, bytes(forged), path))
        return True

    wire.filter = damage
    wire.keep_up(a, TUNNEL, b)
    wire.talk(a, TUNNEL)
    wire.run(200)
    wire.filter = None
    wire.run(60)
    settled(a, b)


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from([QUICK, INFORMATIONAL]),
    contents=st.lists(strategies.payloads, max_size=5),
    tail=st.sampled_from(["none", "real"]),
)
def test_authentic_nonsense_raises_nothing(kind: ExchangeType, contents: list[Payload], tail: str) -> None:
    """Payloads of every kind in messages whose hash is right, alone and beside those of a true quick mode."""
    wire = Wire()
    a, b = established(wire)
    sa = sa_of(a)
    if tail == "real":
        first = next(d for _, who, d, _ in wire.sent if who == "a" and d[18] == QUICK)
        contents = [*contents, *_of(sa, first)]
    try:
        datagram = sa.seal(kind, sa.new_message_id(), contents, hashed=True)[0]
    except ValueError:
        return
    give(wire, b, datagram)
    wire.run(40)
    assert len(b.children) <= 1


def _of(sa: IsakmpSa, datagram: bytes) -> list[Payload]:
    """The payloads of a first message that this SA has sent, without the hash."""
    assert sa.sealer is not None
    header = decode_header(datagram)
    ivs = sa.sealer._ivs
    kept = ivs.pop(header.message_id, None)
    decoded, _ = sa.sealer.open(header, datagram)
    if kept is not None:
        ivs[header.message_id] = kept
    return list(decoded.payloads[1:])
