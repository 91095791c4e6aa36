"""The folder of a running gateway: what is read there is obeyed, so nobody else may write there."""

import os
import stat
from pathlib import Path

import pytest

from kakehashi.gateway.errors import GatewayError
from kakehashi.gateway.options import RunOptions
from kakehashi.gateway.state import StateFolder


def folder_of(path: Path) -> StateFolder:
    return StateFolder(RunOptions(file=Path("tokyo.cfg"), state_dir=path))


def test_the_folder_is_made_for_its_owner_and_held_by_one(tmp_path: Path) -> None:
    first, second = folder_of(tmp_path / "run" / "state"), folder_of(tmp_path / "run" / "state")
    first.take()
    assert stat.S_IMODE((tmp_path / "run" / "state").stat().st_mode) == 0o700
    with pytest.raises(GatewayError, match="running already"):
        second.take()
    first.release()
    second.take()
    second.release()


def test_a_folder_in_which_others_write_is_refused(tmp_path: Path) -> None:
    """They could tell us, by the ledger of a killed gateway, to put the host back to whatever they like."""
    tmp_path.chmod(0o1777)
    with pytest.raises(GatewayError, match="others may write"):
        folder_of(tmp_path).take()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65534)
    with pytest.raises(GatewayError, match="others may write"):
        folder_of(tmp_path).take()
