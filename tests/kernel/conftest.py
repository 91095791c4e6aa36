"""What the machine needs; where it is missing the tests are skipped, in CI they fail."""

import os
import shutil

import pytest

from tests.interop.strongswan import CHARON

PROGRAMS = ("ip", "nft", "swanctl", "qemu-system-x86_64", "busybox", "cpio", "modprobe", "apt-get")
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


@pytest.fixture(autouse=True, scope="session")
def _able_to_boot() -> None:
    missing = [name for name in PROGRAMS if not shutil.which(name, path=PATH)]
    if not CHARON.exists():
        missing.append(str(CHARON))
    if os.geteuid() != 0:
        missing.append("root")
    if missing:
        reason = f"needs {', '.join(missing)}; `sudo make test` installs and uses them"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
