"""Crypto maps become tunnels whose selectors decide what goes into them (CI-07, CI-08)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from kakehashi.dialects.blocks import Block, read_blocks
from kakehashi.dialects.cisco_ios.interfaces import interface_of
from kakehashi.dialects.cisco_ios.lower.around import Around
from kakehashi.dialects.cisco_ios.lower.dial_in import DialIn
from kakehashi.dialects.cisco_ios.lower.names import undefined
from kakehashi.dialects.cisco_ios.lower.phase2 import (
    Settings,
    ikev1_policy,
    ikev2_policy,
    read_settings,
)
from kakehashi.dialects.cisco_ios.lower.selectors import Pairs, read_pairs
from kakehashi.dialects.document import Document, Statement
from kakehashi.dialects.report import Report
from kakehashi.model.address import ANY, IPAddress, PeerAddress
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gateway import Interface, InterfaceKind
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.l2tp import PORT
from kakehashi.model.selector import ANY_IPV4, ANY_IPV6, TrafficSelector
from kakehashi.model.translation import UDP
from kakehashi.model.tunnel import Bypass, OutgoingInterface, Tunnel


@dataclass(frozen=True, slots=True)
class Made:
    """What the maps became, and the names that they used. `dialed_in`: the tunnels that people dial in by."""

    interfaces: tuple[Interface, ...]
    tunnels: tuple[Tunnel, ...]
    used_dynamic: frozenset[str]
    used_maps: frozenset[str]
    dialed_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of a map where it is applied. `template`: the dynamic entry that it is made after.
    `callers`: people dial in by it.
    """

    map: str
    name: str
    block: Block
    interface: str  # that bears the map, "" if none does
    template: Block | None = None
    callers: bool = False

    @property
    def settings(self) -> Block:
        """The lines that say what is to be done."""
        return self.template or self.block

    @property
    def version(self) -> int:
        """Of the traffic that it takes."""
        return 6 if self.block.opener.get("ipv6") else 4


def lower_maps(around: Around, dial_in: DialIn | None = None) -> Made:
    """The tunnels of all maps, in the order of their sequence numbers.

    `dial_in`: people dial in; the first dynamic entry in transport mode is for them.
    """
    report = around.report
    maps = read_maps(around.document, "crypto map")
    templates = read_maps(around.document, "crypto dynamic-map")
    bearers = _bearers(around, maps)
    interfaces: list[Interface] = []
    tunnels: list[Tunnel] = []
    used: set[str] = set()
    dialed_in: list[str] = []
    for name, entries in maps.items():
        borne_by = bearers.get(name, [])
        if not borne_by:
            _tell_not_applied(name, entries[0], report)
        for number, bearer in enumerate(borne_by or [""]):
            for found in _entries(name, entries, templates, bearer, number, used, report):
                entry = found
                if dial_in and not dialed_in and _is_for_callers(entry, around):
                    dialed_in.append(entry.name)
                    entry = replace(entry, callers=True)
                tunnel = _tunnel(entry, around)
                interface = _interface(entry, tunnel, around)
                if dial_in and entry.callers:
                    tunnel, interface = _for_callers(tunnel, interface, dial_in)
                tunnels.append(tunnel)
                interfaces.append(interface)
    for (key, name), statement in around.of_map.items():
        if name not in maps:
            remedy = f"add `crypto map {name} 1 ipsec-isakmp`"
            undefined(report, statement.line, "crypto map", name, f"`{key}`", maps, remedy)
    return Made(tuple(interfaces), tuple(tunnels), frozenset(used), frozenset(bearers), tuple(dialed_in))


def _is_for_callers(entry: _Entry, around: Around) -> bool:
    """Is it for peers of unknown address, in transport mode?"""
    names = (n for line in entry.settings.all("set transform-set") for n in line.get("transform sets", ()))
    modes = {around.phase2.sets[name].mode for name in names if name in around.phase2.sets}
    return entry.template is not None and modes == {EncapsulationMode.TRANSPORT}


def _for_callers(tunnel: Tunnel, interface: Interface, dial_in: DialIn) -> tuple[Tunnel, Interface]:
    """UDP port 1701 of the two ends, and an interface like the template (RFC 3193 section 4)."""
    local = TrafficSelector(ANY_IPV4.start, ANY_IPV4.end, UDP, PORT, PORT)
    remote = TrafficSelector(ANY_IPV4.start, ANY_IPV4.end, UDP)
    ipsec = replace(tunnel.ipsec, local_selectors=(local,), remote_selectors=(remote,))
    template = dial_in.template
    lender = template.last("ip unnumbered") if template else None
    mss = template.last("ip tcp adjust-mss") if template else None
    made = replace(
        interface,
        unnumbered=(interface_of(lender, "interface") if lender else None) or interface.unnumbered,
        adjust_mss=mss.get("mss") if mss else None,
    )
    return replace(tunnel, ipsec=ipsec, policy_based=False, bypass=()), made


def read_maps(document: Document, key: str) -> dict[str, list[Block]]:
    """The entries of each map by sequence number; an entry may be opened again further down."""
    blocks = read_blocks(document, key, _entry_name)
    maps: dict[str, list[Block]] = {}
    for block in blocks.values():
        maps.setdefault(block.opener.get("name"), []).append(block)
    for entries in maps.values():
        entries.sort(key=lambda b: b.opener.get("sequence"))
    return maps


def _entry_name(statement: Statement) -> str | None:
    name, sequence = statement.get("name"), statement.get("sequence")
    return f"{name} {sequence}" if name and sequence else None


def _bearers(around: Around, maps: Mapping[str, list[Block]]) -> dict[str, list[str]]:
    """The interfaces that bear each map."""
    bearers: dict[str, list[str]] = {}
    for name, block in around.blocks.items():
        lines = block.all("crypto map")
        for before, statement in pairwise(lines):
            if before.get("map") != statement.get("map"):
                around.report.warning(
                    before.line,
                    "replaced",
                    f"{name} bears one crypto map: that of line {statement.line} takes the place of this one",
                )
        for statement in lines[-1:]:
            wanted = statement.get("map")
            if wanted not in maps:
                remedy = f"add `crypto map {wanted} 1 ipsec-isakmp`"
                undefined(around.report, statement.line, "crypto map", wanted, name, maps, remedy)
            bearers.setdefault(wanted, []).append(name)
    return bearers


def _tell_not_applied(name: str, first: Block, report: Report) -> None:
    report.warning(
        first.line,
        "map-not-applied",
        f"no interface bears the crypto map `{name}`: it does nothing",
        f"add `crypto map {name}` to the interface towards the peer",
    )


def _entries(
    name: str,
    blocks: list[Block],
    templates: Mapping[str, list[Block]],
    interface: str,
    number: int,
    used: set[str],
    report: Report,
) -> Iterator[_Entry]:
    """The entries of one map on one interface; one that is dynamic is as many as its templates."""
    suffix = f" {interface}" if number else ""  # the first interface's bear the plain name
    for block in blocks:
        wanted = block.opener.get("dynamic")
        if wanted is None:
            yield _Entry(name, f"{block.name}{suffix}", block, interface)
            continue
        used.add(wanted)
        found = templates.get(wanted)
        if found is None:
            remedy = f"add `crypto dynamic-map {wanted} 10`"
            undefined(report, block.line, "dynamic map", wanted, f"crypto map {name}", templates, remedy)
            continue
        for template in found:
            own = f" {template.name}" if len(found) > 1 else ""
            yield _Entry(name, f"{block.name}{own}{suffix}", block, interface, template)


def _interface(entry: _Entry, tunnel: Tunnel, around: Around) -> Interface:
    """A map has no interface of its own; the model's tunnels have one each."""
    source = tunnel.source_address
    lender = source if isinstance(source, str) else around.holders.get(source, "") if source else ""
    lender = lender or entry.interface
    return Interface(
        name=entry.name,
        kind=InterfaceKind.TUNNEL,
        enabled=bool(entry.interface),
        unnumbered=(lender or None) if entry.version == 4 else None,
        unnumbered_ipv6=(lender or None) if entry.version == 6 else None,
        source=around.report.source(entry.block.line),
    )


def _tunnel(entry: _Entry, around: Around) -> Tunnel:
    report, block = around.report, entry.settings
    what = f"crypto map {entry.name}"
    settings = read_settings(block, what, around.phase2, report)
    peers = _peer_addresses(block)
    pairs = _pairs(entry, what, around)
    complete = _tell_incomplete(entry, settings, bool(peers), bool(pairs.local), report)
    source = _source_address(entry, peers, around)
    profile = block.last("set ikev2-profile")
    _tell_reverse_route(block, what, report)
    line = block.last("set peer")
    if profile is not None:
        mode = _mode(settings, pairs, source, peers, entry, report)
        tunnel = around.ikev2.tunnel(
            interface=entry.name,
            profile=profile,
            what=what,
            peer=peers[0] if peers and entry.template is None else ANY,
            enabled=complete,
            ipsec=ikev2_policy(settings, pairs.local, pairs.remote, mode, report),
            source_address=source,
            outgoing=_outgoing(entry, report),
            policy_based=True,
            line=entry.block.line,
            anybody=entry.callers,
        )
        if len(peers) > 1 and line:
            _tell_fallbacks(what, peers, line.line, report)
        return replace(tunnel, bypass=_bypass_of_ikev2(tunnel, pairs, what, entry.settings.line, report))
    names = _peer_names(entry, block, peers, what, around)
    if len(peers) > 1 and line:
        _tell_fallbacks(what, peers, line.line, report)
    mode = _mode(settings, pairs, source, peers, entry, report)
    return Ikev1Tunnel(
        interface=entry.name,
        enabled=complete and bool(names),
        peer_address=peers[0] if peers and entry.template is None else ANY,
        ipsec=ikev1_policy(settings, pairs.local, pairs.remote, mode, report),
        outgoing=_outgoing(entry, report),
        source_address=source,
        policy_based=True,
        bypass=pairs.bypass,
        peers=names,
        starts_phase2=entry.template is None,
        name=entry.map,
        source=report.source(entry.block.line),
    )


def _bypass_of_ikev2(
    tunnel: Tunnel, pairs: Pairs, what: str, line: int, report: Report
) -> tuple[Bypass, ...]:
    """IKEv2 has a list for each side: where these are no longer in step, no line comes before another."""
    if (tunnel.ipsec.local_selectors, tunnel.ipsec.remote_selectors) == (pairs.local, pairs.remote):
        return pairs.bypass
    first = tuple(b for b in pairs.bypass if not b.before)
    if first != pairs.bypass:
        report.warning(
            line,
            "selector-exception",
            f"{what}: in IKEv2 its access list is a list of networks on either side; what it denies after a "
            "line that permits goes into the tunnel all the same",
            "deny first, then permit",
        )
    return first


def _peer_addresses(block: Block) -> list[PeerAddress]:
    """The peers in the order in which they are tried: the default one first."""
    lines = sorted(block.all("set peer"), key=lambda s: not s.get("default"))
    return list(dict.fromkeys(s.get("peer") for s in lines))


def _peer_names(
    entry: _Entry, block: Block, peers: list[PeerAddress], what: str, around: Around
) -> tuple[str, ...]:
    line = block.last("set isakmp-profile") or around.of_map.get(("crypto map isakmp-profile", entry.map))
    profile = line.get("isakmp profile") if line else None
    if not peers:
        if entry.template is None:
            return ()
        return around.peers.coming(profile, what, (line or block.opener).line)
    names = [around.peers.towards(peer, profile, what, block.line) for peer in peers]
    return tuple(name for name in names if name)


def _pairs(entry: _Entry, what: str, around: Around) -> Pairs:
    """The selectors of an entry; those of a template without an access list take what the peer proposes."""
    line = entry.settings.last("match address")
    if line is None:
        if entry.template is None:
            return Pairs()
        every = ANY_IPV4 if entry.version == 4 else ANY_IPV6
        return Pairs((every,), (every,))
    name = line.get("list")
    rules = around.lists.get(name)
    if rules is None:
        remedy = f"add `ip access-list extended {name}`"
        undefined(around.report, line.line, "access list", name, what, around.lists.by_name, remedy)
        return Pairs()
    if name not in around.lists.extended:
        around.report.error(
            line.line,
            "standard-access-list",
            f"{what} matches the standard access list `{name}`, which names no destinations",
            "use an extended access list",
        )
        return Pairs()
    pairs = read_pairs(rules, what, around.report)
    if not pairs.local:
        around.report.error(
            line.line,
            "empty-access-list",
            f"{what} matches the access list `{name}`, which permits nothing: nothing is protected",
            "add `permit ip SOURCE WILDCARD DESTINATION WILDCARD`",
        )
    return pairs


def _tell_incomplete(
    entry: _Entry, settings: Settings, peer: bool, access_list: bool, report: Report
) -> bool:
    """Is the entry whole? The device disables one that is not."""
    missing = []
    if not peer and entry.template is None:
        missing.append("a peer (`set peer ADDRESS`)")
    if entry.settings.last("match address") is None and entry.template is None:
        missing.append("an access list (`match address NAME`)")
    if not settings.sets and entry.settings.last("set transform-set") is None:
        missing.append("a transform set (`set transform-set NAME`)")
    if missing:
        report.warning(
            entry.block.line,
            "map-incomplete",
            f"crypto map {entry.name} has no "
            f"{' and no '.join(m.removeprefix('a ').removeprefix('an ') for m in missing)}: "
            "the device leaves it disabled",
            "add what is missing",
        )
    return bool(entry.interface) and access_list and bool(settings.sets) and not missing


def _source_address(entry: _Entry, peers: list[PeerAddress], around: Around) -> IPAddress | str | None:
    """Our end: the address of the interface that bears the map, or the one that `local-address` names."""
    version = next((p.version for p in peers if isinstance(p, IPAddress)), entry.version)
    line = around.of_map.get(("crypto map local-address", entry.map))
    named = interface_of(line, "interface") if line else None
    if line and named:
        if named not in around.interfaces:
            around.report.error(
                line.line,
                "undefined-interface",
                f"crypto map {entry.map} takes the address of {named}, which has no `interface` block",
            )
        return around.source_of(named, version)
    return around.source_of(entry.interface, version) if entry.interface else None


def _outgoing(entry: _Entry, report: Report) -> OutgoingInterface | None:
    if not entry.interface:
        return None
    return OutgoingInterface(entry.interface, None, report.source(entry.block.line))


def _mode(
    settings: Settings,
    pairs: Pairs,
    source: IPAddress | str | None,
    peers: list[PeerAddress],
    entry: _Entry,
    report: Report,
) -> EncapsulationMode:
    """Transport mode is for traffic between the two ends alone; all else goes in tunnel mode."""
    if not settings.wants_transport():
        return EncapsulationMode.TUNNEL
    if entry.callers:
        return EncapsulationMode.TRANSPORT
    if pairs.is_between(source if not isinstance(source, str) else None, peers[0] if peers else None):
        return EncapsulationMode.TRANSPORT
    report.info(
        settings.sets[0].line,
        "transport-mode",
        f"crypto map {entry.name}: transport mode is for traffic between the two ends themselves; "
        "what its access "
        "list takes goes in tunnel mode",
    )
    return EncapsulationMode.TUNNEL


def _tell_fallbacks(what: str, peers: list[PeerAddress], line: int, report: Report) -> None:
    others = ", ".join(str(p) for p in peers[1:])
    report.warning(
        line,
        "fallback-peer",
        f"{what} has several peers: we begin with {peers[0]} alone; from {others} a negotiation is "
        "answered, but "
        "none is begun with it when the first is dead",
    )


def _tell_reverse_route(block: Block, what: str, report: Report) -> None:
    line = block.last("reverse-route")
    if line is not None:
        report.info(
            line.line,
            "reverse-route",
            f"{what}: what the selectors take goes into the tunnel without a route; none is added",
        )
