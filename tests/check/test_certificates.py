"""`check` looks at the certificates that it can see: pasted, beside the file, in the gateway's store."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kakehashi.check.japanese.translate import translate
from kakehashi.check.report import Remark, Report, Severity
from kakehashi.check.run import check
from kakehashi.check_certificates import with_certificates
from kakehashi.check_reading import read_configurations
from kakehashi.gateway.pki_store import Store
from tests.check.test_command import run
from tests.interop.certificates import files_of_ours, nec
from tests.pki.authority import DAY, NOW, Authority, pem

ROOT = Authority()
OURS = "CN=ours.example.com"
AWPLUS = """\
crypto pki trustpoint T
 subject-name /CN=ours.example.com
crypto isakmp profile c
 pki trustpoint T
interface eth1
 ip address 198.51.100.1/24
interface tunnel0
 tunnel mode ipsec ipv4
"""


def seen(file: Path, at: datetime = NOW) -> Report:
    configurations = read_configurations([str(file)])
    return check([with_certificates(c, file.parent / "state") for c in configurations], at)


def about(report: Report) -> list[Remark]:
    return [r for r in report.remarks if r.rule.startswith("certificate-") or r.rule == "broken-certificate"]


def beside(folder: Path, days: float) -> Path:
    """A NEC IX whose certificate is valid for so long, with the files that its lines name."""
    files_of_ours(folder, ROOT.issue(OURS, valid=(-400 * DAY, days * DAY)), ROOT)
    file = folder / "r.cfg"
    file.write_text(nec())
    return file


@pytest.mark.parametrize(
    ("days", "rule", "severity", "words"),
    [
        (29.5, "certificate-expires", Severity.WARNING, "ends within 30 days, on 2026-12-22 00:00 UTC"),
        (6.5, "certificate-expires", Severity.WARNING, "ends within 7 days, on 2026-11-29 00:00 UTC"),
        (1, "certificate-expires", Severity.WARNING, "ends within 1 day, on 2026-11-23 12:00 UTC"),
        (0, "certificate-expired", Severity.ERROR, "ended on 2026-11-22 12:00 UTC: no peer accepts it"),
        (-99, "certificate-expired", Severity.ERROR, "ended on 2026-08-15 12:00 UTC"),
    ],
)
def test_what_ends_is_told_with_the_line_that_loads_it(
    tmp_path: Path, days: float, rule: str, severity: Severity, words: str
) -> None:
    (remark,) = about(seen(beside(tmp_path, days)))
    assert (remark.rule, remark.severity) == (rule, severity)
    assert words in remark.message
    assert f"{OURS} (myCert, {tmp_path}/own.pem)" in remark.message
    assert [str(where) for where in remark.where] == [f"{tmp_path}/r.cfg:2"]
    assert "kakehashi pki enroll" in remark.fix


def test_what_is_valid_for_long_is_not_spoken_of(tmp_path: Path) -> None:
    assert about(seen(beside(tmp_path, 31))) == []


def test_the_time_that_is_asked_about_decides(tmp_path: Path) -> None:
    file = beside(tmp_path, 400)
    assert about(seen(file)) == []
    assert [r.rule for r in about(seen(file, NOW + 401 * DAY))] == ["certificate-expired"]
    assert {r.rule for r in about(seen(file, NOW - 500 * DAY))} == {"certificate-not-yet-valid"}


def test_without_a_time_nothing_is_asked(tmp_path: Path) -> None:
    (configuration,) = read_configurations([str(beside(tmp_path, -1))])
    assert about(check([with_certificates(configuration, tmp_path)])) == []


def test_the_authority_ends_too(tmp_path: Path) -> None:
    old = Authority("CN=Old Root", valid=(-900 * DAY, 3 * DAY))
    files_of_ours(tmp_path, ROOT.issue(OURS, valid=(-DAY, 400 * DAY)), old)
    (tmp_path / "r.cfg").write_text(nec())
    (remark,) = about(seen(tmp_path / "r.cfg"))
    assert "CN=Old Root (caCert" in remark.message
    assert [where.line for where in remark.where] == [3]
    assert remark.fix == "import the authority's new certificate, on both sides"


def test_what_was_pasted_and_what_is_in_the_store_is_told_with_its_trustpoint(tmp_path: Path) -> None:
    store = Store(tmp_path / "state" / "r.pki", lambda: NOW)
    store.import_certificate("T", ROOT.issue(OURS, valid=(-DAY, 5 * DAY)).pem)
    pasted = pem(Authority("CN=Pasted", valid=(-DAY, 5 * DAY)).certificate).decode()
    file = tmp_path / "r.cfg"
    file.write_text(f"{AWPLUS}crypto pki authenticate T\n{pasted}")
    told = {remark.message.split(" ends")[0]: remark.where[0].line for remark in about(seen(file))}
    assert told == {
        "the certificate CN=Pasted (T)": 1,
        f"the certificate {OURS} (T, {tmp_path}/state/r.pki/T.cert.pem)": 1,
    }


def test_who_was_renewed_is_not_told_of_the_old_one(tmp_path: Path) -> None:
    old, new = Authority("CN=Root", valid=(-DAY, 2 * DAY)), Authority("CN=Root")
    (tmp_path / "r.cfg").write_text(nec(local="psk"))
    (tmp_path / "ca.pem").write_bytes(old.pem + new.pem)
    assert about(seen(tmp_path / "r.cfg")) == []
    (tmp_path / "ca.pem").write_bytes(old.pem)
    assert len(about(seen(tmp_path / "r.cfg"))) == 1


@pytest.mark.parametrize("octets", [b"rubbish", b"\x30\x82\xff", b"-----BEGIN CERTIFICATE-----\nAAAA\n", b""])
def test_a_broken_file_is_told_and_nothing_else_suffers(tmp_path: Path, octets: bytes) -> None:
    file = beside(tmp_path, 400)
    (tmp_path / "own.pem").write_bytes(octets)
    (remark,) = about(seen(file))
    assert (remark.rule, remark.severity) == ("broken-certificate", Severity.WARNING)
    assert f"{tmp_path}/own.pem cannot be used" in remark.message
    assert remark.where[0].line == 2


def test_files_of_the_device_that_are_not_here_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "r.cfg").write_text(nec())
    assert about(seen(tmp_path / "r.cfg")) == []


def test_keys_of_the_store_are_not_even_opened(tmp_path: Path) -> None:
    store = Store(tmp_path / "state" / "r.pki", lambda: NOW)
    store.import_certificate("T", ROOT.issue(OURS, valid=(-DAY, 5 * DAY)).pem)
    key = tmp_path / "state" / "r.pki" / "T.key.pem"
    key.unlink()
    key.mkdir()  # whoever opened it would fail
    (tmp_path / "r.cfg").write_text(AWPLUS)
    assert len(about(seen(tmp_path / "r.cfg"))) == 1


def test_all_of_it_is_said_in_japanese(tmp_path: Path) -> None:
    for days, words in (
        (6, "有効期限は6日以内に切れます(2026-11-28"),
        (-1, "対向は受け付けません"),
        (1, "1日以内"),
    ):
        (remark,) = about(seen(beside(tmp_path, days)))
        assert words in (translate(remark.message) or "")
        assert "kakehashi pki enroll" in (translate(remark.fix) or "")


def test_the_command_looks_at_the_clock_itself(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    root = Authority(now=now)
    files_of_ours(tmp_path, root.issue(OURS, valid=(-9 * DAY, -DAY)), root)
    (tmp_path / "r.cfg").write_text(nec())
    result = run(str(tmp_path / "r.cfg"))
    assert result.exit_code == 1
    assert "no peer accepts it any more" in " ".join(result.output.split())
