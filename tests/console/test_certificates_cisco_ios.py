"""`crypto pki` and `crypto key` of Cisco IOS, typed."""

from datetime import UTC
from pathlib import Path

import pytest
from cryptography import x509

from tests.console.desk import NOON, Desk
from tests.console.printed import last_request
from tests.pki.authority import Authority, pem

NOW = NOON.replace(tzinfo=UTC)
START = (
    "hostname R1\nip domain name example.com\ninterface GigabitEthernet0/0\n ip address 192.0.2.2 255.255.255.0\n"
    "crypto pki trustpoint CA\n enrollment terminal\n revocation-check none\n"
)


@pytest.fixture
def root() -> Authority:
    return Authority("C=JP,O=EXAMPLE,CN=Root", kind="rsa", now=NOW)


def desk_with(tmp_path: Path, more: str = "") -> Desk:
    desk = Desk("cisco-ios", START + more, tmp_path)
    desk.type("conf t")
    return desk


def enrolled(desk: Desk, root: Authority) -> str:
    """Authenticated, and with a certificate for the request; what was shown."""
    said = desk.type("crypto pki authenticate CA", *root.pem.decode().splitlines(), "quit", "yes")
    said += desk.type("crypto pki enroll CA", "no", "no", "yes", "no")
    own = pem(root.certificate_for(last_request(said))).decode().splitlines()
    return said + desk.type("crypto pki import CA certificate", *own[1:-1], "")


def test_pasted_to_the_end(tmp_path: Path, root: Authority) -> None:
    desk = desk_with(tmp_path)
    said = enrolled(desk, root)
    for line in (
        'Enter the base 64 encoded CA certificate.\nEnd with a blank line or the word "quit" on a line by itself\n',
        "% Do you accept this certificate? [yes/no]: yes\nTrustpoint CA certificate accepted.\n"
        "% Certificate successfully imported\n",
        "% Start certificate enrollment .. \n",
        "% The subject name in the certificate will include: R1.example.com\n",
        "Redisplay enrollment request? [yes/no]: no\n",
        "% Router Certificate successfully imported\n",
    ):
        assert line in said
    asked = last_request(said)
    names = asked.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["R1.example.com"]
    assert desk.trusted.own_names() == ("CA",)
    shown = desk.type("do show crypto pki certificates", "do show crypto key mypubkey rsa")
    assert "Associated Trustpoints: CA" in shown
    assert "Key name: CA\nKey type: RSA KEYS" in shown
    assert "PRIVATE" not in shown + said
    assert "authenticate" not in desk.changes.text


def test_keys_are_made_by_their_label_or_the_routers_name(tmp_path: Path, root: Authority) -> None:
    desk = desk_with(tmp_path, " rsakeypair MINE 3072\n")
    said = desk.type("crypto key generate rsa general-keys label MINE modulus 3072")
    assert "The name for the keys will be: MINE\n" in said
    assert "% Generating 3072 bit RSA keys, keys will be non-exportable...\n[OK]" in said
    assert "already have RSA keys defined named MINE" in desk.type(
        "crypto key gen rsa mod 2048 lab MINE", "no"
    )
    assert last_request(enrolled(desk, root)).public_key().key_size == 3072  # type: ignore[union-attr]
    assert "How many bits in the modulus [2048]: \n" in desk.type("crypto key generate rsa", "")
    assert set(desk.type("do show crypto key mypubkey rsa").split("Key name: ")[1:][0].split()) & {
        "CA",
        "MINE",
        "R1",
    }
    desk.type("crypto key zeroize rsa MINE", "yes")
    assert not list((tmp_path / "router.pki").glob("MINE.key.pem"))
    assert desk.trusted.own_names() == ()


def test_a_fingerprint_answers_and_another_refuses(tmp_path: Path, root: Authority) -> None:
    digits = root.certificate.fingerprint("md5").hex().upper()
    desk = desk_with(tmp_path, f" fingerprint {digits}\n")
    said = desk.type("crypto pki authenticate CA", *root.pem.decode().splitlines(), "quit")
    assert "Certificate validated - fingerprints matched.\nTrustpoint CA certificate accepted." in said
    other = Authority("CN=Other", now=NOW)
    assert "is another" in desk.type("crypto pki authenticate CA", *other.pem.decode().splitlines(), "quit")


def test_a_no_and_what_does_not_fit(tmp_path: Path, root: Authority) -> None:
    desk = desk_with(tmp_path)
    said = desk.type("crypto pki authenticate CA", *root.pem.decode().splitlines(), "quit", "no")
    assert "was not accepted" in said
    assert desk.trusted.entries == {} or not desk.trusted.entries["CA"].anchors
    assert "not known" in desk.type("crypto pki authenticate NOBODY")
    desk.type("crypto pki authenticate CA", *root.pem.decode().splitlines(), "quit", "yes")
    stranger = pem(root.issue("CN=x", kind="rsa").certificate).decode().splitlines()
    assert "not the one of this router" in desk.type("crypto pki import CA certificate", *stranger, "quit")


def test_pkcs12_and_pem_with_the_key(tmp_path: Path, root: Authority) -> None:
    own = root.issue("CN=R1", kind="rsa")
    (tmp_path / "r1.p12").write_bytes(own.pkcs12("cherry", root))
    desk = desk_with(tmp_path)
    said = desk.type("crypto pki import NEW pkcs12 flash:r1.p12 password cherry")
    assert "Imported PKCS12 file successfully." in said
    assert "crypto pki trustpoint NEW" in desk.changes.text
    parts = [root.pem, own.key_pem, pem(own.certificate)]
    lines = [line for part in parts for line in (*part.decode().splitlines(), "quit")]
    assert "% PEM files import succeeded." in desk.type("crypto pki import PEM pem terminal cherry", *lines)
    assert desk.trusted.own_names() == ("CA", "NEW", "PEM")[1:]
    desk.type("crypto pki export NEW pkcs12 flash:out.p12 password plum")
    assert (tmp_path / "out.p12").stat().st_mode & 0o777 == 0o600
    shown = desk.type("crypto pki export NEW pem terminal")
    assert pem(own.certificate).decode() in shown
    assert "PRIVATE" not in shown


def test_a_trustpoint_goes_when_that_was_meant(tmp_path: Path, root: Authority) -> None:
    desk = desk_with(tmp_path)
    enrolled(desk, root)
    assert "nothing is changed" in desk.type("no crypto pki trustpoint CA", "no")
    assert desk.trusted.own_names() == ("CA",)
    assert "revoke your certificates" in desk.type("no crypto pki trustpoint CA", "yes")
    assert desk.trusted.entries == {}


def chain(certificate: bytes, first: str) -> list[str]:
    digits = certificate.hex().upper()
    words = [digits[i : i + 8] for i in range(0, len(digits), 8)]
    rows = [" ".join(words[i : i + 8]) for i in range(0, len(words), 8)]
    return [
        "crypto pki certificate chain CA",
        f" certificate {first}",
        *(f"  {row}" for row in rows),
        "  \tquit",
    ]


def test_a_chain_in_the_configuration_is_trusted_and_comes_back(tmp_path: Path, root: Authority) -> None:
    text = START + "\n".join(chain(root.certificate.der, "ca 01")) + "\n"
    desk = Desk("cisco-ios", text, tmp_path)
    assert [a.der for a in desk.trusted.entries["CA"].anchors] == [root.certificate.der]
    again = Desk("cisco-ios", desk.changes.text, tmp_path)
    assert again.trusted.entries["CA"].anchors == desk.trusted.entries["CA"].anchors


def test_a_chain_is_typed(tmp_path: Path, root: Authority) -> None:
    desk = desk_with(tmp_path)
    said = desk.type(*(line.strip() for line in chain(root.certificate.der, "ca 01")))
    assert "Invalid" not in said
    assert [a.der for a in desk.trusted.entries["CA"].anchors] == [root.certificate.der]
    assert Desk("cisco-ios", desk.changes.text, tmp_path).trusted.entries["CA"].anchors


def test_scep_is_told(tmp_path: Path) -> None:
    desk = desk_with(tmp_path)
    desk.type("crypto pki trustpoint S", "enrollment url http://192.0.2.9", "exit")
    assert "SCEP is not there yet" in desk.type("crypto pki authenticate S")
    assert "SCEP is not there yet" in desk.type("crypto pki enroll S")
