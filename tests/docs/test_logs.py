"""docs/logs.md lists every event that is told, and no other."""

import ast
import re
from pathlib import Path

import kakehashi.gateway
from kakehashi.gateway.log import FACILITY
from kakehashi.ike.effects import EventName
from kakehashi.nhrp.effects import EventName as NhrpEventName

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/logs.md").read_text(encoding="utf-8")
ROWS = {
    name: (of, level)
    for name, of, level in re.findall(r"^\| `([a-z0-9-]+)` \| ([^|]+) \| ([^|]+) \|", TEXT, re.MULTILINE)
}
# Their names are put together, or stand in a table of their own.
VARIABLE = {"route-withdrawn", "route-back", "certificate-expires", "certificate-expired", "log-dropped"}
VARIABLE |= {"l2tp-refused", "l2tp-call-refused", "l2tp-malformed"}
VARIABLE |= {"pseudowire-up", "pseudowire-down", "pseudowire-circuit"} | {str(name) for name in NhrpEventName}
LEVELS = ("error", "warning", "notice", "info", "debug")


def said() -> dict[str, set[str]]:
    """What the gateway itself says by `Log.say`: the names, each with its levels."""
    found: dict[str, set[str]] = {}
    for file in sorted(Path(next(iter(kakehashi.gateway.__path__))).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            name = next((k.value for k in node.keywords if k.arg == "name"), None)
            name = name or (node.args[3] if len(node.args) > 3 else None)
            is_said = node.func.attr == "say" and isinstance(name, ast.Constant) and node.args
            if is_said and isinstance(name, ast.Constant):
                level = ast.unparse(node.args[0]).removeprefix("Level.").lower()
                found.setdefault(str(name.value), set()).add(level)
    return found


def test_every_event_of_the_core_has_its_row() -> None:
    assert {str(name) for name in EventName} <= set(ROWS)


def test_what_the_gateway_says_has_its_row_with_its_level() -> None:
    for name, levels in said().items():
        of, level = ROWS[name]
        assert of == FACILITY
        for each in levels & set(LEVELS):
            assert each in level, f"{name} is told as {each}"


def test_no_row_is_of_an_event_that_nobody_tells() -> None:
    assert set(ROWS) == {str(name) for name in EventName} | set(said()) | VARIABLE
