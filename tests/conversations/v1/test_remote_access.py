"""XAUTH and mode configuration, we as the client and as the server."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from kakehashi.ike.drops import Drop
from kakehashi.ike.effects import AddressAssigned, EventName
from kakehashi.ike.v1 import xauth
from kakehashi.ike.v1.isakmp_sa import IsakmpSa
from kakehashi.model.ikev1 import AddressPool, ExchangeMode, PeerIdentity, RemoteAccess, XauthUser
from kakehashi.model.secret import Secret
from kakehashi.model.status import IkeSaState
from kakehashi.wire.registry.ikev1 import ConfigurationAttribute as Name
from kakehashi.wire.registry.ikev1 import ConfigurationType, ExchangeType
from kakehashi.wire.v1.attributes import Attribute
from kakehashi.wire.v1.configuration import Configuration
from kakehashi.wire.v1.hash import Hash
from tests.conversations.v1.gateways import (
    AGGRESSIVE,
    ANY,
    MAIN,
    SITE1,
    SITE2,
    TUNNEL,
    gateway,
    identity,
    ikev1_tunnel,
    peer,
    site,
)
from tests.conversations.v1.stories import settled
from tests.conversations.wire import Conditions, Node, Wire

# Its stories listen to `Endpoint.effects`.
pytestmark = pytest.mark.interpreted

BOTH = pytest.mark.parametrize("mode", [MAIN, AGGRESSIVE], ids=lambda m: m.value)


def user(name: str = "carol", password: str = "4iChxLT3") -> XauthUser:
    return XauthUser(name, Secret(password.encode()))


POOL = AddressPool(
    network=IPv4Network("10.8.0.0/29"), dns=(IPv4Address("10.0.0.53"),), split=(IPv4Network("10.20.0.0/16"),)
)
SERVER = RemoteAccess(users=(user("bob", "bobs"), user()), pool=POOL)
CLIENT = RemoteAccess(login=user(), wants_address=True)


def met(
    client: RemoteAccess | None = CLIENT,
    server: RemoteAccess | None = SERVER,
    mode: ExchangeMode = MAIN,
    wire: Wire | None = None,
    number: int = 1,
    **changes: Any,
) -> tuple[Wire, list[Node], Node]:
    """Clients that bring their tunnel up, and a server that does not know where they are."""
    wire = wire or Wire()
    given = {"peer_identity": PeerIdentity.ANYTHING, "address": ANY, "remote_access": server}
    b = wire.node("server", gateway(peer(2, **given), ikev1_tunnel(2, address=ANY)), SITE2)
    clients = []
    for n in range(number):
        own = site(1, mode=mode, remote_access=client, local_identity=identity(f"client{n}"), **changes)
        clients.append(wire.node(f"client{n}", own, f"10.1.0.{n + 1}"))
        clients[-1].assigned = watch(clients[-1])
    b.assigned = watch(b)
    for node in clients:
        node.initiate(TUNNEL, b)
    wire.run(5)
    return wire, clients, b


def watch(node: Node) -> list[AddressAssigned]:
    """The addresses that the driver hears of."""
    found: list[AddressAssigned] = []
    true_effects = node.endpoint.effects

    def effects() -> list[Any]:
        taken = true_effects()
        found.extend(e for e in taken if isinstance(e, AddressAssigned))
        return taken

    node.endpoint.effects = effects  # type: ignore[method-assign]
    return found


def sa_of(node: Node) -> IsakmpSa:
    return node.endpoint.v1.all_sas()[0]


@BOTH
def test_a_client_logs_in_and_gets_an_address(mode: ExchangeMode) -> None:
    _, (a,), b = met(mode=mode)
    assert len(a.isakmp_sas()) == len(b.isakmp_sas()) == 1
    (ours,), (theirs,) = a.assigned, b.assigned
    assert ours.address == theirs.address == IPv4Address("10.8.0.1")
    assert ours.is_ours
    assert not theirs.is_ours
    assert (ours.dns, ours.split) == (POOL.dns, POOL.split)
    assert (ours.user, theirs.user) == ("carol", "carol")
    assert (ours.tunnel, ours.peer, theirs.peer) == (TUNNEL, "ike1", "ike1")
    assert sa_of(b).user == "carol"
    assert sa_of(b).lent == ours.address
    assert any("'carol'" in e.message for e in b.told(EventName.LOGIN))


def test_phase_2_waits_for_the_login_and_the_address() -> None:
    wire, (a,), b = met()
    settled(a, b)
    order = [d[18] for _, who, d, _ in wire.sent if who == "client0" and d[18] in (6, 32)]
    assert order.index(ExchangeType.QUICK) > max(i for i, kind in enumerate(order) if kind == 6)


@pytest.mark.parametrize(
    "login", [user(password="hunter2"), user("mallory"), user("carol", "4iChxLT"), user("", "")]
)
@BOTH
def test_a_wrong_login_gets_nothing(mode: ExchangeMode, login: XauthUser) -> None:
    wire, (a,), b = met(RemoteAccess(login=login, wants_address=True), mode=mode)
    for node in (a, b):
        assert not node.endpoint.isakmp_sas(wire.now)
        assert not node.children
        assert not node.assigned
    assert any("the server refuses user" in f and "site1.cfg:5" in f for f in a.failures())
    (sentence,) = b.failures()
    assert f"XAUTH of user {login.name!r} fails" in sentence
    assert "site2.cfg:5" in sentence
    for node in (a, b):
        assert not any(p in f"{e}" for e in node.events for p in ("4iChxLT3", "hunter2", "bobs"))


def test_an_empty_password_lets_nobody_in() -> None:
    _, (a,), _ = met(RemoteAccess(login=user("x", "")), RemoteAccess(users=(user("x", ""),)))
    assert not a.isakmp_sas()


def test_a_client_that_offers_a_plain_key_is_asked_all_the_same() -> None:
    """One that has no login gets nothing; one that has answers, whatever was agreed on."""
    wire, _, b = met(client=None)
    wire.run(60)
    assert not b.children
    assert not b.endpoint.isakmp_sas(wire.now)
    assert any("fails" in f or "does not answer" in f for f in b.failures())


def test_a_client_with_a_login_meets_a_server_that_asks_for_none() -> None:
    """Both fall back on a plain key: the client waits a moment to be asked, and goes on."""
    _, (a,), b = met(RemoteAccess(login=user()), None)
    assert len(a.isakmp_sas()) == 1
    settled(a, b)


def test_a_server_that_announces_xauth_and_does_not_ask() -> None:
    _, (a,), b = met(RemoteAccess(login=user()), RemoteAccess(pool=POOL))
    assert len(a.isakmp_sas()) == 1
    settled(a, b)


def test_an_agreed_login_that_is_never_asked_for() -> None:
    wire = Wire()
    lost: list[bytes] = []

    def deaf(node: Node, datagram: bytes) -> bool:
        if datagram[18] == ExchangeType.TRANSACTION:
            lost.append(datagram)
            return False
        return True

    wire.filter = deaf
    _, (a,), b = met(wire=wire)
    assert a.isakmp_sas(IkeSaState.CONNECTING)
    wire.run(60)
    assert not a.isakmp_sas(IkeSaState.CONNECTING)
    assert any("the peer deleted it" in f for f in a.failures())
    assert any("does not answer XAUTH" in f for f in b.failures())


def test_a_server_that_has_gone_before_it_asks() -> None:
    wire = Wire()
    wire.filter = lambda node, datagram: node.name != "server" or datagram[18] not in (5, 6)
    _, (a,), _ = met(wire=wire)
    wire.run(60)
    assert not a.endpoint.isakmp_sas(wire.now)
    assert any("has not asked for our user name" in f for f in a.failures())


def test_addresses_are_lent_one_by_one_and_come_back() -> None:
    wire, clients, b = met(number=6)
    assert sorted(str(a.assigned[-1].address) for a in clients) == [f"10.8.0.{n}" for n in range(1, 7)]
    own = site(1, remote_access=CLIENT, local_identity=identity("late"))
    late = wire.node("late", own, "10.1.0.99")
    late.assigned = watch(late)
    late.initiate(TUNNEL, b)
    wire.run(10)
    assert not late.assigned
    assert any("gives us no address" in f for f in late.failures())
    assert any("all of 10.8.0.0/29 are lent" in e.message for e in b.told(EventName.ADDRESS_ASSIGNED))
    clients[2].do(clients[2].endpoint.clear, None)
    wire.run(5)
    late.initiate(TUNNEL, b)
    wire.run(5)
    assert late.assigned[-1].address == clients[2].assigned[-1].address


def test_a_renewal_brings_the_same_address() -> None:
    wire, (a,), _ = met()
    first = a.assigned[0].address
    wire.run(28800)
    assert len(a.assigned) == 2
    assert {given.address for given in a.assigned} == {first}


@pytest.mark.parametrize("seed", range(15))
def test_loss_duplicates_and_reordering(seed: int) -> None:
    wire = Wire(seed, Conditions(loss=0.2, duplication=0.2, latency=0.03, jitter=0.4))
    _, (a,), b = met(wire=wire)
    wire.keep_up(a, TUNNEL, b)
    wire.run(300)
    wire.conditions = Conditions()
    wire.run(60)
    assert a.isakmp_sas()
    assert len({given.address for given in a.assigned}) == 1


def test_quick_mode_before_the_login_is_dropped() -> None:
    """Who has the group's key, and no name, has no tunnel."""
    wire = Wire()
    early: list[bool] = []

    def hurry(node: Node, datagram: bytes) -> bool:
        if node.name == "client0" and datagram[18] == ExchangeType.TRANSACTION and not early:
            early.append(True)
            sa = sa_of(node)
            quick = sa.seal(ExchangeType.QUICK, 4711, [Configuration(ConfigurationType.ACK, 1)], hashed=True)
            server = wire.nodes[node.path_to(SITE2).remote.ip]
            server.endpoint.receive(quick[0], server.path_to(SITE1), wire.now)
        return True

    wire.filter = hurry
    _, (a,), b = met(wire=wire)
    assert early
    assert b.endpoint.drops[Drop.UNEXPECTED_EXCHANGE] == 1
    settled(a, b)


def test_an_address_before_the_login_is_not_given() -> None:
    wire = Wire()
    asked: list[bool] = []

    def hurry(node: Node, datagram: bytes) -> bool:
        if node.name == "client0" and datagram[18] == ExchangeType.TRANSACTION and not asked:
            asked.append(True)
            sa, server = sa_of(node), wire.nodes[node.path_to(SITE2).remote.ip]
            question = Configuration(ConfigurationType.REQUEST, 1, (Attribute(Name.INTERNAL_IP4_ADDRESS),))
            for early in sa.seal(ExchangeType.TRANSACTION, 4711, [question], hashed=True):
                server.endpoint.receive(early, server.path_to(SITE1), wire.now)
            asked.append(bool(server.assigned or sa_of(server).lent))
        return True

    wire.filter = hurry
    _, (a,), b = met(wire=wire)
    assert asked == [True, False]
    settled(a, b)


@pytest.mark.parametrize(
    "question",
    [
        Configuration(ConfigurationType.REQUEST, 1, (Attribute(Name.XAUTH_USER_NAME),)),
        Configuration(
            ConfigurationType.REQUEST,
            2,
            (Attribute(Name.XAUTH_TYPE, 1), Attribute(Name.XAUTH_CHALLENGE, b"x")),
        ),
        Configuration(ConfigurationType.SET, 3, (Attribute(Name.XAUTH_STATUS, 1),)),
        Configuration(ConfigurationType.SET, 4, (Attribute(Name.INTERNAL_IP4_ADDRESS, b"\1"),)),
        Configuration(ConfigurationType.REPLY, 5, ()),
        Configuration(ConfigurationType.ACK, 6, ()),
        Configuration(ConfigurationType(77), 7, ()),
        Configuration(ConfigurationType.REQUEST, 8, (Attribute(Name(12345)),)),
    ],
    ids=lambda q: f"{q.identifier}",
)
def test_questions_that_are_not_for_us(question: Configuration) -> None:
    """A client asks what only servers may ask, or nonsense: it learns nothing and changes nothing."""
    wire, (a,), b = met()
    before = len(b.events)
    sa = sa_of(a)
    for hashed in (True, False):
        message = sa.seal(ExchangeType.TRANSACTION, sa.new_message_id(), [question], hashed)[0]
        b.endpoint.receive(message, b.path_to(SITE1), wire.now)
    sent = [e for e in b.endpoint.effects() if hasattr(e, "datagram")]
    assert len(sent) <= 1
    assert not any(e.name is EventName.LOGIN for e in b.events[before:])
    wire.run(60)
    settled(a, b)
    assert replace(sa_of(b).features) == sa_of(b).features
    assert not any(b"bobs" in e.datagram or b"4iChxLT3" in e.datagram for e in sent)


@pytest.mark.parametrize("first", [(Hash(bytes(32)),), ()], ids=["wrong hash", "no hash"])
def test_what_no_hash_proves_is_not_taken(first: tuple[Hash, ...]) -> None:
    """Neither a question, nor an answer to ours: with a wrong hash nobody is let in."""
    wire = Wire()
    lies: list[bytes] = []

    def lie(node: Node, datagram: bytes) -> bool:
        if node.name == "client0" and datagram[18] == ExchangeType.TRANSACTION:
            sa, message_id = sa_of(node), int.from_bytes(datagram[20:24], "big")
            reply = Configuration(
                ConfigurationType.REPLY,
                1,
                (Attribute(Name.XAUTH_USER_NAME, b"carol"), Attribute(Name.XAUTH_USER_PASSWORD, b"4iChxLT3")),
            )
            sa.sealer._ivs[message_id] = (
                wire.nodes[sa.path.remote.ip].endpoint.v1.all_sas()[0].sealer._ivs[message_id]
            )
            lies.extend(sa.seal(ExchangeType.TRANSACTION, message_id, [*first, reply], hashed=False))
            server = wire.nodes[sa.path.remote.ip]
            server.endpoint.receive(lies[-1], server.path_to(node.address), wire.now)
            wire.at(wire.now, lambda: wire.carry_out(server))
            return False
        return True

    wire.filter = lie
    _, _, b = met(wire=wire)
    wire.run(100)
    assert lies
    assert b.endpoint.drops[Drop.BAD_HASH]
    assert not b.told(EventName.LOGIN)
    assert not b.children


def test_a_server_may_push_an_address() -> None:
    wire, (a,), b = met(server=RemoteAccess(users=(user(),)), client=RemoteAccess(login=user()))
    a.do(a.endpoint.configure, site(1, remote_access=CLIENT, local_identity=identity("client0")))
    sa = sa_of(b)
    pushed = Configuration(
        ConfigurationType.SET, 9, (Attribute(Name.INTERNAL_IP4_ADDRESS, IPv4Address("10.9.9.9").packed),)
    )
    message_id = sa.new_message_id()
    for datagram in sa.seal(ExchangeType.TRANSACTION, message_id, [pushed], hashed=True):
        a.endpoint.receive(datagram, a.path_to(SITE2), wire.now)
    wire.carry_out(a)
    if sa_of(a).peer.remote_access == CLIENT:
        assert [given.address for given in a.assigned] == [IPv4Address("10.9.9.9")]


def test_a_client_does_not_tell_its_password_in_a_way_it_does_not_know() -> None:
    asked = Configuration(
        ConfigurationType.REQUEST, 1, (Attribute(Name.XAUTH_TYPE, 2), Attribute(Name.XAUTH_USER_PASSWORD))
    )
    assert xauth.reply(asked, user()) is None
