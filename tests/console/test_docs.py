"""The sessions printed in docs/console.md are what the console prints."""

import re
from pathlib import Path

import pytest

from tests.console.desk import Desk

PAGE = Path(__file__).resolve().parents[2] / "docs" / "console.md"
SESSION = re.compile(r"<!-- ([\w-]+) starts with:\n(.*?)-->\n```\n(.*?)```\n", re.DOTALL)
PROMPT = re.compile(r"^[\w.-]+(?:\([\w./-]+\))?[#>](.*)$")


@pytest.mark.parametrize(
    ("dialect", "start", "shown"),
    SESSION.findall(PAGE.read_text()),
    ids=lambda text: text.split("\n")[0][:20],
)
def test_a_session_in_the_documents(dialect: str, start: str, shown: str, tmp_path: Path) -> None:
    desk = Desk(dialect, start, tmp_path)
    desk.file.write_text(start)
    typed = [found[1] for line in shown.splitlines() if (found := PROMPT.match(line))]
    answered = [line for text in typed for line in ([text, ""] if text.startswith("copy ") else [text])]
    assert desk.type(*answered).splitlines() == shown.splitlines()
    assert [t.interface for t in desk.gateway.tunnels] != []


def test_each_language_has_its_session() -> None:
    assert {found[0] for found in SESSION.findall(PAGE.read_text())} == {"nec-ix", "cisco-ios", "awplus"}
