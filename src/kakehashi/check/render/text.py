"""The report on a terminal."""

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kakehashi.check.render.said import reason, said
from kakehashi.check.render.table import Line, places, sections, title, verdict
from kakehashi.check.report import PairReport, Remark, Report, Severity
from kakehashi.check.sheet.labels import Language

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}
_MOST = 20  # pairs whose sheets are all printed; of more, those that do not fit

_SIGNS = 3  # pieces of evidence that are told


def print_text(report: Report, language: Language, console: Console) -> None:
    """The files, a sheet for each pair, the findings."""
    _print(console, Text(language.word("files"), style="bold"))
    for c in report.configurations:
        parts = [f"{c.title}", f"{c.lines} {language.word('lines')}"]
        if c.not_ours:
            parts.append(f"{len(c.not_ours)} {language.word('not-ours')}")
        if c.unknown:
            parts.append(f"{len(c.unknown)} {language.word('unknown')}")
        told = Text(f"  {c.file}: {', '.join(parts)}")
        if c.evidence:
            told.append(
                f" ({language.word('by')} {', '.join(said(e, language) for e in c.evidence[:_SIGNS])})",
                style="dim",
            )
        _print(console, told)
    for pair in report.pairs:
        _pair(pair, language, console, len(report.pairs) <= _MOST or not _fits(pair))
    _print(console, Text(language.word("findings"), style="bold"))
    for remark in report.remarks:
        _print(console, _remark(remark, language))
    if not report.remarks:
        _print(console, Text(f"  {language.word('nothing')}"))


def _pair(pair: PairReport, language: Language, console: Console, whole: bool) -> None:
    head = Text(title(pair), style="bold cyan")
    style = "bold green" if _fits(pair) else "bold red"
    head.append(f"  {verdict(pair, language)}", style=style)
    _print(console, head)
    if not whole:
        return
    for name, end in (("A", pair.pair.a), ("B", pair.pair.b)):
        _print(console, Text(f"  {name}: {end}"))
    if pair.verdict.reason:
        _print(console, Text(f"  {language.word('reason')}: {reason(pair, language)}"))
    for section in sections(pair, language):
        table = Table(title=section.title, title_justify="left", title_style="bold", expand=False)
        for heading in (
            language.word("parameter"),
            "A",
            "B",
            language.word("agreed"),
            "",
        ):
            table.add_column(Text(heading))
        for line in section.lines:
            table.add_row(*_cells(line))
        console.print(Padding(table, (0, 0, 0, 2)))
    for mismatch in pair.mismatches:
        for symptom in mismatch.symptoms:
            _print(
                console, Text(f"  {symptom.device} {language.word('shows')}: {said(symptom.shows, language)}")
            )


def _cells(line: Line) -> tuple[RenderableType, ...]:
    style = "" if line.fits else "bold red"
    return (
        Text(line.parameter),
        _said(line.a, line.words_a, style),
        _said(line.b, line.words_b, style),
        Text(line.agreed),
        Text(line.mark, style="green" if line.fits else "bold red"),
    )


def _said(text: str, words: str, style: str) -> RenderableType:
    return Group(Text(text, style=style), Text(words, style="dim")) if words else Text(text, style=style)


def _remark(remark: Remark, language: Language) -> Text:
    text = Text("  ")
    text.append(language.word(remark.severity.value), style=_STYLES[remark.severity])
    text.append(f" {places(remark)} " if remark.where else " ", style="bold")
    text.append(f"{said(remark.message, language)} [{remark.rule}]")
    if remark.fix:
        text.append(f"\n    {language.word('fix')}: {said(remark.fix, language)}", style="green")
    return text


def _print(console: Console, text: Text) -> None:
    """A line, however long: a terminal wraps it, and a file keeps it whole."""
    console.print(text, soft_wrap=True)


def _fits(pair: PairReport) -> bool:
    return pair.verdict.comes_up and pair.verdict.survives_rekey
