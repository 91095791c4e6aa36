"""`kakehashi console`, `apply`, `confirm` and `save`: the command line of a running gateway."""

import asyncio
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from kakehashi.console.router import RefusedError
from kakehashi.dialects.registry import UnknownDialectError
from kakehashi.dialects.text import decode
from kakehashi.gateway import client
from kakehashi.gateway.control import LONGEST_TRIAL, Request
from kakehashi.gateway.errors import GatewayError

EXIT_FAULT = 1

StateDir = Annotated[
    Path | None, typer.Option(help="Folder of control socket and ledger; /run/kakehashi unless said.")
]
Control = Annotated[Path | None, typer.Option(help="The control socket itself, instead of looking for it.")]
GatewayName = Annotated[
    str | None, typer.Option("--gateway", help="Which gateway, if several run: the stem of its file.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    for command in (console, apply, confirm, save):
        app.command()(command)


def console(
    dialect: Annotated[
        str | None,
        typer.Option(help="Speak another language than the configuration's; nothing can be changed."),
    ] = None,
    gateway: GatewayName = None,
    control: Control = None,
    state_dir: StateDir = None,
) -> None:
    """Sit down at the router's own command line.

    Lines from a pipe are run one by one, and shown as a transcript.
    """
    from kakehashi.console.local import console as run_console

    try:
        path = control or client.find(state_dir or client.default_state_dir(), gateway)
        asyncio.run(run_console(path, dialect or ""))
    except (GatewayError, RefusedError, UnknownDialectError) as error:
        _fail(error)
    except KeyboardInterrupt:
        raise typer.Exit(EXIT_FAULT) from None


def apply(
    file: Annotated[
        Path, typer.Argument(help="A whole configuration.", exists=True, dir_okay=False, readable=True)
    ],
    seconds: Annotated[
        int,
        typer.Option(
            "--confirm",
            metavar="SECONDS",
            min=0,
            max=LONGEST_TRIAL,
            help="Go back by itself after so long, unless `kakehashi confirm` says that it may stay.",
        ),
    ] = 0,
    gateway: GatewayName = None,
    control: Control = None,
    state_dir: StateDir = None,
) -> None:
    """Run another configuration, without a restart.

    Only what differs is touched. `kakehashi save` keeps it for the next start.
    """
    text = decode(file.read_bytes())
    if text is None:
        _fail(GatewayError(f"{file}: it is not text"))
    typer.echo(_ask(Request("apply", text=text, seconds=seconds), gateway, control, state_dir))


def confirm(gateway: GatewayName = None, control: Control = None, state_dir: StateDir = None) -> None:
    """Keep the configuration that is on trial."""
    typer.echo(_ask(Request("confirm"), gateway, control, state_dir))


def save(gateway: GatewayName = None, control: Control = None, state_dir: StateDir = None) -> None:
    """Write what runs into the file that is read at the start."""
    typer.echo(_ask(Request("save"), gateway, control, state_dir))


def _ask(request: Request, gateway: str | None, control: Path | None, state_dir: Path | None) -> str:
    try:
        path = control or client.find(state_dir or client.default_state_dir(), gateway)
        return str(client.ask(path, request)["text"])
    except GatewayError as error:
        _fail(error)


def _fail(error: Exception) -> NoReturn:
    message, remedy = getattr(error, "message", str(error)), getattr(error, "remedy", "")
    typer.echo(f"kakehashi: {message}", err=True)
    if remedy:
        typer.echo(f"  {remedy}", err=True)
    raise typer.Exit(EXIT_FAULT)
