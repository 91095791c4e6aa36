"""`kakehashi pki`: keys and certificates of a router's configuration, without its console."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from kakehashi.gateway import client, configuration
from kakehashi.gateway.errors import GatewayError
from kakehashi.gateway.options import RunOptions
from kakehashi.gateway.pki_store import Imported, PkiError, Store, expiring, expiry_text
from kakehashi.model.certificate import CertificateStatus, Trustpoint
from kakehashi.model.gateway import Gateway
from kakehashi.pki.certificate import Certificate

EXIT_FAULT = 1

T = TypeVar("T")
Router = Annotated[Path, typer.Argument(metavar="FILE", help="The router's configuration.", exists=True)]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The name in the configuration: a trustpoint's.")]
What = Annotated[Path, typer.Argument(metavar="CERTIFICATE", help="A file in PEM, DER or PKCS #12.")]
StateDir = Annotated[Path | None, typer.Option(help="The folder that `kakehashi run` is given.")]
Language = Annotated[
    str | None, typer.Option("--dialect", help="The configuration's language; recognised unless said.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Accept it without a question.")]
Password = Annotated[
    Path | None, typer.Option("--password-file", help="A file whose first line is the password.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    pki = typer.Typer(help="Keys and certificates of a router.", no_args_is_help=True, rich_markup_mode=None)
    for command in (show, authenticate, enroll, erase):
        pki.command()(command)
    pki.command("import")(import_command)
    app.add_typer(pki, name="pki", help="Keys and certificates of a router.")


def show(file: Router, state_dir: StateDir = None, dialect: Language = None) -> None:
    """List the certificates, with what expires soon."""
    store, gateway = _open(file, state_dir, dialect)
    found, complaints = _try(lambda: store.keyring(gateway.trustpoints))
    for status in _try(lambda: store.statuses(gateway.trustpoints)):
        typer.echo(_line(status))
    for status, days in expiring(found, datetime.now(UTC)):
        typer.echo(f"warning: {expiry_text(status, days)}", err=True)
    for complaint in complaints:
        typer.echo(f"error: {complaint}", err=True)


def authenticate(
    file: Router,
    name: Name,
    certificate: What,
    yes: Yes = False,
    state_dir: StateDir = None,
    dialect: Language = None,
) -> None:
    """Trust an authority (CA) from now on."""
    store, _ = _open(file, state_dir, dialect)
    data = _read(certificate)
    for found in _try(lambda: store.look_at(data)).certificates:
        typer.echo(_described(found))
    _ask(yes)
    _told(_try(lambda: store.authenticate(name, data)))


def enroll(
    file: Router,
    name: Name,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the request there.")] = None,
    state_dir: StateDir = None,
    dialect: Language = None,
) -> None:
    """Make a key, if there is none, and the request (CSR) that the authority signs."""
    store, gateway = _open(file, state_dir, dialect)
    trustpoint = next((t for t in gateway.trustpoints if t.name == name), None) or Trustpoint(name=name)
    request = _try(lambda: store.enroll(trustpoint)).decode()
    if output is None:
        typer.echo(request, nl=False)
    else:
        output.write_text(request)
        typer.echo(f"{output}: let the authority sign it, then `kakehashi pki import {file} {name} FILE`")


def import_command(
    file: Router,
    name: Name,
    certificate: What,
    password_file: Password = None,
    yes: Yes = False,
    state_dir: StateDir = None,
    dialect: Language = None,
) -> None:
    """Keep a certificate: ours for the key that is here, or with its key; an authority's; a list."""
    store, _ = _open(file, state_dir, dialect)
    data = _read(certificate)
    password = _read(password_file).split(b"\n")[0].rstrip(b"\r") if password_file else None
    for found in _try(lambda: store.look_at(data, password)).certificates:
        typer.echo(_described(found))
    _ask(yes)
    _told(_try(lambda: store.import_certificate(name, data, password)))


def erase(
    file: Router, name: Name, yes: Yes = False, state_dir: StateDir = None, dialect: Language = None
) -> None:
    """Forget a name with its certificates and its key."""
    store, _ = _open(file, state_dir, dialect)
    if name not in store.names():
        _fail(f"there is nothing named {name} (there are: {', '.join(store.names()) or 'none'})")
    _ask(yes, f"Erase {name} with its key?")
    _try(lambda: store.erase(name))
    typer.echo(f"{name} is erased.")


def _open(file: Path, state_dir: Path | None, dialect: str | None) -> tuple[Store, Gateway]:
    try:
        loaded = configuration.load(file, dialect)
    except GatewayError as error:
        _fail(str(error))
        raise
    options = RunOptions(file=file, state_dir=state_dir or client.default_lasting_dir())
    return Store(options.certificates, lambda: datetime.now(UTC)), loaded.gateway


def _try(step: Callable[[], T]) -> T:
    try:
        return step()
    except PkiError as error:
        _fail(str(error))
        raise


def _read(path: Path) -> bytes:
    try:
        return sys.stdin.buffer.read(1024 * 1024 + 1) if str(path) == "-" else path.read_bytes()
    except OSError as error:
        _fail(f"{path}: {error.strerror}")
        raise


def _fail(sentence: str) -> None:
    typer.echo(f"error: {sentence}", err=True)
    raise typer.Exit(EXIT_FAULT)


def _ask(yes: bool, question: str = "Accept this certificate?") -> None:
    if not yes and not typer.confirm(question):
        typer.echo("Nothing is changed.")
        raise typer.Exit(EXIT_FAULT)


def _told(imported: Imported) -> None:
    parts = [*(["our certificate"] if imported.own else [])]
    if imported.authorities:
        parts.append(f"{len(imported.authorities)} certificate(s) of authorities")
    typer.echo(f"{imported.name}: {' and '.join(parts) or 'kept'}; `kakehashi reload` makes it count.")
    for note in imported.notes:
        typer.echo(f"warning: {note}", err=True)


def _described(certificate: Certificate) -> str:
    return "\n".join(
        (
            f"Subject     : {certificate}",
            f"Valid From  : {certificate.not_before:%Y-%m-%d %H:%M:%S} UTC",
            f"Valid To    : {certificate.not_after:%Y-%m-%d %H:%M:%S} UTC",
            f"Fingerprint : {certificate.fingerprint('sha1').hex(' ', 4).upper()} (SHA-1)",
            f"              {certificate.fingerprint('sha256').hex(' ', 4).upper()} (SHA-256)",
        )
    )


def _line(status: CertificateStatus) -> str:
    kind = ("own, with key" if status.has_key else "own, no key") if status.is_own else "authority"
    return f"{status.name:16} {kind:13} until {status.not_after:%Y-%m-%d}  {status.key:14} {status.subject}"
