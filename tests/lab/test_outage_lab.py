"""Whole labs in which something goes wrong while traffic goes on; outages are as short as they can be."""

import contextlib
import os
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from kakehashi.lab.workdir import sweep
from tests.lab.fragments import EAST, WEST
from tests.lab.ikev1_fragments import CENTRE, KOBE
from tests.lab.outage.redundant import BRANCH, NORTH, SOUTH
from tests.lab.running import LAB, SECONDS, lab, refusal, until_gone

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.timeout(300),
]

# A site that knows its peer by name, and the peer, whose address comes by DHCP.
NAMED = """\
ike proposal strong encryption aes-256 hash sha2-256 group 2048-bit
ike policy host peer-fqdn-ipv4 host.example.com key a-key strong
ike keepalive host 10 3
ipsec autokey-proposal strong esp-aes-256 esp-sha2-256
ipsec autokey-map host ipv4 peer-fqdn-ipv4 host.example.com strong
interface Tunnel0.0
  tunnel mode ipsec
  ip address 10.0.0.1/30
  ipsec policy tunnel host
  no shutdown
"""
HOST = """\
ike proposal strong encryption aes-256 hash sha2-256 group 2048-bit
ike policy site peer any key a-key strong
ike keepalive site 10 3
ipsec autokey-proposal strong esp-aes-256 esp-sha2-256
ipsec dynamic-map site ipv4 strong
interface GigaEthernet0.0
  ip address dhcp receive-default
  no shutdown
interface Tunnel0.0
  tunnel mode ipsec
  ip address 10.0.0.2/30
  ipsec policy tunnel site
  no shutdown
"""


@pytest.fixture
def texts() -> dict[str, str]:
    found = {"east": EAST, "west": WEST, "centre": CENTRE, "kobe": KOBE, "named": NAMED, "host": HOST}
    return found | {"branch": BRANCH, "north": NORTH, "south": SOUTH}


def happened(said: dict[str, Any], what: str, device: str | None = None) -> list[dict[str, Any]]:
    return [e for e in said["history"]["timeline"] if e["what"] == what and device in (None, e["device"])]


def test_each_kind_of_short_outage_is_seen_and_traffic_is_back_at_once(folder: Path) -> None:
    code, said = lab(
        folder, "east.cfg", "west.cfg", "--for", "30", "--picture", str(folder / "lab.svg"),
        "--fail", "link west down at 2s for 3s",
        "--fail", "path east-west dead at 8s for 3s",
        "--fail", "one way east>west dead at 14s for 3s",
        "--fail", "loss 100% west at 20s for 3s",
    )  # fmt: skip
    assert said["failures"] == []
    assert code == 0
    assert len(happened(said, "outage")) == 8
    happened_at = {e["text"]: e["at"] for e in happened(said, "outage")}
    seen = {(o["outage"], o["from"]): o for o in said["history"]["outages"]}
    for (text, source), found in seen.items():
        lost = not text.startswith("one way") or source == "east"
        assert bool(found["gaps"]) is lost, (text, source)
        assert found["verdict"] == ("as implied" if lost else "not lost")
        what = text.partition(" at ")[0]
        began, over = (happened_at[f"{what}: {when}"] for when in ("begins", "is over"))
        for gap in found["gaps"]:
            assert gap["ended"] - gap["begun"] > over - began - 1
    ElementTree.parse(folder / "lab.svg")


def test_a_watch_group_moves_the_traffic_to_the_other_router_of_the_lan(folder: Path) -> None:
    code, said = lab(
        folder, "branch.cfg", "north.cfg", "south.cfg", "--fail", "peer north dead at 3s", "--for", "55"
    )
    assert said["failures"] == []
    assert code == 0
    (there,) = [o for o in said["history"]["outages"] if o["from"] == "branch"]
    assert there["verdict"] == "as implied"
    assert there["gaps"][0]["ended"] <= 3 + there["implied_seconds"] + 3
    assert "watch-group toNorth" in there["because"][0]
    assert happened(said, "tunnel up", "south") or said["tunnels"][1]["up"]


def test_a_peer_known_by_name_is_found_at_its_new_address(folder: Path) -> None:
    code, said = lab(
        folder, "named.cfg", "host.cfg", "--fail", "host changes its address at 3s", "--for", "45"
    )
    assert said["failures"] == []
    assert code == 0
    assert happened(said, "lab", "host")[-1]["text"].startswith(
        "it tells the name server that host.example.com"
    )
    assert happened(said, "tunnel down", "named")
    assert happened(said, "tunnel up", "named")
    (there,) = [o for o in said["history"]["outages"] if o["from"] == "named"]
    assert there["gaps"]
    assert there["verdict"] == "as implied"


def test_an_outage_without_end_is_not_expected_to_end(folder: Path) -> None:
    code, said = lab(
        folder, "centre.cfg", "kobe.cfg", "--for", "20",
        "--fail", "path centre-kobe dead at 2s for 2s", "--fail", "loss 100% at 5s",
    )  # fmt: skip
    judged = {o["outage"]: o["verdict"] for o in said["history"]["outages"]}
    assert judged["path centre-kobe dead at 2s for 2s"] == "as implied"
    assert judged["loss 100% at 5s"] == "not expected back"
    assert code == 0


def test_a_sentence_that_cannot_be_is_refused_before_anything_is_built(folder: Path) -> None:
    for outage, told in (
        ("link nowhere down at 1s", "no device is called that"),
        ("east changes its address at 1s", "only an address that comes by DHCP"),
    ):
        assert told in refusal(folder, "east.cfg", "west.cfg", "--fail", outage)
        assert not list(folder.glob("kakehashi-lab-*"))


@pytest.mark.parametrize("seconds", [0.7, 3.0, 12.0])
def test_a_lab_that_is_killed_at_any_point_leaves_nothing_that_runs(folder: Path, seconds: float) -> None:
    process = subprocess.Popen(
        [*LAB, "named.cfg", "host.cfg", "--fail", "host hangs at 1s for 30s", "--for", "60"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    process.kill()
    process.wait(SECONDS)
    until_gone(folder)
    sweep(folder)  # as the next lab does
