"""People dial in: laptops behind a NAT, and one tunnel in transport mode for UDP port 1701 (RFC 3193)."""

from typing import Any

from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gateway import Gateway
from kakehashi.model.selector import ANY_IPV4, TrafficSelector
from tests.conversations.gateways import SITE2, TUNNEL
from tests.conversations.wire import Nat, Node, Wire

UDP, L2TP = 17, 1701
HOTEL, HOME = "203.0.113.1", "203.0.113.2"

# Of the server's policy, for whoever comes.
SERVED: dict[str, Any] = {
    "mode": EncapsulationMode.TRANSPORT,
    "local_selectors": (TrafficSelector(ANY_IPV4.start, ANY_IPV4.end, UDP, L2TP, L2TP),),
    "remote_selectors": (TrafficSelector(ANY_IPV4.start, ANY_IPV4.end, UDP),),
}


def dialled(address: str) -> dict[str, Any]:
    """Of a laptop's policy; the address is its private one."""
    return {
        "mode": EncapsulationMode.TRANSPORT,
        "local_selectors": (TrafficSelector.of(address, UDP, L2TP),),
        "remote_selectors": (TrafficSelector.of(SITE2, UDP, L2TP),),
    }


def behind(wire: Wire, name: str, laptop: Gateway, address: str, nat: Nat | str) -> Node:
    """A laptop behind a NAT: one that is there already, or one of its own with that address."""
    node = wire.node(name, laptop, address)
    if isinstance(nat, str):
        wire.nat(node, nat)
    else:
        wire.nats[node.address] = nat
    return node


def dial(wire: Wire, *nodes: Node) -> None:
    for node in nodes:
        node.initiate(TUNNEL, SITE2)
        wire.run(3)


def peers(server: Node) -> set[str]:
    return {sa.peer for sa in server.children.values()}


def assert_each_is_a_peer(server: Node, *laptops: Node) -> None:
    """Every laptop has a pair of SAs, which the server tells apart by their peers and gives to one address each."""
    assert len(server.children) == len(peers(server)) == len(laptops), server.failures()
    for sa in server.children.values():
        assert sa.mode is EncapsulationMode.TRANSPORT
        assert sa.udp_encapsulation
        assert [str(s) for s in sa.local_selectors] == [f"{SITE2}/32 protocol 17 port 1701"]
        assert [str(s) for s in sa.remote_selectors] == [f"{sa.path.remote.ip}/32 protocol 17 port 1701"]
    assert not [r for laptop in laptops for r in laptop.removed]
