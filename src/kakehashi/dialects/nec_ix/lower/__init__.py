"""A configuration becomes a Gateway, and what is to be said about it."""

from collections.abc import Iterable, Sequence

from kakehashi.dialects.base import Lowered
from kakehashi.dialects.blocks import Block, read_blocks
from kakehashi.dialects.document import Document, Statement, Unknown, statements
from kakehashi.dialects.nec_ix.interfaces import kind_of
from kakehashi.dialects.nec_ix.lower.access_list import read_lists
from kakehashi.dialects.nec_ix.lower.certificates import read_imports
from kakehashi.dialects.nec_ix.lower.gre import MODE as GRE_MODE
from kakehashi.dialects.nec_ix.lower.gre import lower_gre, tell_of_gre
from kakehashi.dialects.nec_ix.lower.ikev1_checks import check_ikev1
from kakehashi.dialects.nec_ix.lower.ikev1_tunnel import IKEV1_MODES, lower_ikev1_tunnel
from kakehashi.dialects.nec_ix.lower.interface import lower_interface
from kakehashi.dialects.nec_ix.lower.keys import read_keys
from kakehashi.dialects.nec_ix.lower.l2tp import read_servers
from kakehashi.dialects.nec_ix.lower.lines import OTHER_KIND, report_lines
from kakehashi.dialects.nec_ix.lower.log import read_logging
from kakehashi.dialects.nec_ix.lower.name_service import read_name_service
from kakehashi.dialects.nec_ix.lower.phase1 import read_policies
from kakehashi.dialects.nec_ix.lower.phase2 import Maps, read_delete_notify, read_maps
from kakehashi.dialects.nec_ix.lower.policy import check_policy, ike_policy
from kakehashi.dialects.nec_ix.lower.pseudowire import MODE as ETHER_IP
from kakehashi.dialects.nec_ix.lower.pseudowire import read_bridges, read_pseudowires, with_frames
from kakehashi.dialects.nec_ix.lower.route import read_routes
from kakehashi.dialects.nec_ix.lower.routed import Routed
from kakehashi.dialects.nec_ix.lower.settings import Place, Settings, read_place
from kakehashi.dialects.nec_ix.lower.translation import lists_in_use
from kakehashi.dialects.nec_ix.lower.tunnel import Surroundings, lower_tunnel
from kakehashi.dialects.nec_ix.lower.watch import read_watch_groups
from kakehashi.dialects.report import Report
from kakehashi.dialects.several import tell_several
from kakehashi.model.address import IPAddress
from kakehashi.model.gateway import Gateway, Interface, InterfaceKind, Route
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.tunnel import Ikev2Tunnel, Tunnel

DIALECT = "nec-ix"


def lower_document(document: Document, file: str) -> Lowered:
    """Lower a configuration. Every line is in the gateway, or a finding says why it is not."""
    report = Report(file)
    report_lines(document, report)
    tell_several(document, report)
    keys = read_keys(document, report)
    profiles, default = _read_profiles(document, report)
    blocks = read_blocks(document, "interface")
    for block in blocks.values():
        _keep_one_mode(block, report)
    lowered = (lower_interface(block, report) for block in blocks.values())
    interfaces = {i.name: i for i in lowered if i is not None}
    routes = read_routes(document, report)
    policies = read_policies(document, report)
    lists = read_lists(document, report)
    maps = read_maps(document, policies, lists, report)
    around = Surroundings(keys, profiles, default, interfaces, Routed(routes, interfaces.values()))
    found = (_tunnel(block, maps, around, report) for block in blocks.values())
    tunnels = tuple(tunnel for tunnel in found if tunnel is not None)
    servers = read_servers(document, blocks, interfaces, report)
    answering = Settings((default,))
    check_policy(answering, report)
    dialed = {server.interface for server in servers}
    routed = tuple(t for t in tunnels if t.interface not in dialed)
    _check_references(interfaces, routes, routed, report, learnt=_is_told_of_routes(document))
    _check_bindings(blocks, profiles, document, report)
    _check_same_peers((t for t in tunnels if isinstance(t, Ikev2Tunnel)), report)
    ours = (t for t in tunnels if isinstance(t, Ikev1Tunnel))
    check_ikev1(policies, maps, ours, interfaces, routes, report)
    wires = read_pseudowires(blocks, interfaces, tunnels, report)
    gateway = Gateway(
        dialect=DIALECT,
        unknown_peer_policy=ike_policy(answering, may_rekey=False),
        hostname=_hostname(document),
        interfaces=tuple(interfaces.values()),
        tunnels=tunnels,
        routes=routes,
        ikev1_peers=policies.peers,
        delete_notify=read_delete_notify(document),
        access_lists=lists_in_use(lists, interfaces.values(), report),
        watch_groups=read_watch_groups(document, interfaces, routes, tunnels, report),
        names=read_name_service(document),
        logging=read_logging(document, report),
        certificate_imports=read_imports(document, report),
        l2tp_servers=servers,
        pseudowires=wires,
        bridges=read_bridges(blocks, interfaces, wires, report),
        files=(file,),
    )
    return Lowered(gateway, report.findings())


def _keep_one_mode(block: Block, report: Report) -> None:
    """A tunnel is of one kind: the last `tunnel mode` holds, and `no tunnel mode` takes back any."""
    holds: Statement | None = None
    for line in [line for line in block.lines if line.key.startswith(OTHER_KIND)]:
        if line.negated and (holds is None or line.key not in (holds.key, OTHER_KIND)):
            continue
        if holds is not None:
            block.lines.remove(holds)
            if not line.negated and (line.key, line.values) != (holds.key, holds.values):
                report.warning(
                    holds.line,
                    "replaced",
                    f"{block.name}: `{holds.command.words}` is set again in line {line.line}, which holds",
                )
        holds = None if line.negated else line


def _tunnel(block: Block, maps: Maps, around: Surroundings, report: Report) -> Tunnel | None:
    """The tunnel of an interface: `tunnel mode` says of which kind, else what else it has."""
    if kind_of(block.name) is not InterfaceKind.TUNNEL:
        return None
    kinds = (*IKEV1_MODES, "tunnel mode ipsec-ikev2", GRE_MODE, ETHER_IP)
    modes = [line for key in kinds if (line := block.last(key))]
    mode = max(modes, key=lambda line: line.line, default=None)
    if mode is not None and mode.key == GRE_MODE:
        return lower_gre(block, around.interfaces, report)
    if mode is not None and mode.get("version") is not None:
        return None  # frames without IPsec
    tell_of_gre(block, report)
    policy, peer = block.last("ipsec policy"), block.last("ikev2 peer")
    is_first = mode is not None and (mode.key in IKEV1_MODES or mode.get("ike") == 1)
    ikev1 = is_first if mode else policy is not None and peer is None
    other = peer if ikev1 else policy
    if other is not None:
        report.warning(
            other.line,
            "other-tunnel-mode",
            f"{block.name}: `{other.command.words}` is of the other version of IKE than its tunnel mode; the "
            "line has no effect",
            f"write `tunnel mode {'ipsec-ikev2' if ikev1 else 'ipsec'}`, or take the line out",
        )
    if ikev1:
        return with_frames(lower_ikev1_tunnel(block, mode, maps, around.interfaces, report), block)
    return with_frames(lower_tunnel(block, around, report), block)


def _is_told_of_routes(document: Document) -> bool:
    """Does it speak BGP, OSPF or RIP?"""
    return any(document.statements("router", "ipv6 router")) or any(
        isinstance(item, Unknown) and item.text.split()[:2] == ["ip", "router"] for item in document.items
    )


def _hostname(document: Document) -> str:
    lines = list(document.statements("hostname"))
    return lines[-1].get("name", "") if lines and not lines[-1].negated else ""


def _read_profiles(document: Document, report: Report) -> tuple[dict[str, Place], Place]:
    """The named profiles, and the default one; a profile may be opened again further down."""
    lines: dict[str, list[Statement]] = {}
    default: list[Statement] = []
    for statement in document.statements("ikev2 profile", "ikev2 default-profile"):
        body = list(statements(statement.body))
        if statement.key == "ikev2 default-profile":
            default = [] if statement.negated else default + body
        elif statement.negated:
            lines.pop(statement.get("name", ""), None)
        else:
            lines.setdefault(statement.get("name"), []).extend(body)
    profiles = {name: read_place(f"profile {name}", body, report) for name, body in lines.items()}
    return profiles, read_place("the default profile", default, report)


def _check_references(
    interfaces: dict[str, Interface],
    routes: tuple[Route, ...],
    tunnels: tuple[Tunnel, ...],
    report: Report,
    *,
    learnt: bool,
) -> None:
    """Names that lead nowhere, and tunnels that nothing leads into. `learnt`: others tell of routes, too."""
    for interface in interfaces.values():
        for name in (interface.unnumbered, interface.unnumbered_ipv6):
            if name and name not in interfaces and interface.source:
                report.warning(
                    interface.source.line,
                    "undefined-interface",
                    f"{interface.name} borrows the address of {name}, which has no `interface` block",
                )
    for route in routes:
        if route.interface and route.interface not in interfaces and route.source:
            report.warning(
                route.source.line,
                "undefined-interface",
                f"the route to {route.destination} leads into {route.interface}, "
                "which has no `interface` block",
            )
    if learnt:
        return  # what leads into a tunnel, nobody can tell
    named = {route.interface for route in routes}
    hops = [route.next_hop for route in routes if not route.interface and route.next_hop is not None]
    for tunnel in tunnels:
        into = tunnel.interface in named or _leads_into(hops, interfaces[tunnel.interface])
        if tunnel.enabled and not into and tunnel.ipsec.ethernet is None and tunnel.source:
            report.warning(
                tunnel.source.line,
                "no-route",
                f"no route leads into {tunnel.interface}",
                f"add `ip route PREFIX {tunnel.interface}`",
            )


def _leads_into(hops: Sequence[IPAddress], interface: Interface) -> bool:
    return any(a.version == hop.version and hop in a.network for a in interface.addresses for hop in hops)


def _check_bindings(
    blocks: dict[str, Block], profiles: dict[str, Place], document: Document, report: Report
) -> None:
    """A profile that no tunnel binds does nothing."""
    bound = {line.get("profile") for b in blocks.values() if (line := b.last("ikev2 binding"))}
    for statement in document.statements("ikev2 profile"):
        name = statement.get("name")
        if name in profiles and name not in bound:
            report.info(
                statement.line,
                "unused-profile",
                f"no tunnel binds the profile `{name}`",
                f"add `ikev2 binding {name}` to a tunnel interface",
            )


def _check_same_peers(tunnels: Iterable[Ikev2Tunnel], report: Report) -> None:
    """Tunnels to one peer are told apart by their identities (manual 2.25.5.2)."""
    first: dict[object, Ikev2Tunnel] = {}
    for tunnel in tunnels:
        key = (tunnel.peer_address, tunnel.peer.identity, tunnel.local.identity)
        other = first.setdefault(key, tunnel)
        if other is not tunnel and tunnel.source:
            report.warning(
                tunnel.source.line,
                "same-peer",
                f"{tunnel.interface} and {other.interface} have the same peer and the same identities; "
                "nobody can tell them apart",
                "give each tunnel an identity of its own",
            )
