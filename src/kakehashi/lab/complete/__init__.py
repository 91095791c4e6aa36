"""What a fragment leaves out, and how each dialect writes it."""

from kakehashi.lab.complete import awplus, cisco_ios, nec_ix
from kakehashi.lab.complete.additions import Additions, Completer
from kakehashi.lab.errors import LabError

_COMPLETERS: dict[str, Completer] = {
    c.dialect: c for c in (nec_ix.COMPLETER, cisco_ios.COMPLETER, awplus.COMPLETER)
}


def completer(dialect: str) -> Completer:
    """The way to complete files of `dialect` (a `Gateway.dialect`). LabError if there is none."""
    try:
        return _COMPLETERS[dialect]
    except KeyError:
        raise LabError(f"the lab cannot complete files of the dialect {dialect}") from None


def completed(text: str, additions: Additions, dialect: str) -> str:
    """`text` as it stands, then the lines of `additions`: line numbers of the file stay true."""
    lines = completer(dialect).lines(additions)
    if not lines:
        return text
    return text.rstrip("\n") + "\n" + "\n".join(lines) + "\n"
