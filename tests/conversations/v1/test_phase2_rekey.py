"""Pairs of IPsec SAs are replaced before they end: by either end, by both at once, and not a packet is lost."""

from dataclasses import replace
from typing import Any

import pytest

from kakehashi.ike.effects import EventName
from kakehashi.model.ikev1 import DeadPeerDetection
from kakehashi.model.status import Role
from kakehashi.wire.registry.ikev1 import ExchangeType
from kakehashi.wire.registry.ikev2 import KeyExchangeId
from tests.conversations.v1.gateways import ANY, PHASE1, PHASE2, SITE1, TUNNEL, site
from tests.conversations.v1.stories import ROUGH, established, policy, settled
from tests.conversations.wire import Conditions, Node, Wire, assert_in_step, pairs

MINUTES = replace(PHASE2, lifetime=600)
NEVER = {"autorefresh": False}


def lives(lifetime: int = 600, **changes: Any) -> dict[str, Any]:
    return policy(proposals=(replace(PHASE2, lifetime=lifetime),), **changes)


def talking(wire: Wire, a: Node, b: Node) -> None:
    wire.talk(a, TUNNEL)
    wire.talk(b, TUNNEL)


@pytest.mark.parametrize("pfs", [KeyExchangeId.NONE, KeyExchangeId.ECP_256], ids=str)
def test_the_initiator_rekeys_a_minute_before_the_end(pfs: KeyExchangeId) -> None:
    wire = Wire()
    a, b = established(wire, lives(pfs=pfs), lives(pfs=pfs))
    talking(wire, a, b)
    (old,) = a.children
    wire.run(530)
    assert set(a.children) == {old}
    wire.run(15)
    assert len(a.told(EventName.CHILD_SA_REKEYED)) == len(b.told(EventName.CHILD_SA_REKEYED)) == 1
    settled(a, b)
    assert old not in a.children
    assert not a.lost + b.lost


def test_a_rekey_for_which_there_was_no_phase_1_is_tried_again() -> None:
    """The ISAKMP SA is gone, and so is the peer when the rekey begins; it is back long before the end."""
    wire = Wire()
    a, b = established(wire, lives(rekey_before_end=200), lives(rekey_before_end=200))
    talking(wire, a, b)
    for node in (a, b):
        for sa in node.endpoint.v1.all_sas():
            sa.close("a story", wire.now)
        wire.carry_out(node)
    begin = wire.now
    wire.filter = lambda node, datagram: not begin + 390 < wire.now < begin + 435
    wire.run(700)
    assert a.told(EventName.NEGOTIATION_FAILED)
    assert len(a.told(EventName.CHILD_SA_REKEYED)) == 1
    settled(a, b)
    assert not a.lost + b.lost


def test_a_larger_value_acts_as_half_of_the_lifetime() -> None:
    """V1-19."""
    wire = Wire()
    a, b = established(wire, lives(rekey_before_end=900), lives(rekey_before_end=900))
    talking(wire, a, b)
    wire.run(290)
    assert not a.told(EventName.CHILD_SA_REKEYED)
    wire.run(20)
    assert a.told(EventName.CHILD_SA_REKEYED)


def test_an_sa_that_carried_nothing_is_not_rekeyed() -> None:
    """V1-20."""
    wire = Wire()
    wire.traffic = False
    a, b = established(wire, lives(), lives())
    wire.run(570)
    assert len(pairs(a, b)) == 1
    wire.run(40)
    assert_in_step(a, b)
    assert not a.children
    assert not [e for e in a.told(EventName.CHILD_SA_REKEYED) if "is rekeyed" in e.message]


def test_one_packet_on_its_way_out_is_enough() -> None:
    """What leaves only the data plane sees: it is asked before the rekey is decided."""
    wire = Wire()
    wire.traffic = False
    a, _ = established(wire, lives(), lives(rekey_before_end=1))
    wire.run(10)
    wire.send_esp(a, a.outbound[TUNNEL])
    wire.run(560)
    assert len(a.told(EventName.CHILD_SA_REKEYED)) == 1


def test_unconditional_rekeying() -> None:
    """V1-20."""
    wire = Wire()
    wire.traffic = False
    a, b = established(wire, lives(rekey_unused=True), lives())
    wire.run(3000)
    assert len(a.told(EventName.CHILD_SA_REKEYED)) >= 5
    assert_in_step(a, b)


def test_without_autorefresh_the_sa_ends() -> None:
    """V1-12."""
    wire = Wire()
    a, b = established(wire, lives(autorefresh=False), lives(autorefresh=False))
    talking(wire, a, b)
    wire.run(590)
    assert a.children
    wire.run(20)
    assert not a.children
    assert not b.children


def test_the_responder_rekeys_where_the_initiator_does_not() -> None:
    wire = Wire()
    a, b = established(wire, lives(autorefresh=False), lives())
    talking(wire, a, b)
    wire.run(560)
    settled(a, b)
    assert [s.role for s in b.ipsec_sas()] == [Role.INITIATOR]
    assert not a.lost + b.lost


def test_towards_a_peer_of_unknown_address_only_who_may_begin_rekeys() -> None:
    """V1-10."""
    for may_begin in (False, True):
        wire = Wire()
        here = {"tunnel": {"ipsec": {"proposals": (MINUTES,)} | NEVER}}
        there = {"tunnel": {"ipsec": {"proposals": (MINUTES,)}, "starts_phase2": may_begin, "address": ANY}}
        a, b = established(wire, here, {"address": ANY} | there)
        talking(wire, a, b)
        wire.run(560)
        assert bool(b.told(EventName.CHILD_SA_REKEYED)) is may_begin


def test_the_old_sa_takes_packets_until_the_peer_uses_the_new_one() -> None:
    wire = Wire()
    wire.traffic = False
    a, b = established(wire, lives(rekey_unused=True), lives(autorefresh=False))
    (old,) = a.children
    wire.run(570)
    assert len(pairs(a, b)) == 2
    assert a.used(TUNNEL).spi_in != old
    assert b.used(TUNNEL).spi_out != old
    wire.send_esp(b, b.outbound[TUNNEL])
    wire.run(5)
    settled(a, b)
    assert old not in a.children


def test_the_data_planes_limits() -> None:
    """A soft limit is a rekey, a hard one the end."""
    wire = Wire()
    a, b = established(wire, policy(), policy())
    (old,) = a.children
    a.do(a.endpoint.expire, old)
    wire.run(10)
    settled(a, b)
    assert old not in a.children
    (new,) = a.children
    a.endpoint.expire(new, wire.now, True)
    wire.carry_out(a)
    wire.run(5)
    assert not a.children
    assert not b.children


def both_rekey(wire: Wire, latency: float, jitter: float) -> tuple[Node, Node]:
    """The responder's patience is just used up by its SA's being younger: both ends begin at once."""
    a, b = established(wire, lives(600), lives(599))
    talking(wire, a, b)
    wire.conditions = Conditions(latency=latency, jitter=jitter)
    wire.run(536 - 3)
    return a, b


@pytest.mark.parametrize("seed", range(8))
def test_both_ends_rekey_at_once(seed: int) -> None:
    wire = Wire(seed)
    a, b = both_rekey(wire, 0.05, 0)
    for node in (a, b):
        for spi in list(node.children):
            node.do(node.endpoint.expire, spi)
    wire.run(1)
    # Both began, and both ends keep to the same pair.
    assert len(a.children) == len(b.children) == 3
    assert a.used(TUNNEL).spi_in == b.used(TUNNEL).spi_out
    wire.run(20)
    settled(a, b)
    assert not a.lost + b.lost


@pytest.mark.parametrize("seed", range(30))
def test_rekeys_cross_in_every_way(seed: int) -> None:
    wire = Wire(seed)
    a, b = both_rekey(wire, 0.3 * wire.random.random(), 0.3)
    for node in (a, b):
        wire.at(wire.now + wire.random.random() * 0.6, lambda n=node: soft(wire, n))
    wire.run(30)
    settled(a, b)
    wire.run(3000)
    settled(a, b)
    assert not a.failures() + b.failures()


@pytest.mark.parametrize("seed", range(20))
def test_rekeys_under_loss(seed: int) -> None:
    wire = Wire(seed)
    a, b = established(wire, lives(120), lives(120))
    talking(wire, a, b)
    wire.keep_up(a, TUNNEL, b)
    wire.conditions = ROUGH
    wire.run(1500)
    wire.conditions = Conditions()
    wire.run(240)
    settled(a, b)


def test_without_delete_the_old_sa_lives_to_its_end() -> None:
    wire = Wire()
    quiet = {"send_delete": False}
    a, b = established(wire, quiet | lives(), quiet | lives())
    talking(wire, a, b)
    old = set(a.children)
    wire.run(570)
    assert old < set(a.children)
    wire.run(40)
    assert old.isdisjoint(a.children)
    settled(a, b)


def test_a_rekey_that_is_refused_is_told_and_tried_again() -> None:
    wire = Wire()
    a, b = established(wire, lives(), lives())
    talking(wire, a, b)
    other = site(2, tunnel={"ipsec": {"proposals": (MINUTES,), "pfs": KeyExchangeId.ECP_256} | NEVER})
    b.do(b.endpoint.configure, other)
    wire.run(560)
    told = a.told(EventName.REKEY_FAILED)
    assert told
    assert "NO-PROPOSAL-CHOSEN" in told[0].message
    b.do(b.endpoint.configure, site(2, tunnel={"ipsec": {"proposals": (MINUTES,)} | NEVER}))
    wire.run(35)
    settled(a, b)
    assert a.told(EventName.CHILD_SA_REKEYED)


def test_phase_1_ends_and_is_made_again_for_a_rekey() -> None:
    """The pair outlives its ISAKMP SA; the rekey makes another one first."""
    wire = Wire()
    short = {"proposals": (replace(PHASE1, lifetime=100),), "suppress_dangling": True}
    a, b = established(wire, short | lives(), short | lives())
    talking(wire, a, b)
    for node in (a, b):
        for sa in node.endpoint.v1.all_sas():
            sa.close("a story", wire.now)
        wire.carry_out(node)
    assert not a.isakmp_sas()
    wire.run(560)
    settled(a, b)
    assert a.told(EventName.CHILD_SA_REKEYED)
    assert not a.lost + b.lost


@pytest.mark.parametrize("seed", range(6))
def test_24_hours_of_rekeys_under_loss(seed: int) -> None:
    """Always on at one end; what the wire destroys comes back, and in the end both agree."""
    wire = Wire(seed, Conditions(loss=0.1, duplication=0.05, latency=0.03, jitter=0.1))
    wire.keep_sent = False
    changes = {
        "proposals": (replace(PHASE1, lifetime=7200),),
        "dpd": DeadPeerDetection(60, 3, 5),
    } | lives(3600, rekey_before_end=120)
    a, b = wire.node("a", site(1, **changes), SITE1), wire.node("b", site(2, **changes), "10.2.0.1")
    wire.keep_up(a, TUNNEL, b)
    wire.talk(a, TUNNEL, 20)
    wire.talk(b, TUNNEL, 20)
    wire.run(24 * 3600)
    wire.conditions = Conditions()
    wire.run(300)
    assert_in_step(a, b)
    assert len(pairs(a, b)) == 1
    assert len(a.told(EventName.CHILD_SA_REKEYED)) + len(b.told(EventName.CHILD_SA_REKEYED)) >= 20
    # Nothing is left over of what is gone.
    for node in (a, b):
        (sa,) = [sa for sa in node.endpoint.v1.all_sas() if sa.is_up]
        assert len(sa.exchanges) < 5


def soft(wire: Wire, node: Node) -> None:
    spi = node.outbound.get(TUNNEL)
    if spi is not None:
        node.do(node.endpoint.expire, spi)


def test_quick_modes_are_told_by_their_exchange_type() -> None:
    """The stories above count on it."""
    wire = Wire()
    established(wire)
    assert sum(d[18] == ExchangeType.QUICK for _, _, d, _ in wire.sent) == 3
