"""Our ESP against that of a stock Linux kernel: plain ESP (protocol 50), both modes, both IP versions outside.

A machine is booted once for all cases, whichever test asks for them first.
"""

import json
import traceback
from fcntl import LOCK_EX, flock
from pathlib import Path

import pytest

from tests.kernel.cases import CASES, Case
from tests.kernel.story import tell

pytestmark = [pytest.mark.root, pytest.mark.interop, pytest.mark.timeout(600)]


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What came of each case. With several test processes, the others wait for the one that boots."""
    shared = tmp_path_factory.getbasetemp()
    if shared.name.startswith("popen-"):
        shared = shared.parent
    results = shared / "kernel-esp.json"
    with Path(shared / "kernel-esp.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not results.exists():
            try:
                outcome = tell(shared / "kernel-esp")
            except Exception:
                # Once is enough: it would be the same for each case.
                outcome = dict.fromkeys((case.name for case in CASES), traceback.format_exc())
            results.write_text(json.dumps(outcome))
        return dict(json.loads(results.read_text()))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_kernel_and_gateway_understand_each_other(case: Case, told: dict[str, str]) -> None:
    assert not told[case.name], told[case.name]
