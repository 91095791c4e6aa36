"""A configuration becomes a Gateway, and what is to be said about it."""

from dataclasses import replace

from kakehashi.dialects.awplus.lower.around import Around
from kakehashi.dialects.awplus.lower.certificates import read_trustpoints
from kakehashi.dialects.awplus.lower.checks import (
    check_interfaces,
    check_profiles,
    check_routes,
    check_same_peers,
    check_unused,
)
from kakehashi.dialects.awplus.lower.interface import lower_interface
from kakehashi.dialects.awplus.lower.keys import read_register
from kakehashi.dialects.awplus.lower.lines import report_lines
from kakehashi.dialects.awplus.lower.log import read_logging
from kakehashi.dialects.awplus.lower.multipoint import (
    check_next_hops,
    lower_multipoints,
    lower_tunnels_of_many,
)
from kakehashi.dialects.awplus.lower.name_service import read_name_service
from kakehashi.dialects.awplus.lower.profiles import (
    IsakmpProfile,
    read_ipsec_profiles,
    read_isakmp_profiles,
)
from kakehashi.dialects.awplus.lower.pseudowire import read_bridges, read_pseudowires
from kakehashi.dialects.awplus.lower.route import read_routes
from kakehashi.dialects.awplus.lower.tunnel import lower_tunnel
from kakehashi.dialects.base import Lowered
from kakehashi.dialects.blocks import read_blocks
from kakehashi.dialects.document import Document
from kakehashi.dialects.report import Report
from kakehashi.dialects.several import tell_several
from kakehashi.model.gateway import Gateway, InterfaceKind

DIALECT = "awplus"


def lower_document(document: Document, file: str) -> Lowered:
    """Lower a configuration. Every line is in the gateway, or a finding says why it is not."""
    report = Report(file)
    report_lines(document, report)
    tell_several(document, report)
    around = _read(document, report)
    check_profiles(around)
    wires = read_pseudowires(document, around)
    lowered = [
        lower_tunnel(around.blocks[name], around, wires)
        for name, interface in around.interfaces.items()
        if interface.kind is InterfaceKind.TUNNEL
    ]
    of_many = lower_tunnels_of_many(around)
    found = [tunnel for tunnel, _ in (*lowered, *of_many) if tunnel]
    tunnels = tuple(replace(tunnel, mtu=around.interfaces[tunnel.interface].mtu) for tunnel in found)
    check_interfaces(around.interfaces, around.routes, report)
    check_routes(document, around.interfaces, around.routes, tunnels, report)
    check_same_peers(tunnels, report)
    check_next_hops(around)
    check_unused(around, tunnels)
    gateway = Gateway(
        dialect=DIALECT,
        unknown_peer_policy=_answering(around).ike_policy,
        hostname=_hostname(document),
        interfaces=tuple(around.interfaces.values()),
        tunnels=tunnels,
        routes=around.routes,
        ikev1_peers=(
            *(peer for _, peer in lowered if peer is not None),
            *(peer for _, peers in of_many for peer in peers),
        ),
        names=read_name_service(document),
        logging=read_logging(document, report),
        trustpoints=read_trustpoints(around.trustpoints, report),
        multipoints=lower_multipoints(around),
        pseudowires=wires,
        bridges=read_bridges(document, wires, around),
        files=(file,),
    )
    return Lowered(gateway, report.findings())


def _read(document: Document, report: Report) -> Around:
    """Everything that tunnels refer to."""
    blocks = read_blocks(document, "interface")
    lowered = (lower_interface(block, report) for block in blocks.values())
    return Around(
        blocks=blocks,
        interfaces={i.name: i for i in lowered if i is not None},
        routes=read_routes(document, report),
        keys=read_register(document, "crypto isakmp key", "key", report),
        peers=read_register(document, "crypto isakmp peer", "profile", report),
        isakmp=read_isakmp_profiles(document, report),
        ipsec=read_ipsec_profiles(document, report),
        trustpoints=read_blocks(document, "crypto pki trustpoint"),
        report=report,
    )


def _answering(around: Around) -> IsakmpProfile:
    """What answers the first message of a peer of unknown address: it bears no name yet."""
    line = around.peers.lines.get(None)
    found = around.isakmp.get(line.get("profile")) if line else None
    return found if found is not None and found.version == 2 else around.isakmp["default"]


def _hostname(document: Document) -> str:
    lines = list(document.statements("hostname"))
    return lines[-1].get("name", "") if lines and not lines[-1].negated else ""
