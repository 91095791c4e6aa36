"""A stock Linux kernel's GRE and XFRM against ours: GRE within ESP, AH around ESP. One boot for all cases."""

import pytest

from tests.kernel.gre_story import CASES, tell
from tests.kernel.once import told_once

pytestmark = [pytest.mark.root, pytest.mark.interop, pytest.mark.timeout(900)]


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What came of each case."""
    return told_once(tmp_path_factory, "kernel-gre", tell, CASES)


@pytest.mark.parametrize("case", CASES)
def test_the_kernel_and_we_understand_each_other(case: str, told: dict[str, str]) -> None:
    assert not told[case], told[case]
