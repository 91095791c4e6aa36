"""Each thing that keeps a tunnel down: the walk ends there, with the line and what to do, in both languages."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from kakehashi.check.explain.step import Explanation, Look
from kakehashi.check.explain.text import LOOKS, render, to_json
from kakehashi.check.explain.walk import explain
from kakehashi.check.japanese.translate import translate
from kakehashi.dialects.registry import by_name
from kakehashi.gateway.failures import Failures
from kakehashi.ike.effects import EventName
from kakehashi.model.address import Hostname
from kakehashi.model.algorithms import Cipher
from kakehashi.model.gateway import Gateway
from kakehashi.model.status import (
    HistoryEntry,
    InboundCounters,
    NameStatus,
    OutboundCounters,
    RouteStatus,
    Status,
    Traffic,
    TunnelStatus,
)
from kakehashi.wire.registry.ikev2 import EncryptionId
from tests.conversations.gateways import CHILD, IKE, SITE1, SITE2, TUNNEL, gateway, tunnel
from tests.conversations.v1.gateways import PHASE1 as V1_PHASE1
from tests.conversations.v1.stories import two_sites
from tests.conversations.wire import Node, Wire
from tests.gateway.builders import child_sa, ipsec_sa

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
AES_192 = Cipher(EncryptionId.ENCR_AES_CBC, 192)
CONFIGURATION = """\
hostname tokyo
crypto isakmp policy 10
 encryption aes
 authentication pre-share
 group 14
crypto isakmp key castle address 198.51.100.2
crypto ipsec transform-set T esp-aes esp-sha-hmac
crypto ipsec profile P
 set transform-set T
ip access-list extended WAN
 permit icmp any any
interface GigabitEthernet0/0
 ip address 192.0.2.2 255.255.255.0
{wan}
interface Tunnel0
 ip address 172.16.0.1 255.255.255.252
 tunnel source GigabitEthernet0/0
 tunnel destination {peer}
 tunnel mode ipsec ipv4
 tunnel protection ipsec profile P
 {tunnel}
ip route 0.0.0.0 0.0.0.0 192.0.2.1
"""
INTO = (RouteStatus(destination="10.20.0.0/16", via="Tunnel0", active=True),)


def configured(wan: str = "!", tunnel_: str = "!") -> Gateway:
    text = CONFIGURATION.format(wan=wan, tunnel=tunnel_, peer="198.51.100.2")
    return by_name("cisco-ios").lower(text, "r.cfg").gateway


def seen(gateway: Gateway, has_sa: bool = False, **tunnel: Any) -> Explanation:
    """The one tunnel, in a state."""
    rest = {key: tunnel.pop(key) for key in ("names", "routes", "traffic") if key in tunnel}
    values: dict[str, Any] = {"name": gateway.tunnels[0].interface, "up": True} | tunnel
    state = TunnelStatus(**values)
    sas = (replace(ipsec_sa(), sa=child_sa(tunnel=state.name)),) if has_sa else ()
    status = Status(hostname="", time=NOW, tunnels=(state,), ipsec_sas=sas, **{"routes": INTO, **rest})
    (found,) = explain(gateway, status)
    return found


def ends(found: Explanation, look: Look, *words: str) -> None:
    """The walk ends there, says so, and can say it in Japanese."""
    step = found.bad
    assert step is not None, found
    assert step.look is look, found
    for word in words:
        assert word in f"{step.sentence} | {step.remedy} | {step.source} | {step.log}"
    assert step.remedy
    assert step.source is not None
    for each in found.steps:
        for text in (each.sentence, each.remedy):
            assert not text or translate(text), text
    shown = render([found], japanese=True)
    assert LOOKS[look] in shown
    assert str(step.source) in shown
    assert to_json(found)["up"] is False or found.up


def test_a_tunnel_that_is_shut_down() -> None:
    ends(seen(configured(tunnel_="shutdown"), up=False), Look.INTERFACE, "Tunnel0 is shut down", "r.cfg:15")


def test_an_interface_that_is_down() -> None:
    found = seen(configured(), up=False, down_reason="outgoing interface GigabitEthernet0/0 is down")
    ends(found, Look.INTERFACE, "GigabitEthernet0/0 is down", "cable")


def test_no_route_to_the_peer() -> None:
    found = seen(configured(), up=False, down_reason="no route to the peer 198.51.100.2")
    ends(found, Look.ROUTE, "no route to the peer 198.51.100.2", "add a route")


def test_a_name_that_does_not_resolve() -> None:
    names = (NameStatus(name="osaka.example", failure="NXDOMAIN"),)
    known = configured()
    named = replace(known.tunnels[0], peer_address=Hostname("osaka.example"))
    found = seen(replace(known, tunnels=(named,)), up=False, names=names, down_reason="it has no address yet")
    ends(found, Look.NAME, "osaka.example has no address: NXDOMAIN", "name servers")


def test_a_filter_that_lets_no_ike_in_is_why_nobody_answers() -> None:
    found = seen(configured(wan=" ip access-group WAN in"))
    ends(found, Look.FILTER, "WAN of GigabitEthernet0/0 lets no", "198.51.100.2", "add `permit udp")


def test_no_route_into_the_tunnel_and_nothing_that_asks_for_it() -> None:
    ends(
        seen(configured(), has_sa=True, routes=()), Look.ROUTING, "no route leads into Tunnel0", "add a route"
    )
    gone = (replace(INTO[0], active=False, reason="a better one is there"),)
    ends(seen(configured(), has_sa=True, routes=gone), Look.ROUTING, "not in force: a better one is there")
    on_demand = seen(gateway(tunnel(1)), routes=(replace(INTO[0], via=TUNNEL),))
    ends(on_demand, Look.ROUTING, "no packet has gone into it yet")
    ends(seen(configured()), Look.ANSWER, "a negotiation is under way")


def test_an_sa_and_nothing_comes_back() -> None:
    found = seen(configured(), has_sa=True, outbound=OutboundCounters(packets=7))
    ends(found, Look.TRAFFIC, "7 packets went out and none came back", "filtered on the way")
    assert found.up
    # What older SAs have carried does not count.
    before: dict[str, Any] = {
        "outbound": OutboundCounters(packets=70),
        "inbound": InboundCounters(packets=60),
    }
    now = {child_sa().spi_in: Traffic(packets_out=7)}
    ends(seen(configured(), has_sa=True, traffic=now, **before), Look.TRAFFIC, "7 packets went out")
    dropped = seen(configured(), has_sa=True, inbound=InboundCounters(ts_unacceptable=5))
    ends(dropped, Look.TRAFFIC, "5 packets of the peer were dropped, most for: addresses")
    unfit = seen(configured(), has_sa=True, outbound=OutboundCounters(ts_unacceptable=3))
    ends(unfit, Look.TRAFFIC, "no SA of the tunnel is for their addresses", "a ping needs its source")


def test_a_tunnel_that_had_an_sa_and_lost_it() -> None:
    history = (HistoryEntry(NOW, "Create"), HistoryEntry(NOW, "Delete", "peer X has not answered for 166 s"))
    ends(seen(configured(), history=history), Look.ANSWER, "gone since 03:04:05: peer X has not answered")


def test_a_tunnel_that_is_well_is_told_as_well() -> None:
    counters: dict[str, Any] = {
        "outbound": OutboundCounters(packets=7),
        "inbound": InboundCounters(packets=6),
    }
    found = seen(configured(), has_sa=True, **counters)
    assert found.bad is None
    assert found.up
    assert "Tunnel0 (r.cfg:15) to 198.51.100.2: up\n  ok    interface: " in render([found])
    assert all(translate(step.sentence) for step in found.steps)


def test_one_of_several_is_asked_for_by_name() -> None:
    with pytest.raises(LookupError):
        explain(configured(), Status(hostname="", time=NOW), "Tunnel7")
    assert [e.tunnel for e in explain(configured(), Status(hostname="", time=NOW), "Tunnel0")] == ["Tunnel0"]


# What two cores tell when they do not come together.


def after(node: Node) -> Explanation:
    """The explanation that a gateway gives with the events of a node."""
    failures = Failures()
    for event in node.told(EventName.NEGOTIATION_FAILED):
        failures.note(event, NOW)
    failure = failures.of(node.gateway.tunnels[0], False)
    return seen(node.gateway, failure=failure, routes=(replace(INTO[0], via=TUNNEL),))


def ikev2(one: dict[str, Any], other: dict[str, Any], change: Callable[[Wire], None] = lambda _: None) -> Any:
    wire = Wire()
    a = wire.node("a", gateway(tunnel(1, **one)), SITE1)
    b = wire.node("b", gateway(tunnel(2, **other)), SITE2)
    change(wire)
    a.initiate(TUNNEL, b)
    wire.run(200)
    return a, b


def ikev1(one: dict[str, Any], other: dict[str, Any], change: Callable[[Wire], None] = lambda _: None) -> Any:
    wire = Wire()
    a, b = two_sites(wire, one, other)
    change(wire)
    a.initiate(TUNNEL, b)
    wire.run(200)
    return a, b


def nobody_hears(wire: Wire) -> None:
    wire.filter = lambda node, datagram: False


def only_the_first_exchange(wire: Wire) -> None:
    wire.filter = lambda node, datagram: datagram[18] == 34


def test_ikev2_phase_1_names_the_cipher_of_both_sides() -> None:
    a, b = ikev2({"ike": {"algorithms": replace(IKE, ciphers=(AES_192,))}}, {})
    ends(after(b), Look.PHASE1, "encryption offered AES-CBC-192", "site2.cfg:10", "common")
    ends(after(a), Look.PHASE1, "NO_PROPOSAL_CHOSEN", "site1.cfg:10", "compare the proposals")


def test_ikev2_authentication_and_identities() -> None:
    a, b = ikev2({"secrets": ("wrong", "secret-2")}, {})
    for node, line in ((a, "site1.cfg"), (b, "site2.cfg:12")):
        ends(after(node), Look.AUTHENTICATION, "AUTHENTICATION_FAILED", line, "compare the keys")
    a, b = ikev2({"ids": ("stranger", "site2")}, {})
    ends(after(b), Look.AUTHENTICATION, "stranger", "letter by letter")


def test_ikev2_phase_2_by_proposal_and_by_selectors() -> None:
    a, b = ikev2({"ipsec": {"algorithms": replace(CHILD, ciphers=(AES_192,))}}, {})
    ends(after(b), Look.PHASE2, "AES-CBC-192", "site2.cfg:10")
    ends(after(a), Look.PHASE2, "NO_PROPOSAL_CHOSEN")


def test_ikev2_silence_from_the_beginning_and_later() -> None:
    a, _ = ikev2({}, {}, nobody_hears)
    ends(after(a), Look.ANSWER, "nothing answers at UDP port 500", "ping the peer")
    a, _ = ikev2({}, {}, only_the_first_exchange)
    ends(after(a), Look.ANSWER, "answers at first, and then is silent", "UDP port 4500")


def test_ikev1_phase_1_key_silence_and_phase_2() -> None:
    proposals = {"proposals": (replace(V1_PHASE1, cipher=AES_192),)}
    a, b = ikev1({}, proposals)
    ends(after(b), Look.PHASE1, "encryption offered", "allowed AES-CBC-192", "site2.cfg:5")
    ends(after(a), Look.PHASE1, "NO-PROPOSAL-CHOSEN")
    a, b = ikev1({"secret": "this one"}, {"secret": "that one"})
    ends(after(a), Look.AUTHENTICATION, "PAYLOAD-MALFORMED", "site1.cfg:5")
    ends(after(b), Look.AUTHENTICATION, "site2.cfg:5")
    a, _ = ikev1({}, {}, nobody_hears)
    ends(after(a), Look.ANSWER, "nothing answers at UDP port 500")


def test_a_key_that_is_not_there() -> None:
    a, _ = ikev2({"secrets": ("", "secret-2")}, {})
    ends(after(a), Look.KEY, "cannot even begin", "no pre-shared key", "site1.cfg")
