import os
from pathlib import Path

import pytest

from kakehashi.lab import workdir


def test_the_folder_is_private_and_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workdir.tempfile, "gettempdir", lambda: str(tmp_path))
    with workdir.working_folder() as folder:
        (folder / "file").write_text("x")
        assert folder.stat().st_mode & 0o777 == 0o700
    assert list(tmp_path.iterdir()) == []


def test_folders_of_labs_that_were_killed_go_and_those_of_living_ones_stay(tmp_path: Path) -> None:
    no_process = 2**22 + 1  # beyond the highest number that Linux gives
    dead, alive, other = (
        tmp_path / f"kakehashi-lab-{no_process}-x",
        tmp_path / f"kakehashi-lab-{os.getpid()}-x",
        tmp_path / "kakehashi-lab-notes",
    )
    for folder in (dead, alive, other):
        folder.mkdir()
    workdir.sweep(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([alive, other])
