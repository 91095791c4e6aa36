"""Phase 1 with RSA signatures: main mode and aggressive mode, and who is not believed."""

from dataclasses import replace
from typing import Any

import pytest

from kakehashi.ike.effects import EventName
from kakehashi.model.certificate import CertificateUse, RevocationMethod
from kakehashi.model.identity import AuthenticationMethod, Identity
from kakehashi.model.ikev1 import ExchangeMode
from kakehashi.pki.keyring import Keyring
from kakehashi.wire.registry.ikev2 import IdType
from tests.conversations.gateways import SITE1, SITE2, TUNNEL
from tests.conversations.test_certificates import keyring
from tests.conversations.v1.gateways import PHASE1, gateway, ikev1_tunnel, peer
from tests.conversations.wire import Node, Wire, assert_in_step
from tests.pki.authority import DAY, NOW, Authority, lists

SITES = ("site1.example.com", "site2.example.com")
ROOT = Authority()
SIGNED = replace(PHASE1, authentication=AuthenticationMethod.SIGNATURE)


def site(number: int, **changes: Any) -> Any:
    own, other = (SITES[0], SITES[1]) if number == 1 else (SITES[1], SITES[0])
    names = {
        "local_identity": Identity.of(IdType.ID_FQDN, own),
        "peer_identity": Identity.of(IdType.ID_FQDN, other),
        "proposals": (SIGNED,),
    }
    made = replace(peer(number), secret=None, **(names | changes))
    return gateway(made, ikev1_tunnel(number))


def meet(one: Keyring, other: Keyring, seconds: float = 60, **changes: Any) -> tuple[Node, Node]:
    wire = Wire()
    a, b = wire.node("a", site(1, **changes), SITE1), wire.node("b", site(2, **changes), SITE2)
    a.endpoint.trust(one)
    b.endpoint.trust(other)
    a.initiate(TUNNEL, b)
    wire.run(seconds)
    return a, b


def own(which: int, kind: str = "rsa", **changes: Any) -> Keyring:
    return keyring(ROOT.issue(f"CN={SITES[which]}", kind=kind, **changes), ROOT)


@pytest.mark.parametrize("mode", list(ExchangeMode))
def test_both_sign_with_the_keys_of_their_certificates(mode: ExchangeMode) -> None:
    a, b = meet(own(0), own(1), mode=mode)
    assert a.used(TUNNEL) is not None, (a.failures(), b.failures())
    assert_in_step(a, b)


@pytest.mark.parametrize("mode", list(ExchangeMode))
@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"valid": (-9 * DAY, -DAY)}, "it was valid until"),
        ({"names": ["other.example.com"]}, "its certificate names CN=site1.example.com (other.example.com)"),
        ({"kind": "rsa-1024"}, "its key is RSA 1024 bits"),
    ],
)
def test_who_is_not_believed_is_told_with_the_reason(
    bad: dict[str, Any], reason: str, mode: ExchangeMode
) -> None:
    _, b = meet(own(0, **bad), own(1), mode=mode)
    assert any(reason in failure for failure in b.failures()), b.failures()
    assert b.used(TUNNEL) is None
    assert not b.isakmp_sas()


def test_the_initiator_does_not_believe_either() -> None:
    a, _ = meet(own(0), keyring(Authority("CN=Stranger").issue(f"CN={SITES[1]}", kind="rsa"), ROOT))
    assert any("is not among the trusted authorities" in failure for failure in a.failures())
    assert a.used(TUNNEL) is None


def test_a_signature_of_another_key_is_refused() -> None:
    certified, other = ROOT.issue(f"CN={SITES[0]}", kind="rsa"), ROOT.issue(f"CN={SITES[1]}", kind="rsa")
    certified.key = other.key
    _, b = meet(keyring(certified, ROOT), own(1))
    assert any("its signature is not one of its certificate's key" in f for f in b.failures())


def test_without_a_certificate_nothing_begins() -> None:
    a, _ = meet(keyring(None, ROOT), own(1))
    assert "the store has no certificate with its key" in a.failures()[0]


def test_phase_1_waits_for_news_of_a_certificate_and_goes_on() -> None:
    issued = ROOT.issue(f"CN={SITES[0]}", kind="rsa", extensions=[lists("http://pki.example/crl")])
    theirs = own(1)
    wire = Wire()
    a = wire.node("a", site(1), SITE1)
    b = wire.node("b", site(2, certificates=CertificateUse(revocation=(RevocationMethod.CRL,))), SITE2)
    a.endpoint.trust(keyring(issued, ROOT))
    b.endpoint.trust(theirs)
    a.initiate(TUNNEL, b)
    wire.run(1)
    assert a.used(TUNNEL) is None
    theirs.learn(b.fetches[0].fetches[0], ROOT.crl())
    b.do(b.endpoint.resume)
    wire.run(5)
    assert a.used(TUNNEL) is not None
    assert not b.told(EventName.NEGOTIATION_FAILED)


def test_rsa_signatures_are_made_and_taken_by_rsa_keys_alone() -> None:
    """The method is RSA signatures: a key of ECDSA has methods of its own (RFC 4754)."""
    a, _ = meet(own(0, kind="ecdsa-256"), own(1))
    assert "one with an RSA key is needed" in a.failures()[0]
    both = Keyring({**own(0, kind="ecdsa-256").entries, "other": own(0).entries["vpn"]}, lambda: NOW)
    a, b = meet(both, own(1))
    assert a.used(TUNNEL) is not None, (a.failures(), b.failures())
