"""Spokes register with a hub, are refused, and are forgotten."""

import random
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address

import pytest

from kakehashi.model.secret import Secret
from kakehashi.nhrp.drops import Drop
from kakehashi.nhrp.effects import EventName, Origin, PeerKnown, PeerLost, Send
from kakehashi.nhrp.settings import Limits, Mapping, Settings
from kakehashi.nhrp.station import Station
from kakehashi.nhrp.wire.cie import Cie
from kakehashi.nhrp.wire.nat import nat_address
from kakehashi.nhrp.wire.packet import Packet
from kakehashi.nhrp.wire.registry import Code, PacketType, Purge
from tests.nhrp.wire import HUB, HUB_INSIDE, PASSWORD, World, address, packets


def test_a_spoke_registers_and_the_hub_knows_where_it_is() -> None:
    world = World()
    hub, spoke = world.hub(multicast=True), world.spoke(2)
    world.run(1)
    assert hub.of(PeerKnown) == [
        PeerKnown(
            address=address("10.0.0.2"),
            nbma=address("198.51.100.2"),
            claimed=address("198.51.100.2"),
            origin=Origin.REGISTERED,
            multicast=True,
        )
    ]
    assert spoke.station.is_registered(HUB_INSIDE)
    assert spoke.events(EventName.SERVER_UP) == [
        "next hop server 10.0.0.1 at 192.0.2.1 has taken our registration of 10.0.0.2"
    ]
    assert not world.run(1).routers[HUB].station.drops


def test_who_does_not_know_the_server_s_address_registers_and_is_told_it() -> None:
    """Its own address stands for it (RFC 2332 section 5.2.3): `nhs dynamic`."""
    world = World()
    hub, spoke = world.hub(), world.spoke(2)
    world.run(0.001)
    ((request, _),) = packets(spoke, PacketType.REGISTRATION_REQUEST)
    unknowing = replace(request, source=address("10.0.0.3"), destination=address("10.0.0.3"), request_id=77)
    world.inject(hub, unknowing.encode(), "198.51.100.3")
    assert hub.nbma(address("10.0.0.3")) == address("198.51.100.3")
    replies = [p for p, _ in packets(hub, PacketType.REGISTRATION_REPLY) if p.request_id == 77]
    assert [(p.source, p.destination) for p in replies] == [(address("10.0.0.3"), HUB_INSIDE)]
    assert [entry.code for p in replies for entry in p.entries] == [Code.SUCCESS]
    elsewhere = replace(unknowing, destination=address("10.0.0.9"), request_id=78)
    world.inject(hub, elsewhere.encode(), "198.51.100.3")
    assert hub.station.drops == {Drop.UNREACHABLE: 1}, "that of another server is not ours"


def test_registrations_are_renewed_and_end_with_their_holding_time() -> None:
    world = World()
    hub, spoke = world.hub(), world.spoke(2, holding_time=300)
    world.run(3000)
    assert len(packets(spoke, PacketType.REGISTRATION_REQUEST)) == 30  # every third of the holding time
    assert not hub.of(PeerLost)
    assert len(hub.of(PeerKnown)) == 1
    world.cut.add(frozenset((HUB, spoke.outside)))
    world.run(301)
    assert [(lost.address, lost.reason) for lost in hub.of(PeerLost)] == [
        (address("10.0.0.2"), "its holding time has passed")
    ]
    assert spoke.events(EventName.SERVER_DOWN) == [
        "next hop server 10.0.0.1 at 192.0.2.1 is down: it has not answered 3 registrations"
    ]
    world.cut.clear()
    world.run(65)
    assert spoke.station.is_registered(HUB_INSIDE)
    assert hub.nbma(address("10.0.0.2")) == spoke.outside


def test_a_silent_server_is_asked_less_and_less_often_and_with_the_same_id() -> None:
    world = World()
    spoke = world.spoke(2)
    times = []
    for second in range(200):
        before = len(spoke.sent)
        world.run(1)
        times += [second] * (len(spoke.sent) - before)
    assert times == [0, 0, 2, 6, 14, 30, 62, 126, 190]  # each in the second that ends with it
    assert len({p.request_id for p, _ in packets(spoke, PacketType.REGISTRATION_REQUEST)}) == 1


def test_the_outside_of_another_is_not_taken_for_ours() -> None:
    world = World()
    spoke = world.spoke(2)
    world.run(0.5)
    ((request, _),) = packets(spoke, PacketType.REGISTRATION_REQUEST)
    for whose, seen in (("10.0.0.1", None), ("10.0.0.2", "203.0.113.2")):
        outside = nat_address(Cie(nbma=address("203.0.113.2"), address=address(whose)))
        reply = replace(request, type=PacketType.REGISTRATION_REPLY, extensions=(outside,))
        fresh = Packet.decode(spoke.sent[-1][0])
        world.inject(spoke, replace(reply, request_id=fresh.request_id).encode(), str(HUB))
        told = spoke.events(EventName.BEHIND_NAT)
        assert told == ([f"we are behind a NAT: 10.0.0.1 sees us at {seen}"] if seen else [])
        world.run(2500)


def test_who_shuts_down_is_forgotten_by_all_who_asked() -> None:
    world = World()
    hub, left, right = world.hub(), world.spoke(2), world.spoke(3)
    world.run(1)
    world.ping(left, "10.0.0.2", "10.0.0.3")
    world.run(1)
    assert left.nbma(address("10.0.0.3")) == right.outside
    world.do(right.station.shutdown)
    world.run(1)
    assert hub.nbma(address("10.0.0.3")) is None
    assert left.nbma(address("10.0.0.3")) is None


def test_nobody_takes_back_what_is_anothers() -> None:
    world = World()
    hub, left, right = world.hub(), world.spoke(2), world.spoke(3)
    world.run(1)
    purge = Packet(
        type=PacketType.PURGE_REQUEST,
        source_nbma=left.outside,
        source=address("10.0.0.2"),
        destination=HUB_INSIDE,
        flags=Purge.NO_REPLY,
        entries=(Cie(prefix_length=32, address=address("10.0.0.3")),),
    )
    world.inject(hub, purge.encode(), "198.51.100.2")
    assert hub.nbma(address("10.0.0.3")) == right.outside
    assert hub.station.drops == {Drop.NOT_A_PEER: 1}


def test_a_unique_address_is_the_first_comers_until_its_time_is_over() -> None:
    world = World()
    hub = world.hub()
    first = world.spoke(2, holding_time=90)
    world.run(1)
    other = world.add(replace(first.settings, nbma=address("198.51.100.77")), "10.7.0.0/16")
    world.run(1)
    assert hub.nbma(address("10.0.0.2")) == first.outside
    assert other.events(EventName.REFUSED) == [
        "next hop server 10.0.0.1 at 192.0.2.1 refuses our registration of 10.0.0.2: another station has "
        "registered this address"
    ]
    assert "it is that of 198.51.100.2" in hub.events(EventName.REFUSED)[0]
    world.cut.add(frozenset((HUB, first.outside)))
    world.run(160)
    assert hub.nbma(address("10.0.0.2")) == other.outside


def test_an_address_that_is_not_unique_moves_and_who_asked_hears_of_it() -> None:
    world = World()
    hub, left = world.hub(), world.spoke(2)
    right = world.spoke(3, unique=False)
    world.run(1)
    world.ping(left, "10.0.0.2", "10.0.0.3")
    world.run(1)
    moved = world.add(replace(right.settings, nbma=address("198.51.100.77")), "10.3.0.0/16")
    world.run(1)
    assert hub.nbma(address("10.0.0.3")) == moved.outside
    assert left.nbma(address("10.0.0.3")) is None
    world.ping(left, "10.0.0.2", "10.0.0.3")
    world.run(1)
    assert left.nbma(address("10.0.0.3")) == moved.outside


def test_a_wrong_authentication_string_is_told_so_and_nothing_more() -> None:
    world = World()
    hub = world.hub(authentication=PASSWORD)
    stranger = world.spoke(2, authentication=Secret(b"wrong"))
    world.run(5)
    assert not hub.of(PeerKnown)
    assert stranger.events(EventName.ERROR)[0] == (
        "10.0.0.1 at 192.0.2.1 complains: the authentication strings are not the same"
    )
    assert hub.events(EventName.AUTHENTICATION)[0] == (
        "10.0.0.2 at 198.51.100.2 has not the authentication string of this interface"
    )
    assert all(PASSWORD.octets not in data for data, _ in hub.sent)
    assert all(b"wrong" not in data for data, _ in hub.sent)
    assert "kakehash" not in repr(
        (hub.told, hub.settings, packets(stranger, PacketType.REGISTRATION_REQUEST))
    )
    assert hub.station.drops[Drop.AUTHENTICATION] == 3


def test_ipv6_in_a_tunnel_over_ipv4() -> None:
    hub6, spoke6 = IPv6Address("fd00::1"), IPv6Address("fd00::2")
    nbma = IPv4Address("198.51.100.2")
    hub = Station(Settings(address=hub6, nbma=HUB), lambda _: None, random.Random(1).randbytes, 0)
    servers = (Mapping(hub6, HUB),)
    settings = Settings(address=spoke6, nbma=nbma, servers=servers)
    spoke = Station(settings, lambda _: None, random.Random(2).randbytes, 0)
    spoke.handle_timeout(0)
    for _ in range(2):
        for station, other, origin in ((spoke, hub, nbma), (hub, spoke, HUB)):
            for effect in station.effects():
                if isinstance(effect, Send):
                    other.receive(effect.packet, origin, 1)
    assert spoke.is_registered(hub6)
    assert [(peer.address, peer.nbma) for peer in hub.peers] == [(spoke6, nbma)]
    hub.receive(REGISTRATION_OVER_IPV4, nbma, 2)
    assert hub.drops == {Drop.OTHER_PROTOCOL: 1}


REGISTRATION_OVER_IPV4 = Packet(
    type=PacketType.REGISTRATION_REQUEST,
    source_nbma=IPv4Address("198.51.100.2"),
    source=IPv4Address("10.0.0.2"),
    destination=HUB_INSIDE,
    entries=(Cie(prefix_length=255),),
).encode()


@pytest.mark.parametrize(
    ("entry", "source", "code"),
    [
        (Cie(prefix_length=32, address=address("10.0.0.1")), "10.0.0.5", Code.PROHIBITED),
        (Cie(prefix_length=32, address=address("10.0.0.6")), "10.0.0.5", Code.PROHIBITED),
        (Cie(prefix_length=24), "10.0.0.5", Code.PROHIBITED),
        (Cie(prefix_length=0), "10.0.0.5", Code.PROHIBITED),
        (Cie(prefix_length=255), "224.0.0.5", Code.PROHIBITED),
        (Cie(prefix_length=255), "10.0.0.9", Code.ALREADY_REGISTERED),
        (Cie(prefix_length=255, holding_time=9), "10.0.0.5", Code.SUCCESS),
    ],
)
def test_a_station_registers_itself_and_nothing_else(entry: Cie, source: str, code: Code) -> None:
    world = World()
    hub = world.hub(mappings=(Mapping(address("10.0.0.9"), address("192.0.2.9")),))
    request = Packet(
        type=PacketType.REGISTRATION_REQUEST,
        source_nbma=address("198.51.100.5"),
        source=address(source),
        destination=HUB_INSIDE,
        request_id=7,
        entries=(entry,),
    )
    world.inject(hub, request.encode(), "198.51.100.5")
    ((reply, to),) = packets(hub, PacketType.REGISTRATION_REPLY)
    assert (reply.entries[0].code, reply.request_id, to) == (code, 7, address("198.51.100.5"))
    assert len([p for p in hub.of(PeerKnown) if p.origin is Origin.REGISTERED]) == (code is Code.SUCCESS)


def test_a_flood_of_registrations_has_its_bounds() -> None:
    world = World()
    hub = world.hub(limits=Limits(peers=50, burst=10_000))
    for n in range(300):
        request = Packet(
            type=PacketType.REGISTRATION_REQUEST,
            source_nbma=address("198.51.100.5"),
            source=IPv4Address(0x0A000100 + n),
            destination=HUB_INSIDE,
            entries=(Cie(prefix_length=255, holding_time=60),),
        )
        world.inject(hub, request.encode(), "198.51.100.5")
    assert len(hub.station.peers) == 50
    assert hub.station.drops == {Drop.FULL: 250}
    assert len(hub.events(EventName.REFUSED)) == 10
    world.run(61)
    assert hub.station.peers == ()
    assert hub.station.next_timeout() is None


def test_one_peer_is_listened_to_only_so_often() -> None:
    world = World()
    hub = world.hub()
    for _ in range(300):
        world.inject(hub, b"", "198.51.100.5")
    assert hub.station.drops == {Drop.TOO_SHORT: 100, Drop.RATE: 200}
    world.inject(hub, b"", "198.51.100.6")
    world.run(1)
    world.inject(hub, b"", "198.51.100.5")
    assert hub.station.drops[Drop.TOO_SHORT] == 102


def test_the_next_server_is_asked_when_the_first_is_down() -> None:
    world = World()
    first, second = (
        world.hub(),
        world.add(
            replace(world.routers[HUB].settings, address=address("10.0.0.254"), nbma=address("192.0.2.2"))
        ),
    )
    servers = (Mapping(HUB_INSIDE, HUB), Mapping(address("10.0.0.254"), address("192.0.2.2")))
    left, right = world.spoke(2, servers=servers), world.spoke(3, servers=servers)
    world.run(1)
    assert first.nbma(address("10.0.0.2")) == second.nbma(address("10.0.0.2")) == left.outside
    world.cut |= {frozenset((HUB, left.outside)), frozenset((HUB, right.outside))}
    world.do(left.station.lost, HUB, "dead peer", world.now)
    world.ping(left, "10.0.0.2", "10.0.0.3")
    world.run(1)
    assert left.nbma(address("10.0.0.3")) == right.outside
    assert not packets(first, PacketType.RESOLUTION_REPLY)


def test_an_answer_counts_from_the_server_alone() -> None:
    world = World()
    spoke = world.spoke(2)
    world.run(0.5)
    ((request, _),) = packets(spoke, PacketType.REGISTRATION_REQUEST)
    reply = replace(request, type=PacketType.REGISTRATION_REPLY, extensions=())
    world.inject(spoke, reply.encode(), "203.0.113.66")
    world.inject(spoke, replace(reply, request_id=request.request_id ^ 1).encode(), str(HUB))
    assert spoke.station.drops == {Drop.NOT_A_PEER: 1, Drop.NOT_ASKED: 1}
    assert not spoke.station.is_registered(HUB_INSIDE)
    world.inject(spoke, reply.encode(), str(HUB))
    assert spoke.station.is_registered(HUB_INSIDE)


def test_a_server_that_moves_is_registered_with_at_its_new_address() -> None:
    world = World()
    spoke = world.spoke(2)
    world.run(1)
    hub = world.add(replace(spoke.settings, address=HUB_INSIDE, nbma=address("192.0.2.9"), servers=()))
    world.do(spoke.station.moved, HUB_INSIDE, address("192.0.2.9"), world.now)
    world.run(1)
    assert spoke.nbma(HUB_INSIDE) == address("192.0.2.9")
    assert spoke.station.is_registered(HUB_INSIDE)
    assert hub.nbma(address("10.0.0.2")) == spoke.outside
