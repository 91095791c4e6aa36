"""Each machine is booted once, whichever of its tests comes first."""

import json
import traceback
from collections.abc import Collection
from fcntl import LOCK_EX, flock
from pathlib import Path

from tests.kernel.boots import BOOTS, Results, tell


def told_once(shared: Path, chapter: str, wanted: Collection[str]) -> Results:
    """What came of the cases of a chapter. `shared`: a folder of all test processes; `wanted`: all chapters that
    there are tests of. The processes that want the same machine wait for the one that boots it.
    """
    number, boot = next((n, boot) for n, boot in enumerate(BOOTS) if chapter in boot)
    results = shared / f"kernel-{number}.json"
    with Path(shared / f"kernel-{number}.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not results.exists():
            try:
                outcome = tell(shared / f"kernel-{number}", boot, wanted)
            except Exception:
                # Once is enough: it would be the same for each case.
                outcome = {name: dict.fromkeys(boot[name].names, traceback.format_exc()) for name in boot}
            results.write_text(json.dumps(outcome))
    told: dict[str, Results] = json.loads(results.read_text())
    return told[chapter]
