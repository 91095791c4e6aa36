"""Pseudowires and their control connections, for `show`."""

from collections import Counter
from collections.abc import Iterator, Mapping

from kakehashi.dataplane.protocol import Counters, PseudowireActivity
from kakehashi.gateway.desired import TunnelState
from kakehashi.gateway.interfaces import wire_device
from kakehashi.gateway.outgoing import Way
from kakehashi.gateway.status import down_reason
from kakehashi.gateway.wires.driver import Wires
from kakehashi.model.address import IPAddress
from kakehashi.model.gateway import Gateway
from kakehashi.model.pseudowire import L2tpv3, Pseudowire, PseudowireSession
from kakehashi.model.status import L2tpv3ConnectionStatus, PseudowireStatus, Traffic


def wire_statuses(
    gateway: Gateway,
    devices: Mapping[str, str],
    wires: Wires,
    tunnels: Mapping[str, TunnelState],
    counters: Counters,
    used: Mapping[str, PseudowireActivity],
    now: float,
) -> Iterator[PseudowireStatus]:
    """Every pseudowire of the configuration, with its tunnel or without."""
    connections = {name: c.local_id for c in wires.lcce.connections() for name in c.wires}
    for wire in gateway.pseudowires:
        name = wire.interface
        standing, state = wires.standing.get(name), tunnels.get(name)
        ends: tuple[IPAddress | None, IPAddress | None] = None, None
        if standing is not None:
            ends = standing.path.local.ip, standing.path.remote.ip
        elif state is not None and isinstance(state.way, Way) and state.way.path is not None:
            ends = state.way.path.local.ip, state.way.path.remote.ip
        up = standing.up if standing else bool(state and state.up)
        session = _static(wire) if wire.protected or standing is None else standing.session
        outbound, inbound = counters.tunnels.get(name, (None, None))
        yield PseudowireStatus(
            interface=name,
            up=up,
            reason="" if up else _reason(wire, wires, state),
            encapsulation=str(wire.encapsulation),
            protected=wire.protected,
            host_interface=wire_device(wire, gateway, devices) if standing or state else "",
            bridge=wire.bridge,
            local=ends[0],
            remote=ends[1],
            end_id=wire.encapsulation.end_id if isinstance(wire.encapsulation, L2tpv3) else "",
            connection=connections.get(name, 0),
            local_id=session.local_id if session else 0,
            remote_id=session.remote_id if session else 0,
            local_cookie=len(session.local_cookie) if session else 0,
            remote_cookie=len(session.remote_cookie) if session else 0,
            active=standing.active if standing else True,
            age=now - standing.since if standing and up else None,
            idle=used[name].inbound_idle if name in used else None,
            traffic=Traffic(inbound.packets, inbound.octets, outbound.packets, outbound.octets)
            if inbound is not None and outbound is not None
            else Traffic(),
        )


def connection_statuses(wires: Wires, now: float) -> Iterator[L2tpv3ConnectionStatus]:
    """The control connections of L2TPv3 that stand."""
    for connection in wires.lcce.connections():
        yield L2tpv3ConnectionStatus(
            local_id=connection.local_id,
            remote_id=connection.remote_id,
            host_name=connection.host_name,
            local=connection.carrier.path.local.ip,
            remote=connection.carrier.path.remote.ip,
            age=now - connection.since,
            sessions=len(connection.wires),
        )


def drops_of(wires: Wires, of_packets: Mapping[str, int]) -> dict[str, int]:
    """What came to nothing, by the reason: control messages, and packets as the data plane counts them."""
    found: Counter[str] = Counter(dict(of_packets))
    found.update({str(drop): number for drop, number in wires.lcce.drops.items()})
    return dict(found)


def _static(wire: Pseudowire) -> PseudowireSession | None:
    return wire.encapsulation.static if isinstance(wire.encapsulation, L2tpv3) else None


def _reason(wire: Pseudowire, wires: Wires, state: TunnelState | None) -> str:
    if not wire.enabled:
        return "administratively down: the configuration says shutdown"
    if wire.protected:
        return down_reason(True, state)
    standing = wires.standing.get(wire.interface)
    if standing is not None:
        return standing.reason or "no session with the peer yet"
    return wires.waiting.get(wire.interface, "not set up yet")
