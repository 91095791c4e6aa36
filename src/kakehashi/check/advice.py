"""Which side is better changed, and to what."""

from collections.abc import Mapping

from kakehashi.check.configuration import Configuration
from kakehashi.check.pair import Pair
from kakehashi.check.sheet.row import Cell, Row
from kakehashi.check.strength import weakness

_SENTENCES = {
    "pre-shared-key": "write the same key on both sides: letter case and blanks count",
    "version": "let both sides make the tunnel with IKEv2",
}


def advise(pair: Pair, row: Row, configurations: Mapping[str, Configuration]) -> str:
    """What to write where. The weaker side is better changed, for the other's sake need not be weakened."""
    sentence = _SENTENCES.get(row.parameter)
    if sentence:
        return sentence
    weak = [weakness(row.key, cell.text) for cell in (row.a, row.b)]
    change_b = weak[1] >= weak[0]
    here, there = (row.b, row.a) if change_b else (row.a, row.b)
    device = (pair.b if change_b else pair.a).device
    if row.parameter in ("identity-a", "identity-b"):
        return f"let {row.b.text} and {row.a.text} be the same: change {_line(device, here)}"
    if row.parameter == "traffic":
        return f"write in {_line(device, here)} the mirror of {there.text}"
    if row.parameter == "peer-address":
        return f"let each side name the address that the other speaks from: see {_line(device, here)}"
    return f"write {there.text} instead of {here.text} in {_line(device, here)}"


def _line(device: str, cell: Cell) -> str:
    return str(cell.sources[0]) if cell.sources else device
