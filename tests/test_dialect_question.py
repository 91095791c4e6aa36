"""Which language a file is in that does not show it: who sits at a terminal is asked."""

import subprocess
import sys
from pathlib import Path

from tests.console.person import Person

ASK = (
    "import sys; from kakehashi.dialect_question import ask_where_unknown as a; print(a(sys.argv[1:], None))"
)


def test_at_a_terminal_it_is_asked_until_the_answer_is_one(tmp_path: Path) -> None:
    (tmp_path / "empty.cfg").write_text("hostname x\n")
    (tmp_path / "shown.cfg").write_text("interface GigaEthernet0.0\n")
    files = [str(tmp_path / name) for name in ("empty.cfg", "shown.cfg", "nowhere.cfg")]
    with Person([sys.executable, "-c", ASK, *files]) as person:
        assert "2  Cisco IOS" in person.sees("Which: ")
        person.types("9\r")
        person.sees("Say one of 1, 2, 3")
        person.sees("Which: ")
        person.types("2\r")
        person.sees("empty.cfg=cisco-ios']")
        assert person.ended() == 0


def test_where_there_is_no_terminal_nobody_is_asked(tmp_path: Path) -> None:
    (tmp_path / "empty.cfg").write_text("hostname x\n")
    done = subprocess.run(
        [sys.executable, "-c", ASK, str(tmp_path / "empty.cfg")],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stdout == "None\n"
