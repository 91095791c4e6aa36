"""What of a configuration the kernel's IPsec cannot do, or does otherwise than the device."""

from collections.abc import Callable, Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address

from kakehashi.crypto.errors import UnsupportedAlgorithm
from kakehashi.crypto.sizes import encryption_key_size, integrity_key_size
from kakehashi.dataplane.xfrm_pair import LARGEST_WINDOW
from kakehashi.dataplane.xfrm_selectors import outbound
from kakehashi.model.child_sa import EspKeys
from kakehashi.model.finding import Finding, Severity
from kakehashi.model.gateway import Gateway
from kakehashi.model.gre import PROTOCOL as GRE
from kakehashi.model.l2tp_server import L2tpServer
from kakehashi.model.policy import DfBit, Protection
from kakehashi.model.pseudowire import Pseudowire
from kakehashi.model.secret import Secret
from kakehashi.model.tunnel import PlainTunnel, Tunnel
from kakehashi.wire.registry.ikev2 import IntegrityId

Takes = Callable[[Protection, EspKeys], bool]
MakesGre = Callable[[int], bool]
NATIVE = "run it without --backend xfrm"


def findings(gateway: Gateway, takes: Takes, makes_gre: MakesGre) -> tuple[Finding, ...]:
    """Errors for what would not work at all, warnings for what works otherwise.

    `takes`: does the kernel take these algorithms, with keys to try? `makes_gre`: has it devices for GRE in
    packets of this IP version?
    """
    tried: dict[Protection, bool] = {}
    enabled = [tunnel for tunnel in gateway.tunnels if tunnel.enabled]
    servers = tuple(_server(server) for server in gateway.l2tp_servers)
    wires = tuple(_wire(wire) for wire in gateway.pseudowires if wire.enabled)
    return (
        servers
        + wires
        + tuple(
            finding
            for tunnel in enabled
            for finding in (
                *_gre(tunnel, makes_gre),
                *_same_ends(tunnel, enabled),
                *_algorithms(tunnel, takes, tried),
                *_otherwise(tunnel),
            )
        )
    )


def _told(tunnel: Tunnel, severity: Severity, rule: str, message: str) -> Finding:
    return Finding(severity, f"xfrm-{rule}", f"{tunnel.interface}: {message}", tunnel.source, NATIVE)


def _server(server: L2tpServer) -> Finding:
    reason = (
        "the xfrm backend has no L2TP server: to the kernel's SAs of transport mode two clients behind one "
        "NAT, which both send from port 1701, are the same"
    )
    return Finding(Severity.ERROR, "xfrm-l2tp", f"{server.interface}: {reason}", server.source, NATIVE)


def _wire(wire: Pseudowire) -> Finding:
    reason = f"{wire.interface}: the xfrm backend carries no Ethernet frames, so no {wire.encapsulation}"
    return Finding(Severity.ERROR, "xfrm-ethernet", reason, wire.source, NATIVE)


def _gre(tunnel: Tunnel, makes_gre: MakesGre) -> Iterator[Finding]:
    if isinstance(tunnel, PlainTunnel):
        yield _told(tunnel, Severity.ERROR, "plain", "the xfrm backend carries nothing without IPsec")
        return
    if tunnel.multipoint:
        yield _told(tunnel, Severity.ERROR, "multipoint", "the xfrm backend does no tunnels of many peers")
        return
    version = tunnel.peer_address.version if isinstance(tunnel.peer_address, IPv4Address | IPv6Address) else 4
    if tunnel.ipsec.gre is not None and not makes_gre(version):
        yield _told(tunnel, Severity.ERROR, "gre", f"this kernel has no devices for GRE in IPv{version}")


def _same_ends(tunnel: Tunnel, tunnels: Sequence[Tunnel]) -> Iterator[Finding]:
    """Packets of two such tunnels are to one policy the same: one SA would carry those of both."""
    before = tunnels[: tunnels.index(tunnel)]
    for other in before if tunnel.ipsec.between_ends else ():
        same = (other.peer_address, other.source_address) == (tunnel.peer_address, tunnel.source_address)
        if same and other.ipsec.between_ends and _meet(tunnel, other):
            reason = f"it has the ends of {other.interface}: one policy would take the packets of both"
            yield _told(tunnel, Severity.ERROR, "ends", reason)
            return


def _meet(one: Tunnel, other: Tunnel) -> bool:
    """Could both want the same packet between their ends?"""
    protocols = [_protocols(tunnel) for tunnel in (one, other)]
    return 0 in protocols[0] | protocols[1] or bool(protocols[0] & protocols[1])


def _protocols(tunnel: Tunnel) -> set[int]:
    ipsec = tunnel.ipsec
    if ipsec.gre is not None:
        return {GRE}
    return {s.protocol for s in (*ipsec.local_selectors, *ipsec.remote_selectors)}


def _algorithms(tunnel: Tunnel, takes: Takes, tried: dict[Protection, bool]) -> Iterator[Finding]:
    for protection in tunnel.ipsec.protections():
        if protection not in tried:
            tried[protection] = _is_taken(protection, takes)
        if not tried[protection]:
            words = [str(protection.cipher)] if protection.cipher else []
            words += [f.name for f in (protection.integrity, protection.ah) if f != IntegrityId.NONE]
            yield _told(tunnel, Severity.ERROR, "algorithm", f"this kernel has no {' with '.join(words)}")


def _otherwise(tunnel: Tunnel) -> Iterator[Finding]:
    ipsec = tunnel.ipsec
    try:
        outbound(ipsec.local_selectors, ipsec.remote_selectors)
    except ValueError as error:
        yield _told(tunnel, Severity.ERROR, "selectors", str(error))
    if ipsec.df_bit is DfBit.SET and ipsec.gre is None:
        yield _told(
            tunnel,
            Severity.WARNING,
            "df-bit",
            "the kernel's ESP copies the DF bit or clears it; it is copied, not set",
        )
    if ipsec.mtu_ignore:
        yield _told(
            tunnel,
            Severity.WARNING,
            "mtu-ignore",
            "the kernel's ESP drops what is too large and must not be fragmented, and tells its sender",
        )
    if ipsec.replay_window > LARGEST_WINDOW:
        yield _told(
            tunnel,
            Severity.WARNING,
            "replay-window",
            f"the kernel's replay window has {LARGEST_WINDOW} packets at most, not {ipsec.replay_window}",
        )


def _is_taken(protection: Protection, takes: Takes) -> bool:
    cipher = protection.cipher
    try:
        octets = encryption_key_size(cipher.id, cipher.key_bits) if cipher else 0
        sizes = [integrity_key_size(of) for of in (protection.integrity, protection.ah)]
    except UnsupportedAlgorithm:
        return True  # IKE refuses it before the kernel could
    # Different octets: some ciphers refuse keys that are weak.
    keys = [Secret(bytes(range(size))) for size in (octets, *sizes)]
    return takes(protection, EspKeys(encryption=keys[0], integrity=keys[1], ah=keys[2]))
