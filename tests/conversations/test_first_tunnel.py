"""IKE_SA_INIT and IKE_AUTH bring a tunnel up."""

from tests.conversations.gateways import SITE1, SITE2, TUNNEL, gateway, tunnel
from tests.conversations.wire import Wire, assert_in_step, pairs


def test_four_messages_bring_a_tunnel_up() -> None:
    wire = Wire()
    a = wire.node("a", gateway(tunnel(1)), SITE1)
    b = wire.node("b", gateway(tunnel(2)), SITE2)
    assert a.initiate(TUNNEL, b)
    wire.run(5)
    assert len(wire.sent) == 4
    assert_in_step(a, b)
    assert len(pairs(a, b)) == 1
