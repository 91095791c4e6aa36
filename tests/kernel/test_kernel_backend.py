"""`kakehashi run --backend xfrm` on a stock Linux kernel, against a gateway with ESP in userspace.

A machine is booted once for all cases, whichever test asks for them first.
"""

import pytest

from tests.kernel.backend_story import CASES, tell
from tests.kernel.once import told_once

pytestmark = [pytest.mark.root, pytest.mark.interop, pytest.mark.timeout(900)]


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What came of each case."""
    return told_once(tmp_path_factory, "kernel-backend", tell, (case.name for case in CASES))


@pytest.mark.parametrize("case", [case.name for case in CASES])
def test_the_kernel_does_what_the_gateway_asks(case: str, told: dict[str, str]) -> None:
    assert not told[case], told[case]
