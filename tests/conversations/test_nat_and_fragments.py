"""NAT traversal, a peer that moves, and messages in fragments."""

from dataclasses import replace

import pytest

from kakehashi.crypto.prf import supported as prfs
from kakehashi.crypto.sizes import INTEGRITY
from kakehashi.ike.effects import EventName
from kakehashi.model.address import SocketAddress
from kakehashi.model.algorithms import ChildAlgorithms, IkeAlgorithms
from kakehashi.model.selector import TrafficSelector
from kakehashi.model.status import NatSide
from kakehashi.wire.registry.ikev2 import IntegrityId, PayloadType
from kakehashi.wire.v2.message import decode
from tests.conversations.gateways import ANY, IKE, SITE1, SITE2, TUNNEL, gateway, tunnel
from tests.conversations.wire import Conditions, Nat, Node, Wire, assert_in_step, pairs

PRIVATE, PUBLIC = "192.168.77.2", "203.0.113.7"


def behind_nat(wire: Wire, **settings: dict) -> tuple[Node, Node, Nat]:
    """Site 1 behind a NAT begins."""
    a = wire.node("a", gateway(tunnel(1, **settings)), PRIVATE)
    nat = wire.nat(a, PUBLIC)
    b = wire.node("b", gateway(tunnel(2, peer=ANY, **settings)), SITE2)
    a.initiate(TUNNEL, b)
    wire.run(5)
    return a, b, nat


def test_a_nat_is_found_and_traversed() -> None:
    wire = Wire()
    a, b, nat = behind_nat(wire)
    assert_in_step(a, b)
    ((ours, theirs),) = pairs(a, b)
    assert ours.udp_encapsulation
    assert (ours.path.local.port, ours.path.remote.port) == (4500, 4500)
    assert str(theirs.path.remote.ip) == PUBLIC
    assert theirs.path.remote.port in nat.mappings.values()
    assert a.ike_sas()[0].nat is NatSide.LOCAL
    assert b.ike_sas()[0].nat is NatSide.REMOTE
    assert [path.local.port for _, name, _, path in wire.sent if name == "a"] == [500, 4500]


def test_the_responder_may_be_behind_the_nat() -> None:
    wire = Wire()
    a = wire.node("a", gateway(tunnel(1, peer=PUBLIC)), SITE1)
    b = wire.node("b", gateway(tunnel(2)), PRIVATE)
    nat = wire.nat(b, PUBLIC)
    for port in (500, 4500):
        nat.mappings[SocketAddress(b.address, port)] = port
    a.initiate(TUNNEL, PUBLIC)
    wire.run(5)
    assert_in_step(a, b)
    assert len(pairs(a, b)) == 1
    assert a.ike_sas()[0].nat is NatSide.REMOTE
    assert b.ike_sas()[0].nat is NatSide.LOCAL
    assert b.keepalives == 0
    wire.run(100)
    assert b.keepalives == 5
    assert a.keepalives == 0


def test_keepalives_go_out_from_behind_the_nat() -> None:
    wire = Wire()
    a, b, _ = behind_nat(wire, ike={"nat_keepalive": 10})
    wire.run(100)
    assert a.keepalives == 10
    assert b.keepalives == 0


def test_without_nat_traversal_nobody_looks_for_a_nat() -> None:
    wire = Wire()
    a, b, _ = behind_nat(wire, ike={"nat_traversal": False})
    # The centre's policy for unknown peers traverses NATs, the site does not ask for it.
    assert_in_step(a, b)
    assert not pairs(a, b)[0][0].udp_encapsulation
    assert {path.local.port for *_, path in wire.sent} == {500}


def test_the_peer_is_followed_when_its_mapping_changes() -> None:
    wire = Wire()
    a, b, nat = behind_nat(wire, ike={"dpd_interval": 30})
    old = b.ike_sas()[0].path.remote
    nat.forget()
    wire.run(60)
    assert_in_step(a, b)
    new = b.ike_sas()[0].path.remote
    assert new != old
    assert next(iter(b.children.values())).path.remote == new
    assert b.told(EventName.PEER_MOVED)
    assert len(pairs(a, b)) == 1


def test_the_peer_is_followed_when_its_packets_come_from_elsewhere() -> None:
    wire = Wire()
    _a, b, _ = behind_nat(wire)
    elsewhere = SocketAddress(b.ike_sas()[0].path.remote.ip, 55555)
    b.do(b.endpoint.peer_moved, next(iter(b.children)), elsewhere)
    assert next(iter(b.children.values())).path.remote == elsewhere
    assert b.ike_sas()[0].path.remote == elsewhere


def test_a_peer_without_nat_is_not_followed() -> None:
    wire = Wire()
    a = wire.node("a", gateway(tunnel(1)), SITE1)
    b = wire.node("b", gateway(tunnel(2)), SITE2)
    a.initiate(TUNNEL, b)
    wire.run(5)
    before = b.ike_sas()[0].path
    b.do(b.endpoint.peer_moved, next(iter(b.children)), SocketAddress(b.address, 55555))
    assert b.ike_sas()[0].path == before


@pytest.mark.parametrize("seed", range(10))
def test_a_nat_that_forgets_again_and_again(seed: int) -> None:
    wire = Wire(seed, Conditions(loss=0.05, latency=0.03, jitter=0.05))
    a, b, nat = behind_nat(wire, ike={"dpd_interval": 20})
    wire.keep_up(a, TUNNEL, b)
    for _ in range(30):
        nat.forget()
        wire.run(wire.random.random() * 100)
    wire.conditions = Conditions()
    wire.run(200)
    assert_in_step(a, b)
    assert len(pairs(a, b)) == 1


MANY = tuple(TrafficSelector.of(f"10.{n // 256}.{n % 256}.0/24") for n in range(200))


def many_selectors() -> dict:
    return {"ipsec": {"local_selectors": MANY, "remote_selectors": MANY}}


def test_a_large_message_goes_in_fragments() -> None:
    wire = Wire()
    a = wire.node("a", gateway(tunnel(1, **many_selectors())), SITE1)
    b = wire.node("b", gateway(tunnel(2, **many_selectors())), SITE2)
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert_in_step(a, b)
    assert len(pairs(a, b)) == 1
    assert max(len(datagram) for _, _, datagram, _ in wire.sent) <= 1280 - 48 - 4
    kinds = [decode(datagram).payloads[-1].payload_type for _, _, datagram, _ in wire.sent[2:]]
    assert set(kinds) == {PayloadType.SKF}
    assert len(kinds) > 8


def test_without_fragmentation_the_message_goes_whole() -> None:
    wire = Wire()
    settings = many_selectors() | {"ike": {"fragmentation": False}}
    a = wire.node("a", gateway(tunnel(1, **settings)), SITE1)
    b = wire.node("b", gateway(tunnel(2, **many_selectors())), SITE2)
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert_in_step(a, b)
    assert len(wire.sent) == 4


@pytest.mark.parametrize("seed", range(20))
def test_fragments_are_lost_doubled_and_out_of_order(seed: int) -> None:
    wire = Wire(seed, Conditions(loss=0.05, duplication=0.3, latency=0.02, jitter=0.5))
    a = wire.node("a", gateway(tunnel(1, **many_selectors())), SITE1)
    b = wire.node("b", gateway(tunnel(2, **many_selectors())), SITE2)
    wire.keep_up(a, TUNNEL, b)
    wire.run(300)
    wire.conditions = Conditions()
    wire.run(100)
    assert len(pairs(a, b)) >= 1


def test_rekeys_go_in_fragments_too() -> None:
    wire = Wire()
    everything = IkeAlgorithms(
        IKE.ciphers,
        tuple(i for i in INTEGRITY if i is not IntegrityId.NONE),
        tuple(sorted(prfs())),
        IKE.key_exchanges,
    )
    child = ChildAlgorithms(IKE.ciphers, everything.integrities)
    settings = {"ike": {"algorithms": everything}}
    settings["ipsec"] = {"algorithms": child, "local_selectors": MANY, "remote_selectors": MANY}
    a = wire.node("a", gateway(tunnel(1, **settings)), SITE1)
    b = wire.node("b", gateway(tunnel(2, **settings)), SITE2)
    a.initiate(TUNNEL, b)
    wire.run(5)
    a.do(a.endpoint.expire, next(iter(a.children)))
    wire.run(5)
    assert_in_step(a, b)
    assert len(pairs(a, b)) == 1
    assert a.told(EventName.CHILD_SA_REKEYED)
    assert replace(everything).ciphers == IKE.ciphers
