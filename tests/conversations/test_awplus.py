"""Two AlliedWare Plus routers, from their configurations, in virtual time."""

import pytest

from kakehashi.dialects.awplus import AwPlus
from kakehashi.ike.effects import EventName
from kakehashi.model.gateway import Gateway
from kakehashi.model.status import Role
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId, KeyExchangeId
from tests.conversations.gateways import SITE1, SITE2
from tests.conversations.wire import Node, Wire, assert_in_step, pairs

TUNNEL = "tunnel0"


def gateway(own: str, peer: str, profile: str = "") -> Gateway:
    text = (
        f"crypto isakmp key k address {peer}\n{profile}\ninterface tunnel0\n tunnel mode ipsec ipv4\n"
        f" tunnel source {own}\n tunnel destination {peer}\n tunnel protection ipsec\nip route 0.0.0.0/0 tunnel0\n"
    )
    return AwPlus().lower(text, "router.cfg").gateway


def profile(*transforms: str, interval: int = 30) -> str:
    """Lines of a profile for the other side's address."""
    numbered = "".join(f" transform {n} {t}\n" for n, t in enumerate(transforms, 1))
    peers = "".join(f"crypto isakmp peer address {site} profile p\n" for site in (SITE1, SITE2))
    return f"crypto isakmp profile p\n dpd-interval {interval}\n{numbered}{peers}"


def meet(wire: Wire, one: str = "", other: str = "") -> tuple[Node, Node]:
    a = wire.node("a", gateway(SITE1, SITE2, one), SITE1)
    b = wire.node("b", gateway(SITE2, SITE1, other), SITE2)
    a.initiate(TUNNEL, b)
    wire.run(5)
    return a, b


def test_the_default_profiles_agree_on_what_is_first() -> None:
    wire = Wire()
    a, b = meet(wire)
    assert_in_step(a, b)
    assert len(pairs(a, b)) == 1
    (sa,) = a.ike_sas()
    assert (sa.cipher and sa.cipher.key_bits, sa.integrity, sa.key_exchange) == (
        256,
        IntegrityId.AUTH_HMAC_SHA2_256_128,
        KeyExchangeId.MODP_2048,
    )
    child = sa.children[0].sa
    assert (child.cipher.id, child.cipher.key_bits, child.integrity) == (
        EncryptionId.ENCR_AES_CBC,
        256,
        IntegrityId.AUTH_HMAC_SHA2_256_128,
    )


@pytest.mark.parametrize(
    "transform",
    [
        f"integrity {integrity} encryption {cipher} group {group}"
        for cipher in ("aes256", "aes128")
        for integrity in ("sha256", "sha1")
        for group in (14, 16)
    ],
)
def test_each_transform_of_the_default_profile_is_offered_and_taken(transform: str) -> None:
    for one, other in ((profile(transform), ""), ("", profile(transform))):
        wire = Wire()
        a, b = meet(wire, one, other)
        assert_in_step(a, b)
        assert len(pairs(a, b)) == 1


@pytest.mark.parametrize(
    "transform",
    [
        "integrity sha256 encryption 3des group 14",
        "integrity sha1 encryption aes256 group 2",
        "integrity sha512 encryption aes256 group 14",
    ],
)
def test_what_the_default_profile_does_not_have_is_refused(transform: str) -> None:
    wire = Wire()
    a, b = meet(wire, profile(transform))
    wire.run(60)
    assert not a.ike_sas() + b.ike_sas()
    assert b.told(EventName.NEGOTIATION_FAILED)


@pytest.mark.parametrize("interval", [30, 10])
def test_the_sa_goes_166_seconds_and_an_interval_after_the_last_answered_probe(interval: int) -> None:
    wire = Wire()
    wanted = profile("integrity sha256 encryption aes256 group 14", interval=interval)
    a, b = meet(wire, wanted, wanted)
    wire.run(3 * interval)
    sent: list[float] = []
    answered: list[float] = []

    def silent(node: Node, datagram: bytes) -> bool:
        if node is a and cut:
            sent.append(wire.now)
        elif node is b and not cut:
            answered.append(wire.now)
        return not cut

    cut = False
    wire.filter = silent
    while not answered:
        wire.run(1)
    last, cut = answered[-1], True
    while a.ike_sas() and wire.now < last + 1000:
        wire.run(0.5)
    assert a.told(EventName.PEER_DEAD)
    assert wire.now - last == pytest.approx(interval + 166, abs=2)
    probes = [time - sent[0] for time in sent if time < last + interval + 160]
    assert probes == pytest.approx([0, 4, 11.2, 24.2, 47.5, 89.5], abs=0.5)


def test_both_ends_begin_and_one_tunnel_is_left() -> None:
    wire = Wire()
    a = wire.node("a", gateway(SITE1, SITE2), SITE1)
    b = wire.node("b", gateway(SITE2, SITE1), SITE2)
    a.initiate(TUNNEL, b)
    b.initiate(TUNNEL, a)
    wire.run(60)
    assert_in_step(a, b)
    assert len(pairs(a, b)) == 1
    assert {sa.role for sa in (*a.ike_sas(), *b.ike_sas())} == {Role.INITIATOR, Role.RESPONDER}


def test_a_day_of_rekeys() -> None:
    wire = Wire()
    a, b = meet(wire)
    wire.run(26 * 3600)
    assert_in_step(a, b)
    assert len(pairs(a, b)) == 1
    assert not a.told(EventName.NEGOTIATION_FAILED) + b.told(EventName.NEGOTIATION_FAILED)
    assert a.told(EventName.IKE_SA_REKEYED) + b.told(EventName.IKE_SA_REKEYED)
