"""`show interface [NAME]`, `show arp` (layout: see `names`). Of a host's device the index is not known."""

from kakehashi.dialects.awplus.show.names import page, row, selector_name
from kakehashi.dialects.awplus.show.peers import peer_name, profile_name
from kakehashi.model.address import IPInterface
from kakehashi.model.gateway import AdjustMss, Gateway, Interface
from kakehashi.model.gre import Gre
from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.selector import EVERYTHING
from kakehashi.model.status import InterfaceStatus, Status, TunnelStatus
from kakehashi.model.tunnel import Ikev2Tunnel, PlainTunnel, Tunnel


def render(status: Status, gateway: Gateway, name: str | None) -> str:
    """Every interface, or one."""
    states = {state.name: state for state in status.tunnels}
    devices = {found.name: found for found in status.interfaces}
    lines: list[str] = []
    for interface in gateway.interfaces:
        if name not in (None, interface.name):
            continue
        state, tunnel = states.get(interface.name), gateway.tunnel(interface.name)
        if state is not None and tunnel is not None:
            lines += _interface(state, tunnel, interface, gateway)
        elif interface.name in devices:
            lines += _device(devices[interface.name], interface)
    return page(lines)


def render_arp(status: Status) -> str:
    """Who has answered on the links."""
    lines = [row(("IP Address", 17), ("LL Address", 20), ("Interface", 14), ("Type", 10))]
    for found in status.neighbours:
        if found.address.version == 4:
            cells = (found.address, 17), (_dotted(found.mac), 20), (found.interface, 14), ("dynamic", 10)
            lines.append(row(*cells))
    return page(lines)


def _device(found: InterfaceStatus, interface: Interface) -> list[str]:
    flags = "UP,BROADCAST,RUNNING,MULTICAST" if found.up else "BROADCAST,MULTICAST"
    into, out = found.received, found.sent
    return [
        f"Interface {found.name}",
        f"  Link is {_up(found.up)}, administrative state is {_up(found.enabled)}",
        *([f"  Hardware is Ethernet, address is {_dotted(found.mac)}"] if found.mac else []),
        *(
            f"  IPv{a.version} address {a}"
            + (f" broadcast {a.network.broadcast_address}" if a.version == 4 else "")
            for a in found.addresses
        ),
        f"  metric 1{f' mtu {found.mtu}' if found.mtu is not None else ''}",
        *_mss(interface),
        f"  <{flags}>",
        f"    input packets {into.packets}, bytes {into.octets}, dropped {into.dropped}",
        f"    output packets {out.packets}, bytes {out.octets}, dropped {out.dropped}",
    ]


def _dotted(mac: str) -> str:
    """`5254.0012.3456`."""
    digits = mac.replace(":", "")
    return ".".join(digits[i : i + 4] for i in range(0, len(digits), 4))


def _interface(state: TunnelStatus, tunnel: Tunnel, interface: Interface, gateway: Gateway) -> list[str]:
    ends = "" if tunnel.multipoint else "POINT-TO-POINT,"
    flags = f"UP,{ends}RUNNING,MULTICAST" if state.up else f"{ends}MULTICAST"
    of_many = gateway.multipoint(state.name)
    into, out = state.inbound, state.outbound
    return [
        f"Interface {state.name}",
        f"  Link is {_up(state.up)}, administrative state is {_up(interface.enabled)}",
        *([f"  Link is DOWN because {state.down_reason}"] if state.down_reason and not state.up else []),
        "  Hardware is Tunnel",
        *(_address(address, tunnel) for address in interface.addresses),
        f"  metric 1{f' mtu {state.mtu}' if state.mtu is not None else ''}",
        *_mss(interface),
        f"  <{flags}>",
        f"  Tunnel source {tunnel.source_address or '-'}"
        + ("" if tunnel.multipoint else f", destination {peer_name(tunnel)}"),
        *(
            f"  Tunnel endpoint {h.address} destination {h.nbma}"
            for h in (of_many.endpoints if of_many else ())
        ),
        *_names(tunnel, gateway),
        *_selectors(tunnel),
        *_kind(tunnel),
        f"    input packets {into.packets}, bytes {into.octets}, dropped {into.dropped}, multicast packets 0",
        f"    output packets {out.packets}, bytes {out.octets}, multicast packets 0, broadcast packets 0",
    ]


def _kind(tunnel: Tunnel) -> list[str]:
    header = tunnel.ipsec.gre or Gre()
    kind = f"ipsec ipv{_version(tunnel)}"
    if tunnel.ipsec.gre is not None:
        kind = "gre ipv6" if _version(tunnel) == 6 else "gre"
    if tunnel.multipoint:
        kind += " multipoint"
    key = "disabled" if header.key is None else header.key
    sequencing, checksumming = (
        "enabled" if there else "disabled" for there in (header.sequence, header.checksum)
    )
    lines = [
        f"  Tunnel protocol/transport {kind}, key {key}, sequencing {sequencing}",
        f"  Checksumming of packets {checksumming}, path MTU discovery disabled",
    ]
    if not isinstance(tunnel, PlainTunnel):
        lines.append(f'  Tunnel protection via IPsec (profile "{profile_name(tunnel)}")')
    return lines


def _up(up: bool) -> str:
    return "UP" if up else "DOWN"


def _address(address: IPInterface, tunnel: Tunnel) -> str:
    if address.version == 6:
        return f"  IPv6 address {address}"
    kind = "broadcast" if tunnel.multipoint else "point-to-point"
    return f"  IPv4 address {address} {kind} {address.network.broadcast_address}"


def _mss(interface: Interface) -> list[str]:
    mss = interface.adjust_mss
    if mss is None:
        return []
    return [f"  IPv4 mss {'pmtu' if mss is AdjustMss.AUTO else mss}"]


def _names(tunnel: Tunnel, gateway: Gateway) -> list[str]:
    """Who both sides are, where they are not just their addresses."""
    if isinstance(tunnel, PlainTunnel) or tunnel.multipoint:
        return []
    local: Identity | None = None
    remote: object = None
    if isinstance(tunnel, Ikev2Tunnel):
        local = None if tunnel.local.by_address else tunnel.local.identity
        remote = tunnel.peer.identity
    elif isinstance(tunnel, Ikev1Tunnel):
        peer = next((p for p in gateway.ikev1_peers if p.name in tunnel.peers), None)
        local, remote = (peer.local_identity, peer.peer_identity) if peer else (None, None)
    ours = local.text if local else tunnel.source_address
    theirs = remote.text if isinstance(remote, Identity) else peer_name(tunnel)
    return [f"  Tunnel name local {ours}, remote {theirs}"]


def _selectors(tunnel: Tunnel) -> list[str]:
    local, remote = tunnel.ipsec.local_selectors, tunnel.ipsec.remote_selectors
    if set(local) <= set(EVERYTHING) and set(remote) <= set(EVERYTHING):
        return []
    pairs = zip(local, remote, strict=False)
    if isinstance(tunnel, Ikev2Tunnel):
        pairs = ((ours, theirs) for ours in local for theirs in remote)  # type: ignore[assignment]
    return [
        "  Tunnel traffic selectors (ID, local, remote)",
        *(
            f"    {number:<4}{selector_name(ours):<20} {selector_name(theirs)}"
            for number, (ours, theirs) in enumerate(pairs, 1)
        ),
    ]


def _version(tunnel: Tunnel) -> int:
    for end in (tunnel.peer_address, tunnel.source_address):
        version = getattr(end, "version", None)
        if isinstance(version, int):
            return version
    return 4
