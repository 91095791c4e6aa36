"""Two of our data planes, one at each end of a network, and the Child SAs between them.

The packet path is what `kakehashi run` has; who agreed on the SAs makes no difference to it, so IKE is left out.
"""

import enum
import os
import pickle
import select
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path as FilePath
from typing import Any

from tests.interop.network import run
from tests.pickling import dump

from bench.sites import MTU, Sites
from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.algorithms import Cipher
from kakehashi.model.child_sa import ChildSa, EspKeys
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gre import Gre
from kakehashi.model.l2tp import L2tpSession
from kakehashi.model.secret import Secret
from kakehashi.model.selector import EVERYTHING
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId

ROOT = FilePath(__file__).resolve().parents[1]
# The data plane with the feature `unprotected`, which `make bench` builds.
UNPROTECTED = ROOT / "target" / "unprotected" / "release" / "lib_dataplane.so"
PATIENCE = 60.0


@dataclass(frozen=True)
class Suite:
    """Algorithms, and octets of key material (with salt)."""

    cipher: Cipher
    integrity: IntegrityId
    key: int
    integrity_key: int = 0


GCM_128 = Suite(Cipher(EncryptionId.ENCR_AES_GCM_16, 128), IntegrityId.NONE, 20)
GCM_256 = Suite(Cipher(EncryptionId.ENCR_AES_GCM_16, 256), IntegrityId.NONE, 36)
CBC_SHA256 = Suite(Cipher(EncryptionId.ENCR_AES_CBC, 256), IntegrityId.AUTH_HMAC_SHA2_256_128, 32, 32)
CBC_SHA1 = Suite(Cipher(EncryptionId.ENCR_AES_CBC, 256), IntegrityId.AUTH_HMAC_SHA1_96, 32, 20)
TRIPLE_DES = Suite(Cipher(EncryptionId.ENCR_3DES, 0), IntegrityId.AUTH_HMAC_SHA1_96, 24, 20)
# Neither encryption nor integrity: what the path carries at best.
NULL = Suite(Cipher(EncryptionId.ENCR_NULL, 0), IntegrityId.NONE, 0)


class Inside(enum.Enum):
    """What ESP protects: packets, in tunnel mode, or those that are wrapped, in transport mode."""

    NOTHING = enum.auto()
    GRE = enum.auto()
    L2TP = enum.auto()


class Plane:
    """A data plane in a namespace, in a process that may use the processors `cpus` only."""

    def __init__(self, namespace: str, *, library: FilePath | None = None, cpus: str = "") -> None:
        pinned = ["taskset", "-c", cpus] if cpus else []
        self.namespace = namespace
        self._process = subprocess.Popen(
            [
                *("ip", "netns", "exec", namespace, *pinned, sys.executable, "-m", "bench.plane"),
                *([str(library)] if library else []),
            ],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT,
        )  # fmt: skip

    def call(self, name: str, *args: Any) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        dump((name, args), self._process.stdin)
        self._process.stdin.flush()
        assert select.select([self._process.stdout], [], [], PATIENCE)[0], f"{name} does not return"
        result = pickle.load(self._process.stdout)
        if isinstance(result, Exception):
            raise result
        return result

    def add_tunnels(self, far: Sequence[str], inside: Inside = Inside.NOTHING) -> None:
        """A device for each of the addresses at the other end."""
        for number, _ in enumerate(far):
            words = (f"tun{number}", f"tun{number}", MTU)
            if inside is Inside.L2TP:
                self.call("add_l2tp_server", *words)
            else:
                self.call("add_tunnel", *words, Gre() if inside is Inside.GRE else None)
        batch = "".join(
            f"link set tun{number} up\nroute add {address}/32 dev tun{number}\n"
            for number, address in enumerate(far)
        )
        run("ip", "-n", self.namespace, "-batch", "-", stdin=batch, timeout=PATIENCE)

    def stop(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(PATIENCE)


def inner(number: int) -> tuple[str, str]:
    """The addresses of the two hosts that tunnel `number` joins."""
    network = f"10.{64 + number // 256}.{number % 256}"
    return f"{network}.1", f"{network}.2"


def child(
    network: Sites, suite: Suite, in_udp: bool, number: int, is_near: bool, inside: Inside = Inside.NOTHING
) -> ChildSa:
    """One end's view of the Child SA of tunnel `number`."""

    def keys(far: bool) -> EspKeys:
        start = 1 + 64 * far
        return EspKeys(
            encryption=Secret(bytes(range(start, start + suite.key))),
            integrity=Secret(bytes(range(start, start + suite.integrity_key))),
        )

    port = 4500 if in_udp else 500
    ends = [SocketAddress(ip_address(address), port) for address in (network.OURS, network.PEER)]
    spis = [0x1000_0000 + number, 0x2000_0000 + number]
    if not is_near:
        ends.reverse()
        spis.reverse()
    return ChildSa(
        tunnel=f"tun{number}", serial_in=1, serial_out=2, cipher=suite.cipher, integrity=suite.integrity,
        spi_in=spis[0], spi_out=spis[1], keys_in=keys(not is_near), keys_out=keys(is_near), esn=False,
        local_selectors=EVERYTHING, remote_selectors=EVERYTHING, path=Path(ends[0], ends[1]),
        udp_encapsulation=in_udp, replay_window=1024, peer="far",
        mode=EncapsulationMode.TUNNEL if inside is Inside.NOTHING else EncapsulationMode.TRANSPORT,
    )  # fmt: skip


def session(number: int, is_near: bool) -> L2tpSession:
    """One end's view of the L2TP session of tunnel `number`: each has the other dial in."""
    near, far = (1, 2) if is_near else (2, 1)
    return L2tpSession(
        tunnel_id=near, session_id=near, peer_tunnel_id=far, peer_session_id=far, peer="far", mtu=MTU,
        networks=(ip_network(inner(number)[is_near]),),
    )  # fmt: skip


@contextmanager
def planes(
    network: Sites,
    suite: Suite,
    *,
    in_udp: bool = True,
    like_a_device: bool = False,
    tunnels: int = 1,
    cpus: tuple[str, str] = ("", ""),
    inside: Inside = Inside.NOTHING,
) -> Iterator[None]:
    """Tunnels with addresses as `inner` says. `like_a_device`: our end sends a datagram a packet, without checksum."""
    library = None
    if suite is NULL:
        library = UNPROTECTED
        assert library.exists(), f"there is no {library}: make bench builds it"
    with ExitStack() as stack:
        for is_near, namespace in ((True, network.ours), (False, network.peer)):
            plane = Plane(namespace, library=library, cpus=cpus[not is_near])
            stack.callback(plane.stop)
            plane.call("start")
            if like_a_device and is_near:
                plane.call("omit_checksums")
            plane.add_tunnels([inner(number)[is_near] for number in range(tunnels)], inside)
            network.give(is_near, [inner(number)[not is_near] for number in range(tunnels)])
            for number in range(tunnels):
                if inside is Inside.L2TP:
                    plane.call("install_session", f"tun{number}", session(number, is_near))
                plane.call("install", child(network, suite, in_udp, number, is_near, inside), True)
        yield


def processors() -> int:
    return len(os.sched_getaffinity(0))
