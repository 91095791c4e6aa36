"""What the sheets of both versions of IKE have in common."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from kakehashi.check.configuration import Configuration
from kakehashi.check.device import Device
from kakehashi.check.pair import End
from kakehashi.check.sheet import names
from kakehashi.check.sheet.row import NOTHING, Cell, Row
from kakehashi.check.verdict import Address
from kakehashi.model.address import AnyAddress, Hostname
from kakehashi.model.gre import Gre
from kakehashi.model.source import Source

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Half:
    """One end as a sheet sees it."""

    end: End
    device: Device
    configuration: Configuration
    address: Address

    def cell(self, key: str, text: str, *blocks: Source | None) -> Cell:
        """What this end says of a parameter. `blocks`: where it is, or would be, written."""
        said = self.configuration.text.said(key, *blocks)
        if said is not None:
            return Cell(text, said.words, said.sources)
        place = self.configuration.text.place(key, *blocks, *self.here())
        if place is not None:
            return Cell(text, "", (place,))
        known = dict.fromkeys(b for b in blocks if b is not None)
        return Cell(text, "", tuple(known) or self.here())

    def here(self) -> tuple[Source, ...]:
        """Where the tunnel itself stands."""
        return () if self.end.tunnel.source is None else (self.end.tunnel.source,)


def common(a: Iterable[T], b: Iterable[T]) -> T | None:
    """The first of `a` that is also in `b`."""
    there = set(b)
    return next((value for value in a if value in there), None)


def peer_row(phase: int, a: Half, b: Half) -> Row:
    """Where each end looks for the other."""
    key = f"{phase}/peer-address"
    cells = [h.cell(key, _peer(h), h.end.tunnel.source) for h in (a, b)]
    fits = _finds(a, b) and _finds(b, a)
    return Row(
        phase=phase,
        parameter="peer-address",
        a=cells[0],
        b=cells[1],
        agreed=f"{a.address.seen} - {b.address.seen}",
        fits=fits,
    )


def inner_rows(a: Half, b: Half, phase: int = 2) -> list[Row]:
    """What is inside ESP, where an end wraps its packets in GRE first, or carries frames: IKE is silent."""
    headers = [_inside(h) for h in (a, b)]
    if headers == [None, None]:
        return []
    texts = [names.PACKETS if header is None else str(header) for header in headers]
    fits = headers[0] == headers[1]
    return [
        Row(
            phase=phase,
            parameter="inside",
            a=a.cell(f"{phase}/inside", texts[0], a.end.tunnel.source),
            b=b.cell(f"{phase}/inside", texts[1], b.end.tunnel.source),
            agreed=texts[0] if fits else "",
            fits=fits,
        )
    ]


def _inside(half: Half) -> Gre | str | None:
    """Session IDs and cookies are another row's matter."""
    ipsec = half.end.tunnel.ipsec
    return ipsec.gre if ipsec.ethernet is None else f"frames in {ipsec.ethernet}"


def lifetime_text(seconds: Iterable[int]) -> str:
    """`3600 s`."""
    return ", ".join(f"{value} s" for value in dict.fromkeys(seconds)) or NOTHING


def volume_rows(
    phase: int, a: Half, b: Half, mine: Sequence[int | None], theirs: Sequence[int | None]
) -> list[Row]:
    """Lifetimes in kilobytes, where any end has one; the lesser one counts."""
    given = [value for value in (*mine, *theirs) if value is not None]
    if not given:
        return []
    key = f"{phase}/lifetime-kilobytes"
    cells = [
        h.cell(
            key, ", ".join(f"{v} KB" for v in dict.fromkeys(values) if v is not None) or NOTHING, *h.here()
        )
        for h, values in ((a, mine), (b, theirs))
    ]
    agreed = f"{min(given)} KB"
    return [Row(phase=phase, parameter="lifetime-kilobytes", a=cells[0], b=cells[1], agreed=agreed)]


def identity_rows(a: Half, b: Half, says: Sequence[str], expects: Sequence[str | None]) -> list[Row]:
    """Who each end says it is, beside whom the other expects; None: whoever it is.

    Left out where nobody has configured anything: then it is the address.
    """
    rows = []
    halves = (a, b)
    for index, name in enumerate(("identity-a", "identity-b")):
        who, wanted = says[index], expects[1 - index]
        own = halves[index].cell("1/local-identity", who, halves[index].end.tunnel.source)
        text = wanted if wanted is not None else names.ANY_TRAFFIC
        other = halves[1 - index].cell("1/peer-identity", text, halves[1 - index].end.tunnel.source)
        fits = wanted is None or wanted == who
        cells = (own, other) if index == 0 else (other, own)
        rows.append(
            Row(phase=1, parameter=name, a=cells[0], b=cells[1], agreed=who if fits else "", fits=fits)
        )
    return rows


def _peer(half: Half) -> str:
    peer = half.end.tunnel.peer_address
    return "any" if isinstance(peer, AnyAddress) else str(peer)


def _finds(here: Half, there: Half) -> bool:
    peer = here.end.tunnel.peer_address
    return isinstance(peer, AnyAddress | Hostname) or peer == there.address.seen
