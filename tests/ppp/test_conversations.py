"""A client dials: who gets in, with which address, who does not, and how it ends."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from kakehashi.ppp.drops import Drop
from kakehashi.ppp.effects import (
    AskUser,
    Ipv4Up,
    Ipv6Up,
    LinkDown,
    LoggedIn,
    LoginRefused,
    NetworkDown,
    PacketReceived,
)
from kakehashi.ppp.link import Phase
from kakehashi.ppp.pool import AddressPool
from kakehashi.ppp.settings import Method, Settings, Timing
from kakehashi.ppp.users import Granted, Refused
from tests.ppp.client import CCP, CHAP, IPCP, LCP, Client, Half
from tests.ppp.line import FIRST, USERS, Line

DNS = (IPv4Address("10.0.0.53"),)
ALL = Settings(methods=tuple(Method), dns=DNS, ipv6=True)
NAMES = {"mschapv2": "MS-CHAPv2", "md5": "CHAP-MD5", "pap": "PAP"}


@pytest.mark.parametrize("method", ["mschapv2", "md5", "pap"])
def test_a_client_logs_in_and_gets_an_address_and_a_name_server(method: str) -> None:
    line = Line(Client("ada", "lovelace", method), ALL).run(5)
    assert line.of(LoggedIn) == [LoggedIn("ada", NAMES[method])]
    (up,) = line.of(Ipv4Up)
    assert (up.user, up.peer, up.dns, up.mtu) == ("ada", FIRST, DNS, 1400)
    assert line.client.address == FIRST.packed
    assert line.client.ipcp.wanted[129] == DNS[0].packed
    assert line.client.ipcp.wanted.keys() == {3, 129}  # compression and the rest are rejected
    assert line.client.lcp.wanted.keys() == {1, 5, 7, 8}  # callback is rejected


def test_packets_pass_both_ways_in_short_and_in_full_frames() -> None:
    line = Line(Client("ada", "lovelace"), ALL)
    assert not line.link.send_packet(4, b"too early")
    line.run(5)
    assert line.link.send_packet(4, b"to the client")
    line.client.ip(b"to the LAN")
    line.run(1)
    assert line.client.packets == [b"to the client"]
    assert line.of(PacketReceived) == [PacketReceived(4, b"to the LAN")]


def test_a_user_may_have_an_address_of_its_own_and_a_domain() -> None:
    line = Line(Client(r"OFFICE\bob", "pässword"), ALL).run(5)
    assert line.client.address == IPv4Address("10.9.1.1").packed


def test_ipv6_is_agreed_on_by_identifiers() -> None:
    client = Client("ada", "lovelace")
    client.ipv6cp = Half({1: bytes(8)})
    line = Line(client, ALL).run(5)
    (up,) = line.of(Ipv6Up)
    assert up.peer == client.ipv6cp.wanted[1] != bytes(8)
    assert up.ours == client.ipv6cp.peer[1] != up.peer


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("method", ["mschapv2", "md5", "pap"])
def test_loss_doubles_and_disorder_keep_nobody_out(method: str, seed: int) -> None:
    line = Line(Client("ada", "lovelace", method), ALL, seed=seed, loss=0.2, doubled=0.2, jitter=0.4)
    line.run(30)
    line.loss = line.doubled = line.jitter = 0
    line.run(30)
    assert line.link.phase is Phase.NETWORK
    assert line.client.address == FIRST.packed
    assert not line.of(LoginRefused)
    assert len(line.of(Ipv4Up)) - len([d for d in line.of(NetworkDown) if d.version == 4]) == 1


@pytest.mark.parametrize("method", ["mschapv2", "md5", "pap"])
def test_a_wrong_password_is_told_so_and_limited(method: str) -> None:
    client = Client("ada", "wrong", method)
    client.wrong = ["one", "two", "three", "four", "five"]
    line = Line(client, ALL).run(30)
    tries = 1 if method == "md5" else ALL.attempts
    assert (
        line.of(LoginRefused) == [LoginRefused("ada", NAMES[method], "wrong user name or password")] * tries
    )
    assert any("wrong user name or password" in message for message in client.messages)
    assert client.ended == b"authentication failed: wrong user name or password"
    assert isinstance(line.told[-1], LinkDown)
    assert not line.of(LoggedIn)
    assert not client.address


def test_mschapv2_says_whether_there_is_another_try() -> None:
    client = Client("ada", "lovelace")
    client.wrong = ["once"]
    line = Line(client, ALL).run(10)
    assert client.messages[0].startswith("E=691 R=1 C=")
    assert client.messages[-1].startswith("S=")
    assert client.address == FIRST.packed
    assert len(line.of(LoginRefused)) == 1


@pytest.mark.parametrize("seed", range(10))
def test_one_wrong_password_counts_once_however_often_it_comes(seed: int) -> None:
    client = Client("ada", "lovelace", "pap")
    client.wrong = ["once"]
    line = Line(client, ALL, seed=seed, loss=0.3, doubled=0.5).run(60)
    assert len(line.of(LoginRefused)) == 1


def test_an_unknown_user_hears_the_same_as_a_wrong_password() -> None:
    heard = []
    for user in ("ada", "nobody"):
        client = Client(user, "wrong", "pap")
        Line(client, ALL).run(20)
        heard.append((client.messages, client.ended))
    assert heard[0] == heard[1]


def test_an_empty_password_lets_no_unknown_user_in() -> None:
    for method in ("pap", "md5", "mschapv2"):
        assert not Line(Client("nobody", "", method), ALL).run(20).of(LoggedIn)


def test_a_client_that_knows_no_allowed_method_is_sent_away() -> None:
    line = Line(Client("ada", "lovelace", "pap"), Settings(methods=(Method.MS_CHAP_V2,))).run(30)
    assert line.of(LinkDown)[0].reason == (
        "the peer knows none of the authentication methods that are allowed"
    )
    assert not line.of(LoggedIn)


def test_no_network_before_the_login() -> None:
    client = Client("ada", "lovelace")
    line = Line(client, ALL)
    client.chap = lambda *_: None  # never answers
    client.is_in = True  # and believes to be in
    line.run(30)
    assert line.link.drops[Drop.WRONG_PHASE]
    assert not line.of(Ipv4Up)
    line.run(60)
    assert line.of(LinkDown)[0].reason == "the peer has not proved in time who it is"


def test_the_verdict_may_come_later_and_only_for_what_was_asked() -> None:
    class Later:
        def check(self, login):
            return None

    line = Line(Client("ada", "lovelace", "pap"), ALL, users=Later()).run(10)
    (ask,) = line.of(AskUser)
    assert line.link.drops[Drop.DUPLICATE]
    line.do(line.link.verdict, replace(ask.login, user="eve"), Granted())
    assert not line.of(LoggedIn)
    line.do(line.link.verdict, ask.login, Granted(IPv4Address("10.9.7.7")))
    line.run(5)
    assert line.client.address == IPv4Address("10.9.7.7").packed


def test_a_later_refusal_is_told() -> None:
    class Later:
        def check(self, login):
            return None

    line = Line(Client("ada", "lovelace", "md5"), ALL, users=Later()).run(2)
    line.do(line.link.verdict, line.of(AskUser)[0].login, Refused("closed on Sundays"))
    line.run(5)
    assert line.client.messages == ["closed on Sundays"]
    assert line.of(LinkDown)


def test_ccp_is_refused_by_a_protocol_reject() -> None:
    line = Line(Client("ada", "lovelace"), ALL).run(5)
    for identifier in range(20):
        line.client.send(CCP, 1, identifier, bytes((18, 6, 1, 0, 0, 64)))
    line.run(1)
    assert line.client.rejected == [CCP] * 5
    assert line.link.drops[Drop.REJECTS_LIMIT] == 15
    assert line.client.address


def test_a_link_that_is_idle_ends_and_gives_its_address_back() -> None:
    pool = AddressPool(FIRST, FIRST)
    line = Line(Client("ada", "lovelace"), ALL, pool=pool).run(5)
    assert Line(Client("bob", "pässword"), ALL, pool=pool).run(5).client.address
    full = Line(Client("ada", "lovelace"), ALL, pool=pool).run(5)
    assert full.client.ended == b"there is no address left"
    line.do(line.link.idle)
    line.run(5)
    assert line.told[-2:] == [NetworkDown(4), LinkDown("ada", "idle for too long")]
    assert line.client.ended == b"idle for too long"
    assert Line(Client("ada", "lovelace"), ALL, pool=pool).run(5).client.address == FIRST.packed


def test_a_client_that_answers_no_echo_is_dead() -> None:
    settings = replace(ALL, timing=Timing(echo=10, echo_failures=3))
    line = Line(Client("ada", "lovelace"), settings).run(200)
    assert line.client.address
    assert not line.of(LinkDown)
    line.client.answers_echo = False
    line.run(60)
    assert line.of(LinkDown)[0].reason == "the peer answers no echo"


def test_a_client_hangs_up() -> None:
    line = Line(Client("ada", "lovelace"), ALL).run(5)
    line.client.send(LCP, 5, 99)
    line.run(10)
    assert line.told[-1] == LinkDown("ada", "the peer ends it")
    assert line.link.next_timeout() is None


def test_a_client_that_says_nothing_is_given_up() -> None:
    client = Client("ada", "lovelace")
    client.tick = lambda: None
    client.receive = lambda frame: None
    line = Line(client, ALL).run(60)
    assert line.of(LinkDown)[0].reason == "the peer does not answer"


def test_a_client_that_naks_for_ever_is_given_up() -> None:
    client = Client("ada", "lovelace")
    judge = client.judge

    def stubborn(protocol, half, identifier, data):
        if protocol == IPCP:
            client.send(IPCP, 3, identifier, bytes((3, 6, 1, 2, 3, 4)))
        else:
            judge(protocol, half, identifier, data)

    client.judge = stubborn
    line = Line(client, replace(ALL, ipv6=False)).run(60)
    assert line.of(LinkDown)
    assert len(line.frames) < 100


def test_a_client_that_asks_for_no_address_is_told_to_and_then_given_up() -> None:
    client = Client("ada", "lovelace")
    client.ipcp.wanted.clear()
    control = client.control

    def deaf(protocol, half, code, identifier, data):
        if (protocol, code) == (IPCP, 3):
            assert data == bytes((3, 6)) + FIRST.packed
            client.anew(protocol, half)
        else:
            control(protocol, half, code, identifier, data)

    client.control = deaf
    line = Line(client, replace(ALL, ipv6=False)).run(60)
    assert "leaves out" in line.of(LinkDown)[0].reason


def test_a_new_lcp_negotiation_asks_for_the_password_again() -> None:
    line = Line(Client("ada", "lovelace"), ALL).run(5)
    client = line.client
    client.lcp.agreed = client.lcp.acknowledged = client.is_in = False
    client.lcp.wanted[5] = b"\x99\x99\x99\x99"
    client.ipcp = Half({3: bytes(4)})
    line.run(20)
    assert [type(e) for e in line.told] == [LoggedIn, Ipv4Up, NetworkDown, LoggedIn, Ipv4Up]
    assert client.address == FIRST.packed


def test_no_secret_is_printed() -> None:
    line = Line(Client("ada", "lovelace", "pap"), ALL, users=USERS).run(5)
    assert "lovelace" not in repr(line.told)
    assert CHAP
