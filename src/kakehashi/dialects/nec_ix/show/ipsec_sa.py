"""`show ipsec sa [brief]`: the IPsec SAs that quick mode made.

The manual names the command and one of its lines (2.22.7.6); the layout is that of a public transcript of the
device, which counts each direction as an SA.
"""

from kakehashi.dialects.nec_ix.show.names import esp_spi, pfs_name, transform_name
from kakehashi.model.address import ANY
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gateway import Gateway
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.status import IpsecSaStatus, Status, TunnelStatus


def render(status: Status, gateway: Gateway) -> str:
    """The IPsec SAs by tunnel."""
    lines = [_summary(status, gateway)]
    for tunnel in status.tunnels:
        pairs = _of(tunnel, status)
        if pairs:
            lines += _tunnel(tunnel, pairs, gateway, status)
    return "\n".join(lines) + "\n"


def render_brief(status: Status, gateway: Gateway) -> str:
    """One line for each IPsec SA."""
    lines = [_summary(status, gateway), _row("Policy map", "Dir", "Type", "SPI", "Life(secs/bytes)")]
    for tunnel in status.tunnels:
        pairs = _of(tunnel, status)
        name = _map_name(tunnel, gateway)
        lines += [_row(name, "IN", "ESP", esp_spi(p.sa.spi_in), _life(p)) for p in pairs]
        lines += [_row(name, "OUT", "ESP", esp_spi(p.sa.spi_out), _life(p)) for p in pairs]
    return "\n".join(lines) + "\n"


def maps(gateway: Gateway) -> list[Ikev1Tunnel]:
    """The tunnels of IKEv1: each has a map."""
    return [t for t in gateway.tunnels if isinstance(t, Ikev1Tunnel)]


def map_kind(tunnel: Ikev1Tunnel) -> str:
    """`dynamic-map` for peers of unknown address, else `autokey-map`."""
    return "dynamic-map" if is_dynamic(tunnel) else "autokey-map"


def is_dynamic(tunnel: Ikev1Tunnel) -> bool:
    """Is the peer one of unknown address?"""
    return tunnel.peer_address is ANY


def mode_name(mode: EncapsulationMode) -> str:
    """`Tunnel mode`."""
    return f"{mode.value.capitalize()} mode"


def _summary(status: Status, gateway: Gateway) -> str:
    return f"IPsec SA - {len(maps(gateway))} configured, {2 * len(status.ipsec_sas)} created"


def _row(name: str, direction: str, kind: str, number: str, life: str) -> str:
    return f"{name:32} {direction:5} {kind:6} {number:12} {life}"


def _life(pair: IpsecSaStatus) -> str:
    octets = "-" if pair.kilobytes is None else str(pair.kilobytes * 1024)
    return f"{_seconds(pair):5d}/{octets}"


def _seconds(pair: IpsecSaStatus) -> int:
    return max(0, int(pair.remaining))


def _of(tunnel: TunnelStatus, status: Status) -> list[IpsecSaStatus]:
    """The pairs of SAs of a tunnel, the newest first."""
    return [p for p in reversed(status.ipsec_sas) if p.sa.tunnel == tunnel.name]


def _map_name(tunnel: TunnelStatus, gateway: Gateway) -> str:
    found = gateway.tunnel(tunnel.name)
    return found.name if isinstance(found, Ikev1Tunnel) else "-"


def _tunnel(tunnel: TunnelStatus, pairs: list[IpsecSaStatus], gateway: Gateway, status: Status) -> list[str]:
    newest = pairs[0]
    outgoing = _outgoing(newest, gateway, status)
    replay = f"      Replay detection support is {'on' if newest.sa.replay_window else 'off'}"
    return [
        f"Interface is {tunnel.name}",
        f"  Key policy map name is {_map_name(tunnel, gateway)}",
        *_encapsulation(newest, gateway),
        *([f"    Outgoing interface is {outgoing}"] if outgoing else []),
        *_mtus(tunnel, outgoing, status),
        "    Inbound:",
        *(line for pair in pairs for line in _esp(pair, pair.sa.spi_in)),
        replay,
        "    Outbound:",
        *(line for pair in pairs for line in _esp(pair, pair.sa.spi_out)),
        replay,
        f"    Perfect forward secrecy is {pfs_name(newest.pfs)}",
    ]


def _encapsulation(pair: IpsecSaStatus, gateway: Gateway) -> list[str]:
    sa = pair.sa
    local, remote = sa.path.local, sa.path.remote
    tunnel = gateway.tunnel(sa.tunnel)
    parts = [mode_name(sa.mode)]
    if isinstance(tunnel, Ikev1Tunnel):
        if sa.mode is EncapsulationMode.TUNNEL:
            parts.append(f"{tunnel.ipsec.local_selectors[0].version}-over-{remote.ip.version}")
        parts.append(map_kind(tunnel))
    what = ", ".join(parts)
    if not sa.udp_encapsulation:
        return [f"    {what}", f"    Local address is {local.ip}", f"    Remote address is {remote.ip}"]
    return [
        f"    UDP encapsulation {what}",
        f"    Local address is {local.ip}, port is {local.port}",
        f"    Remote address is {remote.ip}, port is {remote.port}",
    ]


def _outgoing(pair: IpsecSaStatus, gateway: Gateway, status: Status) -> str:
    """The interface with our address, wherever that comes from; "" if none has it."""
    local = pair.sa.path.local.ip
    written = [i.name for i in gateway.interfaces if any(address.ip == local for address in i.addresses)]
    now = [i.name for i in status.interfaces if any(address.ip == local for address in i.addresses)]
    tunnels = {t.interface for t in gateway.tunnels}
    return next((name for name in (*written, *now) if name not in tunnels), "")


def _mtus(tunnel: TunnelStatus, outgoing: str, status: Status) -> list[str]:
    """For packets of the users, and of the way to the peer: at first that of the outgoing interface."""
    if tunnel.mtu is None:
        return []
    found = (i.mtu for i in status.interfaces if i.name == outgoing)
    path = tunnel.path_mtu or next(found, None)
    return [f"    Interface MTU is {tunnel.mtu}" + (f", path MTU is {path}" if path else "")]


def _esp(pair: IpsecSaStatus, number: int) -> list[str]:
    limit = "" if pair.kilobytes is None else f", or {pair.kilobytes} kilobytes in all"
    return [
        f"      ESP, SPI is {esp_spi(number)}({number})",
        f"        Transform is {transform_name(pair.sa.cipher, pair.sa.integrity)}",
        f"        Remaining lifetime is {_seconds(pair)} seconds{limit}",
    ]
