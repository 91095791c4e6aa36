"""What `show` is made of."""

import json
from datetime import UTC, datetime

from kakehashi.dataplane.protocol import Counters
from kakehashi.gateway import standing
from kakehashi.gateway.desired import TunnelState
from kakehashi.gateway.failures import Failures
from kakehashi.gateway.history import History
from kakehashi.gateway.host.items import Route
from kakehashi.gateway.outgoing import NoWay, Way
from kakehashi.gateway.overview import overview
from kakehashi.gateway.route_status import route_statuses
from kakehashi.gateway.status import Sas, merge, to_json, tunnel_statuses
from kakehashi.ike.effects import Event, EventName, Level
from kakehashi.model.status import (
    ChildSaStatus,
    InboundCounters,
    NatMethod,
    NatSide,
    OutboundCounters,
    Status,
)
from tests.gateway.builders import (
    DEVICES,
    child_sa,
    facts,
    gateway,
    host_route,
    ike_sa,
    ipsec_sa,
    isakmp_sa,
    path,
)

TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
UP = TunnelState(way=Way(path(), frozenset(), "eth0"), up=True, mtu=1400)


def failed() -> Failures:
    failures = Failures()
    event = Event(
        level=Level.ERROR,
        name=EventName.NEGOTIATION_FAILED,
        facility="ikev2",
        message="no answer",
        tunnel="Tunnel0.0",
        details={"stage": "IKE_SA_INIT", "cause": "timeout"},
    )
    failures.note(event, TIME)
    return failures


def whole(state: TunnelState = UP) -> Status:
    counters = Counters({"Tunnel0.0": (OutboundCounters(packets=9), InboundCounters(packets=8))})
    tunnels = tunnel_statuses(gateway(), DEVICES, {"Tunnel0.0": state}, counters, History(), failed())
    wanted = (
        Route(gateway().routes[1].destination, "Tunnel0.0", metric=1),
        Route(gateway().routes[0].destination, "eth0", gateway().routes[0].next_hop, 1),
    )
    host = facts(routes=(host_route("192.168.2.0/24", "Tunnel0.0", metric=1),))
    routes = route_statuses(gateway(), DEVICES, host, wanted)
    sas = Sas(
        ike=(ike_sa(children=(ChildSaStatus(sa=child_sa(), remaining=28780.0),), nat=NatSide.LOCAL),),
        isakmp=(isakmp_sa(nat=NatSide.REMOTE, nat_method=NatMethod.RFC_3947),),
        ipsec=(ipsec_sa(),),
        half_open=2,
    )
    return merge(gateway(), TIME, tunnels, sas, routes, {"not-ours": 3})


def test_a_tunnel_shows_its_device_counters_and_last_failure() -> None:
    found = whole().tunnels[0]
    assert (found.up, found.host_interface, found.mtu, found.down_reason) == (True, "Tunnel0.0", 1400, "")
    assert (found.outbound.packets, found.inbound.packets) == (9, 8)
    assert found.last_failure == "no answer"


def test_a_tunnel_that_is_down_says_why() -> None:
    down = TunnelState(way=NoWay("no route to the peer 10.2.0.1"), up=False, mtu=1400)
    assert whole(down).tunnels[0].down_reason == "no route to the peer 10.2.0.1"
    waiting = TunnelState(way=UP.way, up=False, mtu=1400, waiting=standing.ALWAYS_ON)
    assert whole(waiting).tunnels[0].down_reason == standing.ALWAYS_ON


def test_json_masks_keys_unless_they_are_asked_for() -> None:
    masked = json.dumps(to_json(whole(), with_keys=False))
    assert "0101010101" not in masked
    assert "0505050505" not in masked
    assert bytes(range(32)).hex() not in masked
    content = json.loads(json.dumps(to_json(whole(), with_keys=True)))
    assert content["ike_sas"][0]["keys"]["sk_ei"] == "01" * 32
    assert content["ike_sas"][0]["nat"] == ["local"]
    assert content["ike_sas"][0]["children"][0]["sa"]["cipher"] == {"id": "ENCR_AES_CBC", "key_bits": 256}
    assert content["ike_sas"][0]["state"] == "established"
    assert content["ike_sas"][0]["path"]["local"] == {"ip": "10.1.0.1", "port": 500}
    assert content["isakmp_sas"][0]["encryption_key"] == "05" * 32
    assert content["isakmp_sas"][0]["mode"] == "aggressive"
    assert content["isakmp_sas"][0]["hash"] == "SHA"
    assert content["ipsec_sas"][0]["sa"]["mode"] == "tunnel"


def test_the_overview_fits_a_screen_and_tells_the_state() -> None:
    text = overview(whole())
    assert "Tunnel0.0: up, device Tunnel0.0, MTU 1400" in text
    assert "last failure: no answer" in text
    assert "Child SA in 0x00000100 out 0x00000101" in text
    assert "  IPsec SA in 0x00000100 out 0x00000101: tunnel mode" in text
    assert "ISAKMP SA 0011223344556677 8899aabbccddeeff with site2: established as initiator" in text
    assert "in aggressive mode" in text
    assert "NAT traversal by RFC3947" in text
    assert "route 0.0.0.0/0 by 10.1.0.254: not active" in text
    assert "dropped outside tunnels: 3 not-ours" in text
    assert "0101010101" not in text
