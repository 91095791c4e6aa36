"""The octets of NHRP against what Wireshark reads, and what is no packet."""

import json
import shutil
import struct
import subprocess
from collections.abc import Iterable
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kakehashi.nhrp.drops import Drop, Malformed
from kakehashi.nhrp.settings import Settings
from kakehashi.nhrp.wire.authentication import authentication, proves
from kakehashi.nhrp.wire.cie import MAX_ENTRIES, Cie, decode_entries
from kakehashi.nhrp.wire.extension import MAX_EXTENSIONS, Extension, decode_extensions, encode_extensions
from kakehashi.nhrp.wire.nat import nat_address
from kakehashi.nhrp.wire.packet import Packet, error_fields
from kakehashi.nhrp.wire.registry import (
    Code,
    ErrorCode,
    ExtensionType,
    PacketType,
    Purge,
    Registration,
    Resolution,
)
from kakehashi.nhrp.wire.responder import responder
from kakehashi.nhrp.wire.transit import forward_transit, passed, reverse_transit
from kakehashi.nhrp.wire.vendor import vendor_of
from tests.nhrp.wire import HUB, PASSWORD, World, ip_packet

OURS = IPv4Address("198.51.100.2")
INSIDE = IPv4Address("10.0.0.2")
HUB_INSIDE = IPv4Address("10.0.0.1")
WHERE = Cie(prefix_length=32, mtu=1400, holding_time=600, nbma=IPv4Address("203.0.113.2"), address=INSIDE)
EXTENSIONS = (
    responder(WHERE),
    passed(passed(forward_transit(), WHERE), WHERE),
    reverse_transit(),
    authentication(PASSWORD.octets),
    nat_address(WHERE),
)


def packet(kind: PacketType, **more) -> Packet:
    return Packet(type=kind, source_nbma=OURS, source=INSIDE, destination=HUB_INSIDE, **more)


REGISTRATION = packet(
    PacketType.REGISTRATION_REQUEST,
    flags=Registration.UNIQUE | Registration.NAT,
    request_id=0x01020304,
    entries=(Cie(prefix_length=255, mtu=1400, holding_time=7200),),
    extensions=(responder(), forward_transit(), reverse_transit(), nat_address()),
)
PACKETS = {
    "registration": REGISTRATION,
    "registered": packet(
        PacketType.REGISTRATION_REPLY,
        request_id=9,
        entries=(Cie(code=Code.ALREADY_REGISTERED, prefix_length=32),),
        extensions=EXTENSIONS,
    ),
    "question": packet(
        PacketType.RESOLUTION_REQUEST,
        flags=Resolution.ROUTER | Resolution.AUTHORITATIVE | Resolution.SOURCE_STABLE | Resolution.NAT,
        request_id=1,
        entries=(Cie(prefix_length=32, holding_time=600),),
        extensions=EXTENSIONS,
        hop_count=254,
    ),
    "answer": packet(PacketType.RESOLUTION_REPLY, request_id=1, entries=(WHERE,), extensions=EXTENSIONS),
    "purge": packet(PacketType.PURGE_REQUEST, flags=Purge.NO_REPLY, request_id=3, entries=(WHERE,)),
    "purged": packet(PacketType.PURGE_REPLY, request_id=3, entries=(WHERE,)),
    "error": packet(
        PacketType.ERROR_INDICATION, request_id=error_fields(ErrorCode.LOOP, 5), payload=REGISTRATION.encode()
    ),
    "redirect": packet(PacketType.TRAFFIC_INDICATION, payload=ip_packet("10.2.0.9", "10.3.0.9")),
}


def test_a_registration_octet_by_octet() -> None:
    expected = bytes.fromhex(
        "0001 0800 0000000000 ff 0048 0000 0034 01 03 04 00"  # fixed part
        "04 04 8002 01020304 c6336402 0a000002 0a000001"  # common header
        "00 ff 0000 0578 1c20 00 00 00 00"  # the entry
        "8003 0000 8004 0000 8005 0000 0009 0000 8000 0000"
    )
    made = REGISTRATION.encode()
    assert made[:12] + made[14:] == expected[:12] + expected[14:]
    words = struct.unpack(f"!{len(made) // 2}H", made)
    assert sum(words) % 0xFFFF == 0  # RFC 1071
    assert Packet.decode(made) == REGISTRATION


@pytest.mark.parametrize("name", PACKETS)
def test_every_packet_survives_a_round_trip(name: str) -> None:
    assert Packet.decode(PACKETS[name].encode()) == PACKETS[name]


def test_ipv6_below_and_inside() -> None:
    entry = Cie(prefix_length=64, nbma=IPv6Address("2001:db8::2"), address=IPv6Address("fd00::2"))
    made = Packet(
        type=PacketType.RESOLUTION_REPLY,
        source_nbma=IPv6Address("2001:db8::1"),
        source=IPv6Address("fd00::1"),
        destination=IPv6Address("fd00:1::1"),
        entries=(entry,),
        extensions=(nat_address(entry),),
    )
    assert Packet.decode(made.encode()) == made
    assert made.entries_of(ExtensionType.NAT_ADDRESS) == (entry,)


def _capture(payloads: Iterable[bytes], path: Path) -> None:
    """GRE over IPv4 in a capture of raw IP packets."""
    octets = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
    for payload in payloads:
        gre = struct.pack("!HH", 0, 0x2001) + payload
        header = struct.pack("!BBHIBBH", 0x45, 0, 20 + len(gre), 0, 64, 47, 0)
        data = header + OURS.packed + HUB.packed + gre
        octets += struct.pack("<IIII", 0, 0, len(data), len(data)) + data
    path.write_bytes(octets)


@pytest.mark.skipif(shutil.which("tshark") is None, reason="needs tshark")
def test_wireshark_reads_them_all(tmp_path: Path) -> None:
    _capture((p.encode() for p in PACKETS.values()), tmp_path / "nhrp.pcap")
    command = ["tshark", "-r", str(tmp_path / "nhrp.pcap"), "-T", "json", "--no-duplicate-keys"]
    run = subprocess.run(command, capture_output=True, timeout=60, check=True, env={"HOME": str(tmp_path)})
    read = {
        name: frame["_source"]["layers"] for name, frame in zip(PACKETS, json.loads(run.stdout), strict=True)
    }
    assert all("nhrp" in layers for layers in read.values())
    text = {name: json.dumps(layers) for name, layers in read.items()}
    assert not [name for name, said in text.items() if "malformed" in said.lower() and name != "error"]
    for name, layers in read.items():
        fixed = layers["nhrp"]["NHRP Fixed Header"]
        assert int(fixed["nhrp.hdr.op.type"]) == PACKETS[name].type, name
        assert int(fixed["nhrp.hdr.hopcnt"]) == PACKETS[name].hop_count
        assert "incorrect" not in text[name].lower()
    for name in ("registered", "question", "answer"):
        # Wireshark takes the first half of the string for the address that the RFC has there.
        assert PASSWORD.octets[4:].hex() in text[name].replace(":", "")
        assert str(IPv4Address(PASSWORD.octets[:4])) in text[name]
    said = read["error"]["nhrp"]["NHRP Mandatory Part"]
    assert (said["nhrp.err.code"], said["nhrp.err.offset"]) == ("3", "5")
    for said in ("10.0.0.2", "198.51.100.2", "203.0.113.2", "7200"):
        assert said in text["registration" if said == "7200" else "answer"]


def test_a_packet_cut_at_every_octet_is_none() -> None:
    whole = PACKETS["answer"].encode()
    for end in range(len(whole)):
        with pytest.raises(Malformed):
            Packet.decode(whole[:end])
    assert Packet.decode(whole + b"padding") == PACKETS["answer"]


def _changed(data: bytes, at: int, value: bytes, end: int | None = None) -> bytes:
    """With a checksum that fits."""
    changed = bytearray(data[:at] + value + data[at + len(value) : end])
    changed[12:14] = b"\0\0"
    padded = bytes(changed) + b"\0" * (len(changed) % 2)
    total = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    changed[12:14] = (~total & 0xFFFF).to_bytes(2, "big")
    return bytes(changed)


WHOLE = REGISTRATION.encode()
UNKNOWN = Extension(ExtensionType(99), b"x")


@pytest.mark.parametrize(
    ("data", "drop"),
    [
        (b"", Drop.TOO_SHORT),
        (WHOLE[:19], Drop.TOO_SHORT),
        (WHOLE[:20] + b"\x05" + WHOLE[21:], Drop.CHECKSUM),
        (_changed(WHOLE, 0, b"\0\x0f"), Drop.FAMILY),
        (_changed(WHOLE, 2, b"\x80\x9b"), Drop.FAMILY),
        (_changed(WHOLE, 16, b"\2"), Drop.VERSION),
        (_changed(WHOLE, 17, b"\x09"), Drop.UNKNOWN_TYPE),
        (_changed(WHOLE, 10, b"\1\0"), Drop.LENGTH),
        (_changed(WHOLE, 10, b"\0\x10"), Drop.LENGTH),
        (_changed(WHOLE, 14, b"\0\x51"), Drop.LENGTH),
        (_changed(WHOLE, 14, b"\0\x08"), Drop.LENGTH),
        (_changed(WHOLE, 14, b"\0\x18"), Drop.TOO_SHORT),
        (_changed(WHOLE, 14, b"\0\x35"), Drop.ENTRY),
        (_changed(WHOLE, 18, b"\x44"), Drop.ADDRESS),
        (_changed(WHOLE, 18, b"\0"), Drop.ADDRESS),
        (_changed(WHOLE, 19, b"\4"), Drop.ADDRESS),
        (_changed(WHOLE, 20, b"\5"), Drop.ADDRESS),
        (_changed(WHOLE, 20, b"\0"), Drop.ADDRESS),
        (_changed(WHOLE, 48, b"\x04"), Drop.ENTRY),
        (_changed(WHOLE, 54, b"\0\x40"), Drop.EXTENSION),
        (replace(REGISTRATION, payload=bytes(5000)).encode(), Drop.TOO_LONG),
        (replace(REGISTRATION, entries=(Cie(),) * (MAX_ENTRIES + 1)).encode(), Drop.TOO_MANY_ENTRIES),
        (
            replace(REGISTRATION, extensions=(nat_address(),) * (MAX_EXTENSIONS + 1)).encode(),
            Drop.TOO_MANY_EXTENSIONS,
        ),
        (replace(REGISTRATION, extensions=(UNKNOWN,)).encode(), Drop.UNRECOGNIZED_EXTENSION),
        (replace(REGISTRATION, entries=()).encode(), Drop.NO_ENTRY),
        (replace(REGISTRATION, destination=IPv4Address("10.0.0.9")).encode(), Drop.UNREACHABLE),
        (replace(REGISTRATION, source=HUB_INSIDE).encode(), Drop.OWN),
        (replace(REGISTRATION, type=PacketType.REGISTRATION_REPLY).encode(), Drop.UNREACHABLE),
        (
            replace(REGISTRATION, source=HUB_INSIDE, type=PacketType.REGISTRATION_REPLY).encode(),
            Drop.NOT_ASKED,
        ),
        (PACKETS["error"].encode(), Drop.NOT_A_PEER),
        (PACKETS["purge"].encode(), Drop.NOT_A_PEER),
        (PACKETS["redirect"].encode(), Drop.NO_SHORTCUTS),
    ],
)
def test_what_is_no_packet_has_a_name(data: bytes, drop: Drop) -> None:
    world = World()
    hub = world.hub()
    world.inject(hub, data, "198.51.100.2")
    assert hub.station.drops == {drop: 1}
    assert not hub.told


def test_an_unknown_extension_that_may_be_ignored_is() -> None:
    world = World()
    hub = world.hub()
    odd = replace(UNKNOWN, compulsory=False)
    vendor = Extension(ExtensionType.VENDOR_PRIVATE, b"\0\0\x0cgroup", compulsory=False)
    assert vendor_of(vendor) == (b"\0\0\x0c", b"group")
    world.inject(hub, replace(REGISTRATION, extensions=(odd, vendor)).encode(), "198.51.100.2")
    assert hub.station.peers
    with pytest.raises(Malformed):
        vendor_of(Extension(ExtensionType.VENDOR_PRIVATE, b"\0\0"))


def test_the_authentication_string_is_compared_whole() -> None:
    assert proves(authentication(b"kakehash"), b"kakehash")
    for other in (b"kakehas", b"kakehashi", b"Kakehash", b""):
        assert not proves(authentication(other), b"kakehash")
    assert not proves(None, b"")
    assert "kakehash" not in repr(authentication(b"kakehash"))
    assert encode_extensions((authentication(b"x"),)) == bytes.fromhex("8007 0005 00000001 78 8000 0000")


@given(st.binary(max_size=120))
def test_parts_never_raise_anything_but_malformed(data: bytes) -> None:
    for decode in (
        Packet.decode,
        decode_extensions,
        lambda d: decode_entries(d, 4, 4),
        lambda d: decode_entries(d, 6, 6),
    ):
        try:
            decode(data)
        except Malformed:
            continue


ADDRESSES = st.sampled_from([f"10.0.0.{n}" for n in (0, 1, 2, 3, 255)] + ["10.3.0.9", "224.0.0.1", "0.0.0.0"])
NBMA = st.sampled_from(["192.0.2.1", "198.51.100.2", "198.51.100.3", "203.0.113.9"])
CIES = st.builds(
    Cie,
    code=st.sampled_from([Code.SUCCESS, Code.NO_BINDING, Code.ALREADY_REGISTERED]),
    prefix_length=st.sampled_from([0, 16, 24, 32, 33, 255]),
    holding_time=st.sampled_from([0, 1, 60, 65535]),
    nbma=st.one_of(st.none(), NBMA.map(IPv4Address)),
    address=st.one_of(st.none(), ADDRESSES.map(IPv4Address)),
)
EXTENSION = st.one_of(
    st.builds(Extension, st.integers(0, 12).map(ExtensionType), st.binary(max_size=16), st.booleans()),
    CIES.map(nat_address),
    CIES.map(lambda cie: passed(forward_transit(), cie)),
    st.just(authentication(PASSWORD.octets)),
)
STRAY = st.builds(
    Packet,
    type=st.sampled_from(PacketType),
    source_nbma=NBMA.map(IPv4Address),
    source=ADDRESSES.map(IPv4Address),
    destination=ADDRESSES.map(IPv4Address),
    flags=st.sampled_from([0, 0x8000, 0x1002, 0xFFFF, 11]),
    request_id=st.integers(0, 3),
    entries=st.lists(CIES, max_size=3).map(tuple),
    extensions=st.lists(EXTENSION, max_size=4).map(tuple),
    payload=st.sampled_from([b"", ip_packet("10.2.0.9", "10.3.0.9"), b"\x45" * 30]),
    hop_count=st.sampled_from([0, 1, 2, 255]),
)


@given(st.lists(st.tuples(STRAY, NBMA, st.booleans(), st.booleans(), st.floats(0, 5000)), max_size=20))
def test_nothing_raises_and_what_was_said_is_kept(strays) -> None:
    """Strangers say what they like; ids are guessed right half of the time."""
    world = World()
    hub = world.hub(redirect=True, multicast=True)
    left, right = (world.spoke(n, shortcut=True, holding_time=9000) for n in (2, 3))
    world.learn_routes(hub)
    world.run(1)
    for stray, origin, to_hub, guess, wait in strays:
        world.ping(left, "10.2.0.9", "10.3.0.9")
        router = hub if to_hub else left
        if guess and left.sent:
            stray = replace(stray, request_id=Packet.decode(left.sent[-1][0]).request_id)
        world.inject(router, stray.encode(), origin)
        world.run(wait)
        for one in (hub, left, right):
            known = {e.address: e.nbma for e in one.station.peers}
            assert {a: one.nbma(a) for a in known} == known
            assert dict(one.station.shortcuts).items() <= one.routes.items()
            assert one.settings.address not in known
    assert left.nbma(HUB_INSIDE) == HUB
    world.run(70000)
    assert left.station.is_registered(HUB_INSIDE)
    assert {a: hub.nbma(a) for a in (INSIDE,)} == {INSIDE: left.outside}
    assert not left.station.shortcuts


def test_settings_do_not_show_their_secret() -> None:
    shown = repr(Settings(address=INSIDE, nbma=OURS, authentication=PASSWORD))
    assert "kakehash" not in shown
