"""Files that are there whole or not at all."""

import os
from pathlib import Path

import pytest

from kakehashi.gateway.files import replace_file


def test_a_file_is_its_owners_alone_unless_another_mode_is_said(tmp_path: Path) -> None:
    file = tmp_path / "key"
    replace_file(file, b"one")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"one", 0o600)
    replace_file(file, b"two", 0o644)
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"two", 0o644)


def test_what_cannot_be_put_in_place_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="directory"):
        replace_file(tmp_path / "taken", b"one")
    assert os.listdir(tmp_path) == ["taken"]
