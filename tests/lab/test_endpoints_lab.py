"""A lab of three AlliedWare Plus devices on multipoint interfaces: real gateways, real packets."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.running import assert_all_talk, assert_nothing_left, folder_of, lab

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.timeout(300),
]
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "awplus-multipoint"
NAMES = ("hub", "oslo", "bern")
GRE, IPSEC = "tunnel mode gre multipoint\n tunnel key 1", "tunnel mode ipsec multipoint"


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with folder_of({name: (EXAMPLE / f"{name}.cfg").read_text() for name in NAMES}) as made:
        monkeypatch.setenv("TMPDIR", str(made))
        yield made
        assert_nothing_left(made)


@pytest.mark.parametrize("mode", [GRE, IPSEC], ids=["gre", "ipsec"])
def test_three_devices_with_each_other(mode: str, folder: Path) -> None:
    for name in NAMES:
        path = folder / f"{name}.cfg"
        assert GRE in path.read_text()
        path.write_text(path.read_text().replace(GRE, mode))
    code, said = lab(folder, *(f"{name}.cfg" for name in NAMES))
    assert_all_talk(code, said)
    assert {(t["a"], t["b"]) for t in said["tunnels"]} == {("hub", "oslo"), ("hub", "bern"), ("oslo", "bern")}
    assert {t["esp"] for t in said["tunnels"]} == {"ENCR_AES_GCM_16_256"}
    assert len(said["probes"]) == 6, "each with each, both ways"
    assert said["assumed"] == [], "the files say all that is needed"
