"""The state of the running gateway, put together from its parts, and as JSON."""

import dataclasses
import enum
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from kakehashi.dataplane.protocol import Counters
from kakehashi.gateway.core import Core
from kakehashi.gateway.desired import TunnelState
from kakehashi.gateway.failures import Failures
from kakehashi.gateway.history import History
from kakehashi.gateway.outgoing import NoWay
from kakehashi.model.gateway import Gateway
from kakehashi.model.secret import Secret
from kakehashi.model.status import (
    IkeSaStatus,
    InboundCounters,
    IpsecSaStatus,
    IsakmpSaStatus,
    NameStatus,
    OutboundCounters,
    RouteStatus,
    Status,
    TunnelStatus,
)
from kakehashi.model.watch import WatchStatus

MASK = "***"


def tunnel_statuses(
    gateway: Gateway,
    devices: Mapping[str, str],
    states: Mapping[str, TunnelState],
    counters: Counters,
    history: History,
    failures: Failures,
) -> tuple[TunnelStatus, ...]:
    """One for each tunnel of the configuration. `failures`: how its last negotiation failed."""
    result = []
    for tunnel in gateway.tunnels:
        name, state = tunnel.interface, states.get(tunnel.interface)
        outbound, inbound = counters.tunnels.get(name, (OutboundCounters(), InboundCounters()))
        result.append(
            TunnelStatus(
                name=name,
                up=bool(state and state.up),
                host_interface=devices.get(name, "") if state else "",
                mtu=state.mtu if state else None,
                path_mtu=state.path_mtu if state else None,
                down_reason=down_reason(tunnel.enabled, state),
                last_failure=failures.last(name),
                failure=failures.of(tunnel, history.has_sa(name)),
                outbound=outbound,
                inbound=inbound,
                history=history.entries(name),
            )
        )
    return tuple(result)


def down_reason(enabled: bool, state: TunnelState | None) -> str:
    """Why the tunnel interface is down, in one sentence; "" if it is up."""
    if state is None:
        return "not set up yet" if enabled else "administratively down: the configuration says shutdown"
    if state.up:
        return ""
    if isinstance(state.way, NoWay):
        return state.way.reason
    return state.waiting or "it has no SA yet"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sas:
    """What the core knows at one moment."""

    ike: tuple[IkeSaStatus, ...] = ()
    isakmp: tuple[IsakmpSaStatus, ...] = ()
    ipsec: tuple[IpsecSaStatus, ...] = ()
    half_open: int = 0

    @classmethod
    def of(cls, core: Core, now: float) -> "Sas":
        """Those of the core."""
        return cls(
            ike=core.ike_sas(now),
            isakmp=core.isakmp_sas(now),
            ipsec=core.ipsec_sas(now),
            half_open=core.half_open(),
        )


def merge(
    gateway: Gateway,
    time: datetime,
    tunnels: tuple[TunnelStatus, ...],
    sas: Sas,
    route_states: tuple[RouteStatus, ...],
    drops: Mapping[str, int],
    access_matches: Mapping[str, tuple[int, ...]] = MappingProxyType({}),
    names: tuple[NameStatus, ...] = (),
    watches: tuple[WatchStatus, ...] = (),
) -> Status:
    """The whole."""
    return Status(
        hostname=gateway.hostname,
        time=time,
        tunnels=tunnels,
        ike_sas=sas.ike,
        isakmp_sas=sas.isakmp,
        ipsec_sas=sas.ipsec,
        routes=route_states,
        watches=watches,
        half_open=sas.half_open,
        drops=dict(drops),
        access_matches=dict(access_matches),
        names=names,
    )


def to_json(value: object, with_keys: bool) -> Any:
    """Plain values for json.dumps: octets as hexadecimal digits, enums by name, keys masked if not wanted."""
    match value:
        case Secret():
            return value.octets.hex() if with_keys else MASK
        case enum.Flag():
            return [flag.name.lower() for flag in type(value) if flag in value and flag.name]
        case enum.IntEnum():
            return value.name
        case enum.Enum():
            return value.value
        case bytes():
            return value.hex()
        case bool() | int() | float() | str() | None:
            return value
        case datetime():
            return value.isoformat(timespec="milliseconds")
        case Mapping():
            return {str(k): to_json(v, with_keys) for k, v in value.items()}
        case tuple() | list() | frozenset():
            return [to_json(v, with_keys) for v in value]
    if dataclasses.is_dataclass(value):
        return {f.name: to_json(getattr(value, f.name), with_keys) for f in dataclasses.fields(value)}
    return str(value)
