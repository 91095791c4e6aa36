"""The far end that `kakehashi mirror` writes meets the near end in a lab: every two makers, real packets."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.lab.running import LAB, SECONDS, assert_all_talk, lab

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.timeout(300),
]
ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
PAIRS = {
    "cisco with cisco": (ROOT / "tests/check/configurations/r1.cfg", "cisco-ios", "IKEv1 main ENCR_3DES MD5"),
    "nec with cisco": (EXAMPLES / "nec-ix-cisco-ios/naha.cfg", "cisco-ios", "IKEv1 main ENCR_AES_CBC_256"),
    "nec with awplus": (
        EXAMPLES / "nec-ix-awplus/hirosaki.cfg",
        "awplus",
        "ENCR_AES_CBC_256 AUTH_HMAC_SHA2_256_128",
    ),
    "cisco with awplus": (
        EXAMPLES / "ios-awplus/izumo.cfg",
        "awplus",
        "ENCR_AES_CBC_256 AUTH_HMAC_SHA2_256_128",
    ),
    "cisco by gre": (EXAMPLES / "ios-gre/kure.cfg", "cisco-ios", "IKEv1 main ENCR_AES_CBC_256 SHA2_256"),
    "awplus over ipv6": (
        EXAMPLES / "awplus-ipv6/akita.cfg",
        "awplus",
        "ENCR_AES_CBC_256 AUTH_HMAC_SHA2_256_128",
    ),
}


@pytest.mark.parametrize(("near", "to", "ike"), PAIRS.values(), ids=PAIRS)
def test_a_router_and_its_mirror_talk(folder: Path, near: Path, to: str, ike: str) -> None:
    mirror = [*LAB[:-1], "mirror", "--to", to, "-o", "far.cfg", "--first", "near.cfg", str(near)]
    done = subprocess.run(mirror, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    code, said = lab(folder, "near.cfg", "far.cfg")
    assert_all_talk(code, said)
    (tunnel,) = said["tunnels"]
    assert tunnel["ike"].startswith(ike)


@pytest.mark.parametrize(
    "pair", ["nec-ix-awplus/hirosaki noshiro", "ios-awplus/izumo hamada", "ios-gre/kure imabari"]
)
def test_the_examples_that_mirror_has_written_talk(folder: Path, pair: str) -> None:
    near, far = pair.split()
    files = [str(EXAMPLES / f"{near}.cfg"), str((EXAMPLES / near).parent / f"{far}.cfg")]
    assert_all_talk(*lab(folder, *files))
