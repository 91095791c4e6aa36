"""What is sent through a tunnel, and how fast it went. `source` is our host's address, `target` the peer's host's."""

import json
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.sites import Sites

ROOT = Path(__file__).resolve().parents[1]
# Packets a second that are tried: each step a tenth more.
RATES = [int(10_000 * 1.1**step) for step in range(45)]


def tcp(network: Sites, source: str, target: str, seconds: float) -> float:
    """Mbit/s of one stream of iperf3."""
    server = subprocess.Popen(
        ["ip", "netns", "exec", network.peer_host, "iperf3", "-s", "-1", "-B", target, "--forceflush"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert server.stdout
        while b"listening" not in server.stdout.readline():
            assert server.poll() is None, "iperf3 ended"
        out = network.inside(
            network.our_host,
            "iperf3",
            "-c",
            target,
            "-B",
            source,
            "-t",
            str(seconds),
            "-J",
            timeout=seconds + 20,
        )
        return float(json.loads(out)["end"]["sum_received"]["bits_per_second"]) / 1e6
    finally:
        server.kill()
        server.communicate()


def round_trip(network: Sites, source: str, target: str) -> float:
    """Milliseconds: the median of many pings."""
    out = network.inside(
        network.our_host, "ping", "-n", "-i", "0.005", "-c", "400", "-I", source, target, timeout=20
    )
    return statistics.median(float(time) for time in re.findall(r"time=([\d.]+)", out))


def datagrams(network: Sites, source: str, target: str, seconds: float) -> float:
    """Packets of 200 octets a second, at the highest of RATES at which none is lost, not even in a second try."""
    lowest, highest = -1, len(RATES)
    while highest - lowest > 1:
        middle = (lowest + highest) // 2
        if any(_all_arrive(network, source, target, RATES[middle], seconds) for _ in range(2)):
            lowest = middle
        else:
            highest = middle
    return float(RATES[max(lowest, 0)])


def _all_arrive(network: Sites, source: str, target: str, rate: int, seconds: float) -> bool:
    """And can the sender send so many?"""
    with _receiver(network, "bench.udp", "receive", target) as receiver:
        sent = int(_python(network, "bench.udp", "send", source, target, str(rate), str(seconds)))
        network.inside(network.peer_host, "sleep", "0.2")
        receiver.terminate()
        assert receiver.stdout
        came = int(receiver.stdout.read())
    return sent == came and sent > 0.95 * rate * seconds


def streams(network: Sites, ends: Sequence[tuple[str, str]], folder: Path, seconds: float) -> float:
    """Mbit/s of many TCP connections, one between each two of `ends`."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "ends"
    file.write_text("".join(f"{source} {target}\n" for source, target in ends))
    with _receiver(network, "bench.streams", "receive", str(file)) as receiver:
        _python(network, "bench.streams", "send", str(file), str(seconds), timeout=seconds + 60)
        assert receiver.stdout
        return float(receiver.stdout.read())


def _python(network: Sites, *words: str, timeout: float = 30) -> str:
    return network.inside(network.our_host, sys.executable, "-m", *words, cwd=ROOT, timeout=timeout)


@contextmanager
def _receiver(network: Sites, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """It listens already."""
    process = subprocess.Popen(
        ["ip", "netns", "exec", network.peer_host, sys.executable, "-m", *words],
        stdout=subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    try:
        assert process.stdout
        assert process.stdout.readline().strip() == b"ready", f"{words} does not start"
        yield process
    finally:
        process.kill()
        process.communicate()
