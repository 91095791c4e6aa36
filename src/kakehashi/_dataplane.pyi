"""The native part of the data plane. `kakehashi.dataplane.native` gives its tuples names."""

from typing import Any

_Path = tuple[bytes, int, bytes, int, str]
"""Local address and port, remote address and port, interface or "". Addresses are their octets."""

_Selector = tuple[bytes, bytes, int, int, int]
"""First and last address, protocol, first and last port."""

_Keys = tuple[bytes, bytes]
"""Encryption key with salt, integrity key."""

class DataPlane:
    """Sockets, TUN devices, data threads. OSError: the host refuses. RuntimeError: a thread failed."""

    def __new__(cls, listen_ipv4: bool, listen_ipv6: bool, ike_port: int, nat_t_port: int) -> DataPlane: ...
    def fileno(self) -> int: ...
    def events(self, limit: int) -> list[tuple[object, ...]]: ...
    def send_ike(self, datagram: bytes, path: _Path) -> None: ...
    def send_nat_keepalive(self, path: _Path) -> None: ...
    def add_tunnel(
        self,
        name: str,
        device: str,
        mtu: int,
        gre: tuple[int | None, bool, bool] | None = None,
        plain: bool = False,
    ) -> None: ...
    def add_l2tp_server(self, name: str, device: str, mtu: int, in_the_clear: bool = False) -> None: ...
    def add_multipoint(
        self,
        name: str,
        device: str,
        mtu: int,
        gre: tuple[int | None, bool, bool] | None = None,
        plain: bool = False,
    ) -> None: ...
    def set_next_hops(
        self,
        name: str,
        hops: list[tuple[bytes, int, bytes | None, bool]],
        multicast: list[bytes],
        tells_returning: bool,
    ) -> None: ...
    def send_nhrp(self, name: str, peer: bytes, message: bytes) -> None: ...
    def discard_for(self, name: str, peer: bytes) -> None: ...
    def install_session(
        self,
        *,
        server: str,
        ids: tuple[int, int, int, int],
        peer: str,
        peer_port: int,
        networks: list[tuple[bytes, int]],
        mtu: int,
        sequencing: bool,
        length: bool,
        compress_address: bool,
        compress_protocol: bool,
        path: _Path | None = None,
    ) -> None: ...
    def remove_session(self, server: str, tunnel_id: int, session_id: int) -> None: ...
    def send_l2tp(self, server: str, payload: bytes, peer: str, path: _Path) -> None: ...
    def l2tp_sessions(
        self,
    ) -> list[
        tuple[str, tuple[int, int], tuple[int, int], tuple[int, int], tuple[int | None, int | None]]
    ]: ...
    def l2tp_drops(self) -> list[tuple[str, int]]: ...
    def add_ethernet_tunnel(
        self, name: str, device: str, mtu: int, session: tuple[Any, ...] | None
    ) -> None: ...
    def add_pseudowire(
        self, name: str, device: str, mtu: int, l2tpv3_port: int | None, path: _Path
    ) -> None: ...
    def install_pseudowire(self, name: str, session: tuple[Any, ...] | None) -> None: ...
    def remove_pseudowire(self, name: str) -> None: ...
    def send_pseudowire(self, name: str, message: bytes) -> None: ...
    def pseudowires(
        self,
    ) -> list[tuple[str, tuple[int, int], tuple[int, int], tuple[int | None, int | None]]]: ...
    def pseudowire_drops(self) -> list[tuple[str, int]]: ...
    def set_sizes(self, name: str, mtu: int, pre_fragment: bool, mtu_ignore: bool, df_bit: str) -> None: ...
    def set_path_mtu(self, local: bytes, remote: bytes, mtu: int | None) -> None: ...
    def set_own_addresses(self, addresses: list[bytes]) -> None: ...
    def remove_tunnel(self, name: str) -> None: ...
    def install(
        self,
        *,
        tunnel: str,
        spi_in: int,
        spi_out: int,
        encryption: int,
        key_bits: int,
        integrity: int,
        keys_in: _Keys,
        keys_out: _Keys,
        esn: bool,
        local_selectors: list[_Selector],
        remote_selectors: list[_Selector],
        path: _Path,
        udp_encapsulation: bool,
        replay_window: int,
        soft_packets: int | None,
        soft_bytes: int | None,
        use_outbound: bool,
        hard_packets: int | None = None,
        hard_bytes: int | None = None,
        transport_mode: bool = False,
        sequence: int = 0,
        peer: str = "",
        ah: tuple[int, int, bytes, bytes, bool] | None = None,
    ) -> None: ...
    def connect(self, tunnel: str, path: _Path, peers: list[bytes] | None = None) -> None: ...
    def disconnect(self, tunnel: str) -> None: ...
    def send_keepalive(self, tunnel: str) -> None: ...
    def use_outbound(self, tunnel: str, spi_in: int) -> None: ...
    def move(self, spi_in: int, path: _Path, udp_encapsulation: bool) -> None: ...
    def remove(self, spi_in: int) -> None: ...
    def discard_waiting(self, tunnel: str) -> None: ...
    def counters(self) -> tuple[dict[str, tuple[dict[str, int], dict[str, int]]], dict[str, int]]: ...
    def activity(self) -> list[tuple[int, int | None, int | None]]: ...
    def carried(self) -> list[tuple[int, int, int, int, int]]: ...
    def means(self) -> list[tuple[str, str]]: ...
    def close(self) -> None: ...

class AhSa:
    """One SA of AH, both directions. ValueError: what is wrong with the key, or why a packet is dropped."""

    def __new__(
        cls,
        spi: int,
        integrity: int,
        key: bytes,
        *,
        is_v6: bool = False,
        esn: bool = False,
        replay_window: int = 64,
        sequence: int = 0,
    ) -> AhSa: ...
    def protect(self, packet: bytes) -> bytes: ...
    def verify(self, packet: bytes, front: int) -> bytes: ...

class EspSa:
    """One ESP SA without sockets; both halves have one SPI and one set of keys. Algorithms by IANA number."""

    def __new__(
        cls,
        spi: int,
        encryption: int,
        key_bits: int,
        integrity: int,
        encryption_key: bytes,
        integrity_key: bytes,
        *,
        esn: bool = False,
        replay_window: int = 64,
        sequence: int = 0,
    ) -> EspSa: ...
    def encapsulate(self, packet: bytes) -> bytes:
        """An IP packet as an ESP packet, from its SPI to its ICV."""

    def decapsulate(self, packet: bytes) -> bytes:
        """The IP packet in an ESP packet; b"" for a dummy. ValueError names the reason of a drop."""

    def encapsulate_transport(self, packet: bytes) -> bytes:
        """An IP packet with ESP put behind its headers. ValueError: it is a fragment, or malformed."""

    def decapsulate_transport(self, packet: bytes) -> bytes:
        """The IP packet that ESP was put into, from the packet with ESP; otherwise as `decapsulate`."""
