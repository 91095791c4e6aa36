"""Pseudowires: which of them another device has words for, and how the other end says them."""

from dataclasses import replace

from kakehashi.bridge.abilities import AWPLUS, CISCO, NEC, TITLES
from kakehashi.bridge.leave_out import leave_out
from kakehashi.model.address import IPAddress, PeerAddress
from kakehashi.model.bridge import Bridge
from kakehashi.model.finding import Finding, Severity
from kakehashi.model.gateway import Gateway, Interface, InterfaceKind
from kakehashi.model.pseudowire import L2TPV3_PROTOCOL, Encapsulation, L2tpv3, Pseudowire
from kakehashi.model.selector import TrafficSelector
from kakehashi.model.tunnel import Tunnel

# No two of them have the same one: whose frames come by one of these meets nobody that speaks another.
_ALONE = {
    NEC: "EtherIP",
    CISCO: f"L2TPv3 over IP (protocol {L2TPV3_PROTOCOL})",
    AWPLUS: "L2TPv3 over UDP with fixed IDs",
}
_BRIDGE = "1"


def wires_of(tunnel: Tunnel, gateway: Gateway) -> tuple[Pseudowire, ...]:
    """Those that a tunnel carries: that of its interface; with selectors, those that they choose."""
    return tuple(
        wire
        for wire in gateway.pseudowires
        if (wire.protected and wire.interface == tunnel.interface)
        or (tunnel.policy_based and any(takes(remote, wire) for remote in tunnel.ipsec.remote_selectors))
    )


def takes(remote: TrafficSelector, wire: Pseudowire) -> bool:
    """Is it the peer of a pseudowire, and that alone, that a selector names?"""
    is_host = remote.start == remote.end == wire.peer
    return is_host and remote.protocol in (0, wire.encapsulation.carried_as[0])


def not_written(wire: Pseudowire, gateway: Gateway, target: str) -> Finding | None:
    """Why a device of the dialect `target` gets no line of a pseudowire; None where it gets them."""
    if target != gateway.dialect:
        return Finding(
            Severity.ERROR,
            "pseudowire-unsaid",
            f"{wire.interface} carries Ethernet by {wire.encapsulation}, and {TITLES[target]} has "
            f"{_ALONE[target]} alone: nothing of it is written",
            wire.source,
            "let routers of one maker stand at both ends of it, or join the sites by a tunnel and routes",
            name=wire.interface,
        )
    return None


def without_wires(gateway: Gateway, target: str) -> tuple[Gateway, tuple[Finding, ...]]:
    """The gateway without the pseudowires that are not written, and a finding for each.

    Another maker's device gets neither their bridges nor the tunnels that are there for them alone.
    """
    findings = tuple(f for w in gateway.pseudowires if (f := not_written(w, gateway, target)) is not None)
    if not findings:
        return gateway, findings
    gone = {t.interface for t in gateway.tunnels if wires_of(t, gateway)}
    kinds = {i.name: i.kind for i in gateway.interfaces}
    names = gone | {b.interface for b in gateway.bridges}
    names |= {w.interface for w in gateway.pseudowires if kinds.get(w.interface) is InterfaceKind.TUNNEL}
    return replace(leave_out(gateway, gone, names), pseudowires=(), bridges=()), findings


def exchanged(how: Encapsulation | None) -> Encapsulation | None:
    """As the other end says it: what is ours of a session is the peer's there, and it has its own name."""
    if not isinstance(how, L2tpv3):
        return how
    if how.control is not None:
        how = replace(how, control=replace(how.control, host_name=""))
    if how.static is None:
        return how
    ours = how.static
    theirs = replace(
        ours,
        local_id=ours.remote_id,
        remote_id=ours.local_id,
        local_cookie=ours.remote_cookie,
        remote_cookie=ours.local_cookie,
        local_sublayer=ours.remote_sublayer,
        remote_sublayer=ours.local_sublayer,
    )
    return replace(how, static=theirs)


def other_end(
    wire: Pseudowire, lan: Interface, interface: str, towards: PeerAddress, source: IPAddress | str | None
) -> tuple[Pseudowire, Bridge]:
    """The pseudowire of the far end's `interface`, and the bridge that joins it with the port `lan`, which
    may be the same. `towards`: our address, `source`: the far end's.
    """
    far = replace(
        wire,
        interface=interface,
        peer=towards,
        encapsulation=exchanged(wire.encapsulation) or wire.encapsulation,
        enabled=True,
        source_address=source,
        bridge=_BRIDGE if interface != lan.name else lan.name,
        source=None,
    )
    return far, Bridge(name=far.bridge, ports=tuple(dict.fromkeys((lan.name, far.interface))))
