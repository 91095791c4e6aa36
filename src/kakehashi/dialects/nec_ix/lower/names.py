"""Lines that give a thing a name, and lines that are about a thing of that name."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from kakehashi.dialects.document import Document, Statement
from kakehashi.dialects.grammar import Negation
from kakehashi.dialects.report import Report
from kakehashi.dialects.spelling import close


@dataclass(frozen=True, slots=True)
class Named:
    """The lines that hold, by the name that they define. `what`: `IKE policy`; `code`: of what is missing."""

    what: str
    code: str
    lines: Mapping[str, Statement]

    def there_are(self) -> str:
        """The names, for a message."""
        return ", ".join(self.lines) or "none"

    def meant(self, name: str, others: Iterable[str] = ()) -> str:
        """A remedy: the name, or the keyword among `others`, that was meant; "" if none suggests itself."""
        candidates = {known.lower(): known for known in chain(self.lines, others)}
        found = candidates.get(close(name, candidates))
        if found:
            return f"did you mean `{found}`?"
        return f"write `{next(iter(self.lines))}`, the only one there is" if len(self.lines) == 1 else ""


def read_named(document: Document, what: str, code: str, *keys: str, report: Report) -> Named:
    """Collect what the lines with one of `keys` define; a later line replaces an earlier one of that name."""
    lines: dict[str, Statement] = {}
    for statement in document.statements(*keys):
        name = statement.get("name")
        before = lines.pop(name, None)
        if not statement.negated:
            lines[name] = statement
        elif before is None:
            report.info(statement.line, "nothing-removed", f"there is no such {what} that `no` could remove")
        if before is not None and not statement.negated:
            report.warning(
                before.line,
                "replaced",
                f"the {what} `{name}` is defined again in line {statement.line}, which holds",
            )
    return Named(what, code, lines)


def read_about(document: Document, key: str, named: Named, report: Report) -> dict[str | None, Statement]:
    """The line with `key` that holds for each name; None is the name of a line that is about all."""
    lines: dict[str | None, Statement] = {}
    for statement in document.statements(key):
        name = statement.get("name")
        before = lines.pop(name, None)
        if statement.negated and statement.command.negation is Negation.REMOVES:
            if before is None:
                report.info(
                    statement.line, "nothing-removed", f"there is no such `{key}` that `no` could remove"
                )
            continue
        if statement.negated and name is None:
            report.warning(
                statement.line, "incomplete", f"`no {key}` names no {named.what}; it has no effect"
            )
            continue
        if before is not None:
            report.warning(
                before.line, "replaced", f"`{key}` is set again in line {statement.line}, which holds"
            )
        if name is not None and name not in named.lines:
            report.warning(
                statement.line,
                named.code,
                f"`{key}` is about the {named.what} `{name}`, and there is none of that name (there are: "
                f"{named.there_are()})",
                named.meant(name) or f"define `{name}`, or take the line out",
                name=name,
            )
            continue
        lines[name] = statement
    return lines


def check_unused(named: Named, used: Collection[str], report: Report) -> None:
    """Tell of the names that nothing leads to."""
    for name, line in named.lines.items():
        if name not in used:
            report.info(line.line, "unused-proposal", f"nothing uses the {named.what} `{name}`", name=name)
