"""Peers of unknown address (V1-10, V1-36, V1-37) and the ISAKMP SA that is there or not."""

from dataclasses import replace
from ipaddress import IPv4Network, ip_address
from typing import Any

import pytest

from kakehashi.ike.effects import EventName
from kakehashi.model.ikev1 import AddressPool, DeadPeerDetection, PeerIdentity, RemoteAccess
from kakehashi.model.selector import ANY_IPV4, TrafficSelector
from tests.conversations.v1.gateways import (
    AGGRESSIVE,
    ANY,
    PHASE1,
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
from tests.conversations.wire import Node, Wire

BRANCH = {"mode": AGGRESSIVE, "local_identity": identity("branch")}
CENTER = {"mode": AGGRESSIVE, "address": ANY, "peer_identity": identity("branch")}


def remote_access(wire: Wire, tunnel: dict[str, Any] | None = None) -> tuple[Node, Node]:
    """A branch of unknown address, and the centre that waits for it."""
    a = wire.node("branch", site(1, **BRANCH), SITE1)
    b = wire.node("centre", site(2, {"address": ANY} | (tunnel or {}), **CENTER), SITE2)
    return a, b


def lose_pairs(node: Node) -> None:
    for pair in node.endpoint.v1.pairs:
        node.endpoint.v1.pairs.remove(pair, "a story")
    node.wire.carry_out(node)


def begin(node: Node) -> bool:
    """As the gateway does it where the peer's address is not known."""
    begun = node.endpoint.initiate(TUNNEL, None, node.wire.now)
    node.wire.carry_out(node)
    return begun


def test_nobody_to_begin_with() -> None:
    wire = Wire()
    _, b = remote_access(wire)
    assert not begin(b)
    assert not wire.sent


def test_phase_2_starts_from_here_towards_a_peer_of_unknown_address() -> None:
    """V1-10: with an ISAKMP SA and no IPsec SA, traffic starts phase 2 to the peer of that policy."""
    wire = Wire()
    a, b = remote_access(wire)
    a.initiate(TUNNEL, b)
    wire.run(3)
    lose_pairs(a)
    lose_pairs(b)
    assert begin(b)
    wire.run(3)
    settled(a, b)
    assert [sa.role.value for sa in b.ipsec_sas()] == ["initiator"]
    # What stands needs no other.
    wire.sent.clear()
    assert begin(b)
    wire.run(3)
    assert not wire.sent


@pytest.mark.parametrize("tunnel", [{"starts_phase2": False}, {"peers": (), "answers_only_peers": False}])
def test_without_a_policy_to_begin_with_it_waits(tunnel: dict[str, Any]) -> None:
    wire = Wire()
    a, b = remote_access(wire, tunnel)
    a.initiate(TUNNEL, b)
    wire.run(3)
    settled(a, b)
    lose_pairs(a)
    lose_pairs(b)
    wire.sent.clear()
    assert not begin(b)
    wire.run(3)
    assert not wire.sent


def test_without_an_isakmp_sa_it_waits() -> None:
    wire = Wire()
    a, b = remote_access(wire)
    a.initiate(TUNNEL, b)
    wire.run(3)
    a.do(a.endpoint.clear, None)
    wire.run(3)
    assert not begin(b)


def test_two_branches_behind_one_address_have_a_tunnel_each() -> None:
    """NT-07: a policy and a tunnel for each, all with peers of unknown address and the same identities."""
    wire = Wire()
    names = ("ike1", "ike2")
    peers = [peer(2, name=n, secret=f"of {n}", **(CENTER | {"peer_identity": identity(n)})) for n in names]
    tunnels = [
        ikev1_tunnel(2, interface=f"Tunnel{i}.0", address=ANY, peers=(n,)) for i, n in enumerate(names)
    ]
    b = wire.node("centre", gateway(*peers, *tunnels), SITE2)
    branches = []
    for number, name in enumerate(names):
        changes = BRANCH | {"local_identity": identity(name), "secret": f"of {name}"}
        branch = wire.node(name, site(1, **changes), f"10.1.0.{number + 1}")
        wire.nat(branch, "10.9.0.1").next_port = 40000 + 1000 * number
        branches.append(branch)
    for branch in branches:
        branch.initiate(TUNNEL, b)
    wire.run(5)
    assert sorted(sa.tunnel for sa in b.children.values()) == ["Tunnel0.0", "Tunnel1.0"]
    assert len({sa.path.remote for sa in b.children.values()}) == 2
    for branch in branches:
        assert branch.used(TUNNEL).spi_out in b.children
    # What is done to one does nothing to the other.
    branches[0].do(branches[0].endpoint.clear, None)
    wire.run(1)
    assert [sa.tunnel for sa in b.children.values()] == ["Tunnel1.0"]
    assert len(b.isakmp_sas()) == 1


def test_of_two_branches_behind_one_address_with_one_name_each_lives_and_dies_alone() -> None:
    """NT-07: only the port tells them apart."""
    wire = Wire()
    dpd = {"dpd": DeadPeerDetection(20, 2, 5)}
    tunnels = [ikev1_tunnel(2, interface=f"Tunnel{i}.0", address=ANY) for i in range(2)]
    b = wire.node("centre", gateway(peer(2, **CENTER, **dpd), *tunnels), SITE2)
    branches = []
    for number in range(2):
        own = site(1, **BRANCH, **dpd, send_initial_contact=False)
        branches.append(wire.node(f"branch{number}", own, f"10.1.0.{number + 1}"))
        wire.nat(branches[-1], "10.9.0.1").next_port = 40000 + 1000 * number
        branches[-1].initiate(TUNNEL, b)
        wire.run(3)
    assert len(b.children) == len(b.isakmp_sas()) == 2
    wire.filter = lambda node, datagram: node is not branches[0]
    wire.run(100)
    assert b.told(EventName.PEER_DEAD)
    assert len(b.isakmp_sas()) == 1
    assert [sa.spi_in for sa in b.children.values()] == [branches[1].used(TUNNEL).spi_out]


def test_two_branches_that_any_tunnel_takes_get_one_each() -> None:
    """A map without a policy takes whoever comes: a tunnel that is free comes before one that is taken."""
    wire = Wire()
    peers = [peer(2, name=n, secret=n, **(CENTER | {"peer_identity": identity(n)})) for n in ("one", "two")]
    tunnels = [
        ikev1_tunnel(2, interface=f"Tunnel{i}.0", address=ANY, peers=(), starts_phase2=False)
        for i in range(2)
    ]
    b = wire.node("centre", gateway(*peers, *tunnels), SITE2)
    for number, name in enumerate(("one", "two"), 1):
        changes = BRANCH | {"local_identity": identity(name), "secret": name}
        branch = wire.node(name, site(1, **changes), f"10.1.0.{number}")
        branch.initiate(TUNNEL, b)
        wire.run(3)
    assert sorted(sa.tunnel for sa in b.children.values()) == ["Tunnel0.0", "Tunnel1.0"]


@pytest.mark.interpreted
def test_nobody_looks_at_the_sas_of_all_sites_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand sites may be one policy's: what each costs must not depend on how many the others are."""
    wire = Wire()
    center = CENTER | {"peer_identity": PeerIdentity.ANYTHING}
    tunnels = [ikev1_tunnel(2, interface=f"Tunnel{i}.0", address=ANY) for i in range(3)]
    b = wire.node("centre", gateway(peer(2, **center), *tunnels), SITE2)
    for number in range(3):
        if number == 2:
            monkeypatch.setattr(b.endpoint.v1, "sas_of", None)
            monkeypatch.setattr(type(b.endpoint.v1.pairs), "__iter__", None)
        own = BRANCH | {"local_identity": identity(f"site{number}")}
        branch = wire.node(f"site{number}", site(1, **own), f"10.1.0.{number + 11}")
        branch.initiate(TUNNEL, b)
        wire.run(3)
    assert len(b.children) == 3


def test_the_isakmp_sa_comes_and_goes_by_itself() -> None:
    """V1-37: the four cells of SAs, as the gateway sees them."""
    wire = Wire()
    a, b = remote_access(wire)

    def cell() -> tuple[bool, bool]:
        return bool(b.ipsec_sas()), bool(b.isakmp_sas())

    assert cell() == (False, False)
    a.initiate(TUNNEL, b)
    wire.run(3)
    assert cell() == (True, True)
    for node in (a, b):
        for sa in node.endpoint.v1.all_sas():
            sa.close("a story", wire.now)
        wire.carry_out(node)
    assert cell() == (True, False)
    # The pair is enough for packets: nothing begins for the ISAKMP SA alone.
    a.initiate(TUNNEL, b)
    wire.run(3)
    assert cell() == (True, False)
    lose_pairs(a)
    lose_pairs(b)
    a.initiate(TUNNEL, b)
    wire.run(3)
    lose_pairs(a)
    lose_pairs(b)
    assert cell() == (False, True)


def test_a_phase_1_without_phase_2_is_not_renewed_where_that_is_suppressed() -> None:
    """V1-07."""
    for suppressed in (False, True):
        wire = Wire()
        short = {"proposals": (replace(PHASE1, lifetime=200),), "suppress_dangling": suppressed}
        a = wire.node("a", site(1, **short), SITE1)
        b = wire.node("b", site(2, **short), SITE2)
        a.initiate(TUNNEL, b)
        wire.run(3)
        lose_pairs(a)
        lose_pairs(b)
        wire.run(400)
        assert bool(a.isakmp_sas()) is not suppressed
        assert bool(a.told(EventName.IKE_SA_REKEYED)) is not suppressed


def test_the_failure_of_phase_1_is_told_to_every_tunnel_that_waits() -> None:
    wire = Wire()
    tunnels = [ikev1_tunnel(1, interface=f"Tunnel{i}.0") for i in range(2)]
    a = wire.node("a", gateway(peer(1), *tunnels), SITE1)
    for tunnel in tunnels:
        a.initiate(tunnel.interface, SITE2)
    wire.run(60)
    assert sorted(e.tunnel for e in a.told(EventName.NEGOTIATION_FAILED)) == ["Tunnel0.0", "Tunnel1.0"]


POOL = AddressPool(network=IPv4Network("10.8.0.0/29"))


def test_a_client_speaks_for_the_address_that_it_was_given_and_for_no_other() -> None:
    wire = Wire()
    pool, every = TrafficSelector.of(POOL.network), (ANY_IPV4,)
    there = {"local_selectors": every, "remote_selectors": (pool,), "filters": True}
    here = {"local_selectors": every, "remote_selectors": every, "filters": True}
    center = CENTER | {"peer_identity": PeerIdentity.ANYTHING, "remote_access": RemoteAccess(pool=POOL)}
    b = wire.node("centre", site(2, {"address": ANY, "ipsec": there}, **center), SITE2)
    wants = {"remote_access": RemoteAccess(wants_address=True)}
    clients = []
    for number in (1, 2):
        own = BRANCH | wants | {"local_identity": identity(f"client{number}")}
        clients.append(wire.node(f"c{number}", site(1, {"ipsec": here}, **own), f"10.1.0.{number}"))
        clients[-1].initiate(TUNNEL, b)
        wire.run(3)
    taken = [str(sa.remote_selectors[0]) for sa in b.children.values()]
    assert len(set(taken)) == 2
    for client, address in zip(clients, taken, strict=True):
        assert [str(s) for s in client.used(TUNNEL).local_selectors] == [address]
    # The address of another client is refused.
    (sa,) = (sa for sa in clients[0].endpoint.v1.all_sas() if sa.is_up)
    sa.borrowed = ip_address(taken[1].split("/")[0])
    lose_pairs(clients[0])
    clients[0].initiate(TUNNEL, b)
    wire.run(3)
    assert f"remote {taken[1]}" in b.failures()[0]
    assert f"allows local 0.0.0.0/0 remote {taken[0]}" in b.failures()[0]
