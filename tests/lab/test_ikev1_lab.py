"""Whole labs with IKEv1 tunnels: real gateways, real packets, a real DHCP client."""

import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.lab.ikev1_fragments import CENTRE, HUB, KOBE, NARA
from tests.lab.running import assert_all_talk, lab, tshark

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.timeout(300),
]
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
CORPUS = Path(os.environ.get("KAKEHASHI_CORPUS", "/nowhere")) / "nec-ix"


@pytest.fixture
def texts() -> dict[str, str]:
    return {"centre": CENTRE, "kobe": KOBE, "hub": HUB, "nara": NARA}


def only_tunnel(said: dict[str, Any]) -> dict[str, Any]:
    (tunnel,) = said["tunnels"]
    return tunnel  # type: ignore[no-any-return]


def assert_decrypts(pcap: Path, link: str, exchanges: set[str], sources: set[str]) -> None:
    """With the lab's keys tshark reads phase 1's end, quick mode and what is in ESP; without them nothing."""
    nothing = pcap.parent / "no-keys"
    nothing.mkdir(exist_ok=True)
    capture = pcap / f"{link}.pcap"
    # Every encrypted message but a fragment begins with a hash payload, or has one.
    hashed = ("isakmp.flag_e == 1 && isakmp.hash", "isakmp.exchangetype")
    assert exchanges <= {number for line in tshark(capture, pcap, *hashed) for number in line.split(",")}
    assert tshark(capture, nothing, *hashed) == []
    echoes = tshark(capture, pcap, "esp && icmp.type == 8", "ip.src")
    assert sources <= {address for line in echoes for address in line.split(",")}
    assert tshark(capture, nothing, "icmp.type == 8", "ip.src") == []


@pytest.mark.skipif(not shutil.which("tshark"), reason="needs tshark")
def test_a_site_with_an_address_by_dhcp_meets_its_centre_and_tshark_decrypts_it(folder: Path) -> None:
    pcap = folder / "pcap"
    code, said = lab(folder, "centre.cfg", "kobe.cfg", "--pcap", str(pcap))
    assert_all_talk(code, said)
    tunnel = only_tunnel(said)
    assert (tunnel["ike"], tunnel["nat"]) == ("IKEv1 aggressive ENCR_3DES SHA MODP_768", None)
    assert tunnel["esp"] == "ENCR_3DES AUTH_HMAC_SHA1_96"
    assert "kobe: GigaEthernet1.0 is given 198.18.2.1/24 by the internet (DHCP)" in said["assumed"]
    kinds = tshark(pcap / "kobe-wan.pcap", pcap, "dhcp", "dhcp.option.dhcp")
    # What is not answered at once is asked again.
    assert list(dict.fromkeys(kinds))[:4] == ["1", "2", "3", "5"], "discover, offer, request, acknowledgement"
    assert_decrypts(pcap, "centre-wan", {"4", "32"}, {"10.61.0.10", "10.62.0.10"})


@pytest.mark.skipif(not shutil.which("tshark"), reason="needs tshark")
def test_a_site_behind_a_nat_meets_a_hub_whose_proposal_is_nowhere_defined(folder: Path) -> None:
    pcap = folder / "pcap"
    code, said = lab(folder, "hub.cfg", "nara.cfg", "--nat", "nara", "--pcap", str(pcap))
    assert_all_talk(code, said)
    tunnel = only_tunnel(said)
    assert (tunnel["ike"], tunnel["nat"]) == ("IKEv1 aggressive ENCR_AES_CBC_128 SHA2_256 MODP_2048", "nara")
    assert any("IKE proposal common, which no line defines" in sentence for sentence in said["assumed"])
    assert any("Tunnel2.0 is left alone" in sentence for sentence in said["assumed"])
    for link in ("nara-wan", "hub-wan"):
        assert_decrypts(pcap, link, {"4", "32"}, {"192.168.1.10", "192.168.101.10"})
        assert tshark(pcap / f"{link}.pcap", pcap, "udpencap && esp", "esp.spi")


@pytest.mark.skipif(not shutil.which("tshark"), reason="needs tshark")
def test_main_mode_between_the_sites_of_the_example(folder: Path) -> None:
    pcap, example = folder / "pcap", EXAMPLES / "nec-ix-ikev1-main"
    code, said = lab(folder, str(example / "kyoto.cfg"), str(example / "nara.cfg"), "--pcap", str(pcap))
    assert_all_talk(code, said)
    tunnel = only_tunnel(said)
    assert tunnel["ike"] == "IKEv1 main ENCR_AES_CBC_256 SHA2_256 MODP_2048"
    assert tunnel["esp"] == "ENCR_AES_CBC_256 AUTH_HMAC_SHA2_256_128"
    assert said["assumed"] == []
    assert_decrypts(pcap, "kyoto-wan", {"2", "32"}, {"10.1.1.10", "10.3.3.10"})


def test_the_branch_of_the_example_gets_its_address_from_the_nat_router(folder: Path) -> None:
    example = EXAMPLES / "nec-ix-ikev1-dynamic"
    code, said = lab(folder, str(example / "center.cfg"), str(example / "branch.cfg"), "--nat", "branch")
    assert_all_talk(code, said)
    assert only_tunnel(said)["nat"] == "branch"


def test_an_address_by_dhcp_needs_no_root(folder: Path) -> None:
    plain = ("setpriv", "--bounding-set", "-sys_admin,-net_admin,-net_raw")
    assert_all_talk(*lab(folder, "centre.cfg", "kobe.cfg", before=plain))


def test_a_loss_of_packets_only_takes_time(folder: Path) -> None:
    assert_all_talk(*lab(folder, "hub.cfg", "nara.cfg", "--loss", "5%"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("key-of-nara", "another-key"), r"the pre-shared key of policy hub \(nara\.cfg:\d+\)"),
        (("encryption aes", "encryption aes-256"), r"hub: .* offers encryption AES-CBC-256, .*AES-CBC-128"),
        (("esp-aes esp-sha", "esp-aes esp-md5"), r"offers integrity .* allows"),
        (("keyid nara", "keyid nobody"), r"says it is ID_KEY_ID nobody, which no policy knows"),
    ],
)
def test_what_keeps_a_tunnel_down_is_told_with_both_sides_values(
    folder: Path, change: tuple[str, str], told: str
) -> None:
    define = "ike proposal common encryption aes hash sha2-256 group 2048-bit\n"
    (folder / "hub.cfg").write_text(define + HUB)
    (folder / "nara.cfg").write_text(NARA.replace(*change))
    code, said = lab(folder, "hub.cfg", "nara.cfg")
    assert code == 1
    reason = next(f["reason"] for f in said["failures"] if " - " in f["where"])
    assert re.search(told, reason), reason
    assert "kakehashi-lab-" not in reason
    assert "no SA yet" not in reason


@pytest.mark.skipif(not CORPUS.exists(), reason="KAKEHASHI_CORPUS names no configurations")
@pytest.mark.parametrize(
    ("files", "nat", "mode", "assumed"),
    [
        (
            ("v1-remote-access-center.cfg", "v1-remote-access-branch.cfg"),
            (),
            "aggressive",
            ["the default route goes by", "by the internet (DHCP)"],
        ),
        (
            ("v1-nat-traversal-center.cfg", "v1-nat-traversal-site1.cfg"),
            ("--nat", "v1-nat-traversal-site1"),
            "aggressive",
            ["the IKE proposal ikeprop, which no line defines"],
        ),
        (("v1-tunnel-mode-site.cfg", str(EXAMPLES / "nec-ix-ikev1-main/nara.cfg")), (), "main", []),
    ],
)
def test_the_manuals_own_listings_talk(
    folder: Path, files: tuple[str, str], nat: tuple[str, ...], mode: str, assumed: list[str]
) -> None:
    code, said = lab(folder, *(str(CORPUS / file) for file in files), *nat)
    assert_all_talk(code, said)
    tunnel = only_tunnel(said)
    assert tunnel["ike"].startswith(f"IKEv1 {mode} ")
    assert tunnel["nat"] == (nat[1] if nat else None)
    for text in assumed:
        assert any(text in sentence for sentence in said["assumed"]), text
