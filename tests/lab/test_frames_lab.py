"""Whole labs of one LAN at two sites: hosts of one network, a router with a pseudowire before each."""

import os
from pathlib import Path

import pytest

from tests.lab.running import assert_all_talk, lab

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.timeout(300),
]
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.mark.parametrize(
    ("example", "files", "esp"),
    [
        ("awplus-l2tpv3", ("aomori.cfg", "hakodate.cfg"), "ENCR_AES_CBC_256 AUTH_HMAC_SHA2_256_128"),
        ("nec-ix-etherip", ("akita.cfg", "sado.cfg"), "ENCR_AES_GCM_16_256"),
    ],
)
def test_a_lab_of_one_lan_at_two_sites(folder: Path, example: str, files: tuple[str, ...], esp: str) -> None:
    """Each host asks for the other by a broadcast of ARP: no router is between them."""
    code, said = lab(folder, *(str(EXAMPLES / example / file) for file in files))
    assert_all_talk(code, said)
    (tunnel,) = said["tunnels"]
    assert tunnel["esp"] == esp
    names = [file.removesuffix(".cfg") for file in files]
    assert [(p["from"], p["to"]) for p in said["probes"]] == [tuple(names), tuple(names[::-1])]
    assert all("is an end of the LAN" in sentence for sentence in said["assumed"])
