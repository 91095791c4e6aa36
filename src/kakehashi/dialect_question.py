"""A file that says too little to show its language: who sits at the terminal is asked."""

import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from kakehashi.dialects.choice import parse_choice
from kakehashi.dialects.registry import UnknownDialectError, all_dialects, recognise
from kakehashi.dialects.text import decode


def ask_where_unknown(files: Sequence[str], said: Sequence[str] | None) -> list[str] | None:
    """What `--dialect` says, and besides it what is answered for files that it leaves open.

    Nobody is asked where there is no terminal, nor about a file that cannot be read: whoever reads it next
    says what is wrong.
    """
    values = list(said or ())
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return values or None
    for file in files:
        if _is_open(file, values):
            values.append(f"{file}={_answer(file)}")
    return values or None


def _is_open(file: str, said: Sequence[str]) -> bool:
    try:
        if parse_choice(said).of(file) is not None:
            return False
        text = decode(Path(file).read_bytes())
        if text is not None:
            recognise(text)
    except OSError:
        return False
    except UnknownDialectError:
        return True
    return False


def _answer(file: str) -> str:
    dialects = all_dialects()
    typer.echo(f"{file} does not show which router's language it is in:", err=True)
    for number, dialect in enumerate(dialects, start=1):
        typer.echo(f"  {number}  {dialect.title}", err=True)
    names = [dialect.name for dialect in dialects]
    numbers = [str(number) for number in range(1, len(names) + 1)]
    while (chosen := typer.prompt("Which", err=True).strip()) not in (*numbers, *names):
        typer.echo(f"Say one of {', '.join(numbers)}", err=True)
    return chosen if chosen in names else names[int(chosen) - 1]
