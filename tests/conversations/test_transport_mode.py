"""Transport mode (RFC 7296 section 1.3.1): two hosts agree about it, or tell why they do not."""

from ipaddress import ip_address

import pytest

from kakehashi.model.child_sa import ChildSa
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.policy import Rekey, ResponderSelectors
from kakehashi.model.selector import TrafficSelector
from tests.conversations.gateways import ANY, SITE1, SITE2, TUNNEL, gateway, tunnel
from tests.conversations.wire import Node, Wire, assert_in_step, pairs

TRANSPORT, TUNNEL_MODE = EncapsulationMode.TRANSPORT, EncapsulationMode.TUNNEL


def host(address: str, protocol: int = 0) -> tuple[TrafficSelector]:
    ip = ip_address(address)
    return (TrafficSelector(ip, ip, protocol),)


def two_sites(
    wire: Wire, modes: tuple[EncapsulationMode, EncapsulationMode] = (TRANSPORT, TRANSPORT), **ipsec: object
) -> tuple[Node, Node]:
    a = wire.node("a", gateway(tunnel(1, ipsec={"mode": modes[0], **ipsec})), SITE1)
    b = wire.node("b", gateway(tunnel(2, ipsec={"mode": modes[1], **ipsec})), SITE2)
    return a, b


def ends(sa: ChildSa) -> tuple[object, ...]:
    return sa.mode, sa.local_selectors, sa.remote_selectors


def test_two_hosts_agree_on_transport_mode_between_themselves() -> None:
    wire = Wire()
    a, b = two_sites(wire)
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert_in_step(a, b)
    ((ours, theirs),) = pairs(a, b)
    assert ends(ours) == (TRANSPORT, host(SITE1), host(SITE2))
    assert ends(theirs) == (TRANSPORT, host(SITE2), host(SITE1))


def test_a_responder_that_takes_what_is_proposed_takes_no_networks_in_transport_mode() -> None:
    wire = Wire()
    networks = {"local_selectors": (TrafficSelector.of("10.1.0.0/16"),)}
    a = wire.node("a", gateway(tunnel(1, ipsec={"mode": TRANSPORT, **networks})), SITE1)
    taking = {"mode": TRANSPORT, "responder_selectors": ResponderSelectors.AS_PROPOSED}
    b = wire.node("b", gateway(tunnel(2, ipsec=taking)), SITE2)
    a.initiate(TUNNEL, b)
    wire.run(5)
    ((ours, _),) = pairs(a, b)
    assert ends(ours) == (TRANSPORT, host(SITE1), host(SITE2))


def test_selectors_of_the_configuration_stay() -> None:
    wire = Wire()
    gre = 47
    a = wire.node(
        "a",
        gateway(
            tunnel(
                1,
                ipsec={
                    "mode": TRANSPORT,
                    "local_selectors": host(SITE1, gre),
                    "remote_selectors": host(SITE2, gre),
                },
            )
        ),
        SITE1,
    )
    b = wire.node("b", gateway(tunnel(2, ipsec={"mode": TRANSPORT})), SITE2)
    a.initiate(TUNNEL, b)
    wire.run(5)
    ((ours, _),) = pairs(a, b)
    assert ends(ours) == (TRANSPORT, host(SITE1, gre), host(SITE2, gre))


def test_a_rekey_stays_in_transport_mode() -> None:
    wire = Wire()
    a, b = two_sites(wire, rekey=Rekey(100, 20))
    a.initiate(TUNNEL, b)
    wire.run(5)
    first = a.used(TUNNEL)
    wire.run(90)
    assert_in_step(a, b)
    ((ours, theirs),) = pairs(a, b)
    assert first is not None
    assert ours.spi_in != first.spi_in
    assert ends(ours) == ends(first)
    assert theirs.mode is TRANSPORT


@pytest.mark.parametrize("nat", ["initiator", "responder", "both"])
def test_each_side_of_a_nat_sees_the_addresses_that_it_knows(nat: str) -> None:
    """RFC 7296 section 2.23.1."""
    wire = Wire()
    outside = {SITE1: SITE1, SITE2: SITE2}
    if nat != "responder":
        outside[SITE1] = "203.0.113.1"
    if nat != "initiator":
        outside[SITE2] = "203.0.113.2"
    a = wire.node("a", gateway(tunnel(1, peer=outside[SITE2], ipsec={"mode": TRANSPORT})), SITE1)
    b = wire.node("b", gateway(tunnel(2, peer=ANY, ipsec={"mode": TRANSPORT})), SITE2)
    for node, address in ((a, SITE1), (b, SITE2)):
        if outside[address] != address:
            wire.nat(node, outside[address])
    if nat != "initiator":
        # Its NAT forwards what comes for IKE.
        for port in (500, 4500):
            wire.nats[b.address].mappings[b.path_to(SITE1, port).local] = port
    a.initiate(TUNNEL, outside[SITE2])
    wire.run(5)
    assert not a.failures()
    assert not b.failures()
    ((ours, theirs),) = pairs(a, b)
    assert ours.udp_encapsulation
    assert ends(ours) == (TRANSPORT, host(SITE1), host(outside[SITE2]))
    assert ends(theirs) == (TRANSPORT, host(SITE2), host(outside[SITE1]))


def test_a_responder_in_tunnel_mode_makes_one_and_the_initiator_gives_it_back() -> None:
    wire = Wire()
    a, b = two_sites(wire, (TRANSPORT, TUNNEL_MODE))
    a.initiate(TUNNEL, b)
    wire.run(5)
    (failure,) = a.failures()
    assert "answers with tunnel mode; Tunnel0.0 (site1.cfg:10) is in transport mode" in failure
    wire.run(10)
    assert not a.children
    assert not b.children
    assert not b.ike_sas()


def test_a_responder_in_transport_mode_refuses_tunnel_mode() -> None:
    wire = Wire()
    a, b = two_sites(wire, (TUNNEL_MODE, TRANSPORT))
    a.initiate(TUNNEL, b)
    wire.run(5)
    (failure,) = b.failures()
    assert "proposes tunnel mode; Tunnel0.0 (site2.cfg:10) is in transport mode" in failure
    assert not a.children
    assert not b.children
