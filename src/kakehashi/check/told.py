"""What the dialects have said already, so that nothing is said twice."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from kakehashi.check.pair import End
from kakehashi.check.report import PairReport, Remark, Severity
from kakehashi.check.sheet.row import Row
from kakehashi.model.source import Source

# Because of a name that is not there another one is left over.
_LEFT_OVER = {"unused-peer": ("undefined-key", "undefined-peer"), "unused-key": ("undefined-key",)}

# A dialect that knows such a rule has asked it of the whole file.
_OF_WHOLE_FILES = frozenset(
    {"suppress-delete-only", "rekey-margin", "aggressive-psk", "main-mode-keys", "both-ends-unknown"}
)


class Told:
    """The findings of the dialects; some weigh more when it is seen what becomes of the pair."""

    def __init__(self, remarks: Iterable[Remark]) -> None:
        self._remarks = list(remarks)
        self._by_file: defaultdict[str, list[int]] = defaultdict(list)
        self._errors: set[Source] = set()
        for index, remark in enumerate(self._remarks):
            for where in remark.where:
                self._by_file[where.file].append(index)
                if remark.severity is Severity.ERROR:
                    self._errors.add(where)

    def remarks(self) -> Iterator[Remark]:
        """All, without what only follows from another one."""
        codes = {(r.rule, w.file) for r in self._remarks if r.severity is not Severity.NOTE for w in r.where}
        for remark in self._remarks:
            causes = _LEFT_OVER.get(remark.rule, (remark.rule.replace("unused-", "undefined-", 1),))
            follows = remark.rule.startswith("unused-") and any(
                (cause, where.file) in codes for cause in causes for where in remark.where
            )
            if not follows:
                yield remark

    def news(self, remarks: Iterable[Remark]) -> Iterator[Remark]:
        """What a dialect has not said of the same line."""
        said = {(remark.rule, where) for remark in self._remarks for where in remark.where}
        whole = {(rule, where.file) for rule, where in said if rule in _OF_WHOLE_FILES}
        return (
            r
            for r in remarks
            if not any((r.rule, where) in said or (r.rule, where.file) in whole for where in r.where)
        )

    def explain(self, report: PairReport) -> bool:
        """Has a dialect said why a tunnel is left down? Then that is an error, for here is its other end."""
        down = [end for end in report.pair.ends if not end.tunnel.enabled]
        explained = False
        for end in down:
            for index in self._about(end):
                explained = True
                self._remarks[index] = replace(self._remarks[index], severity=Severity.ERROR)
        return explained

    def has_error(self, row: Row) -> bool:
        """Is there an error already at a line that the row is about?"""
        return any(source in self._errors for cell in (row.a, row.b) for source in cell.sources)

    def _about(self, end: End) -> list[int]:
        """The findings that name the tunnel; if there is none, all errors and warnings on the file."""
        of_file = self._by_file.get(end.device, [])
        name, line = end.tunnel.interface, end.tunnel.source
        about = [
            i
            for i in of_file
            if _is_named(name, self._remarks[i].message)
            or (line is not None and line in self._remarks[i].where)
        ]
        serious = [i for i in about if self._is_serious(i)]
        errors = [i for i in serious if self._remarks[i].severity is Severity.ERROR]
        shut = [i for i in about if self._remarks[i].rule == "shutdown"]
        return errors or serious or shut or [i for i in of_file if self._is_serious(i)]

    def _is_serious(self, index: int) -> bool:
        return self._remarks[index].severity is not Severity.NOTE


def _is_named(name: str, message: str) -> bool:
    return any(f"{name}{end}" in message for end in (" ", ":", ",", ";", "`")) or message.endswith(name)
