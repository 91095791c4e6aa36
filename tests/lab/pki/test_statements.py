"""What the lab's authority says of its certificates: as our own judge, and as OpenSSL, understands it."""

import shutil
import socket
import subprocess
import threading
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography.x509 import ocsp

from kakehashi.lab.pki.responder import question_in, serve
from kakehashi.lab.pki.statements import GOOD_FOR, Statements
from kakehashi.model.certificate import RevocationMethod
from kakehashi.pki.invented import Authority, Invented
from kakehashi.pki.request import make_key
from kakehashi.pki.revocation import Revocation
from kakehashi.pki.verdict import Pending, Refused
from tests.pki.authority import NOW, pem

URL = "http://198.18.255.80/"
ROOT = Authority(NOW, "the lab's authority", URL + "ca.crl", URL + "ocsp")
KEY = make_key()
ONE, OTHER = (ROOT.certify(Invented(identities=(), subject=f"CN={name}"), KEY) for name in ("one", "other"))


@pytest.fixture
def statements(tmp_path: Path) -> Statements:
    return Statements(ROOT.certificate, ROOT.key, tmp_path / "revoked", lambda: NOW)


def judged(statements: Statements, certificate: object, method: RevocationMethod) -> Refused | Pending | None:
    """What a gateway thinks, with what it was told over HTTP."""
    revocation, chain = Revocation(), (certificate, ROOT.certificate)
    asked = revocation.judge(chain, (method,), ("", ""), NOW)  # type: ignore[arg-type]
    assert isinstance(asked, Pending)
    (fetch,) = asked.fetches
    answer = statements.answer(fetch.body) if fetch.body else statements.crl()
    revocation.learn(fetch, answer, "", NOW)
    return revocation.judge(chain, (method,), ("", ""), NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize("method", [RevocationMethod.CRL, RevocationMethod.OCSP])
def test_who_is_revoked_is_so_from_then_on_and_nobody_else(
    statements: Statements, method: RevocationMethod
) -> None:
    assert judged(statements, ONE, method) is None
    statements.revoke(ONE)
    refused = judged(statements, ONE, method)
    assert isinstance(refused, Refused)
    assert "CN=one: it is revoked by" in refused.sentence
    assert "keyCompromise" in refused.sentence
    assert judged(statements, OTHER, method) is None


def test_what_is_said_is_good_for_a_minute_only(statements: Statements) -> None:
    revocation, chain = Revocation(), (ONE, ROOT.certificate)
    asked = revocation.judge(chain, (RevocationMethod.CRL,), ("", ""), NOW)
    assert isinstance(asked, Pending)
    revocation.learn(asked.fetches[0], statements.crl(), "", NOW)
    later = NOW + GOOD_FOR + timedelta(seconds=1)
    assert revocation.judge(chain, (RevocationMethod.CRL,), ("", ""), later) == asked


@pytest.mark.parametrize("question", [b"", b"rubbish", b"\x30\x00", b"\x30\x80" * 50])
def test_what_is_no_question_is_answered_so(statements: Statements, question: bytes) -> None:
    answer = ocsp.load_der_ocsp_response(statements.answer(question))
    assert answer.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


def test_of_another_authoritys_certificates_nothing_is_known(statements: Statements) -> None:
    stranger = Authority(NOW, "somebody else", URL)
    theirs = stranger.certify(Invented(identities=(), subject="CN=x"), KEY)
    asked = Revocation().judge(
        (theirs, stranger.certificate), (RevocationMethod.OCSP,), ("", URL + "ocsp"), NOW
    )
    assert isinstance(asked, Pending)
    found = ocsp.load_der_ocsp_response(statements.answer(asked.fetches[0].body))
    assert found.certificate_status is ocsp.OCSPCertStatus.UNKNOWN


@pytest.fixture
def served(statements: Statements) -> Iterator[str]:
    """The address at which it is served, on this host."""
    stopping = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=([listening], statements, stopping.is_set))
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        stopping.set()
        thread.join(10)


def question() -> bytes:
    asked = Revocation().judge((ONE, ROOT.certificate), (RevocationMethod.OCSP,), ("", ""), NOW)
    assert isinstance(asked, Pending)
    return asked.fetches[0].body


def test_lists_and_answers_come_by_http(served: str, statements: Statements) -> None:
    statements.revoke(ONE)
    with urllib.request.urlopen(f"{served}/any/path.crl", timeout=10) as answer:
        assert answer.headers["Content-Type"] == "application/pkix-crl"
        assert answer.read()[:1] == b"\x30"
    with urllib.request.urlopen(f"{served}/ocsp", question(), timeout=10) as answer:
        found = ocsp.load_der_ocsp_response(answer.read())
    assert found.certificate_status is ocsp.OCSPCertStatus.REVOKED
    with urllib.request.urlopen(
        f"{served}/ocsp/{quote(b64encode(question()), safe='')}", timeout=10
    ) as answer:
        assert answer.headers["Content-Type"] == "application/ocsp-response"


def test_clients_without_manners_stop_nobody(served: str) -> None:
    host, _, port = served.removeprefix("http://").partition(":")
    idle = [socket.create_connection((host, int(port))) for _ in range(8)]
    with socket.create_connection((host, int(port))) as rude:
        rude.sendall(b"POST / HTTP/1.0\r\nContent-Length: 99999999\r\n\r\n")
        assert b"413" in rude.recv(1000)
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(urllib.request.Request(served, method="DELETE"), timeout=10)
    with urllib.request.urlopen(f"{served}/ca.crl", timeout=10) as answer:
        assert answer.status == 200
    for connection in idle:
        connection.close()


def test_the_question_in_a_path_is_found_behind_any_prefix() -> None:
    text = b64encode(question()).decode()
    for path in (f"/{text}", f"/ocsp/{quote(text, safe='')}", f"/a/b/{text}"):
        assert question_in(path) == question()
    for path in ("/", "/ca.crl", "/ocsp/", "/ocsp/AAAA", "/%ff", "/" + "a/" * 500):
        assert question_in(path) is None


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl")
def test_openssl_reads_the_same(tmp_path: Path, statements: Statements) -> None:
    statements.revoke(ONE)
    (tmp_path / "list").write_bytes(statements.crl())
    (tmp_path / "answer").write_bytes(statements.answer(question()))
    (tmp_path / "ca.pem").write_bytes(pem(ROOT.certificate))
    (tmp_path / "one.pem").write_bytes(pem(ONE))
    shown = openssl(tmp_path, "crl", "-in", "list", "-inform", "DER", "-noout", "-text", "-CAfile", "ca.pem")
    assert f"Serial Number: {ONE.serial:X}" in shown.replace("Number: 0", "Number: ")
    assert "verify OK" in shown
    told = openssl(
        tmp_path, "ocsp", "-issuer", "ca.pem", "-cert", "one.pem", "-respin", "answer", "-CAfile", "ca.pem",
        "-no_nonce", "-attime", str(int(NOW.timestamp())), "-validity_period", "1000000000",
    )  # fmt: skip
    assert "one.pem: revoked" in told
    assert "Response verify OK" in told


def openssl(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["openssl", *words], cwd=folder, capture_output=True, text=True, timeout=30, check=False
    )
    return done.stdout + done.stderr
