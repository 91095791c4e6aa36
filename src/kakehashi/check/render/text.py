"""The report on a terminal."""

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kakehashi.check.render.table import Line, places, sections, title, verdict
from kakehashi.check.report import PairReport, Remark, Report, Severity
from kakehashi.check.sheet.labels import Language

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}
_MOST = 20  # pairs whose sheets are all printed; of more, those that do not fit


def print_text(report: Report, language: Language, console: Console) -> None:
    """The files, a sheet for each pair, the findings."""
    _print(console, Text(language.word("files"), style="bold"))
    for c in report.configurations:
        parts = [f"{c.title}", f"{c.lines} {language.word('lines')}"]
        if c.not_ours:
            parts.append(f"{len(c.not_ours)} {language.word('not-ours')}")
        if c.unknown:
            parts.append(f"{len(c.unknown)} {language.word('unknown')}")
        _print(console, Padding(Text(f"{c.file}: {', '.join(parts)}"), (0, 0, 0, 2)))
    for pair in report.pairs:
        _pair(pair, language, console, len(report.pairs) <= _MOST or not _fits(pair))
    _print(console, Text(language.word("findings"), style="bold"))
    for remark in report.remarks:
        _print(console, Padding(_remark(remark, language), (0, 0, 0, 2)))
    if not report.remarks:
        _print(console, Padding(Text(language.word("nothing")), (0, 0, 0, 2)))


def _pair(pair: PairReport, language: Language, console: Console, whole: bool) -> None:
    head = Text(title(pair), style="bold cyan")
    style = "bold green" if _fits(pair) else "bold red"
    head.append(f"  {verdict(pair, language)}", style=style)
    _print(console, head)
    if not whole:
        return
    for name, end in (("A", pair.pair.a), ("B", pair.pair.b)):
        _print(console, Padding(Text(f"{name}: {end}"), (0, 0, 0, 2)))
    if pair.verdict.reason:
        _print(console, Padding(Text(f"{language.word('reason')}: {pair.verdict.reason}"), (0, 0, 0, 2)))
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
            told = f"{symptom.device} {language.word('shows')}: {symptom.shows}"
            _print(console, Padding(Text(told), (0, 0, 0, 2)))


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
    text = Text(language.word(remark.severity.value), style=_STYLES[remark.severity])
    text.append(f" {places(remark)} " if remark.where else " ", style="bold")
    text.append(f"{remark.message} [{remark.rule}]", style="default")
    if remark.fix:
        text.append(f"\n  {language.word('fix')}: {remark.fix}", style="not bold green")
    return text


def _print(console: Console, what: RenderableType) -> None:
    console.print(what, soft_wrap=isinstance(what, Text))


def _fits(pair: PairReport) -> bool:
    return pair.verdict.comes_up and pair.verdict.survives_rekey
