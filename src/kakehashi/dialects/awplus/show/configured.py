"""What is configured: `show isakmp key`, `profile` and `peer`, `show ipsec profile` (layout: see `names`).

Of keys and profiles only those that a tunnel uses are known here, and the default profiles. The device shows
keys in full; here they are masked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kakehashi.dialects.awplus import defaults
from kakehashi.dialects.awplus.defaults import DEFAULT
from kakehashi.dialects.awplus.show.names import (
    AUTHENTICATIONS,
    MASK,
    cipher_name,
    expiry,
    group_name,
    integrity_name,
    page,
    row,
)
from kakehashi.dialects.awplus.show.peers import peer_name, profile_name
from kakehashi.dialects.awplus.words import HASH_OF
from kakehashi.model.algorithms import Cipher
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import AuthenticationMethod, Identity
from kakehashi.model.ikev1 import Ikev1Peer, Ikev1Tunnel
from kakehashi.model.parties import of_each_peer
from kakehashi.model.policy import IpsecPolicy
from kakehashi.model.tunnel import Ikev2Tunnel, PlainTunnel, Tunnel
from kakehashi.wire.registry.ikev2 import IntegrityId, KeyExchangeId

_ISAKMP_TITLE, _IPSEC_TITLE = "ISAKMP Profile:", "IPsec Profile:"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Isakmp:
    """An ISAKMP profile, as it shows."""

    version: str
    authentication: str
    lifetime: int
    dpd: int | None
    transforms: tuple[tuple[IntegrityId, Cipher, KeyExchangeId], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ipsec:
    """An IPsec profile, as it shows."""

    lifetime: int
    group: KeyExchangeId
    transforms: tuple[tuple[Cipher, IntegrityId], ...]


def render_keys(gateway: Gateway) -> str:
    """Whom there is a key for."""
    lines = [row(("Hostname/IP address", 48), ("Key", 32)), "-" * 80]
    tunnels = of_each_peer(gateway)
    named = {_key_name(tunnel, gateway): None for tunnel in tunnels if _has_key(tunnel, gateway)}
    lines += [row((name, 48), (MASK, 32)) for name in named]
    return page(lines)


def render_peers(gateway: Gateway, peer: str | None) -> str:
    """Which profile each peer has, or one, and whether there is a key for it."""
    lines = [row(("Peer", 40), ("Profile (* incomplete)", 28), ("Key", 12)), "-" * 80]
    for tunnel in of_each_peer(gateway):
        if isinstance(tunnel, PlainTunnel) or peer not in (None, peer_name(tunnel)):
            continue
        key = "PRESENT" if _has_key(tunnel, gateway) else "ABSENT"
        lines.append(row((peer_name(tunnel), 40), (_isakmp_name(tunnel), 28), (key, 12)))
    return page(lines)


def render_isakmp_profiles(gateway: Gateway, wanted: str | None) -> str:
    """The ISAKMP profiles, or one of them."""
    lines: list[str] = []
    for name, profile in isakmp_profiles(gateway).items():
        if wanted not in (None, name):
            continue
        lines += [
            f"{_ISAKMP_TITLE} {name}",
            f"  Version:          {profile.version}",
            f"  Authentication:   {profile.authentication}",
            f"  Expiry:           {expiry(profile.lifetime)}",
            f"  DPD Interval:     {f'{profile.dpd}s' if profile.dpd else 'off'}",
            "  Transforms:",
            row(("", 9), ("Integrity", 11), ("Encryption", 12), ("DH Group", 10)),
            *(
                row(
                    (f"    {number}", 9),
                    (integrity_name(None, integrity), 11),
                    (cipher_name(cipher), 12),
                    (group_name(group), 10),
                )
                for number, (integrity, cipher, group) in enumerate(profile.transforms, 1)
            ),
        ]
    return page(lines)


def render_ipsec_profiles(gateway: Gateway, wanted: str | None) -> str:
    """The IPsec profiles, or one of them."""
    lines: list[str] = []
    for name, profile in ipsec_profiles(gateway).items():
        if wanted not in (None, name):
            continue
        pfs = "disabled" if profile.group == KeyExchangeId.NONE else group_name(profile.group)
        lines += [
            f"{_IPSEC_TITLE} {name}",
            f"  Replay-window:    {defaults.REPLAY_WINDOW}",
            f"  Expiry:           {expiry(profile.lifetime)}",
            f"  PFS group:        {pfs}",
            "  Transforms:",
            row(("", 9), ("Protocol", 10), ("Integrity", 11), ("Encryption", 12)),
            *(
                row(
                    (f"    {number}", 9),
                    ("ESP", 10),
                    (integrity_name(cipher, integrity), 11),
                    (cipher_name(cipher), 12),
                )
                for number, (cipher, integrity) in enumerate(profile.transforms, 1)
            ),
        ]
    return page(lines)


def isakmp_profiles(gateway: Gateway) -> Mapping[str, _Isakmp]:
    """The ISAKMP profiles that are known, by name."""
    built_in = _Isakmp(
        version="IKEv2",
        authentication=AUTHENTICATIONS[AuthenticationMethod.PSK],
        lifetime=defaults.ISAKMP_LIFETIME,
        dpd=defaults.DPD_INTERVAL,
        transforms=tuple((t.integrity, t.cipher, t.group) for t in defaults.ISAKMP_TRANSFORMS),
    )
    return dict(_used_isakmp(gateway)) | {DEFAULT: built_in}


def ipsec_profiles(gateway: Gateway) -> Mapping[str, _Ipsec]:
    """The IPsec profiles that are known, by name."""
    built_in = _Ipsec(
        lifetime=defaults.IPSEC_LIFETIME,
        group=KeyExchangeId.NONE,
        transforms=tuple((t.cipher, t.integrity) for t in defaults.IPSEC_TRANSFORMS),
    )
    protected = (t for t in gateway.tunnels if not isinstance(t, PlainTunnel))
    return {profile_name(t): _ipsec(t) for t in protected} | {DEFAULT: built_in}


def _used_isakmp(gateway: Gateway) -> Iterator[tuple[str, _Isakmp]]:
    for tunnel in gateway.tunnels:
        if isinstance(tunnel, Ikev2Tunnel):
            yield (
                tunnel.ike.name,
                _Isakmp(
                    version="IKEv2",
                    authentication=AUTHENTICATIONS[tunnel.local.method],
                    lifetime=tunnel.ike.rekey.lifetime,
                    dpd=tunnel.ike.dpd_interval,
                    transforms=tuple(
                        (one.integrities[0], one.ciphers[0], one.key_exchanges[0])
                        for one in tunnel.ike.algorithms.sets
                        if one.integrities and one.ciphers and one.key_exchanges
                    ),
                ),
            )
    for peer in gateway.ikev1_peers:
        if peer.proposals:
            yield peer.proposals[0].name, _version_1(peer)


def _version_1(peer: Ikev1Peer) -> _Isakmp:
    integrity_of = {hashed: integrity for integrity, hashed in HASH_OF.items()}
    return _Isakmp(
        version=f"IKEv1 ({peer.mode.value})",
        authentication=AUTHENTICATIONS[peer.proposals[0].authentication],
        lifetime=peer.proposals[0].lifetime,
        dpd=peer.dpd.interval if peer.dpd else None,
        transforms=tuple(
            (integrity_of.get(p.hash, IntegrityId.NONE), p.cipher, p.group) for p in peer.proposals
        ),
    )


def _ipsec(tunnel: Tunnel) -> _Ipsec:
    protections = tuple((p.cipher, p.integrity) for p in tunnel.ipsec.protections() if p.cipher is not None)
    lifetime, group = defaults.IPSEC_LIFETIME, KeyExchangeId.NONE
    if isinstance(tunnel.ipsec, IpsecPolicy):
        lifetime = tunnel.ipsec.rekey.lifetime
        group = next(iter(tunnel.ipsec.algorithms.key_exchanges), group)
    elif isinstance(tunnel, Ikev1Tunnel):
        lifetime = tunnel.ipsec.proposals[0].lifetime if tunnel.ipsec.proposals else lifetime
        group = tunnel.ipsec.pfs
    return _Ipsec(lifetime=lifetime, group=group, transforms=protections)


def _has_key(tunnel: Tunnel, gateway: Gateway) -> bool:
    if isinstance(tunnel, Ikev2Tunnel):
        return tunnel.peer.secret is not None
    peer = _phase_one(tunnel, gateway)
    return peer is not None and peer.secret is not None


def _key_name(tunnel: Tunnel, gateway: Gateway) -> str:
    """Whom the key of a tunnel is for."""
    if peer_name(tunnel) != "dynamic":
        return peer_name(tunnel)
    if isinstance(tunnel, Ikev2Tunnel):
        return tunnel.peer.identity.text
    peer = _phase_one(tunnel, gateway)
    return peer.peer_identity.text if peer and isinstance(peer.peer_identity, Identity) else tunnel.interface


def _isakmp_name(tunnel: Tunnel) -> str:
    return tunnel.ike.name if isinstance(tunnel, Ikev2Tunnel) else getattr(tunnel, "name", DEFAULT)


def _phase_one(tunnel: Tunnel, gateway: Gateway) -> Ikev1Peer | None:
    names = tunnel.peers if isinstance(tunnel, Ikev1Tunnel) else ()
    return next((peer for peer in gateway.ikev1_peers if peer.name in names), None)
