"""A configuration becomes a Gateway, and what is to be said about it."""

from dataclasses import replace

from kakehashi.dialects.base import Lowered
from kakehashi.dialects.blocks import read_blocks
from kakehashi.dialects.cisco_ios.interfaces import interface_of
from kakehashi.dialects.cisco_ios.lower.access_list import read_lists
from kakehashi.dialects.cisco_ios.lower.around import Around
from kakehashi.dialects.cisco_ios.lower.checks import (
    check_interfaces,
    check_routes,
    check_same_peers,
    check_unused,
)
from kakehashi.dialects.cisco_ios.lower.crypto_map import lower_maps
from kakehashi.dialects.cisco_ios.lower.dial_in import find_dial_in, read_server
from kakehashi.dialects.cisco_ios.lower.fragments import as_interfaces_say
from kakehashi.dialects.cisco_ios.lower.ikev2 import read_ikev2
from kakehashi.dialects.cisco_ios.lower.interface import lower_interface
from kakehashi.dialects.cisco_ios.lower.isakmp import Phase1, read_phase1, tell_built_in
from kakehashi.dialects.cisco_ios.lower.keys import read_keys
from kakehashi.dialects.cisco_ios.lower.lines import lists_in_use, report_lines, tell_of_firewalls
from kakehashi.dialects.cisco_ios.lower.log import read_logging
from kakehashi.dialects.cisco_ios.lower.multipoint import lower_multipoints, tell_of_others
from kakehashi.dialects.cisco_ios.lower.name_service import read_name_service
from kakehashi.dialects.cisco_ios.lower.nat import check_translation, with_translation
from kakehashi.dialects.cisco_ios.lower.open_dial_in import lower_open_dial_in
from kakehashi.dialects.cisco_ios.lower.own import hostname, own_name
from kakehashi.dialects.cisco_ios.lower.peers import Peers, read_aggressive, read_profiles
from kakehashi.dialects.cisco_ios.lower.phase2 import read_phase2
from kakehashi.dialects.cisco_ios.lower.pseudowire import read_bridges, read_pseudowires
from kakehashi.dialects.cisco_ios.lower.route import read_routes, with_dhcp_routes
from kakehashi.dialects.cisco_ios.lower.track import read_tracks
from kakehashi.dialects.cisco_ios.lower.vti import lower_tunnels
from kakehashi.dialects.cisco_ios.lower.ways import into_tunnels
from kakehashi.dialects.document import Document, Statement
from kakehashi.dialects.report import Report
from kakehashi.dialects.several import tell_several
from kakehashi.model.gateway import Gateway, Interface
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.tunnel import Tunnel

DIALECT = "cisco-ios"


def lower_document(document: Document, file: str) -> Lowered:
    """Lower a configuration. Every line is in the gateway, or a finding says why it is not."""
    report = Report(file)
    dial_in = find_dial_in(document)
    report_lines(document, lists_in_use(document), report, dial_in.lines if dial_in else frozenset())
    tell_several(document, report)
    tell_of_firewalls(document, report)
    around = _read(document, report)
    maps = lower_maps(around, dial_in)
    routed, used_profiles = lower_tunnels(around)
    # Tunnel interfaces stand where they are written; those of maps come after them.
    tunnels = tuple(as_interfaces_say(t, around.blocks, around.interfaces) for t in (*routed, *maps.tunnels))
    if any(isinstance(t, Ikev1Tunnel) for t in tunnels):
        tell_built_in(around.peers.phase1, report)
        tunnels = _without_ikev1(tunnels, around.peers.phase1, report)
    check_interfaces(around.interfaces, around.routes, around.lists, report)
    led_into = tuple(t for t in tunnels if t.interface not in maps.dialed_in)
    check_routes(document, around.interfaces, around.routes, led_into, report)
    check_same_peers(tunnels, report)
    check_translation(document, tunnels, around.lists, report)
    tell_of_others(around)
    check_unused(around, maps.used_maps, maps.used_dynamic, used_profiles)
    servers = tuple(
        read_server(dial_in, name, hostname(document), document, report)
        for name in (maps.dialed_in[:1] if dial_in else ())
        if dial_in
    )
    made_after: tuple[Interface, ...] = ()
    if dial_in and not servers and maps.used_dynamic:
        report.warning(
            dial_in.group.line,
            "no-transport",
            "nobody can dial in: no dynamic crypto map is in transport mode, and where there is one, nobody "
            "is answered without IPsec",
            "add `mode transport` to its transform sets",
        )
    elif dial_in and not servers:
        servers, made_after = lower_open_dial_in(dial_in, hostname(document), document, report)
    wires = read_pseudowires(document, around)
    gateway = Gateway(
        dialect=DIALECT,
        unknown_peer_policy=around.ikev2.policy(None, None),
        hostname=hostname(document),
        interfaces=(*around.interfaces.values(), *maps.interfaces, *made_after),
        tunnels=tunnels,
        routes=around.routes,
        ikev1_peers=around.peers.made(),
        access_lists=tuple(around.lists.by_name.values()),
        watch_groups=read_tracks(document, around.interfaces, around.routes, report),
        names=read_name_service(document),
        logging=read_logging(document, report),
        trustpoints=tuple(around.peers.phase1.trustpoints.values()),
        l2tp_servers=servers,
        multipoints=lower_multipoints(around),
        pseudowires=wires,
        bridges=read_bridges(wires, around),
        files=(file,),
    )
    return Lowered(gateway, report.findings())


def _without_ikev1(tunnels: tuple[Tunnel, ...], phase1: Phase1, report: Report) -> tuple[Tunnel, ...]:
    """The tunnels, those of IKEv1 down where the device does none."""
    if phase1.switched_off is None:
        return tunnels
    names = ", ".join(t.interface for t in tunnels if isinstance(t, Ikev1Tunnel))
    report.warning(
        phase1.switched_off,
        "isakmp-off",
        f"IKEv1 is switched off on the device: {names} never comes up",
        "write `crypto isakmp enable`",
    )
    return tuple(replace(t, enabled=False) if isinstance(t, Ikev1Tunnel) else t for t in tunnels)


def _read(document: Document, report: Report) -> Around:
    """Everything that maps and tunnels refer to."""
    blocks = read_blocks(document, "interface", lambda s: interface_of(s, "name"))
    lowered = (lower_interface(block, report) for block in blocks.values())
    interfaces = {i.name: with_dhcp_routes(document, i) for i in lowered if i is not None}
    lists = read_lists(document, report)
    interfaces, lists = with_translation(document, blocks, interfaces, lists, report)
    keys = read_keys(document, report)
    peers = Peers(
        phase1=read_phase1(document, report),
        keys=keys,
        profiles=read_profiles(document, keys, own_name(document), report),
        aggressive=read_aggressive(document, report),
        report=report,
    )
    return Around(
        document=document,
        blocks=blocks,
        interfaces=interfaces,
        routes=into_tunnels(read_routes(document, report), interfaces),
        lists=lists,
        phase2=read_phase2(document, report),
        peers=peers,
        ikev2=read_ikev2(document, interfaces, report),
        report=report,
        of_map=_lines_of_maps(document),
        holders={a.ip: i.name for i in interfaces.values() for a in i.addresses},
    )


def _lines_of_maps(document: Document) -> dict[tuple[str, str], Statement]:
    """The last line of each kind for each crypto map; one with `no` is as good as none."""
    found = {
        (s.key, str(s.get("name"))): s
        for s in document.statements("crypto map local-address", "crypto map isakmp-profile")
    }
    return {key: statement for key, statement in found.items() if not statement.negated}
