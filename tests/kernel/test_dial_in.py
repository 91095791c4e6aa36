"""Stock Linux clients dial in to our gateway: strongSwan, xl2tpd and pppd behind one NAT, all on a stock kernel."""

import pytest

from tests.kernel.boots import GATEWAY, Results

CHAPTER = "dial-in"
pytestmark = [pytest.mark.root, pytest.mark.interop, pytest.mark.timeout(1500)]


@pytest.mark.parametrize("part", GATEWAY["dial-in"].names)
def test_people_dial_in_with_what_linux_has(part: str, told: Results) -> None:
    assert not told[part], told[part]
