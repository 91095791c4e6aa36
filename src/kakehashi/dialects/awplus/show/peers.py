"""`show ipsec peer`, `show ipsec policy`: what each tunnel is to do, and does (layout: see `names`)."""

from collections.abc import Sequence

from kakehashi.dialects.awplus.show.names import (
    cipher_name,
    identity_name,
    integrity_name,
    page,
    row,
    seconds,
    selector_name,
)
from kakehashi.dialects.awplus.show.sas import PhaseOne, PhaseTwo, ipsec_sas, isakmp_sas, yes_no
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.parties import of_each_peer
from kakehashi.model.selector import TrafficSelector
from kakehashi.model.status import Status
from kakehashi.model.tunnel import Ikev2Tunnel, PlainTunnel, Tunnel

DEFAULT = "default"


def peer_name(tunnel: Tunnel) -> str:
    """The other end as `tunnel destination` writes it."""
    return "dynamic" if str(tunnel.peer_address) == "any" else str(tunnel.peer_address)


def profile_name(tunnel: Tunnel) -> str:
    """The IPsec profile of a tunnel."""
    return tunnel.ipsec.name or DEFAULT


def render_peers(status: Status, gateway: Gateway, peer: str | None) -> str:
    """Every tunnel by its peer, or those of one peer."""
    one: dict[str, list[PhaseOne]] = {}
    for sa in isakmp_sas(status, gateway):
        one.setdefault(sa.tunnel, []).append(sa)
    two: dict[str, list[PhaseTwo]] = {}
    for pair in ipsec_sas(status):
        two.setdefault(pair.sa.tunnel, []).append(pair)
    lines: list[str] = []
    for tunnel in _protected(gateway):
        if peer in (None, peer_name(tunnel)):
            name, at = tunnel.interface, tunnel.peer_address
            first, second = one.get(name, []), two.get(name, [])
            if tunnel.multipoint:
                first = [sa for sa in first if sa.peer == at]
                second = [pair for pair in second if pair.sa.path.remote.ip == at]
            lines += _peer(tunnel, gateway, first, second)
    return page(lines)


def render_policies(gateway: Gateway) -> str:
    """Which packets go to which peer."""
    lines = [
        "Traffic Selector (addresses protocol ports interface)",
        row(("  Profile", 32), ("Peer", 40)),
        "-" * 72,
    ]
    for tunnel in _protected(gateway):
        lines += [f"{local} {remote} {tunnel.interface}" for local, remote in _pairs(tunnel)]
        lines.append(row((f"  {profile_name(tunnel)}", 32), (peer_name(tunnel), 40)))
    return page(lines)


def _protected(gateway: Gateway) -> list[Tunnel]:
    return [t for t in of_each_peer(gateway) if not isinstance(t, PlainTunnel)]


def _pairs(tunnel: Tunnel) -> list[tuple[str, str]]:
    local, remote = tunnel.ipsec.local_selectors, tunnel.ipsec.remote_selectors
    pairs: Sequence[tuple[TrafficSelector, TrafficSelector]]
    if isinstance(tunnel, Ikev1Tunnel):
        pairs = list(zip(local, remote, strict=False))
    else:
        pairs = [(ours, theirs) for ours in local for theirs in remote if ours.version == theirs.version]
    return [(selector_name(ours), selector_name(theirs)) for ours, theirs in pairs]


def _peer(tunnel: Tunnel, gateway: Gateway, one: list[PhaseOne], two: list[PhaseTwo]) -> list[str]:
    known = next((sa for sa in one if sa.remote != "-"), None)
    local, remote = (known.local, known.remote) if known else _configured(tunnel, gateway)
    lines = [peer_name(tunnel), "  IPsec", "    Selectors (local:remote)"]
    for ours, theirs in _pairs(tunnel):
        lines += [
            f"      Address:  {ours} : {theirs}",
            "      Protocol: any:any",
            "      Port:     any:any",
        ]
    lines += [f"    Profile:    {profile_name(tunnel)}", "    SAs:"]
    for pair in two:
        lines += _phase_two(pair)
    lines += ["  ISAKMP", f"    LocalID:    {local}", f"    RemoteID:   {remote}", "    SAs:"]
    for sa in one:
        lines += _phase_one(sa)
    return lines


def _configured(tunnel: Tunnel, gateway: Gateway) -> tuple[str, str]:
    """Who both sides are to be."""
    local: Identity | None = None
    remote: Identity | None = None
    if isinstance(tunnel, Ikev2Tunnel):
        local, remote = tunnel.local.identity, tunnel.peer.identity
        local = None if tunnel.local.by_address else local
    elif isinstance(tunnel, Ikev1Tunnel):
        peer = next((p for p in gateway.ikev1_peers if p.name in tunnel.peers), None)
        local = peer.local_identity if peer else None
        remote = peer.peer_identity if peer and isinstance(peer.peer_identity, Identity) else None
    ours = identity_name(local) if local else str(tunnel.source_address or "-")
    return ours, identity_name(remote) if remote else peer_name(tunnel)


def _phase_two(pair: PhaseTwo) -> list[str]:
    sa = pair.sa
    selectors = zip(sa.local_selectors, sa.remote_selectors, strict=False)
    return [
        f"      SPI (In:Out): {pair.spis}",
        *(f"        Selectors:  {selector_name(a)} : {selector_name(b)}" for a, b in selectors),
        "        Proto:      ESP",
        f"        Mode:       {sa.mode.value}",
        f"        Encryption: {cipher_name(sa.cipher)}",
        f"        Integrity:  {integrity_name(sa.cipher, sa.integrity)}",
        f"        Expires:    {seconds(pair.remaining)}",
    ]


def _phase_one(sa: PhaseOne) -> list[str]:
    return [
        f"      Cookies:        {sa.cookies}",
        f"        Ver:          {sa.version}",
        f"        Lifetime:     {sa.expires}",
        f"        State:        {sa.state}",
        f"        Authentication: {sa.authentication}",
        f"        Group:        {sa.group}",
        f"        Encryption:   {sa.cipher}",
        f"        Integrity:    {sa.integrity}",
        f"        NATT:         {yes_no(sa.nat)}",
        f"        DPD:          {yes_no(sa.dpd)}",
    ]
