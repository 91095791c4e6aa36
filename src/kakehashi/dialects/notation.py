"""How a device and its manual write a command down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Notation:
    """`placeholder`: how the manual writes the name of an argument, as `NAME` or `<name>`. `forms`: how `?`
    shows a value, where not as `Kind.forms` has it. `names_only`: a `?` that touches a word lists the words
    that begin so, without their sentences.
    """

    placeholder: Callable[[str], str]
    forms: Mapping[str, str] = field(default_factory=dict)
    names_only: bool = False

    def form(self, usual: str) -> str:
        """How this device shows a value that is usually shown as `usual`."""
        return self.forms.get(usual, usual)
