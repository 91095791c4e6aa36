"""A folder for the files of one lab, gone with it."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = "kakehashi-lab-"
_NAME = re.compile(_PREFIX + r"(\d+)-.*")


@contextmanager
def working_folder() -> Iterator[Path]:
    """A new folder of mode 0700, removed at the end; those of labs that were killed are removed, too."""
    parent = Path(tempfile.gettempdir())
    sweep(parent)
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(parent: Path) -> None:
    """Remove our own folders of labs whose process is no more."""
    for folder in parent.glob(_PREFIX + "*"):
        found = _NAME.fullmatch(folder.name)
        try:
            is_ours = found is not None and folder.lstat().st_uid == os.getuid() and not folder.is_symlink()
        except OSError:
            continue
        if found and is_ours and not Path(f"/proc/{found[1]}").exists():
            shutil.rmtree(folder, ignore_errors=True)
