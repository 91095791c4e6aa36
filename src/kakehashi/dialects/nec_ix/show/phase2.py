"""What is configured for phase 2: `show ipsec policy`, `autokey-map` and the others of V1-50. The manual
names the commands and prints no listing; the layout is ours.

Only maps that a tunnel uses, and proposals of such maps, are known here.
"""

from kakehashi.dialects.nec_ix.show.ipsec_sa import is_dynamic, map_kind, maps, mode_name
from kakehashi.dialects.nec_ix.show.names import pfs_name, transform_name
from kakehashi.model.gateway import Gateway
from kakehashi.model.ikev1 import Ikev1Tunnel, Phase2Proposal


def render_policies(gateway: Gateway) -> str:
    """What is set on each tunnel interface."""
    lines = [f"IPsec policy - {len(maps(gateway))} configured"]
    for tunnel in maps(gateway):
        ipsec = tunnel.ipsec
        lines += [
            f"Interface is {tunnel.interface}",
            f"  Key policy map name is {tunnel.name}",
            f"    {mode_name(ipsec.mode)}, {map_kind(tunnel)}",
            f"    ID payload is {'sent' if ipsec.sends_identities else 'not sent'}",
            f"    Fragmentation is {'before' if ipsec.pre_fragment else 'after'} encryption"
            f"{', MTU is ignored' if ipsec.mtu_ignore else ''}",
        ]
    return "\n".join(lines) + "\n"


def render_autokey_maps(gateway: Gateway) -> str:
    """The maps for peers of known address."""
    return _maps("Autokey map", [t for t in maps(gateway) if not is_dynamic(t)])


def render_dynamic_maps(gateway: Gateway) -> str:
    """The maps for peers of unknown address."""
    return _maps("Dynamic map", [t for t in maps(gateway) if is_dynamic(t)])


def render_proposals(gateway: Gateway) -> str:
    """The proposals of the maps."""
    proposals = {p.name: p for tunnel in maps(gateway) for p in tunnel.ipsec.proposals}
    lines = [f"Autokey proposal - {len(proposals)} configured"]
    for proposal in proposals.values():
        lines += _proposal(proposal)
    return "\n".join(lines) + "\n"


def render_autorefresh(gateway: Gateway) -> str:
    """Are keys renewed before their end? It holds for all tunnels."""
    on = all(tunnel.ipsec.autorefresh for tunnel in maps(gateway))
    return f"IPsec SA autorefresh is {'on' if on else 'off'}\n"


def render_delete_notify(gateway: Gateway) -> str:
    """When a peer is told of an SA that is gone."""
    notify = gateway.delete_notify
    what = f"on, {notify.packets} packets in {notify.seconds} seconds" if notify else "off"
    return f"IPsec delete notify is {what}\n"


def _maps(title: str, tunnels: list[Ikev1Tunnel]) -> str:
    lines = [f"{title} - {len(tunnels)} configured"]
    for tunnel in tunnels:
        ipsec = tunnel.ipsec
        lines += [
            f"{title} name is {tunnel.name}, IPv{ipsec.local_selectors[0].version}",
            *([] if is_dynamic(tunnel) else [f"  Remote address is {tunnel.peer_address}"]),
            f"  IKE policy is {_peers(tunnel)}",
            f"  Autokey proposal is {', '.join(p.name for p in ipsec.proposals) or 'not set'}",
            f"  Perfect forward secrecy is {pfs_name(ipsec.pfs)}",
            f"  Local ID is {', '.join(map(str, ipsec.local_selectors))}",
            f"  Remote ID is {', '.join(map(str, ipsec.remote_selectors))}",
            f"  Commit bit is {ipsec.commit_bit.value}",
            f"  Replay detection support is {'on' if ipsec.replay_window else 'off'}",
            f"  Rekey is {ipsec.rekey_before_end} seconds before the end"
            f"{', also without traffic' if ipsec.rekey_unused else ''}",
        ]
    return "\n".join(lines) + "\n"


def _peers(tunnel: Ikev1Tunnel) -> str:
    names = ", ".join(tunnel.peers) or "any for a peer of unknown address"
    if not is_dynamic(tunnel) or not tunnel.peers:
        return names
    return f"{names}, {'and no other' if tunnel.answers_only_peers else 'to begin with'}"


def _proposal(proposal: Phase2Proposal) -> list[str]:
    octets = f", {proposal.kilobytes} kilobytes" if proposal.kilobytes is not None else ""
    return [
        f"Autokey proposal name is {proposal.name}",
        f"  Transform is {transform_name(proposal.cipher, proposal.integrity)}",
        f"  Lifetime is {proposal.lifetime} seconds{octets}",
    ]
