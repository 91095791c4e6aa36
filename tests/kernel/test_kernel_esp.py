"""Our ESP against that of a stock Linux kernel: plain ESP (protocol 50), both modes, both IP versions outside."""

import pytest

from tests.kernel.boots import PEER, Results

CHAPTER = "esp"
pytestmark = [pytest.mark.root, pytest.mark.interop, pytest.mark.timeout(1500)]


@pytest.mark.parametrize("case", PEER["esp"].names)
def test_kernel_and_gateway_understand_each_other(case: str, told: Results) -> None:
    assert not told[case], told[case]
