"""`kakehashi help`: what a router shows behind `?`."""

from typing import Annotated, NoReturn

import typer

from kakehashi.dialects.grammar import Grammar, Mode
from kakehashi.dialects.help import help_at, written
from kakehashi.dialects.matching import Failure
from kakehashi.dialects.registry import UnknownDialectError, by_name

EXIT_FAULT = 1
EXIT_UNKNOWN = 2


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("help")(help_command)


def help_command(
    dialect: Annotated[str, typer.Option(help="The language: nec-ix, cisco-ios or awplus.")],
    line: Annotated[
        list[str] | None,
        typer.Argument(metavar="LINE...", help="As typed on the router, in quotes: 'crypto isakmp ?'"),
    ] = None,
    mode: Annotated[
        str, typer.Option(help="Where in the configuration, e.g. interface; its outermost part unless said.")
    ] = "root",
) -> None:
    """Show what a router's command line takes, as its `?` does.

    Exit status: 0 shown, 1 the line fits no command, 2 there is no such language or mode.
    """
    try:
        of = by_name(dialect)
    except UnknownDialectError as error:
        _fail(str(error))
    text = " ".join(line or ())
    found = help_at(_mode(of.grammar, mode), text if text.endswith("?") else f"{text} ?", of.notation)
    typer.echo(written(found, of.notation))
    if isinstance(found, Failure):
        raise typer.Exit(EXIT_FAULT)


def _mode(grammar: Grammar, name: str) -> Mode:
    modes = {m.name: m for m in (grammar.root, *grammar.modes) if m.commands}
    if name not in modes:
        _fail(f"there is no mode `{name}`; there are {', '.join(modes)}")
    return modes[name]


def _fail(message: str) -> NoReturn:
    typer.echo(f"kakehashi: {message}", err=True)
    raise typer.Exit(EXIT_UNKNOWN)
