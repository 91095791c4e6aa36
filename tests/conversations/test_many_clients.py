"""People dial in by IKEv2: one tunnel in transport mode for UDP port 1701, and any number of peers (RFC 3193)."""

from dataclasses import replace

from kakehashi.ike.v2.contact import MAX_OF_TUNNEL
from kakehashi.model.policy import Rekey
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
from tests.conversations.gateways import ANY, SITE1, SITE2, TUNNEL, gateway, tunnel
from tests.conversations.wire import Nat, Node, Wire

SECRETS = ("one key", "one key")


def lns(wire: Wire) -> Node:
    """The server: whoever has the key may come, whatever it calls itself."""
    policy = SERVED | {"rekey": Rekey(100_000, 100)}
    found = tunnel(2, peer=ANY, ids=("", SITE2), id_type=IdType.ID_KEY_ID, secrets=SECRETS, ipsec=policy)
    return wire.node("lns", gateway(replace(found, peer=replace(found.peer, anybody=True))), SITE2)


def client(
    wire: Wire, name: str, address: str, nat: Nat | str, says: str = "", secret: str = "one key"
) -> Node:
    """A laptop behind a NAT, which calls itself by its private address."""
    policy = dialled(address) | {"rekey": Rekey(1000, 100)}
    ike = {"rekey": Rekey(1500, 100)}
    found = tunnel(1, ids=(says or address, SITE2), secrets=(secret, secret), ipsec=policy, ike=ike)
    return behind(wire, name, gateway(found), address, nat)


def test_two_behind_one_nat_and_one_elsewhere_that_says_the_same_name() -> None:
    wire = Wire()
    server = lns(wire)
    one = client(wire, "one", "192.168.1.2", HOTEL)
    two = client(wire, "two", "192.168.1.3", wire.nats[one.address])
    three = client(wire, "three", "192.168.9.9", HOME, says="192.168.1.2")
    dial(wire, one, two, three)
    assert_each_is_a_peer(server, one, two, three)


def test_a_peer_keeps_its_name_when_its_sas_are_replaced_and_sends_by_its_own() -> None:
    wire = Wire()
    server = lns(wire)
    one = client(wire, "one", "192.168.1.2", HOTEL)
    two = client(wire, "two", "192.168.1.3", wire.nats[one.address])
    dial(wire, one, two)
    before, rekeyed = peers(server), set(server.children)
    assert len(before) == 2
    wire.run(4000)
    assert peers(server) == before
    assert not rekeyed & set(server.children)
    outbound = server.endpoint.shared._outbound
    assert set(outbound) == {(TUNNEL, peer) for peer in before}
    assert all(server.children[spi].peer == peer for (_, peer), spi in outbound.items())


def test_who_starts_anew_leaves_the_others_theirs() -> None:
    wire = Wire()
    server = lns(wire)
    one = client(wire, "one", "192.168.1.2", HOTEL)
    two = client(wire, "two", "192.168.1.3", wire.nats[one.address])
    dial(wire, one, two)
    of_two = {spi for spi, sa in server.children.items() if sa.spi_out in two.children}
    one.boot()
    dial(wire, one)
    assert len(server.children) == 2, "INITIAL_CONTACT ends what the laptop had before"
    assert of_two < set(server.children)
    assert not two.removed


def test_there_may_be_more_of_them_than_one_peer_may_have_sas() -> None:
    wire = Wire()
    server = lns(wire)
    many = [client(wire, f"c{n}", f"192.168.{n}.2", f"203.0.113.{n}") for n in range(1, MAX_OF_TUNNEL + 3)]
    dial(wire, *many)
    assert len(peers(server)) == len(many)


def test_with_another_key_nobody_comes_in() -> None:
    wire = Wire()
    server = lns(wire)
    one = client(wire, "one", "192.168.1.2", HOTEL, secret="another key")
    dial(wire, one)
    wire.run(60)
    assert not server.children
    assert one.failures()


def test_who_proposes_tunnel_mode_is_told_what_is_expected() -> None:
    wire = Wire()
    server = lns(wire)
    plain = tunnel(1, ids=(SITE1, SITE2), secrets=SECRETS)
    one = wire.node("one", gateway(plain), SITE1)
    dial(wire, one)
    assert not server.children
    assert any("proposes tunnel mode" in failure for failure in map(str, server.failures()))
