"""`kakehashi help`, as a user types it."""

import typer
from typer.testing import CliRunner

from kakehashi import help_command

APP = typer.Typer()
APP.callback()(lambda: None)
help_command.register(APP)


def invoke(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(APP, ["help", *words])
    return result.exit_code, result.stdout, result.stderr


def test_a_line_shows_what_may_follow_it() -> None:
    shown = (0, "  <1-10000>  Priority of protection suite\n", "")
    assert invoke("--dialect", "cisco-ios", "crypto isakmp policy ?") == shown
    assert invoke("--dialect", "cisco-ios", "crypto", "isakmp", "policy") == shown


def test_a_mode_has_its_own_commands() -> None:
    code, out, _ = invoke("--dialect", "cisco-ios", "--mode", "isakmp policy", "encr aes ?")
    assert (code, out.split()[0]) == (0, "128")


def test_what_fits_no_command_is_refused() -> None:
    code, out, _ = invoke("--dialect", "awplus", "nonsense ?")
    assert (code, out.splitlines()[0]) == (1, "% Unrecognized command")


def test_an_unknown_language_or_mode_is_told_which_there_are() -> None:
    code, _, error = invoke("--dialect", "junos", "?")
    assert (code, "nec-ix" in error) == (2, True)
    code, _, error = invoke("--dialect", "nec-ix", "--mode", "line", "?")
    assert (code, "ikev2 profile" in error) == (2, True)
