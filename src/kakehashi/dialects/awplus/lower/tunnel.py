"""Tunnel interfaces become tunnels (AW-02, AW-10, AW-13)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kakehashi.dialects.awplus import defaults
from kakehashi.dialects.awplus.defaults import DEFAULT
from kakehashi.dialects.awplus.lower.around import Around
from kakehashi.dialects.awplus.lower.certificates import check_certificates, trusted_by
from kakehashi.dialects.awplus.lower.identities import Names, named, read_names
from kakehashi.dialects.awplus.lower.interface import own_address
from kakehashi.dialects.awplus.lower.keys import Party, secret_of
from kakehashi.dialects.awplus.lower.names import suggestion, undefined
from kakehashi.dialects.awplus.lower.profiles import IpsecProfile, IsakmpProfile
from kakehashi.dialects.awplus.lower.pseudowire import MODE as L2TPV3
from kakehashi.dialects.awplus.lower.pseudowire import is_l2tpv3
from kakehashi.dialects.awplus.lower.selectors import read_pairs
from kakehashi.dialects.blocks import Block
from kakehashi.dialects.diagnosis import either
from kakehashi.dialects.document import Statement
from kakehashi.dialects.grammar import Support
from kakehashi.model.address import ANY, Hostname, IPAddress, PeerAddress
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gre import Gre
from kakehashi.model.identity import Authentication, AuthenticationMethod, Identity
from kakehashi.model.ikev1 import ExchangeMode, Ikev1IpsecPolicy, Ikev1Peer, Ikev1Tunnel, PeerIdentity
from kakehashi.model.policy import DfBit, IpsecPolicy, NoIpsec, Rekey
from kakehashi.model.pseudowire import Encapsulation, Pseudowire
from kakehashi.model.secret import Secret
from kakehashi.model.tunnel import ConnectType, Ikev2Tunnel, PlainTunnel, Tunnel
from kakehashi.wire.registry.ikev2 import IdType

MODE, GRE_MODE, PROTECTION = "tunnel mode ipsec", "tunnel mode gre", "tunnel protection ipsec"
GRE_MULTIPOINT, IPSEC_MULTIPOINT = "tunnel mode gre multipoint", "tunnel mode ipsec multipoint"
ENDPOINT = "tunnel endpoint"
SOURCE, DESTINATION, DF = "tunnel source", "tunnel destination", "tunnel df"
_REMEDIES = {
    MODE: "`tunnel mode ipsec ipv4`",
    SOURCE: "`tunnel source ADDRESS`",
    DESTINATION: "`tunnel destination ADDRESS`",
    PROTECTION: "`tunnel protection ipsec`",
    ENDPOINT: "`tunnel endpoint ADDRESS destination ADDRESS`",
}
_ONCE = frozenset({MODE, SOURCE, DESTINATION, PROTECTION, DF}) | {
    f"tunnel {side} {what}" for side in ("local", "remote") for what in ("name", "id")
}
_OF_GRE = ("tunnel key", "tunnel checksum")
_NOBODY = Identity(IdType.ID_KEY_ID, b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ends:
    """A tunnel that has everything it needs: what both versions of IKE make a tunnel of."""

    block: Block
    peer: PeerAddress
    peer_line: int
    source: IPAddress | str | None
    names: Names
    secret: Secret | None
    isakmp: IsakmpProfile
    ipsec: IpsecProfile
    enabled: bool
    gre: Gre | None
    wire: Encapsulation | None = None


def lower_tunnel(
    block: Block, around: Around, wires: Sequence[Pseudowire] = ()
) -> tuple[Tunnel | None, Ikev1Peer | None]:
    """The tunnel of a tunnel interface, and with whom its phase 1 is made if that is of version 1.

    `wires`: tunnels of L2TPv3, of which those that IPsec protects are tunnels of it, too.
    """
    if not any(s.key.startswith("tunnel ") for s in block.lines):
        return None, None
    wire = next((w for w in wires if w.interface == block.name), None)
    if is_l2tpv3(block):
        # There the IDs are of sessions, and none of IKE.
        lines = [s for s in block.lines if s.key not in ("tunnel local id", "tunnel remote id")]
        block = Block(block.name, block.opener, lines)
    _tell_replaced(block, around)
    if is_multipoint(block):
        return None, None  # its peers have lines of their own
    is_gre = _is_gre(block)
    if is_gre and block.last(PROTECTION) is None:
        return _plain(block, around), None
    ipsec = _ipsec_profile(block, around)
    names = read_names(block)
    peer, peer_line = _destination(block)
    party = Party(block.name, peer, names.remote_text)
    isakmp = _isakmp_profile(party, around)
    if _is_other_kind(block) or (is_l2tpv3(block) and (wire is None or not wire.protected)):
        around.keys.find(party)
        return None, None
    if not is_gre and wire is None:
        tell_of_gre(block, around)
    _tell_of_endpoints(block, around)
    if tell_missing(block, _needed(is_gre or wire is not None), around):
        return None, None
    if ipsec is None or isakmp is None:
        return None, None
    return _protected(block, (peer, peer_line), (isakmp, ipsec), around, wire)


def towards(
    block: Block, peer: IPAddress, line: int, around: Around
) -> tuple[Tunnel | None, Ikev1Peer | None]:
    """A tunnel of many peers as it is for one of them, which `line` names: as `lower_tunnel`."""
    party = Party(block.name, peer, "")
    profiles = _isakmp_profile(party, around), _ipsec_profile(block, around)
    if profiles[0] is None or profiles[1] is None:
        return None, None
    return _protected(block, (peer, line), (profiles[0], profiles[1]), around)


def _protected(
    block: Block,
    destination: tuple[PeerAddress, int],
    profiles: tuple[IsakmpProfile, IpsecProfile],
    around: Around,
    wire: Pseudowire | None = None,
) -> tuple[Tunnel, Ikev1Peer | None]:
    """A tunnel with IPsec to one peer. `destination`: where that is, and the line that says so."""
    (peer, peer_line), (isakmp, ipsec), names = destination, profiles, read_names(block)
    of_one_version = _is_of_one_version(block, around)
    secret = _secret(block, Party(block.name, peer, names.remote_text), isakmp, peer_line, around)
    provable = secret is not None or isakmp.proves_by_certificates
    ends = _Ends(
        block=block,
        peer=peer,
        peer_line=peer_line,
        source=source_of(block, around),
        names=names,
        secret=secret,
        isakmp=isakmp,
        ipsec=ipsec,
        enabled=around.interfaces[block.name].enabled and of_one_version and provable,
        gre=header_of(block) if _is_gre(block) else None,
        wire=wire.encapsulation if wire else None,
    )
    _tell_on_demand(ends, around)
    if isakmp.version == 1:
        return _ikev1(ends, around)
    return _ikev2(ends, around), None


def _plain(block: Block, around: Around) -> PlainTunnel | None:
    """GRE that nothing protects."""
    if tell_missing(block, (SOURCE, DESTINATION), around):
        return None
    peer, peer_line = _destination(block)
    if peer is ANY:
        around.report.warning(
            peer_line,
            "no-address",
            f"{block.name}: without IPsec a peer is known by its address alone, and none is given; it stays "
            "down",
            "add `tunnel destination ADDRESS`",
        )
        return None
    return unprotected(block, peer, around)


def unprotected(block: Block, peer: PeerAddress, around: Around) -> PlainTunnel:
    """A tunnel of GRE in the clear, to `peer` or, of many, to ANY."""
    of_one_version, is_of_many = _is_of_one_version(block, around), is_multipoint(block)
    return PlainTunnel(
        interface=block.name,
        enabled=around.interfaces[block.name].enabled and of_one_version,
        peer_address=peer,
        ipsec=NoIpsec(gre=header_of(block), df_bit=_df_bit(block) if block.last(DF) else DfBit.CLEAR),
        connect=ConnectType.ON_DEMAND if is_of_many else ConnectType.ALWAYS,
        source_address=source_of(block, around),
        multipoint=is_of_many,
        source=around.report.source(block.line),
    )


def header_of(block: Block) -> Gre:
    """What the lines say of the header of GRE."""
    key = block.last("tunnel key")
    return Gre(key=key.get("key") if key else None, checksum=block.last("tunnel checksum") is not None)


def tell_of_gre(block: Block, around: Around) -> None:
    for line in (found for key in _OF_GRE if (found := block.last(key))):
        around.report.warning(
            line.line,
            "misplaced",
            f"{block.name}: `{line.command.words}` is of GRE, and the tunnel is not; the line has no effect",
            "write `tunnel mode gre`, or take the line out",
        )


def _tell_of_endpoints(block: Block, around: Around) -> None:
    for line in block.all(ENDPOINT):
        around.report.warning(
            line.line,
            "misplaced",
            f"{block.name}: `tunnel endpoint` is of a tunnel with many peers, and this one has two ends; the "
            "line has no effect",
            "write `tunnel mode gre multipoint` or `tunnel mode ipsec multipoint`, or take the line out",
        )


def _needed(has_mode: bool) -> tuple[str, ...]:
    return (SOURCE, DESTINATION, PROTECTION) if has_mode else (MODE, SOURCE, DESTINATION, PROTECTION)


def tell_missing(block: Block, keys: tuple[str, ...], around: Around) -> bool:
    """Does the tunnel lack any of these lines?"""
    missing = [key for key in keys if not (block.all(key) if key == ENDPOINT else block.last(key))]
    if missing:
        lacking = either([f"`{key}`" for key in missing])
        around.report.warning(
            block.line,
            "tunnel-incomplete",
            f"{block.name} has no {lacking}; it stays down",
            f"add {either([_REMEDIES[key] for key in missing]).replace(' or ', ' and ')}",
        )
    return bool(missing)


def mode_of(block: Block) -> Statement | None:
    """The line that says what kind of tunnel it is."""
    modes = [s for s in block.lines if s.key.startswith("tunnel mode")]
    return modes[-1] if modes and not modes[-1].negated else None


def is_multipoint(block: Block) -> bool:
    """Has the tunnel many peers?"""
    mode = mode_of(block)
    return mode is not None and mode.key in (GRE_MULTIPOINT, IPSEC_MULTIPOINT)


def _is_gre(block: Block) -> bool:
    mode = mode_of(block)
    return mode is not None and mode.key in (GRE_MODE, GRE_MULTIPOINT)


def version_of(block: Block) -> int:
    """Of IP, outside."""
    mode = mode_of(block)
    version: int | None = mode.get("version") if mode else 4
    if version is None and is_l2tpv3(block):
        # It is of the version of its ends where nothing else is said.
        ends = (block.last(key) for key in (SOURCE, DESTINATION))
        version = next((line.get("address").version for line in ends if line and line.get("address")), None)
    return version or 4


def _is_other_kind(block: Block) -> bool:
    """Is it a tunnel that is not there yet? Its line has a finding of its own."""
    mode = mode_of(block)
    return mode is not None and mode.command.support is Support.NOT_YET


def _tell_replaced(block: Block, around: Around) -> None:
    last: dict[str, Statement] = {}
    for statement in block.lines:
        before = last.pop(statement.key, None)
        if statement.negated or statement.key not in _ONCE:
            continue
        if before is not None and before.values != statement.values:
            around.report.warning(
                before.line,
                "replaced",
                f"{block.name}: `{statement.key}` is set again in line {statement.line}, which holds",
            )
        last[statement.key] = statement


def _ipsec_profile(block: Block, around: Around) -> IpsecProfile | None:
    line = block.last(PROTECTION)
    name = line.get("profile", DEFAULT) if line else DEFAULT
    found = around.ipsec.get(name)
    around.used.add(("IPsec", name))
    if found is None and line is not None:
        others = [n for n in around.ipsec if n != DEFAULT]
        remedy = f"add `crypto ipsec profile {name}`"
        undefined(around.report, line.line, "IPsec profile", name, block.name, others, remedy)
    return found


def _isakmp_profile(party: Party, around: Around) -> IsakmpProfile | None:
    line = around.peers.find(party)
    return around.isakmp.get(line.get("profile")) if line else around.isakmp[DEFAULT]


def _destination(block: Block) -> tuple[PeerAddress, int]:
    line = block.last(DESTINATION)
    if line is None or line.get("dynamic"):
        return ANY, line.line if line else block.line
    hostname: Hostname | None = line.get("hostname")
    if hostname is None:
        address: IPAddress = line.get("address")
        return address, line.line
    return Hostname(hostname.name.lower(), version_of(block) if mode_of(block) else None), line.line


def source_of(block: Block, around: Around) -> IPAddress | str | None:
    line = block.last(SOURCE)
    if line is None:
        return None
    address: IPAddress | None = line.get("address")
    if address is not None:
        return address
    name: str = line.get("interface")
    if name not in around.interfaces:
        around.report.error(
            line.line,
            "undefined-interface",
            f"{block.name} takes its source from {name}, which has no `interface` block",
            suggestion(name, around.interfaces),
        )
    return name


def _is_of_one_version(block: Block, around: Around) -> bool:
    """Are both ends of the IP version that the mode says?"""
    version, kind = version_of(block), _kind(block)
    for key in (SOURCE, DESTINATION):
        line = block.last(key)
        address = line.get("address") if line else None
        if line is not None and address is not None and address.version != version:
            other = f"write `{_mode_words(kind, address.version)}`, or an IPv{version} address"
            around.report.error(
                line.line,
                "tunnel-version",
                f"{block.name}: `{key}` is an IPv{address.version} address, and the tunnel is {kind} over "
                f"IPv{version}",
                f"write an IPv{version} address" if is_multipoint(block) else other,
            )
            return False
    return True


def _kind(block: Block) -> str:
    return "L2TPv3" if is_l2tpv3(block) else "GRE" if _is_gre(block) else "IPsec"


def _mode_words(kind: str, version: int) -> str:
    if kind == "L2TPv3":
        return f"{L2TPV3} ipv{version}"
    if kind == "GRE":
        return GRE_MODE + (" ipv6" if version == 6 else "")
    return f"{MODE} ipv{version}"


def _secret(
    block: Block, party: Party, isakmp: IsakmpProfile, peer_line: int, around: Around
) -> Secret | None:
    """The key between the two ends, where one is wanted; None, and a finding, without one."""
    if AuthenticationMethod.SIGNATURE in (isakmp.local, isakmp.remote):
        check_certificates(block, isakmp, around)
    if isakmp.proves_by_certificates:
        return None
    line = around.keys.find(party)
    if line is None:
        who = party.name if party.address is ANY else str(party.address)
        what = f"address {who}" if isinstance(party.address, IPAddress) else f"hostname {who}"
        around.report.error(
            peer_line,
            "undefined-key",
            f"{block.name}: there is no pre-shared key for {who or 'the peer'} (there are keys for: "
            f"{around.keys.names()})",
            around.keys.close_to(party)
            or (f"add `crypto isakmp key SECRET {what}`" if who else "add `tunnel remote name NAME`"),
        )
    return secret_of(line, around.report)


def _tell_on_demand(ends: _Ends, around: Around) -> None:
    for profile in (ends.isakmp, ends.ipsec):
        if profile.on_demand and ends.isakmp.version == 2:
            around.report.warning(
                profile.line,
                "not-yet",
                "`rekey on-demand` is not there yet with version 2: keys are renewed without traffic, too",
            )


def _ikev2(ends: _Ends, around: Around) -> Ikev2Tunnel:
    block, report = ends.block, around.report
    pairs = read_pairs(block, 2, report)
    local, peer = _own_side(ends, around), _peer_side(ends, around)
    return Ikev2Tunnel(
        interface=block.name,
        enabled=ends.enabled,
        peer_address=ends.peer,
        local=replace(local, certificates=trusted_by(ends.isakmp, is_own=True)),
        peer=replace(peer, certificates=trusted_by(ends.isakmp, is_own=False)),
        ike=ends.isakmp.ike_policy,
        ipsec=IpsecPolicy(
            ethernet=ends.wire,
            algorithms=ends.ipsec.algorithms,
            rekey=Rekey(ends.ipsec.lifetime, defaults.REKEY_BEFORE_END),
            mode=_encapsulation(ends),
            gre=ends.gre,
            local_selectors=pairs.local,
            remote_selectors=pairs.remote,
            replay_window=defaults.REPLAY_WINDOW,
            mtu_ignore=_df_bit(block) is DfBit.CLEAR,
            df_bit=_df_bit(block),
            name=ends.ipsec.name,
        ),
        connect=_connect(ends),
        source_address=ends.source,
        source=report.source(block.line),
    )


def _encapsulation(ends: _Ends) -> EncapsulationMode:
    """The kind of tunnel says it: IPsec tunnels have tunnel mode, others are protected in transport mode."""
    is_own = ends.gre is None and ends.wire is None
    return EncapsulationMode.TUNNEL if is_own else EncapsulationMode.TRANSPORT


def _df_bit(block: Block) -> DfBit:
    """Of the packets outside. Where it is off, nobody can be told what fits: everything is fragmented."""
    line = block.last(DF)
    bit: DfBit = line.get("df") if line else DfBit.COPY
    return bit


def _connect(ends: _Ends) -> ConnectType:
    """A tunnel without SA is down, and its routes are gone: listings of the maker have routes to `null` for
    that time. So it is made before there is traffic.
    """
    return ConnectType.ON_DEMAND if ends.peer is ANY else ConnectType.ALWAYS


def _own_side(ends: _Ends, around: Around) -> Authentication:
    """Who we are: our name, else the address that the tunnel is made from."""
    line, method = ends.names.local, ends.isakmp.local
    if line is not None:
        return Authentication(method, named(line), ends.secret, around.report.source(line.line))
    where = ends.block.last(SOURCE)
    at = around.report.source(where.line if where else ends.block.line)
    address = own_source(ends.block, ends.source, around)
    if address is not None:
        return Authentication(method, Identity.of_address(address), ends.secret, at)
    around.report.info(
        at.line,
        "no-local-identity",
        f"{ends.block.name}: this device is known by the address that {ends.source} has then, and the "
        "peer must expect that one",
        "add `tunnel local name NAME`, and `tunnel remote name NAME` on the other side",
    )
    return Authentication(method, _NOBODY, ends.secret, at, by_address=True)


def own_source(block: Block, source: IPAddress | str | None, around: Around) -> IPAddress | None:
    """The address that a tunnel is made from, if the configuration alone tells it."""
    if isinstance(source, str):
        return own_address(around.interfaces, source, version_of(block))
    return source


def _peer_side(ends: _Ends, around: Around) -> Authentication:
    """Who the peer is: its name, else its address, else its name in the DNS."""
    line, method, block = ends.names.remote, ends.isakmp.remote, ends.block
    source = around.report.source(line.line if line else ends.peer_line)
    if line is not None:
        identity = named(line)
    elif isinstance(ends.peer, Hostname):
        identity = Identity.of(IdType.ID_FQDN, ends.peer.name)
        around.report.info(
            ends.peer_line,
            "peer-by-name",
            f"{block.name}: without `tunnel remote name` the peer must say that it is {ends.peer}",
            f"write `tunnel local name {ends.peer}` on the other side",
        )
    elif ends.peer is ANY:
        identity = _NOBODY
        around.report.error(
            ends.peer_line,
            "no-identity",
            f"{block.name}: a peer of unknown address is known by its name alone, and none is given",
            "add `tunnel remote name NAME`",
        )
    else:
        identity = Identity.of_address(ends.peer)
    return Authentication(method, identity, ends.secret, source)


def _ikev1(ends: _Ends, around: Around) -> tuple[Ikev1Tunnel, Ikev1Peer]:
    block, report, profile = ends.block, around.report, ends.isakmp
    pairs = read_pairs(block, 1, report)
    mode = mode_of(block)
    _check_mode(ends, around)
    local, remote = ends.names.local, ends.names.remote
    peer = Ikev1Peer(
        name=block.name,
        address=ends.peer,
        secret=ends.secret,
        proposals=profile.proposals(report),
        mode=profile.mode,
        accepts_aggressive=profile.mode is ExchangeMode.AGGRESSIVE,
        local_identity=named(local) if local else None,
        peer_identity=named(remote) if remote else _unnamed(ends.peer),
        dpd=profile.dead_peer_detection(),
        retransmit=defaults.RETRANSMIT,
        nat_traversal=True,
        nat_keepalive=defaults.NAT_KEEPALIVE,
        renew_before_end=defaults.REKEY_BEFORE_END,
        certificates=trusted_by(profile, is_own=False),
        source=report.source(mode.line if mode else block.line),
    )
    tunnel = Ikev1Tunnel(
        interface=block.name,
        enabled=ends.enabled,
        peer_address=ends.peer,
        ipsec=Ikev1IpsecPolicy(
            ethernet=ends.wire,
            proposals=ends.ipsec.proposals(report),
            pfs=ends.ipsec.group,
            mode=_encapsulation(ends),
            gre=ends.gre,
            local_selectors=pairs.local,
            remote_selectors=pairs.remote,
            replay_window=defaults.REPLAY_WINDOW,
            rekey_before_end=defaults.REKEY_BEFORE_END,
            rekey_unused=not (profile.on_demand or ends.ipsec.on_demand),
            mtu_ignore=_df_bit(block) is DfBit.CLEAR,
            df_bit=_df_bit(block),
            name=ends.ipsec.name,
        ),
        connect=_connect(ends),
        source_address=ends.source,
        peers=(peer.name,),
        name=profile.name,
        source=report.source(block.line),
    )
    return tunnel, peer


def _unnamed(peer: PeerAddress) -> PeerIdentity:
    return PeerIdentity.ANYTHING if peer is ANY else PeerIdentity.ADDRESS


def _check_mode(ends: _Ends, around: Around) -> None:
    """Main mode with a pre-shared key knows its peer by the address alone (RFC 2409 section 5.4)."""
    if ends.isakmp.mode is not ExchangeMode.MAIN:
        return
    line: Statement | None = ends.names.remote
    if ends.peer is ANY:
        around.report.warning(
            ends.peer_line,
            "main-mode",
            f"{ends.block.name}: in main mode a pre-shared key is found by the peer's address, and that is "
            "not known here",
            f"write `version 2` or `version 1 mode aggressive` in the ISAKMP profile {ends.isakmp.name}"
            if line
            else "add `tunnel remote name NAME`, and use `version 2`",
        )
