"""Tunnel interfaces with `ipsec policy` become tunnels of IKEv1 (V1-13 to V1-15)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kakehashi.dialects.blocks import Block
from kakehashi.dialects.document import Statement
from kakehashi.dialects.nec_ix import defaults
from kakehashi.dialects.nec_ix.lower.phase2 import IpsecMap, Maps
from kakehashi.dialects.report import Report
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gateway import Interface
from kakehashi.model.ikev1 import Ikev1IpsecPolicy, Ikev1Tunnel
from kakehashi.model.l2tp import PORT
from kakehashi.model.selector import ANY_IPV4, TrafficSelector
from kakehashi.model.translation import UDP
from kakehashi.model.tunnel import ConnectType

L2TP = "tunnel mode l2tp-lns ipsec"
IKEV1_MODES = ("tunnel mode ipsec", L2TP)
# RFC 3193 section 4: our port is that of L2TP; a NAT, or the peer itself, may have another.
_ONLY_L2TP: dict[str, Any] = {
    "filters": True,
    "local_selectors": (TrafficSelector(ANY_IPV4.start, ANY_IPV4.end, UDP, PORT, PORT),),
    "remote_selectors": (TrafficSelector(ANY_IPV4.start, ANY_IPV4.end, UDP),),
}


def lower_ikev1_tunnel(
    block: Block, mode: Statement | None, maps: Maps, interfaces: Mapping[str, Interface], report: Report
) -> Ikev1Tunnel | None:
    """The tunnel of an interface, or None if nothing can be made of it. `mode`: its `tunnel mode`."""
    line = block.last("ipsec policy")
    if line is None:
        report.warning(
            mode.line if mode else block.line,
            "no-ipsec-policy",
            f"{block.name} has no `ipsec policy`; it is no tunnel",
            f"add `ipsec policy {'transport' if mode and mode.key == L2TP else 'tunnel'} MAP`",
        )
        return None
    for earlier in block.lines[: block.lines.index(line)]:
        if earlier.key == line.key and not earlier.negated:
            report.warning(
                earlier.line,
                "replaced",
                f"{block.name}: `ipsec policy` is set again in line {line.line}, which holds",
            )
    name = line.get("map")
    found = maps.maps.get(name)
    if found is None:
        report.error(
            line.line,
            maps.named.code,
            f"{block.name} uses the map `{name}`, and there is no such map (there are: "
            f"{maps.named.there_are()})",
            maps.named.meant(name) or f"add `ipsec autokey-map {name} ipv4 peer ADDRESS PROPOSAL`",
            name=name,
        )
        return None
    is_l2tp = mode is not None and mode.key == L2TP
    return Ikev1Tunnel(
        interface=block.name,
        enabled=interfaces[block.name].enabled and _is_possible(block, mode, report),
        peer_address=found.peer_address,
        ipsec=_policy(block.name, line, found, report, l2tp=is_l2tp),
        connect=ConnectType.ON_DEMAND,
        peers=found.peers,
        answers_only_peers=found.answers_only_peers,
        # Who dials in begins everything.
        starts_phase2=found.starts_phase2 and not is_l2tp,
        name=found.name,
        source=report.source(block.line),
    )


def _is_possible(block: Block, mode: Statement | None, report: Report) -> bool:
    """Is the tunnel of a kind that there is?"""
    if mode is None:
        report.warning(
            block.line,
            "no-tunnel-mode",
            f"{block.name} has an `ipsec policy` and no `tunnel mode ipsec`; the tunnel stays down",
            "add `tunnel mode ipsec`",
        )
    else:
        return True
    return False


def _policy(tunnel: str, line: Statement, found: IpsecMap, report: Report, *, l2tp: bool) -> Ikev1IpsecPolicy:
    """The map's policy with what the interface says of it. `l2tp`: transport mode is as it should be."""
    mode: EncapsulationMode = line.get("mode")
    if mode is EncapsulationMode.TRANSPORT and found.is_dynamic and not l2tp:
        report.warning(
            line.line,
            "transport-unknown-address",
            f"{tunnel}: transport mode with a peer of unknown address is not what the device supports "
            "(manual 2.22.3)",
            f"write `ipsec policy tunnel {found.name}`",
        )
    if l2tp and mode is EncapsulationMode.TUNNEL:
        report.warning(
            line.line,
            "l2tp-in-tunnel-mode",
            f"{tunnel}: who dials in by L2TP proposes transport mode, and here tunnel mode is expected",
            f"write `ipsec policy transport {found.name}`",
        )
    mtu_ignore = line.get("mtu_ignore", False)
    about = _ONLY_L2TP if l2tp else {}
    return replace(
        found.ipsec,
        **about,
        mode=mode,
        # V1-14: transport mode sends no identities unless told to.
        sends_identities=line.get("sends_identities", mode is EncapsulationMode.TUNNEL),
        mtu_ignore=mtu_ignore,
        pre_fragment=line.get("pre_fragment", False),
        df_bit=line.get("df_bit", defaults.df_bit(mtu_ignore)),
    )
