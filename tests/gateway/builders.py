"""Small configurations and hosts for the gateway's tests."""

from dataclasses import replace
from ipaddress import ip_address, ip_interface, ip_network
from typing import Any

from kakehashi.gateway.host.facts import Facts, HostRoute, Link, Lookup
from kakehashi.model.address import IPAddress, Path, SocketAddress
from kakehashi.model.algorithms import ChildAlgorithms, Cipher, IkeAlgorithms
from kakehashi.model.child_sa import ChildSa, EspKeys
from kakehashi.model.gateway import Gateway, Interface, InterfaceKind, Route
from kakehashi.model.identity import Authentication, AuthenticationMethod, Identity
from kakehashi.model.ikev1 import (
    ExchangeMode,
    Ikev1IpsecPolicy,
    Ikev1Peer,
    Ikev1Tunnel,
    Phase1Proposal,
    Phase2Proposal,
)
from kakehashi.model.policy import IkePolicy, IpsecPolicy, Rekey
from kakehashi.model.secret import Secret
from kakehashi.model.selector import ANY_IPV4, EVERYTHING
from kakehashi.model.source import Source
from kakehashi.model.status import (
    IkeSaKeys,
    IkeSaState,
    IkeSaStatus,
    IpsecSaStatus,
    IsakmpSaStatus,
    Phase1Step,
    Role,
)
from kakehashi.model.tunnel import Ikev2Tunnel, Tunnel
from kakehashi.wire.registry.ikev1 import HashAlgorithm
from kakehashi.wire.registry.ikev2 import EncryptionId, IdType, IntegrityId, KeyExchangeId, PrfId

AES_CBC_256 = Cipher(EncryptionId.ENCR_AES_CBC, 256)
AES_GCM_128 = Cipher(EncryptionId.ENCR_AES_GCM_16, 128)
SHA1 = IntegrityId.AUTH_HMAC_SHA1_96
IKE = IkePolicy(
    algorithms=IkeAlgorithms((AES_CBC_256,), (SHA1,), (PrfId.PRF_HMAC_SHA1,), (KeyExchangeId.MODP_2048,)),
    rekey=Rekey(86400, 30),
)
IPSEC = IpsecPolicy(algorithms=ChildAlgorithms((AES_CBC_256,), (SHA1,)), rekey=Rekey(28800, 60))
PHASE1 = Phase1Proposal(
    cipher=AES_CBC_256, hash=HashAlgorithm.SHA, group=KeyExchangeId.MODP_2048, lifetime=28800
)
IKEV1_IPSEC = Ikev1IpsecPolicy(
    proposals=(Phase2Proposal(cipher=AES_CBC_256, integrity=SHA1, lifetime=28800),),
    local_selectors=(ANY_IPV4,),
    remote_selectors=(ANY_IPV4,),
    filters=False,
)
PEER = ip_address("10.2.0.1")
OURS = ip_address("10.1.0.1")
NEXT_HOP = ip_address("10.1.0.254")
DEVICES = {"GigaEthernet0.0": "eth0", "GigaEthernet1.0": "eth1", "Tunnel0.0": "Tunnel0.0"}


def psk(name: str) -> Authentication:
    identity = Identity.of(IdType.ID_KEY_ID, name)
    return Authentication(AuthenticationMethod.PSK, identity, Secret(b"a secret of many letters"))


def tunnel(interface: str = "Tunnel0.0", **changes: Any) -> Ikev2Tunnel:
    plain = Ikev2Tunnel(
        interface=interface,
        enabled=True,
        peer_address=PEER,
        local=psk("site1"),
        peer=psk("site2"),
        ike=IKE,
        ipsec=IPSEC,
        source=Source("router.cfg", 20),
    )
    return replace(plain, **changes)


def ikev1_peer(name: str = "site2", **changes: Any) -> Ikev1Peer:
    plain = Ikev1Peer(
        name=name,
        address=PEER,
        secret=Secret(b"a secret of many letters"),
        proposals=(PHASE1,),
        source=Source("router.cfg", 7),
    )
    return replace(plain, **changes)


def ikev1_tunnel(interface: str = "Tunnel0.0", **changes: Any) -> Ikev1Tunnel:
    plain = Ikev1Tunnel(
        interface=interface,
        enabled=True,
        peer_address=PEER,
        ipsec=IKEV1_IPSEC,
        peers=("site2",),
        source=Source("router.cfg", 20),
    )
    return replace(plain, **changes)


def interface(name: str, *addresses: str, **changes: Any) -> Interface:
    kind = InterfaceKind.TUNNEL if name.startswith("Tunnel") else InterfaceKind.PHYSICAL
    plain = Interface(
        name=name,
        kind=kind,
        enabled=True,
        addresses=tuple(ip_interface(a) for a in addresses),
        source=Source("router.cfg", 10),
    )
    return replace(plain, **changes)


def route(destination: str, by: str | None = None, next_hop: str | None = None, metric: int = 1) -> Route:
    return Route(
        destination=ip_network(destination),
        next_hop=ip_address(next_hop) if next_hop else None,
        interface=by,
        metric=metric,
        source=Source("router.cfg", 5),
    )


def gateway(*tunnels: Tunnel, **changes: Any) -> Gateway:
    tunnels = tunnels or (tunnel(),)
    if any(isinstance(t, Ikev1Tunnel) for t in tunnels):
        changes = {"ikev1_peers": (ikev1_peer(),), **changes}
    plain = Gateway(
        dialect="nec-ix",
        unknown_peer_policy=IKE,
        hostname="site1",
        interfaces=(
            interface("GigaEthernet0.0", "10.1.0.1/24"),
            interface("GigaEthernet1.0", "192.168.1.1/24"),
            *(interface(t.interface, unnumbered="GigaEthernet1.0") for t in tunnels),
        ),
        tunnels=tunnels,
        routes=(route("0.0.0.0/0", next_hop="10.1.0.254"), route("192.168.2.0/24", by="Tunnel0.0")),
    )
    return replace(plain, **changes)


def link(name: str, *addresses: str, index: int = 1, running: bool = True, mtu: int = 1500) -> Link:
    return Link(
        index=index,
        name=name,
        admin_up=running,
        running=running,
        mtu=mtu,
        addresses=tuple(ip_interface(a) for a in addresses),
    )


def host_route(destination: str, device: str, next_hop: str | None = None, **changes: Any) -> HostRoute:
    plain = HostRoute(
        destination=ip_network(destination),
        next_hop=ip_address(next_hop) if next_hop else None,
        device=device,
        metric=0,
        table=254,
        protocol=3,
    )
    return replace(plain, **changes)


def facts(*links: Link, routes: tuple[HostRoute, ...] = (), **lookups: Lookup) -> Facts:
    links = links or (link("eth0", "10.1.0.1/24"), link("eth1", "192.168.1.1/24"))
    return Facts(
        links={entry.name: entry for entry in links},
        routes=routes or (host_route("0.0.0.0/0", "eth0", "10.1.0.254"),),
        lookups={PEER: lookups.get("peer", Lookup("eth0", OURS, NEXT_HOP))},
    )


def path(local: IPAddress = OURS, remote: IPAddress = PEER, port: int = 500) -> Path:
    return Path(SocketAddress(local, port), SocketAddress(remote, port))


def child_sa(tunnel: str = "Tunnel0.0", spi_in: int = 0x100, **changes: Any) -> ChildSa:
    plain = ChildSa(
        tunnel=tunnel,
        spi_in=spi_in,
        spi_out=spi_in + 1,
        serial_in=1,
        serial_out=2,
        cipher=AES_CBC_256,
        integrity=SHA1,
        keys_in=EspKeys(encryption=Secret(bytes(range(32))), integrity=Secret(bytes(range(20)))),
        keys_out=EspKeys(encryption=Secret(bytes(range(32, 64))), integrity=Secret(bytes(range(20, 40)))),
        esn=False,
        local_selectors=EVERYTHING,
        remote_selectors=EVERYTHING,
        path=path(),
        udp_encapsulation=False,
        replay_window=64,
    )
    return replace(plain, **changes)


def ike_sa(tunnel: str = "Tunnel0.0", **changes: Any) -> IkeSaStatus:
    plain = IkeSaStatus(
        tunnel=tunnel,
        spi_i=bytes.fromhex("0011223344556677"),
        spi_r=bytes.fromhex("8899aabbccddeeff"),
        serial=1,
        role=Role.INITIATOR,
        state=IkeSaState.ESTABLISHED,
        path=path(),
        local_identity=None,
        peer_identity=None,
        next_request_id=2,
        expected_request_id=0,
        remaining=86000.0,
        cipher=AES_CBC_256,
        integrity=SHA1,
        prf=PrfId.PRF_HMAC_SHA1,
        keys=IkeSaKeys(
            sk_ei=Secret(b"\x01" * 32),
            sk_er=Secret(b"\x02" * 32),
            sk_ai=Secret(b"\x03" * 20),
            sk_ar=Secret(b"\x04" * 20),
        ),
    )
    return replace(plain, **changes)


def isakmp_sa(peer: str = "site2", **changes: Any) -> IsakmpSaStatus:
    plain = IsakmpSaStatus(
        peer=peer,
        initiator_cookie=bytes.fromhex("0011223344556677"),
        responder_cookie=bytes.fromhex("8899aabbccddeeff"),
        serial=1,
        role=Role.INITIATOR,
        mode=ExchangeMode.AGGRESSIVE,
        state=IkeSaState.ESTABLISHED,
        step=Phase1Step.ESTABLISHED,
        path=path(),
        local_identity=None,
        peer_identity=None,
        remaining=28000.0,
        cipher=AES_CBC_256,
        hash=HashAlgorithm.SHA,
        group=KeyExchangeId.MODP_2048,
        encryption_key=Secret(b"\x05" * 32),
    )
    return replace(plain, **changes)


def ipsec_sa(tunnel: str = "Tunnel0.0", **changes: Any) -> IpsecSaStatus:
    plain = IpsecSaStatus(
        sa=child_sa(tunnel), role=Role.INITIATOR, isakmp_serial=1, remaining=28700.0, lifetime=28800
    )
    return replace(plain, **changes)
