"""Delete, liveness, restart, INITIAL_CONTACT, cookies, and several Child SAs."""

from dataclasses import dataclass, replace
from ipaddress import IPv4Address, ip_address

import pytest

from kakehashi.ike.drops import Drop
from kakehashi.ike.effects import EventName
from kakehashi.ike.limits import Limits
from kakehashi.ike.v2 import child_negotiation
from kakehashi.ike.v2.contact import MAX_OF_TUNNEL
from kakehashi.ike.v2.refusal import Refusal
from kakehashi.model.selector import TrafficSelector
from kakehashi.model.status import IkeSaState
from kakehashi.wire.registry.ikev2 import ExchangeType, NotifyType
from kakehashi.wire.v2.message import Message, decode, encode
from kakehashi.wire.v2.notify import Notify
from kakehashi.wire.v2.traffic_selector import TrafficSelectorsInitiator
from tests.conversations.gateways import SITE1, SITE2, TUNNEL, gateway, tunnel
from tests.conversations.wire import Conditions, Node, Wire, assert_in_step, pairs


def up(wire: Wire, one: dict | None = None, other: dict | None = None, limits: Limits | None = None):
    a = wire.node("a", gateway(tunnel(1, **(one or {}))), SITE1)
    b = wire.node("b", gateway(tunnel(2, **(other or {}))), SITE2, limits)
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert len(pairs(a, b)) == 1
    wire.sent.clear()
    return a, b


def clear_at_once(node: Node) -> object:
    return node.do(lambda now: node.endpoint.clear(TUNNEL, now, at_once=True))


def all_gone(*nodes: Node) -> bool:
    return not any(node.endpoint.ike_sas(node.wire.now) or node.children for node in nodes)


@pytest.mark.parametrize("who", [0, 1])
def test_clear_sends_the_delete_and_waits_for_the_answer(who: int) -> None:
    """V2-34."""
    wire = Wire()
    nodes = up(wire)
    one = nodes[who]
    assert one.do(one.endpoint.clear, TUNNEL) == 1
    assert one.ike_sas(IkeSaState.DELETING)
    assert one.children
    wire.run(1)
    assert all_gone(*nodes)
    assert len(wire.sent) == 2
    assert one.removed[0].reason == "cleared by the operator"
    assert nodes[1 - who].removed[0].reason == "the peer deleted it"


def test_clear_ends_by_time_out_where_no_answer_comes() -> None:
    wire = Wire()
    a, _b = up(wire)
    wire.conditions = Conditions(loss=1)
    a.do(a.endpoint.clear, None)
    wire.run(29)
    assert a.ike_sas(IkeSaState.DELETING)
    wire.run(2)
    assert all_gone(a)


@pytest.mark.parametrize("who", [0, 1])
def test_clear_at_once_leaves_nothing_and_the_peer_is_told(who: int) -> None:
    wire = Wire()
    nodes = up(wire)
    one = nodes[who]
    assert clear_at_once(one) == 1
    assert all_gone(one)
    (told,) = one.told(EventName.IKE_SA_DELETED)
    assert told.message.endswith("is gone: cleared by the operator")
    assert clear_at_once(one) == 0, "there is none"
    wire.run(1)
    assert all_gone(*nodes)
    assert len(wire.sent) == 2, "the Delete and its answer"
    assert nodes[1 - who].removed[0].reason == "the peer deleted it"
    assert len(one.told(EventName.IKE_SA_DELETED)) == 1


def test_after_a_clear_at_once_the_next_packet_begins_anew_while_the_dead_peer_is_told() -> None:
    wire = Wire()
    a, b = up(wire)
    wire.conditions = Conditions(loss=1)
    clear_at_once(a)
    a.initiate(TUNNEL, b)
    assert [sa.state for sa in a.endpoint.ike_sas(wire.now)] == [IkeSaState.CONNECTING]
    wire.run(5)
    deletes = [d for _, _, d, _ in wire.sent if decode(d).exchange_type == ExchangeType.INFORMATIONAL]
    assert len(deletes) == 2, "sent again after 2 s, as any request is (RFC 7296 section 2.1)"
    wire.conditions = Conditions()
    wire.run(40)
    assert_in_step(a, b)
    assert len(pairs(a, b)) == 1
    assert len(a.endpoint.ike_sas(wire.now)) == len(b.endpoint.ike_sas(wire.now)) == 1
    assert not a.told(EventName.PEER_DEAD)


def test_a_peer_that_never_answers_the_delete_is_not_called_dead_for_it() -> None:
    wire = Wire()
    a, _b = up(wire)
    wire.conditions = Conditions(loss=1)
    clear_at_once(a)
    wire.run(60)
    assert all_gone(a)
    assert len([d for _, name, d, _ in wire.sent if name == "a"]) == 4, "2, 4, 8 and 16 s"
    assert not a.told(EventName.PEER_DEAD)
    assert a.endpoint.next_timeout() is None, "nothing of it is left"


def test_a_clear_at_once_while_a_dead_peer_is_asked_whether_it_lives() -> None:
    """Where the window is full the Delete waits for it; nobody waits for the Delete."""
    wire = Wire()
    a, b = up(wire, {"ike": {"dpd_interval": 30}})
    wire.conditions = Conditions(loss=1)
    wire.run(31)
    assert a.told(EventName.DPD), "it is being asked"
    clear_at_once(a)
    assert all_gone(a)
    a.initiate(TUNNEL, b)
    assert [sa.state for sa in a.endpoint.ike_sas(wire.now)] == [IkeSaState.CONNECTING]
    wire.conditions = Conditions()
    wire.run(40)
    assert not a.told(EventName.PEER_DEAD)
    assert_in_step(a, b)
    assert len(b.endpoint.ike_sas(wire.now)) == 1


def test_a_clear_at_once_while_a_child_sa_is_being_made() -> None:
    """What the peer then has goes with the IKE SA."""
    wire = Wire()
    a, b = up(wire)
    (spi,) = a.children
    a.do(a.endpoint.expire, spi)
    clear_at_once(a)
    assert all_gone(a)
    wire.run(5)
    assert b.told(EventName.CHILD_SA_REKEYED), "the request was under way"
    assert not a.told(EventName.CHILD_SA_REKEYED), "and its answer makes nothing"
    assert all_gone(a, b)


def test_a_clear_at_once_while_the_ike_sa_is_rekeyed() -> None:
    """The IKE SA that comes of it is deleted, too."""
    wire = Wire()
    a, b = up(wire)
    a.do(a.endpoint.rekey, TUNNEL)
    clear_at_once(a)
    assert all_gone(a)
    wire.run(0.05)
    assert a.told(EventName.IKE_SA_REKEYED)
    assert all_gone(a), "nor is the new one there"
    a.initiate(TUNNEL, b)
    wire.run(60)
    assert_in_step(a, b)
    assert len(pairs(a, b)) == len(b.endpoint.ike_sas(wire.now)) == len(a.endpoint.ike_sas(wire.now)) == 1


def test_nothing_new_begins_under_an_ike_sa_that_counts_for_nothing() -> None:
    """The peer, which does not know yet, is put off."""
    wire = Wire()
    a, b = up(wire, {"ike": {"dpd_interval": 30}})
    wire.filter = lambda node, datagram: node is not a
    wire.run(31)
    clear_at_once(a)
    b.do(b.endpoint.rekey, TUNNEL)
    wire.run(0.5)
    assert all_gone(a)
    wire.filter = None
    wire.run(40)
    assert all_gone(a, b)
    assert not b.told(EventName.IKE_SA_REKEYED)


def test_a_peer_that_is_cleared_while_it_is_asked_is_not_called_dead() -> None:
    wire = Wire()
    a, _b = up(wire, {"ike": {"dpd_interval": 30}})
    wire.conditions = Conditions(loss=1)
    wire.run(31)
    clear_at_once(a)
    wire.run(60)
    assert not a.told(EventName.PEER_DEAD)
    assert len(a.told(EventName.IKE_SA_DELETED)) == 1
    assert a.endpoint.next_timeout() is None


def test_what_the_peer_still_sends_by_sas_that_are_cleared_is_no_reason_to_complain() -> None:
    wire = Wire()
    a, b = up(wire)
    (spi,) = a.children
    clear_at_once(a)
    sent = len(wire.sent)
    a.do(a.endpoint.unknown_spi, spi, a.path_to(b.address))
    assert len(wire.sent) == sent


def test_a_clear_at_once_is_silent_where_deletes_are_suppressed() -> None:
    wire = Wire()
    a, _b = up(wire, {"ike": {"send_delete": False}})
    clear_at_once(a)
    assert not wire.sent
    assert all_gone(a)


def test_deletes_cross() -> None:
    wire = Wire()
    a, b = up(wire)
    a.do(a.endpoint.clear, None)
    b.do(b.endpoint.clear, None)
    wire.run(1)
    assert all_gone(a, b)


def test_a_lost_answer_to_a_delete_is_given_again() -> None:
    wire = Wire()
    a, b = up(wire)
    wire.filter = lambda node, datagram: node is a
    a.do(a.endpoint.clear, None)
    wire.run(1)
    assert all_gone(b)
    wire.filter = None
    wire.run(2)
    assert all_gone(a)


def test_shutdown_says_goodbye() -> None:
    wire = Wire()
    a, b = up(wire)
    a.do(a.endpoint.shutdown)
    assert len(wire.sent) == 1
    wire.run(1)
    assert all_gone(a, b)


def test_shutdown_is_silent_where_deletes_are_suppressed() -> None:
    wire = Wire()
    a, _b = up(wire, {"ike": {"send_delete": False}})
    a.do(a.endpoint.shutdown)
    assert not wire.sent
    assert not a.children


def test_dpd_goes_out_at_the_set_interval_and_a_living_peer_answers() -> None:
    """V2-07."""
    wire = Wire()
    a, b = up(wire, {"ike": {"dpd_interval": 30}})
    wire.run(100)
    times = [round(at - 1000) for at, name, *_ in wire.sent if name == "a"]
    assert times == [30, 60, 90]
    assert_in_step(a, b)


def test_dpd_keeps_quiet_while_other_messages_pass() -> None:
    wire = Wire()
    _a, _b = up(wire, {"ike": {"dpd_interval": 30}}, {"ike": {"dpd_interval": 20}})
    wire.run(100)
    assert {name for _, name, datagram, _ in wire.sent if not decode(datagram).is_response} == {"b"}


def test_a_dead_peer_is_found_and_everything_goes() -> None:
    wire = Wire()
    a, _b = up(wire, {"ike": {"dpd_interval": 30}})
    wire.conditions = Conditions(loss=1)
    wire.run(26)
    assert not a.told(EventName.PEER_DEAD)
    wire.run(30)
    (told,) = a.told(EventName.PEER_DEAD)
    assert "has not answered for 30 s" in told.message
    assert all_gone(a)
    assert a.removed[0].reason == "peer 10.2.0.1 has not answered for 30 s"


def test_a_peer_that_restarts_takes_the_place_of_its_older_self() -> None:
    wire = Wire()
    a, b = up(wire)
    a.boot()
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert_in_step(a, b)
    assert len(pairs(a, b)) == 1
    assert "INITIAL_CONTACT" in b.removed[0].reason
    # No Delete: the peer does not know the old SA.
    assert len(wire.sent) == 4


def test_a_peer_that_restarts_is_noticed_by_its_refusals() -> None:
    """ESP to the restarted peer is answered INVALID_SPI, and that makes us ask whether it lives."""
    wire = Wire()
    a, b = up(wire)
    b.boot()
    wire.at(wire.now + 1, lambda: wire._use(a, TUNNEL, next(iter(a.children))))
    wire.run(2)
    assert a.told(EventName.DPD)
    wire.run(40)
    assert a.told(EventName.PEER_DEAD)
    assert all_gone(a, b)


def test_esp_for_an_unknown_spi_from_a_known_peer_is_told_under_the_ike_sa() -> None:
    wire = Wire()
    a, b = up(wire)
    wire.filter = lambda node, datagram: True
    (sa,) = b.children.values()
    # B has lost its Child SA in a way that IKE did not see.
    child, ike = b.endpoint.v2._children[sa.spi_in]
    del ike.children[sa.spi_in]
    b.endpoint.v2.remove_child(child, "lost in the story")
    wire.carry_out(b)
    wire.run(5)
    wire._use(a, TUNNEL, next(iter(a.children)))
    wire.run(5)
    assert_in_step(a, b)
    assert "INVALID_SPI" in a.removed[0].reason


def test_a_packet_that_overtakes_the_message_that_makes_its_sa_does_no_harm() -> None:
    wire = Wire()
    a, b = up(wire)
    a.do(a.endpoint.expire, next(iter(a.children)))
    wire.run(0.03)
    # B has made the new one, A has not heard of it yet; and a little later it has.
    new = max(b.children.values(), key=lambda sa: sa.serial_in)
    for _ in range(2):
        a.do(a.endpoint.unknown_spi, new.spi_out, a.path_to(SITE2))
        wire.run(1)
    assert_in_step(a, b)
    assert new.spi_in in b.children
    assert len(wire.sent) == 4


def test_without_initial_contact_the_older_sa_stays_until_it_is_found_dead() -> None:
    wire = Wire()
    a, b = up(wire, {"ike": {"send_initial_contact": False}}, {"ike": {"dpd_interval": 30}})
    a.boot()
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert len(b.ike_sas()) == 2
    wire.run(100)
    assert_in_step(a, b)
    assert len(pairs(a, b)) == 1


def test_a_peer_that_restarts_again_and_again_does_not_pile_up_ike_sas() -> None:
    """Neither INITIAL_CONTACT nor DPD is there to find the older ones."""
    wire = Wire()
    a, b = up(wire, {"ike": {"send_initial_contact": False}})
    for _ in range(30):
        a.boot()
        a.initiate(TUNNEL, b)
        wire.run(40)
    assert len(b.ike_sas()) == MAX_OF_TUNNEL
    wire.run(60)
    assert len(b.children) == MAX_OF_TUNNEL
    assert b.used(TUNNEL).spi_out in a.children


def test_hints_of_strangers_cost_little() -> None:
    """An unprotected INVALID_SPI is looked for in all SAs, so only so many in a second."""
    wire = Wire()
    a, b = up(wire)
    spi = next(iter(b.children)).to_bytes(4, "big")
    hint = Message(
        bytes(8),
        bytes(8),
        ExchangeType.INFORMATIONAL,
        True,
        False,
        0,
        (Notify(NotifyType.INVALID_SPI, data=spi),),
    )
    for _ in range(100):
        a.endpoint.receive(encode(hint), a.path_to(SITE2), wire.now)
        wire.carry_out(a)
        wire.conditions = Conditions(latency=0)
        wire.run(0.001)
    assert 1 <= len(a.told(EventName.DPD)) <= 2 * Limits().answers_per_second


@dataclass(frozen=True)
class Packet:
    """A packet that asks for a tunnel."""

    source: IPv4Address
    destination: IPv4Address
    protocol: int = 6
    source_port: int = 1024
    destination_port: int = 80
    refused: bool = False


LAN1, LAN2, LAN3 = (TrafficSelector.of(f"192.168.{n}.0/24") for n in (1, 2, 3))
TO_LAN2 = Packet(IPv4Address("192.168.1.5"), IPv4Address("192.168.2.5"))
TO_LAN3 = Packet(IPv4Address("192.168.1.5"), IPv4Address("192.168.3.5"))


def test_what_the_negotiated_selectors_leave_out_brings_no_second_child_up() -> None:
    """V2-13: it is dropped and counted."""
    wire = Wire()
    a, b = wire.node("a", gateway(tunnel(1)), SITE1), wire.node("b", gateway(tunnel(2)), SITE2)
    a.initiate(TUNNEL, b)
    wire.run(2)
    assert a.initiate(TUNNEL, b, replace(TO_LAN3, refused=True))
    wire.run(2)
    assert len(a.children) == len(b.children) == 1


def test_a_packet_that_no_child_sa_carries_makes_one_more() -> None:
    wire = Wire()
    narrow = {"ipsec": {"local_selectors": (LAN2,), "remote_selectors": (LAN1,)}}
    a, b = up(wire, {"ipsec": {"local_selectors": (LAN1,), "remote_selectors": (LAN2, LAN3)}}, narrow)
    a.initiate(TUNNEL, b, TO_LAN2)
    wire.run(5)
    assert len(pairs(a, b)) == 1
    b.gateway = gateway(tunnel(2, ipsec={"local_selectors": (LAN2, LAN3), "remote_selectors": (LAN1,)}))
    b.do(b.endpoint.configure, b.gateway)
    a.initiate(TUNNEL, b, TO_LAN3)
    a.initiate(TUNNEL, b, TO_LAN3)
    wire.run(5)
    assert_in_step(a, b)
    assert len(pairs(a, b)) == 2
    assert len(a.ike_sas()) == 1


def test_a_child_sa_that_is_refused_leaves_the_ike_sa_as_it_is() -> None:
    wire = Wire()
    narrow = {"ipsec": {"local_selectors": (LAN2,), "remote_selectors": (LAN1,)}}
    a, b = up(wire, {"ipsec": {"local_selectors": (LAN1,), "remote_selectors": (LAN2, LAN3)}}, narrow)
    b.do(
        b.endpoint.configure,
        gateway(tunnel(2, ipsec={"local_selectors": (LAN3,), "remote_selectors": (LAN2,)})),
    )
    a.initiate(TUNNEL, b, TO_LAN3)
    wire.run(5)
    assert_in_step(a, b)
    assert len(pairs(a, b)) == 1
    assert "accepts none of our traffic selectors" in a.failures()[0]
    assert "Tunnel0.0 (site2.cfg:10) allows local 192.168.3.0/24" in b.failures()[0]


def test_a_changed_configuration_deletes_only_what_it_concerns() -> None:
    """V2-34."""
    wire = Wire()
    names = ("Tunnel0.0", "Tunnel1.0", "Tunnel2.0")
    ids = [(f"site1{c}", f"site2{c}") for c in "abc"]
    a = wire.node("a", gateway(*(tunnel(1, name=n, ids=i) for n, i in zip(names, ids, strict=True))), SITE1)
    b = wire.node("b", gateway(*(tunnel(2, name=n, ids=i) for n, i in zip(names, ids, strict=True))), SITE2)
    for name in names:
        a.initiate(name, b)
    wire.run(5)
    assert len(pairs(a, b)) == 3
    moved = replace(tunnel(1, name=names[0], ids=ids[0], line=77), enabled=False)
    rekeyed = tunnel(1, name=names[1], ids=ids[1], secrets=("new", "secret-2"))
    a.do(a.endpoint.configure, gateway(moved, rekeyed))
    wire.run(5)
    assert_in_step(a, b)
    assert [sa.tunnel for sa in a.children.values()] == ["Tunnel0.0"]


def test_discard_forgets_without_a_word() -> None:
    wire = Wire()
    a, _b = up(wire)
    a.do(a.endpoint.discard, TUNNEL, "our address is gone")
    assert not wire.sent
    assert all_gone(a)
    assert a.removed[0].reason == "our address is gone"


def test_a_cookie_is_demanded_and_returned() -> None:
    wire = Wire()
    limits = Limits(cookie_total=0)
    a = wire.node("a", gateway(tunnel(1)), SITE1)
    b = wire.node("b", gateway(tunnel(2)), SITE2, limits)
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert_in_step(a, b)
    assert len(pairs(a, b)) == 1
    assert len(wire.sent) == 6
    assert a.told(EventName.COOKIE)
    assert not a.failures() + b.failures()


def test_a_flood_makes_cookies_due_and_costs_no_more_state() -> None:
    wire = Wire()
    wire.keep_sent = False
    a = wire.node("a", gateway(tunnel(1)), SITE1)
    b = wire.node("b", gateway(tunnel(2), tunnel(2, name="Tunnel1.0", peer="10.3.0.1")), SITE2)
    flood = wire.node("flood", gateway(tunnel(1)), "10.3.0.1")
    wire.filter = lambda node, datagram: node is not b or True
    for _ in range(200):
        flood.boot()
        flood.initiate(TUNNEL, b)
        wire.filter = lambda node, datagram: node is not flood or datagram[18] == ExchangeType.IKE_SA_INIT
        wire.run(0.01)
        flood.endpoint = type(flood.endpoint)(flood.gateway, flood.entropy.randbytes)
    assert b.endpoint.half_open() <= Limits().cookie_per_source
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert_in_step_of(a, b)
    wire.run(60)
    assert b.endpoint.half_open() == 0


def assert_in_step_of(a: Node, b: Node) -> None:
    assert {sa.spi_in for sa in a.children.values()} == {sa.spi_out for sa in b.children.values()}
    assert a.children


def test_hard_limits_drop() -> None:
    wire = Wire()
    a = wire.node("a", gateway(tunnel(1)), SITE1)
    b = wire.node("b", gateway(tunnel(2)), SITE2, Limits(half_open_total=0))
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert b.endpoint.drops[Drop.HALF_OPEN_LIMIT] >= 1
    assert {name for _, name, *_ in wire.sent} == {"a"}


def test_a_peer_that_demands_cookies_without_end_is_given_up() -> None:
    wire = Wire()
    a = wire.node("a", gateway(tunnel(1)), SITE1)

    def again() -> None:
        request = decode(wire.sent[-1][2])
        cookie = Notify(NotifyType.COOKIE, data=wire.random.randbytes(16))
        answer = Message(request.spi_i, bytes(8), ExchangeType.IKE_SA_INIT, False, True, 0, (cookie,))
        a.endpoint.receive(encode(answer), a.path_to(SITE2), wire.now)
        wire.carry_out(a)

    a.initiate(TUNNEL, SITE2)
    for _ in range(10):
        again()
    wire.run(40)
    assert len(wire.sent) < 10
    assert "sends us round without end" in a.failures()[0]


def test_an_unprotected_error_does_not_end_an_sa() -> None:
    wire = Wire()
    a, b = up(wire)
    status = a.ike_sas()[0]
    forged = Message(
        status.spi_i,
        status.spi_r,
        ExchangeType.INFORMATIONAL,
        False,
        True,
        status.next_request_id,
        (Notify(NotifyType.INVALID_IKE_SPI),),
    )
    for _ in range(5):
        a.endpoint.receive(encode(forged), a.path_to(SITE2), wire.now)
        wire.carry_out(a)
    wire.run(10)
    assert_in_step(a, b)
    assert a.endpoint.drops[Drop.HINT_ONLY] + a.endpoint.drops[Drop.STRAY_RESPONSE] == 5


def test_a_stranger_is_told_that_there_is_no_such_sa_but_not_without_end() -> None:
    wire = Wire()
    b = wire.node("b", gateway(tunnel(2)), SITE2)
    request = Message(b"initiatr", b"respondr", ExchangeType.INFORMATIONAL, True, False, 5, ())
    for _ in range(50):
        b.endpoint.receive(encode(request), b.path_to(SITE1), wire.now)
    wire.carry_out(b)
    answers = [decode(datagram) for _, _, datagram, _ in wire.sent]
    assert len(answers) == Limits().answers_per_second
    assert answers[0].payloads == (Notify(NotifyType.INVALID_IKE_SPI),)
    assert (answers[0].message_id, answers[0].is_response, answers[0].is_initiator) == (5, True, False)
    assert b.endpoint.drops[Drop.UNKNOWN_IKE_SPI] == 50


def test_a_higher_version_is_answered_and_a_lower_one_counted() -> None:
    wire = Wire()
    b = wire.node("b", gateway(tunnel(2)), SITE2)
    request = bytearray(encode(Message(b"initiatr", bytes(8), ExchangeType.IKE_SA_INIT, True, False, 0, ())))
    request[17] = 0x30
    b.endpoint.receive(bytes(request), b.path_to(SITE1), wire.now)
    wire.carry_out(b)
    (answer,) = (decode(datagram) for _, _, datagram, _ in wire.sent)
    assert answer.payloads[0] == Notify(NotifyType.INVALID_MAJOR_VERSION)
    request[17] = 0x00  # 1 is IKEv1
    b.endpoint.receive(bytes(request), b.path_to(SITE1), wire.now)
    assert b.endpoint.drops == {Drop.UNKNOWN_VERSION: 2}


def test_closing_while_a_negotiation_is_under_way_is_told_as_its_failure() -> None:
    """Packets that wait for the tunnel must not wait for ever."""
    wire = Wire()
    a = wire.node("a", gateway(tunnel(1)), SITE1)
    a.initiate(TUNNEL, SITE2)
    a.do(a.endpoint.clear, TUNNEL)
    assert "cleared by the operator" in a.failures()[0]
    assert all_gone(a)


def test_half_open_sas_end_by_time_out() -> None:
    wire = Wire()
    a = wire.node("a", gateway(tunnel(1)), SITE1)
    b = wire.node("b", gateway(tunnel(2)), SITE2)
    wire.filter = lambda node, datagram: node is a and datagram[18] == ExchangeType.IKE_SA_INIT
    a.initiate(TUNNEL, b)
    wire.run(1)
    assert b.endpoint.half_open() == 1
    wire.run(70)
    assert b.endpoint.half_open() == 0
    assert b.endpoint.next_timeout() is None
    assert ip_address(SITE1) == a.address


@pytest.mark.interpreted
def test_a_peer_that_takes_a_single_pair_of_addresses_gets_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """SINGLE_PAIR_REQUIRED (section 2.9)."""
    real = child_negotiation.answer

    def picky(sa, tunnel, contents, key_exchange):  # type: ignore[no-untyped-def]
        if len(contents.one(TrafficSelectorsInitiator).selectors) > 1:
            raise Refusal(NotifyType.SINGLE_PAIR_REQUIRED, "one pair only", expected=True)
        return real(sa, tunnel, contents, key_exchange)

    monkeypatch.setattr(child_negotiation, "answer", picky)
    wire = Wire()
    a = wire.node("a", gateway(tunnel(1)), SITE1)
    b = wire.node("b", gateway(tunnel(2)), SITE2)
    a.initiate(TUNNEL, b, TO_LAN2)
    wire.run(5)
    assert_in_step(a, b)
    ((sa, _),) = pairs(a, b)
    assert str(sa.local_selectors[0]) == "192.168.1.5/32"
    assert str(sa.remote_selectors[0]) == "192.168.2.5/32"


def test_no_more_child_sas_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_negotiation, "MAX_CHILDREN", 1)
    wire = Wire()
    a, b = up(wire)
    a.do(a.endpoint.expire, next(iter(a.children)))
    wire.run(5)
    assert_in_step(a, b)
    assert "does not take any more Child SAs" in a.told(EventName.REKEY_FAILED)[0].message
