"""What becomes of an ISAKMP SA: renewal before its end, its end, and one that others outlive."""

from dataclasses import replace
from typing import Any

import pytest

from kakehashi.ike.effects import EventName, IsakmpSaChanged, Send
from kakehashi.model.ikev1 import DeadPeerDetection, ExchangeMode, PeerIdentity
from kakehashi.model.status import IkeSaState, Role
from kakehashi.wire.registry.ikev1 import ExchangeType, NotifyType
from kakehashi.wire.v1.message import decode
from tests.conversations.v1.gateways import (
    AGGRESSIVE,
    ANY,
    MAIN,
    PHASE1,
    PHASE2,
    SITE1,
    SITE2,
    TUNNEL,
    gateway,
    ikev1_tunnel,
    peer,
    site,
)
from tests.conversations.v1.stories import established, policy, settled, two_sites
from tests.conversations.wire import Conditions, Node, Wire

BOTH = pytest.mark.parametrize("mode", [MAIN, AGGRESSIVE], ids=lambda m: m.value)
SHORT = {"proposals": (replace(PHASE1, lifetime=1000),), "renew_before_end": 100}


def all_sas(node: Node) -> list[Any]:
    return list(node.endpoint.isakmp_sas(node.wire.now))


@BOTH
def test_an_isakmp_sa_is_renewed_before_its_end_and_its_pairs_stay(mode: ExchangeMode) -> None:
    wire = Wire()
    a, b = established(wire, SHORT | {"mode": mode}, SHORT)
    pair, old = dict(a.children), a.isakmp_sas()[0]
    wire.run(890)
    assert a.isakmp_sas() == [replace(old, remaining=a.isakmp_sas()[0].remaining)]
    wire.run(20)
    settled(a, b)
    new = a.isakmp_sas()[0]
    assert new.initiator_cookie != old.initiator_cookie
    assert new.mode is mode
    assert a.children == pair
    assert len(a.told(EventName.IKE_SA_REKEYED)) == len(b.told(EventName.IKE_SA_REKEYED)) == 1
    assert [s.state for s in all_sas(a)] == [IkeSaState.DELETING, IkeSaState.ESTABLISHED]
    # What is under way by the old one may come to its end; then it goes, long before its own.
    wire.run(20)
    settled(a, b)
    assert len(all_sas(a)) == len(all_sas(b)) == 1
    assert not a.removed


def test_many_renewals_leave_nothing_behind() -> None:
    wire = Wire()
    a, b = established(wire, SHORT, SHORT)
    wire.run(50_000)
    settled(a, b)
    for node in (a, b):
        engine = node.endpoint.v1
        assert len(engine._sas) <= 2
        assert len(engine._first_messages) <= 2
        assert not engine._half_open
        assert len(engine._by_peer["ike1"]) <= 2


def test_the_responder_renews_only_what_the_initiator_does_not() -> None:
    """A little later, and never towards a peer of unknown address."""
    wire = Wire()
    never = SHORT | {"renew_before_end": 0}
    a, b = established(wire, never, SHORT)
    wire.run(890)
    assert len(all_sas(b)) == 1
    wire.run(50)
    settled(a, b)
    assert b.isakmp_sas()[0].role is Role.INITIATOR


def test_towards_a_peer_of_unknown_address_the_responder_does_not_begin() -> None:
    wire = Wire()
    a = wire.node("a", site(1, **(SHORT | {"renew_before_end": 0})), SITE1)
    b = wire.node(
        "b",
        gateway(
            peer(2, address=ANY, peer_identity=PeerIdentity.ANYTHING, **SHORT), ikev1_tunnel(2, address=ANY)
        ),
        SITE2,
    )
    a.initiate(TUNNEL, b)
    wire.run(990)
    assert len(all_sas(b)) == 1
    begun = [who for _, who, d, _ in wire.sent if d[8:16] == bytes(8)]
    assert begun == ["a"]


def test_never_before_half_of_the_lifetime() -> None:
    wire = Wire()
    greedy = SHORT | {"renew_before_end": 10_000}
    a, _ = established(wire, greedy, greedy)
    wire.run(490)
    assert len(all_sas(a)) == 1
    wire.run(20)
    assert len(a.told(EventName.IKE_SA_REKEYED)) == 1


def test_a_renewal_that_fails_leaves_the_old_one_until_its_end() -> None:
    wire = Wire()
    a, b = established(wire, SHORT, SHORT)
    wire.run(850)
    wire.filter = lambda node, datagram: datagram[18] != ExchangeType.IDENTITY_PROTECTION
    wire.run(140)
    assert a.failures()
    assert len(a.isakmp_sas()) == len(b.isakmp_sas()) == 1
    wire.run(30)
    assert not all_sas(a)
    assert a.children, "the pairs belong to the peer, not to the ISAKMP SA"
    gone = a.told(EventName.IKE_SA_DELETED) + b.told(EventName.IKE_SA_DELETED)
    assert any("its lifetime is over" in e.message for e in gone)


def test_a_dangling_isakmp_sa_is_renewed_unless_that_is_suppressed() -> None:
    """V1-07."""
    for suppress in (False, True):
        wire = Wire()
        brief = policy(proposals=(replace(PHASE2, lifetime=300),), autorefresh=False)
        a, b = established(wire, SHORT | brief | {"suppress_dangling": suppress}, SHORT | brief)
        b.do(
            b.endpoint.configure,
            replace(b.gateway, ikev1_peers=(replace(b.gateway.ikev1_peers[0], suppress_dangling=suppress),)),
        )
        wire.run(950)
        assert not a.children
        assert bool(a.told(EventName.IKE_SA_REKEYED)) is not suppress
        wire.run(200)
        assert bool(a.isakmp_sas()) is not suppress
        assert len(b.isakmp_sas()) == len(a.isakmp_sas())


def test_the_end_is_told_to_the_peer() -> None:
    wire = Wire()
    never = SHORT | {"renew_before_end": 0, "suppress_dangling": True}
    brief = policy(proposals=(replace(PHASE2, lifetime=300),), autorefresh=False)
    a, b = established(wire, never | brief, never | brief | {"proposals": (replace(PHASE1, lifetime=5000),)})
    wire.run(1010)
    assert not all_sas(a)
    assert not all_sas(b)


def test_when_the_younger_one_goes_the_older_one_works_again() -> None:
    wire = Wire()
    a, b = established(wire, SHORT, SHORT)
    wire.run(910)
    assert len(all_sas(a)) == 2
    for node in (a, b):
        newest = node.endpoint.v1.all_sas()[-1]
        newest.close("for this story", wire.now)
        wire.carry_out(node)
    settled(a, b)
    assert len(all_sas(a)) == 1
    wire.run(85)
    settled(a, b)


@pytest.mark.parametrize("seed", range(8))
@BOTH
def test_renewals_on_a_rough_wire(mode: ExchangeMode, seed: int) -> None:
    """Hours of loss: there is always an SA, and both ends have it."""
    wire = Wire(seed, Conditions(loss=0.2, duplication=0.1, latency=0.03, jitter=0.3))
    wire.keep_sent = False
    a, b = two_sites(wire, SHORT | {"mode": mode}, SHORT)
    wire.keep_up(a, TUNNEL, b)
    wire.run(5)
    without = 0
    for _ in range(1000):
        wire.run(10)
        without += not a.isakmp_sas()
    wire.conditions = Conditions()
    wire.run(2000)
    assert len(all_sas(a)) <= 2
    assert without <= 5
    settled(a, b)


@pytest.mark.interpreted
def test_the_driver_hears_when_an_sa_comes_and_goes() -> None:
    wire = Wire()
    a, b = two_sites(wire)
    heard: list[str] = []
    true_effects = a.endpoint.effects

    def effects() -> list[Any]:
        found = true_effects()
        heard.extend(e.peer for e in found if isinstance(e, IsakmpSaChanged))
        return found

    a.endpoint.effects = effects  # type: ignore[method-assign]
    a.initiate(TUNNEL, b)
    wire.run(3)
    assert heard == ["ike1"]
    a.do(a.endpoint.clear, None)
    assert heard == ["ike1", "ike1"]


def test_a_peer_that_has_lost_the_sa_says_so_and_is_asked_at_once() -> None:
    """What it says proves nothing, but then it does not answer either."""
    wire = Wire()
    slow = {"dpd": DeadPeerDetection(3000, retries=2, retry_interval=5)}
    a, b = established(wire, slow, slow)
    wire.run(60)
    b.boot()
    a.do(a.endpoint.expire, next(iter(a.children)))
    wire.run(1)
    told = [d for _, who, d, _ in wire.sent if who == "b" and d[18] == ExchangeType.INFORMATIONAL]
    assert NotifyType.INVALID_COOKIE in [p.type for d in told if not d[19] & 1 for p in decode(d).payloads]
    assert a.told(EventName.DPD)
    wire.run(30)
    assert a.told(EventName.PEER_DEAD)


def test_a_stranger_cannot_keep_an_isakmp_sa_from_being_renewed() -> None:
    """Somebody who pretends to have the peer's address begins phase 1 again and again, and never goes on."""
    wire = Wire()
    a, b = established(wire, SHORT, SHORT | {"renew_before_end": 1})
    liar = Node(wire, "liar", site(2), SITE2, b.limits)
    wire.run(880)
    for _ in range(5):
        liar.boot()
        liar.endpoint.initiate(TUNNEL, liar.path_to(SITE1), wire.now)
        (first,) = (e.datagram for e in liar.endpoint.effects() if isinstance(e, Send))
        a.do(a.endpoint.receive, first, a.path_to(SITE2))
        wire.run(20)
    assert len(a.told(EventName.IKE_SA_REKEYED)) == 1
    settled(a, b)


def test_that_one_site_is_up_does_not_hide_that_another_did_not_go_on() -> None:
    """Both are peers of unknown address under one policy."""
    wire = Wire()
    b = wire.node("b", site(2, {"address": ANY}, address=ANY, peer_identity=PeerIdentity.ANYTHING), SITE2)
    a, late = (wire.node(f"a{n}", site(1), f"10.1.0.{n}") for n in (11, 12))
    a.initiate(TUNNEL, b)
    wire.run(3)
    wire.filter = lambda node, datagram: node is late and not datagram[19] & 1
    late.initiate(TUNNEL, b)
    wire.run(60)
    assert any("10.1.0.12" in f and "did not come within 30 s" in f for f in b.failures())


def test_a_half_open_sa_ends_by_itself() -> None:
    wire = Wire()
    a, b = two_sites(wire)
    wire.filter = lambda node, datagram: node is a and not datagram[19] & 1
    a.initiate(TUNNEL, b)
    wire.run(20)
    assert b.endpoint.half_open() == 1
    assert [s.state for s in all_sas(b)] == [IkeSaState.CONNECTING]
    wire.run(60)
    assert b.endpoint.half_open() == 0
    assert not all_sas(b)
    assert any("message 3 (key exchange) did not come within 30 s" in f for f in b.failures())
