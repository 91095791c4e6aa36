"""IKEv1: `ike` and `ipsec` lines, and the tunnel interfaces that use them (manual 2.22)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kakehashi.dialects.nec_ix import defaults
from kakehashi.dialects.nec_ix.render.ikev2 import Said
from kakehashi.dialects.nec_ix.words import (
    ESP_CIPHERS,
    ESP_INTEGRITIES,
    GROUPS,
    HASHES,
    PHASE1_CIPHERS,
    PHASE1_IDENTITIES,
)
from kakehashi.dialects.rendering import Losses, Names, is_word, plain_secret
from kakehashi.model.address import ANY, Hostname, PeerAddress
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import AuthenticationMethod, Identity
from kakehashi.model.ikev1 import (
    CommitBit,
    DpdStyle,
    ExchangeMode,
    Ikev1IpsecPolicy,
    Ikev1Peer,
    Ikev1Tunnel,
    PeerIdentity,
    Phase1Proposal,
    Phase2Proposal,
)
from kakehashi.model.selector import ANY_IPV4, ANY_IPV6, TrafficSelector
from kakehashi.model.source import Source
from kakehashi.model.tunnel import ConnectType
from kakehashi.wire.registry.ikev2 import IdType, IntegrityId, KeyExchangeId


@dataclass(slots=True)
class _Book:
    """What has a name of its own in the configuration, and the lines that define it."""

    losses: Losses
    proposal_names: Names = field(default_factory=Names)
    transform_names: Names = field(default_factory=Names)
    map_names: Names = field(default_factory=Names)
    peers: dict[str, str] = field(default_factory=dict)  # the words for the peers of the model
    proposals: dict[Phase1Proposal, tuple[str, str]] = field(default_factory=dict)
    transforms: dict[Phase2Proposal, tuple[str, str]] = field(default_factory=dict)
    maps: dict[str, list[str]] = field(default_factory=dict)


def render_ikev1(gateway: Gateway, losses: Losses) -> Said:
    """What IKEv1 needs; nothing where there are neither peers nor tunnels of it."""
    tunnels = [t for t in gateway.tunnels if isinstance(t, Ikev1Tunnel)]
    book = _Book(losses)
    names = Names()
    for peer in gateway.ikev1_peers:
        book.peers[peer.name] = names.of(peer.name, "peer")
    policies = {peer.name: list(_policy(peer, book)) for peer in gateway.ikev1_peers}
    more = [line for peer in gateway.ikev1_peers if policies[peer.name] for line in _about_peer(peer, book)]
    common = [
        *_nat_traversal(gateway.ikev1_peers, book),
        *_retransmit(gateway.ikev1_peers, losses),
    ]
    on_interface = {t.interface: _on_interface(t, gateway, book) for t in tunnels}
    phase2 = [
        *(line for _, line in book.transforms.values() if line),
        *(line for lines in book.maps.values() for line in lines),
        *_for_all_maps(tunnels, losses),
    ]
    if gateway.delete_notify is not None:
        phase2.append(f"ipsec delete-notify {gateway.delete_notify.packets} {gateway.delete_notify.seconds}")
    phase1 = [*common, *(line for _, line in book.proposals.values() if line)]
    phase1 += [*(line for lines in policies.values() for line in lines), *more]
    return Said([phase1, phase2], on_interface)


def _policy(peer: Ikev1Peer, book: _Book) -> Iterator[str]:
    losses, name = book.losses, book.peers[peer.name]
    _tell_what_is_fixed(peer, losses)
    secret = plain_secret(peer.secret) if peer.secret is not None else None
    proposals = [n for p in peer.proposals if (n := _proposal(p, book))]
    if secret is None or not proposals:
        losses.add(
            peer.source,
            f"the peer {peer.name}",
            "a policy needs a key of one word" if secret is None else "a policy needs a proposal",
        )
        return
    mode = " mode aggressive" if peer.mode is ExchangeMode.AGGRESSIVE else ""
    address = peer.address
    if not peer.is_fixed and address is not ANY:
        losses.add(peer.source, f"peers of {address}", "the device knows one address, or any")
        address = ANY
    yield f"ike policy {name} {_peer(address)} key {secret}{mode} {','.join(proposals)}"  # type: ignore[arg-type]


def _tell_what_is_fixed(peer: Ikev1Peer, losses: Losses) -> None:
    dpd = peer.dpd
    fixed = (
        (peer.accepts_aggressive, "no aggressive mode with a peer that begins it", "a responder takes both"),
        (peer.fragmentation, "no fragmentation of IKE messages", "the device has no setting for it"),
        (peer.send_initial_contact, "no INITIAL-CONTACT", "the device has no setting for it"),
        (peer.send_delete, "no DELETE", "the device has no setting for it"),
        (peer.remote_access is None, "XAUTH and mode configuration", "the device does not have them"),
        (
            peer.peer_identity is not PeerIdentity.ANYTHING or not peer.is_fixed,
            "any identity of the peer",
            "the device expects its address, or one that is written",
        ),
        (
            dpd is None or dpd.style is DpdStyle.IDLE,
            "when the peer is probed",
            "the device probes when nothing has come from it",
        ),
        (
            dpd is None or dpd.retry_interval == dpd.interval,
            "how soon a probe is repeated",
            "the device repeats it at the interval",
        ),
        (
            peer.nat_traversal or peer.nat_keepalive is None,
            "NAT keepalive without NAT traversal",
            "the device has no setting for it",
        ),
        (
            not peer.nat_traversal or peer.nat_keepalive is not None,
            "NAT traversal without keepalive",
            "the device sends one every 20 seconds",
        ),
    )
    for fits, what, why in fixed:
        losses.unless(fits, peer.source, f"{peer.name}: {what}", why)


def _proposal(proposal: Phase1Proposal, book: _Book) -> str | None:
    """The name of a proposal of phase 1; its line is remembered."""
    if proposal in book.proposals:
        return book.proposals[proposal][0]
    losses, source = book.losses, proposal.source
    if proposal == defaults.PHASE1_PROPOSAL and proposal.name == defaults.BUILT_IN:
        book.proposals[proposal] = (book.proposal_names.of(defaults.BUILT_IN, ""), "")
        return book.proposals[proposal][0]
    losses.unless(
        proposal.kilobytes is None, source, f"phase 1 ends after {proposal.kilobytes} kB", "time alone counts"
    )
    words = [
        losses.words([proposal.cipher], PHASE1_CIPHERS, source, "phase 1 encryption"),
        losses.words([proposal.hash], HASHES, source, "phase 1 hash"),
        losses.words([proposal.group], GROUPS, source, "phase 1 group"),
    ]
    if not losses.unless(
        proposal.authentication is AuthenticationMethod.PSK, source, "certificates", "not translated"
    ) or not all(words):
        return None
    name = book.proposal_names.of(proposal.name, "ike-proposal")
    lifetime = (
        f" lifetime {proposal.lifetime}" if proposal.lifetime != defaults.PHASE1_PROPOSAL.lifetime else ""
    )
    (cipher,), (hashed,), (group,) = words
    line = f"ike proposal {name} encryption {cipher} hash {hashed} group {group}{lifetime}"
    book.proposals[proposal] = (name, line)
    return name


def _about_peer(peer: Ikev1Peer, book: _Book) -> Iterator[str]:
    name, losses = book.peers[peer.name], book.losses
    for word, identity in (("local-id", peer.local_identity), ("remote-id", peer.peer_identity)):
        if isinstance(identity, Identity) and (text := _identity(identity, peer.source, losses)):
            yield f"ike {word} {name} {text}"
    if peer.dpd is not None:
        retries = losses.within(peer.dpd.retries, 1, 255, peer.source, f"{peer.name}: more probes")
        yield f"ike keepalive {name} {peer.dpd.interval} {retries}"
    if peer.suppress_dangling:
        yield f"ike suppress-dangling {name}"
    if peer.renew_before_end != defaults.PHASE1_RENEW_BEFORE_END:
        yield f"ike rekey remaining-lifetime policy {name} second {peer.renew_before_end}"


def _identity(identity: Identity, source: Source | None, losses: Losses) -> str | None:
    word = (
        "address"
        if identity.type in (IdType.ID_IPV4_ADDR, IdType.ID_IPV6_ADDR)
        else next((w for w, (kind, _) in PHASE1_IDENTITIES.items() if kind == identity.type), None)
    )
    if word is None or not is_word(identity.text):
        losses.add(source, f"identity {identity}", "the device has no words for it")
        return None
    return f"{word} {identity.text}"


def _nat_traversal(peers: Sequence[Ikev1Peer], book: _Book) -> Iterator[str]:
    """One line for all where all have it alike, else one for each that has it."""
    said = {(p.nat_traversal, p.nat_keepalive) for p in peers}
    for number, peer in enumerate(peers):
        if not peer.nat_traversal or (len(said) == 1 and number):
            continue
        whose = "" if len(said) == 1 else f" policy {book.peers[peer.name]}"
        every = (
            "" if peer.nat_keepalive in (None, defaults.NAT_KEEPALIVE) else f" keepalive {peer.nat_keepalive}"
        )
        yield f"ike nat-traversal{whose}{every}"


def _retransmit(peers: Sequence[Ikev1Peer], losses: Losses) -> Iterator[str]:
    """V1-05: a count and an interval, for all peers."""
    said = {p.retransmit for p in peers}
    if not said or said == {defaults.RETRANSMIT}:
        return
    waits = peers[0].retransmit
    longest = defaults.LONGEST_RETRANSMIT_INTERVAL
    count = len(waits) - 1
    grown = (*defaults.RETRANSMIT, *[longest] * max(0, count))[: len(waits)]
    if len(said) > 1 or count < 0:
        losses.add(None, "retransmission that differs from peer to peer", "the device has one for all")
        return
    if count >= 1 and waits != grown and len(set(waits)) == 1 and waits[0] == int(waits[0]):
        yield f"ike retransmit-interval {int(waits[0])}"
    elif waits != grown or count < 1:
        losses.add(peers[0].source, f"retransmission after {waits} s", "the device has no setting for it")
        return
    yield f"ike retransmit-count {count}"


def _on_interface(tunnel: Ikev1Tunnel, gateway: Gateway, book: _Book) -> list[str]:
    losses, source, ipsec = book.losses, tunnel.source, tunnel.ipsec
    mode = "ipsec" if gateway.l2tp_server(tunnel.interface) is None else "l2tp-lns ipsec"
    fixed = (
        (not tunnel.policy_based, "traffic is chosen by selectors", "routes lead into its tunnels"),
        (not tunnel.bypass, "some of that traffic goes past the tunnel", "its tunnels know no exceptions"),
        (
            tunnel.connect is ConnectType.ON_DEMAND,
            "who begins it, and when",
            "the device has no setting for it",
        ),
        (
            tunnel.outgoing is None and tunnel.source_address is None,
            "our end is fixed",
            "the route to the peer decides",
        ),
    )
    for fits, what, why in fixed:
        losses.unless(fits, source, f"{tunnel.interface}: {what}", why)
    name = _map(tunnel, gateway, book)
    options = ""
    if ipsec.mtu_ignore:
        options += " mtu ignore"
    if ipsec.pre_fragment:
        options += " pre-fragment"
    if ipsec.df_bit is not defaults.df_bit(ipsec.mtu_ignore):
        options += f" df-bit {ipsec.df_bit.value}"
    in_tunnel_mode = ipsec.mode is EncapsulationMode.TUNNEL
    if ipsec.sends_identities is not in_tunnel_mode:
        options += " with-id-payload" if ipsec.sends_identities else " without-id-payload"
    if ipsec.ethernet is not None:
        mode = "ether-ip ipsec"
    return [f"tunnel mode {mode}", f"ipsec policy {ipsec.mode.value} {name}{options}"]


def _map(tunnel: Ikev1Tunnel, gateway: Gateway, book: _Book) -> str:
    """The name of the tunnel's map; tunnels with the same map share it."""
    ipsec, losses, source = tunnel.ipsec, book.losses, tunnel.source
    pairs = list(zip(ipsec.local_selectors, ipsec.remote_selectors, strict=False))
    is_l2tp = gateway.l2tp_server(tunnel.interface) is not None
    if is_l2tp:  # the mode of the tunnel says which port
        pairs = [(ANY_IPV4, ANY_IPV4)]
    losses.unless(
        len(pairs) == 1,
        source,
        f"{len(pairs)} pairs of networks of {tunnel.interface}",
        "a map has one network on either side",
    )
    local, remote = pairs[0] if pairs else (ANY_IPV4, ANY_IPV4)
    losses.unless(
        is_l2tp or not ipsec.filters,
        source,
        f"{tunnel.interface}: identities filter packets",
        "they only name the SA",
    )
    losses.unless(
        ipsec.replay_window in (0, defaults.REPLAY_WINDOW),
        source,
        f"a replay window of {ipsec.replay_window}",
        "the device has 64 packets or none",
    )
    head = _head(tunnel, gateway, local.version, book)
    tail = _tail(ipsec, local, remote, source, losses)
    for name, lines in book.maps.items():
        if tunnel.name == name and lines == _lines(name, head, tail):
            return name
    name = book.map_names.of(tunnel.name or tunnel.interface, "map")
    book.maps[name] = _lines(name, head, tail)
    return name


def _lines(name: str, head: tuple[str, str], tail: list[tuple[str, str]]) -> list[str]:
    kind, rest = head
    return [f"{kind} {name} {rest}", *(f"{before} {name}{after}" for before, after in tail)]


def _head(tunnel: Ikev1Tunnel, gateway: Gateway, family: int, book: _Book) -> tuple[str, str]:
    ipsec, losses = tunnel.ipsec, book.losses
    transforms = [n for p in ipsec.proposals if (n := _transform(p, book))]
    if not transforms:
        losses.add(tunnel.source, f"{tunnel.interface}: ESP algorithms", "the device has none; its own hold")
    if transforms == [defaults.BUILT_IN]:
        transforms = []
    said = [f"ipv{family}"]
    pfs = losses.words(
        () if ipsec.pfs == KeyExchangeId.NONE else (ipsec.pfs,), GROUPS, tunnel.source, "group"
    )
    proposals = [",".join(transforms)] if transforms else []
    after = [*proposals, *([f"pfs {pfs[0]}"] if pfs else [])]
    if tunnel.peer_address is not ANY:
        at = tuple(p.name for p in gateway.ikev1_peers if p.address == tunnel.peer_address)
        losses.unless(
            tunnel.peers == at,
            tunnel.source,
            f"{tunnel.interface} with {', '.join(tunnel.peers) or 'no peer'}",
            "all policies with the address of the map's peer count",
        )
        return "ipsec autokey-map", " ".join([*said, _peer(tunnel.peer_address), *after])
    losses.unless(
        len(tunnel.peers) <= 1,
        tunnel.source,
        f"{tunnel.interface} with {', '.join(tunnel.peers)}",
        "a map names one policy or none",
    )
    if len(tunnel.peers) == 1:
        word = "ike-binding" if tunnel.answers_only_peers else "ike"
        after.append(f"{word} {book.peers.get(tunnel.peers[0], tunnel.peers[0])}")
    losses.unless(
        tunnel.starts_phase2 == bool(tunnel.peers),
        tunnel.source,
        f"{tunnel.interface}: who starts phase 2",
        "traffic starts it where the map names a policy",
    )
    return "ipsec dynamic-map", " ".join([*said, *after])


def _tail(
    ipsec: Ikev1IpsecPolicy,
    local: TrafficSelector,
    remote: TrafficSelector,
    source: Source | None,
    losses: Losses,
) -> list[tuple[str, str]]:
    """The lines that say more of a map: what stands before its name, and what after it."""
    lines: list[tuple[str, str]] = []
    for word, selector in (("local-id", local), ("remote-id", remote)):
        if text := _prefix(selector, source, losses):
            lines.append((f"ipsec {word}", f" {text}"))
    if ipsec.commit_bit is not CommitBit.OFF:
        lines.append(("ipsec commit-bit", " quick-mode" if ipsec.commit_bit is CommitBit.QUICK_MODE else ""))
    if not ipsec.replay_window:
        lines.append(("no ipsec anti-replay", ""))
    if ipsec.rekey_before_end != defaults.PHASE2_REKEY_BEFORE_END:
        lines.append(("ipsec rekey remaining-lifetime policy", f" second {ipsec.rekey_before_end}"))
    return lines


def _prefix(selector: TrafficSelector, source: Source | None, losses: Losses) -> str | None:
    if selector in (ANY_IPV4, ANY_IPV6):
        return None
    plain = TrafficSelector(selector.start, selector.end)
    losses.unless(selector == plain, source, f"selector {selector}", "a map names networks alone, no ports")
    text = str(plain)
    if "-" in text:
        losses.add(source, f"selector {selector}", "it is no prefix")
        return None
    return text


def _transform(proposal: Phase2Proposal, book: _Book) -> str | None:
    """The name of a proposal of phase 2; its line is remembered."""
    if proposal in book.transforms:
        return book.transforms[proposal][0]
    losses, source = book.losses, proposal.source
    if proposal == defaults.PHASE2_PROPOSAL and proposal.name == defaults.BUILT_IN:
        book.transforms[proposal] = (book.transform_names.of(defaults.BUILT_IN, ""), "")
        return book.transforms[proposal][0]
    losses.unless(
        proposal.ah == IntegrityId.NONE, source, "AH", "the device has no AH beside ESP; it is left out"
    )
    cipher = losses.words(
        () if proposal.cipher is None else (proposal.cipher,), ESP_CIPHERS, source, "ESP encryption"
    )
    integrity = losses.words([proposal.integrity], ESP_INTEGRITIES, source, "ESP integrity")
    if not cipher or not integrity:
        return None
    name = book.transform_names.of(proposal.name, "ipsec-proposal")
    limits = f" time {proposal.lifetime}" if proposal.lifetime != defaults.PHASE2_PROPOSAL.lifetime else ""
    limits += f" kilobytes {proposal.kilobytes}" if proposal.kilobytes is not None else ""
    lifetime = f" lifetime{limits}" if limits else ""
    line = f"ipsec autokey-proposal {name} {cipher[0]} {integrity[0]}{lifetime}"
    book.transforms[proposal] = (name, line)
    return name


def _for_all_maps(tunnels: Sequence[Ikev1Tunnel], losses: Losses) -> Iterator[str]:
    for lines, values in (
        ("ipsec sa-autorefresh off", [not t.ipsec.autorefresh for t in tunnels]),
        ("ipsec rekey unconditional-rekeying", [t.ipsec.rekey_unused for t in tunnels]),
    ):
        losses.unless(len(set(values)) <= 1, None, f"`{lines}` of some tunnels", "it holds for all of them")
        if any(values):
            yield lines


def _peer(address: PeerAddress) -> str:
    if isinstance(address, Hostname):
        return f"peer-fqdn-ipv{address.version or 4} {address.name}"
    return "peer any" if address is ANY else f"peer {address}"
