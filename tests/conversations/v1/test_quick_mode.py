"""Quick mode between two of our own: what it makes, with what, and what the wire does to it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kakehashi.ike.drops import Drop
from kakehashi.ike.effects import EventName
from kakehashi.ike.v1 import quick_initiator
from kakehashi.ike.v1.identities import to_wire
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.policy import EVERYTHING
from kakehashi.model.selector import ANY_IPV4, TrafficSelector
from kakehashi.model.status import Role
from kakehashi.wire.registry.ikev1 import ExchangeType
from kakehashi.wire.registry.ikev2 import KeyExchangeId
from tests.conversations.v1.gateways import (
    AES_CBC_128,
    AGGRESSIVE,
    LAN1,
    LAN2,
    MAIN,
    PHASE2,
    SITE1,
    SITE2,
    TUNNEL,
    identity,
)
from tests.conversations.v1.stories import ROUGH, established, policy, settled, two_sites
from tests.conversations.wire import Conditions, Node, Wire, assert_in_step, pairs

PFS = KeyExchangeId.ECP_256
SHORT = replace(PHASE2, lifetime=600, kilobytes=1000)
LONG = replace(PHASE2, lifetime=100_000, kilobytes=None)


@pytest.mark.parametrize("pfs", [KeyExchangeId.NONE, PFS, KeyExchangeId.MODP_1024], ids=str)
@pytest.mark.parametrize("mode", [MAIN, AGGRESSIVE], ids=str)
def test_three_messages_make_a_pair_of_sas(mode: object, pfs: KeyExchangeId) -> None:
    wire = Wire()
    changes = {"mode": mode} | policy(pfs=pfs)
    a, b = established(wire, changes, changes)
    quick = [d for _, _, d, _ in wire.sent if d[18] == ExchangeType.QUICK]
    assert len(quick) == 3
    assert a.used(TUNNEL).cipher == PHASE2.cipher
    assert [s.pfs for s in (*a.ipsec_sas(), *b.ipsec_sas())] == [pfs, pfs]
    assert [s.role for s in (*a.ipsec_sas(), *b.ipsec_sas())] == [Role.INITIATOR, Role.RESPONDER]
    assert a.ipsec_sas()[0].isakmp_serial == a.isakmp_sas()[0].serial


def test_the_responder_sends_only_after_the_third_message() -> None:
    wire = Wire()
    wire.traffic = False
    a, b = two_sites(wire)
    lost = third_messages(wire, a)
    a.initiate(TUNNEL, b)
    wire.run(1)
    assert a.used(TUNNEL) is not None
    assert len(b.children) == 1
    assert b.used(TUNNEL) is None
    assert lost
    wire.filter = None
    wire.run(5)
    settled(a, b)


def test_a_packet_says_as_much_as_the_third_message() -> None:
    """Who sends by the new SA has taken our second message; the third is lost for good here."""
    wire = Wire()
    a, b = two_sites(wire)
    third_messages(wire, a)
    a.initiate(TUNNEL, b)
    wire.run(60)
    settled(a, b)
    assert not b.failures()


def test_without_third_message_and_packets_nothing_is_left() -> None:
    wire = Wire()
    wire.traffic = False
    a, b = two_sites(wire)
    third_messages(wire, a)
    a.initiate(TUNNEL, b)
    wire.run(60)
    assert not b.children
    assert any("third message did not come" in f and "site2.cfg:10" in f for f in b.failures())


@pytest.mark.parametrize("pfs", [KeyExchangeId.NONE, PFS], ids=str)
@pytest.mark.parametrize("seed", range(25))
def test_loss_duplicates_and_reordering(seed: int, pfs: KeyExchangeId) -> None:
    wire = Wire(seed, ROUGH)
    changes = policy(pfs=pfs)
    a, b = two_sites(wire, changes, changes)
    wire.keep_up(a, TUNNEL, b)
    wire.talk(a, TUNNEL)
    wire.talk(b, TUNNEL)
    wire.run(120)
    wire.conditions = Conditions()
    wire.run(60)
    settled(a, b)


def test_a_repeated_message_gets_the_same_answer_and_nothing_else() -> None:
    wire = Wire(conditions=Conditions(duplication=1.0))
    a, b = two_sites(wire)
    a.initiate(TUNNEL, b)
    wire.run(10)
    settled(a, b)
    quick = [(who, d) for _, who, d, _ in wire.sent if d[18] == ExchangeType.QUICK]
    assert len({d for _, d in quick}) == 3
    # Each duplicate is answered once, and answers to answers die out.
    assert len(quick) < 12


def test_lifetimes_that_differ_are_no_reason_to_refuse() -> None:
    """The shorter ones win at both ends, whoever begins."""
    for one, other in ((SHORT, LONG), (LONG, SHORT)):
        wire = Wire()
        a, b = established(wire, policy(proposals=(one,)), policy(proposals=(other,)))
        for node in (a, b):
            (status,) = node.ipsec_sas()
            assert (status.lifetime, status.kilobytes) == (600, 1000)
            assert status.remaining == pytest.approx(600, abs=5)
            assert status.sa.hard_bytes == 1000 * 1024
            assert 0 < status.sa.soft_bytes < status.sa.hard_bytes


def test_the_first_offer_that_fits_is_taken() -> None:
    wire = Wire()
    first, second = replace(PHASE2, cipher=AES_CBC_128), PHASE2
    a, _ = established(wire, policy(proposals=(first, second)), policy(proposals=(second, first)))
    assert a.used(TUNNEL).cipher == AES_CBC_128


def test_a_route_based_tunnel_carries_everything_under_its_identities() -> None:
    wire = Wire()
    a, b = established(wire)
    for node in (a, b):
        sa = node.used(TUNNEL)
        assert (sa.local_selectors, sa.remote_selectors) == ((ANY_IPV4,), (ANY_IPV4,))
    assert "local 192.168.1.0/24 remote 192.168.2.0/24" in a.told(EventName.CHILD_SA_CREATED)[0].message


def test_a_policy_based_tunnel_carries_what_its_identities_say() -> None:
    wire = Wire()
    a, _ = established(wire, policy(filters=True), policy(filters=True))
    assert (a.used(TUNNEL).local_selectors, a.used(TUNNEL).remote_selectors) == ((LAN1,), (LAN2,))


def test_a_part_of_what_is_allowed_is_allowed() -> None:
    wire = Wire()
    wide = TrafficSelector.of("192.168.0.0/16")
    _, b = established(wire, policy(filters=True), policy(filters=True, remote_selectors=(wide,)))
    assert b.used(TUNNEL).remote_selectors == (LAN1,)


@pytest.mark.parametrize("filters", [False, True])
def test_no_identities(filters: bool) -> None:
    """V1-13: none means the two addresses, or everything where nothing is filtered."""
    wire = Wire()
    end1, end2 = TrafficSelector.of(f"{SITE1}/32"), TrafficSelector.of(f"{SITE2}/32")
    here = {"sends_identities": False, "filters": filters}
    there = {"sends_identities": True, "filters": filters}
    if filters:
        here |= {"local_selectors": (end1,), "remote_selectors": (end2,)}
        there |= {"local_selectors": (end2,), "remote_selectors": (end1,)}
    _, b = established(wire, policy(**here), policy(**there))
    assert b.used(TUNNEL).remote_selectors == ((end1,) if filters else (ANY_IPV4,))


def test_who_sends_no_identities_takes_any() -> None:
    wire = Wire()
    a, b = established(wire, policy(), policy(sends_identities=False, local_selectors=EVERYTHING))
    assert a.used(TUNNEL).spi_in == b.used(TUNNEL).spi_out


@pytest.mark.parametrize("nat", [False, True])
def test_transport_mode_is_between_the_ends(nat: bool) -> None:
    wire = Wire()
    changes = {"mode": EncapsulationMode.TRANSPORT, "local_selectors": EVERYTHING}
    changes |= {"remote_selectors": EVERYTHING, "sends_identities": False}
    name = identity("site1")
    there = policy(**changes) | ({"address": "10.9.0.1", "peer_identity": name} if nat else {})
    a, b = two_sites(wire, {"local_identity": name if nat else None} | policy(**changes), there)
    if nat:
        wire.nat(a, "10.9.0.1")
    a.initiate(TUNNEL, b)
    wire.run(5)
    sa = b.used(TUNNEL)
    assert sa is not None, b.failures()
    assert sa.mode is EncapsulationMode.TRANSPORT
    assert [str(s) for s in sa.remote_selectors] == ["10.9.0.1/32" if nat else f"{SITE1}/32"]
    assert sa.udp_encapsulation is nat
    assert a.used(TUNNEL).spi_out == sa.spi_in


def test_several_pairs_under_one_isakmp_sa() -> None:
    wire = Wire()
    two = [TrafficSelector.of("192.168.1.0/24"), TrafficSelector.of("192.168.11.0/24")]
    three = [TrafficSelector.of("192.168.2.0/24"), TrafficSelector.of("192.168.12.0/24")]
    here = policy(filters=True, local_selectors=tuple(two), remote_selectors=tuple(three))
    there = policy(filters=True, local_selectors=tuple(three), remote_selectors=tuple(two))
    a, b = two_sites(wire, here, there)
    a.initiate(TUNNEL, b)
    wire.run(5)
    settled(a, b, 2)
    assert {sa.remote_selectors[0] for sa in a.children.values()} == set(three)
    # Asked once more, there is nothing to do.
    before = len(wire.sent)
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert len(wire.sent) == before


def test_a_packet_brings_up_the_pair_that_carries_it() -> None:
    wire = Wire()
    two = (LAN1, TrafficSelector.of("192.168.11.0/24"))
    three = (LAN2, TrafficSelector.of("192.168.12.0/24"))
    here = policy(filters=True, local_selectors=two, remote_selectors=three)
    there = policy(filters=True, local_selectors=three, remote_selectors=two)
    a, b = two_sites(wire, here, there)
    a.initiate(TUNNEL, b, Packet("192.168.11.5", "192.168.12.5"))
    wire.run(5)
    settled(a, b)
    assert a.used(TUNNEL).local_selectors == two[1:]
    a.initiate(TUNNEL, b, Packet("192.168.1.5", "192.168.2.5"))
    wire.run(5)
    settled(a, b, 2)
    assert not a.initiate(TUNNEL, b, Packet("192.168.1.5", "192.168.12.5"))


def test_both_begin_at_once() -> None:
    for seed in range(10):
        wire = Wire(seed, Conditions(latency=0.05, jitter=0.05))
        a, b = two_sites(wire)
        a.initiate(TUNNEL, b)
        b.initiate(TUNNEL, a)
        wire.talk(a, TUNNEL)
        wire.talk(b, TUNNEL)
        wire.run(30)
        assert_in_step(a, b)
        assert len(pairs(a, b)) == 1
        assert a.used(TUNNEL).spi_in == b.used(TUNNEL).spi_out


@pytest.mark.interpreted
@pytest.mark.parametrize("filters", [False, True])
def test_a_responder_that_answers_for_other_traffic_is_refused(
    filters: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = Wire()
    changes = policy(filters=filters)
    a, b = two_sites(wire, changes, changes)
    answered = (to_wire(LAN1), to_wire(TrafficSelector.of("192.168.0.0/16")))
    monkeypatch.setattr(quick_initiator, "identities_of", lambda received: answered)
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert not a.children
    assert "192.168.0.0/16" in a.failures()[0]
    # The responder hears of it, and keeps nothing.
    assert not b.children


def test_a_drop_has_a_name() -> None:
    wire = Wire()
    _, b = established(wire)
    quick = next(d for _, who, d, _ in wire.sent if who == "a" and d[18] == ExchangeType.QUICK)
    wire.run(60)
    b.endpoint.receive(quick, b.path_to(SITE1), wire.now)
    assert b.endpoint.drops[Drop.USED_MESSAGE_ID] == 1


class Packet:
    """What makes us negotiate."""

    def __init__(self, source: str, destination: str) -> None:
        selector = TrafficSelector.of
        self.source, self.destination = selector(source).start, selector(destination).start
        self.protocol, self.source_port, self.destination_port = 17, 4000, 53
        self.refused = False


def third_messages(wire: Wire, initiator: Node) -> list[bytes]:
    """From now on every third message of quick mode is lost; those that were."""
    lost: list[bytes] = []
    seen: list[bytes] = []
    wire.filter = _third(initiator, seen, lost)
    return lost


def _third(initiator: Node, seen: list[bytes], lost: list[bytes]) -> Callable[[Node, bytes], bool]:
    def passes(node: Node, datagram: bytes) -> bool:
        if node is not initiator or datagram[18] != ExchangeType.QUICK:
            return True
        if not seen or datagram == seen[0]:
            seen.append(datagram)
            return True
        lost.append(datagram)
        return False

    return passes
