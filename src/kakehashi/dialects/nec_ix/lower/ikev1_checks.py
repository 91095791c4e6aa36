"""What will not work between the parts of an IKEv1 configuration, what is weak, and what nothing uses."""

from collections.abc import Iterable, Mapping
from itertools import groupby

from kakehashi.dialects.nec_ix.lower.phase1 import Policies
from kakehashi.dialects.nec_ix.lower.phase2 import IpsecMap, Maps
from kakehashi.dialects.nec_ix.words import (
    ESP_CIPHERS,
    ESP_INTEGRITIES,
    GROUPS,
    HASHES,
    PHASE1_CIPHERS,
    word_of,
)
from kakehashi.dialects.report import Report
from kakehashi.model.address import ANY
from kakehashi.model.gateway import Interface, Route
from kakehashi.model.ikev1 import ExchangeMode, Ikev1Peer, Ikev1Tunnel, Phase1Proposal, Phase2Proposal
from kakehashi.model.source import Source

_WEAK = frozenset({"des", "esp-des", "md5", "esp-md5", "768-bit"})


def check_ikev1(
    policies: Policies,
    maps: Maps,
    tunnels: Iterable[Ikev1Tunnel],
    interfaces: Mapping[str, Interface],
    routes: tuple[Route, ...],
    report: Report,
) -> None:
    """Say what is weak, what nothing uses, and what cannot be told apart."""
    tunnels = tuple(tunnels)
    _check_algorithms(policies, maps, report)
    _check_modes(policies, report)
    _check_same_peers(policies, report)
    _check_unknown_peers(policies, report)
    _check_use(policies, maps, tunnels, report)
    _check_both_ends_unknown(maps, tunnels, interfaces, report)
    for tunnel in tunnels:
        _check_version(maps.maps[tunnel.name], interfaces[tunnel.interface], routes, report)


def _line(source: Source | None) -> int:
    return source.line if source else 1


def _check_algorithms(policies: Policies, maps: Maps, report: Report) -> None:
    """DES, MD5 and groups of 768 bits are within everybody's reach. Each proposal is told of once."""
    used: list[Phase1Proposal | Phase2Proposal] = [p for peer in policies.peers for p in peer.proposals]
    used += [p for found in maps.maps.values() for p in found.ipsec.proposals]
    for proposal in {(type(p), p.source): p for p in used}.values():
        weak = [word for word in _words(proposal) if word in _WEAK]
        if weak:
            report.info(
                _line(proposal.source),
                "weak-algorithms",
                f"the proposal `{proposal.name}` relies on {_and(weak)}, which can be broken",
                "write stronger ones on both sides; left out, it is des, md5, 768-bit"
                if isinstance(proposal, Phase1Proposal)
                else "write stronger ones on both sides",
                name=proposal.name,
            )


def _words(proposal: Phase1Proposal | Phase2Proposal) -> list[str]:
    if isinstance(proposal, Phase1Proposal):
        return [
            word_of(proposal.cipher, PHASE1_CIPHERS),
            word_of(proposal.hash, HASHES),
            word_of(proposal.group, GROUPS),
        ]
    return [word_of(proposal.cipher, ESP_CIPHERS), word_of(proposal.integrity, ESP_INTEGRITIES)]


def _check_modes(policies: Policies, report: Report) -> None:
    for peer in policies.peers:
        line = _line(peer.source)
        if peer.mode is ExchangeMode.AGGRESSIVE:
            report.info(
                line,
                "aggressive-psk",
                f"the IKE policy `{peer.name}` is for aggressive mode: whoever sees one exchange can guess "
                "the key at leisure",
                "use a long random key",
                name=peer.name,
            )
        elif peer.nat_traversal and peer.is_fixed:
            report.info(
                line,
                "nat-traversal-main-mode",
                f"the IKE policy `{peer.name}` has NAT traversal and main mode: the device itself does NAT "
                "traversal in aggressive mode only (manual 2.22.7.2); here it works in both",
                "write `mode aggressive` to do as the device does",
                name=peer.name,
            )


def _check_same_peers(policies: Policies, report: Report) -> None:
    """Two policies with one address: the first is begun with."""
    fixed = sorted((p for p in policies.peers if p.is_fixed), key=lambda p: str(p.address))
    for address, group in groupby(fixed, key=lambda p: p.address):
        first, *others = group
        for other in others:
            report.warning(
                _line(other.source),
                "same-peer",
                f"the IKE policies `{first.name}` and `{other.name}` have the same peer {address}; "
                f"`{first.name}` is begun with, and in main mode its key alone is known",
                "keep one of them",
                name=other.name,
            )


def _check_unknown_peers(policies: Policies, report: Report) -> None:
    """In main mode the key is needed before the peer has said who it is (RFC 2409 section 5.4)."""
    peers = policies.of_unknown_address()
    in_main_mode = [p for p in peers if p.mode is ExchangeMode.MAIN]
    if len({p.secret for p in peers}) > 1:
        for peer in in_main_mode:
            report.warning(
                _line(peer.source),
                "main-mode-keys",
                f"the IKE policy `{peer.name}` is for main mode and a peer of unknown address, and there are "
                f"several keys for such peers: in main mode only the first, of `{peers[0].name}`, is tried",
                "write `mode aggressive` on both sides, and give each peer an `ike remote-id`",
                name=peer.name,
            )
    _check_identities(peers, report)


def _check_identities(peers: tuple[Ikev1Peer, ...], report: Report) -> None:
    """In aggressive mode a responder knows a peer of unknown address by its identity alone."""
    first: dict[object, Ikev1Peer] = {}
    for peer in peers:
        other = first.setdefault(peer.peer_identity, peer)
        if other is not peer:
            report.warning(
                _line(peer.source),
                "same-identity",
                f"the IKE policies `{other.name}` and `{peer.name}` are both for peers of unknown address, "
                "and have the same identity or none; nobody can tell them apart",
                f"add `ike remote-id {peer.name} keyid VALUE`, with a value of its own",
                name=peer.name,
            )


def _check_use(policies: Policies, maps: Maps, tunnels: tuple[Ikev1Tunnel, ...], report: Report) -> None:
    used: dict[str, Ikev1Tunnel] = {}
    for tunnel in tunnels:
        other = used.setdefault(tunnel.name, tunnel)
        if other is not tunnel and tunnel.enabled:
            report.warning(
                _line(tunnel.source),
                "map-used-twice",
                f"{other.interface} and {tunnel.interface} use the same map `{tunnel.name}`; nobody can tell "
                "them apart",
                "give each tunnel a map of its own",
                name=tunnel.name,
            )
    for found in maps.maps.values():
        if found.name not in used:
            report.info(
                found.line,
                "unused-map",
                f"no tunnel uses the map `{found.name}`",
                f"add `ipsec policy tunnel {found.name}` to a tunnel interface",
                name=found.name,
            )
    for peer in policies.peers:
        if not _is_used(peer, maps.maps.values()):
            report.info(
                _line(peer.source),
                "unused-ike-policy",
                f"no map leads to the peer of the IKE policy `{peer.name}`",
                name=peer.name,
            )


def _is_used(peer: Ikev1Peer, maps: Iterable[IpsecMap]) -> bool:
    return any(peer.name in m.peers or (not m.peers and m.is_dynamic and peer.address is ANY) for m in maps)


def _check_both_ends_unknown(
    maps: Maps, tunnels: tuple[Ikev1Tunnel, ...], interfaces: Mapping[str, Interface], report: Report
) -> None:
    """V1-36: who has no fixed address can only begin, and a peer of unknown address can only begin too."""
    own = next((i for i in interfaces.values() if i.enabled and i.dhcp and i.dhcp_default_route), None)
    if own is None:
        return
    for tunnel in tunnels:
        if tunnel.peer_address is ANY and tunnel.enabled:
            report.warning(
                maps.maps[tunnel.name].line,
                "both-ends-unknown",
                f"{tunnel.interface}: the peer has an unknown address, and so has this device ({own.name}); "
                "neither can find the other (manual 2.22.3)",
                "give one of them a fixed address, or a name with `peer-fqdn-ipv4`",
                name=tunnel.interface,
            )


def _check_version(found: IpsecMap, interface: Interface, routes: tuple[Route, ...], report: Report) -> None:
    """A map is for one IP version: the one that the tunnel interface and its routes should have."""
    carried = {route.destination.version for route in routes if route.interface == interface.name}
    own = {address.version for address in interface.addresses} | carried
    own |= {4} if interface.unnumbered else set()
    own |= {6} if interface.unnumbered_ipv6 or interface.ipv6_enabled else set()
    other = 10 - found.family
    if other in carried or (own and found.family not in own):
        report.warning(
            found.line,
            "map-version",
            f"{interface.name} carries IPv{other}, and its map `{found.name}` is for IPv{found.family}",
            f"make the map `ipv{other}`, or lead only IPv{found.family} into the tunnel",
            name=found.name,
        )


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
