"""A stock Linux kernel's GRE and XFRM against ours: GRE within ESP, AH around ESP. One boot for all cases."""

import json
import traceback
from fcntl import LOCK_EX, flock
from pathlib import Path

import pytest

from tests.kernel.gre_story import CASES, tell

pytestmark = [pytest.mark.root, pytest.mark.interop, pytest.mark.timeout(900)]


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What came of each case. With several test processes, the others wait for the one that boots."""
    shared = tmp_path_factory.getbasetemp()
    if shared.name.startswith("popen-"):
        shared = shared.parent
    results = shared / "kernel-gre.json"
    with Path(shared / "kernel-gre.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not results.exists():
            try:
                outcome = tell(shared / "kernel-gre")
            except Exception:
                # Once is enough: it would be the same for each case.
                outcome = dict.fromkeys(CASES, traceback.format_exc())
            results.write_text(json.dumps(outcome))
        return dict(json.loads(results.read_text()))


@pytest.mark.parametrize("case", CASES)
def test_the_kernel_and_we_understand_each_other(case: str, told: dict[str, str]) -> None:
    assert not told[case], told[case]
