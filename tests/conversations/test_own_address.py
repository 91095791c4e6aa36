"""A side that is known by its address, where only the host knows what that is."""

from dataclasses import replace

from kakehashi.ike.effects import EventName
from kakehashi.model.identity import Identity
from kakehashi.model.tunnel import Ikev2Tunnel
from kakehashi.wire.registry.ikev2 import IdType
from tests.conversations.gateways import SITE1, SITE2, TUNNEL, gateway, tunnel
from tests.conversations.wire import Node, Wire, assert_in_step, pairs

ANOTHER = "10.1.0.9"


def leased(site: int) -> Ikev2Tunnel:
    """The tunnel of a site that has its address from elsewhere; the other side is configured with SITE1, SITE2."""
    known = tunnel(site, ids=(SITE1, SITE2), id_type=IdType.ID_IPV4_ADDR)
    return replace(
        known, local=replace(known.local, identity=Identity(IdType.ID_KEY_ID, b""), by_address=True)
    )


def meet(own: str) -> tuple[Node, Node, Wire]:
    wire = Wire()
    a = wire.node("a", gateway(leased(1)), own)
    b = wire.node("b", gateway(tunnel(2, ids=(SITE1, SITE2), id_type=IdType.ID_IPV4_ADDR)), SITE2)
    return a, b, wire


def test_an_initiator_is_the_address_that_it_sends_from() -> None:
    a, b, wire = meet(SITE1)
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert_in_step(a, b)
    assert len(pairs(a, b)) == 1
    assert a.ike_sas()[0].local_identity == Identity.of(IdType.ID_IPV4_ADDR, SITE1)
    assert b.ike_sas()[0].peer_identity == Identity.of(IdType.ID_IPV4_ADDR, SITE1)


def test_a_responder_is_the_address_that_it_is_reached_at() -> None:
    a, b, wire = meet(SITE1)
    b.initiate(TUNNEL, a)
    wire.run(5)
    assert_in_step(a, b)
    assert a.ike_sas()[0].local_identity == Identity.of(IdType.ID_IPV4_ADDR, SITE1)


def test_another_address_than_the_peer_expects_is_refused_by_name() -> None:
    a, b, wire = meet(ANOTHER)
    b_tunnel = replace(tunnel(2, ids=(SITE1, SITE2), id_type=IdType.ID_IPV4_ADDR), peer_address=a.address)
    b.endpoint.configure(gateway(b_tunnel), wire.now)
    a.initiate(TUNNEL, b)
    wire.run(60)
    (event,) = b.told(EventName.NEGOTIATION_FAILED)
    assert f"says it is ID_IPV4_ADDR {ANOTHER}" in event.message
