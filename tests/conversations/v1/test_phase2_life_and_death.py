"""The end of SAs: deletes, dead peers, peers that start anew, SAs that one end has lost."""

from dataclasses import replace
from typing import Any

import pytest

from kakehashi.ike.effects import EventName
from kakehashi.ike.v1 import dpd
from kakehashi.ike.v1.delete import delete_isakmp_sa, delete_pair, send_notice
from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.ikev1 import DeadPeerDetection, DeleteNotify, DpdStyle
from kakehashi.model.selector import TrafficSelector
from kakehashi.wire.registry.ikev1 import ExchangeType, NotifyType, ProtocolId
from kakehashi.wire.v1.message import Message, encode
from kakehashi.wire.v1.notification import Notification
from tests.conversations.v1.gateways import (
    ANY,
    PHASE2,
    SITE1,
    SITE2,
    TUNNEL,
    identity,
    ikev1_tunnel,
    peer,
    site,
)
from tests.conversations.v1.gateways import gateway as made_of
from tests.conversations.v1.stories import established, policy, settled, two_sites
from tests.conversations.wire import Conditions, Node, Wire, assert_in_step

NAME = identity("site1")
ANYONE = {"tunnel": {"address": ANY}}
DPD = DeadPeerDetection(10, 3, 5)


def lose_pairs(node: Node) -> None:
    """One end has lost its IPsec SAs, and nobody knows."""
    for pair in node.endpoint.v1.pairs:
        node.endpoint.v1.pairs.remove(pair, "a story")
    node.wire.carry_out(node)


# Deletes.


@pytest.mark.parametrize("who", ["a", "b"])
def test_clear_tells_the_peer(who: str) -> None:
    wire = Wire()
    a, b = established(wire)
    node = a if who == "a" else b
    assert node.do(node.endpoint.clear, TUNNEL) == 1
    wire.run(1)
    for end in (a, b):
        assert not end.children
        assert not end.isakmp_sas()
    assert any("the peer deleted it" in r.reason for r in (b if who == "a" else a).removed)


def test_after_clear_the_next_packet_begins_anew_though_the_peer_is_dead() -> None:
    wire = Wire()
    a, b = established(wire)
    wire.conditions = Conditions(loss=1)
    a.do(a.endpoint.clear, TUNNEL)
    assert not a.children
    assert not a.isakmp_sas()
    a.initiate(TUNNEL, b)
    wire.run(1)
    wire.conditions = Conditions()
    wire.run(30)
    assert_in_step(a, b)
    assert len(a.isakmp_sas()) == 1


def test_clear_of_one_tunnel_leaves_what_another_needs() -> None:
    wire = Wire()
    a, b = two_tunnels(wire)
    a.do(a.endpoint.clear, TUNNEL)
    wire.run(1)
    assert_in_step(a, b)
    assert [sa.tunnel for sa in a.children.values()] == ["Tunnel1.0"]
    assert len(a.isakmp_sas()) == 1
    assert a.do(a.endpoint.clear, None) == 1
    wire.run(1)
    assert not b.isakmp_sas()


def test_without_delete_nothing_is_said() -> None:
    wire = Wire()
    a, b = established(wire, {"send_delete": False})
    wire.sent.clear()
    a.do(a.endpoint.clear, None)
    assert not wire.sent
    assert b.children


def test_shutdown_says_goodbye_and_discard_does_not() -> None:
    wire = Wire()
    a, b = established(wire)
    a.do(a.endpoint.shutdown)
    wire.run(1)
    assert not b.children
    assert not b.isakmp_sas()
    wire = Wire()
    a, b = established(wire)
    wire.sent.clear()
    a.endpoint.discard(TUNNEL, "a story", wire.now)
    wire.carry_out(a)
    assert not wire.sent
    assert not a.children
    assert not a.isakmp_sas()


def test_the_pairs_outlive_a_deleted_isakmp_sa() -> None:
    wire = Wire()
    a, b = established(wire)
    for sa in a.endpoint.v1.all_sas():
        delete_isakmp_sa(sa, "a story", wire.now)
    wire.carry_out(a)
    wire.run(1)
    assert not a.isakmp_sas()
    assert not b.isakmp_sas()
    assert len(a.children) == len(b.children) == 1


def test_at_the_end_of_its_life_the_pair_is_deleted_at_both_ends() -> None:
    wire = Wire()
    short = policy(proposals=(replace(PHASE2, lifetime=100),), autorefresh=False)
    a, b = established(wire, short, policy(autorefresh=False))
    wire.run(99)
    assert_in_step(a, b)
    assert not a.children


# Dead peer detection.


@pytest.mark.parametrize("style", list(DpdStyle), ids=str)
def test_a_killed_peer_is_found_dead(style: DpdStyle) -> None:
    wire = Wire()
    a, b = established(wire, {"dpd": replace(DPD, style=style)})
    wire.filter = lambda node, datagram: node is a
    wire.talk(a, TUNNEL)
    wire.run(60)
    (told,) = a.told(EventName.PEER_DEAD)
    assert told.tunnel == TUNNEL
    assert "10.2.0.1" in told.message
    assert not a.children
    assert not a.isakmp_sas()
    assert b.children


def test_arriving_packets_silence_the_probe() -> None:
    """V1-04."""
    wire = Wire()
    _, b = established(wire, {"dpd": DPD})
    wire.run(20)
    wire.talk(b, TUNNEL, 4)
    wire.run(20)
    wire.sent.clear()
    wire.run(200)
    assert not wire.sent


def test_without_packets_it_is_asked_at_the_interval_and_answered() -> None:
    wire = Wire()
    a, _ = established(wire, {"dpd": DPD})
    wire.sent.clear()
    wire.run(205)
    asked = [who for _, who, _, _ in wire.sent]
    assert 15 <= asked.count("a") <= 21
    assert asked.count("b") == asked.count("a")
    assert not a.told(EventName.PEER_DEAD)


def test_on_demand_asks_only_when_packets_go_unanswered() -> None:
    """CI-03."""
    wire = Wire()
    a, _ = established(wire, {"dpd": replace(DPD, style=DpdStyle.ON_DEMAND)})
    wire.run(20)
    wire.sent.clear()
    wire.run(300)
    assert not wire.sent
    wire.send_esp(a, a.outbound[TUNNEL])
    wire.run(20)
    assert [who for _, who, _, _ in wire.sent] == ["a", "b"]


def test_periodic_asks_whatever_comes() -> None:
    """CI-03."""
    wire = Wire()
    _, b = established(wire, {"dpd": replace(DPD, style=DpdStyle.PERIODIC)})
    wire.talk(b, TUNNEL, 1)
    wire.sent.clear()
    wire.run(105)
    assert [who for _, who, _, _ in wire.sent].count("a") >= 9


def test_packets_prove_life_where_answers_are_lost() -> None:
    wire = Wire()
    a, b = established(wire, {"dpd": replace(DPD, style=DpdStyle.PERIODIC)})
    wire.talk(b, TUNNEL, 4)
    wire.filter = lambda node, datagram: node is a
    wire.run(200)
    assert not a.told(EventName.PEER_DEAD)


def test_an_answer_to_another_question_says_nothing() -> None:
    """RFC 3706 section 5.4."""
    wire = Wire()
    a, b = established(wire, {"dpd": DPD})
    (ours,), (theirs,) = (node.endpoint.v1.all_sas() for node in (a, b))
    stale = Notification(NotifyType.R_U_THERE, data=b"\0\0\0\1")
    dpd.answer(theirs, stale, wire.now)
    wire.carry_out(b)
    wire.run(1)
    assert not a.told(EventName.DPD)
    wire.run(20)
    assert "is alive" in a.told(EventName.DPD)[1].message
    assert ours.dpd is not None


def test_one_lost_question_is_no_death() -> None:
    wire = Wire()
    a, _ = established(wire, {"dpd": DPD})
    wire.run(9)
    wire.filter = lambda node, datagram: False
    wire.run(11)
    wire.filter = None
    wire.run(100)
    assert not a.told(EventName.PEER_DEAD)
    assert a.children


def test_without_phase_2_nobody_is_asked() -> None:
    """V1-07."""
    wire = Wire()
    a, b = established(wire, {"dpd": DPD, "suppress_dangling": True})
    lose_pairs(a)
    lose_pairs(b)
    wire.sent.clear()
    wire.run(500)
    assert not wire.sent


def test_a_peer_that_has_no_dpd_is_not_asked() -> None:
    wire = Wire()
    a, b = established(wire, {"dpd": DPD})
    for sa in a.endpoint.v1.all_sas():
        assert sa.dpd is not None
    assert all(sa.dpd is None for sa in b.endpoint.v1.all_sas())


def test_an_error_without_proof_is_a_reason_to_ask_but_not_all_the_time() -> None:
    """A peer that has lost everything answers INVALID-COOKIE in clear; so can anybody else."""
    wire = Wire()
    a, _ = established(wire, {"dpd": replace(DPD, interval=3600)})
    wire.run(10)
    wire.sent.clear()
    (sa,) = a.endpoint.v1.all_sas()
    cookies = (sa.initiator_cookie, sa.responder_cookie)
    error = Message(*cookies, ExchangeType.INFORMATIONAL, 9, (Notification(NotifyType.INVALID_COOKIE),))
    for _ in range(90):
        a.endpoint.receive(encode(error), a.path_to(SITE2), wire.now)
        wire.carry_out(a)
        wire.run(0.1)
    assert [who for _, who, _, _ in wire.sent] == ["a", "b", "a", "b"]
    assert a.children


def test_a_peer_that_has_lost_everything_is_found_dead_by_its_errors() -> None:
    wire = Wire()
    a, b = established(wire, {"dpd": replace(DPD, interval=3600)}, {"send_initial_contact": False})
    b.boot()
    wire.run(20)
    a.do(a.endpoint.expire, a.outbound[TUNNEL])
    wire.run(25)
    assert a.told(EventName.PEER_DEAD)
    assert not a.children


def test_found_dead_and_found_again() -> None:
    wire = Wire()
    a, b = established(wire, {"dpd": DPD})
    wire.keep_up(a, TUNNEL, b)
    wire.talk(a, TUNNEL)
    b.boot()
    wire.run(60)
    settled(a, b)


def test_when_the_peer_deletes_the_new_pair_the_old_one_works_again() -> None:
    wire = Wire()
    a, b = established(wire)
    (old,) = a.children
    a.do(a.endpoint.expire, old)
    wire.run(1)
    new = a.used(TUNNEL)
    assert new.spi_in != old
    (theirs,) = (p for p in b.endpoint.v1.pairs if p.spi_in == new.spi_out)
    delete_pair(b.endpoint.v1, theirs, "a story", wire.now)
    wire.carry_out(b)
    wire.run(1)
    assert a.used(TUNNEL).spi_in == old
    assert b.used(TUNNEL).spi_out == old
    wire.run(60)
    settled(a, b)


# A new start.


def test_a_peer_that_starts_anew_says_so() -> None:
    """INITIAL-CONTACT: what was before is gone."""
    wire = Wire()
    a, b = established(wire)
    old = set(a.children)
    b.boot()
    b.initiate(TUNNEL, a)
    wire.run(5)
    settled(a, b)
    assert old.isdisjoint(a.children)


def test_initial_contact_may_come_after_phase_1() -> None:
    """Some send it in an informational exchange: it concerns what was before that ISAKMP SA."""
    wire = Wire()
    a, b = established(wire, {}, {"send_initial_contact": False})
    old = set(a.children)
    b.boot()
    b.initiate(TUNNEL, a)
    wire.run(1)
    assert old < set(a.children)
    (sa,) = b.endpoint.v1.all_sas()
    cookies = sa.initiator_cookie + sa.responder_cookie
    send_notice(sa, [Notification(NotifyType.INITIAL_CONTACT, spi=cookies)], wire.now)
    wire.carry_out(b)
    wire.run(1)
    settled(a, b)
    assert old.isdisjoint(a.children)


def test_without_initial_contact_the_old_pair_stays_until_its_end() -> None:
    wire = Wire()
    a, b = established(wire, {}, {"send_initial_contact": False})
    old = set(a.children)
    b.boot()
    b.initiate(TUNNEL, a)
    wire.run(1)
    assert old < set(a.children)
    assert a.used(TUNNEL).spi_in not in old


def test_a_peer_of_unknown_address_comes_back_from_elsewhere() -> None:
    """V1-36: its old SAs are of no use to anybody."""
    wire = Wire()
    there = {"address": ANY, "tunnel": {"address": ANY}}
    name = {"local_identity": NAME}
    a, b = two_sites(wire, name, there | {"peer_identity": NAME})
    a.initiate(TUNNEL, b)
    wire.run(3)
    old = set(b.children)
    assert old
    c = wire.node("c", site(1, send_initial_contact=False, **name), "10.7.0.1")
    c.initiate(TUNNEL, b)
    wire.run(3)
    assert len(b.children) == 1
    assert old.isdisjoint(b.children)
    assert len(b.isakmp_sas()) == 1
    assert any("10.7.0.1 now" in r.reason for r in b.removed)


# An SA that one end has lost.


def test_packets_that_nothing_opens_make_the_peer_forget_the_sa() -> None:
    """V1-18: so many packets in so many seconds."""
    wire = Wire()
    a, b = two_sites(wire)
    b.gateway = replace(b.gateway, delete_notify=DeleteNotify(10, 5))
    b.boot()
    wire.keep_up(a, TUNNEL, b)
    wire.run(3)
    lose_pairs(b)
    wire.talk(a, TUNNEL, 0.4)
    wire.run(3)
    assert not b.children
    wire.run(15)
    settled(a, b)
    assert any("10 packets" in e.message for e in b.told(EventName.CHILD_SA_DELETED))


def test_fewer_packets_do_not() -> None:
    wire = Wire()
    a, b = two_sites(wire)
    b.gateway = replace(b.gateway, delete_notify=DeleteNotify(10, 5))
    b.boot()
    a.initiate(TUNNEL, b)
    wire.run(3)
    lose_pairs(b)
    wire.talk(a, TUNNEL, 1)
    wire.run(120)
    assert a.children


def test_a_peer_that_reboots_without_a_word_is_brought_back() -> None:
    """It comes back under a new phase 1, and what still comes for its old SA is answered by a Delete."""
    wire = Wire()
    a, b = established(wire, {"send_initial_contact": False}, {"send_initial_contact": False})
    b.gateway = replace(b.gateway, delete_notify=DeleteNotify(5, 5))
    (old,) = a.children
    b.boot()
    a.do(
        a.endpoint.v1.start_phase1, a.gateway.ikev1_peers[0], a.path_to(SITE2), wire.now, None
    ) if False else None
    for sa in a.endpoint.v1.all_sas():
        sa.close("a story", wire.now)
    a.endpoint.v1.start_phase1(a.gateway.ikev1_peers[0], a.path_to(SITE2), wire.now, None)
    wire.carry_out(a)
    wire.run(3)
    assert old in a.children
    wire.keep_up(a, TUNNEL, b)
    wire.talk(a, TUNNEL, 0.3)
    wire.run(20)
    settled(a, b)
    assert old not in a.children


def test_without_delete_notify_the_peer_hears_invalid_spi() -> None:
    wire = Wire()
    a, b = established(wire)
    wire.keep_up(a, TUNNEL, b)
    wire.run(10)
    lose_pairs(b)
    wire.talk(a, TUNNEL, 1)
    wire.run(30)
    settled(a, b)
    assert any("INVALID-SPI" in r.reason for r in a.removed)


def test_invalid_spi_is_told_now_and_then_only() -> None:
    wire = Wire()
    _, b = established(wire)
    wire.run(10)
    wire.sent.clear()
    for _ in range(200):
        b.endpoint.unknown_spi(0x12345678, b.path_to(SITE1), wire.now)
        wire.carry_out(b)
        wire.run(0.1)
    assert len(wire.sent) == 2


def test_invalid_spi_is_told_of_a_few_spis_in_a_second() -> None:
    """Whoever can send from the peer's address can make up SPIs as he likes."""
    wire = Wire()
    _, b = established(wire)
    wire.run(10)
    wire.sent.clear()
    for spi in range(1000, 1200):
        b.endpoint.unknown_spi(spi, b.path_to(SITE1), wire.now)
    wire.carry_out(b)
    assert len(wire.sent) == b.limits.answers_per_second


def test_of_a_young_pair_invalid_spi_proves_nothing() -> None:
    """A packet may have overtaken the message that makes the SA."""
    wire = Wire()
    a, b = established(wire)
    (theirs,) = b.endpoint.v1.all_sas()
    (spi,) = b.children
    octets = spi.to_bytes(4, "big")
    notification = Notification(NotifyType.INVALID_SPI, ProtocolId.ESP, octets, octets)
    for stays in (True, False):
        send_notice(theirs, [notification], wire.now)
        wire.carry_out(b)
        wire.run(8)
        assert bool(a.children) is stays


def test_what_a_stranger_sends_is_not_answered() -> None:
    wire = Wire()
    a, b = established(wire)
    b.gateway = replace(b.gateway, delete_notify=DeleteNotify(1, 5))
    wire.sent.clear()
    stranger = Path(SocketAddress(b.address, 500), SocketAddress(a.address + 77, 500))
    assert not b.endpoint.v1.undecryptable(0x12345678, stranger, wire.now, 1000)
    # Nor what comes for an SA that stands: anybody can send that.
    (spi,) = b.children
    assert b.endpoint.v1.undecryptable(spi, b.path_to(SITE1), wire.now, 1000)
    wire.carry_out(b)
    assert not wire.sent
    assert b.children


def test_the_memory_of_unknown_spis_is_bounded() -> None:
    wire = Wire()
    _, b = established(wire)
    for spi in range(1000, 3000):
        b.endpoint.unknown_spi(spi, b.path_to(SITE1), wire.now)
    assert len(b.endpoint.v1.pairs.unknown._counts) <= 256


# A mapping that moves.


def test_a_mapping_that_moves_is_followed() -> None:
    """NT-08."""
    wire = Wire()
    name = {"local_identity": NAME}
    a, b = two_sites(wire, name, {"address": ANY, "peer_identity": NAME, "tunnel": {"address": ANY}})
    nat = wire.nat(a, "10.9.0.1")
    a.initiate(TUNNEL, b)
    wire.run(3)
    before = b.used(TUNNEL).path.remote
    nat.forget()
    wire.send_esp(a, a.outbound[TUNNEL])
    wire.run(1)
    after = b.used(TUNNEL).path.remote
    assert after != before
    assert b.isakmp_sas()[0].path.remote == after
    b.do(b.endpoint.clear, TUNNEL)
    wire.run(1)
    assert not a.children


def test_the_mapping_of_isakmp_moves_the_pairs_along() -> None:
    wire = Wire()
    name = {"local_identity": NAME, "dpd": DPD}
    a, b = two_sites(wire, name, {"address": ANY, "peer_identity": NAME, "tunnel": {"address": ANY}})
    nat = wire.nat(a, "10.9.0.1")
    a.initiate(TUNNEL, b)
    wire.run(3)
    before = b.used(TUNNEL).path.remote
    nat.forget()
    wire.run(15)
    assert b.used(TUNNEL).path.remote != before


def test_a_peer_that_no_nat_hides_is_not_followed() -> None:
    """Behind a NAT are we: what comes from elsewhere is not the peer's doing."""
    wire = Wire()
    a, b = two_sites(wire, {"local_identity": NAME}, {"address": ANY, "peer_identity": NAME} | ANYONE)
    wire.nat(a, "10.9.0.1")
    a.initiate(TUNNEL, b)
    wire.run(3)
    (spi,) = a.children
    before = a.used(TUNNEL).path
    a.endpoint.peer_moved(spi, SocketAddress(before.remote.ip, 4999), wire.now)
    wire.carry_out(a)
    assert a.used(TUNNEL).path == before


def test_without_a_nat_nobody_is_followed() -> None:
    wire = Wire()
    _, b = established(wire)
    (spi,) = b.children
    b.endpoint.peer_moved(spi, SocketAddress(b.address, 4500), wire.now)
    wire.carry_out(b)
    assert b.used(TUNNEL).path.remote.ip == b.path_to(SITE1).remote.ip


# A changed configuration.


@pytest.mark.parametrize(
    ("changes", "stays"),
    [
        ({}, True),
        ({"nat_keepalive": 7}, True),
        ({"secret": "another"}, False),
        ({"local_identity": None, "address": "10.3.0.1"}, False),
        ({"tunnel": {"ipsec": {"replay_window": 1024}}}, True),
        ({"tunnel": {"ipsec": {"filters": True}}}, False),
        ({"tunnel": {"enabled": False}}, False),
        ({"tunnel": {"peers": ("another",)}}, False),
    ],
)
def test_what_is_changed_goes_and_the_rest_stays(changes: dict[str, Any], stays: bool) -> None:
    wire = Wire()
    a, b = established(wire)
    a.do(a.endpoint.configure, site(1, **changes))
    wire.run(1)
    assert bool(a.children) is stays
    assert bool(b.children) is stays


def two_tunnels(wire: Wire) -> tuple[Node, Node]:
    """Two tunnels between the same sites, told apart by their identities, both up."""
    lan = {"Tunnel0.0": ("192.168.1.0/24", "192.168.2.0/24"), "Tunnel1.0": ("10.11.0.0/16", "10.12.0.0/16")}
    gateways = []
    for number in (1, 2):
        tunnels = []
        for name, ends in lan.items():
            own, other = ends if number == 1 else ends[::-1]
            selectors = {
                "local_selectors": (TrafficSelector.of(own),),
                "remote_selectors": (TrafficSelector.of(other),),
            }
            tunnels.append(ikev1_tunnel(number, interface=name, ipsec=selectors))
        gateways.append(made_of(peer(number), *tunnels))
    a, b = wire.node("a", gateways[0], SITE1), wire.node("b", gateways[1], SITE2)
    for name in lan:
        a.initiate(name, b)
    wire.run(3)
    assert_in_step(a, b)
    assert {sa.tunnel for sa in b.children.values()} == set(lan)
    assert len(a.isakmp_sas()) == 1
    assert sum(d[18] == ExchangeType.QUICK for _, _, d, _ in wire.sent) == 6
    return a, b
