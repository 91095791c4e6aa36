"""Tunnels whose ends prove themselves by certificates: what comes up, and each refusal with its reason."""

from dataclasses import replace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from kakehashi.ike.effects import EventName
from kakehashi.ike.v2 import signature as prover
from kakehashi.model.certificate import (
    CertificateMap,
    CertificateUse,
    KeyKind,
    MapOperator,
    MapRule,
    RevocationMethod,
)
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import Authentication, AuthenticationMethod, Identity
from kakehashi.pki.certificate import Certificate, read
from kakehashi.pki.keyring import Entry, Keyring
from kakehashi.pki.revocation import Revocation
from kakehashi.wire.registry.ikev2 import CertEncoding, IdType
from kakehashi.wire.v2.certificate import Certificate as CertificatePayload
from tests.conversations import gateways
from tests.conversations.gateways import SITE1, SITE2, TUNNEL, gateway
from tests.conversations.wire import Node, Wire, assert_in_step
from tests.pki.authority import DAY, NOW, Authority, Issued, asks, lists, usage

SITES = ("site1.example.com", "site2.example.com")
CERTIFICATE, KEY = AuthenticationMethod.SIGNATURE, AuthenticationMethod.PSK


def keyring(
    own: Issued | None, *anchors: Authority, through: tuple[Authority, ...] = (), **more: Any
) -> Keyring:
    entry = Entry(
        name="vpn",
        anchors=tuple(a.certificate for a in anchors),
        intermediates=tuple(a.certificate for a in through),
        key=own.key if own else None,  # type: ignore[arg-type]
        certificate=own.certificate if own else None,
    )
    return Keyring({"vpn": entry}, lambda: NOW, **more)


def site(number: int, methods: tuple[AuthenticationMethod, AuthenticationMethod], **use: Any) -> Gateway:
    """A gateway whose ends prove themselves by `methods`, that of site 1 first. `use`: of the peer's."""
    made = gateways.tunnel(number, ids=SITES, id_type=IdType.ID_FQDN)
    own, other = (0, 1) if number == 1 else (1, 0)

    def by(who: Authentication, which: int, certificates: CertificateUse) -> Authentication:
        return replace(who, method=methods[which], certificates=certificates)

    return gateway(
        replace(
            made,
            local=by(made.local, own, CertificateUse(key=use.pop("own_key", None))),
            peer=by(made.peer, other, CertificateUse(**use)),
        )
    )


def meet(
    one: Keyring,
    other: Keyring,
    *,
    methods: tuple[AuthenticationMethod, AuthenticationMethod] = (CERTIFICATE, CERTIFICATE),
    seconds: float = 40,
    **use: Any,
) -> tuple[Node, Node]:
    """Site 1 begins. `use`: what site 2 demands of site 1's certificate."""
    wire = Wire()
    a = wire.node("a", site(1, methods), SITE1)
    b = wire.node("b", site(2, methods, **use), SITE2)
    a.endpoint.trust(one)
    b.endpoint.trust(other)
    a.initiate(TUNNEL, b)
    wire.run(seconds)
    return a, b


def up(a: Node, b: Node) -> None:
    assert a.used(TUNNEL) is not None, (a.failures(), b.failures())
    assert b.used(TUNNEL) is not None
    assert_in_step(a, b)


def refused(a: Node, b: Node, reason: str, words: str) -> None:
    """Site 2 does not believe site 1, says why, and nothing stays."""
    assert a.used(TUNNEL) is None
    (failure,) = b.told(EventName.NEGOTIATION_FAILED)
    assert failure.details.get("reason") == reason, failure.message
    assert words in failure.message
    assert "site2.cfg" in failure.message
    assert not b.children
    assert not b.ike_sas()


def by_subject(maps: tuple[CertificateMap, ...]) -> tuple[Gateway, Gateway]:
    """Site 1 calls itself what its certificate does; site 2 takes whom the maps take, whatever it says."""
    made = site(1, (CERTIFICATE, CERTIFICATE))
    (one,) = made.tunnels
    there = site(2, (CERTIFICATE, CERTIFICATE), attributes=maps)
    (two,) = there.tunnels
    return (
        replace(made, tunnels=(replace(one, local=replace(one.local, by_subject=True)),)),
        replace(there, tunnels=(replace(two, peer=replace(two.peer, anybody=True)),)),
    )


def of_example(value: str) -> tuple[CertificateMap, ...]:
    return (CertificateMap("M", (MapRule("subject-name", MapOperator.CONTAINS, value),)),)


@pytest.mark.parametrize("begins", [1, 2])
def test_who_is_known_by_a_certificate_alone(begins: int) -> None:
    root = Authority()
    ones, others = by_subject(of_example("o=example"))
    wire = Wire()
    a, b = wire.node("a", ones, SITE1), wire.node("b", others, SITE2)
    a.endpoint.trust(keyring(root.issue("C=JP,O=EXAMPLE,CN=anything", names=()), root))
    b.endpoint.trust(keyring(root.issue(f"CN={SITES[1]}"), root))
    if begins == 1:
        a.initiate(TUNNEL, b)
    else:
        b.initiate(TUNNEL, a)
    wire.run(40)
    up(a, b)
    (sa,) = b.ike_sas()
    assert sa.peer_identity is not None
    assert sa.peer_identity.type == IdType.ID_DER_ASN1_DN


def test_another_certificate_does_not_fit() -> None:
    root = Authority()
    ones, others = by_subject(of_example("o=other"))
    wire = Wire()
    a, b = wire.node("a", ones, SITE1), wire.node("b", others, SITE2)
    a.endpoint.trust(keyring(root.issue("C=JP,O=EXAMPLE,CN=anything", names=()), root))
    b.endpoint.trust(keyring(root.issue(f"CN={SITES[1]}"), root))
    a.initiate(TUNNEL, b)
    wire.run(40)
    assert a.used(TUNNEL) is None
    (failure,) = b.told(EventName.NEGOTIATION_FAILED)
    assert "certificate map M" in failure.message


@pytest.mark.parametrize("kind", ["rsa", "ecdsa-256", "ecdsa-384", "ecdsa-521", "ed25519"])
def test_both_prove_themselves_by_certificates(kind: str) -> None:
    root = Authority()
    rings = [keyring(root.issue(f"CN={name}", kind=kind), root) for name in SITES]
    up(*meet(*rings))


@pytest.mark.parametrize("methods", [(CERTIFICATE, KEY), (KEY, CERTIFICATE)])
def test_a_certificate_on_one_side_and_a_key_on_the_other(methods: tuple[Any, Any]) -> None:
    root = Authority()
    rings = [keyring(None, root), keyring(None, root)]
    which = methods.index(CERTIFICATE)
    rings[which] = keyring(root.issue(f"CN={SITES[which]}", kind="rsa"))
    up(*meet(*rings, methods=methods))


def test_intermediates_come_along_and_large_messages_in_fragments() -> None:
    root = Authority(kind="rsa")
    middle = Authority("CN=Middle", root, kind="rsa")
    low = Authority("CN=Low", middle, kind="rsa")
    own = keyring(low.issue(f"CN={SITES[0]}", kind="rsa"), root, through=(low, middle))
    a, b = meet(own, keyring(root.issue(f"CN={SITES[1]}"), root))
    up(a, b)
    assert max(len(datagram) for _, _, datagram, _ in a.wire.sent) <= 1280


def test_of_two_own_certificates_that_of_the_authority_that_is_asked_for_is_sent() -> None:
    ours, theirs = Authority("CN=Ours"), Authority("CN=Theirs")
    entries = {
        name: Entry(
            name=name, anchors=(ours.certificate, theirs.certificate), key=i.key, certificate=i.certificate
        )  # type: ignore[arg-type]
        for name, i in (("a", ours.issue(f"CN={SITES[0]}")), ("b", theirs.issue(f"CN={SITES[0]}")))
    }
    other = keyring(ours.issue(f"CN={SITES[1]}"), theirs)
    up(*meet(Keyring(entries, lambda: NOW), other))


ROOT = Authority()
GOOD = keyring(ROOT.issue(f"CN={SITES[1]}"), ROOT)


def issue(**changes: Any) -> Keyring:
    return keyring(ROOT.issue(f"CN={SITES[0]}", **changes), ROOT)


def deep(number: int) -> Keyring:
    """So many authorities between ours and the root."""
    chain = [ROOT]
    for i in range(number):
        chain.append(Authority(f"CN=Level{i}", chain[-1]))
    return keyring(chain[-1].issue(f"CN={SITES[0]}"), ROOT, through=tuple(chain[1:]))


def short_path() -> Keyring:
    top = Authority("CN=Top", ROOT, path_length=0)
    below = Authority("CN=Below", top)
    return keyring(below.issue(f"CN={SITES[0]}"), ROOT, through=(below, top))


def by_no_authority() -> Keyring:
    server = Authority("CN=Server", ROOT, is_ca=False)
    return keyring(server.issue(f"CN={SITES[0]}"), ROOT, through=(server,))


def constrained() -> Keyring:
    trees = x509.NameConstraints([x509.DNSName("other.example")], None)
    some = Authority("CN=Some", ROOT, extensions=[(trees, True)])
    return keyring(some.issue(f"CN={SITES[0]}"), ROOT, through=(some,))


def forged() -> Keyring:
    found = ROOT.issue(f"CN={SITES[0]}")
    octets = bytearray(found.certificate.der)
    octets[-1] ^= 1
    return keyring(Issued(read(bytes(octets)), found.key, ROOT), ROOT)


code_signing = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False)
unknown_critical = (
    x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00"),
    True,
)


@pytest.mark.parametrize(
    ("ring", "reason", "words"),
    [
        (lambda: issue(valid=(-90 * DAY, -DAY)), "expired", "was valid until 2026-11-21 12:00:00 UTC"),
        (lambda: issue(valid=(DAY, 90 * DAY)), "not yet valid", "valid from 2026-11-23"),
        (lambda: issue(names=["other.example.com"]), "wrong name", "names CN=site1.example.com (other.example.com)"),
        (lambda: issue(key_usage=usage("key_encipherment")), "key usage", "for keyEncipherment, not for signatures"),
        (lambda: issue(extensions=[code_signing]), "extended key usage", "not for IPsec"),
        (lambda: issue(extensions=[unknown_critical]), "unknown critical extension", "1.3.6.1.4.1.99999.1"),
        (lambda: issue(kind="rsa-1024"), "weak key", "RSA 1024 bits"),
        (lambda: keyring(Authority("CN=Stranger").issue(f"CN={SITES[0]}"), ROOT), "unknown issuer", "CN=Stranger"),
        (forged, "bad signature", "is not one of C=JP, O=EXAMPLE, CN=Root"),
        (short_path, "path too long", "permits 0 authorities below it, and there are 1"),
        (lambda: deep(9), "path too long", "more than 8 certificates"),
        (by_no_authority, "issuer is no authority", "CN=Server"),
        (constrained, "name constraint", "must not vouch for the name site1.example.com"),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)  # fmt: skip
def test_each_bad_certificate_is_refused_with_its_reason(ring: Any, reason: str, words: str) -> None:
    refused(*meet(ring(), GOOD), reason, words)


def test_the_initiator_refuses_too_and_tells_the_responder() -> None:
    a, b = meet(issue(), keyring(ROOT.issue(f"CN={SITES[1]}", valid=(-9 * DAY, -DAY)), ROOT))
    (failure,) = a.told(EventName.NEGOTIATION_FAILED)
    assert failure.details["reason"] == "expired"
    assert not a.ike_sas()
    assert not b.ike_sas()
    assert not b.children


@pytest.mark.parametrize(
    ("der", "reason"),
    [
        (b"\x30\x82\x01\x00broken", "unreadable"),
        (b"", "unreadable"),
        (b"\x30" * 40_000, "too large"),
    ],
)  # fmt: skip
def test_broken_and_huge_certificates_are_refused(der: bytes, reason: str) -> None:
    own = ROOT.issue(f"CN={SITES[0]}")
    ring = keyring(Issued(replace(own.certificate, der=der), own.key, ROOT), ROOT)
    refused(*meet(ring, GOOD), reason, "certificate")


def test_more_certificates_than_anyone_needs_are_refused() -> None:
    verdict = GOOD.judge([ROOT.certificate.der] * 11, identity(), CertificateUse())
    assert str(getattr(verdict, "reason", "")) == "too many certificates"


def identity() -> Identity:
    return Identity.of(IdType.ID_FQDN, SITES[0])


def test_another_kind_of_key_than_configured_is_refused() -> None:
    refused(*meet(issue(), GOOD, key=KeyKind.RSA), "wrong kind of key", "RSA is configured")


def test_the_common_name_must_be_the_identity_where_the_device_wants_that() -> None:
    ring = keyring(ROOT.issue("CN=other", names=[SITES[0]]), ROOT)
    refused(*meet(ring, GOOD, common_name=True), "wrong name", "the CN of its certificate is other")
    up(*meet(ring, GOOD))


def test_a_signature_that_can_be_forged_is_refused() -> None:
    root = Authority("CN=Old", kind="rsa")
    own = root.issue(f"CN={SITES[0]}")
    weak = Issued(read(with_sha1(own.certificate, root.key)), own.key, root)
    refused(*meet(keyring(weak, root), keyring(ROOT.issue(f"CN={SITES[1]}"), root)), "weak signature", "SHA1")


def with_sha1(certificate: Certificate, key: rsa.RSAPrivateKey) -> bytes:
    """The certificate signed anew, as no library does any more."""
    old, new = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
    body = certificate.parsed.tbs_certificate_bytes
    der = certificate.der.replace(old, new)
    signature = key.sign(body.replace(old, new), padding.PKCS1v15(), hashes.SHA1())
    return der[: -len(signature)] + signature


def test_a_certificate_map_says_which_certificates_fit() -> None:
    def rule(value: str) -> tuple[CertificateMap, ...]:
        return (CertificateMap("M", (MapRule("subject-name", MapOperator.CONTAINS, value),)),)

    up(*meet(issue(), GOOD, attributes=rule("CN=SITE1")))
    refused(*meet(issue(), GOOD, attributes=rule("o=other")), "no certificate map fits", "certificate map M")


def test_a_revoked_certificate_is_refused_by_the_list_of_the_store() -> None:
    own = ROOT.issue(f"CN={SITES[0]}")
    revocation = Revocation([ROOT.crl(own.certificate)])
    other = keyring(ROOT.issue(f"CN={SITES[1]}"), ROOT, revocation=revocation)
    methods = (RevocationMethod.CRL,)
    refused(*meet(keyring(own, ROOT), other, revocation=methods), "revoked", "keyCompromise")
    up(*meet(issue(), other, revocation=methods))


@pytest.mark.parametrize("good", [True, False])
@pytest.mark.parametrize("how", ["crl", "ocsp"])
def test_what_is_asked_over_http_decides_when_the_answer_is_there(good: bool, how: str) -> None:
    where = asks("http://pki.example/ocsp") if how == "ocsp" else lists("http://pki.example/crl")
    own = ROOT.issue(f"CN={SITES[0]}", extensions=[where])
    other = keyring(ROOT.issue(f"CN={SITES[1]}"), ROOT)
    wire = Wire()
    both = (CERTIFICATE, CERTIFICATE)
    a = wire.node("a", site(1, both), SITE1)
    b = wire.node("b", site(2, both, revocation=(RevocationMethod(how),)), SITE2)
    a.endpoint.trust(keyring(own, ROOT))
    b.endpoint.trust(other)
    a.initiate(TUNNEL, b)
    wire.run(5)
    assert b.fetches, "nothing is asked"
    assert a.used(TUNNEL) is None
    if how == "ocsp":
        answer = ROOT.ocsp(own.certificate, good)
    else:
        answer = ROOT.crl(*(() if good else (own.certificate,)))
    other.learn(b.fetches[0].fetches[0], answer)
    b.do(b.endpoint.resume)
    wire.run(10)
    if good:
        up(a, b)
    else:
        refused(a, b, "revoked", "it is revoked by")


@pytest.mark.parametrize("soft", [True, False])
def test_where_nobody_answers_it_depends_on_the_configured_methods(soft: bool) -> None:
    own = ROOT.issue(f"CN={SITES[0]}", extensions=[lists("http://pki.example/crl")])
    other = keyring(ROOT.issue(f"CN={SITES[1]}"), ROOT)
    wire = Wire()
    both = (CERTIFICATE, CERTIFICATE)
    methods = (RevocationMethod.CRL, *((RevocationMethod.NONE,) if soft else ()))
    a = wire.node("a", site(1, both), SITE1)
    b = wire.node("b", site(2, both, revocation=methods), SITE2)
    a.endpoint.trust(keyring(own, ROOT))
    b.endpoint.trust(other)
    a.initiate(TUNNEL, b)
    wire.run(1)
    other.learn(b.fetches[0].fetches[0], None, "no answer within 5 s")
    b.do(b.endpoint.resume)
    wire.run(10)
    if soft:
        up(a, b)
    else:
        refused(a, b, "revocation unknown", "no answer within 5 s")


def test_a_refused_peer_disturbs_nobody_else() -> None:
    wire = Wire()
    both = (CERTIFICATE, CERTIFICATE)
    server = site(2, both)
    other = replace(server.tunnels[0], interface="Tunnel1.0", peer_address=gateways.ip_address("10.3.0.1"))
    b = wire.node("b", replace(server, tunnels=(*server.tunnels, other)), SITE2)
    good, bad = wire.node("a", site(1, both), SITE1), wire.node("c", site(1, both), "10.3.0.1")
    b.endpoint.trust(GOOD)
    good.endpoint.trust(issue())
    bad.endpoint.trust(issue(valid=(-9 * DAY, -DAY)))
    good.initiate(TUNNEL, b)
    wire.run(5)
    bad.initiate(TUNNEL, b)
    wire.run(60)
    assert bad.used(TUNNEL) is None
    up(good, b)


def test_nothing_begins_without_a_certificate_of_ours_or_an_authority_for_the_peer() -> None:
    a, _ = meet(keyring(None, ROOT), GOOD)
    assert "has no certificate with its key" in a.failures()[0]
    a, _ = meet(keyring(ROOT.issue(f"CN={SITES[0]}")), GOOD)
    assert "has no authority that could vouch" in a.failures()[0]


@pytest.mark.interpreted
def test_a_certificate_that_is_only_an_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def by_address(encoding: CertEncoding, der: bytes) -> object:
        return CertificatePayload(CertEncoding.HASH_AND_URL_X509, bytes(20) + b"http://pki.example/own.cer")

    monkeypatch.setattr(prover, "_our_payload", by_address)
    refused(*meet(issue(), GOOD), "hash and URL", "hash and URL")


@pytest.mark.parametrize("announced", [True, False])
def test_pss_is_answered_to_who_signs_so(announced: bool) -> None:
    """Who may sign with PSS does; who is answered learns from that what the other takes."""
    root = Authority(kind="rsa")
    wire = Wire()
    a, b = (
        wire.node(n, site(i, (CERTIFICATE, CERTIFICATE)), s) for n, i, s in (("a", 1, SITE1), ("b", 2, SITE2))
    )
    a.endpoint.trust(keyring(root.issue(f"CN={SITES[0]}", kind="rsa"), root))
    b.endpoint.trust(keyring(root.issue(f"CN={SITES[1]}", kind="rsa"), root))
    a.initiate(TUNNEL, b)
    wire.run(0.03)  # its first message has arrived, the answer has not
    (sa,) = a.endpoint.v2._living()
    sa.peer_takes_pss = announced
    wire.run(0.06)
    (theirs,) = b.endpoint.v2._living()
    assert theirs.peer_takes_pss is announced
    wire.run(1)
    up(a, b)
    assert sa.peer_takes_pss is announced
