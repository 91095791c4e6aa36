"""`ipsec ...` lines become the maps that tunnels use (V1-08 to V1-12, V1-16 to V1-20)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kakehashi.dialects.document import Document, Statement
from kakehashi.dialects.nec_ix import defaults
from kakehashi.dialects.nec_ix.lower.access_list import ListOfMap, list_of_map
from kakehashi.dialects.nec_ix.lower.names import Named, check_unused, read_about, read_named
from kakehashi.dialects.nec_ix.lower.phase1 import Policies, peer_address
from kakehashi.dialects.report import Report
from kakehashi.dialects.spelling import close
from kakehashi.model.access_list import AccessList
from kakehashi.model.address import ANY, PeerAddress
from kakehashi.model.ikev1 import CommitBit, DeleteNotify, Ikev1IpsecPolicy, Phase2Proposal
from kakehashi.model.selector import ANY_IPV4, ANY_IPV6, TrafficSelector

_ANYTHING = {4: ANY_IPV4, 6: ANY_IPV6}


@dataclass(frozen=True, slots=True, kw_only=True)
class IpsecMap:
    """An `ipsec autokey-map` or `ipsec dynamic-map`. `family`: 4 or 6, what the tunnel carries.

    `peers`, `answers_only_peers`, `starts_phase2`: as in Ikev1Tunnel.
    """

    name: str
    line: int
    family: int
    peer_address: PeerAddress
    peers: tuple[str, ...]
    answers_only_peers: bool
    starts_phase2: bool
    ipsec: Ikev1IpsecPolicy

    @property
    def is_dynamic(self) -> bool:
        """Is it for peers of unknown address?"""
        return self.peer_address is ANY


@dataclass(frozen=True, slots=True)
class Maps:
    """The maps by name, and the lines that define them."""

    named: Named
    maps: Mapping[str, IpsecMap]


@dataclass(frozen=True, slots=True)
class _About:
    """The lines that say more of a map, by its name; None stands for all."""

    local_id: Mapping[str | None, Statement]
    remote_id: Mapping[str | None, Statement]
    commit_bit: Mapping[str | None, Statement]
    anti_replay: Mapping[str | None, Statement]
    rekey: Mapping[str | None, Statement]
    rekey_unused: bool
    autorefresh: bool


def read_maps(
    document: Document, policies: Policies, lists: Mapping[str, AccessList], report: Report
) -> Maps:
    """Collect the maps."""
    proposals = read_named(
        document, "autokey proposal", "undefined-ipsec-proposal", "ipsec autokey-proposal", report=report
    )
    named = read_named(
        document, "map", "undefined-map", "ipsec autokey-map", "ipsec dynamic-map", report=report
    )
    about = _About(
        local_id=read_about(document, "ipsec local-id", named, report),
        remote_id=read_about(document, "ipsec remote-id", named, report),
        commit_bit=read_about(document, "ipsec commit-bit", named, report),
        anti_replay=read_about(document, "ipsec anti-replay", named, report),
        rekey=read_about(document, "ipsec rekey remaining-lifetime", named, report),
        rekey_unused=_is_on(document, "ipsec rekey unconditional-rekeying", False),
        autorefresh=_is_on(document, "ipsec sa-autorefresh", True),
    )
    maps = {}
    for name, line in named.lines.items():
        takes = _taken(name, line, lists, report)
        _check_list(name, line, takes, about, report)
        ipsec = _policy(name, line, takes, proposals, about, report)
        maps[name] = _map(name, line, takes.version, ipsec, policies, report)
    check_unused(proposals, {p.name for found in maps.values() for p in found.ipsec.proposals}, report)
    return Maps(named, maps)


def read_delete_notify(document: Document) -> DeleteNotify | None:
    """V1-18: the last line holds."""
    lines = list(document.statements("ipsec delete-notify"))
    if not lines or lines[-1].negated:
        return None
    return DeleteNotify(lines[-1].get("packets"), lines[-1].get("seconds"))


def _taken(name: str, line: Statement, lists: Mapping[str, AccessList], report: Report) -> ListOfMap:
    """What a map takes: all of an IP version, or what its access list permits."""
    wanted = line.get("list")
    rules = lists.get(wanted)
    if wanted is not None and rules is not None:
        return list_of_map(rules, f"the map `{name}`", report)
    if wanted is not None:
        meant = close(wanted, lists)
        report.error(
            line.line,
            "undefined-access-list",
            f"the map `{name}` names the access list `{wanted}`, and there is none of that name (there are: "
            f"{', '.join(lists) or 'none'})",
            f"did you mean `{meant}`?"
            if meant
            else f"add `ip access-list {wanted} permit ip src any dest any`",
            name=wanted,
        )
    version = line.get("family", 4)
    return ListOfMap(version, _ANYTHING[version], _ANYTHING[version], alone=True)


def _check_list(name: str, line: Statement, takes: ListOfMap, about: _About, report: Report) -> None:
    """A list narrower than all: it gives the identities that nothing else gives, and filters, not here."""
    if takes.is_everything:
        return
    report.warning(
        line.line,
        "not-yet",
        f"the map `{name}`: the device drops what the access list `{line.get('list')}` does not permit; here "
        "all that routes lead into the tunnel goes in",
    )
    sides = (("local-id", about.local_id, takes.local), ("remote-id", about.remote_id, takes.remote))
    given = [f"`ipsec {word} {name} {side}`" for word, lines, side in sides if name not in lines]
    if given:
        report.info(
            line.line,
            "map-list",
            f"the map `{name}` has its identities from the first entry of its access list, as if "
            f"{' and '.join(given)} were written",
        )


def _map(
    name: str, line: Statement, family: int, ipsec: Ikev1IpsecPolicy, policies: Policies, report: Report
) -> IpsecMap:
    if line.key == "ipsec dynamic-map":
        address: PeerAddress = ANY
        peers = _of_dynamic_map(name, line, policies, report)
    else:
        address = peer_address(line)
        peers = _of_autokey_map(name, line, address, policies, report)
    dynamic = address is ANY
    return IpsecMap(
        name=name,
        line=line.line,
        family=family,
        peer_address=address,
        peers=peers,
        answers_only_peers=not dynamic or line.get("binding", False),
        # Without a policy nobody is known to whom phase 2 could be started (V1-10).
        starts_phase2=not dynamic or "ike" in line.values,
        ipsec=ipsec,
    )


def _of_autokey_map(
    name: str, line: Statement, address: PeerAddress, policies: Policies, report: Report
) -> tuple[str, ...]:
    """The policies with the address of the map's peer."""
    peers = policies.at(address)
    if not peers:
        known = {str(p.address): p for p in policies.peers if p.is_fixed}
        meant = close(str(address), known)
        report.error(
            line.line,
            "no-ike-policy",
            f"the map `{name}` has the peer {address}, and no IKE policy has that peer (they have: "
            f"{', '.join(known) or 'none'})",
            f"did you mean {meant}?" if meant else f"add `ike policy NAME peer {address} key ...`",
            name=str(address),
        )
    return tuple(p.name for p in peers)


def _of_dynamic_map(name: str, line: Statement, policies: Policies, report: Report) -> tuple[str, ...]:
    """The policy that the map names, or none for every peer of unknown address."""
    policy = line.get("ike")
    if policy is None:
        if not policies.of_unknown_address():
            report.error(
                line.line,
                "no-ike-policy",
                f"the map `{name}` is for peers of unknown address, and no IKE policy has such a peer",
                "add `ike policy NAME peer any key ...`",
            )
        return ()
    if policy not in policies.named.lines:
        report.error(
            line.line,
            policies.named.code,
            f"the map `{name}` names the IKE policy `{policy}`, and there is none of that name (there are: "
            f"{policies.named.there_are()})",
            policies.named.meant(policy) or f"add `ike policy {policy} peer any key ...`",
            name=policy,
        )
        return ()
    return (policy,)


def _policy(
    name: str, line: Statement, takes: ListOfMap, proposals: Named, about: _About, report: Report
) -> Ikev1IpsecPolicy:
    replay = about.anti_replay.get(name)
    commit = about.commit_bit.get(name)
    rekey = about.rekey.get(name) or about.rekey.get(None)
    policy = Ikev1IpsecPolicy(
        proposals=_proposals(name, line, proposals, report),
        pfs=line.get("pfs") or defaults.PFS,
        local_selectors=(_selector(about.local_id.get(name), line, takes.local, report),),
        remote_selectors=(_selector(about.remote_id.get(name), line, takes.remote, report),),
        # Routes lead packets into the tunnel; the identities only name the SA.
        filters=False,
        replay_window=0 if replay is not None and replay.negated else defaults.REPLAY_WINDOW,
        commit_bit=_commit_bit(commit),
        autorefresh=about.autorefresh,
        rekey_before_end=rekey.get("seconds") if rekey else defaults.PHASE2_REKEY_BEFORE_END,
        rekey_unused=about.rekey_unused,
    )
    if rekey is not None:
        _check_margin(name, rekey, policy, report)
    return policy


def _proposals(name: str, line: Statement, named: Named, report: Report) -> tuple[Phase2Proposal, ...]:
    """The proposals that a map names, in its order; the device's own if it names none (V1-09)."""
    wanted = [name for names in line.get("proposals", ()) for name in names] or [defaults.BUILT_IN]
    found: list[Phase2Proposal] = []
    for proposal in wanted:
        if proposal in named.lines:
            found.append(_proposal(proposal, named.lines[proposal], report))
        elif proposal == defaults.BUILT_IN:
            found.append(replace(defaults.PHASE2_PROPOSAL, source=report.source(line.line)))
        else:
            report.error(
                line.line,
                named.code,
                f"the map `{name}` names the proposal `{proposal}`, and there is no such proposal (there "
                f"are: {named.there_are()})",
                named.meant(proposal, ("pfs", "ike", "ike-binding"))
                or f"add `ipsec autokey-proposal {proposal} esp-aes-256 esp-sha2-256`",
                name=proposal,
            )
    return tuple(found)


def _proposal(name: str, line: Statement, report: Report) -> Phase2Proposal:
    return Phase2Proposal(
        cipher=line.get("cipher"),
        integrity=line.get("integrity"),
        lifetime=line.get("seconds", defaults.PHASE2_PROPOSAL.lifetime),
        kilobytes=line.get("kilobytes"),
        name=name,
        source=report.source(line.line),
    )


def _selector(
    line: Statement | None, map_line: Statement, taken: TrafficSelector, report: Report
) -> TrafficSelector:
    """One side's identity: what the map takes, if nothing is said."""
    family = taken.version
    prefix = line.get("prefix") if line else None
    if line is None or prefix is None:
        return taken
    if prefix.version != family:
        report.error(
            line.line,
            "map-version",
            f"`{line.key}` names {prefix}, and the map is for IPv{family} (line {map_line.line})",
            f"name a prefix of IPv{family}, or make the map `ipv{prefix.version}`",
        )
        return taken
    return TrafficSelector.of(prefix)


def _commit_bit(line: Statement | None) -> CommitBit:
    if line is None:
        return CommitBit.OFF
    return CommitBit.QUICK_MODE if line.get("quick_mode") else CommitBit.CONNECTED


def _check_margin(name: str, line: Statement, policy: Ikev1IpsecPolicy, report: Report) -> None:
    """V1-19: more than half of the lifetime acts as half of it."""
    shortest = min((p.lifetime for p in policy.proposals), default=None)
    if shortest is not None and policy.rekey_before_end > shortest // 2:
        report.info(
            line.line,
            "rekey-margin",
            f"{policy.rekey_before_end} s are more than half of the lifetime {shortest} s of the map "
            f"`{name}`; it is renewed {shortest // 2} s before the end",
        )


def _is_on(document: Document, key: str, default: bool) -> bool:
    """A switch: `on`, `off` or nothing after it, and `no` before it; the last line holds."""
    lines = list(document.statements(key))
    if not lines:
        return default
    on: bool = lines[-1].get("on", True)
    return on is not lines[-1].negated
