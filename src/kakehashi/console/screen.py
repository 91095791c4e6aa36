"""What a session asks of the terminal at which somebody sits."""

from typing import Protocol


class EndOfInputError(Exception):
    """Nobody sits there any more, or has pressed Ctrl-C or Ctrl-D instead of an answer."""


class Screen(Protocol):
    """What is written there ends its lines with a line feed alone."""

    @property
    def height(self) -> int:
        """Lines that it has; 0 where there are no pages."""

    def write(self, text: str) -> None:
        """Show it."""

    async def ask(self, question: str, hidden: bool = False) -> str:
        """A line in answer to a question; `hidden`: it is not shown. EndOfInputError."""

    async def more(self, mark: str) -> str:
        """The key that is pressed when a page is full; the mark is gone then."""

    def watch(self, told: str) -> None:
        """Tell the log: the words of the request `monitor`, a level and subjects; "" is not at all."""
