"""The report as Markdown."""

from collections.abc import Iterable, Iterator

from kakehashi.check.render.said import reason, said
from kakehashi.check.render.table import places, sections, title, verdict
from kakehashi.check.report import PairReport, Remark, Report
from kakehashi.check.sheet.labels import Language


def render_markdown(report: Report, language: Language) -> str:
    """A table for each phase of each pair, then the findings as a list."""
    return "\n".join(_lines(report, language)) + "\n"


def _lines(report: Report, language: Language) -> Iterator[str]:
    for pair in report.pairs:
        yield from _pair(pair, language)
    yield f"## {language.word('findings')}"
    yield ""
    yield from _remarks(report.remarks, language)


def _pair(pair: PairReport, language: Language) -> Iterator[str]:
    yield f"## {language.word('sheet')}: {_escaped(title(pair))}"
    yield ""
    yield f"**{verdict(pair, language)}**"
    if pair.verdict.reason:
        yield f": {_escaped(reason(pair, language))}"
    yield ""
    yield f"- A: {_escaped(str(pair.pair.a))}"
    yield f"- B: {_escaped(str(pair.pair.b))}"
    yield ""
    for section in sections(pair, language):
        yield f"### {section.title}"
        yield ""
        yield _row((language.word("parameter"), "A", "B", language.word("agreed"), language.word("fits")))
        yield "| --- | --- | --- | --- | --- |"
        for line in section.lines:
            yield _row((line.parameter, line.a, line.b, line.agreed, line.mark))
        yield ""
    for mismatch in pair.mismatches:
        for symptom in mismatch.symptoms:
            shows = f"{symptom.device} {language.word('shows')}: {said(symptom.shows, language)}"
            yield f"- {_escaped(shows)}"
    if pair.mismatches:
        yield ""


def _remarks(remarks: Iterable[Remark], language: Language) -> Iterator[str]:
    told = False
    for remark in remarks:
        told = True
        where = f" `{places(remark)}`" if remark.where else ""
        fix = f" *{language.word('fix')}: {_escaped(said(remark.fix, language))}*" if remark.fix else ""
        severity = language.word(remark.severity.value)
        yield f"- **{severity}** {remark.rule}{where}: {_escaped(said(remark.message, language))}{fix}"
    if not told:
        yield language.word("nothing")


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(_escaped(cell) for cell in cells) + " |"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")
