"""Every example's configuration, typed line by line into an empty router, is the one that its file says."""

from pathlib import Path

import pytest

from kakehashi.dialects.manners import manner_of
from kakehashi.dialects.registry import recognise
from tests.console.desk import Desk

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
FILES = sorted(EXAMPLES.glob("*/*.cfg"))


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
