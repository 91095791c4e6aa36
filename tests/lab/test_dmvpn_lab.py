"""The lab of a hub and two spokes on one multipoint tunnel: what they say of each other, and the wire between them."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.two_routers import until
from tests.lab.running import LAB, SECONDS, assert_all_talk, tshark

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.skipif(not shutil.which("tshark"), reason="needs tshark"),
    pytest.mark.timeout(300),
]
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "ios-dmvpn"
HUB, OSLO, BERN = "192.0.2.2", "198.51.100.2", "203.0.113.2"
ECHO = "icmp.type == 8 && ip.addr == 10.2.0.10 && ip.addr == 10.3.0.10"


@contextmanager
def kept(folder: Path, *arguments: str) -> Iterator[tuple[dict[str, Any], Mapping[str, Path]]]:
    """A lab that has come to its outcome and goes on: the outcome, and the control socket of each device."""
    with (folder / "said").open("w+") as said:
        process = subprocess.Popen(
            [*LAB, *arguments, "--json", "--keep"],
            cwd=folder,
            stdout=said,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            assert process.stderr is not None
            told = []
            for line in process.stderr:
                told.append(line)
                controls = list(folder.glob("kakehashi-lab-*/*/control"))
                if controls and sum("its events" in one for one in told) == len(controls):
                    break
            said.seek(0)
            sockets = {path.parent.name: path for path in folder.glob("kakehashi-lab-*/*/control")}
            assert sockets, "".join(told)
            yield json.load(said), sockets
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.communicate(timeout=SECONDS)


def show(control: Path, *words: str) -> str:
    done = subprocess.run(
        [*LAB[:-1], "show", *words, "--control", str(control)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    return done.stdout


def is_learned(control: Path, entry: str, nbma: str) -> bool:
    return f"NBMA address: {nbma}" in show(control, "ip", "nhrp").partition(entry)[2]


def is_up(control: Path, nbma: str, other: str) -> bool:
    return any(line.split()[1:4] == [nbma, other, "UP"] for line in show(control, "dmvpn").splitlines())


def assert_answered(folder: Path, host: str, address: str, count: int) -> None:
    (script,) = folder.glob("kakehashi-lab-*/in")
    # At once: ping waits for the last answer no longer than from one request to the next.
    ping = [str(script), host, "ping", "-c", str(count), "-l", str(count), "-i", "10", address]
    done = subprocess.run(ping, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert f"{count} received" in done.stdout, done.stdout + done.stderr


def test_spokes_meet_by_the_hub_and_then_without_it(folder: Path) -> None:
    pcap = folder / "pcap"
    files = [str(EXAMPLE / f"{name}.cfg") for name in ("hub", "oslo", "bern")]
    with kept(folder, *files, "--pcap", str(pcap)) as (said, control):
        assert_all_talk(0, said)
        assert {(t["a"], t["b"]) for t in said["tunnels"]} == {("hub", "oslo"), ("hub", "bern")}
        assert len(said["probes"]) == 6, "each with each, both ways"
        registered = show(control["hub"], "ip", "nhrp")
        assert "10.255.0.2/32 via 10.255.0.2" in registered
        assert "10.255.0.3/32 via 10.255.0.3" in registered
        assert "Flags: unique registered" in registered
        for spoke, network, other, nbma in (
            ("oslo", "10.3.0.0/24", "10.255.0.3", BERN),
            ("bern", "10.2.0.0/24", "10.255.0.2", OSLO),
        ):
            until(
                partial(is_learned, control[spoke], f"{network} via {other}", nbma),
                f"{network} on {spoke}",
                SECONDS,
            )
            until(partial(is_up, control[spoke], nbma, other), f"{other} up on {spoke}", SECONDS)
        assert_answered(folder, "oslo-host", "10.3.0.10", count=3)
    # The outer addresses of each request from host to host, as it went by the spoke's own line.
    ways = [
        (line.split("\t")[0].split(",")[0], line.split("\t")[1].split(",")[0])
        for line in tshark(pcap / "oslo-wan.pcap", pcap, f"esp && {ECHO}", "ip.src", "ip.dst")
    ]
    assert HUB in ways[0], "nobody knew better yet"
    assert [set(way) for way in ways[-3:]] == [{OSLO, BERN}] * 3, "straight to the other spoke"
    kinds = tshark(pcap / "oslo-wan.pcap", pcap, "esp && nhrp", "nhrp.hdr.op.type")
    assert {"3", "4", "8", "1", "2"} <= set(kinds), "registered, told of a shorter way, asked and answered"
