"""Keys and certificates on disk: made, asked for, imported, erased; what is wrong is said."""

import stat
from pathlib import Path

import pytest
from cryptography import x509
from typer.testing import CliRunner

from kakehashi import cli
from kakehashi.gateway.pki_store import PkiError, Store, expiring, expiry_text
from kakehashi.model.certificate import CertificateUse, Enrollment, KeyKind, Trustpoint
from tests.pki.authority import DAY, NOW, Authority, pem

ROOT = Authority()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "r.pki", lambda: NOW)


def test_keys_are_kept_for_our_eyes_only_and_never_shown(store: Store, tmp_path: Path) -> None:
    imported = store.import_certificate("own", ROOT.issue("CN=r.example", kind="rsa").pem)
    assert str(imported.own) == "CN=r.example"
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "r.pki").iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "r.pki").stat().st_mode) == 0o700
    keyring, complaints = store.keyring(())
    assert not complaints
    assert "PRIVATE" not in repr(keyring.entries) + repr(store.statuses())
    own = keyring.own(CertificateUse(names=("own",)))
    assert own is not None
    assert "PrivateKey" not in repr(own)


def test_a_request_is_made_signed_and_imported(store: Store) -> None:
    trustpoint = Trustpoint(
        name="vpn", subject="/C=JP/O=EXAMPLE/CN=r.example", alternatives=("r.example", "10.0.0.1")
    )
    request = x509.load_pem_x509_csr(store.enroll(trustpoint))
    assert request.is_signature_valid
    assert request.subject.rfc4514_string() == "CN=r.example,O=EXAMPLE,C=JP"
    names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["r.example"]
    assert [str(a) for a in names.get_values_for_type(x509.IPAddress)] == ["10.0.0.1"]
    store.authenticate("vpn", ROOT.pem)
    signed = ROOT.certificate_for(request)
    assert store.import_certificate("vpn", pem(signed)).own == signed
    again = x509.load_pem_x509_csr(store.enroll(trustpoint))
    assert again.public_key() == request.public_key()  # its key stays


@pytest.mark.parametrize(("kind", "bits"), [(KeyKind.RSA, 3072), (KeyKind.ECDSA, 256), (KeyKind.ECDSA, 384)])
def test_keys_of_each_kind(store: Store, kind: KeyKind, bits: int) -> None:
    assert store.make_key("k", kind, bits).public_key().key_size == bits  # type: ignore[union-attr]


def test_a_device_may_sign_for_itself(store: Store) -> None:
    trustpoint = Trustpoint(name="own", enrollment=Enrollment.SELF_SIGNED, subject="/CN=r.example")
    store.enroll(trustpoint)
    keyring, _ = store.keyring((trustpoint,))
    assert keyring.own(CertificateUse(names=("own",))) is not None
    assert [str(c) for c in keyring.trusted(CertificateUse(names=("own",)))] == ["CN=r.example"]


def test_pkcs12_brings_key_certificate_and_authorities(store: Store) -> None:
    middle = Authority("CN=Middle", ROOT)
    data = middle.issue("CN=r.example").pkcs12("sesame", middle, ROOT)
    with pytest.raises(PkiError, match="password"):
        store.import_pkcs12("vpn", data, b"wrong")
    imported = store.import_pkcs12("vpn", data, b"sesame")
    assert [str(c) for c in imported.authorities] == ["CN=Middle", "C=JP, O=EXAMPLE, CN=Root"]
    own = store.keyring(())[0].own(CertificateUse())
    assert own is not None
    assert [str(c) for c in own.chain] == ["CN=r.example", "CN=Middle"]


def test_what_is_wrong_is_said(store: Store) -> None:
    issued = ROOT.issue("CN=r.example")
    for data, words in (
        (b"hello", "neither PEM nor DER nor PKCS #12"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n", "does not end"),
        (b"-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n", "no base64"),
        (b"-----BEGIN CERTIFICATE-----\nMAAA\n-----END CERTIFICATE-----\n", "cannot be read"),
        (pem(issued.certificate), "its private key is neither in the file nor in the store under a"),
        (pem(ROOT.certificate) + issued.key_pem, "not the one of any of its certificates"),
        (b"x" * 2_000_000, "are read at most"),
    ):
        with pytest.raises(PkiError, match=words):
            store.import_certificate("a", data)
    with pytest.raises(PkiError, match="not a certificate of an authority"):
        store.authenticate("a", pem(issued.certificate))
    for name in ("../../etc/passwd", "", "a/b", ".hidden", "x" * 100):
        with pytest.raises(PkiError, match="is no name"):
            store.make_key(name)
    assert store.names() == ()


def test_what_is_erased_is_gone_with_its_key(store: Store, tmp_path: Path) -> None:
    store.import_certificate("own", ROOT.issue("CN=r.example").pem)
    assert store.erase("own")
    assert not store.erase("own")
    assert not list((tmp_path / "r.pki").iterdir())


def test_a_broken_file_of_the_store_harms_no_other(store: Store, tmp_path: Path) -> None:
    store.import_certificate("own", ROOT.issue("CN=r.example").pem)
    (tmp_path / "r.pki" / "bad.cert.pem").write_text("rubbish")
    keyring, complaints = store.keyring(())
    assert keyring.own_names() == ("own",)
    assert "bad.cert.pem" in complaints[0]


@pytest.mark.parametrize(("left", "days"), [(29.5, 30), (6.5, 7), (0.5, 1), (-0.5, 0)])
def test_what_expires_is_told_with_the_days_that_are_left(store: Store, left: float, days: int) -> None:
    store.import_certificate("own", ROOT.issue("CN=r.example", valid=(-DAY, left * DAY)).pem)
    (status, found), = expiring(store.keyring(())[0], NOW)  # fmt: skip
    assert found == days
    told = expiry_text(status, found)
    assert ("has expired" if days == 0 else f"within {days} day") in told


def test_the_command_line_does_it_all(tmp_path: Path) -> None:
    router = tmp_path / "r.cfg"
    router.write_text(
        "crypto pki trustpoint T\n subject-name /CN=r.example\ncrypto isakmp profile c\n pki trustpoint T\n"
    )
    folder = ("--state-dir", str(tmp_path), "--dialect", "awplus")

    def call(*words: str, answer: str = "") -> str:
        result = CliRunner().invoke(cli.application(["pki"]), ["pki", *words, *folder], input=answer)
        return result.output

    ca = tmp_path / "ca.pem"
    ca.write_bytes(ROOT.pem)
    assert "Nothing is changed" in call("authenticate", str(router), "T", str(ca), answer="n\n")
    accepted = call("authenticate", str(router), "T", str(ca), answer="y\n")
    assert "Subject     : C=JP, O=EXAMPLE, CN=Root" in accepted
    request = call("enroll", str(router), "T")
    assert "CN=r.example" in x509.load_pem_x509_csr(request.encode()).subject.rfc4514_string()
    signed = tmp_path / "own.pem"
    signed.write_bytes(pem(ROOT.certificate_for(x509.load_pem_x509_csr(request.encode()))))
    assert "our certificate" in call("import", str(router), "T", str(signed), "--yes")
    assert "own, with key" in call("show", str(router))
    assert "is erased" in call("erase", str(router), "T", "--yes")
    assert "there is nothing named T" in call("erase", str(router), "T", "--yes")
