"""Two data planes, each in its namespace, with SAs by hand."""

import pytest

from kakehashi.dataplane.protocol import FirstInbound
from tests.dataplane.world import CBC, GCM, Pair, child_pair

pytestmark = pytest.mark.root


def build(pair: Pair) -> None:
    pair.left.add_tunnel("tun0", "10.9.0.1/24", "fd09::1/64")
    pair.right.add_tunnel("tun0", "10.9.0.2/24", "fd09::2/64")


@pytest.mark.parametrize("suite", [GCM, CBC], ids=["gcm", "cbc"])
@pytest.mark.parametrize("encapsulation", [False, True], ids=["esp", "udp"])
@pytest.mark.parametrize("outer", [4, 6])
def test_packets_of_both_ip_versions_cross_the_tunnel(pair, outer, encapsulation, suite):
    build(pair)
    left, right = child_pair(pair, outer=outer, encapsulation=encapsulation, suite=suite)
    pair.left.call("install", left, True)
    pair.right.call("install", right, True)

    for target in ("10.9.0.2", "fd09::2"):
        answer = pair.left.ping(target)
        assert "3 received" in answer.stdout, answer.stdout + str(pair.right.call("counters"))

    outbound, inbound = pair.left.call("counters").tunnels["tun0"]
    assert outbound.packets >= 6
    assert inbound.packets >= 6
    assert pair.right.until(lambda event: isinstance(event, FirstInbound)) == FirstInbound(right.spi_in)
