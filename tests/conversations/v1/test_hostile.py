"""Strangers, and peers who do not keep to the rules: they get nowhere, and whoever is honest still does."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from kakehashi.ike.drops import Drop
from kakehashi.ike.effects import EventName, Send
from kakehashi.ike.limits import Limits
from kakehashi.ike.v1.authentication import PreSharedKey
from kakehashi.ike.v1.isakmp_sa import IsakmpSa, State
from kakehashi.model.ikev1 import ExchangeMode
from kakehashi.model.secret import Secret
from kakehashi.model.status import IkeSaState
from kakehashi.wire.registry.ikev1 import ExchangeType, NotifyType, ProtocolId
from kakehashi.wire.v1.delete import Delete
from kakehashi.wire.v1.hash import Hash
from kakehashi.wire.v1.message import Message, encode
from kakehashi.wire.v1.notification import Notification
from kakehashi.wire.v1.payloads import Payload
from tests.conversations.v1.gateways import (
    AGGRESSIVE,
    ANY,
    MAIN,
    SITE1,
    SITE2,
    TUNNEL,
    gateway,
    ikev1_tunnel,
    peer,
    site,
)
from tests.conversations.v1.stories import established, settled, two_sites
from tests.conversations.wire import Node, Wire

BOTH = pytest.mark.parametrize("mode", [MAIN, AGGRESSIVE], ids=lambda m: m.value)
PHASE1 = (ExchangeType.IDENTITY_PROTECTION, ExchangeType.AGGRESSIVE)


def sa_of(node: Node) -> IsakmpSa:
    return node.endpoint.v1.all_sas()[0]


def says(rogue: Node, victim: Node, datagrams: list[bytes]) -> None:
    """Datagrams from the rogue's address."""
    for datagram in datagrams:
        path = victim.path_to(rogue.address)
        victim.endpoint.receive(datagram, path, victim.wire.now)
    victim.wire.carry_out(victim)


def counted(victim: Node) -> int:
    return sum(victim.endpoint.drops.values())


# Without keys.


@BOTH
def test_an_unencrypted_delete_deletes_nothing(mode: ExchangeMode) -> None:
    wire = Wire()
    a, b = established(wire, {"mode": mode})
    sa = sa_of(b)
    cookies = (sa.initiator_cookie, sa.responder_cookie)
    for payload in (
        Delete(ProtocolId.ISAKMP, (b"".join(cookies),)),
        Delete(ProtocolId.ESP, (next(iter(a.children)).to_bytes(4, "big"),)),
        Notification(NotifyType.INITIAL_CONTACT, spi=b"".join(cookies)),
        Notification(NotifyType.INVALID_SPI),
    ):
        says(a, b, [encode(Message(*cookies, ExchangeType.INFORMATIONAL, 77, (payload,)))])
        says(a, b, [encode(Message(*cookies, ExchangeType.INFORMATIONAL, 0, (Hash(bytes(32)), payload)))])
    assert b.endpoint.drops[Drop.HINT_ONLY] == 8
    wire.run(60)
    settled(a, b)


@BOTH
def test_wrong_cookies_reach_nobody(mode: ExchangeMode) -> None:
    wire = Wire()
    a, b = established(wire, {"mode": mode})
    sa = sa_of(b)
    ours, theirs = sa.responder_cookie, sa.initiator_cookie
    before = b.endpoint.drops[Drop.UNKNOWN_IKE_SPI]
    notify = (Notification(NotifyType.INVALID_COOKIE),)
    for cookies in ((ours, theirs), (theirs, bytes(7) + b"\1"), (bytes(7) + b"\1", ours), (ours, bytes(8))):
        says(a, b, [encode(Message(*cookies, ExchangeType.INFORMATIONAL, 5, notify))])
    assert b.endpoint.drops[Drop.UNKNOWN_IKE_SPI] == before + 4
    settled(a, b)


def test_a_first_message_that_is_none() -> None:
    wire = Wire()
    a, b = two_sites(wire)
    a.initiate(TUNNEL, b)
    first = wire.sent[0][2]
    b.boot()
    for changed in (
        bytes(8) + first[8:],  # no cookie
        first[:20] + b"\0\0\0\1" + first[24:],  # a message ID
        first[:18] + bytes([ExchangeType.QUICK]) + first[19:],
        first[:18] + bytes([ExchangeType.BASE]) + first[19:],
        first[:19] + b"\1" + first[20:],  # says it is encrypted
        first[:17] + b"\x11" + first[18:],  # version 1.1
        first[:-1],
        first[:40],
    ):
        says(a, b, [changed])
        assert not b.endpoint.v1.all_sas()
    assert counted(b) == 8


@BOTH
def test_phase_2_before_phase_1(mode: ExchangeMode) -> None:
    """Encrypted, with cookies that are right, before there are keys and before they are proved."""
    wire = Wire()
    a, b = two_sites(wire, {"mode": mode})
    recorded: list[bytes] = []

    def keep(node: Node, datagram: bytes) -> bool:
        if node is a and datagram[18] == ExchangeType.QUICK:
            recorded.append(datagram)
        return True

    def early(node: Node, datagram: bytes) -> bool:
        sas = b.endpoint.v1.all_sas()
        for sa in sas:
            if sa.state is State.CONNECTING:
                cookies = sa.initiator_cookie + sa.responder_cookie
                for old in recorded:
                    b.endpoint.receive(cookies + old[16:], b.path_to(SITE1), wire.now)
        return True

    wire.filter = keep
    a.initiate(TUNNEL, b)
    wire.run(3)
    settled(a, b)
    a.boot()
    b.boot()
    assert recorded
    wire.filter = early
    a.initiate(TUNNEL, b)
    wire.run(3)
    settled(a, b)
    refused = b.endpoint.drops[Drop.NO_KEYS_YET] + b.endpoint.drops[Drop.UNEXPECTED_EXCHANGE]
    assert refused >= (2 if mode is MAIN else 1)


@BOTH
def test_messages_of_another_negotiation_do_not_fit(mode: ExchangeMode) -> None:
    """Everything that was ever said, said again with the cookies of now and of then."""
    wire = Wire()
    a, b = established(wire, {"mode": mode})
    old = list(wire.sent)
    a.do(a.endpoint.clear, None)
    wire.run(100)
    a.initiate(TUNNEL, b)
    wire.run(3)
    sa = sa_of(a)
    cookies = sa.initiator_cookie + sa.responder_cookie
    number = len(b.children)
    for _, who, datagram, _ in old:
        victim, other = (b, a) if who == "a" else (a, b)
        says(other, victim, [datagram, cookies + datagram[16:]])
    wire.run(60)
    settled(a, b)
    assert len(b.children) == number


def test_replayed_messages_of_one_sa_are_known_again() -> None:
    wire = Wire()
    a, b = established(wire)
    wire.run(100)
    told, children = len(b.events), dict(b.children)
    for _, who, datagram, _ in list(wire.sent):
        if who == "a" and datagram[18] not in PHASE1:
            says(a, b, [datagram])
    assert b.children == children
    assert b.endpoint.drops[Drop.USED_MESSAGE_ID] >= 2
    assert all(e.name is EventName.DROPPED for e in b.events[told:])
    settled(a, b)


@BOTH
def test_garbage_between_the_messages(mode: ExchangeMode) -> None:
    """Noise with the right header, to both ends, before every message."""
    wire, chance = Wire(), random.Random(1)
    a, b = two_sites(wire, {"mode": mode})

    def meddle(node: Node, datagram: bytes) -> bool:
        victim = b if node is a else a
        for body in (bytes(len(datagram) - 28), chance.randbytes(160)):
            noise = datagram[:24] + (28 + len(body)).to_bytes(4, "big") + body
            path = victim.path_to(node.address)
            victim.endpoint.receive(noise, path, wire.now)
            victim.endpoint.receive(noise[:19] + b"\1" + noise[20:], path, wire.now)
        effects = victim.endpoint.shared.effects
        effects[:] = [e for e in effects if not isinstance(e, Send)]
        return True

    wire.filter = meddle
    a.initiate(TUNNEL, b)
    wire.run(60)
    assert a.isakmp_sas()
    assert {s.initiator_cookie for s in a.isakmp_sas()} & {s.initiator_cookie for s in b.isakmp_sas()}


def test_a_forged_answer_in_aggressive_mode_does_not_stand_in_the_way_of_the_true_one() -> None:
    """Somebody on the way answers first, with a cookie and a public value of its own, and without the key."""
    wire = Wire()
    a, b = two_sites(wire, {"mode": AGGRESSIVE})
    forged: list[bytes] = []
    shown: list[Secret | None] = []

    def race(node: Node, datagram: bytes) -> bool:
        if node is b and datagram[18] == ExchangeType.AGGRESSIVE and not forged:
            forged.append(datagram[:8] + b"deceiver" + datagram[16:])
            a.endpoint.receive(forged[0], a.path_to(SITE2), wire.now)
            shown.extend(sa.encryption_key for sa in a.endpoint.isakmp_sas(wire.now))
            wire.at(wire.now, lambda: wire.carry_out(a))
        return True

    wire.filter = race
    a.initiate(TUNNEL, b)
    wire.run(3)
    assert forged
    assert shown == [None], "of keys that are nobody's nothing is shown"
    settled(a, b)
    assert not a.failures()


# Floods.


def first_messages(
    mode: ExchangeMode, number: int, addresses: Callable[[int], str]
) -> list[tuple[bytes, str]]:
    """From so many initiators."""
    wire = Wire(3)
    found = []
    for n in range(number):
        a = wire.node("a", site(1, mode=mode, address=SITE2), addresses(n))
        a.initiate(TUNNEL, SITE2)
        found.append((wire.sent[-1][2], addresses(n)))
        wire.nodes.clear()
    return found


def open_to_all(**changes: object) -> object:
    return gateway(peer(2, address=ANY, **changes), ikev1_tunnel(2, address=ANY))


def test_a_thousand_half_open_from_everywhere_do_not_keep_an_honest_peer_out() -> None:
    flood = first_messages(MAIN, 1000, lambda n: f"10.{100 + n // 250}.{n % 250}.1")
    wire = Wire()
    limits = Limits(half_open_total=200)
    b = wire.node("b", open_to_all(), SITE2, limits)
    a = wire.node("a", site(1), SITE1)
    a.initiate(TUNNEL, b)
    for datagram, source in flood:
        b.endpoint.receive(datagram, b.path_to(source), wire.now)
        assert b.endpoint.half_open() <= 200
    wire.carry_out(b)
    assert len(b.endpoint.v1.all_sas()) <= 200
    wire.run(3)
    assert len(a.isakmp_sas()) == len(b.isakmp_sas()) == 1
    wire.run(60)
    assert b.endpoint.half_open() == 0
    assert len(b.endpoint.v1._sas) == 1
    assert len(b.endpoint.v1._first_messages) <= 1
    # The log tells of a few, not of each.
    assert len(b.failures()) < 50


@BOTH
def test_a_flood_from_one_address_is_bounded(mode: ExchangeMode) -> None:
    flood = first_messages(mode, 300, lambda n: "10.66.0.1")
    wire = Wire()
    b = wire.node("b", open_to_all(), SITE2)
    for datagram, source in flood:
        b.endpoint.receive(datagram, b.path_to(source), wire.now)
    limits = Limits()
    most = limits.half_open_per_source if mode is MAIN else limits.aggressive_per_source
    assert b.endpoint.half_open() == most
    assert b.endpoint.drops[Drop.HALF_OPEN_LIMIT] == 300 - most
    wire.carry_out(b)
    a = wire.node("a", site(1, mode=mode), SITE1)
    a.initiate(TUNNEL, b)
    wire.run(3)
    assert len(a.isakmp_sas()) == 1


def test_strangers_from_everywhere_make_us_exchange_keys_only_so_often() -> None:
    """In aggressive mode that takes one message, from whatever address is written on it."""
    flood = first_messages(AGGRESSIVE, 30, lambda n: f"10.66.{n}.1")
    wire = Wire()
    b = wire.node("b", open_to_all(), SITE2, Limits(aggressive_per_second=10))
    for datagram, source in flood:
        b.endpoint.receive(datagram, b.path_to(source), wire.now)
    assert b.endpoint.half_open() == 10
    assert b.endpoint.drops[Drop.HALF_OPEN_LIMIT] == 20


@BOTH
def test_who_fails_counts_for_as_long_as_who_waits(mode: ExchangeMode) -> None:
    """Failing fast is no way round the limits."""
    wire = Wire()
    a, b = two_sites(wire, {"mode": mode, "secret": "wrong"})
    for _ in range(5):
        a.initiate(TUNNEL, b)
        wire.run(4)
        a.boot()
    assert b.endpoint.half_open() == 5
    wire.run(90)
    assert b.endpoint.half_open() == 0


@pytest.mark.parametrize(
    "changes",
    [{"address": "10.7.0.1"}, {"proposals": ()}, {"secret": ""}],
    ids=["address", "proposals", "key"],
)
@BOTH
def test_what_no_policy_can_match_leaves_no_state(mode: ExchangeMode, changes: dict[str, object]) -> None:
    flood = first_messages(mode, 100, lambda n: "10.66.0.1")
    wire = Wire()
    b = wire.node("b", gateway(peer(2, **({"address": ANY} | changes)), ikev1_tunnel(2, address=ANY)), SITE2)
    for datagram, source in flood:
        b.endpoint.receive(datagram, b.path_to(source), wire.now)
        assert not b.endpoint.v1._sas
    sent = [e for e in b.endpoint.effects() if isinstance(e, Send)]
    assert len(sent) == Limits().answers_per_second
    assert b.endpoint.next_timeout() is None


@BOTH
def test_a_forged_source_gets_no_more_than_a_few_answers(mode: ExchangeMode) -> None:
    """Amplification: octets to who has not asked, for octets of who asks in its name."""
    ((datagram, source),) = first_messages(mode, 1, lambda n: "10.66.0.1")
    wire = Wire()
    b = wire.node("b", open_to_all(), SITE2)
    path = b.path_to(source)
    b.endpoint.receive(datagram, path, wire.now)
    wire.carry_out(b)
    wire.run(120)
    answers = [d for _, who, d, _ in wire.sent if who == "b"]
    assert len(answers) == (1 if mode is MAIN else 3)
    assert sum(map(len, answers)) < 5 * len(datagram)
    wire.sent.clear()
    b.endpoint.receive(datagram, path, wire.now)
    for _ in range(100):
        b.endpoint.receive(datagram, path, wire.now)
    wire.carry_out(b)
    assert len(wire.sent) <= 17


# With keys.


def rogue_message(
    sa: IsakmpSa, kind: ExchangeType, message_id: int, *payloads: object, hashed: bool = True
) -> bytes:
    return sa.seal(kind, message_id, list(payloads), hashed)[0]


def test_a_hash_that_does_not_fit_proves_nothing() -> None:
    wire = Wire()
    a, b = established(wire)
    mine, cookies = sa_of(a), sa_of(a).initiator_cookie + sa_of(a).responder_cookie
    for payload in (
        Delete(ProtocolId.ISAKMP, (cookies,)),
        Delete(ProtocolId.ESP, (next(iter(a.children)).to_bytes(4, "big"),)),
        Notification(NotifyType.INITIAL_CONTACT, spi=cookies),
    ):
        for wrong in ((payload,), (Hash(bytes(32)), payload), (payload, Hash(bytes(32)))):
            kind = ExchangeType.INFORMATIONAL
            says(a, b, [rogue_message(mine, kind, mine.new_message_id(), *wrong, hashed=False)])
    assert b.endpoint.drops[Drop.BAD_HASH] == 9
    settled(a, b)


@BOTH
def test_message_5_or_3_with_a_wrong_hash(mode: ExchangeMode, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has the key, for it encrypts with it; but it lies about what it has seen."""
    wire = Wire()
    a, b = two_sites(wire, {"mode": mode})

    true_proof = PreSharedKey.proof

    def proof(self: PreSharedKey, digest: bytes) -> list[Payload]:
        return true_proof(self, digest if sends[-1] is b else bytes(len(digest)))

    sends = [a]
    monkeypatch.setattr(PreSharedKey, "proof", proof)
    # Who is next to prove itself: who is about to be sent something.
    wire.filter = lambda node, datagram: sends.append(b if node is a else a) is None
    a.initiate(TUNNEL, b)
    wire.run(1)
    assert not b.isakmp_sas()
    assert any("its HASH does not fit" in f for f in b.failures())
    wire.run(120)
    assert not b.endpoint.isakmp_sas(wire.now)


def test_an_exchange_that_nobody_knows() -> None:
    wire = Wire()
    a, b = established(wire)
    mine = sa_of(a)
    for kind in (
        ExchangeType.NEW_GROUP,
        ExchangeType.BASE,
        ExchangeType.AUTHENTICATION_ONLY,
        ExchangeType(200),
    ):
        says(a, b, [rogue_message(mine, kind, mine.new_message_id(), Notification(NotifyType.CONNECTED))])
    assert b.endpoint.drops[Drop.UNEXPECTED_EXCHANGE] == 4
    settled(a, b)


def test_phase_1_again_under_an_sa_that_stands() -> None:
    wire = Wire()
    a, b = established(wire)
    mine = sa_of(a)
    for kind in PHASE1:
        cookies = (mine.initiator_cookie, mine.responder_cookie)
        says(a, b, [encode(Message(*cookies, kind, 0, (Notification(NotifyType.CONNECTED),)))])
        says(a, b, [rogue_message(mine, kind, 0, Notification(NotifyType.CONNECTED))])
    settled(a, b)
    assert all(s.state is IkeSaState.ESTABLISHED for s in b.endpoint.isakmp_sas(wire.now))


def test_the_memory_of_message_ids_is_bounded() -> None:
    wire = Wire()
    a, b = established(wire)
    mine = sa_of(a)
    for _ in range(5000):
        notice = Notification(NotifyType.R_U_THERE_ACK, data=bytes(4))
        datagram = rogue_message(mine, ExchangeType.INFORMATIONAL, mine.new_message_id(), notice)
        b.endpoint.receive(datagram, b.path_to(SITE1), wire.now)
        mine.sealer._ivs = {0: mine.sealer._ivs[0]}
    theirs = sa_of(b)
    assert len(theirs._used_ids) == len(theirs._used_in_order) <= 2048
    assert len(theirs.sealer._ivs) < 50
    b.endpoint.effects()


def test_replies_to_nothing() -> None:
    """What the responder says comes to an initiator that has not asked it."""
    wire = Wire()
    a, b = established(wire)
    _, other = two_sites(Wire(9))
    for _, who, datagram, _ in list(wire.sent):
        if who == "b":
            says(b, other, [datagram])
    assert not other.endpoint.v1.all_sas()
    assert replace(sa_of(a).features) == sa_of(a).features
