"""TCP through two gateways in namespaces, one stream of iperf3: ours, strongSwan's userspace ESP, and no VPN."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.interop.network import Network
from tests.interop.ours import Ours, configuration, mirrored
from tests.interop.strongswan import StrongSwan, connection

GCM = """  sa-proposal enc aes-gcm-128-16
  sa-proposal prf sha2-256
  sa-proposal dh 2048-bit
  child-proposal enc aes-gcm-128-16"""
CBC = """  sa-proposal enc aes-cbc-256
  sa-proposal integrity sha2-256
  sa-proposal prf sha2-256
  sa-proposal dh 2048-bit
  child-proposal enc aes-cbc-256
  child-proposal integrity sha2-256"""


def iperf(network: Network, source: str, target: str, seconds: int) -> float:
    """Mbit/s of one TCP stream from our LAN's address to the peer's."""
    server = subprocess.Popen(
        ["ip", "netns", "exec", network.peer, "iperf3", "-s", "-1", "-B", target],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        network.inside(network.ours, "sleep", "0.5")
        out = network.inside(
            network.ours, "iperf3", "-c", target, "-B", source, "-t", str(seconds), "-J", timeout=seconds + 20
        )
        return float(json.loads(out)["end"]["sum_received"]["bits_per_second"]) / 1e6
    finally:
        server.kill()
        server.wait(10)


@contextmanager
def plain(_folder: Path) -> Iterator[tuple[Network, str, str]]:
    with Network() as network:
        yield network, network.OURS, network.PEER


def ours(policy: str, nat: bool) -> Callable[[Path], object]:
    """Two of our gateways; with a NAT between them ESP travels in UDP."""

    @contextmanager
    def build(folder: Path) -> Iterator[tuple[Network, str, str]]:
        with ExitStack() as stack:
            network = stack.enter_context(Network(nat="ours" if nat else None))
            far = mirrored(peer="any" if nat else network.OURS, policy=policy)
            stack.enter_context(
                Ours(network, folder / "far", far, namespace=network.peer, log_level="warning")
            )
            stack.enter_context(Ours(network, folder / "near", configuration(policy=policy)))
            yield network, network.OUR_LAN, network.PEER_LAN

    return build


def strongswan(ike: str, esp: str) -> Callable[[Path], object]:
    @contextmanager
    def build(folder: Path) -> Iterator[tuple[Network, str, str]]:
        with ExitStack() as stack:
            network = stack.enter_context(Network())
            far = connection(network, ike=ike, esp=esp)
            near = connection(
                network, ike=ike, esp=esp, local=network.OURS, remote=network.PEER,
                local_id="keyid:ours", remote_id="keyid:peer",
                local_ts="192.168.10.0/24", remote_ts="192.168.20.0/24",
            )  # fmt: skip
            stack.enter_context(StrongSwan(network, folder / "far", far))
            peer = stack.enter_context(StrongSwan(network, folder / "near", near, namespace=network.ours))
            peer.initiate()
            yield network, network.OUR_LAN, network.PEER_LAN

    return build


STRONGSWAN_GCM = "strongSwan, AES-128-GCM, ESP in UDP"
STRONGSWAN_CBC = "strongSwan, AES-256-CBC HMAC-SHA-256, ESP in UDP"
CASES = {
    "no VPN": plain,
    STRONGSWAN_GCM: strongswan("aes128gcm16-prfsha256-modp2048", "aes128gcm16"),
    "kakehashi, AES-128-GCM, ESP in UDP": ours(GCM, nat=True),
    "kakehashi, AES-128-GCM, ESP": ours(GCM, nat=False),
    STRONGSWAN_CBC: strongswan("aes256-sha256-modp2048", "aes256-sha256"),
    "kakehashi, AES-256-CBC HMAC-SHA-256, ESP in UDP": ours(CBC, nat=True),
    "kakehashi, AES-256-CBC HMAC-SHA-256, ESP": ours(CBC, nat=False),
}


def beside(case: str) -> str:
    """The case of strongSwan with the same cipher: what `case` is a ratio of."""
    return STRONGSWAN_CBC if "CBC" in case else STRONGSWAN_GCM


def measure(case: str, folder: Path, seconds: int) -> float:
    """Mbit/s of one case."""
    with CASES[case](folder) as (network, source, target):  # type: ignore[attr-defined]
        assert network.ping(network.ours, source, target), f"{case}: no answer through the tunnel"
        return iperf(network, source, target, seconds)
