"""AH as the protocol of a Child SA (RFC 7296 section 3.3): made, rekeyed, refused."""

from dataclasses import replace

import pytest

from kakehashi.ike.effects import EventName
from kakehashi.model.algorithms import ChildAlgorithms
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.policy import Rekey
from kakehashi.wire.registry.ikev2 import IntegrityId, KeyExchangeId
from tests.conversations.gateways import AES_CBC_256, ANY, SITE1, SITE2, TUNNEL, gateway, tunnel
from tests.conversations.wire import Conditions, Node, Wire, assert_in_step, pairs

SHA1, SHA256 = IntegrityId.AUTH_HMAC_SHA1_96, IntegrityId.AUTH_HMAC_SHA2_256_128
GROUP = KeyExchangeId.CURVE25519
AH = ChildAlgorithms((), (), (GROUP,), ah=(SHA256, SHA1))
AH_ESN = ChildAlgorithms((), (), (), esn=True, ah=(SHA1,))
ESP = ChildAlgorithms((AES_CBC_256,), (SHA1,), (GROUP,))
NEVER = Rekey(10_000_000, 60)
ROUGH = Conditions(loss=0.15, duplication=0.1, latency=0.03, jitter=0.2)


def sites(
    wire: Wire,
    one: ChildAlgorithms,
    other: ChildAlgorithms,
    rekey: Rekey = NEVER,
    mode: EncapsulationMode = EncapsulationMode.TUNNEL,
) -> tuple[Node, Node]:
    made = (
        wire.node(
            "ab"[number - 1],
            gateway(
                tunnel(
                    number,
                    ike={"rekey": NEVER},
                    ipsec={"algorithms": algorithms, "rekey": rekey, "mode": mode},
                )
            ),
            (SITE1, SITE2)[number - 1],
        )
        for number, algorithms in ((1, one), (2, other))
    )
    a, b = made
    return a, b


@pytest.mark.parametrize("mode", EncapsulationMode)
@pytest.mark.parametrize(
    ("ours", "theirs", "chosen", "esn"),
    [
        (AH, AH, SHA256, False),
        (AH_ESN, AH_ESN, SHA1, True),
        (AH, replace(AH, ah=(SHA1,)), SHA1, False),
        (replace(ESP, alternatives=(AH,)), AH, SHA256, False),
        (AH, replace(ESP, alternatives=(AH,)), SHA256, False),
    ],
)
def test_ah_is_agreed(
    ours: ChildAlgorithms, theirs: ChildAlgorithms, chosen: IntegrityId, esn: bool, mode: EncapsulationMode
) -> None:
    wire = Wire()
    a, b = sites(wire, ours, theirs, mode=mode)
    a.initiate(TUNNEL, b)
    wire.run(3)
    ((one, other),) = pairs(a, b)
    assert (one.cipher, one.integrity, one.ah, one.esn) == (None, IntegrityId.NONE, chosen, esn)
    assert (one.keys_in, one.keys_out) == (other.keys_out, other.keys_in)
    assert len(one.keys_in.ah.octets) == (32 if chosen == SHA256 else 20)
    assert not one.keys_in.encryption.octets + one.keys_in.integrity.octets


def test_esp_is_preferred_where_both_have_both() -> None:
    wire = Wire()
    a, b = sites(wire, replace(ESP, alternatives=(AH,)), replace(ESP, alternatives=(AH,)))
    a.initiate(TUNNEL, b)
    wire.run(3)
    ((one, _),) = pairs(a, b)
    assert (one.cipher, one.ah) == (AES_CBC_256, IntegrityId.NONE)


@pytest.mark.parametrize(("one", "other"), [(AH, ESP), (ESP, AH)])
def test_ah_against_esp_is_refused(one: ChildAlgorithms, other: ChildAlgorithms) -> None:
    wire = Wire()
    a, b = sites(wire, one, other)
    a.initiate(TUNNEL, b)
    wire.run(3)
    assert not a.children
    assert not b.children
    assert "NO_PROPOSAL_CHOSEN" in a.failures()[0]


def test_ah_does_not_pass_a_nat() -> None:
    wire = Wire()
    a, b = (
        wire.node(name, gateway(tunnel(number, peer=peer, ipsec={"algorithms": AH})), address)
        for name, number, peer, address in (("a", 1, None, "192.168.77.2"), ("b", 2, ANY, SITE2))
    )
    wire.nat(a, "203.0.113.7")
    a.initiate(TUNNEL, b)
    wire.run(3)
    assert not b.children
    assert "AH covers the addresses that the NAT on the way changes" in b.failures()[0]


@pytest.mark.parametrize("seed", range(8))
def test_rekeys_on_a_rough_line(seed: int) -> None:
    """Both ends rekey at the same times; collisions are settled as those of ESP are."""
    wire = Wire(seed, ROUGH)
    a, b = sites(wire, AH, AH, rekey=Rekey(300, 60))
    wire.keep_up(a, TUNNEL, b)
    wire.run(4000)
    assert a.told(EventName.CHILD_SA_REKEYED)
    wire.conditions = Conditions()
    wire.run(400)
    assert_in_step(a, b)
    assert len(pairs(a, b)) == 1
