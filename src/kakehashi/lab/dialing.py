"""A laptop on the internet of the lab dials in to a router, as a user that it knows: a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kakehashi.lab.blueprint import Dial
from kakehashi.lab.netns import NetworkNamespace
from kakehashi.lab.process import GatewayProcess
from kakehashi.lab.programs import search_path
from kakehashi.lab.routing import Topology
from kakehashi.lab.signals import held
from kakehashi.lab.wan import wan_interface
from kakehashi.model.gateway import Gateway
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.l2tp_server import L2tpServer

_MORE_SECONDS = 30.0  # than its patience: to start, to ask the hosts, to hang up
_MOST_HOSTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DialOutcome:
    """One laptop and what came of it. `rtt_ms`: the median of its echo requests, None without an answer;
    `seconds`: until it had an address; `failure`: why it has none, or which hosts do not answer, "" if all is
    well.
    """

    dial: Dial
    address: str = ""
    method: str = ""
    esp: str = ""
    dns: tuple[str, ...] = ()
    mtu: int = 0
    seconds: float | None = None
    sent: int = 0
    received: int = 0
    rtt_ms: float | None = None
    failure: str = ""


def plan_dials(topology: Topology) -> Iterator[Dial]:
    """One laptop for each server that people dial in to, as the first of its users."""
    for name, gateway in topology.gateways.items():
        for server in gateway.l2tp_servers:
            tunnel = gateway.tunnel(server.interface)
            if tunnel is None or why_nobody_dials(gateway, server):
                continue
            carries = wan_interface(gateway, tunnel)
            wans = [w for w in topology.wans if w.device == name]
            wan = next((w for w in wans if w.interface == carries), wans[0] if wans else None)
            public = wan.public_address(4) if wan else None
            hosts = [h.ip for lan in topology.lans_of(name) for h in lan.hosts if h.version == 4]
            yield Dial(
                device=name,
                tunnel=server.interface,
                user=server.callers[0].name,
                address=public if wan and not wan.nat else None,
                hosts=tuple(hosts[:_MOST_HOSTS]),
            )


def why_nobody_dials(gateway: Gateway, server: L2tpServer) -> str:
    """Why the lab's laptop does not dial in to a server, "" if it does."""
    tunnel = gateway.tunnel(server.interface)
    if tunnel is None:
        return "it has no IPsec, and the laptop of the lab has"
    if not isinstance(tunnel, Ikev1Tunnel):
        return "the laptop of the lab has IKEv1 alone"
    if not tunnel.enabled:
        return "it is shut down"
    if not server.callers or not server.local_users:
        return "the file knows no user, and the lab has no RADIUS server"
    return ""


def dial_in(
    dial: Dial, dialect: str, namespace: NetworkNamespace, gateway: GatewayProcess, patience: float
) -> DialOutcome:
    """Let it happen, at most `patience` seconds until there is an address."""
    if dial.address is None:
        return DialOutcome(dial=dial, failure="the router is behind a NAT: nobody finds it from outside")
    command = [sys.executable, "-m", "kakehashi.gateway.dialer", str(gateway.configuration), dial.tunnel]
    command += [str(dial.address), *map(str, dial.hosts), "--dialect", dialect, "--patience", str(patience)]
    with held():
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PATH": search_path()},
            preexec_fn=namespace.entry(),
            process_group=0,
        )
    try:
        said, _ = process.communicate(timeout=patience + _MORE_SECONDS)
        found = json.loads(said)
    except (subprocess.TimeoutExpired, ValueError):
        return DialOutcome(dial=dial, failure="the laptop ended without a word")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    return _outcome(dial, found)


def _outcome(dial: Dial, found: dict[str, Any]) -> DialOutcome:
    times = sorted(found.get("rtt_ms", ()))
    sent = found.get("sent", 0)
    failure = str(found.get("failure", ""))
    if not failure and found.get("silent"):
        failure = (
            f"{', '.join(found['silent'])} does not answer: is there a way back to {found.get('address')}?"
        )
    return DialOutcome(
        dial=dial,
        address=found.get("address", "") if not found.get("failure") else "",
        method=found.get("method", ""),
        esp=found.get("esp", ""),
        dns=tuple(found.get("dns", ())),
        mtu=found.get("mtu", 0),
        seconds=found.get("seconds"),
        sent=sent,
        received=len(times),
        rtt_ms=times[len(times) // 2] if times else None,
        failure=failure,
    )
