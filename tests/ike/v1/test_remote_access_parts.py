"""The octets of XAUTH and mode configuration, and the pools."""

from ipaddress import IPv4Address, IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from kakehashi.ike.v1 import mode_config, xauth
from kakehashi.ike.v1.mode_config import Assigned, Pools
from kakehashi.model.ikev1 import AddressPool, XauthUser
from kakehashi.model.secret import Secret
from kakehashi.wire.registry.ikev1 import ConfigurationAttribute as Name
from kakehashi.wire.registry.ikev1 import ConfigurationType
from kakehashi.wire.v1.attributes import Attribute
from kakehashi.wire.v1.configuration import Configuration

CAROL = XauthUser("carol", Secret(b"secret"))


def answer(name: str, password: bytes) -> Configuration:
    attributes = (
        Attribute(Name.XAUTH_USER_NAME, name.encode()),
        Attribute(Name.XAUTH_USER_PASSWORD, password),
    )
    return Configuration(ConfigurationType.REPLY, 1, attributes)


def test_who_is_asked_answers_what_is_asked_in_that_order() -> None:
    asked = Configuration(
        ConfigurationType.REQUEST,
        77,
        (
            Attribute(Name.XAUTH_TYPE, 0),
            Attribute(Name.XAUTH_MESSAGE, b"Hello"),
            Attribute(Name.XAUTH_USER_PASSWORD),
            Attribute(Name.XAUTH_USER_NAME),
        ),
    )
    reply = xauth.reply(asked, CAROL)
    assert reply is not None
    assert (reply.type, reply.identifier) == (ConfigurationType.REPLY, 77)
    assert [(a.type, a.octets) for a in reply.attributes] == [
        (Name.XAUTH_TYPE, b"\0\0"),
        (Name.XAUTH_USER_PASSWORD, b"secret"),
        (Name.XAUTH_USER_NAME, b"carol"),
    ]
    assert "secret" not in repr(reply)


def test_name_and_password_belong_together() -> None:
    users = (CAROL, XauthUser("dave", Secret(b"other")))
    assert xauth.user_of(answer("carol", b"secret"), users) is CAROL
    for name, password in (
        ("carol", b"other"),
        ("dave", b"secret"),
        ("carol", b""),
        ("", b""),
        ("carolsecret", b""),
    ):
        assert xauth.user_of(answer(name, password), users) is None
    assert xauth.user_of(Configuration(ConfigurationType.REPLY, 1), users) is None
    assert xauth.user_of(Configuration(ConfigurationType.REPLY, 1), (XauthUser("", Secret(b"")),)) is None


def test_a_name_that_cannot_be_printed_does_not_reach_the_terminal() -> None:
    assert "\x1b" not in xauth.name_in(answer("\x1b[2J", b""))
    assert len(xauth.name_in(answer("x" * 10_000, b""))) <= 70


def test_what_is_given_is_read_again() -> None:
    given_out = Assigned(
        IPv4Address("10.8.0.5"),
        (IPv4Address("10.0.0.1"), IPv4Address("10.0.0.2")),
        (IPv4Network("10.0.0.0/8"), IPv4Network("192.168.7.0/24")),
    )
    asked = mode_config.request(9, unity=True)
    reply = mode_config.reply(asked, given_out)
    assert mode_config.assigned(reply) == given_out
    plain = mode_config.reply(mode_config.request(9, unity=False), given_out)
    assert mode_config.assigned(plain) == Assigned(given_out.address, given_out.dns)
    assert mode_config.reply(asked, None).attributes == ()


@given(
    st.lists(st.tuples(st.sampled_from(list(Name)), st.one_of(st.binary(max_size=40), st.integers(0, 65535))))
)
def test_nonsense_from_a_server_raises_nothing(attributes: list[tuple[Name, bytes | int]]) -> None:
    told = Configuration(ConfigurationType.REPLY, 1, tuple(Attribute(*a) for a in attributes))
    found = mode_config.assigned(told)
    assert found is None or found.address != IPv4Address(0)
    mode_config.acknowledge(told).encode()
    xauth.reply(told, CAROL)


def test_a_pool_lends_every_address_once_and_the_rested_ones_first() -> None:
    gone: set[str] = set()
    pools: Pools[str] = Pools(gone.__contains__)
    pool = AddressPool(network=IPv4Network("10.8.0.0/29"))
    first = [pools.lend("peer", pool, f"client {n}") for n in range(6)]
    assert [str(a) for a in first] == [f"10.8.0.{n}" for n in range(1, 7)]
    assert pools.lend("peer", pool, "client 3") == first[3]
    assert pools.lend("peer", pool, "late") is None
    assert pools.lend("other peer", pool, "late") == first[0]
    gone |= {"client 4", "client 1"}
    assert pools.lend("peer", pool, "late") == first[1]
    assert pools.lend("peer", pool, "later") == first[4]
    assert pools.lend("peer", pool, "too late") is None


def test_a_pool_that_has_changed() -> None:
    pools: Pools[str] = Pools(lambda borrower: False)
    old, new = (AddressPool(network=IPv4Network(n)) for n in ("10.8.0.0/30", "10.9.0.0/30"))
    assert pools.lend("peer", old, "client") == IPv4Address("10.8.0.1")
    assert pools.lend("peer", new, "client") == IPv4Address("10.9.0.1")
    assert pools.lend("peer", AddressPool(network=IPv4Network("10.7.7.7/32")), "x") == IPv4Address("10.7.7.7")
