"""What fits through a tunnel."""

from dataclasses import replace

import pytest

from kakehashi.gateway.mtu import tunnel_mtu
from kakehashi.model.algorithms import ChildAlgorithms, Cipher
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId
from tests.gateway.builders import AES_CBC_256, AES_GCM_128, IKE, IPSEC, SHA1, child_sa, tunnel

NULL = Cipher(EncryptionId.ENCR_NULL)


def outer_size(inner: int, cipher: Cipher, integrity: IntegrityId, nat: bool, version: int = 4) -> int:
    """RFC 4303 section 2, written out: IP, [UDP], SPI, sequence, IV, packet, padding, 2 octets, ICV."""
    iv, block, icv = {
        EncryptionId.ENCR_AES_CBC: (16, 16, 12),
        EncryptionId.ENCR_AES_GCM_16: (8, 4, 16),
        EncryptionId.ENCR_NULL: (0, 4, 12),
    }[cipher.id]
    padded = (inner + 2 + block - 1) // block * block
    return {4: 20, 6: 40}[version] + (8 if nat else 0) + 8 + iv + padded + icv


@pytest.mark.parametrize("link", [1500, 1454, 1400, 9000])
@pytest.mark.parametrize("nat", [False, True])
@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize(
    ("cipher", "integrity"), [(AES_CBC_256, SHA1), (AES_GCM_128, IntegrityId.NONE), (NULL, SHA1)]
)
def test_the_largest_packet_fits_and_one_octet_more_does_not(
    link: int, nat: bool, version: int, cipher: Cipher, integrity: IntegrityId
) -> None:
    sa = child_sa(cipher=cipher, integrity=integrity, udp_encapsulation=nat)
    mtu = tunnel_mtu(link, version, tunnel(), sa)
    assert outer_size(mtu, cipher, integrity, nat, version) <= link
    assert outer_size(mtu + 1, cipher, integrity, nat, version) > link


def test_before_an_sa_the_costliest_algorithms_of_the_policy_count() -> None:
    algorithms = ChildAlgorithms((AES_GCM_128, AES_CBC_256), (SHA1, IntegrityId.AUTH_HMAC_SHA2_512_256))
    of = tunnel(ipsec=replace(IPSEC, algorithms=algorithms), ike=replace(IKE, nat_traversal=True))
    worst = child_sa(integrity=IntegrityId.AUTH_HMAC_SHA2_512_256, udp_encapsulation=True)
    assert tunnel_mtu(1500, 4, of, None) == tunnel_mtu(1500, 4, of, worst)
