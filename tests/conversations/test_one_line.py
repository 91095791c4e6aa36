"""However a negotiation fails, its log ends in one line: stage, cause, and a line of one's own configuration."""

import re
from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_address
from typing import Any

import pytest

from kakehashi.ike.effects import Event, EventName, Level
from kakehashi.model.algorithms import Cipher
from kakehashi.model.policy import ResponderSelectors
from kakehashi.model.selector import TrafficSelector
from kakehashi.wire.registry.ikev1 import ExchangeType as OldExchange
from kakehashi.wire.registry.ikev2 import EncryptionId, ExchangeType, KeyExchangeId, NotifyType
from kakehashi.wire.v2.message import decode, encode
from kakehashi.wire.v2.notify import Notify
from tests.conversations.gateways import CHILD, IKE, SITE1, SITE2, TUNNEL, gateway, tunnel
from tests.conversations.v1.gateways import AGGRESSIVE, MAIN, PHASE1
from tests.conversations.v1.stories import two_sites
from tests.conversations.wire import Node, Wire

AES_192 = Cipher(EncryptionId.ENCR_AES_CBC, 192)
Change = Callable[[Wire], None]


def silent(wire: Wire) -> None:
    wire.filter = lambda node, datagram: False


def only(*exchanges: int) -> Change:
    def change(wire: Wire) -> None:
        wire.filter = lambda node, datagram: datagram[18] in exchanges

    return change


def one_line(node: Node, file: str, stage: str, cause: str) -> None:
    """The one failure that the node tells."""
    failed = node.told(EventName.NEGOTIATION_FAILED)
    assert len(failed) == 1, node.failures()
    (event,) = failed
    assert event.details["stage"] == stage
    assert event.details["cause"] == cause
    assert event.level <= Level.NOTICE
    has_line(event, file)


def has_line(event: Event, file: str) -> None:
    assert "\n" not in event.message
    assert re.search(rf"\({file}:\d+\)", event.message), event.message
    assert event.tunnel == TUNNEL


IKEV2: dict[str, tuple[dict[str, Any], dict[str, Any], Change | None, str, str]] = {
    "cipher": (
        {"ike": {"algorithms": replace(IKE, ciphers=(AES_192,))}},
        {},
        None,
        "IKE_SA_INIT",
        "NO_PROPOSAL_CHOSEN",
    ),
    "key": ({"secrets": ("wrong", "secret-2")}, {}, None, "IKE_AUTH", "AUTHENTICATION_FAILED"),
    "own identity": ({"ids": ("x", "site2")}, {}, None, "IKE_AUTH", "AUTHENTICATION_FAILED"),
    "peer's identity": ({"ids": ("site1", "x")}, {}, None, "IKE_AUTH", "AUTHENTICATION_FAILED"),
    "child": (
        {"ipsec": {"algorithms": replace(CHILD, ciphers=(AES_192,))}},
        {},
        None,
        "IKE_AUTH (Child SA)",
        "NO_PROPOSAL_CHOSEN",
    ),
    "silence": ({}, {}, silent, "IKE_SA_INIT", "timeout"),
    "silence later": ({}, {}, only(ExchangeType.IKE_SA_INIT), "IKE_AUTH", "timeout"),
    "no key": ({"secrets": ("", "secret-2")}, {}, None, "configuration", "unusable"),
}


@pytest.mark.parametrize("kind", IKEV2)
def test_ikev2(kind: str) -> None:
    one, other, change, stage, cause = IKEV2[kind]
    wire = Wire()
    a = wire.node("a", gateway(tunnel(1, **one)), SITE1)
    b = wire.node("b", gateway(tunnel(2, **other)), SITE2)
    if change:
        change(wire)
    a.initiate(TUNNEL, b)
    wire.run(200)
    one_line(a, "site1.cfg", stage, cause)
    assert len(b.told(EventName.NEGOTIATION_FAILED)) <= 1


def test_ikev2_selectors_without_overlap() -> None:
    wire = Wire()
    ours = {"ipsec": {"local_selectors": (lan("10.1.0.0", "10.1.0.255"),)}}
    theirs = {
        "ipsec": {
            "remote_selectors": (lan("10.9.0.0", "10.9.0.255"),),
            "responder_selectors": ResponderSelectors.NARROW,
        }
    }
    a = wire.node("a", gateway(tunnel(1, **ours)), SITE1)
    b = wire.node("b", gateway(tunnel(2, **theirs)), SITE2)
    a.initiate(TUNNEL, b)
    wire.run(100)
    one_line(a, "site1.cfg", "IKE_AUTH (Child SA)", "TS_UNACCEPTABLE")
    (event,) = b.told(EventName.NEGOTIATION_FAILED)
    has_line(event, "site2.cfg")


def lan(first: str, last: str) -> TrafficSelector:
    return TrafficSelector(ip_address(first), ip_address(last))


def test_ikev2_a_peer_that_asks_for_another_group_without_end() -> None:
    """Each INVALID_KE_PAYLOAD names a group that was offered; the rounds end, and so does the negotiation."""
    wire = Wire()
    algorithms = replace(IKE, key_exchanges=(KeyExchangeId.ECP_256, KeyExchangeId.MODP_2048))
    a = wire.node("a", gateway(tunnel(1, ike={"algorithms": algorithms})), SITE1)
    b = wire.node("b", gateway(tunnel(2)), SITE2)
    silent(wire)
    a.initiate(TUNNEL, b)
    groups = [KeyExchangeId.MODP_2048, KeyExchangeId.ECP_256] * 20
    for group in groups:
        requests = [d for _, name, d, _ in wire.sent if name == "a"]
        asked = decode(requests[-1])
        again = replace(
            asked,
            spi_r=bytes(8),
            is_initiator=False,
            is_response=True,
            payloads=(Notify(NotifyType.INVALID_KE_PAYLOAD, data=int(group).to_bytes(2, "big")),),
        )
        a.do(a.endpoint.receive, encode(again), a.path_to(SITE2))
    assert len(wire.sent) < 20, "it does not go round without end"
    wire.run(300)
    (event,) = a.told(EventName.NEGOTIATION_FAILED)
    has_line(event, "site1.cfg")
    assert not a.ike_sas()


def test_ikev2_a_peer_that_dies_is_told_in_one_line_each_for_the_peer_and_its_sas() -> None:
    wire = Wire()
    a = wire.node("a", gateway(tunnel(1)), SITE1)
    b = wire.node("b", gateway(tunnel(2)), SITE2)
    a.initiate(TUNNEL, b)
    wire.run(5)
    silent(wire)
    a.do(a.endpoint.unknown_spi, 0xDEAD, a.path_to(SITE2))
    wire.run(400)
    (dead,) = a.told(EventName.PEER_DEAD)
    assert dead.level is Level.WARNING
    assert dead.tunnel == TUNNEL
    assert dead.path is not None
    assert any(dead.spi_i)
    assert len(a.told(EventName.IKE_SA_DELETED)) == 1
    assert len(a.told(EventName.CHILD_SA_DELETED)) == 1


IKEV1: dict[str, tuple[dict[str, Any], dict[str, Any], Change | None, str, str]] = {
    "cipher": (
        {},
        {"proposals": (replace(PHASE1, cipher=AES_192),)},
        None,
        "mode",
        "NO_PROPOSAL_CHOSEN",
    ),
    "silence": ({}, {}, silent, "mode", "timeout"),
}


@pytest.mark.parametrize("mode", [MAIN, AGGRESSIVE], ids=lambda m: m.value)
@pytest.mark.parametrize("kind", IKEV1)
def test_ikev1(kind: str, mode: Any) -> None:
    one, other, change, stage, cause = IKEV1[kind]
    wire = Wire()
    a, b = two_sites(wire, {"mode": mode} | one, other)
    if change:
        change(wire)
    a.initiate(TUNNEL, b)
    wire.run(200)
    one_line(a, "site1.cfg", f"{mode.value} {stage}", cause)


def test_ikev1_a_wrong_key_and_a_silent_quick_mode() -> None:
    wire = Wire()
    a, b = two_sites(wire, {"secret": "this one"}, {"secret": "that one"})
    a.initiate(TUNNEL, b)
    wire.run(200)
    one_line(a, "site1.cfg", "main mode", "PAYLOAD_MALFORMED")
    wire = Wire()
    a, b = two_sites(wire)
    only(OldExchange.IDENTITY_PROTECTION)(wire)
    a.initiate(TUNNEL, b)
    wire.run(300)
    (event,) = a.told(EventName.NEGOTIATION_FAILED)
    assert event.details["stage"] == "quick mode"
    assert event.details["cause"] == "timeout"
    has_line(event, "site1.cfg")
