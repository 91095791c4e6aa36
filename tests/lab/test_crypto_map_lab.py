"""Whole labs with crypto maps: real gateways, real packets."""

import os
from pathlib import Path

import pytest

from tests.lab.crypto_map_fragments import AOMORI, BEPPU, HIROSAKI, OITA
from tests.lab.running import assert_all_talk, lab

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.timeout(300),
]
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
CORPUS = Path(os.environ.get("KAKEHASHI_CORPUS", "/nowhere")) / "cisco-ios"


@pytest.fixture
def texts() -> dict[str, str]:
    return {"beppu": BEPPU, "oita": OITA, "aomori": AOMORI, "hirosaki": HIROSAKI}


def test_two_sites_on_pppoe_lines_talk_as_their_files_stand(folder: Path) -> None:
    code, said = lab(folder, "beppu.cfg", "oita.cfg")
    assert_all_talk(code, said)
    (tunnel,) = said["tunnels"]
    assert tunnel["ike"] == "IKEv1 main ENCR_3DES MD5 MODP_1024"
    assert tunnel["esp"] == "ENCR_3DES AUTH_HMAC_MD5_96"
    assert len(said["probes"]) == 2
    assert all("is a link to the internet" in sentence for sentence in said["assumed"])


def test_a_nec_ix_whose_identities_are_the_access_list_meets_a_crypto_map(folder: Path) -> None:
    code, said = lab(folder, "aomori.cfg", "hirosaki.cfg")
    assert_all_talk(code, said)
    assert [(p["from"], p["to"]) for p in said["probes"]] == [("aomori", "hirosaki"), ("hirosaki", "aomori")]


def test_an_access_list_that_does_not_fit_is_told_by_both_sides(folder: Path) -> None:
    (folder / "oita.cfg").write_text(
        OITA.replace("10.82.1.0 0.0.0.255 10.81.1.0", "10.82.1.0 0.0.0.255 10.81.2.0")
    )
    code, said = lab(folder, "beppu.cfg", "oita.cfg")
    assert code == 1
    (reason,) = [f["reason"] for f in said["failures"] if " - " in f["where"]]
    for taken in ("beppu SITES 7 takes 10.81.1.0/24 to 10.82.1.0/24", "10.82.1.0/24 to 10.81.2.0/24"):
        assert taken in reason


@pytest.mark.parametrize(
    ("example", "files", "count"),
    [
        ("cisco-ios-crypto-map", ("sapporo.cfg", "hakodate.cfg"), 4),
        ("nec-ix-cisco-ios", ("naha.cfg", "nago.cfg"), 2),
    ],
)
def test_the_examples_talk(folder: Path, example: str, files: tuple[str, ...], count: int) -> None:
    code, said = lab(folder, *(str(EXAMPLES / example / file) for file in files))
    assert_all_talk(code, said)
    assert len(said["probes"]) == count
    assert said["assumed"] == []


@pytest.mark.skipif(not CORPUS.exists(), reason="KAKEHASHI_CORPUS names no configurations")
def test_the_manuals_own_listings_talk(folder: Path) -> None:
    files = (CORPUS / f"crypto-map-pppoe-{name}.cfg" for name in ("r1", "r2"))
    code, said = lab(folder, *map(str, files))
    assert_all_talk(code, said)
