"""NAT traversal of IKEv1 (RFC 3947 and its drafts): which method, which ports, who keeps the mapping alive."""

from typing import Any

import pytest

from kakehashi.ike.effects import EventName
from kakehashi.ike.v1 import features
from kakehashi.model.address import SocketAddress
from kakehashi.model.ikev1 import DeadPeerDetection, ExchangeMode, PeerIdentity
from kakehashi.model.status import NatMethod, NatSide
from kakehashi.wire.registry.ikev1 import ExchangeType, PayloadType
from kakehashi.wire.v1.message import decode
from kakehashi.wire.v1.nat_d import NatDetection
from tests.conversations.v1.gateways import (
    AGGRESSIVE,
    ANY,
    MAIN,
    SITE1,
    SITE2,
    TUNNEL,
    gateway,
    identity,
    ikev1_tunnel,
    peer,
    site,
)
from tests.conversations.v1.stories import settled
from tests.conversations.wire import Conditions, Nat, Node, Wire

BOTH = pytest.mark.parametrize("mode", [MAIN, AGGRESSIVE], ids=lambda m: m.value)
METHODS = pytest.mark.parametrize("method", [m for m, _, _ in features.NAT_METHODS], ids=lambda m: m.value)
PUBLIC1, PUBLIC2 = "203.0.113.1", "203.0.113.2"
NAMES = (identity("site1"), identity("site2"))


def named(number: int, **changes: Any) -> Any:
    """A site that goes by a name, as one behind a NAT has to; the other one's address is where it is seen."""
    own, other = NAMES if number == 1 else NAMES[::-1]
    seen = PUBLIC2 if number == 1 else PUBLIC1
    tunnel = {"address": changes.get("address", seen)} | changes.pop("tunnel", {})
    changes = {"address": seen, "local_identity": own, "peer_identity": other} | changes
    return site(number, tunnel=tunnel, **changes)


def before_nats(
    wire: Wire, behind: str, one: dict[str, Any] | None = None, other: dict[str, Any] | None = None
) -> tuple[Node, Node]:
    """`behind`: which of the sites 1 and 2 are behind a NAT; a responder's lets IKE in."""
    a = wire.node("a", named(1, **(one or {})), SITE1 if "1" in behind else PUBLIC1)
    b = wire.node("b", named(2, **(other or {})), SITE2 if "2" in behind else PUBLIC2)
    if "1" in behind:
        wire.nat(a, PUBLIC1)
    if "2" in behind:
        nat = wire.nat(b, PUBLIC2)
        nat.mappings |= {SocketAddress(b.address, port): port for port in (500, 4500)}
    return a, b


def ports(wire: Wire, who: str) -> list[int]:
    """From which ports the messages of phase 1 went."""
    kinds = (ExchangeType.IDENTITY_PROTECTION, ExchangeType.AGGRESSIVE)
    return [path.local.port for _, name, d, path in wire.sent if name == who and d[18] in kinds]


@BOTH
@METHODS
@pytest.mark.parametrize("behind", ["1", "2", "12"])
def test_every_method_at_every_place(
    mode: ExchangeMode, method: NatMethod, behind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    only = tuple(entry for entry in features.NAT_METHODS if entry[0] is method)
    monkeypatch.setattr(features, "NAT_METHODS", only)
    wire = Wire()
    a, b = before_nats(wire, behind, {"mode": mode})
    a.initiate(TUNNEL, b)
    wire.run(5)
    settled(a, b)
    assert a.used(TUNNEL).udp_encapsulation
    ours, theirs = a.isakmp_sas()[0], b.isakmp_sas()[0]
    assert ours.nat_method is theirs.nat_method is method
    one, two = ("1" in behind), ("2" in behind)
    assert ours.nat == (NatSide.LOCAL if one else NatSide.NONE) | (NatSide.REMOTE if two else NatSide.NONE)
    assert theirs.nat == (NatSide.REMOTE if one else NatSide.NONE) | (NatSide.LOCAL if two else NatSide.NONE)
    # NT-03: from message 5 on, or from message 3 on.
    assert ports(wire, "a") == ([500, 500, 4500] if mode is MAIN else [500, 4500])
    assert ports(wire, "b") == ([500, 500, 4500] if mode is MAIN else [500])
    assert ours.path.local.port == theirs.path.local.port == 4500
    clear = [decode(d).payloads for _, _, d, _ in wire.sent if not d[19] & 1]
    kinds = {p.payload_type for payloads in clear for p in payloads if isinstance(p, NatDetection)}
    number = PayloadType.NAT_D if method is NatMethod.RFC_3947 else PayloadType.NAT_D_DRAFTS
    assert kinds == {number}


def test_the_initiator_announces_every_method_and_the_responder_the_one_that_counts() -> None:
    wire = Wire()
    a, b = before_nats(wire, "")
    a.initiate(TUNNEL, b)
    wire.run(5)
    announced = [features.heard(decode(d).payloads).nat_methods for _, _, d, _ in wire.sent[:2]]
    assert announced == [tuple(m for m, _, _ in features.NAT_METHODS), (NatMethod.RFC_3947,)]


def test_the_best_common_method_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = features.NAT_METHODS
    wire = Wire()
    a, b = before_nats(wire, "1")

    def old_peer(node: Node, datagram: bytes) -> bool:
        # What b is asked next it answers as one that knows the drafts alone.
        methods = everything[1:] if node is a else everything
        monkeypatch.setattr(features, "NAT_METHODS", methods)
        return True

    wire.filter = old_peer
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert a.isakmp_sas()[0].nat_method is NatMethod.DRAFT_03


@BOTH
def test_without_a_nat_nothing_moves(mode: ExchangeMode) -> None:
    wire = Wire()
    a, b = before_nats(wire, "", {"mode": mode})
    a.initiate(TUNNEL, b)
    wire.run(5)
    settled(a, b)
    assert set(ports(wire, "a")) == {500}
    assert a.isakmp_sas()[0].nat_method is NatMethod.RFC_3947
    assert not a.used(TUNNEL).udp_encapsulation
    wire.run(100)
    assert a.keepalives == b.keepalives == 0


@BOTH
@pytest.mark.parametrize("willing", ["one", "other", "neither"])
def test_only_if_both_sides_support_it(mode: ExchangeMode, willing: str) -> None:
    """V1-39."""
    wire = Wire()
    a, b = before_nats(
        wire, "1", {"mode": mode, "nat_traversal": willing == "one"}, {"nat_traversal": willing == "other"}
    )
    a.initiate(TUNNEL, b)
    wire.run(5)
    for node in (a, b):
        assert node.isakmp_sas()[0].nat_method is NatMethod.NONE
        assert node.isakmp_sas()[0].nat is NatSide.NONE
        assert not any(sa.udp_encapsulation for sa in node.children.values())
    assert set(ports(wire, "a")) == {500}


def test_who_is_behind_the_nat_keeps_the_mapping_alive() -> None:
    """At the configured interval, unless something else was sent."""
    wire = Wire()
    a, b = before_nats(wire, "1", {"nat_keepalive": 10})
    a.initiate(TUNNEL, b)
    wire.run(101)
    assert a.keepalives == 10
    assert b.keepalives == 0
    assert a.isakmp_sas()[0].nat_keepalive == 10
    a.do(a.endpoint.clear, None)
    wire.run(100)
    assert a.keepalives == 10


def test_no_keepalives_where_they_are_off() -> None:
    wire = Wire()
    a, b = before_nats(wire, "1", {"nat_keepalive": None})
    a.initiate(TUNNEL, b)
    wire.run(200)
    assert a.keepalives == 0


def test_a_mapping_that_moves_is_followed_once_an_authentic_message_comes() -> None:
    """NT-08."""
    wire = Wire()
    wire.traffic = False
    a, b = before_nats(wire, "1", {"dpd": DeadPeerDetection(30)})
    a.initiate(TUNNEL, b)
    wire.run(5)
    before = b.isakmp_sas()[0].path.remote
    nat = wire.nats[a.address]
    nat.forget()
    wire.run(10)
    assert b.isakmp_sas()[0].path.remote == before
    wire.run(60)
    after = b.isakmp_sas()[0].path.remote
    assert after.port == nat.mappings[SocketAddress(a.address, 4500)] != before.port
    assert b.told(EventName.PEER_MOVED)
    assert {sa.path.remote for sa in b.children.values()} == {after}
    assert not a.told(EventName.PEER_DEAD)


def test_a_recorded_message_from_elsewhere_moves_nobody() -> None:
    wire = Wire()
    a, b = before_nats(wire, "1", {"dpd": DeadPeerDetection(30)})
    a.initiate(TUNNEL, b)
    wire.run(100)
    before = b.isakmp_sas()[0].path.remote
    thief = b.path_to("203.0.113.99", 4500)
    for _, who, datagram, _ in list(wire.sent):
        if who == "a":
            b.endpoint.receive(datagram, thief, wire.now)
            changed = datagram[:-3] + bytes(3)
            b.endpoint.receive(changed, thief, wire.now)
    assert b.isakmp_sas()[0].path.remote == before
    assert not b.told(EventName.PEER_MOVED)


def test_a_peer_that_is_behind_no_nat_does_not_move() -> None:
    """Not even by authentic messages: somebody between the two may send them from wherever he likes."""
    wire = Wire()
    wire.traffic = False
    a, b = before_nats(wire, "", {"dpd": DeadPeerDetection(10)})
    a.initiate(TUNNEL, b)
    wire.run(5)
    before = b.isakmp_sas()[0].path
    moved: list[bytes] = []

    def elsewhere(node: Node, datagram: bytes) -> bool:
        if node is a:
            moved.append(datagram)
            b.endpoint.receive(datagram, b.path_to("203.0.113.99"), wire.now)
            wire.at(wire.now, lambda: wire.carry_out(b))
        return node is b

    wire.filter = elsewhere
    wire.run(30)
    assert moved
    assert [s.path.remote for s in b.isakmp_sas()] == [before.remote]
    assert not b.told(EventName.PEER_MOVED)


@BOTH
def test_several_clients_behind_one_address(mode: ExchangeMode) -> None:
    """NT-07: told apart by their ports, each with its own tunnel."""
    wire = Wire()
    number = 4
    names = [f"client-{n}" for n in range(number)]
    peers = [
        peer(
            2, name=n, address=ANY, peer_identity=identity(n) if mode is AGGRESSIVE else PeerIdentity.ANYTHING
        )
        for n in names
    ]
    tunnels = [
        ikev1_tunnel(2, interface=f"Tunnel{n}.0", address=ANY, peers=(names[n],)) for n in range(number)
    ]
    b = wire.node("b", gateway(*peers, *tunnels), PUBLIC2)
    clients = []
    for n, name in enumerate(names):
        own = named(1, mode=mode, local_identity=identity(name), peer_identity=PeerIdentity.ANYTHING)
        clients.append(wire.node(name, own, f"10.1.{n}.1"))
        nat = wire.nats[clients[-1].address] = Nat(b.address)
        nat.public, nat.next_port = type(b.address)(PUBLIC1), 40000 + 100 * n
    for client in clients:
        client.initiate(TUNNEL, b)
    wire.run(10)
    assert all(len(client.isakmp_sas()) == 1 for client in clients), [c.failures() for c in clients]
    assert len(b.isakmp_sas()) == number
    assert len({s.path.remote for s in b.isakmp_sas()}) == number
    assert {s.path.remote.ip for s in b.isakmp_sas()} == {type(b.address)(PUBLIC1)}


@BOTH
@pytest.mark.parametrize("seed", range(10))
def test_through_a_nat_on_a_rough_wire(mode: ExchangeMode, seed: int) -> None:
    wire = Wire(seed, Conditions(loss=0.2, duplication=0.2, latency=0.03, jitter=0.4))
    a, b = before_nats(wire, "1", {"mode": mode})
    wire.keep_up(a, TUNNEL, b)
    wire.run(300)
    wire.conditions = Conditions()
    wire.run(60)
    ends = [{s.initiator_cookie for s in node.isakmp_sas()} for node in (a, b)]
    assert ends[0] & ends[1]
