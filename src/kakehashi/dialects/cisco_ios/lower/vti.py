"""Tunnel interfaces, VTI and GRE, become tunnels that routes lead into (CI-15)."""

from dataclasses import replace

from kakehashi.dialects.blocks import Block, read_blocks
from kakehashi.dialects.cisco_ios.interfaces import is_template
from kakehashi.dialects.cisco_ios.lower.around import Around
from kakehashi.dialects.cisco_ios.lower.ends import destination_of, outgoing_of, source_of
from kakehashi.dialects.cisco_ios.lower.gre import (
    is_gre,
    is_multipoint,
    plain_multipoint,
    plain_tunnel,
    read_gre,
    tell_keepalive,
)
from kakehashi.dialects.cisco_ios.lower.names import undefined
from kakehashi.dialects.cisco_ios.lower.phase2 import Settings, ikev1_policy, ikev2_policy, read_settings
from kakehashi.dialects.cisco_ios.lower.selectors import Pairs, read_pairs
from kakehashi.dialects.document import Statement
from kakehashi.model.address import ANY, IPAddress, PeerAddress
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gateway import InterfaceKind
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.selector import ANY_IPV4, ANY_IPV6, EVERYTHING
from kakehashi.model.tunnel import ConnectType, Tunnel

_MODE = "tunnel mode ipsec"
_PROTECTION = "tunnel protection ipsec profile"


def lower_tunnels(around: Around) -> tuple[tuple[Tunnel, ...], frozenset[str]]:
    """The tunnels of the tunnel interfaces, and the names of the IPsec profiles that they use."""
    profiles = read_blocks(around.document, "crypto ipsec profile")
    used: set[str] = set()
    tunnels: list[Tunnel] = []
    for name, block in around.blocks.items():
        interface = around.interfaces.get(name)
        if interface is None or interface.kind is not InterfaceKind.TUNNEL or is_template(name):
            continue
        protection = block.last(_PROTECTION)
        if protection is not None:
            used.add(protection.get("profile"))
        tunnel: Tunnel | None = None
        if is_gre(block) and protection is None:
            tunnel = plain_tunnel(block, around)
        elif is_multipoint(block) and protection is None:
            tunnel = plain_multipoint(block, around)
        # The line of another mode has a finding of its own.
        elif _has_header(block) or block.last(_MODE) is not None:
            tunnel = _tunnel(block, protection, profiles, around)
        if tunnel is not None:
            tunnels.append(tunnel)
    return tuple(tunnels), frozenset(used)


def _tunnel(
    block: Block, protection: Statement | None, profiles: dict[str, Block], around: Around
) -> Tunnel | None:
    report, name = around.report, block.name
    if protection is None:
        report.warning(
            block.line,
            "tunnel-incomplete",
            f"{name} is an IPsec tunnel without `tunnel protection ipsec profile`; it stays down",
            "add `tunnel protection ipsec profile NAME`",
        )
        return None
    profile = profiles.get(protection.get("profile"))
    if profile is None:
        wanted = protection.get("profile")
        remedy = f"add `crypto ipsec profile {wanted}`"
        undefined(report, protection.line, "ipsec profile", wanted, name, profiles, remedy)
        return None
    peer: PeerAddress | None = ANY if is_multipoint(block) else destination_of(block, around)
    if peer is None:
        return None
    settings = read_settings(profile, f"ipsec profile {profile.name}", around.phase2, report)
    source = source_of(block, peer, around)
    pairs = Pairs(EVERYTHING, EVERYTHING) if _has_header(block) else _pairs(block, around)
    if settings.wants_transport() and not _has_header(block):
        report.info(
            settings.sets[0].line,
            "transport-mode",
            f"{name}: a tunnel of its own carries whole packets, in tunnel mode; transport mode has "
            "no effect",
        )
    if is_gre(block):
        tell_keepalive(block, report)
    interface = around.interfaces[name]
    enabled = interface.enabled and bool(settings.sets) and bool(pairs.local)
    return _of_version(block, protection, profile, peer, source, settings, pairs, enabled, around)


def _of_version(
    block: Block,
    protection: Statement,
    profile: Block,
    peer: PeerAddress,
    source: IPAddress | str | None,
    settings: Settings,
    pairs: Pairs,
    enabled: bool,
    around: Around,
) -> Tunnel:
    report, name, mode = around.report, block.name, EncapsulationMode.TUNNEL
    header = read_gre(block) if _has_header(block) else None
    if header and settings.wants_transport():
        mode = EncapsulationMode.TRANSPORT
    is_many = is_multipoint(block)
    connect = ConnectType.ON_DEMAND if is_many else ConnectType.ALWAYS
    if profile.last("responder-only"):
        connect = ConnectType.NEVER
    ikev2 = protection if "ikev2 profile" in protection.values else profile.last("set ikev2-profile")
    if ikev2 is not None:
        return around.ikev2.tunnel(
            interface=name,
            profile=ikev2,
            what=name,
            peer=peer,
            enabled=enabled,
            ipsec=replace(ikev2_policy(settings, pairs.local, pairs.remote, mode, report), gre=header),
            source_address=source,
            outgoing=outgoing_of(block, report),
            connect=connect,
            line=block.line,
            multipoint=is_many,
        )
    isakmp = protection if "isakmp profile" in protection.values else profile.last("set isakmp-profile")
    wanted = isakmp.get("isakmp profile") if isakmp else None
    line = (isakmp or protection).line
    if is_many:
        found = around.peers.coming(wanted, name, line)
    else:
        towards = around.peers.towards(peer, wanted, name, line)
        found = (towards,) if towards else ()
    return Ikev1Tunnel(
        interface=name,
        enabled=enabled and bool(found),
        peer_address=peer,
        ipsec=replace(ikev1_policy(settings, pairs.local, pairs.remote, mode, report), gre=header),
        connect=connect,
        outgoing=outgoing_of(block, report),
        source_address=source,
        peers=found,
        name=profile.name,
        multipoint=is_many,
        source=report.source(block.line),
    )


def _has_header(block: Block) -> bool:
    """Are its packets in GRE?"""
    return is_gre(block) or is_multipoint(block)


def _pairs(block: Block, around: Around) -> Pairs:
    """Any to any, unless an access list says otherwise."""
    policy = block.last("tunnel protection ipsec policy")
    if policy is not None:
        name = policy.get("list")
        rules = around.lists.get(name)
        if rules is not None:
            return read_pairs(rules, block.name, around.report)
        remedy = f"add `ip access-list extended {name}`"
        undefined(around.report, policy.line, "access list", name, block.name, around.lists.by_name, remedy)
        return Pairs()
    mode = block.last(_MODE)
    version = mode.get("overlay", mode.get("version")) if mode else 4
    every = EVERYTHING if version == 0 else (ANY_IPV4 if version == 4 else ANY_IPV6,)
    return Pairs(every, every)
