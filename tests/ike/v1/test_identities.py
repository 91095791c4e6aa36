"""Identities of quick mode: octets, and what a responder makes of them."""

from dataclasses import replace
from ipaddress import ip_address
from typing import Any

import pytest

from kakehashi.ike.v1 import identities
from kakehashi.ike.v1.identities import SelectorPair
from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.ikev1 import Ikev1IpsecPolicy
from kakehashi.model.policy import EVERYTHING
from kakehashi.model.selector import ANY_IPV4, ANY_IPV6, TrafficSelector
from kakehashi.wire.registry.ikev1 import IdType
from kakehashi.wire.v1.identification import Identification

LAN, OTHER = TrafficSelector.of("192.168.1.0/24"), TrafficSelector.of("192.168.2.0/24")
HOST, HOSTS = TrafficSelector.of("192.168.1.7/32"), TrafficSelector.of("192.168.1.8/29")
RANGE = TrafficSelector(ip_address("10.0.0.1"), ip_address("10.0.0.9"))
LAN_6 = TrafficSelector.of("2001:db8:1::/48")
PATH = Path(SocketAddress(ip_address("10.1.0.1"), 500), SocketAddress(ip_address("10.2.0.1"), 500))
ENDS = SelectorPair(TrafficSelector.of("10.1.0.1/32"), TrafficSelector.of("10.2.0.1/32"))


def policy(**changes: Any) -> Ikev1IpsecPolicy:
    made = Ikev1IpsecPolicy(proposals=(), local_selectors=(LAN,), remote_selectors=(OTHER,))
    return replace(made, **changes)


@pytest.mark.parametrize(
    ("selector", "id_type", "octets"),
    [
        (HOST, IdType.ID_IPV4_ADDR, "c0a80107"),
        (LAN, IdType.ID_IPV4_ADDR_SUBNET, "c0a80100ffffff00"),
        (HOSTS, IdType.ID_IPV4_ADDR_SUBNET, "c0a80108fffffff8"),
        (ANY_IPV4, IdType.ID_IPV4_ADDR_SUBNET, "0000000000000000"),
        (RANGE, IdType.ID_IPV4_ADDR_RANGE, "0a0000010a000009"),
        (LAN_6, IdType.ID_IPV6_ADDR_SUBNET, "20010db80001" + 20 * "0" + "ffffffffffff" + 20 * "0"),
        (ANY_IPV6, IdType.ID_IPV6_ADDR_SUBNET, 64 * "0"),
        (TrafficSelector.of("2001:db8::1/128"), IdType.ID_IPV6_ADDR, "20010db8" + 23 * "0" + "1"),
    ],
)
def test_octets(selector: TrafficSelector, id_type: IdType, octets: str) -> None:
    found = identities.to_wire(selector)
    assert (found.id_type, found.data.hex()) == (id_type, octets)
    assert identities.from_wire(found) == selector


def test_protocol_and_port() -> None:
    web = TrafficSelector.of("192.168.1.7/32", 6, 80)
    found = identities.to_wire(web)
    assert (found.protocol, found.port) == (6, 80)
    assert identities.from_wire(found) == web
    # Port 0 is any, and without protocol a port means nothing.
    assert identities.from_wire(replace(found, port=0)) == TrafficSelector.of("192.168.1.7/32", 6)
    assert identities.from_wire(replace(found, protocol=0)) == HOST
    with pytest.raises(ValueError, match="80 to 90"):
        identities.to_wire(replace(web, end_port=90))


@pytest.mark.parametrize(
    "identity",
    [
        Identification(IdType.ID_FQDN, b"site.example"),
        Identification(IdType.ID_KEY_ID, b"key"),
        Identification(IdType.ID_IPV4_ADDR_SUBNET, bytes.fromhex("c0a80100ff00ff00")),
        Identification(IdType.ID_IPV4_ADDR_RANGE, bytes.fromhex("0a0000090a000001")),
        Identification(IdType(99), b"\1\2\3\4"),
    ],
)
def test_what_is_no_traffic(identity: Identification) -> None:
    assert identities.from_wire(identity) is None
    assert identities.text([identity])


def test_selectors_go_in_step() -> None:
    several = policy(local_selectors=(LAN, LAN_6, HOST), remote_selectors=(OTHER, LAN_6, ANY_IPV6))
    assert identities.pairs(several, PATH) == (SelectorPair(LAN, OTHER), SelectorPair(LAN_6, LAN_6))


def test_transport_mode_is_for_the_ends_of_the_path() -> None:
    l2tp = TrafficSelector(ANY_IPV4.start, ANY_IPV4.end, 17, 1701, 1701)
    transport = policy(
        mode=EncapsulationMode.TRANSPORT, local_selectors=(l2tp,), remote_selectors=EVERYTHING[:1]
    )
    (pair,) = identities.pairs(transport, PATH)
    assert str(pair) == "local 10.1.0.1/32 protocol 17 port 1701 remote 10.2.0.1/32"
    every = replace(transport, local_selectors=EVERYTHING, remote_selectors=EVERYTHING)
    assert identities.pairs(every, PATH) == (ENDS,)


def test_route_based_devices_compare_names_and_policy_based_ones_packets() -> None:
    part = SelectorPair(HOST, OTHER)
    for filters, answer in ((False, None), (True, part)):
        assert identities.respond(policy(filters=filters), part, PATH) == answer
    whole = SelectorPair(LAN, OTHER)
    assert identities.respond(policy(filters=False), whole, PATH) == whole
    assert identities.carried(policy(filters=False), whole) == SelectorPair(ANY_IPV4, ANY_IPV4)
    assert identities.carried(policy(filters=True), whole) == whole
    assert identities.respond(policy(), SelectorPair(ANY_IPV4, OTHER), PATH) is None


def test_no_identities_are_the_addresses_of_the_path_or_everything() -> None:
    assert identities.respond(policy(), None, PATH) is None
    ends = policy(local_selectors=(ENDS.local,), remote_selectors=(ENDS.remote,))
    assert identities.respond(ends, None, PATH) == ENDS
    assert identities.respond(policy(filters=False), None, PATH) == SelectorPair(LAN, OTHER)


def test_who_sends_none_takes_any() -> None:
    strange = SelectorPair(TrafficSelector.of("172.16.0.0/16"), HOST)
    quiet = policy(sends_identities=False, filters=False)
    assert identities.respond(quiet, strange, PATH) == SelectorPair(LAN, OTHER)
    assert identities.respond(quiet, None, PATH) == SelectorPair(LAN, OTHER)
    # Where they filter they cannot be stretched by it.
    filtering = replace(quiet, filters=True)
    assert identities.respond(filtering, SelectorPair(ANY_IPV4, ANY_IPV4), PATH) == SelectorPair(LAN, OTHER)
    assert identities.respond(filtering, strange, PATH) is None


def test_behind_a_nat_the_addresses_of_transport_mode_do_not_count() -> None:
    transport = policy(
        mode=EncapsulationMode.TRANSPORT, local_selectors=EVERYTHING, remote_selectors=EVERYTHING
    )
    private = SelectorPair(ENDS.local, TrafficSelector.of("192.168.77.5/32", 17, 1701))
    found = identities.respond(transport, private, PATH)
    assert found == SelectorPair(ENDS.local, TrafficSelector.of("10.2.0.1/32", 17, 1701))
    assert identities.respond(transport, SelectorPair(ENDS.local, OTHER), PATH) is None
