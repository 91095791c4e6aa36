"""`pki` of NEC IX, typed: files of the router's storage (V2-18)."""

from datetime import UTC
from pathlib import Path

import pytest

from tests.console.desk import NOON, Desk
from tests.pki.authority import Authority

NOW = NOON.replace(tzinfo=UTC)
START = "interface GigaEthernet0.0\n  ip address 192.0.2.2/24\n  no shutdown\n"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    root = Authority(kind="rsa", now=NOW)
    own = root.issue("CN=site1.example.com", kind="rsa")
    (tmp_path / "caCert.pem").write_bytes(root.pem)
    (tmp_path / "own.pem").write_bytes(own.pem)
    (tmp_path / "own.p12").write_bytes(own.pkcs12("cherry", root))
    return Desk("nec-ix", START, tmp_path)


def test_a_file_is_kept_in_the_storage_and_leaves_no_line(desk: Desk) -> None:
    shown = desk.type("conf", "pki cert import pem name caCert url file:caCert.pem", "show running-config")
    assert "%" not in shown
    assert "  pki" not in shown
    assert list(desk.trusted.entries) == ["caCert"]
    again = Desk("nec-ix", desk.changes.text, desk.file.parent)
    assert "Certificate caCert\n  Type         : CA certificate" in again.type("show pki cert")


def test_our_certificate_with_its_key(desk: Desk) -> None:
    desk.type("pki cert import pem name myCert url file:own.pem")
    assert desk.trusted.own_names() == ("myCert",)
    shown = desk.type("show pki cert")
    assert "my certificate, with private key" in shown
    assert "PRIVATE" not in shown
    assert (desk.file.parent / "router.pki" / "myCert.key.pem").stat().st_mode & 0o777 == 0o600


def test_pkcs12_with_its_password_asked_for_or_typed(desk: Desk) -> None:
    assert "password is wrong" in desk.type("pki pkcs12 import name a url file:own.p12", "plum")
    shown = desk.type("pki pkcs12 import name a url file:own.p12", "cherry")
    assert "cherry" not in shown
    desk.type("conf", "pki pkcs12 import name b url file:own.p12 password cherry", "exit")
    assert desk.trusted.own_names() == ("a", "b")
    assert "cherry" not in desk.log.getvalue() + desk.changes.text


def test_what_is_erased_does_not_come_back(desk: Desk) -> None:
    line = "pki cert import pem name caCert url file:caCert.pem"
    loaded = Desk("nec-ix", f"{line}\n{START}", desk.file.parent)
    loaded.type("pki cert import pem name caCert url file:caCert.pem", "pki cert erase name caCert")
    assert line not in loaded.changes.text
    assert loaded.trusted.entries == {}
    assert "there is no certificate caCert" in loaded.type("pki cert erase name caCert")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("file:nothing.pem", "nothing.pem: No such file"),
        ("file:/etc/passwd", "in the folder of the configuration"),
        ("http://192.0.2.9/ca.pem", "files of its own storage alone"),
        ("file:router.cfg", "neither PEM nor DER"),
    ],
)
def test_a_file_that_is_none_is_told_at_once(desk: Desk, url: str, said: str) -> None:
    desk.file.write_text(START)
    assert said in desk.type(f"pki cert import pem name caCert url {url}")
    assert desk.trusted.entries == {}
