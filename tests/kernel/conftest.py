"""What the machine needs; where it is missing the tests are skipped, in CI they fail. And when they run."""

import os
import shutil

import pytest

from tests.interop.strongswan import CHARON
from tests.kernel.boots import BOOTS, Results
from tests.kernel.once import told_once

PROGRAMS = (
    "ip", "nft", "swanctl", "qemu-system-x86_64", "busybox", "cpio", "modprobe", "apt-get", "xl2tpd", "pppd",
)  # fmt: skip
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


@pytest.fixture(scope="module")
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """What came of each case of the module's CHAPTER."""
    shared = tmp_path_factory.getbasetemp()
    if shared.name.startswith("popen-"):
        shared = shared.parent
    wanted = {chapter for item in request.session.items if (chapter := _chapter(item))}
    return told_once(shared, request.module.CHAPTER, wanted)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Nothing takes as long as a machine: let each begin first, with a test process of its own.

    With pytest-xdist a process begins with an even share of the list; what it does not come to is taken by others,
    from the end.
    """
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    others = [item for item in items if not _chapter(item)]
    machines = [[item for item in items if _chapter(item) in boot] for boot in BOOTS]
    starts, start, total = [], 0, len(items)
    for left in range(workers, 0, -1):
        starts.append(start)
        start += (total - start) // left
    ordered: list[pytest.Item] = []
    for place, machine in zip([*starts, *[total] * len(BOOTS)], machines, strict=False):
        missing = place - len(ordered)
        ordered += others[:missing]
        del others[:missing]
        ordered += machine
    items[:] = ordered + others


def _chapter(item: pytest.Item) -> str | None:
    return getattr(getattr(item, "module", None), "CHAPTER", None)
