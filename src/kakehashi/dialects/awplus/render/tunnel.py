"""Tunnel interfaces, their keys, and which profile is for whom (AW-01, AW-02)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address

from kakehashi.dialects.awplus import defaults
from kakehashi.dialects.awplus.defaults import DEFAULT
from kakehashi.dialects.awplus.render.profiles import Profiles
from kakehashi.dialects.awplus.render.pseudowire import wire_lines
from kakehashi.dialects.rendering import Losses, is_word, plain_secret, tell_of_certificates
from kakehashi.model.address import ANY, Hostname, PeerAddress
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gateway import Gateway
from kakehashi.model.gre import Gre
from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import CommitBit, Ikev1IpsecPolicy, Ikev1Peer, Ikev1Tunnel, PeerIdentity
from kakehashi.model.parties import of_each_peer
from kakehashi.model.policy import DfBit, IpsecPolicy, IpsecSettings, ResponderSelectors
from kakehashi.model.pseudowire import Pseudowire
from kakehashi.model.secret import Secret
from kakehashi.model.selector import ANY_IPV4, ANY_IPV6, EVERYTHING, TrafficSelector
from kakehashi.model.source import Source
from kakehashi.model.tunnel import ConnectType, Ikev2Tunnel, PlainTunnel, Tunnel
from kakehashi.wire.registry.ikev2 import IdType, IntegrityId


@dataclass(slots=True)
class Whom:
    """Keys and profiles, by whom they are for: an address or a name, a tunnel where that is not enough."""

    losses: Losses
    _keys: dict[str, Secret] = field(default_factory=dict)
    _profiles: dict[str, str] = field(default_factory=dict)

    def answer_with(self, profile: str) -> None:
        """The profile for peers of unknown address."""
        if profile != DEFAULT:
            self._profiles["dynamic"] = profile

    def add(self, tunnel: Tunnel, secret: Secret | None, profile: str) -> None:
        """What a tunnel needs."""
        who = _called(tunnel.peer_address)
        by_tunnel = f"policy {tunnel.interface}"
        if secret is None:
            self.losses.add(tunnel.source, f"the key of {tunnel.interface}", "there is none")
        else:
            at = who if who and self._keys.get(who, secret) == secret else by_tunnel
            self._keys[at] = secret
        if not who:
            if profile != self._profiles.get("dynamic", DEFAULT):
                self._profiles[by_tunnel] = profile
        elif self._profiles.get(who, profile) == profile:
            self._profiles[who] = profile
        else:
            self._profiles[by_tunnel] = profile

    def keys(self) -> list[str]:
        """`crypto isakmp key` lines."""
        lines = []
        for who, secret in self._keys.items():
            plain = plain_secret(secret)
            plain = None if plain == "8" else plain  # which says that an encrypted key follows
            if self.losses.unless(plain is not None, None, f"the key for {who}", "a key is one word of text"):
                lines.append(f"crypto isakmp key {plain} {who}")
        return lines

    def profiles(self) -> list[str]:
        """`crypto isakmp peer` lines; the default profile needs none."""
        return [
            f"crypto isakmp peer {who} profile {name}"
            for who, name in self._profiles.items()
            if name != DEFAULT or who.startswith("policy")
        ]


def _called(address: PeerAddress) -> str:
    if isinstance(address, Hostname):
        return f"hostname {address.name}"
    return "" if address is ANY else f"address {address}"


def tunnel_lines(
    tunnel: Tunnel, gateway: Gateway, profiles: Profiles, whom: Whom, wire: Pseudowire | None = None
) -> list[str]:
    """The lines of a tunnel on its interface. `wire`: what frames it carries by."""
    losses = profiles.losses
    if isinstance(tunnel, PlainTunnel):
        losses.unless(
            tunnel.keepalive is None,
            tunnel.source,
            f"keepalives of {tunnel.interface}",
            "the device returns those of others, and sends none",
        )
        if tunnel.multipoint:
            lines = _of_many(tunnel, gateway, profiles, whom)
        else:
            lines = _gre(tunnel, tunnel.ipsec.gre, losses) if tunnel.ipsec.gre else []
        # Here it is off unless a line says otherwise.
        bit = tunnel.ipsec.df_bit
        return lines + ([f"tunnel df {bit.value}"] if bit is not DfBit.CLEAR else [])
    _tell_what_is_fixed(tunnel, losses)
    if tunnel.multipoint:
        return _of_many(tunnel, gateway, profiles, whom)
    names = _identities(tunnel, gateway, profiles, whom)
    if names is None:
        return []
    local, remote = names
    header = tunnel.ipsec.gre
    mode = f"tunnel mode ipsec ipv{_version(tunnel)}"
    lines = _gre(tunnel, header, losses) if header else [*([] if wire else [mode]), *_ends(tunnel, losses)]
    lines += _name("local", local, _own(tunnel, gateway), tunnel.source, losses)
    lines += _name("remote", remote, tunnel.peer_address, tunnel.source, losses)
    lines += [] if header else _selectors(tunnel, losses)
    lines += wire_lines(wire) if wire else ()
    return lines + _protection(tunnel, profiles)


def _identities(
    tunnel: Tunnel, gateway: Gateway, profiles: Profiles, whom: Whom
) -> tuple[Identity | None, Identity | None] | None:
    """Who both sides say they are, where a line can say it; None: nothing says with whom. The key and the
    profile of the peer go to `whom`.
    """
    losses = profiles.losses
    match tunnel:
        case Ikev2Tunnel():
            losses.unless(
                tunnel.local.secret == tunnel.peer.secret,
                tunnel.peer.source or tunnel.source,
                f"{tunnel.interface}: a key for each side",
                "the device has one key between the two; give both sides the same on the peer",
            )
            whom.add(tunnel, tunnel.local.secret, profiles.isakmp_of(tunnel.ike, tunnel))
            for side in (tunnel.local, tunnel.peer):
                tell_of_certificates(side, losses)
            return None if tunnel.local.by_address else tunnel.local.identity, tunnel.peer.identity
        case Ikev1Tunnel():
            peer = _peer(tunnel, gateway, losses)
            if peer is None:
                return None
            whom.add(
                tunnel, peer.secret, profiles.isakmp_of_peer(peer, tunnel.name, not tunnel.ipsec.rekey_unused)
            )
            theirs = peer.peer_identity
            return peer.local_identity, theirs if isinstance(theirs, Identity) else None
        case _:
            return None


def _of_many(tunnel: Tunnel, gateway: Gateway, profiles: Profiles, whom: Whom) -> list[str]:
    """A tunnel of many peers, each by a line of its own."""
    of_many = gateway.multipoint(tunnel.interface)
    if of_many is None or not of_many.endpoints:
        profiles.losses.add(tunnel.source, f"the peers of {tunnel.interface}", "the device is told of each")
        return []
    each = [one for one in of_each_peer(gateway) if one.interface == tunnel.interface]
    for one in each:
        _identities(one, gateway, profiles, whom)
    header = tunnel.ipsec.gre
    over = " ipv6" if _version(each[0]) == 6 else ""
    lines = [f"tunnel mode {'gre' if header else f'ipsec{over}'} multipoint"]
    lines += [line for line in _ends(tunnel, profiles.losses) if not line.startswith("tunnel destination")]
    lines += [f"tunnel endpoint {hop.address} destination {hop.nbma}" for hop in of_many.endpoints]
    return lines + (_header(header) if header else []) + _protection(tunnel, profiles)


def _protection(tunnel: Tunnel, profiles: Profiles) -> list[str]:
    if not isinstance(tunnel, Ikev1Tunnel | Ikev2Tunnel):
        return []
    ipsec = profiles.ipsec_of(tunnel.ipsec, tunnel.source)
    lines = ["tunnel protection ipsec" + ("" if ipsec == DEFAULT else f" profile {ipsec}")]
    if tunnel.ipsec.df_bit is not DfBit.COPY:
        lines.append(f"tunnel df {tunnel.ipsec.df_bit.value}")
    return lines


def _header(header: Gre) -> list[str]:
    lines = [f"tunnel key {header.key}"] if header.key is not None else []
    return lines + (["tunnel checksum"] if header.checksum else [])


def _gre(tunnel: Tunnel, header: Gre, losses: Losses) -> list[str]:
    losses.unless(
        not header.sequence,
        tunnel.source,
        f"sequence numbers in GRE of {tunnel.interface}",
        "the device has none",
    )
    lines = ["tunnel mode gre" + (" ipv6" if _version(tunnel) == 6 else ""), *_ends(tunnel, losses)]
    return lines + _header(header)


def _peer(tunnel: Ikev1Tunnel, gateway: Gateway, losses: Losses) -> Ikev1Peer | None:
    names = tunnel.peers or tuple(p.name for p in gateway.ikev1_peers if not p.is_fixed)
    losses.unless(
        len(names) == 1, tunnel.source, f"{tunnel.interface} with {len(names)} peers", "a tunnel has one"
    )
    peer = gateway.ikev1_peer(names[0]) if names else None
    if peer is None:
        losses.add(tunnel.source, f"{tunnel.interface}", "nothing says with whom")
        return None
    expected = PeerIdentity.ANYTHING if tunnel.peer_address is ANY else PeerIdentity.ADDRESS
    losses.unless(
        isinstance(peer.peer_identity, Identity) or peer.peer_identity is expected,
        peer.source,
        f"{peer.name}: who the peer may say it is",
        "without a name its address, or anything where that is unknown",
    )
    losses.unless(
        peer.address == tunnel.peer_address,
        peer.source,
        f"{peer.name}: peers of {peer.address}",
        "the device knows one address, a name, or any",
    )
    return peer


def _version(tunnel: Tunnel) -> int:
    address, source = tunnel.peer_address, tunnel.source_address
    if isinstance(address, Hostname):
        return address.version or 4
    found = getattr(address, "version", None) or getattr(source, "version", None)
    if found is None and isinstance(tunnel.ipsec, Ikev1IpsecPolicy):
        return next((s.version for s in tunnel.ipsec.local_selectors), 4)
    return found or 4


def _ends(tunnel: Tunnel, losses: Losses) -> Iterator[str]:
    source = tunnel.source_address
    if source is None and tunnel.outgoing is not None:
        source = tunnel.outgoing.interface
    if source is None:
        losses.add(tunnel.source, f"our end of {tunnel.interface}", "the device needs a `tunnel source`")
    else:
        yield f"tunnel source {source}"
    address = tunnel.peer_address
    yield f"tunnel destination {'dynamic' if address is ANY else address}"


def _own(tunnel: Tunnel, gateway: Gateway) -> object:
    """The address that the tunnel is made from, if the configuration tells."""
    source = tunnel.source_address
    if source is None and tunnel.outgoing is not None:
        source = tunnel.outgoing.interface
    if not isinstance(source, str):
        return source
    interface = gateway.interface(source)
    version = _version(tunnel)
    own = [a.ip for a in interface.addresses if a.version == version] if interface else []
    return own[0] if own else None


def _name(
    side: str, identity: Identity | None, address: object, source: Source | None, losses: Losses
) -> Iterator[str]:
    """`tunnel local name`, `tunnel remote name`; none where the address says the same."""
    if identity is None or not identity.data:
        return
    if identity.type in (IdType.ID_IPV4_ADDR, IdType.ID_IPV6_ADDR):
        if identity.text != str(address):
            yield f"tunnel {side} name {identity.text}"
        return
    if (
        isinstance(address, Hostname)
        and side == "remote"
        and identity == Identity.of(IdType.ID_FQDN, address.name)
    ):
        return
    if losses.unless(
        is_word(identity.text) and _named(identity.text) == identity,
        source,
        f"identity {identity}",
        "the device has addresses, names of the DNS and mail addresses",
    ):
        yield f"tunnel {side} name {identity.text}"


def _named(text: str) -> Identity:
    try:
        return Identity.of_address(ip_address(text))
    except ValueError:
        return Identity.of(IdType.ID_RFC822_ADDR if "@" in text else IdType.ID_FQDN, text)


def _selectors(tunnel: Tunnel, losses: Losses) -> Iterator[str]:
    ipsec = tunnel.ipsec
    local, remote = ipsec.local_selectors, ipsec.remote_selectors
    if isinstance(ipsec, Ikev1IpsecPolicy):
        pairs = list(zip(local, remote, strict=False))
        if pairs in ([(ANY_IPV4, ANY_IPV4)], [(ANY_IPV6, ANY_IPV6)]) and local[0].version == _version(tunnel):
            return
    elif local == remote == EVERYTHING:
        return
    else:
        pairs = [(a, b) for a in local for b in remote if a.version == b.version]
    for number, (ours, theirs) in enumerate(pairs, start=1):
        for side, selector in (("local", ours), ("remote", theirs)):
            plain = TrafficSelector(selector.start, selector.end)
            losses.unless(
                plain == selector and "-" not in str(plain),
                tunnel.source,
                f"selector {selector}",
                "the device has prefixes, no protocols and no ports",
            )
            if "-" not in str(plain):
                which = f"{number} " if len(pairs) > 1 else ""
                yield f"tunnel {side} selector {which}{plain}"


def _tell_what_is_fixed(tunnel: Tunnel, losses: Losses) -> None:
    fixed = [
        (not tunnel.policy_based, "traffic is chosen by selectors", "routes lead into its tunnels"),
        (not tunnel.bypass, "some of that traffic goes past the tunnel", "its tunnels know no exceptions"),
        (
            tunnel.connect is (ConnectType.ON_DEMAND if tunnel.peer_address is ANY else ConnectType.ALWAYS),
            "when the SA is made",
            "the device makes it at once where it knows the address",
        ),
        (
            tunnel.outgoing is None or tunnel.source_address is None,
            "by which interface it leaves",
            "the route to the peer decides",
        ),
    ]
    for fits, what, why in fixed:
        losses.unless(fits, tunnel.source, f"{tunnel.interface}: {what}", why)
    for fits, what in (*_of_packets(tunnel.ipsec), *_of_version(tunnel.ipsec)):
        losses.unless(fits, tunnel.source, f"{tunnel.interface}: {what}", "the device has no setting for it")


def _of_packets(ipsec: IpsecSettings) -> Iterator[tuple[bool, str]]:
    if ipsec.ethernet is None:
        yield ipsec.mode is EncapsulationMode.TUNNEL or ipsec.gre is not None, "transport mode"
    else:
        yield ipsec.mode is EncapsulationMode.TRANSPORT, f"{ipsec.ethernet} in tunnel mode"
    yield (
        ipsec.replay_window == defaults.REPLAY_WINDOW,
        f"a replay window of {ipsec.replay_window} packets",
    )
    # `tunnel df clear` is both.
    is_clear = ipsec.df_bit is DfBit.CLEAR
    yield is_clear or not ipsec.mtu_ignore, "fragments of what forbids it"
    yield ipsec.mtu_ignore or not is_clear, "no fragments of what forbids it, without DF outside"
    yield not ipsec.pre_fragment, "fragments before encryption"


def _of_version(ipsec: IpsecSettings) -> Iterator[tuple[bool, str]]:
    if isinstance(ipsec, IpsecPolicy):
        yield ipsec.soft_bytes is None, "rekey after a number of octets"
        yield ipsec.soft_packets is None, "rekey after a number of packets"
        yield not any(s.esn for s in ipsec.algorithms.sets), "extended sequence numbers"
        yield (
            ipsec.responder_selectors is ResponderSelectors.NARROW,
            "selectors as the peer proposes them",
        )
        before = ipsec.rekey.before_end
    elif isinstance(ipsec, Ikev1IpsecPolicy):
        yield ipsec.commit_bit is CommitBit.OFF, "the commit bit"
        yield ipsec.autorefresh, "SAs that are never renewed"
        yield ipsec.sends_identities, "quick mode without identities"
        yield ipsec.filters, "identities that only name the SA"
        yield all(p.kilobytes is None for p in ipsec.proposals), "SAs that end after so many kilobytes"
        yield all(p.ah == IntegrityId.NONE for p in ipsec.proposals), "AH"
        before = ipsec.rekey_before_end
    else:
        return
    yield before == defaults.REKEY_BEFORE_END, f"rekey {before} s before the end"
