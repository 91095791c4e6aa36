"""Which data plane a gateway runs on, and what keeps it from starting.

| `--backend` | IPsec is done |
| --- | --- |
| native | by ourselves, in userspace |
| xfrm | by the kernel; what it cannot do of the configuration is told, and where that matters is an error |
| auto | by the kernel, if it can do all that the configuration asks; else by ourselves |
"""

import resource
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from kakehashi.dataplane import xfrm_probe
from kakehashi.dataplane.protocol import DataPlane
from kakehashi.gateway import xfrm
from kakehashi.gateway.errors import GatewayError
from kakehashi.gateway.options import Backend
from kakehashi.model.finding import Finding
from kakehashi.model.gateway import Gateway

TUN = Path("/dev/net/tun")
BESIDE_TUNNELS = 64  # descriptors: sockets, pipes, the log, clients of the control socket
PORTS_FREE = "UDP 500 and 4500 must be free: does another IKE daemon run? ss -ulpn 'sport = :500'"


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen, NATIVE or XFRM; `why`: a sentence where it was `auto` that had the choice."""

    backend: Backend
    findings: tuple[Finding, ...] = ()
    why: str = ""


def choose(asked: Backend, gateway: Gateway) -> Choice:
    """GatewayError: it is to be the kernel, which has no ESP. Errors among the findings: it must not run."""
    if asked is Backend.NATIVE:
        return Choice(Backend.NATIVE)
    lack = xfrm_probe.lack()
    if lack and asked is Backend.XFRM:
        raise GatewayError(
            f"this kernel has no {lack}",
            "modprobe -a xfrm_user xfrm_interface esp4 esp6 (on the host, if this is a container); or "
            "without --backend: userspace ESP runs on every kernel",
        )
    findings = () if lack else xfrm.findings(gateway, xfrm_probe.takes, xfrm_probe.makes_gre)
    if asked is Backend.XFRM:
        return Choice(Backend.XFRM, findings)
    if lack or findings:
        reason = f"this kernel has no {lack}" if lack else findings[0].message
        return Choice(Backend.NATIVE, (), f"backend native: {reason}")
    return Choice(Backend.XFRM, (), "backend xfrm: the kernel can do all that the configuration asks")


def start(backend: Backend, gateway: Gateway) -> DataPlane:
    """The data plane, started. GatewayError: what is in its way, and what to do about it."""
    if backend is Backend.NATIVE and gateway.tunnels:
        if not TUN.exists():
            raise GatewayError(
                f"the host has no {TUN}, and every tunnel needs a device of it",
                "modprobe tun; for a container: --device /dev/net/tun --cap-add NET_ADMIN",
            )
        _allow_descriptors(len(gateway.tunnels))
    listen_ipv6 = Path("/proc/net/if_inet6").exists()
    try:
        return _form(backend)(listen_ipv6=listen_ipv6)
    except OSError as error:
        remedy = PORTS_FREE
        if isinstance(error, PermissionError):
            remedy = "it needs root, or the capabilities NET_ADMIN, NET_RAW and NET_BIND_SERVICE"
        raise GatewayError(f"the data plane does not start: {error.strerror or error}", remedy) from error


def _form(backend: Backend) -> Callable[..., DataPlane]:
    # Late: who runs on the kernel's ESP needs no native code, which may not be built for this processor.
    if backend is Backend.XFRM:
        return import_module("kakehashi.dataplane.xfrm").XfrmDataPlane  # type: ignore[no-any-return]
    return import_module("kakehashi.dataplane.native").NativeDataPlane  # type: ignore[no-any-return]


def _allow_descriptors(tunnels: int) -> None:
    """Each tunnel has a device, and so a descriptor. The soft limit is ours to raise, the hard one is not."""
    needed = tunnels + BESIDE_TUNNELS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise GatewayError(
            f"{tunnels} tunnels need {needed} open files, and no more than {hard} are allowed",
            f"ulimit -Hn {needed}; in a systemd unit: LimitNOFILE={needed}",
        )
    # As far as it goes, for the next configuration may have more tunnels.
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (max(soft, needed) if hard == resource.RLIM_INFINITY else hard, hard)
    )
