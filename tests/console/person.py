"""Somebody at a pseudo-terminal: types keys, and waits for what the screen shows."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Sequence
from types import TracebackType

CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x1b\][^\x07]*\x07|\x00|\x07")


def as_shown(text: str) -> str:
    """What stands on the screen, where a backspace moves and a letter is written over another."""
    rows = []
    for row in text.replace("\r\n", "\n").split("\n"):
        letters: list[str] = []
        at = 0
        for letter in row:
            if letter == "\b":
                at = max(0, at - 1)
            elif letter == "\r":
                at = 0
            else:
                letters[at : at + 1] = [letter]
                at += 1
        rows.append("".join(letters))
    return "\n".join(rows)


class Person:
    """Sits before `command` while the `with` block lasts; `screen` is all that was shown."""

    def __init__(self, command: Sequence[str], columns: int = 120, lines: int = 60) -> None:
        self.screen = ""
        self.raw = ""
        self._command = list(command)
        self._size = (lines, columns)
        self._seen = 0

    def __enter__(self) -> "Person":
        leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", *self._size, 0, 0))
        self._leader = leader
        self._process = subprocess.Popen(
            self._command,
            stdin=follower,
            stdout=follower,
            stderr=follower,
            start_new_session=True,
            # ssh asks for passwords at the terminal that is its own.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env={**os.environ, "TERM": "vt100"},
        )
        os.close(follower)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)
        os.close(self._leader)

    def types(self, text: str) -> None:
        """Keys, one by one as far as the program can tell."""
        os.write(self._leader, text.encode())

    def sees(self, text: str, timeout: float = 90) -> str:
        """Wait until the screen has shown it, behind what was waited for last; all that came up to it."""
        return self._awaits(text, re.compile(re.escape(text)), timeout)

    def awaits(self, pattern: re.Pattern[str], timeout: float = 90) -> str:
        """The same for a pattern."""
        return self._awaits(pattern.pattern, pattern, timeout)

    def empties(self) -> None:
        """The line that is being typed: what is shown on it from now on is seen, too."""
        self.types("\x15")
        self._seen = self.screen.rfind("\n") + 1

    def _awaits(self, text: str, pattern: re.Pattern[str], timeout: float) -> str:
        deadline = time.monotonic() + timeout
        while not (found := pattern.search(self.screen, self._seen)):
            left = deadline - time.monotonic()
            assert left > 0, f"waited in vain for {text!r}:\n{self.screen[self._seen :]}"
            ready, _, _ = select.select([self._leader], [], [], left)
            if ready:
                try:
                    self.raw += os.read(self._leader, 65536).decode(errors="replace")
                except OSError:
                    raise AssertionError(f"it ended, before {text!r}:\n{self.screen}") from None
                self.screen = as_shown(CONTROLS.sub("", self.raw))
        begin, self._seen = self._seen, found.end()
        return self.screen[begin : self._seen]

    def says(self, line: str, prompt: str) -> str:
        """A line and Enter; what is shown until the prompt is back."""
        self.types(line + "\r")
        # A blank may be shown by moving the cursor.
        echo = r"\s*".join(re.escape(word) for word in line.split())
        self._awaits(line, re.compile(echo + r"\s*\n"), 90)
        return self.sees(prompt)

    def ended(self) -> int:
        return self._process.wait(60)
