"""wireguard-go at both ends of a network, configured by its own protocol (wireguard.com/xplatform)."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from bench.sites import Sites

PROGRAM = "wireguard-go"
PORT = 51820
ENDS = ("10.63.0.1", "10.63.0.2")
PATIENCE = 10.0


def is_here() -> bool:
    return shutil.which(PROGRAM) is not None


@contextmanager
def tunnel(network: Sites) -> Iterator[None]:
    """A tunnel between ENDS."""
    keys = [X25519PrivateKey.generate(), X25519PrivateKey.generate()]
    with ExitStack() as stack:
        for index, (namespace, other) in enumerate(
            ((network.ours, network.PEER), (network.peer, network.OURS))
        ):
            device = f"wg{namespace[-8:].replace('-', '')}"
            stack.enter_context(_process(namespace, device))
            _configure(
                device,
                f"private_key={keys[index].private_bytes_raw().hex()}\nlisten_port={PORT}\n"
                f"public_key={keys[1 - index].public_key().public_bytes_raw().hex()}\n"
                f"endpoint={other}:{PORT}\nallowed_ip={ENDS[1 - index]}/32\n",
            )
            network.inside(namespace, "ip", "link", "set", device, "up")
            network.inside(namespace, "ip", "route", "add", ENDS[1 - index], "dev", device)
            network.give(index == 0, [ENDS[index]])
        yield


@contextmanager
def _process(namespace: str, device: str) -> Iterator[None]:
    process = subprocess.Popen(
        ["ip", "netns", "exec", namespace, PROGRAM, "-f", device],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _configure(device: str, text: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        with socket.socket(socket.AF_UNIX) as control:
            try:
                control.connect(f"/var/run/wireguard/{device}.sock")
            except OSError:
                assert time.monotonic() < deadline, f"{PROGRAM} does not answer"
                time.sleep(0.05)
                continue
            control.sendall(f"set=1\n{text}\n".encode())
            answer = control.recv(4096).decode()
            assert answer.startswith("errno=0"), f"{PROGRAM} refuses its configuration: {answer}"
            return
