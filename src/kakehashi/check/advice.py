"""Which side is better changed, and the line to write there."""

from collections.abc import Mapping

from kakehashi.check.configuration import Configuration
from kakehashi.check.pair import End, Pair
from kakehashi.check.phrases.table import can_say, common, phrase
from kakehashi.check.sheet.row import Cell, Row
from kakehashi.check.strength import strength

_SENTENCES = {
    "protection": "let both sides protect the tunnel by IPsec, or neither",
    "pre-shared-key": "write the same key on both sides: letter case and blanks count",
    "inside": "let both sides wrap their packets in GRE, or neither",
    "protocol": "let both sides use the same protocols: ESP, AH or both",
    "version": "let both sides make the tunnel with IKEv2",
}


def advise(pair: Pair, row: Row, configurations: Mapping[str, Configuration]) -> str:
    """What to write where: the weaker side is better changed, unless its device lacks what the other has."""
    if row.parameter == "inside" and all(end.tunnel.ipsec.gre is not None for end in pair.ends):
        return "write the same key on both sides, and checksums and sequence numbers on both or on neither"
    sentence = _SENTENCES.get(row.parameter)
    if sentence:
        return sentence
    a, b = (pair.a, row.a), (pair.b, row.b)
    change, keep = (b, a) if strength(row.key, row.b.text) <= strength(row.key, row.a.text) else (a, b)
    if not _has(change[0], row, keep[1].text, configurations) and _has(
        keep[0], row, change[1].text, configurations
    ):
        change, keep = keep, change
    (end, here), there = change, keep[1]
    if row.parameter in ("identity-a", "identity-b"):
        return _identity(pair, row)
    if row.parameter == "traffic":
        return f"write in {_place(end, here)} the mirror of {there.text}, which {_place(keep[0], there)} says"
    if row.parameter == "peer-address":
        return _address(pair, row)
    if not _has(end, row, there.text, configurations):
        return _neither(end, keep[0], row, (here, there), configurations)
    line = phrase(configurations[end.device].dialect, row.key, end.ike_version, there.text)
    wanted = f"`{line}`" if line else there.text
    instead = f"`{here.words}`" if here.words else here.text
    advice = f"write {wanted} in {_place(end, here)}, which says {instead}"
    if not _has(keep[0], row, here.text, configurations):
        title = configurations[keep[0].device].title
        return f"{advice}; {title} does not have {here.text}"
    return advice


def _neither(
    end: End, other: End, row: Row, cells: tuple[Cell, Cell], configurations: Mapping[str, Configuration]
) -> str:
    """Neither device has what the other says: what both have."""
    dialects = [configurations[each.device].dialect for each in (end, other)]
    values = common(dialects[0], dialects[1], row.key, end.ike_version)
    if not values:
        return f"no device has what the other says: choose a value that both have ({_place(end, cells[0])})"
    best = max(values, key=lambda value: strength(row.key, value))
    title = configurations[end.device].title
    return (
        f"{title} does not have {cells[1].text}: choose what both have, e.g. {best} "
        f"({_place(end, cells[0])}, {_place(other, cells[1])})"
    )


def _has(end: End, row: Row, text: str, configurations: Mapping[str, Configuration]) -> bool:
    return can_say(configurations[end.device].dialect, row.key, end.ike_version, text)


def _address(pair: Pair, row: Row) -> str:
    """Each end must look for the other where that is."""
    a_is, _, b_is = row.agreed.partition(" - ")
    wrong = [
        f"write {address} in {_place(end, cell)}, which says {cell.text}"
        for end, cell, address in ((pair.a, row.a, b_is), (pair.b, row.b, a_is))
        if cell.text not in (address, "any")
    ]
    return "; ".join(wrong)


def _identity(pair: Pair, row: Row) -> str:
    """Who one is one knows best: the other side's expectation is better changed."""
    mine, expected, end = row.a, row.b, pair.b
    if row.parameter == "identity-b":
        mine, expected, end = row.b, row.a, pair.a
    return f"expect {mine.text} in {_place(end, expected)}, or let the other side call itself {expected.text}"


def _place(end: End, cell: Cell) -> str:
    return str(cell.sources[0]) if cell.sources else end.device
