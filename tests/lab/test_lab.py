"""Whole labs, with real gateways and real packets, in namespaces that each lab makes and takes away itself."""

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.forks import Forked
from tests.lab.fragments import CENTRE, EAST, KOBE, LEFT, NARA, OSAKA, RIGHT, TOKYO, WEST
from tests.lab.running import (
    LAB,
    SECONDS,
    assert_all_talk,
    fork_lab,
    lab,
    processes_of,
    refusal,
    tshark,
    until_gone,
)

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.timeout(300),
]


@pytest.fixture
def texts() -> dict[str, str]:
    found = {"tokyo": TOKYO, "osaka": OSAKA, "centre": CENTRE, "kobe": KOBE, "nara": NARA}
    found |= {"east": EAST, "west": WEST, "left": LEFT, "right": RIGHT}
    return found


@pytest.mark.skipif(not shutil.which("tshark"), reason="needs tshark")
def test_fragments_talk_through_a_nat_and_tshark_decrypts_what_they_said(folder: Path) -> None:
    pcap = folder / "pcap"
    code, said = lab(folder, "tokyo.cfg", "osaka.cfg", "--nat", "tokyo", "--pcap", str(pcap))
    assert_all_talk(code, said)
    assert [(p["from"], p["to"], p["family"]) for p in said["probes"]] == [
        ("tokyo", "osaka", "ipv4"),
        ("osaka", "tokyo", "ipv4"),
    ]
    (tunnel,) = said["tunnels"]
    assert (tunnel["a"], tunnel["b"], tunnel["nat"]) == ("tokyo", "osaka", "tokyo")
    assert tunnel["ike"].startswith("ENCR_AES_CBC_256 AUTH_HMAC_SHA1_96 PRF_HMAC_SHA1 ")
    names = {"tokyo-wan", "nat-tokyo-outside", "osaka-wan", "tokyo-lan", "osaka-lan"}
    assert {file.stem for file in pcap.glob("*.pcap")} == names
    nothing = folder / "no-keys"
    nothing.mkdir()
    for link in ("tokyo-wan", "nat-tokyo-outside", "osaka-wan"):
        capture = pcap / f"{link}.pcap"
        identities = tshark(capture, pcap, "isakmp.exchangetype == 35", "isakmp.id.data.key_id")
        assert bytes.fromhex("".join(identities).replace(",", "").replace(":", "")).count(b"tokyo") >= 1
        echoes = tshark(capture, pcap, "esp && icmp.type == 8", "ip.src")
        assert {"192.168.1.10", "192.168.2.10"} <= {address for line in echoes for address in line.split(",")}
        assert tshark(capture, nothing, "icmp.type == 8", "ip.src") == []
        assert tshark(capture, pcap, "udp.port == 4500 || udp.port == 500", "udp.dstport")
    outside = tshark(pcap / "nat-tokyo-outside.pcap", pcap, "ip.src == 10.1.0.1 && udp", "udp.srcport")
    assert outside
    assert not {"500", "4500"} & {port.split(",")[0] for port in outside}


def test_two_sites_behind_one_address_are_told_apart(folder: Path) -> None:
    code, said = lab(folder, "centre.cfg", "kobe.cfg", "nara.cfg", "--nat", "kobe,nara")
    assert_all_talk(code, said)
    assert [(t["b"], t["nat"]) for t in said["tunnels"]] == [("kobe", "kobe"), ("nara", "nara")]


def test_a_centre_and_its_sites_talk_one_of_them_behind_a_nat(folder: Path) -> None:
    code, said = lab(folder, "centre.cfg", "kobe.cfg", "nara.cfg", "--nat", "nara")
    assert_all_talk(code, said)
    assert [(t["a"], t["b"], t["nat"]) for t in said["tunnels"]] == [
        ("centre", "kobe", None),
        ("centre", "nara", "nara"),
    ]


def test_a_site_without_a_file_is_no_failure(folder: Path) -> None:
    code, said = lab(folder, "centre.cfg", "site=kobe.cfg")
    assert_all_talk(code, said)
    assert any("Tunnel2.0 is left alone" in sentence for sentence in said["assumed"])
    assert said["devices"][1] == {"name": "site", "file": "kobe.cfg", "dialect": "nec-ix"}


def test_both_families_talk_over_a_lossy_internet(folder: Path) -> None:
    code, said = lab(folder, "east.cfg", "west.cfg", "--loss", "5%")
    assert_all_talk(code, said)
    assert said["assumed"] == []
    assert sorted(probe["family"] for probe in said["probes"]) == ["ipv4", "ipv4", "ipv6", "ipv6"]


def test_two_tunnels_between_the_same_devices_both_carry_traffic(folder: Path) -> None:
    code, said = lab(folder, "left.cfg", "right.cfg")
    assert_all_talk(code, said)
    assert len(said["tunnels"]) == 2
    assert len(said["probes"]) == 4


def test_it_runs_without_root_in_a_user_namespace(folder: Path) -> None:
    code, said = lab(
        folder,
        "east.cfg",
        "west.cfg",
        "--nat",
        "west",
        before=("setpriv", "--bounding-set", "-sys_admin,-net_admin,-net_raw"),
    )
    assert_all_talk(code, said)


def test_keys_that_differ_are_a_failure_that_says_so_soon(folder: Path) -> None:
    (folder / "west.cfg").write_text(WEST.replace("key-of-west", "another-key"))
    start = time.monotonic()
    code, said = lab(folder, "east.cfg", "west.cfg")
    assert time.monotonic() - start < 60
    assert code == 1
    assert said["ok"] is False
    (tunnel,) = said["tunnels"]
    assert not tunnel["up"]
    reason = next(f["reason"] for f in said["failures"] if f["where"] == "east Tunnel0.0 - west Tunnel0.0")
    assert "pre-shared key" in reason
    assert re.search(r"\beast\.cfg:\d+", reason)
    assert "kakehashi-lab-" not in reason
    assert {probe["ok"] for probe in said["probes"]} == {False}


def test_a_fault_in_a_file_is_told_with_its_line_before_anything_is_built(folder: Path) -> None:
    (folder / "west.cfg").write_text(WEST.rstrip("\n") + "\n  ikev2 dpd interval soon\n")
    code, said = lab(folder, "east.cfg", "west.cfg")
    assert code == 1
    assert [failure["where"] for failure in said["failures"]] == [f"west.cfg:{len(WEST.splitlines()) + 1}"]


def test_what_cannot_be_a_lab_is_refused_in_one_line(folder: Path) -> None:
    for arguments, told in (
        (["east.cfg"], "one device has nobody to talk to"),
        (["east.cfg", "nowhere.cfg"], "nowhere.cfg cannot be read"),
        (["east.cfg", "west.cfg", "--nat", "north"], "--nat north: there is no such device"),
        (["east.cfg", "west.cfg", "--loss", "all"], "--loss all"),
    ):
        said = refusal(folder, *arguments)
        assert told in said
        assert "Traceback" not in said


def kept_lab(folder: Path) -> subprocess.Popen[str]:
    """A lab with --keep that has just told how to look around."""
    process = subprocess.Popen(
        [*LAB, "centre.cfg", "kobe.cfg", "--keep"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "kobe/log" in line:
            break
    else:
        pytest.fail("the lab ended by itself")
    return process


def test_a_kept_lab_can_be_looked_into_and_ends_at_ctrl_c(folder: Path) -> None:
    process = kept_lab(folder)
    try:
        (script,) = folder.glob("kakehashi-lab-*/in")
        devices = subprocess.run(
            [script, "kobe", "cat", "/proc/net/dev"],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=True,
        ).stdout
        assert {"wan0", "lan0", "Tunnel0.0"} <= set(re.findall(r"^ *([\w.]+):", devices, re.MULTILINE))
        control = script.parent / "centre" / "control"
        shown = subprocess.run(
            [*LAB[:-1], "show", "ikev2", "sa", "--control", str(control)],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=True,
        ).stdout
        assert "Interface Tunnel1.0" in shown
    finally:
        os.killpg(process.pid, signal.SIGINT)
        code = process.wait(SECONDS)
    assert code == 128 + signal.SIGINT


def forked_lab(folder: Path) -> Forked:
    """The same as a fork."""
    process, said, errors = fork_lab(folder, "centre.cfg", "kobe.cfg", "--keep")
    end = time.monotonic() + SECONDS
    while not said.exists() or "kobe/log" not in said.read_text():
        assert process.poll() is None, errors.read_text()
        assert time.monotonic() < end, "the lab does not stand"
        time.sleep(0.02)
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_the_lab_alone_ends_all_of_it(folder: Path, number: signal.Signals) -> None:
    process = forked_lab(folder)
    process.send_signal(number)
    assert process.wait(SECONDS) == 128 + number


def test_a_lab_that_is_killed_leaves_no_process_and_the_next_one_takes_its_files_away(folder: Path) -> None:
    process = forked_lab(folder)
    assert processes_of(folder), "here they are"
    process.send_signal(signal.SIGKILL)
    process.wait(SECONDS)
    until_gone(folder)
    assert list(folder.glob("kakehashi-lab-*"))
    lab(folder, "centre.cfg", "kobe.cfg")


def test_ctrl_c_while_the_lab_is_being_built_ends_it(folder: Path) -> None:
    process = subprocess.Popen(
        [*LAB, "centre.cfg", "kobe.cfg", "--keep"],  # or it might end before it is asked to
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while not list(folder.glob("kakehashi-lab-*/centre/log")):
        assert process.poll() is None, "the lab ended by itself"
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(SECONDS) == 128 + signal.SIGINT
