"""Two gateways negotiate in one process: the verdict that `check` gives."""

from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

from kakehashi.check.simulate import Attempt, Node, Side, Wire
from kakehashi.dialects.awplus import AwPlus
from kakehashi.model.address import ANY
from kakehashi.model.gateway import Gateway
from kakehashi.model.status import IkeSaStatus, NatSide
from kakehashi.wire.registry.ikev2 import IntegrityId, KeyExchangeId
from tests.check.pairs import NEC_CISCO, checked
from tests.conversations.gateways import CHILD, SITE1, SITE2, TUNNEL, gateway, tunnel


def attempts(one: Gateway, other: Gateway, outside: str | None = None) -> list[Attempt]:
    """Each side begins once, the first first. `outside`: the address that a NAT gives the first."""
    nodes = Node("one", one, ip_address(outside) if outside else None), Node("other", other)
    sides = (
        Side(node=nodes[0], tunnel=TUNNEL, address=ip_address(SITE1)),
        Side(node=nodes[1], tunnel=TUNNEL, address=ip_address(SITE2)),
    )
    wire = Wire(sides)
    return [wire.attempt(side) for side in sides]


def test_two_that_fit_come_up_from_either_side_and_survive_their_rekeys() -> None:
    for attempt in attempts(gateway(tunnel(1)), gateway(tunnel(2))):
        assert attempt.comes_up
        assert (attempt.survives_child_rekey, attempt.survives_ike_rekey) == (True, True)
        assert attempt.failures == ()
        assert isinstance(attempt.ike, IkeSaStatus)
        assert attempt.sa is not None


def test_another_key_is_said() -> None:
    for attempt in attempts(gateway(tunnel(1)), gateway(tunnel(2, secrets=("secret-1", "other")))):
        assert not attempt.comes_up
        assert any("key" in failure for failure in attempt.failures)


def test_an_address_that_the_peer_does_not_have_gets_no_answer() -> None:
    one, other = attempts(gateway(tunnel(1, peer="10.9.9.9")), gateway(tunnel(2)))
    assert not one.comes_up
    assert not other.comes_up, "it is answered by nobody, for its address is no one's peer"


def test_pfs_on_one_side_comes_up_and_dies_at_the_rekey() -> None:
    """The mismatch that is met an hour after everything worked."""
    pfs = replace(CHILD, key_exchanges=(KeyExchangeId.MODP_2048,))
    one, _ = attempts(gateway(tunnel(1, ipsec={"algorithms": pfs})), gateway(tunnel(2)))
    assert one.comes_up
    assert one.survives_child_rekey is False
    assert any("NO_PROPOSAL_CHOSEN" in failure for failure in one.rekey_failures)


def test_no_common_child_proposal_does_not_come_up() -> None:
    sha1 = replace(CHILD, integrities=(IntegrityId.AUTH_HMAC_SHA1_96,))
    sha2 = replace(CHILD, integrities=(IntegrityId.AUTH_HMAC_SHA2_256_128,))
    ends = gateway(tunnel(1, ipsec={"algorithms": sha1})), gateway(tunnel(2, ipsec={"algorithms": sha2}))
    assert [attempt.comes_up for attempt in attempts(*ends)] == [False, False]


def test_behind_a_nat_only_the_inner_side_can_begin() -> None:
    one, other = attempts(gateway(tunnel(1)), gateway(tunnel(2, peer=ANY)), outside="203.0.113.9")
    assert one.comes_up
    assert isinstance(one.ike, IkeSaStatus)
    assert one.ike.nat is NatSide.LOCAL
    assert not other.comes_up


def test_one_attempt_leaves_nothing_for_the_next() -> None:
    nodes = Node("one", gateway(tunnel(1))), Node("other", gateway(tunnel(2)))
    sides = (
        Side(node=nodes[0], tunnel=TUNNEL, address=ip_address(SITE1)),
        Side(node=nodes[1], tunnel=TUNNEL, address=ip_address(SITE2)),
    )
    wire = Wire(sides)
    wire.attempt(sides[0])
    assert [(node.sas, node.leaves_by, node.endpoint.ike_sas(wire.now)) for node in nodes] == [
        ({}, {}, ())
    ] * 2


def test_both_phases_of_ikev1_are_renewed() -> None:
    report = checked(NEC_CISCO)
    for attempt in report.pairs[0].verdict.attempts:
        assert (attempt.survives_child_rekey, attempt.survives_ike_rekey) == (True, True)


def test_the_first_packet_of_who_answers_lets_who_began_send_at_once() -> None:
    """Both wait: who began for the other's first packet, with nothing else that is still to come."""
    examples = Path(__file__).parents[2] / "examples" / "awplus-dynamic"
    centre, branch = (
        AwPlus().lower((examples / name).read_text(), name).gateway for name in ("centre.cfg", "yamagata.cfg")
    )
    sides = (
        Side(node=Node("centre", centre), tunnel="tunnel2", address=ip_address("203.0.113.2")),
        Side(node=Node("yamagata", branch), tunnel="tunnel0", address=ip_address("192.0.2.2")),
    )
    attempt = Wire(sides).attempt(sides[1])
    assert attempt.comes_up
    assert (attempt.survives_child_rekey, attempt.survives_ike_rekey) == (True, True)
