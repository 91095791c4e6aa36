"""A bad certificate of every kind in phase 1 of IKEv1: refused with its own reason by either end."""

import pytest

from kakehashi.ike.effects import EventName
from kakehashi.model.ikev1 import ExchangeMode
from tests.conversations.bad_certificates import (
    answer_fetches,
    assert_told,
    demands,
    judging,
    presented_by,
    ring_of,
    the_failure,
)
from tests.conversations.gateways import SITE1, SITE2, TUNNEL
from tests.conversations.test_certificates import SITES
from tests.conversations.v1.test_certificates import site
from tests.conversations.wire import Node, Wire
from tests.pki.bad import BAD, Bad

EVERY = pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
HEARS = (EventName.NEGOTIATION_FAILED, EventName.NOTIFY_RECEIVED)
MODES = pytest.mark.parametrize("mode", list(ExchangeMode), ids=lambda mode: mode.value)


def play(bad: Bad, mode: ExchangeMode, *, by_initiator: bool) -> tuple[Node, Node]:
    """Who presents it, and who judges it."""
    number = 1 if by_initiator else 2
    presented = presented_by(bad, number)
    ring = judging(bad, presented, 3 - number)
    wire = Wire()
    culprit = wire.node("culprit", site(number, mode=mode), SITE1 if by_initiator else SITE2)
    judge = wire.node(
        "judge", site(3 - number, mode=mode, certificates=demands(bad)), SITE2 if by_initiator else SITE1
    )
    culprit.endpoint.trust(ring_of(presented))
    judge.endpoint.trust(ring)
    if by_initiator:
        culprit.initiate(TUNNEL, judge)
    else:
        judge.initiate(TUNNEL, culprit)
    for _ in range(4):
        wire.run(1)
        answer_fetches(judge, ring, presented)
    wire.run(120)
    return culprit, judge


@EVERY
@MODES
@pytest.mark.parametrize("by_initiator", [True, False], ids=["of-initiator", "of-responder"])
def test_it_is_refused_and_the_peer_is_told(bad: Bad, mode: ExchangeMode, by_initiator: bool) -> None:
    culprit, judge = play(bad, mode, by_initiator=by_initiator)
    name = SITES[0] if by_initiator else SITES[1]
    line = "site2.cfg:5" if by_initiator else "site1.cfg:5"
    cause = "INVALID_SIGNATURE" if bad.name == "another-key" else "INVALID_CERTIFICATE"
    stage = f"{mode.value} mode"
    assert_told(the_failure(judge), bad, stage=stage, cause=cause, line=line, name=name)
    for node in (culprit, judge):
        assert node.used(TUNNEL) is None
        assert not node.isakmp_sas()
    told = [e.message for e in culprit.events if e.name in HEARS]
    assert any(cause.replace("_", "-") in message for message in told), told
