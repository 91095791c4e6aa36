"""Tunnel interfaces with an IPsec profile, VTI and GRE, become tunnels that routes lead into (CI-15)."""

from dataclasses import replace

from kakehashi.dialects.blocks import Block, read_blocks
from kakehashi.dialects.cisco_ios.interfaces import interface_of, is_template
from kakehashi.dialects.cisco_ios.lower.around import Around
from kakehashi.dialects.cisco_ios.lower.gre import is_gre, read_gre
from kakehashi.dialects.cisco_ios.lower.names import undefined
from kakehashi.dialects.cisco_ios.lower.phase2 import Settings, ikev1_policy, ikev2_policy, read_settings
from kakehashi.dialects.cisco_ios.lower.selectors import Pairs, read_pairs
from kakehashi.dialects.document import Statement
from kakehashi.dialects.report import Report
from kakehashi.model.address import IPAddress, PeerAddress
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gateway import InterfaceKind
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.selector import ANY_IPV4, ANY_IPV6, EVERYTHING
from kakehashi.model.tunnel import ConnectType, OutgoingInterface, Tunnel

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
        if not _is_ours(block, protection, around):
            continue
        tunnel = _tunnel(block, protection, profiles, around)
        if tunnel is not None:
            tunnels.append(tunnel)
    return tuple(tunnels), frozenset(used)


def _is_ours(block: Block, protection: Statement | None, around: Around) -> bool:
    """Is it a VTI, or GRE that IPsec protects? The line of another mode has a finding of its own."""
    if not is_gre(block):
        return block.last(_MODE) is not None
    if protection is None:
        around.report.warning(
            block.line,
            "not-yet",
            f"{block.name} is GRE without IPsec, which is not there yet; the tunnel stays down",
            "add `tunnel protection ipsec profile NAME` on both sides",
        )
    return protection is not None


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
    peer = _destination(block, around)
    if peer is None:
        return None
    settings = read_settings(profile, f"ipsec profile {profile.name}", around.phase2, report)
    source = _source(block, peer, around)
    pairs = Pairs(EVERYTHING, EVERYTHING) if is_gre(block) else _pairs(block, around)
    if settings.wants_transport() and not is_gre(block):
        report.info(
            settings.sets[0].line,
            "transport-mode",
            f"{name}: a tunnel of its own carries whole packets, in tunnel mode; transport mode has "
            "no effect",
        )
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
    header = read_gre(block) if is_gre(block) else None
    if header and settings.wants_transport():
        mode = EncapsulationMode.TRANSPORT
    connect = ConnectType.NEVER if profile.last("responder-only") else ConnectType.ALWAYS
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
            outgoing=_outgoing(block, report),
            connect=connect,
            line=block.line,
        )
    isakmp = protection if "isakmp profile" in protection.values else profile.last("set isakmp-profile")
    wanted = isakmp.get("isakmp profile") if isakmp else None
    found = around.peers.towards(peer, wanted, name, (isakmp or protection).line)
    return Ikev1Tunnel(
        interface=name,
        enabled=enabled and found is not None,
        peer_address=peer,
        ipsec=replace(ikev1_policy(settings, pairs.local, pairs.remote, mode, report), gre=header),
        connect=connect,
        outgoing=_outgoing(block, report),
        source_address=source,
        peers=(found,) if found else (),
        name=profile.name,
        source=report.source(block.line),
    )


def _outgoing(block: Block, report: Report) -> OutgoingInterface | None:
    """The interface whose routes alone count for the tunnel; the next hop is theirs."""
    line = block.last("tunnel route-via")
    if line is None:
        return None
    if not line.get("mandatory"):
        report.warning(
            line.line,
            "not-yet",
            f"{block.name}: `tunnel route-via` as a preference is not there yet; the whole routing "
            "table decides",
            "add `mandatory` where the tunnel is to leave by that interface alone",
        )
        return None
    return OutgoingInterface(interface_of(line, "by") or "", source=report.source(line.line))


def _destination(block: Block, around: Around) -> PeerAddress | None:
    line = block.last("tunnel destination")
    if line is None or line.get("dynamic"):
        where = line.line if line else block.line
        around.report.warning(
            where,
            "tunnel-incomplete" if line is None else "not-yet",
            f"{block.name} has no `tunnel destination`; it stays down"
            if line is None
            else f"{block.name}: a destination from a server is not there yet; the tunnel stays down",
            "add `tunnel destination ADDRESS`",
        )
        return None
    address: PeerAddress = line.get("destination")
    return address


def _source(block: Block, peer: PeerAddress, around: Around) -> IPAddress | str | None:
    line = block.last("tunnel source")
    if line is None:
        around.report.warning(
            block.line,
            "tunnel-incomplete",
            f"{block.name} has no `tunnel source`: the device leaves it down; here the route decides",
            "add `tunnel source INTERFACE`",
        )
        return None
    if line.get("dynamic"):
        return None
    written: IPAddress | None = line.get("source")
    if written is not None:
        return written
    name = interface_of(line, "source interface") or ""
    if name not in around.interfaces:
        around.report.error(
            line.line,
            "undefined-interface",
            f"{block.name} takes its source from {name}, which has no `interface` block",
        )
        return name
    return around.source_of(name, peer.version if isinstance(peer, IPAddress) else 4)


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
