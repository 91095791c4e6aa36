"""A pair of ESP SAs as values."""

from dataclasses import fields
from ipaddress import ip_address

from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.algorithms import Cipher
from kakehashi.model.child_sa import ChildSa, EspKeys
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.secret import Secret
from kakehashi.model.selector import TrafficSelector
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId

KEYS = EspKeys(encryption=Secret(b"e" * 16), integrity=Secret(b"i" * 32))
# No field has its default, so that none can be forgotten unseen.
SA = ChildSa(
    tunnel="Tunnel0.0",
    spi_in=1,
    spi_out=2,
    serial_in=3,
    serial_out=4,
    cipher=Cipher(EncryptionId.ENCR_AES_CBC, 128),
    integrity=IntegrityId.AUTH_HMAC_SHA2_256_128,
    keys_in=KEYS,
    keys_out=KEYS,
    esn=True,
    local_selectors=(TrafficSelector.of("192.0.2.0/25"),),
    remote_selectors=(TrafficSelector.of("192.0.2.128/25"),),
    path=Path(
        SocketAddress(ip_address("198.51.100.1"), 500), SocketAddress(ip_address("203.0.113.1"), 500), "eth0"
    ),
    udp_encapsulation=True,
    replay_window=64,
    soft_packets=5,
    soft_bytes=6,
    hard_packets=7,
    hard_bytes=8,
    mode=EncapsulationMode.TRANSPORT,
    peer="somebody",
    ah=IntegrityId.AUTH_HMAC_SHA1_96,
    ah_spi_out=9,
)


def test_without_keys_only_the_keys_are_gone() -> None:
    bare = SA.without_keys()
    assert not bare.keys_in.encryption.octets
    assert not bare.keys_out.integrity.octets
    for field in fields(ChildSa):
        if field.name not in ("keys_in", "keys_out"):
            assert getattr(bare, field.name) == getattr(SA, field.name), field.name
            assert getattr(SA, field.name) != field.default, field.name
