"""scapy's ESP, written by others, opens what we seal and seals what we open."""

from itertools import product
from typing import NamedTuple

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrHopByHop
from scapy.layers.ipsec import ESP, SecurityAssociation
from scapy.packet import Raw

from kakehashi._dataplane import EspSa

SPI = 0xDEADBEEF
OUTER = IP(src="192.0.2.1", dst="192.0.2.2")


class Encryption(NamedTuple):
    number: int
    key_bits: int
    key_size: int
    scapy: str
    icv_size: int | None = None


class Integrity(NamedTuple):
    number: int
    key_size: int
    scapy: str | None


CIPHERS = [
    Encryption(11, 0, 0, "NULL"),
    Encryption(2, 0, 8, "DES"),
    Encryption(3, 0, 24, "3DES"),
    *(Encryption(12, bits, bits // 8, "AES-CBC") for bits in (128, 192, 256)),
    *(Encryption(13, bits, bits // 8 + 4, "AES-CTR") for bits in (128, 192, 256)),
]
INTEGRITIES = [
    Integrity(1, 16, "HMAC-MD5-96"),
    Integrity(2, 20, "HMAC-SHA1-96"),
    Integrity(8, 16, "AES-CMAC-96"),
    Integrity(12, 32, "SHA2-256-128"),
    Integrity(13, 48, "SHA2-384-192"),
    Integrity(14, 64, "SHA2-512-256"),
]
AEAD = [
    # scapy knows AES-GCM only with the whole ICV.
    *(Encryption(20, bits, bits // 8 + 4, "AES-GCM", 16) for bits in (128, 192, 256)),
    *(
        Encryption(number, bits, bits // 8 + 3, "AES-CCM", icv)
        for (number, icv), bits in product([(14, 8), (15, 12), (16, 16)], (128, 192, 256))
    ),
    Encryption(28, 0, 36, "CHACHA20-POLY1305", 16),
]
NO_INTEGRITY = Integrity(0, 0, None)
SUITES = [*product(CIPHERS, INTEGRITIES), *((cipher, NO_INTEGRITY) for cipher in AEAD)]


def name(suite: tuple[Encryption, Integrity]) -> str:
    cipher, integrity = suite
    return f"{cipher.scapy}-{cipher.key_bits}-{cipher.icv_size or integrity.scapy}"


@pytest.fixture(params=SUITES, ids=name)
def suite(request):
    return request.param


@pytest.fixture(params=[None, 3], ids=["32-bit", "esn"])
def high(request):
    """The high half of extended sequence numbers, None without them."""
    return request.param


def keys_of(suite):
    cipher, integrity = suite
    # No octet has the same neighbour twice, and 3DES gets three different keys.
    return bytes(range(1, cipher.key_size + 1)), bytes(range(101, 101 + integrity.key_size))


def ours(suite, high):
    cipher, integrity = suite
    start = 0 if high is None else (high << 32) + 16
    return EspSa(
        SPI,
        cipher.number,
        cipher.key_bits,
        integrity.number,
        *keys_of(suite),
        esn=high is not None,
        sequence=start,
    )


def theirs(suite, high, **mode):
    cipher, integrity = suite
    encryption_key, integrity_key = keys_of(suite)
    return SecurityAssociation(
        ESP,
        SPI,
        seq_num=1 if high is None else 17,
        crypt_algo=cipher.scapy,
        crypt_key=encryption_key or None,
        crypt_icv_size=cipher.icv_size,
        auth_algo=integrity.scapy,
        auth_key=integrity_key or None,
        esn_en=high is not None,
        esn=high or 0,
        **(mode or {"tunnel_header": OUTER}),
    )


def inner_packets():
    for size in (0, 1, 7, 30, 1300):
        yield IP(bytes(IP(src="10.0.0.1", dst="10.0.1.1") / UDP(sport=1, dport=2) / Raw(b"x" * size)))
        yield IPv6(bytes(IPv6(src="fd00::1", dst="fd00::2") / UDP(sport=1, dport=2) / Raw(b"y" * size)))


def test_scapy_opens_what_we_seal(suite, high):
    sealer, opener = ours(suite, high), theirs(suite, high)
    for inner in inner_packets():
        outer = OUTER / ESP(sealer.encapsulate(bytes(inner)))
        assert bytes(opener.decrypt(IP(bytes(outer)))) == bytes(inner)


def test_we_open_what_scapy_seals(suite, high):
    if high is not None:
        # Our receiver begins in half 0 and would need packets from each half to come to another.
        high = 0
    sealer, opener = theirs(suite, high), ours(suite, high)
    for inner in inner_packets():
        sealed = sealer.encrypt(inner)
        assert opener.decapsulate(bytes(sealed[ESP])) == bytes(inner)


# For scapy, an SA without a tunnel header is one of transport mode.
TRANSPORT = {"tunnel_header": None}


def transport_packets():
    ends = {4: IP(src="192.0.2.1", dst="192.0.2.2", tos=0xB9, id=77, flags="DF", ttl=33)}
    ends[6] = IPv6(src="2001:db8::1", dst="2001:db8::2", tc=0xB9, fl=0x12345, hlim=33)
    for size in (0, 1, 7, 30, 1300):
        yield IP(bytes(ends[4] / UDP(sport=1, dport=2) / Raw(b"x" * size)))
        yield IPv6(bytes(ends[6] / UDP(sport=1, dport=2) / Raw(b"y" * size)))
    yield IPv6(bytes(ends[6] / IPv6ExtHdrHopByHop() / UDP(sport=1, dport=2) / Raw(b"z" * 9)))


def test_scapy_opens_what_we_seal_in_transport_mode(suite, high):
    sealer, opener = ours(suite, high), theirs(suite, high, **TRANSPORT)
    for packet in transport_packets():
        sealed = type(packet)(sealer.encapsulate_transport(bytes(packet)))
        assert (sealed[ESP].spi, sealed.payload.name == "ESP") == (SPI, IPv6ExtHdrHopByHop not in packet)
        assert bytes(opener.decrypt(sealed)) == bytes(packet)


def test_we_open_what_scapy_seals_in_transport_mode(suite, high):
    sealer, opener = theirs(suite, 0 if high else None, **TRANSPORT), ours(suite, 0 if high else None)
    for packet in transport_packets():
        sealed = sealer.encrypt(packet)
        assert opener.decapsulate_transport(bytes(sealed)) == bytes(packet)


def test_options_for_the_destination_are_encrypted_in_transport_mode():
    suite = (AEAD[0], NO_INTEGRITY)
    packet = IPv6(
        bytes(IPv6(src="2001:db8::1", dst="2001:db8::2") / IPv6ExtHdrDestOpt() / UDP() / Raw(b"secret"))
    )
    sealed = IPv6(ours(suite, None).encapsulate_transport(bytes(packet)))
    assert sealed.nh == 50
    assert bytes(theirs(suite, None, **TRANSPORT).decrypt(sealed)) == bytes(packet)


@pytest.mark.parametrize("suite", [(CIPHERS[1], INTEGRITIES[0]), (AEAD[0], NO_INTEGRITY)], ids=name)
def test_scapy_opens_and_seals_transport_mode_in_udp(suite):
    """RFC 3948 section 3.1.1: the UDP header goes between the IP header and ESP."""
    header = UDP(sport=4500, dport=4500)
    sealer, opener = ours(suite, None), theirs(suite, None, nat_t_header=header)
    for packet in transport_packets():
        if packet.version == 6:
            continue  # scapy knows RFC 3948 over IPv4 only
        sealed = IP(sealer.encapsulate_transport(bytes(packet)))
        wrapped = IP(bytes(IP(src=packet.src, dst=packet.dst, tos=packet.tos, id=77, flags="DF", ttl=33) / header / bytes(sealed[ESP])))  # fmt: skip
        assert bytes(opener.decrypt(wrapped)) == bytes(packet)
        back = opener.encrypt(packet)
        esp = bytes(back[UDP].payload)
        plain = IP(src=packet.src, dst=packet.dst, tos=packet.tos, id=77, flags="DF", ttl=33, proto=50) / Raw(
            esp
        )
        assert sealer.decapsulate_transport(bytes(plain)) == bytes(packet)


def test_a_fragment_is_no_packet_for_transport_mode():
    sealer = ours((AEAD[0], NO_INTEGRITY), None)
    for changes in ({"flags": "MF"}, {"frag": 100}):
        fragment = IP(src="192.0.2.1", dst="192.0.2.2", **changes) / Raw(b"x" * 32)
        with pytest.raises(ValueError, match="misc_error"):
            sealer.encapsulate_transport(bytes(fragment))


@pytest.mark.parametrize(("number", "icv_size"), [(18, 8), (19, 12)])
@pytest.mark.parametrize("key_bits", [128, 192, 256])
def test_a_short_icv_of_gcm_is_the_front_of_the_whole_one(number, icv_size, key_bits):
    key = bytes(range(key_bits // 8 + 4))
    short, whole = EspSa(SPI, number, key_bits, 0, key, b""), EspSa(SPI, 20, key_bits, 0, key, b"")
    for inner in inner_packets():
        sealed = whole.encapsulate(bytes(inner))
        assert short.encapsulate(bytes(inner)) == sealed[: icv_size - 16]
        assert short.decapsulate(sealed[: icv_size - 16]) == bytes(inner)


def test_a_drop_has_the_name_of_its_counter():
    sa = ours((AEAD[-1], NO_INTEGRITY), None)
    sealed = sa.encapsulate(bytes(next(inner_packets())))
    with pytest.raises(ValueError, match="integrity_failure"):
        sa.decapsulate(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    sa.decapsulate(sealed)
    with pytest.raises(ValueError, match="replay_detected"):
        sa.decapsulate(sealed)
    with pytest.raises(ValueError, match="packet_truncated"):
        sa.decapsulate(sealed[:20])


def test_unknown_algorithms_and_wrong_keys_are_named():
    with pytest.raises(ValueError, match="encryption algorithm 99 is not supported"):
        EspSa(SPI, 99, 0, 0, b"", b"")
    with pytest.raises(ValueError, match="the encryption key has 3 octets, not 20"):
        EspSa(SPI, 20, 128, 0, b"abc", b"")
