"""Spokes find each other by way of the hub, and lose each other again."""

from dataclasses import replace
from ipaddress import ip_network

import pytest

from kakehashi.nhrp.cache import Entry
from kakehashi.nhrp.drops import Drop
from kakehashi.nhrp.effects import EventName, Origin, PeerKnown, PeerLost, ShortcutDown, ShortcutUp
from kakehashi.nhrp.settings import Mapping
from kakehashi.nhrp.wire.authentication import authentication
from kakehashi.nhrp.wire.cie import Cie
from kakehashi.nhrp.wire.extension import Extension
from kakehashi.nhrp.wire.packet import Packet
from kakehashi.nhrp.wire.registry import Code, ErrorCode, ExtensionType, PacketType
from tests.nhrp.wire import HUB, HUB_INSIDE, PASSWORD, World, address, ip_packet, packets, phase3


@pytest.mark.parametrize("seed", range(15))
def test_loss_doubles_and_disorder_keep_nobody_apart(seed: int) -> None:
    world, hub, left, right = phase3(seed=seed, loss=0.25, doubled=0.2, jitter=0.5)
    for _ in range(60):
        world.run(2)
        world.ping(left, "10.2.0.9", "10.3.0.9")
    assert world.ping(left, "10.2.0.9", "10.3.0.9") == [left, right]
    assert len(left.of(ShortcutUp)) == 1
    assert not left.of(ShortcutDown)
    assert {p.origin for p in hub.of(PeerKnown)} == {Origin.REGISTERED}


def test_the_hub_tells_of_a_shorter_way_and_packets_take_it() -> None:
    world, hub, left, right = phase3()
    world.run(1)
    assert world.ping(left, "10.2.0.9", "10.3.0.9") == [left, hub, right]
    world.run(1)
    assert left.of(ShortcutUp) == [ShortcutUp(ip_network("10.3.0.0/16"), address("10.0.0.3"))]
    assert left.nbma(address("10.0.0.3")) == right.outside
    assert right.nbma(address("10.0.0.2")) == left.outside  # whoever is asked knows who asks
    assert world.ping(left, "10.2.0.9", "10.3.0.9") == [left, right]
    # The way back is the other's own business.
    assert world.ping(right, "10.3.0.9", "10.2.0.9") == [right, hub, left]
    world.run(1)
    assert world.ping(right, "10.3.0.9", "10.2.0.9") == [right, left]
    # The answer came straight from the other spoke.
    assert [to for _, to in packets(right, PacketType.RESOLUTION_REPLY)] == [left.outside]
    assert all(not router.station.drops for router in (hub, left, right))


def test_spokes_behind_nat_meet_at_their_outside_addresses() -> None:
    world = World()
    hub = world.hub(redirect=True)
    left = world.spoke(2, nat="203.0.113.2", shortcut=True)
    right = world.spoke(3, nat="203.0.113.3", shortcut=True)
    world.learn_routes(hub)
    world.run(1)
    known = hub.of(PeerKnown)[0]
    assert (known.nbma, known.claimed) == (left.outside, address("198.51.100.2"))
    assert left.events(EventName.BEHIND_NAT) == ["we are behind a NAT: 10.0.0.1 sees us at 203.0.113.2"]
    world.ping(left, "10.2.0.9", "10.3.0.9")
    world.run(1)
    (peer,) = [p for p in left.of(PeerKnown) if p.origin is Origin.RESOLVED]
    assert (peer.nbma, peer.claimed) == (right.outside, address("198.51.100.3"))
    (peer,) = [p for p in right.of(PeerKnown) if p.origin is Origin.RESOLVED]
    assert (peer.nbma, peer.claimed) == (left.outside, address("198.51.100.2"))
    assert world.ping(left, "10.2.0.9", "10.3.0.9") == [left, right]


def test_the_hub_says_where_a_spoke_is_that_does_not_know_it_itself() -> None:
    world = World()
    hub = world.hub(redirect=True)
    left, right = world.spoke(2, nat="203.0.113.2"), world.spoke(3)
    world.learn_routes(hub)
    world.run(1)
    request = Packet(
        type=PacketType.RESOLUTION_REQUEST,
        source_nbma=address("198.51.100.2"),
        source=address("10.0.0.2"),
        destination=address("10.3.0.9"),
        entries=(Cie(prefix_length=32, holding_time=60),),
        extensions=(Extension(ExtensionType.NAT_ADDRESS, b"", compulsory=False),),
    )
    world.inject(hub, request.encode(), "203.0.113.2")
    world.run(1)
    assert right.nbma(address("10.0.0.2")) == left.outside


def test_a_shorter_answer_does_not_end_a_longer_one() -> None:
    world, hub, left, right = phase3()
    world.run(1)
    world.ping(left, "10.2.0.9", "10.3.0.9")
    world.run(1)
    world.do(left.station.resolve, address("10.4.0.9"), world.now)
    request = packets(left, PacketType.RESOLUTION_REQUEST)[-1][0]
    entry = Cie(prefix_length=16, holding_time=10, nbma=right.outside, address=address("10.0.0.3"))
    proof = (authentication(PASSWORD.octets),)
    reply = replace(request, type=PacketType.RESOLUTION_REPLY, entries=(entry,), extensions=proof)
    world.inject(left, reply.encode(), str(right.outside))
    assert len(left.station.shortcuts) == 2
    world.run(20)
    assert left.of(ShortcutDown) == [ShortcutDown(ip_network("10.4.0.0/16"), "its holding time has passed")]
    assert left.nbma(address("10.0.0.3")) == right.outside
    assert hub.station.peers


def test_phase_2_asks_for_the_next_hop_and_the_hub_answers_itself() -> None:
    world = World()
    hub, left, right = world.hub(), world.spoke(2), world.spoke(3)
    left.routes[ip_network("10.3.0.0/16")] = address("10.0.0.3")
    world.learn_routes(hub)
    world.run(1)
    assert world.ping(left, "10.2.0.9", "10.3.0.9") == [left, hub, right]
    world.run(1)
    assert world.ping(left, "10.2.0.9", "10.3.0.9") == [left, right]
    assert not left.of(ShortcutUp)
    assert not packets(right, PacketType.RESOLUTION_REPLY)


def test_a_shortcut_that_is_used_is_renewed_and_another_ends() -> None:
    world = World()
    hub = world.hub(redirect=True)
    left, right, third = (world.spoke(n, shortcut=True, holding_time=600) for n in (2, 3, 4))
    world.learn_routes(hub)
    world.run(1)
    world.ping(left, "10.2.0.9", "10.3.0.9")
    world.ping(left, "10.2.0.9", "10.4.0.9")
    world.run(1)
    assert len(left.station.shortcuts) == 2
    for _ in range(60):
        world.ping(left, "10.2.0.9", "10.3.0.9")
        world.run(30)
    assert left.station.shortcuts == ((ip_network("10.3.0.0/16"), address("10.0.0.3")),)
    assert left.of(ShortcutDown) == [ShortcutDown(ip_network("10.4.0.0/16"), "its holding time has passed")]
    assert left.nbma(address("10.0.0.4")) is None
    assert len(left.of(ShortcutUp)) == 2
    assert third in world.ping(left, "10.2.0.9", "10.4.0.9")
    assert right.outside in {to for _, to in packets(hub, PacketType.RESOLUTION_REQUEST)}


def test_a_peer_whose_sa_is_gone_is_asked_for_again() -> None:
    world, hub, left, right = phase3()
    world.run(1)
    world.ping(left, "10.2.0.9", "10.3.0.9")
    world.run(1)
    world.do(left.station.lost, right.outside, "its SA is gone", world.now)
    assert [type(e) for e in left.told[-2:]] == [ShortcutDown, PeerLost]
    assert world.ping(left, "10.2.0.9", "10.3.0.9") == [left, hub, right]
    world.run(10)
    world.ping(left, "10.2.0.9", "10.3.0.9")
    world.run(1)
    assert world.ping(left, "10.2.0.9", "10.3.0.9") == [left, right]
    world.do(left.station.lost, HUB, "its SA is gone", world.now)
    assert not left.station.is_registered(HUB_INSIDE)
    world.run(1)
    assert left.station.is_registered(HUB_INSIDE)


def test_a_network_that_moves_away_is_taken_back() -> None:
    world, hub, left, right = phase3(loss=0.3, seed=3)
    while not left.station.shortcuts:
        world.ping(left, "10.2.0.9", "10.3.0.9")
        world.run(9)
    world.do(right.station.withdraw, ip_network("10.3.0.0/16"), world.now)
    world.run(60)
    assert left.of(ShortcutDown) == [ShortcutDown(ip_network("10.3.0.0/16"), "10.0.0.3 has taken it back")]
    assert left.station.shortcuts == ()
    assert hub in world.ping(left, "10.2.0.9", "10.3.0.9")


def test_hubs_that_point_at_each_other_find_the_loop() -> None:
    world = World()
    one = world.hub(mappings=(Mapping(address("10.0.0.9"), address("192.0.2.9")),))
    two = world.add(
        replace(one.settings, address=address("10.0.0.9"), nbma=address("192.0.2.9"), mappings=()),
    )
    third = world.add(
        replace(two.settings, address=address("10.0.0.8"), nbma=address("192.0.2.8"), mappings=()),
    )
    spoke = world.spoke(2)
    for router, towards, at in (
        (two, "10.0.0.8", "192.0.2.8"),
        (third, "10.0.0.1", "192.0.2.1"),
    ):
        router.routes[ip_network("10.66.0.0/16")] = address(towards)
        known = Mapping(address(towards), address(at))
        router.station._shared.learn(_static(known))
    one.routes[ip_network("10.66.0.0/16")] = address("10.0.0.9")
    world.run(1)
    world.do(spoke.station.resolve, address("10.66.0.1"), world.now)
    world.run(0.5)
    assert one.station.drops[Drop.LOOP] == 1
    assert "goes round" in one.events(EventName.LOOP)[0]
    (error, to), *_ = packets(one, PacketType.ERROR_INDICATION)
    assert (error.error[0], to) == (ErrorCode.LOOP, address("192.0.2.8"))
    world.run(120)
    assert spoke.events(EventName.NO_SHORTCUT) == ["no shorter way to 10.66.0.1: there is no answer"]


def _static(mapping: Mapping):
    return Entry(address=mapping.address, nbma=mapping.nbma, claimed=mapping.nbma, origin=Origin.STATIC)


def test_what_is_private_between_others_passes_as_it_is() -> None:
    world, hub, left, right = phase3()
    world.run(1)
    private = (
        Extension(ExtensionType.VENDOR_PRIVATE, b"\0\0\x0cgroup", compulsory=False),
        Extension(ExtensionType(0x3FFF), b"private use", compulsory=False),
        Extension(ExtensionType.FORWARD_TRANSIT),
        authentication(PASSWORD.octets),
    )
    request = Packet(
        type=PacketType.RESOLUTION_REQUEST,
        source_nbma=left.outside,
        source=address("10.0.0.2"),
        destination=address("10.3.0.9"),
        entries=(Cie(code=Code(200), prefix_length=32, preference=9),),
        extensions=private,
    )
    world.inject(hub, request.encode(), str(left.outside))
    ((passed_on, to),) = packets(hub, PacketType.RESOLUTION_REQUEST)
    assert (to, passed_on.hop_count) == (right.outside, 254)
    assert passed_on.entries == request.entries
    assert passed_on.extensions[:2] == private[:2]
    (record,) = passed_on.entries_of(ExtensionType.FORWARD_TRANSIT)
    assert (record.address, record.nbma) == (HUB_INSIDE, HUB)


def test_hops_run_out() -> None:
    world, hub, left, right = phase3()
    world.run(1)
    world.ping(left, "10.2.0.9", "10.3.0.9")
    world.run(1)
    request = packets(left, PacketType.RESOLUTION_REQUEST)[0][0]
    world.inject(hub, replace(request, hop_count=1).encode(), str(left.outside))
    assert hub.station.drops[Drop.HOPS] == 1
    assert packets(hub, PacketType.ERROR_INDICATION)[0][0].error[0] is ErrorCode.HOPS_EXCEEDED
    assert right.nbma(address("10.0.0.2"))


def test_what_nobody_knows_is_not_asked_for_again_at_once() -> None:
    world, hub, left, right = phase3()
    world.run(1)
    hub.routes[ip_network("10.0.0.0/8")] = address("10.0.0.44")
    world.do(left.station.resolve, address("10.77.0.1"), world.now)
    world.run(1)
    assert left.events(EventName.NO_SHORTCUT) == ["no shorter way to 10.77.0.1: nobody has registered for it"]
    assert not left.station.resolve(address("10.77.0.1"), world.now)
    world.run(61)
    assert left.station.resolve(address("10.77.0.1"), world.now)
    assert right.station.shortcuts == ()


def test_redirects_are_believed_only_of_who_carries_the_packets() -> None:
    world, hub, left, right = phase3()
    world.run(1)
    redirect = Packet(
        type=PacketType.TRAFFIC_INDICATION,
        source_nbma=right.outside,
        source=address("10.0.0.3"),
        destination=address("10.2.0.9"),
        payload=ip_packet("10.2.0.9", "10.9.0.9"),
    )
    redirect = replace(redirect, extensions=(authentication(PASSWORD.octets),))
    world.inject(left, redirect.encode(), str(right.outside))
    assert left.station.drops == {Drop.NOT_A_PEER: 1}
    world.inject(left, replace(redirect, payload=b"\x45\0\0").encode(), str(HUB))
    assert left.station.drops[Drop.PACKET_INSIDE] == 1
    assert not packets(left, PacketType.RESOLUTION_REQUEST)
    world.inject(left, redirect.encode(), str(HUB))
    world.inject(left, redirect.encode(), str(HUB))
    assert len(packets(left, PacketType.RESOLUTION_REQUEST)) == 1
    assert left.station.drops[Drop.REPEATED] == 1
    world.inject(hub, redirect.encode(), str(right.outside))
    assert hub.station.drops[Drop.NO_SHORTCUTS] == 1


def test_a_stream_through_the_hub_costs_one_redirect_in_a_while() -> None:
    world, hub, left, _ = phase3()
    world.run(1)
    world.cut.add(frozenset((HUB, left.outside)))
    for _ in range(1000):
        world.do(hub.station.forwarded, ip_packet("10.2.0.9", "10.3.0.9"), left.outside, world.now)
        world.run(0.01)
    assert len(packets(hub, PacketType.TRAFFIC_INDICATION)) == 2
    for n in range(1000):
        data = ip_packet("10.2.0.9", f"10.3.{n // 250}.{n % 250}")
        world.do(hub.station.forwarded, data, left.outside, world.now)
    assert len(packets(hub, PacketType.TRAFFIC_INDICATION)) <= 102


def test_an_answer_never_takes_more_than_the_route_that_it_shortens() -> None:
    world, _, left, right = phase3()
    right.routes[ip_network("0.0.0.0/0")] = None
    right.routes.pop(ip_network("10.3.0.0/16"))
    right.routes.pop(ip_network("10.0.0.0/8"))
    world.run(1)
    world.ping(left, "10.2.0.9", "10.3.0.9")
    world.run(1)
    assert left.of(ShortcutUp) == [ShortcutUp(ip_network("10.0.0.0/8"), address("10.0.0.3"))]
