"""Phase 1 that must not come up: what the peer is told, and what the two logs say."""

from dataclasses import replace
from typing import Any

import pytest

from kakehashi.ike.drops import Drop
from kakehashi.ike.effects import EventName, Level
from kakehashi.model.ikev1 import ExchangeMode
from kakehashi.wire.registry.ikev1 import ExchangeType, HashAlgorithm, NotifyType
from kakehashi.wire.registry.ikev2 import KeyExchangeId
from kakehashi.wire.v1.message import decode
from kakehashi.wire.v1.notification import Notification
from tests.conversations.v1.gateways import (
    AES_CBC_128,
    AGGRESSIVE,
    ANY,
    MAIN,
    OLD_PHASE1,
    PHASE1,
    SITE1,
    SITE2,
    TUNNEL,
    gateway,
    identity,
    ikev1_tunnel,
    peer,
    site,
)
from tests.conversations.v1.stories import two_sites
from tests.conversations.wire import Node, Wire

BOTH = pytest.mark.parametrize("mode", [MAIN, AGGRESSIVE], ids=lambda m: m.value)


def fails(
    mode: ExchangeMode, one: dict[str, Any] | None = None, other: dict[str, Any] | None = None
) -> tuple[Wire, Node, Node]:
    """The first site begins, and nothing comes of it."""
    wire = Wire()
    a, b = two_sites(wire, {"mode": mode} | (one or {}), other)
    a.initiate(TUNNEL, b)
    wire.run(120)
    for node in (a, b):
        assert not node.endpoint.isakmp_sas(wire.now)
        assert not node.children
        assert node.endpoint.half_open() == 0
        assert node.endpoint.next_timeout() is None
    return wire, a, b


def notifies(wire: Wire, who: str) -> list[NotifyType]:
    """The errors that `who` has sent in clear."""
    clear = [
        d
        for _, name, d, _ in wire.sent
        if name == who and d[18] == ExchangeType.INFORMATIONAL and not d[19] & 1
    ]
    return [p.type for d in clear for p in decode(d).payloads if isinstance(p, Notification)]


@BOTH
def test_no_common_proposal_names_what_differs_with_both_lines(mode: ExchangeMode) -> None:
    theirs = {"proposals": (replace(PHASE1, cipher=AES_CBC_128, hash=HashAlgorithm.MD5),)}
    wire, a, b = fails(mode, None, theirs)
    assert notifies(wire, "b") == [NotifyType.NO_PROPOSAL_CHOSEN]
    (ours,) = b.failures()
    assert f"{mode.value} mode from peer 10.1.0.1 refused" in ours
    assert "offers encryption AES-CBC-256, policy ike1 (site2.cfg:5) allows AES-CBC-128" in ours
    assert "offers hash SHA2-256, policy ike1 (site2.cfg:5) allows MD5" in ours
    assert "group" not in ours
    details = b.told(EventName.NEGOTIATION_FAILED)[0].details
    assert details["field"] == "encryption; hash"
    assert details["offered"] == "AES-CBC-256; SHA2-256"
    assert details["allowed"] == "AES-CBC-128; MD5"
    (theirs_text,) = a.failures()
    assert "NO-PROPOSAL-CHOSEN" in theirs_text
    assert "we offer AES-CBC-256 / SHA2-256 / ECP-256 (policy ike1 (site1.cfg:5))" in theirs_text
    assert b.endpoint.v1.all_sas() == []


def test_values_that_are_allowed_one_by_one_but_not_together() -> None:
    theirs = {
        "proposals": (
            replace(PHASE1, cipher=AES_CBC_128),
            replace(PHASE1, hash=HashAlgorithm.MD5),
        )
    }
    _, _, b = fails(
        MAIN, {"proposals": (replace(PHASE1, cipher=AES_CBC_128, hash=HashAlgorithm.MD5),)}, theirs
    )
    assert "offers combination AES-CBC-128 / MD5 / ECP-256" in b.failures()[0]


def test_a_wrong_key_in_main_mode() -> None:
    """Message 5 is noise to the responder; its clear error says so to the initiator."""
    wire, a, b = fails(MAIN, {"secret": "this one"}, {"secret": "that one"})
    assert NotifyType.PAYLOAD_MALFORMED in notifies(wire, "b")
    assert len(b.failures()) == 1
    assert (
        "most often because the pre-shared key of policy ike1 (site2.cfg:5) is not the one" in b.failures()[0]
    )
    assert b.told(EventName.NEGOTIATION_FAILED)[0].details["field"] == "pre-shared key"
    assert b.endpoint.drops[Drop.NOT_DECRYPTABLE]
    (sentence,) = a.failures()
    assert "PAYLOAD-MALFORMED" in sentence
    assert "the pre-shared keys differ" in sentence
    assert "site1.cfg:5" in sentence


def test_a_wrong_key_and_a_peer_that_says_nothing() -> None:
    wire = Wire()
    a, b = two_sites(wire, {"secret": "this one"}, {"secret": "that one"})
    wire.filter = lambda node, datagram: datagram[18] != ExchangeType.INFORMATIONAL
    a.initiate(TUNNEL, b)
    wire.run(120)
    (sentence,) = a.failures()
    assert len(b.failures()) == 1, "however often it comes"
    assert b.endpoint.drops[Drop.NOT_DECRYPTABLE] == 4
    assert "no answer to message 5" in sentence
    assert "most often the pre-shared keys differ" in sentence


def test_a_wrong_key_in_aggressive_mode() -> None:
    """The initiator sees it first: HASH_R comes in clear."""
    wire, a, b = fails(AGGRESSIVE, {"secret": "this one"}, {"secret": "that one"})
    assert NotifyType.INVALID_HASH_INFORMATION in notifies(wire, "a")
    (sentence,) = a.failures()
    assert (
        "the pre-shared key of policy ike1 (site1.cfg:5) is not the one that peer 10.2.0.1 uses" in sentence
    )
    assert any("INVALID-HASH-INFORMATION" in f and "pre-shared keys differ" in f for f in b.failures())


@BOTH
def test_the_responder_does_not_know_the_identity(mode: ExchangeMode) -> None:
    ours = {"local_identity": identity("branch-1")}
    theirs = {"peer_identity": identity("branch-2")}
    _, a, b = fails(mode, ours, theirs)
    text = b.failures()[0]
    assert "peer 10.1.0.1 says it is ID_KEY_ID branch-1" in text
    assert "policy ike1 (site2.cfg:5) expects ID_KEY_ID branch-2" in text
    details = b.told(EventName.NEGOTIATION_FAILED)[0].details
    assert (details["field"], details["offered"]) == ("identity", "ID_KEY_ID branch-1")
    assert details["allowed"] == "ID_KEY_ID branch-2"
    (sentence,) = a.failures()
    assert "INVALID-ID-INFORMATION" in sentence
    assert "does not know us as ID_KEY_ID branch-1" in sentence


@BOTH
def test_the_initiator_does_not_know_the_identity(mode: ExchangeMode) -> None:
    """The responder may think that the SA stands, so it is told to forget it."""
    _, a, b = fails(mode, {"peer_identity": identity("centre")}, {"local_identity": identity("other")})
    assert "says it is ID_KEY_ID other; policy ike1 (site1.cfg:5) expects ID_KEY_ID centre" in a.failures()[0]
    if mode is MAIN:
        assert any("gone" in e.message for e in b.told(EventName.IKE_SA_DELETED))
    else:
        assert any("INVALID-ID-INFORMATION" in f for f in b.failures())


@BOTH
def test_by_default_a_peer_is_called_what_its_address_is(mode: ExchangeMode) -> None:
    _, _, b = fails(mode, {"local_identity": identity("fancy name")})
    assert "expects ID_IPV4_ADDR 10.1.0.1" in b.failures()[0]


def test_aggressive_mode_may_be_refused() -> None:
    """CI-04: silently for the peer, with the line for us."""
    wire, a, b = fails(AGGRESSIVE, None, {"accepts_aggressive": False})
    assert [who for _, who, _, _ in wire.sent] == ["a"] * 4
    assert b.endpoint.drops[Drop.AGGRESSIVE_MODE] == 4
    assert "begins with aggressive mode, which policy ike1 (site2.cfg:5) does not accept" in b.failures()[0]
    assert "does it accept aggressive mode" in a.failures()[0]


def test_a_policy_that_refuses_aggressive_mode_leaves_it_to_one_that_does_not() -> None:
    wire = Wire()
    a = wire.node("a", site(1, mode=AGGRESSIVE), SITE1)
    peers = (peer(2, name="strict", accepts_aggressive=False), peer(2, name="lax", address=ANY))
    b = wire.node("b", gateway(*peers, ikev1_tunnel(2, peers=("lax",))), SITE2)
    a.initiate(TUNNEL, b)
    wire.run(3)
    assert [s.peer for s in b.isakmp_sas()] == ["lax"]


@BOTH
def test_nobody_answers(mode: ExchangeMode) -> None:
    wire = Wire()
    a = wire.node("a", site(1, mode=mode), SITE1)
    a.initiate(TUNNEL, SITE2)
    wire.run(29)
    assert not a.failures()
    assert len(wire.sent) == 4
    assert [e.level for e in a.told(EventName.RETRANSMIT)] == [Level.INFO] * 3
    wire.run(2)
    (sentence,) = a.failures()
    assert "no answer in 30 s" in sentence
    assert "policy ike1 (site1.cfg:5)" in sentence
    assert a.told(EventName.NEGOTIATION_FAILED)[0].tunnel == TUNNEL
    wire.run(60)
    assert a.endpoint.next_timeout() is None


def test_a_policy_without_key_or_proposal_does_not_even_begin() -> None:
    for changes, why in (
        ({"secret": ""}, "no pre-shared key is configured"),
        ({"proposals": ()}, "no proposal that is supported"),
        ({"proposals": (replace(PHASE1, group=KeyExchangeId.CURVE25519),)}, "no proposal that is supported"),
    ):
        wire = Wire()
        a = wire.node("a", site(1, **changes), SITE1)
        a.initiate(TUNNEL, SITE2)
        wire.run(10)
        assert not wire.sent
        assert any(why in f and "site1.cfg:5" in f for f in a.failures())


@BOTH
def test_a_responder_without_key_takes_nobody(mode: ExchangeMode) -> None:
    """An empty key is one that everybody knows."""
    fails(mode, {"secret": "any"}, {"secret": ""})


@BOTH
def test_an_error_that_anybody_could_have_sent_ends_nothing_if_the_true_answer_comes(
    mode: ExchangeMode,
) -> None:
    wire = Wire()
    a, b = two_sites(wire, {"mode": mode})
    stranger = wire.node("stranger", site(2, proposals=(OLD_PHASE1,)), "10.9.0.1")
    wire.filter = lambda node, datagram: node is not stranger
    a.initiate(TUNNEL, b)
    first = wire.sent[0][2]
    stranger.endpoint.receive(first, b.path_to(SITE1), wire.now)
    (error,) = [e.datagram for e in stranger.endpoint.effects() if hasattr(e, "datagram")]
    a.endpoint.receive(error, a.path_to(SITE2), wire.now)
    wire.run(5)
    assert len(a.isakmp_sas()) == 1
    assert not a.failures()


def test_a_stopped_negotiation_says_why() -> None:
    wire = Wire()
    a = wire.node("a", site(1), SITE1)
    a.initiate(TUNNEL, SITE2)
    a.do(a.endpoint.clear, None)
    assert not a.endpoint.isakmp_sas(wire.now)
    assert any("cleared" in f for f in a.failures())
