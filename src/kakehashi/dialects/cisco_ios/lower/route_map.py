"""Route maps that say what is translated: as one access list, as far as one can say it."""

from dataclasses import replace

from kakehashi.dialects.blocks import Block, read_blocks
from kakehashi.dialects.cisco_ios.lower.access_list import Lists
from kakehashi.dialects.cisco_ios.lower.names import undefined
from kakehashi.dialects.document import Document
from kakehashi.dialects.report import Report
from kakehashi.model.access_list import AccessEntry, AccessList


def list_of_route_map(
    document: Document, name: str, lists: Lists, line: int, report: Report
) -> AccessList | None:
    """What a route map permits; `line` names it. None where that cannot be said, of which it is told.

    In a route map an access list's `deny` only means that the next entry of the map is asked. So only the
    last entry of the map may have access lists that deny; of the ones before it every line is a decision.
    """
    blocks = [b for key, b in _blocks(document).items() if key[0] == name]
    if not blocks:
        remedy = f"add `route-map {name} permit 10`"
        known = {key[0] for key in _blocks(document)}
        undefined(report, line, "route map", name, "ip nat", known, remedy)
        return None
    ordered = sorted(blocks, key=lambda b: b.opener.get("sequence", 10))
    named = [[str(n) for s in b.all("match ip address") for n in _names(s.get("list"))] for b in ordered]
    for block in ordered:
        for statement in block.lines:
            if statement.key == "match":
                _tell(name, statement.line, report)
                return None
    if len(ordered) == 1 and len(named[0]) == 1 and ordered[0].opener.get("permit", True):
        rules = lists.get(named[0][0])
        if rules is not None:
            return rules
    entries: list[AccessEntry] = []
    for block, names in zip(ordered, named, strict=True):
        is_last, permit = block is ordered[-1], bool(block.opener.get("permit", True))
        for place, called in enumerate(names):
            rules = lists.get(called)
            if rules is None:
                remedy = f"add `ip access-list extended {called}`"
                undefined(report, block.line, "access list", called, "route-map", lists.by_name, remedy)
                return None
            denies = any(not e.permit for e in rules.entries)
            if denies and not (is_last and permit and place == len(names) - 1):
                _tell(name, block.line, report)
                return None
            entries += [replace(e, permit=e.permit and permit) for e in rules.entries]
        if not names:
            _tell(name, block.line, report)
            return None
    return AccessList(name=name, entries=tuple(entries), source=report.source(ordered[0].line))


def _blocks(document: Document) -> dict[tuple[str, str], Block]:
    found = read_blocks(document, "route-map", lambda s: f"{s.get('name')} {s.get('sequence', 10)}")
    return {(str(b.opener.get("name")), key): b for key, b in found.items()}


def _names(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)


def _tell(name: str, line: int, report: Report) -> None:
    report.warning(
        line,
        "not-yet",
        f"the route map {name} says more than access lists can: what it takes is not translated",
        "write what is translated as one access list",
    )
