"""Which of several addresses of a peer's name a tunnel turns to."""

from ipaddress import ip_address
from types import SimpleNamespace
from typing import Any

from kakehashi.gateway.host.facts import Facts
from kakehashi.gateway.peers import Peers
from kakehashi.model.address import ANY, Hostname, IPAddress
from tests.gateway.builders import OURS, PEER, child_sa, facts, gateway, host_route, link, path, tunnel

NAME = "a.example"
SECOND, THIRD = ip_address("10.2.0.2"), ip_address("10.2.0.3")
SIXTH = ip_address("2001:db8::1")
ROUTED = facts(link("eth0", "10.1.0.1/24"), routes=(host_route("0.0.0.0/0", "eth0", "10.1.0.254"),))


class Stage:
    """`found`: where the name leads; `sa`: the end of the SA that the tunnel has."""

    def __init__(self, *found: IPAddress, host: Facts = ROUTED) -> None:
        self.found = set(found)
        self.sa: IPAddress | None = None
        resolver: Any = SimpleNamespace(found=lambda host: frozenset(self.found))
        self.peers = Peers(resolver, lambda: host)
        self.gateway = gateway(tunnel(peer_address=Hostname(NAME)))

    def turn(self) -> IPAddress | None:
        latest = {"Tunnel0.0": child_sa(path=path(remote=self.sa))} if self.sa else {}
        history = SimpleNamespace(has_sa=lambda _: self.sa is not None)
        driver: Any = SimpleNamespace(latest=latest, history=history)
        return self.peers.addresses(self.gateway, driver)["Tunnel0.0"]

    def fail(self, at: IPAddress | None = None) -> bool:
        return self.peers.failed("Tunnel0.0", path(remote=at) if at else None)


def test_it_is_always_the_same_one_while_nothing_happens() -> None:
    stage = Stage(SECOND, PEER)
    assert [stage.turn() for _ in range(3)] == [PEER] * 3
    assert stage.peers.used(stage.gateway) == {NAME: (PEER,)}


def test_one_after_the_other_where_nobody_answers_and_the_first_again() -> None:
    stage = Stage(PEER, SECOND, THIRD)
    turns = []
    for _ in range(4):
        turns.append(stage.turn())
        assert stage.fail(turns[-1])
        assert stage.fail(turns[-1]), "several tunnels or messages may tell of one failure"
    assert turns == [PEER, SECOND, THIRD, PEER]


def test_what_failed_elsewhere_is_no_reason() -> None:
    stage = Stage(PEER, SECOND)
    stage.turn()
    assert not stage.fail(THIRD)
    assert stage.turn() == PEER
    assert not stage.peers.failed("Tunnel9.0", None)


def test_where_the_peer_has_come_from_it_is() -> None:
    stage = Stage(PEER, SECOND)
    assert stage.turn() == PEER
    stage.sa = SECOND
    assert stage.turn() == SECOND
    stage.sa = None
    assert stage.turn() == SECOND, "it was there last"


def test_an_address_that_is_gone_is_left() -> None:
    stage = Stage(SECOND)
    assert stage.turn() == SECOND
    stage.found = {PEER, THIRD}
    stage.sa = SECOND  # not yet taken away
    assert stage.turn() == PEER
    stage.found = set()
    assert stage.turn() is None
    assert stage.peers.used(stage.gateway) == {}


def test_an_address_without_a_route_does_not_keep_the_others_waiting() -> None:
    stage = Stage(PEER, SIXTH)
    stage.turn()
    stage.fail(PEER)
    assert stage.turn() == PEER
    assert Stage(SIXTH).turn() == SIXTH, "nothing else is there"


def test_a_name_that_leads_to_ourselves_leads_to_no_peer() -> None:
    assert Stage(OURS).turn() is None
    assert Stage(OURS, SECOND).turn() == SECOND


def test_peers_by_address_and_of_unknown_address_are_what_they_are() -> None:
    stage = Stage()
    stage.gateway = gateway(tunnel(), tunnel("Tunnel1.0", peer_address=ANY))
    driver: Any = SimpleNamespace(latest={}, history=None)
    assert stage.peers.addresses(stage.gateway, driver) == {"Tunnel0.0": PEER, "Tunnel1.0": None}
