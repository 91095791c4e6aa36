"""IKEv2: proposals, policies, keyrings and profiles (CI-15)."""

from collections.abc import Iterator
from dataclasses import replace

from kakehashi.dialects.cisco_ios import defaults
from kakehashi.dialects.cisco_ios.render.book import Book
from kakehashi.dialects.cisco_ios.render.pki import method_word, trustpoint_lines
from kakehashi.dialects.cisco_ios.words import (
    GROUPS,
    IKEV2_CIPHERS,
    IKEV2_INTEGRITIES,
    PRF_OF_INTEGRITY,
    PRFS,
)
from kakehashi.dialects.rendering import is_word, plain_secret
from kakehashi.model.address import ANY, Hostname, IPAddress
from kakehashi.model.algorithms import IkeAlgorithms
from kakehashi.model.identity import Authentication, Identity
from kakehashi.model.policy import IkePolicy
from kakehashi.model.secret import Secret
from kakehashi.model.source import Source
from kakehashi.model.tunnel import Ikev2Tunnel
from kakehashi.wire.registry.ikev2 import IdType

_GROUPS = {str(number): (group, "") for number, group in GROUPS.items()}
_BUILT_IN = IkeAlgorithms(
    defaults.IKEV2_CIPHERS, defaults.IKEV2_INTEGRITIES, defaults.IKEV2_PRFS, defaults.IKEV2_GROUPS
)
_TYPES = {IdType.ID_FQDN: "fqdn", IdType.ID_RFC822_ADDR: "email", IdType.ID_KEY_ID: "key-id"}
_ADDRESSES = (IdType.ID_IPV4_ADDR, IdType.ID_IPV6_ADDR)
_DPD, _NAT = (10, 3600), (5, 3600)  # seconds


def write_ikev2_common(book: Book) -> None:
    """Proposals and policies, and the lines for all peers."""
    tunnels = [t for t in book.gateway.tunnels if isinstance(t, Ikev2Tunnel)]
    answering = book.gateway.unknown_peer_policy
    if not tunnels:
        return
    fragmentation = {t.ike.fragmentation for t in tunnels}
    book.losses.unless(len(fragmentation) == 1, None, "fragmentation of some tunnels", "it holds for all")
    every = [answering, *(t.ike for t in tunnels)]
    names = _write_proposals([ike.algorithms for ike in every], book)
    by_address: dict[IPAddress | None, IkeAlgorithms] = {}
    for tunnel in tunnels:
        if tunnel.ike.algorithms == answering.algorithms:
            continue
        own = tunnel.source_address if not isinstance(tunnel.source_address, str) else None
        known = by_address.setdefault(own, tunnel.ike.algorithms)
        book.losses.unless(
            known == tunnel.ike.algorithms and own is not None,
            tunnel.source,
            f"IKE algorithms of {tunnel.interface}",
            "a policy is chosen by our address alone",
        )
    for own, algorithms in by_address.items():
        if own is not None:
            book.ikev2 += _policy(algorithms, own, names, book)
    if answering.algorithms != _BUILT_IN:
        book.ikev2 += _policy(answering.algorithms, None, names, book)
    if answering.dpd_interval is not None:
        seconds = book.losses.within(answering.dpd_interval, *_DPD, None, "probes in seconds")
        book.ikev2.append(f"crypto ikev2 dpd {seconds} 2 periodic")
    if answering.nat_keepalive is not None:
        seconds = book.losses.within(answering.nat_keepalive, *_NAT, None, "a NAT keepalive in seconds")
        book.ikev2.append(f"crypto ikev2 nat keepalive {seconds}")
    if True in fragmentation:
        book.ikev2.append("crypto ikev2 fragmentation")


def write_profile(tunnel: Ikev2Tunnel, book: Book) -> str:
    """The keyring and the profile of a tunnel; the profile's name."""
    _tell_what_is_fixed(tunnel, book)
    wanted = tunnel.ipsec.name or tunnel.interface
    name = book.name("ikev2 profile", wanted.upper(), "PROFILE")
    ring = book.name("ikev2 keyring", wanted.upper(), "KEYS")
    lines = list(_keyring(tunnel, ring, book))
    lines += [f"crypto ikev2 profile {name}", *(f" {line}" for line in _profile(tunnel, ring, book))]
    book.ikev2 += lines
    return name


def _write_proposals(every: list[IkeAlgorithms], book: Book) -> dict[IkeAlgorithms, str]:
    names: dict[IkeAlgorithms, str] = {}
    for algorithms in every:
        if algorithms == _BUILT_IN:
            continue
        for single in _singles(algorithms):
            if single not in names:
                names[single] = book.name("ikev2 proposal", f"PROPOSAL-{len(names) + 1}", "PROPOSAL")
                book.ikev2 += _proposal(single, names[single], book)
    return names


def _singles(algorithms: IkeAlgorithms) -> Iterator[IkeAlgorithms]:
    """Each set by itself; AEAD and other ciphers do not go into one proposal of the device."""
    for each in algorithms.sets:
        plain = replace(each, alternatives=())
        aead = tuple(c for c in plain.ciphers if c.is_aead)
        others = tuple(c for c in plain.ciphers if not c.is_aead)
        if aead and others:
            yield replace(plain, ciphers=aead, integrities=())
            yield replace(plain, ciphers=others)
        else:
            yield replace(plain, integrities=()) if aead else plain


def _proposal(single: IkeAlgorithms, name: str, book: Book) -> list[str]:
    losses = book.losses
    lines = [f"crypto ikev2 proposal {name}"]
    groups = losses.words(single.key_exchanges, _GROUPS, None, "IKE group")
    for word, words in (
        ("encryption", losses.words(single.ciphers, IKEV2_CIPHERS, None, "IKE encryption")),
        ("integrity", losses.words(single.integrities, IKEV2_INTEGRITIES, None, "IKE integrity")),
        ("prf", losses.words(single.prfs, PRFS, None, "PRF") if _needs_prf(single) else []),
        ("group", groups),
    ):
        if words:
            lines.append(f" {word} {' '.join(words)}")
        elif word in ("encryption", "group"):
            losses.add(None, f"IKE {word} of {name}", "the device has none of them; its own hold")
    return lines


def _needs_prf(single: IkeAlgorithms) -> bool:
    of_integrity = tuple(dict.fromkeys(PRF_OF_INTEGRITY.get(i) for i in single.integrities))
    return not single.integrities or of_integrity != single.prfs


def _policy(
    algorithms: IkeAlgorithms, own: IPAddress | None, names: dict[IkeAlgorithms, str], book: Book
) -> list[str]:
    name = book.name("ikev2 policy", "POLICY" if own is None else f"POLICY-{own}", "POLICY")
    match = [] if own is None else [f" match address local {own}"]
    proposals = ["default"] if algorithms == _BUILT_IN else [names[single] for single in _singles(algorithms)]
    return [f"crypto ikev2 policy {name}", *match, *(f" proposal {p}" for p in proposals)]


def _keyring(tunnel: Ikev2Tunnel, ring: str, book: Book) -> Iterator[str]:
    if tunnel.local.secret is None and tunnel.peer.secret is None:
        return
    yield f"crypto ikev2 keyring {ring}"
    if tunnel.parties:
        for party in tunnel.parties:
            yield f" peer {party.address}"
            yield f"  address {party.address}"
            yield from _keys(party.local, party.peer, tunnel.source, book)
        return
    yield f" peer {ring}"
    match tunnel.peer_address:
        case Hostname(name):
            yield f"  hostname {name}"
            if (identity := tunnel.peer.identity).type not in _ADDRESSES:
                yield from (f"  identity {text}" for text in _identity(tunnel.peer, book))
            del identity
        case _ if tunnel.multipoint:
            yield "  address 0.0.0.0 0.0.0.0"
        case address if address is not ANY:
            yield f"  address {address}"
        case _ if tunnel.peer.identity.type in _ADDRESSES:
            yield f"  identity address {tunnel.peer.identity.text}"
        case _:
            yield from (f"  identity {text}" for text in _identity(tunnel.peer, book))
    yield from _keys(tunnel.local, tunnel.peer, tunnel.source, book)


def _keys(local: Authentication, peer: Authentication, source: Source | None, book: Book) -> Iterator[str]:
    if local.secret == peer.secret:
        yield from _key("", local.secret, source, book)
    else:
        yield from _key("local ", local.secret, local.source, book)
        yield from _key("remote ", peer.secret, peer.source, book)


def _key(side: str, secret: Secret | None, source: Source | None, book: Book) -> Iterator[str]:
    if secret is None:
        book.losses.add(source, f"the {side}key", "there is none")
        return
    plain = plain_secret(secret)
    if plain in ("0", "6", "7", "hex"):
        plain = f"0 {plain}"  # alone it would be the type of a key that follows
    yield f"  pre-shared-key {side}{plain if plain is not None else f'hex {secret.octets.hex()}'}"


def _profile(tunnel: Ikev2Tunnel, ring: str, book: Book) -> Iterator[str]:
    peer, ike = tunnel.peer.identity, tunnel.ike
    common = book.gateway.unknown_peer_policy
    if tunnel.multipoint:
        yield from _members(tunnel)
    elif tunnel.peer.anybody:
        pass  # the certificate map says who it is
    elif peer.type in _ADDRESSES and peer.data:
        mask = " 255.255.255.255" if peer.type == IdType.ID_IPV4_ADDR else "/128"
        yield f"match identity remote address {peer.text}{mask}"
    else:
        yield from (f"match identity remote {text}" for text in _identity(tunnel.peer, book))
    if tunnel.local.by_subject:
        yield "identity local dn"
    elif not tunnel.local.by_address:
        yield from (f"identity local {text}" for text in _identity(tunnel.local, book))
    for side, word in ((tunnel.local, "local"), (tunnel.peer, "remote")):
        yield f"authentication {word} {method_word(side)}"
    if tunnel.local.secret is not None or tunnel.peer.secret is not None:
        yield f"keyring local {ring}"
    yield from trustpoint_lines(tunnel, book)
    if ike.rekey.lifetime != defaults.IKEV2_LIFETIME:
        yield f"lifetime {ike.rekey.lifetime}"
    yield from _keeping(ike, common, tunnel, book)


def _members(tunnel: Ikev2Tunnel) -> Iterator[str]:
    """Who may come where each peer is one of many. They call themselves as this device does."""
    for party in tunnel.parties:
        mask = " 255.255.255.255" if party.address.version == 4 else "/128"
        yield f"match identity remote address {party.address}{mask}"
    if tunnel.parties:
        return
    for network in tunnel.peer.within:
        mask = f" {network.netmask}" if network.version == 4 else f"/{network.prefixlen}"
        yield f"match identity remote address {network.network_address}{mask}"
    if not tunnel.peer.within:
        by_address = tunnel.local.by_address or tunnel.local.identity.type in _ADDRESSES
        yield f"match identity remote {'address 0.0.0.0' if by_address else 'any'}"


def _keeping(ike: IkePolicy, common: IkePolicy, tunnel: Ikev2Tunnel, book: Book) -> Iterator[str]:
    losses = book.losses
    if ike.dpd_interval is None:
        losses.unless(
            common.dpd_interval is None, tunnel.source, f"{tunnel.interface} without DPD", "it is on for all"
        )
    elif ike.dpd_interval != common.dpd_interval:
        interval = losses.within(ike.dpd_interval, *_DPD, tunnel.source, "probes in seconds")
        yield f"dpd {interval} 2 periodic"
    if ike.nat_keepalive is None:
        losses.unless(
            common.nat_keepalive is None,
            tunnel.source,
            f"{tunnel.interface} without NAT keepalive",
            "it is on for all",
        )
    elif ike.nat_keepalive != common.nat_keepalive:
        seconds = losses.within(ike.nat_keepalive, *_NAT, tunnel.source, "a NAT keepalive in seconds")
        yield f"nat keepalive {seconds}"


def _identity(side: Authentication, book: Book) -> Iterator[str]:
    identity: Identity = side.identity
    if identity.type in _ADDRESSES and identity.data:
        yield f"address {identity.text}"
        return
    word = _TYPES.get(identity.type)
    said = word is not None and is_word(identity.text) and identity.text.encode() == identity.data
    if book.losses.unless(said, side.source, f"identity {identity}", "the device has no words for it"):
        yield f"{word} {identity.text}"


def _tell_what_is_fixed(tunnel: Ikev2Tunnel, book: Book) -> None:
    ike = tunnel.ike
    for fits, what in (
        (ike.nat_traversal, "no NAT traversal"),
        (ike.retransmit == defaults.IKEV2_RETRANSMIT, f"retransmission after {ike.retransmit} s"),
        (ike.send_initial_contact, "no INITIAL_CONTACT"),
        (ike.send_delete, "no DELETE"),
        (ike.start_rekey, "no renewal of the IKE SA from here"),
        (
            ike.rekey.before_end == defaults.IKEV2_REKEY_BEFORE_END,
            f"rekey {ike.rekey.before_end} s before the end",
        ),
    ):
        book.losses.unless(
            fits, tunnel.source, f"{tunnel.interface}: {what}", "the device has no setting for it"
        )
