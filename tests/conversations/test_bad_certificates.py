"""A bad certificate of every kind in IKEv2: refused with its own reason by either end, and nobody else notices."""

from dataclasses import replace

import pytest

from kakehashi.ike.effects import EventName
from kakehashi.model.gateway import Gateway
from tests.conversations import gateways
from tests.conversations.bad_certificates import (
    answer_fetches,
    assert_told,
    demands,
    good,
    judging,
    presented_by,
    ring_of,
    the_failure,
)
from tests.conversations.gateways import SITE1, SITE2, TUNNEL
from tests.conversations.test_certificates import CERTIFICATE, SITES, site
from tests.conversations.wire import Node, Wire, pairs
from tests.pki.bad import BAD, Bad

BOTH = (CERTIFICATE, CERTIFICATE)
OTHER_TUNNEL, OTHER = "Tunnel1.0", "10.3.0.1"
EVERY = pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)


def judge_of(bad: Bad, number: int) -> Gateway:
    """Site `number`, which judges; of site 2 with one more tunnel, for another device of site 1's name."""
    made = site(number, BOTH)
    (own,) = made.tunnels
    judging_one = replace(own, peer=replace(own.peer, certificates=demands(bad)))
    address = gateways.ip_address(OTHER)
    other = replace(own, interface=OTHER_TUNNEL, peer_address=address)
    return replace(made, tunnels=(judging_one, other))


def another(wire: Wire, number: int, judge: Node) -> Node:
    """A tunnel of somebody else with the same judge, which is up, rekeys and talks."""
    node = wire.node("other", site(3 - number, BOTH), OTHER)
    node.endpoint.trust(good(3 - number))
    node.initiate(TUNNEL, judge)
    wire.run(2)
    assert node.used(TUNNEL) is not None
    wire.talk(node, TUNNEL)
    wire.talk(judge, OTHER_TUNNEL)
    return node


def undisturbed(other: Node, judge: Node, before: set[int]) -> None:
    assert set(other.children) == before
    assert not other.told(EventName.NEGOTIATION_FAILED)
    assert not other.removed
    assert not other.lost
    assert not {sa.spi_out for sa in other.children.values()} & set(judge.lost)
    assert len(pairs(other, judge)) == 1
    assert len(other.ike_sas()) == len(judge.ike_sas()) == 1


def play(bad: Bad, *, by_initiator: bool) -> tuple[Node, Node, Node]:
    """Who presents it, who judges it, and somebody else."""
    culprit_number = 1 if by_initiator else 2
    presented = presented_by(bad, culprit_number)
    ring = judging(bad, presented, 3 - culprit_number)
    wire = Wire()
    culprit = wire.node("culprit", site(culprit_number, BOTH), SITE1 if by_initiator else SITE2)
    judge = wire.node("judge", judge_of(bad, 3 - culprit_number), SITE2 if by_initiator else SITE1)
    culprit.endpoint.trust(ring_of(presented))
    judge.endpoint.trust(ring)
    other = another(wire, 3 - culprit_number, judge)
    before = set(other.children)
    if by_initiator:
        culprit.initiate(TUNNEL, judge)
    else:
        judge.initiate(TUNNEL, culprit)
    for _ in range(4):
        wire.run(1)
        answer_fetches(judge, ring, presented)
    wire.run(60)
    undisturbed(other, judge, before)
    return culprit, judge, other


@EVERY
def test_the_responder_refuses_it_and_says_authentication_failed(bad: Bad) -> None:
    culprit, judge, _ = play(bad, by_initiator=True)
    failure = the_failure(judge)
    assert_told(
        failure, bad, stage="IKE_AUTH", cause="AUTHENTICATION_FAILED", line="site2.cfg:10", name=SITES[0]
    )
    assert culprit.used(TUNNEL) is None
    assert not culprit.ike_sas()
    told = the_failure(culprit)
    assert (told.details["stage"], told.details["cause"]) == ("IKE_AUTH", "AUTHENTICATION_FAILED")
    assert "it does not believe our certificate" in told.message
    assert bad.reason not in told.message, "the wire does not tell which check failed"


@EVERY
def test_the_initiator_refuses_it_and_tells_the_responder(bad: Bad) -> None:
    culprit, judge, _ = play(bad, by_initiator=False)
    failure = the_failure(judge)
    assert_told(
        failure, bad, stage="IKE_AUTH", cause="AUTHENTICATION_FAILED", line="site1.cfg:10", name=SITES[1]
    )
    assert judge.used(TUNNEL) is None
    assert not culprit.ike_sas()
    assert not culprit.children, "what the responder had made is gone too"
    assert the_failure(culprit).details["cause"] == "AUTHENTICATION_FAILED"


def test_every_kind_has_a_reason_of_its_own_in_the_sentence() -> None:
    assert len({(bad.reason, bad.words) for bad in BAD}) >= len(BAD) - 4  # what cannot be read is one reason
