"""The manual's walk-through with certificates (AW-09), and what may go wrong on the way."""

from datetime import UTC, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from tests.console.desk import NOON, Desk
from tests.pki.authority import DAY, Authority, pem

NOW = NOON.replace(tzinfo=UTC)
START = "interface eth1\n ip address 192.0.2.2/24\n"
NAME = "test1.example.com"
TRUSTPOINT = f"""conf t
crypto pki trustpoint vpn_trust
enrollment terminal
subject-name /CN={NAME}
subject-alt-name {NAME}
end"""


@pytest.fixture
def root() -> Authority:
    return Authority("C=JP,O=EXAMPLE,CN=SampleRootCA", kind="rsa", now=NOW)


def request_in(shown: str) -> x509.CertificateSigningRequest:
    begin, end = (
        shown.index("-----BEGIN CERTIFICATE REQUEST"),
        shown.index("-----END CERTIFICATE REQUEST-----"),
    )
    return x509.load_pem_x509_csr(shown[begin : end + 33].encode() + b"\n")


def authenticated(tmp_path: Path, root: Authority) -> Desk:
    desk = Desk("awplus", START, tmp_path)
    desk.type(TRUSTPOINT)
    shown = desk.type("crypto pki authenticate vpn_trust", root.pem.decode().strip(), "y")
    assert shown.endswith(
        'Accept this certificate? (y/n): y\nSuccessfully authenticated trustpoint "vpn_trust".\n'
    )
    return desk


def test_step_by_step_as_the_manual_prints_it(tmp_path: Path, root: Authority) -> None:
    desk = Desk("awplus", START, tmp_path)
    assert 'Created trustpoint "vpn_trust".\nawplus(ca-trustpoint)#' in desk.type(TRUSTPOINT)
    text = root.pem.decode().strip()
    digits = root.certificate.fingerprint().hex().upper()
    groups = " ".join(digits[i : i + 8] for i in range(0, 40, 8))
    assert desk.type("crypto pki authenticate vpn_trust", text, "y") == (
        "awplus#crypto pki authenticate vpn_trust\n"
        "Paste the certificate PEM file into the terminal.\n"
        'Type "abort" to cancel.\n'
        f"{text}\n"
        'Complete ("END CERTIFICATE" detected).\n'
        "Subject     : /C=JP/O=EXAMPLE/CN=SampleRootCA\n"
        "Issuer      : /C=JP/O=EXAMPLE/CN=SampleRootCA\n"
        "Valid From  : Jan  2 12:00:00 2025 GMT\n"
        "Valid To    : Dec 31 12:00:00 2035 GMT\n"
        f"Fingerprint : {groups}\n"
        "This is a self-signed CA certificate.\n"
        "The certificate has been validated successfully.\n"
        "Accept this certificate? (y/n): y\n"
        'Successfully authenticated trustpoint "vpn_trust".\n'
    )
    shown = desk.type("crypto pki enroll vpn_trust")
    assert shown.startswith(
        'awplus#crypto pki enroll vpn_trust\nUsing private key "server-default"...\n'
        f"Cut and paste this request to the certificate authority:\n{'-' * 65}\n-----BEGIN CERTIFICATE REQUEST"
    )
    asked = request_in(shown)
    assert asked.subject.rfc4514_string() == f"CN={NAME},O=AlliedWare Plus"
    names = asked.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [NAME]
    own = root.certificate_for(asked)
    shown = desk.type("crypto pki import vpn_trust pem terminal", pem(own).decode().strip(), "y")
    assert (
        "This is not a valid CA certificate. Attempting to import as a server certificate.\n"
        "The certificate has been validated successfully.\n"
        "Accept this certificate? (y/n): y\n"
        "The certificate was successfully imported.\n"
    ) in shown
    assert desk.trusted.own_names() == ("vpn_trust",)
    shown = desk.type(
        "show crypto pki certificates", "show crypto pki trustpoint", "show crypto key mypubkey rsa"
    )
    assert "Server certificate (with private key)" in shown
    assert "Authenticated : Yes\n  Certificate   : Installed" in shown
    assert 'RSA Key Pair "server-default"' in shown
    assert "PRIVATE KEY" not in shown


def test_keys_are_for_the_owner_alone_and_survive_a_restart(tmp_path: Path, root: Authority) -> None:
    desk = authenticated(tmp_path, root)
    shown = desk.type("crypto pki enroll vpn_trust")
    for path in (tmp_path / "router.pki").iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
    again = Desk("awplus", desk.changes.text, tmp_path)
    other = again.type("crypto pki enroll vpn_trust")
    assert request_in(shown).public_key() == request_in(other).public_key()
    assert "SampleRootCA" in again.type("show crypto pki certificates vpn_trust")


def test_no_means_nothing_is_kept_and_abort_too(tmp_path: Path, root: Authority) -> None:
    desk = Desk("awplus", START, tmp_path)
    desk.type(TRUSTPOINT)
    shown = desk.type("crypto pki authenticate vpn_trust", root.pem.decode(), "n")
    assert "not accepted" in shown
    assert "cancelled" in desk.type("crypto pki authenticate vpn_trust", "abort")
    assert "No certificates." in desk.type("show crypto pki certificates")


def test_a_certificate_that_is_not_good_is_not_offered(tmp_path: Path, root: Authority) -> None:
    desk = authenticated(tmp_path, root)
    asked = request_in(desk.type("crypto pki enroll vpn_trust"))
    stranger = Authority("CN=Stranger", now=NOW)
    shown = desk.type("crypto pki import vpn_trust pem", pem(stranger.certificate_for(asked)).decode())
    assert "could not be validated" in shown
    assert "Stranger" in shown
    assert "Accept" not in shown
    other = root.issue("CN=other.example.com", kind="rsa")
    assert "not the one of this device" in desk.type(
        "crypto pki import vpn_trust pem", pem(other.certificate).decode()
    )
    old = Authority("CN=Old", now=NOW, valid=(-9 * DAY, timedelta(0) - DAY))
    assert "it was valid until" in desk.type("crypto pki authenticate vpn_trust", old.pem.decode())
    assert desk.trusted.own_names() == ()


def test_a_fingerprint_in_the_configuration_answers_the_question(tmp_path: Path, root: Authority) -> None:
    desk = Desk("awplus", START, tmp_path)
    digits = root.certificate.fingerprint().hex().upper()
    desk.type(TRUSTPOINT.replace("end", f"fingerprint {digits[:20]} {digits[20:]}\nend"))
    shown = desk.type("crypto pki authenticate vpn_trust", root.pem.decode().strip())
    assert "(y/n)" not in shown
    assert 'Successfully authenticated trustpoint "vpn_trust".' in shown
    assert "no fingerprint" in desk.type("conf t", "crypto pki trustpoint vpn_trust", "fingerprint 12 34")


def test_the_trustpoint_goes_with_its_certificates(tmp_path: Path, root: Authority) -> None:
    desk = authenticated(tmp_path, root)
    desk.type("conf t", "no crypto pki trustpoint vpn_trust", "end")
    assert desk.trusted.entries.keys() <= {"server-default"}
    assert "no trustpoint" in desk.type("crypto pki enroll vpn_trust")


def test_keys_are_made_and_destroyed_with_their_copies(tmp_path: Path, root: Authority) -> None:
    desk = authenticated(tmp_path, root)
    desk.type("conf t", "crypto pki trustpoint vpn_trust", "rsakeypair mine 3072", "end")
    assert 'Generating 3072-bit key "mine"' in desk.type("crypto key generate rsa label mine 3072")
    assert "there already" in desk.type("crypto key generate rsa label mine")
    assert 'Using private key "mine"' in desk.type("crypto pki enroll vpn_trust")
    assert "3072" in desk.type("show crypto key mypubkey rsa mine")
    desk.type("crypto key zeroize rsa mine")
    assert not list((tmp_path / "router.pki").glob("*.key.pem"))


def test_pkcs12_goes_out_and_comes_in_by_files(tmp_path: Path, root: Authority) -> None:
    desk = authenticated(tmp_path, root)
    own = root.certificate_for(request_in(desk.type("crypto pki enroll vpn_trust")))
    desk.type("crypto pki import vpn_trust pem", pem(own).decode().strip(), "y")
    shown = desk.type("crypto pki export vpn_trust pkcs12 server mine.p12", "cherry", "cherry")
    assert "Successfully exported." in shown
    assert "cherry" not in shown
    assert (tmp_path / "mine.p12").stat().st_mode & 0o777 == 0o600
    assert "there already" in desk.type("crypto pki export vpn_trust pkcs12 server mine.p12", "a", "a")
    assert "in the folder of the configuration" in desk.type("crypto pki export vpn_trust pem /etc/own.pem")
    assert root.pem.decode() in desk.type("crypto pki export vpn_trust pem")
    desk.type(
        "crypto key zeroize all",
        "conf t",
        "no crypto pki trustpoint vpn_trust",
        TRUSTPOINT.removeprefix("conf t\n"),
    )
    assert "wrong" in desk.type("crypto pki import vpn_trust pkcs12 server mine.p12", "plum")
    assert "successfully imported" in desk.type(
        "crypto pki import vpn_trust pkcs12 server mine.p12", "cherry"
    )
    assert desk.trusted.own_names() == ("vpn_trust",)


def test_a_router_that_certifies_itself(tmp_path: Path) -> None:
    desk = Desk("awplus", START, tmp_path)
    desk.type(TRUSTPOINT.replace("terminal", "selfsigned"))
    assert "Successfully authenticated" in desk.type("crypto pki authenticate vpn_trust")
    assert "Successfully enrolled the local server." in desk.type("crypto pki enroll vpn_trust")
    assert desk.trusted.own_names() == ("vpn_trust",)


def test_who_may_only_look_has_none_of_these_commands(tmp_path: Path) -> None:
    desk = Desk("awplus", START, tmp_path)
    desk.session.privileged = False
    assert "% Invalid input" in desk.type("crypto pki authenticate vpn_trust")
