"""Labs of a Cisco and an AlliedWare Plus router with GRE, without IPsec and under it: real gateways, real packets."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.lab.running import assert_all_talk, lab

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.timeout(300),
]
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def copied(folder: Path, example: str, old: str = "", new: str = "") -> list[str]:
    """The files of an example, something in them replaced."""
    paths = sorted((EXAMPLES / example).glob("*.cfg"))
    for path in paths:
        (folder / path.name).write_text(path.read_text().replace(old, new) if old else path.read_text())
    return [path.name for path in paths]


def assert_talk_in_the_clear(code: int, said: dict[str, Any]) -> None:
    assert (code, said["failures"], said["ok"]) == (0, [], True)
    assert all(probe["ok"] for probe in said["probes"])
    (tunnel,) = said["tunnels"]
    assert tunnel["up"]
    assert (tunnel["ike"], tunnel["esp"]) == (None, "GRE with key 3132, checksum, without IPsec")


def test_without_ipsec(folder: Path) -> None:
    assert_talk_in_the_clear(*lab(folder, *copied(folder, "ios-awplus-gre")))


def test_under_ipsec(folder: Path) -> None:
    code, said = lab(folder, *copied(folder, "ios-awplus-gre-ipsec"))
    assert_all_talk(code, said)
    (tunnel,) = said["tunnels"]
    assert tunnel["esp"].startswith("ENCR_AES_CBC_256 AUTH_HMAC_SHA2_256_128")


def test_without_ipsec_over_ipv6(folder: Path) -> None:
    files = copied(folder, "ios-awplus-gre")
    for name, (ours, theirs, hop) in zip(
        files,
        (
            ("2001:db8:1::31", "2001:db8:2::32", "2001:db8:1::1"),
            ("2001:db8:2::32", "2001:db8:1::31", "2001:db8:2::1"),
        ),
        strict=True,
    ):
        text = (folder / name).read_text()
        is_cisco = "255.255.255.0" in text
        own, far = ("198.51.100.31", "203.0.113.32") if is_cisco else ("203.0.113.32", "198.51.100.31")
        if is_cisco:
            text = text.replace(f" ip address {own} 255.255.255.0", f" ipv6 address {ours}/64")
            text = text.replace("ip route 0.0.0.0 0.0.0.0 198.51.100.1", f"ipv6 route ::/0 {hop}")
            text = text.replace(" tunnel key", " tunnel mode gre ipv6\n tunnel key")
        else:
            text = text.replace(f" ip address {own}/24", f" ipv6 address {ours}/64")
            text = text.replace("ip route 0.0.0.0/0 203.0.113.1", f"ipv6 route ::/0 {hop}")
            text = text.replace("tunnel mode gre", "tunnel mode gre ipv6")
        (folder / name).write_text(text.replace(far, theirs))
    assert_talk_in_the_clear(*lab(folder, *files))
