"""Whatever happens, both ends hold the same SAs once it is quiet, or none and a reason."""

import random

import pytest

from kakehashi.ike.effects import EventName
from kakehashi.model.policy import Rekey
from kakehashi.model.status import IkeSaState
from tests.conversations.gateways import SITE1, SITE2, TUNNEL, gateway, tunnel
from tests.conversations.wire import Conditions, Node, Wire, assert_in_step, pairs


def disturb(wire: Wire, chance: random.Random, nodes: tuple[Node, Node]) -> None:
    """One thing that may happen to a gateway at any time."""
    node, other = chance.sample(nodes, 2)
    endpoint = node.endpoint
    match chance.randrange(12):
        case 0:
            node.boot()
        case 1:
            node.do(endpoint.clear, TUNNEL)
        case 2:
            node.do(endpoint.discard, TUNNEL, "the story says so")
        case 3 | 4 | 5:
            for spi in list(node.children):
                node.do(endpoint.expire, spi)
        case 6 | 7:
            for n in nodes:
                for spi in list(n.children):
                    n.do(n.endpoint.expire, spi)
        case 8:
            node.initiate(TUNNEL, other)
        case 9:
            node.initiate(TUNNEL, other)
            other.initiate(TUNNEL, node)
        case 10:
            if wire.nats:
                next(iter(wire.nats.values())).forget()
        case 11:
            node.do(endpoint.shutdown)


def story(seed: int, hours: float = 1) -> None:
    chance = random.Random(seed)
    wire = Wire(seed)
    wire.keep_sent = False
    settings = {
        "ike": {"rekey": Rekey(chance.randrange(300, 4000), 100), "dpd_interval": 30},
        "ipsec": {"rekey": Rekey(chance.randrange(200, 3000), 90)},
    }
    a = wire.node("a", gateway(tunnel(1, **settings)), SITE1)
    b = wire.node("b", gateway(tunnel(2, **settings)), SITE2)
    wire.keep_up(a, TUNNEL, b)
    if chance.random() < 0.5:
        wire.keep_up(b, TUNNEL, a)
    end = wire.now + hours * 3600
    while wire.now < end:
        wire.conditions = Conditions(
            loss=chance.choice((0, 0.05, 0.3)),
            duplication=chance.choice((0, 0.2)),
            latency=chance.choice((0.005, 0.1, 0.8)),
            jitter=chance.choice((0, 0.1, 1.0)),
        )
        wire.run(chance.random() * 200)
        disturb(wire, chance, (a, b))
        wire.run(chance.random() * chance.choice((0.2, 5)))
        disturb(wire, chance, (a, b))
    wire.conditions = Conditions()
    wire.run(90)
    # A rekey or a retry may just be under way: look when nothing is.
    for _ in range(60):
        wire.run(3)
        if not any(n.ike_sas(s) for n in (a, b) for s in IkeSaState if s is not IkeSaState.ESTABLISHED):
            break
    assert_in_step(a, b)
    assert pairs(a, b)
    for node in (a, b):
        assert node.used(TUNNEL) is not None
        for removed in node.removed:
            assert removed.reason
    assert a.told(EventName.CHILD_SA_CREATED)


@pytest.mark.parametrize("seed", range(25))
def test_both_ends_agree_whatever_happens(seed: int) -> None:
    story(seed)


def patient_story(seed: int) -> None:
    """Rekeys of both kinds from both ends cross under loss, but no one loses patience: nothing may be lost."""
    chance = random.Random(seed)
    wire = Wire(seed)
    wire.keep_sent = False
    settings = {
        "ike": {"rekey": Rekey(chance.randrange(200, 500), 120), "retransmit": (1.5,) * 60},
        "ipsec": {"rekey": Rekey(100_000, 60)},
    }
    a = wire.node("a", gateway(tunnel(1, **settings)), SITE1)
    b = wire.node("b", gateway(tunnel(2, **settings)), SITE2)
    a.initiate(TUNNEL, b)
    wire.run(5)
    wire.conditions = Conditions(
        loss=chance.choice((0, 0.1, 0.3)),
        duplication=chance.choice((0, 0.2)),
        latency=chance.choice((0.005, 0.1, 0.8)),
        jitter=chance.choice((0, 0.1, 1.0)),
    )
    for _ in range(60):
        wire.run(chance.random() * 20)
        for node in chance.sample((a, b), chance.randrange(1, 3)):
            for spi in list(node.children):
                node.do(node.endpoint.expire, spi)
            wire.run(chance.random() * chance.choice((0, 0.1, 2)))
            assert a.used(TUNNEL) is not None
            assert b.used(TUNNEL) is not None
    wire.conditions = Conditions()
    for _ in range(60):
        wire.run(3)
        if all(len(n.ike_sas()) == len(n.endpoint.ike_sas(wire.now)) == 1 for n in (a, b)):
            break
    assert_in_step(a, b)
    assert len(pairs(a, b)) == 1
    for node in (a, b):
        assert not node.told(EventName.PEER_DEAD)
        assert not node.told(EventName.REKEY_FAILED)
        assert not node.told(EventName.NEGOTIATION_FAILED)
        assert len(node.told(EventName.CHILD_SA_CREATED)) == 1
        assert node.used(TUNNEL) is not None


@pytest.mark.parametrize("seed", range(25))
def test_rekeys_under_loss_never_lose_the_tunnel(seed: int) -> None:
    patient_story(seed)
