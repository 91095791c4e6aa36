"""Servers that people dial in to, as `check` sees them."""

import pytest

from kakehashi.check.report import Remark
from kakehashi.check.run import check
from kakehashi.check_reading import read_configuration
from tests.dialects.cisco_ios.test_dial_in import LNS as CISCO
from tests.dialects.nec_ix.test_l2tp import LNS as NEC


def remarks(text: str) -> list[Remark]:
    return list(check([read_configuration("office.cfg", text)]).remarks)


def rules(text: str) -> list[str]:
    return [r.rule for r in remarks(text) if r.rule.startswith(("pool", "mru", "dial"))]


@pytest.mark.parametrize("text", [NEC, CISCO], ids=["nec", "cisco"])
def test_what_is_well_has_no_remark(text: str) -> None:
    assert not rules(text)


@pytest.mark.parametrize(
    ("text", "old", "new", "rule"),
    [
        (NEC, "range 192.168.30.30", "range 192.168.30.1", "pool-overlap"),
        (NEC, "192.168.30.50", "192.168.30.255", "pool-overlap"),
        (NEC, "  ip proxy-arp\n", "", "pool-unreachable"),
        (NEC, "  lcp pfc\n", "  lcp mru 1500\n", "mru-too-large"),
        (NEC, "ike nat-traversal\n", "", "dial-in-nat"),
        (CISCO, " ip mtu 1400\n", "", "mru-too-large"),
        (
            CISCO,
            "192.168.30.1 255.255.255.0\n",
            "192.168.30.1 255.255.255.0\n no ip proxy-arp\n",
            "pool-unreachable",
        ),
    ],
)
def test_what_does_not_fit_is_told_once_with_its_line(
    tmp_path, text: str, old: str, new: str, rule: str
) -> None:
    assert old in text
    found = [r for r in remarks(text.replace(old, new)) if r.rule == rule]
    (remark,) = found
    assert remark.where
    assert remark.fix


def test_elsewhere_addresses_need_nobody_to_answer() -> None:
    text = NEC.replace("  ip proxy-arp\n", "").replace("192.168.30.30 192.168.30.50", "10.9.0.1 10.9.0.50")
    assert not rules(text)
