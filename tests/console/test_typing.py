"""Every example's configuration, and every listing of the manuals (`KAKEHASHI_CORPUS`), typed line by line
into an empty router, is the one that its file says; and taken back line by line it is empty again.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from kakehashi.dialects.editing import Line
from kakehashi.dialects.manners import manner_of
from kakehashi.dialects.registry import recognise
from tests.console.desk import Desk

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
# A certificate that is imported is a command at the terminal, and no line of the configuration.
NO_LINES = ("v2-pki-import.cfg",)
LISTINGS = [
    file
    for folder in filter(None, [os.environ.get("KAKEHASHI_CORPUS")])
    for file in sorted(Path(folder).glob("*/*.cfg"))
    if file.name not in NO_LINES
]
FILES = sorted(EXAMPLES.glob("*/*.cfg")) + LISTINGS


@pytest.mark.parametrize("file", FILES, ids=lambda f: f"{f.parent.name}/{f.stem}")
def test_what_is_typed_is_what_the_file_says(file: Path) -> None:
    text = file.read_text()
    dialect = recognise(text)
    desk = Desk(dialect.name)
    shown = desk.type("configure terminal", text.replace("\nend\n", "\n"), "end")
    assert manner_of(dialect).invalid not in shown
    said = dialect.lower(text, "running-config").gateway
    assert desk.gateway == said
    again = dialect.lower(desk.changes.text, "running-config").gateway
    assert again == said, "what is shown can be pasted back"


@pytest.mark.parametrize("file", FILES, ids=lambda f: f"{f.parent.name}/{f.stem}")
def test_what_is_typed_twice_stands_once(file: Path) -> None:
    text = file.read_text().replace("\nend\n", "\n")
    dialect = recognise(text)
    desk = Desk(dialect.name)
    desk.type("configure terminal", text, "end")
    once = desk.changes.text
    desk.type("configure terminal", text, "end")
    assert desk.changes.text == once


@pytest.mark.parametrize("file", FILES, ids=lambda f: f"{f.parent.name}/{f.stem}")
def test_what_is_typed_is_taken_back_line_by_line(file: Path) -> None:
    text = file.read_text().replace("\nend\n", "\n")
    dialect = recognise(text)
    desk = Desk(dialect.name)
    desk.type("configure terminal", text, "end")
    assert desk.lines
    shown = desk.type("configure terminal", *taken_back(desk.lines))
    for refused in (
        manner_of(dialect).invalid.format("no"),
        "^",
        "% Ambiguous",
        manner_of(dialect).incomplete,
    ):
        assert refused not in shown, shown
    assert desk.gateway == dialect.lower("", "running-config").gateway


def taken_back(lines: Sequence[Line]) -> Iterator[str]:
    """What is typed to take each line back: the last first, and what is in a block before the block."""
    for line in reversed(lines):
        if line.raw:
            continue
        if line.body:
            yield line.text
            yield from taken_back(line.body)
            yield "exit"
        yield line.text.removeprefix("no ") if line.negated else f"no {line.text}"
