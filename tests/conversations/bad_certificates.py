"""A bad certificate of every kind, for stories in both versions of IKE: keyrings, and what must be told."""

from datetime import datetime
from typing import Any

from kakehashi.ike.effects import Event, EventName
from kakehashi.model.certificate import CertificateUse, RevocationMethod
from kakehashi.pki.keyring import Keyring
from kakehashi.pki.revocation import Revocation
from kakehashi.pki.verdict import Fetch, FetchKind
from tests.conversations.test_certificates import SITES, keyring
from tests.conversations.wire import Node
from tests.pki.authority import NOW, Authority, asks
from tests.pki.bad import Bad, Presented

ROOT = Authority(kind="rsa")
OCSP_URL = "http://pki.example/ocsp"


def good(number: int, **more: Any) -> Keyring:
    """Of site 1 or 2: a certificate as it should be."""
    return keyring(ROOT.issue(f"CN={SITES[number - 1]}", kind="rsa"), ROOT, **more)


def ring_of(presented: Presented) -> Keyring:
    """Of who presents that."""
    return keyring(presented.own, ROOT, through=presented.through)


def presented_by(bad: Bad, number: int) -> Presented:
    """What site 1 or 2 presents."""
    name = SITES[number - 1]
    if bad.name == "revoked-by-ocsp":
        return Presented(ROOT.issue(f"CN={name}", kind="rsa", extensions=[asks(OCSP_URL)]))
    return bad.make(ROOT, name)


def judging(bad: Bad, presented: Presented, number: int) -> Keyring:
    """Of site 1 or 2, which is to refuse it."""
    if bad.name == "revoked-by-list":
        return good(number, revocation=Revocation([ROOT.crl(presented.own.certificate)]))
    return good(number)


def demands(bad: Bad) -> CertificateUse:
    """What who judges demands."""
    methods = {"revoked-by-list": RevocationMethod.CRL, "revoked-by-ocsp": RevocationMethod.OCSP}
    return CertificateUse(revocation=(methods.get(bad.name, RevocationMethod.NONE),))


def answer_fetches(node: Node, ring: Keyring, presented: Presented) -> None:
    """The network brings what the node has asked for."""
    for asked in node.fetches:
        for fetch in asked.fetches:
            _learn(ring, fetch, presented, NOW)
    if node.fetches:
        node.fetches.clear()
        node.do(node.endpoint.resume)


def _learn(ring: Keyring, fetch: Fetch, presented: Presented, now: datetime) -> None:
    assert fetch.kind is FetchKind.OCSP
    assert now == ring.clock()
    ring.learn(fetch, ROOT.ocsp(presented.own.certificate, good=False))


def the_failure(node: Node) -> Event:
    """The one event that ends the negotiation: there is no second."""
    (failure,) = node.told(EventName.NEGOTIATION_FAILED)
    return failure


def assert_told(failure: Event, bad: Bad, *, stage: str, cause: str, line: str, name: str) -> None:
    """Stage, cause, reason, what was offered and allowed, and the line of the configuration."""
    told = failure.details
    assert (told["stage"], told["cause"], told["field"]) == (stage, cause, "certificate")
    assert told["reason"] == bad.reason, failure.message
    assert bad.words in failure.message
    assert line in failure.message
    assert failure.message.count("\n") == 0
    assert told["offered"].startswith(
        "1 certificates, the first of" if bad.reason in ("unreadable", "too large") else f"CN={name} by "
    )
    assert told["allowed"].startswith("a certificate by C=JP, O=EXAMPLE, CN=Root, for ")
    assert name in told["allowed"]
