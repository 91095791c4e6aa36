"""Each thing that does not fit: the refusal on the wire, and the sentence that says which value of which side."""

from dataclasses import replace
from typing import Any

import pytest

from kakehashi.ike.effects import Event, EventName, Level
from kakehashi.model.algorithms import Cipher
from kakehashi.model.policy import ResponderSelectors
from kakehashi.model.secret import Secret
from kakehashi.model.selector import TrafficSelector
from kakehashi.model.status import IkeSaState
from kakehashi.wire.registry.ikev2 import (
    EncryptionId,
    ExchangeType,
    IntegrityId,
    KeyExchangeId,
    NotifyType,
    PrfId,
)
from kakehashi.wire.v2.message import decode, encode
from kakehashi.wire.v2.notify import Notify
from tests.conversations.gateways import (
    AES_CBC_128,
    AES_CBC_256,
    AES_GCM_256,
    ANY,
    CHILD,
    IKE,
    SITE1,
    SITE2,
    TUNNEL,
    credentials,
    gateway,
    tunnel,
)
from tests.conversations.wire import Node, Wire, assert_in_step, pairs


def meet(wire: Wire, one: dict[str, Any], other: dict[str, Any], seconds: float = 60) -> tuple[Node, Node]:
    """Site 1 initiates to site 2, each with what is special about its tunnel."""
    a = wire.node("a", gateway(tunnel(1, **one)), SITE1)
    b = wire.node("b", gateway(tunnel(2, **other)), SITE2)
    a.initiate(TUNNEL, b)
    wire.run(seconds)
    return a, b


def failure(node: Node) -> Event:
    """The one failure that the node tells."""
    (event,) = node.told(EventName.NEGOTIATION_FAILED)
    assert event.level is Level.ERROR
    return event


def cleartext_notifies(wire: Wire) -> list[NotifyType]:
    return [
        payload.type
        for _, _, datagram, _ in wire.sent
        for payload in decode(datagram).payloads
        if isinstance(payload, Notify) and payload.type.is_error
    ]


def nothing_stays(*nodes: Node) -> None:
    for node in nodes:
        assert not node.endpoint.ike_sas(node.wire.now)
        assert not node.children


def test_no_common_cipher_names_the_cipher_and_nothing_else() -> None:
    wire = Wire()
    one = {"ike": {"algorithms": replace(IKE, ciphers=(AES_CBC_128,))}}
    other = {"ike": {"algorithms": replace(IKE, ciphers=(AES_CBC_256, AES_GCM_256))}}
    a, b = meet(wire, one, other)
    assert NotifyType.NO_PROPOSAL_CHOSEN in cleartext_notifies(wire)
    told = failure(b)
    assert told.message == (
        "IKE_SA_INIT from peer 10.1.0.1 refused: peer 10.1.0.1 offers encryption AES-CBC-128, "
        "Tunnel0.0 (site2.cfg:10) allows AES-CBC-256, AES-GCM-16-256"
    )
    assert told.tunnel == TUNNEL
    assert told.details["cause"] == "NO_PROPOSAL_CHOSEN"
    assert told.details["field"] == "encryption"
    assert told.details["offered"] == "AES-CBC-128"
    assert told.details["allowed"] == "AES-CBC-256, AES-GCM-16-256"
    ours = failure(a)
    assert "accepts none of our proposals" in ours.message
    assert "AES-CBC-128" in ours.message
    assert "site1.cfg:10" in ours.message
    nothing_stays(a, b)


@pytest.mark.parametrize(
    ("one", "other", "field", "offered", "allowed"),
    [
        (
            {"key_exchanges": (KeyExchangeId.MODP_1024,)},
            {"key_exchanges": (KeyExchangeId.MODP_2048, KeyExchangeId.ECP_256)},
            "key exchange",
            "MODP-1024",
            "MODP-2048, ECP-256",
        ),
        (
            {"prfs": (PrfId.PRF_HMAC_SHA1,)},
            {"prfs": (PrfId.PRF_HMAC_SHA2_512,)},
            "PRF",
            "HMAC-SHA1",
            "HMAC-SHA2-512",
        ),
        (
            {"integrities": (IntegrityId.AUTH_HMAC_SHA1_96,)},
            {"integrities": (IntegrityId.AUTH_HMAC_SHA2_512_256,)},
            "integrity",
            "HMAC-SHA1-96",
            "HMAC-SHA2-512-256",
        ),
        (
            {"ciphers": (Cipher(EncryptionId.ENCR_3DES),), "prfs": (PrfId.PRF_HMAC_MD5,)},
            {"prfs": (PrfId.PRF_HMAC_SHA1,)},
            "encryption; PRF",
            "3DES; HMAC-MD5",
            "AES-CBC-256, AES-CBC-128; HMAC-SHA1",
        ),
    ],
    ids=["group", "prf", "integrity", "two at once"],
)
def test_each_transform_type_without_overlap_is_named(
    one: dict[str, Any], other: dict[str, Any], field: str, offered: str, allowed: str
) -> None:
    wire = Wire()
    a, b = meet(
        wire,
        {"ike": {"algorithms": replace(IKE, **one)}},
        {"ike": {"algorithms": replace(IKE, **other)}},
    )
    details = failure(b).details
    assert (details["field"], details["offered"], details["allowed"]) == (field, offered, allowed)
    failure(a)
    nothing_stays(a, b)


def test_a_refusal_without_proof_is_only_believed_after_a_while() -> None:
    """Anyone can forge NO_PROPOSAL_CHOSEN; the true answer that comes later counts (section 2.21.1)."""
    wire = Wire()
    a = wire.node("a", gateway(tunnel(1)), SITE1)
    b = wire.node("b", gateway(tunnel(2)), SITE2)
    a.initiate(TUNNEL, b)
    request = decode(wire.sent[0][2])
    forged = replace(
        request,
        spi_r=bytes(8),
        is_initiator=False,
        is_response=True,
        payloads=(Notify(NotifyType.NO_PROPOSAL_CHOSEN),),
    )
    from kakehashi.wire.v2.message import encode

    a.endpoint.receive(encode(forged), a.path_to(SITE2), wire.now)
    wire.run(10)
    assert_in_step(a, b)
    assert len(pairs(a, b)) == 1
    assert not a.failures()


def test_a_wrong_key_is_told_with_the_line_of_the_key() -> None:
    wire = Wire()
    a, b = meet(wire, {"secrets": ("wrong", "secret-2")}, {})
    told = failure(b)
    assert "pre-shared key of ID_KEY_ID site1 (site2.cfg:12)" in told.message
    assert "compare the keys" in told.message
    assert told.details["cause"] == "AUTHENTICATION_FAILED"
    ours = failure(a)
    assert "AUTHENTICATION_FAILED" in ours.message
    assert "site1.cfg:11" in ours.message
    assert "wrong" not in ours.message + told.message
    nothing_stays(a, b)


def test_the_responders_wrong_key_is_found_by_the_initiator() -> None:
    wire = Wire()
    a, b = meet(wire, {}, {"secrets": ("secret-1", "wrong")})
    assert "pre-shared key of ID_KEY_ID site2 (site1.cfg:12)" in failure(a).message
    assert "does not believe that we are ID_KEY_ID site2" in failure(b).message
    nothing_stays(a, b)


def test_an_unknown_identity_is_told_beside_those_that_are_known() -> None:
    wire = Wire()
    a, b = meet(wire, {"ids": ("stranger", "site2")}, {})
    told = failure(b)
    assert told.message == (
        "IKE_AUTH with peer 10.1.0.1 failed: peer 10.1.0.1 says it is ID_KEY_ID stranger, which no tunnel knows: "
        "Tunnel0.0 (site2.cfg:12) expects ID_KEY_ID site1"
    )
    assert "ID_KEY_ID stranger (site1.cfg:11)" in failure(a).message
    nothing_stays(a, b)


def test_a_wrong_key_and_an_unknown_identity_look_alike_on_the_wire() -> None:
    sizes = []
    for one in ({"secrets": ("wrong", "secret-2")}, {"ids": ("sitex", "site2")}):
        wire = Wire()
        meet(wire, one, {})
        sizes.append([(name, len(datagram)) for _, name, datagram, _ in wire.sent])
    assert sizes[0] == sizes[1]


def test_an_identity_that_the_responder_does_not_have() -> None:
    wire = Wire()
    a, b = meet(wire, {"ids": ("site1", "elsewhere")}, {})
    assert (
        "wants to talk to ID_KEY_ID elsewhere; Tunnel0.0 (site2.cfg:11) is ID_KEY_ID site2"
        in failure(b).message
    )
    assert "it is not ID_KEY_ID elsewhere (site1.cfg:12)" in failure(a).message
    nothing_stays(a, b)


@pytest.mark.parametrize("secret", [None, Secret(b"")], ids=["none", "empty"])
def test_a_tunnel_without_key_does_not_begin(secret: Secret | None) -> None:
    wire = Wire()
    mine = tunnel(1)
    a = wire.node("a", gateway(replace(mine, peer=replace(mine.peer, secret=secret))), SITE1)
    assert not a.initiate(TUNNEL, SITE2)
    assert "no pre-shared key is configured for ID_KEY_ID site2 (site1.cfg:12)" in failure(a).message
    assert not wire.sent


@pytest.mark.parametrize("secret", [None, Secret(b"")], ids=["none", "empty"])
def test_a_peer_whose_key_is_not_configured_is_refused(secret: Secret | None) -> None:
    wire = Wire()
    theirs = tunnel(2)
    a = wire.node("a", gateway(tunnel(1)), SITE1)
    b = wire.node("b", gateway(replace(theirs, peer=replace(theirs.peer, secret=secret))), SITE2)
    a.initiate(TUNNEL, b)
    wire.run(10)
    assert "no pre-shared key is configured for ID_KEY_ID site1 (site2.cfg:12)" in failure(b).message
    nothing_stays(a)


def test_no_common_cipher_for_the_child_sa() -> None:
    wire = Wire()
    one = {"ipsec": {"algorithms": replace(CHILD, ciphers=(AES_CBC_128,))}}
    other = {"ipsec": {"algorithms": replace(CHILD, ciphers=(AES_CBC_256,))}}
    a, b = meet(wire, one, other)
    told = failure(b)
    assert told.details["cause"] == "NO_PROPOSAL_CHOSEN"
    assert "offers encryption AES-CBC-128, Tunnel0.0 (site2.cfg:10) allows AES-CBC-256" in told.message
    assert "IKE_AUTH (Child SA)" in failure(a).message
    # An IKE SA that carries nothing is not kept.
    nothing_stays(a, b)


def test_no_common_selector() -> None:
    wire = Wire()
    lan1, lan2, lan3 = (TrafficSelector.of(f"192.168.{n}.0/24") for n in (1, 2, 3))
    one = {"ipsec": {"local_selectors": (lan1,), "remote_selectors": (lan2,)}}
    other = {"ipsec": {"local_selectors": (lan3,), "remote_selectors": (lan1,)}}
    a, b = meet(wire, one, other)
    told = failure(b)
    assert told.details["cause"] == "TS_UNACCEPTABLE"
    assert "local 192.168.2.0/24 remote 192.168.1.0/24" in str(told.details["offered"])
    assert "local 192.168.3.0/24 remote 192.168.1.0/24" in str(told.details["allowed"])
    assert "192.168.1.0/24" in failure(a).message
    nothing_stays(a, b)


def test_a_responder_narrows() -> None:
    wire = Wire()
    lan1, lan2, host = (TrafficSelector.of(n) for n in ("192.168.1.0/24", "192.168.2.0/24", "192.168.2.7/32"))
    one = {"ipsec": {"local_selectors": (lan1,), "remote_selectors": (lan2,)}}
    other = {"ipsec": {"local_selectors": (host,)}}
    a, b = meet(wire, one, other, 5)
    assert_in_step(a, b)
    ((sa, _),) = pairs(a, b)
    assert (sa.local_selectors, sa.remote_selectors) == ((lan1,), (host,))


def test_a_responder_takes_what_is_proposed_where_its_device_does() -> None:
    """V2-13."""
    wire = Wire()
    lan1, lan2, lan3 = (TrafficSelector.of(f"192.168.{n}.0/24") for n in (1, 2, 3))
    one = {"ipsec": {"local_selectors": (lan1,), "remote_selectors": (lan2,)}}
    manner = ResponderSelectors.AS_PROPOSED
    other = {"ipsec": {"local_selectors": (lan3,), "responder_selectors": manner}}
    a, b = meet(wire, one, other, 5)
    assert_in_step(a, b)
    ((_, sa),) = pairs(a, b)
    assert (sa.local_selectors, sa.remote_selectors) == ((lan2,), (lan1,))


def test_nobody_is_there() -> None:
    wire = Wire()
    a = wire.node("a", gateway(tunnel(1)), SITE1)
    a.initiate(TUNNEL, SITE2)
    wire.run(29.9)
    assert [round(at - 1000) for at, *_ in wire.sent] == [0, 2, 6, 14]
    assert a.ike_sas(IkeSaState.CONNECTING)
    assert not a.failures()
    wire.run(0.2)
    assert failure(a).details["cause"] == "timeout"
    assert "no answer in 30 s: is 10.2.0.1:500 reachable" in failure(a).message
    nothing_stays(a)


def test_a_peer_that_answers_only_the_first_message() -> None:
    wire = Wire()
    a = wire.node("a", gateway(tunnel(1)), SITE1)
    b = wire.node("b", gateway(tunnel(2)), SITE2)
    wire.filter = lambda node, datagram: datagram[18] == ExchangeType.IKE_SA_INIT
    a.initiate(TUNNEL, b)
    wire.run(40)
    assert "is UDP port 500 filtered" in failure(a).message
    (told,) = b.told(EventName.NEGOTIATION_FAILED)
    assert told.level is Level.NOTICE
    assert b.endpoint.half_open() == 0
    nothing_stays(a, b)


def test_a_stranger_finds_no_tunnel() -> None:
    wire = Wire()
    a = wire.node("a", gateway(tunnel(1)), SITE1)
    b = wire.node("b", gateway(tunnel(2, peer="10.9.9.9")), SITE2)
    a.initiate(TUNNEL, b)
    wire.run(40)
    assert "no tunnel is for a peer at 10.1.0.1 that comes to 10.2.0.1" in failure(b).message
    assert "accepts none of our proposals" in failure(a).message


def test_a_tunnel_is_only_reached_at_its_own_address() -> None:
    """V2-11."""
    wire = Wire()
    a = wire.node("a", gateway(tunnel(1)), SITE1)
    b = wire.node("b", gateway(tunnel(2)), SITE2)
    from ipaddress import ip_address

    b.endpoint.set_local_addresses(TUNNEL, frozenset({ip_address("10.2.0.99")}))
    a.initiate(TUNNEL, b)
    wire.run(40)
    assert "no tunnel is for a peer" in failure(b).message
    b.endpoint.set_local_addresses(TUNNEL, frozenset({ip_address(SITE2)}))
    a.initiate(TUNNEL, b)
    wire.run(10)
    assert len(pairs(a, b)) == 1


def test_the_group_that_the_responder_prefers_is_taken_on_demand() -> None:
    wire = Wire()
    first = replace(IKE, key_exchanges=(KeyExchangeId.CURVE25519, KeyExchangeId.ECP_384))
    second = replace(IKE, key_exchanges=(KeyExchangeId.ECP_384,))
    a, b = meet(wire, {"ike": {"algorithms": first}}, {"ike": {"algorithms": second}}, 5)
    assert cleartext_notifies(wire) == [NotifyType.INVALID_KE_PAYLOAD]
    assert_in_step(a, b)
    assert a.ike_sas()[0].key_exchange == KeyExchangeId.ECP_384
    assert not a.failures() + b.failures()


def test_another_peer_than_expected_at_a_peer_of_any_address() -> None:
    wire = Wire()
    a = wire.node("a", gateway(tunnel(1, ids=("site3", "site2"))), SITE1)
    centre = gateway(
        tunnel(2, name="Tunnel1.0", peer=ANY, line=10), tunnel(2, name="Tunnel2.0", peer=ANY, line=20)
    )
    b = wire.node("b", centre, SITE2)
    a.initiate(TUNNEL, b)
    wire.run(5)
    message = failure(b).message
    assert "Tunnel1.0 (site2.cfg:12) expects ID_KEY_ID site1" in message
    assert "Tunnel2.0 (site2.cfg:22) expects ID_KEY_ID site1" in message


def test_secrets_never_stand_in_an_event() -> None:
    wire = Wire()
    a, b = meet(wire, {"secrets": ("a-telling-secret", "secret-2")}, {})
    for event in a.events + b.events:
        assert "telling" not in f"{event.message} {dict(event.details)}"
    assert credentials("x", "a-telling-secret", 1, "f").secret is not None


def without_spi(datagram: bytes) -> bytes:
    """The sender's own SPI in IKE_SA_INIT becomes zero."""
    message = decode(datagram)
    return encode(replace(message, **{"spi_r" if message.is_response else "spi_i": bytes(8)}))


@pytest.mark.parametrize("who", ["initiator", "responder"])
def test_an_spi_of_zero_makes_no_ike_sa(who: str) -> None:
    """Neither SPI may be zero in an IKE SA (RFC 7296 section 3.1)."""
    wire = Wire()
    a = wire.node("a", gateway(tunnel(1)), SITE1)
    b = wire.node("b", gateway(tunnel(2)), SITE2)

    def change(node: Node, datagram: bytes) -> bool:
        if datagram[18] != ExchangeType.IKE_SA_INIT or (node is a) is not (who == "initiator"):
            return datagram[18] == ExchangeType.IKE_SA_INIT
        to = b if node is a else a
        to.endpoint.receive(without_spi(datagram), to.path_to(SITE1 if to is b else SITE2), wire.now)
        return False

    wire.filter = change
    a.initiate(TUNNEL, b)
    wire.run(0.1)
    assert not b.endpoint.half_open() or who == "responder"
    assert a.endpoint.ike_sas(wire.now)[0].cipher is None
