"""People dial in: who gets which address, who is refused, who is forgotten."""

from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

from kakehashi.dialects.base import Clear
from kakehashi.gateway.access.clear import clear_callers
from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.l2tp import L2tpSession
from kakehashi.model.l2tp_server import LoginMethod
from tests.gateway.access.office import TUNNEL, Office, gateway
from tests.gateway.virtual import play


def test_two_of_one_address_get_addresses_and_their_packets_pass_without_the_gateway() -> None:
    async def story() -> None:
        office = Office()
        ada, bob = office.dial("ada", "Enigma-7"), office.dial("bob", "Purple-9", "two")
        await office.run(5)
        assert (ada.address, bob.address) == ("192.168.30.30", "192.168.30.31")
        assert office.access.addresses(TUNNEL) == (ip_address("192.168.30.30"), ip_address("192.168.30.31"))
        assert office.changed == 2
        (first,) = [s for s in office.plane.sessions.values() if s.peer == "one"]
        assert first.networks == (ip_network("192.168.30.30"),)
        assert (first.peer_tunnel_id, first.peer_session_id, first.peer_port) == (70, 5, 1701)
        assert first.mtu == 1380, "no larger than what fits into the tunnel"
        assert ada.ppp.ipcp.wanted[129] == ip_address("192.168.30.1").packed
        assert "`ada` has logged in by CHAP-MD5 from 203.0.113.9" in office.said.getvalue()

    play(story)


@pytest.mark.parametrize(("user", "password"), [("ada", "Guess-1"), ("eve", "Enigma-7")])
def test_a_wrong_password_and_an_unknown_user_are_told_the_same(user: str, password: str) -> None:
    async def story() -> None:
        office = Office()
        eve = office.dial(user, password)
        await office.run(8)
        assert not eve.address
        assert eve.ppp.messages
        assert not office.plane.sessions
        assert f"the login of `{user}` by CHAP-MD5 from 203.0.113.9 is refused" in office.said.getvalue()
        assert password not in office.said.getvalue()
        assert office.changed == 0

    play(story)


def test_who_is_idle_has_to_go_and_may_come_back() -> None:
    async def story() -> None:
        office = Office(idle=30)
        ada = office.dial("ada", "Enigma-7")
        await office.run(5)
        ada.packets(idle=0.5)
        await office.run(60)
        assert ada.address, "who talks stays"
        ada.packets(idle=31)
        await office.run(15)
        assert ada.ppp.ended
        assert office.access.addresses(TUNNEL) == ()
        assert not office.plane.sessions
        assert "`ada` with 192.168.30.30 has left: idle for too long" in office.said.getvalue()
        again = office.dial("ada", "Enigma-7", "again")
        await office.run(5)
        assert again.address

    play(story)


def test_with_the_last_sa_of_a_peer_goes_its_tunnel_and_with_another_it_stays() -> None:
    async def story() -> None:
        office = Office()
        ada, bob = office.dial("ada", "Enigma-7"), office.dial("bob", "Purple-9", "two")
        await office.run(5)
        office.access.installed(ada.sa(0x2000))
        office.access.removed(ada.spi)
        await office.run(2)
        assert len(office.access.addresses(TUNNEL)) == 2
        office.access.removed(0x2000)
        assert office.access.addresses(TUNNEL) == (ip_address(bob.address),)
        assert not [s for s in office.plane.sessions.values() if s.peer == "one"]

    play(story)


def test_a_peer_that_moves_is_spoken_to_where_it_is() -> None:
    async def story() -> None:
        office = Office()
        ada = office.dial("ada", "Enigma-7")
        await office.run(5)
        away = SocketAddress(ip_address("198.51.100.77"), 41234)
        office.access.moved(ada.spi, Path(SocketAddress(ada.path.local.ip, 4500), away))
        ada.path = Path(ada.path.local, SocketAddress(away.ip, 1701))
        await office.run(200)  # HELLO and echoes go on
        assert ada.address
        assert not ada.ppp.ended
        assert len(office.access.addresses(TUNNEL)) == 1

    play(story)


def test_one_user_has_no_more_sessions_than_allowed() -> None:
    async def story() -> None:
        office = Office(sessions_per_user=1)
        ada, other = office.dial("ada", "Enigma-7"), office.dial("ada", "Enigma-7", "two")
        await office.run(8)
        assert ada.address
        assert not other.address
        assert "1 session of this user stand already" in office.said.getvalue()

    play(story)


def test_another_configuration_lets_them_dial_again_and_the_same_does_not() -> None:
    async def story() -> None:
        office = Office()
        ada = office.dial("ada", "Enigma-7")
        await office.run(5)
        office.access.configure(gateway())
        assert office.access.addresses(TUNNEL)
        office.access.configure(gateway(methods=(LoginMethod.PAP,)))
        await office.run(1)
        assert not office.access.addresses(TUNNEL)
        assert not office.plane.sessions
        assert ada.lac.ended
        office.access.configure(replace(gateway(), l2tp_servers=()))
        assert not office.access.servers

    play(story)


def test_the_operator_ends_the_sessions_of_a_user() -> None:
    async def story() -> None:
        office = Office()
        ada, bob = office.dial("ada", "Enigma-7"), office.dial("bob", "Purple-9", "two")
        await office.run(5)
        assert office.access.clear(user="ada") == 1
        await office.run(5)
        assert ada.ppp.ended
        assert office.access.addresses(TUNNEL) == (ip_address(bob.address),)

    play(story)


def test_the_operator_ends_a_tunnel_or_one_session_and_the_laptop_is_told() -> None:
    async def story() -> None:
        office = Office()
        ada, bob = office.dial("ada", "Enigma-7"), office.dial("bob", "Purple-9", "two")
        eve = office.dial("ada", "Enigma-7", "three")
        await office.run(5)
        (standing,) = office.access.look()
        ids = {s.carrier.peer: (s.id.tunnel, s.id.session) for s in standing.sessions.values()}
        wanted = Clear(None, callers=True, l2tp_tunnels=frozenset({(TUNNEL, ids["one"][0])}))
        assert clear_callers(office.access, wanted) == "1 tunnel being ended"
        wanted = Clear(None, callers=True, l2tp_sessions=frozenset({(TUNNEL, *ids["two"])}))
        assert clear_callers(office.access, wanted) == "1 session being ended"
        await office.run(5)
        assert ada.lac.ended
        assert bob.ppp.ended
        assert office.access.addresses(TUNNEL) == (ip_address(eve.address),)
        assert clear_callers(office.access, wanted) == "nothing being ended"
        assert clear_callers(office.access, Clear(None, callers=True)) == "1 session being ended"

    play(story)


@pytest.mark.interpreted  # the data plane gets another method
def test_a_fault_of_ours_in_one_session_leaves_the_others_theirs() -> None:
    async def story() -> None:
        office = Office()
        ada = office.dial("ada", "Enigma-7")
        await office.run(5)
        install = office.plane.install_session

        def refuse(server: str, session: L2tpSession) -> None:
            if session.peer == "two":
                raise ValueError("a secret")
            install(server, session)

        office.plane.install_session = refuse  # type: ignore[method-assign]
        office.dial("bob", "Purple-9", "two")
        third = office.dial("ada", "Enigma-7", "three")
        await office.run(8)
        assert ada.address
        assert third.address
        assert "internal fault ValueError at" in office.said.getvalue()
        assert "a secret" not in office.said.getvalue()

    play(story)
