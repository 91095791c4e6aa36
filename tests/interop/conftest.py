"""What the interop tests need; where it is missing they are skipped, in CI they fail."""

import os
import shutil

import pytest

from tests.interop.strongswan import CHARON

NEEDS = {
    "ip": shutil.which("ip"),
    "nft": shutil.which("nft"),
    "swanctl": shutil.which("swanctl"),
    str(CHARON): CHARON.exists(),
}


@pytest.fixture(autouse=True)
def _able_to_run() -> None:
    missing = [name for name, there in NEEDS.items() if not there]
    if os.geteuid() != 0:
        missing.append("root")
    if missing:
        reason = f"needs {', '.join(missing)}; `sudo make test` installs and uses them"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
