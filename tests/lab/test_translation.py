from ipaddress import ip_address

import pytest

from kakehashi.lab.command import parse_loss
from kakehashi.lab.errors import LabError
from kakehashi.lab.translation import Translation, loss_rules, nat_rules


def translation(*, forwarded: bool) -> Translation:
    return Translation(
        namespace="nat-kobe",
        outside_interface="outside",
        inside=ip_address("100.64.2.1"),
        public=ip_address("198.18.2.1"),
        forwarded=forwarded,
    )


def test_a_nat_changes_ports_and_lets_nothing_in_unasked() -> None:
    rules = nat_rules([translation(forwarded=False)])
    assert "ip saddr 100.64.2.1 oifname outside snat ip to 198.18.2.1 fully-random" in rules
    assert "iifname outside drop" in rules
    assert "udp dport" not in rules
    assert rules.index("meta l4proto { esp, ah } drop") < rules.index("established,related accept")


def test_a_nat_that_must_be_reached_forwards_ike() -> None:
    rules = nat_rules([translation(forwarded=True)])
    assert "ip daddr 198.18.2.1 iifname outside udp dport { 500, 4500 } dnat ip to 100.64.2.1" in rules


@pytest.mark.parametrize(("text", "share"), [("5%", 0.05), ("0", 0.0), ("12.5%", 0.125), (" 30 % ", 0.3)])
def test_loss_is_said_in_percent(text: str, share: float) -> None:
    assert parse_loss(text) == pytest.approx(share)


@pytest.mark.parametrize("text", ["much", "100%", "-1%", "nan"])
def test_loss_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(LabError, match="--loss"):
        parse_loss(text)


def test_loss_counts_in_ten_thousandths() -> None:
    assert "numgen random mod 10000 < 125 drop" in loss_rules(0.0125)
