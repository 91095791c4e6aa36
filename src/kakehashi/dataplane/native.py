"""The data plane in Rust: userspace ESP over UDP and raw sockets, a TUN device a tunnel."""

from collections.abc import Collection
from dataclasses import fields
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from kakehashi import _dataplane
from kakehashi.dataplane.protocol import (
    Acquire,
    Activity,
    BetweenEnds,
    Counters,
    Datagram,
    DataPlaneEvent,
    Expire,
    FirstInbound,
    Hop,
    KeepaliveReturned,
    L2tpActivity,
    L2tpMessage,
    NextHopWanted,
    NhrpMessage,
    PeerMoved,
    PeerWanted,
    PseudowireActivity,
    PseudowireMessage,
    Returning,
    Sizes,
    Undecryptable,
    UnknownSpi,
)
from kakehashi.model.address import IKE_PORT, NAT_T_PORT, IPAddress, Path, SocketAddress
from kakehashi.model.child_sa import ChildSa, EspKeys
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gre import Gre
from kakehashi.model.l2tp import L2tpSession
from kakehashi.model.pseudowire import Encapsulation, EtherIp, L2tpv3, PseudowireSession, Transport
from kakehashi.model.selector import TrafficSelector
from kakehashi.model.status import InboundCounters, OutboundCounters, Traffic
from kakehashi.wire.registry.ikev2 import IntegrityId

EVENTS_AT_ONCE = 256

_OUTBOUND = [field.name for field in fields(OutboundCounters)]
_INBOUND = [field.name for field in fields(InboundCounters)]


class NativeDataPlane:
    """See `protocol.DataPlane`.

    OSError says which port is taken or which capability is missing. RuntimeError from any call: a data thread
    has failed, and no packet passes any more. ValueError from any call after `close`.
    """

    pre_fragments = True
    learns_path_mtu = False
    takes_between_ends = False

    def __init__(
        self,
        listen_ipv4: bool = True,
        listen_ipv6: bool = True,
        ike_port: int = IKE_PORT,
        nat_t_port: int = NAT_T_PORT,
    ) -> None:
        self._native = _dataplane.DataPlane(listen_ipv4, listen_ipv6, ike_port, nat_t_port)
        self._wires: dict[str, Encapsulation] = {}

    def fileno(self) -> int:
        return self._native.fileno()

    def events(self) -> list[DataPlaneEvent]:
        return [_event(*event) for event in self._native.events(EVENTS_AT_ONCE)]

    def send_ike(self, datagram: bytes, path: Path) -> None:
        self._native.send_ike(datagram, _path_tuple(path))

    def send_nat_keepalive(self, path: Path) -> None:
        self._native.send_nat_keepalive(_path_tuple(path))

    def add_tunnel(
        self, name: str, device: str, mtu: int, gre: Gre | None = None, plain: bool = False
    ) -> None:
        self._native.add_tunnel(name, device, mtu, _gre_tuple(gre), plain)

    def connect(self, tunnel: str, path: Path, peers: Collection[IPAddress] | None = None) -> None:
        known = None if peers is None else [peer.packed for peer in peers]
        self._native.connect(tunnel, _path_tuple(path), known)

    def disconnect(self, tunnel: str) -> None:
        self._native.disconnect(tunnel)

    def send_keepalive(self, tunnel: str) -> None:
        self._native.send_keepalive(tunnel)

    def add_multipoint(
        self, name: str, device: str, mtu: int, gre: Gre | None = None, plain: bool = False
    ) -> None:
        self._native.add_multipoint(name, device, mtu, _gre_tuple(gre), plain)

    def set_next_hops(
        self, name: str, hops: Collection[Hop], multicast: Collection[IPAddress], tells_returning: bool
    ) -> None:
        told = [
            (h.network.network_address.packed, h.network.prefixlen, h.peer.packed if h.peer else None, h.asks)
            for h in hops
        ]
        self._native.set_next_hops(name, told, [peer.packed for peer in multicast], tells_returning)

    def send_nhrp(self, name: str, peer: IPAddress, message: bytes) -> None:
        self._native.send_nhrp(name, peer.packed, message)

    def discard_for(self, name: str, peer: IPAddress) -> None:
        self._native.discard_for(name, peer.packed)

    def add_l2tp_server(self, name: str, device: str, mtu: int, in_the_clear: bool = False) -> None:
        self._native.add_l2tp_server(name, device, mtu, in_the_clear)

    def install_session(self, server: str, session: L2tpSession) -> None:
        ids = (session.tunnel_id, session.session_id, session.peer_tunnel_id, session.peer_session_id)
        try:
            self._native.install_session(
                server=server,
                ids=ids,
                peer=session.peer,
                peer_port=session.peer_port,
                networks=[(one.network_address.packed, one.prefixlen) for one in session.networks],
                mtu=session.mtu,
                sequencing=session.sequencing,
                length=session.length,
                compress_address=session.compress_address,
                compress_protocol=session.compress_protocol,
                path=_path_tuple(session.path) if session.path else None,
            )
        except OverflowError as error:
            raise ValueError(f"a number of the session {ids} cannot be: {error}") from error

    def remove_session(self, server: str, tunnel_id: int, session_id: int) -> None:
        self._native.remove_session(server, tunnel_id, session_id)

    def send_l2tp(self, server: str, payload: bytes, path: Path, peer: str) -> None:
        self._native.send_l2tp(server, payload, peer, _path_tuple(path))

    def l2tp_sessions(self) -> list[L2tpActivity]:
        return [
            L2tpActivity(server, *ids, *inbound, *outbound, *(_seconds(time) for time in idle))
            for server, ids, inbound, outbound, idle in self._native.l2tp_sessions()
        ]

    def add_ethernet_tunnel(self, name: str, device: str, mtu: int, wire: Encapsulation) -> None:
        session = None
        if isinstance(wire, L2tpv3):
            if wire.static is None:
                raise ValueError(f"{name}: a session of L2TPv3 inside a tunnel is static")
            session = _wire_tuple(wire.static, wire.port)
        self._native.add_ethernet_tunnel(name, device, mtu, session)

    def add_pseudowire(self, name: str, device: str, mtu: int, wire: Encapsulation, path: Path) -> None:
        self._native.add_pseudowire(name, device, mtu, _udp_port(wire), _path_tuple(path))
        self._wires[name] = wire

    def install_pseudowire(self, name: str, session: PseudowireSession) -> None:
        wire = self._wires.get(name)
        port = wire.port if isinstance(wire, L2tpv3) else 0
        self._native.install_pseudowire(name, _wire_tuple(session, port))

    def withdraw_pseudowire(self, name: str) -> None:
        if name in self._wires:
            self._native.install_pseudowire(name, None)

    def remove_pseudowire(self, name: str) -> None:
        self._wires.pop(name, None)
        self._native.remove_pseudowire(name)

    def send_pseudowire(self, name: str, payload: bytes) -> None:
        self._native.send_pseudowire(name, payload)

    def pseudowires(self) -> list[PseudowireActivity]:
        return [
            PseudowireActivity(name, *inbound, *outbound, *(_seconds(time) for time in idle))
            for name, inbound, outbound, idle in self._native.pseudowires()
        ]

    def set_sizes(self, name: str, sizes: Sizes) -> None:
        df_bit = sizes.df_bit.value
        self._native.set_sizes(name, sizes.mtu, sizes.pre_fragment, sizes.mtu_ignore, df_bit)

    def set_path_mtu(self, local: IPAddress, remote: IPAddress, mtu: int | None) -> None:
        self._native.set_path_mtu(local.packed, remote.packed, mtu)

    def set_ends(self, name: str, ends: BetweenEnds) -> None:
        pass  # they are led into its device

    def set_own_addresses(self, addresses: Collection[IPAddress]) -> None:
        self._native.set_own_addresses([address.packed for address in addresses])

    def remove_tunnel(self, name: str) -> None:
        self._native.remove_tunnel(name)

    def install(self, sa: ChildSa, use_outbound: bool, sequence: int = 0) -> None:
        """`sequence`: the number of the last packet that counts as sent."""
        self._native.install(
            tunnel=sa.tunnel,
            peer=sa.peer,
            spi_in=sa.spi_in,
            spi_out=sa.spi_out,
            encryption=0 if sa.cipher is None else sa.cipher.id,
            key_bits=0 if sa.cipher is None else sa.cipher.key_bits,
            integrity=sa.integrity,
            keys_in=_keys_tuple(sa.keys_in),
            keys_out=_keys_tuple(sa.keys_out),
            esn=sa.esn,
            local_selectors=[_selector_tuple(selector) for selector in sa.local_selectors],
            remote_selectors=[_selector_tuple(selector) for selector in sa.remote_selectors],
            path=_path_tuple(sa.path),
            udp_encapsulation=sa.udp_encapsulation,
            replay_window=sa.replay_window,
            soft_packets=sa.soft_packets,
            soft_bytes=sa.soft_bytes,
            hard_packets=sa.hard_packets,
            hard_bytes=sa.hard_bytes,
            transport_mode=sa.mode is EncapsulationMode.TRANSPORT,
            use_outbound=use_outbound,
            sequence=sequence,
            ah=_ah_tuple(sa),
        )

    def use_outbound(self, tunnel: str, spi_in: int) -> None:
        self._native.use_outbound(tunnel, spi_in)

    def move(self, spi_in: int, path: Path, udp_encapsulation: bool) -> None:
        self._native.move(spi_in, _path_tuple(path), udp_encapsulation)

    def remove(self, spi_in: int) -> None:
        self._native.remove(spi_in)

    def discard_waiting(self, tunnel: str) -> None:
        self._native.discard_waiting(tunnel)

    def counters(self) -> Counters:
        tunnels, drops = self._native.counters()
        return Counters(
            {
                name: (
                    OutboundCounters(**{field: outbound[field] for field in _OUTBOUND}),
                    InboundCounters(**{field: inbound[field] for field in _INBOUND}),
                )
                for name, (outbound, inbound) in tunnels.items()
            },
            drops,
            dict(self._native.l2tp_drops()),
            dict(self._native.pseudowire_drops()),
        )

    def activity(self) -> list[Activity]:
        return [
            Activity(spi_in, _seconds(inbound), _seconds(outbound))
            for spi_in, inbound, outbound in self._native.activity()
        ]

    def traffic(self) -> dict[int, Traffic]:
        return {spi_in: Traffic(*carried) for spi_in, *carried in self._native.carried()}

    def means(self) -> dict[str, str]:
        return {"backend": "native", **dict(self._native.means())}

    def close(self) -> None:
        self._native.close()


_PathTuple = tuple[bytes, int, bytes, int, str]
_REMEMBERED = 1024
_tuples: dict[int, tuple[Path, _PathTuple]] = {}  # by the path's id, which is its own as long as it is kept


def _path_tuple(path: Path) -> _PathTuple:
    # The same object comes again for every answer, see _path; to hash it would take as long as to do this.
    found = _tuples.get(id(path))
    if found is None:
        local, remote = path.local, path.remote
        told = local.ip.packed, local.port, remote.ip.packed, remote.port, path.interface
        if len(_tuples) == _REMEMBERED:
            _tuples.clear()
        found = _tuples[id(path)] = (path, told)
    return found[1]


# The same few paths come again with every datagram.
@lru_cache(maxsize=_REMEMBERED)
def _path(path: _PathTuple) -> Path:
    local, local_port, remote, remote_port, interface = path
    ends = (SocketAddress(ip_address(local), local_port), SocketAddress(ip_address(remote), remote_port))
    return Path(*ends, interface)


def _gre_tuple(gre: Gre | None) -> tuple[int | None, bool, bool] | None:
    return (gre.key, gre.checksum, gre.sequence) if gre else None


def _keys_tuple(keys: EspKeys) -> tuple[bytes, bytes]:
    return keys.encryption.octets, keys.integrity.octets


def _ah_tuple(sa: ChildSa) -> tuple[int, int, bytes, bytes, bool] | None:
    if sa.ah == IntegrityId.NONE:
        return None
    spi_out = sa.spi_out if sa.ah_spi_out is None else sa.ah_spi_out
    return spi_out, sa.ah, sa.keys_in.ah.octets, sa.keys_out.ah.octets, sa.cipher is None


def _udp_port(wire: Encapsulation) -> int | None:
    """None is EtherIP, 0 is IP alone."""
    if isinstance(wire, EtherIp):
        return None
    return wire.port if wire.transport is Transport.UDP else 0


def _wire_tuple(session: PseudowireSession, port: int) -> tuple[Any, ...]:
    return (
        session.local_id,
        session.remote_id,
        session.local_cookie,
        session.remote_cookie,
        port if session.transport is Transport.UDP else 0,
        session.local_sublayer,
        session.remote_sublayer,
        session.sequencing,
        session.ordered,
    )


def _selector_tuple(selector: TrafficSelector) -> tuple[bytes, bytes, int, int, int]:
    return (
        selector.start.packed,
        selector.end.packed,
        selector.protocol,
        selector.start_port,
        selector.end_port,
    )


def _event(name: Any, *values: Any) -> DataPlaneEvent:
    match name, *values:
        case "datagram", data, path:
            return Datagram(data, _path(path))
        case "acquire", tunnel, source, destination, protocol, source_port, destination_port, refused:
            return Acquire(
                tunnel,
                ip_address(source),
                ip_address(destination),
                protocol,
                source_port,
                destination_port,
                refused,
            )
        case "expire", spi_in, hard:
            return Expire(spi_in, hard)
        case "peer_moved", spi_in, ip, port:
            return PeerMoved(spi_in, SocketAddress(ip_address(ip), port))
        case "first_inbound", spi_in:
            return FirstInbound(spi_in)
        case "unknown_spi", spi, path, packets, in_ah:
            return UnknownSpi(spi, _path(path), packets, in_ah)
        case "keepalive_returned", tunnel:
            return KeepaliveReturned(tunnel)
        case "l2tp_message", tunnel, payload, path, peer:
            return L2tpMessage(tunnel, payload, _path(path), peer)
        case "peer_wanted", tunnel, peer:
            return PeerWanted(tunnel, ip_address(peer))
        case "next_hop_wanted", tunnel, destination:
            return NextHopWanted(tunnel, ip_address(destination))
        case "nhrp_message", tunnel, message, peer:
            return NhrpMessage(tunnel, message, ip_address(peer))
        case "returning", tunnel, header, peer:
            return Returning(tunnel, header, ip_address(peer))
        case "pseudowire_message", wire, payload:
            return PseudowireMessage(wire, payload)
        case "undecryptable", spi_in, path, packets:
            return Undecryptable(spi_in, _path(path), packets)
    raise AssertionError(f"an event that native.py does not know: {name}")


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000
