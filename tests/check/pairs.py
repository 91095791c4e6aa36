"""Pairs of configurations for stories, read from `configurations/`, and faults put into them."""

from pathlib import Path

from kakehashi.check.configuration import Configuration
from kakehashi.check.report import Report, Severity
from kakehashi.check.run import check
from kakehashi.check_reading import read_configuration

FOLDER = Path(__file__).parent / "configurations"

ARTICLE = ("r1.cfg", "r2.cfg")  # Cisco with Cisco, IKEv1
NEC_CISCO = ("sapporo.cfg", "otaru.cfg")  # IKEv1, policy-based on Cisco's side
NEC_AWPLUS = ("kobe.cfg", "awaji-awplus.cfg")  # IKEv2
NEC_CISCO_V2 = ("kobe.cfg", "awaji-cisco.cfg")  # IKEv2, a tunnel interface on Cisco's side


def text(file: str) -> str:
    return (FOLDER / file).read_text(encoding="utf-8")


def read(file: str, old: str = "", new: str = "") -> Configuration:
    """A configuration, `old` in it replaced by `new`, which must be there just once."""
    content = text(file)
    if old:
        assert content.count(old) == 1, f"{old!r} is {content.count(old)} times in {file}"
        content = content.replace(old, new)
    return read_configuration(file, content)


def checked(pair: tuple[str, str], file: str = "", old: str = "", new: str = "") -> Report:
    """The pair, with a fault in one of its files."""
    return check([read(name, old, new) if name == file else read(name) for name in pair])


def serious(report: Report) -> list[str]:
    """The rules of all that is more than a note."""
    return [remark.rule for remark in report.remarks if remark.severity is not Severity.NOTE]
