"""Tunnel interfaces with an IKEv2 peer become tunnels."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from kakehashi.dialects.blocks import Block
from kakehashi.dialects.document import Statement
from kakehashi.dialects.nec_ix.lower.certificates import check_use, own_use, peer_use
from kakehashi.dialects.nec_ix.lower.keys import Keys, name_of, read_identity
from kakehashi.dialects.nec_ix.lower.policy import check_policy, ike_policy, ipsec_policy
from kakehashi.dialects.nec_ix.lower.pseudowire import ether_ip
from kakehashi.dialects.nec_ix.lower.routed import Routed
from kakehashi.dialects.nec_ix.lower.settings import POLICY_KEYS, Place, Settings, read_place
from kakehashi.dialects.report import Report
from kakehashi.dialects.spelling import close
from kakehashi.model.address import ANY, Hostname, IPAddress, PeerAddress
from kakehashi.model.gateway import Interface
from kakehashi.model.identity import Authentication, AuthenticationMethod, Identity
from kakehashi.model.tunnel import ConnectType, Ikev2Tunnel, OutgoingInterface
from kakehashi.wire.registry.ikev2 import IdType


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a tunnel refers to."""

    keys: Keys
    profiles: Mapping[str, Place]
    default: Place
    interfaces: Mapping[str, Interface]
    routed: Routed


def lower_tunnel(block: Block, around: Surroundings, report: Report) -> Ikev2Tunnel | None:
    """The tunnel of a tunnel interface, or None if it is none."""
    peer_line = block.last("ikev2 peer")
    mode = block.last("tunnel mode ipsec-ikev2") or ether_ip(block)
    _check_repeated(block, report)
    if peer_line is None:
        about_ikev2 = mode or next((s for s in block.lines if s.key in POLICY_KEYS), None)
        if about_ikev2 is not None:
            report.warning(
                about_ikev2.line,
                "no-peer",
                f"{block.name} has no peer; it is no tunnel",
                "add `ikev2 peer ADDRESS authentication psk id TYPE VALUE`",
            )
        return None
    settings = _settings(block, around, report)
    frames = ether_ip(block) is not None
    check_policy(settings, report, frames=frames)
    peer_address = _address(peer_line)
    peer = _peer(block.name, peer_line, around, report)
    local = _local(block, settings, peer_address, peer, around, report)
    _check_unknown_peer(block.name, peer_line, settings, around, report)
    enabled = around.interfaces[block.name].enabled
    _check_direction(block.name, peer_address, settings, report)
    check_use(block.name, peer_line, local, peer, settings, report)
    if mode is None and block.last("tunnel mode") is not None:
        enabled = False  # of another kind, which its line is told of
    elif mode is None:
        report.warning(
            block.line,
            "no-tunnel-mode",
            f"{block.name} has an IKEv2 peer and no `tunnel mode ipsec-ikev2`; the tunnel stays down",
            "add `tunnel mode ipsec-ikev2`",
        )
        enabled = False
    source = settings.one("source-address")
    return Ikev2Tunnel(
        interface=block.name,
        enabled=enabled,
        peer_address=peer_address,
        local=replace(local, certificates=own_use(settings)),
        peer=replace(peer, certificates=peer_use(settings)),
        ike=ike_policy(settings, may_rekey=peer_address is not ANY),
        ipsec=ipsec_policy(settings, report, frames=frames),
        connect=_connect(settings),
        answers=_direction(settings) != "initiator",
        outgoing=_outgoing(settings, around, report),
        source_address=source.get("address") if source else None,
        source=report.source(block.line),
    )


def _direction(settings: Settings) -> str:
    """Who may begin."""
    line = settings.one("negotiation-direction")
    return str(line.get("direction")) if line is not None else "both"


def _check_direction(name: str, peer: PeerAddress, settings: Settings, report: Report) -> None:
    """Who may not begin, and cannot be begun with, never meets us."""
    line = settings.one("negotiation-direction")
    if line is not None and line.get("direction") == "initiator" and peer is ANY:
        report.warning(
            line.line,
            "nobody-begins",
            f"{name}: the address of the peer is not known, and it is not to begin: nobody can",
            "take the line out, or write the peer's address in `ikev2 peer`",
        )


def _connect(settings: Settings) -> ConnectType:
    connect = settings.one("connect-type")
    if _direction(settings) == "responder":
        return ConnectType.NEVER
    return connect.get("type", ConnectType.ON_DEMAND) if connect else ConnectType.ON_DEMAND


def _check_repeated(block: Block, report: Report) -> None:
    for key in ("ikev2 peer", "ikev2 binding"):
        lines = [s for s in block.lines if s.key == key and not s.negated]
        for line, later in pairwise(lines):
            report.warning(
                line.line, "replaced", f"{block.name}: `{key}` is set again in line {later.line}, which holds"
            )


def _settings(block: Block, around: Surroundings, report: Report) -> Settings:
    """The places that hold for a tunnel: its interface, the profile that it binds, the default profile."""
    own = read_place(block.name, block.lines, report)
    binding = block.last("ikev2 binding")
    if binding is None:
        return Settings((own, around.default))
    name = binding.get("profile")
    profile = around.profiles.get(name)
    if profile is None:
        meant = close(name, around.profiles)
        known = ", ".join(around.profiles) or "none"
        report.error(
            binding.line,
            "undefined-profile",
            f"{block.name} binds `{name}`, and there is no such profile (there are: {known})",
            f"did you mean `{meant}`?" if meant else f"add `ikev2 profile {name}`",
        )
        return Settings((own, around.default))
    return Settings((own, profile, around.default))


def _address(line: Statement) -> PeerAddress:
    """Where the peer is; a name may be of one IP version."""
    address: PeerAddress = line.get("peer")
    if isinstance(address, Hostname):
        return Hostname(address.name, line.get("version"))
    return address


def _peer(tunnel: str, line: Statement, around: Surroundings, report: Report) -> Authentication:
    """The peer's identity: as written, else its name or its address (manual 2.25.2.3.1)."""
    address = _address(line)
    identity: Identity | None
    if "id" in line.values:
        identity = read_identity(line, report)
    elif isinstance(address, Hostname):
        identity = Identity.of(IdType.ID_FQDN, address.name)
    elif address is ANY:
        identity = None
        report.error(
            line.line,
            "no-identity",
            f"{tunnel}: a peer of unknown address is known by its identity alone, and none is given",
            "add `id TYPE VALUE`",
        )
    else:
        identity = _of_address(address)
    identity = identity or Identity(IdType.ID_KEY_ID, b"")
    return _authentication(tunnel, "the peer", identity, line, around.keys, report)


def _local(
    block: Block,
    settings: Settings,
    peer_address: PeerAddress,
    peer: Authentication,
    around: Surroundings,
    report: Report,
) -> Authentication:
    """Our identity: as written, else the address that the tunnel is made from, with its key or the peer's."""
    line = settings.one("local-authentication")
    if line is not None:
        identity = read_identity(line, report) or Identity(IdType.ID_KEY_ID, b"")
        return _authentication(block.name, "this device", identity, line, around.keys, report)
    address = _own_address(settings, peer_address, around)
    if address is None:
        report.error(
            block.line,
            "no-local-authentication",
            f"{block.name}: nothing says who this device is",
            "add `local-authentication psk id TYPE VALUE` to the default profile",
        )
        identity = Identity.of(IdType.ID_IPV4_ADDR, "0.0.0.0")  # noqa: S104
        return Authentication(AuthenticationMethod.PSK, identity, source=report.source(block.line))
    identity = _of_address(address)
    report.info(
        block.line,
        "no-local-authentication",
        f"{block.name}: without `local-authentication` this device is {name_of(identity)}",
    )
    secret = around.keys.find(identity) or peer.secret
    return Authentication(AuthenticationMethod.PSK, identity, secret, report.source(block.line))


def _authentication(
    tunnel: str, whose: str, identity: Identity, line: Statement, keys: Keys, report: Report
) -> Authentication:
    method = line.get("method", AuthenticationMethod.PSK)
    secret = keys.find(identity) if method is AuthenticationMethod.PSK else None
    if method is AuthenticationMethod.PSK and secret is None and identity.data:
        name = name_of(identity)
        meant = keys.close_to(identity)
        report.error(
            line.line,
            "undefined-key",
            f"{tunnel}: {whose} is {name}, and that has no key (these have: {keys.names()})",
            f"did you mean {meant}?"
            if meant
            else f"add `ikev2 authentication psk id {name} key char SECRET`",
        )
    return Authentication(method, identity, secret, report.source(line.line))


def _of_address(address: IPAddress) -> Identity:
    return Identity(IdType.ID_IPV4_ADDR if address.version == 4 else IdType.ID_IPV6_ADDR, address.packed)


def _own_address(settings: Settings, peer: PeerAddress, around: Surroundings) -> IPAddress | None:
    """The address that the tunnel will be made from, if the configuration alone tells it."""
    version = (peer.version or 4) if isinstance(peer, Hostname) else 4 if peer is ANY else peer.version
    source = settings.one("source-address")
    named = source.get("address") if source else None
    if named is not None and not isinstance(named, str):
        fixed: IPAddress = named
        return fixed
    outgoing = settings.one("outgoing-interface")
    name = named or (outgoing.get("interface") if outgoing else _routed(peer, around))
    interface = around.interfaces.get(name) if name else None
    if interface is None:
        return None
    return next((a.ip for a in interface.addresses if a.version == version), None)


def _routed(peer: PeerAddress, around: Surroundings) -> str | None:
    """The interface that the static routes lead to the peer by."""
    return None if isinstance(peer, Hostname) or peer is ANY else around.routed.towards(peer)


def _outgoing(settings: Settings, around: Surroundings, report: Report) -> OutgoingInterface | None:
    line = settings.one("outgoing-interface")
    if line is None:
        return None
    name = line.get("interface")
    if name not in around.interfaces:
        report.warning(
            line.line, "undefined-interface", f"{name} has no `interface` block; it has no address", ""
        )
    return OutgoingInterface(name, line.get("next_hop"), report.source(line.line))


def _check_unknown_peer(
    tunnel: str, peer_line: Statement, settings: Settings, around: Surroundings, report: Report
) -> None:
    """The first message of an unknown peer bears no identity: the default profile answers (manual 2.25.7)."""
    if peer_line.get("peer") is not ANY:
        return
    for key in ("sa-proposal enc", "sa-proposal integrity", "sa-proposal prf", "sa-proposal dh"):
        line = settings.one(key)
        if line is not None and (line,) != around.default.settings.get(key, ()):
            report.warning(
                line.line,
                "unknown-peer-policy",
                f"{tunnel}: `{key}` comes too late for an unknown address; the default profile answers",
                f"move `{key}` to `ikev2 default-profile`",
            )
