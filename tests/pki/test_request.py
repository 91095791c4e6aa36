"""Keys made here, and what an authority is asked to certify: as OpenSSL reads it too."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from kakehashi.model.certificate import KeyKind
from kakehashi.pki.files import belongs, read_file
from kakehashi.pki.request import key_pem, make_key, signing_request, subject_name
from tests.pki.authority import Authority, key_of, pem

SUBJECT = subject_name("/C=JP/O=EXAMPLE/CN=r.example.com")
NAMES = ("r.example.com", "192.0.2.1", "2001:db8::1", "admin@example.com")


@pytest.mark.parametrize("bits", [2048, 3072, 4096])
def test_rsa_keys(bits: int) -> None:
    key = make_key(KeyKind.RSA, bits)
    assert isinstance(key, rsa.RSAPrivateKey)
    assert key.key_size == bits
    assert key.public_key().public_numbers().e == 65537


@pytest.mark.parametrize(("bits", "curve"), [(256, "secp256r1"), (384, "secp384r1"), (521, "secp521r1")])
def test_ecdsa_keys(bits: int, curve: str) -> None:
    key = make_key(KeyKind.ECDSA, bits)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert key.curve.name == curve


@pytest.mark.parametrize(
    ("kind", "bits"), [(KeyKind.RSA, 512), (KeyKind.RSA, 1024), (KeyKind.RSA, 2047), (KeyKind.RSA, 16384), (KeyKind.ECDSA, 192)]
)  # fmt: skip
def test_keys_that_are_weak_or_not_offered_are_not_made(kind: KeyKind, bits: int) -> None:
    with pytest.raises(ValueError, match=f"not of {bits}"):
        make_key(kind, bits)


def test_two_keys_are_never_the_same_and_come_back_from_their_file() -> None:
    one, other = make_key(KeyKind.ECDSA, 256), make_key(KeyKind.ECDSA, 256)
    assert key_pem(one) != key_pem(other)
    again = read_file(key_pem(one)).key
    assert again is not None
    assert key_pem(again) == key_pem(one)


@pytest.mark.parametrize("kind", ["rsa", "ecdsa-256", "ecdsa-384", "ecdsa-521", "ed25519"])
def test_a_request_says_who_we_are_and_is_signed_by_our_key(kind: str) -> None:
    key: Any = key_of("CN=r", kind)
    found = x509.load_pem_x509_csr(signing_request(key, SUBJECT, (*NAMES, NAMES[0])))
    assert found.is_signature_valid
    assert found.subject.rfc4514_string() == "CN=r.example.com,O=EXAMPLE,C=JP"
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["r.example.com"]
    assert [str(a) for a in names.get_values_for_type(x509.IPAddress)] == ["192.0.2.1", "2001:db8::1"]
    assert names.get_values_for_type(x509.RFC822Name) == ["admin@example.com"]
    usage = found.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert not usage.key_cert_sign
    signed = Authority().certificate_for(found)
    assert belongs(key, signed)
    assert read_file(pem(signed) + key_pem(key)).own() == signed


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("/C=JP/O=EXAMPLE/CN=host", "CN=host,O=EXAMPLE,C=JP"),
        ("cn=host, o=EXAMPLE, c=JP", "CN=host,O=EXAMPLE,C=JP"),
        ('CN="host name",OU=a,OU=b', "CN=host name,OU=a,OU=b"),
        (r"CN=host,O=Sato\, Suzuki", r"CN=host,O=Sato\, Suzuki"),
        (r"/O=a\/b/CN=host", "CN=host,O=a/b"),
    ],
)
def test_names_are_read_in_both_ways_of_writing_them(text: str, name: str) -> None:
    assert subject_name(text).rfc4514_string() == name


@pytest.mark.parametrize("text", ["", "/", "host", "CN=", "XX=host", "CN", "=", "/CN=host/=x", "C=JPN"])
def test_what_is_no_name_is_said(text: str) -> None:
    with pytest.raises(ValueError, match=r"name|length"):
        subject_name(text)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl")
def test_openssl_reads_the_request(tmp_path: Path) -> None:
    key: Any = key_of("CN=r", "rsa")
    (tmp_path / "r.csr").write_bytes(signing_request(key, SUBJECT, NAMES))
    done = subprocess.run(
        ["openssl", "req", "-in", "r.csr", "-noout", "-verify", "-text", "-nameopt", "RFC2253"],
        cwd=tmp_path, capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip
    assert "verify OK" in (done.stdout + done.stderr)
    assert "Subject: CN=r.example.com,O=EXAMPLE,C=JP" in done.stdout
    assert (
        "DNS:r.example.com, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1, email:admin@"
        in done.stdout
    )
