"""People dial in: one tunnel in transport mode for UDP port 1701, and any number of peers (V1-14, NT-05, NT-07)."""

from typing import Any

import pytest

from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import PeerIdentity
from kakehashi.model.selector import ANY_IPV4, TrafficSelector
from kakehashi.wire.registry.ikev2 import IdType
from tests.conversations.v1.gateways import ANY, SITE2, TUNNEL, gateway, ikev1_tunnel, peer, site
from tests.conversations.wire import Nat, Node, Wire

UDP, L2TP = 17, 1701
HOTEL, HOME = "203.0.113.1", "203.0.113.2"
ONLY_L2TP = {"mode": EncapsulationMode.TRANSPORT, "filters": True}


def lns(wire: Wire) -> Node:
    """The server: as an NEC device with `ipsec policy transport` and a dynamic map has it."""
    policy = {
        "local_selectors": (TrafficSelector(ANY_IPV4.start, ANY_IPV4.end, UDP, L2TP, L2TP),),
        "remote_selectors": (TrafficSelector(ANY_IPV4.start, ANY_IPV4.end, UDP),),
        "sends_identities": False,
    }
    tunnel = {"address": ANY, "starts_phase2": False, "ipsec": ONLY_L2TP | policy}
    return wire.node("lns", site(2, tunnel, address=ANY), SITE2)


def client(wire: Wire, name: str, address: str, nat: Nat | str, **changes: Any) -> Node:
    """A laptop behind a NAT, which calls itself by its private address."""
    policy: dict[str, Any] = {
        "local_selectors": (TrafficSelector.of(address, UDP, L2TP),),
        "remote_selectors": (TrafficSelector.of(SITE2, UDP, L2TP),),
    }
    identity = Identity.of(IdType.ID_IPV4_ADDR, changes.pop("says", address))
    node = wire.node(
        name,
        gateway(
            peer(1, local_identity=identity, peer_identity=PeerIdentity.ANYTHING, **changes),
            ikev1_tunnel(1, ipsec=ONLY_L2TP | policy),
        ),
        address,
    )
    if isinstance(nat, str):
        wire.nat(node, nat)
    else:
        wire.nats[node.address] = nat
    return node


def dial(wire: Wire, *nodes: Node) -> None:
    for node in nodes:
        node.initiate(TUNNEL, SITE2)
        wire.run(3)


def peers(server: Node) -> set[str]:
    return {sa.peer for sa in server.children.values()}


def test_two_behind_one_nat_and_one_elsewhere_with_the_same_private_address() -> None:
    wire = Wire()
    server = lns(wire)
    one = client(wire, "one", "192.168.1.2", HOTEL)
    nat = wire.nats[one.address]
    two = client(wire, "two", "192.168.1.3", nat)
    three = client(wire, "three", "192.168.9.9", HOME, says="192.168.1.2")
    dial(wire, one, two, three)
    assert len(server.children) == 3, server.failures()
    assert len(peers(server)) == 3
    for sa in server.children.values():
        assert sa.mode is EncapsulationMode.TRANSPORT
        assert sa.udp_encapsulation
        assert [str(s) for s in sa.local_selectors] == [f"{SITE2}/32 protocol 17 port 1701"]
        assert [str(s) for s in sa.remote_selectors] == [f"{sa.path.remote.ip}/32 protocol 17 port 1701"]
    assert not [r for n in (one, two, three) for r in n.removed]


def test_a_peer_keeps_its_name_when_its_sas_are_replaced_and_others_are_left_alone() -> None:
    wire = Wire()
    server = lns(wire)
    one = client(wire, "one", "192.168.1.2", HOTEL)
    two = client(wire, "two", "192.168.1.3", wire.nats[one.address])
    dial(wire, one, two)
    before, rekeyed = peers(server), set(server.children)
    wire.talk(one, TUNNEL)
    wire.talk(two, TUNNEL)
    wire.run(40000)
    assert peers(server) == before
    assert not rekeyed & set(server.children)


def test_what_one_has_no_more_leaves_the_others_theirs() -> None:
    wire = Wire()
    server = lns(wire)
    one = client(wire, "one", "192.168.1.2", HOTEL)
    two = client(wire, "two", "192.168.1.3", wire.nats[one.address])
    dial(wire, one, two)
    one.do(one.endpoint.clear, TUNNEL)
    wire.run(3)
    (left,) = server.children.values()
    assert left.spi_out in two.children
    assert server.endpoint.shared._outbound == {(TUNNEL, left.peer): left.spi_in}


@pytest.mark.parametrize("wrong", [{"secret": "another key"}])
def test_with_another_key_nobody_comes_in(wrong: dict[str, Any]) -> None:
    wire = Wire()
    server = lns(wire)
    one = client(wire, "one", "192.168.1.2", HOTEL, **wrong)
    dial(wire, one)
    wire.run(60)
    assert not server.children
    assert not one.children
    assert one.failures()
