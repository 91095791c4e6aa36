"""`tunnel local selector`, `tunnel remote selector`: which packets a tunnel takes; without them all."""

from dataclasses import dataclass

from kakehashi.dialects.blocks import Block
from kakehashi.dialects.document import Statement
from kakehashi.dialects.report import Report
from kakehashi.model.selector import ANY_IPV4, ANY_IPV6, EVERYTHING, TrafficSelector

_ANYTHING = {4: ANY_IPV4, 6: ANY_IPV6}


@dataclass(frozen=True, slots=True)
class Pairs:
    """Selectors of both sides, in step: what goes from one of `local` to the same of `remote`."""

    local: tuple[TrafficSelector, ...]
    remote: tuple[TrafficSelector, ...]


def read_pairs(block: Block, version: int, report: Report) -> Pairs:
    """The selectors of a tunnel. `version`: of IKE; version 1 names one pair of identities for each SA."""
    local, remote = (_by_number(block, side) for side in ("local", "remote"))
    found: list[tuple[TrafficSelector, TrafficSelector]] = []
    for number in sorted({*local, *remote}):
        pair = _pair(number, local.get(number), remote.get(number), block, report)
        if pair is not None:
            found.append(pair)
    if not found:
        mode = block.last("tunnel mode ipsec")
        every = EVERYTHING if version == 2 else (_ANYTHING[mode.get("version", 4) if mode else 4],)
        return Pairs(every, every)
    if version == 1:
        return Pairs(tuple(pair[0] for pair in found), tuple(pair[1] for pair in found))
    if len({pair[0] for pair in found}) > 1 and len({pair[1] for pair in found}) > 1:
        line = next(iter(local.values())).line if local else block.line
        report.info(
            line,
            "one-child-sa",
            f"{block.name}: the device makes an SA for each pair of selectors; here one SA is offered for "
            "all, each network of one side with those of the other",
        )
    return Pairs(
        tuple(dict.fromkeys(pair[0] for pair in found)), tuple(dict.fromkeys(pair[1] for pair in found))
    )


def _by_number(block: Block, side: str) -> dict[int, Statement]:
    return {s.get("number", 1): s for s in block.all(f"tunnel {side} selector")}


def _pair(
    number: int, local: Statement | None, remote: Statement | None, block: Block, report: Report
) -> tuple[TrafficSelector, TrafficSelector] | None:
    """Both sides of one number; a side that is not said is anything of the other's IP version."""
    if local is not None and remote is not None:
        ours, theirs = local.get("prefix"), remote.get("prefix")
        if ours.version != theirs.version:
            report.error(
                remote.line,
                "selector-versions",
                f"{block.name}: the two sides of selector {number} are of different IP versions; no packet "
                "fits both",
                "give both sides networks of one IP version",
            )
            return None
        return TrafficSelector.of(ours), TrafficSelector.of(theirs)
    if local is not None:
        return TrafficSelector.of(local.get("prefix")), _ANYTHING[local.get("prefix").version]
    if remote is not None:
        return _ANYTHING[remote.get("prefix").version], TrafficSelector.of(remote.get("prefix"))
    return None
