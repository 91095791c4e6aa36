"""A running gateway with one tunnel, for the commands that show it."""

from dataclasses import replace
from datetime import datetime
from ipaddress import ip_address

from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.algorithms import Cipher
from kakehashi.model.child_sa import ChildSa, EspKeys
from kakehashi.model.identity import AuthenticationMethod, Identity
from kakehashi.model.ikev1 import ExchangeMode
from kakehashi.model.secret import Secret
from kakehashi.model.selector import EVERYTHING
from kakehashi.model.status import (
    DISCARDED,
    ChildSaStatus,
    IkeSaState,
    IkeSaStatus,
    InboundCounters,
    IpsecSaStatus,
    IsakmpSaStatus,
    OutboundCounters,
    Phase1Step,
    Role,
    RouteStatus,
    Status,
    TunnelStatus,
)
from kakehashi.wire.registry.ikev1 import HashAlgorithm
from kakehashi.wire.registry.ikev2 import EncryptionId, IdType, IntegrityId, KeyExchangeId, PrfId

PATH = Path(SocketAddress(ip_address("192.0.2.2"), 500), SocketAddress(ip_address("198.51.100.2"), 500))
OURS, THEIRS = (Identity.of(IdType.ID_IPV4_ADDR, text) for text in ("192.0.2.2", "198.51.100.2"))
KEYS = EspKeys(encryption=Secret(b"e" * 36), integrity=Secret(b""))
CHILD = ChildSa(
    tunnel="tunnel0",
    spi_in=0xC6F3E1A5,
    spi_out=0xCA1F3A7E,
    serial_in=1,
    serial_out=2,
    cipher=Cipher(EncryptionId.ENCR_AES_GCM_16, 256),
    integrity=IntegrityId.NONE,
    keys_in=KEYS,
    keys_out=KEYS,
    esn=False,
    local_selectors=EVERYTHING[:1],
    remote_selectors=EVERYTHING[:1],
    path=PATH,
    udp_encapsulation=False,
    replay_window=32,
)
IKE_SA = IkeSaStatus(
    tunnel="tunnel0",
    spi_i=bytes.fromhex("2a6b0b8fb4b6e5e0"),
    spi_r=bytes.fromhex("5d4ae4f0f7e0d0d7"),
    serial=1,
    role=Role.INITIATOR,
    state=IkeSaState.ESTABLISHED,
    path=PATH,
    local_identity=OURS,
    peer_identity=THEIRS,
    next_request_id=2,
    expected_request_id=0,
    remaining=86310.9,
    cipher=Cipher(EncryptionId.ENCR_AES_CBC, 256),
    integrity=IntegrityId.AUTH_HMAC_SHA2_256_128,
    prf=PrfId.PRF_HMAC_SHA2_256,
    key_exchange=KeyExchangeId.MODP_2048,
    dpd_interval=30,
    children=(ChildSaStatus(sa=CHILD, remaining=28500.2),),
)
TUNNEL = TunnelStatus(
    name="tunnel0",
    up=True,
    host_interface="tunnel0",
    mtu=1438,
    outbound=OutboundCounters(packets=9, octets=756, misc_error=3),
    inbound=InboundCounters(packets=8, octets=672, replay_detected=2, integrity_failure=1),
)
STATUS = Status(
    hostname="here",
    time=datetime(2026, 1, 2),
    tunnels=(TUNNEL,),
    ike_sas=(IKE_SA,),
    routes=(
        RouteStatus(destination="0.0.0.0/0", via="eth1 192.0.2.1", active=True),
        RouteStatus(destination="10.0.0.0/8", via="tunnel0", active=True),
        RouteStatus(destination="10.0.0.0/8", via=DISCARDED, active=False, metric=254),
        RouteStatus(destination="2001:db8::/32", via="2001:db8::1", active=True),
    ),
    half_open=1,
    drops={"unknown IKE SPI": 4},
)
# The same tunnel by version 1.
VERSION_1 = replace(
    STATUS,
    ike_sas=(),
    isakmp_sas=(
        IsakmpSaStatus(
            peer="tunnel0",
            initiator_cookie=bytes.fromhex("2a6b0b8fb4b6e5e0"),
            responder_cookie=bytes.fromhex("5d4ae4f0f7e0d0d7"),
            serial=1,
            role=Role.INITIATOR,
            mode=ExchangeMode.MAIN,
            state=IkeSaState.ESTABLISHED,
            step=Phase1Step.ESTABLISHED,
            path=PATH,
            local_identity=OURS,
            peer_identity=THEIRS,
            remaining=86310.9,
            cipher=Cipher(EncryptionId.ENCR_AES_CBC, 128),
            hash=HashAlgorithm.SHA,
            group=KeyExchangeId.MODP_1024,
            authentication=AuthenticationMethod.PSK,
            dpd=True,
        ),
    ),
    ipsec_sas=(
        IpsecSaStatus(sa=CHILD, role=Role.INITIATOR, isakmp_serial=1, remaining=28500.2, lifetime=28800),
    ),
)
