"""A stock Linux kernel's GRE and XFRM against ours: GRE within ESP, AH around ESP."""

import pytest

from tests.kernel.boots import PEER, Results

CHAPTER = "gre"
pytestmark = [pytest.mark.root, pytest.mark.interop, pytest.mark.timeout(1500)]


@pytest.mark.parametrize("case", PEER["gre"].names)
def test_the_kernel_and_we_understand_each_other(case: str, told: Results) -> None:
    assert not told[case], told[case]
