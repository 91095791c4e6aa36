"""`kakehashi translate` and `kakehashi mirror` as an engineer calls them, and what they must not need."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from kakehashi.bridge_command import register
from tests.bridge.sites import CISCO_MAP, NEC_IKEV2


def run(*arguments: str) -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def tokyo(tmp_path: Path) -> str:
    path = tmp_path / "tokyo.cfg"
    path.write_text(NEC_IKEV2)
    return str(path)


@pytest.mark.parametrize("command", ["translate", "mirror"])
def test_what_is_proved_is_printed_with_its_account(command: str, tokyo: str) -> None:
    result = run(command, "--to", "cisco-ios", tokyo)
    assert result.exit_code == 0
    assert "! Proved: Tunnel0" in result.output
    assert "interface Tunnel0\n" in result.output


def test_what_fails_is_said_and_ends_with_1(tmp_path: Path) -> None:
    path = tmp_path / "key-ids.cfg"
    path.write_text(NEC_IKEV2.replace("id fqdn", "id keyid"))
    result = run("translate", "--to", "awplus", str(path))
    assert result.exit_code == 1
    assert "kakehashi: tunnel0 does not come up: the far end must be changed as this end is" in result.output
    assert "interface tunnel0\n" in result.output, "the rest stands there all the same"


def test_a_file_with_keys_is_for_its_owner_alone(tokyo: str, tmp_path: Path) -> None:
    made = tmp_path / "osaka.cfg"
    made.write_text("as before")
    made.chmod(0o644)
    result = run("mirror", "--to", "cisco-ios", tokyo, "-o", str(made))
    assert result.exit_code == 0
    assert made.stat().st_mode & 0o777 == 0o600
    assert "between-us" in made.read_text()
    assert "between-us" not in result.output
    assert "! Proved: Tunnel0.0" in result.output
    for_machines = run("mirror", "--to", "awplus", tokyo, "-o", str(made), "--json")
    assert "between-us" not in for_machines.output


def test_the_first_file_is_written_as_the_far_end_needs_it(tmp_path: Path) -> None:
    path, first, far = (tmp_path / name for name in ("key-ids.cfg", "first.cfg", "far.cfg"))
    path.write_text(NEC_IKEV2.replace("id fqdn", "id keyid"))
    plain = run("mirror", "--to", "awplus", str(path), "-o", str(far))
    assert plain.exit_code == 0
    assert f"{path} must be changed as the top tells" in plain.output
    result = run("mirror", "--to", "awplus", str(path), "-o", str(far), "--first", str(first))
    assert result.exit_code == 0
    assert first.read_text() == NEC_IKEV2, "nothing but the kind of identity is another one"
    assert first.stat().st_mode & 0o777 == 0o600


def test_the_file_that_is_read_is_not_overwritten(tokyo: str) -> None:
    for option in ("-o", "--first"):
        assert run("mirror", "--to", "awplus", tokyo, option, tokyo).exit_code == 2
    assert Path(tokyo).read_text() == NEC_IKEV2


def test_machines_get_everything(tmp_path: Path) -> None:
    path = tmp_path / "sapporo.cfg"
    path.write_text(CISCO_MAP)
    found = json.loads(run("translate", "--to", "nec-ix", "--json", str(path)).output)
    assert found["proved"] is True
    assert [t["comes_up"] for t in found["tunnels"]] == [True, True]
    assert {x["fate"] for x in found["lines"]} <= {"carried", "default", "impossible"}


def test_an_unknown_language_or_file_ends_with_2(tokyo: str) -> None:
    assert run("translate", "--to", "junos", tokyo).exit_code == 2
    assert run("mirror", "--to", "awplus", f"{tokyo}.not").exit_code == 2


def test_neither_host_nor_data_plane_is_loaded() -> None:
    script = (
        "import sys, kakehashi.bridge_command;"
        "print([m for m in sys.modules if m.startswith(('kakehashi.gateway', 'kakehashi.dataplane', 'pyroute2'))])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_by_what_the_language_was_recognised_is_said_beside_the_result(tokyo: str) -> None:
    result = run("translate", "--to", "cisco-ios", tokyo)
    assert f"{tokyo} is NEC UNIVERGE IX, recognised by " in result.stderr
    said = run("translate", "--to", "cisco-ios", "--dialect", "tokyo.cfg=nec-ix", tokyo)
    assert "recognised" not in said.stderr
    assert said.stdout == result.stdout
