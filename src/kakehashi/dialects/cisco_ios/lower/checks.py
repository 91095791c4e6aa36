"""Names that nobody uses, and tunnels that nothing leads into."""

from collections.abc import Iterable, Mapping

from kakehashi.dialects.blocks import Block, read_blocks
from kakehashi.dialects.cisco_ios.lower.access_list import Lists
from kakehashi.dialects.cisco_ios.lower.around import Around
from kakehashi.dialects.cisco_ios.lower.names import suggestion
from kakehashi.dialects.cisco_ios.lower.ways import Table, connected, table_of, towards
from kakehashi.dialects.document import Document, Statement, Unknown
from kakehashi.dialects.report import Report
from kakehashi.model.address import ANY
from kakehashi.model.gateway import Interface, Route
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.tunnel import Tunnel

_LISTS = (
    "access-list",
    "access-list standard",
    "ip access-list extended",
    "ip access-list standard",
    "ipv6 access-list",
)
_ROUTING = ("router", "ipv6 router")


def check_interfaces(
    interfaces: Mapping[str, Interface], routes: tuple[Route, ...], lists: Lists, report: Report
) -> None:
    """What interfaces and routes name and nobody has."""
    for interface in interfaces.values():
        line = interface.source.line if interface.source else 0
        for name in (interface.unnumbered, interface.unnumbered_ipv6):
            if name and name not in interfaces:
                report.warning(
                    line,
                    "undefined-interface",
                    f"{interface.name} borrows the address of {name}, which has no `interface` block",
                    suggestion(name, interfaces),
                )
        for name in (name for f in interface.filters for name in f.lists):
            if lists.get(name) is None:
                report.warning(
                    line,
                    "undefined-access-list",
                    f"{interface.name} filters with the access list `{name}`, and there is none: the "
                    "device lets "
                    "everything pass",
                    suggestion(name, lists.by_name) or f"add `ip access-list extended {name}`",
                )
    for route in routes:
        if route.interface and route.interface not in interfaces and route.source:
            report.warning(
                route.source.line,
                "undefined-interface",
                f"the route to {route.destination} leads into {route.interface}, which has no "
                "`interface` block",
                suggestion(route.interface, interfaces),
            )


def check_routes(
    document: Document,
    interfaces: Mapping[str, Interface],
    routes: tuple[Route, ...],
    tunnels: tuple[Tunnel, ...],
    report: Report,
) -> None:
    """Does what a tunnel should take find its way to it? Where routes are learned, nobody can tell."""
    if any(document.statements(*_ROUTING)) or any(i.dhcp_default_route for i in interfaces.values()):
        return
    table, local = table_of(interfaces, routes), connected(interfaces.values())
    led_into = {name for route in routes for name in towards(route, local)}
    for tunnel in tunnels:
        if not tunnel.enabled:
            continue
        if tunnel.policy_based:
            _check_way_out(tunnel, table, report)
        elif tunnel.interface not in led_into:
            report.warning(
                tunnel.source.line if tunnel.source else 0,
                "no-route",
                f"no route leads into {tunnel.interface}",
                f"add `ip route PREFIX MASK {tunnel.interface}`",
            )
        else:
            _check_ipv4(interfaces[tunnel.interface], routes, report)


def _check_ipv4(interface: Interface, routes: tuple[Route, ...], report: Report) -> None:
    """An interface without an address of a version of IP has nothing to do with that version."""
    if interface.unnumbered or interface.dhcp or any(a.version == 4 for a in interface.addresses):
        return
    if any(r.interface == interface.name and r.destination.version == 4 for r in routes):
        report.warning(
            interface.source.line if interface.source else 0,
            "no-address",
            f"{interface.name} has no IPv4 address, own or borrowed: the device leaves out IPv4 routes "
            "into it and drops what comes; here they lead through",
            "add `ip address A MASK` or `ip unnumbered INTERFACE`",
        )


def _check_way_out(tunnel: Tunnel, table: Table, report: Report) -> None:
    """A crypto map sees only what is routed out of its interface."""
    if tunnel.outgoing is None or tunnel.peer_address is ANY:
        return
    bearer, line = tunnel.outgoing.interface, tunnel.source.line if tunnel.source else 0
    for remote in dict.fromkeys(tunnel.ipsec.remote_selectors):
        ways = table.ways(remote.start)
        if not ways:
            why = (
                f"no route leads to {remote}: it never comes to {bearer}, and so not into {tunnel.interface}"
            )
            report.warning(line, "no-route", why, f"add `ip route ... {bearer}`, or a default route")
        elif bearer not in ways:
            others = ", ".join(sorted(ways))
            why = f"what is for {remote} leaves by {others}; {tunnel.interface} takes what leaves by {bearer}"
            report.warning(line, "no-route", why, f"route it by {bearer}")


def check_unused(
    around: Around, used_maps: Iterable[str], used_dynamic: Iterable[str], used_profiles: Iterable[str]
) -> None:
    """Say what nobody asks for: it does nothing."""
    document, report = around.document, around.report
    sets = {
        name
        for item in document.walk()
        if isinstance(item, Statement) and item.key == "set transform-set"
        for name in item.get("transform sets", ())
    }
    lines = {name: s.line for name, s in around.phase2.sets.items()}
    _tell("transform set", lines, sets, report)
    _tell("ipsec profile", _lines(document, "crypto ipsec profile"), set(used_profiles), report)
    dynamic = {
        statement.get("name"): statement.line
        for statement in document.statements("crypto dynamic-map")
        if not statement.negated
    }
    _tell("dynamic map", dynamic, set(used_dynamic), report)
    rings = {ring for profile in around.peers.profiles.values() for ring in profile.keyrings}
    rings |= {entry.keyring for entry in around.peers.keys.used}
    _tell("keyring", _lines(document, "crypto keyring"), rings, report)
    for kind, key in (
        ("ikev2 profile", "profile"),
        ("ikev2 policy", "policy"),
        ("ikev2 keyring", "keyring"),
        ("ikev2 proposal", "proposal"),
    ):
        used = {name for what, name in around.ikev2.used if what == key} | {"default"}
        _tell(kind, _lines(document, f"crypto {kind}"), used, report)
    maps = {name for what, name in around.ikev2.used if what == "certificate map"}
    _tell("certificate map", _lines(document, "crypto pki certificate map"), maps, report)
    _tell_lists(around)
    _tell_keys(around)


def _tell_lists(around: Around) -> None:
    """An access list may be used by much that is not ours: its name must not stand anywhere else."""
    lists = around.lists.by_name
    said: set[str] = set()
    for item in around.document.walk():
        if isinstance(item, Statement | Unknown):
            words = item.text.split()
            opens = isinstance(item, Statement) and item.key in _LISTS
            said.update(w for w in words if w in lists and not (opens and w == _list_name(item)))
    lines = {name: rules.source.line for name, rules in lists.items() if rules.source}
    _tell("access list", lines, said, around.report)


def _list_name(item: Statement | Unknown) -> str:
    return str(item.get("name", item.get("list", ""))) if isinstance(item, Statement) else ""


def _lines(document: Document, key: str) -> dict[str, int]:
    blocks: dict[str, Block] = read_blocks(document, key)
    return {name: block.line for name, block in blocks.items()}


def _tell(kind: str, lines: Mapping[str, int], used: set[str], report: Report) -> None:
    for name, line in lines.items():
        if name not in used:
            report.info(line, f"unused-{kind.replace(' ', '-')}", f"nobody uses the {kind} `{name}`")


def _tell_keys(around: Around) -> None:
    peers = [str(peer.address) for peer in around.peers.made()]
    for entry in around.peers.keys.unused():
        whom = "anybody" if entry.address is ANY else str(entry.address)
        if whom in peers:
            message, remedy = f"the peer {whom} has another key, that of its keyring or password", ""
        else:
            message, remedy = f"no tunnel has the peer {whom}, for whom this key is", suggestion(whom, peers)
        around.report.info(entry.line, "unused-key", message, remedy)


def check_same_peers(tunnels: tuple[Tunnel, ...], report: Report) -> None:
    """The same traffic for two tunnels: the one with the lower number takes it."""
    seen: dict[object, Tunnel] = {}
    for tunnel in tunnels:
        if not isinstance(tunnel, Ikev1Tunnel) or not tunnel.policy_based or not tunnel.enabled:
            continue
        bearer = tunnel.outgoing.interface if tunnel.outgoing else ""
        in_step = zip(tunnel.ipsec.local_selectors, tunnel.ipsec.remote_selectors, strict=False)
        for pair in in_step:
            other = seen.setdefault((bearer, pair), tunnel)
            if other is not tunnel and other.interface != tunnel.interface:
                report.warning(
                    tunnel.source.line if tunnel.source else 0,
                    "same-traffic",
                    f"{tunnel.interface} and {other.interface} take the same traffic ({pair[0]} to "
                    f"{pair[1]}): "
                    f"{other.interface} comes first and takes all of it",
                )
