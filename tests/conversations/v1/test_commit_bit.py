"""The commit bit (V1-16): nobody uses an SA before both ends have it."""

import pytest

from kakehashi.model.ikev1 import CommitBit
from kakehashi.wire.registry.ikev1 import ExchangeType
from kakehashi.wire.v1.header import decode_header
from tests.conversations.v1.gateways import TUNNEL
from tests.conversations.v1.stories import ROUGH, established, policy, settled, two_sites
from tests.conversations.wire import Conditions, Node, Wire

STYLES = [CommitBit.CONNECTED, CommitBit.QUICK_MODE]
LAST = {CommitBit.CONNECTED: ExchangeType.INFORMATIONAL, CommitBit.QUICK_MODE: ExchangeType.QUICK}


@pytest.mark.parametrize("style", STYLES, ids=str)
def test_the_responder_asks_to_wait_and_tells_when_it_is_ready(style: CommitBit) -> None:
    wire = Wire()
    a, b = established(wire, {}, policy(commit_bit=style))
    headers = [(who, decode_header(d)) for _, who, d, _ in wire.sent]
    first = next(h for _, h in headers if h.exchange_type == ExchangeType.QUICK)
    quick = [(who, h) for who, h in headers if h.message_id == first.message_id]
    assert [who for who, _ in quick] == ["a", "b", "a", "b"]
    assert [h.commit for _, h in quick] == [False, True, False, False]
    # CONNECTED has the message ID of quick mode in both forms (RFC 2408 section 3.1).
    assert quick[3][1].exchange_type == LAST[style]
    settled(a, b)


@pytest.mark.parametrize("style", STYLES, ids=str)
def test_a_packet_of_the_responder_tells_the_same_as_connected(style: CommitBit) -> None:
    wire = Wire()
    wire.traffic = False
    a, b = two_sites(wire, {}, policy(commit_bit=style))
    wire.filter = no_connected(b)
    a.initiate(TUNNEL, b)
    wire.run(1)
    assert len(a.children) == 1
    assert a.used(TUNNEL) is None
    wire.send_esp(b, b.outbound[TUNNEL])
    wire.run(1)
    settled(a, b)


@pytest.mark.parametrize("style", STYLES, ids=str)
def test_the_third_message_is_repeated_until_connected_comes(style: CommitBit) -> None:
    wire = Wire()
    wire.traffic = False
    a, b = two_sites(wire, {}, policy(commit_bit=style))
    wire.filter = no_connected(b)
    a.initiate(TUNNEL, b)
    wire.run(1)
    assert a.used(TUNNEL) is None
    wire.filter = None
    wire.run(3)
    settled(a, b)
    # What is repeated is answered, and the answers die out.
    wire.run(60)
    assert len(wire.sent) < 20


@pytest.mark.parametrize("style", STYLES, ids=str)
def test_a_peer_that_never_tells_is_given_up(style: CommitBit) -> None:
    wire = Wire()
    wire.traffic = False
    a, b = two_sites(wire, {}, policy(commit_bit=style))
    wire.filter = no_connected(b)
    a.initiate(TUNNEL, b)
    wire.run(60)
    assert not a.children
    assert any("CONNECTED did not come" in f for f in a.failures())


@pytest.mark.parametrize("style", STYLES, ids=str)
@pytest.mark.parametrize("seed", range(15))
def test_under_loss(seed: int, style: CommitBit) -> None:
    wire = Wire(seed, ROUGH)
    a, b = two_sites(wire, {}, policy(commit_bit=style))
    wire.keep_up(a, TUNNEL, b)
    wire.talk(a, TUNNEL)
    wire.talk(b, TUNNEL)
    wire.run(120)
    wire.conditions = Conditions()
    wire.run(60)
    settled(a, b)


@pytest.mark.parametrize("style", STYLES, ids=str)
def test_an_initiator_ignores_its_own_setting(style: CommitBit) -> None:
    wire = Wire()
    a, b = established(wire, policy(commit_bit=style), {})
    assert not any(decode_header(d).commit for _, _, d, _ in wire.sent)
    settled(a, b)


def no_connected(responder: Node):  # type: ignore[no-untyped-def]
    """From its second message on the responder is not heard."""
    sent: list[int] = []

    def passes(node: Node, datagram: bytes) -> bool:
        header = decode_header(datagram)
        if node is not responder or header.exchange_type not in (
            ExchangeType.QUICK,
            ExchangeType.INFORMATIONAL,
        ):
            return True
        sent.append(header.message_id)
        return header.commit

    return passes
