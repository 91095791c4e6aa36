"""Stock Linux clients dial in to our gateway: strongSwan, xl2tpd and pppd on a kernel of their own, behind one NAT.

A machine is booted once for the whole story, whichever test asks for it first.
"""

import os
import shutil

import pytest

from tests.kernel.conftest import PATH
from tests.kernel.dial_in_story import CISCO_PARTS, PARTS, tell
from tests.kernel.once import told_once

pytestmark = [pytest.mark.root, pytest.mark.interop, pytest.mark.timeout(900)]
NAMES = (*PARTS, *CISCO_PARTS)


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What came of each part."""
    missing = [name for name in ("xl2tpd", "pppd") if not shutil.which(name, path=PATH)]
    if missing:
        reason = f"needs {', '.join(missing)}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return told_once(tmp_path_factory, "kernel-dial-in", tell, NAMES)


@pytest.mark.parametrize("part", NAMES)
def test_people_dial_in_with_what_linux_has(part: str, told: dict[str, str]) -> None:
    assert not told[part], told[part]
