"""The report as one page of HTML that needs nothing else."""

from collections.abc import Iterator
from html import escape

from kakehashi.check.render.said import reason, said
from kakehashi.check.render.table import places, sections, title, verdict
from kakehashi.check.report import PairReport, Report
from kakehashi.check.sheet.labels import Language

_STYLE = (
    "body{color:#111;background:#fff;font-family:sans-serif;max-width:70em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse;margin:1em 0;width:100%}"
    "th,td{border:1px solid #999;padding:.3em .6em;text-align:left}"
    "caption{text-align:left;font-weight:bold}th:last-child{white-space:nowrap}"
    "th{background:#eee}tr.no td{background:#fdd}td small{color:#666}"
    ".error{color:#b00}.warning{color:#a60}.note{color:#555}"
)


def render_html(report: Report, language: Language) -> str:
    """A table for each phase of each pair, then the findings as a list."""
    return "\n".join(_lines(report, language)) + "\n"


def _lines(report: Report, language: Language) -> Iterator[str]:
    heading = escape(language.word("sheet"))
    yield "<!DOCTYPE html>"
    yield f'<html lang="{language.name}"><head><meta charset="utf-8"><title>{heading}</title>'
    yield f"<style>{_STYLE}</style></head><body>"
    for pair in report.pairs:
        yield from _pair(pair, language)
    yield f"<h2>{escape(language.word('findings'))}</h2>"
    if not report.remarks:
        yield f"<p>{escape(language.word('nothing'))}</p></body></html>"
        return
    yield "<ul>"
    for remark in report.remarks:
        severity = remark.severity.value
        fix = (
            f"<br>{escape(language.word('fix'))}: {escape(said(remark.fix, language))}" if remark.fix else ""
        )
        yield (
            f'<li class="{severity}"><b>{escape(language.word(severity))}</b> {escape(remark.rule)} '
            f"<code>{escape(places(remark))}</code>: {escape(said(remark.message, language))}{fix}</li>"
        )
    yield "</ul></body></html>"


def _pair(pair: PairReport, language: Language) -> Iterator[str]:
    yield f"<h2>{escape(title(pair))}</h2>"
    why = f": {escape(reason(pair, language))}" if pair.verdict.reason else ""
    yield f"<p><b>{escape(verdict(pair, language))}</b>{why}</p>"
    headings = [language.word("parameter"), str(pair.pair.a), str(pair.pair.b)]
    headings += [language.word("agreed"), language.word("fits")]
    for section in sections(pair, language):
        yield f"<table><caption>{escape(section.title)}</caption>"
        yield "<tr>" + "".join(f"<th>{escape(text)}</th>" for text in headings) + "</tr>"
        for line in section.lines:
            cells = [escape(line.parameter), _cell(line.a, line.words_a), _cell(line.b, line.words_b)]
            cells += [escape(line.agreed), line.mark]
            opening = "<tr>" if line.fits else '<tr class="no">'
            yield opening + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
        yield "</table>"
    for mismatch in pair.mismatches:
        for symptom in mismatch.symptoms:
            shows = f"{symptom.device} {language.word('shows')}: {said(symptom.shows, language)}"
            yield f"<p>{escape(shows)}</p>"


def _cell(text: str, words: str) -> str:
    return f"{escape(text)}<br><small>{escape(words)}</small>" if words else escape(text)
