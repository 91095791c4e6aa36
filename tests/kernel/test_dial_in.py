"""Stock Linux clients dial in to our gateway: strongSwan, xl2tpd and pppd on a kernel of their own, behind one NAT.

A machine is booted once for the whole story, whichever test asks for it first.
"""

import json
import os
import shutil
import traceback
from fcntl import LOCK_EX, flock
from pathlib import Path

import pytest

from tests.kernel.conftest import PATH
from tests.kernel.dial_in_story import CISCO_PARTS, PARTS, tell

pytestmark = [pytest.mark.root, pytest.mark.interop, pytest.mark.timeout(900)]
NAMES = (*PARTS, *CISCO_PARTS)


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What came of each part. With several test processes, the others wait for the one that boots."""
    missing = [name for name in ("xl2tpd", "pppd") if not shutil.which(name, path=PATH)]
    if missing:
        reason = f"needs {', '.join(missing)}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    shared = tmp_path_factory.getbasetemp()
    if shared.name.startswith("popen-"):
        shared = shared.parent
    results = shared / "kernel-dial-in.json"
    with Path(shared / "kernel-dial-in.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not results.exists():
            try:
                outcome = tell(shared / "kernel-dial-in")
            except Exception:
                # Once is enough: it would be the same for each part.
                outcome = dict.fromkeys(NAMES, traceback.format_exc())
            results.write_text(json.dumps(outcome))
        return dict(json.loads(results.read_text()))


@pytest.mark.parametrize("part", NAMES)
def test_people_dial_in_with_what_linux_has(part: str, told: dict[str, str]) -> None:
    assert not told[part], told[part]
