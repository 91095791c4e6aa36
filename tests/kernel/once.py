"""A machine is booted once for all cases of a story, whichever test asks for them first."""

import json
import traceback
from collections.abc import Callable, Iterable
from fcntl import LOCK_EX, flock
from pathlib import Path

import pytest


def told_once(
    factory: pytest.TempPathFactory, name: str, tell: Callable[[Path], dict[str, str]], cases: Iterable[str]
) -> dict[str, str]:
    """What came of each case. With several test processes, the others wait for the one that boots."""
    shared = factory.getbasetemp()
    if shared.name.startswith("popen-"):
        shared = shared.parent
    results = shared / f"{name}.json"
    with Path(shared / f"{name}.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not results.exists():
            try:
                outcome = tell(shared / name)
            except Exception:
                # Once is enough: it would be the same for each case.
                outcome = dict.fromkeys(cases, traceback.format_exc())
            results.write_text(json.dumps(outcome))
        return dict(json.loads(results.read_text()))
