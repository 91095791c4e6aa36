"""Which tunnels have SAs with an address that is no more."""

from kakehashi.gateway.paths import tunnel_paths, tunnels_left_behind
from kakehashi.model.address import Hostname
from tests.gateway.builders import (
    PEER,
    gateway,
    ike_sa,
    ikev1_peer,
    ikev1_tunnel,
    ipsec_sa,
    isakmp_sa,
    path,
    tunnel,
)
from tests.gateway.fakes import FakeCore

HERE, ELSEWHERE = frozenset({PEER}), frozenset({path().local.ip})
BY_NAME = Hostname("site2.example")


def test_an_isakmp_sa_counts_for_every_tunnel_that_names_its_peer() -> None:
    core = FakeCore()
    core.sas = (ike_sa("Tunnel3.0"), ike_sa(""))
    core.isakmp = (isakmp_sa("site2"), isakmp_sa(""))
    core.ipsec = (ipsec_sa("Tunnel2.0"),)
    of = gateway(ikev1_tunnel(), ikev1_tunnel("Tunnel1.0"), ikev1_tunnel("Tunnel2.0", peers=("site3",)))
    found = [name for name, _ in tunnel_paths(of, core, 0)]
    assert found == ["Tunnel3.0", "Tunnel2.0", "Tunnel0.0", "Tunnel1.0"]


def test_a_name_that_leads_elsewhere_leaves_the_sas_of_its_tunnels_behind() -> None:
    core = FakeCore()
    core.sas = (ike_sa("Tunnel0.0"),)
    core.isakmp = (isakmp_sa("site2"),)
    core.ipsec = (ipsec_sa("Tunnel1.0"),)
    of = gateway(
        tunnel(peer_address=BY_NAME),
        ikev1_tunnel("Tunnel1.0", peer_address=BY_NAME),
        ikev1_tunnel("Tunnel2.0", peers=("site2",)),
        ikev1_tunnel("Tunnel3.0", peers=("site3",)),
        ikev1_peers=(ikev1_peer("site2", address=BY_NAME), ikev1_peer("site3")),
    )
    assert tunnels_left_behind(of, core, 0, "site2.example", HERE) == []
    left = tunnels_left_behind(of, core, 0, "site2.example", ELSEWHERE)
    assert sorted(left) == ["Tunnel0.0", "Tunnel1.0", "Tunnel2.0"]
    assert tunnels_left_behind(of, core, 0, "site9.example", ELSEWHERE) == []
