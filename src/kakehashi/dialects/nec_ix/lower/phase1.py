"""`ike ...` lines become the peers of phase 1 (V1-01 to V1-07)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address

from kakehashi.dialects.document import Document, Statement
from kakehashi.dialects.nec_ix import defaults
from kakehashi.dialects.nec_ix.lower.names import Named, check_unused, read_about, read_named
from kakehashi.dialects.report import Report
from kakehashi.model.address import ANY, Hostname, PeerAddress
from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import (
    DeadPeerDetection,
    DpdStyle,
    Ikev1Peer,
    PeerIdentity,
    Phase1Proposal,
)
from kakehashi.wire.registry.ikev2 import IdType


@dataclass(frozen=True, slots=True)
class Policies:
    """The `ike policy` lines that hold, and the peers that they became, in the order of the lines."""

    named: Named
    peers: tuple[Ikev1Peer, ...]

    def at(self, address: PeerAddress) -> tuple[Ikev1Peer, ...]:
        """The peers with that address or name."""
        return tuple(p for p in self.peers if p.address == address)

    def of_unknown_address(self) -> tuple[Ikev1Peer, ...]:
        """The peers that can only come to us."""
        return self.at(ANY)


@dataclass(frozen=True, slots=True)
class _About:
    """The lines that say more of a policy, by its name; None stands for all."""

    local_id: Mapping[str | None, Statement]
    remote_id: Mapping[str | None, Statement]
    keepalive: Mapping[str | None, Statement]
    nat_traversal: Mapping[str | None, Statement]
    suppress_dangling: Mapping[str | None, Statement]
    rekey: Mapping[str | None, Statement]
    retransmit: tuple[float, ...]


def read_policies(document: Document, report: Report) -> Policies:
    """Collect the peers of phase 1."""
    proposals = read_named(document, "IKE proposal", "undefined-ike-proposal", "ike proposal", report=report)
    named = read_named(document, "IKE policy", "undefined-ike-policy", "ike policy", report=report)
    about = _About(
        local_id=read_about(document, "ike local-id", named, report),
        remote_id=read_about(document, "ike remote-id", named, report),
        keepalive=read_about(document, "ike keepalive", named, report),
        nat_traversal=read_about(document, "ike nat-traversal", named, report),
        suppress_dangling=read_about(document, "ike suppress-dangling", named, report),
        rekey=read_about(document, "ike rekey remaining-lifetime", named, report),
        retransmit=_retransmit(document),
    )
    for statement in document.statements("ike initial-contact"):
        if statement.get("always") and not statement.negated:
            report.info(
                statement.line,
                "initial-contact",
                "INITIAL-CONTACT goes out with the first SA that a peer gets, not with each",
            )
    peers = tuple(_peer(name, line, proposals, about, report) for name, line in named.lines.items())
    check_unused(proposals, {p.name for peer in peers for p in peer.proposals}, report)
    return Policies(named, tuple(sorted(peers, key=lambda p: p.source.line if p.source else 0)))


def peer_address(line: Statement) -> PeerAddress:
    """The other end that a line names with `peer` or `peer-fqdn-ipv4`. DNS names have no case."""
    peer: PeerAddress = line.get("peer")
    if isinstance(peer, Hostname):
        return replace(peer, name=peer.name.lower(), version=line.get("version"))
    return peer


def _peer(name: str, line: Statement, proposals: Named, about: _About, report: Report) -> Ikev1Peer:
    keepalive = about.keepalive.get(name)
    nat = [about.nat_traversal[of] for of in (name, None) if of in about.nat_traversal]
    rekey = about.rekey.get(name) or about.rekey.get(None)
    remote_id = _identity(about.remote_id.get(name), report)
    return Ikev1Peer(
        name=name,
        address=peer_address(line),
        secret=line.get("secret"),
        proposals=_proposals(name, line, proposals, report),
        mode=line.get("mode", defaults.MODE),
        # V1-31: the mode setting binds the initiator only.
        accepts_aggressive=True,
        local_identity=_identity(about.local_id.get(name), report),
        peer_identity=remote_id or PeerIdentity.ADDRESS,
        dpd=_dead_peer_detection(keepalive) if keepalive else None,
        retransmit=about.retransmit,
        nat_traversal=bool(nat) or defaults.PHASE1_NAT_TRAVERSAL,
        nat_keepalive=_nat_keepalive(nat),
        suppress_dangling=name in about.suppress_dangling or None in about.suppress_dangling,
        renew_before_end=rekey.get("seconds") if rekey else defaults.PHASE1_RENEW_BEFORE_END,
        source=report.source(line.line),
    )


def _proposals(policy: str, line: Statement, named: Named, report: Report) -> tuple[Phase1Proposal, ...]:
    """The proposals that a policy names, in its order; one that is not there is an error (V1-02)."""
    found: list[Phase1Proposal] = []
    for name in (name for names in line.get("proposals") for name in names):
        if name in named.lines:
            found.append(_proposal(name, named.lines[name], report))
        elif name == defaults.BUILT_IN:
            found.append(replace(defaults.PHASE1_PROPOSAL, source=report.source(line.line)))
        else:
            report.error(
                line.line,
                named.code,
                f"the IKE policy `{policy}` names the proposal `{name}`, and there is no such proposal "
                f"(there are: {named.there_are()})",
                named.meant(name, ("mode",)) or f"add `ike proposal {name} encryption aes-256 hash sha2-256`",
                name=name,
            )
    return tuple(found)


def _proposal(name: str, line: Statement, report: Report) -> Phase1Proposal:
    built_in = defaults.PHASE1_PROPOSAL
    return Phase1Proposal(
        cipher=line.get("cipher", built_in.cipher),
        hash=line.get("hash", built_in.hash),
        group=line.get("group", built_in.group),
        lifetime=line.get("seconds", built_in.lifetime),
        name=name,
        source=report.source(line.line),
    )


def _identity(line: Statement | None, report: Report) -> Identity | None:
    """The identity that a line names; None without a line, or where an address was expected."""
    if line is None:
        return None
    id_type, text = line.get("id_type"), line.get("id")
    if id_type is not None:
        return Identity.of(id_type, text)
    try:
        address = ip_address(text)
    except ValueError:
        report.error(
            line.line,
            "invalid-value",
            f"`{text}` is wrong: `address` takes an IPv4 or an IPv6 address",
            "for a name write `fqdn` or `keyid`",
        )
        return None
    return Identity(IdType.ID_IPV4_ADDR if address.version == 4 else IdType.ID_IPV6_ADDR, address.packed)


def _nat_keepalive(lines: list[Statement]) -> int | None:
    """V1-06: what the line of the policy says, then what the line of all policies says."""
    said = (line.get("keepalive") for line in lines)
    return next((k for k in said if k is not None), defaults.NAT_KEEPALIVE) if lines else None


def _dead_peer_detection(line: Statement) -> DeadPeerDetection:
    """V1-04. The manual does not say when an unanswered probe is repeated: at the interval, as any other."""
    interval: int = line.get("interval")
    return DeadPeerDetection(interval, line.get("retries"), retry_interval=interval, style=DpdStyle.IDLE)


def _retransmit(document: Document) -> tuple[float, ...]:
    """V1-05: the waits after the first transmission and after each repetition."""
    count = _last(document, "ike retransmit-count", "count")
    interval = _last(document, "ike retransmit-interval", "seconds")
    waits = list(defaults.RETRANSMIT if interval is None else [interval] * len(defaults.RETRANSMIT))
    if count is not None:
        longest = defaults.LONGEST_RETRANSMIT_INTERVAL if interval is None else interval
        waits = [*waits, *[longest] * count][: count + 1]
    return tuple(waits)


def _last(document: Document, key: str, argument: str) -> int | None:
    lines = list(document.statements(key))
    return lines[-1].get(argument) if lines and not lines[-1].negated else None
