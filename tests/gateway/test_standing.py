"""The table of tunnel states, cell by cell (V1-37, V2-09)."""

from typing import Any

import pytest

from kakehashi.gateway.standing import depends_on_sas, isakmp_sa_suffices, why_down
from kakehashi.model.address import ANY, Hostname
from kakehashi.model.tunnel import ConnectType, Tunnel
from tests.gateway.builders import ikev1_tunnel, tunnel

ALONE: frozenset[str] = frozenset()
IPSEC, ISAKMP, NEITHER = (True, ALONE), (False, frozenset({"site2"})), (False, ALONE)


def dynamic(**changes: Any) -> Tunnel:
    return ikev1_tunnel(peer_address=ANY, **changes)


@pytest.mark.parametrize(
    ("of", "by_ipsec", "by_isakmp", "by_neither"),
    [
        pytest.param(tunnel(), True, True, True, id="IKEv2 on demand"),
        pytest.param(tunnel(peer_address=ANY), True, True, True, id="IKEv2, the peer comes"),
        pytest.param(tunnel(connect=ConnectType.ALWAYS), True, False, False, id="always on"),
        pytest.param(ikev1_tunnel(), True, True, True, id="autokey-map"),
        pytest.param(ikev1_tunnel(peer_address=Hostname("a.example")), True, True, True, id="by name"),
        pytest.param(dynamic(answers_only_peers=False), True, True, False, id="dynamic-map ike"),
        pytest.param(dynamic(answers_only_peers=True), True, True, False, id="dynamic-map ike-binding"),
        pytest.param(dynamic(peers=(), starts_phase2=False), True, False, False, id="dynamic-map"),
        pytest.param(dynamic(starts_phase2=False), True, False, False, id="only the peer begins"),
        pytest.param(dynamic(peers=("site3",)), True, False, False, id="another peer's ISAKMP SA"),
    ],
)
def test_a_tunnel_is_up_by_the_sas_it_has(
    of: Tunnel, by_ipsec: bool, by_isakmp: bool, by_neither: bool
) -> None:
    assert [not why_down(of, *sas) for sas in (IPSEC, ISAKMP, NEITHER)] == [by_ipsec, by_isakmp, by_neither]
    assert depends_on_sas(of) is not by_neither


def test_only_where_phase_2_starts_from_here_does_an_isakmp_sa_count() -> None:
    assert isakmp_sa_suffices(dynamic())
    assert not isakmp_sa_suffices(dynamic(starts_phase2=False))
    assert not isakmp_sa_suffices(ikev1_tunnel())
    assert not isakmp_sa_suffices(tunnel(peer_address=ANY))
