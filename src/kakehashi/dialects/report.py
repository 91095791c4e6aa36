"""Findings, collected while a configuration is lowered."""

from kakehashi.model.finding import Finding, Severity
from kakehashi.model.source import Source


class Report:
    """The findings on one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._findings: list[Finding] = []

    def source(self, line: int) -> Source:
        """A line of the file."""
        return Source(self.file, line)

    def add(self, finding: Finding) -> None:
        self._findings.append(finding)

    def error(self, line: int, code: str, message: str, remedy: str = "", name: str = "") -> None:
        self._findings.append(Finding(Severity.ERROR, code, message, self.source(line), remedy, name))

    def warning(self, line: int, code: str, message: str, remedy: str = "", name: str = "") -> None:
        self._findings.append(Finding(Severity.WARNING, code, message, self.source(line), remedy, name))

    def info(self, line: int, code: str, message: str, remedy: str = "", name: str = "") -> None:
        self._findings.append(Finding(Severity.INFO, code, message, self.source(line), remedy, name))

    def findings(self) -> tuple[Finding, ...]:
        """All, each once, in the order of their lines."""
        found = dict.fromkeys(self._findings)
        return tuple(sorted(found, key=lambda f: f.source.line if f.source else 0))
