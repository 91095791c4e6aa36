"""What `kakehashi show` without words prints: one screen, no router's format."""

from collections.abc import Iterator

from kakehashi.model.status import (
    IkeSaStatus,
    IpsecSaStatus,
    IsakmpSaStatus,
    NameStatus,
    NatMethod,
    NatSide,
    RouteOrigin,
    Status,
    TunnelStatus,
)


def overview(status: Status) -> str:
    """Tunnels with their SAs, then what belongs to no tunnel: ISAKMP SAs, routes."""
    return "\n".join(_lines(status)) + "\n"


def _lines(status: Status) -> Iterator[str]:
    yield f"{status.hostname or 'gateway'} at {status.time:%Y-%m-%d %H:%M:%S}"
    for tunnel in status.tunnels:
        yield ""
        yield from _tunnel(tunnel)
        for sa in status.ike_sas:
            if sa.tunnel == tunnel.name:
                yield from _ike_sa(sa)
        for pair in status.ipsec_sas:
            if pair.sa.tunnel == tunnel.name:
                yield _ipsec_sa(pair)
    if status.isakmp_sas:
        yield ""
    for isakmp in status.isakmp_sas:
        yield _isakmp_sa(isakmp)
    if status.routes:
        yield ""
    for route in status.routes:
        why = f": {route.reason}" if route.reason else ""
        state = "active" if route.active else f"not active{why}"
        of = "" if route.origin is RouteOrigin.STATIC else f" ({route.origin.value})"
        yield f"route {route.destination} by {route.via}{of}: {state}"
    for watch in status.watches:
        stands = "stands" if watch.stands else "all is well"
        yield f"path monitoring {watch.name} {watch.number}: {stands}"
    if status.names:
        yield ""
    for name in status.names:
        yield _name(name)
    if status.half_open:
        yield f"half-open IKE SAs: {status.half_open}"
    for reason, number in sorted(status.drops.items()):
        if number:
            yield f"dropped outside tunnels: {number} {reason}"


def _tunnel(tunnel: TunnelStatus) -> Iterator[str]:
    state = f"up, device {tunnel.host_interface}, MTU {tunnel.mtu}" if tunnel.up else "down"
    yield f"{tunnel.name}: {state}"
    if tunnel.down_reason:
        yield f"  {tunnel.down_reason}"
    if tunnel.last_failure:
        yield f"  last failure: {tunnel.last_failure}"
    out, inward = tunnel.outbound, tunnel.inbound
    sent, received = (f"{c.packets} packets, {c.octets} octets" for c in (out, inward))
    yield f"  out {sent}; in {received}"


def _name(name: NameStatus) -> str:
    several = len(name.addresses) > 1
    addresses = [f"{a} (used)" if several and a in name.used else str(a) for a in name.addresses]
    found = ", ".join(addresses) or "no address"
    told = f" by {name.server} {name.age:.0f} s ago" if name.age is not None else ""
    why = f"; {name.failure}" if name.failure else ""
    return f"name {name.name}: {found}{told}, next look in {name.next_look:.0f} s{why}"


def _ike_sa(sa: IkeSaStatus) -> Iterator[str]:
    cipher = str(sa.cipher) if sa.cipher else "no algorithms yet"
    state = f"{sa.state.value} as {sa.role.value}"
    yield f"  IKE SA {sa.spi_i.hex()} {sa.spi_r.hex()}: {state}, {sa.path}, {cipher}"
    for child in sa.children:
        spis = f"in 0x{child.sa.spi_in:08x} out 0x{child.sa.spi_out:08x}"
        yield f"    Child SA {spis}: {child.sa.cipher}, {child.remaining:.0f} s left"


def _isakmp_sa(sa: IsakmpSaStatus) -> str:
    cipher = str(sa.cipher) if sa.cipher else "no algorithms yet"
    cookies = f"{sa.initiator_cookie.hex()} {sa.responder_cookie.hex()}"
    state = f"{sa.state.value} as {sa.role.value} in {sa.mode.value} mode"
    nat = ""
    if sa.nat is not NatSide.NONE and sa.nat_method is not NatMethod.NONE:
        nat = f", NAT traversal by {sa.nat_method.value}"
    return f"ISAKMP SA {cookies} with {sa.peer or 'nobody yet'}: {state}, {sa.path}, {cipher}{nat}"


def _ipsec_sa(pair: IpsecSaStatus) -> str:
    sa = pair.sa
    form = f"{sa.mode.value} mode" + (" in UDP" if sa.udp_encapsulation else "")
    spis = f"in 0x{sa.spi_in:08x} out 0x{sa.spi_out:08x}"
    return f"  IPsec SA {spis}: {form}, {sa.path}, {sa.cipher}, {pair.remaining:.0f} s left"
