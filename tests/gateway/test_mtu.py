"""What fits through a tunnel."""

from dataclasses import replace

import pytest

from kakehashi.gateway.mtu import tunnel_mtu
from kakehashi.model.algorithms import ChildAlgorithms, Cipher
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gre import Gre
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId
from tests.gateway.builders import (
    AES_CBC_256,
    AES_GCM_128,
    IKE,
    IKEV1_IPSEC,
    IPSEC,
    SHA1,
    child_sa,
    gateway,
    ikev1_peer,
    ikev1_tunnel,
    tunnel,
)

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


@pytest.mark.parametrize("link", [1500, 1454, 1400, 9000, 576])
@pytest.mark.parametrize("nat", [False, True])
@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize(
    ("cipher", "integrity"), [(AES_CBC_256, SHA1), (AES_GCM_128, IntegrityId.NONE), (NULL, SHA1)]
)
def test_the_largest_packet_fits_and_one_octet_more_does_not(
    link: int, nat: bool, version: int, cipher: Cipher, integrity: IntegrityId
) -> None:
    sa = child_sa(cipher=cipher, integrity=integrity, udp_encapsulation=nat)
    mtu = tunnel_mtu(link, version, gateway(), tunnel(), sa)
    assert outer_size(mtu, cipher, integrity, nat, version) <= link
    assert outer_size(mtu + 1, cipher, integrity, nat, version) > link


def test_before_an_sa_the_costliest_algorithms_of_the_policy_count() -> None:
    algorithms = ChildAlgorithms((AES_GCM_128, AES_CBC_256), (SHA1, IntegrityId.AUTH_HMAC_SHA2_512_256))
    of = tunnel(ipsec=replace(IPSEC, algorithms=algorithms), ike=replace(IKE, nat_traversal=True))
    worst = child_sa(integrity=IntegrityId.AUTH_HMAC_SHA2_512_256, udp_encapsulation=True)
    assert tunnel_mtu(1500, 4, gateway(of), of, None) == tunnel_mtu(1500, 4, gateway(of), of, worst)


def test_ikev1_counts_the_udp_header_where_one_of_its_peers_may_be_behind_a_nat() -> None:
    """V1-34."""
    with_nat, without = ikev1_peer("behind", nat_traversal=True), ikev1_peer("plain", nat_traversal=False)
    for names, nat in ((("behind",), True), (("plain",), False), ((), True)):
        of = ikev1_tunnel(peers=names)
        configured = gateway(of, ikev1_peers=(with_nat, without))
        sa = child_sa(udp_encapsulation=nat)
        assert tunnel_mtu(1500, 4, configured, of, None) == tunnel_mtu(1500, 4, configured, of, sa)
    assert tunnel_mtu(1500, 4, configured, of, child_sa()) > tunnel_mtu(1500, 4, configured, of, None)


def test_in_transport_mode_there_is_no_second_ip_header() -> None:
    of = ikev1_tunnel(ipsec=replace(IKEV1_IPSEC, mode=EncapsulationMode.TRANSPORT))
    sa = child_sa(mode=EncapsulationMode.TRANSPORT)
    mtu = tunnel_mtu(1500, 4, gateway(of), of, sa)
    assert outer_size(mtu - 20, AES_CBC_256, SHA1, nat=False) <= 1500
    assert outer_size(mtu - 20 + 1, AES_CBC_256, SHA1, nat=False) > 1500


@pytest.mark.parametrize("outer", [4, 6])
@pytest.mark.parametrize("mode", EncapsulationMode)
@pytest.mark.parametrize("header", [Gre(), Gre(key=1), Gre(key=1, checksum=True, sequence=True)])
def test_gre_takes_its_header_and_in_tunnel_mode_one_of_ip(
    header: Gre, mode: EncapsulationMode, outer: int
) -> None:
    of = tunnel(ipsec=replace(IPSEC, gre=header, mode=mode))
    sa = child_sa(mode=mode)
    plain = tunnel_mtu(1500, outer, gateway(), tunnel(), replace(sa, mode=EncapsulationMode.TUNNEL))
    delivery = {4: 20, 6: 40}[outer] if mode is EncapsulationMode.TUNNEL else 0
    assert tunnel_mtu(1500, outer, gateway(of), of, sa) == plain - header.overhead - delivery


@pytest.mark.parametrize("link", [68, 296, 575])
def test_a_way_below_what_every_host_takes_counts_as_that(link: int) -> None:
    """RFC 791: links may take as little as 68 octets; what the way does not take goes in fragments."""
    sa = child_sa()
    assert tunnel_mtu(link, 4, gateway(), tunnel(), sa) == tunnel_mtu(576, 4, gateway(), tunnel(), sa) < 576
