"""Phase 1 of IKEv1: policies, keys, profiles, and what holds for all peers (CI-01 to CI-04)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kakehashi.dialects.cisco_ios import defaults
from kakehashi.dialects.cisco_ios.render.book import Book
from kakehashi.dialects.cisco_ios.words import DES, GROUPS, HASHES, TRIPLE_DES, aes
from kakehashi.dialects.rendering import is_word, plain_secret
from kakehashi.model.address import ANY, Hostname
from kakehashi.model.algorithms import Cipher
from kakehashi.model.identity import AuthenticationMethod, Identity
from kakehashi.model.ikev1 import (
    DeadPeerDetection,
    DpdStyle,
    ExchangeMode,
    Ikev1Peer,
    PeerIdentity,
    Phase1Proposal,
)
from kakehashi.model.secret import Secret
from kakehashi.model.source import Source
from kakehashi.wire.registry.ikev2 import IdType

_CIPHERS: dict[str, tuple[Cipher, str]] = {
    "aes": (aes(128), ""),
    "aes 192": (aes(192), ""),
    "aes 256": (aes(256), ""),
    "3des": (TRIPLE_DES, ""),
    "des": (DES, ""),
}
_STYLES = {DpdStyle.ON_DEMAND: "", DpdStyle.PERIODIC: " periodic", DpdStyle.IDLE: " periodic"}
_SHORTEST_DPD, _LONGEST_DPD = 10, 3600


@dataclass(frozen=True, slots=True)
class Profiles:
    """The ISAKMP profile of each peer that has one, by the peer's name."""

    of: Mapping[str, str]


def write_phase1(book: Book) -> Profiles:
    """Everything of phase 1; nothing where there is no peer of it."""
    peers = book.gateway.ikev1_peers
    if not peers:
        return Profiles({})
    _write_policies(peers, book)
    common = _write_common(peers, book)
    profiles: dict[str, str] = {}
    keys: dict[object, Secret | None] = {}
    for peer in peers:
        _tell_what_is_fixed(peer, book)
        own_ring = peer.address in keys and keys[peer.address] != peer.secret
        aggressive = peer.mode is ExchangeMode.AGGRESSIVE
        needs_profile = (
            own_ring
            or isinstance(peer.peer_identity, Identity)
            or peer.local_identity != common.identity
            or peer.dpd != common.dpd
            or aggressive
        )
        ring = None
        if own_ring:
            ring = book.name("keyring", peer.name, "KEYS")
            book.phase1 += [f"crypto keyring {ring}", *_key_line(peer, "  pre-shared-key", book)]
        elif peer.address not in keys:
            keys[peer.address] = peer.secret
            book.phase1 += _key_line(peer, "crypto isakmp key", book)
        if needs_profile:
            profiles[peer.name] = _write_profile(peer, ring, common, book)
    return Profiles(profiles)


@dataclass(frozen=True, slots=True)
class _Common:
    dpd: DeadPeerDetection | None
    identity: Identity | None


def _write_policies(peers: tuple[Ikev1Peer, ...], book: Book) -> None:
    """All peers are offered the same policies, in the order of their numbers."""
    losses = book.losses
    alike = len({peer.proposals for peer in peers}) == 1
    every = tuple(dict.fromkeys(p for peer in peers for p in peer.proposals))
    proposals = peers[0].proposals if alike else every
    losses.unless(
        alike,
        None,
        "proposals of phase 1 that differ from peer to peer",
        "all peers are offered all of them",
    )
    numbers = [_number(p) for p in proposals]
    ascending = all(n is not None for n in numbers) and numbers == sorted({n for n in numbers if n})
    for index, proposal in enumerate(proposals):
        book.phase1 += _policy(numbers[index] if ascending else (index + 1) * 10, proposal, book)


def _number(proposal: Phase1Proposal) -> int | None:
    digits = proposal.name.removeprefix("policy ")
    return int(digits) if digits.isdigit() and len(digits) < 6 and 1 <= int(digits) <= 10000 else None


def _policy(number: int | None, proposal: Phase1Proposal, book: Book) -> list[str]:
    losses, source = book.losses, proposal.source
    cipher = losses.words([proposal.cipher], _CIPHERS, source, "phase 1 encryption")
    hashed = losses.words([proposal.hash], HASHES, source, "phase 1 hash")
    group = next((n for n, g in GROUPS.items() if g == proposal.group), None)
    losses.unless(
        group is not None, source, f"phase 1 group {proposal.group.name}", "the device does not have it"
    )
    losses.unless(
        proposal.kilobytes is None, source, f"phase 1 ends after {proposal.kilobytes} kB", "time alone counts"
    )
    if not (cipher and hashed and group):
        return []
    proves = "pre-share" if proposal.authentication is AuthenticationMethod.PSK else "rsa-sig"
    lifetime = [f" lifetime {proposal.lifetime}"] if proposal.lifetime != defaults.POLICY_LIFETIME else []
    return [
        f"crypto isakmp policy {number}",
        f" encr {cipher[0]}",
        *([f" hash {hashed[0]}"] if proposal.hash != defaults.POLICY_HASH else []),
        f" authentication {proves}",
        f" group {group}",
        *lifetime,
    ]


def _write_common(peers: tuple[Ikev1Peer, ...], book: Book) -> _Common:
    """The lines for all peers; what differs from one to the other is told."""
    first = peers[0]
    for what, values in (
        ("NAT traversal", {p.nat_traversal for p in peers}),
        ("NAT keepalive", {p.nat_keepalive for p in peers}),
        ("fragmentation", {p.fragmentation for p in peers}),
        ("whether aggressive mode is answered", {p.accepts_aggressive for p in peers}),
    ):
        book.losses.unless(len(values) == 1, None, f"{what} that differs from peer to peer", "it is of all")
    if not first.nat_traversal:
        book.phase1.append("no crypto ipsec nat-transparency udp-encapsulation")
    elif first.nat_keepalive is not None:
        every = book.losses.within(first.nat_keepalive, 5, 3600, first.source, "a NAT keepalive in seconds")
        book.phase1.append(f"crypto isakmp nat keepalive {every}")
    if first.fragmentation:
        book.phase1.append("crypto isakmp fragmentation")
    if not first.accepts_aggressive:
        book.phase1.append("crypto isakmp aggressive-mode disable")
    hostname = book.gateway.hostname
    by_name = Identity.of(IdType.ID_FQDN, hostname) if hostname else None
    identity = None
    if by_name and any(p.local_identity == by_name for p in peers):
        identity = by_name
        book.phase1.append("crypto isakmp identity hostname")
    dpd = first.dpd if len({p.dpd for p in peers}) == 1 or len(peers) == 1 else None
    if dpd is not None:
        book.phase1.append(f"crypto isakmp keepalive {_keepalive(dpd, first, book)}")
    return _Common(dpd, identity)


def _keepalive(dpd: DeadPeerDetection, peer: Ikev1Peer, book: Book, word: str = "") -> str:
    losses = book.losses
    interval = min(max(dpd.interval, _SHORTEST_DPD), _LONGEST_DPD)
    retry = min(max(dpd.retry_interval, 2), 60)
    for fits, what, why in (
        (interval == dpd.interval, f"a probe every {dpd.interval} s", f"{interval} s is written"),
        (retry == dpd.retry_interval, f"a probe again after {dpd.retry_interval} s", f"{retry} s is written"),
        (
            dpd.retries == defaults.DPD_RETRIES,
            f"{dpd.retries} more probes",
            f"the device sends {defaults.DPD_RETRIES}",
        ),
        (dpd.style is not DpdStyle.IDLE, "probes when nothing comes", "it probes at every interval"),
    ):
        losses.unless(fits, peer.source, f"{peer.name}: {what}", why)
    return f"{interval} {word}{retry}{_STYLES[dpd.style]}"


def _key_line(peer: Ikev1Peer, words: str, book: Book) -> list[str]:
    secret = plain_secret(peer.secret) if peer.secret is not None else None
    if not any(p.authentication is AuthenticationMethod.PSK for p in peer.proposals):
        return []
    if secret is None:
        book.losses.add(peer.source, f"the key of {peer.name}", "a key is one word of text")
        return []
    if secret in ("0", "6", "7"):
        secret = f"0 {secret}"  # alone it would be the type of a key that follows
    whom = _whom(peer)
    if words.startswith("crypto"):
        return [f"{words} {secret} {whom}"]
    return [f"{words} {whom} key {secret}"]


def _whom(peer: Ikev1Peer) -> str:
    match peer.address:
        case Hostname(name):
            return f"hostname {name}"
        case address if address is ANY:
            return "address 0.0.0.0 0.0.0.0"
        case address if address.version == 6:
            return f"address ipv6 {address}"
    network = getattr(peer.address, "network_address", None)
    if network is not None:
        return f"address {network} {peer.address.netmask}"  # type: ignore[union-attr]
    return f"address {peer.address}"


def _write_profile(peer: Ikev1Peer, ring: str | None, common: _Common, book: Book) -> str:
    words = peer.name.split()
    name = book.name("isakmp profile", words[1] if len(words) == 2 else peer.name, "PEER")
    lines = [f"crypto isakmp profile {name}"]
    if ring:
        lines.append(f" keyring {ring}")
    if peer.local_identity is not None and peer.local_identity != common.identity:
        lines += _self_identity(peer.local_identity, peer.source, book)
    lines.append(_match(peer, book))
    if peer.dpd is not None and peer.dpd != common.dpd:
        lines.append(f" keepalive {_keepalive(peer.dpd, peer, book, 'retry ')}")
    if peer.mode is ExchangeMode.AGGRESSIVE:
        lines.append(" initiate mode aggressive")
    book.phase1 += lines
    return name


def _self_identity(identity: Identity, source: Source | None, book: Book) -> Iterator[str]:
    match identity.type:
        case IdType.ID_IPV4_ADDR | IdType.ID_IPV6_ADDR:
            yield f" self-identity {identity.text}"
        case IdType.ID_FQDN if is_word(identity.text):
            yield f" self-identity fqdn {identity.text}"
        case IdType.ID_RFC822_ADDR if is_word(identity.text):
            yield f" self-identity user-fqdn {identity.text}"
        case _:
            book.losses.add(
                source,
                f"our identity {identity}",
                "in IKEv1 the device is an address, a name or a mail address",
            )


def _match(peer: Ikev1Peer, book: Book) -> str:
    identity = peer.peer_identity
    if isinstance(identity, Identity) and is_word(identity.text):
        match identity.type:
            case IdType.ID_FQDN:
                return f" match identity host {identity.text}"
            case IdType.ID_RFC822_ADDR:
                return f" match identity user {identity.text}"
            case IdType.ID_KEY_ID:
                return f" match identity group {identity.text}"
            case IdType.ID_IPV4_ADDR:
                return f" match identity address {identity.text} 255.255.255.255"
            case IdType.ID_IPV6_ADDR:
                return f" match identity address ipv6 {identity.text}/128"
    whom = _whom(peer).removeprefix("address ")
    if isinstance(peer.address, Hostname):
        return f" match identity host {peer.address}"
    mask = "" if " " in whom else " 255.255.255.255"
    return f" match identity address {whom}{mask}"


def _tell_what_is_fixed(peer: Ikev1Peer, book: Book) -> None:
    for fits, what in (
        (peer.remote_access is None, "XAUTH and mode configuration"),
        (not peer.suppress_dangling, "no phase 1 for itself"),
        (peer.send_initial_contact, "no INITIAL-CONTACT"),
        (peer.send_delete, "no DELETE"),
        (peer.retransmit == defaults.IKEV1_RETRANSMIT, f"retransmission after {peer.retransmit} s"),
        (peer.renew_before_end == 60, f"renewal {peer.renew_before_end} s before the end"),
        (
            peer.peer_identity is not PeerIdentity.ADDRESS,
            "the peer must call itself by its address",
        ),
    ):
        book.losses.unless(fits, peer.source, f"{peer.name}: {what}", "the device has no setting for it")
