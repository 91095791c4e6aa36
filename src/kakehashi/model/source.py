"""Where in a configuration a thing was said. It never counts when two things are compared."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """One line of one file; `line` counts from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"
