"""SAs are replaced before they end: by either end, by both at once, and whatever gets lost on the way."""

from dataclasses import replace
from itertools import count
from types import ModuleType

import pytest

from kakehashi.ike.effects import EventName
from kakehashi.ike.v2 import create_child_sa, rekey_ike_sa
from kakehashi.ike.v2.informational import Liveness
from kakehashi.ike.v2.refusal import Refusal
from kakehashi.ike.v2.rekey_ike_sa import RekeyIkeSa
from kakehashi.model.algorithms import ChildAlgorithms
from kakehashi.model.policy import Rekey
from kakehashi.model.status import IkeSaState
from kakehashi.wire.registry.ikev2 import ExchangeType, KeyExchangeId, NotifyType
from tests.conversations.gateways import ANY, CHILD, IKE, SITE1, SITE2, TUNNEL, gateway, tunnel
from tests.conversations.wire import Conditions, Node, Wire, assert_in_step, pairs

NEVER = Rekey(10_000_000, 60)
PFS = replace(CHILD, key_exchanges=(KeyExchangeId.CURVE25519,))


def established(wire: Wire, one: dict, other: dict) -> tuple[Node, Node]:
    a = wire.node("a", gateway(tunnel(1, **one)), SITE1)
    b = wire.node("b", gateway(tunnel(2, **other)), SITE2)
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert len(pairs(a, b)) == 1
    return a, b


def settled(wire: Wire, a: Node, b: Node, children: int = 1) -> None:
    """Both ends hold the same, and each sends by one of them."""
    assert_in_step(a, b)
    assert len(pairs(a, b)) == children
    assert len(a.ike_sas()) == 1
    assert not a.ike_sas(IkeSaState.DELETING)
    assert not b.ike_sas(IkeSaState.DELETING)
    for node in (a, b):
        assert node.used(TUNNEL) is not None


@pytest.mark.parametrize("who", ["a", "b"])
@pytest.mark.parametrize("algorithms", [CHILD, PFS], ids=["without PFS", "with PFS"])
def test_one_end_rekeys_the_child_sa(who: str, algorithms: ChildAlgorithms) -> None:
    wire = Wire()
    soon, never = Rekey(3600, 60), NEVER
    lifetimes = (soon, never) if who == "a" else (never, soon)
    one, other = ({"ipsec": {"rekey": r, "algorithms": algorithms}} for r in lifetimes)
    a, b = established(wire, one, other)
    before = set(a.children)
    wire.run(3600)
    settled(wire, a, b)
    assert before.isdisjoint(a.children)
    assert len((a if who == "a" else b).told(EventName.CHILD_SA_REKEYED)) == 1
    status = a.ike_sas()[0].children[0]
    assert status.key_exchange == (KeyExchangeId.CURVE25519 if algorithms is PFS else KeyExchangeId.NONE)


def test_the_rekey_begins_60_s_before_the_end() -> None:
    """V2-06."""
    wire = Wire()
    soon, never = {"ipsec": {"rekey": Rekey(3600, 60)}}, {"ipsec": {"rekey": NEVER}}
    a, b = established(wire, soon, never)
    wire.sent.clear()
    wire.run(3600)
    first = wire.sent[0]
    assert first[1] == "a"
    assert first[0] == pytest.approx(1000 + 3540, abs=1)
    settled(wire, a, b)


@pytest.mark.parametrize("who", ["a", "b"])
def test_one_end_rekeys_the_ike_sa(who: str) -> None:
    wire = Wire()
    soon, never = {"ike": {"rekey": Rekey(3600, 30)}}, {"ike": {"rekey": NEVER}}
    a, b = established(wire, *((soon, never) if who == "a" else (never, soon)))
    children = set(a.children)
    old = a.ike_sas()[0].spi_i
    wire.run(3700)
    settled(wire, a, b)
    assert set(a.children) == children
    assert a.ike_sas()[0].spi_i != old
    for node in (a, b):
        assert len(node.told(EventName.IKE_SA_REKEYED)) == 1
        assert not node.removed


def test_child_sas_go_on_after_the_ike_sa_is_rekeyed() -> None:
    wire = Wire()
    soon = {"ike": {"rekey": Rekey(1000, 30)}, "ipsec": {"rekey": Rekey(1700, 60)}}
    a, b = established(wire, soon, {"ike": {"rekey": NEVER}, "ipsec": {"rekey": NEVER}})
    wire.run(10_000)
    settled(wire, a, b)
    assert len(a.told(EventName.IKE_SA_REKEYED)) == 10
    assert len(a.told(EventName.CHILD_SA_REKEYED)) == 6


def both_rekey_child(wire: Wire, a: Node, b: Node, apart: float = 0.0) -> None:
    """Both ends start to rekey their one Child SA, `apart` seconds from each other."""
    (sa_a,), (sa_b,) = a.children.values(), b.children.values()
    a.do(a.endpoint.expire, sa_a.spi_in)
    wire.run(apart)
    if sa_b.spi_in in b.children:
        b.do(b.endpoint.expire, sa_b.spi_in)


@pytest.mark.parametrize("seed", range(8))
def test_both_ends_rekey_the_child_sa_at_once(seed: int) -> None:
    """The one with the lowest nonce is redundant and is deleted by its maker (section 2.8.1)."""
    wire = Wire(seed)
    a, b = established(wire, {"ipsec": {"rekey": NEVER}}, {"ipsec": {"rekey": NEVER}})
    before = set(a.children)
    both_rekey_child(wire, a, b)
    wire.run(20)
    settled(wire, a, b)
    assert before.isdisjoint(a.children)
    redundant = [r for n in (a, b) for r in n.removed if "redundant" in r.reason]
    assert len(redundant) == 1
    # Whoever lost deletes the redundant one, the other the old one.
    loser, winner = (a, b) if redundant[0] in a.removed else (b, a)
    ours, theirs = "both ends rekeyed at once, and this one is redundant", "the peer deleted it"
    assert sorted(r.reason for r in winner.removed) == ["rekeyed", theirs]
    assert sorted(r.reason for r in loser.removed) == [ours, theirs]


@pytest.mark.parametrize("seed", range(40))
def test_rekeys_of_the_child_sa_cross_in_every_way(seed: int) -> None:
    wire = Wire(seed, Conditions(latency=0.05, jitter=0.1))
    a, b = established(wire, {"ipsec": {"rekey": NEVER}}, {"ipsec": {"rekey": NEVER}})
    for _ in range(5):
        both_rekey_child(wire, a, b, wire.random.random() * 0.5)
        wire.run(30)
        settled(wire, a, b)


def both_rekey_ike(wire: Wire, seed: int, conditions: Conditions, apart: float) -> tuple[Node, Node]:
    """The responder's IKE SA ends a little later than the initiator's: their rekeys cross."""
    wire.conditions = Conditions()
    a, b = established(
        wire,
        {"ike": {"rekey": Rekey(1000, 30)}, "ipsec": {"rekey": NEVER}},
        {"ike": {"rekey": Rekey(999, 30)}, "ipsec": {"rekey": NEVER}},
    )
    wire.conditions = conditions
    wire.conditions.latency += apart
    return a, b


@pytest.mark.parametrize("seed", range(8))
def test_both_ends_rekey_the_ike_sa_at_once(seed: int) -> None:
    wire = Wire(seed)
    a, b = both_rekey_ike(wire, seed, Conditions(latency=0.05), 0)
    children = set(a.children)
    wire.run(1000)
    settled(wire, a, b)
    assert set(a.children) == children
    assert a.ike_sas()[0].spi_i == b.ike_sas()[0].spi_i
    # Both began: each end had two new IKE SAs, and one of them is gone.
    gone = [e for n in (a, b) for e in n.told(EventName.IKE_SA_DELETED) if "redundant" in e.message]
    assert len(gone) == 1


@pytest.mark.parametrize("seed", range(40))
def test_rekeys_of_the_ike_sa_cross_in_every_way(seed: int) -> None:
    wire = Wire(seed)
    latency = wire.random.random() * 0.6
    a, b = both_rekey_ike(wire, seed, Conditions(latency=latency, jitter=0.3), 0)
    children = set(a.children)
    wire.run(5000)
    wire.conditions = Conditions()
    wire.run(100)
    settled(wire, a, b)
    assert set(a.children) == children


@pytest.mark.parametrize("seed", range(25))
def test_rekeys_of_everything_at_once_under_loss(seed: int) -> None:
    wire = Wire(seed)
    lifetimes = {"ike": {"rekey": Rekey(300, 60)}, "ipsec": {"rekey": Rekey(200, 60)}}
    a, b = established(wire, lifetimes, lifetimes)
    wire.conditions = Conditions(loss=0.1, duplication=0.1, latency=0.05, jitter=0.2)
    wire.run(1500)
    wire.conditions = Conditions()
    wire.run(190)
    assert_in_step(a, b)
    if a.children:
        assert len(pairs(a, b)) == 1
    else:
        assert a.told(EventName.PEER_DEAD) or b.told(EventName.PEER_DEAD)


@pytest.mark.parametrize("what", ["ike", "ipsec"])
def test_towards_a_peer_of_unknown_address_nothing_is_rekeyed(what: str) -> None:
    """V2-06: the SA ends at the end of its lifetime, with a Delete."""
    wire = Wire()
    a, b = established(wire, {what: {"rekey": NEVER}}, {"peer": ANY, what: {"rekey": Rekey(600, 60)}})
    wire.sent.clear()
    wire.run(580)
    assert not wire.sent
    wire.run(30)
    assert_in_step(a, b)
    assert not a.children
    assert wire.sent[0][1] == "b"
    assert not a.told(EventName.CHILD_SA_REKEYED) + a.told(EventName.IKE_SA_REKEYED)


def test_suppressed_rekey_and_delete_say_nothing() -> None:
    """V2-15."""
    wire = Wire()
    quiet = {"ike": {"start_rekey": False, "send_delete": False}, "ipsec": {"rekey": Rekey(600, 60)}}
    a, b = established(wire, quiet, quiet)
    wire.sent.clear()
    wire.run(700)
    assert not wire.sent
    assert_in_step(a, b)
    assert not a.children


def test_a_rekeyed_child_sa_stays_where_no_delete_is_sent() -> None:
    wire = Wire()
    quiet = {"ike": {"send_delete": False}, "ipsec": {"rekey": Rekey(600, 60)}}
    a, b = established(wire, quiet, {"ike": {"send_delete": False}, "ipsec": {"rekey": Rekey(700, 60)}})
    old = set(a.children)
    wire.run(560)
    assert old < set(a.children)
    assert a.used(TUNNEL).spi_in not in old
    wire.run(200)
    assert old.isdisjoint(a.children)
    assert_in_step(a, b)


def test_pfs_that_one_side_lacks_fails_at_the_rekey_with_a_reason() -> None:
    """Up, and dead an hour later: the mismatch that nobody finds."""
    wire = Wire()
    one = {"ipsec": {"rekey": Rekey(600, 60)}}
    other = {"ipsec": {"algorithms": PFS, "rekey": NEVER}}
    a, b = established(wire, one, other)
    wire.run(560)
    (told,) = b.told(EventName.REKEY_FAILED)
    assert "offers key exchange none, Tunnel0.0 (site2.cfg:10) allows CURVE25519" in told.message
    (ours,) = a.told(EventName.REKEY_FAILED)
    assert ours.details["cause"] == "NO_PROPOSAL_CHOSEN"
    assert len(pairs(a, b)) == 1
    wire.run(60)
    # The Child SA ends, and the IKE SA with it: a fresh start does without PFS.
    assert_in_step(a, b)
    assert not a.endpoint.ike_sas(wire.now)
    a.initiate(TUNNEL, b)
    wire.run(5)
    settled(wire, a, b)


def test_another_group_for_pfs_is_taken_on_demand_and_remembered() -> None:
    wire = Wire()
    one = replace(CHILD, key_exchanges=(KeyExchangeId.CURVE25519, KeyExchangeId.ECP_256))
    other = replace(CHILD, key_exchanges=(KeyExchangeId.ECP_256,))
    a, b = established(
        wire,
        {"ipsec": {"algorithms": one, "rekey": Rekey(600, 60)}},
        {"ipsec": {"algorithms": other, "rekey": NEVER}},
    )
    wire.sent.clear()
    wire.run(560)
    settled(wire, a, b)
    assert len(wire.sent) == 6  # two tries and a Delete
    assert a.ike_sas()[0].children[0].key_exchange == KeyExchangeId.ECP_256
    wire.sent.clear()
    wire.run(560)
    settled(wire, a, b)
    assert len(wire.sent) == 4


@pytest.mark.interpreted
@pytest.mark.parametrize("module", [create_child_sa, rekey_ike_sa], ids=["Child SA", "IKE SA"])
def test_a_peer_that_was_busy_may_still_ask_for_another_group(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TEMPORARY_FAILURE says nothing about the request (section 2.25), so it is none of its rounds."""
    real, busy = module._key_exchange, count()

    def key_exchange(sa, contents, chosen):  # type: ignore[no-untyped-def]
        if next(busy) < 5:
            raise Refusal(NotifyType.TEMPORARY_FAILURE, "busy", expected=True)
        return real(sa, contents, chosen)

    monkeypatch.setattr(module, "_key_exchange", key_exchange)
    wire = Wire()
    one = replace(CHILD, key_exchanges=(KeyExchangeId.CURVE25519, KeyExchangeId.ECP_256))
    other = replace(CHILD, key_exchanges=(KeyExchangeId.ECP_256,))
    a, b = established(
        wire,
        {"ipsec": {"algorithms": one, "rekey": Rekey(600, 60)}, "ike": {"rekey": Rekey(600, 60)}},
        {"ipsec": {"algorithms": other, "rekey": NEVER}},
    )
    less = replace(IKE, key_exchanges=(KeyExchangeId.ECP_256,))
    b.do(b.endpoint.configure, gateway(tunnel(2, ipsec={"algorithms": other}, ike={"algorithms": less})))
    wire.run(598)
    settled(wire, a, b)
    assert next(busy) > 6
    assert not a.told(EventName.REKEY_FAILED)


def test_with_and_without_pfs_are_both_fine_where_the_policy_says_so() -> None:
    wire = Wire()
    either = replace(CHILD, key_exchanges=(KeyExchangeId.CURVE25519, KeyExchangeId.NONE))
    a, b = established(
        wire,
        {"ipsec": {"rekey": Rekey(600, 60)}},
        {"ipsec": {"algorithms": either, "rekey": NEVER}},
    )
    wire.run(560)
    settled(wire, a, b)
    assert not a.told(EventName.REKEY_FAILED)


def test_a_child_sa_that_the_peer_does_not_know_is_made_anew() -> None:
    """CHILD_SA_NOT_FOUND (section 2.25)."""
    wire = Wire()
    a, b = established(wire, {"ipsec": {"rekey": NEVER}}, {"ipsec": {"rekey": NEVER}})
    (child, sa) = next(iter(b.endpoint.v2._children.values()))
    del sa.children[child.spi_in]
    b.endpoint.v2.remove_child(child, "lost in the story")
    wire.carry_out(b)
    a.do(a.endpoint.expire, next(iter(a.children)))
    wire.run(5)
    settled(wire, a, b)
    assert any("CHILD_SA_NOT_FOUND" in r.reason for r in a.removed)


def test_the_data_planes_soft_limit_makes_a_rekey() -> None:
    wire = Wire()
    a, b = established(wire, {"ipsec": {"rekey": NEVER}}, {"ipsec": {"rekey": NEVER}})
    old = next(iter(b.children))
    b.do(b.endpoint.expire, old)
    b.do(b.endpoint.expire, old)
    wire.run(5)
    settled(wire, a, b)
    assert old not in b.children
    assert len(b.told(EventName.CHILD_SA_REKEYED)) == 1


def test_the_old_child_sa_carries_packets_until_the_peer_uses_the_new_one() -> None:
    wire = Wire()
    wire.traffic = False
    a, b = established(wire, {"ipsec": {"rekey": NEVER}}, {"ipsec": {"rekey": NEVER}})
    old = b.used(TUNNEL).spi_in
    # The Delete of the old one is held back, so that only the first packet can decide.
    wire.filter = lambda node, datagram: datagram[18] == ExchangeType.CREATE_CHILD_SA
    a.do(a.endpoint.expire, next(iter(a.children)))
    wire.run(1)
    assert a.used(TUNNEL).spi_out != old
    assert b.used(TUNNEL).spi_in == old
    new = next(spi for spi in b.children if spi != old)
    b.do(b.endpoint.first_inbound, new)
    assert b.used(TUNNEL).spi_in == new


@pytest.mark.parametrize("who", ["a", "b", "both"])
@pytest.mark.parametrize("gone", [False, True], ids=["cleared", "no longer configured"])
def test_what_is_cleared_during_a_rekey_of_the_ike_sa_does_not_live_on_in_the_new_one(
    who: str, gone: bool
) -> None:
    """The Delete has to wait for its turn, and when that comes another IKE SA has taken over."""
    wire = Wire()
    a, b = established(wire, {}, {})
    first, second = (next(iter(node.endpoint.v2._sas.values())) for node in (a, b))
    # Without an answer to this one the Delete of the first end has to wait.
    first.begin(RekeyIkeSa(first) if who != "b" else Liveness(), wire.now)
    if who != "a":
        second.begin(RekeyIkeSa(second), wire.now)
    wire.carry_out(a)
    if gone:
        a.do(a.endpoint.configure, gateway())
    else:
        a.do(a.endpoint.clear, TUNNEL)
    if who == "b":
        # The peer's rekey overtakes its answer to the liveness check.
        wire.filter = lambda node, datagram: node is a or datagram[18] == ExchangeType.CREATE_CHILD_SA
        wire.carry_out(b)
        wire.run(0.5)
        wire.filter = None
    wire.carry_out(b)
    wire.run(60)
    for node in (a, b):
        assert not node.endpoint.ike_sas(wire.now)
        assert not node.children


@pytest.mark.parametrize("seed", range(6))
def test_24_hours_of_rekeys_under_loss(seed: int) -> None:
    """Always on at one end; what the wire destroys comes back, and in the end both agree."""
    wire = Wire(seed, Conditions(loss=0.15, duplication=0.05, latency=0.03, jitter=0.1))
    wire.keep_sent = False
    settings = {
        "ike": {"rekey": Rekey(7200, 300), "dpd_interval": 60},
        "ipsec": {"rekey": Rekey(3600, 300)},
    }
    a = wire.node("a", gateway(tunnel(1, **settings)), SITE1)
    b = wire.node("b", gateway(tunnel(2, **settings)), SITE2)
    wire.keep_up(a, TUNNEL, b)
    wire.run(24 * 3600)
    wire.conditions = Conditions()
    wire.run(200)
    assert_in_step(a, b)
    assert len(pairs(a, b)) == 1
    assert len(a.told(EventName.CHILD_SA_REKEYED)) >= 20
