"""Tunnels of GRE without IPsec: what does not fit between two ends, and how much fits into them."""

from pathlib import Path

import pytest

from kakehashi.check.report import Report, Severity
from kakehashi.check.run import check
from kakehashi.check_reading import read_configuration

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def checked(
    old: str = "", new: str = "", *, file: str = "yawatahama.cfg", example: str = "ios-awplus-gre"
) -> Report:
    found = []
    for path in sorted((EXAMPLES / example).glob("*.cfg")):
        text = path.read_text()
        if old and path.name == file:
            assert old in text
            text = text.replace(old, new)
        found.append(read_configuration(path.name, text))
    return check(found)


def rules(report: Report) -> list[str]:
    return [remark.rule for remark in report.remarks if remark.severity is not Severity.NOTE]


def values(report: Report, parameter: str) -> tuple[str, str, str]:
    (pair,) = report.pairs
    (row,) = [row for row in pair.rows if row.parameter == parameter]
    return row.a.text, row.b.text, row.agreed


def test_two_ends_that_fit_need_no_negotiation() -> None:
    report = checked()
    (pair,) = report.pairs
    assert pair.verdict.comes_up
    assert rules(report) == []
    assert [r.rule for r in report.remarks].count("in-the-clear") == 2
    assert values(report, "inside") == ("GRE with key 3132, checksum",) * 3
    assert values(report, "mtu") == ("1468",) * 3


@pytest.mark.parametrize(
    ("old", "new"),
    [(" tunnel key 3132\n", ""), ("3132", "3133"), (" tunnel checksum\n", "")],
    ids=["no key", "another key", "no checksum"],
)
def test_a_header_of_another_kind_is_another_tunnel(old: str, new: str) -> None:
    report = checked(old, new)
    assert rules(report) == ["mismatch-inside"]
    (told,) = [r for r in report.remarks if r.rule == "mismatch-inside"]
    assert told.message.startswith("comes up, and carries nothing")
    assert "write the same key on both sides" in told.fix


def test_a_header_is_told_with_the_lines_that_say_it() -> None:
    report = checked("tunnel key 4142", "tunnel key 4143", file="saijo.cfg", example="ios-awplus-gre-ipsec")
    (told,) = [r for r in report.remarks if r.rule == "mismatch-inside"]
    assert "(`tunnel key 4143`)" in told.message
    assert "(`tunnel mode gre / tunnel key 4142`)" in told.message
    assert "its default" not in told.message


def test_where_only_one_end_wraps_its_packets_their_mode_is_not_the_fault() -> None:
    report = checked(
        " tunnel key 4142\n", " tunnel mode ipsec ipv4\n", file="saijo.cfg", example="ios-awplus-gre-ipsec"
    )
    assert rules(report) == ["mismatch-inside"]


@pytest.mark.parametrize("wrong", ["10.31.32.1/30", "10.31.33.2/30", "10.31.32.5/30"])
def test_the_ends_are_two_of_one_network(wrong: str) -> None:
    assert rules(checked("10.31.32.2/30", wrong)) == ["inner-addresses"]
    assert rules(checked("10.31.32.2/30", "10.31.32.2/24")) == []
    assert rules(checked(" ip address 10.31.32.2/30\n", " ip unnumbered eth1\n")) == []


def test_one_end_under_ipsec_and_the_other_not() -> None:
    report = checked(" tunnel protection ipsec\n", "", file="niihama.cfg", example="ios-awplus-gre-ipsec")
    (pair,) = report.pairs
    assert not pair.verdict.comes_up
    (told,) = [r for r in report.remarks if r.rule == "mismatch-protection"]
    assert told.fix == "let both sides protect the tunnel by IPsec, or neither"


def test_an_end_that_is_looked_for_elsewhere() -> None:
    report = checked("198.51.100.31", "198.51.100.99")
    assert "mismatch-peer-address" in rules(report)
    assert not report.pairs[0].verdict.comes_up


@pytest.mark.parametrize(
    ("old", "new", "room"),
    [
        (" tunnel checksum\n", "", 1472),
        (" tunnel key 3132\n tunnel checksum\n", "", 1476),
    ],
)
def test_every_header_counts(old: str, new: str, room: int) -> None:
    assert values(checked(old, new), "mtu") == ("1468", str(room), "1468")
    assert "mss-too-large" in rules(checked("adjust-mss 1420", "adjust-mss 1450"))


def test_a_filter_must_let_gre_through() -> None:
    closed = (
        " ip address 198.51.100.31 255.255.255.0\n ip access-group OUTSIDE in",
        "ip access-list extended OUTSIDE\n permit udp any any eq isakmp\n permit esp any any\n",
    )
    files = {path.name: path.read_text() for path in (EXAMPLES / "ios-awplus-gre").glob("*.cfg")}
    text = files["uwajima.cfg"].replace(" ip address 198.51.100.31 255.255.255.0", closed[0])
    for more, told in (("", 1), (" permit gre host 203.0.113.32 host 198.51.100.31\n", 0)):
        whole = text.replace("!\nend", f"!\n{closed[1]}{more}!\nend")
        both = {**files, "uwajima.cfg": whole}
        report = check([read_configuration(name, both[name]) for name in sorted(both)])
        assert rules(report).count("filter-gre") == told
        assert "filter-ike" not in rules(report)
