"""The octets of PPP against scapy, and what is no packet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers import ppp as scapy_ppp

from kakehashi.ppp.drops import Drop, Malformed
from kakehashi.ppp.link import Link
from kakehashi.ppp.pool import AddressPool
from kakehashi.ppp.settings import Method, Settings
from kakehashi.ppp.wire.authentication import (
    decode_chap_response,
    decode_pap_request,
    encode_chap_challenge,
    encode_pap_answer,
)
from kakehashi.ppp.wire.frame import decode_frame, encode_frame
from kakehashi.ppp.wire.option import MAX_OPTIONS, Option, decode_options, encode_options
from kakehashi.ppp.wire.packet import Packet
from kakehashi.ppp.wire.registry import Code, IpcpOption, LcpOption, PapCode, Protocol
from tests.ppp.client import Client
from tests.ppp.line import FIRST, LAST, USERS, Line


def test_a_configure_request_as_scapy_writes_it() -> None:
    theirs = scapy_ppp.PPP_LCP_Configure(
        code=1,
        id=7,
        options=[
            scapy_ppp.PPP_LCP_MRU_Option(max_recv_unit=1400),
            scapy_ppp.PPP_LCP_Auth_Protocol_Option(auth_protocol=0xC223, algorithm=129),
            scapy_ppp.PPP_LCP_Magic_Number_Option(magic_number=0x01020304),
        ],
    )
    options = (
        Option(LcpOption.MRU, b"\x05\x78"),
        Option(LcpOption.AUTHENTICATION_PROTOCOL, b"\xc2\x23\x81"),
        Option(LcpOption.MAGIC_NUMBER, b"\1\2\3\4"),
    )
    ours = Packet(Code.CONFIGURE_REQUEST, 7, encode_options(options))
    assert ours.encode() == bytes(theirs)
    assert Packet.decode(bytes(theirs)) == ours
    assert decode_options(ours.data) == options


def test_ipcp_as_scapy_writes_it() -> None:
    theirs = scapy_ppp.PPP_IPCP(
        code=3,
        id=9,
        options=[
            scapy_ppp.PPP_IPCP_Option_IPAddress(data="10.9.0.10"),
            scapy_ppp.PPP_IPCP_Option_DNS1(data="10.0.0.53"),
        ],
    )
    options = (Option(IpcpOption.IP_ADDRESS, FIRST.packed), Option(IpcpOption.PRIMARY_DNS, b"\x0a\0\0\x35"))
    assert Packet(Code.CONFIGURE_NAK, 9, encode_options(options)).encode() == bytes(theirs)


def test_authentication_as_scapy_writes_it() -> None:
    request = bytes(scapy_ppp.PPP_PAP_Request(id=3, username=b"ada", password=b"lovelace"))
    assert decode_pap_request(Packet.decode(request).data) == (b"ada", b"lovelace")
    nak = bytes(scapy_ppp.PPP_PAP_Response(code=3, id=3, message=b"no"))
    assert Packet(PapCode.AUTHENTICATE_NAK, 3, encode_pap_answer("no")).encode() == nak
    challenge = scapy_ppp.PPP_CHAP_ChallengeResponse(code=1, id=5, value=bytes(16), optional_name=b"lns")
    assert Packet(1, 5, encode_chap_challenge(bytes(16), b"lns")).encode() == bytes(challenge)
    response = scapy_ppp.PPP_CHAP_ChallengeResponse(code=2, id=5, value=b"v" * 49, optional_name=b"ada")
    assert decode_chap_response(Packet.decode(bytes(response)).data) == (b"v" * 49, b"ada")


def test_what_the_link_says_is_read_by_scapy() -> None:
    line = Line(Client("ada", "lovelace"), Settings(methods=tuple(Method))).run(5)
    read = [scapy_ppp.HDLC(frame) for frame in line.frames]
    first = read[0][scapy_ppp.PPP].payload
    assert isinstance(first, scapy_ppp.PPP_LCP_Configure)
    assert [o.type for o in first.options] == [1, 3, 5]
    assert first.options[1].algorithm == 129
    kinds = {type(packet[scapy_ppp.PPP].payload) for packet in read}
    assert {scapy_ppp.PPP_CHAP_ChallengeResponse, scapy_ppp.PPP_CHAP, scapy_ppp.PPP_IPCP} <= kinds


@pytest.mark.parametrize("frame", [b"\xff\x03\xc0\x21x", b"\xc0\x21x"])
def test_a_frame_with_and_without_address_and_control(frame: bytes) -> None:
    assert decode_frame(frame) == (Protocol.LCP, b"x")
    assert decode_frame(b"\xff\x03\x21x") == decode_frame(b"\x21x") == (Protocol.IPV4, b"x")
    assert decode_frame(encode_frame(Protocol.IPV4, b"x")) == (Protocol.IPV4, b"x")


@pytest.mark.parametrize(
    ("decode", "octets", "drop"),
    [
        (decode_frame, b"", Drop.FRAME_TOO_SHORT),
        (decode_frame, b"\xff\x03", Drop.FRAME_TOO_SHORT),
        (decode_frame, b"\xc0", Drop.FRAME_TOO_SHORT),
        (decode_frame, b"\xc0\x20", Drop.PROTOCOL_FIELD),
        (Packet.decode, b"\1\1\0", Drop.PACKET_TOO_SHORT),
        (Packet.decode, b"\1\1\0\3", Drop.PACKET_LENGTH),
        (Packet.decode, b"\1\1\0\5", Drop.PACKET_LENGTH),
        (Packet.decode, b"\1\1\x0c\0" + bytes(0xC00), Drop.PACKET_TOO_LONG),
        (decode_options, b"\1", Drop.OPTION_LENGTH),
        (decode_options, b"\1\1", Drop.OPTION_LENGTH),
        (decode_options, b"\1\5\0\0", Drop.OPTION_LENGTH),
        (decode_options, b"\7\2" * (MAX_OPTIONS + 1), Drop.TOO_MANY_OPTIONS),
        (decode_pap_request, b"", Drop.PAP),
        (decode_pap_request, b"\3ada", Drop.PAP),
        (decode_pap_request, b"\3ada\1", Drop.PAP),
        (decode_chap_response, b"\0", Drop.CHAP),
        (decode_chap_response, b"\3ab", Drop.CHAP),
    ],
)
def test_what_is_no_packet_has_a_name(decode, octets: bytes, drop: Drop) -> None:
    with pytest.raises(Malformed) as told:
        decode(octets)
    assert told.value.drop is drop


def test_every_frame_cut_at_every_octet_leaves_the_link_alive() -> None:
    heard: list[bytes] = []
    first = Line(Client("ada", "lovelace"), Settings())
    receive = first.link.receive
    first.link.receive = lambda frame, now: (heard.append(frame), receive(frame, now))  # type: ignore[method-assign]
    first.run(5)
    line = Line(Client("ada", "lovelace"), Settings()).run(5)
    for frame in heard:
        for end in range(4, len(frame)):
            if frame[4:6] != b"\5":
                line.link.receive(frame[:end], line.now)
    assert line.link.drops[Drop.PACKET_LENGTH]
    assert line.link.send_packet(4, b"still there")


PROTOCOLS = st.sampled_from(
    [bytes.fromhex(p) for p in ("c021", "c023", "c223", "8021", "8057", "80fd", "0021")]
)
FRAMES = st.one_of(
    st.binary(max_size=64),
    st.tuples(PROTOCOLS, st.integers(0, 15), st.integers(0, 255), st.binary(max_size=40)).map(
        lambda f: f[0] + bytes([f[1], f[2]]) + (4 + len(f[3])).to_bytes(2, "big") + f[3]
    ),
)


@given(
    st.lists(st.tuples(FRAMES, st.floats(0, 20)), max_size=30), st.booleans(), st.sampled_from(list(Method))
)
def test_nothing_raises_and_nobody_gets_in(frames, begins_open: bool, method: Method) -> None:
    settings = Settings(methods=(method,), ipv6=True)
    name = {Method.PAP: "pap", Method.CHAP_MD5: "md5", Method.MS_CHAP_V2: "mschapv2"}[method]
    if begins_open:
        line = Line(Client("ada", "lovelace", name), settings).run(5)
        link, now = line.link, line.now
    else:
        link, now = Link(settings, USERS, AddressPool(FIRST, LAST), lambda n: b"\7" * n, 0), 0.0
    for frame, wait in frames:
        link.receive(frame, now)
        now += wait
        link.handle_timeout(now)
        assert len(link.effects()) < 50
        assert begins_open or not link.user
    link.terminate("enough", now)
    for _ in range(20):
        now = link.next_timeout() or now
        link.handle_timeout(now)
    assert link.next_timeout() is None
