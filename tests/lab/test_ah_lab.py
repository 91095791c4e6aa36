"""Labs of two Cisco devices with AH in their transform sets: real gateways, real packets."""

import os
from pathlib import Path

import pytest

from tests.lab.crypto_map_fragments import BEPPU, OITA
from tests.lab.running import assert_all_talk, lab

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.timeout(300),
]
GRE = Path(__file__).resolve().parents[2] / "examples" / "ios-gre"
VTI = Path(__file__).resolve().parents[2] / "examples" / "cisco-ios-vti"


@pytest.mark.parametrize(
    ("words", "agreed"),
    [
        ("ah-sha-hmac", "AH AUTH_HMAC_SHA1_96"),
        ("ah-sha256-hmac esp-aes 256", "AH AUTH_HMAC_SHA2_256_128 ENCR_AES_CBC_256"),
        (
            "ah-md5-hmac esp-aes esp-sha-hmac",
            "AH AUTH_HMAC_MD5_96 ENCR_AES_CBC_128 AUTH_HMAC_SHA1_96",
        ),
    ],
)
def test_crypto_maps_in_tunnel_mode(folder: Path, words: str, agreed: str) -> None:
    for name, text in (("beppu", BEPPU), ("oita", OITA)):
        (folder / f"{name}.cfg").write_text(text.replace("esp-3des esp-md5-hmac", words))
    code, said = lab(folder, "beppu.cfg", "oita.cfg")
    assert_all_talk(code, said)
    (tunnel,) = said["tunnels"]
    assert tunnel["esp"] == agreed


@pytest.mark.parametrize("mode", ["transport", "tunnel"])
def test_gre_inside_esp_inside_ah(folder: Path, mode: str) -> None:
    files = ("kure.cfg", "imabari.cfg")
    for name in files:
        text = (GRE / name).read_text()
        text = text.replace("transform-set GRE esp-aes 256", "transform-set GRE ah-sha-hmac esp-aes 256")
        (folder / name).write_text(text.replace("mode transport", f"mode {mode}"))
    code, said = lab(folder, *files)
    assert_all_talk(code, said)
    (tunnel,) = said["tunnels"]
    assert tunnel["esp"].startswith("AH AUTH_HMAC_SHA1_96 ENCR_AES_CBC_256 AUTH_HMAC_SHA2_256_128")


def test_a_tunnel_interface_with_ikev2(folder: Path) -> None:
    files = tuple(path.name for path in sorted(VTI.glob("*.cfg")))
    for name in files:
        text = (VTI / name).read_text()
        (folder / name).write_text(text.replace("esp-gcm 256", "ah-sha512-hmac"))
    code, said = lab(folder, *files)
    assert_all_talk(code, said)
    (tunnel,) = said["tunnels"]
    assert tunnel["esp"].startswith("AH AUTH_HMAC_SHA2_512_256")
