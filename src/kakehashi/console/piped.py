"""A session whose lines come from a pipe: what it prints is the transcript of somebody who types them."""

from collections.abc import Sequence
from typing import TextIO

from kakehashi.console.screen import EndOfInputError
from kakehashi.console.session import Session


class Piped:
    """A screen without pages; questions are answered by the lines that follow."""

    height = 0

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.waiting: list[str] = []

    def write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()

    async def ask(self, question: str, hidden: bool = False) -> str:
        if not self.waiting:
            raise EndOfInputError
        answer = self.waiting.pop(0)
        self.write(f"{question}{'' if hidden else answer}\n")
        return answer

    async def more(self, mark: str) -> str:
        return "g"

    def watch(self, told: str) -> None:
        pass


async def run_lines(session: Session, lines: Sequence[str]) -> None:
    """Each line, shown behind its prompt; one that ends in `?` shows help."""
    screen = session.screen
    waiting = list(lines)
    if isinstance(screen, Piped):
        screen.waiting = waiting
    while waiting and not session.is_over:
        line = waiting.pop(0)
        screen.write(f"{session.prompt}{line}\n")
        if line.endswith("?"):
            screen.write(session.help(line[:-1]) + "\n")
        else:
            await session.run(line)
