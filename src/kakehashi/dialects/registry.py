"""The dialects there are."""

from kakehashi.dialects.awplus import AwPlus
from kakehashi.dialects.base import Dialect
from kakehashi.dialects.cisco_ios import CiscoIos
from kakehashi.dialects.nec_ix import NecIx


class UnknownDialectError(LookupError):
    """No dialect of that name, or none that a text looks like; the text says which there are."""


def all_dialects() -> tuple[Dialect, ...]:
    """Every dialect."""
    return (NecIx(), CiscoIos(), AwPlus())


def by_name(name: str) -> Dialect:
    """The dialect of that name, or of the only one that begins so: `cisco`. UnknownDialectError."""
    meant = [d for d in all_dialects() if name and d.name.startswith(name.lower())]
    if len(meant) == 1:
        return meant[0]
    raise UnknownDialectError(f"no dialect is called {name}; there are {_names()}")


def recognise(text: str) -> Dialect:
    """The dialect that `text` looks like most. UnknownDialectError if it looks like none."""
    score, dialect = max(((d.recognise(text), d) for d in all_dialects()), key=lambda pair: pair[0])
    if score <= 0:
        raise UnknownDialectError(f"the configuration is in no language known here; there are {_names()}")
    return dialect


def _names() -> str:
    return ", ".join(f"{d.name} ({d.title})" for d in all_dialects())
