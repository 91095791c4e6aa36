"""`kakehashi run --backend xfrm` on a stock Linux kernel, against a gateway with ESP in userspace."""

import pytest

from tests.kernel.boots import GATEWAY, Results

CHAPTER = "backend"
pytestmark = [pytest.mark.root, pytest.mark.interop, pytest.mark.timeout(1500)]


@pytest.mark.parametrize("case", GATEWAY["backend"].names)
def test_the_kernel_does_what_the_gateway_asks(case: str, told: Results) -> None:
    assert not told[case], told[case]
