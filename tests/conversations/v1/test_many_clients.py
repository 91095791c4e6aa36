"""People dial in: one tunnel in transport mode for UDP port 1701, and any number of peers (V1-14, NT-05, NT-07)."""

from typing import Any

import pytest

from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import PeerIdentity
from kakehashi.wire.registry.ikev2 import IdType
from tests.conversations.dial_in import (
    HOME,
    HOTEL,
    SERVED,
    assert_each_is_a_peer,
    behind,
    dial,
    dialled,
    peers,
)
from tests.conversations.v1.gateways import ANY, SITE2, TUNNEL, gateway, ikev1_tunnel, peer, site
from tests.conversations.wire import Nat, Node, Wire

ONLY_L2TP = {"filters": True}


def lns(wire: Wire) -> Node:
    """The server: as an NEC device with `ipsec policy transport` and a dynamic map has it."""
    policy = SERVED | ONLY_L2TP | {"sends_identities": False}
    tunnel = {"address": ANY, "starts_phase2": False, "ipsec": policy}
    return wire.node("lns", site(2, tunnel, address=ANY), SITE2)


def client(wire: Wire, name: str, address: str, nat: Nat | str, **changes: Any) -> Node:
    """A laptop behind a NAT, which calls itself by its private address."""
    identity = Identity.of(IdType.ID_IPV4_ADDR, changes.pop("says", address))
    laptop = gateway(
        peer(1, local_identity=identity, peer_identity=PeerIdentity.ANYTHING, **changes),
        ikev1_tunnel(1, ipsec=dialled(address) | ONLY_L2TP),
    )
    return behind(wire, name, laptop, address, nat)


def test_two_behind_one_nat_and_one_elsewhere_with_the_same_private_address() -> None:
    wire = Wire()
    server = lns(wire)
    one = client(wire, "one", "192.168.1.2", HOTEL)
    two = client(wire, "two", "192.168.1.3", wire.nats[one.address])
    three = client(wire, "three", "192.168.9.9", HOME, says="192.168.1.2")
    dial(wire, one, two, three)
    assert_each_is_a_peer(server, one, two, three)


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
