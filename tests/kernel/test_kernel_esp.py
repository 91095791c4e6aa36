"""Our ESP against that of a stock Linux kernel: plain ESP (protocol 50), both modes, both IP versions outside.

A machine is booted once for all cases, whichever test asks for them first.
"""

import pytest

from tests.kernel.cases import CASES, Case
from tests.kernel.once import told_once
from tests.kernel.story import tell

pytestmark = [pytest.mark.root, pytest.mark.interop, pytest.mark.timeout(600)]


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What came of each case."""
    return told_once(tmp_path_factory, "kernel-esp", tell, (case.name for case in CASES))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_kernel_and_gateway_understand_each_other(case: Case, told: dict[str, str]) -> None:
    assert not told[case.name], told[case.name]
