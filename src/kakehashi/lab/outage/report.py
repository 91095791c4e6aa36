"""The part of the report that tells of outages and traffic."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kakehashi.lab.outage.campaign import History
from kakehashi.lab.outage.telling import gaps_text, implied_text
from kakehashi.lab.outage.timeline import Entry, What
from kakehashi.lab.outage.verdict import Judgement

_STYLES = {
    What.OUTAGE: "bold yellow",
    What.TUNNEL_UP: "green",
    What.TUNNEL_DOWN: "red",
    What.LOST: "bold red",
    What.BACK: "bold green",
}


def sections(history: History) -> Iterator[tuple[str, RenderableType]]:
    """Titles with what stands below them."""
    yield f"Time line, in seconds of {history.seconds:.0f}", _timeline(history.entries)
    if history.judgements:
        yield "Outages", Group(*_judgements(history.judgements))
    yield "Packets", _packets(history)


def _timeline(entries: Sequence[Entry]) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for entry in entries:
        where = " ".join(part for part in (entry.device, entry.tunnel) if part)
        text = entry.text
        if entry.times > 1 and entry.until is not None:
            text += f" ({entry.times} times until {entry.until:.1f})"
        what = Text("" if entry.what in (What.EVENT, What.LAB) else entry.what.value)
        what.stylize(_STYLES.get(entry.what, ""))
        table.add_row(f"{entry.at:.1f}", what, Text(where, style="cyan"), Text(text))
    return table


def _judgements(judgements: Sequence[Judgement]) -> Iterator[RenderableType]:
    """Of each outage what came of it; directions of which the same is to be said stand together."""
    order = list(dict.fromkeys(each.outage for each in judgements))
    for outage in order:
        own = [each for each in judgements if each.outage == outage]
        yield Text(outage.text if outage else "no outage", style="bold")
        table = Table.grid(padding=(0, 2))
        for each in own:
            style = "green" if each.verdict.ok else "bold red"
            table.add_row(str(each.direction), gaps_text(each), Text(each.verdict.value, style=style))
        yield Padding(table, (0, 0, 0, 2))
        for text, _ in groupby(dict.fromkeys(implied_text(each) for each in own if each.implied)):
            yield Padding(Text(f"implied: {text}", style="dim"), (0, 0, 0, 2))


def _packets(history: History) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for direction in history.directions:
        lost = direction.sent - direction.arrived
        how = ", seen by the answers" if direction.answers else ""
        table.add_row(str(direction), f"{direction.arrived} of {direction.sent} arrived, {lost} lost{how}")
    return table
