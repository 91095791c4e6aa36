from pathlib import Path

import pytest

from kakehashi.lab.device import read_devices, split_argument
from kakehashi.lab.errors import LabError
from tests.lab.fragments import KOBE


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("dir/kobe.cfg", ("kobe", "dir/kobe.cfg")),
        ("nara=dir/kobe.cfg", ("nara", "dir/kobe.cfg")),
        ("nara=dir/a=b.cfg", ("nara", "dir/a=b.cfg")),
    ],
)
def test_a_device_is_called_by_its_stem_or_as_the_user_says(argument: str, expected: tuple[str, str]) -> None:
    assert split_argument(argument) == expected


@pytest.mark.parametrize(
    "argument", ["internet=x.cfg", "=x.cfg", "a b=x.cfg", "-x=x.cfg", "../.cfg", f"{'n' * 40}.cfg"]
)
def test_names_that_cannot_be_are_refused(argument: str) -> None:
    with pytest.raises(LabError, match="NAME=FILE"):
        split_argument(argument)


def test_faults_of_the_files_are_told(tmp_path: Path) -> None:
    file = tmp_path / "kobe.cfg"
    file.write_text(KOBE)
    with pytest.raises(LabError, match="two devices are called kobe"):
        read_devices([str(file), str(file)])
    with pytest.raises(LabError, match="cannot be read"):
        read_devices([str(tmp_path / "nowhere.cfg")])
    (tmp_path / "noise.cfg").write_text("the quick brown fox\n")
    with pytest.raises(LabError, match="no language known here"):
        read_devices([str(tmp_path / "noise.cfg")])


def test_the_language_of_a_file_may_be_said(tmp_path: Path) -> None:
    file = tmp_path / "kobe.cfg"
    file.write_text(KOBE)
    (recognised,) = read_devices([str(file)])
    assert recognised.gateway.dialect == "nec-ix"
    assert "recognised by" in recognised.recognised
    (said,) = read_devices([str(file)], ["kobe=cisco-ios"])
    assert (said.gateway.dialect, said.recognised) == ("cisco-ios", "")
    with pytest.raises(LabError, match="no dialect is called junos"):
        read_devices([str(file)], ["junos"])
