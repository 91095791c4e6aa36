"""`kakehashi run --backend xfrm` on a stock Linux kernel, against a gateway with ESP in userspace.

A machine is booted once for all cases, whichever test asks for them first.
"""

import json
import traceback
from fcntl import LOCK_EX, flock
from pathlib import Path

import pytest

from tests.kernel.backend_story import CASES, tell

pytestmark = [pytest.mark.root, pytest.mark.interop, pytest.mark.timeout(900)]


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What came of each case. With several test processes, the others wait for the one that boots."""
    shared = tmp_path_factory.getbasetemp()
    if shared.name.startswith("popen-"):
        shared = shared.parent
    results = shared / "kernel-backend.json"
    with Path(shared / "kernel-backend.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not results.exists():
            try:
                outcome = tell(shared / "kernel-backend")
            except Exception:
                # Once is enough: it would be the same for each case.
                outcome = dict.fromkeys((case.name for case in CASES), traceback.format_exc())
            results.write_text(json.dumps(outcome))
        return dict(json.loads(results.read_text()))


@pytest.mark.parametrize("case", [case.name for case in CASES])
def test_the_kernel_does_what_the_gateway_asks(case: str, told: dict[str, str]) -> None:
    assert not told[case], told[case]
