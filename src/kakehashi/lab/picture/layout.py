"""Where everything stands in the picture of a lab.

The internet is a band, and each tunnel is a lane of its own in it, from the WAN of one end to that of the
other: so no label meets another one, however many there are. Few devices stand below the band, more on both
sides of it, each as a card with its WANs towards the band and its LANs, with their hosts, on the other side.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from kakehashi.check.pair import End
from kakehashi.lab.lan import Lan
from kakehashi.lab.network import sharing
from kakehashi.lab.outcome import Outcome, TunnelOutcome
from kakehashi.lab.picture.shapes import Box, Label, Line, Shape, svg, text_width
from kakehashi.lab.wan import Wan

_MARGIN, _GAP, _PAD = 28.0, 26.0, 14.0
_SIZE, _SMALL, _TITLE = 12.0, 11.0, 15.0
_ROW = 16.0
_LANE = 48.0
_CABLE, _NAT_HEIGHT = 96.0, 40.0
_LEAST_WIDTH, _LEAST_CARD = 640.0, 200.0
_ONE_ROW = 3  # devices that stand side by side
T = TypeVar("T")
_DROP = 9.0  # between two tunnels that enter the same WAN


@dataclass(frozen=True, slots=True)
class _Column:
    """One WAN or LAN of a card: its lines of text, and how wide it has to be."""

    lines: tuple[str, ...]
    width: float


@dataclass(slots=True)
class _Card:
    """One device. `above`: it stands above the internet."""

    name: str
    title: str
    failed: bool
    wans: list[tuple[Wan, _Column]]
    lans: list[tuple[Lan, _Column]]
    above: bool = False
    x: float = 0.0
    width: float = 0.0
    height: float = 0.0


def picture(outcome: Outcome) -> str:
    """The lab and its state as SVG."""
    shapes, width, height = shapes_of(outcome)
    names = ", ".join(outcome.plan.topology.gateways)
    return svg(shapes, width, height, f"kakehashi lab: {names}")


def shapes_of(outcome: Outcome) -> tuple[list[Shape], float, float]:
    """What is drawn, from the back to the front; the picture's width and height."""
    return _Layout(outcome).drawn()


class _Layout:
    """Puts one picture together."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome
        self._topology = outcome.plan.topology
        self._cards = [self._card(name) for name in self._topology.gateways]
        if len(self._cards) > _ONE_ROW:
            for card in self._cards[: (len(self._cards) + 1) // 2]:
                card.above = True
        self._rows = [[c for c in self._cards if c.above], [c for c in self._cards if not c.above]]
        self._backs: list[Shape] = []
        self._lines: list[Shape] = []
        self._fronts: list[Shape] = []

    def drawn(self) -> tuple[list[Shape], float, float]:
        labels = [_lane_texts(tunnel) for tunnel in self._outcome.tunnels]
        widest = max([text_width(t, _SIZE) for both in labels for t in both], default=0.0)
        width = max(_LEAST_WIDTH, widest + 2 * (_MARGIN + _PAD), *(_row_width(row) for row in self._rows))
        for row in self._rows:
            self._place(row, width)
        top = _MARGIN + (self._side(self._rows[0]) if self._rows[0] else 0.0)
        lanes = max(1, len(self._outcome.tunnels)) * _LANE + 34
        self._fronts.append(Label(x=_MARGIN + _PAD, y=top + 20, text="internet", size=_SIZE, kind="soft"))
        self._backs.append(Box(x=_MARGIN, y=top, width=width - 2 * _MARGIN, height=lanes, kind="net"))
        for row, edge in zip(self._rows, (top, top + lanes), strict=True):
            for card in row:
                self._draw(card, edge, row)
        self._tunnels(top, top + lanes, width)
        bottom = top + lanes + (self._side(self._rows[1]) if self._rows[1] else 0.0) + _MARGIN / 2
        self._legend(bottom)
        return [*self._backs, *self._lines, *self._fronts], width, bottom + _MARGIN

    def _card(self, name: str) -> _Card:
        device = next(d for d in self._outcome.plan.devices if d.name == name)
        wans = [
            (w, _column([w.interface, *map(str, w.addresses)]))
            for w in self._topology.wans
            if w.device == name
        ]
        lans = [(n, _column([n.interface, *map(str, n.addresses)])) for n in self._topology.lans_of(name)]
        failed = any(failure.where == name for failure in self._outcome.failures)
        card = _Card(name, device.gateway.dialect, failed, wans, lans)
        for index, (wan, column) in enumerate(wans):
            if wan.nat:
                texts = (_nat_title(wan), *map(str, wan.public))
                seen = max(text_width(text, _SMALL) for text in texts) + 2 * _PAD
                wans[index] = (wan, _Column(column.lines, max(column.width, seen)))
        for index, (lan, column) in enumerate(lans):
            hosts = max((text_width(t, _SMALL) for t in _host_lines(lan)), default=0.0) + 2 * _PAD
            lans[index] = (lan, _Column(column.lines, max(column.width, hosts)))
        head = text_width(name, _TITLE) + text_width(card.title, _SMALL) + 3 * _PAD
        sides = [sum(c.width for _, c in side) + _PAD * len(side) for side in (wans, lans)]
        card.width = max(_LEAST_CARD, head, *sides)
        lines = [max((len(c.lines) for _, c in side), default=0) for side in (wans, lans)]
        card.height = sum(lines) * _ROW + 58
        return card

    def _place(self, row: Sequence[_Card], width: float) -> None:
        left = (width - _row_width(row)) / 2 + _MARGIN
        for card in row:
            card.x = left
            left += card.width + _GAP

    def _side(self, row: Sequence[_Card]) -> float:
        """How high a row is: cables, cards, and the hosts behind them."""
        hosts = max(len(_host_lines(lan)) for card in row for lan, _ in card.lans) if row else 0
        return _CABLE + max(card.height for card in row) + 40 + hosts * _ROW + 22

    def _draw(self, card: _Card, edge: float, row: Sequence[_Card]) -> None:
        up = -1.0 if card.above else 1.0
        highest = max(other.height for other in row)
        near = edge + up * _CABLE
        y = near - highest if card.above else near
        self._backs.append(
            Box(x=card.x, y=y, width=card.width, height=highest, kind="failed" if card.failed else "card")
        )
        middle = y + highest / 2 + 5
        self._fronts += [
            Label(x=card.x + _PAD, y=middle, text=card.name, size=_TITLE, kind="title"),
            Label(
                x=card.x + card.width - _PAD - text_width(card.title, _SMALL),
                y=middle,
                text=card.title,
                size=_SMALL,
                kind="soft",
            ),
        ]
        for wan, column, x in _spread(card, card.wans):
            first = near - 8 - (len(column.lines) - 1) * _ROW if card.above else near + 18
            self._texts(column.lines, x, first)
            self._lines.append(Line(points=((x, near), (x, edge)), kind="cable"))
            if wan.nat:
                self._nat(wan, x, (near + edge) / 2, column.width)
        far = y if card.above else y + highest
        for lan, column, x in _spread(card, card.lans):
            first = far + 18 if card.above else far - 8 - (len(column.lines) - 1) * _ROW
            self._texts(column.lines, x, first)
            self._host(lan, x, far, up, column.width, row)

    def _texts(self, lines: Sequence[str], x: float, y: float) -> None:
        for number, text in enumerate(lines):
            kind = "" if number == 0 else "soft"
            self._fronts.append(
                Label(x=x, y=y + number * _ROW, text=text, size=_SMALL, kind=kind, is_centred=True)
            )

    def _nat(self, wan: Wan, x: float, y: float, width: float) -> None:
        height = _ROW * len(wan.public) + 24
        self._fronts.append(Box(x=x - width / 2, y=y - height / 2, width=width, height=height, kind="nat"))
        for number, text in enumerate((_nat_title(wan), *map(str, wan.public))):
            at = y - height / 2 + 16 + number * _ROW
            self._fronts.append(Label(x=x, y=at, text=text, size=_SMALL, kind="nat", is_centred=True))

    def _host(self, lan: Lan, x: float, far: float, up: float, width: float, row: Sequence[_Card]) -> None:
        """The LAN's cable and its host; to a host that was drawn already the cable alone."""
        first = sharing(self._topology, lan)[0]
        mate = next((card for card in row if card.name == first.device and lan is not first), None)
        bus = far + up * 18
        if mate is not None:
            there = next(at for other, _, at in _spread(mate, mate.lans) if other is first)
            self._lines.append(Line(points=((x, far), (x, bus), (there, bus)), kind="lan"))
            return
        lines = _host_lines(lan)
        height = len(lines) * _ROW + 10
        begin = far + up * 36
        self._lines.append(Line(points=((x, far), (x, begin)), kind="lan"))
        top = begin - height if up < 0 else begin
        self._fronts.append(Box(x=x - width / 2, y=top, width=width, height=height, kind="host"))
        for number, text in enumerate(lines):
            self._fronts.append(
                Label(
                    x=x,
                    y=top + 17 + number * _ROW,
                    text=text,
                    size=_SMALL,
                    kind="" if number == 0 else "soft",
                    is_centred=True,
                )
            )

    def _tunnels(self, top: float, bottom: float, width: float) -> None:
        places = self._places()
        for number, tunnel in enumerate(self._outcome.tunnels):
            lane = top + 34 + number * _LANE + _LANE - 12
            kind = "tunnel-up" if tunnel.up else "tunnel-down"
            (a, a_above), (b, b_above) = (places[end.key] for end in tunnel.pair.ends)
            ends = [
                (a, top - _CABLE if a_above else bottom + _CABLE),
                (a, lane),
                (b, lane),
                (b, top - _CABLE if b_above else bottom + _CABLE),
            ]
            names, algorithms = _lane_texts(tunnel)
            self._lines.append(Line(points=tuple(ends), kind=kind, title=f"{names}: {algorithms}"))
            widest = max(text_width(names, _SIZE), text_width(algorithms, _SMALL))
            edge = _MARGIN + _PAD + widest / 2
            middle = min(max((a + b) / 2, edge), width - edge)
            state = "up" if tunnel.up else "down"
            self._fronts += [
                Label(x=middle, y=lane - 24, text=names, kind=f"halo title {state}", is_centred=True),
                Label(x=middle, y=lane - 9, text=algorithms, size=_SMALL, kind="halo soft", is_centred=True),
            ]

    def _places(self) -> Mapping[tuple[str, str], tuple[float, bool]]:
        """Where each end of a tunnel meets its WAN's cable: beside the others that do."""
        at: dict[tuple[str, str], tuple[float, bool]] = {}
        of: defaultdict[tuple[str, str], list[End]] = defaultdict(list)
        for tunnel in self._outcome.tunnels:
            for end in tunnel.pair.ends:
                wan = self._topology.wan_of(end)
                of[wan.device, wan.interface].append(end)
        for card in self._cards:
            for wan, column, x in _spread(card, card.wans):
                ends = of[wan.device, wan.interface]
                step = min(_DROP, column.width / max(1, len(ends)))
                for number, end in enumerate(ends):
                    at[end.key] = (x + (number - (len(ends) - 1) / 2) * step, card.above)
        return at

    def _legend(self, y: float) -> None:
        up = sum(tunnel.up for tunnel in self._outcome.tunnels)
        count = len(self._outcome.tunnels)
        x = _MARGIN
        for text, kind in ((f"{up} of {count} tunnels up", "up"), (f"{count - up} down", "down")):
            line = f"tunnel-{kind}"
            self._lines.append(Line(points=((x, y - 4), (x + 34, y - 4)), kind=line))
            self._fronts.append(Label(x=x + 42, y=y, text=text, size=_SMALL, kind=kind))
            x += 42 + text_width(text, _SMALL) + _GAP


def _column(lines: Sequence[str]) -> _Column:
    return _Column(tuple(lines), max(text_width(line, _SMALL) for line in lines) + 2 * _PAD)


def _row_width(row: Sequence[_Card]) -> float:
    return sum(card.width + _GAP for card in row) - _GAP + 2 * _MARGIN if row else 0.0


def _spread(card: _Card, side: Sequence[tuple[T, _Column]]) -> list[tuple[T, _Column, float]]:
    """Each column of one side of the card with the x of its middle."""
    free = (card.width - sum(column.width for _, column in side)) / (len(side) + 1)
    x, found = card.x, []
    for item, column in side:
        x += free
        found.append((item, column, x + column.width / 2))
        x += column.width
    return found


def _nat_title(wan: Wan) -> str:
    return f"NAT of {wan.beside}" if wan.beside else "NAT"


def _host_lines(lan: Lan) -> tuple[str, ...]:
    return ("host", *(str(host.ip) for host in lan.hosts))


def _lane_texts(tunnel: TunnelOutcome) -> tuple[str, str]:
    a, b = tunnel.pair.ends
    algorithms = [f"{name} {value}" for name, value in (("IKE", tunnel.ike), ("ESP", tunnel.esp)) if value]
    return f"{a} – {b}", " · ".join(algorithms) or ("up" if tunnel.up else "down")
