"""CERT, CERTREQ and AUTH of any octets, from a peer that has the keys: an answer or silence, and no way in."""

import random

import pytest

from kakehashi.ike.effects import EventName
from kakehashi.model.certificate import CertificateUse, RevocationMethod
from kakehashi.model.ikev1 import ExchangeMode
from kakehashi.wire.registry import ikev1
from kakehashi.wire.registry.ikev2 import AuthMethod, CertEncoding, ExchangeType, IdType, TsType
from kakehashi.wire.v1 import certificate as v1_certificate
from kakehashi.wire.v1.identification import Identification
from kakehashi.wire.v1.payloads import Payload as V1Payload
from kakehashi.wire.v1.signature import Signature
from kakehashi.wire.v2.authentication import Authentication
from kakehashi.wire.v2.certificate import Certificate, CertificateRequest
from kakehashi.wire.v2.identification import IdentificationInitiator
from kakehashi.wire.v2.payloads import Payload
from kakehashi.wire.v2.sa import SecurityAssociation
from kakehashi.wire.v2.traffic_selector import Selector, TrafficSelectorsInitiator, TrafficSelectorsResponder
from tests.conversations.gateways import SITE1, SITE2, TUNNEL
from tests.conversations.test_certificates import CERTIFICATE, SITES, keyring, site
from tests.conversations.v1.test_certificates import site as ikev1_site
from tests.conversations.wire import Node, Wire
from tests.ike.test_nothing_raises import ESP_PROPOSAL, sa_of
from tests.pki.authority import Authority, asks, lists

ROOT = Authority(kind="rsa")
GOOD = ROOT.issue(
    f"CN={SITES[0]}",
    kind="rsa",
    extensions=[lists("http://pki.example/crl"), asks("http://pki.example/ocsp")],
)
EVERYTHING = Selector(TsType.TS_IPV4_ADDR_RANGE, 0, 0, 65535, bytes(4), b"\xff" * 4)
METHODS = [(RevocationMethod.NONE,), (RevocationMethod.CRL,), (RevocationMethod.OCSP, RevocationMethod.CRL)]


def octets(chance: random.Random) -> bytes:
    """A certificate that is right, damaged, cut, doubled, or none; some are large."""
    der = bytearray(chance.choice((GOOD.certificate.der, ROOT.certificate.der)))
    match chance.randrange(6):
        case 0:
            return bytes(der)
        case 1:
            der[chance.randrange(len(der))] ^= 1 << chance.randrange(8)
        case 2:
            del der[chance.randrange(len(der)) :]
        case 3:
            at = chance.randrange(len(der))
            der[at:at] = der[at : at + chance.randrange(60)]
        case 4:
            return chance.randbytes(chance.choice((0, 1, 20, 200)))
        case _:
            return bytes(der) + bytes(chance.choice((1, 3000, 20_000)))
    return bytes(der)


def fitting(chance: random.Random, most: int) -> list[bytes]:
    """As many as a message holds, `most` at most."""
    found: list[bytes] = []
    for _ in range(chance.randrange(0, most + 1)):
        der = octets(chance)
        if sum(map(len, found)) + len(der) < 45_000:
            found.append(der)
    return found


def said(chance: random.Random) -> list[Payload]:
    """The payloads with which it claims to be site 1; it never has that one's key."""
    encodings = (CertEncoding.X509_SIGNATURE,) * 6 + (*CertEncoding, CertEncoding(200))
    certificates: list[Payload] = [Certificate(chance.choice(encodings), der) for der in fitting(chance, 12)]
    requests: list[Payload] = [
        CertificateRequest(
            chance.choice(encodings), chance.randbytes(chance.choice((0, 1, 19, 20, 40, 2000)))
        )
        for _ in range(chance.randrange(0, 4))
    ]
    method = chance.choice([*AuthMethod, AuthMethod.DIGITAL_SIGNATURE, AuthMethod.RSA_DIGITAL_SIGNATURE])
    proof = chance.randbytes(chance.choice((0, 1, 16, 64, 256, 300)))
    if method == AuthMethod.DIGITAL_SIGNATURE and chance.random() < 0.7:
        identifier = bytes.fromhex("300d06092a864886f70d01010b0500")
        proof = bytes([chance.choice((len(identifier), 0, 255))]) + identifier + proof
    rest: list[Payload] = [
        SecurityAssociation((ESP_PROPOSAL,)),
        TrafficSelectorsInitiator((EVERYTHING,)),
        TrafficSelectorsResponder((EVERYTHING,)),
    ]
    payloads = [
        IdentificationInitiator(IdType.ID_FQDN, SITES[0].encode()),
        *certificates,
        *requests,
        Authentication(method, proof),
        *rest[: 3 if chance.random() < 0.9 else chance.randrange(3)],
    ]
    if chance.random() < 0.3:
        chance.shuffle(payloads)
    return payloads


def believed(node: Node) -> bool:
    return bool(node.children or node.told(EventName.IKE_SA_ESTABLISHED))


@pytest.mark.parametrize("methods", METHODS, ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_in_ike_auth(seed: int, methods: tuple[RevocationMethod, ...]) -> None:
    chance = random.Random(seed)
    wire = Wire(seed)
    a = wire.node("a", site(1, (CERTIFICATE, CERTIFICATE)), SITE1)
    b = wire.node("b", site(2, (CERTIFICATE, CERTIFICATE), revocation=methods), SITE2)
    for _ in range(40):
        a.boot()
        b.boot()
        a.endpoint.trust(keyring(GOOD, ROOT))
        ring = keyring(ROOT.issue(f"CN={SITES[1]}", kind="rsa"), ROOT)
        b.endpoint.trust(ring)
        wire.filter = lambda node, datagram: datagram[18] == ExchangeType.IKE_SA_INIT
        a.initiate(TUNNEL, b)
        wire.run(0.07)
        rogue = sa_of(a)
        assert rogue.sealer is not None
        for datagram in rogue.sealer.seal(ExchangeType.IKE_AUTH, False, 1, said(chance), False):
            b.endpoint.receive(datagram, b.path_to(SITE1), wire.now)
            wire.carry_out(b)
        for asked in b.fetches:
            for fetch in asked.fetches:
                ring.learn(fetch, chance.choice((None, b"", octets(chance), ROOT.crl())), "no")
        b.do(b.endpoint.resume)
        wire.run(40)
        assert not believed(b)
        assert not b.ike_sas()
    assert len({event.details.get("reason") for event in b.told(EventName.NEGOTIATION_FAILED)}) > 3


@pytest.mark.parametrize("mode", list(ExchangeMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("seed", range(3))
def test_in_phase_1(seed: int, mode: ExchangeMode) -> None:
    chance = random.Random(seed)
    wire = Wire(seed)
    use = CertificateUse(revocation=METHODS[seed])
    a = wire.node("a", ikev1_site(1, mode=mode), SITE1)
    b = wire.node("b", ikev1_site(2, mode=mode, certificates=use), SITE2)
    exchange = (
        ikev1.ExchangeType.IDENTITY_PROTECTION if mode is ExchangeMode.MAIN else ikev1.ExchangeType.AGGRESSIVE
    )
    for _ in range(30):
        a.boot()
        b.boot()
        a.endpoint.trust(keyring(GOOD, ROOT))
        b.endpoint.trust(keyring(ROOT.issue(f"CN={SITES[1]}", kind="rsa"), ROOT))
        # Its true proof does not arrive, neither whole nor in fragments.
        wire.filter = lambda node, datagram: (
            node is b or not (datagram[19] & 1 or datagram[16] == ikev1.PayloadType.FRAGMENT)
        )
        a.initiate(TUNNEL, b)
        wire.run(0.09)
        liars, victims = a.endpoint.v1.all_sas(), b.endpoint.v1.all_sas()
        if not liars or not victims or liars[0].sealer is None:
            continue
        payloads: list[V1Payload] = [
            v1_certificate.Certificate(
                chance.choice((ikev1.CertEncoding.X509_SIGNATURE, *ikev1.CertEncoding)), der
            )
            for der in fitting(chance, 12)
        ]
        payloads += [
            v1_certificate.CertificateRequest(ikev1.CertEncoding.X509_SIGNATURE, octets(chance)[:100])
            for _ in range(chance.randrange(0, 3))
        ]
        payloads.append(Signature(chance.randbytes(chance.choice((0, 1, 64, 256)))))
        if mode is ExchangeMode.MAIN:
            payloads.insert(0, Identification(ikev1.IdType.ID_FQDN, SITES[0].encode()))
        for datagram in liars[0].seal(exchange, 0, payloads, False):
            b.endpoint.receive(datagram, b.path_to(SITE1), wire.now)
            wire.carry_out(b)
        b.do(b.endpoint.resume)
        wire.run(60)
        assert not believed(b)
        assert not b.isakmp_sas()
    assert b.told(EventName.NEGOTIATION_FAILED)
