"""scapy's AH, written by others, verifies what we protect and protects what we verify."""

import pytest
from scapy.layers.inet import IP, UDP, IPOption
from scapy.layers.inet6 import IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrHopByHop, PadN
from scapy.layers.ipsec import AH, IPSecIntegrityError, SecurityAssociation
from scapy.packet import Packet, Raw

from kakehashi._dataplane import AhSa

SPI = 0xDEADBEEF
INTEGRITIES = [
    (1, 16, "HMAC-MD5-96"),
    (2, 20, "HMAC-SHA1-96"),
    (8, 16, "AES-CMAC-96"),
    (12, 32, "SHA2-256-128"),
    (13, 48, "SHA2-384-192"),
    (14, 64, "SHA2-512-256"),
]
DATA = UDP(sport=1, dport=2) / Raw(b"hello, AH")
# Record route changes on the way, router alert does not (RFC 4302 appendix A1).
OPTIONS = [IPOption(b"\x07\x07\x04\x00\x00\x00\x00"), IPOption(b"\x94\x04\x00\x00"), IPOption(b"\x01")]
PACKETS = {
    "ipv4": IP(src="192.0.2.1", dst="192.0.2.2", id=7, flags="DF", tos=0xB8, ttl=33) / DATA,
    "ipv4 with options": IP(src="192.0.2.1", dst="192.0.2.2", id=7, options=OPTIONS) / DATA,
    "ipv6": IPv6(src="2001:db8::1", dst="2001:db8::2", tc=0xB8, fl=77, hlim=33) / DATA,
    "ipv6 with hop-by-hop options": IPv6(src="2001:db8::1", dst="2001:db8::2")
    / IPv6ExtHdrHopByHop(options=[PadN(optdata=b"\0\0\0\0")])
    / DATA,
    "ipv6 with destination options": IPv6(src="2001:db8::1", dst="2001:db8::2")
    / IPv6ExtHdrDestOpt(options=[PadN(optdata=b"\0\0\0\0")])
    / DATA,
}


def ends(integrity: tuple[int, int, str], packet: Packet) -> tuple[AhSa, SecurityAssociation]:
    number, size, name = integrity
    key = bytes(range(size))
    ours = AhSa(SPI, number, key, is_v6=IPv6 in packet)
    return ours, SecurityAssociation(AH, spi=SPI, auth_algo=name, auth_key=key)


def on_the_way(packet: Packet) -> Packet:
    """As a hop leaves it."""
    moved = packet.copy()
    if IP in moved:
        moved.ttl, moved.chksum, moved.tos = 12, 0xABCD, 0x01
    else:
        moved.hlim, moved.fl = 12, 5
    return moved


@pytest.mark.parametrize("kind", PACKETS)
@pytest.mark.parametrize("integrity", INTEGRITIES, ids=lambda i: i[2])
def test_scapy_verifies_what_we_protect(integrity: tuple[int, int, str], kind: str) -> None:
    packet = PACKETS[kind]
    ours, theirs = ends(integrity, packet)
    protected = ours.protect(bytes(packet))
    parsed = type(packet)(protected)
    assert parsed[AH].spi == SPI
    assert bytes(theirs.decrypt(on_the_way(parsed))).endswith(bytes(DATA.payload))
    parsed[AH].seq = 2
    with pytest.raises(IPSecIntegrityError):
        theirs.decrypt(parsed, verify=True)


@pytest.mark.parametrize("kind", PACKETS)
@pytest.mark.parametrize("integrity", INTEGRITIES, ids=lambda i: i[2])
def test_we_verify_what_scapy_protects(integrity: tuple[int, int, str], kind: str) -> None:
    packet = PACKETS[kind]
    ours, theirs = ends(integrity, packet)
    protected = type(packet)(bytes(theirs.encrypt(type(packet)(bytes(packet)), seq_num=1)))
    front = bytes(on_the_way(protected))
    found = ours.verify(front, len(front) - len(bytes(protected[AH])))
    assert found.endswith(bytes(DATA.payload))
    broken = bytearray(front)
    broken[-1] ^= 1
    with pytest.raises(ValueError, match=r"integrity_failure|replay_detected"):
        ours.verify(bytes(broken), len(front) - len(bytes(protected[AH])))
