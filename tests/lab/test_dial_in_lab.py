"""Labs of one router that people dial in to: a laptop of the lab's own gets an address and asks the LAN."""

import os
from pathlib import Path

import pytest

from tests.dialects.cisco_ios.test_dial_in import LNS as CISCO
from tests.dialects.nec_ix.test_l2tp import LNS as NEC
from tests.lab.running import lab

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.timeout(300),
]


@pytest.fixture
def texts() -> dict[str, str]:
    return {"nec": NEC, "cisco": CISCO}


@pytest.mark.parametrize(("name", "method"), [("nec", "CHAP"), ("cisco", "MS-CHAPv2")])
def test_a_laptop_dials_in_and_the_lan_answers(folder: Path, name: str, method: str) -> None:
    code, said = lab(folder, f"{name}.cfg")
    assert code == 0, said
    (dial,) = said["dials"]
    assert (dial["ok"], dial["user"], dial["address"], dial["method"]) == (
        True,
        "ada",
        "192.168.30.30",
        method,
    )
    assert dial["dns"] == ["192.168.30.1", "192.0.2.53"]
    assert dial["rtt_ms"] is not None
    assert "ENCR_AES_CBC_256" in dial["esp"]


def test_a_lan_that_nobody_answers_for_is_told(folder: Path) -> None:
    (folder / "nec.cfg").write_text(NEC.replace("  ip proxy-arp\n", ""))
    code, said = lab(folder, "nec.cfg")
    assert code == 1
    (failure,) = said["failures"]
    assert failure["where"] == "laptop > nec Tunnel0.0"
    assert "192.168.30.10 does not answer" in failure["reason"]
