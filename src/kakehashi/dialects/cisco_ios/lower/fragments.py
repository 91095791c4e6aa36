"""What one interface says of DF, fragments and the MTU."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kakehashi.dialects.blocks import Block
from kakehashi.model.gateway import Interface
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.policy import DfBit
from kakehashi.model.tunnel import PlainTunnel, Tunnel


def as_interfaces_say(
    tunnel: Tunnel, blocks: Mapping[str, Block], interfaces: Mapping[str, Interface]
) -> Tunnel:
    """The tunnel as the interface treats its packets that bears its map, or that it is itself.

    The MTU of the latter is the tunnel's; of the former it is that of the packets which carry the tunnel.
    """
    if not tunnel.policy_based and (own := interfaces.get(tunnel.interface)):
        tunnel = replace(tunnel, mtu=own.mtu)
    if isinstance(tunnel, PlainTunnel):
        return tunnel  # what is said of IPsec is not about it
    bearer = tunnel.outgoing.interface if tunnel.policy_based and tunnel.outgoing else tunnel.interface
    block = blocks.get(bearer)
    if block is None:
        return tunnel
    df_bit, fragmentation = block.last("crypto ipsec df-bit"), block.last("crypto ipsec fragmentation")
    ipsec = tunnel.ipsec
    chosen = df_bit.get("df") if df_bit else ipsec.df_bit
    before = fragmentation.get("fragment") == "before" if fragmentation else ipsec.pre_fragment
    changes: dict[str, Any] = {"df_bit": chosen, "mtu_ignore": chosen is DfBit.CLEAR, "pre_fragment": before}
    if isinstance(tunnel, Ikev1Tunnel):
        return replace(tunnel, ipsec=replace(tunnel.ipsec, **changes))
    return replace(tunnel, ipsec=replace(tunnel.ipsec, **changes))
