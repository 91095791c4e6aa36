"""AH alone and AH around ESP: made, rekeyed by one end or both at once, deleted, on a line that loses and repeats."""

from dataclasses import replace
from typing import Any

import pytest

from kakehashi.ike.effects import EventName
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.ikev1 import CommitBit, DeleteNotify, Phase2Proposal
from kakehashi.wire.registry.ikev2 import IntegrityId, KeyExchangeId
from tests.conversations.v1.gateways import PHASE2, SITE1, TUNNEL
from tests.conversations.v1.stories import ROUGH, established, policy, settled, two_sites
from tests.conversations.wire import Wire, pairs

SHA1 = IntegrityId.AUTH_HMAC_SHA1_96
AH = replace(PHASE2, cipher=None, integrity=IntegrityId.NONE, ah=SHA1)
AH_ESP = replace(PHASE2, ah=SHA1)
# What routers of old have: ESP encrypts, and AH authenticates.
AH_ENCRYPTION = replace(PHASE2, integrity=IntegrityId.NONE, ah=IntegrityId.AUTH_HMAC_MD5_96)
KINDS = {"AH": AH, "AH and ESP": AH_ESP, "AH and encryption alone": AH_ENCRYPTION}


def both(proposal: Phase2Proposal, **changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    said = policy(proposals=(proposal,), **changes)
    return said, said


@pytest.mark.parametrize("mode", EncapsulationMode)
@pytest.mark.parametrize("pfs", [KeyExchangeId.NONE, KeyExchangeId.ECP_256], ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_both_ends_have_the_same_keys_for_each_protocol(
    kind: str, pfs: KeyExchangeId, mode: EncapsulationMode
) -> None:
    changes = {"pfs": pfs, "mode": mode, "sends_identities": mode is EncapsulationMode.TUNNEL}
    a, b = established(Wire(), *both(KINDS[kind], **changes))
    ((ours, theirs),) = pairs(a, b)
    assert (ours.ah, ours.cipher, ours.integrity) == (
        KINDS[kind].ah,
        KINDS[kind].cipher,
        KINDS[kind].integrity,
    )
    assert (ours.keys_in, ours.keys_out) == (theirs.keys_out, theirs.keys_in)
    size = 20 if KINDS[kind].ah == SHA1 else 16
    assert len(ours.keys_in.ah.octets) == len(ours.keys_out.ah.octets) == size
    assert ours.keys_in.ah != ours.keys_out.ah
    assert ours.ah_spi_out == (None if KINDS[kind].cipher is None else theirs.spi_in)


@pytest.mark.parametrize("commit_bit", CommitBit)
@pytest.mark.parametrize("kind", KINDS)
def test_a_rekey_replaces_all_of_it(kind: str, commit_bit: CommitBit) -> None:
    wire = Wire()
    a, b = established(wire, *both(replace(KINDS[kind], lifetime=600), commit_bit=commit_bit))
    for node in (a, b):
        wire.talk(node, TUNNEL)
    (old,) = a.children
    wire.run(560)
    assert a.told(EventName.CHILD_SA_REKEYED)
    settled(a, b)
    assert old not in a.children
    assert not a.lost + b.lost


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("kind", KINDS)
def test_hours_on_a_rough_line(kind: str, seed: int) -> None:
    """Each end would rekey by itself; now and then both do so at once."""
    wire = Wire(seed, ROUGH)
    a, b = two_sites(wire, *both(replace(KINDS[kind], lifetime=600)))
    wire.keep_up(a, TUNNEL, b)
    wire.talk(a, TUNNEL)
    wire.talk(b, TUNNEL)
    wire.run(4000)
    wire.conditions = type(ROUGH)()
    wire.run(700)
    settled(a, b)


@pytest.mark.parametrize("kind", KINDS)
def test_who_goes_deletes_each_protocol(kind: str) -> None:
    wire = Wire()
    a, b = established(wire, *both(KINDS[kind]))
    (pair,) = list(a.endpoint.v1.pairs)
    from kakehashi.ike.v1.delete import delete_pair

    delete_pair(a.endpoint.v1, pair, "a story", wire.now)
    wire.carry_out(a)
    wire.run(2)
    assert not a.children
    assert not b.children


@pytest.mark.parametrize(("in_ah", "protocol"), [(True, "AH"), (False, "ESP")])
def test_the_sender_for_an_unknown_spi_is_told_of_the_protocol_it_came_in(in_ah: bool, protocol: str) -> None:
    wire = Wire()
    a, b = two_sites(wire, *both(AH))
    b.gateway = replace(b.gateway, delete_notify=DeleteNotify(5, 5))
    b.boot()
    a.initiate(TUNNEL, b)
    wire.run(10)
    b.endpoint.unknown_spi(0x12345678, b.path_to(SITE1), wire.now, 5, in_ah)
    wire.carry_out(b)
    wire.run(2)
    assert any(f"deletes {protocol} SA 12345678" in event.message for event in a.events)


def test_what_one_has_and_the_other_has_not() -> None:
    wire = Wire()
    a, b = two_sites(wire, both(AH_ESP)[0], both(AH)[0])
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert "offers protocol AH and ESP, map1 of Tunnel0.0 (site2.cfg:10) allows AH" in b.failures()[0]
    assert "NO-PROPOSAL-CHOSEN" in a.failures()[0]
