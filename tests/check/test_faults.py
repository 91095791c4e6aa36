"""One fault in a good pair: check names that fault, at its line, and nothing else."""

from collections import Counter
from functools import cache

import pytest

from kakehashi.check.report import Remark, Report, Severity
from kakehashi.check.run import check
from kakehashi.check_reading import read_configuration
from tests.check.faults import FAULTS, PAIRS, Fault, GoodPair, Outcome
from tests.check.pairs import ARTICLE, NEC_AWPLUS, NEC_CISCO, NEC_CISCO_V2, checked, serious, text

GOOD = (ARTICLE, NEC_CISCO, NEC_AWPLUS, NEC_CISCO_V2)
UP = (True, True)


def of_texts(texts: dict[str, str]) -> Report:
    return check([read_configuration(file, text) for file, text in texts.items()])


@cache
def of_pair(pair: GoodPair) -> Report:
    return of_texts(pair.texts())


def outcome(report: Report) -> Outcome:
    """As `check` tells it. What keeps packets from a tunnel that stands is a finding, not a verdict."""
    if not report.pairs:
        return Outcome.NO_TUNNEL
    (tunnel,) = report.pairs
    if not tunnel.verdict.comes_up:
        return Outcome.NO_TUNNEL
    return Outcome.COMES_UP if tunnel.verdict.survives_rekey else Outcome.DIES_AT_REKEY


@pytest.mark.parametrize("pair", PAIRS, ids=[pair.name for pair in PAIRS])
def test_a_good_pair_gets_no_finding(pair: GoodPair) -> None:
    report = of_pair(pair)
    usual = {"ikev1", "aggressive-psk"} if "ikev1" in pair.name else set()
    assert {r.rule for r in report.remarks} <= usual, "which is told of IKEv1 whatever it says"
    (tunnel,) = report.pairs
    assert (tunnel.verdict.comes_up, tunnel.verdict.survives_rekey, tunnel.verdict.reason) == (*UP, None)
    assert all(row.fits for row in tunnel.rows)


@pytest.mark.parametrize("pair", GOOD, ids="-".join)
def test_a_good_pair_gets_notes_at_most(pair: tuple[str, str]) -> None:
    report = checked(pair)
    assert serious(report) == []
    (tunnel,) = report.pairs
    assert (tunnel.verdict.comes_up, tunnel.verdict.survives_rekey, tunnel.verdict.reason) == (*UP, None)
    assert all(row.fits for row in tunnel.rows)


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_fault_is_named_at_its_line_and_nothing_else(fault: Fault) -> None:
    texts, found = fault.texts(), fault.found
    report = of_texts(texts)
    lines = texts[fault.file].splitlines()

    def is_there(remark: Remark) -> bool:
        return any(w.file == fault.file and lines[w.line - 1].startswith(found.line) for w in remark.where)

    assert any(r.rule == found.rule and is_there(r) for r in report.remarks), report.remarks
    # The same line may be wrong in more than one way; no other line is.
    usual = {"ikev1", found.rule, *(r.rule for r in of_pair(fault.pair).remarks)}
    assert [r for r in report.remarks if not is_there(r) and r.rule not in usual] == []
    expected = Outcome.COMES_UP if found.outcome is Outcome.NO_TRAFFIC else found.outcome
    assert outcome(report) is expected
    if expected is Outcome.NO_TUNNEL:
        assert report.has_errors, "what never comes up is an error"
    for tunnel in report.pairs:
        assert (tunnel.verdict.reason is None) == (expected is Outcome.COMES_UP)


def test_every_pair_of_dialects_has_forty_faults() -> None:
    count = Counter(fault.pair.name for fault in FAULTS)
    few = {name: number for name, number in count.items() if number < 40}
    assert [pair.name for pair in PAIRS if pair.name in few and not pair.nat] == []
    assert set(count) == {pair.name for pair in PAIRS}


def test_what_does_not_come_up_says_what_each_device_shows() -> None:
    (tunnel,) = checked(ARTICLE, "r1.cfg", " group 2\n", " group 5\n").pairs
    (mismatch,) = tunnel.mismatches
    assert [s.device for s in mismatch.symptoms] == ["r1.cfg", "r2.cfg"]
    assert all("MM_NO_STATE" in s.shows for s in mismatch.symptoms)


AGGRESSIVE = """crypto isakmp peer address 200.1.1.1
 set aggressive-mode password KEY
 set aggressive-mode client-endpoint ipv4-address 100.1.1.1
!
crypto ipsec"""


@pytest.mark.parametrize(
    ("key", "group", "state"), [("cisco", "5", "AG_NO_STATE"), ("other", "2", "AG_INIT_EXCH")]
)
def test_what_a_device_shows_is_of_the_mode_that_it_begins(key: str, group: str, state: str) -> None:
    begun = text("r1.cfg").replace("crypto ipsec", AGGRESSIVE.replace("KEY", key), 1)
    begun = begun.replace(" group 2\n", f" group {group}\n")
    (tunnel,) = of_texts({"r1.cfg": begun, "r2.cfg": text("r2.cfg")}).pairs
    (mismatch,) = tunnel.mismatches
    here, there = (s.shows for s in mismatch.symptoms)
    assert state in here
    assert "MM_" not in here
    assert "MM_" in there, "it begins in main mode itself"


def test_who_cannot_begin_shows_the_mode_of_the_one_that_does() -> None:
    begun = text("r1.cfg").replace("crypto ipsec", AGGRESSIVE.replace("KEY", "cisco"), 1)
    centre = text("r2.cfg").replace(" group 2\n", " group 5\n")
    centre = centre.replace(
        "crypto map M-ipsec 1 ipsec-isakmp\n set peer 100.1.1.1\n", "crypto dynamic-map D 1\n"
    )
    centre = centre.replace(
        "interface Loopback1", "crypto map M-ipsec 1 ipsec-isakmp dynamic D\ninterface Loopback1"
    )
    (tunnel,) = of_texts({"r1.cfg": begun, "r2.cfg": centre}).pairs
    (mismatch,) = tunnel.mismatches
    assert ["AG_NO_STATE" in s.shows for s in mismatch.symptoms] == [True, True]


def test_the_weaker_side_is_better_changed() -> None:
    report = checked(ARTICLE, "r1.cfg", " encr 3des", " encr aes")
    (remark,) = [r for r in report.remarks if r.severity is Severity.ERROR]
    assert "r2.cfg" in remark.fix
    report = checked(NEC_CISCO, "sapporo.cfg", "group 2048-bit", "group 1024-bit")
    (remark,) = [r for r in report.remarks if r.severity is Severity.ERROR]
    assert "sapporo.cfg" in remark.fix


def test_what_the_other_maker_does_not_have_is_not_asked_of_it() -> None:
    """Cisco has group 19 and NEC has not; each has one that the other has not: then it is one that both have."""
    report = checked(NEC_CISCO_V2, "awaji-cisco.cfg", " group 14", " group 19")
    (remark,) = [r for r in report.remarks if r.severity is Severity.ERROR]
    assert remark.fix.startswith("write `group 14` in awaji-cisco.cfg")
    assert "NEC UNIVERGE IX does not have 19" in remark.fix
    texts = {file: text(file) for file in NEC_AWPLUS}
    texts["kobe.cfg"] = texts["kobe.cfg"].replace("sa-proposal dh 2048-bit", "sa-proposal dh 768-bit")
    texts["awaji-awplus.cfg"] = texts["awaji-awplus.cfg"].replace("group 14", "group 16")
    (remark,) = [r for r in of_texts(texts).remarks if r.rule == "mismatch-dh-group"]
    assert "choose what both have, e.g. 15" in remark.fix


def test_what_a_dialect_has_said_of_a_line_is_not_said_of_the_pair_again() -> None:
    report = checked(NEC_CISCO, "sapporo.cfg", "lilac-in-may-1925 p1", "lilac-in-may-1925 p9")
    assert serious(report) == ["undefined-ike-proposal"]
    assert report.pairs[0].verdict.comes_up is False
