"""Labs of routers that translate: on the line towards the peer, and in the tunnel before encryption."""

import os
import shutil
from pathlib import Path

import pytest

from tests.lab.running import assert_all_talk, lab, tshark

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.timeout(300),
]
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
V1, V2 = EXAMPLES / "nec-ix-ikev1-main", EXAMPLES / "nec-ix-psk"
KYOTO, NARA = (V1 / "kyoto.cfg").read_text(), (V1 / "nara.cfg").read_text()
TOKYO, OSAKA = (V2 / "tokyo.cfg").read_text(), (V2 / "osaka.cfg").read_text()


def with_lines(text: str, interface: str, *lines: str) -> str:
    at = f"interface {interface}\n"
    assert at in text
    return text.replace(at, at + "".join(f"  {line}\n" for line in lines))


FILES = {
    # The three listings of the manual about translation, with the VPN that they leave out.
    "v1-wan": with_lines(
        KYOTO,
        "GigaEthernet1.0",
        "ip napt enable",
        "ip napt static GigaEthernet1.0 udp 500",
        "ip napt static GigaEthernet1.0 50",
    ),
    "v2-wan": with_lines(
        TOKYO,
        "GigaEthernet0.0",
        "ip napt enable",
        "ip napt static GigaEthernet0.0 udp 500",
        "ip napt static GigaEthernet0.0 udp 4500",
        "ip napt static GigaEthernet0.0 50",
    ),
    "v1-tunnel": with_lines(KYOTO, "Tunnel0.0", "ip napt enable"),
    "nara": NARA,
    "osaka": OSAKA,
}


@pytest.fixture
def texts() -> dict[str, str]:
    return FILES


@pytest.mark.parametrize("files", [("v1-wan.cfg", "nara.cfg"), ("v2-wan.cfg", "osaka.cfg")])
def test_translation_on_the_line_leaves_the_tunnel_alone(folder: Path, files: tuple[str, str]) -> None:
    code, said = lab(folder, *files)
    assert_all_talk(code, said)
    (tunnel,) = said["tunnels"]
    assert tunnel["nat"] is None, "nothing of the router itself is translated"


@pytest.mark.skipif(not shutil.which("tshark"), reason="needs tshark")
def test_translation_in_the_tunnel_comes_before_encryption(folder: Path) -> None:
    pcap = folder / "pcap"
    code, said = lab(folder, "v1-tunnel.cfg", "nara.cfg", "--pcap", str(pcap))
    assert code == 0, said
    echoes = tshark(pcap / "nara-wan.pcap", pcap, "esp && icmp.type == 8", "ip.src")
    inner = {line.split(",")[-1] for line in echoes}
    assert inner == {"10.1.1.254"}, "the router's own address, not the host's"
