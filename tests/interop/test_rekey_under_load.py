"""SAs are replaced every second while all that goes through goes through: not one packet is lost (V1-19, V2-08)."""

from pathlib import Path
from typing import Any

import pytest

from kakehashi.model.policy import Rekey
from tests.interop import ikev1, ours
from tests.interop.load import through
from tests.interop.network import Network
from tests.interop.ours import Ours

pytestmark = [pytest.mark.root, pytest.mark.interop]

SECONDS, MOST = 15, 60
REKEYS = 5  # of either kind of SA at least, in that time
EVENTS = ("child-sa-rekeyed", "ike-sa-rekeyed")
FOR_WANT_OF_AN_SA = ("invalid_sa", "replay_detected", "ts_unacceptable", "integrity_failure")


def ikev2_pair() -> tuple[str, str, dict[str, Any]]:
    """Both configurations, and how the lives of their SAs are shortened."""
    return ours.configuration(), ours.mirrored(), {"child_rekey": Rekey(2, 1), "ike_rekey": Rekey(3, 2)}


def ikev1_pair() -> tuple[str, str, dict[str, Any]]:
    """The same."""
    there = ikev1.configuration(
        peer=Network.OURS,
        local="192.168.20.0/24",
        remote="192.168.10.0/24",
        wan=f"{Network.PEER}/24",
        lan=f"{Network.PEER_LAN}/24",
    )
    short: dict[str, Any] = {
        "phase1": {"lifetime": 4},
        "ikev1_peer": {"renew_before_end": 2},
        "phase2": {"lifetime": 2},
        "ikev1_ipsec": {"rekey_before_end": 1},
    }
    return ikev1.configuration(), there, short


@pytest.mark.timeout(240)
@pytest.mark.parametrize("pair", [ikev1_pair, ikev2_pair], ids=["ikev1", "ikev2"])
def test_rekeys_under_full_load_lose_nothing(tmp_path: Path, pair: Any) -> None:
    here, there, short = pair()
    with (
        Network() as network,
        Ours(network, tmp_path / "peer", there, namespace=network.peer, **short) as peer,
        Ours(network, tmp_path / "ours", here, **short) as mine,
    ):
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)

        def enough() -> bool:
            log = mine.log
            return all(log.count(event) >= REKEYS for event in EVENTS)

        outcome = through(network, network.OUR_LAN, network.PEER_LAN, SECONDS, enough, MOST)
        told = f"{outcome}\n{mine.status()}\n{mine.log[-4000:]}\n{peer.log[-4000:]}"
        assert outcome.sent > 1000, told
        assert (outcome.lost, outcome.twice) == (0, 0), told
        for event in EVENTS:
            assert mine.log.count(event) >= REKEYS, f"{event}: {mine.log.count(event)} times"
        for gateway in (mine, peer):
            status = gateway.status()
            (tunnel,) = status["tunnels"]
            assert not any(tunnel["inbound"][name] for name in FOR_WANT_OF_AN_SA), tunnel
            assert not status["drops"].get("unknown_spi"), status["drops"]
