"""Whatever octets come as certificates, lists, answers, files and proofs: there is a verdict, and never a wrong one."""

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kakehashi.crypto import auth_signature
from kakehashi.crypto.signatures import verify_bare
from kakehashi.model.certificate import (
    CertificateMap,
    CertificateUse,
    KeyKind,
    MapOperator,
    MapRule,
    RevocationMethod,
)
from kakehashi.model.identity import Identity
from kakehashi.pki.certificate import MAX_SIZE, BadCertificate, Certificate, read
from kakehashi.pki.files import BadFile, read_file, read_pkcs12, read_private_key
from kakehashi.pki.keyring import Entry, Keyring
from kakehashi.pki.names import distinguished, names_it
from kakehashi.pki.request import subject_name
from kakehashi.pki.revocation import Revocation
from kakehashi.pki.summary import offered_text
from kakehashi.pki.verdict import Accepted, Fetch, FetchKind, Pending, Refused
from kakehashi.wire.registry.ikev2 import AuthMethod, IdType
from tests.pki.authority import NOW, Authority, Issued, asks, lists, pem

CRL_URL, OCSP_URL = "http://pki.example/crl", "http://pki.example/ocsp"
KINDS = ("rsa", "ecdsa-256", "ed25519")
MANY = settings(max_examples=150, deadline=None)
SOME = settings(max_examples=60, deadline=None)


@cache
def root(kind: str = "ecdsa-256") -> Authority:
    return Authority(kind=kind)


@cache
def leaf(kind: str = "ecdsa-256") -> Issued:
    where = [lists(CRL_URL), asks(OCSP_URL)]
    return root(kind).issue(
        "CN=r.example", kind=kind, names=["r.example", "10.0.0.1", "a@r.example"], extensions=where
    )


@cache
def revoked_list() -> bytes:
    return root().crl(leaf().certificate)


@cache
def revoked_answer() -> bytes:
    return root().ocsp(leaf().certificate, good=False)


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """Octets changed, left out, doubled, put in, cut off or appended: always other than `whole`."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        length = draw(st.integers(1, 40))
        match draw(st.sampled_from(("flip", "set", "drop", "double", "insert", "cut", "append"))):
            case "flip" if at < len(data):
                data[at] ^= 1 << draw(st.integers(0, 7))
            case "set" if at < len(data):
                data[at] = draw(st.sampled_from((0x00, 0x01, 0x30, 0x31, 0x80, 0x84, 0xA0, 0xFF)))
            case "drop":
                del data[at : at + length]
            case "double":
                data[at:at] = data[at : at + length]
            case "insert":
                data[at:at] = draw(st.binary(max_size=40))
            case "cut":
                del data[at:]
            case _:
                data += draw(st.binary(min_size=1, max_size=40))
    return bytes(data) if bytes(data) != whole else bytes(data) + b"\x00"


def told_by(step: Callable[[], object], expected: type[Exception]) -> object:
    """What it gives, or the one exception that it may raise."""
    try:
        return step()
    except expected as error:
        return error


CERTIFICATES = st.sampled_from(KINDS).flatmap(lambda kind: damaged(leaf(kind).certificate.der))
AUTHORITIES = st.sampled_from(KINDS).flatmap(lambda kind: damaged(root(kind).certificate.der))
DN = Authority().certificate.subject.public_bytes()
IDENTITIES = st.builds(
    Identity,
    st.sampled_from([*IdType, IdType(200)]),
    st.one_of(st.binary(max_size=60), st.just(b"r.example"), damaged(DN), st.just(bytes([10, 0, 0, 1]))),
)
RULES = st.builds(
    MapRule, st.sampled_from(("subject-name", "issuer-name", "alt-subject-name", "serial-number", "?")),
    st.sampled_from(MapOperator), st.text(max_size=9),
)  # fmt: skip
USES = st.builds(
    CertificateUse,
    key=st.sampled_from((None, *KeyKind)),
    revocation=st.lists(st.sampled_from(RevocationMethod), max_size=3).map(tuple),
    common_name=st.booleans(),
    attributes=st.lists(st.builds(CertificateMap, st.just("M"), st.tuples(RULES)), max_size=2).map(tuple),
)


def keyring(*anchors: Certificate) -> Keyring:
    return Keyring({"ca": Entry(name="ca", anchors=anchors)}, lambda: NOW)


@MANY
@given(st.one_of(st.binary(max_size=300), CERTIFICATES))
def test_what_is_no_certificate_is_one_exception(der: bytes) -> None:
    found = told_by(lambda: read(der), BadCertificate)
    assert str(found).isprintable()
    assert len(str(found)) < 600
    if isinstance(found, Certificate):
        assert len(found.crl_urls) <= 4
    assert offered_text([der]).isprintable()


@MANY
@given(CERTIFICATES, st.lists(st.one_of(CERTIFICATES, AUTHORITIES), max_size=12), IDENTITIES, USES)
def test_a_damaged_certificate_is_never_accepted(
    der: bytes, more: list[bytes], identity: Identity, use: CertificateUse
) -> None:
    ring = keyring(*(root(kind).certificate for kind in KINDS))
    verdict = ring.judge([der, *more], identity, use)
    assert isinstance(verdict, Refused | Pending)
    if isinstance(verdict, Refused):
        assert verdict.sentence.isprintable()


@SOME
@given(st.lists(AUTHORITIES, max_size=9))
def test_damaged_intermediates_do_not_harm_a_good_one(more: list[bytes]) -> None:
    ring = keyring(root().certificate)
    identity = Identity.of(IdType.ID_FQDN, "r.example")
    verdict = ring.judge([leaf().certificate.der, *more], identity, CertificateUse())
    assert isinstance(verdict, Accepted | Refused)


def test_what_is_too_large_is_not_even_looked_at() -> None:
    for der in (bytes(MAX_SIZE + 1), b"\x30" * 1_000_000, leaf().certificate.der + bytes(MAX_SIZE)):
        verdict = keyring(root().certificate).judge([der], Identity(IdType.ID_FQDN, b"x"), CertificateUse())
        assert isinstance(verdict, Refused)
        assert verdict.reason.value == "too large"


def judged(fetch_url: str, method: RevocationMethod, data: bytes) -> Refused | Pending | None:
    revocation, chain = Revocation(), (leaf().certificate, root().certificate)
    asked = revocation.judge(chain, (method,), ("", ""), NOW)
    assert isinstance(asked, Pending)
    (fetch,) = asked.fetches
    assert fetch.url == fetch_url
    revocation.learn(fetch, data, "", NOW)
    return revocation.judge(chain, (method,), ("", ""), NOW)


def test_a_list_of_a_version_that_is_none_makes_nobody_good() -> None:
    version_2, version_0 = bytes([2, 1, 1]), bytes([2, 1, 0])
    data = revoked_list().replace(version_2, version_0, 1)
    assert data != revoked_list()
    assert isinstance(judged(CRL_URL, RevocationMethod.CRL, data), Refused)


@MANY
@given(st.deferred(lambda: st.one_of(st.binary(max_size=200), damaged(revoked_list()))))
def test_a_damaged_list_makes_nobody_good(data: bytes) -> None:
    assert isinstance(judged(CRL_URL, RevocationMethod.CRL, data), Refused)


@MANY
@given(st.deferred(lambda: st.one_of(st.binary(max_size=200), damaged(revoked_answer()))))
def test_a_damaged_answer_makes_nobody_good(data: bytes) -> None:
    assert isinstance(judged(OCSP_URL, RevocationMethod.OCSP, data), Refused)


@SOME
@given(st.lists(st.binary(max_size=100), max_size=4), st.booleans())
def test_lists_of_the_store_may_be_anything(data: list[bytes], good_one: bool) -> None:
    revocation = Revocation([*data, *([revoked_list()] if good_one else [])])
    told = revocation.judge((leaf().certificate, root().certificate), (RevocationMethod.CRL,), ("", ""), NOW)
    assert isinstance(told, Refused if good_one else Pending)


def test_what_is_remembered_is_bounded() -> None:
    revocation = Revocation()
    for number in range(2000):
        fetch = Fetch(FetchKind.CRL, f"http://pki.example/{number}")
        revocation.learn(fetch, bytes(10), "", NOW + timedelta(seconds=number))
    assert len(revocation._known) <= 256


@SOME
@given(
    st.one_of(
        st.binary(max_size=200),
        st.deferred(lambda: damaged(pem(leaf().certificate))),
        st.deferred(lambda: damaged(leaf().pem)),
        st.deferred(lambda: damaged(leaf("rsa").pkcs12("sesame", root("rsa")))),
    ),
    st.sampled_from((None, b"", b"sesame", b"\xff\x00")),
)
def test_files_are_read_or_said_to_be_bad(data: bytes, password: bytes | None) -> None:
    for step in (
        lambda: read_file(data, password),
        lambda: read_pkcs12(data, password),
        lambda: read_private_key(data),
    ):
        told = told_by(step, BadFile)
        assert "PRIVATE" not in str(told)


@SOME
@given(IDENTITIES, st.binary(max_size=60), st.text(max_size=40))
def test_names_may_be_anything(identity: Identity, data: bytes, text: str) -> None:
    names_it(leaf().certificate, identity)
    distinguished(data)
    told_by(lambda: subject_name(text), ValueError)


@cache
def proofs(kind: str) -> tuple[bytes, bytes]:
    """Of RFC 7427, and as older peers make them."""
    key: Any = leaf(kind).key
    new = auth_signature.made(key, b"octets", (2, 3, 4, 5))[1]
    return new, new if kind == "ed25519" else auth_signature.made(key, b"octets", ())[1]


@MANY
@given(st.sampled_from(KINDS), st.sampled_from([*AuthMethod, AuthMethod(99)]), st.data())
def test_a_damaged_proof_proves_nothing(kind: str, method: AuthMethod, data: st.DataObject) -> None:
    key = leaf(kind).certificate.key
    wrong = data.draw(st.one_of(st.binary(max_size=400), *map(damaged, proofs(kind))))
    told = told_by(lambda: auth_signature.check(key, method, wrong, b"octets"), auth_signature.BadSignature)
    assert isinstance(told, auth_signature.BadSignature)
    assert str(told).isprintable()
    assert len(str(told)) < 300
    assert not verify_bare(key, bytes(32), wrong)
