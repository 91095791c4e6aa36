"""The command line: it says what it can do, and what went wrong with what to do."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from kakehashi import cli
from kakehashi.gateway import daemon
from kakehashi.gateway.errors import GatewayError
from kakehashi.gateway.options import RunOptions
from kakehashi.ike.effects import Level


def invoke(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli.application(words), list(words))
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("words", [("--help",), ("-h",), ("run", "--help"), ("show", "-h"), ("clear", "-h")])
def test_every_command_explains_itself(words: tuple[str, ...]) -> None:
    code, out, _ = invoke(*words)
    assert code == 0
    assert "Usage: kakehashi" in out


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_the_list_of_commands_says_what_each_says_of_itself(name: str) -> None:
    _, out, _ = invoke(name, "--help")
    assert cli.COMMANDS[name].help in " ".join(out.split())
    _, listed, _ = invoke("--help")
    assert cli.COMMANDS[name].help[:40] in " ".join(listed.split())


def test_what_is_no_command_is_said() -> None:
    code, _, error = invoke("chekc")
    assert code == 2
    assert "chekc" in error


def test_without_a_running_gateway_the_remedy_is_told(tmp_path: Path) -> None:
    code, _, error = invoke("show", "ikev2", "sa", "--state-dir", str(tmp_path))
    assert code == 1
    assert f"no gateway is running in {tmp_path}" in error
    assert "kakehashi run FILE" in error


def test_options_reach_the_gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[RunOptions] = []
    monkeypatch.setattr(daemon, "run", lambda options, faces: seen.append(options) or 2)
    file = tmp_path / "tokyo.cfg"
    file.touch()
    code, _, _ = invoke(
        "run", str(file), "--map", "GigaEthernet0.0=eth0", "--map", "GigaEthernet1.0=eth1", "--log-level",
        "debug", "--log-json", "--dialect", "nec-ix", "--key-log", str(tmp_path / "keys"),
        "--state-dir", str(tmp_path),
    )  # fmt: skip
    assert code == 2
    (options,) = seen
    assert options.maps == {"GigaEthernet0.0": "eth0", "GigaEthernet1.0": "eth1"}
    assert (options.log.level, options.log.as_json) == (Level.DEBUG, True)
    assert (options.name, options.socket) == ("tokyo", tmp_path / "tokyo.sock")
    assert options.dialect == "nec-ix"


def test_a_fault_is_told_in_words_with_its_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: RunOptions, faces: object) -> int:
        raise GatewayError("UDP port 500 is taken", "stop the other IKE daemon")

    monkeypatch.setattr(daemon, "run", refuse)
    file = tmp_path / "tokyo.cfg"
    file.touch()
    code, out, error = invoke("run", str(file))
    assert (code, out) == (1, "")
    assert error == "kakehashi: UDP port 500 is taken\n  stop the other IKE daemon\n"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    code, _, error = invoke("run", str(tmp_path / "nowhere.cfg"))
    assert code == 2
    assert "nowhere.cfg" in error.replace("\n", "")
