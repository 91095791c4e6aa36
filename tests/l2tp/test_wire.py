"""The octets of L2TP against scapy, hiding, and what is no message."""

import hashlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.l2tp import L2TP
from scapy.packet import Raw

from kakehashi.l2tp.drops import Drop, Malformed
from kakehashi.l2tp.settings import Settings
from kakehashi.l2tp.wire.avp import MAX_AVPS, Avp, avp, decode_avps, hidden, result, u16
from kakehashi.l2tp.wire.header import ControlHeader, DataHeader
from kakehashi.l2tp.wire.hiding import hide, reveal
from kakehashi.l2tp.wire.message import Message, encode_message
from kakehashi.l2tp.wire.registry import AvpType, MessageType
from kakehashi.l2tp.wire.rules import REQUIRED, RULES
from kakehashi.model.secret import Secret
from tests.l2tp.client import Lac
from tests.l2tp.wire import Wire, carrier
from tests.ppp.client import Client

SECRET = b"tunnel secret"


def scapy(payload: bytes, **fields) -> bytes:
    return bytes(L2TP(**fields) / Raw(payload))


def test_a_control_message_as_scapy_writes_it() -> None:
    body = encode_message(MessageType.HELLO)
    assert body == bytes.fromhex("8008 0000 0000 0006")
    theirs = scapy(body, hdr="control+length+sequence", version=2, tunnel_id=7, session_id=9, ns=3, nr=4)
    assert ControlHeader(7, 9, 3, 4).encode(body) == theirs
    assert ControlHeader.decode(theirs + b"padding") == (ControlHeader(7, 9, 3, 4), body)


@pytest.mark.parametrize("length", ["", "+length"])
@pytest.mark.parametrize("priority", ["", "+priority"])
def test_data_messages_as_scapy_writes_them(length: str, priority: str) -> None:
    plain = scapy(b"frame", hdr=(length + priority).strip("+"), version=2, tunnel_id=7, session_id=9)
    assert DataHeader.decode(plain) == (DataHeader(7, 9), b"frame")
    hdr = "sequence+offset" + length + priority
    full = scapy(b"frame", hdr=hdr, version=2, tunnel_id=7, session_id=9, ns=5, nr=0, offset=3, pad=b"pad")
    assert DataHeader.decode(full) == (DataHeader(7, 9, 5), b"frame")


def test_data_messages_of_ours_are_read_by_scapy() -> None:
    read = L2TP(DataHeader(7, 9, 5).encode(b"\xff\x03frame"))
    assert (read.tunnel_id, read.session_id, read.ns) == (7, 9, 5)
    assert bytes(read.payload) == b"\xff\x03frame"
    assert L2TP(DataHeader(7, 9).encode(b"\xff\x03")).hdr == 0


@pytest.mark.parametrize("value", [b"", b"x", bytes(14), bytes(15), b"v" * 200])
def test_what_is_hidden_is_revealed_by_the_secret_alone(value: bytes) -> None:
    ciphertext = hide(11, value, SECRET, b"vector", padding=b"pad")
    stream = hashlib.md5(b"\0\x0b" + SECRET + b"vector").digest()  # RFC 2661 section 4.3
    assert ciphertext[0] == (len(value) >> 8) ^ stream[0]
    assert ciphertext[1] == (len(value) & 255) ^ stream[1]
    assert reveal(11, ciphertext, SECRET, b"vector") == value
    assert reveal(11, ciphertext, b"another", b"vector") != value or not value
    assert value not in ciphertext or len(value) < 2


def test_a_message_with_hidden_avps() -> None:
    avps = hidden([u16(AvpType.ASSIGNED_TUNNEL_ID, 77), avp(AvpType.HOST_NAME, b"lac")], SECRET, b"v" * 16)
    body = encode_message(MessageType.SCCRQ, avps)
    message = Message.decode(body, SECRET)
    assert message.number(AvpType.ASSIGNED_TUNNEL_ID) == 77
    assert message.text(AvpType.HOST_NAME) == "lac"
    assert not message.unknown
    assert Message.decode(body).unknown == (AvpType.ASSIGNED_TUNNEL_ID,)


@pytest.mark.parametrize("kind", list(MessageType))
def test_every_message_survives_a_round_trip(kind: MessageType) -> None:
    avps = tuple(
        avp(a, bytes(max(RULES[a].least, 3) if RULES[a].most > 3 else RULES[a].least)) for a in REQUIRED[kind]
    )
    message = Message.decode(encode_message(kind, avps))
    assert message.type is kind
    assert not message.missing
    assert all(message.values[one.type] == one.value for one in avps)
    if avps:
        assert Message.decode(encode_message(kind)).missing == REQUIRED[kind]


def test_unknown_avps_survive_and_a_result_is_read() -> None:
    odd = Avp(AvpType(4000), b"x", mandatory=False, vendor=9)
    body = encode_message(MessageType.CDN, (odd, result(2, 8, "no\nway")))
    assert decode_avps(body)[1] == odd
    assert Message.decode(body).result() == (2, 8, "no.way")
    assert "secret" not in repr(Avp(AvpType.CHALLENGE, b"secret"))


@pytest.mark.parametrize(
    ("datagram", "drop"),
    [
        (b"", Drop.TOO_SHORT),
        (b"\xc8\x02\0\x0c", Drop.TOO_SHORT),
        (b"\xc8\x03\0\x0c" + bytes(8), Drop.VERSION),
        (b"\x88\x02\0\x0c" + bytes(8), Drop.FLAGS),
        (b"\xca\x02\0\x0c" + bytes(8), Drop.FLAGS),
        (b"\xc8\x02\0\x0b" + bytes(8), Drop.LENGTH),
        (b"\xc8\x02\0\x0d" + bytes(8), Drop.LENGTH),
        (b"\xc8\x02\x20\x00" + bytes(0x2000), Drop.TOO_LONG),
        (b"\0\x03\0\1\0\1", Drop.VERSION),
        (b"\0\x02\0\1\0", Drop.TOO_SHORT),
        (b"\x40\x02\0\x40\0\1\0\1", Drop.LENGTH),
        (b"\x02\x02\0\1\0\1\0\x09abc", Drop.OFFSET),
        (b"\0\x02\0\0\0\1", Drop.UNKNOWN_TUNNEL),
        (ControlHeader(5, 0, 0, 0).encode(b""), Drop.UNKNOWN_TUNNEL),
        (ControlHeader(0, 0, 0, 0).encode(b""), Drop.UNEXPECTED),
        (ControlHeader(0, 0, 0, 0).encode(encode_message(MessageType.HELLO)), Drop.UNEXPECTED),
        (ControlHeader(0, 0, 0, 0).encode(encode_message(MessageType.SCCRQ)), Drop.MISSING_AVP),
        (ControlHeader(0, 0, 0, 0).encode(b"\x80\x05\0\0\0\0"), Drop.AVP_LENGTH),
        (ControlHeader(0, 0, 0, 0).encode(b"\x80\x06\0\0\0\0"), Drop.AVP_VALUE),
        (ControlHeader(0, 0, 0, 0).encode(b"\x80\x06\0\0\0\7"), Drop.NO_MESSAGE_TYPE),
        (ControlHeader(0, 0, 0, 0).encode(b"\x80\x06\0\0\0\7" * (MAX_AVPS + 1)), Drop.TOO_MANY_AVPS),
    ],
)
def test_what_is_no_message_has_a_name_and_no_answer(datagram: bytes, drop: Drop) -> None:
    wire = Wire()
    wire.inject(datagram)
    assert wire.drops == {drop: 1}
    assert not wire.sent


def test_an_sccrq_cut_at_every_octet_opens_nothing() -> None:
    lac = Lac(secret=SECRET)
    lac.begin()
    (sccrq,) = lac.out
    wire = Wire(Settings(secret=Secret(SECRET)))
    for end in range(len(sccrq)):
        wire.inject(sccrq[:end])
        body = sccrq[12:end]
        wire.inject(ControlHeader(0, 0, 0, 0).encode(body))
    assert not wire.told
    assert wire.drops[Drop.AVP_LENGTH]
    with pytest.raises(Malformed):
        decode_avps(sccrq[12:-1])


AVPS = st.tuples(st.integers(0, 40), st.binary(max_size=20), st.booleans(), st.booleans()).map(
    lambda a: struct.pack("!HHH", a[2] << 15 | a[3] << 14 | 6 + len(a[1]), 0, a[0]) + a[1]
)
BODIES = st.tuples(st.integers(0, 17), st.lists(AVPS, max_size=6)).map(
    lambda m: struct.pack("!HHHH", 0x8008, 0, 0, m[0]) + b"".join(m[1])
)


@given(
    st.lists(
        st.tuples(
            st.one_of(st.binary(max_size=60), BODIES),
            st.sampled_from(["octets", "tunnel", "session", "zero", "data"]),
            st.integers(-1, 4),
            st.floats(0, 30),
        ),
        max_size=25,
    )
)
def test_nothing_raises_and_everything_ends(messages) -> None:
    wire = Wire(Settings(secret=Secret(SECRET)))
    lac = wire.dial(Lac(Client("ada", "lovelace"), secret=SECRET))
    wire.run(3)
    assert lac.ppp.address
    ns = lac.ns
    for body, where, ahead, wait in messages:
        lac.silent = True
        header = {
            "tunnel": ControlHeader(lac.peer_tunnel, 0, (ns + ahead) % 65536, lac.nr),
            "session": ControlHeader(lac.peer_tunnel, lac.peer_session, (ns + ahead) % 65536, lac.nr),
        }.get(where, ControlHeader(0, 0, 0, 0))
        ns += ahead == 0
        data = DataHeader(lac.peer_tunnel, lac.peer_session).encode(body)
        wire.inject({"octets": body, "data": data}.get(where, header.encode(body)))
        wire.run(wait)
        assert len(wire.server.lns.tunnels()) <= 1
    lac.silent = True
    wire.run(400)
    assert wire.server.next_timeout() is None
    assert not wire.server.links
    assert wire.server.lns.half_open() == 0
    assert carrier() in wire.lacs
