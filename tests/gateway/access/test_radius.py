"""RADIUS against the examples of RFC 2865, against scapy, and as a conversation with a server of its own."""

import struct
from dataclasses import replace
from hashlib import md5
from ipaddress import ip_address, ip_network

import pytest
from scapy.layers.radius import Radius

from kakehashi.gateway.access import radius
from kakehashi.gateway.access.radius_client import RadiusClient
from kakehashi.gateway.access.terms import Cause, Terms
from kakehashi.gateway.log import Log, LogOptions
from kakehashi.model.l2tp_server import RadiusServer
from kakehashi.model.secret import Secret
from kakehashi.ppp.users import ChapLogin, Granted, MsChapV2Login, PapLogin, Refused
from tests.gateway.access.office import TUNNEL, Office
from tests.gateway.virtual import play

KEY = b"xyzzy5461"
AUTHENTICATOR = bytes.fromhex("0f403f9473978057bd83d5cb98f4227a")
PAP = PapLogin("nemo", b"arctangent")


def asked(login=PAP, **changes) -> radius.Request:
    given = {"caller": "203.0.113.9", "name": "office", "secret": KEY, "identifier": 7} | changes
    return radius.access_request(login, authenticator=AUTHENTICATOR, **given)


def attributes(datagram: bytes) -> dict[int, bytes]:
    return dict(radius.read_attributes(datagram[20:]))


def answer(
    request: radius.Request, code: int, body: bytes = b"", key: bytes = KEY, signed: bool = True
) -> bytes:
    """As a server makes it, written without a line of what is tested."""
    import hmac

    mac = b"\x50\x12" + bytes(16) if signed else b""
    head = struct.pack("!BBH", code, request.identifier, 20 + len(mac) + len(body))
    if signed:
        mac = b"\x50\x12" + hmac.new(key, head + request.authenticator + mac + body, "md5").digest()
    digest = md5(head + request.authenticator + mac + body + key).digest()
    return head + digest + mac + body


def test_the_password_of_the_rfcs_example() -> None:
    hidden = radius.hide(b"arctangent", KEY, AUTHENTICATOR)
    assert hidden.hex() == "0dbe708d93d413ce3196e43f782a0aee"
    assert attributes(asked().datagram)[2] == hidden


def test_a_request_is_what_scapy_reads_and_signed() -> None:
    request = asked()
    read = Radius(request.datagram)
    assert (read.code, read.id, read.len) == (1, 7, len(request.datagram))
    first = read.attributes[0]
    assert first.type == 80
    assert first.value == first.compute_message_authenticator(read, AUTHENTICATOR, KEY)
    assert b"arctangent" not in request.datagram
    assert "arctangent" not in repr(request)


def test_chap_and_mschapv2_go_as_they_came() -> None:
    chap = attributes(asked(ChapLogin("nemo", 3, b"challenge", b"r" * 16)).datagram)
    assert (chap[3], chap[60]) == (b"\x03" + b"r" * 16, b"challenge")
    value = bytes(range(16)) + bytes(8) + b"n" * 24 + b"\0"
    found = list(radius.read_attributes(asked(MsChapV2Login("nemo", 9, b"c" * 16, value)).datagram[20:]))
    special = [v for kind, v in found if kind == 26]
    assert special[0] == struct.pack("!IBB", 311, 11, 18) + b"c" * 16
    assert special[1] == struct.pack("!IBB", 311, 25, 52) + b"\x09\x00" + value[:48]


def test_an_answer_is_believed_if_it_is_signed_and_of_this_request() -> None:
    request = asked()
    good = answer(request, 2, b"\x08\x06\x0a\x01\x02\x03")
    assert radius.answers(request, good, KEY)
    assert radius.verdict(PAP, good) == Granted(ip_address("10.1.2.3"))
    assert radius.verdict(PAP, answer(request, 3)) == Refused()
    assert not radius.answers(request, good, b"other key")
    assert not radius.answers(replace(request, identifier=8), good, KEY)
    assert not radius.answers(request, answer(request, 2, signed=False), KEY)
    assert not radius.answers(request, answer(request, 5), KEY)


def test_no_octet_of_an_answer_can_be_changed_and_no_cut_raises() -> None:
    request = asked()
    good = answer(request, 2, b"\x08\x06\x0a\x01\x02\x03")
    for place in range(len(good)):
        assert not radius.answers(request, good[:place], KEY)
        bent = good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :]
        assert not radius.answers(request, bent, KEY), place


def test_an_accept_without_proof_is_none_for_mschapv2() -> None:
    login = MsChapV2Login("nemo", 9, b"c" * 16, bytes(49))
    request = asked(login)
    assert radius.verdict(login, answer(request, 2)) == Refused()
    proof = b"\x09S=" + b"A" * 40
    special = struct.pack("!BBIBB", 26, 8 + len(proof), 311, 26, 2 + len(proof)) + proof
    assert radius.verdict(login, answer(request, 2, special)) == Granted(None, "S=" + "A" * 40)


def test_the_terms_of_an_accept() -> None:
    request = asked()
    body = b"".join(
        bytes([kind, 2 + len(value)]) + value
        for kind, value in (
            (27, struct.pack("!I", 3600)), (28, struct.pack("!I", 300)), (85, struct.pack("!I", 600)),
            (25, b"gold"), (25, b"\xff\x00"), (97, b"\0\x40" + bytes.fromhex("20010db800770000")),
        )
    )  # fmt: skip
    wanted = Terms(
        session=3600,
        idle=300,
        interim=600,
        classes=(b"gold", b"\xff\x00"),
        prefix=ip_network("2001:db8:77::/64"),
    )
    assert radius.terms(answer(request, 2, body)) == wanted
    for end in range(len(body)):
        radius.terms(answer(request, 2, body[:end]))
    other_length = b"\x61\x0c\0\x38" + bytes.fromhex("20010db800770000")
    assert radius.terms(answer(request, 2, other_length)) == Terms()


def test_an_answer_that_is_right_but_unsigned_is_told_apart_from_silence() -> None:
    request = asked()
    unsigned = answer(request, 2, signed=False)
    assert radius.is_answer(request, unsigned, KEY)
    assert not radius.answers(request, unsigned, KEY)
    assert not radius.is_answer(request, unsigned, b"other key")


def test_accounts_of_octets_beyond_32_bits() -> None:
    usage = radius.Usage(
        session="s", status=radius.Status.STOP, user="nemo", address=ip_address("10.1.2.3"), seconds=9,
        inbound_octets=(3 << 32) + 5, cause=Cause.IDLE_TIMEOUT, classes=(b"gold",),
    )  # fmt: skip
    found = attributes(radius.accounting_request(usage, "203.0.113.9", "office", KEY, 7).datagram)
    assert (found[42], found[52]) == (struct.pack("!I", 5), struct.pack("!I", 3))
    assert (found[49], found[25]) == (struct.pack("!I", 4), b"gold")


class Friend(RadiusClient):
    """The network with a server that lets nobody in but nemo, and to whom the first server is silent."""

    heard: list[radius.Request]

    async def _exchange(self, server, port, request):
        self.heard.append(request)
        if str(server.address) == "192.0.2.81":
            return None
        if request.code is radius.Code.ACCOUNTING_REQUEST:
            return answer(request, 5)
        is_nemo = attributes(request.datagram)[1] == b"nemo"
        return answer(request, 2 if is_nemo else 3, b"\x08\x06\xc0\xa8\x1e\x63" if is_nemo else b"")


@pytest.mark.parametrize("user", ["nemo", "eve"])
def test_who_is_not_in_the_configuration_is_asked_about(user: str) -> None:
    async def story() -> None:
        friend = Friend(Log(LogOptions(), lambda: None))  # type: ignore[arg-type,return-value]
        friend.heard = []
        servers = tuple(
            RadiusServer(address=ip_address(a), secret=Secret(KEY)) for a in ("192.0.2.81", "192.0.2.82")
        )
        office = Office(friend, radius=servers, accounting=True)
        friend._log = office.access._log
        laptop = office.dial(user, "whatever")
        ada = office.dial("ada", "Enigma-7", "two")
        await office.run(8)
        assert ada.address, "who is known here needs nobody else"
        assert laptop.address == ("192.168.30.99" if user == "nemo" else "")
        assert "the RADIUS server 192.0.2.81 does not answer" in office.said.getvalue()
        office.access.clear(TUNNEL)
        await office.run(8)
        told = [attributes(r.datagram) for r in friend.heard if r.code is radius.Code.ACCOUNTING_REQUEST]
        states = {(a.get(1), struct.unpack("!I", a[40])[0]) for a in told}
        assert (None, 7) in states, "Accounting-On"
        assert {(b"ada", 1), (b"ada", 2)} <= states
        assert ((b"nemo", 2) in states) is (user == "nemo")

    play(story)
