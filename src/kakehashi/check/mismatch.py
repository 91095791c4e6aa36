"""A row that does not fit becomes a finding: both values, both lines, and what to write on which side."""

from collections.abc import Mapping

from kakehashi.check.advice import advise
from kakehashi.check.configuration import Configuration
from kakehashi.check.pair import Pair
from kakehashi.check.report import Mismatch, Remark, Severity, Symptom
from kakehashi.check.sheet.labels import ENGLISH
from kakehashi.check.sheet.row import Cell, Row
from kakehashi.check.symptoms.table import symptom
from kakehashi.check.verdict import Verdict
from kakehashi.model.source import Source

_SAID_IN_BOTH_PHASES = frozenset({"peer-address"})


def mismatches(
    pair: Pair, verdict: Verdict, rows: tuple[Row, ...], configurations: Mapping[str, Configuration]
) -> tuple[Mismatch, ...]:
    """One for each parameter that does not fit."""
    found: dict[str, Mismatch] = {}
    if not all(end.tunnel.enabled for end in pair.ends):
        return ()
    for row in rows:
        if row.fits:
            continue
        key = row.parameter if row.parameter in _SAID_IN_BOTH_PHASES else row.key
        found.setdefault(key, _mismatch(pair, verdict, row, configurations))
    return tuple(found.values())


def _mismatch(
    pair: Pair, verdict: Verdict, row: Row, configurations: Mapping[str, Configuration]
) -> Mismatch:
    label = ENGLISH.parameter(row)
    says = [_says(end.device, cell) for end, cell in zip(pair.ends, (row.a, row.b), strict=True)]
    remark = Remark(
        rule=f"mismatch-{row.parameter}",
        severity=Severity.ERROR,
        message=f"{_consequence(row, verdict)}: {label} does not fit: {says[0]}; {says[1]}",
        where=_where(row.a) + _where(row.b),
        fix=advise(pair, row, configurations),
    )
    symptoms = tuple(
        Symptom(device=end.device, shows=text)
        for end in pair.ends
        if (text := symptom(configurations[end.device].dialect, end.ike_version, row))
    )
    return Mismatch(row=row, remark=remark, symptoms=symptoms)


def unexplained(pair: Pair, verdict: Verdict, explained: bool) -> Remark | None:
    """What the engines refuse although every row fits."""
    if explained or verdict.reason is None:
        return None
    rule = "dies-at-rekey" if verdict.comes_up else "never-up"
    what = "comes up and dies at the rekey" if verdict.comes_up else "never comes up"
    return Remark(
        rule=rule,
        severity=Severity.ERROR,
        message=f"{pair.a} - {pair.b} {what}: {verdict.reason}",
        where=_both(pair),
    )


def one_way(pair: Pair, verdict: Verdict, explained: bool) -> Remark | None:
    """One end can begin and the other cannot, though it knows the address."""
    if explained or not verdict.one_way:
        return None
    return Remark(
        rule="one-way",
        severity=Severity.WARNING,
        message=f"{pair.a} - {pair.b} comes up from one end only: {verdict.one_way}",
        where=_both(pair),
    )


def _both(pair: Pair) -> tuple[Source, ...]:
    return tuple(end.tunnel.source for end in pair.ends if end.tunnel.source is not None)


def _consequence(row: Row, verdict: Verdict) -> str:
    if verdict.comes_up and not verdict.survives_rekey:
        return "comes up, and dies at the first rekey"
    if verdict.comes_up:
        return "comes up from one end only"
    if row.phase == 2:
        return "phase 1 comes up, phase 2 does not"
    return "never comes up"


def _says(device: str, cell: Cell) -> str:
    words = f"`{cell.words}`" if cell.words else "its default"
    at = f"{cell.sources[0]}" if cell.sources else device
    if cell.words and cell.words == cell.text:
        return f"{at} says {cell.text}"
    return f"{at} says {cell.text} ({words})"


def _where(cell: Cell) -> tuple[Source, ...]:
    return cell.sources[:1]
