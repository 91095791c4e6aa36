"""A session printed in the documents, typed again by a real SSH client at the device of a real lab.

`python -m tests.console.walk docs/console-nec-ix.md` types the page again and writes down what was shown.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.console.person import Person
from tests.lab.running import LAB, folder_of

PROMPT = re.compile(r"^([\w.-]+(?:\([\w./-]+\))?[#>])(.*)$")
# What a device asks, and what is answered where the document shows nothing behind the question.
QUESTIONS = ("filename [startup-config]? ", "[confirm]", "(Yes or [No]): ", "(y/n): ", "[yes/no]: ")
AT_PROMPT = re.compile(r"^[\w.-]+(?:\([\w./-]+\))?[#>]\Z", re.MULTILINE)
WAITING = re.compile(
    AT_PROMPT.pattern + "|" + "|".join(re.escape(q) + r"\Z" for q in QUESTIONS), re.MULTILINE
)
CLOSED = re.compile(r"(?:Connection to \S+ closed|Shared connection).*\n")
ENOUGH = re.compile(f"{WAITING.pattern}|{CLOSED.pattern}", re.MULTILINE)
FENCE = re.compile(r"^```(\S*)\n(.*?)^```\n", re.DOTALL | re.MULTILINE)
_SHOWN = ("show ", "ping ", "do show ", "do ping ", "traceroute ", "clear ")
_PATIENCE = 60.0  # seconds: a ping that asks for the tunnel may be over before it stands


@dataclass(frozen=True)
class Walk:
    """Of one page: `files` of the lab by name, and each session at `device` as it is printed."""

    title: str
    files: dict[str, str]
    device: str
    sessions: tuple[str, ...]


def walks(page: Path) -> Iterator[Walk]:
    """Those of a page: sections with files, `name.cfg` behind the fence, and sessions, `console`."""
    for section in page.read_text().split("\n## ")[1:]:
        fences = FENCE.findall(section)
        files = {name: text for name, text in fences if name.endswith(".cfg")}
        sessions = tuple(text for name, text in fences if name == "console")
        if sessions:
            device = re.search(r"^\$ ssh .* (\S+)$", sessions[0], re.MULTILINE)
            assert device, section
            yield Walk(section.split("\n")[0], files, device[1], sessions)


@contextmanager
def kept_lab(folder: Path, files: Sequence[str]) -> Iterator[dict[str, list[str]]]:
    """The command by which each device is reached, word by word as the lab has printed it."""
    process = subprocess.Popen(
        [*LAB, *files, "--keep"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"TMPDIR": str(folder)},
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        commands: dict[str, list[str]] = {}
        said = []
        for line in process.stdout:
            said.append(line)
            if found := re.match(r" *(ssh -F \S+ (\S+)) ", line):
                commands[found[2]] = found[1].split()
            if len(commands) == len(files) and "its events" in line:
                break
        assert len(commands) == len(files), "".join(said)
        yield commands
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(60)


def walked(person: Person, session: str) -> list[str]:
    """The session as it went this time, typed as the document has it."""
    person.awaits(AT_PROMPT)
    shown = [line for line in session.splitlines() if line.startswith("$ ")]
    prompt = person.screen.rsplit("\n", 1)[-1]
    for line in session.splitlines():
        found = PROMPT.match(line)
        if not found:
            continue
        typed = found[2]
        deadline = time.monotonic() + _PATIENCE
        said, prompt_after = _typed(person, prompt, typed)
        while typed.removeprefix("do ").startswith("ping ") and not _has_answer(said):
            assert time.monotonic() < deadline, said
            time.sleep(0.5)
            said, prompt_after = _typed(person, prompt, typed)
        shown += [prompt + typed, *said]
        prompt = prompt_after
        if not prompt:
            break
    return shown


def _typed(person: Person, prompt: str, typed: str) -> tuple[list[str], str]:
    """What was shown, and the prompt behind it; "" where the connection is no more."""
    if typed.endswith("?"):
        person.types(typed)
        person.awaits(re.compile(re.escape(typed) + r"\n"))
        said = person.awaits(
            re.compile("^" + re.escape(prompt + typed[:-1].rstrip()) + r" *\Z", re.MULTILINE)
        )
        person.empties()
        return said.rsplit("\n", 1)[0].split("\n"), prompt
    person.types(typed + "\r")
    person.awaits(re.compile(r"\s*".join(re.escape(word) for word in typed.split()) + r"\s*\n"))
    text = ""
    while True:
        text += person.awaits(ENOUGH)
        if CLOSED.search(text):
            return text.rstrip("\n").split("\n")[:-1], ""
        if AT_PROMPT.search(text):
            *rows, prompt = text.split("\n")
            return rows, prompt
        answer = "yes" if text.endswith(("[No]): ", "(y/n): ")) else "no" if text.endswith("no]: ") else ""
        person.types(answer[:1] + "\r" if text.endswith("(y/n): ") else answer + "\r")


def _has_answer(said: Sequence[str]) -> bool:
    """Of the other end, and none that there is no way to it yet."""
    refused = any("nreachable" in line or "No route" in line for line in said)
    return not refused and any("!" in line or "bytes from" in line for line in said)


def told(session: str | Sequence[str]) -> list[str]:
    """A session without what is another each time: numbers, times and SPIs in what is shown."""
    lines = session.splitlines() if isinstance(session, str) else list(session)
    result: list[str] = []
    is_shown = False
    shown: set[str] = set()
    for line in lines:
        found = PROMPT.match(line)
        if found:
            is_shown = found[2].startswith(_SHOWN) and "-config" not in found[2]
            result.append(line.rstrip())
            shown = set()
        elif line.startswith("$ ssh"):
            result.append("$ ssh")
        elif is_shown:
            line = re.sub(r"[0-9]+", "N", re.sub(r"(?i)\b(0x)?[0-9a-f]{8,}\b", "N", line))
            line = re.sub(r"[.!]*![.!]*$", "!", line)
            line = " ".join(line.split())
            # Both sides may have begun: then there are two SAs for a while, or an echo more is lost.
            if line not in shown:
                result.append(line)
            shown.add(line)
        else:
            result.append(line.rstrip())
    return result


def recorded(page: Path) -> str:
    """The page with its sessions as they go now, for when the words of a device are told better."""
    text = page.read_text()
    for walk in walks(page):
        texts = {name.removesuffix(".cfg"): file for name, file in walk.files.items()}
        with folder_of(texts) as folder, kept_lab(folder, list(walk.files)) as ways:
            for session in walk.sessions:
                with Person(ways[walk.device]) as person:
                    rows = [row if row.endswith("? ") else row.rstrip() for row in walked(person, session)]
                text = text.replace(session, "".join(f"{row}\n" for row in rows), 1)
    return text


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        found = recorded(Path(argument))
        Path(argument).write_text(found)
