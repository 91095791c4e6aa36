"""What does not fit in phase 2: refused on the wire, and both sides' values in both logs."""

from dataclasses import replace
from typing import Any

import pytest

from kakehashi.ike.effects import EventName
from kakehashi.model.algorithms import Cipher
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.selector import TrafficSelector
from kakehashi.wire.registry.ikev1 import ExchangeType
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId, KeyExchangeId
from tests.conversations.v1.gateways import ANY, PHASE2, SITE2, TUNNEL, gateway, ikev1_tunnel, peer
from tests.conversations.v1.stories import policy, two_sites
from tests.conversations.wire import Node, Wire, assert_in_step

OTHER_LAN = TrafficSelector.of("172.16.0.0/16")
AES_128 = replace(PHASE2, cipher=Cipher(EncryptionId.ENCR_AES_CBC, 128))
SHA1 = replace(PHASE2, integrity=IntegrityId.AUTH_HMAC_SHA1_96)
AH = replace(PHASE2, cipher=None, integrity=IntegrityId.NONE, ah=IntegrityId.AUTH_HMAC_SHA1_96)
AH_ESP = replace(PHASE2, ah=IntegrityId.AUTH_HMAC_SHA1_96)
PFS = KeyExchangeId.MODP_2048


def refused(one: dict[str, Any], other: dict[str, Any]) -> tuple[Node, Node]:
    wire = Wire()
    a, b = two_sites(wire, policy(**one), policy(**other))
    a.initiate(TUNNEL, b)
    wire.run(5)
    for node in (a, b):
        assert not node.children
        assert len(node.failures()) == 1, node.failures()
        assert len(node.isakmp_sas()) == 1, "phase 1 has nothing to do with it"
    return a, b


@pytest.mark.parametrize(
    ("one", "other", "said", "allowed"),
    [
        ({"proposals": (AES_128,)}, {}, "encryption AES-CBC-128", "AES-CBC-256"),
        ({"proposals": (SHA1,)}, {}, "integrity HMAC-SHA1-96", "HMAC-SHA2-256-128"),
        ({"pfs": PFS}, {}, "PFS group MODP-2048", "none"),
        ({}, {"pfs": PFS}, "PFS group none", "MODP-2048"),
        ({"pfs": KeyExchangeId.ECP_256}, {"pfs": PFS}, "PFS group ECP-256", "MODP-2048"),
    ],
)  # fmt: skip
def test_no_common_proposal(one: dict[str, Any], other: dict[str, Any], said: str, allowed: str) -> None:
    a, b = refused(one, other)
    (theirs,) = b.failures()
    assert f"offers {said}, map1 of Tunnel0.0 (site2.cfg:10) allows {allowed}" in theirs
    (ours,) = a.failures()
    assert "NO-PROPOSAL-CHOSEN" in ours
    assert "site1.cfg:10" in ours
    assert b.told(EventName.NEGOTIATION_FAILED)[0].details["cause"] == "NO_PROPOSAL_CHOSEN"
    assert b.told(EventName.NEGOTIATION_FAILED)[0].tunnel == TUNNEL


@pytest.mark.parametrize("filters", [False, True])
def test_identities_that_differ(filters: bool) -> None:
    a, b = refused({"remote_selectors": (OTHER_LAN,), "filters": filters}, {"filters": filters})
    (theirs,) = b.failures()
    assert "local 172.16.0.0/16 remote 192.168.1.0/24" in theirs
    assert "allows local 192.168.2.0/24 remote 192.168.1.0/24" in theirs
    (ours,) = a.failures()
    assert "INVALID-ID-INFORMATION" in ours
    assert "local 192.168.1.0/24 remote 172.16.0.0/16" in ours


def test_more_than_is_allowed() -> None:
    """There is no narrowing in IKEv1."""
    wide = TrafficSelector.of("192.168.0.0/16")
    _, b = refused({"remote_selectors": (wide,), "filters": True}, {"filters": True})
    assert "local 192.168.0.0/16" in b.failures()[0]


def test_no_identities_where_they_are_needed() -> None:
    _, b = refused({"sends_identities": False, "filters": True}, {"filters": True})
    assert "none, which means the addresses of the path" in b.failures()[0]


def test_another_mode() -> None:
    _, b = refused({"mode": EncapsulationMode.TRANSPORT, "sends_identities": False}, {})
    assert "offers encapsulation transport, map1 of Tunnel0.0 (site2.cfg:10) allows tunnel" in b.failures()[0]


@pytest.mark.parametrize("proposal", [AH, AH_ESP], ids=["AH", "AH and ESP"])
def test_ah_does_not_pass_a_nat(proposal: Any) -> None:
    """Who begins knows of the NAT since phase 1, and does not even ask."""
    wire = Wire()
    ipsec = {"ipsec": {"proposals": (proposal,)}}
    a = wire.node("a", gateway(peer(1), ikev1_tunnel(1, **ipsec)), "192.168.77.2")
    b = wire.node("b", gateway(peer(2, address=ANY), ikev1_tunnel(2, peer_address=ANY, **ipsec)), SITE2)
    wire.nat(a, "203.0.113.7")
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert "AH covers the addresses that the NAT on the way changes" in a.failures()[0]
    assert not a.children
    assert not b.children


def test_ah_against_esp_is_a_difference_of_protocols() -> None:
    wire = Wire()
    a, b = two_sites(wire, policy(), policy(proposals=(AH_ESP,)))
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert "offers protocol ESP, map1 of Tunnel0.0 (site2.cfg:10) allows AH and ESP" in b.failures()[0]


def test_ports_that_no_identity_can_say() -> None:
    wire = Wire()
    some = TrafficSelector(OTHER_LAN.start, OTHER_LAN.end, 6, 80, 90)
    a, b = two_sites(wire, policy(local_selectors=(some,)))
    assert not a.initiate(TUNNEL, b)
    assert "80 to 90" in a.failures()[0]


def test_of_two_tunnels_the_one_that_is_meant_tells_why() -> None:
    wire = Wire()
    a, b = two_sites(wire)
    other = ikev1_tunnel(2, ipsec={"local_selectors": (OTHER_LAN,)})
    meant = ikev1_tunnel(2, interface="Tunnel1.0", ipsec={"proposals": (SHA1,)})
    b.gateway = gateway(peer(2), other, meant)
    b.boot()
    a.initiate(TUNNEL, b)
    wire.run(5)
    (told,) = b.told(EventName.NEGOTIATION_FAILED)
    assert (told.tunnel, told.details["field"]) == ("Tunnel1.0", "integrity")


def test_no_tunnel_takes_it() -> None:
    wire = Wire()
    a, b = two_sites(wire)
    b.gateway = gateway(peer(2), ikev1_tunnel(2, peers=("another",)))
    b.boot()
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert "no tunnel takes phase 2 from peer 10.1.0.1 (policy ike1)" in b.failures()[0]
    assert "INVALID-ID-INFORMATION" in a.failures()[0]


def test_bound_to_another_policy() -> None:
    """V1-10 `ike-binding`: phase 2 from others is refused; with `ike` alone it is not."""
    for bound in (True, False):
        wire = Wire()
        a, b = two_sites(wire)
        b.gateway = gateway(
            peer(2, address=ANY), ikev1_tunnel(2, address=ANY, peers=("another",), answers_only_peers=bound)
        )
        b.boot()
        a.initiate(TUNNEL, b)
        wire.run(5)
        assert bool(b.children) is not bound
        assert bool(b.failures()) is bound


def test_a_peer_that_does_not_answer_quick_mode() -> None:
    wire = Wire()
    a, b = two_sites(wire)
    wire.filter = lambda node, datagram: node is a or datagram[18] != ExchangeType.QUICK
    a.initiate(TUNNEL, b)
    wire.run(100)
    (failure,) = a.failures()
    assert "no answer within 30 s (map1 of Tunnel0.0 (site1.cfg:10))" in failure
    assert not a.isakmp_sas()


def test_an_isakmp_sa_that_the_peer_has_lost_is_made_anew() -> None:
    """Nobody has told that the peer knows nothing any more: quick mode finds it out, and begins again."""
    wire = Wire()
    a, b = two_sites(wire, {}, {"send_initial_contact": False})
    a.initiate(TUNNEL, b)
    wire.run(10)
    for pair in a.endpoint.v1.pairs:
        a.endpoint.v1.pairs.remove(pair, "a story")
    wire.carry_out(a)
    b.boot()
    a.initiate(TUNNEL, b)
    wire.run(35)
    assert not a.failures()
    assert_in_step(a, b)
    assert len(a.children) == 1
