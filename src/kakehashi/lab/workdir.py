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
# A Unix socket's path has room for 107 octets (unix(7)): the parent, our folder, a device's, the socket.
_LONGEST_PARENT = 107 - len("/kakehashi-lab-4194304-01234567/control") - 33
_SHORT_PARENT = Path("/tmp")  # noqa: S108


@contextmanager
def working_folder() -> Iterator[Path]:
    """A new folder of mode 0700, removed at the end; those of labs that were killed are removed, too."""
    parent = parent_folder(Path(tempfile.gettempdir()))
    sweep(parent)
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def parent_folder(wanted: Path) -> Path:
    """`wanted`, unless paths of Unix sockets in it would be too long."""
    return wanted if len(os.fsencode(wanted)) <= _LONGEST_PARENT else _SHORT_PARENT


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
