"""The data plane of other tests keeps its own promises."""

import select
from dataclasses import replace
from ipaddress import ip_address

import pytest

from kakehashi.dataplane.memory import MemoryDataPlane
from kakehashi.dataplane.protocol import DataPlane, Expire
from kakehashi.model.l2tp import L2tpSession
from tests.dataplane.world import Host, Pair, child_pair


@pytest.fixture
def plane():
    plane = MemoryDataPlane()
    yield plane
    plane.close()


@pytest.fixture
def sa():
    hosts = [Host("", {4: f"192.0.2.{number}", 6: f"2001:db8::{number}"}) for number in (1, 2)]
    return child_pair(Pair(*hosts))[0]


def is_readable(plane: DataPlane) -> bool:
    return bool(select.select([plane], [], [], 0)[0])


def test_it_is_readable_exactly_while_events_wait(plane):
    assert not is_readable(plane)
    plane.inject(Expire(1))
    plane.inject(Expire(2))
    assert is_readable(plane)
    assert plane.events() == [Expire(1), Expire(2)]
    assert not is_readable(plane)
    assert plane.events() == []


def test_it_remembers_what_was_asked(plane, sa):
    plane.add_tunnel("tun0", "tun0", 1400)
    plane.install(sa, use_outbound=False)
    assert plane.outbound == {}
    plane.use_outbound("tun0", sa.spi_in)
    assert (plane.children, plane.outbound) == ({sa.spi_in: sa}, {"tun0": sa.spi_in})
    plane.remove_tunnel("tun0")
    assert (plane.children, plane.outbound, plane.devices) == ({}, {}, {})
    assert [name for name, _ in plane.calls] == ["add_tunnel", "install", "use_outbound", "remove_tunnel"]


def test_sent_messages_are_kept_apart(plane, sa):
    plane.send_ike(b"message", sa.path)
    assert plane.sent == [(b"message", sa.path)]
    assert sa.path.local.ip == ip_address("192.0.2.1")


def test_it_remembers_the_sessions_of_an_l2tp_server(plane, sa):
    session = L2tpSession(tunnel_id=1, session_id=2, peer_tunnel_id=3, peer_session_id=4, peer="somebody")
    plane.add_l2tp_server("lns", "lns0", 1400)
    for number in (2, 3):
        plane.install_session("lns", replace(session, session_id=number))
    plane.send_l2tp("lns", b"message", sa.path, "somebody")
    plane.remove_session("lns", 1, 3)
    plane.remove_session("lns", 1, 9)
    assert plane.sessions == {("lns", 1, 2): session}
    assert plane.sent_l2tp == [(b"message", sa.path, "somebody")]
    plane.remove_tunnel("lns")
    assert (plane.sessions, plane.devices) == ({}, {})
