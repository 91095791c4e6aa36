"""The octets of L2TPv3 against another reader of them, digests, and what is no message."""

import hmac
import shutil
import struct
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kakehashi.l2tp.drops import Drop, Malformed
from kakehashi.l2tp.v3.settings import Wire
from kakehashi.l2tp.v3.wire.digest import Verdict, hiding_key, sign, verify
from kakehashi.l2tp.v3.wire.header import (
    ControlHeader,
    decode_data,
    decode_sublayer,
    encode_data,
    framed,
    is_control,
)
from kakehashi.l2tp.v3.wire.message import Message, avp, encode_message, u32
from kakehashi.l2tp.v3.wire.registry import AvpType, DigestType, MessageType
from kakehashi.l2tp.v3.wire.rules import REQUIRED, RULES
from kakehashi.l2tp.wire.avp import Avp, hidden
from kakehashi.model.pseudowire import ControlChannel, Digest, EtherIp, L2tpv3, Transport
from kakehashi.model.secret import Secret
from tests.l2tp.v3.wire import EAST, WEST, World, carrier, peer

SECRET = b"shared secret"
AUTHENTIC = ControlChannel(secret=Secret(SECRET))
TSHARK = shutil.which("tshark")


def test_a_control_message_is_written_as_the_rfc_draws_it() -> None:
    body = encode_message(MessageType.HELLO)
    assert body == bytes.fromhex("8008 0000 0000 0006")
    message = ControlHeader(0x01020304, 5, 6).encode(body)
    assert message == bytes.fromhex("c803 0014 01020304 0005 0006") + body
    assert framed(message, over_udp=True) == message
    assert framed(message, over_udp=False) == bytes(4) + message
    assert ControlHeader.decode(message + b"padding") == (ControlHeader(0x01020304, 5, 6), body)


@pytest.mark.parametrize("cookie", [b"", b"four", b"eight888"])
@pytest.mark.parametrize("sequence", [None, -1, 0, 0xFFFFFF])
@pytest.mark.parametrize("over_udp", [False, True])
def test_data_messages_are_read_as_they_are_written(
    cookie: bytes, sequence: int | None, over_udp: bool
) -> None:
    packet = encode_data(7, cookie, sequence, b"frame", over_udp)
    assert packet[:4] == (b"\0\3\0\0" if over_udp else b"\0\0\0\7")
    assert not is_control(packet, over_udp)
    session, rest = decode_data(packet, over_udp)
    assert (session, rest[: len(cookie)]) == (7, cookie)
    rest = rest[len(cookie) :]
    if sequence is not None:
        number, rest = decode_sublayer(rest)
        assert number == (None if sequence < 0 else sequence)
    assert rest == b"frame"


@pytest.mark.parametrize(("kind", "name"), [(DigestType.HMAC_MD5, "md5"), (DigestType.HMAC_SHA1, "sha1")])
def test_the_digest_is_that_of_the_rfc(kind: DigestType, name: str) -> None:
    header, body = ControlHeader(9, 1, 2), encode_message(MessageType.SCCCN)
    message = sign(header, body, kind, SECRET, b"ours" + b"theirs")
    size = hmac.new(b"", b"", name).digest_size
    blank = message[:27] + bytes(size) + message[27 + size :]
    key = hmac.new(SECRET, b"\2", "md5").digest()
    assert message[27 : 27 + size] == hmac.new(key, b"ourstheirs" + blank, name).digest()
    assert message[20:27] == bytes.fromhex(f"80{7 + size:02x} 0000 003b {int(kind):02x}")
    assert verify(message, SECRET, b"ourstheirs") is Verdict.RIGHT
    assert verify(message, SECRET, b"theirsours") is Verdict.WRONG
    assert verify(message, b"another", b"ourstheirs") is Verdict.WRONG
    assert verify(header.encode(body), SECRET, b"") is Verdict.NONE
    for at in range(20, len(message)):
        changed = message[:at] + bytes((message[at] ^ 0x10,)) + message[at + 1 :]
        assert verify(changed, SECRET, b"ourstheirs") is not Verdict.RIGHT


def test_one_right_digest_of_two_is_enough() -> None:
    md5 = avp(AvpType.MESSAGE_DIGEST, b"\0" + bytes(16)).encode()
    sha1 = avp(AvpType.MESSAGE_DIGEST, b"\1" + bytes(20)).encode()
    message = ControlHeader(9, 1, 2).encode(encode_message(MessageType.HELLO) + md5 + sha1)
    key = hmac.new(SECRET, b"\2", "md5").digest()
    end = len(message)
    right = hmac.new(key, message, "sha1").digest()
    both = message[: end - 20] + right
    both = both[:27] + b"x" * 16 + both[43:]
    assert verify(both, SECRET, b"") is Verdict.RIGHT
    assert verify(both[:-1] + b"?", SECRET, b"") is Verdict.WRONG


def test_avps_are_hidden_by_a_key_of_the_secret() -> None:
    key = hiding_key(SECRET)
    assert key == hmac.new(SECRET, b"\1", "md5").digest()
    avps = hidden([u32(AvpType.LOCAL_SESSION_ID, 77), avp(AvpType.HOST_NAME, b"x")], key, b"v" * 16, RULES)
    body = encode_message(MessageType.ICCN, avps)
    assert struct.pack("!I", 77) not in body
    message = Message.decode(body, key)
    assert message.number(AvpType.LOCAL_SESSION_ID) == 77
    assert Message.decode(body).unknown == (AvpType.LOCAL_SESSION_ID,)


@pytest.mark.parametrize("kind", list(MessageType))
def test_every_message_survives_a_round_trip(kind: MessageType) -> None:
    avps = tuple(avp(AvpType(a), bytes(max(RULES[a].least, 2))) for a in REQUIRED[kind])
    message = Message.decode(encode_message(kind, avps))
    assert message.type is kind
    assert not message.missing
    if avps:
        assert Message.decode(encode_message(kind)).missing == REQUIRED[kind]


def test_an_avp_of_a_wrong_size_counts_as_unknown_and_reserved_bits_for_nothing() -> None:
    wrong = Avp(AvpType.ROUTER_ID, b"x")
    body = encode_message(MessageType.SCCRQ, (wrong, replace(wrong, mandatory=False)))
    assert Message.decode(body).unknown == (AvpType.ROUTER_ID,)
    odd = replace(u32(AvpType.ROUTER_ID, 5), reserved=0x0400)
    assert Message.decode(encode_message(MessageType.SCCRQ, (odd,))).number(AvpType.ROUTER_ID) == 5


@pytest.mark.skipif(TSHARK is None, reason="no tshark")
@pytest.mark.parametrize("transport", list(Transport))
@pytest.mark.parametrize("digest", list(Digest))
def test_wireshark_reads_a_conversation_and_its_digests(
    transport: Transport, digest: Digest, tmp_path: Path
) -> None:
    control = replace(AUTHENTIC, digest=digest)
    wire = Wire("lan", L2tpv3(end_id="10", cookie_size=4, control=control))
    east = peer(EAST, WEST, control, wire, transport=transport)
    west = peer(WEST, EAST, replace(control, begins=False), wire, transport=transport)
    world = World(east, west).run(5)
    packets = [(EAST, WEST, p) for p in world.east.sent[:1]]
    packets += [(WEST, EAST, p) for p in world.west.sent[:1]]
    packets += [(EAST, WEST, p) for p in world.east.sent[1:]] + [(WEST, EAST, p) for p in world.west.sent[1:]]
    capture = tmp_path / "l2tpv3.pcap"
    capture.write_bytes(pcap(packets, transport))
    assert TSHARK is not None
    fields = ["_ws.expert.message", "l2tp.avp.message_type", "l2tp.avp.pw_type", "l2tp.avp.host_name"]
    fields += ["_ws.malformed"]
    command = [TSHARK, "-r", str(capture), "-T", "fields"]
    command += ["-o", f"l2tp.shared_secret:{SECRET.decode()}", *(a for f in fields for a in ("-e", f))]
    read = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    rows = [line.split("\t") for line in read.splitlines()]
    assert [row[1] for row in rows][:2] == ["1", "2"]
    assert {"1", "2", "3", "10", "11", "12", "20"} == {row[1] for row in rows}
    assert rows[0][3] == "east"
    assert not any("igest" in row[0] for row in rows), rows
    assert not any(row[4] for row in rows)
    command[command.index(f"l2tp.shared_secret:{SECRET.decode()}")] = "l2tp.shared_secret:another"
    wrong = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    assert "igest" in wrong


def pcap(packets: list, transport: Transport) -> bytes:
    """A capture of IP packets (LINKTYPE_RAW)."""
    out = struct.pack("!IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
    for source, destination, payload in packets:
        protocol = 115
        if transport is Transport.UDP:
            payload = struct.pack("!HHHH", 1701, 1701, 8 + len(payload), 0) + payload
            protocol = 17
        size = 20 + len(payload)
        header = struct.pack("!BBHIBBH", 0x45, 0, size, 0, 64, protocol, 0)
        packet = header + source.packed + destination.packed + payload
        out += struct.pack("!IIII", 0, 0, len(packet), len(packet)) + packet
    return out


@pytest.mark.parametrize(
    ("message", "drop"),
    [
        (b"", Drop.TOO_SHORT),
        (b"\xc8\x03\0\x0c", Drop.TOO_SHORT),
        (b"\xc8\x02\0\x0c" + bytes(8), Drop.VERSION),
        (b"\x88\x03\0\x0c" + bytes(8), Drop.FLAGS),
        (b"\xc8\x03\0\x0b" + bytes(8), Drop.LENGTH),
        (b"\xc8\x03\0\x0d" + bytes(8), Drop.LENGTH),
        (b"\xc8\x03\x20\x00" + bytes(0x2000), Drop.TOO_LONG),
        (ControlHeader(5, 0, 0).encode(b""), Drop.UNKNOWN_TUNNEL),
        (ControlHeader(0, 0, 0).encode(b""), Drop.UNEXPECTED),
        (ControlHeader(0, 0, 0).encode(encode_message(MessageType.HELLO)), Drop.UNEXPECTED),
        (ControlHeader(0, 0, 0).encode(encode_message(MessageType.SCCRQ)), Drop.MISSING_AVP),
        (ControlHeader(0, 0, 0).encode(b"\x80\x05\0\0\0\0"), Drop.AVP_LENGTH),
        (ControlHeader(0, 0, 0).encode(b"\x80\x06\0\0\0\7"), Drop.NO_MESSAGE_TYPE),
        (ControlHeader(0, 0, 0).encode(b"\x80\x06\0\0\0\0"), Drop.AVP_VALUE),
        (ControlHeader(0, 0, 0).encode(b"\x80\x06\0\0\0\7" * 65), Drop.TOO_MANY_AVPS),
    ],
)
@pytest.mark.parametrize("transport", list(Transport))
def test_what_is_no_message_has_a_name_and_no_answer(
    message: bytes, drop: Drop, transport: Transport
) -> None:
    waits = ControlChannel(begins=False)
    world = World(peer(EAST, WEST, waits, transport=transport), peer(WEST, EAST, waits, transport=transport))
    if transport is Transport.UDP and not message:
        return
    world.inject(world.east, framed(message, transport is Transport.UDP))
    assert world.east.drops == {drop: 1}
    assert not world.east.sent


def test_an_sccrq_cut_at_every_octet_opens_nothing() -> None:
    for control in (ControlChannel(begins=False), replace(AUTHENTIC, begins=False)):
        world = World(peer(EAST, WEST, replace(control, begins=True)), peer(WEST, EAST, control), loss=1)
        world.run(0.1)
        (sccrq,) = world.east.sent
        for end in range(len(sccrq)):
            world.inject(world.west, sccrq[:end])
        assert world.west.lcce.half_open() == 0
        for end in range(16, len(sccrq)):
            cut = ControlHeader(0, 0, 0).encode(sccrq[16:end])
            world.inject(world.west, framed(cut, over_udp=False))
        # What was left out is not needed; the digest sees that it was.
        assert (world.west.lcce.half_open() == 0) == bool(control.secret)
        assert not world.west.lcce.connections()
        with pytest.raises(Malformed):
            Message.decode(sccrq[16:-1])


def test_overheads() -> None:
    assert EtherIp().overhead == 16
    assert L2tpv3().overhead == 18
    assert L2tpv3(transport=Transport.UDP, cookie_size=8, sequencing=True).overhead == 42


AVPS = st.tuples(st.one_of(st.integers(0, 80)), st.binary(max_size=24), st.booleans(), st.booleans()).map(
    lambda a: struct.pack("!HHH", a[2] << 15 | a[3] << 14 | 6 + len(a[1]), 0, a[0]) + a[1]
)
IDS = st.sampled_from([0, 1, 2, 0xFFFFFFFF])
SESSION = st.tuples(IDS, IDS).map(
    lambda ids: (
        u32(AvpType.LOCAL_SESSION_ID, ids[0]).encode() + u32(AvpType.REMOTE_SESSION_ID, ids[1]).encode()
    )
)
BODIES = st.tuples(st.integers(0, 21), SESSION, st.lists(AVPS, max_size=6)).map(
    lambda m: struct.pack("!HHHH", 0x8008, 0, 0, m[0]) + m[1] + b"".join(m[2])
)


@given(
    st.booleans(),
    st.lists(
        st.tuples(
            st.one_of(st.binary(max_size=60), BODIES),
            st.sampled_from(["octets", "connection", "real session", "zero", "data"]),
            st.integers(-1, 4),
            st.floats(0, 30),
        ),
        max_size=25,
    ),
)
def test_nothing_raises_and_the_wire_comes_back(over_udp: bool, messages) -> None:
    transport = Transport.UDP if over_udp else Transport.IP
    waits = ControlChannel(begins=False)
    world = World(peer(EAST, WEST, transport=transport), peer(WEST, EAST, waits, transport=transport))
    world.run(5)
    assert world.west.lcce.sessions()
    for body, where, ahead, wait in messages:
        current = next(iter(world.west.lcce._peerings.values())).current
        ns = current.channel.nr + ahead if current else 0
        sessions = world.west.lcce.sessions()
        ours = sessions["lan"].local_id if sessions else 1
        if where == "real session":
            body = body.replace(b"\0\0\0\1", struct.pack("!I", ours))
        number = current.id if current and where in ("connection", "real session") else 0
        header = ControlHeader(number, ns % 65536, current.channel.ns if current else 0)
        packet = framed(header.encode(body), over_udp)
        data = encode_data(ours, b"", None, body, over_udp)
        world.inject(world.west, {"octets": body, "data": data}.get(where, packet))
        world.run(wait)
        assert len(world.west.lcce.connections()) <= 1
        assert len(world.west.lcce.sessions()) <= 1
    world.run(900)
    for end in world.ends:
        assert end.lcce.send_frame("lan", b"frame")
    world.run(1)
    assert world.east.frames[-1] == world.west.frames[-1] == b"frame"
    assert world.west.lcce.half_open() == 0
    assert carrier(WEST, EAST, transport) in world.west.lcce._peerings
