"""The "first hour" pages: their commands are run, and print what the pages say.

A block of `console` below `<!-- run -->` is run, line by line, in one folder for the page. In what is printed a line
`...` stands for any number of lines, and `...` within a line for anything. `kakehashi lab --keep` runs until the next lab or
the end of the page, and `$LAB` is its folder; what says `sudo` needs root.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs" / "first-hour").glob("*.md"))
BLOCK = re.compile(r"<!-- run -->\n```console\n(.*?)```\n", re.DOTALL)
LINES_OF_A_SCREEN = 24


@dataclass(frozen=True)
class Step:
    """A command as it is typed, and what the page says that it prints."""

    command: str
    printed: str

    @property
    def needs_root(self) -> bool:
        return "sudo " in self.command


def steps(page: Path) -> list[Step]:
    found = []
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        for text in re.split(r"(?m)^\$ ", block)[1:]:
            command, _, printed = text.partition("\n")
            found.append(Step(command, printed.strip("\n")))
    return found


def pattern(printed: str) -> str:
    """As a regular expression over lines without blanks at their ends."""
    parts = []
    for line in printed.split("\n"):
        if line == "...":
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(".*".join(re.escape(part) for part in line.split("...")) + "\n")
    return "".join(parts)


def says(printed: str, output: str) -> bool:
    text = "".join(f"{line.rstrip()}\n" for line in output.splitlines())
    return not printed or re.search(f"(?m)^{pattern(printed)}", text) is not None


@dataclass
class Desk:
    """Where somebody types the commands of a page."""

    folder: Path
    lab: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> "Desk":
        (self.folder / "examples").symlink_to(ROOT / "examples")
        bin_folder = Path(sys.executable).parent
        self.environment = os.environ | {"PATH": f"{bin_folder}:{os.environ['PATH']}", "COLUMNS": "80"}
        return self

    def __exit__(self, *_: object) -> None:
        self.end_lab()

    def end_lab(self) -> None:
        if self.lab is not None:
            self.lab.send_signal(signal.SIGINT)
            self.lab.wait(60)
            self.lab = None

    def run(self, command: str) -> str:
        command = command.replace("sudo ", "")
        if "--keep" in command:
            return self.keep(command)
        done = subprocess.run(
            ["/bin/sh", "-c", command], cwd=self.folder, env=self.environment, timeout=240, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        return done.stdout

    def keep(self, command: str) -> str:
        self.end_lab()
        output = self.folder / "lab.txt"
        with output.open("wb") as stream:
            self.lab = subprocess.Popen(
                command.split(), cwd=self.folder, env=self.environment,
                stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT,
            )  # fmt: skip
        deadline = time.monotonic() + 240
        while "To look around" not in output.read_text() or "tail -f" not in output.read_text():
            assert self.lab.poll() is None, output.read_text()
            assert time.monotonic() < deadline, output.read_text()
            time.sleep(0.2)
        said = output.read_text()
        self.environment["LAB"] = re.findall(r"^  (/\S+)/in NAME", said, re.MULTILINE)[0]
        return said


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Desk(tmp_path) as made:
        yield made


def follow(desk: Desk, todo: list[Step]) -> None:
    for step in todo:
        output = desk.run(step.command)
        assert says(step.printed, output), f"$ {step.command}\n{output}\nis not\n{step.printed}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_needs_no_root_does_what_the_page_says(page: Path, desk: Desk) -> None:
    todo = [step for step in steps(page) if not step.needs_root]
    assert len(todo) >= 4
    follow(desk, todo)


@pytest.mark.root
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_whole_hour_from_the_first_command_to_the_last(page: Path, desk: Desk) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root")
    follow(desk, steps(page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_step_fits_on_one_screen(page: Path) -> None:
    for section in page.read_text(encoding="utf-8").split("\n## ")[1:]:
        lines = [line for line in section.splitlines() if line and line != "<!-- run -->"]
        assert len(lines) <= LINES_OF_A_SCREEN + 6, f"{section.splitlines()[0]}: {len(lines)} lines"


def test_each_maker_has_its_page() -> None:
    assert [page.stem for page in PAGES] == ["awplus", "cisco-ios", "nec-ix"]


def test_what_is_not_printed_is_noticed() -> None:
    assert says("a\n...\nb ... d", "x\na\n1\n2\nb c d\n")
    assert not says("a\n...\nb ... d", "x\na\n1\n2\nb c\n")
    assert not says("a\nb", "a\nx\nb\n")
