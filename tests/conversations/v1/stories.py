"""What stories of phase 2 have in common."""

from typing import Any

from kakehashi.model.status import Role
from tests.conversations.v1.gateways import SITE1, SITE2, TUNNEL, site
from tests.conversations.wire import Conditions, Node, Wire, assert_in_step, pairs


def two_sites(
    wire: Wire, one: dict[str, Any] | None = None, other: dict[str, Any] | None = None
) -> tuple[Node, Node]:
    """Two sites whose tunnel is not up. `tunnel` among the changes are those of the tunnel, else the peer's."""
    a = wire.node("a", site(1, **(one or {})), SITE1)
    b = wire.node("b", site(2, **(other or {})), SITE2)
    return a, b


def established(
    wire: Wire, one: dict[str, Any] | None = None, other: dict[str, Any] | None = None
) -> tuple[Node, Node]:
    """Two sites, and the first has brought the tunnel up."""
    a, b = two_sites(wire, one, other)
    a.initiate(TUNNEL, b)
    wire.run(3)
    settled(a, b)
    assert {p.role for p in a.ipsec_sas()} == {Role.INITIATOR}
    return a, b


def settled(a: Node, b: Node, number: int = 1) -> None:
    """One pair of SAs at both ends, and both send by it."""
    assert_in_step(a, b)
    assert len(pairs(a, b)) == number
    for node in (a, b):
        assert node.used(TUNNEL) is not None, node.failures()
    assert len(a.isakmp_sas()) == 1


def policy(**changes: Any) -> dict[str, Any]:
    """Changes of a tunnel's policy, as `two_sites` wants them."""
    return {"tunnel": {"ipsec": changes}}


ROUGH = Conditions(loss=0.15, duplication=0.1, latency=0.03, jitter=0.2)
