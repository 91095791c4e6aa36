"""`kakehashi explain`: why the tunnels of a running gateway are not up."""

import enum
import json
from pathlib import Path
from typing import Annotated

import typer

from kakehashi.gateway import client
from kakehashi.gateway.control import Request
from kakehashi.gateway.errors import GatewayError
from kakehashi.gateway_command import AsJson, Control, GatewayName, StateDir

EXIT_FAULT = 1
EXIT_DOWN = 2


class Lang(enum.Enum):
    """In which language it is explained."""

    EN = "en"
    JA = "ja"


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("explain")(explain)


def explain(
    tunnel: Annotated[str | None, typer.Argument(help="One tunnel interface; all unless said.")] = None,
    lang: Annotated[Lang, typer.Option(help="The language of the explanation.")] = Lang.EN,
    as_json: AsJson = False,
    gateway: GatewayName = None,
    control: Control = None,
    state_dir: StateDir = None,
) -> None:
    """Say why the tunnels of a running gateway are not up.

    In the order in which an engineer looks, until something is wrong: with the configuration line and what to
    do. Exit status: 0 all are up, 2 one is not, 1 the gateway cannot be asked.
    """
    request = Request("explain", (tunnel,) if tunnel else (), text=lang.value)
    try:
        path: Path = control or client.find(state_dir or client.default_state_dir(), gateway)
        answer = client.ask(path, request)
    except GatewayError as error:
        typer.echo(f"kakehashi: {error.message}", err=True)
        if error.remedy:
            typer.echo(f"  {error.remedy}", err=True)
        raise typer.Exit(EXIT_FAULT) from error
    found = answer["explanations"]
    typer.echo(json.dumps(found, indent=2, ensure_ascii=False) if as_json else answer["text"], nl=as_json)
    raise typer.Exit(0 if all(each["up"] for each in found) else EXIT_DOWN)
