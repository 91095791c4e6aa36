import os
from pathlib import Path

import pytest

from kakehashi.lab import workdir


def test_the_folder_is_private_and_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workdir, "parent_folder", lambda _wanted: tmp_path)
    with workdir.working_folder() as folder:
        (folder / "file").write_text("x")
        assert folder.stat().st_mode & 0o777 == 0o700
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_leaves_no_room_for_a_sockets_path_is_not_used() -> None:
    name = "d" * 32
    longest = Path("/" + "x" * 34)
    assert workdir.parent_folder(longest) == longest
    assert len(f"{longest}/kakehashi-lab-{2**22}-abcdefgh/{name}/control") <= 107
    assert workdir.parent_folder(Path("/" + "x" * 60)) == Path("/tmp")


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
