"""Who dials in to a running gateway, with real packets: in the clear, with IPv6, over restarts, in a flood."""

import struct
from pathlib import Path

import pytest

from tests.gateway.access.laptop import PORT, socket_in
from tests.gateway.access.world import FIRST, LAN_HOST, LAN_HOST_6, PROTECTED, World, world
from tests.interop.network import Network
from tests.l2tp.client import SCCRQ, avp, avps_of, n16, n32

pytestmark = [pytest.mark.root, pytest.mark.timeout(180)]
STRANGERS = "10.66.0.0/16"


@pytest.fixture
def office(tmp_path: Path):
    with world(tmp_path) as made:
        yield made


def test_two_dial_in_without_ipsec_and_reach_the_lan(office: World) -> None:
    with office.gateway() as ours:
        assert "l2tp-in-the-clear" in ours.log or "without IPsec" in ours.log
        ada = office.laptop().come_in()
        bob = office.laptop("bob", "Purple-9", method="pap").come_in()
        assert (ada.address, bob.address) == (FIRST, "192.168.30.101")
        for laptop in (ada, bob):
            assert laptop.ping(LAN_HOST), ours.log
            assert laptop.ping(Network.OUR_LAN)
            assert office.ping_from_lan(laptop, laptop.address)
        assert ada.ping(LAN_HOST, size=1300)
        callers = {caller["user"]: caller for caller in ours.status()["callers"]}
        assert set(callers) == {"ada", "bob"}
        for caller in callers.values():
            assert caller["inbound_packets"] >= 7
            assert caller["outbound_octets"] >= 7 * 84
        assert "ada" in ours.command("show", "users")
        eve = office.laptop("ada", "Guess-1").dial()
        eve.until(lambda: "the login of `ada` by MS-CHAPv2" in ours.log, "a refusal")
        assert not eve.address


def test_who_sends_in_the_name_of_another_session_is_not_heard(office: World) -> None:
    with office.gateway() as ours:
        ada, bob = office.laptop().come_in(), office.laptop("bob", "Purple-9").come_in()
        bob.lac.peer_tunnel, bob.lac.peer_session = ada.lac.peer_tunnel, ada.lac.peer_session
        assert not bob.ping(LAN_HOST, 1.5)
        ours.until(lambda: ours.status()["l2tp_drops"]["wrong_carrier"] > 0, "it to be dropped by its name")
        assert ada.ping(LAN_HOST)


def test_where_ipsec_is_configured_nobody_is_answered_in_the_clear(office: World) -> None:
    with office.gateway(PROTECTED) as ours:
        stranger = office.laptop().dial()
        stranger.pump(3)
        assert not stranger.lac.heard
        assert not stranger.strays
        status = ours.status()
        assert not status["l2tp_tunnels"]
        assert "somebody" not in ours.log


def test_ipv6_by_a_prefix_of_ones_own(office: World) -> None:
    with office.gateway() as ours:
        ada, bob = office.laptop(ipv6=True).come_in(), office.laptop("bob", "Purple-9", ipv6=True).come_in()
        for laptop in (ada, bob):
            laptop.until(lambda laptop=laptop: laptop.prefix, "a Router Advertisement")
            advertisement = laptop.advertisements[-1]
            assert advertisement.hlim == 255
            assert advertisement.src == laptop.router
            assert laptop.ping(laptop.router), "the other end of the link"
            assert laptop.ping(LAN_HOST_6), ours.log
            assert office.ping_from_lan(laptop, laptop.address_6)
        assert str(ada.prefix) == "2001:db8:30::/64"
        assert str(bob.prefix) == "2001:db8:30:1::/64"
        ada.ppp.ipv6cp, address = None, ada.address_6
        callers = {caller["user"]: caller for caller in ours.status()["callers"]}
        assert callers["ada"]["prefix"] == "2001:db8:30::/64"
        assert callers["ada"]["link_local"] == ada.link_local
        stolen, mine = bob.address_6, bob.prefix
        assert mine is not None
        bob.send(_udp_6(address, LAN_HOST_6))
        bob.until(
            lambda: ours.status()["l2tp_drops"]["source_address"] > 0, "nobody to have another's addresses"
        )
        assert bob.ping(LAN_HOST_6)
        ours.command("clear", "l2tp", "all", check=False)
        bob.until(lambda: bob.lac.ended or bob.ppp.ended, "the end")
        ours.until(lambda: "2001:db8:30" not in _routes(office), "the end of the routes")
        assert not office.ping_from_lan(bob, stolen)


def test_without_a_pool_there_are_link_local_addresses(office: World) -> None:
    text = "".join(
        line for line in _lines(office) if "peer default ipv6" not in line and "ipv6 local" not in line
    )
    with office.gateway(text):
        ada = office.laptop(ipv6=True).come_in()
        ada.until(lambda: ada.router, "IPV6CP")
        assert ada.ping(ada.router)
        assert ada.ping(LAN_HOST)
        assert ada.prefix is None


def test_who_is_connected_when_the_gateway_ends_is_told_and_comes_back(office: World) -> None:
    with office.gateway() as ours:
        ada = office.laptop().come_in()
        ours.stop()
        ada.until(lambda: ada.lac.ended == "StopCCN", "a StopCCN")
        assert ada.lac.results[-1][0] == 6, "the LNS shuts down"
        assert "`ada` with" in ours.log
        ours.start()
        assert office.laptop().come_in().ping(LAN_HOST)


def test_who_is_connected_when_the_gateway_dies_learns_it_from_its_next_message(office: World) -> None:
    with office.gateway() as ours:
        ada = office.laptop().come_in()
        known = ada.lac.peer_tunnel
        ours.kill()
        ours.start()
        ada.until(
            lambda: ada.ping(LAN_HOST, 0.3) or ada.strays,
            "an answer to what is sent into a tunnel of old",
        )
        header, body = ada.strays[0][:12], avps_of(ada.strays[0][12:])
        assert struct.unpack("!H", header[4:6])[0] == 0, (
            "for no tunnel: the peer's number is not known any more"
        )
        assert struct.unpack("!H", body[9])[0] == known
        assert struct.unpack("!HH", body[1][:4]) == (2, 1), "there is no control connection"
        assert office.laptop().come_in().ping(LAN_HOST)


def test_a_flood_of_strangers_costs_no_state_and_keeps_nobody_out(office: World) -> None:
    peer, router = office.network.peer, office.network.router
    office.network.inside(peer, "ip", "route", "add", "local", STRANGERS, "dev", "lo")
    office.network.inside(router, "ip", "route", "add", STRANGERS, "via", Network.PEER)
    with office.gateway() as ours:
        ada = office.laptop().come_in()
        before = _resident(ours.pid)
        sources = iter(range(250))

        def flooded() -> bool:
            """What finds no room in the socket has not come to the gateway."""
            stranger = socket_in(peer, f"10.66.{next(sources)}.1")
            for tunnel in range(1, 501):
                stranger.sendto(_sccrq(tunnel), (Network.OURS, PORT))
            stranger.close()
            return ours.status()["l2tp_drops"].get("too_many", 0) > 15_000

        ours.until(flooded, "a flood", 120)
        assert len(ours.status()["l2tp_tunnels"]) == 1
        assert _resident(ours.pid) - before < 8 << 20
        assert ada.ping(LAN_HOST), "who is in stays in"
        assert office.laptop("bob", "Purple-9").come_in().ping(LAN_HOST), "and others may come"
        ours.until(lambda: len(ours.status()["l2tp_tunnels"]) == 2, "two tunnels")


def _sccrq(tunnel: int) -> bytes:
    body = n16(0, SCCRQ) + n16(2, 0x100) + n32(3, 3) + avp(7, b"flood") + n16(9, tunnel)
    return struct.pack("!HHHHHH", 0xC802, 12 + len(body), 0, 0, 0, 0) + body


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096


def _routes(office: World) -> str:
    return office.network.inside(office.network.ours, "ip", "-6", "route")


def _lines(office: World) -> list[str]:
    from tests.gateway.access.world import OPEN

    return OPEN.splitlines(keepends=True)


def _udp_6(source: str, target: str):
    from scapy.layers.inet import UDP
    from scapy.layers.inet6 import IPv6

    return IPv6(src=source, dst=target) / UDP(sport=5, dport=6) / b"stolen"
