"""`kakehashi check` as an engineer calls it, and what it must not need."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from kakehashi.check_command import register
from tests.check.pairs import ARTICLE, FOLDER, text

R1, R2 = (str(FOLDER / file) for file in ARTICLE)


def run(*arguments: str) -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)
    return CliRunner().invoke(app, ["check", *arguments])


def test_a_good_pair_ends_with_0_and_the_sheet() -> None:
    result = run(R1, R2)
    assert result.exit_code == 0
    assert "comes up and survives its rekeys" in result.output
    assert "DH group" in result.output


def test_a_fault_ends_with_1(tmp_path: Path) -> None:
    other = tmp_path / "r2.cfg"
    other.write_text(text("r2.cfg").replace(" group 2\n", " group 5\n"))
    result = run(R1, str(other))
    assert result.exit_code == 1
    assert "does not come up" in result.output


@pytest.mark.parametrize("what", ["missing", "binary", "prose"])
def test_what_cannot_be_read_ends_with_2(what: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    if what == "binary":
        file.write_bytes(b"\x7fELF\x00\x01")
    elif what == "prose":
        file.write_text("Dear all,\nthe router is on its way.\n")
    result = run(R1, str(file))
    assert result.exit_code == 2
    assert str(file) in result.output


def test_one_file_is_looked_at_alone() -> None:
    plain = json.loads(run("--json", R1).output)
    assert plain["tunnels"] == []
    assert [f["dialect"] for f in plain["files"]] == ["cisco-ios"]


def test_the_same_file_twice_is_one() -> None:
    assert len(json.loads(run("--json", R1, R1).output)["files"]) == 1


def test_the_dialect_can_be_said() -> None:
    assert run("--dialect", "cisco-ios", R1).exit_code == 0
    result = run("--dialect", "klingon", R1)
    assert result.exit_code == 2
    assert "cisco-ios" in result.output


@pytest.mark.parametrize("form", ["text", "markdown", "csv", "html", "json"])
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_every_format_in_every_language(form: str, lang: str) -> None:
    result = run("--format", form, "--lang", lang, R1, R2)
    assert result.exit_code == 0
    assert result.output


def test_a_comment_in_shift_jis_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "sjis.cfg"
    file.write_bytes("! 東京本社のルータ\r\n".encode("cp932") + text("r1.cfg").replace("\n", "\r\n").encode())
    plain = json.loads(run("--json", str(file)).output)
    assert plain["files"][0]["unknown"] == []
    assert not [f for f in plain["findings"] if f["severity"] != "note"]


def test_a_line_that_is_not_understood_is_listed_without_its_key(tmp_path: Path) -> None:
    file = tmp_path / "r1.cfg"
    file.write_text(
        text("r1.cfg") + "crypto isakmp kez hush-hush address 192.0.2.1\nsnmp-server contact me\n"
    )
    result = run("--json", str(file))
    plain = json.loads(result.output)
    (unknown,) = plain["files"][0]["unknown"]
    lines = file.read_text().splitlines()
    assert lines[unknown["line"] - 1].startswith("crypto isakmp kez")
    assert plain["files"][0]["not_ours"] == [len(lines)]
    assert "hush" not in result.output


def test_what_begins_with_ike_is_shown_as_far_as_its_key(tmp_path: Path) -> None:
    file = tmp_path / "sapporo.cfg"
    file.write_text(
        text("sapporo.cfg").replace("hash sha2-256", "hash sha3-256") + "ike polcy x key hush-hush\n"
    )
    plain = json.loads(run("--json", str(file)).output)
    first, second = plain["files"][0]["unknown"]
    assert first["text"].startswith("ike proposal p1 encryption aes-256 hash sha3-256")
    assert second["text"].startswith("ike polcy x")
    assert "hush" not in second["text"]


def test_it_needs_no_data_plane_and_no_event_loop() -> None:
    script = (
        "import sys, kakehashi.check_command\n"
        "wrong = {'asyncio', 'pyroute2', 'kakehashi._dataplane'} & set(sys.modules)\n"
        "wrong |= {m for m in sys.modules if m.startswith(('kakehashi.gateway', 'kakehashi.dataplane', "
        "'kakehashi.lab'))}\n"
        "print(*sorted(wrong))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.strip()) == (0, "")


def test_one_file_may_be_said_to_be_in_a_language(tmp_path: Path) -> None:
    other = tmp_path / "r2.cfg"
    other.write_text(text("r2.cfg"))
    found = json.loads(run("--json", "--dialect", "r2.cfg=awplus", R1, str(other)).output)
    assert [f["dialect"] for f in found["files"]] == ["cisco-ios", "awplus"]
    assert run("--dialect", "r3.cfg=awplus", R1).exit_code == 2


def test_a_file_saved_by_notepad_says_the_same(tmp_path: Path) -> None:
    other = tmp_path / "r2.cfg"
    other.write_bytes(text("r2.cfg").replace("\n", "\r\n").encode("utf-16"))
    assert run(R1, str(other)).exit_code == 0


def test_a_line_that_is_not_ours_is_not_unknown_because_it_is_the_first(tmp_path: Path) -> None:
    file = tmp_path / "r1.cfg"
    file.write_text("wireless-thing on\n" + text("r1.cfg"))
    (only,) = json.loads(run("--json", str(file)).output)["files"]
    assert only["unknown"] == []
    assert 1 in only["not_ours"]
