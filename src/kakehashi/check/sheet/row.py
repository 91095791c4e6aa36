"""One row of the parameter sheet."""

from dataclasses import dataclass

from kakehashi.model.source import Source

NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Cell:
    """What one end says: normalised, and in its maker's words with the line, if a line says it.

    `words` "" is the device's default, or what follows from something else. `sources`: the line that says it,
    else those of the blocks in which it would stand.
    """

    text: str
    words: str = ""
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A parameter of phase 1 (the IKE SA) or 2 (its Child SAs).

    `agreed` "": nothing can be. Of addresses it says where the ends are, also where they are not looked for.
    """

    phase: int
    parameter: str
    a: Cell
    b: Cell
    agreed: str = ""
    fits: bool = True

    @property
    def key(self) -> str:
        """The parameter with its phase: encryption there is in both."""
        return f"{self.phase}/{self.parameter}"
