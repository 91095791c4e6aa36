"""`kakehashi check`."""

import enum
import io
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from kakehashi.check.render.as_csv import render_csv
from kakehashi.check.render.as_html import render_html
from kakehashi.check.render.as_json import render_json
from kakehashi.check.render.markdown import render_markdown
from kakehashi.check.render.text import print_text
from kakehashi.check.report import Report
from kakehashi.check.run import check as check_all
from kakehashi.check.sheet.labels import LANGUAGES, Language
from kakehashi.check_certificates import with_certificates
from kakehashi.check_reading import UnreadableError, read_configurations

EXIT_FAULT = 1
EXIT_UNREADABLE = 2
_WIDTH = 132  # columns of a sheet that goes to a file


class Format(enum.Enum):
    """How the report is printed."""

    TEXT = "text"
    MARKDOWN = "markdown"
    CSV = "csv"
    HTML = "html"
    JSON = "json"


class Lang(enum.Enum):
    """In which language the sheet is printed."""

    EN = "en"
    JA = "ja"


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("check")(check)


def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="A router's configuration each.")],
    dialect: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[FILE=]NAME",
            help="The files' language, or that of one file, e.g. cisco-ios; recognised unless said. May be "
            "given several times.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    output: Annotated[Format, typer.Option("--format", help="How the report is printed.")] = Format.TEXT,
    lang: Annotated[Lang, typer.Option(help="The language of the parameter sheet.")] = Lang.EN,
    state_dir: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="The folder that `kakehashi run` is given, whose certificates are looked at."
        ),
    ] = None,
) -> None:
    """Look at configurations before anything runs.

    One file: what is wrong with it. Two and more: which tunnel belongs to which, what both sides say of each
    parameter, and whether they come up and survive their rekeys: they negotiate here, in no time.

    Exit status: 0 nothing worse than a warning, 1 an error is found, 2 a file cannot be read.
    """
    try:
        configurations = read_configurations(files, dialect)
    except UnreadableError as error:
        typer.echo(f"kakehashi check: {error}", err=True)
        raise typer.Exit(EXIT_UNREADABLE) from error
    report = check_all([with_certificates(c, state_dir) for c in configurations], datetime.now(UTC))
    _speak_utf8()
    _print(report, Format.JSON if as_json else output, LANGUAGES[lang.value])
    raise typer.Exit(EXIT_FAULT if report.has_errors else 0)


def _print(report: Report, output: Format, language: Language) -> None:
    if output is Format.TEXT:
        width = None if sys.stdout.isatty() else _WIDTH
        print_text(report, language, Console(highlight=False, width=width))
        return
    sys.stdout.write(_rendered(report, output, language))


def _rendered(report: Report, output: Format, language: Language) -> str:
    match output:
        case Format.MARKDOWN:
            return render_markdown(report, language)
        case Format.CSV:
            return render_csv(report, language)
        case Format.HTML:
            return render_html(report, language)
        case _:
            return render_json(report)


def _speak_utf8() -> None:
    """Windows gives what is not a terminal its old code page, which has no arrows and no marks."""
    if isinstance(sys.stdout, io.TextIOWrapper) and not sys.stdout.isatty():
        sys.stdout.reconfigure(encoding="utf-8", newline="")
