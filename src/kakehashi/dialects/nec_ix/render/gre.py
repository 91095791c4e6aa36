"""Tunnels of GRE that nothing protects."""

from kakehashi.dialects.rendering import Losses
from kakehashi.model.address import IPAddress
from kakehashi.model.gateway import Gateway
from kakehashi.model.gre import Gre
from kakehashi.model.tunnel import PlainTunnel

_VERSION = 4


def gre_lines(gateway: Gateway, losses: Losses) -> dict[str, list[str]]:
    """By interface."""
    return {t.interface: _lines(t, losses) for t in gateway.tunnels if isinstance(t, PlainTunnel)}


def _lines(tunnel: PlainTunnel, losses: Losses) -> list[str]:
    name, peer, header = tunnel.interface, tunnel.peer_address, tunnel.ipsec.gre or Gre()
    if not isinstance(peer, IPAddress) or peer.version != _VERSION:
        losses.add(tunnel.source, f"{name}: GRE to {peer}", "the device has GRE to an IPv4 address")
        return []
    source = tunnel.source_address
    if source is None and tunnel.outgoing is not None:
        source = tunnel.outgoing.interface
    losses.unless(
        not header.sequence, tunnel.source, f"sequence numbers in GRE of {name}", "they are left out"
    )
    losses.unless(tunnel.keepalive is None, tunnel.source, f"keepalives of {name}", "they are left out")
    lines = ["tunnel mode gre ip", f"tunnel destination {peer}"]
    lines += [f"tunnel source {source}"] if source is not None else []
    lines += [f"tunnel key {header.key}"] if header.key is not None else []
    return lines + (["tunnel checksum"] if header.checksum else [])
