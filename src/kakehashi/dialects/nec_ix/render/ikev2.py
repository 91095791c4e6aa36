"""IKEv2: keys, the default profile, and what tunnels say otherwise (manual 2.25)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from kakehashi.dialects.nec_ix import defaults
from kakehashi.dialects.nec_ix.render.selectors import selector_lines
from kakehashi.dialects.nec_ix.words import (
    CIPHERS,
    GROUPS,
    IDENTITIES,
    INTEGRITIES,
    METHODS,
    PRFS,
    word_of,
)
from kakehashi.dialects.rendering import Losses, is_word, plain_secret, tell_of_certificates
from kakehashi.model.address import ANY, Hostname
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import Authentication, AuthenticationMethod, Identity
from kakehashi.model.policy import IkePolicy, IpsecPolicy, ResponderSelectors
from kakehashi.model.secret import Secret
from kakehashi.model.source import Source
from kakehashi.model.tunnel import ConnectType, Ikev2Tunnel, NextHopChoice
from kakehashi.wire.registry.ikev2 import KeyExchangeId

T = TypeVar("T")
_Settings = dict[str, tuple[str, ...]]  # the lines of each setting by its key, () where none is needed
_LONGEST_SECRET = 128


@dataclass(frozen=True, slots=True)
class Said:
    """Sections of the whole configuration, and the lines of each interface."""

    sections: list[list[str]]
    on_interface: Mapping[str, list[str]]


@dataclass(slots=True)
class _Keys:
    """The database of identities and keys, filled while tunnels are rendered."""

    losses: Losses
    secrets: dict[Identity, Secret] = field(default_factory=dict)

    def add(self, side: Authentication) -> None:
        if side.method is not AuthenticationMethod.PSK or side.secret is None or not side.identity.data:
            return
        known = self.secrets.setdefault(side.identity, side.secret)
        self.losses.unless(
            known == side.secret,
            side.source,
            f"the key of {side.identity}",
            "the device has one key for an identity, and another tunnel gives it another key",
        )

    def lines(self) -> Iterator[str]:
        for identity, secret in self.secrets.items():
            plain = plain_secret(secret)
            if plain is None and not secret.octets:
                continue
            self.losses.unless(
                len(secret.octets) <= _LONGEST_SECRET,
                None,
                f"the key of {identity}",
                f"it is longer than {_LONGEST_SECRET} octets",
            )
            key = f"char {plain}" if plain is not None else f"hex {secret.octets.hex()}"
            yield f"ikev2 authentication psk {_identity(identity)} key {key}"


def render_ikev2(gateway: Gateway, losses: Losses) -> Said:
    """What IKEv2 needs; nothing where there is no tunnel of it and the built-in policy answers."""
    tunnels = [t for t in gateway.tunnels if isinstance(t, Ikev2Tunnel)]
    keys = _Keys(losses)
    answering = _ike_settings(gateway.unknown_peer_policy, None, losses) if tunnels else {}
    settings = {t.interface: _settings(t, losses) for t in tunnels}
    default = _default_profile(answering, list(settings.values()))
    on_interface = {
        t.interface: _on_interface(t, settings[t.interface], default, keys, losses) for t in tunnels
    }
    profile = [f"  {line}" for lines in default.values() for line in lines]
    sections = [list(keys.lines()), ["ikev2 default-profile", *profile] if profile else []]
    return Said(sections, on_interface)


def _default_profile(answering: _Settings, settings: Sequence[_Settings]) -> _Settings:
    """What answers unknown peers, and of the rest what all tunnels have in common."""
    common = {
        key: lines
        for key, lines in (settings[0] if settings else {}).items()
        if lines and all(other[key] == lines for other in settings)
    }
    # What stands there a tunnel can replace, not take back.
    kept = {
        key: lines
        for key, lines in answering.items()
        if lines and (key not in _NO_WAY_BACK or all(other[key] for other in settings))
    }
    never = set(answering) - set(kept)
    merged = {**{k: v for k, v in common.items() if k not in never}, **kept}
    order = [*(settings[0] if settings else {}), *answering]
    return {key: merged[key] for key in dict.fromkeys(order) if key in merged}


_NO_WAY_BACK = frozenset({"dpd", "suppress send-delete", "suppress send-rekey"})
# What holds where no place says anything, for the settings that have a line for it.
_BUILT_IN: _Settings = {
    "sa-proposal enc": ("sa-proposal enc " + " ".join(CIPHERS),),
    "sa-proposal integrity": ("sa-proposal integrity " + " ".join(INTEGRITIES),),
    "sa-proposal prf": ("sa-proposal prf " + " ".join(PRFS),),
    "sa-proposal dh": ("sa-proposal dh " + " ".join(GROUPS),),
    "sa-lifetime": (f"sa-lifetime {defaults.SA_LIFETIME}",),
    "nat-traversal": (f"nat-traversal keepalive {defaults.NAT_KEEPALIVE}",),
}


def _on_interface(
    tunnel: Ikev2Tunnel, settings: _Settings, default: _Settings, keys: _Keys, losses: Losses
) -> list[str]:
    for side in (tunnel.local, tunnel.peer):
        keys.add(side)
    frames = tunnel.ipsec.ethernet is not None
    lines = ["tunnel mode ether-ip ipsec-ikev2" if frames else "tunnel mode ipsec-ikev2"]
    if frames and tunnel.ipsec.mode is EncapsulationMode.TRANSPORT:
        lines.append("ikev2 ipsec-mode transport")
    for side, word in ((tunnel.local, "mycert"), (tunnel.peer, "cacert")):
        if side.method is AuthenticationMethod.SIGNATURE:
            lines += [f"ikev2 cert {word} name {name}" for name in side.certificates.names]
    for key, wanted in settings.items():
        if wanted == default.get(key, ()):
            continue
        said = wanted or _BUILT_IN.get(key, ())
        losses.unless(
            bool(said), tunnel.source, f"{tunnel.interface} without `{key}`", "the default profile has it"
        )
        lines += [f"ikev2 {line}" for line in said]
    return [*lines, _peer_line(tunnel, losses)]


def _peer_line(tunnel: Ikev2Tunnel, losses: Losses) -> str:
    address, peer = tunnel.peer_address, tunnel.peer
    _check_identity(peer, losses)
    method = word_of(peer.method, METHODS)
    who = f" {_identity(peer.identity)}" if peer.identity.data else ""
    if isinstance(address, Hostname) and address.version:
        return f"ikev2 peer-fqdn-ipv{address.version} {address} authentication {method}{who}"
    return f"ikev2 peer {'any' if address is ANY else address} authentication {method}{who}"


def _settings(tunnel: Ikev2Tunnel, losses: Losses) -> _Settings:
    source = tunnel.source
    losses.unless(
        not tunnel.policy_based, source, f"{tunnel.interface} without routes", "routes lead into its tunnels"
    )
    losses.unless(
        not tunnel.bypass, source, f"what goes past {tunnel.interface}", "its tunnels know no exceptions"
    )
    losses.unless(
        tunnel.peer_address is not ANY or not tunnel.ike.start_rekey,
        source,
        f"{tunnel.interface}: we renew the IKE SA",
        "the device leaves that to a peer of unknown address",
    )
    outgoing: tuple[str, ...] = ()
    if tunnel.outgoing is not None:
        hop = tunnel.outgoing.next_hop
        text = "" if hop is None else " auto" if hop is NextHopChoice.AUTO else f" {hop}"
        outgoing = (f"outgoing-interface {tunnel.outgoing.interface}{text}",)
    local, remote = selector_lines(tunnel.ipsec, source, losses)
    own = tunnel.source_address
    never = ("negotiation-direction responder",) if tunnel.connect is ConnectType.NEVER else ()
    alone = () if tunnel.answers else ("negotiation-direction initiator",)
    rekeys = tunnel.peer_address is ANY or tunnel.ike.start_rekey
    return {
        "local-authentication": _local(tunnel, losses),
        **_ike_settings(tunnel.ike, source, losses),
        **_child_settings(tunnel.ipsec, source, losses),
        "suppress send-rekey": () if rekeys else ("suppress send-rekey",),
        "connect-type": ("connect-type auto",) if tunnel.connect is ConnectType.ALWAYS else never,
        "negotiation-direction": alone,
        "outgoing-interface": outgoing,
        "source-address": (f"source-address {own}",) if own is not None else (),
        "local-ts": local,
        "remote-ts": remote,
    }


def _local(tunnel: Ikev2Tunnel, losses: Losses) -> tuple[str, ...]:
    local = tunnel.local
    if not local.identity.data:
        return ()
    _check_identity(local, losses)
    return (f"local-authentication {word_of(local.method, METHODS)} {_identity(local.identity)}",)


def _ike_settings(ike: IkePolicy, source: Source | None, losses: Losses) -> _Settings:
    sets = ike.algorithms.sets
    losses.unless(
        len(sets) == 1, source, "sets of IKE algorithms that belong together", "any goes with any here"
    )
    fixed = (
        (ike.retransmit == defaults.RETRANSMIT, f"retransmission after {ike.retransmit} s"),
        (ike.fragmentation, "no fragmentation of IKE messages"),
        (ike.send_initial_contact, "no INITIAL_CONTACT"),
        (
            ike.rekey.before_end == defaults.SA_REKEY_BEFORE_END,
            f"rekey {ike.rekey.before_end} s before the end",
        ),
    )
    for fits, what in fixed:
        losses.unless(fits, source, what, "the device has no setting for it")
    nat: tuple[str, ...] = ()
    if not ike.nat_traversal:
        nat = ("no nat-traversal",)
    elif ike.nat_keepalive is None:
        losses.add(source, "NAT traversal without keepalive", "the device sends one every 20 seconds")
    elif ike.nat_keepalive != defaults.NAT_KEEPALIVE:
        nat = (f"nat-traversal keepalive {ike.nat_keepalive}",)
    return {
        "sa-proposal enc": _chosen(
            "sa-proposal enc", (c for s in sets for c in s.ciphers), CIPHERS, source, losses
        ),
        "sa-proposal integrity": _chosen(
            "sa-proposal integrity", (i for s in sets for i in s.integrities), INTEGRITIES, source, losses
        ),
        "sa-proposal prf": _chosen(
            "sa-proposal prf", (p for s in sets for p in s.prfs), PRFS, source, losses
        ),
        "sa-proposal dh": _chosen(
            "sa-proposal dh", (g for s in sets for g in s.key_exchanges), GROUPS, source, losses
        ),
        "sa-lifetime": (f"sa-lifetime {ike.rekey.lifetime}",)
        if ike.rekey.lifetime != defaults.SA_LIFETIME
        else (),
        "dpd": (f"dpd interval {ike.dpd_interval}",) if ike.dpd_interval is not None else (),
        "nat-traversal": nat,
        "suppress send-delete": () if ike.send_delete else ("suppress send-delete",),
    }


def _child_settings(ipsec: IpsecPolicy, source: Source | None, losses: Losses) -> _Settings:
    sets = ipsec.algorithms.sets
    losses.unless(
        len(sets) == 1, source, "sets of ESP algorithms that belong together", "any goes with any here"
    )
    fixed = (
        (not any(s.esn for s in sets), "extended sequence numbers"),
        (ipsec.soft_bytes is None, f"rekey after {ipsec.soft_bytes} octets"),
        (ipsec.soft_packets is None, f"rekey after {ipsec.soft_packets} packets"),
        (
            ipsec.rekey.before_end == defaults.CHILD_REKEY_BEFORE_END,
            f"rekey {ipsec.rekey.before_end} s before the end",
        ),
        (ipsec.replay_window in (0, defaults.REPLAY_WINDOW), f"a replay window of {ipsec.replay_window}"),
        (
            ipsec.responder_selectors is ResponderSelectors.AS_PROPOSED,
            "narrowing of what the peer proposes: the device takes it as proposed",
        ),
        (ipsec.df_bit is defaults.df_bit(ipsec.mtu_ignore), f"the DF bit outside: {ipsec.df_bit.value}"),
        (ipsec.mode is EncapsulationMode.TUNNEL or ipsec.ethernet is not None, "transport mode"),
    )
    for fits, what in fixed:
        losses.unless(fits, source, what, "the device has no setting for it")
    return {
        "child-proposal enc": _chosen(
            "child-proposal enc", (c for s in sets for c in s.ciphers), CIPHERS, source, losses
        ),
        "child-proposal integrity": _chosen(
            "child-proposal integrity", (i for s in sets for i in s.integrities), INTEGRITIES, source, losses
        ),
        "child-pfs": _pfs(ipsec, source, losses),
        "child-lifetime": (f"child-lifetime {ipsec.rekey.lifetime}",)
        if ipsec.rekey.lifetime != defaults.CHILD_LIFETIME
        else (),
        "anti-replay": () if ipsec.replay_window else ("no anti-replay",),
        "ipsec mtu ignore": ("ipsec mtu ignore",) if ipsec.mtu_ignore else (),
        "ipsec pre-fragment": ("ipsec pre-fragment",) if ipsec.pre_fragment else (),
    }


def _pfs(ipsec: IpsecPolicy, source: Source | None, losses: Losses) -> tuple[str, ...]:
    groups = list(dict.fromkeys(g for s in ipsec.algorithms.sets for g in s.key_exchanges))
    if set(groups) == set(defaults.CHILD_PFS):
        return ()
    if not groups or groups == [KeyExchangeId.NONE]:
        return ("child-pfs off",)
    losses.unless(
        KeyExchangeId.NONE not in groups,
        source,
        "perfect forward secrecy that may be left out",
        "some groups, and none, the device cannot have both",
    )
    words = losses.words((g for g in groups if g is not KeyExchangeId.NONE), GROUPS, source, "group")
    return (f"child-pfs {' '.join(words)}",) if words else ("child-pfs off",)


def _chosen(
    key: str,
    values: Iterator[T],
    words: Mapping[str, tuple[object, str]],
    source: Source | None,
    losses: Losses,
) -> tuple[str, ...]:
    """The line of a setting, strongest first as the device prefers; () for all that the device has."""
    wanted = list(dict.fromkeys(values))
    if not wanted:
        return ()
    found = losses.words(wanted, words, source, key)
    ordered = [word for word in words if word in found]
    losses.unless(
        ordered == found, source, f"the order of {' '.join(found)}", "the device prefers the strongest"
    )
    if not ordered:
        losses.add(source, key, "the device has none of them; its own hold")
    return (f"{key} {' '.join(ordered)}",) if ordered and len(ordered) < len(words) else ()


def _check_identity(side: Authentication, losses: Losses) -> None:
    identity = side.identity
    if not identity.data:
        return
    known = any(identity.type == id_type for id_type, _ in IDENTITIES.values())
    losses.unless(known, side.source, f"identity {identity}", "the device has no identity of that type")
    try:
        said = Identity.of(identity.type, identity.text) == identity and is_word(identity.text)
    except ValueError:
        said = False
    losses.unless(said, side.source, f"identity {identity}", "it is not one word of text")
    losses.unless(
        side.method is AuthenticationMethod.PSK,
        side.source,
        "certificates",
        "a configuration holds no keys: type `pki cert import` or `pki pkcs12 import`",
    )
    tell_of_certificates(side, losses)


def _identity(identity: Identity) -> str:
    return f"id {word_of(identity.type, IDENTITIES)} {identity.text}"
