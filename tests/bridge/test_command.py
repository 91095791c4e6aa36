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
    assert "kakehashi: tunnel0 does not come up" in result.output


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
