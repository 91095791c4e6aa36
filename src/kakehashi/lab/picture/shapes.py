"""What a picture is made of, and its SVG. Lengths in pixels; y grows downwards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

_ADVANCE = 0.602  # a monospaced character's width, in font sizes
_STYLE = """
:root { --back: #ffffff; --ink: #1c2430; --soft: #5b6775; --card: #f3f5f8; --line: #b4bdc9; --net: #e6eef8;
  --up: #12783a; --down: #c02626; --nat: #f6e7c4; --nat-ink: #6b4a00 }
@media (prefers-color-scheme: dark) { :root { --back: #12161c; --ink: #e8edf4; --soft: #a3afbe;
  --card: #1e2530; --line: #4c5868; --net: #1a2738; --up: #4cc47a; --down: #ff7b72; --nat: #4a3a14;
  --nat-ink: #ffe1a0 } }
text { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: var(--ink) }
.soft { fill: var(--soft) } .title { font-weight: 700 } .up { fill: var(--up) } .down { fill: var(--down) }
.nat { fill: var(--nat-ink) } .halo { paint-order: stroke; stroke: var(--net); stroke-width: 5px }
.box-card { fill: var(--card); stroke: var(--line) } .box-net { fill: var(--net); stroke: none }
.box-nat { fill: var(--nat); stroke: var(--nat-ink) } .box-host { fill: var(--back); stroke: var(--line) }
.box-failed { fill: var(--card); stroke: var(--down); stroke-width: 2.5px }
.cable { stroke: var(--line); stroke-width: 7; fill: none; stroke-linecap: round }
.lan { stroke: var(--line); stroke-width: 3; fill: none }
.tunnel-up { stroke: var(--up); stroke-width: 2.5; fill: none }
.tunnel-down { stroke: var(--down); stroke-width: 2.5; fill: none; stroke-dasharray: 6 5 }
""".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle with round corners. `kind`: how it looks."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line through points. `kind`: how it looks; `title`: told where the pointer rests."""

    points: tuple[tuple[float, float], ...]
    kind: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A line of text: `x` is its left end, or its middle; `y` the line on which it stands."""

    x: float
    y: float
    text: str
    size: float = 12.0
    kind: str = ""
    is_centred: bool = False

    @property
    def width(self) -> float:
        """How wide it is."""
        return text_width(self.text, self.size)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        left = self.x - self.width / 2 if self.is_centred else self.x
        return left, self.y - 0.8 * self.size, left + self.width, self.y + 0.25 * self.size


Shape = Box | Line | Label


def text_width(text: str, size: float) -> float:
    """How wide a line of text is."""
    return len(text) * size * _ADVANCE


def svg(shapes: Iterable[Shape], width: float, height: float, title: str) -> str:
    """The picture: an SVG document that reads well on light and on dark grounds."""
    body = "\n".join(_element(shape) for shape in shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_STYLE}\n</style>\n"
        f'<rect width="100%" height="100%" style="fill: var(--back)"/>\n{body}\n</svg>\n'
    )


def overlapping(shapes: Sequence[Shape]) -> list[tuple[Label, Label]]:
    """The labels that lie over one another; none in a picture that can be read."""
    labels = [shape for shape in shapes if isinstance(shape, Label)]
    return [
        (one, other)
        for index, one in enumerate(labels)
        for other in labels[index + 1 :]
        if _meet(one.bounds, other.bounds)
    ]


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _element(shape: Shape) -> str:
    match shape:
        case Box():
            return (
                f'<rect x="{shape.x:.1f}" y="{shape.y:.1f}" width="{shape.width:.1f}" '
                f'height="{shape.height:.1f}" rx="6" class="box-{shape.kind}"/>'
            )
        case Line():
            points = " ".join(f"{x:.1f},{y:.1f}" for x, y in shape.points)
            told = f"<title>{escape(shape.title)}</title>" if shape.title else ""
            return f'<polyline points="{points}" class={quoteattr(shape.kind)}>{told}</polyline>'
        case Label():
            anchor = ' text-anchor="middle"' if shape.is_centred else ""
            return (
                f'<text x="{shape.x:.1f}" y="{shape.y:.1f}" font-size="{shape.size:g}"{anchor} '
                f"class={quoteattr(shape.kind)}>{escape(shape.text)}</text>"
            )
