"""The state of a running gateway, for what the device prints of it."""

from datetime import datetime
from ipaddress import ip_address

from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.algorithms import Cipher
from kakehashi.model.child_sa import ChildSa, EspKeys
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import AuthenticationMethod, Identity
from kakehashi.model.ikev1 import ExchangeMode
from kakehashi.model.secret import Secret
from kakehashi.model.selector import ANY_IPV4, TrafficSelector
from kakehashi.model.status import (
    DISCARDED,
    ChildSaStatus,
    IkeSaState,
    IkeSaStatus,
    InboundCounters,
    IpsecSaStatus,
    IsakmpSaStatus,
    NatSide,
    OutboundCounters,
    Phase1Step,
    Role,
    RouteStatus,
    Status,
    Traffic,
    TunnelStatus,
)
from kakehashi.wire.registry.ikev1 import HashAlgorithm
from kakehashi.wire.registry.ikev2 import EncryptionId, IdType, IntegrityId, KeyExchangeId, PrfId
from tests.dialects.cisco_ios.reading import crypto_map, vti

HERE, THERE = ip_address("192.0.2.2"), ip_address("198.51.100.2")
PATH = Path(SocketAddress(HERE, 500), SocketAddress(THERE, 500))
AES = Cipher(EncryptionId.ENCR_AES_CBC, 256)
NO_KEYS = EspKeys(encryption=Secret(b"hidden-word-hidden-word-hidden-w"), integrity=Secret(b"hidden-word"))
ADDRESS = Identity.of(IdType.ID_IPV4_ADDR, "198.51.100.2")

MAP = crypto_map().gateway
VTI = vti().gateway


def child(
    tunnel: str,
    local: TrafficSelector = ANY_IPV4,
    remote: TrafficSelector = ANY_IPV4,
    path: Path = PATH,
    udp: bool = False,
) -> ChildSa:
    return ChildSa(
        tunnel=tunnel,
        spi_in=0x658F7C11,
        spi_out=0x397C36EE,
        serial_in=1,
        serial_out=2,
        cipher=AES,
        integrity=IntegrityId.AUTH_HMAC_SHA2_256_128,
        keys_in=NO_KEYS,
        keys_out=NO_KEYS,
        esn=False,
        local_selectors=(local,),
        remote_selectors=(remote,),
        path=path,
        udp_encapsulation=udp,
        replay_window=64,
        soft_bytes=4718592000,
    )


def isakmp(
    step: Phase1Step = Phase1Step.ESTABLISHED,
    mode: ExchangeMode = ExchangeMode.MAIN,
    role: Role = Role.INITIATOR,
    state: IkeSaState = IkeSaState.ESTABLISHED,
    path: Path = PATH,
) -> IsakmpSaStatus:
    agreed = step is not Phase1Step.NO_STATE
    return IsakmpSaStatus(
        peer="198.51.100.2",
        initiator_cookie=bytes(8),
        responder_cookie=bytes(8),
        serial=1,
        role=role,
        mode=mode,
        state=state,
        step=step,
        path=path,
        local_identity=None,
        peer_identity=ADDRESS if step is Phase1Step.ESTABLISHED else None,
        remaining=86380.7,
        lifetime=86400,
        cipher=AES if agreed else None,
        hash=HashAlgorithm.SHA2_256 if agreed else None,
        group=KeyExchangeId.MODP_2048 if agreed else KeyExchangeId.NONE,
        authentication=AuthenticationMethod.PSK if agreed else None,
        encryption_key=Secret(b"hidden-word"),
        dpd=True,
    )


PAIR = IpsecSaStatus(
    sa=child("OUT 10", TrafficSelector.of("192.168.10.0/24"), TrafficSelector.of("192.168.20.0/24")),
    role=Role.INITIATOR,
    isakmp_serial=1,
    remaining=3590.2,
    lifetime=3600,
    kilobytes=4608000,
)
COUNTED = TunnelStatus(
    name="OUT 10",
    up=True,
    mtu=1438,
    outbound=OutboundCounters(packets=12, octets=20480, ts_unacceptable=3),
    inbound=InboundCounters(packets=10, octets=10240, replay_detected=1, integrity_failure=2),
)
IKE = IkeSaStatus(
    tunnel="Tunnel0",
    spi_i=bytes.fromhex("000d3669857a0f82"),
    spi_r=bytes.fromhex("e0419b1db02de6ae"),
    serial=7,
    role=Role.RESPONDER,
    state=IkeSaState.ESTABLISHED,
    path=PATH,
    local_identity=Identity.of(IdType.ID_FQDN, "tokyo.example"),
    peer_identity=ADDRESS,
    next_request_id=3,
    expected_request_id=5,
    remaining=85665.4,
    cipher=AES,
    integrity=IntegrityId.AUTH_HMAC_SHA2_256_128,
    prf=PrfId.PRF_HMAC_SHA2_256,
    key_exchange=KeyExchangeId.ECP_256,
    nat=NatSide.REMOTE,
    dpd_interval=60,
    children=(ChildSaStatus(sa=child("Tunnel0", udp=True), remaining=1200.0),),
)
STATIC = (
    RouteStatus(destination="0.0.0.0/0", via="192.0.2.1", active=True),
    RouteStatus(destination="10.2.0.0/16", via="GigabitEthernet0/1 192.168.10.9", active=True, metric=200),
    RouteStatus(destination="10.3.0.0/16", via="Tunnel0", active=True),
    RouteStatus(destination="10.4.0.0/16", via="Tunnel0", active=False),
    RouteStatus(destination="10.5.0.0/16", via=DISCARDED, active=True),
    RouteStatus(destination="2001:db8::/32", via="Tunnel0", active=True),
)


def status(gateway: Gateway = MAP, **parts: object) -> Status:
    """A status with the tunnels of a gateway, down unless given otherwise."""
    tunnels = {t.interface: TunnelStatus(name=t.interface, up=False) for t in gateway.tunnels}
    parts.setdefault("tunnels", tuple(tunnels.values()))
    time = datetime(2024, 1, 1, 12, 0, 0)
    return Status(hostname="R1", time=time, **parts)  # type: ignore[arg-type]


CARRIED = Traffic(packets_in=10, octets_in=10240, packets_out=12, octets_out=20480)
UP = status(
    tunnels=(COUNTED,),
    isakmp_sas=(isakmp(),),
    ipsec_sas=(PAIR,),
    routes=STATIC,
    traffic={PAIR.sa.spi_in: CARRIED},
)
UP2 = status(
    VTI,
    tunnels=(
        TunnelStatus(
            name="Tunnel0",
            up=True,
            mtu=1438,
            outbound=OutboundCounters(packets=5, octets=5120),
            inbound=InboundCounters(packets=4, octets=4096),
        ),
    ),
    ike_sas=(IKE,),
)
