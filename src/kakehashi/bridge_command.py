"""`kakehashi translate` and `kakehashi mirror`."""

import json
import os
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from kakehashi.bridge.laptop import Sheet, sheet
from kakehashi.bridge.mirror import Mirror, MirrorError, chosen, mirror
from kakehashi.bridge.prove import Proof
from kakehashi.bridge.reading import Read, read
from kakehashi.bridge.translate import Translation, translate
from kakehashi.check.japanese.written import in_japanese, said
from kakehashi.check_command import Lang
from kakehashi.check_reading import UnreadableError, read_text
from kakehashi.dialects.choice import parse_choice, recognised
from kakehashi.dialects.registry import UnknownDialectError, by_name
from kakehashi.dialects.rendering import Loss

EXIT_FAULT = 1
EXIT_UNREADABLE = 2
_CHANGE = {
    Lang.EN: "{} must be changed as the top tells; --first writes it so",
    Lang.JA: "{}は冒頭のとおり変更が必要です。--firstで変更後の設定を出力できます",
}
_FAULTY = {Lang.EN: "the result has an error", Lang.JA: "結果に誤りがあります"}

Target = Annotated[str, typer.Option("--to", help="The language to write: nec-ix, cisco-ios or awplus.")]
Source = Annotated[str, typer.Argument(metavar="FILE", help="The router's configuration.")]
Language = Annotated[
    str | None, typer.Option("--dialect", help="The file's language, e.g. cisco-ios; recognised unless said.")
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="Write it to this file, for your eyes only: it holds the keys."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Everything, as JSON for machines.")]
Tongue = Annotated[Lang, typer.Option(help="The language of what is told; of JSON it is English.")]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command("translate")(translate_command)
    app.command("mirror")(mirror_command)


def translate_command(
    file: Source,
    to: Target,
    dialect: Language = None,
    output: Output = None,
    as_json: AsJson = False,
    lang: Tongue = Lang.EN,
) -> None:
    """Write the same router in another language.

    What became of every line stands above it as comments: carried, the default anyway, or impossible and why.
    Before it is printed it is read again and negotiates with the far end that the original has.

    Exit status: 0 proved, 1 a tunnel does not come up or dies at a rekey, 2 the file cannot be read.
    """
    found = translate(_read(file, dialect, tell=not as_json), _target(to))
    machines = _translation(found) if as_json else None
    _print(_told(found.comments(), lang), found.text, machines, output, file)
    _end(found.holds, found.proofs, [f.message for f in found.wrong], lang)


def mirror_command(
    file: Source,
    to: Target,
    tunnel: Annotated[
        str | None, typer.Option(help="Of which tunnel, by its interface; needed where there are several.")
    ] = None,
    dialect: Language = None,
    output: Output = None,
    first: Annotated[
        Path | None,
        typer.Option(help="Write FILE here as the far end needs it, where that can not meet it as it is."),
    ] = None,
    as_json: AsJson = False,
    lang: Tongue = Lang.EN,
) -> None:
    """Write the far end's configuration, for the same maker or another.

    Peer and local are exchanged, and so are selectors and identities; what this side cannot know is a
    placeholder, and told of. What the far end's device cannot say, a key ID or a group, is said otherwise on
    both ends: then the top tells what to change in FILE. Before it is printed it negotiates with FILE, so
    changed if need be. Of a server that people dial in to it is a sheet for their laptops and phones.

    Exit status: 0 proved, 1 it does not come up or dies at a rekey, 2 the file cannot be read.
    """
    original = _read(file, dialect, tell=not as_json)
    try:
        near = chosen(original, tunnel)
        server = original.gateway.l2tp_server(near.interface)
        if server is not None:
            _give_sheet(sheet(original, near, server), as_json, output, file, lang)
        found = mirror(original, _target(to), tunnel)
    except MirrorError as error:
        typer.echo(f"kakehashi mirror: {_told(str(error), lang)}", err=True)
        raise typer.Exit(EXIT_UNREADABLE) from error
    text = in_japanese(found.text) if lang is Lang.JA else found.text
    _print(_told(found.comments(), lang), text, _mirror(found) if as_json else None, output, file)
    if first is not None:
        _write(first, found.first.text if found.first else original.text, file)
    elif found.first is not None and found.proof.holds:
        typer.echo(f"kakehashi: {_CHANGE[lang].format(file)}", err=True)
    _end(found.holds, (found.proof,), [f.message for f in found.wrong], lang)


def _told(text: str, lang: Lang) -> str:
    """Comments, or a sentence, in the language that is asked for."""
    if lang is Lang.EN:
        return text
    return in_japanese(text) if text.startswith("!") else said(text)


def _give_sheet(found: Sheet, as_json: bool, output: Path | None, file: str, lang: Lang) -> NoReturn:
    """Who dials in has no router: what is to be typed there is printed instead."""
    _print("", found.text(), _sheet(found) if as_json else None, output, file)
    _end(found.holds, (), list(found.problems), lang)


def _read(file: str, dialect: str | None, *, tell: bool) -> Read:
    """Read a file. `tell`: say by what its language was recognised."""
    try:
        choice = parse_choice(dialect)
        choice.check([file])
        text = read_text(file)
        found = choice.or_recognised(file, text)
    except UnreadableError as error:
        typer.echo(f"kakehashi: {error}", err=True)
        raise typer.Exit(EXIT_UNREADABLE) from error
    except UnknownDialectError as error:
        typer.echo(f"kakehashi: {file}: {error}", err=True)
        raise typer.Exit(EXIT_UNREADABLE) from error
    if tell and choice.of(file) is None:
        typer.echo(recognised(file, text, found), err=True)
    return read(file, text, found)


def _target(name: str) -> str:
    try:
        return by_name(name).name
    except UnknownDialectError as error:
        typer.echo(f"kakehashi: {error}", err=True)
        raise typer.Exit(EXIT_UNREADABLE) from error


def _print(
    comments: str, text: str, machines: dict[str, object] | None, output: Path | None, source: str
) -> None:
    """To the terminal; with a file for the configuration, all but that."""
    if output is not None:
        _write(output, comments + text, source)
    if machines is not None:
        if output is not None:  # then the keys are there alone
            machines = {key: value for key, value in machines.items() if key not in ("text", "first")}
        typer.echo(json.dumps(machines, indent=2, ensure_ascii=False))
    else:
        typer.echo(comments + text if output is None else comments, nl=False)


def _write(path: Path, text: str, source: str) -> None:
    """Only its owner may read it, for there are keys in it."""
    try:
        if path.exists() and path.samefile(source):
            typer.echo(f"kakehashi: {path} is the file that is read; it is not overwritten", err=True)
            raise typer.Exit(EXIT_UNREADABLE)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            path.chmod(0o600)
            file.write(text if text.endswith("\n") else f"{text}\n")
    except OSError as error:
        typer.echo(f"kakehashi: {path} cannot be written: {error.strerror}", err=True)
        raise typer.Exit(EXIT_UNREADABLE) from error


def _end(holds: bool, proofs: tuple[Proof, ...], wrong: list[str], lang: Lang) -> NoReturn:
    for proof in proofs:
        if not proof.holds:
            typer.echo(f"kakehashi: {_told(str(proof), lang)}", err=True)
    for message in wrong:
        typer.echo(f"kakehashi: {_FAULTY[lang]}: {_told(message, lang)}", err=True)
    raise typer.Exit(0 if holds else EXIT_FAULT)


def _translation(found: Translation) -> dict[str, object]:
    return {
        "file": found.file,
        "dialect": found.dialect,
        "to": found.target,
        "proved": found.holds,
        "tunnels": [_proof(p) for p in found.proofs],
        "lines": [
            {"line": x.line, "words": x.words, "fate": x.fate.value, "reason": x.reason or None}
            for x in found.lines
        ],
        "changed": list(found.notes),
        "losses": [_loss(x) for x in found.losses],
        "errors": [str(f) for f in found.wrong],
        "text": found.text,
    }


def _sheet(found: Sheet) -> dict[str, object]:
    return {
        "file": found.file,
        "dialect": found.dialect,
        "tunnel": found.tunnel,
        "rows": dict(found.rows),
        "windows": _proof(found.windows),
        "problems": list(found.problems),
        "text": found.text(),
    }


def _mirror(found: Mirror) -> dict[str, object]:
    return {
        "file": found.file,
        "dialect": found.dialect,
        "to": found.target,
        "tunnel": found.tunnel,
        "proved": found.holds,
        "tunnels": [_proof(found.proof)],
        "placeholders": list(found.placeholders),
        "changes": [str(c) for c in found.changes],
        "first": found.first.text if found.first else None,
        "changed": list(found.notes),
        "losses": [_loss(x) for x in found.losses],
        "errors": [str(f) for f in found.wrong],
        "text": found.text,
    }


def _proof(proof: Proof) -> dict[str, object]:
    return {
        "tunnel": proof.tunnel,
        "comes_up": proof.comes_up,
        "survives_rekey": proof.survives_rekey,
        "reason": proof.reason or None,
    }


def _loss(loss: Loss) -> dict[str, object]:
    line = loss.source.line if loss.source else None
    return {"line": line, "what": loss.what, "why": loss.why}
