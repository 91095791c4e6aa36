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
    Counters,
    Datagram,
    DataPlaneEvent,
    Expire,
    FirstInbound,
    L2tpActivity,
    L2tpMessage,
    PeerMoved,
    Sizes,
    Undecryptable,
    UnknownSpi,
)
from kakehashi.model.address import IKE_PORT, NAT_T_PORT, IPAddress, Path, SocketAddress
from kakehashi.model.child_sa import ChildSa, EspKeys
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gre import Gre
from kakehashi.model.l2tp import L2tpSession
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

    def __init__(
        self,
        listen_ipv4: bool = True,
        listen_ipv6: bool = True,
        ike_port: int = IKE_PORT,
        nat_t_port: int = NAT_T_PORT,
    ) -> None:
        self._native = _dataplane.DataPlane(listen_ipv4, listen_ipv6, ike_port, nat_t_port)

    def fileno(self) -> int:
        return self._native.fileno()

    def events(self) -> list[DataPlaneEvent]:
        return [_event(*event) for event in self._native.events(EVENTS_AT_ONCE)]

    def send_ike(self, datagram: bytes, path: Path) -> None:
        self._native.send_ike(datagram, _path_tuple(path))

    def send_nat_keepalive(self, path: Path) -> None:
        self._native.send_nat_keepalive(_path_tuple(path))

    def add_tunnel(self, name: str, device: str, mtu: int, gre: Gre | None = None) -> None:
        header = (gre.key, gre.checksum, gre.sequence) if gre else None
        self._native.add_tunnel(name, device, mtu, header)

    def add_l2tp_server(self, name: str, device: str, mtu: int) -> None:
        self._native.add_l2tp_server(name, device, mtu)

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
            )
        except OverflowError as error:
            raise ValueError(f"a number of the session {ids} cannot be: {error}") from error

    def remove_session(self, server: str, tunnel_id: int, session_id: int) -> None:
        self._native.remove_session(server, tunnel_id, session_id)

    def send_l2tp(self, server: str, payload: bytes, path: Path, peer: str) -> None:
        self._native.send_l2tp(server, payload, peer, path.remote.port)

    def l2tp_sessions(self) -> list[L2tpActivity]:
        return [
            L2tpActivity(server, *ids, *inbound, *outbound, *(_seconds(time) for time in idle))
            for server, ids, inbound, outbound, idle in self._native.l2tp_sessions()
        ]

    def set_sizes(self, name: str, sizes: Sizes) -> None:
        df_bit = sizes.df_bit.value
        self._native.set_sizes(name, sizes.mtu, sizes.pre_fragment, sizes.mtu_ignore, df_bit)

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


def _keys_tuple(keys: EspKeys) -> tuple[bytes, bytes]:
    return keys.encryption.octets, keys.integrity.octets


def _ah_tuple(sa: ChildSa) -> tuple[int, int, bytes, bytes, bool] | None:
    if sa.ah == IntegrityId.NONE:
        return None
    spi_out = sa.spi_out if sa.ah_spi_out is None else sa.ah_spi_out
    return spi_out, sa.ah, sa.keys_in.ah.octets, sa.keys_out.ah.octets, sa.cipher is None


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
        case "unknown_spi", spi, path, packets:
            return UnknownSpi(spi, _path(path), packets)
        case "l2tp_message", tunnel, payload, path, peer:
            return L2tpMessage(tunnel, payload, _path(path), peer)
        case "undecryptable", spi_in, path, packets:
            return Undecryptable(spi_in, _path(path), packets)
    raise AssertionError(f"an event that native.py does not know: {name}")


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000
