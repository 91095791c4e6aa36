"""What a terminal and an editor add to a configuration changes nothing of it, in any dialect."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kakehashi.dialects.registry import recognise

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*/*.cfg"))
WIPED = " --More-- " + "\b" * 10 + " " * 10 + "\b" * 10


def by_line(change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: "".join(change(line) + "\n" for line in text.splitlines())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: f"{p.parent.name}/{p.name}")
@pytest.mark.parametrize(
    "messy",
    [
        pytest.param(lambda t: t.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(lambda t: t.replace("\n", "\r"), id="CR"),
        pytest.param(lambda t: "\ufeff" + t, id="mark of the byte order"),
        pytest.param(by_line(lambda line: line + "  \t"), id="blanks at the ends"),
        pytest.param(by_line(str.strip), id="everything at the margin"),
        pytest.param(by_line(lambda line: "    " + line), id="everything indented"),
        pytest.param(by_line(lambda line: line + "\n"), id="empty lines"),
        pytest.param(by_line(lambda line: line.replace("  ", "\t")), id="tabs"),
        pytest.param(by_line(lambda line: WIPED + line), id="pages"),
        pytest.param(by_line(lambda line: f"\x1b[32m{line}\x1b[0m"), id="colours"),
        pytest.param(by_line(lambda line: f"here(config)# {line.strip()}"), id="prompts"),
        pytest.param(
            lambda t: f"\ufeffhere#show running-config\nBuilding configuration...\n\n{t}\nhere#\n",
            id="header",
        ),
    ],
)
def test_a_file_says_the_same_however_it_came_about(path: Path, messy: Callable[[str], str]) -> None:
    text = path.read_text(encoding="utf-8")
    dialect = recognise(text)
    found = recognise(messy(text))
    assert found.name == dialect.name
    assert found.lower(messy(text), "f").gateway == dialect.lower(text, "f").gateway
