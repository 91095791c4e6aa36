"""A file with some of its lines changed, so that it says another gateway: the rest stays as it was typed."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kakehashi.bridge.carry import carry_over
from kakehashi.bridge.reading import Read, parse
from kakehashi.dialects.document import Document, Item, Statement
from kakehashi.dialects.registry import by_name
from kakehashi.dialects.rendering import plain_secret
from kakehashi.model.gateway import Gateway
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.secret import Secret
from kakehashi.model.tunnel import Ikev2Tunnel

_Key = tuple[str, bool, str]
_MASK = "..."


@dataclass(frozen=True, slots=True)
class Amended:
    """`text`: the whole file. `lines`: what is to be taken out and put in, in words, keys masked."""

    text: str = field(repr=False)
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Said:
    """One statement, and in which blocks it stands, the outermost first."""

    statement: Statement = field(repr=False)
    path: tuple[_Key, ...]
    within: str = ""  # the line that opens its block

    @property
    def key(self) -> _Key:
        return _key(self.statement)

    @property
    def place(self) -> tuple[tuple[_Key, ...], _Key]:
        return self.path, self.key


@dataclass(slots=True)
class _Edit:
    """What becomes of the lines of a file, by their numbers."""

    gone: set[int] = field(default_factory=set)
    after: dict[int, list[str]] = field(default_factory=dict)  # 0: before the first

    def put(self, line: int, text: str) -> None:
        self.after.setdefault(line, []).append(text)


def amend(read: Read, gateway: Gateway) -> Amended:
    """The file that was read, saying `gateway`."""
    dialect = by_name(read.dialect)
    before = list(_said(parse(read.dialect, dialect.render(read.gateway).text)))
    rendered = dialect.render(gateway).text
    after = list(_said(parse(read.dialect, rendered)))
    removed, added = _less(before, after), _less(after, before)
    edit = _edit(list(_said(read.document)), removed, added, read)
    text, told = _applied(read.lines, edit), list(_by_number(read.lines, edit))
    found = dialect.lower(text, read.file).gateway
    if found not in (gateway, dialect.lower(rendered, read.file).gateway):
        # Its author says things in another way than the writer: so the writer's way, whole.
        text = carry_over(read.document, rendered, lambda changed: parse(read.dialect, changed))
        told = list(_by_block(removed, added))
    hidden = [s for s in map(plain_secret, _secrets(read.gateway, gateway)) if s]
    return Amended(text, tuple(_masked(line, hidden) for line in told))


def _by_number(lines: Sequence[str], edit: _Edit) -> Iterator[str]:
    for number in sorted(edit.gone | set(edit.after)):
        if number in edit.gone:
            yield f"line {number}: - {lines[number - 1].strip()}"
        yield from (f"after line {number}: + {text.rstrip()}" for text in edit.after.get(number, ()))


def _by_block(removed: Sequence[_Said], added: Sequence[_Said]) -> Iterator[str]:
    told: dict[str, list[str]] = {}
    for sign, several in (("-", removed), ("+", added)):
        for said in several:
            told.setdefault(said.within, []).append(f"{sign} {said.statement.text.strip()}")
    for block, inside in told.items():
        yield from [f"in `{block}`:"] if block else []
        yield from dict.fromkeys(inside)


def _edit(origin: Sequence[_Said], removed: Sequence[_Said], added: Sequence[_Said], read: Read) -> _Edit:
    edit = _Edit()
    replaced: dict[tuple[tuple[_Key, ...], str], int] = {}
    for said in removed:
        found = [o for o in origin if o.place == said.place] or [o for o in origin if o.key == said.key]
        for each in found[:1]:
            edit.gone.add(each.statement.line)
            replaced[said.path, said.statement.key] = each.statement.line
    opened: dict[tuple[_Key, ...], int] = {}
    for said in added:
        line = opened.get(said.path) or replaced.get((said.path, said.statement.key))
        line = _end_of(said, origin, read) if line is None else line
        opened[(*said.path, said.key)] = line
        edit.put(line, said.statement.text)
    return edit


def _end_of(said: _Said, origin: Sequence[_Said], read: Read) -> int:
    """The line behind which a new one goes: the last of its kind in its block, the block's last one."""
    beside = [o for o in origin if o.path == said.path]
    same = [o for o in beside if o.statement.key == said.statement.key]
    if same:
        return _last_line(same[-1].statement)
    if said.path:
        openers = [o for o in origin if (*o.path, o.key) == said.path]
        # Its author may have given the block another name than the writer does.
        alike = [o for o in origin if o.key[0] == said.path[-1][0]]
        found = openers or (alike if len(alike) == 1 else [])
        return _last_line(found[-1].statement) if found else _before_end(read)
    blocks = [o for o in origin if not o.path and o.statement.key.startswith("interface")]
    return blocks[0].statement.line - 1 if blocks else _before_end(read)


def _before_end(read: Read) -> int:
    last = len(read.lines)
    while last and read.lines[last - 1].strip() in ("", "!", "end"):
        last -= 1
    return last


def _last_line(item: Item) -> int:
    body = () if not isinstance(item, Statement) else item.body
    return max([item.line, *(_last_line(i) for i in body if isinstance(i, Statement))])


def _applied(lines: Sequence[str], edit: _Edit) -> str:
    written = list(edit.after.get(0, ()))
    for number, line in enumerate(lines, start=1):
        if number not in edit.gone:
            written.append(line)
        written += edit.after.get(number, ())
    return "\n".join(written)


def _said(document: Document) -> Iterator[_Said]:
    yield from _walk(document.items, (), "")


def _walk(items: Sequence[Item], path: tuple[_Key, ...], within: str) -> Iterator[_Said]:
    for item in items:
        if isinstance(item, Statement):
            yield _Said(item, path, within)
            yield from _walk(item.body, (*path, _key(item)), item.text.strip())


def _key(statement: Statement) -> _Key:
    return statement.key, statement.negated, str(sorted((k, _value(v)) for k, v in statement.values.items()))


def _value(value: object) -> str:
    return str(hash(value)) if isinstance(value, Secret) else str(value)


def _less(some: Sequence[_Said], others: Sequence[_Said]) -> list[_Said]:
    """Those of `some` that are not among the others, as often as they are there."""
    left = Counter(o.place for o in others)
    found = []
    for said in some:
        if left[said.place]:
            left[said.place] -= 1
        else:
            found.append(said)
    return found


def _secrets(*gateways: Gateway) -> Iterator[Secret]:
    for gateway in gateways:
        for tunnel in gateway.tunnels:
            if isinstance(tunnel, Ikev2Tunnel):
                yield from (s.secret for s in tunnel.sides if s.secret is not None)
            elif isinstance(tunnel, Ikev1Tunnel):
                yield from (p.secret for p in gateway.ikev1_peers if p.secret is not None)


def _masked(line: str, hidden: Sequence[str]) -> str:
    return " ".join(_MASK if word in hidden else word for word in line.split(" "))
