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
    return [
        r.rule for r in remarks(text) if r.rule.startswith(("pool", "mru", "dial", "pap", "mss", "ikev1"))
    ]


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
        (NEC, "ip tcp adjust-mss auto", "ip tcp adjust-mss 1361", "mss-too-large"),
        (CISCO, "ip tcp adjust-mss 1360", "ip tcp adjust-mss 1361", "mss-too-large"),
        (NEC, "192.168.30.30 192.168.30.50", "192.168.30.30 192.168.30.30", "pool-small"),
        (CISCO, "session-limit 20", "session-limit 22", "pool-small"),
        (NEC, "request chap\n", "request pap\n", "pap-alone"),
        (CISCO, "authentication ms-chap-v2 chap", "authentication pap", "pap-alone"),
        (
            NEC,
            "interface Tunnel0.0\n",
            "ip route 192.168.30.32/28 192.168.30.9\ninterface Tunnel0.0\n",
            "pool-routed",
        ),
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


def test_a_password_that_everybody_may_read() -> None:
    text = CISCO.replace("esp-aes 256 esp-sha-hmac\n mode", "esp-null esp-sha-hmac\n mode")
    text = text.replace("authentication ms-chap-v2 chap", "authentication pap")
    assert "pap-in-the-clear" in rules(text)


def test_two_servers_with_the_same_addresses() -> None:
    second = NEC[NEC.index("interface Tunnel0.0") :].replace("Tunnel0.0", "Tunnel1.0")
    assert rules(NEC + second).count("pool-twice") == 1


def test_elsewhere_addresses_need_nobody_to_answer() -> None:
    text = NEC.replace("  ip proxy-arp\n", "").replace("192.168.30.30 192.168.30.50", "10.9.0.1 10.9.0.50")
    assert not rules(text)


def test_no_line_of_users_and_pools_is_called_nobody_s() -> None:
    assert not read_configuration("office.cfg", CISCO).not_ours
