"""The report for machines."""

import json
from typing import Any

from kakehashi.check.configuration import Configuration
from kakehashi.check.pair import End
from kakehashi.check.report import PairReport, Remark, Report
from kakehashi.check.sheet.row import Row


def render_json(report: Report) -> str:
    """`files`, `findings`, `tunnels`; the names and values are the same in every language."""
    return json.dumps(to_plain(report), indent=2, ensure_ascii=False) + "\n"


def to_plain(report: Report) -> dict[str, Any]:
    """The report in lists and dictionaries."""
    return {
        "files": [_file(c) for c in report.configurations],
        "findings": [_finding(r) for r in report.remarks],
        "tunnels": [_tunnel(p) for p in report.pairs],
    }


def _file(configuration: Configuration) -> dict[str, Any]:
    return {
        "file": configuration.file,
        "dialect": configuration.dialect,
        "lines": configuration.lines,
        "not_ours": list(configuration.not_ours),
        "unknown": [{"line": each.line, "text": each.text} for each in configuration.unknown],
    }


def _finding(remark: Remark) -> dict[str, Any]:
    return {
        "rule": remark.rule,
        "severity": remark.severity.value,
        "where": [{"file": s.file, "line": s.line} for s in remark.where],
        "message": remark.message,
        "fix": remark.fix,
    }


def _tunnel(pair: PairReport) -> dict[str, Any]:
    return {
        "a": _end(pair.pair.a),
        "b": _end(pair.pair.b),
        "comes_up": pair.verdict.comes_up,
        "survives_rekey": pair.verdict.survives_rekey,
        "reason": pair.verdict.reason,
        "parameters": [_parameter(row) for row in pair.rows],
    }


def _end(end: End) -> dict[str, str]:
    return {"file": end.device, "name": end.tunnel.interface}


def _parameter(row: Row) -> dict[str, Any]:
    return {
        "phase": row.phase,
        "parameter": row.parameter,
        "a": row.a.text,
        "b": row.b.text,
        "agreed": row.agreed if row.fits else None,
        "fits": row.fits,
    }
