"""Two tunnels to one network: the path of the first dies while its link stays up, and comes back."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.lab.running import lab

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.timeout(300),
]
SECONDS = 240  # the outage itself is part of it
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "nec-ix-redundant"
CORPUS = Path(os.environ.get("KAKEHASHI_CORPUS", "/nowhere")) / "nec-ix" / "v1-redundant-tunnels.cfg"
CENTRE = """\
ip route default 172.16.11{n}.254
ip route 10.10.10.0/24 Tunnel0.0
ike proposal one encryption 3des hash sha lifetime 3600
ike policy branch peer 172.16.2.1 key key{n} mode aggressive one
ike local-id branch keyid router-{n}
ike remote-id branch keyid ix-r
ike keepalive branch 10 3
ipsec autokey-proposal one esp-3des esp-sha lifetime time 3600
ipsec autokey-map branch ipv4 peer 172.16.2.1 one
interface GigaEthernet0.0
  ip address 172.16.11{n}.1/24
  no shutdown
interface GigaEthernet1.0
  ip address 10.1.1.{n}/24
  no shutdown
interface Tunnel0.0
  tunnel mode ipsec
  ip unnumbered GigaEthernet1.0
  ipsec policy tunnel branch
  no shutdown
"""


@pytest.fixture
def texts() -> dict[str, str]:
    return {f"centre{n}": CENTRE.format(n=n) for n in (1, 2)}


def assert_moved_and_came_back(code: int, said: dict[str, Any], group: str, route: str) -> None:
    assert said["failures"] == []
    assert (code, said["ok"]) == (0, True)
    told = [str(entry) for entry in said["history"]["timeline"]]
    places = [
        next(n for n, entry in enumerate(told) if text in entry)
        for text in (
            f"path monitoring ({group}): host",
            f"the route to {route} by Tunnel0.0 is withdrawn",
            f"path monitoring ({group}): all is well again",
            f"the route to {route} by Tunnel0.0 is back",
        )
    ]
    assert places == sorted(places)
    gaps = [gap for outage in said["history"]["outages"] for gap in outage["gaps"]]
    assert gaps, "the outage was felt"
    assert all(gap["ended"] is not None for gap in gaps)
    assert all(outage["ok"] for outage in said["history"]["outages"])


def test_the_branch_of_the_example_goes_to_the_other_centre_and_returns(folder: Path) -> None:
    files = [str(EXAMPLE / f"{name}.cfg") for name in ("branch", "north", "south")]
    code, said = lab(folder, *files, "--fail", "path branch - north dead at 1s for 15s", seconds=SECONDS)
    assert_moved_and_came_back(code, said, "north 10", "10.50.0.0/24")


@pytest.mark.skipif(not CORPUS.exists(), reason="KAKEHASHI_CORPUS names no configurations")
def test_the_manuals_own_branch_does_so_with_the_rhythm_of_the_device(folder: Path) -> None:
    fail = "path v1-redundant-tunnels - centre1 dead at 1s for 36s"
    code, said = lab(folder, str(CORPUS), "centre1.cfg", "centre2.cfg", "--fail", fail, seconds=SECONDS)
    assert_moved_and_came_back(code, said, "ipsec1 10", "10.1.1.0/24")
