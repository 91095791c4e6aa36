"""Path monitoring is understood, and not yet acted on: each group is told of (V1-22)."""

from kakehashi.dialects.document import Comment, Document, Statement
from kakehashi.dialects.nec_ix.lower.names import read_about, read_named
from kakehashi.dialects.report import Report


def report_watch_groups(document: Document, report: Report) -> None:
    """Say of every watch group that nothing watches yet, and what is wrong with it in itself."""
    groups = read_named(document, "watch group", "undefined-watch-group", "watch-group", report=report)
    enabled = read_about(document, "network-monitor", groups, report)
    for name, group in groups.lines.items():
        below = sum(not isinstance(item, Comment) for item in group.body)
        lines = (
            "the line and the 1 below it have" if below == 1 else f"the line and the {below} below it have"
        )
        report.warning(
            group.line,
            "not-yet",
            f"`watch-group {name}` is understood, not yet acted on: {lines if below else 'the line has'} no "
            f"effect{_withdrawn(group)}",
            name=name,
        )
        if name not in enabled:
            report.info(
                group.line,
                "unused-watch-group",
                f"the watch group `{name}` is not switched on",
                f"add `network-monitor {name} enable`",
                name=name,
            )
    for line in enabled.values():
        name = line.get("name")
        report.warning(
            line.line,
            "not-yet",
            f"`network-monitor {name} enable` is understood, not yet acted on; the line has no effect",
            name=name,
        )


def _withdrawn(group: Statement) -> str:
    """The routes that stay where the device would withdraw them."""
    routes = [
        f"{item.get('prefix')} by {item.get('interface') or item.get('next_hop')}"
        for item in group.body
        if isinstance(item, Statement) and item.key == "action" and not item.negated
    ]
    return f"; the route to {' and to '.join(routes)} stays when the host is unreachable" if routes else ""
