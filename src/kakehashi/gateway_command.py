"""`kakehashi run`, `show`, `clear`, `reload` and `stop`: a gateway, and what is asked of a running one."""

import asyncio
import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Annotated, NoReturn, cast

import typer

from kakehashi.dialect_question import ask_where_unknown
from kakehashi.gateway import client
from kakehashi.gateway.control import Answer, Request
from kakehashi.gateway.errors import GatewayError
from kakehashi.gateway.face import Face
from kakehashi.gateway.log import LogOptions
from kakehashi.gateway.options import (
    RunOptions,
    parse_backend,
    parse_level,
    parse_listener,
    parse_maps,
    parse_syslog,
)

EXIT_FAULT = 1

File = Annotated[
    Path, typer.Argument(help="The router's configuration.", exists=True, dir_okay=False, readable=True)
]
StateDir = Annotated[
    Path | None,
    typer.Option(
        help="Folder of control socket, ledger and keys; unless said /run/kakehashi, and for keys "
        "/var/lib/kakehashi."
    ),
]
Control = Annotated[Path | None, typer.Option(help="The control socket itself, instead of looking for it.")]
GatewayName = Annotated[
    str | None, typer.Option("--gateway", help="Which gateway, if several run: the stem of its file.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Everything, as JSON for machines.")]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    for command in (run, show, clear, reload, stop):
        app.command()(command)


def run(
    file: File,
    maps: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="INTERFACE=DEVICE",
            help="Which device of this host is which interface of the configuration. Not needed where the "
            "device has the interface's address already. May be given several times.",
        ),
    ] = None,
    state_dir: StateDir = None,
    control: Control = None,
    log_level: Annotated[
        str, typer.Option(help="Tell that and worse: error, warning, notice, info or debug.")
    ] = "notice",
    log_json: Annotated[bool, typer.Option("--log-json", help="Log lines as JSON.")] = False,
    syslog: Annotated[
        list[str] | None,
        typer.Option(
            metavar="{udp|tcp|tls}://HOST[:PORT]",
            help="Tell the log to this host, too (RFC 5424), besides those of the configuration. Behind it "
            "may stand ?level=notice&facility=local0&source=ADDRESS and, for tls, ca=FILE. May be given "
            "several times.",
        ),
    ] = None,
    dialect: Annotated[
        str | None, typer.Option(help="The configuration's language, e.g. nec-ix; recognised unless said.")
    ] = None,
    ssh: Annotated[
        str | None,
        typer.Option(
            metavar="[ADDRESS:]PORT",
            help="The router's own command line by SSH, for the users of the configuration.",
        ),
    ] = None,
    ssh_key: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="With --ssh: public keys of administrators, as in authorized_keys. Who has one comes in "
            "under any name, also when the configuration has no users.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    key_log: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Write the keys of all SAs there, for Wireshark. Who reads them reads the traffic.",
        ),
    ] = None,
    backend: Annotated[
        str,
        typer.Option(
            help="Who does ESP: native, in userspace; xfrm, the kernel; auto, the kernel if it can."
        ),
    ] = "native",
) -> None:
    """Be that router's VPN gateway.

    In the foreground, until SIGTERM or Ctrl-C. SIGHUP reads the configuration again.
    """
    try:
        options = RunOptions(
            file=file,
            maps=parse_maps(maps or []),
            state_dir=state_dir or client.default_state_dir(),
            lasting_dir=state_dir or client.default_lasting_dir(),
            control=control,
            dialect=_dialect(file, dialect),
            key_log=key_log,
            log=LogOptions(parse_level(log_level), log_json),
            backend=parse_backend(backend),
            syslog=parse_syslog(syslog or []),
        )
        # Late, for the other commands need none of it and should answer at once.
        daemon = import_module("kakehashi.gateway.daemon")
        raise typer.Exit(daemon.run(options, _faces(ssh, ssh_key, options)))
    except GatewayError as error:
        _fail(error)


def show(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="COMMAND...", help="As on the router: ikev2 sa, ike sa")
    ] = None,
    as_json: AsJson = False,
    keys: Annotated[bool, typer.Option("--keys", help="With --json: the keys, too.")] = False,
    gateway: GatewayName = None,
    control: Control = None,
    state_dir: StateDir = None,
) -> None:
    """Show the running gateway, in its router's words.

    Without words: an overview of everything.
    """
    request = Request("show", tuple(words or ()), as_json, keys)
    answer = _ask(request, gateway, control, state_dir, _shown)
    typer.echo(json.dumps(answer["status"], indent=2, ensure_ascii=False) if as_json else answer["text"])


def clear(
    words: Annotated[
        list[str], typer.Argument(metavar="COMMAND...", help="As on the router: ikev2 sa, ike sa")
    ],
    gateway: GatewayName = None,
    control: Control = None,
    state_dir: StateDir = None,
) -> None:
    """Delete SAs, as the router's clear would.

    For example: kakehashi clear ikev2 sa
    """
    typer.echo(_ask(Request("clear", tuple(words)), gateway, control, state_dir)["text"])


def reload(gateway: GatewayName = None, control: Control = None, state_dir: StateDir = None) -> None:
    """Apply what has changed in the configuration.

    The file is read again; SAs that no change concerns stay.
    """
    typer.echo(_ask(Request("reload"), gateway, control, state_dir)["text"])


def stop(gateway: GatewayName = None, control: Control = None, state_dir: StateDir = None) -> None:
    """Say goodbye to the peers and end.

    The host is put back as it was.
    """
    typer.echo(_ask(Request("stop"), gateway, control, state_dir)["text"])


def _shown(path: Path, request: Request) -> Answer:
    """What the gateway answers; where it refuses, what its own command line shows. GatewayError."""
    try:
        return client.ask(path, request)
    except GatewayError:
        text = None if request.as_json else _at_the_command_line(path, request.words)
        if text is None:
            raise
        return {"text": text.rstrip("\n")}


def _at_the_command_line(path: Path, words: tuple[str, ...]) -> str | None:
    """What the gateway's own command line shows besides, such as `show running-config`; None for nothing."""
    local = import_module("kakehashi.console.local")
    try:
        return cast("str | None", asyncio.run(local.shown(path, words)))
    except local.RefusedError:
        return None


def _dialect(file: Path, said: str | None) -> str | None:
    """The language, where it was said or has to be asked for."""
    return next(iter(ask_where_unknown([str(file)], [said] if said else None) or ()), None)


def _faces(ssh: str | None, ssh_key: Path | None, options: RunOptions) -> tuple[Face, ...]:
    """Who else may ask the gateway. GatewayError."""
    if ssh is None:
        if ssh_key is not None:
            raise GatewayError("--ssh-key without --ssh", "say where to listen: --ssh ADDRESS:PORT")
        return ()
    address, port = parse_listener(ssh)
    face: Face = import_module("kakehashi.console.ssh").SshFace(address, port, options.keys, ssh_key)
    return (face,)


def _ask(
    request: Request,
    gateway: str | None,
    control: Path | None,
    state_dir: Path | None,
    ask: Callable[[Path, Request], Answer] = client.ask,
) -> Answer:
    try:
        return ask(control or client.find(state_dir or client.default_state_dir(), gateway), request)
    except GatewayError as error:
        _fail(error)


def _fail(error: GatewayError) -> NoReturn:
    typer.echo(f"kakehashi: {error.message}", err=True)
    if error.remedy:
        typer.echo(f"  {error.remedy}", err=True)
    raise typer.Exit(EXIT_FAULT)
